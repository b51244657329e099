/* Transforms by patterns: rename, hide, focus, and patterns that run away. */
#include "transform_fixture.h"

static void test_rename(void **state)
{
    const char *specs[] = { "re:^\\[t\\] worker-\\d+$", "worker", "gone" };
    const char *replacements[] = { "[t] worker", "w", "" };
    struct patterns *p = patterns_of(specs, replacements, 3);
    struct fp_transform_options options = { .max_kernel_depth = -1,
                                            .rename = p->list,
                                            .fold_threads = false };
    struct fp_transform_log log;

    (void)state;
    expect(
        FIXTURE_TREE({ "[t] worker-1;a", 1 }, { "[t] worker-22;a", 2 }, { "[t] main;a", 4 }, { "gone;b", 8 }),
        &options, FIXTURE_TREE({ "[t] w;a", 3 }, { "[t] main;a", 4 }, { "gone;b", 8 }), &log);
    assert_record(&log.items[0], 2, 3, 0);
    assert_string_equal(log.items[0].detail,
                        "\"re:^\\[t\\] worker-\\d+$\" \u2192 \"[t] worker\", \"worker\" \u2192 \"w\", \"gone\" \u2192 \"\"");
    patterns_free(p);
}

/* The kind comes from the server and stays, whatever the name looks like now; the root keeps its name. */
static void test_rename_keeps_kinds_and_root(void **state)
{
    const char *specs[] = { "re:^\\[k\\] ", "service" }, *replacements[] = { "", "x" };
    struct patterns *p = patterns_of(specs, replacements, 2);
    struct fp_transform_options options = { .max_kernel_depth = -1, .rename = p->list, .hide_kernel = false };
    struct fp_tree in = FIXTURE_TREE({ "[k] entry", 1 }, { "entry", 2 }, { "service", 4 }), out;
    struct fp_transform_log log;

    (void)state;
    out = apply(&in, &options, &log);
    fixture_assert_invariants(&out);
    assert_true(fp_slice_is(fp_tree_name(&out, 0), "service"));
    assert_int_equal(out.count, 4);
    assert_true(fp_slice_is(fp_tree_name(&out, 1), "entry") && fp_slice_is(fp_tree_name(&out, 2), "entry"));
    assert_int_equal(fp_tree_kind(&out, 1), FP_KIND_APPLICATION);
    assert_int_equal(fp_tree_kind(&out, 2), FP_KIND_KERNEL);
    assert_true(fp_slice_is(fp_tree_name(&out, 3), "x"));
    fp_tree_release(&in);
    fp_tree_release(&out);
    patterns_free(p);
}

static void test_hide_and_focus(void **state)
{
    const char *specs[] = { "b", "re:^\\[t\\] t1" };
    struct patterns *p = patterns_of(specs, NULL, 2);
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;

    (void)state;
    options.hide = p->list;
    expect(FIXTURE_TREE({ "a;b;c", 1 }, { "a;c", 2 }, { "b", 4 }, { "[t] t1;b", 8 }), &options,
           FIXTURE_TREE({ "a;c", 3 }, { "", 12 }), &log);
    assert_record(&log.items[0], 4, 13, 12);
    options = nothing;
    options.focus = p->list;
    expect(FIXTURE_TREE({ "a;b;c", 1 }, { "a;c", 2 }, { "a", 16 }, { "[t] t1;x", 8 }, { "", 32 }), &options,
           FIXTURE_TREE({ "a;b;c", 1 }, { "[t] t1;x", 8 }), &log);
    assert_int_equal(log.removed, 50);
    assert_int_equal(log.items[0].value_removed, 50);
    assert_record(&log.items[0], 1, 50, 0);
    assert_int_equal(log.total, 59);
    options.fold_threads = true; /* one may focus on a thread and fold it all the same */
    expect(FIXTURE_TREE({ "[t] t1;x", 8 }, { "[t] t2;x", 1 }), &options, FIXTURE_TREE({ "x", 8 }), &log);
    expect(FIXTURE_TREE({ "[t] t2;x", 1 }), &options, FIXTURE_TREE({ "", 0 }), &log);
    assert_int_equal(log.removed, 1);
    patterns_free(p);
}

/* `count` names of a's that end in '!', each of which makes (a+)+$ run away, and one that does not. */
static struct fp_tree runaway_tree(uint32_t count)
{
    struct fp_builder builder;
    struct fp_tree tree;
    char name[300];

    fixture_start(&builder);
    fixture_stack(&builder, "plain;aaa", 100); /* met first: what it gave must be forgotten with the pattern */
    for (uint32_t i = 0; i < count; i++) {
        memset(name, 'a', sizeof name);
        snprintf(name + 250, sizeof name - 250, "!%u", i);
        fixture_stack(&builder, name, 1);
    }
    fixture_freeze(&builder, &tree);
    return tree;
}

static void check_runaway(uint32_t count, bool ignored)
{
    const char *specs[] = { "re:(a+)+$", "plain" }, *replacements[] = { "x", "y" };
    struct patterns *p = patterns_of(specs, NULL, 2), *r = patterns_of(specs, replacements, 2);
    struct fp_transform_options options = nothing;
    struct fp_tree in = runaway_tree(count), out;
    struct fp_transform_log log;

    for (int step = 0; step < 3; step++) {
        options = nothing;
        if (step == 0)
            options.hide = p->list;
        else if (step == 1)
            options.rename = r->list;
        else
            options.focus = (struct fp_pattern_list){ p->list.items, 1 };
        out = apply(&in, &options, &log);
        assert_int_equal(log.items[0].patterns_stopped, ignored ? FP_LIMIT_PATTERN_STOPS + 1 : count);
        assert_int_equal(log.items[0].patterns_ignored, ignored);
        assert_string_equal(log.items[0].stopped, "re:(a+)+$");
        if (step == 0) /* "plain" goes in any case, "aaa" by the pattern that ran away elsewhere */
            assert_int_equal(out.count, in.count - (ignored ? 1 : 2));
        else if (step == 1)
            assert_int_equal(log.items[0].frames, ignored ? 1 : 2);
        else
            assert_int_equal(log.removed, ignored ? 0 : count);
        fp_tree_release(&out);
    }
    fp_tree_release(&in);
    patterns_free(p);
    patterns_free(r);
}

static void test_runaway_pattern(void **state)
{
    (void)state;
    check_runaway(3, false);
    check_runaway(FP_LIMIT_PATTERN_STOPS, false);
    check_runaway(FP_LIMIT_PATTERN_STOPS + 1, true);
    check_runaway(500, true);
}

static void test_detail_is_cut_between_characters(void **state)
{
    char long_text[1600];
    const char *specs[] = { long_text };
    struct patterns *p;
    struct fp_tree in = FIXTURE_TREE({ "a", 1 }), out;
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;

    (void)state;
    for (size_t i = 0; i + 3 < sizeof long_text; i += 3)
        memcpy(long_text + i, "\xe4\xb8\xad", 4);
    p = patterns_of(specs, NULL, 1);
    options.hide = p->list;
    out = apply(&in, &options, &log);
    /* a quote, whole characters, and what says that there is more */
    assert_int_equal(strlen(log.items[0].detail), 1 + 3 * ((FP_TRANSFORM_DETAIL_MAX - 5) / 3) + 3);
    assert_string_equal(log.items[0].detail + strlen(log.items[0].detail) - 3, "\u2026");
    fp_tree_release(&in);
    fp_tree_release(&out);
    patterns_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rename),
        cmocka_unit_test(test_rename_keeps_kinds_and_root),
        cmocka_unit_test(test_hide_and_focus),
        cmocka_unit_test(test_runaway_pattern),
        cmocka_unit_test(test_detail_is_cut_between_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
