/*
 * The difference of two profiles as SVG and PNG: well-formed and in the right colours, whatever the names, however deep.
 */
#include "picture_difference_fixture.h"

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
        cmocka_unit_test(hostile_names_make_well_formed_pictures),
        cmocka_unit_test(a_long_name_that_moves),
        cmocka_unit_test(pixels_have_the_colours),
        cmocka_unit_test(deep_stacks),
        cmocka_unit_test(boxes_have_a_limit),
        cmocka_unit_test(widths_out_of_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
