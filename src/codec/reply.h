/*
 * A reply of DeepFlow's ProfileTracing → a builder full of stacks.
 *
 * Source of the formats: DeepFlow's profile API, server v6.4 to v7.1.
 *   {"OPT_STATUS": "SUCCESS" | other, "DESCRIPTION": text, "result": …, "debug": …}
 * with `result` one of
 *   node list (v6.4, v6.5): [{profile_location_str, node_id, parent_node_id, self_value, total_value} …]
 *   columns (v6.6 on): {functions, function_types (v6.6.9 on), function_values, node_values: {columns, values}}
 *   null, or an object of nulls: no data
 * told apart by what is there. Keys may come in any order, parents after their
 * children; unknown keys are skipped. Of `debug` only the row limits are taken: {"querier_debug": [{"sql": "… LIMIT n"} …]}. Bytes are decoded as they arrive; memory goes
 * with the tree.
 *
 * A reply is taken whole or not at all: on failure nothing of it is left.
 */
#ifndef FP_CODEC_REPLY_H
#define FP_CODEC_REPLY_H

#include <stdint.h>

#include "base/error.h"
#include "base/in.h"
#include "codec/nodes.h"
#include "codec/pprof.h"
#include "profile/tree.h"

enum fp_form {
    FP_FORM_NONE,          /* no data */
    FP_FORM_NODE_LIST,     /* v6.4, v6.5 */
    FP_FORM_COLUMNS,       /* v6.6 to v6.6.8 */
    FP_FORM_TYPED_COLUMNS, /* v6.6.9 on */
    FP_FORM_FOLDED,        /* a file of folded stacks */
    FP_FORM_PPROF          /* a pprof profile */
};

/* "node list (DeepFlow v6.4, v6.5)" …; "" for none. */
const char *fp_form_name(enum fp_form form);

struct fp_reply {
    struct fp_builder builder; /* no nodes at all when there is no data */
    enum fp_form form;
    uint64_t mended_names;  /* not valid UTF-8, or too long: codec/raw_name.h */
    uint64_t skipped_lines; /* of folded stacks: what looked like comments */
    struct fp_balance balance;
    int64_t row_limit; /* the smallest LIMIT of the SQL that `debug` shows; 0 = it shows none */
    struct fp_pprof_meta meta; /* what a pprof profile says of itself; all zero (event NULL) for what does not say */
};

/* FP_ESERVER with the server's DESCRIPTION when OPT_STATUS is not SUCCESS. ret_reply is to be released on success. */
int fp_reply_read(struct fp_in *in, struct fp_reply *ret_reply, struct fp_error *err);
void fp_reply_release(struct fp_reply *reply);

#endif
