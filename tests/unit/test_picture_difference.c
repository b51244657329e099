/*
 * The difference of two profiles as a picture: which frames stand in which panel, how wide, in which colour, with which
 * words.
 */
#include "picture_difference_fixture.h"

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

/* Every word in the language that was asked for, the kinds and numbers between them as they are. */
static void words_of_another_language(void **state)
{
    struct fp_picture_options options = plain;
    struct drawn d;

    (void)state;
    options.lang = fp_lang_find("zh");
    draw(&d, "main;a 900\nmain;old 100\nold;x 1\n", "main;a 400\nmain;young 100\n", options);
    assert_string_equal(d.picture.panels[0].heading.data,
                        "之后：宽度为占 500 µs 的份额；颜色为占比相对之前（1.00 ms）的变化，以百分点计");
    assert_string_equal(d.picture.panels[1].heading.data,
                        "已消失：之前 1.00 ms 中有 10.1 %（101 µs）位于之后不再出现的栈帧；灰色栈帧仍然存在");
    assert_tooltip(&d, 0, "main/young", "young",
                   "之前：无\n之后：100 µs，占 500 µs 的 20.0 %；自身 100 µs\n变化：+100 µs，新增；占比 +20.0 个百分点");
    assert_tooltip(&d, 1, "main/old", "old",
                   "之前：100 µs，占 1.00 ms 的 9.99 %；自身 100 µs\n之后：无\n变化：-100 µs，已消失；占比 -9.99 个百分点");
    assert_string_equal(d.picture.legend[0].text, "减少 ≥ 10 个百分点");
    assert_string_equal(d.picture.legend[5].text, "无变化");
    release(&d);
    options.min_width = 100;
    draw(&d, "a 99\nold 1\n", "a 99\nyoung 1\n", options);
    assert_string_equal(d.picture.notes[0].data, "未显示：1 个窄于 100 px 的栈帧（其调用栈占之后总量的 1.00 %）。");
    assert_string_equal(d.picture.notes[1].data, "未显示：1 个窄于 100 px 的已消失的栈帧（其调用栈占之前总量的 1.00 %）。");
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
        cmocka_unit_test(words_of_another_language),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
