/*
 * Unwraps gzip (RFC 1952) from a byte source when it is there.
 *
 * A gzip stream is recognised by its magic bytes 1f 8b; anything else passes
 * through unchanged. Several members one after the other are one stream. What
 * comes out is counted: more than `limit` bytes is FP_ELIMIT, so a compression bomb
 * stops there; a stream that ends early is FP_ETRUNCATED.
 */
#ifndef FP_CODEC_GUNZIP_H
#define FP_CODEC_GUNZIP_H

#include <stdint.h>

#include "base/error.h"
#include "base/in.h"

/* Takes `in` over: closing the result closes it; on failure it is closed, too. */
int fp_gunzip_open(struct fp_in *in, uint64_t limit, struct fp_in **ret_in, struct fp_error *err);

#endif
