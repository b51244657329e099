#include "flame/layout.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"

/* A node waiting for its box. */
struct pending {
    uint32_t node, row;
    int64_t offset; /* of its left edge, in the profile's unit */
};

struct layouter {
    const struct fp_tree *tree;
    const struct fp_layout_options *options;
    const int64_t *total; /* the column that is drawn */
    size_t max_boxes;
    struct fp_layout layout;
    size_t boxes_cap;
    struct pending *stack;
    size_t depth, stack_cap;
    struct pending *children; /* of the node at hand */
    size_t children_cap;
};

static double pixels(const struct layouter *l, int64_t value)
{
    return (double)value * l->options->width / (double)l->total[0];
}

static int by_value(const void *pa, const void *pb, void *ctx)
{
    const int64_t *total = ctx;
    const struct pending *a = pa, *b = pb;
    int64_t va = total[a->node], vb = total[b->node];

    if (va != vb)
        return va > vb ? -1 : 1;
    return a->node < b->node ? -1 : a->node > b->node; /* then by name: the order of the tree */
}

/* Nodes from `from` to before `end` that are there. */
static uint32_t count_nodes(const struct layouter *l, uint32_t from, uint32_t end)
{
    uint32_t count = 0;

    if (!l->options->total)
        return end - from;
    for (; from < end; from++)
        count += l->total[from] > 0;
    return count;
}

/* All children of a node that are wide enough, in the order asked for, with their offsets; the others are counted. */
static int collect_children(struct layouter *l, const struct pending *parent, size_t *ret_count, struct fp_error *err)
{
    const struct fp_tree *tree = l->tree;
    uint32_t end = tree->end[parent->node];
    int64_t offset = parent->offset;
    size_t count = 0, kept = 0;
    int rc;

    for (uint32_t c = parent->node + 1; c < end; c = tree->end[c]) {
        rc = fp_array_reserve(&l->children, &l->children_cap, count + 1, sizeof *l->children, FP_LIMIT_NODES,
                              "children of one frame", err);
        if (rc < 0)
            return rc;
        l->children[count++] = (struct pending){ .node = c, .row = parent->row + 1 };
    }
    if (l->options->by_value)
        qsort_r(l->children, count, sizeof *l->children, by_value, (void *)(uintptr_t)l->total);
    for (size_t i = 0; i < count; i++) {
        struct pending child = l->children[i];
        int64_t total = l->total[child.node];

        child.offset = offset;
        offset += total;
        if (total > 0 && pixels(l, total) >= l->layout.min_width) {
            l->children[kept++] = child;
        } else {
            l->layout.narrow_nodes += count_nodes(l, child.node, tree->end[child.node]);
            l->layout.narrow_value += total;
        }
    }
    *ret_count = kept;
    return FP_OK;
}

static int push_children(struct layouter *l, const struct pending *parent, struct fp_error *err)
{
    size_t count;
    int rc = collect_children(l, parent, &count, err);

    if (rc == FP_OK)
        rc = fp_array_reserve(&l->stack, &l->stack_cap, l->depth + count, sizeof *l->stack, FP_LIMIT_NODES, "boxes", err);
    while (rc == FP_OK && count-- > 0) /* the first child must come off first */
        l->stack[l->depth++] = l->children[count];
    return rc;
}

static int64_t value_of_children(const struct layouter *l, uint32_t node)
{
    int64_t value = 0;

    for (uint32_t c = node + 1; c < l->tree->end[node]; c = l->tree->end[c])
        value += l->total[c];
    return value;
}

static int add_box(struct layouter *l, const struct pending *p, struct fp_error *err)
{
    struct fp_layout *layout = &l->layout;
    bool last_row = p->row + 1 >= l->options->max_rows;
    uint32_t deep = last_row ? count_nodes(l, p->node + 1, l->tree->end[p->node]) : 0;
    int rc = fp_array_reserve(&layout->boxes, &l->boxes_cap, layout->count + 1, sizeof *layout->boxes,
                              l->max_boxes + 1, "boxes", err);

    if (rc < 0)
        return rc;
    layout->boxes[layout->count++] = (struct fp_box){
        .node = p->node,
        .row = p->row,
        .x = pixels(l, p->offset),
        .width = pixels(l, l->total[p->node]),
        .offset = p->offset,
        .cut = deep > 0,
    };
    if (p->row + 1 > layout->rows)
        layout->rows = p->row + 1;
    if (!last_row)
        return push_children(l, p, err);
    layout->deep_nodes += deep;
    layout->deep_value += value_of_children(l, p->node);
    return FP_OK;
}

/* One try with the minimum width in force. */
static int fill(struct layouter *l, struct fp_error *err)
{
    struct fp_layout *layout = &l->layout;
    struct pending root = { 0 };
    int rc;

    layout->count = 0;
    layout->rows = layout->narrow_nodes = layout->deep_nodes = 0;
    layout->narrow_value = layout->deep_value = 0;
    l->depth = 0;
    if (l->total[0] <= 0) {
        layout->rows = 1; /* nothing has a width */
        return FP_OK;
    }
    rc = add_box(l, &root, err);
    while (rc == FP_OK && l->depth > 0 && layout->count <= l->max_boxes) {
        struct pending next = l->stack[--l->depth];

        rc = add_box(l, &next, err);
    }
    return rc;
}

int fp_layout_make(struct fp_layout *ret_layout, const struct fp_tree *tree, const struct fp_layout_options *options,
                   struct fp_error *err)
{
    struct layouter l = {
        .tree = tree,
        .options = options,
        .total = options->total ? options->total : tree->total,
        .max_boxes = options->max_boxes ? options->max_boxes : FP_LIMIT_BOXES,
    };
    int rc;

    l.layout.min_width = options->min_width;
    rc = fill(&l, err);
    /* More boxes than anybody can see: draw fewer rather than cut somewhere. Ends: at twice the width of the picture one box is left. */
    while (rc == FP_OK && l.layout.count > l.max_boxes) {
        l.layout.min_width = l.layout.min_width < 0.01 ? 0.01 : 2 * l.layout.min_width;
        rc = fill(&l, err);
    }
    free(l.stack);
    free(l.children);
    if (rc == FP_OK)
        *ret_layout = l.layout;
    else
        fp_layout_release(&l.layout);
    return rc;
}

void fp_layout_release(struct fp_layout *layout)
{
    free(layout->boxes);
    *layout = (struct fp_layout){ 0 };
}
