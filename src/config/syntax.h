/*
 * Text → JSON value, with errors a person can act on.
 *
 * Line and column (in bytes, 1-based) are where the parser stopped. The text of the
 * file never goes into the message: it may be the value of a header.
 */
#ifndef FP_CONFIG_SYNTAX_H
#define FP_CONFIG_SYNTAX_H

#include <jansson.h>

#include "config/config.h"

/*
 * *ret_json is the value (json_decref it), or NULL when the text is not JSON and the problem was added. Keys
 * given twice are a problem too, but the rest is still read (the last one counts). Negative: out of memory.
 */
int fp_syntax_parse(const char *text, size_t n, const char *file, struct fp_problems *problems,
                    json_t **ret_json, struct fp_error *err);

#endif
