/*
 * What the files of the JSON reader share; internal to codec/.
 *
 * All of them follow the reader's rules: a negative status with `err` filled, the offset in it.
 */
#ifndef FP_CODEC_JSON_PARTS_H
#define FP_CODEC_JSON_PARTS_H

#include "codec/json_reader.h"

static inline bool fp_json_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The input ended where it must not. Returns FP_ETRUNCATED. */
int fp_json_truncated(struct fp_json *json, struct fp_error *err);
/* The byte at pos + ahead, read in if need be, not consumed. */
int fp_json_byte_at(struct fp_json *json, size_t ahead, struct fp_error *err);
/* The rest of `word`, whose first letter is at pos. */
int fp_json_literal(struct fp_json *json, const char *word, struct fp_error *err);
/* One escape sequence after the backslash, appended to the scratch; *mended is set when it was half a character. */
int fp_json_escape(struct fp_json *json, bool *mended, struct fp_error *err);

#endif
