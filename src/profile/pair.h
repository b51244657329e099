/*
 * Two profiles as one: a tree with two value columns.
 *
 * Frames are matched by identity (profile/ident.h), not by raw name: two frames are one when their parents are and
 * their identities and kinds are. The roots are one whatever their names. The tree's names are the identities;
 * `after_node` and `before_node` say where a node came from, for its raw name and its node id.
 *
 * Shape: `tree` holds every stack of either side; its self and total columns are the newer profile's ("after").
 * `before_self` and `before_total` are the older one's, node by node. A node that is in one side only has 0 in the
 * other, and FP_NO_NODE. Invariants of each side are those of a tree: total = self + Σ children's totals.
 *
 *     struct fp_pair pair;
 *     if (fp_pair_make(&pair, &before, &after, &err) == 0) …
 *     fp_pair_release(&pair);
 *
 * Nothing is normalised here: shares are tree.total[0]'s and before_total[0]'s, and computed when needed. The two
 * trees are only read, and need not outlive the pair unless raw names are wanted. Linear in the nodes; no recursion.
 */
#ifndef FP_PROFILE_PAIR_H
#define FP_PROFILE_PAIR_H

#include "profile/tree.h"

struct fp_pair {
    struct fp_tree tree;
    int64_t *before_self, *before_total;
    uint32_t *after_node, *before_node; /* the first that became this one */
};

int fp_pair_make(struct fp_pair *ret_pair, const struct fp_tree *before, const struct fp_tree *after,
                 struct fp_error *err);
void fp_pair_release(struct fp_pair *pair);

#endif
