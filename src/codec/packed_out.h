/*
 * A byte sink that packs: deflated (a zlib stream, RFC 1950) and then in base64 (RFC 4648, with padding), into another
 * sink. What comes out are letters, digits, '+', '/' and '=', whatever goes in: it may stand in a script's string.
 *
 *     if (fp_packed_out_open(&packed, out, &err) < 0) return …;
 *     fp_out_write(&packed.out, bytes, n);
 *     return fp_packed_out_close(&packed, &err);      // always, and only, after a successful open
 *
 * Same bytes in, same text out. The struct must stay where it is between the two calls, and `to` must live as long;
 * its own verdict is taken by its owner.
 */
#ifndef FP_CODEC_PACKED_OUT_H
#define FP_CODEC_PACKED_OUT_H

#include "base/error.h"
#include "base/out.h"

struct fp_packed_out {
    struct fp_out out; /* what is to be packed goes here */
    struct fp_out *to; /* borrowed */
    void *z;           /* zlib's z_stream */
    unsigned char left[3]; /* packed bytes that are no group of three yet */
    unsigned left_count;
};

int fp_packed_out_open(struct fp_packed_out *packed, struct fp_out *to, struct fp_error *err);
/* Ends the stream; the verdict. */
int fp_packed_out_close(struct fp_packed_out *packed, struct fp_error *err);

#endif
