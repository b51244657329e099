#include "profile/tree.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/limits.h"

void fp_builder_init(struct fp_builder *builder)
{
    *builder = (struct fp_builder){ 0 };
    fp_names_init(&builder->names);
}

void fp_builder_release(struct fp_builder *builder)
{
    fp_names_release(&builder->names);
    free(builder->parent);
    free(builder->name);
    free(builder->depth);
    free(builder->self);
    free(builder->table);
    *builder = (struct fp_builder){ 0 };
}

static int reserve(struct fp_builder *b, size_t need, struct fp_error *err)
{
    size_t cap[4] = { b->cap, b->cap, b->cap, b->cap };
    int rc = fp_array_reserve(&b->parent, &cap[0], need, sizeof *b->parent, FP_LIMIT_NODES, "nodes", err);

    if (rc == FP_OK)
        rc = fp_array_reserve(&b->name, &cap[1], need, sizeof *b->name, FP_LIMIT_NODES, "nodes", err);
    if (rc == FP_OK)
        rc = fp_array_reserve(&b->depth, &cap[2], need, sizeof *b->depth, FP_LIMIT_NODES, "nodes", err);
    if (rc == FP_OK)
        rc = fp_array_reserve(&b->self, &cap[3], need, sizeof *b->self, FP_LIMIT_NODES, "nodes", err);
    if (rc == FP_OK)
        b->cap = cap[0];
    return rc;
}

static size_t slot_of(const struct fp_builder *b, uint32_t parent, uint32_t name)
{
    /* both ids count up from 0: mixed without a seed, they cannot be chosen to collide in any useful way */
    return fp_hash_mix((uint64_t)parent << 32 | name) & (b->table_size - 1);
}

/* The table must be at most two thirds full. */
static bool table_fits(size_t size, size_t nodes)
{
    return 3 * nodes <= 2 * size;
}

/* To a power of two with room for so many nodes. */
static int grow_table(struct fp_builder *b, size_t nodes, struct fp_error *err)
{
    size_t size = b->table_size ? b->table_size : 256;
    uint32_t *table;

    while (!table_fits(size, nodes))
        size *= 2;
    table = calloc(size, sizeof *table);

    if (!table)
        return fp_error_nomem(err);
    free(b->table);
    b->table = table;
    b->table_size = size;
    for (uint32_t node = 1; node < b->count; node++) {
        size_t at = slot_of(b, b->parent[node], b->name[node]);

        while (table[at])
            at = (at + 1) & (size - 1);
        table[at] = node;
    }
    return FP_OK;
}

/* Appends a node; room was reserved. */
static uint32_t append(struct fp_builder *b, uint32_t parent, uint32_t name, uint32_t depth)
{
    uint32_t node = (uint32_t)b->count++;

    b->parent[node] = parent;
    b->name[node] = name;
    b->depth[node] = depth;
    b->self[node] = 0;
    return node;
}

int fp_builder_reserve(struct fp_builder *b, size_t nodes, struct fp_error *err)
{
    int rc = nodes > b->cap ? reserve(b, nodes, err) : FP_OK;

    return rc == FP_OK && !table_fits(b->table_size, nodes) ? grow_table(b, nodes, err) : rc;
}

int fp_builder_root(struct fp_builder *b, struct fp_slice name, enum fp_frame_kind kind, struct fp_error *err)
{
    uint32_t id;
    int rc;

    if (b->count)
        return fp_error_set(err, FP_EDATA, "a profile has one root only");
    rc = fp_names_intern(&b->names, name, kind, &id, err);
    if (rc == FP_OK)
        rc = reserve(b, 1, err);
    if (rc == FP_OK)
        append(b, FP_NO_NODE, id, 0);
    return rc;
}

int fp_builder_child(struct fp_builder *b, uint32_t parent, uint32_t name, uint32_t *ret_node, struct fp_error *err)
{
    uint32_t node;
    size_t at;
    int rc;

    if (!table_fits(b->table_size, b->count + 1)) {
        rc = grow_table(b, b->count + 1, err);
        if (rc < 0)
            return rc;
    }
    at = slot_of(b, parent, name);
    while ((node = b->table[at]) != 0) {
        if (b->parent[node] == parent && b->name[node] == name) {
            *ret_node = node;
            return FP_OK;
        }
        at = (at + 1) & (b->table_size - 1);
    }
    if (b->depth[parent] >= FP_LIMIT_DEPTH) {
        fp_error_set(err, FP_ELIMIT, "a stack of more than %u frames", FP_LIMIT_DEPTH);
        return fp_error_beyond(err, FP_BEYOND_DEPTH);
    }
    rc = reserve(b, b->count + 1, err);
    if (rc < 0)
        return rc;
    node = append(b, parent, name, b->depth[parent] + 1);
    b->table[at] = node;
    *ret_node = node;
    return FP_OK;
}

int fp_builder_add(struct fp_builder *b, uint32_t node, int64_t value, struct fp_error *err)
{
    int64_t total;

    if (value < 0)
        return fp_error_set(err, FP_EDATA, "a negative value");
    if (__builtin_add_overflow(b->total, value, &total))
        return fp_error_set(err, FP_EDATA, "the values add up to more than 2^63 - 1");
    b->total = total;
    b->self[node] += value; /* at most the total, which fits */
    return FP_OK;
}

int fp_builder_merge(struct fp_builder *to, const struct fp_builder *from, struct fp_error *err)
{
    size_t names = from->names.count, nodes = from->count;
    uint32_t *map;
    int rc = FP_OK;

    if (!nodes)
        return FP_OK;
    map = malloc((names + nodes) * sizeof *map); /* the names' ids, then the nodes' */
    if (!map)
        return fp_error_nomem(err);
    to->objects |= from->objects;
    rc = fp_builder_reserve(to, nodes, err);
    for (uint32_t id = 0; id < names && rc == FP_OK; id++)
        rc = fp_names_intern(&to->names, fp_names_get(&from->names, id), (enum fp_frame_kind)from->names.kind[id],
                             &map[id], err);
    map[names] = 0; /* roots are one */
    if (rc == FP_OK)
        rc = fp_builder_add(to, 0, from->self[0], err);
    for (uint32_t node = 1; node < nodes && rc == FP_OK; node++) {
        rc = fp_builder_child(to, map[names + from->parent[node]], map[from->name[node]], &map[names + node], err);
        if (rc == FP_OK)
            rc = fp_builder_add(to, map[names + node], from->self[node], err);
    }
    free(map);
    return rc;
}
