/*
 * Sums over a frozen tree: by function, by kind, by thread.
 *
 * A function's `self` is the sum over its nodes; its `total` counts a stack in
 * which it appears twice (recursion) once: only nodes without an ancestor of the
 * same name add to it. So every total is at most the profile's.
 */
#ifndef FP_PROFILE_TOTALS_H
#define FP_PROFILE_TOTALS_H

#include "profile/tree.h"

struct fp_function_total {
    uint32_t name; /* in tree->names */
    uint32_t node; /* its node with the largest total; the first of equals */
    int64_t self, total;
};

struct fp_function_totals {
    struct fp_function_total *items; /* one for each name that a node other than the root has */
    size_t count;
};

enum fp_totals_order { FP_BY_SELF, FP_BY_TOTAL };

int fp_totals_by_function(const struct fp_tree *tree, struct fp_function_totals *ret_totals, struct fp_error *err);
/* Largest first; equal values by name. */
void fp_totals_sort(const struct fp_tree *tree, struct fp_function_totals *totals, enum fp_totals_order order);
void fp_totals_release(struct fp_function_totals *totals);

/* self[kind] adds up to the tree's total: the root's own self value is counted under its kind. */
void fp_totals_by_kind(const struct fp_tree *tree, int64_t self[FP_KIND_COUNT]);

/* Totals of all frames of one kind by name (threads, processes), largest first, each stack once. */
int fp_totals_of_kind(const struct fp_tree *tree, enum fp_frame_kind kind, struct fp_function_totals *ret_totals,
                      struct fp_error *err);

#endif
