/*
 * Nodes as a reply lists them, in any order, on their way into a builder.
 *
 * Both wire forms end here: parents may come after their children, so nodes are
 * collected first and put into the tree once all of them are known.
 * Names are ids of the builder's names; parents are indexes into the collection.
 */
#ifndef FP_CODEC_NODES_H
#define FP_CODEC_NODES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/tree.h"

#define FP_NODES_ROOT UINT32_MAX /* parent of the root */

/* Nodes are looked at in another order than theirs: what is needed of one lies together, half a cache line. */
struct fp_node {
    uint32_t parent, name;
    uint32_t at;       /* byte offset of the node in the reply, for messages … */
    uint32_t named_at; /* … and that behind its parent's id, where ids are not indexes */
    int64_t self, total;
};

struct fp_nodes {
    struct fp_node *node;
    size_t count, cap;
};

/* What a reply says against itself without being refused for it. */
struct fp_balance {
    uint64_t nodes; /* where total ≠ self + Σ children */
    int64_t value;  /* Σ |total − (self + Σ children)|, at most INT64_MAX */
};

void fp_nodes_release(struct fp_nodes *nodes);
int fp_nodes_reserve(struct fp_nodes *nodes, size_t need, struct fp_error *err);

/*
 * Puts all nodes below the builder's root (which exists; the listed root's self value is added to it).
 * Refuses, with byte offset: no root, two roots, orphans, cycles, stacks beyond the limit, sums that overflow.
 * `self` is what counts; `total` is only compared (FP_OK with what differs in ret_balance).
 */
int fp_nodes_assemble(struct fp_nodes *nodes, struct fp_builder *builder, struct fp_balance *ret_balance,
                      struct fp_error *err);

#endif
