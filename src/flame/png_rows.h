/*
 * Rows of pixels → PNG, as they come: the picture as a whole is never in memory.
 *
 * Rows are cairo's RGB24 (32-bit words, native order), the file is 8-bit RGB. Flame graphs are flat colours
 * and text, which deflate knows best unfiltered: filter "none" at level 4 takes half the time of zlib's and
 * libpng's defaults for a file 5 to 10 % smaller (2400 × 1272 px: 36 ms, 268 KB instead of 80 ms, 278 KB).
 * Anti-aliased text has too many colours for a palette. Same pixels, same bytes; no time stamp.
 *
 *     struct fp_png_rows rows;
 *     rc = fp_png_rows_begin(&rows, &out, width, height, &err);
 *     rc = fp_png_rows_put(&rows, pixels, stride, count, &err);   // until `height` rows are there
 *     rc = fp_png_rows_end(&rows, &err);                          // releases in any case
 *
 * Whether the bytes arrived, fp_out_finish says.
 */
#ifndef FP_FLAME_PNG_ROWS_H
#define FP_FLAME_PNG_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/out.h"

struct fp_png_rows {
    void *png, *info; /* libpng's */
    uint32_t missing; /* rows that have not come */
};

/* Fails for want of memory only, as the others do: what happens to the file is the sink's to tell. */
int fp_png_rows_begin(struct fp_png_rows *rows, struct fp_out *out, uint32_t width, uint32_t height,
                      struct fp_error *err);
int fp_png_rows_put(struct fp_png_rows *rows, const unsigned char *pixels, size_t stride, uint32_t count,
                    struct fp_error *err);
/* Ends the file when all rows came; else there is only release. */
int fp_png_rows_end(struct fp_png_rows *rows, struct fp_error *err);

#endif
