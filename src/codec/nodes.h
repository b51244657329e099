/*
 * Nodes as a reply lists them, in any order, on their way into a builder.
 *
 * Both wire forms end here: parents may come after their children, so nodes are
 * collected first and put into the tree once all of them are known.
 * Names are ids of the builder's names, or of `names`, which has them; parents are indexes into the collection.
 */
#ifndef FP_CODEC_NODES_H
#define FP_CODEC_NODES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/tree.h"

#define FP_NODES_ROOT UINT32_MAX /* parent of the root */

/* Nodes are looked at in another order than theirs: what is needed of one then lies together. */
struct fp_node {
    int64_t self, total;
    uint32_t name;
    uint32_t at; /* byte offset of the node in the reply, for messages */
};

struct fp_nodes {
    struct fp_node *node;
    uint32_t *parent;      /* of each */
    const uint32_t *names; /* borrowed: a node's name → its id in the builder's names; NULL = it is that */
    size_t count, cap;
    size_t node_cap, parent_cap; /* of either column; `cap` is what both have */
};

/* What a reply says against itself without being refused for it. */
struct fp_balance {
    uint64_t nodes; /* where total ≠ self + Σ children */
    int64_t value;  /* Σ |total − (self + Σ children)|, at most INT64_MAX */
};

void fp_nodes_release(struct fp_nodes *nodes);
int fp_nodes_reserve(struct fp_nodes *nodes, size_t need, struct fp_error *err);

/* A node at the end. */
static inline int fp_nodes_add(struct fp_nodes *nodes, struct fp_node node, uint32_t parent, struct fp_error *err)
{
    int rc = nodes->count < nodes->cap ? FP_OK : fp_nodes_reserve(nodes, nodes->count + 1, err);

    if (rc < 0)
        return rc;
    nodes->node[nodes->count] = node;
    nodes->parent[nodes->count++] = parent;
    return FP_OK;
}

/*
 * Puts all nodes below the builder's root (which exists; the listed root's self value is added to it).
 * Refuses, with byte offset: no root, two roots, orphans, cycles, stacks beyond the limit, sums that overflow.
 * `self` is what counts; `total` is only compared (FP_OK with what differs in ret_balance).
 */
int fp_nodes_assemble(const struct fp_nodes *nodes, struct fp_builder *builder, struct fp_balance *ret_balance,
                      struct fp_error *err);

#endif
