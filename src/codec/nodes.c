#include "codec/nodes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"

#define NONE UINT32_MAX

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

/*
 * The reply's order is random, and waiting for memory is what costs. First the order alone is made, breadth first from
 * the root, so that a parent comes before its children; what is not reached is on a cycle or below one. Then each node
 * is looked at once, with those to come already on the way.
 */
struct assembly {
    struct fp_nodes *nodes;
    struct fp_builder *builder;
    uint32_t *order; /* nodes; those that have their place in the builder: that place */
    uint32_t *up;    /* of each in `order`, where its parent is in `order` */
    int64_t *left;   /* of each in `order`: total − self − Σ total of the children that came, within ±INT64_MAX */
    uint32_t *last;  /* by name: the place that last got a child of this name */
    bool merged;     /* two siblings were one: from here on the builder is asked */
};

static void release(struct assembly *a)
{
    free(a->order);
    free(a->up);
    free(a->left);
    free(a->last);
}

/* Lists of children, grouped by parent, in the order of the reply: those of a node end at end[node], and begin where
 * the previous node's end. */
static void group_children(const struct fp_nodes *nodes, uint32_t *end, uint32_t *children)
{
    const struct fp_node *node = nodes->node;
    uint32_t before = 0;

    for (size_t i = 0; i < nodes->count; i++)
        if (node[i].parent != FP_NODES_ROOT)
            end[node[i].parent]++;
    for (size_t i = 0; i < nodes->count; i++) { /* how many → where they begin */
        uint32_t own = end[i];

        end[i] = before;
        before += own;
    }
    for (uint32_t i = 0; i < nodes->count; i++) /* where they begin → where they end */
        if (node[i].parent != FP_NODES_ROOT)
            children[end[node[i].parent]++] = i;
}

static inline uint32_t begin_of(const uint32_t *end, uint32_t node)
{
    return node ? end[node - 1] : 0;
}

enum { AHEAD = 24 }; /* nodes: what the walks will come to in a while is fetched before */

/* Returns how many nodes are reached from the root. */
static size_t walk(struct assembly *a, uint32_t root, const uint32_t *end, const uint32_t *children)
{
    uint32_t *order = a->order, *up = a->up;
    size_t count = 1;

    order[0] = root;
    up[0] = NONE;
    for (uint32_t i = 0; i < count; i++) {
        if (count - i > 2 * AHEAD) {
            __builtin_prefetch(&end[order[i + 2 * AHEAD]]);
            __builtin_prefetch(&children[begin_of(end, order[i + AHEAD])]);
        }
        for (uint32_t k = begin_of(end, order[i]); k < end[order[i]]; k++) {
            order[count] = children[k];
            up[count++] = i;
        }
    }
    return count;
}

/* There are nodes that were not reached: up from the first of them, to one that was passed already. */
static int refuse_cycle(const struct assembly *a, size_t reached, struct fp_error *err)
{
    const struct fp_node *node = a->nodes->node;
    bool *passed = fp_array_zeroed(a->nodes->count, sizeof *passed);
    uint32_t at = 0;
    int rc;

    if (!passed)
        return fp_error_nomem(err);
    for (size_t i = 0; i < reached; i++)
        passed[a->order[i]] = true;
    while (passed[at])
        at++;
    for (passed[at] = true; !passed[node[at].parent]; passed[at] = true)
        at = node[at].parent;
    rc = refuse(a->nodes, at, "a cycle: this node is its own ancestor", err);
    free(passed);
    return rc;
}

static int make_order(struct assembly *a, uint32_t root, struct fp_error *err)
{
    size_t count = a->nodes->count, reached;
    uint32_t *end, *children;

    a->order = fp_array_new(count, sizeof *a->order);
    a->up = fp_array_new(count, sizeof *a->up);
    a->left = fp_array_new(count, sizeof *a->left);
    if (!a->order || !a->up || !a->left)
        return fp_error_nomem(err);
    end = (uint32_t *)a->left; /* which is as large as both, and comes later */
    children = end + count;
    memset(end, 0, count * sizeof *end);
    group_children(a->nodes, end, children);
    reached = walk(a, root, end, children);
    return reached < count ? refuse_cycle(a, reached, err) : FP_OK;
}

static int64_t take(int64_t left, int64_t total)
{
    return left < total - INT64_MAX ? -INT64_MAX : left - total;
}

/* A node that is not the root gets its place below its parent's. No table of names is asked as long as no two siblings
 * have one name, which honest replies keep. No value is negative. */
static int put(struct assembly *a, uint32_t i, struct fp_error *err)
{
    const struct fp_node *node = &a->nodes->node[a->order[i]];
    uint32_t above = a->order[a->up[i]];
    int rc;

    a->left[i] = node->total - node->self;
    a->left[a->up[i]] = take(a->left[a->up[i]], node->total);
    a->merged |= a->last[node->name] == above;
    a->last[node->name] = above;
    if (!a->merged) {
        rc = fp_builder_append(a->builder, above, node->name, node->self, &a->order[i], err);
    } else {
        rc = fp_builder_child(a->builder, above, node->name, &a->order[i], err);
        if (rc == FP_OK)
            rc = fp_builder_add(a->builder, a->order[i], node->self, err);
    }
    if (rc < 0)
        fp_error_at(err, NULL, 0, 0, node->at);
    return rc;
}

static int put_all(struct assembly *a, struct fp_error *err)
{
    const struct fp_node *node = a->nodes->node, *root = &node[a->order[0]];
    size_t count = a->nodes->count, names = a->builder->names.count;
    int rc = fp_builder_reserve(a->builder, count, err);

    a->last = fp_array_new(names, sizeof *a->last);
    if (rc == FP_OK && !a->last)
        rc = fp_error_nomem(err);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < names; i++)
        a->last[i] = NONE;
    a->left[0] = root->total - root->self;
    a->order[0] = 0;
    rc = fp_builder_add(a->builder, 0, root->self, err);
    for (uint32_t i = 1; i < count && rc == FP_OK; i++) {
        if (i + AHEAD < count)
            __builtin_prefetch(&node[a->order[i + AHEAD]]);
        rc = put(a, i, err);
    }
    return rc;
}

static struct fp_balance sum_up(const struct assembly *a)
{
    struct fp_balance balance = { 0 };

    for (size_t i = 0; i < a->nodes->count; i++) {
        balance.nodes += a->left[i] != 0;
        balance.value = add_capped(balance.value, llabs(a->left[i]));
    }
    return balance;
}

int fp_nodes_assemble(struct fp_nodes *nodes, struct fp_builder *builder, struct fp_balance *ret_balance,
                      struct fp_error *err)
{
    struct assembly a = { .nodes = nodes, .builder = builder };
    uint32_t root = 0;
    int rc = find_root(nodes, &root, err);

    if (rc == FP_OK)
        rc = make_order(&a, root, err);
    if (rc == FP_OK)
        rc = put_all(&a, err);
    if (rc == FP_OK)
        *ret_balance = sum_up(&a);
    release(&a);
    return rc;
}
