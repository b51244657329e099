/* profile/: names, frame_kind, tree, totals: properties over random profiles, against naive reference code. */
#include <inttypes.h>

#include "profile_fixture.h"

static void kinds_from_names(void **state)
{
    static const struct {
        const char *name;
        char letter;
        const char *bare;
    } rows[] = {
        { "main", 'A', "main" },
        { "", 'A', "" },
        { "[t] worker", 'T', "worker" },
        { "[p] nginx", 'P', "nginx" },
        { "[k] tcp_sendmsg", 'K', "tcp_sendmsg" },
        { "[c] cudaLaunch", 'C', "cudaLaunch" },
        { "[l] malloc", 'L', "malloc" },
        { "[k]x", 'A', "[k]x" },
        { "[k] ", 'K', "[k] " },
        { "[k]", 'A', "[k]" },
        { "[x] y", 'A', "[x] y" },
        { "[K] y", 'A', "[K] y" },
        { "[unknown] 0x03", '?', "[unknown] 0x03" },
        { "[unknown start_thread?]", '?', "[unknown start_thread?]" },
        { "[/tmp/perf-29887.map]", '?', "[/tmp/perf-29887.map]" },
        { "[/]", '?', "[/]" },
        { "[/usr/bin/x", 'A', "[/usr/bin/x" },
        { "[vdso]", 'A', "[vdso]" },
    };
    const struct fp_slice nul = { "[\0] x", 5 };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fp_slice name = fp_slice_of(rows[i].name);

        assert_int_equal(fp_frame_kind_letter(fp_frame_kind_of_name(name)), rows[i].letter);
        assert_true(fp_slice_is(fp_frame_bare_name(fp_frame_kind_of_name(name), name), rows[i].bare));
        /* what is of another kind keeps its whole name */
        assert_true(fp_slice_equal(fp_frame_bare_name(FP_KIND_OBJECT, name), name));
    }
    assert_int_equal(fp_frame_kind_of_name(nul), FP_KIND_APPLICATION);
    assert_int_equal(fp_frame_bare_name(FP_KIND_KERNEL, nul).len, 5);
    for (int kind = 0; kind < FP_KIND_COUNT; kind++) {
        assert_int_equal(fp_frame_kind_of_letter(fp_frame_kind_letter((enum fp_frame_kind)kind)), kind);
        assert_true(strlen(fp_frame_kind_name((enum fp_frame_kind)kind)) > 0);
        assert_true(strlen(fp_frame_kind_label((enum fp_frame_kind)kind)) > 0);
    }
    assert_int_equal(fp_frame_kind_of_letter('\0'), -1);
    assert_int_equal(fp_frame_kind_of_letter('Z'), -1);
}

static void names_are_interned_once(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    static char huge[FP_LIMIT_NAME + 1];
    struct fp_names names;
    uint32_t id, *rank;
    char text[32];

    (void)state;
    fp_names_init(&names);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < 20000; i++) {
            snprintf(text, sizeof text, "name-%" PRIu32, i / 2 * 7919 % 10007);
            assert_int_equal(fp_names_intern(&names, fp_slice_of(text), i % 2 ? FP_KIND_KERNEL : FP_KIND_APPLICATION, &id, &err), 0);
            assert_int_equal(id, i); /* in order of appearance; another kind is another name */
            assert_true(fp_slice_is(fp_names_get(&names, id), text));
        }
    assert_int_equal(fp_names_intern(&names, (struct fp_slice){ NULL, 0 }, FP_KIND_APPLICATION, &id, &err), 0);
    assert_int_equal(fp_names_intern(&names, (struct fp_slice){ "a\0b", 3 }, FP_KIND_APPLICATION, &id, &err), 0);
    assert_int_equal(fp_names_get(&names, id).len, 3);
    rank = malloc(names.count * sizeof *rank);
    assert_int_equal(fp_names_rank(&names, rank, &err), 0);
    for (uint32_t a = 0; a < names.count; a++) { /* neighbours by id are enough for a random order */
        uint32_t b = (a * 7 + 1) % (uint32_t)names.count;
        int order = fp_slice_compare(fp_names_get(&names, a), fp_names_get(&names, b));

        if (!order)
            order = names.kind[a] - names.kind[b];
        assert_true(a == b || (order < 0) == (rank[a] < rank[b]));
    }
    free(rank);
    assert_int_equal(fp_names_intern(&names, (struct fp_slice){ huge, FP_LIMIT_NAME }, FP_KIND_APPLICATION, &id, &err), 0);
    id = 4711;
    assert_int_equal(fp_names_intern(&names, (struct fp_slice){ huge, sizeof huge }, FP_KIND_APPLICATION, &id, &err), FP_ELIMIT);
    assert_int_equal(id, 4711);
    fp_names_release(&names);
}

/* Names that are all empty: no byte is ever stored, and nothing may be copied from nowhere. */
static void a_tree_of_empty_names(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_function_totals totals;
    struct fp_builder builder;
    struct fp_tree tree;
    uint32_t name, node = 0;

    (void)state;
    fp_builder_init(&builder);
    assert_int_equal(fp_builder_root(&builder, fp_slice_of(""), FP_KIND_PROCESS, &err), 0);
    assert_int_equal(fp_names_intern(&builder.names, fp_slice_of(""), FP_KIND_APPLICATION, &name, &err), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(fp_builder_child(&builder, node, name, &node, &err), 0);
    assert_int_equal(fp_builder_add(&builder, node, 3, &err), 0);
    assert_int_equal(fp_tree_freeze(&tree, &builder, true, &err), 0);
    assert_tree_invariants(&tree);
    assert_int_equal(fp_tree_kind(&tree, 1000), FP_KIND_OBJECT);
    assert_int_equal(fp_totals_by_function(&tree, &totals, &err), 0);
    assert_int_equal(totals.count, 2);
    assert_int_equal(totals.items[0].total, 3);
    fp_totals_sort(&tree, &totals, FP_BY_SELF);
    fp_totals_release(&totals);
    fp_tree_release(&tree);
}

/* The same stacks in another order, and cut into parts that are merged in another order again. */
static void order_and_grouping_do_not_matter(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        enum { STACKS = 300, PARTS = 7 };
        struct fp_error err = FP_ERROR_INIT;
        struct fp_builder all, reversed, parts[PARTS], twins[PARTS], merged, again; /* merging uses parts up */
        struct fp_tree a, b, c, d;
        uint64_t seeds[STACKS];
        uint64_t random = seed;

        random_builder(&all, 0, 0, 1, 1);
        random_builder(&reversed, 0, 0, 1, 1);
        random_builder(&merged, 0, 0, 1, 1);
        random_builder(&again, 0, 0, 1, 1);
        for (size_t p = 0; p < PARTS; p++) {
            random_builder(&parts[p], 0, 0, 1, 1);
            random_builder(&twins[p], 0, 0, 1, 1);
        }
        for (size_t i = 0; i < STACKS; i++) {
            uint64_t one = seeds[i] = rnd(&random), same = one, twin = one;
            size_t p = below(&random, PARTS);

            add_random_stack(&all, &one, 12, 9);
            add_random_stack(&parts[p], &same, 12, 9);
            add_random_stack(&twins[p], &twin, 12, 9);
        }
        for (size_t i = STACKS; i-- > 0;)
            add_random_stack(&reversed, &seeds[i], 12, 9);
        for (size_t p = PARTS; p-- > 0;)
            assert_int_equal(fp_builder_merge(&merged, &parts[p], &err), 0);
        for (size_t p = 1; p < PARTS; p++) /* ((0+1)+2)… into the first, then that into an empty one */
            assert_int_equal(fp_builder_merge(&twins[0], &twins[p], &err), 0);
        assert_int_equal(fp_builder_merge(&again, &twins[0], &err), 0);
        assert_int_equal(all.total, again.total);
        assert_int_equal(fp_tree_freeze(&a, &all, false, &err), 0);
        assert_int_equal(fp_tree_freeze(&b, &reversed, false, &err), 0);
        assert_int_equal(fp_tree_freeze(&c, &merged, false, &err), 0);
        assert_int_equal(fp_tree_freeze(&d, &again, false, &err), 0);
        assert_tree_invariants(&a);
        assert_trees_equal(&a, &b);
        assert_trees_equal(&a, &c);
        assert_trees_equal(&a, &d);
        for (size_t p = 0; p < PARTS; p++) {
            fp_builder_release(&parts[p]);
            fp_builder_release(&twins[p]);
        }
        fp_tree_release(&a);
        fp_tree_release(&b);
        fp_tree_release(&c);
        fp_tree_release(&d);
    }
}

static bool has_ancestor(const struct fp_tree *t, uint32_t node, uint32_t name)
{
    for (uint32_t up = t->parent[node]; up != FP_NO_NODE && up != 0; up = t->parent[up])
        if (t->name[up] == name)
            return true;
    return false;
}

/* By definition: a stack counts for a function once, at its outermost frame. */
static void totals_against_the_definition(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_function_totals totals, kernel;
        int64_t by_kind[FP_KIND_COUNT], sum = 0;
        struct fp_tree t;
        size_t seen = 0;

        random_tree(&t, seed, 80, 2 + seed % 9, 12);
        assert_tree_invariants(&t);
        assert_int_equal(fp_totals_by_function(&t, &totals, &err), 0);
        for (uint32_t name = 0; name < t.names.count; name++) {
            int64_t self = 0, total = 0, largest = -1;
            uint32_t best = 0;
            size_t i = 0;

            for (uint32_t n = 1; n < t.count; n++) {
                if (t.name[n] != name)
                    continue;
                self += t.self[n];
                total += has_ancestor(&t, n, name) ? 0 : t.total[n];
                if (t.total[n] > largest) {
                    largest = t.total[n];
                    best = n;
                }
            }
            if (largest < 0)
                continue;
            while (i < totals.count && totals.items[i].name != name)
                i++;
            assert_true(i < totals.count);
            assert_int_equal(totals.items[i].self, self);
            assert_int_equal(totals.items[i].total, total);
            assert_int_equal(totals.items[i].node, best);
            assert_true(total <= t.total[0] && self <= total);
            seen++;
        }
        assert_int_equal(seen, totals.count);
        fp_totals_sort(&t, &totals, FP_BY_TOTAL);
        for (size_t i = 1; i < totals.count; i++)
            assert_true(totals.items[i - 1].total >= totals.items[i].total);
        assert_int_equal(fp_totals_of_kind(&t, FP_KIND_KERNEL, &kernel, &err), 0);
        for (size_t i = 0; i < kernel.count; i++)
            assert_int_equal(t.names.kind[kernel.items[i].name], FP_KIND_KERNEL);
        fp_totals_by_kind(&t, by_kind);
        for (int kind = 0; kind < FP_KIND_COUNT; kind++)
            sum += by_kind[kind];
        assert_int_equal(sum, t.total[0]);
        fp_totals_release(&totals);
        fp_totals_release(&kernel);
        fp_tree_release(&t);
    }
}

static void leaves_become_objects(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder builder;
    struct fp_tree t;

    (void)state;
    for (int how = 0; how < 3; how++) {
        build_folded("[t] m;new;int[] 5\n[t] m;int[];new 2\n[t] m;[k] page 1\n[t] m;[unknown] 0x1 1\nint[] 4\n", &builder);
        builder.objects = how == 1;
        assert_int_equal(fp_tree_freeze(&t, &builder, how == 2, &err), 0);
        assert_tree_invariants(&t);
        assert_int_equal(fp_tree_kind(&t, find_node(&t, "[t] m/new")), FP_KIND_APPLICATION);
        assert_int_equal(fp_tree_kind(&t, find_node(&t, "[t] m/new/int[]")), how ? FP_KIND_OBJECT : FP_KIND_APPLICATION);
        assert_int_equal(fp_tree_kind(&t, find_node(&t, "[t] m/int[]/new")), how ? FP_KIND_OBJECT : FP_KIND_APPLICATION);
        assert_int_equal(fp_tree_kind(&t, find_node(&t, "int[]")), how ? FP_KIND_OBJECT : FP_KIND_APPLICATION);
        assert_int_equal(fp_tree_kind(&t, find_node(&t, "[t] m/[k] page")), FP_KIND_KERNEL);
        assert_int_equal(fp_tree_kind(&t, find_node(&t, "[t] m/[unknown] 0x1")), FP_KIND_UNKNOWN);
        assert_int_equal(fp_tree_kind(&t, 0), FP_KIND_PROCESS);
        fp_tree_release(&t);
    }
}

static void recursion_counts_once(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_function_totals totals;
    struct fp_tree t;

    (void)state;
    tree_of("f;f;g;f 10\nf;g;g 5\ng 1\n", &t);
    assert_int_equal(fp_totals_by_function(&t, &totals, &err), 0);
    fp_totals_sort(&t, &totals, FP_BY_TOTAL);
    assert_int_equal(totals.count, 2);
    assert_true(fp_slice_is(fp_names_get(&t.names, totals.items[0].name), "g"));
    assert_int_equal(totals.items[0].total, 16);
    assert_int_equal(totals.items[1].total, 15);
    assert_int_equal(totals.items[1].self, 10);
    fp_totals_release(&totals);
    fp_tree_release(&t);
}

static void values_at_the_end_of_the_range(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    struct fp_tree t;

    (void)state;
    build_folded("a;b 9223372036854775806\n", &b);
    assert_int_equal(fp_builder_add(&b, 1, -1, &err), FP_EDATA);
    fp_error_clear(&err);
    assert_int_equal(fp_builder_add(&b, 1, 2, &err), FP_EDATA);
    assert_int_equal(b.total, INT64_MAX - 1); /* what was refused left nothing behind */
    assert_int_equal(b.self[1], 0);
    fp_error_clear(&err);
    assert_int_equal(fp_builder_add(&b, 1, 1, &err), FP_OK);
    assert_int_equal(fp_builder_root(&b, fp_slice_of("x"), FP_KIND_PROCESS, &err), FP_EDATA);
    assert_int_equal(fp_tree_freeze(&t, &b, false, NULL), 0);
    assert_int_equal(t.total[0], INT64_MAX);
    assert_tree_invariants(&t);
    fp_tree_release(&t);
    fp_builder_init(&b);
    fp_error_clear(&err);
    assert_int_equal(fp_tree_freeze(&t, &b, false, &err), FP_EDATA);
}

/* As many as there may be would be a hundred gigabytes; one more is refused before memory is asked for. */
static void more_nodes_than_there_may_be(void **state)
{
    struct fp_builder b;
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    fp_builder_init(&b);
    assert_int_equal(fp_builder_reserve(&b, (size_t)FP_LIMIT_NODES + 1, &err), FP_ELIMIT);
    assert_string_equal(err.message, "more than 2147483632 nodes");
    fp_builder_release(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_from_names),
        cmocka_unit_test(names_are_interned_once),
        cmocka_unit_test(a_tree_of_empty_names),
        cmocka_unit_test(order_and_grouping_do_not_matter),
        cmocka_unit_test(totals_against_the_definition),
        cmocka_unit_test(leaves_become_objects),
        cmocka_unit_test(recursion_counts_once),
        cmocka_unit_test(values_at_the_end_of_the_range),
        cmocka_unit_test(more_nodes_than_there_may_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
