/*
 * Tree → boxes. One layout for every backend: SVG, PNG and the page's numbers
 * come from the same array, so they cannot disagree.
 *
 * A box is a node with a place: `row` counts from the root (0), x and width are in
 * pixels of the graph, computed from exact integer offsets: x = offset × width ÷ total. Children
 * stand side by side from their parent's left edge; what the parent keeps for itself stays free
 * at its right. Boxes narrower than `min_width` are not drawn, with all that stands on them;
 * neither are boxes beyond `max_rows`. What is not drawn is counted, so that the picture and the
 * page can say so.
 *
 * A tree may have more than one column of values (profile/pair.h): `total` says which one is drawn. A node that has no
 * value in it is not there: neither drawn nor counted.
 *
 * Boxes are in preorder of what is drawn: a parent comes before its children.
 */
#ifndef FP_FLAME_LAYOUT_H
#define FP_FLAME_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "flame/palette.h"
#include "profile/tree.h"

struct fp_layout_options {
    double width;      /* pixels of the root's box */
    double min_width;  /* pixels; 0 draws every box that has a value */
    bool by_value;     /* siblings by size, largest first; default by name */
    uint32_t max_rows; /* at least 1 */
    const int64_t *total; /* of each node: at least the sum of its children's; NULL = the tree's */
    size_t max_boxes;     /* 0 = FP_LIMIT_BOXES */
};

struct fp_box {
    uint32_t node;
    uint32_t row;
    double x, width;
    int64_t offset;     /* of its left edge, in the profile's unit: what x is exactly */
    bool cut;           /* has children that are beyond the last row */
    struct fp_rgb fill; /* not the layout's: whoever draws sets it */
};

struct fp_layout {
    struct fp_box *boxes; /* heap */
    size_t count;
    uint32_t rows;         /* 1 + the largest row drawn */
    double min_width;      /* in force: larger than asked for when there would be more than max_boxes */
    uint32_t narrow_nodes; /* nodes not drawn because they, or a box below them, are too narrow … */
    int64_t narrow_value;  /* … and the value of their stacks */
    uint32_t deep_nodes;   /* nodes beyond the last row, and their value */
    int64_t deep_value;
};

int fp_layout_make(struct fp_layout *ret_layout, const struct fp_tree *tree, const struct fp_layout_options *options,
                   struct fp_error *err);
void fp_layout_release(struct fp_layout *layout);

#endif
