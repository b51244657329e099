#include "flame/picture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/limits.h"
#include "flame/label.h"
#include "flame/picture_parts.h"
#include "profile/ident.h"
#include "profile/totals.h"
#include "profile/transform.h"

#define MARGIN 10.0
#define TITLE_BASELINE 24.0
#define SUBTITLE_BASELINE 42.0
#define HEADER 54.0
#define HEADING 20.0 /* with its panel's upper edge below it */
#define HEADING_BASELINE 12.0
#define BETWEEN 14.0 /* panels */
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

/* ---- parts ---- */

int fp_picture_begin(struct fp_picture *p, const struct fp_picture_options *options, struct fp_error *err)
{
    if (options->width < 100 || options->width > FP_LIMIT_WIDTH)
        return fp_error_set(err, FP_EINVAL, "a picture of %" PRIu32 " px width: it must be 100 to %d px",
                            options->width, FP_LIMIT_WIDTH);
    p->width = options->width;
    p->icicle = options->icicle;
    p->unit = options->unit;
    p->lang = options->lang;
    p->script = options->script;
    p->graph_x = MARGIN;
    p->title_y = TITLE_BASELINE;
    p->subtitle_y = SUBTITLE_BASELINE;
    fp_str_init(&p->words, FP_LIMIT_TEXT);
    for (size_t i = 0; i < FP_PICTURE_PANELS; i++)
        fp_str_init(&p->panels[i].heading, LABEL_MAX);
    fit_text(&p->title, options->title, p->width - 2 * MARGIN, TITLE_SCALE);
    fit_text(&p->subtitle, options->subtitle, p->width - 2 * MARGIN, 1);
    return FP_OK;
}

double fp_picture_graph_width(const struct fp_picture *p)
{
    return p->width - 2 * MARGIN;
}

uint32_t fp_picture_max_rows(const struct fp_picture *p)
{
    uint32_t fit = (uint32_t)(FP_LIMIT_AREA / FP_ROW_HEIGHT / p->width) - AROUND;

    return fit < FP_LIMIT_ROWS ? fit : FP_LIMIT_ROWS;
}

void fp_picture_heading(struct fp_picture *p, struct fp_panel *panel, const char *text)
{
    fit_text(&panel->heading, text, p->width - 2 * MARGIN, 1);
}

double fp_picture_place_panels(struct fp_picture *p)
{
    double y = HEADER;

    for (size_t i = 0; i < p->panel_count; i++) {
        struct fp_panel *panel = &p->panels[i];

        if (i)
            y += BETWEEN;
        panel->heading_y = y + HEADING_BASELINE;
        if (panel->heading.len)
            y += HEADING;
        panel->y = y;
        y += panel->layout.rows * (double)FP_ROW_HEIGHT;
    }
    return y;
}

struct fp_legend_cursor fp_picture_begin_legend(const struct fp_picture *p, double y)
{
    return (struct fp_legend_cursor){ p->graph_x, y };
}

void fp_picture_place_entry(struct fp_picture *p, struct fp_legend_cursor *at)
{
    struct fp_legend_entry *entry = &p->legend[p->legend_count++];
    double width = 18 + FP_CELL * (double)fp_label_cells(fp_slice_of(entry->text), SIZE_MAX - 1);

    if (at->x > MARGIN && at->x + width > p->width - MARGIN) {
        at->x = MARGIN;
        at->y += LEGEND_ROW;
    }
    entry->swatch = (struct fp_rect){ at->x, at->y, 12, 12 };
    entry->text_x = at->x + 17;
    entry->text_y = at->y + 10.5;
    at->x += width + 18;
}

void fp_picture_note(struct fp_picture *p, const char *text)
{
    fit_text(&p->notes[p->note_count++], text, p->width - 2 * MARGIN, 1);
}

void fp_picture_note_word(struct fp_picture *p, const char *word)
{
    fp_picture_note(p, fp_lang_word(p->lang, word));
}

void fp_picture_note_hidden(struct fp_picture *p, const struct fp_layout *l, const char *which, int64_t whole,
                            const char *name)
{
    char count[FP_UNIT_TEXT], share[FP_UNIT_TEXT], rows[FP_UNIT_TEXT], least[FP_UNIT_TEXT];
    struct fp_str *text = &p->words;

    fp_str_truncate(text, 0);
    if (l->narrow_nodes) {
        fp_lang_say_count(p->lang, text, l->narrow_nodes, "pic_narrow", fp_count_format(count, l->narrow_nodes), which,
                          fp_number_format(least, l->min_width), fp_share_format(share, l->narrow_value, whole), name, NULL);
        fp_picture_note(p, text->data);
    }
    fp_str_truncate(text, 0);
    if (l->deep_nodes) {
        fp_lang_say_count(p->lang, text, l->deep_nodes, "pic_deep", fp_count_format(rows, l->rows),
                          fp_count_format(count, l->deep_nodes), which, fp_share_format(share, l->deep_value, whole), name,
                          NULL);
        fp_picture_note(p, text->data);
    }
}

int fp_picture_end(struct fp_picture *p, const struct fp_legend_cursor *below, struct fp_error *err)
{
    double y = p->legend_count ? below->y + LEGEND_ROW : below->y;
    int rc = fp_str_status(&p->words, "a text of the picture", err);

    if (rc == FP_OK)
        rc = fp_str_status(&p->title, "the title", err);
    p->notes_y = y + 11;
    p->height = (uint32_t)(y + (double)p->note_count * FP_ROW_HEIGHT + 8);
    if (rc == FP_OK)
        rc = fp_str_status(&p->subtitle, "the subtitle", err);
    for (size_t i = 0; i < p->panel_count && rc == FP_OK; i++)
        rc = fp_str_status(&p->panels[i].heading, "a heading", err);
    for (size_t i = 0; i < p->note_count && rc == FP_OK; i++)
        rc = fp_str_status(&p->notes[i], "a note", err);
    return rc;
}

/* ---- one profile ---- */

/* The colour of each box: of the identity of its name, so that it is the same tomorrow. */
static int fill_boxes(struct fp_picture *p, struct fp_error *err)
{
    const struct fp_layout *layout = &p->panels[0].layout;
    struct known {
        struct fp_rgb fill;
        bool is;
    } *known = fp_array_zeroed(p->tree->names.count, sizeof *known); /* by name */
    struct fp_str ident;
    int rc = known ? FP_OK : fp_error_nomem(err);

    fp_str_init(&ident, FP_LIMIT_NAME);
    for (size_t i = 0; i < layout->count && rc == FP_OK; i++) {
        struct fp_box *box = &layout->boxes[i];
        struct fp_slice name = fp_tree_name(p->tree, box->node);
        struct known *own = &known[p->tree->name[box->node]];

        if (!own->is) {
            if (fp_ident_of_name(&ident, name))
                name = fp_str_slice(&ident);
            *own = (struct known){ fp_palette_frame(fp_tree_kind(p->tree, box->node), name), true };
            rc = fp_str_status(&ident, "the identity of a name", err);
        }
        box->fill = own->fill;
    }
    fp_str_release(&ident);
    free(known);
    return rc;
}

/* Kinds that are drawn, or have a value of their own. */
static void find_kinds(const struct fp_picture *p, const int64_t self[FP_KIND_COUNT], bool occurs[FP_KIND_COUNT])
{
    const struct fp_layout *layout = &p->panels[0].layout;

    for (int kind = 0; kind < FP_KIND_COUNT; kind++)
        occurs[kind] = self[kind] > 0;
    for (size_t i = 0; i < layout->count; i++)
        occurs[fp_tree_kind(p->tree, layout->boxes[i].node)] = true;
}

static const char *kind_label(const struct fp_picture *p, enum fp_frame_kind kind)
{
    if (kind == FP_KIND_UNKNOWN && fp_transform_has_other(p->tree))
        return fp_lang_word(p->lang, "kind_unknown_or_other");
    return fp_lang_word_of(p->lang, "kind", fp_frame_kind_name(kind), fp_frame_kind_label(kind));
}

/* The kinds that occur and their shares. */
static void write_legend(struct fp_picture *p, struct fp_legend_cursor *at)
{
    int64_t self[FP_KIND_COUNT];
    bool occurs[FP_KIND_COUNT];

    fp_totals_by_kind(p->tree, self);
    find_kinds(p, self, occurs);
    for (int i = 0; i < FP_KIND_COUNT; i++) {
        enum fp_frame_kind kind = (enum fp_frame_kind)i;
        struct fp_legend_entry *entry = &p->legend[p->legend_count];
        char share[FP_UNIT_TEXT];

        if (!occurs[kind])
            continue;
        entry->fill = fp_palette_legend(kind);
        entry->hatched = kind == FP_KIND_UNKNOWN;
        /* threads and processes carry what they contain, seldom a value of their own: then the name alone */
        snprintf(entry->text, sizeof entry->text, "%s%s%s", kind_label(p, kind), self[kind] ? " " : "",
                 self[kind] ? fp_share_format(share, self[kind], p->whole) : "");
        fp_picture_place_entry(p, at);
    }
}

static int make(struct fp_picture *p, const struct fp_picture_options *options, struct fp_error *err)
{
    struct fp_panel *panel = &p->panels[0];
    struct fp_layout_options layout = { .min_width = options->min_width, .by_value = options->by_value };
    struct fp_legend_cursor at;
    int rc = fp_picture_begin(p, options, err);

    if (rc < 0)
        return rc;
    p->whole = options->whole ? options->whole : p->tree->total[0];
    layout.width = fp_picture_graph_width(p);
    layout.max_rows = fp_picture_max_rows(p);
    rc = fp_layout_make(&panel->layout, p->tree, &layout, err);
    if (rc < 0)
        return rc;
    p->panel_count = 1;
    panel->total = p->tree->total;
    panel->whole = p->whole;
    rc = fill_boxes(p, err);
    if (rc < 0)
        return rc;
    at = fp_picture_begin_legend(p, fp_picture_place_panels(p) + 10);
    write_legend(p, &at);
    if (options->note)
        fp_picture_note(p, options->note);
    if (p->tree->total[0] == 0)
        fp_picture_note_word(p, "pic_no_samples");
    fp_picture_note_hidden(p, &panel->layout, "", p->whole, fp_lang_word(p->lang, "pic_total"));
    return fp_picture_end(p, &at, err);
}

int fp_picture_make(struct fp_picture *ret_picture, const struct fp_tree *tree,
                    const struct fp_picture_options *options, struct fp_error *err)
{
    struct fp_picture p = { .tree = tree };
    int rc = make(&p, options, err);

    if (rc == FP_OK)
        *ret_picture = p;
    else
        fp_picture_release(&p);
    return rc;
}

void fp_picture_release(struct fp_picture *picture)
{
    for (size_t i = 0; i < FP_PICTURE_PANELS; i++) {
        fp_layout_release(&picture->panels[i].layout);
        fp_str_release(&picture->panels[i].heading);
    }
    fp_str_release(&picture->words);
    fp_str_release(&picture->title);
    fp_str_release(&picture->subtitle);
    for (size_t i = 0; i < picture->note_count; i++)
        fp_str_release(&picture->notes[i]);
    free(picture->rest);
    *picture = (struct fp_picture){ 0 };
}

/* ---- what backends ask for ---- */

struct fp_rect fp_picture_box(const struct fp_picture *picture, const struct fp_panel *panel,
                              const struct fp_box *box)
{
    uint32_t line = picture->icicle ? box->row : panel->layout.rows - 1 - box->row;
    double gap = box->width > 2 ? 0.5 : 0;

    return (struct fp_rect){ picture->graph_x + box->x, panel->y + (double)line * FP_ROW_HEIGHT, box->width - gap,
                             FP_ROW_HEIGHT - 1 };
}

void fp_picture_label(const struct fp_picture *picture, const struct fp_box *box, struct fp_str *label)
{
    enum fp_frame_kind kind = fp_tree_kind(picture->tree, box->node);
    struct fp_slice name = fp_frame_bare_name(kind, fp_tree_name(picture->tree, box->node));
    size_t cells = cells_in(box->width - 2 * FP_LABEL_X, 1);

    fp_str_clear(label);
    /* without "[k] " and the like: the colour tells the kind, the tooltip has the whole name */
    if (kind == FP_KIND_THREAD || kind == FP_KIND_PROCESS || kind == FP_KIND_HOST)
        fp_label_fit(name, cells, label);
    else
        fp_label_fit_name(name, cells, label);
}

struct fp_rect fp_picture_cut_edge(const struct fp_picture *picture, const struct fp_rect *painted)
{
    double y = picture->icicle ? painted->y + painted->height - CUT_EDGE : painted->y;

    return (struct fp_rect){ painted->x, y, painted->width, CUT_EDGE };
}

bool fp_picture_hatched(const struct fp_picture *picture, const struct fp_box *box)
{
    return !picture->pair && box->width >= 3 && fp_tree_kind(picture->tree, box->node) == FP_KIND_UNKNOWN;
}
