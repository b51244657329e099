/*
 * What the fuzz targets share: a claim that aborts when it does not hold, and sources that give bytes in pieces.
 *
 * A target is a file with LLVMFuzzerTestOneInput: tools/fuzz.sh links it with libFuzzer, the ordinary build with
 * replay.c, which runs what was found before.
 */
#ifndef FP_TEST_FUZZ_H
#define FP_TEST_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/in.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(claim) ((claim) ? (void)0 : fuzz_broken(#claim, __FILE__, __LINE__))

static inline void fuzz_broken(const char *claim, const char *file, int line)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, claim);
    abort();
}

/* Bytes in memory, `most` at a time; with `seed`, in pieces of any size up to that, the same for the same seed. */
struct fuzz_pieces {
    struct fp_in in;
    const char *bytes;
    size_t pos, len, most;
    uint64_t seed;
};

static inline ssize_t fuzz_pieces_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    struct fuzz_pieces *p = (struct fuzz_pieces *)in;
    size_t n = p->most, left = p->len - p->pos;

    (void)err;
    if (p->seed) {
        p->seed = p->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        n = 1 + (size_t)(p->seed >> 33) % n;
    }
    n = n < cap ? n : cap;
    n = n < left ? n : left;
    if (n)
        memcpy(buf, p->bytes + p->pos, n);
    p->pos += n;
    return (ssize_t)n;
}

static inline void fuzz_pieces_close(struct fp_in *in)
{
    (void)in;
}

static inline struct fuzz_pieces fuzz_pieces(const void *bytes, size_t len, size_t most, uint64_t seed)
{
    static const struct fp_in_ops ops = { fuzz_pieces_read, fuzz_pieces_close };

    return (struct fuzz_pieces){ .in.ops = &ops, .bytes = bytes, .len = len, .most = most, .seed = seed };
}

/* A failure says what and why: a code, and words that are text. */
static inline void fuzz_check_error(int rc, const struct fp_error *err)
{
    FUZZ_CHECK(rc < 0 && err->code == (enum fp_status)rc);
    FUZZ_CHECK(err->message[0] != '\0');
    for (const char *c = err->message; *c; c++)
        FUZZ_CHECK((unsigned char)*c >= 0x20 && *c != 0x7F);
}

#endif
