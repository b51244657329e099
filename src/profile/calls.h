/*
 * Who calls a function, and whom it calls.
 *
 * Recursion counts once, on both sides: a stack belongs to the caller of the function's outermost frame in it, and to
 * what stands right above its innermost one. So, exactly,
 *
 *     total = Σ callers = self + Σ callees
 *
 * with the self and the total of profile/totals.h, and a function is never a caller or a callee of its own.
 *
 *     struct fp_calls calls;
 *     if (fp_calls_of(&tree, name, &calls, &err) == 0) …
 *     fp_calls_release(&calls);
 *
 * The root calls what stands above it, but is asked about as little as in the totals. One pass over the nodes. Pure.
 */
#ifndef FP_PROFILE_CALLS_H
#define FP_PROFILE_CALLS_H

#include "profile/tree.h"

struct fp_call {
    uint32_t name; /* in tree->names */
    int64_t value; /* > 0 */
};

struct fp_calls {
    int64_t self, total;
    struct fp_call *callers, *callees; /* largest first; equals by name */
    size_t caller_count, callee_count;
};

/* `name`: of tree->names; one that no node has gives zeros. */
int fp_calls_of(const struct fp_tree *tree, uint32_t name, struct fp_calls *ret_calls, struct fp_error *err);
void fp_calls_release(struct fp_calls *calls);

#endif
