#include "flame/picture.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/limits.h"
#include "flame/label.h"
#include "profile/totals.h"
#include "profile/transform.h"

#define MARGIN 10.0
#define TITLE_BASELINE 24.0
#define SUBTITLE_BASELINE 42.0
#define HEADER 54.0
#define TITLE_SCALE ((double)FP_TITLE_SIZE / FP_FONT_SIZE)
#define LEGEND_ROW 20.0
#define AROUND 16u /* rows that title, legend and notes may take, of a picture that is wide */
#define CUT_EDGE 3.0
#define LABEL_MAX ((size_t)128 << 10) /* as many cells as FP_LIMIT_WIDTH has, each with all its marks */

static size_t cells_in(double width, double scale)
{
    return width > 0 ? (size_t)(width / (FP_CELL * scale)) : 0;
}

static void fit_text(struct fp_str *to, const char *text, double width, double scale)
{
    fp_str_init(to, LABEL_MAX);
    fp_label_fit(fp_slice_of(text), cells_in(width, scale), to);
}

/* Kinds that are drawn, or have a value of their own. */
static void find_kinds(const struct fp_picture *p, const int64_t self[FP_KIND_COUNT], bool occurs[FP_KIND_COUNT])
{
    for (int kind = 0; kind < FP_KIND_COUNT; kind++)
        occurs[kind] = self[kind] > 0;
    for (size_t i = 0; i < p->layout.count; i++)
        occurs[fp_tree_kind(p->tree, p->layout.boxes[i].node)] = true;
}

/* Swatches with the kinds that occur and their shares, in as many lines as they need; returns the y below. */
static double place_legend(struct fp_picture *p, double y)
{
    int64_t self[FP_KIND_COUNT];
    bool occurs[FP_KIND_COUNT];
    double x = MARGIN, right = p->width - MARGIN;

    fp_totals_by_kind(p->tree, self);
    find_kinds(p, self, occurs);
    for (int kind = 0; kind < FP_KIND_COUNT; kind++) {
        struct fp_legend_entry *entry = &p->legend[p->legend_count];
        char share[FP_UNIT_TEXT];
        double width;

        if (!occurs[kind])
            continue;
        entry->kind = (enum fp_frame_kind)kind;
        /* threads and processes carry what they contain, seldom a value of their own: then the name alone */
        snprintf(entry->text, sizeof entry->text, "%s%s%s%s", fp_frame_kind_label(entry->kind),
                 kind == FP_KIND_UNKNOWN && fp_transform_has_other(p->tree) ? " or " FP_TRANSFORM_OTHER : "",
                 self[kind] ? " " : "", self[kind] ? fp_share_format(share, self[kind], p->whole) : "");
        width = 18 + FP_CELL * (double)fp_label_cells(fp_slice_of(entry->text), SIZE_MAX - 1);
        if (x > MARGIN && x + width > right) {
            x = MARGIN;
            y += LEGEND_ROW;
        }
        entry->swatch = (struct fp_rect){ x, y, 12, 12 };
        entry->text_x = x + 17;
        entry->text_y = y + 10.5;
        x += width + 18;
        p->legend_count++;
    }
    return p->legend_count ? y + LEGEND_ROW : y;
}

static void add_note(struct fp_picture *p, const char *text)
{
    fit_text(&p->notes[p->note_count++], text, p->width - 2 * MARGIN, 1);
}

/* What the picture does not show. */
static void write_notes(struct fp_picture *p, const char *done)
{
    const struct fp_layout *l = &p->layout;
    char text[256], count[FP_UNIT_TEXT], share[FP_UNIT_TEXT], rows[FP_UNIT_TEXT], least[FP_UNIT_TEXT];

    if (done)
        add_note(p, done);
    if (p->tree->total[0] == 0)
        add_note(p, "No samples: every value is zero.");
    if (l->narrow_nodes) {
        snprintf(text, sizeof text, "Not shown: %s frame%s narrower than %s px (%s %s of the total).",
                 fp_count_format(count, l->narrow_nodes), fp_plural(l->narrow_nodes),
                 fp_number_format(least, l->min_width), l->narrow_nodes == 1 ? "its stack is" : "their stacks are",
                 fp_share_format(share, l->narrow_value, p->whole));
        add_note(p, text);
    }
    if (l->deep_nodes) {
        snprintf(text, sizeof text, "Cut at row %s: %s deeper frame%s not shown (%s of the total passes through %s).",
                 fp_count_format(rows, l->rows), fp_count_format(count, l->deep_nodes),
                 l->deep_nodes == 1 ? " is" : "s are", fp_share_format(share, l->deep_value, p->whole),
                 l->deep_nodes == 1 ? "it" : "them");
        add_note(p, text);
    }
}

static uint32_t max_rows(uint32_t width)
{
    uint32_t fit = (uint32_t)(FP_LIMIT_AREA / FP_ROW_HEIGHT / width) - AROUND;

    return fit < FP_LIMIT_ROWS ? fit : FP_LIMIT_ROWS;
}

static int check_texts(const struct fp_picture *p, struct fp_error *err)
{
    int rc = fp_str_status(&p->title, "the title", err);

    if (rc == FP_OK)
        rc = fp_str_status(&p->subtitle, "the subtitle", err);
    for (size_t i = 0; i < p->note_count && rc == FP_OK; i++)
        rc = fp_str_status(&p->notes[i], "a note", err);
    return rc;
}

int fp_picture_make(struct fp_picture *ret_picture, const struct fp_tree *tree,
                    const struct fp_picture_options *options, struct fp_error *err)
{
    struct fp_picture p = { .tree = tree, .width = options->width, .icicle = options->icicle, .unit = options->unit,
                            .whole = options->whole ? options->whole : tree->total[0] };
    struct fp_layout_options layout = {
        .width = options->width - 2 * MARGIN,
        .min_width = options->min_width,
        .by_value = options->by_value,
    };
    double y;
    int rc;

    if (options->width < 100 || options->width > FP_LIMIT_WIDTH)
        return fp_error_set(err, FP_EINVAL, "a picture of %" PRIu32 " px width: it must be 100 to %d px", options->width,
                            FP_LIMIT_WIDTH);
    layout.max_rows = max_rows(options->width);
    rc = fp_layout_make(&p.layout, tree, &layout, err);
    if (rc < 0)
        return rc;
    p.graph_x = MARGIN;
    p.graph_y = HEADER;
    p.title_y = TITLE_BASELINE;
    p.subtitle_y = SUBTITLE_BASELINE;
    fit_text(&p.title, options->title, p.width - 2 * MARGIN, TITLE_SCALE);
    fit_text(&p.subtitle, options->subtitle, p.width - 2 * MARGIN, 1);
    y = place_legend(&p, p.graph_y + p.layout.rows * (double)FP_ROW_HEIGHT + 10);
    write_notes(&p, options->note);
    p.notes_y = y + 11;
    p.height = (uint32_t)(y + (double)p.note_count * FP_ROW_HEIGHT + 8);
    rc = check_texts(&p, err);
    if (rc == FP_OK)
        *ret_picture = p;
    else
        fp_picture_release(&p);
    return rc;
}

void fp_picture_release(struct fp_picture *picture)
{
    fp_layout_release(&picture->layout);
    fp_str_release(&picture->title);
    fp_str_release(&picture->subtitle);
    for (size_t i = 0; i < picture->note_count; i++)
        fp_str_release(&picture->notes[i]);
    *picture = (struct fp_picture){ 0 };
}

struct fp_rect fp_picture_box(const struct fp_picture *picture, const struct fp_box *box)
{
    uint32_t line = picture->icicle ? box->row : picture->layout.rows - 1 - box->row;
    double gap = box->width > 2 ? 0.5 : 0;

    return (struct fp_rect){ picture->graph_x + box->x, picture->graph_y + (double)line * FP_ROW_HEIGHT,
                             box->width - gap, FP_ROW_HEIGHT - 1 };
}

void fp_picture_label(const struct fp_picture *picture, const struct fp_box *box, struct fp_str *label)
{
    fp_str_clear(label);
    /* without "[k] " and the like: the colour tells the kind, the tooltip has the whole name */
    fp_label_fit(fp_frame_bare_name(fp_tree_kind(picture->tree, box->node), fp_tree_name(picture->tree, box->node)),
                 cells_in(box->width - 2 * FP_LABEL_X, 1), label);
}

struct fp_rect fp_picture_cut_edge(const struct fp_picture *picture, const struct fp_rect *painted)
{
    double y = picture->icicle ? painted->y + painted->height - CUT_EDGE : painted->y;

    return (struct fp_rect){ painted->x, y, painted->width, CUT_EDGE };
}

bool fp_picture_hatched(const struct fp_picture *picture, const struct fp_box *box)
{
    return box->width >= 3 && fp_tree_kind(picture->tree, box->node) == FP_KIND_UNKNOWN;
}
