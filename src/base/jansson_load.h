/*
 * json_loadb of jansson, which takes text that it had no memory to copy for a wrong token: a sound file must not be called
 * damaged for that.
 *
 *     json = fp_jansson_load(text.data, text.len, JSON_ALLOW_NUL, &why, &starved);
 *     if (!json)
 *         rc = starved ? fp_error_nomem(err) : fp_error_set(err, FP_ESYNTAX, "…: %s", why.text);
 *
 * Any thread may call it.
 */
#ifndef FP_BASE_JANSSON_LOAD_H
#define FP_BASE_JANSSON_LOAD_H

#include <stdbool.h>
#include <stddef.h>

#include <jansson.h>

/* *ret_starved: NULL was returned for want of memory, whatever `why` says. */
json_t *fp_jansson_load(const char *text, size_t n, size_t flags, json_error_t *why, bool *ret_starved);

#endif
