/* For the tests of pictures of a difference: two profiles, compared and drawn, and what is where in that. */
#ifndef FP_TEST_PICTURE_DIFFERENCE_FIXTURE_H
#define FP_TEST_PICTURE_DIFFERENCE_FIXTURE_H

#include <math.h>

#include "flame/difference.h"
#include "picture_fixture.h"

#define GRAPH (FP_PICTURE_WIDTH - 20.0)

static const struct fp_picture_options plain = {
    .width = FP_PICTURE_WIDTH,
    .min_width = FP_PICTURE_MIN_WIDTH,
    .title = "title",
    .subtitle = "subtitle",
    .unit = FP_UNIT_MICROSECONDS,
};

/* Two profiles, compared and drawn. */
struct drawn {
    struct fp_tree before, after;
    struct fp_pair pair;
    struct fp_picture picture;
};

static inline void draw_trees(struct drawn *d, struct fp_picture_options options)
{
    struct fp_error err = FP_ERROR_INIT;

    options.before = &d->before;
    options.after = &d->after;
    if (fp_pair_make(&d->pair, &d->before, &d->after, &err) < 0 ||
        fp_picture_make_difference(&d->picture, &d->pair, &options, &err) < 0)
        fail_msg("%s", err.message);
}

static inline void draw(struct drawn *d, const char *before, const char *after, struct fp_picture_options options)
{
    tree_of(before, &d->before);
    tree_of(after, &d->after);
    draw_trees(d, options);
}

static inline void release(struct drawn *d)
{
    fp_picture_release(&d->picture);
    fp_pair_release(&d->pair);
    fp_tree_release(&d->before);
    fp_tree_release(&d->after);
}

/* The box of a frame in a panel; NULL = not drawn there. */
static const struct fp_box *box_of(const struct drawn *d, size_t panel, const char *path)
{
    const struct fp_layout *layout = &d->picture.panels[panel].layout;
    uint32_t node = find_node(&d->pair.tree, path);

    assert_int_not_equal(node, FP_NO_NODE);
    for (size_t i = 0; i < layout->count; i++)
        if (layout->boxes[i].node == node)
            return &layout->boxes[i];
    return NULL;
}

static inline bool same_colour(struct fp_rgb a, struct fp_rgb b)
{
    return a.r == b.r && a.g == b.g && a.b == b.b;
}

static inline void assert_box(const struct drawn *d, size_t panel, const char *path, double width, int step)
{
    const struct fp_box *box = box_of(d, panel, path);

    assert_non_null(box);
    if (fabs(box->width - width) > 1e-9)
        fail_msg("%s is %f px wide, not %f", path, box->width, width);
    if (!same_colour(box->fill, fp_palette_change(FP_CHANGE_RED_BLUE, step)))
        fail_msg("%s is #%02x%02x%02x", path, box->fill.r, box->fill.g, box->fill.b);
}

static inline void assert_tooltip(const struct drawn *d, size_t panel, const char *path, const char *name, const char *want)
{
    const struct fp_box *box = box_of(d, panel, path);
    struct fp_str text;

    assert_non_null(box);
    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_picture_tooltip(&d->picture, &d->picture.panels[panel], box, &text);
    assert_string_equal(text.data, want);
    assert_true(fp_slice_is(fp_picture_name(&d->picture, box->node), name));
    fp_str_release(&text);
}

#endif
