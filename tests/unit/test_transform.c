/* Transforms: each by hand, the recordings, hostile shapes. By patterns: test_transform_patterns.c; against naive ones:
 * test_transform_random.c. */
#include "transform_fixture.h"

#include <math.h>
#include <time.h>

#define DEEP 100000u
#define WIDE 1000000u

/* ---- each by hand ---- */

static void test_defaults(void **state)
{
    struct fp_transform_options options = FP_TRANSFORM_OPTIONS_INIT;
    struct fp_transform_log log;

    (void)state;
    expect(FIXTURE_TREE({ "[t] x;a::h0123456789abcdef;a", 1 }, { "[t] x;a::hfedcba9876543210", 2 },
                        { "[k] k", 4 }),
           &options, FIXTURE_TREE({ "[t] x;a", 2 }, { "[t] x;a;a", 1 }, { "[k] k", 4 }), &log);
    assert_int_equal(log.count, 1);
    assert_record(&log.items[0], 2, 3, 0);
    assert_int_equal(log.items[0].nodes_before, 6);
    assert_int_equal(log.items[0].nodes_after, 5);
    assert_string_equal(fp_transform_step_name(log.items[0].step), "strip_rust_hash");
    assert_string_equal(log.items[0].detail, "");
}

static void test_rust_hash_shapes(void **state)
{
    struct fp_transform_options options = FP_TRANSFORM_OPTIONS_INIT;
    struct fp_transform_log log;

    (void)state;
    expect(FIXTURE_TREE({ "a::h0123456789abcde", 1 }, { "b::h0123456789abcdefa", 1 },
                        { "c::h0123456789abcdeF", 1 }, { "::h0123456789abcdef", 1 },
                        { "d:h0123456789abcdef", 1 }, { "e::h0123456789abcdef.llvm", 1 },
                        { "f::h0123456789abcdef::h0123456789abcdef", 1 }, { "h0123456789abcdef", 1 }),
           &options,
           FIXTURE_TREE({ "a::h0123456789abcde", 1 }, { "b::h0123456789abcdefa", 1 },
                        { "c::h0123456789abcdeF", 1 }, { "::h0123456789abcdef", 1 },
                        { "d:h0123456789abcdef", 1 }, { "e::h0123456789abcdef.llvm", 1 }, { "f", 1 },
                        { "h0123456789abcdef", 1 }),
           &log);
    assert_record(&log.items[0], 1, 1, 0);
}

static void test_fold(void **state)
{
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;

    (void)state;
    options.fold_threads = true;
    expect(FIXTURE_TREE({ "[t] w-1;run;a", 3 }, { "[t] w-2;run;a", 4 }, { "[t] w-2", 5 },
                        { "x;[t] deep;a", 7 }, { "", 1 }),
           &options, FIXTURE_TREE({ "run;a", 7 }, { "", 6 }, { "x;[t] deep;a", 7 }), &log);
    assert_record(&log.items[0], 2, 12, 5);
    expect(FIXTURE_TREE({ "[p] nginx;[t] a;run", 3 }, { "[p] nginx;[t] b;run", 4 },
                        { "[p] redis;[t] b;run", 8 }),
           &options, FIXTURE_TREE({ "[p] nginx;run", 7 }, { "[p] redis;run", 8 }), &log);
    options.fold_processes = true;
    expect(FIXTURE_TREE({ "[p] nginx;[t] a;run", 3 }, { "[p] redis;[t] b;run", 8 }), &options,
           FIXTURE_TREE({ "run", 11 }), &log);
    assert_int_equal(log.count, 2);
    assert_int_equal(log.items[0].step, FP_TRANSFORM_FOLD_PROCESSES);
    options.fold_threads = false;
    expect(FIXTURE_TREE({ "[p] nginx;[t] a;run", 3 }, { "[p] redis;[t] a;run", 8 }), &options,
           FIXTURE_TREE({ "[t] a;run", 11 }), &log);
}

static void test_kernel(void **state)
{
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;

    (void)state;
    options.max_kernel_depth = 1;
    expect(FIXTURE_TREE({ "a;[k] 1;[k] 2;[k] 3", 4 }, { "a;[k] 1;[k] 4", 2 },
                        { "a;[k] 1;[k] 2;app;[k] 5;[k] 6", 1 }, { "g;[c] 1;[c] 2", 8 }),
           &options, FIXTURE_TREE({ "a;[k] 1", 6 }, { "a;[k] 1;app;[k] 5", 1 }, { "g;[c] 1", 8 }), &log);
    assert_record(&log.items[0], 5, 15, 15);
    assert_string_equal(log.items[0].detail, "at most 1 kernel frame in a row");
    options = nothing;
    options.hide_kernel = options.hide_libraries = true;
    expect(FIXTURE_TREE({ "a;[k] 1;[k] 2", 4 }, { "[k] 9", 1 }, { "a;[l] m;b", 2 }, { "g;[c] 1", 8 }),
           &options, FIXTURE_TREE({ "a", 4 }, { "", 1 }, { "a;b", 2 }, { "g;[c] 1", 8 }), &log);
    assert_record(&log.items[0], 3, 5, 5);
    assert_record(&log.items[1], 1, 2, 0);
}

static void test_shape(void **state)
{
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;

    (void)state;
    options.merge_recursion = true;
    expect(
        FIXTURE_TREE({ "a;a;a;b", 1 }, { "a;b", 2 }, { "a;a", 4 }, { "a;b;a", 8 }, { "service;service", 16 }),
        &options, FIXTURE_TREE({ "a", 4 }, { "a;b", 3 }, { "a;b;a", 8 }, { "service", 16 }), &log);
    options = nothing;
    options.collapse_wrappers = true;
    expect(FIXTURE_TREE({ "[t] x;a;b;c;d", 9900 }, { "[t] x;a;b;c;e", 99 }, { "[t] x;a;b", 1 }), &options,
           FIXTURE_TREE({ "[t] x;a;c;d", 9900 }, { "[t] x;a;c;e", 99 }, { "[t] x;a", 1 }), &log);
    assert_record(&log.items[0], 1, 10000, 1);
    /* exactly 99 % is not more than 99 % */
    expect(FIXTURE_TREE({ "a;b;c", 9900 }, { "a;b", 100 }), &options,
           FIXTURE_TREE({ "a;b;c", 9900 }, { "a;b", 100 }), &log);
    expect(FIXTURE_TREE({ "a;b;c", 9901 }, { "a;b", 99 }), &options,
           FIXTURE_TREE({ "a;c", 9901 }, { "a", 99 }), &log);
    /* what each frame of a chain loses must not add up */
    expect(FIXTURE_TREE({ "a;b;c;d", 986 }, { "a;b;c", 7 }, { "a;b", 7 }), &options,
           FIXTURE_TREE({ "a;c;d", 986 }, { "a;c", 7 }, { "a", 7 }), &log);
    expect(FIXTURE_TREE({ "a;b;c", 0 }), &options, FIXTURE_TREE({ "a;b;c", 0 }), &log);
}

static void test_min_share(void **state)
{
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;
    struct fp_builder builder;
    struct fp_tree expected;
    uint32_t at;

    (void)state;
    options.min_share = 0.07;
    fixture_start(&builder);
    fixture_stack(&builder, "a", 70);
    fixture_stack(&builder, "a;seven", 7); /* exactly the share stays */
    at = fixture_child(&builder, 1, fp_slice_of("[other]"), FP_KIND_UNKNOWN);
    fp_builder_add(&builder, at, 12, NULL);
    at = fixture_child(&builder, 0, fp_slice_of("[other]"), FP_KIND_UNKNOWN);
    fp_builder_add(&builder, at, 11, NULL);
    fixture_freeze(&builder, &expected);
    expect(FIXTURE_TREE({ "a", 70 }, { "a;seven", 7 }, { "a;six;deep", 6 }, { "a;five", 6 }, { "b;x", 6 },
                        { "c", 5 }),
           &options, expected, &log);
    assert_record(&log.items[0], 6, 23, 23);
    assert_string_equal(log.items[0].detail, "below 7 % of the total");
    expect(FIXTURE_TREE({ "a", 0 }, { "b", 0 }), &options, FIXTURE_TREE({ "a", 0 }, { "b", 0 }), &log);
    options.min_share = 0.9999;
    expect(FIXTURE_TREE({ "a", INT64_MAX - 1 }), &options, FIXTURE_TREE({ "a", INT64_MAX - 1 }), &log);
}

/* ---- options, errors, copies ---- */

static void test_bad_options(void **state)
{
    struct fp_tree in = FIXTURE_TREE({ "a", 1 }), empty = { 0 }, out = { 0 };
    const double shares[] = { -0.1, 1, 2, (double)NAN, (double)INFINITY };
    const char *specs[] = { "a" };
    struct patterns *p = patterns_of(specs, NULL, 1);
    struct fp_transform_options options = nothing;
    struct fp_transform_log log = { .count = 77 };
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    options.max_kernel_depth = -2;
    assert_int_equal(fp_transform_apply(&in, &options, &out, &log, &err), FP_EINVAL);
    options = nothing;
    for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
        options.min_share = shares[i];
        assert_int_equal(fp_transform_apply(&in, &options, &out, &log, NULL), FP_EINVAL);
    }
    assert_int_equal(fp_transform_apply(&empty, &nothing, &out, &log, NULL), FP_EINVAL);
    options = nothing;
    options.rename = p->list; /* a pattern without a replacement */
    fp_error_clear(&err);
    assert_int_equal(fp_transform_apply(&in, &options, &out, &log, &err), FP_EINVAL);
    assert_non_null(strstr(err.message, "transform rename: "));
    assert_non_null(strstr(err.message, "no replacement"));
    assert_int_equal(out.count, 0);
    assert_int_equal(log.count, 77);
    fp_tree_release(&in);
    patterns_free(p);
}

/* What comes out shares nothing with what went in, and can be built upon. */
static void test_unchanged_is_a_copy(void **state)
{
    struct fp_transform_options options = { .strip_rust_hash = true,
                                            .max_kernel_depth = 3,
                                            .merge_recursion = true };
    struct fp_tree in = FIXTURE_TREE({ "a;b", 1 }, { "[k] k", 2 }), out,
                   same = FIXTURE_TREE({ "a;b", 1 }, { "[k] k", 2 });
    struct fp_transform_log log;
    uint32_t id, known = 0;

    (void)state;
    out = apply(&in, &options, &log);
    assert_false(log.changed);
    assert_int_equal(log.count, 3);
    fp_tree_release(&in);
    fixture_assert_same(&out, &same, "copy");
    for (char c = 'A'; c <= 'Z'; c++) {
        char name[] = { c, '\0' };

        assert_int_equal(fp_names_intern(&out.names, fp_slice_of(name), FP_KIND_LIBRARY, &id, NULL), 0);
    }
    while (!fp_slice_is(fp_names_get(&out.names, known), "b"))
        known++;
    assert_int_equal(fp_names_intern(&out.names, fp_slice_of("b"), FP_KIND_APPLICATION, &id, NULL), 0);
    assert_int_equal(id, known);
    fp_tree_release(&out);
    fp_tree_release(&same);
}

static void test_root_alone_and_empty_names(void **state)
{
    struct fp_transform_options options = FP_TRANSFORM_OPTIONS_INIT;
    struct fp_transform_log log;
    struct fp_builder builder;
    struct fp_tree tree, out;

    (void)state;
    options.fold_threads = options.merge_recursion = options.collapse_wrappers = options.hide_kernel = true;
    options.min_share = 0.5;
    expect(FIXTURE_TREE({ "", 5 }), &options, FIXTURE_TREE({ "", 5 }), &log);
    fp_builder_init(&builder);
    assert_int_equal(fp_builder_root(&builder, fp_slice_of(""), FP_KIND_PROCESS, NULL), 0);
    fixture_freeze(&builder, &tree);
    out = apply(&tree, &options, &log);
    fixture_assert_same(&out, &tree, "a root without a name");
    fp_tree_release(&out);
    fp_tree_release(&tree);
}

/* A child that is called like the root is not its recursion: the root is not a frame. */
static void test_root_is_no_frame(void **state)
{
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;
    struct fp_builder builder;
    struct fp_tree tree, out;
    uint32_t node;

    (void)state;
    options.merge_recursion = options.collapse_wrappers = true;
    fixture_start(&builder);
    node = fixture_child(&builder, 0, fp_slice_of("service"), FP_KIND_PROCESS);
    node = fixture_child(&builder, node, fp_slice_of("a"), FP_KIND_APPLICATION);
    assert_int_equal(fp_builder_add(&builder, node, 1, NULL), 0);
    fixture_freeze(&builder, &tree);
    out = apply(&tree, &options, &log);
    fixture_assert_same(&out, &tree, "the root");
    fp_tree_release(&out);
    fp_tree_release(&tree);
}

/* Objects of a memory profile stay objects, and what becomes a leaf does not become one. */
static void test_objects(void **state)
{
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;
    struct fp_builder builder;
    struct fp_tree tree, out;

    (void)state;
    options.hide_kernel = options.merge_recursion = true;
    fixture_start(&builder);
    fixture_stack(&builder, "main;byte[];byte[]", 8);
    fixture_stack(&builder, "alloc;[k] mmap", 1);
    assert_int_equal(fp_tree_freeze(&tree, &builder, true, NULL), 0);
    out = apply(&tree, &options, &log);
    assert_int_equal(out.count, 5);
    assert_int_equal(fp_tree_kind(&out, 1), FP_KIND_APPLICATION); /* alloc, now a leaf */
    assert_int_equal(fp_tree_kind(&out, 3), FP_KIND_APPLICATION); /* the function byte[] … */
    assert_int_equal(fp_tree_kind(&out, 4), FP_KIND_OBJECT);      /* … and the object: not recursion */
    fp_tree_release(&out);
    fp_tree_release(&tree);
}

/* ---- size ---- */

static struct fp_transform_options everything(const struct patterns *p)
{
    struct fp_transform_options options = FP_TRANSFORM_OPTIONS_INIT;

    options.fold_processes = options.fold_threads = options.hide_kernel = options.hide_libraries = true;
    options.merge_recursion = options.collapse_wrappers = true;
    options.max_kernel_depth = 3;
    options.min_share = 1e-9;
    options.hide = p->list;
    return options;
}

static void test_deep(void **state)
{
    static const char *const names[] = { "a", "[k] a", "[t] a", "[l] a", "[c] a", "b", "[p] b" };
    const char *specs[] = { "nothing has this" };
    struct patterns *p = patterns_of(specs, NULL, 1);
    struct fp_transform_options options = everything(p);

    (void)state;
    for (uint32_t kinds = 1; kinds <= 7; kinds++)
        for (uint32_t only = 0; only < (kinds == 1 ? 7 : 1); only++) {
            struct fp_builder builder;
            struct fp_transform_log log;
            struct fp_tree tree, out;
            uint32_t node = 0;

            fixture_start(&builder);
            for (uint32_t d = 0; d < DEEP; d++) {
                struct fp_slice name = fp_slice_of(names[(only + d % kinds) % 7]);

                node = fixture_child(&builder, node, name, fp_frame_kind_of_name(name));
                assert_int_equal(fp_builder_add(&builder, node, 1 + d % 3, NULL), 0);
            }
            fixture_freeze(&builder, &tree);
            assert_int_equal(tree.count, DEEP + 1);
            out = apply(&tree, &options, &log);
            fixture_assert_invariants(&out);
            assert_int_equal(log.count, 10);
            fp_tree_release(&out);
            fp_tree_release(&tree);
        }
    patterns_free(p);
}

/* A million nodes with ten thousand names go through every step in seconds, not minutes. */
static void test_wide(void **state)
{
    const char *specs[] = { "re:^(x|y)+z" };
    struct patterns *p = patterns_of(specs, NULL, 1);
    struct fp_transform_options options = everything(p);
    struct fp_transform_log log;
    struct fp_builder builder;
    struct fp_tree tree, out;
    uint64_t random = 42;
    clock_t started;

    (void)state;
    fixture_start(&builder);
    while (builder.count < WIDE) {
        uint32_t node = builder.count < 2 ? 0 : fixture_random(&random, (uint32_t)builder.count);
        char text[32];

        snprintf(text, sizeof text, "%s%u",
                 (const char *[]){ "f", "[k] f", "[t] f", "[l] f" }[fixture_random(&random, 4)],
                 fixture_random(&random, 2500));
        node = fixture_child(&builder, node, fp_slice_of(text), fp_frame_kind_of_name(fp_slice_of(text)));
        assert_int_equal(fp_builder_add(&builder, node, fixture_random(&random, 1000), NULL), 0);
    }
    fixture_freeze(&builder, &tree);
    started = clock();
    out = apply(&tree, &options, &log);
    print_message("%u nodes, %zu steps: %.2f s of CPU\n", tree.count, log.count,
                  (double)(clock() - started) / CLOCKS_PER_SEC);
    fp_tree_release(&out);
    fp_tree_release(&tree);
    patterns_free(p);
}

/* ---- recordings ---- */

static void test_recorded_threads_fold(void **state)
{
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;
    struct fp_tree tree, out;
    char folder[1024];
    uint32_t threads = 0;

    (void)state;
    if (!fixture_golden(folder, sizeof folder, "order-service.jar-day2"))
        skip();
    options.fold_threads = true;
    assert_true(fixture_recorded(folder, "v7.1.8", &tree));
    for (uint32_t i = 1; i < tree.count; i++)
        threads += fp_tree_kind(&tree, i) == FP_KIND_THREAD;
    assert_true(threads > 1);
    assert_int_equal(tree.total[0], 54434289);
    out = apply(&tree, &options, &log);
    fixture_assert_invariants(&out);
    assert_int_equal(out.total[0], 54434289);
    assert_int_equal(log.items[0].frames, threads);
    assert_int_equal(log.items[0].value_touched, tree.total[0] - tree.self[0]);
    assert_true(out.count < tree.count - threads); /* equal stacks of several threads have become one */
    assert_int_equal(out.max_depth, tree.max_depth - 1);
    for (uint32_t i = 1; i < out.count; i++)
        assert_int_not_equal(fp_tree_kind(&out, i), FP_KIND_THREAD);
    fp_tree_release(&out);
    fp_tree_release(&tree);
}

/* Finds a stack of one tree in the other, from the root down; FP_NO_NODE when it is not there. */
static uint32_t find(const struct fp_tree *in, const struct fp_tree *tree, uint32_t node)
{
    uint32_t parent;

    if (!node)
        return 0;
    parent = find(in, tree, tree->parent[node]);
    if (parent == FP_NO_NODE)
        return FP_NO_NODE;
    for (uint32_t c = parent + 1; c < in->end[parent]; c = in->end[c])
        if (fp_slice_equal(fp_tree_name(in, c), fp_tree_name(tree, node)))
            return c;
    return FP_NO_NODE;
}

/* The server can cut kernel frames itself. At depth 0 we make what it sends. At another depth N it also takes
 * the last kernel frame of a stack that has no more than N: its stacks are then prefixes of ours. */
static void test_recorded_kernel_depth(void **state)
{
    static const char *const versions[] = { "v6.5.9", "v7.1.8" };

    (void)state;
    for (size_t v = 0; v < 2; v++)
        for (int depth = 0; depth <= 2; depth += 2) {
            struct fp_transform_options options = nothing;
            struct fp_tree whole, cut, out;
            struct fp_transform_log log;
            char folder[1024], name[32];

            snprintf(name, sizeof name, "kernel-depth-%d", depth);
            if (!fixture_golden(folder, sizeof folder, "trace-querier-day2"))
                skip();
            assert_true(fixture_recorded(folder, versions[v], &whole));
            fixture_golden(folder, sizeof folder, name);
            assert_true(fixture_recorded(folder, versions[v], &cut));
            options.max_kernel_depth = depth;
            out = apply(&whole, &options, &log);
            assert_true(log.changed);
            if (depth == 0)
                fixture_assert_same(&out, &cut, name);
            assert_int_equal(out.total[0], cut.total[0]);
            for (uint32_t i = 0; i < cut.count; i++) {
                uint32_t ours = find(&out, &cut, i);

                assert_int_not_equal(ours, FP_NO_NODE);
                assert_true(out.total[ours] >= cut.total[i]);
            }
            fp_tree_release(&out);
            fp_tree_release(&cut);
            fp_tree_release(&whole);
        }
}

static void test_recorded_host(void **state)
{
    struct fp_transform_options options = nothing;
    struct fp_transform_log log;
    struct fp_tree tree, out;

    (void)state;
    assert_true(fixture_recorded(FP_TEST_DATA "/cases/Total-day2", "v7.1.8", &tree));
    options.fold_threads = true;
    out = apply(&tree, &options, &log);
    assert_int_equal(out.max_depth, 1); /* a host has processes and threads only */
    for (uint32_t i = 1; i < out.count; i++)
        assert_int_equal(fp_tree_kind(&out, i), FP_KIND_PROCESS);
    fp_tree_release(&out);
    options.fold_processes = true;
    out = apply(&tree, &options, &log);
    assert_int_equal(out.count, 1);
    assert_int_equal(out.self[0], tree.total[0]);
    fp_tree_release(&out);
    fp_tree_release(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_rust_hash_shapes),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_kernel),
        cmocka_unit_test(test_shape),
        cmocka_unit_test(test_min_share),
        cmocka_unit_test(test_bad_options),
        cmocka_unit_test(test_unchanged_is_a_copy),
        cmocka_unit_test(test_root_alone_and_empty_names),
        cmocka_unit_test(test_root_is_no_frame),
        cmocka_unit_test(test_objects),
        cmocka_unit_test(test_deep),
        cmocka_unit_test(test_wide),
        cmocka_unit_test(test_recorded_threads_fold),
        cmocka_unit_test(test_recorded_kernel_depth),
        cmocka_unit_test(test_recorded_host),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
