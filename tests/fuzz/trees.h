/* The promises of profile/tree.h, as claims. */
#ifndef FP_TEST_FUZZ_TREES_H
#define FP_TEST_FUZZ_TREES_H

#include "base/utf8.h"
#include "fuzz.h"
#include "profile/tree.h"

static inline void fuzz_check_tree(const struct fp_tree *t)
{
    int64_t self = 0;

    FUZZ_CHECK(t->count > 0 && t->parent[0] == FP_NO_NODE && t->end[0] == t->count);
    for (size_t i = 0; i < t->names.count; i++) {
        struct fp_slice name = fp_names_get(&t->names, (uint32_t)i);

        FUZZ_CHECK(fp_utf8_valid_prefix(name.data, name.len) == name.len);
    }
    for (uint32_t i = 0; i < t->count; i++) {
        int64_t sum = t->self[i];
        uint32_t previous = FP_NO_NODE, c;

        FUZZ_CHECK(t->end[i] > i && t->end[i] <= t->count && t->self[i] >= 0 && t->name[i] < t->names.count);
        for (c = i + 1; c < t->end[i]; c = t->end[c]) {
            int order = previous == FP_NO_NODE ? -1 : fp_slice_compare(fp_tree_name(t, previous), fp_tree_name(t, c));

            FUZZ_CHECK(t->parent[c] == i && t->depth[c] == t->depth[i] + 1);
            FUZZ_CHECK(order < 0 || (order == 0 && fp_tree_kind(t, previous) < fp_tree_kind(t, c)));
            previous = c;
            sum += t->total[c];
        }
        FUZZ_CHECK(c == t->end[i] && sum == t->total[i]);
        self += t->self[i];
    }
    FUZZ_CHECK(self == t->total[0]);
}

static inline void fuzz_check_trees_equal(const struct fp_tree *a, const struct fp_tree *b)
{
    FUZZ_CHECK(a->count == b->count);
    for (uint32_t i = 0; i < a->count; i++)
        FUZZ_CHECK(a->parent[i] == b->parent[i] && a->self[i] == b->self[i] &&
                   fp_slice_equal(fp_tree_name(a, i), fp_tree_name(b, i)) && fp_tree_kind(a, i) == fp_tree_kind(b, i));
}

#endif
