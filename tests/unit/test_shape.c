/* press/shape and what report/ says of it: the denominator, the words, what runs away, text that is hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "flame/svg.h"
#include "press/shape.h"
#include "report/transforms.h"
#include "report/view.h"
#include "report_fixture.h"

static const struct fp_transform_config nothing = { .max_kernel_depth = -1 };

/* The view of the fixture's report with these transforms. */
static json_t *view_with(struct fixture *f, const struct fp_transform_config *config, struct fp_shape *shape)
{
    struct fp_error err = FP_ERROR_INIT;
    json_t *summary, *view;

    if (fp_shape_make(shape, &f->tree, config, &err) < 0)
        fail_msg("%s", err.message);
    fp_shape_show(shape, &f->tree, &f->facts);
    summary = make_summary(&f->facts);
    assert_int_equal(fp_view_report(summary, NULL, &view, NULL), 0);
    json_decref(summary);
    return view;
}

static const json_t *row_of(const json_t *view, size_t index)
{
    return json_array_get(json_object_get(view, "transform_rows"), index);
}

static void nothing_asked_for_is_the_tree_itself(void **state)
{
    struct fp_shape shape;
    struct fixture f;
    json_t *view;

    (void)state;
    fixture_plain(&f);
    view = view_with(&f, &nothing, &shape);
    assert_ptr_equal(f.facts.tree, &f.tree);
    assert_int_equal(shape.made.count, 0);
    assert_true(json_is_null(json_object_get(view, "transforms_line")));
    assert_true(json_is_false(json_object_get(view, "has_transforms")));
    assert_true(json_is_true(json_object_get(view, "has_missing")));
    json_decref(view);
    fp_shape_release(&shape);
    fixture_release(&f);
}

/* It is on by default: a page need not say that it found nothing, but that what was asked for did. */
static void what_found_nothing(void **state)
{
    const char *hide[] = { "nowhere" };
    struct fp_transform_config config = nothing;
    struct fp_shape shape;
    struct fixture f;
    json_t *view;

    (void)state;
    config.strip_rust_hash = true;
    config.hide = (struct fp_strings){ hide, 1 };
    fixture_plain(&f);
    view = view_with(&f, &config, &shape);
    assert_ptr_equal(f.facts.tree, &f.tree);
    assert_int_equal(shape.log.count, 2);
    assert_int_equal(json_array_size(json_object_get(view, "transform_rows")), 1);
    assert_string_equal(fp_model_get_text(row_of(view, 0), "key"), "hide");
    assert_string_equal(fp_model_get_text(row_of(view, 0), "code"), "\"nowhere\"");
    assert_string_equal(fp_model_get_text(row_of(view, 0), "text"), "Found nothing to do.");
    assert_true(json_is_null(json_object_get(view, "transforms_line")));
    json_decref(view);
    fp_shape_release(&shape);
    fixture_release(&f);
}

static void shares_are_of_what_came(void **state)
{
    const char *focus[] = { "main" };
    struct fp_transform_config config = nothing;
    struct fp_shape shape;
    struct fp_str line;
    struct fixture f;
    json_t *view;
    const json_t *summary;

    (void)state;
    config.focus = (struct fp_strings){ focus, 1 };
    config.fold_threads = true;
    fixture_plain(&f);
    view = view_with(&f, &config, &shape);
    summary = json_object_get(view, "summary");
    assert_int_equal(fp_report_total(&f.facts), 20 * SAMPLE);
    assert_int_equal(f.facts.tree->total[0], 10 * SAMPLE);
    assert_int_equal(fp_model_get_int(summary, "total"), 20 * SAMPLE);
    assert_int_equal(fp_model_get_int(summary, "removed"), 10 * SAMPLE);
    /* the unknown frame is not in focus, and has no symbol all the same */
    assert_int_equal(fp_model_get_int(json_object_get(summary, "missing_symbols"), "self"), 10 * SAMPLE);
    assert_string_equal(fp_model_get_text(view, "transforms_line"),
                        "Shown with only stacks in focus (50.0 % of the total), threads folded.");
    assert_string_equal(fp_model_get_text(row_of(view, 0), "text"),
                        "101\u00a0ms, 50.0\u00a0% of the total, is not shown. 2 frames removed. 10 nodes became 8.");
    assert_string_equal(fp_model_get_text(row_of(view, 1), "text"),
                        "1 frame left out, in stacks that are 50.0\u00a0% of the total. 8 nodes became 7.");
    assert_non_null(strstr(fp_model_get_text(view, "kinds_text"), "50.0\u00a0% is not in focus"));
    fp_str_init(&line, FP_LIMIT_TEXT);
    fp_transforms_line(NULL, &shape.log, &line);
    assert_string_equal(line.data, fp_model_get_text(view, "transforms_line"));
    fp_str_release(&line);
    json_decref(view);
    fp_shape_release(&shape);
    fixture_release(&f);
}

static void pictures_have_the_same_shares(void **state)
{
    const char *focus[] = { "fib" };
    struct fp_transform_config config = nothing;
    struct fp_picture_options options = {
        .width = 1200, .min_width = 0.1, .title = "title", .subtitle = "subtitle", .note = "a <note>",
        .whole = 20 * SAMPLE, .unit = FP_UNIT_MICROSECONDS,
    };
    struct fp_picture picture;
    struct fp_shape shape;
    struct fixture f;
    struct fp_str svg;
    struct fp_out out;

    (void)state;
    config.focus = (struct fp_strings){ focus, 1 };
    fixture_plain(&f);
    assert_int_equal(fp_shape_make(&shape, &f.tree, &config, NULL), 0);
    fp_shape_show(&shape, &f.tree, &f.facts);
    assert_int_equal(fp_picture_make(&picture, f.facts.tree, &options, NULL), 0);
    fp_str_init(&svg, FP_LIMIT_TEXT);
    fp_out_to_str(&out, &svg);
    assert_int_equal(fp_svg_write(&picture, &out, NULL), 0);
    assert_int_equal(fp_out_finish(&out, NULL), 0);
    assert_non_null(strstr(svg.data, "<title>checkout-api\n50.5 ms, 25.0 % of 202 ms; self 0 s</title>"));
    assert_non_null(strstr(svg.data, "a &lt;note&gt;</text>"));
    assert_non_null(strstr(svg.data, ">application 25.0 %</text>"));
    fp_str_release(&svg);
    fp_picture_release(&picture);
    fp_shape_release(&shape);
    fixture_release(&f);
}

static void a_pattern_that_does_not_compile(void **state)
{
    const char *hide[] = { "fine", "re:(" };
    struct fp_rename rename[] = { { "a", "b" }, { "re:a", "$1" } };
    struct fp_transform_config one = nothing, two = nothing;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_shape shape;
    struct fixture f;

    (void)state;
    one.hide = (struct fp_strings){ hide, 2 };
    two.rename = rename;
    two.rename_count = 2;
    fixture_plain(&f);
    assert_int_equal(fp_shape_make(&shape, &f.tree, &one, &err), FP_EINVAL);
    assert_non_null(strstr(err.message, "re:("));
    fp_shape_release(&shape);
    assert_int_equal(fp_shape_make(&shape, &f.tree, &two, NULL), FP_EINVAL);
    fp_shape_release(&shape);
    fixture_release(&f);
}

static void what_runs_away_is_named(void **state)
{
    struct fp_transform_record record = { .step = FP_TRANSFORM_RENAME, .stopped = "re:(<a>+)+$" };
    struct fp_str text;

    (void)state;
    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_transforms_stopped(&record, &text);
    assert_string_equal(text.data, "");
    record.patterns_stopped = 1;
    fp_transforms_stopped(&record, &text);
    assert_string_equal(text.data, "rename: the pattern \u201cre:(<a>+)+$\u201d ran away on 1 name and was stopped: it "
                                   "does not match there. Write it without repeats within repeats.");
    record.patterns_stopped = 33;
    record.patterns_ignored = 1;
    fp_transforms_stopped(&record, &text);
    assert_non_null(strstr(text.data, "33 names and was stopped: it was set aside."));
    record.patterns_ignored = 2;
    fp_transforms_stopped(&record, &text);
    assert_non_null(strstr(text.data, "it and others, 2 patterns in all, were set aside."));
    fp_str_release(&text);
}

/* A summary from elsewhere, or from another version: poorer, but no crash. */
static void summaries_of_other_makers(void **state)
{
    static const char *const texts[] = {
        "{\"transforms\": 7, \"missing_symbols\": []}",
        "{\"transforms\": [null, 1, {}, {\"name\": \"unheard_of\", \"frames\": 3}, {\"name\": \"hide\", \"frames\": \"x\"}],"
        " \"missing_symbols\": {\"causes\": [1, {}, {\"cause\": \"x\"}], \"modules\": {\"a\": 1}}, \"total\": 5}",
        "{\"transforms\": [{\"name\": \"hide\", \"frames\": -1, \"moved\": -9223372036854775808, \"removed\": -5}],"
        " \"missing_symbols\": {\"causes\": [], \"code\": 3}, \"outcome\": \"ok\", \"total\": -1}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *summary = json_loads(texts[i], 0, NULL), *view = NULL;

        assert_non_null(summary);
        assert_int_equal(fp_view_report(summary, NULL, &view, NULL), 0);
        json_decref(view);
        json_decref(summary);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asked_for_is_the_tree_itself),
        cmocka_unit_test(what_found_nothing),
        cmocka_unit_test(shares_are_of_what_came),
        cmocka_unit_test(pictures_have_the_same_shares),
        cmocka_unit_test(a_pattern_that_does_not_compile),
        cmocka_unit_test(what_runs_away_is_named),
        cmocka_unit_test(summaries_of_other_makers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
