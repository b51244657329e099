/* Two profiles as one tree of two columns. */
#include "tree_fixture.h"

#include "profile/pair.h"

static uint32_t find(const struct fp_tree *tree, const char *path)
{
    uint32_t node = 0;

    while (*path && node != FP_NO_NODE) {
        size_t n = strcspn(path, ";");
        uint32_t c = node + 1;

        while (c < tree->end[node] && !fp_slice_equal(fp_tree_name(tree, c), (struct fp_slice){ path, n }))
            c = tree->end[c];
        node = c < tree->end[node] ? c : FP_NO_NODE;
        path += n + (path[n] == ';');
    }
    return node;
}

static void assert_values(const struct fp_pair *pair, const char *path, int64_t before, int64_t after)
{
    uint32_t node = find(&pair->tree, path);

    assert_int_not_equal(node, FP_NO_NODE);
    assert_int_equal(pair->before_total[node], before);
    assert_int_equal(pair->tree.total[node], after);
    assert_int_equal(pair->before_node[node] == FP_NO_NODE, before == 0);
    assert_int_equal(pair->after_node[node] == FP_NO_NODE, after == 0);
}

static void both_sides(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "a;b", 3 }, { "a;gone;x", 4 }, { "", 1 });
    struct fp_tree after = FIXTURE_TREE({ "a;b", 5 }, { "a;new", 7 }, { "a", 2 });
    struct fp_pair pair;

    (void)state;
    assert_int_equal(fp_pair_make(&pair, &before, &after, NULL), 0);
    fixture_assert_invariants(&pair.tree);
    assert_int_equal(pair.tree.count, 6);
    assert_values(&pair, "", 8, 14);
    assert_values(&pair, "a", 7, 14);
    assert_values(&pair, "a;b", 3, 5);
    assert_values(&pair, "a;new", 0, 7);
    assert_values(&pair, "a;gone", 4, 0);
    assert_values(&pair, "a;gone;x", 4, 0);
    assert_int_equal(pair.before_self[find(&pair.tree, "a")], 0);
    assert_int_equal(pair.tree.self[find(&pair.tree, "a")], 2);
    assert_true(fp_slice_is(fp_tree_name(&before, pair.before_node[find(&pair.tree, "a;gone")]), "gone"));
    fp_pair_release(&pair);
    fp_tree_release(&before);
    fp_tree_release(&after);
}

static void identities_meet(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "[unknown] 0x1111;leaf", 3 }, { "[unknown] 0x2222;leaf", 4 });
    struct fp_tree after = FIXTURE_TREE({ "[unknown] 0x9999;leaf", 5 }, { "[/tmp/perf-7.map]", 1 });
    struct fp_pair pair;
    uint32_t node;

    (void)state;
    assert_int_equal(fp_pair_make(&pair, &before, &after, NULL), 0);
    fixture_assert_invariants(&pair.tree);
    assert_values(&pair, "[unknown]", 7, 5);
    assert_values(&pair, "[unknown];leaf", 7, 5);
    assert_values(&pair, "[/tmp/perf-*.map]", 0, 1);
    node = find(&pair.tree, "[unknown]");
    assert_true(fp_slice_is(fp_tree_name(&after, pair.after_node[node]), "[unknown] 0x9999"));
    assert_true(fp_slice_is(fp_tree_name(&before, pair.before_node[node]), "[unknown] 0x1111"));
    fp_pair_release(&pair);
    fp_tree_release(&before);
    fp_tree_release(&after);
}

/* The same bytes as a function and as a kernel's symbol are two frames. */
static void kinds_stay_apart(void **state)
{
    struct fp_tree trees[2];
    struct fp_pair pair;

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fp_builder builder;

        fixture_start(&builder);
        assert_int_equal(fp_builder_add(&builder, fixture_child(&builder, 0, fp_slice_of("f"),
                                                                i ? FP_KIND_LIBRARY : FP_KIND_APPLICATION),
                                        1, NULL), 0);
        fixture_freeze(&builder, &trees[i]);
    }
    assert_int_equal(fp_pair_make(&pair, &trees[0], &trees[1], NULL), 0);
    assert_int_equal(pair.tree.count, 3);
    fp_pair_release(&pair);
    fp_tree_release(&trees[0]);
    fp_tree_release(&trees[1]);
}

/* Each column is the profile it came from: sums stay, and with itself both are equal. */
static void random_pairs(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 500; i++) {
        struct fp_tree before = fixture_random_tree(2 * i), after = fixture_random_tree(2 * i + 1);
        struct fp_pair pair, same;

        assert_int_equal(fp_pair_make(&pair, &before, &after, NULL), 0);
        fixture_assert_invariants(&pair.tree);
        assert_int_equal(pair.tree.total[0], after.total[0]);
        assert_int_equal(pair.before_total[0], before.total[0]);
        for (uint32_t n = 0; n < pair.tree.count; n++) {
            int64_t sum = pair.before_self[n];

            for (uint32_t c = n + 1; c < pair.tree.end[n]; c = pair.tree.end[c])
                sum += pair.before_total[c];
            assert_int_equal(sum, pair.before_total[n]);
        }
        assert_int_equal(fp_pair_make(&same, &after, &after, NULL), 0);
        for (uint32_t n = 0; n < same.tree.count; n++) {
            assert_int_equal(same.before_self[n], same.tree.self[n]);
            assert_int_equal(same.before_total[n], same.tree.total[n]);
            assert_int_equal(same.before_node[n], same.after_node[n]);
        }
        fp_pair_release(&pair);
        fp_pair_release(&same);
        fp_tree_release(&before);
        fp_tree_release(&after);
    }
}

static void deep(void **state)
{
    struct fp_builder builder;
    struct fp_tree tree;
    struct fp_pair pair;
    uint32_t node = 0;

    (void)state;
    fixture_start(&builder);
    for (int i = 0; i < 100000; i++)
        node = fixture_child(&builder, node, fp_slice_of("f"), FP_KIND_APPLICATION);
    assert_int_equal(fp_builder_add(&builder, node, 1, NULL), 0);
    fixture_freeze(&builder, &tree);
    assert_int_equal(fp_pair_make(&pair, &tree, &tree, NULL), 0);
    assert_int_equal(pair.tree.max_depth, 100000);
    assert_int_equal(pair.before_total[100000], 1);
    fp_pair_release(&pair);
    fp_tree_release(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides),   cmocka_unit_test(identities_meet), cmocka_unit_test(kinds_stay_apart),
        cmocka_unit_test(random_pairs), cmocka_unit_test(deep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
