#include "codec/nodes.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"

#define NONE UINT32_MAX
#define LAST 0x80000000u /* in a list of children, the mark of the last one: FP_LIMIT_NODES leaves it free */

void fp_nodes_release(struct fp_nodes *nodes)
{
    free(nodes->node);
    *nodes = (struct fp_nodes){ 0 };
}

int fp_nodes_reserve(struct fp_nodes *nodes, size_t need, struct fp_error *err)
{
    return fp_array_reserve(&nodes->node, &nodes->cap, need, sizeof *nodes->node, FP_LIMIT_NODES, "nodes",
                            err);
}

static int refuse(const struct fp_nodes *nodes, uint32_t node, const char *why, struct fp_error *err)
{
    fp_error_set(err, FP_EDATA, "%s", why);
    fp_error_at(err, NULL, 0, 0, nodes->node[node].at);
    return FP_EDATA;
}

static int64_t add_capped(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* The root's index; exactly one node may have no parent. */
static int find_root(const struct fp_nodes *nodes, uint32_t *ret_root, struct fp_error *err)
{
    uint32_t root = NONE;

    for (uint32_t i = 0; i < nodes->count; i++) {
        if (nodes->node[i].parent != FP_NODES_ROOT)
            continue;
        if (root != NONE)
            return refuse(nodes, i, "a second root", err);
        root = i;
    }
    if (root == NONE)
        return refuse(nodes, 0, "nodes without a root: neither this one nor any other", err);
    *ret_root = root;
    return FP_OK;
}

/* A node that has its place, and whose children are still to come. */
struct placed {
    uint32_t first; /* of its children in `children`, or NONE */
    uint32_t place; /* in the builder */
    int64_t below;  /* what its children's totals must add up to */
};

/*
 * Breadth first, from the root: a node's parent has its place before it, and what is not reached is on a
 * cycle or below one. No table of names is asked as long as no two siblings have one name, which honest
 * replies keep. The reply's order is random, and memory is what costs: each node is looked at once.
 */
struct assembly {
    struct fp_nodes *nodes;
    struct fp_builder *builder;
    struct fp_balance balance;
    uint32_t *children;   /* grouped by parent, in the order of the reply */
    struct placed *queue; /* the first ones have placed their children, too */
    size_t queued;
    uint32_t *last; /* by name: the parent that last got a child of this name */
    bool merged;    /* two siblings were one: from here on the builder is asked */
};

static void release(struct assembly *a)
{
    free(a->children);
    free(a->queue);
    free(a->last);
}

/* The lists of children: `end` is of each node's, which begin where the previous node's end. */
static void group_children(struct assembly *a, uint32_t *end)
{
    struct fp_node *node = a->nodes->node;
    size_t count = a->nodes->count;
    uint32_t before = 0;

    for (size_t i = 0; i < count; i++)
        if (node[i].parent != FP_NODES_ROOT)
            end[node[i].parent]++;
    for (size_t i = 0; i < count; i++) { /* how many → where they begin */
        uint32_t own = end[i];

        end[i] = before;
        before += own;
    }
    for (uint32_t i = 0; i < count; i++) /* where they begin → where they end */
        if (node[i].parent != FP_NODES_ROOT)
            a->children[end[node[i].parent]++] = i;
    before = 0;
    for (size_t i = 0; i < count; i++) {
        node[i].first = end[i] > before ? before : NONE;
        if (end[i] > before)
            a->children[end[i] - 1] |= LAST;
        before = end[i];
    }
}

static int prepare(struct assembly *a, struct fp_error *err)
{
    size_t count = a->nodes->count, names = a->builder->names.count;
    uint32_t *end = fp_array_zeroed(count, sizeof *end);
    int rc = FP_OK;

    a->children = fp_array_new(count, sizeof *a->children);
    a->last = fp_array_new(names, sizeof *a->last);
    if (!end || !a->children || !a->last)
        rc = fp_error_nomem(err);
    else
        group_children(a, end);
    free(end);
    if (rc == FP_OK && !(a->queue = fp_array_new(count, sizeof *a->queue)))
        rc = fp_error_nomem(err);
    for (size_t i = 0; i < names && rc == FP_OK; i++)
        a->last[i] = NONE;
    return rc == FP_OK ? fp_builder_reserve(a->builder, count, err) : rc;
}

/* A node gets its place below its parent's. No value is negative. */
static int put(struct assembly *a, const struct fp_node *node, uint32_t above, struct fp_error *err)
{
    struct placed *placed = &a->queue[a->queued++];
    int rc;

    a->merged |= a->last[node->name] == above;
    a->last[node->name] = above;
    rc = a->merged ? fp_builder_child(a->builder, above, node->name, &placed->place, err)
                   : fp_builder_append(a->builder, above, node->name, &placed->place, err);
    if (rc == FP_OK)
        rc = fp_builder_add(a->builder, placed->place, node->self, err);
    if (rc < 0)
        fp_error_at(err, NULL, 0, 0, node->at);
    placed->first = node->first;
    placed->below = node->total - node->self;
    return rc;
}

/* All children of a node that has its place; what it says of itself is compared with them. */
static int put_children(struct assembly *a, struct placed parent, struct fp_error *err)
{
    int64_t sum = 0;
    int rc = FP_OK;

    for (uint32_t i = parent.first, last = i == NONE; !last && rc == FP_OK; i++) {
        const struct fp_node *child = &a->nodes->node[a->children[i] & ~LAST];

        last = a->children[i] & LAST;
        sum = add_capped(sum, child->total);
        rc = put(a, child, parent.place, err);
    }
    if (sum != parent.below) {
        int64_t off; /* a total that is smaller than its own self leaves less than nothing */

        a->balance.nodes++;
        if (__builtin_sub_overflow(sum, parent.below, &off))
            off = INT64_MAX;
        a->balance.value = add_capped(a->balance.value, llabs(off));
    }
    return rc;
}

/* Each step of a walk through memory in no order would wait for it: what the queue will come to in a while is fetched
 * step by step before. (A function that only fetches has no effect in the eyes of gcc, which drops the call unless it
 * was inlined first.) */
static inline __attribute__((always_inline)) void fetch_ahead(const struct assembly *a, size_t i)
{
    enum { AHEAD = 12 };
    const struct placed *coming = a->queue + i;
    size_t left = a->queued - i;

    if (left > 2 * AHEAD && coming[2 * AHEAD].first != NONE)
        __builtin_prefetch(&a->children[coming[2 * AHEAD].first]);
    if (left > AHEAD && coming[AHEAD].first != NONE)
        __builtin_prefetch(&a->nodes->node[a->children[coming[AHEAD].first] & ~LAST]);
}

/* There are nodes that were not reached: up from the first of them, to one that was passed already. */
static int refuse_cycle(struct assembly *a, uint32_t root, struct fp_error *err)
{
    const struct fp_node *node = a->nodes->node;
    bool *passed = fp_array_zeroed(a->nodes->count, sizeof *passed);
    uint32_t at = 0;
    int rc;

    if (!passed)
        return fp_error_nomem(err);
    passed[root] = true;
    for (size_t i = 0; i < a->queued; i++)
        for (uint32_t k = a->queue[i].first, last = k == NONE; !last; k++) {
            passed[a->children[k] & ~LAST] = true;
            last = a->children[k] & LAST;
        }
    while (passed[at])
        at++;
    for (passed[at] = true; !passed[node[at].parent]; passed[at] = true)
        at = node[at].parent;
    rc = refuse(a->nodes, at, "a cycle: this node is its own ancestor", err);
    free(passed);
    return rc;
}

int fp_nodes_assemble(struct fp_nodes *nodes, struct fp_builder *builder, struct fp_balance *ret_balance,
                      struct fp_error *err)
{
    struct assembly a = { .nodes = nodes, .builder = builder };
    const struct fp_node *top;
    uint32_t root = 0;
    int rc = find_root(nodes, &root, err);

    if (rc == FP_OK)
        rc = prepare(&a, err);
    top = &nodes->node[root];
    if (rc == FP_OK)
        rc = fp_builder_add(builder, 0, top->self, err);
    if (rc < 0)
        goto done;
    a.queue[a.queued++] = (struct placed){ .first = top->first, .place = 0, .below = top->total - top->self };
    for (size_t i = 0; i < a.queued && rc == FP_OK; i++) {
        fetch_ahead(&a, i);
        rc = put_children(&a, a.queue[i], err);
    }
    if (rc == FP_OK && a.queued < nodes->count)
        rc = refuse_cycle(&a, root, err);
    if (rc == FP_OK)
        *ret_balance = a.balance;
done:
    release(&a);
    return rc;
}
