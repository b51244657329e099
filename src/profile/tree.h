/*
 * The profile tree: columns, not objects.
 *
 * Two states. A *builder* grows: parent[], name[], self[] and one open-addressed table (parent, name) → node,
 * brought up to date when it is asked; invariant parent[i] < i, node 0 is the root (its parent is
 * FP_NO_NODE). Two children of one parent never have the same name: adding a stack twice adds its values.
 *
 * A *tree* is frozen: the same nodes in preorder with siblings in the order of names (bytes, then kind), so
 * that equal profiles are equal column by column however they came about. Invariants: parent[i] < i; first
 * child is i + 1 when i + 1 < end[i]; next sibling is end[i]; a subtree is [i, end[i]); skipping it is i =
 * end[i]; total[i] = self[i] + Σ total of children; every value >= 0; the sum of all selfs fits int64, so
 * every sum over disjoint subtrees does too.
 *
 *     struct fp_builder builder;
 *     fp_builder_init(&builder);
 *     fp_builder_root(&builder, name, FP_KIND_PROCESS, &err);
 *     fp_builder_child(&builder, 0, name_id, &node, &err);
 *     fp_builder_add(&builder, node, 10101, &err);
 *     fp_tree_freeze(&tree, &builder, 0, &err);   // takes the names over; releases the builder
 *     fp_tree_release(&tree);
 *
 * No function here recurses. A builder belongs to one thread; a tree is only read.
 */
#ifndef FP_PROFILE_TREE_H
#define FP_PROFILE_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/limits.h"
#include "profile/names.h"

#define FP_NO_NODE UINT32_MAX

struct fp_builder {
    struct fp_names names;
    uint32_t *parent, *name, *depth;
    int64_t *self;
    size_t count, cap;
    struct fp_slots slots; /* of (parent, name) → node: the nodes 1 … in_slots - 1 */
    size_t in_slots;
    int64_t total;   /* Σ self */
    bool objects;    /* leaves are kinds of objects: a reply said so by its function types */
};

void fp_builder_init(struct fp_builder *builder);
void fp_builder_release(struct fp_builder *builder);

/* Room for so many nodes in all, where that is known: growing step by step costs as much again as filling. */
int fp_builder_reserve(struct fp_builder *builder, size_t nodes, struct fp_error *err);
/* Makes node 0. Must come first, once. */
int fp_builder_root(struct fp_builder *builder, struct fp_slice name, enum fp_frame_kind kind, struct fp_error *err);
/* Finds or makes the child of `parent` with this name. FP_ELIMIT beyond FP_LIMIT_NODES or FP_LIMIT_DEPTH. */
int fp_builder_child(struct fp_builder *builder, uint32_t parent, uint32_t name, uint32_t *ret_node,
                     struct fp_error *err);
/* Adds to the self value of a node; FP_EDATA when negative or when the profile's total would overflow. */
int fp_builder_add(struct fp_builder *builder, uint32_t node, int64_t value, struct fp_error *err);
int fp_builder_append_checked(struct fp_builder *builder, uint32_t parent, uint32_t name, int64_t value,
                              struct fp_error *err);
/* A child at the end, with its value, and no table is asked: whether `parent` has one of this name already, the caller
 * knows, or calls fp_builder_join_twins when all are there (before a table is asked for the first time). */
static inline int fp_builder_append(struct fp_builder *builder, uint32_t parent, uint32_t name, int64_t value,
                                    struct fp_error *err)
{
    size_t node = builder->count;
    uint32_t depth = builder->depth[parent];
    int64_t total;

    if (node == builder->cap || depth >= FP_LIMIT_DEPTH || value < 0 ||
        __builtin_add_overflow(builder->total, value, &total))
        return fp_builder_append_checked(builder, parent, name, value, err);
    builder->parent[node] = parent;
    builder->name[node] = name;
    builder->depth[node] = depth + 1;
    builder->self[node] = value;
    builder->total = total;
    builder->count = node + 1;
    return FP_OK;
}
/* Children of one parent that have one name become one. */
int fp_builder_join_twins(struct fp_builder *builder, struct fp_error *err);
/* Adds every stack of `from` below our root (roots are one, whatever their names). `from` is used up: what
 * is left of it can be released, no more. On failure `to` is not usable either. */
int fp_builder_merge(struct fp_builder *to, struct fp_builder *from, struct fp_error *err);

struct fp_tree {
    struct fp_names names;
    uint32_t *parent, *name, *depth, *end;
    int64_t *self, *total;
    uint32_t count;
    uint32_t max_depth; /* of the deepest node; the root has 0 */
};

/* With `objects` here or in the builder, leaves of kind application become kind object (memory profiles):
 * being an object is a matter of place, so decoders intern objects as application and set builder.objects.
 * Consumes the builder: it is released in every case. */
int fp_tree_freeze(struct fp_tree *ret_tree, struct fp_builder *builder, bool objects, struct fp_error *err);
/* The same, and where each node went: ret_place[id in the builder] is its id in the tree. free() it. */
int fp_tree_freeze_placed(struct fp_tree *ret_tree, struct fp_builder *builder, bool objects,
                          uint32_t **ret_place, struct fp_error *err);
void fp_tree_release(struct fp_tree *tree);

static inline struct fp_slice fp_tree_name(const struct fp_tree *tree, uint32_t node)
{
    return fp_names_get(&tree->names, tree->name[node]);
}

static inline enum fp_frame_kind fp_tree_kind(const struct fp_tree *tree, uint32_t node)
{
    return (enum fp_frame_kind)tree->names.kind[tree->name[node]];
}

#endif
