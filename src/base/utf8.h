/*
 * UTF-8: checking, mending, stepping.
 *
 * Names come from the profiled programs, so any byte may turn up. Inside the
 * program text is valid UTF-8 from the moment it was decoded; these functions
 * make that so. "Valid" is RFC 3629: no surrogates, nothing above U+10FFFF, no
 * overlong forms. Pure functions; what grows is a buffer of the caller's.
 */
#ifndef FP_BASE_UTF8_H
#define FP_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define FP_UTF8_REPLACEMENT 0xFFFDu
#define FP_UTF8_MARK "\xEF\xBB\xBF" /* U+FEFF at the start of a text: a byte order mark, no part of it */

/* Length of the longest valid prefix; == n when all is well. */
size_t fp_utf8_valid_prefix(const char *s, size_t n);

/* Decodes the character at s (n > 0 bytes there); returns its length in bytes. An invalid byte is one
 * U+FFFD of length 1 (or of the length of the broken prefix, as the Unicode standard recommends). */
size_t fp_utf8_decode(const char *s, size_t n, uint32_t *ret_code);

/* Writes the 1 to 4 bytes of a code point (surrogates and beyond U+10FFFF become U+FFFD). */
size_t fp_utf8_encode(uint32_t code, char to[4]);

/* Appends s with every invalid byte (or broken prefix, see fp_utf8_decode) replaced by U+FFFD: at most 3 n
 * bytes. */
void fp_utf8_mend(struct fp_str *to, const char *s, size_t n);

/* Is it a control of the writing direction? Such a one would turn the rest of a line around. Source: UAX #9, 2. */
bool fp_utf8_turns_line(uint32_t code);

/* Copies with invalid bytes, controls of the writing direction (U+FFFD) and control characters ('?')
 * replaced, cut at a character boundary so that at most `max` bytes are written; returns the number
 * written, no NUL. */
size_t fp_utf8_clean(char *to, size_t max, const char *from, size_t n);

/* The largest length <= max at which s can be cut without splitting a character. s must be valid. */
size_t fp_utf8_cut(const char *s, size_t n, size_t max);

#endif
