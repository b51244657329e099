/*
 * A gzip'd file as a byte sink.
 *
 * Level 6, no name and no time stamp inside: same bytes in, same file out. What
 * was written so far is removed when anything fails.
 *
 *     if (fp_gzip_out_open(&gzip, path, &err) < 0) return …;
 *     fp_out_puts(&gzip.out, …);
 *     return fp_gzip_out_close(&gzip, &err);      // always, and only, after a successful open
 *
 * The struct must stay where it is between the two calls, and `path` must live as long.
 */
#ifndef FP_CODEC_GZIP_OUT_H
#define FP_CODEC_GZIP_OUT_H

#include <zlib.h>

#include "base/error.h"
#include "base/out.h"

struct fp_gzip_out {
    struct fp_out out;
    z_stream z;
    int fd;
    const char *path; /* borrowed */
    unsigned char packed[16384];
};

/* Creates or empties the file (mode 0666 & ~umask). */
int fp_gzip_out_open(struct fp_gzip_out *gzip, const char *path, struct fp_error *err);
/* Flushes and closes; the verdict. After a failure there is no file. */
int fp_gzip_out_close(struct fp_gzip_out *gzip, struct fp_error *err);

#endif
