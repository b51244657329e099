/*
 * Base64 (RFC 4648, section 4), with padding.
 *
 *     char *text = malloc(FP_BASE64_SIZE(n));
 *     fp_base64(bytes, n, text);
 */
#ifndef FP_BASE_BASE64_H
#define FP_BASE_BASE64_H

#include <stddef.h>

/* Characters of n bytes, and the NUL. */
#define FP_BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

void fp_base64(const void *bytes, size_t n, char *to);

#endif
