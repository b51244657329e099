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
    free(nodes->parent);
    *nodes = (struct fp_nodes){ 0 };
}

int fp_nodes_reserve(struct fp_nodes *nodes, size_t need, struct fp_error *err)
{
    int rc = fp_array_reserve(&nodes->parent, &nodes->parent_cap, need, sizeof *nodes->parent, FP_LIMIT_NODES, "nodes",
                              err);

    if (rc == FP_OK)
        rc = fp_array_reserve(&nodes->node, &nodes->node_cap, need, sizeof *nodes->node, FP_LIMIT_NODES, "nodes", err);
    if (rc == FP_OK)
        nodes->cap = nodes->node_cap < nodes->parent_cap ? nodes->node_cap : nodes->parent_cap;
    return rc;
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
        if (nodes->parent[i] != FP_NODES_ROOT)
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
 * is looked at once, with those to come already on the way. All of it happens in the builder's columns: a node's place
 * is its place in the order.
 */
struct assembly {
    const struct fp_nodes *nodes;
    struct fp_builder *builder;
    uint32_t *order; /* nodes; the builder's names, once a node was looked at */
    uint32_t *up;    /* of each in `order`, where its parent is in `order`: the builder's parents */
    int64_t *left;   /* of each in `order`: total − self − Σ total of the children that came, within ±INT64_MAX */
    uint32_t *last;  /* by name: the place that last got a child of this name */
    bool twins;      /* two siblings have one name */
};

static void release(struct assembly *a)
{
    free(a->left);
    free(a->last);
}

enum { AHEAD = 24 }; /* nodes: what the walks will come to in a while is fetched before */

#define LAST 0x80000000u /* beside a node in a list: it ends here, as most do with their first one */

/* Lists of children, in the order of the reply. */
static void link_children(const struct fp_nodes *nodes, uint32_t *first, uint32_t *next)
{
    const uint32_t *parent = nodes->parent;

    for (size_t i = 0; i < nodes->count; i++)
        first[i] = NONE;
    for (uint32_t i = (uint32_t)nodes->count; i-- > 0;)
        if (parent[i] != FP_NODES_ROOT) {
            next[i] = first[parent[i]];
            first[parent[i]] = next[i] == NONE ? i | LAST : i;
        }
}

/* Returns how many nodes are reached from the root. */
static size_t walk(struct assembly *a, uint32_t root, const uint32_t *first, const uint32_t *next)
{
    uint32_t *order = a->order, *up = a->up;
    size_t count = 1;

    order[0] = root;
    up[0] = NONE;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t child = first[order[i]];

        if (count - i > 2 * AHEAD) {
            uint32_t coming = first[order[i + AHEAD]];

            __builtin_prefetch(&first[order[i + 2 * AHEAD]]);
            __builtin_prefetch(&next[coming & LAST ? 0 : coming]); /* a lone child needs no look */
        }
        for (; !(child & LAST); child = next[child]) {
            order[count] = child;
            up[count++] = i;
        }
        order[count] = child & ~LAST; /* without asking first, for whether there is one cannot be foretold */
        up[count] = i;
        count += child != NONE;
    }
    return count;
}

/* There are nodes that were not reached: up from the first of them, to one that was passed already. */
static int refuse_cycle(const struct assembly *a, size_t reached, struct fp_error *err)
{
    const uint32_t *parent = a->nodes->parent;
    bool *passed = fp_array_zeroed(a->nodes->count, sizeof *passed);
    uint32_t at = 0;
    int rc;

    if (!passed)
        return fp_error_nomem(err);
    for (size_t i = 0; i < reached; i++)
        passed[a->order[i]] = true;
    while (passed[at])
        at++;
    for (passed[at] = true; !passed[parent[at]]; passed[at] = true)
        at = parent[at];
    rc = refuse(a->nodes, at, "a cycle: this node is its own ancestor", err);
    free(passed);
    return rc;
}

static int make_order(struct assembly *a, uint32_t root, struct fp_error *err)
{
    size_t count = a->nodes->count, reached;
    uint32_t *first, *next;
    int rc = fp_builder_reserve(a->builder, count + 1, err);

    if (rc < 0)
        return rc;
    a->order = a->builder->name;
    a->up = a->builder->parent;
    a->left = fp_array_new(count, sizeof *a->left);
    if (!a->left)
        return fp_error_nomem(err);
    first = (uint32_t *)a->left; /* which is as large as both, and comes later */
    next = first + count;
    link_children(a->nodes, first, next);
    reached = walk(a, root, first, next);
    return reached < count ? refuse_cycle(a, reached, err) : FP_OK;
}

static int64_t take(int64_t left, int64_t total)
{
    return left < total - INT64_MAX ? -INT64_MAX : left - total;
}

/* The node in place i of the order gets that place in the builder. No value is negative. */
static inline int put(struct assembly *a, uint32_t i, struct fp_error *err)
{
    const struct fp_node *node = &a->nodes->node[a->order[i]];
    uint32_t up = a->up[i], name = a->nodes->names ? a->nodes->names[node->name] : node->name;
    int rc = fp_builder_append(a->builder, up, name, node->self, err);

    a->left[i] = node->total - node->self;
    a->left[up] = take(a->left[up], node->total);
    a->twins |= a->last[name] == up; /* siblings stand together */
    a->last[name] = up;
    if (rc < 0)
        fp_error_at(err, NULL, 0, 0, node->at);
    return rc;
}

static int put_all(struct assembly *a, uint32_t root_name, struct fp_error *err)
{
    const struct fp_node *node = a->nodes->node, *root = &node[a->order[0]];
    size_t count = a->nodes->count, names = a->builder->names.count;
    int rc;

    a->last = fp_array_new(names, sizeof *a->last);
    if (!a->last)
        return fp_error_nomem(err);
    for (size_t i = 0; i < names; i++)
        a->last[i] = NONE;
    a->left[0] = root->total - root->self;
    a->builder->name[0] = root_name;
    rc = fp_builder_add(a->builder, 0, root->self, err);
    for (uint32_t i = 1; i < count && rc == FP_OK; i++) {
        if (i + AHEAD < count) { /* some lie across two lines of the cache */
            const struct fp_node *coming = &node[a->order[i + AHEAD]];

            __builtin_prefetch(coming);
            __builtin_prefetch(&coming->at);
        }
        rc = put(a, i, err);
    }
    return rc == FP_OK && a->twins ? fp_builder_join_twins(a->builder, err) : rc;
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

int fp_nodes_assemble(const struct fp_nodes *nodes, struct fp_builder *builder, struct fp_balance *ret_balance,
                      struct fp_error *err)
{
    struct assembly a = { .nodes = nodes, .builder = builder };
    uint32_t root = 0, root_name = builder->name[0]; /* where the order will be */
    int rc = find_root(nodes, &root, err);

    if (rc == FP_OK)
        rc = make_order(&a, root, err);
    if (rc == FP_OK)
        rc = put_all(&a, root_name, err);
    if (rc == FP_OK)
        *ret_balance = sum_up(&a);
    release(&a);
    return rc;
}
