#include "profile/calls.h"

#include <stdlib.h>

/*
 * Below an outermost frame, each node hands its self value to the last frame of the function on its path (`branch` is
 * then the function itself) or to what stands right above that one. In preorder a parent's branch is known before its
 * children's.
 */
static void follow(const struct fp_tree *tree, uint32_t top, uint32_t *branch, int64_t *callees)
{
    uint32_t name = tree->name[top];

    for (uint32_t i = top; i < tree->end[top]; i++) {
        if (tree->name[i] == name || branch[tree->parent[i]] == name)
            branch[i] = tree->name[i];
        else
            branch[i] = branch[tree->parent[i]];
        callees[branch[i]] += tree->self[i];
    }
}

static int compare(const void *pa, const void *pb, void *ctx)
{
    const struct fp_call *a = pa, *b = pb;
    const struct fp_names *names = ctx;
    int order = a->value > b->value ? -1 : a->value < b->value;

    if (!order)
        order = fp_slice_compare(fp_names_get(names, a->name), fp_names_get(names, b->name));
    return order ? order : (int)names->kind[a->name] - (int)names->kind[b->name];
}

/* Those with a value, as a sorted list. */
static int list(const struct fp_tree *tree, const int64_t *values, struct fp_call **ret_calls, size_t *ret_count,
                struct fp_error *err)
{
    struct fp_call *calls;
    size_t count = 0, at = 0;

    for (size_t n = 0; n < tree->names.count; n++)
        count += values[n] > 0;
    calls = malloc((count + 1) * sizeof *calls);
    if (!calls)
        return fp_error_nomem(err);
    for (uint32_t n = 0; n < tree->names.count; n++)
        if (values[n] > 0)
            calls[at++] = (struct fp_call){ n, values[n] };
    qsort_r(calls, count, sizeof *calls, compare, (void *)(uintptr_t)&tree->names);
    *ret_calls = calls;
    *ret_count = count;
    return FP_OK;
}

int fp_calls_of(const struct fp_tree *tree, uint32_t name, struct fp_calls *ret_calls, struct fp_error *err)
{
    struct fp_calls calls = { 0 };
    int64_t *callers = calloc(tree->names.count + 1, sizeof *callers);
    int64_t *callees = calloc(tree->names.count + 1, sizeof *callees);
    uint32_t *branch = malloc(tree->count * sizeof *branch);
    int rc = FP_OK;

    if (!callers || !callees || !branch) {
        rc = fp_error_nomem(err);
        goto done;
    }
    for (uint32_t i = 1; i < tree->count;) {
        if (tree->name[i] != name) {
            i++;
            continue;
        }
        calls.total += tree->total[i];
        callers[tree->name[tree->parent[i]]] += tree->total[i];
        follow(tree, i, branch, callees);
        i = tree->end[i];
    }
    if (name < tree->names.count) {
        calls.self = callees[name];
        callees[name] = 0;
    }
    rc = list(tree, callers, &calls.callers, &calls.caller_count, err);
    if (rc == FP_OK)
        rc = list(tree, callees, &calls.callees, &calls.callee_count, err);
    if (rc == FP_OK)
        *ret_calls = calls;
    else
        fp_calls_release(&calls);
done:
    free(callers);
    free(callees);
    free(branch);
    return rc;
}

void fp_calls_release(struct fp_calls *calls)
{
    free(calls->callers);
    free(calls->callees);
    *calls = (struct fp_calls){ 0 };
}
