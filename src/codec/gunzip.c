#include "codec/gunzip.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define INPUT ((size_t)64 << 10)

struct gunzip {
    struct fp_in in;
    struct fp_in *from;
    uint64_t limit, given;
    uint64_t taken; /* bytes of `from` that were put into z */
    bool zipped, member_open, from_ended;
    z_stream z;
    unsigned char *input;
    size_t have; /* plain streams: bytes of `input` not yet given; gzip keeps them in z */
};

static int limit_reached(struct gunzip *g, struct fp_error *err)
{
    fp_error_set(err, FP_ELIMIT, "more than the limit of %" PRIu64 " bytes after decompression", g->limit);
    return fp_error_beyond(err, FP_BEYOND_BYTES);
}

/* The place is that of the next compressed byte. */
static int fail(const struct gunzip *g, struct fp_error *err, enum fp_status code, const char *why)
{
    fp_error_set(err, code, "gzip: %s", why);
    fp_error_at(err, NULL, 0, 0, (int64_t)(g->taken - g->z.avail_in));
    return code;
}

/* At the end of a member: is there another one? */
static int next_member(struct gunzip *g, struct fp_error *err)
{
    if (inflateReset(&g->z) != Z_OK)
        return fail(g, err, FP_ESYNTAX, "cannot start the next member");
    g->member_open = true;
    return FP_OK;
}

static int fill_input(struct gunzip *g, struct fp_error *err)
{
    ssize_t n = fp_in_read(g->from, g->input, INPUT, err);

    if (n < 0)
        return (int)n;
    g->from_ended = n == 0;
    g->z.next_in = g->input;
    g->z.avail_in = (uInt)n;
    g->taken += (uint64_t)n;
    return FP_OK;
}

static ssize_t inflate_some(struct gunzip *g, void *buf, size_t cap, struct fp_error *err)
{
    if (cap > INT32_MAX)
        cap = INT32_MAX;
    g->z.next_out = buf;
    g->z.avail_out = (uInt)cap;
    while (g->z.avail_out == cap) {
        int rc;

        if (!g->z.avail_in && !g->from_ended && (rc = fill_input(g, err)) < 0)
            return rc;
        if (!g->z.avail_in && g->from_ended) {
            if (!g->member_open)
                return 0;
            return fail(g, err, FP_ETRUNCATED, "the stream ends early");
        }
        if (!g->member_open && (rc = next_member(g, err)) < 0)
            return rc;
        rc = inflate(&g->z, Z_NO_FLUSH);
        if (rc == Z_STREAM_END)
            g->member_open = false;
        else if (rc == Z_MEM_ERROR)
            return fp_error_nomem(err);
        else if (rc != Z_OK && rc != Z_BUF_ERROR)
            return fail(g, err, FP_ESYNTAX, g->z.msg ? g->z.msg : "damaged stream");
    }
    return (ssize_t)(cap - g->z.avail_out);
}

static ssize_t gunzip_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    struct gunzip *g = (struct gunzip *)in;
    ssize_t n;

    if (g->zipped) {
        n = inflate_some(g, buf, cap, err);
    } else if (g->have) {
        n = (ssize_t)(g->have < cap ? g->have : cap);
        memcpy(buf, g->input, (size_t)n);
        g->have -= (size_t)n;
        memmove(g->input, g->input + n, g->have);
    } else {
        n = fp_in_read(g->from, buf, cap, err);
    }
    if (n > 0) {
        g->given += (uint64_t)n;
        if (g->given > g->limit)
            return limit_reached(g, err);
    }
    return n;
}

static void gunzip_close(struct fp_in *in)
{
    struct gunzip *g = (struct gunzip *)in;

    if (g->zipped)
        inflateEnd(&g->z);
    fp_in_close(g->from);
    free(g->input);
    free(g);
}

static const struct fp_in_ops gunzip_ops = { gunzip_read, gunzip_close };

/* Reads the first two bytes (or all there are) and decides. */
static int look(struct gunzip *g, struct fp_error *err)
{
    while (g->have < 2) {
        ssize_t n = fp_in_read(g->from, g->input + g->have, INPUT - g->have, err);

        if (n < 0)
            return (int)n;
        if (n == 0)
            return FP_OK;
        g->have += (size_t)n;
    }
    if (g->input[0] != 0x1f || g->input[1] != 0x8b)
        return FP_OK;
    if (inflateInit2(&g->z, 15 + 16) != Z_OK)
        return fp_error_nomem(err);
    g->zipped = g->member_open = true;
    g->z.next_in = g->input;
    g->z.avail_in = (uInt)g->have;
    g->taken = g->have;
    return FP_OK;
}

int fp_gunzip_open(struct fp_in *in, uint64_t limit, struct fp_in **ret_in, struct fp_error *err)
{
    struct gunzip *g = calloc(1, sizeof *g);
    int rc;

    if (!g) {
        fp_in_close(in);
        return fp_error_nomem(err);
    }
    g->in.ops = &gunzip_ops;
    g->from = in;
    g->limit = limit;
    g->input = malloc(INPUT);
    rc = g->input ? look(g, err) : fp_error_nomem(err);
    if (rc == FP_OK)
        *ret_in = &g->in;
    else
        gunzip_close(&g->in);
    return rc;
}
