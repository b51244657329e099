/*
 * What a flame graph picture consists of, before any backend draws it.
 *
 * Title, subtitle, panels of boxes, legend and notes get their places, texts and colours here; SVG and PNG paint the
 * same things at the same coordinates (CSS pixels). The defaults are those people know from flamegraph.pl: 1200 px
 * wide, rows of 16 px, text of 12 px.
 *
 * A picture of one profile has one panel. A difference of two (profile/pair.h) has the shape of the newer one, or of
 * the baseline when asked for, in colours that say how much a frame's share changed (flame/difference.h); below it,
 * with its own heading, stands what this shape cannot show: frames that are gone (or, below the baseline's shape, new),
 * on their ancestors in grey. Both panels have one scale of share: 10 % gone is as wide as 10 % that is there.
 *
 * The notes say what the picture does not show: a picture has at most FP_LIMIT_ROWS rows, and, when it is
 * very wide, no more than FP_LIMIT_AREA pixels have room for. Nothing is allocated for a box: backends ask
 * for its geometry and label while they paint.
 *
 *     struct fp_picture picture;
 *     fp_picture_make(&picture, &tree, &options, &err);   // or fp_picture_make_difference(&picture, &pair, …)
 *     fp_svg_write(&picture, &out);
 *     fp_png_write(&picture, 2, "flamegraph-2x.png", &err);
 *     fp_picture_release(&picture);
 */
#ifndef FP_FLAME_PICTURE_H
#define FP_FLAME_PICTURE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/str.h"
#include "base/unit.h"
#include "flame/layout.h"
#include "flame/palette.h"
#include "profile/node_id.h"
#include "profile/pair.h"

#define FP_PICTURE_WIDTH 1200
#define FP_PICTURE_MIN_WIDTH 0.1
#define FP_ROW_HEIGHT 16
#define FP_FONT_SIZE 12
#define FP_TITLE_SIZE 17
#define FP_CELL 7.25 /* advance of one cell at 12 px in the common monospaced fonts (0.6 em and a little) */
/* The first choice has wide coverage and is what the PNG uses wherever it is installed. */
#define FP_FONT_FAMILIES "DejaVu Sans Mono, Menlo, Consolas, Noto Sans Mono CJK SC, monospace"

/* A node that others link to: its box is what `#node=ID` of the SVG leads to. */
struct fp_picture_anchor {
    uint32_t node; /* of the picture's tree */
    char id[FP_NODE_ID_TEXT];
};

struct fp_picture_options {
    uint32_t width;    /* CSS pixels of the whole picture, at least 100 */
    double min_width;
    bool icicle;       /* root at the top */
    bool by_value;
    const char *title;    /* heading; borrowed, copied */
    const char *subtitle; /* what, when, how much */
    const struct fp_lang *lang; /* of the words; NULL = English */
    const char *note;     /* what was done to the profile before; NULL = nothing to say */
    const char *script;   /* of an SVG that can be zoomed and searched, free of "]]>"; borrowed; NULL = a plain picture */
    int64_t whole;        /* what shares are of, where that is more than the tree's total; 0 = the tree's total */
    enum fp_unit unit;
    /* of a difference: */
    const char *caution;                /* why its colours may be chance; NULL = nothing to say */
    int64_t before_whole;               /* as `whole`, which is the newer profile's */
    const struct fp_tree *before, *after; /* what the pair was made of, for raw names; borrowed; NULL = identities */
    bool baseline_shape;                /* what is new stands in the second panel */
    enum fp_change_palette palette;
    const struct fp_picture_anchor *anchors; /* by node; borrowed: must outlive the picture */
    size_t anchor_count;
};

struct fp_rect {
    double x, y, width, height;
};

struct fp_legend_entry {
    struct fp_rect swatch;
    struct fp_rgb fill;
    bool hatched;
    double text_x, text_y; /* baseline */
    char text[64];
};

#define FP_LABEL_X 3.0
#define FP_LABEL_Y 11.5

#define FP_PICTURE_NOTES 8
#define FP_PICTURE_PANELS 2
#define FP_PICTURE_LEGEND (2 * FP_CHANGE_STEPS + 1)

static_assert(FP_PICTURE_LEGEND >= FP_KIND_COUNT, "a legend has room for every kind");

/* Boxes of the picture's tree; those of the second panel are of one side only, and their ancestors. */
struct fp_panel {
    struct fp_layout layout;
    const int64_t *total;  /* of each node: what its box is as wide as */
    int64_t whole;         /* what shares of it are of */
    double y;              /* of its upper edge; its left one is at graph_x */
    struct fp_str heading; /* above it, cut to fit; may be empty */
    double heading_y;      /* baseline */
};

struct fp_picture {
    const struct fp_tree *tree; /* borrowed: must outlive the picture; the pair's where there is one */
    const struct fp_pair *pair; /* likewise; NULL = no difference */
    const struct fp_tree *before, *after; /* for raw names; may be NULL */
    struct fp_panel panels[FP_PICTURE_PANELS];
    size_t panel_count;
    int64_t *rest;              /* heap: the second panel's totals */
    uint32_t width, height;     /* CSS pixels */
    double graph_x;             /* of the left edge of texts and panels */
    bool icicle, baseline_shape;
    const struct fp_picture_anchor *anchors;
    size_t anchor_count;
    enum fp_unit unit;
    const struct fp_lang *lang;
    const char *script;            /* borrowed, as in the options */
    int64_t whole, before_whole;   /* what shares are of */
    struct fp_str title, subtitle; /* cut to fit; they begin at graph_x, as the notes do */
    double title_y, subtitle_y;    /* baselines */
    struct fp_str notes[FP_PICTURE_NOTES];
    size_t note_count;
    struct fp_str words;        /* the text at hand; it is cut, never cleared, so that a failure shows at the end */
    double notes_y;             /* baseline of the first note; the next ones follow by FP_ROW_HEIGHT */
    struct fp_legend_entry legend[FP_PICTURE_LEGEND];
    size_t legend_count;
};

int fp_picture_make(struct fp_picture *ret_picture, const struct fp_tree *tree,
                    const struct fp_picture_options *options, struct fp_error *err);
int fp_picture_make_difference(struct fp_picture *ret_picture, const struct fp_pair *pair,
                               const struct fp_picture_options *options, struct fp_error *err);
void fp_picture_release(struct fp_picture *picture);

/* Where a box is painted: a hair narrower than its value where there is room, so that neighbours part. */
struct fp_rect fp_picture_box(const struct fp_picture *picture, const struct fp_panel *panel,
                              const struct fp_box *box);
/* Puts the label of a box into `label` (cleared first); empty when none fits. It begins at FP_LABEL_X,
 * FP_LABEL_Y (the baseline) from the upper left corner of what fp_picture_box says. */
void fp_picture_label(const struct fp_picture *picture, const struct fp_box *box, struct fp_str *label);
/* The raw name of a node: the newer side's where it is there. */
struct fp_slice fp_picture_name(const struct fp_picture *picture, uint32_t node);
/* The id that others link to a box by; NULL = none. A node that is in both panels has it in the first. */
const char *fp_picture_id(const struct fp_picture *picture, const struct fp_panel *panel, const struct fp_box *box);
/* Puts what a tooltip says of a box, below the raw name, into `text` (cleared first): values and shares, before and
 * after in a difference. Lines end with '\n' but for the last. */
void fp_picture_tooltip(const struct fp_picture *picture, const struct fp_panel *panel, const struct fp_box *box,
                        struct fp_str *text);
/* The edge that marks a box whose children are not drawn, on the side where they would be; `painted` is
 * from fp_picture_box. */
struct fp_rect fp_picture_cut_edge(const struct fp_picture *picture, const struct fp_rect *painted);
/* Unknown frames are hatched when they are wide enough to show it, and colours stand for kinds. */
bool fp_picture_hatched(const struct fp_picture *picture, const struct fp_box *box);

#endif
