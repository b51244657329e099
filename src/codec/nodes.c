#include "codec/nodes.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"

#define UNPLACED UINT32_MAX
#define ON_THE_WAY (UINT32_MAX - 1)

void fp_nodes_release(struct fp_nodes *nodes)
{
    free(nodes->parent);
    free(nodes->name);
    free(nodes->at);
    free(nodes->self);
    free(nodes->total);
    *nodes = (struct fp_nodes){ 0 };
}

int fp_nodes_reserve(struct fp_nodes *nodes, size_t need, struct fp_error *err)
{
    size_t cap[5] = { nodes->cap, nodes->cap, nodes->cap, nodes->cap, nodes->cap };
    int rc = fp_array_reserve(&nodes->parent, &cap[0], need, sizeof(uint32_t), FP_LIMIT_NODES, "nodes", err);

    if (rc == FP_OK)
        rc = fp_array_reserve(&nodes->name, &cap[1], need, sizeof(uint32_t), FP_LIMIT_NODES, "nodes", err);
    if (rc == FP_OK)
        rc = fp_array_reserve(&nodes->at, &cap[2], need, sizeof(uint32_t), FP_LIMIT_NODES, "nodes", err);
    if (rc == FP_OK)
        rc = fp_array_reserve(&nodes->self, &cap[3], need, sizeof(int64_t), FP_LIMIT_NODES, "nodes", err);
    if (rc == FP_OK)
        rc = fp_array_reserve(&nodes->total, &cap[4], need, sizeof(int64_t), FP_LIMIT_NODES, "nodes", err);
    if (rc == FP_OK)
        nodes->cap = cap[0];
    return rc;
}

static int refuse(const struct fp_nodes *nodes, uint32_t node, const char *why, struct fp_error *err)
{
    fp_error_set(err, FP_EDATA, "%s", why);
    fp_error_at(err, NULL, 0, 0, nodes->at[node]);
    return FP_EDATA;
}

static int64_t add_capped(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

/* total against self + Σ children; every value is >= 0. */
static int check_balance(const struct fp_nodes *nodes, struct fp_balance *balance, struct fp_error *err)
{
    int64_t *sum = malloc((nodes->count + 1) * sizeof *sum);

    if (!sum)
        return fp_error_nomem(err);
    *balance = (struct fp_balance){ 0 };
    for (size_t i = 0; i < nodes->count; i++)
        sum[i] = nodes->self[i];
    for (size_t i = 0; i < nodes->count; i++)
        if (nodes->parent[i] != FP_NODES_ROOT)
            sum[nodes->parent[i]] = add_capped(sum[nodes->parent[i]], nodes->total[i]);
    for (size_t i = 0; i < nodes->count; i++)
        if (sum[i] != nodes->total[i]) {
            balance->nodes++;
            balance->value = add_capped(balance->value, llabs(sum[i] - nodes->total[i]));
        }
    free(sum);
    return FP_OK;
}

/* The root's index; exactly one node may have no parent, and every node must have been listed. */
static int find_root(const struct fp_nodes *nodes, uint32_t *ret_root, struct fp_error *err)
{
    uint32_t root = UNPLACED;

    for (uint32_t i = 0; i < nodes->count; i++) {
        if (nodes->name[i] == FP_NODES_MISSING)
            return refuse(nodes, i, "an orphan: the parent that this node names is not in the reply", err);
        if (nodes->parent[i] != FP_NODES_ROOT)
            continue;
        if (root != UNPLACED)
            return refuse(nodes, i, "a second root", err);
        root = i;
    }
    if (root == UNPLACED)
        return fp_error_set(err, FP_EDATA, "nodes without a root");
    *ret_root = root;
    return FP_OK;
}

struct assembly {
    const struct fp_nodes *nodes;
    struct fp_builder *builder;
    uint32_t *place; /* node of the builder, or UNPLACED or ON_THE_WAY */
    uint32_t *path;  /* the unplaced ancestors of a node, itself first */
    size_t path_cap;
};

/* Walks up to the first ancestor that has its place, then down again giving places. Linear over all nodes. */
static int place(struct assembly *a, uint32_t node, struct fp_error *err)
{
    const struct fp_nodes *nodes = a->nodes;
    size_t depth = 0;
    int rc = FP_OK;

    for (uint32_t up = node; a->place[up] == UNPLACED; up = nodes->parent[up]) {
        if (depth == a->path_cap) {
            rc = fp_array_reserve(&a->path, &a->path_cap, depth + 1, sizeof *a->path, FP_LIMIT_DEPTH,
                                  "frames in one stack", err);
            if (rc < 0) {
                fp_error_at(err, NULL, 0, 0, nodes->at[up]);
                return rc;
            }
        }
        a->path[depth++] = up;
        a->place[up] = ON_THE_WAY;
        if (a->place[nodes->parent[up]] == ON_THE_WAY)
            return refuse(nodes, up, "a cycle: this node is its own ancestor", err);
    }
    while (depth-- > 0 && rc == FP_OK) {
        uint32_t next = a->path[depth];

        rc = fp_builder_child(a->builder, a->place[nodes->parent[next]], nodes->name[next], &a->place[next], err);
        if (rc == FP_OK)
            rc = fp_builder_add(a->builder, a->place[next], nodes->self[next], err);
        if (rc < 0)
            fp_error_at(err, NULL, 0, 0, nodes->at[next]);
    }
    return rc;
}

int fp_nodes_assemble(const struct fp_nodes *nodes, struct fp_builder *builder, struct fp_balance *ret_balance,
                      struct fp_error *err)
{
    struct assembly a = { .nodes = nodes, .builder = builder };
    uint32_t root = 0;
    int rc = find_root(nodes, &root, err);

    if (rc == FP_OK)
        rc = check_balance(nodes, ret_balance, err);
    if (rc < 0)
        return rc;
    a.place = malloc(nodes->count * sizeof *a.place);
    if (!a.place)
        return fp_error_nomem(err);
    for (size_t i = 0; i < nodes->count; i++)
        a.place[i] = UNPLACED;
    a.place[root] = 0;
    rc = fp_builder_add(builder, 0, nodes->self[root], err);
    for (uint32_t i = 0; i < nodes->count && rc == FP_OK; i++)
        rc = place(&a, i, err);
    free(a.place);
    free(a.path);
    return rc;
}
