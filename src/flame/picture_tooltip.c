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
static void put_share(const struct fp_picture *p, struct fp_str *text, int64_t value, int64_t whole)
{
    char amount[FP_UNIT_TEXT], share[FP_UNIT_TEXT], of[FP_UNIT_TEXT];

    fp_lang_say(p->lang, text, "pic_share", fp_lang_value(p->lang, amount, value, p->unit), fp_share_format(share, value, whole),
                fp_lang_value(p->lang, of, whole, p->unit), NULL);
}

/* Share of the whole, and what the frame keeps for itself. */
static void put_values(const struct fp_picture *p, struct fp_str *text, int64_t total, int64_t self, int64_t whole)
{
    char amount[FP_UNIT_TEXT];

    put_share(p, text, total, whole);
    fp_lang_say(p->lang, text, "pic_self", fp_lang_value(p->lang, amount, self, p->unit), NULL);
}

static void put_side(const struct fp_picture *p, struct fp_str *text, const char *side, int64_t total, int64_t self,
                     int64_t whole)
{
    fp_str_puts(text, fp_lang_word(p->lang, side));
    if (total)
        put_values(p, text, total, self, whole);
    else
        fp_str_puts(text, fp_lang_word(p->lang, "pic_none"));
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
        fp_str_puts(text, fp_lang_word(p->lang, "pic_compared_as"));
        fp_label_fit(ident, IDENT_CELLS, text); /* no line of its own making */
        fp_str_putc(text, '\n');
    }
    put_side(p, text, "pic_before", d.before, pair->before_self[node], d.before_whole);
    put_side(p, text, "pic_after", d.after, p->tree->self[node], d.after_whole);
    fp_str_puts(text, fp_lang_word(p->lang, "pic_change"));
    fp_difference_describe(&d, p->unit, p->lang, text);
    if (!of_rest || (p->baseline_shape ? !d.before : !d.after))
        return;
    fp_str_putc(text, '\n');
    fp_str_puts(text, fp_lang_word(p->lang, p->baseline_shape ? "pic_new_in" : "pic_gone_from"));
    put_share(p, text, p->rest[node], p->baseline_shape ? d.after_whole : d.before_whole);
}

void fp_picture_tooltip(const struct fp_picture *picture, const struct fp_panel *panel, const struct fp_box *box,
                        struct fp_str *text)
{
    const struct fp_tree *tree = picture->tree;

    fp_str_clear(text);
    if (picture->pair)
        put_difference(picture, panel, box->node, text);
    else
        put_values(picture, text, tree->total[box->node], tree->self[box->node], picture->whole);
}
