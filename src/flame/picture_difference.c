#include "flame/picture.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "flame/difference.h"
#include "flame/picture_parts.h"

#define HEADING_ROWS 4u /* of the limit, for two headings and what is around them */

/* One column of the pair, and how it is called. */
struct side {
    const int64_t *total;
    int64_t whole;
    const char *total_name; /* a word of the catalogue */
};

static struct side side_of(const struct fp_picture *p, bool before)
{
    if (before)
        return (struct side){ p->pair->before_total, p->before_whole, "pic_total_before" };
    return (struct side){ p->pair->tree.total, p->whole, "pic_total_after" };
}

/* Is there on the side whose shape is not drawn, and only there. */
static bool is_rest(const struct side *shape, const struct side *other, uint32_t node)
{
    return other->total[node] > 0 && shape->total[node] == 0;
}

/* Values of the frames that one side alone has, and what they add up to below each of their ancestors. */
static int sum_rest(struct fp_picture *p, const struct side *shape, const struct side *other, struct fp_error *err)
{
    const struct fp_tree *tree = p->tree;
    int64_t *rest = malloc(tree->count * sizeof *rest);

    if (!rest)
        return fp_error_nomem(err);
    p->rest = rest;
    for (uint32_t i = 0; i < tree->count; i++)
        rest[i] = is_rest(shape, other, i) ? other->total[i] : 0;
    /* below such a frame all are such frames, and counted with it */
    for (uint32_t i = tree->count - 1; i > 0; i--)
        if (!is_rest(shape, other, tree->parent[i]))
            rest[tree->parent[i]] += rest[i];
    return FP_OK;
}

static double share(int64_t value, int64_t whole)
{
    return whole > 0 ? (double)value / (double)whole : 0;
}

/* Both layouts. What is gone may take half of the rows and boxes; what there is gets all that is left. */
static int lay_out(struct fp_picture *p, const struct side *shape, const struct side *other,
                   const struct fp_picture_options *options, struct fp_error *err)
{
    struct fp_panel *main_panel = &p->panels[0], *rest = &p->panels[1];
    uint32_t max_rows = fp_picture_max_rows(p) - HEADING_ROWS;
    double main_share = share(shape->total[0], shape->whole), rest_share = share(p->rest[0], other->whole);
    /* pixels of a share of 1: the wider panel takes the width */
    double scale = main_share > 0 || rest_share > 0
                       ? fp_picture_graph_width(p) / (main_share > rest_share ? main_share : rest_share)
                       : 0;
    struct fp_layout_options how = {
        .width = rest_share * scale,
        .min_width = options->min_width,
        .by_value = options->by_value,
        .max_rows = max_rows / 2,
        .max_boxes = FP_LIMIT_BOXES / 2,
        .total = p->rest,
    };
    int rc = FP_OK;

    main_panel->total = shape->total;
    main_panel->whole = shape->whole;
    rest->total = p->rest;
    rest->whole = other->whole;
    p->panel_count = 1;
    if (p->rest[0] > 0) {
        rc = fp_layout_make(&rest->layout, p->tree, &how, err);
        p->panel_count = 2;
    }
    if (rc < 0)
        return rc;
    how.width = main_share * scale;
    how.max_rows = max_rows - rest->layout.rows;
    how.max_boxes = FP_LIMIT_BOXES - rest->layout.count;
    how.total = shape->total;
    return fp_layout_make(&main_panel->layout, p->tree, &how, err);
}

static struct fp_difference difference_of(const struct fp_picture *p, uint32_t node)
{
    return (struct fp_difference){
        .before = p->pair->before_total[node],
        .after = p->tree->total[node],
        .before_whole = p->before_whole,
        .after_whole = p->whole,
    };
}

static void fill_boxes(struct fp_picture *p, enum fp_change_palette palette, const struct side *shape)
{
    for (size_t i = 0; i < p->panel_count; i++) {
        const struct fp_layout *layout = &p->panels[i].layout;

        for (size_t b = 0; b < layout->count; b++) {
            struct fp_box *box = &layout->boxes[b];
            struct fp_difference d = difference_of(p, box->node);
            bool is_context = i == 1 && shape->total[box->node] > 0;

            box->fill = fp_palette_change(palette, is_context ? 0 : fp_difference_step(&d));
        }
    }
}

static void write_headings(struct fp_picture *p, const struct side *shape, const struct side *other)
{
    char whole[FP_UNIT_TEXT], other_whole[FP_UNIT_TEXT], value[FP_UNIT_TEXT], part[FP_UNIT_TEXT];
    struct fp_str *text = &p->words;

    fp_str_truncate(text, 0);
    fp_lang_value(p->lang, whole, shape->whole, p->unit);
    fp_lang_value(p->lang, other_whole, other->whole, p->unit);
    fp_lang_say(p->lang, text, p->baseline_shape ? "pic_head_before" : "pic_head_after", whole, other_whole, NULL);
    fp_picture_heading(p, &p->panels[0], text->data);
    fp_str_truncate(text, 0);
    fp_lang_say(p->lang, text, p->baseline_shape ? "pic_head_new" : "pic_head_gone",
                fp_share_format(part, p->rest[0], other->whole), other_whole, fp_lang_value(p->lang, value, p->rest[0], p->unit), NULL);
    if (p->panel_count > 1)
        fp_picture_heading(p, &p->panels[1], text->data);
}

/* From much less over no change to much more, as a scale of colours reads. */
static void write_legend(struct fp_picture *p, enum fp_change_palette palette, struct fp_legend_cursor *at)
{
    struct fp_str *text = &p->words;

    for (int step = -FP_CHANGE_STEPS; step <= FP_CHANGE_STEPS; step++) {
        struct fp_legend_entry *entry = &p->legend[p->legend_count];
        const char *label = step ? fp_difference_step_label(step) : fp_lang_word(p->lang, "pic_no_change");

        fp_str_truncate(text, 0);
        if (step == -FP_CHANGE_STEPS || step == FP_CHANGE_STEPS)
            fp_lang_say(p->lang, text, step < 0 ? "pic_points_less" : "pic_points_more", label, NULL);
        else
            fp_str_puts(text, label);
        entry->fill = fp_palette_change(palette, step);
        snprintf(entry->text, sizeof entry->text, "%s", text->data);
        fp_picture_place_entry(p, at);
    }
}

static void write_notes(struct fp_picture *p, const struct fp_picture_options *options, const struct side *shape,
                        const struct side *other)
{
    if (options->caution)
        fp_picture_note(p, options->caution);
    if (options->note)
        fp_picture_note(p, options->note);
    if (p->pair->before_total[0] == 0)
        fp_picture_note_word(p, "pic_no_samples_before");
    if (p->tree->total[0] == 0)
        fp_picture_note_word(p, "pic_no_samples_after");
    fp_picture_note_hidden(p, &p->panels[0].layout, "", shape->whole, fp_lang_word(p->lang, shape->total_name));
    fp_picture_note_hidden(p, &p->panels[1].layout, fp_lang_word(p->lang, p->baseline_shape ? "pic_new" : "pic_gone"),
                           other->whole, fp_lang_word(p->lang, other->total_name));
}

static int make(struct fp_picture *p, const struct fp_picture_options *options, struct fp_error *err)
{
    struct side shape, other;
    struct fp_legend_cursor at;
    int rc = fp_picture_begin(p, options, err);

    if (rc < 0)
        return rc;
    p->baseline_shape = options->baseline_shape;
    p->anchors = options->anchors;
    p->anchor_count = options->anchor_count;
    p->before = options->before;
    p->after = options->after;
    p->whole = options->whole ? options->whole : p->tree->total[0];
    p->before_whole = options->before_whole ? options->before_whole : p->pair->before_total[0];
    shape = side_of(p, p->baseline_shape);
    other = side_of(p, !p->baseline_shape);
    rc = sum_rest(p, &shape, &other, err);
    if (rc == FP_OK)
        rc = lay_out(p, &shape, &other, options, err);
    if (rc < 0)
        return rc;
    fill_boxes(p, options->palette, &shape);
    write_headings(p, &shape, &other);
    at = fp_picture_begin_legend(p, fp_picture_place_panels(p) + 10);
    write_legend(p, options->palette, &at);
    write_notes(p, options, &shape, &other);
    return fp_picture_end(p, &at, err);
}

int fp_picture_make_difference(struct fp_picture *ret_picture, const struct fp_pair *pair,
                               const struct fp_picture_options *options, struct fp_error *err)
{
    struct fp_picture p = { .tree = &pair->tree, .pair = pair };
    int rc = make(&p, options, err);

    if (rc == FP_OK)
        *ret_picture = p;
    else
        fp_picture_release(&p);
    return rc;
}
