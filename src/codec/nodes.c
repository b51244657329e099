#include "codec/nodes.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"

#define UNPLACED UINT32_MAX
#define ON_THE_WAY (UINT32_MAX - 1)

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
    uint32_t root = UNPLACED;

    for (uint32_t i = 0; i < nodes->count; i++) {
        if (nodes->node[i].parent != FP_NODES_ROOT)
            continue;
        if (root != UNPLACED)
            return refuse(nodes, i, "a second root", err);
        root = i;
    }
    if (root == UNPLACED)
        return refuse(nodes, 0, "nodes without a root: neither this one nor any other", err);
    *ret_root = root;
    return FP_OK;
}

/*
 * Breadth first, from the root: a node's parent has its place before it, and what is not reached is on a
 * cycle or below one. No table of names is asked as long as no two siblings have one name, which honest
 * replies keep.
 */
struct assembly {
    struct fp_nodes *nodes;
    struct fp_builder *builder;
    struct fp_balance balance;
    uint32_t *end;      /* of each node's children in `children`; they begin where the previous node's end */
    uint32_t *children; /* grouped by parent, in the order of the reply */
    uint32_t *queue;    /* nodes that have their place; the first ones have placed their children, too */
    size_t queued;
    uint32_t *last; /* by name: the parent that last got a child of this name */
    bool merged;    /* two siblings were one: from here on the builder is asked */
};

static void release(struct assembly *a)
{
    free(a->end);
    free(a->children);
    free(a->queue);
    free(a->last);
}

static int prepare(struct assembly *a, struct fp_error *err)
{
    size_t count = a->nodes->count, names = a->builder->names.count;
    const struct fp_node *node = a->nodes->node;
    uint32_t before = 0;

    a->end = calloc(count, sizeof *a->end);
    a->children = malloc(count * sizeof *a->children);
    a->queue = malloc(count * sizeof *a->queue);
    a->last = malloc(names * sizeof *a->last);
    if (!a->end || !a->children || !a->queue || !a->last)
        return fp_error_nomem(err);
    for (size_t i = 0; i < names; i++)
        a->last[i] = UNPLACED;
    for (size_t i = 0; i < count; i++)
        if (node[i].parent != FP_NODES_ROOT)
            a->end[node[i].parent]++;
    for (size_t i = 0; i < count; i++) { /* how many → where they begin */
        uint32_t own = a->end[i];

        a->end[i] = before;
        before += own;
    }
    for (uint32_t i = 0; i < count; i++) /* where they begin → where they end */
        if (node[i].parent != FP_NODES_ROOT)
            a->children[a->end[node[i].parent]++] = i;
    return fp_builder_reserve(a->builder, count, err);
}

/* The place of a node below its parent's. */
static int put(struct assembly *a, struct fp_node *node, uint32_t above, struct fp_error *err)
{
    int rc;

    a->merged |= a->last[node->name] == above;
    a->last[node->name] = above;
    rc = a->merged ? fp_builder_child(a->builder, above, node->name, &node->place, err)
                   : fp_builder_append(a->builder, above, node->name, &node->place, err);
    if (rc == FP_OK)
        rc = fp_builder_add(a->builder, node->place, node->self, err);
    if (rc < 0)
        fp_error_at(err, NULL, 0, 0, node->at);
    return rc;
}

/* All children of a node that has its place; what it says of itself is compared with them. No value is
 * negative. */
static int put_children(struct assembly *a, uint32_t parent, struct fp_error *err)
{
    struct fp_node *node = a->nodes->node;
    int64_t sum = node[parent].self;
    int rc = FP_OK;

    for (uint32_t i = parent ? a->end[parent - 1] : 0; i < a->end[parent] && rc == FP_OK; i++) {
        uint32_t child = a->children[i];

        sum = add_capped(sum, node[child].total);
        rc = put(a, &node[child], node[parent].place, err);
        a->queue[a->queued++] = child;
    }
    if (sum != node[parent].total) {
        a->balance.nodes++;
        a->balance.value = add_capped(a->balance.value, llabs(sum - node[parent].total));
    }
    return rc;
}

/* The reply's order is random, and each step of a walk through it would wait for memory: what the queue
 * will come to in a while is fetched step by step before. (A function that only fetches has no effect in
 * the eyes of gcc, which drops the call unless it was inlined first.) */
static inline __attribute__((always_inline)) void fetch_ahead(const struct assembly *a, size_t i)
{
    enum { AHEAD = 12 };
    const uint32_t *coming = a->queue + i;
    size_t left = a->queued - i;

    if (left > 3 * AHEAD)
        __builtin_prefetch(&a->end[coming[3 * AHEAD]]);
    if (left > AHEAD)
        __builtin_prefetch(&a->nodes->node[coming[AHEAD]]);
    if (left > 2 * AHEAD && a->end[coming[2 * AHEAD]])
        __builtin_prefetch(&a->children[a->end[coming[2 * AHEAD]] - 1]);
    if (left > AHEAD && a->end[coming[AHEAD]])
        __builtin_prefetch(&a->nodes->node[a->children[a->end[coming[AHEAD]] - 1]]);
}

/* There are nodes that were not reached: up from the first of them, to one that was passed already. */
static int refuse_cycle(struct fp_nodes *nodes, struct fp_error *err)
{
    uint32_t at = 0;

    while (nodes->node[at].place != UNPLACED)
        at++;
    for (;;) {
        nodes->node[at].place = ON_THE_WAY;
        if (nodes->node[nodes->node[at].parent].place == ON_THE_WAY)
            return refuse(nodes, at, "a cycle: this node is its own ancestor", err);
        at = nodes->node[at].parent;
    }
}

int fp_nodes_assemble(struct fp_nodes *nodes, struct fp_builder *builder, struct fp_balance *ret_balance,
                      struct fp_error *err)
{
    struct assembly a = { .nodes = nodes, .builder = builder };
    uint32_t root = 0;
    int rc = find_root(nodes, &root, err);

    if (rc == FP_OK)
        rc = prepare(&a, err);
    if (rc == FP_OK)
        rc = fp_builder_add(builder, 0, nodes->node[root].self, err);
    if (rc < 0)
        goto done;
    for (size_t i = 0; i < nodes->count; i++)
        nodes->node[i].place = UNPLACED;
    nodes->node[root].place = 0;
    a.queue[a.queued++] = root;
    for (size_t i = 0; i < a.queued && rc == FP_OK; i++) {
        fetch_ahead(&a, i);
        rc = put_children(&a, a.queue[i], err);
    }
    if (rc == FP_OK && a.queued < nodes->count)
        rc = refuse_cycle(nodes, err);
    if (rc == FP_OK)
        *ret_balance = a.balance;
done:
    release(&a);
    return rc;
}
