/*
 * Saved profiles of any kind we read, told apart by their first bytes.
 *
 * gzip or not, byte order mark or not; then what begins with '{' and is JSON as far as can be seen is a reply
 * of DeepFlow's API, what walks as pprof and does not begin with a folded stack is pprof (see
 * fp_pprof_looks), anything else folded stacks; but an HTML page, headers of HTTP and other JSON are refused as
 * what they are.
 */
#ifndef FP_CODEC_CODEC_H
#define FP_CODEC_CODEC_H

#include "base/error.h"
#include "base/in.h"
#include "codec/reply.h"

/* Reads one file or stream (taken over and closed). `root` names the root of formats that have none. */
int fp_codec_read(struct fp_in *in, struct fp_slice root, uint64_t limit, struct fp_reply *ret_reply,
                  struct fp_error *err);

#endif
