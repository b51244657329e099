/*
 * DeepFlow's node ids for the top of a table: a few hundred nodes of a large tree.
 *
 * The ids are made in the order of the tree, so that what the nodes' paths share is hashed once: at most one pass over
 * the names of the tree, whatever the table holds.
 *
 *     struct fp_top_nodes top = { 0 };
 *     fp_top_nodes_want(&top, node);            // as often as there is room
 *     fp_top_nodes_make(&top, tree, &err);
 *     text = fp_top_nodes_find(&top, node);     // NULL for a node that was not wanted
 *
 * Holds nothing that must be released. Belongs to one thread.
 */
#ifndef FP_REPORT_TOP_NODES_H
#define FP_REPORT_TOP_NODES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "profile/node_id.h"
#include "profile/tree.h"

struct fp_top_nodes {
    struct fp_top_node {
        uint32_t node;
        char text[FP_NODE_ID_TEXT];
    } items[2 * FP_LIMIT_TOP_FUNCTIONS]; /* by self and by total */
    size_t count;
};

/* Nodes beyond the room are not taken. */
void fp_top_nodes_want(struct fp_top_nodes *top, uint32_t node);
/* Sorts what is wanted and makes the ids. */
int fp_top_nodes_make(struct fp_top_nodes *top, const struct fp_tree *tree, struct fp_error *err);
const char *fp_top_nodes_find(const struct fp_top_nodes *top, uint32_t node);

#endif
