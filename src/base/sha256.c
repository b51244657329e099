#include "base/sha256.h"

#include <sha2.h>

#include "base/in.h"

_Static_assert(FP_SHA256_HEX == SHA256_DIGEST_STRING_LENGTH, "hex digits and the NUL");

void fp_sha256_bytes(const void *bytes, size_t n, char hex[FP_SHA256_HEX])
{
    SHA2_CTX ctx;

    SHA256Init(&ctx);
    SHA256Update(&ctx, bytes, n);
    SHA256End(&ctx, hex);
}

int fp_sha256_file(const char *path, char hex[FP_SHA256_HEX], int64_t *ret_size, struct fp_error *err)
{
    unsigned char block[32768];
    SHA2_CTX ctx;
    struct fp_in *in;
    int64_t size = 0;
    ssize_t n;
    int rc = fp_in_open_file(path, &in, err);

    if (rc < 0)
        return rc;
    SHA256Init(&ctx);
    while ((n = fp_in_read(in, block, sizeof block, err)) > 0) {
        SHA256Update(&ctx, block, (size_t)n);
        size += n;
    }
    fp_in_close(in);
    if (n < 0)
        return (int)n;
    SHA256End(&ctx, hex);
    *ret_size = size;
    return FP_OK;
}
