#include "flame/difference.h"
#include "flame/label.h"
#include "flame/picture.h"

#define IDENT_CELLS 400

struct fp_slice fp_picture_name(const struct fp_picture *picture, uint32_t node)
{
    const struct fp_pair *pair = picture->pair;

    if (pair && picture->after && pair->after_node[node] != FP_NO_NODE)
        return fp_tree_name(picture->after, pair->after_node[node]);
    if (pair && picture->before && pair->after_node[node] == FP_NO_NODE)
        return fp_tree_name(picture->before, pair->before_node[node]);
    return fp_tree_name(picture->tree, node);
}

const char *fp_picture_id(const struct fp_picture *picture, const struct fp_panel *panel, const struct fp_box *box)
{
    size_t low = 0, high = picture->anchor_count;

    if (panel != &picture->panels[0] && picture->panels[0].total[box->node] > 0)
        return NULL;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (picture->anchors[middle].node < box->node)
            low = middle + 1;
        else
            high = middle;
    }
    return low < picture->anchor_count && picture->anchors[low].node == box->node ? picture->anchors[low].id : NULL;
}

/* "1.20 s, 6.3 % of 19.0 s" */
static void put_share(struct fp_str *text, int64_t value, int64_t whole, enum fp_unit unit)
{
    char amount[FP_UNIT_TEXT], share[FP_UNIT_TEXT], of[FP_UNIT_TEXT];

    fp_str_printf(text, "%s, %s of %s", fp_unit_format(amount, value, unit), fp_share_format(share, value, whole),
                  fp_unit_format(of, whole, unit));
}

/* Share of the whole, and what the frame keeps for itself. */
static void put_values(struct fp_str *text, int64_t total, int64_t self, int64_t whole, enum fp_unit unit)
{
    char amount[FP_UNIT_TEXT];

    put_share(text, total, whole, unit);
    fp_str_printf(text, "; self %s", fp_unit_format(amount, self, unit));
}

static void put_side(struct fp_str *text, const char *side, int64_t total, int64_t self, int64_t whole,
                     enum fp_unit unit)
{
    fp_str_puts(text, side);
    if (total)
        put_values(text, total, self, whole, unit);
    else
        fp_str_puts(text, "none");
    fp_str_putc(text, '\n');
}

static void put_difference(const struct fp_picture *p, const struct fp_panel *panel, uint32_t node,
                           struct fp_str *text)
{
    const struct fp_pair *pair = p->pair;
    const struct fp_difference d = { pair->before_total[node], p->tree->total[node], p->before_whole, p->whole };
    struct fp_slice ident = fp_tree_name(p->tree, node);
    bool of_rest = panel->total == p->rest;

    /* one frame here may be several there: names that differ by an address are one */
    if (node && !fp_slice_equal(ident, fp_picture_name(p, node))) {
        fp_str_puts(text, "compared as ");
        fp_label_fit(ident, IDENT_CELLS, text); /* no line of its own making */
        fp_str_putc(text, '\n');
    }
    put_side(text, "before: ", d.before, pair->before_self[node], d.before_whole, p->unit);
    put_side(text, "after: ", d.after, p->tree->self[node], d.after_whole, p->unit);
    fp_str_puts(text, "change: ");
    fp_difference_describe(&d, p->unit, text);
    if (!of_rest || (p->baseline_shape ? !d.before : !d.after))
        return;
    fp_str_puts(text, p->baseline_shape ? "\nnew in it: " : "\ngone from it: ");
    put_share(text, p->rest[node], p->baseline_shape ? d.after_whole : d.before_whole, p->unit);
}

void fp_picture_tooltip(const struct fp_picture *picture, const struct fp_panel *panel, const struct fp_box *box,
                        struct fp_str *text)
{
    const struct fp_tree *tree = picture->tree;

    fp_str_clear(text);
    if (picture->pair)
        put_difference(picture, panel, box->node, text);
    else
        put_values(text, tree->total[box->node], tree->self[box->node], picture->whole, picture->unit);
}
