/*
 * SHA-256 of bytes and files (through libmd), as lower-case hex.
 * Used for immutable asset names, manifests, collision-free directory names, and names too long to be kept.
 *
 *     struct fp_sha256 sha;
 *     fp_sha256_init(&sha);
 *     fp_sha256_add(&sha, bytes, n);    // as often as pieces come
 *     fp_sha256_hex(&sha, hex);         // and `sha` is used up; there is nothing to release
 */
#ifndef FP_BASE_SHA256_H
#define FP_BASE_SHA256_H

#include <sha2.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define FP_SHA256_HEX 65 /* 64 digits and the NUL */

struct fp_sha256 {
    SHA2_CTX state;
};

void fp_sha256_init(struct fp_sha256 *sha);
void fp_sha256_add(struct fp_sha256 *sha, const void *bytes, size_t n);
void fp_sha256_hex(struct fp_sha256 *sha, char hex[FP_SHA256_HEX]);

void fp_sha256_bytes(const void *bytes, size_t n, char hex[FP_SHA256_HEX]);
/* As Content-Security-Policy wants it: 'sha256-…' without the quotes. */
#define FP_SHA256_SOURCE (7 + 44 + 1)
void fp_sha256_source(const void *bytes, size_t n, char source[FP_SHA256_SOURCE]);
int fp_sha256_file(const char *path, char hex[FP_SHA256_HEX], int64_t *ret_size, struct fp_error *err);

#endif
