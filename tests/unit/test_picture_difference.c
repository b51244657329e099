/*
 * The difference of two profiles as a picture: which frames stand in which panel, how wide, in which colour, with which
 * words; whatever the names, however deep.
 */
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

static void draw_trees(struct drawn *d, struct fp_picture_options options)
{
    struct fp_error err = FP_ERROR_INIT;

    options.before = &d->before;
    options.after = &d->after;
    if (fp_pair_make(&d->pair, &d->before, &d->after, &err) < 0 ||
        fp_picture_make_difference(&d->picture, &d->pair, &options, &err) < 0)
        fail_msg("%s", err.message);
}

static void draw(struct drawn *d, const char *before, const char *after, struct fp_picture_options options)
{
    tree_of(before, &d->before);
    tree_of(after, &d->after);
    draw_trees(d, options);
}

static void release(struct drawn *d)
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

static bool same_colour(struct fp_rgb a, struct fp_rgb b)
{
    return a.r == b.r && a.g == b.g && a.b == b.b;
}

static void assert_box(const struct drawn *d, size_t panel, const char *path, double width, int step)
{
    const struct fp_box *box = box_of(d, panel, path);

    assert_non_null(box);
    if (fabs(box->width - width) > 1e-9)
        fail_msg("%s is %f px wide, not %f", path, box->width, width);
    if (!same_colour(box->fill, fp_palette_change(FP_CHANGE_RED_BLUE, step)))
        fail_msg("%s is #%02x%02x%02x", path, box->fill.r, box->fill.g, box->fill.b);
}

static void assert_tooltip(const struct drawn *d, size_t panel, const char *path, const char *name, const char *want)
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

/* ---- panels ---- */

static void what_is_gone_has_its_own_panel(void **state)
{
    struct drawn d;

    (void)state;
    draw(&d, "main;a 900\nmain;old;deep 60\nmain;old 40\n", "main;a 400\nmain;young 100\n", plain);
    assert_int_equal(d.picture.panel_count, 2);
    assert_box(&d, 0, "", GRAPH, 0);
    assert_box(&d, 0, "main", GRAPH, 0);
    assert_box(&d, 0, "main/a", 0.8 * GRAPH, -5); /* by 10 points exactly */
    assert_box(&d, 0, "main/young", 0.2 * GRAPH, 5);
    assert_null(box_of(&d, 0, "main/old"));
    assert_box(&d, 1, "", 0.1 * GRAPH, 0); /* 10 % gone is 10 % wide */
    assert_box(&d, 1, "main", 0.1 * GRAPH, 0);
    assert_box(&d, 1, "main/old", 0.1 * GRAPH, -5);
    assert_box(&d, 1, "main/old/deep", 0.06 * GRAPH, -4);
    assert_null(box_of(&d, 1, "main/a"));
    assert_null(box_of(&d, 1, "main/young"));
    assert_string_equal(d.picture.panels[0].heading.data,
                        "After: widths are shares of 500 µs; colours are the change of share, in points, from before "
                        "(1.00 ms)");
    assert_string_equal(d.picture.panels[1].heading.data,
                        "Gone: 10.0 % of 1.00 ms before (100 µs) is in frames that are not there after; grey frames "
                        "still are");
    assert_int_equal(d.picture.note_count, 0); /* frames of the other side are not "not shown" */
    release(&d);
}

static void the_shape_of_the_baseline(void **state)
{
    struct fp_picture_options options = plain;
    struct drawn d;

    (void)state;
    options.baseline_shape = true;
    draw(&d, "main;a 900\nmain;old 100\n", "main;a 400\nmain;young 100\n", options);
    assert_int_equal(d.picture.panel_count, 2);
    assert_box(&d, 0, "main/a", 0.9 * GRAPH, -5);
    assert_box(&d, 0, "main/old", 0.1 * GRAPH, -5);
    assert_null(box_of(&d, 0, "main/young"));
    assert_box(&d, 1, "main", 0.2 * GRAPH, 0);
    assert_box(&d, 1, "main/young", 0.2 * GRAPH, 5);
    assert_string_equal(d.picture.panels[0].heading.data,
                        "Before: widths are shares of 1.00 ms; colours are the change of share, in points, to after "
                        "(500 µs)");
    assert_string_equal(d.picture.panels[1].heading.data,
                        "New: 20.0 % of 500 µs after (100 µs) is in frames that were not there before; grey frames "
                        "were");
    release(&d);
}

static void nothing_gone_no_panel(void **state)
{
    struct fp_picture_options options = plain;
    struct drawn d;

    (void)state;
    draw(&d, "a 10\n", "a 10\nb 10\n", plain);
    assert_int_equal(d.picture.panel_count, 1);
    assert_null(strstr(d.picture.panels[0].heading.data, "Gone"));
    release(&d);
    options.baseline_shape = true;
    draw(&d, "a 10\nb 10\n", "a 10\n", options);
    assert_int_equal(d.picture.panel_count, 1);
    release(&d);
}

/* A stack that ends earlier than before is no frame that is gone. */
static void a_self_value_alone_is_not_gone(void **state)
{
    struct drawn d;

    (void)state;
    draw(&d, "main 50\nmain;a 50\n", "main;a 50\n", plain);
    assert_int_equal(d.picture.panel_count, 1);
    assert_box(&d, 0, "main/a", GRAPH, 5);
    release(&d);
}

static void with_itself_all_is_one_colour(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        struct fp_picture_options options = plain;
        struct drawn d;

        options.baseline_shape = seed % 2;
        options.palette = seed % 4 < 2 ? FP_CHANGE_RED_BLUE : FP_CHANGE_ORANGE_BLUE;
        random_tree(&d.before, seed, 200, 10, 10);
        random_tree(&d.after, seed, 200, 10, 10);
        draw_trees(&d, options);
        assert_int_equal(d.picture.panel_count, 1);
        assert_true(d.picture.panels[0].layout.count > 20);
        for (size_t i = 0; i < d.picture.panels[0].layout.count; i++)
            assert_true(same_colour(d.picture.panels[0].layout.boxes[i].fill, fp_palette_change(options.palette, 0)));
        release(&d);
    }
}

/* Busier by a third, in values that no share divides evenly: the same colour. */
static void a_busier_day_is_no_change(void **state)
{
    struct drawn d;

    (void)state;
    draw(&d, "a;b 30303\na 7070709\nc 3\n", "a;b 40404\na 9427612\nc 4\n", plain);
    for (size_t i = 0; i < d.picture.panels[0].layout.count; i++)
        assert_true(same_colour(d.picture.panels[0].layout.boxes[i].fill, fp_palette_change(FP_CHANGE_RED_BLUE, 0)));
    release(&d);
}

/* Every frame of the shape in the first panel, every other one in the second, each as wide as its share. */
static void against_the_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        struct fp_picture_options options = plain;
        struct drawn d;

        options.min_width = 0;
        options.baseline_shape = seed % 2;
        options.by_value = seed % 3 == 0;
        random_tree(&d.before, 2 * seed, 40, 6, 6);
        random_tree(&d.after, 2 * seed + 1, 40, 6, 6);
        draw_trees(&d, options);
        for (uint32_t n = 0, at[2] = { 0, 0 }; n < d.pair.tree.count; n++) {
            int64_t values[2] = { d.pair.before_total[n], d.pair.tree.total[n] };
            int64_t wholes[2] = { d.pair.before_total[0], d.pair.tree.total[0] };
            int shape = options.baseline_shape ? 0 : 1, other = 1 - shape;
            int64_t rest = 0;

            for (uint32_t i = n; i < d.pair.tree.end[n]; i++)
                if ((shape ? d.pair.tree.total : d.pair.before_total)[i] == 0)
                    rest += shape ? d.pair.before_self[i] : d.pair.tree.self[i];
            for (int panel = 0; panel < 2; panel++) {
                const struct fp_layout *layout = &d.picture.panels[panel].layout;
                int64_t value = panel ? rest : values[shape];
                double width = (double)value / (double)wholes[panel ? other : shape] * GRAPH;
                const struct fp_box *box = NULL;

                for (size_t i = 0; i < layout->count; i++)
                    box = layout->boxes[i].node == n ? &layout->boxes[i] : box;
                assert_int_equal(box != NULL, value > 0);
                if (!box)
                    continue;
                at[panel]++;
                assert_true(fabs(box->width - width) < 1e-6);
                assert_true(same_colour(
                    box->fill, fp_palette_change(FP_CHANGE_RED_BLUE,
                                                 panel && values[shape]
                                                     ? 0
                                                     : fp_difference_step(&(struct fp_difference){
                                                           values[0], values[1], wholes[0], wholes[1] }))));
            }
            if (n + 1 == d.pair.tree.count) {
                assert_int_equal(at[0], d.picture.panels[0].layout.count);
                assert_int_equal(at[1], d.picture.panels[1].layout.count);
            }
        }
        release(&d);
    }
}

/* Focused on a part: shares are of what was recorded, and both panels still have one scale. */
static void shares_of_more_than_is_shown(void **state)
{
    struct fp_picture_options options = plain;
    struct drawn d;

    (void)state;
    options.whole = 1000;
    options.before_whole = 2000;
    draw(&d, "a 100\nold 800\n", "a 100\nb 100\n", options);
    assert_box(&d, 1, "", GRAPH, 0); /* 40 % gone is wider than the 20 % that are there */
    assert_box(&d, 0, "", GRAPH / 2, -5);
    assert_box(&d, 0, "a", GRAPH / 4, 4); /* 5 % to 10 % */
    release(&d);
}

static void one_side_is_empty(void **state)
{
    struct fp_picture_options options = plain;
    struct drawn d;

    (void)state;
    for (int baseline = 0; baseline < 2; baseline++) {
        options.baseline_shape = baseline;
        draw(&d, "a;b 0\n", "a 10\n", options);
        assert_box(&d, (size_t)baseline, "a", GRAPH, 5);
        assert_string_equal(d.picture.notes[0].data, "No samples before: every value is zero.");
        assert_int_equal(d.picture.panels[baseline].layout.count, 2);
        release(&d);
        draw(&d, "a 10\n", "a;b 0\n", options);
        assert_box(&d, (size_t)!baseline, "a", GRAPH, -5);
        assert_string_equal(d.picture.notes[0].data, "No samples after: every value is zero.");
        release(&d);
        draw(&d, "a 0\n", "a;b 0\n", options);
        assert_int_equal(d.picture.panel_count, 1);
        assert_int_equal(d.picture.panels[0].layout.count, 0);
        assert_int_equal(d.picture.note_count, 2);
        release(&d);
    }
}

/* ---- words ---- */

static void tooltips_of_both_sides(void **state)
{
    struct drawn d;

    (void)state;
    draw(&d, "main;a 400\nmain;b 500\nmain;old 100\n", "main;a 800\nmain;b 400\nmain;young 800\n", plain);
    assert_tooltip(&d, 0, "main/a", "a",
                   "before: 400 µs, 40.0 % of 1.00 ms; self 400 µs\n"
                   "after: 800 µs, 40.0 % of 2.00 ms; self 800 µs\n"
                   "change: +400 µs, +100 %; share unchanged");
    assert_tooltip(&d, 0, "main/b", "b",
                   "before: 500 µs, 50.0 % of 1.00 ms; self 500 µs\n"
                   "after: 400 µs, 20.0 % of 2.00 ms; self 400 µs\n"
                   "change: -100 µs, -20.0 %; share -30.0 points");
    assert_tooltip(&d, 0, "main/young", "young",
                   "before: none\n"
                   "after: 800 µs, 40.0 % of 2.00 ms; self 800 µs\n"
                   "change: +800 µs, new; share +40.0 points");
    assert_tooltip(&d, 1, "main/old", "old",
                   "before: 100 µs, 10.0 % of 1.00 ms; self 100 µs\n"
                   "after: none\n"
                   "change: -100 µs, gone; share -10.0 points");
    assert_tooltip(&d, 1, "main", "main",
                   "before: 1.00 ms, 100 % of 1.00 ms; self 0 s\n"
                   "after: 2.00 ms, 100 % of 2.00 ms; self 0 s\n"
                   "change: +1.00 ms, +100 %; share unchanged\n"
                   "gone from it: 100 µs, 10.0 % of 1.00 ms");
    release(&d);
}

/* The raw name of the newer side; of the older one where that is all there is. The identity is on the label. */
static void raw_names(void **state)
{
    struct fp_picture_options options = plain;
    struct fp_str label;
    struct drawn d;

    (void)state;
    draw(&d, "[unknown] 0x1111 50\nfoo.llvm.1234 50\n", "[unknown] 0x2222 100\n", options);
    assert_tooltip(&d, 0, "[unknown]", "[unknown] 0x2222",
                   "compared as [unknown]\n"
                   "before: 50 µs, 50.0 % of 100 µs; self 50 µs\n"
                   "after: 100 µs, 100 % of 100 µs; self 100 µs\n"
                   "change: +50 µs, +100 %; share +50.0 points");
    assert_tooltip(&d, 1, "foo.llvm.*", "foo.llvm.1234",
                   "compared as foo.llvm.*\n"
                   "before: 50 µs, 50.0 % of 100 µs; self 50 µs\n"
                   "after: none\n"
                   "change: -50 µs, gone; share -50.0 points");
    fp_str_init(&label, FP_LIMIT_TEXT);
    fp_picture_label(&d.picture, box_of(&d, 0, "[unknown]"), &label);
    assert_string_equal(label.data, "[unknown]");
    assert_false(fp_picture_hatched(&d.picture, box_of(&d, 0, "[unknown]"))); /* colours say something else here */
    /* without the trees the identities are all there is */
    d.picture.before = d.picture.after = NULL;
    assert_true(fp_slice_is(fp_picture_name(&d.picture, box_of(&d, 0, "[unknown]")->node), "[unknown]"));
    fp_str_release(&label);
    release(&d);
}

static void notes_of_both_panels(void **state)
{
    struct fp_picture_options options = plain;
    struct drawn d;

    (void)state;
    options.note = "Rust hashes dropped.";
    draw(&d, "a 1000000\nold;x 1\nold2 1\n", "a 1000000\nnew;x;y 1\n", options);
    assert_int_equal(d.picture.note_count, 3);
    assert_string_equal(d.picture.notes[0].data, "Rust hashes dropped.");
    assert_string_equal(d.picture.notes[1].data,
                        "Not shown: 3 frames narrower than 0.1 px (their stacks are < 0.01 % of the total after).");
    assert_string_equal(d.picture.notes[2].data,
                        "Not shown: 3 gone frames narrower than 0.1 px (their stacks are < 0.01 % of the total before).");
    release(&d);
}

/* Much less on the left, no change in the middle, much more on the right; each colour once, with its bounds. */
static void the_legend_is_the_scale(void **state)
{
    static const char *const texts[] = { "≥ 10 points less", "2–10",  "0.5–2", "0.1–0.5", "< 0.1", "no change", "< 0.1",
                                         "0.1–0.5",          "0.5–2", "2–10",  "≥ 10 points more" };
    struct drawn d;

    (void)state;
    draw(&d, "a 1\n", "a 1\n", plain);
    assert_int_equal(d.picture.legend_count, 11);
    for (int i = 0; i < 11; i++) {
        const struct fp_legend_entry *entry = &d.picture.legend[i];

        assert_string_equal(entry->text, texts[i]);
        assert_true(same_colour(entry->fill, fp_palette_change(FP_CHANGE_RED_BLUE, i - 5)));
        assert_false(entry->hatched);
        assert_true(fabs(entry->text_y - d.picture.legend[0].text_y) < 1e-9); /* one line at the usual width */
    }
    release(&d);
}

/* ---- backends ---- */

static void to_svg(const struct fp_picture *picture, struct fp_str *to)
{
    static struct fp_out out;
    struct fp_error err = FP_ERROR_INIT;

    fp_str_init(to, (size_t)1 << 28);
    fp_out_to_str(&out, to);
    if (fp_svg_write(picture, &out, &err) < 0 || fp_out_finish(&out, &err) < 0)
        fail_msg("%s", err.message);
}

static void hostile_names_make_well_formed_pictures(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct fp_picture_options options = plain;
        struct fp_str svg, again;
        struct drawn d;

        options.icicle = seed % 2;
        options.baseline_shape = seed % 3 == 0;
        options.width = seed % 5 ? 1200 : 100;
        options.title = "</title><script>\x01\xFF&\"";
        names_of_all_sorts(&d.before, seed, 200);
        names_of_all_sorts(&d.after, seed + 1, 200);
        draw_trees(&d, options);
        to_svg(&d.picture, &svg);
        assert_well_formed(&svg);
        assert_int_equal(count_of(svg.data, "<title>"),
                         1 + d.picture.panels[0].layout.count + d.picture.panels[1].layout.count);
        assert_int_equal(count_of(svg.data, "\nchange: "), count_of(svg.data, "<title>") - 1);
        assert_int_equal(count_of(svg.data, "inf") + count_of(svg.data, "nan"), 0);
        if (seed <= 3)
            ask_xmllint(&svg);
        release(&d);
        names_of_all_sorts(&d.before, seed, 200);
        names_of_all_sorts(&d.after, seed + 1, 200);
        draw_trees(&d, options);
        to_svg(&d.picture, &again);
        assert_true(fp_slice_equal(fp_str_slice(&svg), fp_str_slice(&again)));
        fp_str_release(&svg);
        fp_str_release(&again);
        release(&d);
    }
}

/* A name that is long, not as it is compared, and writes lines of its own: it stays one line in the tooltip. */
static void a_long_name_that_moves(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct drawn d = { .picture = { 0 } };
    struct fp_builder b;
    struct fp_str name, svg;
    uint32_t id, node;

    (void)state;
    fp_str_init(&name, FP_LIMIT_NAME);
    fp_str_puts(&name, "\nchange: all ");
    while (name.len + 20 < FP_LIMIT_NAME)
        fp_str_putc(&name, '\x01');
    fp_str_puts(&name, " 0x12345678");
    build_folded("", &b);
    assert_int_equal(fp_names_intern(&b.names, fp_str_slice(&name), FP_KIND_APPLICATION, &id, &err), 0);
    assert_int_equal(fp_builder_child(&b, 0, id, &node, &err), 0);
    assert_int_equal(fp_builder_add(&b, node, 5, &err), 0);
    assert_int_equal(fp_tree_freeze(&d.after, &b, false, &err), 0);
    tree_of("x 1\n", &d.before);
    draw_trees(&d, plain);
    to_svg(&d.picture, &svg);
    assert_well_formed(&svg);
    assert_int_equal(count_of(svg.data, "\nchange: "), 4); /* root and frame, root and what is gone */
    fp_str_release(&svg);
    fp_str_release(&name);
    release(&d);
}

static void assert_pixels(const struct drawn *d, int scale)
{
    cairo_surface_t *image = painted(&d->picture, scale);
    size_t seen[2] = { 0, 0 };

    assert_int_equal(cairo_image_surface_get_width(image), (int)d->picture.width * scale);
    assert_int_equal(cairo_image_surface_get_height(image), (int)d->picture.height * scale);
    for (size_t i = 0; i < 2; i++) {
        const struct fp_panel *panel = &d->picture.panels[i];

        for (size_t b = 0; b < panel->layout.count; b++) {
            struct fp_rect r = fp_picture_box(&d->picture, panel, &panel->layout.boxes[b]);

            assert_true(r.y >= panel->y && r.y + r.height < panel->y + panel->layout.rows * (double)FP_ROW_HEIGHT);
            if (r.width < 4 || panel->layout.boxes[b].cut)
                continue;
            assert_colour(pixel(image, (r.x + 1.6) * scale, (r.y + 1) * scale), panel->layout.boxes[b].fill);
            seen[i]++;
        }
    }
    assert_true(seen[0] > 10 && seen[1] > 5);
    for (size_t i = 0; i < d->picture.legend_count; i++) {
        const struct fp_legend_entry *entry = &d->picture.legend[i];

        assert_colour(pixel(image, (entry->swatch.x + 6) * scale, (entry->swatch.y + 6) * scale), entry->fill);
    }
    cairo_surface_destroy(image);
}

static void pixels_have_the_colours(void **state)
{
    (void)state;
    for (int i = 0; i < 8; i++) {
        struct fp_picture_options options = plain;
        struct drawn d;

        options.icicle = i & 1;
        options.baseline_shape = i & 2;
        options.palette = i & 4 ? FP_CHANGE_ORANGE_BLUE : FP_CHANGE_RED_BLUE;
        random_tree(&d.before, 5, 20, 9, 6);
        random_tree(&d.after, 6, 20, 9, 6);
        draw_trees(&d, options);
        assert_pixels(&d, 1);
        assert_pixels(&d, 2);
        release(&d);
    }
}

/* ---- limits ---- */

static void deep_chain(struct fp_tree *tree, const char *first, uint32_t frames)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    uint32_t id, node = 0;

    build_folded("", &b);
    for (uint32_t i = 0; i < frames; i++) {
        const char *name = i ? "f" : first;

        assert_int_equal(fp_names_intern(&b.names, fp_slice_of(name), FP_KIND_APPLICATION, &id, &err), 0);
        assert_int_equal(fp_builder_child(&b, node, id, &node, &err), 0);
    }
    assert_int_equal(fp_builder_add(&b, node, 1, &err), 0);
    assert_int_equal(fp_tree_freeze(tree, &b, false, &err), 0);
}

static void deep_stacks(void **state)
{
    static const uint32_t widths[] = { 100, 1200, FP_LIMIT_WIDTH };
    const uint32_t frames = 100000;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct fp_picture_options options = plain;
        struct drawn d;
        uint32_t rows;

        options.width = widths[i];
        options.baseline_shape = i == 1;
        deep_chain(&d.before, "old", frames);
        deep_chain(&d.after, "young", frames);
        draw_trees(&d, options);
        assert_int_equal(d.picture.panel_count, 2);
        rows = d.picture.panels[0].layout.rows + d.picture.panels[1].layout.rows;
        assert_true(rows <= FP_LIMIT_ROWS && rows >= (widths[i] <= 1200 ? 990 : 250));
        for (int p = 0; p < 2; p++)
            assert_int_equal(d.picture.panels[p].layout.deep_nodes,
                             frames + 1 - d.picture.panels[p].layout.rows);
        if (widths[i] > 100)
            assert_non_null(strstr(d.picture.notes[1].data, i == 1 ? "deeper new frames" : "deeper gone frames"));
        assert_true(fp_png_fits(&d.picture, 1));
        assert_int_equal(fp_png_fits(&d.picture, 2), widths[i] <= 1200);
        if (widths[i] == 1200)
            cairo_surface_destroy(painted(&d.picture, 1));
        release(&d);
    }
}

/* As many boxes as nobody can see, on either side: both panels together keep the limit. */
static void boxes_have_a_limit(void **state)
{
    struct fp_picture_options options = plain;
    struct drawn d;
    struct fp_str text[2];

    (void)state;
    options.min_width = 0;
    for (int side = 0; side < 2; side++) {
        fp_str_init(&text[side], (size_t)1 << 24);
        for (uint32_t i = 0; i < FP_LIMIT_BOXES; i++)
            fp_str_printf(&text[side], "%c%u %d\n", side ? 'n' : 'o', i, i < 1000 ? 1000 : 1);
    }
    draw(&d, text[0].data, text[1].data, options);
    assert_true(d.picture.panels[0].layout.count >= 1000 && d.picture.panels[1].layout.count >= 1000);
    assert_true(d.picture.panels[0].layout.count + d.picture.panels[1].layout.count <= FP_LIMIT_BOXES);
    fp_str_release(&text[0]);
    fp_str_release(&text[1]);
    release(&d);
}

static void widths_out_of_range(void **state)
{
    struct fp_picture_options options = plain;
    struct fp_error err = FP_ERROR_INIT;
    struct drawn d;

    (void)state;
    draw(&d, "a 1\n", "b 1\n", plain);
    fp_picture_release(&d.picture);
    options.width = 99;
    assert_int_equal(fp_picture_make_difference(&d.picture, &d.pair, &options, &err), FP_EINVAL);
    release(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_gone_has_its_own_panel),
        cmocka_unit_test(the_shape_of_the_baseline),
        cmocka_unit_test(nothing_gone_no_panel),
        cmocka_unit_test(a_self_value_alone_is_not_gone),
        cmocka_unit_test(with_itself_all_is_one_colour),
        cmocka_unit_test(a_busier_day_is_no_change),
        cmocka_unit_test(against_the_definition),
        cmocka_unit_test(shares_of_more_than_is_shown),
        cmocka_unit_test(one_side_is_empty),
        cmocka_unit_test(tooltips_of_both_sides),
        cmocka_unit_test(raw_names),
        cmocka_unit_test(notes_of_both_panels),
        cmocka_unit_test(the_legend_is_the_scale),
        cmocka_unit_test(hostile_names_make_well_formed_pictures),
        cmocka_unit_test(a_long_name_that_moves),
        cmocka_unit_test(pixels_have_the_colours),
        cmocka_unit_test(deep_stacks),
        cmocka_unit_test(boxes_have_a_limit),
        cmocka_unit_test(widths_out_of_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
