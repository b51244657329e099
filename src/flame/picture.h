/*
 * What a flame graph picture consists of, before any backend draws it.
 *
 * Title, subtitle, boxes, legend and notes get their places and texts here; SVG and PNG paint the same things
 * at the same coordinates (CSS pixels). The defaults are those people know from flamegraph.pl: 1200 px wide,
 * rows of 16 px, text of 12 px.
 *
 * The notes say what the picture does not show: a picture has at most FP_LIMIT_ROWS rows, and, when it is
 * very wide, no more than FP_LIMIT_AREA pixels have room for. Nothing is allocated for a box: backends ask
 * for its geometry and label while they paint.
 *
 *     struct fp_picture picture;
 *     fp_picture_make(&picture, &tree, &options, &err);
 *     fp_svg_write(&picture, &out);
 *     fp_png_write(&picture, 2, "flamegraph-2x.png", &err);
 *     fp_picture_release(&picture);
 */
#ifndef FP_FLAME_PICTURE_H
#define FP_FLAME_PICTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "base/unit.h"
#include "flame/layout.h"
#include "flame/palette.h"
#include "profile/tree.h"

#define FP_PICTURE_WIDTH 1200
#define FP_PICTURE_MIN_WIDTH 0.1
#define FP_ROW_HEIGHT 16
#define FP_FONT_SIZE 12
#define FP_TITLE_SIZE 17
#define FP_CELL 7.25 /* advance of one cell at 12 px in the common monospaced fonts (0.6 em and a little) */
/* The first choice has wide coverage and is what the PNG uses wherever it is installed. */
#define FP_FONT_FAMILIES "DejaVu Sans Mono, Menlo, Consolas, Noto Sans Mono CJK SC, monospace"

struct fp_picture_options {
    uint32_t width;    /* CSS pixels of the whole picture, at least 100 */
    double min_width;
    bool icicle;       /* root at the top */
    bool by_value;
    const char *title;    /* heading; borrowed, copied */
    const char *subtitle; /* what, when, how much */
    const char *note;     /* what was done to the profile before; NULL = nothing to say */
    int64_t whole;        /* what shares are of, where that is more than the tree's total; 0 = the tree's total */
    enum fp_unit unit;
};

struct fp_rect {
    double x, y, width, height;
};

struct fp_legend_entry {
    enum fp_frame_kind kind;
    struct fp_rect swatch;
    double text_x, text_y; /* baseline */
    char text[64];
};

#define FP_LABEL_X 3.0
#define FP_LABEL_Y 11.5

#define FP_PICTURE_NOTES 4

struct fp_picture {
    const struct fp_tree *tree; /* borrowed: must outlive the picture */
    struct fp_layout layout;
    uint32_t width, height;     /* CSS pixels */
    double graph_x, graph_y;    /* of the graph's upper left corner */
    bool icicle;
    enum fp_unit unit;
    int64_t whole;                 /* what shares are of */
    struct fp_str title, subtitle; /* cut to fit; they begin at graph_x, as the notes do */
    double title_y, subtitle_y;    /* baselines */
    struct fp_str notes[FP_PICTURE_NOTES];
    size_t note_count;
    double notes_y;             /* baseline of the first note; the next ones follow by FP_ROW_HEIGHT */
    struct fp_legend_entry legend[FP_KIND_COUNT];
    size_t legend_count;
};

int fp_picture_make(struct fp_picture *ret_picture, const struct fp_tree *tree,
                    const struct fp_picture_options *options, struct fp_error *err);
void fp_picture_release(struct fp_picture *picture);

/* Where a box is painted: a hair narrower than its value where there is room, so that neighbours part. */
struct fp_rect fp_picture_box(const struct fp_picture *picture, const struct fp_box *box);
/* Puts the label of a box into `label` (cleared first); empty when none fits. It begins at FP_LABEL_X,
 * FP_LABEL_Y (the baseline) from the upper left corner of what fp_picture_box says. */
void fp_picture_label(const struct fp_picture *picture, const struct fp_box *box, struct fp_str *label);
/* The edge that marks a box whose children are not drawn, on the side where they would be; `painted` is
 * from fp_picture_box. */
struct fp_rect fp_picture_cut_edge(const struct fp_picture *picture, const struct fp_rect *painted);
/* Unknown frames are hatched when they are wide enough to show it. */
bool fp_picture_hatched(const struct fp_picture *picture, const struct fp_box *box);

#endif
