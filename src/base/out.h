/*
 * A byte sink with a sticky error.
 *
 * Writers write without looking; the first failure makes all later writes do
 * nothing, and fp_out_finish() gives the verdict once at the end. Numbers are
 * formatted here, independent of the locale.
 *
 *     struct fp_out out;
 *     fp_out_to_fd(&out, fd, "index.html");
 *     fp_out_puts(&out, "<p>");
 *     fp_out_escaped(&out, name, n);
 *     return fp_out_finish(&out, &err);
 *
 * The struct holds its buffer; it needs no release. Not thread-safe.
 */
#ifndef FP_BASE_OUT_H
#define FP_BASE_OUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fp_str;

#define FP_OUT_BUFFER ((size_t)32 << 10)

struct fp_out {
    /* Writes all n bytes or returns a negative enum fp_status with `err` filled. */
    int (*write)(void *ctx, const char *bytes, size_t n, struct fp_error *err);
    void *ctx;
    int fd;
    const char *name; /* for messages; borrowed */
    size_t used;
    uint64_t written; /* bytes accepted so far, the buffered ones included */
    struct fp_error err;
    char buffer[FP_OUT_BUFFER];
};

/* `name` is what an error message calls the target; it must live as long as the sink. */
void fp_out_to_fd(struct fp_out *out, int fd, const char *name);
void fp_out_to_str(struct fp_out *out, struct fp_str *str);
void fp_out_to(struct fp_out *out, int (*write)(void *, const char *, size_t, struct fp_error *), void *ctx);

void fp_out_write(struct fp_out *out, const void *bytes, size_t n);
void fp_out_puts(struct fp_out *out, const char *text);
static inline void fp_out_putc(struct fp_out *out, char c)
{
    if (out->used + 1 < sizeof out->buffer) {
        out->buffer[out->used++] = c;
        out->written++;
    } else {
        fp_out_write(out, &c, 1);
    }
}
void fp_out_i64(struct fp_out *out, int64_t value);
void fp_out_u64(struct fp_out *out, uint64_t value);
/* `value` rounded to at most `decimals` (0…6) places, trailing zeros dropped: 12.5, -3, 0.1. For
 * coordinates and the like: what is beyond ±10^12 is written as that, what is not finite as 0. */
void fp_out_decimal(struct fp_out *out, double value, int decimals);
void fp_out_printf(struct fp_out *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes the sink fail (first error wins), for a writer that finds a reason of its own. */
void fp_out_fail(struct fp_out *out, enum fp_status code, const char *message);

/* Flushes; 0, or the first error. */
int fp_out_finish(struct fp_out *out, struct fp_error *err);

/* What fills a sink; returns a status, the sink's own verdict is taken besides. */
typedef int fp_out_writer(void *ctx, struct fp_out *out, struct fp_error *err);

enum fp_out_mode {
    FP_OUT_REPLACE, /* what the file held is gone */
    FP_OUT_NEW      /* a file that is there already is an error */
};

/* Opens `path` for writing, has it written, closes it. On failure there is no such file, but for one that FP_OUT_NEW
 * found there. Neither atomic nor durable: fp_file_write is. */
int fp_out_file(const char *path, enum fp_out_mode mode, fp_out_writer *write, void *ctx, struct fp_error *err);

#endif
