#include "base/sha256.h"

#include <string.h>

#include "base/base64.h"
#include "base/in.h"

_Static_assert(FP_SHA256_HEX == SHA256_DIGEST_STRING_LENGTH, "hex digits and the NUL");

void fp_sha256_init(struct fp_sha256 *sha)
{
    SHA256Init(&sha->state);
}

void fp_sha256_add(struct fp_sha256 *sha, const void *bytes, size_t n)
{
    SHA256Update(&sha->state, bytes, n);
}

void fp_sha256_hex(struct fp_sha256 *sha, char hex[FP_SHA256_HEX])
{
    SHA256End(&sha->state, hex);
}

void fp_sha256_bytes(const void *bytes, size_t n, char hex[FP_SHA256_HEX])
{
    struct fp_sha256 sha;

    fp_sha256_init(&sha);
    fp_sha256_add(&sha, bytes, n);
    fp_sha256_hex(&sha, hex);
}

void fp_sha256_source(const void *bytes, size_t n, char source[FP_SHA256_SOURCE])
{
    unsigned char digest[SHA256_DIGEST_LENGTH];
    struct fp_sha256 sha;

    fp_sha256_init(&sha);
    fp_sha256_add(&sha, bytes, n);
    SHA256Final(digest, &sha.state);
    memcpy(source, "sha256-", 7);
    fp_base64(digest, sizeof digest, source + 7);
}

int fp_sha256_file(const char *path, char hex[FP_SHA256_HEX], int64_t *ret_size, struct fp_error *err)
{
    unsigned char block[32768];
    struct fp_sha256 sha;
    struct fp_in *in;
    int64_t size = 0;
    ssize_t n;
    int rc = fp_in_open_file(path, &in, err);

    if (rc < 0)
        return rc;
    fp_sha256_init(&sha);
    while ((n = fp_in_read(in, block, sizeof block, err)) > 0) {
        fp_sha256_add(&sha, block, (size_t)n);
        size += n;
    }
    fp_in_close(in);
    if (n < 0)
        return (int)n;
    fp_sha256_hex(&sha, hex);
    *ret_size = size;
    return FP_OK;
}
