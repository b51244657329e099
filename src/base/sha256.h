/*
 * SHA-256 of bytes and files (through libmd), as lower-case hex.
 * Used for immutable asset names, manifests and collision-free directory names.
 */
#ifndef FP_BASE_SHA256_H
#define FP_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define FP_SHA256_HEX 65 /* 64 digits and the NUL */

void fp_sha256_bytes(const void *bytes, size_t n, char hex[FP_SHA256_HEX]);
int fp_sha256_file(const char *path, char hex[FP_SHA256_HEX], int64_t *ret_size, struct fp_error *err);

#endif
