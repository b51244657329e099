#include "profile/tree.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/*
 * Freezing, in linear passes besides the sort of the distinct names:
 *   1. nodes in the order of their names (counting sort by rank),
 *   2. in that order each node is hung into its parent's list of children: the lists come out sorted,
 *   3. sizes of subtrees, one backward loop (parent[i] < i),
 *   4. preorder positions, one forward loop: a node's children follow it, each behind its elder siblings' subtrees,
 *   5. columns gathered in preorder; totals in one backward loop.
 */
enum { AHEAD = 16 }; /* nodes that are fetched in advance */

struct freezing {
    const struct fp_builder *from;
    const uint32_t *name; /* of each node: the builder's … */
    uint32_t *marked;    /* … or, where leaves are objects, these */
    uint32_t *by_rank;   /* nodes in the order of names; later: positions */
    uint32_t *child;     /* first child in the order of names … */
    uint32_t *size;      /* … and size of the subtree, itself included: both lie where the totals will be */
    uint32_t *sibling;   /* next sibling */
};

static void freezing_release(struct freezing *f)
{
    free(f->marked);
    free(f->by_rank);
    free(f->sibling);
}

/* Leaves of kind application become objects: new names, same bytes. */
static int mark_objects(struct fp_builder *b, uint32_t *name, struct fp_error *err)
{
    bool *inner = calloc(b->count, sizeof *inner);
    uint32_t *object = calloc(b->names.count + 1, sizeof *object); /* id + 1 of the object of that name; 0 = not yet made */
    int rc = FP_OK;

    if (!inner || !object) {
        rc = fp_error_nomem(err);
        goto done;
    }
    for (uint32_t i = 1; i < b->count; i++)
        inner[b->parent[i]] = true;
    for (uint32_t i = 1; i < b->count && rc == FP_OK; i++) {
        uint32_t id = name[i], made;

        if (inner[i] || b->names.kind[id] != FP_KIND_APPLICATION)
            continue;
        if (!object[id]) {
            struct fp_slice slice = fp_names_get(&b->names, id);
            char *copy = malloc(slice.len + 1); /* the slice moves when the table of names grows */

            if (!copy) {
                rc = fp_error_nomem(err);
                break;
            }
            if (slice.len)
                memcpy(copy, slice.data, slice.len);
            rc = fp_names_intern(&b->names, (struct fp_slice){ copy, slice.len }, FP_KIND_OBJECT, &made, err);
            free(copy);
            if (rc < 0)
                break;
            object[id] = made + 1;
        }
        name[i] = object[id] - 1;
    }
done:
    free(inner);
    free(object);
    return rc;
}

/* Steps 1 and 2. */
static int sort_children(struct freezing *f, struct fp_error *err)
{
    const struct fp_builder *b = f->from;
    size_t names = b->names.count;
    uint32_t *rank = malloc((names + 1) * sizeof *rank);
    uint32_t *start = calloc(names + 1, sizeof *start);
    int rc = FP_OK;

    if (!rank || !start)
        rc = fp_error_nomem(err);
    if (rc == FP_OK)
        rc = fp_names_rank(&b->names, rank, err);
    if (rc < 0)
        goto done;
    for (size_t i = 0; i < b->count; i++)
        start[rank[f->name[i]] + 1]++;
    for (size_t r = 0; r < names; r++)
        start[r + 1] += start[r];
    for (uint32_t i = 0; i < b->count; i++)
        f->by_rank[start[rank[f->name[i]]]++] = i;
    for (size_t i = 0; i < b->count; i++)
        f->child[i] = f->sibling[i] = FP_NO_NODE;
    /* from the last name to the first, each put in front; what comes is fetched before, step by step */
    for (size_t k = b->count; k-- > 0;) {
        uint32_t node = f->by_rank[k], parent = b->parent[node];

        if (k >= 2 * AHEAD) {
            uint32_t coming = b->parent[f->by_rank[k - AHEAD]];

            __builtin_prefetch(&b->parent[f->by_rank[k - 2 * AHEAD]]);
            __builtin_prefetch(&f->sibling[f->by_rank[k - AHEAD]], 1);
            __builtin_prefetch(&f->child[coming == FP_NO_NODE ? 0 : coming], 1);
        }
        if (parent == FP_NO_NODE)
            continue;
        f->sibling[node] = f->child[parent];
        f->child[parent] = node;
    }
done:
    free(rank);
    free(start);
    return rc;
}

/* Steps 3 and 4: where each node goes, into by_rank (whose content is done with). */
static const uint32_t *place(struct freezing *f)
{
    const struct fp_builder *b = f->from;
    uint32_t *position = f->by_rank;

    for (size_t i = 0; i < b->count; i++)
        f->size[i] = 1;
    for (size_t i = b->count - 1; i > 0; i--)
        f->size[b->parent[i]] += f->size[i];
    position[0] = 0;
    for (size_t i = 0; i < b->count; i++) {
        uint32_t at = position[i] + 1;

        for (uint32_t c = f->child[i]; c != FP_NO_NODE; c = f->sibling[c]) {
            position[c] = at;
            at += f->size[c];
        }
    }
    return position;
}

/* What is done with becomes a column; the others are new. */
static int make_columns(struct fp_tree *tree, struct fp_builder *b, struct freezing *f, struct fp_error *err)
{
    tree->name = fp_array_new(b->count, sizeof *tree->name);
    tree->self = fp_array_new(b->count, sizeof *tree->self);
    if (!tree->name || !tree->self)
        return fp_error_nomem(err);
    tree->parent = b->parent;
    tree->depth = b->depth;
    tree->end = f->sibling;
    b->parent = b->depth = f->sibling = NULL;
    tree->count = (uint32_t)b->count;
    return FP_OK;
}

/* Step 5. Memory is read in no order and written in order, not the other way round: reads can be asked for in advance. */
static void fill_columns(struct fp_tree *tree, const struct freezing *f, const uint32_t *position)
{
    const struct fp_builder *b = f->from;
    uint32_t *at_place = f->child; /* which is done with */
    uint32_t up = 0;

    for (uint32_t i = 0; i < b->count; i++)
        at_place[position[i]] = i;
    for (uint32_t at = 0; at < b->count; at++) {
        uint32_t i = at_place[at];

        if (at + AHEAD < b->count) {
            __builtin_prefetch(&f->name[at_place[at + AHEAD]]);
            __builtin_prefetch(&f->size[at_place[at + AHEAD]]);
            __builtin_prefetch(&b->self[at_place[at + AHEAD]]);
        }
        while (at && at >= tree->end[up])
            up = tree->parent[up];
        tree->parent[at] = at ? up : FP_NO_NODE;
        tree->depth[at] = at ? tree->depth[up] + 1 : 0;
        tree->name[at] = f->name[i];
        tree->end[at] = at + f->size[i];
        tree->self[at] = b->self[i];
        if (tree->depth[at] > tree->max_depth)
            tree->max_depth = tree->depth[at];
        up = at;
    }
    memcpy(tree->total, tree->self, tree->count * sizeof *tree->total);
    for (uint32_t i = tree->count - 1; i > 0; i--)
        tree->total[tree->parent[i]] += tree->total[i];
}

static int freeze(struct fp_tree *tree, struct fp_builder *b, bool objects, struct freezing *f, struct fp_error *err)
{
    size_t n = b->count;
    const uint32_t *position;
    int rc = FP_OK;

    f->from = b;
    f->name = b->name;
    f->by_rank = fp_array_new(n, sizeof *f->by_rank);
    f->sibling = fp_array_new(n, sizeof *f->sibling);
    tree->total = fp_array_new(n, sizeof *tree->total);
    if (!f->by_rank || !f->sibling || !tree->total)
        return fp_error_nomem(err);
    f->child = (uint32_t *)tree->total;
    f->size = f->child + n;
    if (objects || b->objects) {
        f->name = f->marked = fp_array_new(n, sizeof *f->marked);
        if (!f->marked)
            return fp_error_nomem(err);
        memcpy(f->marked, b->name, n * sizeof *f->marked);
        rc = mark_objects(b, f->marked, err);
    }
    if (rc == FP_OK)
        rc = sort_children(f, err);
    if (rc < 0)
        return rc;
    position = place(f);
    rc = make_columns(tree, b, f, err);
    if (rc == FP_OK)
        fill_columns(tree, f, position);
    return rc;
}

int fp_tree_freeze(struct fp_tree *ret_tree, struct fp_builder *builder, bool objects, struct fp_error *err)
{
    return fp_tree_freeze_placed(ret_tree, builder, objects, NULL, err);
}

int fp_tree_freeze_placed(struct fp_tree *ret_tree, struct fp_builder *builder, bool objects,
                          uint32_t **ret_place, struct fp_error *err)
{
    struct freezing f = { 0 };
    struct fp_tree tree = { 0 };
    int rc;

    if (!builder->count)
        rc = fp_error_set(err, FP_EDATA, "a profile without a root");
    else
        rc = freeze(&tree, builder, objects, &f, err);
    if (rc == FP_OK && ret_place) {
        *ret_place = f.by_rank;
        f.by_rank = NULL;
    }
    freezing_release(&f);
    if (rc == FP_OK) {
        tree.names = builder->names; /* moved */
        builder->names = (struct fp_names){ 0 };
        *ret_tree = tree;
    } else {
        fp_tree_release(&tree);
    }
    fp_builder_release(builder);
    return rc;
}

void fp_tree_release(struct fp_tree *tree)
{
    fp_names_release(&tree->names);
    free(tree->parent);
    free(tree->name);
    free(tree->depth);
    free(tree->end);
    free(tree->self);
    free(tree->total);
    *tree = (struct fp_tree){ 0 };
}
