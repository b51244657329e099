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
    fp_slots_release(&builder->slots);
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

int fp_builder_reserve(struct fp_builder *b, size_t nodes, struct fp_error *err)
{
    return reserve(b, nodes, err);
}

static uint32_t hash_of(uint32_t parent, uint32_t name)
{
    /* both ids count up from 0: mixed without a seed, they cannot be chosen to collide in any useful way */
    return (uint32_t)fp_hash_mix((uint64_t)parent << 32 | name);
}

/* The free slot for a node, or the slot where it is. */
static size_t find(const struct fp_builder *b, uint32_t parent, uint32_t name)
{
    uint32_t hash = hash_of(parent, name);
    size_t at = fp_slots_first(&b->slots, hash);

    for (; b->slots.slot[at]; at = fp_slots_next(&b->slots, at)) {
        uint32_t node = fp_slots_id(&b->slots, at);

        if (fp_slots_holds(&b->slots, at, hash) && b->parent[node] == parent && b->name[node] == name)
            break;
    }
    return at;
}

/* Slots for all nodes, and for one more. */
static int update_slots(struct fp_builder *b, struct fp_error *err)
{
    int rc = fp_slots_reserve(&b->slots, b->count + 1, err);

    if (rc < 0)
        return rc;
    for (uint32_t node = b->in_slots ? (uint32_t)b->in_slots : 1; node < b->count; node++) {
        uint32_t parent = b->parent[node], name = b->name[node];

        fp_slots_put(&b->slots, find(b, parent, name), hash_of(parent, name), node);
    }
    b->in_slots = b->count;
    return FP_OK;
}

/* A node at the end. */
static inline int append(struct fp_builder *b, uint32_t parent, uint32_t name, uint32_t depth, struct fp_error *err)
{
    size_t node = b->count;
    int rc = node < b->cap ? FP_OK : reserve(b, node + 1, err);

    if (rc < 0)
        return rc;
    b->parent[node] = parent;
    b->name[node] = name;
    b->depth[node] = depth;
    b->self[node] = 0;
    b->count++;
    return FP_OK;
}

int fp_builder_root(struct fp_builder *b, struct fp_slice name, enum fp_frame_kind kind, struct fp_error *err)
{
    uint32_t id;
    int rc;

    if (b->count)
        return fp_error_set(err, FP_EDATA, "a profile has one root only");
    rc = fp_names_intern(&b->names, name, kind, &id, err);
    return rc == FP_OK ? append(b, FP_NO_NODE, id, 0, err) : rc;
}

/* A child that is not there yet. */
static inline int append_child(struct fp_builder *b, uint32_t parent, uint32_t name, uint32_t *ret_node,
                               struct fp_error *err)
{
    uint32_t depth = b->depth[parent];
    int rc;

    if (depth >= FP_LIMIT_DEPTH) {
        fp_error_set(err, FP_ELIMIT, "a stack of more than %u frames", FP_LIMIT_DEPTH);
        return fp_error_beyond(err, FP_BEYOND_DEPTH);
    }
    rc = append(b, parent, name, depth + 1, err);
    if (rc == FP_OK)
        *ret_node = (uint32_t)b->count - 1;
    return rc;
}

int fp_builder_child(struct fp_builder *b, uint32_t parent, uint32_t name, uint32_t *ret_node, struct fp_error *err)
{
    size_t at;
    int rc = update_slots(b, err);

    if (rc < 0)
        return rc;
    at = find(b, parent, name);
    if (b->slots.slot[at]) {
        *ret_node = fp_slots_id(&b->slots, at);
        return FP_OK;
    }
    rc = append_child(b, parent, name, ret_node, err);
    if (rc == FP_OK) {
        fp_slots_put(&b->slots, at, hash_of(parent, name), *ret_node);
        b->in_slots = b->count;
    }
    return rc;
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

int fp_builder_append_checked(struct fp_builder *b, uint32_t parent, uint32_t name, int64_t value, struct fp_error *err)
{
    uint32_t node = 0;
    int rc = append_child(b, parent, name, &node, err);

    return rc == FP_OK ? fp_builder_add(b, node, value, err) : rc;
}

/* In place: what a node becomes is never behind it. */
int fp_builder_join_twins(struct fp_builder *b, struct fp_error *err)
{
    size_t count = b->count;
    uint32_t *place = fp_array_new(count, sizeof *place);
    int rc = FP_OK;

    if (!place)
        return fp_error_nomem(err);
    place[0] = 0;
    b->count = b->in_slots = 1;
    for (size_t node = 1; node < count && rc == FP_OK; node++) {
        int64_t self = b->self[node];

        rc = fp_builder_child(b, place[b->parent[node]], b->name[node], &place[node], err);
        if (rc == FP_OK)
            b->self[place[node]] += self; /* which the total has */
    }
    free(place);
    return rc;
}

/* Into a builder that has but its root: `from` with the other root. */
static int take_over(struct fp_builder *to, struct fp_builder *from, struct fp_error *err)
{
    uint32_t root;
    int rc = fp_names_intern(&from->names, fp_names_get(&to->names, to->name[0]),
                             (enum fp_frame_kind)to->names.kind[to->name[0]], &root, err);

    if (rc == FP_OK)
        rc = fp_builder_add(from, 0, to->self[0], err);
    if (rc < 0)
        return rc;
    from->name[0] = root;
    from->objects |= to->objects;
    fp_builder_release(to);
    *to = *from;
    *from = (struct fp_builder){ 0 };
    return FP_OK;
}

int fp_builder_merge(struct fp_builder *to, struct fp_builder *from, struct fp_error *err)
{
    size_t names = from->names.count, nodes = from->count;
    uint32_t *map;
    int rc = FP_OK;

    if (!nodes)
        return FP_OK;
    if (to->count == 1)
        return take_over(to, from, err);
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
