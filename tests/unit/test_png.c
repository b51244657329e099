/* flame/png: size, colours where the layout says, refusals. */
#include "picture_fixture.h"

static struct fp_picture picture_of(const struct fp_tree *t, uint32_t width, bool icicle)
{
    const struct fp_picture_options options = {
        .width = width,
        .min_width = FP_PICTURE_MIN_WIDTH,
        .icicle = icicle,
        .title = "title 漢字",
        .subtitle = "subtitle",
        .unit = FP_UNIT_SAMPLES,
    };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_picture picture;

    if (fp_picture_make(&picture, t, &options, &err) < 0)
        fail_msg("%s", err.message);
    return picture;
}

/* Every box that is wide enough has its colour one pixel from its upper left corner, where no label
 * reaches. */
static void boxes_have_their_colours(void **state)
{
    (void)state;
    for (int icicle = 0; icicle < 2; icicle++)
        for (int scale = 1; scale <= 2; scale++) {
            cairo_surface_t *image;
            struct fp_picture p;
            struct fp_tree t;
            size_t seen = 0;

            random_tree(&t, 7, 60, 9, 6);
            p = picture_of(&t, 1200, icicle);
            image = painted(&p, scale);
            assert_int_equal(cairo_image_surface_get_width(image), (int)p.width * scale);
            assert_int_equal(cairo_image_surface_get_height(image), (int)p.height * scale);
            for (size_t i = 0; i < p.panels[0].layout.count; i++) {
                const struct fp_box *box = &p.panels[0].layout.boxes[i];
                struct fp_rect r = fp_picture_box(&p, &p.panels[0], box);

                if (r.width < 4 || box->cut || fp_picture_hatched(&p, box))
                    continue;
                assert_colour(pixel(image, (r.x + 1.6) * scale, (r.y + 1) * scale),
                              fp_palette_frame(fp_tree_kind(&t, box->node), fp_tree_name(&t, box->node)));
                assert_colour(pixel(image, (r.x + r.width / 2) * scale, (r.y + 15.5) * scale), (struct fp_rgb){ 255, 255, 255 });
                seen++;
            }
            assert_true(seen > 20);
            assert_colour(pixel(image, 1, 1), (struct fp_rgb){ 255, 255, 255 });
            for (size_t i = 0; i < p.legend_count; i++)
                if (!p.legend[i].hatched)
                    assert_colour(pixel(image, (p.legend[i].swatch.x + 6) * scale, (p.legend[i].swatch.y + 6) * scale),
                                  p.legend[i].fill);
            cairo_surface_destroy(image);
            fp_picture_release(&p);
            fp_tree_release(&t);
        }
}

/* A chain of many frames is painted in several bands: each box has its colour, just below its upper edge
 * and just above its lower one, those that a band's end cuts through included. */
static void bands_meet(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    cairo_surface_t *image;
    struct fp_builder b;
    struct fp_picture p;
    struct fp_tree t;
    uint32_t name, node = 0;

    (void)state;
    build_folded("", &b);
    for (int i = 0; i < 900; i++) {
        char text[16];

        snprintf(text, sizeof text, "f%d", i);
        assert_int_equal(fp_names_intern(&b.names, fp_slice_of(text), FP_KIND_APPLICATION, &name, &err), 0);
        assert_int_equal(fp_builder_child(&b, node, name, &node, &err), 0);
    }
    assert_int_equal(fp_builder_add(&b, node, 1, &err), 0);
    assert_int_equal(fp_tree_freeze(&t, &b, false, &err), 0);
    p = picture_of(&t, 1200, false);
    image = painted(&p, 2);
    assert_int_equal(cairo_image_surface_get_height(image), 2 * p.height);
    for (size_t i = 0; i < p.panels[0].layout.count; i++) {
        struct fp_rect r = fp_picture_box(&p, &p.panels[0], &p.panels[0].layout.boxes[i]);
        struct fp_rgb want = fp_palette_frame(fp_tree_kind(&t, p.panels[0].layout.boxes[i].node), fp_tree_name(&t, p.panels[0].layout.boxes[i].node));

        assert_colour(pixel(image, (r.x + 600) * 2, (r.y + 0.5) * 2), want);
        assert_colour(pixel(image, (r.x + 600) * 2, (r.y + 14.5) * 2), want);
    }
    assert_colour(pixel(image, (p.legend[0].swatch.x + 6) * 2, (p.legend[0].swatch.y + 6) * 2), p.legend[0].fill);
    cairo_surface_destroy(image);
    fp_picture_release(&p);
    fp_tree_release(&t);
}

/* Whatever the width and the depth: at scale 1 a picture fits, and says that it was cut for that. */
static void pictures_fit_at_scale_1(void **state)
{
    static const uint32_t widths[] = { 100, 1200, 3000, 4900, 5000, 9000, FP_LIMIT_WIDTH };
    struct fp_tree t;
    struct fp_str text;

    (void)state;
    fp_str_init(&text, 100000);
    for (int i = 0; i < 1500; i++)
        fp_str_puts(&text, "a;");
    fp_str_puts(&text, "[k] a;[l] b;[c] c;[t] d;[p] e;[unknown] 0x1 1\n");
    tree_of(text.data, &t);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        struct fp_picture p = picture_of(&t, widths[i], i % 2);

        assert_true(fp_png_fits(&p, 1));
        assert_true((uint64_t)p.width * p.height <= FP_LIMIT_AREA);
        assert_int_equal(p.panels[0].layout.rows == FP_LIMIT_ROWS, widths[i] <= 4900);
        assert_true(p.panels[0].layout.rows >= 250 && p.panels[0].layout.deep_nodes == t.count - p.panels[0].layout.rows);
        assert_int_equal(fp_png_fits(&p, 2), widths[i] <= 1200);
        fp_picture_release(&p);
    }
    fp_str_release(&text);
    fp_tree_release(&t);
}

/* Names that fonts do not have, that turn around, that are endless: painted without a word. */
static void hostile_names(void **state)
{
    struct fp_picture p;
    struct fp_tree t;

    (void)state;
    tree_of("\u202Eabc;\x01\x02;漢字😀\u200D👧;e\u0301\u0301\u0301 5\n\uFFFE\uFDD0;\u0627\u0644\u0639\u0631\u0628;<b>&amp; 7\n"
            "[unknown] 0x1;[/x.so] 3\n", &t);
    p = picture_of(&t, 1200, false);
    cairo_surface_destroy(painted(&p, 1));
    fp_picture_release(&p);
    fp_tree_release(&t);
}

static void nothing_to_draw(void **state)
{
    cairo_surface_t *image;
    struct fp_picture p;
    struct fp_tree t;

    (void)state;
    tree_of("a;b 0\n", &t);
    p = picture_of(&t, 100, false);
    image = painted(&p, 2);
    assert_int_equal(cairo_image_surface_get_width(image), 200);
    cairo_surface_destroy(image);
    fp_picture_release(&p);
    fp_tree_release(&t);
}

static void what_is_too_large_is_refused(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_picture p;
    struct fp_tree t;

    (void)state;
    tree_of("a 1\n", &t);
    p = picture_of(&t, FP_LIMIT_WIDTH, false);
    p.height = FP_LIMIT_PIXELS + 1;
    assert_int_equal(fp_png_write(&p, 1, "/tmp/never-made.png", &err), FP_ELIMIT);
    assert_non_null(strstr(err.message, "32767"));
    p.height = FP_LIMIT_PIXELS / 2 + 1;
    fp_error_clear(&err);
    assert_int_equal(fp_png_write(&p, 2, "/tmp/never-made.png", &err), FP_ELIMIT);
    assert_int_equal(access("/tmp/never-made.png", F_OK), -1);
    fp_picture_release(&p);
    fp_tree_release(&t);
}

static void where_nothing_can_be_written(void **state)
{
    char dir[] = "/tmp/fp_png_XXXXXX", path[64];
    struct fp_error err = FP_ERROR_INIT;
    struct fp_picture p;
    struct fp_tree t;

    (void)state;
    assert_non_null(mkdtemp(dir));
    random_tree(&t, 3, 50, 9, 6);
    p = picture_of(&t, 1200, false);
    snprintf(path, sizeof path, "%s/no/such.png", dir);
    assert_int_equal(fp_png_write(&p, 1, path, &err), FP_EIO);
    assert_non_null(strstr(err.message, "no/such.png"));
    snprintf(path, sizeof path, "%s/full.png", dir);
    assert_int_equal(symlink("/dev/full", path), 0); /* a link: the clean-up removes what it was given */
    fp_error_clear(&err);
    assert_int_equal(fp_png_write(&p, 1, path, &err), FP_EIO);
    assert_non_null(strstr(err.message, "No space left"));
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(access("/dev/full", F_OK), 0);
    rmdir(dir);
    fp_picture_release(&p);
    fp_tree_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_have_their_colours),
        cmocka_unit_test(bands_meet),
        cmocka_unit_test(pictures_fit_at_scale_1),
        cmocka_unit_test(hostile_names),
        cmocka_unit_test(nothing_to_draw),
        cmocka_unit_test(what_is_too_large_is_refused),
        cmocka_unit_test(where_nothing_can_be_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
