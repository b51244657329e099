/*
 * A byte source that is pulled: a file, memory, a decompressor over another
 * source, a reply that is still arriving.
 *
 * An fp_in is embedded or heap-made by whoever implements it; the reader only
 * calls fp_in_read until it says 0. Whoever opened it closes it, once.
 *
 *     struct fp_in *in;
 *     if (fp_in_open_file(path, &in, &err) < 0) …
 *     while ((n = fp_in_read(in, buf, sizeof buf, &err)) > 0) …
 *     fp_in_close(in);
 */
#ifndef FP_BASE_IN_H
#define FP_BASE_IN_H

#include <stddef.h>
#include <sys/types.h>

struct fp_error;
struct fp_in;
struct fp_str;

struct fp_in_ops {
    /* 1…cap bytes into `buf`, 0 at the end, or a negative enum fp_status. */
    ssize_t (*read)(struct fp_in *in, void *buf, size_t cap, struct fp_error *err);
    void (*close)(struct fp_in *in);
};

/* First member of every implementation. */
struct fp_in {
    const struct fp_in_ops *ops;
};

static inline ssize_t fp_in_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    return in->ops->read(in, buf, cap, err);
}

/* NULL is fine. */
static inline void fp_in_close(struct fp_in *in)
{
    if (in)
        in->ops->close(in);
}

/* Path "-" is standard input. A file that is not there: FP_ENOTFOUND. */
int fp_in_open_file(const char *path, struct fp_in **ret_in, struct fp_error *err);
/* Reads from memory that outlives the source. */
int fp_in_open_memory(const void *bytes, size_t n, struct fp_in **ret_in, struct fp_error *err);

/* Appends all there is to `to`, whose cap is the limit: FP_ELIMIT, naming `what`, as soon as it is reached. */
int fp_in_read_all(struct fp_in *in, struct fp_str *to, const char *what, struct fp_error *err);

#endif
