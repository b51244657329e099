/* profile/calls: by hand, and over random profiles with much recursion against a walk along each stack. */
#include "profile/calls.h"
#include "profile_fixture.h"

static uint32_t name_of(const struct fp_tree *tree, const char *text)
{
    for (uint32_t n = 0; n < tree->names.count; n++)
        if (fp_slice_equal(fp_names_get(&tree->names, n), fp_slice_of(text)))
            return n;
    fail_msg("there is no %s", text);
    return 0;
}

/* "b 5, a 2" */
static const char *text_of(const struct fp_tree *tree, const struct fp_call *calls, size_t count, char *to, size_t size)
{
    size_t used = 0;

    to[0] = 0;
    for (size_t i = 0; i < count; i++) {
        struct fp_slice name = fp_names_get(&tree->names, calls[i].name);

        used += (size_t)snprintf(to + used, size - used, "%s%.*s %lld", i ? ", " : "", (int)name.len, name.data,
                                 (long long)calls[i].value);
    }
    return to;
}

static void by_hand(void **state)
{
    static const struct {
        const char *name;
        int64_t self, total;
        const char *callers, *callees;
    } rows[] = {
        { "f", 1 + 20 + 300, 1 + 20 + 300 + 4000 + 50000, "b 54300, a 21", "g 54000" },
        { "g", 4000 + 50000, 54320, "f 54320", "f 320" },
        { "a", 0, 21, "app 21", "f 21" },
        { "leaf", 7, 7, "app 7", "" },
    };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_tree tree;
    char text[200];

    (void)state;
    /* f within f, at once and through another; what stands above the innermost f is what it calls */
    tree_of("a;f 1\na;f;g;f 20\nb;f;f;g;f 300\nb;f;g 4000\nb;f;g;f;g 50000\nleaf 7\n", &tree);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fp_calls calls;

        assert_int_equal(fp_calls_of(&tree, name_of(&tree, rows[i].name), &calls, &err), 0);
        assert_int_equal(calls.self, rows[i].self);
        assert_int_equal(calls.total, rows[i].total);
        assert_string_equal(text_of(&tree, calls.callers, calls.caller_count, text, sizeof text), rows[i].callers);
        assert_string_equal(text_of(&tree, calls.callees, calls.callee_count, text, sizeof text), rows[i].callees);
        fp_calls_release(&calls);
    }
    fp_tree_release(&tree);
}

static void nobody(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_calls calls;
    struct fp_tree tree;

    (void)state;
    tree_of("a 1\n", &tree);
    assert_int_equal(fp_calls_of(&tree, 4711, &calls, &err), 0);
    assert_int_equal(calls.total + calls.self, 0);
    assert_int_equal(calls.caller_count + calls.callee_count, 0);
    fp_calls_release(&calls);
    fp_tree_release(&tree);
}

/* What each stack says, frame by frame. */
static void expect(const struct fp_tree *tree, uint32_t name, int64_t *callers, int64_t *callees)
{
    for (uint32_t leaf = 0; leaf < tree->count; leaf++) {
        uint32_t outermost = FP_NO_NODE, above_innermost = FP_NO_NODE, innermost = FP_NO_NODE, last = FP_NO_NODE;

        for (uint32_t i = leaf; i != 0; last = i, i = tree->parent[i]) {
            if (tree->name[i] != name)
                continue;
            outermost = i;
            if (innermost == FP_NO_NODE) {
                innermost = i;
                above_innermost = last;
            }
        }
        if (outermost == FP_NO_NODE)
            continue;
        callers[tree->name[tree->parent[outermost]]] += tree->self[leaf];
        callees[above_innermost == FP_NO_NODE ? name : tree->name[above_innermost]] += tree->self[leaf];
    }
}

static void assert_list(const struct fp_tree *tree, const struct fp_call *calls, size_t count, const int64_t *expected,
                        uint32_t left_out, int64_t total)
{
    size_t wanted = 0;
    int64_t sum = 0;

    for (uint32_t n = 0; n < tree->names.count; n++)
        wanted += expected[n] > 0 && n != left_out;
    assert_int_equal(count, wanted);
    for (size_t i = 0; i < count; i++) {
        assert_int_not_equal(calls[i].name, left_out);
        assert_int_equal(calls[i].value, expected[calls[i].name]);
        assert_true(!i || calls[i - 1].value >= calls[i].value);
        sum += calls[i].value;
    }
    assert_int_equal(sum, total);
}

static void sums_of_random_profiles(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 80; seed++) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_function_totals totals;
        struct fp_tree tree;

        random_tree(&tree, seed, 200, 2 + seed % 9, 1 + seed % 14);
        assert_int_equal(fp_totals_by_function(&tree, &totals, &err), 0);
        for (size_t t = 0; t < totals.count; t++) {
            const struct fp_function_total *item = &totals.items[t];
            int64_t *callers = calloc(tree.names.count, sizeof *callers);
            int64_t *callees = calloc(tree.names.count, sizeof *callees);
            struct fp_calls calls;

            assert_true(callers && callees);
            expect(&tree, item->name, callers, callees);
            assert_int_equal(fp_calls_of(&tree, item->name, &calls, &err), 0);
            assert_int_equal(calls.self, item->self);
            assert_int_equal(calls.total, item->total);
            assert_list(&tree, calls.callers, calls.caller_count, callers, item->name, calls.total);
            assert_list(&tree, calls.callees, calls.callee_count, callees, item->name, calls.total - calls.self);
            fp_calls_release(&calls);
            free(callers);
            free(callees);
        }
        fp_totals_release(&totals);
        fp_tree_release(&tree);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_hand),
        cmocka_unit_test(nobody),
        cmocka_unit_test(sums_of_random_profiles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
