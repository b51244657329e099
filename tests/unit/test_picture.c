/* flame/picture and flame/svg: texts, geometry, and XML that is well-formed whatever the names are. */
#include <locale.h>

#include "picture_fixture.h"

static const struct fp_picture_options plain = {
    .width = FP_PICTURE_WIDTH,
    .min_width = FP_PICTURE_MIN_WIDTH,
    .title = "title",
    .subtitle = "subtitle",
    .unit = FP_UNIT_MICROSECONDS,
};

static struct fp_picture picture_of(const struct fp_tree *t, const struct fp_picture_options *options)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_picture picture;

    if (fp_picture_make(&picture, t, options, &err) < 0)
        fail_msg("%s", err.message);
    return picture;
}

static void draw(const struct fp_tree *t, const struct fp_picture_options *options, struct fp_str *to)
{
    static struct fp_out out;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_picture picture = picture_of(t, options);

    fp_str_init(to, (size_t)1 << 28);
    fp_out_to_str(&out, to);
    if (fp_svg_write(&picture, &out, &err) < 0 || fp_out_finish(&out, &err) < 0)
        fail_msg("%s", err.message);
    fp_picture_release(&picture);
}

static void hostile_names_make_well_formed_pictures(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct fp_picture_options options = plain;
        struct fp_picture picture;
        struct fp_str svg, again;
        struct fp_tree t;

        options.icicle = seed % 2;
        options.by_value = seed % 3 == 0;
        options.width = seed % 5 ? 1200 : 100;
        options.title = "</title><script>\x01\xFF&\"";
        options.subtitle = "]]><!-- \xED\xA0\x80";
        names_of_all_sorts(&t, seed, 300);
        draw(&t, &options, &svg);
        draw(&t, &options, &again);
        assert_true(fp_slice_equal(fp_str_slice(&svg), fp_str_slice(&again)));
        assert_well_formed(&svg);
        if (seed <= 3)
            ask_xmllint(&svg);
        picture = picture_of(&t, &options);
        assert_int_equal(count_of(svg.data, "<title>"), picture.panels[0].layout.count + 1); /* each box, and the picture */
        assert_int_equal(count_of(svg.data, "; self "), picture.panels[0].layout.count);
        fp_picture_release(&picture);
        fp_str_release(&svg);
        fp_str_release(&again);
        fp_tree_release(&t);
    }
}

/* A name that has no width and a title as long as they come: the picture is drawn all the same. */
static void endless_names_and_titles(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_picture_options options = plain;
    struct fp_builder b;
    struct fp_str name, svg;
    struct fp_tree t;
    uint32_t id, node;

    (void)state;
    fp_str_init(&name, (size_t)1 << 20);
    while (name.len + 403 < FP_LIMIT_NAME)
        fp_str_puts(&name, "\u200B");
    while (name.len < FP_LIMIT_NAME)
        fp_str_putc(&name, '\x01'); /* each grows to three bytes */
    build_folded("", &b);
    assert_int_equal(fp_names_intern(&b.names, fp_str_slice(&name), FP_KIND_APPLICATION, &id, &err), 0);
    assert_int_equal(fp_builder_child(&b, 0, id, &node, &err), 0);
    assert_int_equal(fp_builder_add(&b, node, 5, &err), 0);
    assert_int_equal(fp_tree_freeze(&t, &b, false, &err), 0);
    fp_str_clear(&name);
    for (int i = 0; i < 100000; i++)
        fp_str_puts(&name, i % 13 ? "\u0301" : "\u0905");
    options.title = options.subtitle = name.data;
    options.width = FP_LIMIT_WIDTH;
    draw(&t, &options, &svg);
    assert_well_formed(&svg);
    fp_str_release(&svg);
    fp_str_release(&name);
    fp_tree_release(&t);
}

static const char *note_of(const struct fp_picture *p, const char *what)
{
    for (size_t i = 0; i < p->note_count; i++)
        if (strstr(p->notes[i].data, what))
            return p->notes[i].data;
    return NULL;
}

static void notes_say_what_is_not_shown(void **state)
{
    struct fp_picture_options options = plain;
    struct fp_picture p;
    struct fp_tree t;

    (void)state;
    setlocale(LC_ALL, "de_DE.UTF-8"); /* where it is installed: numbers keep their point */
    tree_of("a 1000000\nb;c 1\nd 1\n", &t);
    p = picture_of(&t, &options);
    assert_string_equal(note_of(&p, "Not shown"), "Not shown: 3 frames narrower than 0.1 px (their stacks are < 0.01 % of the total).");
    assert_int_equal(p.note_count, 1);
    fp_picture_release(&p);
    fp_tree_release(&t);
    tree_of("a 1000000\nb 1\n", &t);
    p = picture_of(&t, &options);
    assert_string_equal(note_of(&p, "Not shown"), "Not shown: 1 frame narrower than 0.1 px (its stack is < 0.01 % of the total).");
    fp_picture_release(&p);
    options.min_width = 0;
    p = picture_of(&t, &options);
    assert_int_equal(p.note_count, 0);
    fp_picture_release(&p);
    fp_tree_release(&t);
    tree_of("a;b 0\n", &t);
    p = picture_of(&t, &options);
    assert_non_null(note_of(&p, "No samples"));
    assert_int_equal(p.panels[0].layout.count, 0);
    fp_picture_release(&p);
    fp_tree_release(&t);
    setlocale(LC_ALL, "C");
}

static void boxes_and_labels_stay_inside(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        struct fp_picture_options options = plain;
        struct fp_picture p;
        struct fp_str label;
        struct fp_tree t;

        options.icicle = seed % 2;
        names_of_all_sorts(&t, seed, 100);
        p = picture_of(&t, &options);
        fp_str_init(&label, 2 * FP_LIMIT_NAME);
        for (size_t i = 0; i < p.panels[0].layout.count; i++) {
            const struct fp_box *box = &p.panels[0].layout.boxes[i];
            struct fp_rect r = fp_picture_box(&p, &p.panels[0], box);

            assert_true(r.width > 0 && r.x >= p.graph_x && r.x + r.width <= p.width - p.graph_x + 1e-6);
            assert_true(r.y >= p.panels[0].y && r.y + r.height < p.height);
            if (box->node == 0) {
                double at_root = options.icicle ? p.panels[0].y : p.panels[0].y + (p.panels[0].layout.rows - 1) * FP_ROW_HEIGHT;

                assert_true(r.y >= at_root && r.y <= at_root);
            }
            fp_picture_label(&p, box, &label);
            assert_true(fp_str_ok(&label));
            assert_true(!label.len || r.width > 6);
        }
        for (size_t i = 0; i < p.legend_count; i++)
            assert_true(p.legend[i].text_y < p.height && p.legend[i].swatch.x < p.width);
        assert_true(p.note_count == 0 || p.notes_y + (double)(p.note_count - 1) * FP_ROW_HEIGHT < p.height);
        fp_str_release(&label);
        fp_picture_release(&p);
        fp_tree_release(&t);
    }
}

static void widths_out_of_range(void **state)
{
    static const uint32_t widths[] = { 0, 99, FP_LIMIT_WIDTH + 1, UINT32_MAX };
    struct fp_tree t;

    (void)state;
    tree_of("a 1\n", &t);
    for (size_t i = 0; i < 4; i++) {
        struct fp_picture_options options = plain;
        struct fp_error err = FP_ERROR_INIT;
        struct fp_picture p;

        options.width = widths[i];
        assert_int_equal(fp_picture_make(&p, &t, &options, &err), FP_EINVAL);
    }
    fp_tree_release(&t);
}

static void a_sink_that_fails(void **state)
{
    static struct fp_out out;
    struct fp_picture p;
    struct fp_str small;
    struct fp_tree t;

    (void)state;
    random_tree(&t, 1, 500, 10, 10);
    p = picture_of(&t, &plain);
    fp_str_init(&small, 40000);
    fp_out_to_str(&out, &small);
    fp_svg_write(&p, &out, NULL);
    assert_int_equal(fp_out_finish(&out, NULL), FP_ELIMIT);
    fp_str_release(&small);
    fp_picture_release(&p);
    fp_tree_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_names_make_well_formed_pictures),
        cmocka_unit_test(endless_names_and_titles),
        cmocka_unit_test(notes_say_what_is_not_shown),
        cmocka_unit_test(boxes_and_labels_stay_inside),
        cmocka_unit_test(widths_out_of_range),
        cmocka_unit_test(a_sink_that_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
