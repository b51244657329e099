#include "tree_fixture.h"

#include <jansson.h>
#include <zlib.h>

#include "profile/symbols.h"

static enum fp_symbol_cause cause(const char *name)
{
    return fp_symbol_cause_of_name(fp_slice_of(name));
}

static void test_causes(void **state)
{
    (void)state;
    assert_int_equal(cause("[/tmp/perf-29887.map]"), FP_SYMBOL_JIT_MAP);
    assert_int_equal(cause("[/proc/7/root/tmp/perf-1.map]"), FP_SYMBOL_JIT_MAP);
    assert_int_equal(cause("[/tmp/perf-.map]"), FP_SYMBOL_EXECUTABLE);
    assert_int_equal(cause("[/tmp/perf-12x.map]"), FP_SYMBOL_EXECUTABLE);
    assert_int_equal(cause("[/tmp/perf-12.map.d]"), FP_SYMBOL_EXECUTABLE);
    assert_int_equal(cause("[/lib/ld-musl-x86_64.so.1]"), FP_SYMBOL_LIBRARY);
    assert_int_equal(cause("[/usr/lib/x86_64-linux-gnu/libz.so.1.2.13]"), FP_SYMBOL_LIBRARY);
    assert_int_equal(cause("[/a/b.so]"), FP_SYMBOL_LIBRARY);
    assert_int_equal(cause("[/a/b.so (deleted)]"), FP_SYMBOL_LIBRARY);
    assert_int_equal(cause("[/run/x.sock]"), FP_SYMBOL_EXECUTABLE);
    assert_int_equal(cause("[/a.so/nginx]"), FP_SYMBOL_EXECUTABLE);
    assert_int_equal(cause("[/.so]"), FP_SYMBOL_EXECUTABLE);
    assert_int_equal(cause("[/a/x.so.sock.so]"), FP_SYMBOL_LIBRARY);
    assert_int_equal(cause("[/usr/local/bin/kube-apiserver]"), FP_SYMBOL_EXECUTABLE);
    assert_int_equal(cause("[/]"), FP_SYMBOL_EXECUTABLE);
    assert_int_equal(cause("[unknown] 0x0000000003932388"), FP_SYMBOL_ADDRESS);
    assert_int_equal(cause("[unknown]"), FP_SYMBOL_ADDRESS);
    assert_int_equal(cause("[unknown start_thread?]"), FP_SYMBOL_THREAD_ENTRY);
    assert_int_equal(cause("[unknown start_thread?] x"), FP_SYMBOL_ADDRESS);
    assert_int_equal(cause("[other]"), FP_SYMBOL_FOUND);
    assert_int_equal(cause("[k] do_syscall_64"), FP_SYMBOL_FOUND);
    assert_int_equal(cause("main"), FP_SYMBOL_FOUND);
    assert_int_equal(cause(""), FP_SYMBOL_FOUND);
    assert_int_equal(cause("["), FP_SYMBOL_FOUND);
    assert_int_equal(cause("[/"), FP_SYMBOL_FOUND);
    assert_int_equal(cause("[/x"), FP_SYMBOL_FOUND);
    assert_int_equal(fp_symbol_cause_of_name((struct fp_slice){ NULL, 0 }), FP_SYMBOL_FOUND);
    assert_true(fp_slice_is(fp_symbol_path(fp_slice_of("[/a/b.so]")), "/a/b.so"));
    assert_int_equal(fp_symbol_path(fp_slice_of("[unknown] 0x1")).len, 0);
}

static void test_advice(void **state)
{
    (void)state;
    for (int c = 0; c < FP_SYMBOL_COUNT; c++) {
        const struct fp_symbol_advice *advice = fp_symbol_advice((enum fp_symbol_cause)c);

        assert_non_null(advice->id);
        assert_int_equal(strspn(advice->id, "abcdefghijklmnopqrstuvwxyz_"), strlen(advice->id));
        for (int other = 0; other < c; other++)
            assert_string_not_equal(advice->id, fp_symbol_advice((enum fp_symbol_cause)other)->id);
        assert_int_equal(advice->title[0] == '\0', c == FP_SYMBOL_FOUND);
        assert_int_equal(advice->meaning[0] == '\0', c == FP_SYMBOL_FOUND);
        assert_int_equal(advice->advice[0] == '\0', c == FP_SYMBOL_FOUND);
    }
}

static struct fp_symbols missing(const struct fp_tree *tree)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_symbols symbols;

    assert_int_equal(fp_symbols_missing(tree, &symbols, &err), 0);
    return symbols;
}

static void assert_sum(const struct fp_symbol_total *sum, int64_t self, int64_t total, uint32_t names)
{
    assert_int_equal(sum->self, self);
    assert_int_equal(sum->total, total);
    assert_int_equal(sum->names, names);
}

static void test_sums(void **state)
{
    struct fp_tree tree =
        FIXTURE_TREE({ "[unknown start_thread?];[/a.so];f;[/a.so];[/b.so]", 1 },
                     { "[unknown start_thread?];[/a.so];f", 2 }, { "[unknown start_thread?];main", 4 },
                     { "[unknown] 0x1;[unknown] 0x2", 8 }, { "[unknown] 0x2;g", 16 }, { "[/bin/x]", 32 },
                     { "[/tmp/perf-1.map];[/a.so]", 64 }, { "h", 128 });
    struct fp_symbols s = missing(&tree);

    (void)state;
    assert_sum(&s.causes[FP_SYMBOL_FOUND], 0, 0, 0);
    assert_sum(&s.causes[FP_SYMBOL_JIT_MAP], 0, 64, 1);
    assert_sum(&s.causes[FP_SYMBOL_LIBRARY], 65, 67, 2);
    assert_sum(&s.causes[FP_SYMBOL_EXECUTABLE], 32, 32, 1);
    assert_sum(&s.causes[FP_SYMBOL_ADDRESS], 8, 24, 2);
    assert_sum(&s.causes[FP_SYMBOL_THREAD_ENTRY], 0, 7, 1);
    assert_sum(&s.all, 105, 127, 7);
    assert_sum(&s.code, 105, 123, 6);
    assert_int_equal(s.module_count, 6);
    assert_true(fp_slice_is(s.modules[0].path, "/a.so"));
    assert_sum(&s.modules[0].sum, 64, 67, 1);
    assert_true(fp_slice_is(s.modules[1].path, "/bin/x"));
    assert_sum(&s.modules[1].sum, 32, 32, 1);
    assert_int_equal(s.modules[2].cause, FP_SYMBOL_ADDRESS);
    assert_int_equal(s.modules[2].path.len, 0);
    assert_sum(&s.modules[2].sum, 8, 24, 2);
    assert_true(fp_slice_is(s.modules[3].path, "/b.so"));
    assert_sum(&s.modules[3].sum, 1, 1, 1);
    assert_true(fp_slice_is(s.modules[4].path, "/tmp/perf-1.map"));
    assert_sum(&s.modules[4].sum, 0, 64, 1);
    assert_int_equal(s.modules[5].cause, FP_SYMBOL_THREAD_ENTRY);
    fp_symbols_release(&s);
    fp_tree_release(&tree);
}

/* An application may call its function what it likes, and a root is the service. */
static void test_only_frames_of_kind_unknown(void **state)
{
    struct fp_builder builder;
    struct fp_symbols s;
    struct fp_tree tree;
    uint32_t node;

    (void)state;
    fp_builder_init(&builder);
    assert_int_equal(fp_builder_root(&builder, fp_slice_of("[/usr/bin/x]"), FP_KIND_UNKNOWN, NULL), 0);
    node = fixture_child(&builder, 0, fp_slice_of("[unknown] 0x1"), FP_KIND_APPLICATION);
    assert_int_equal(fp_builder_add(&builder, node, 5, NULL), 0);
    fixture_freeze(&builder, &tree);
    s = missing(&tree);
    assert_sum(&s.all, 0, 0, 0);
    assert_int_equal(s.module_count, 0);
    fp_symbols_release(&s);
    fp_tree_release(&tree);
}

/* ---- against a naive count ---- */

static struct fp_symbol_total naive(const struct fp_tree *tree, uint32_t causes, const char *path)
{
    struct fp_symbol_total sum = { 0 };

    for (uint32_t i = 1; i < tree->count; i++) {
        bool here = false, above = false;

        for (uint32_t node = i; node; node = tree->parent[node]) {
            struct fp_slice name = fp_tree_name(tree, node);
            bool in = fp_tree_kind(tree, node) == FP_KIND_UNKNOWN &&
                      causes >> fp_symbol_cause_of_name(name) & 1 &&
                      (!path || fp_slice_is(fp_symbol_path(name), path));

            here |= in && node == i;
            above |= in;
        }
        sum.self += here ? tree->self[i] : 0;
        sum.total += above ? tree->self[i] : 0;
    }
    return sum;
}

static void assert_naive(const struct fp_symbol_total *sum, struct fp_symbol_total expected)
{
    assert_int_equal(sum->self, expected.self);
    assert_int_equal(sum->total, expected.total);
}

static void check_against_naive(const struct fp_tree *tree)
{
    const uint32_t any = (1u << FP_SYMBOL_COUNT) - 2;
    struct fp_symbols s = missing(tree);

    for (int c = 1; c < FP_SYMBOL_COUNT; c++)
        assert_naive(&s.causes[c], naive(tree, 1u << c, NULL));
    assert_naive(&s.all, naive(tree, any, NULL));
    assert_naive(&s.code, naive(tree, any & ~(1u << FP_SYMBOL_THREAD_ENTRY), NULL));
    for (size_t m = 0; m < s.module_count; m++) {
        char path[512];

        snprintf(path, sizeof path, "%.*s", (int)s.modules[m].path.len, s.modules[m].path.data);
        assert_naive(&s.modules[m].sum, naive(tree, 1u << s.modules[m].cause, path));
        if (m)
            assert_true(s.modules[m - 1].sum.self >= s.modules[m].sum.self);
    }
    fp_symbols_release(&s);
}

static void test_random(void **state)
{
    (void)state;
    for (uint64_t number = 1; number <= 1000; number++) {
        struct fp_tree tree = fixture_random_tree(number);

        check_against_naive(&tree);
        fp_tree_release(&tree);
    }
}

/* ---- the recordings ---- */

/* All on-cpu stacks of a service on the second day, as its table of rows has them; false without the
 * recordings. */
static bool tree_of_rows(const char *service, struct fp_tree *tree)
{
    char path[1024];
    const char *shared = getenv("FP_SHARED");
    gzFile rows;
    static char line[1 << 16];
    struct fp_builder builder;

    if (!shared)
        return false;
    snprintf(path, sizeof path, "%s/golden/rows/2026-11-20.jsonl.gz", shared);
    rows = gzopen(path, "rb");
    assert_non_null(rows);
    fixture_start(&builder);
    while (gzgets(rows, line, sizeof line)) {
        json_t *row = json_loads(line, 0, NULL);

        assert_non_null(row);
        if (strcmp(json_string_value(json_object_get(row, "app_service")), service) == 0 &&
            strcmp(json_string_value(json_object_get(row, "profile_event_type")), "on-cpu") == 0)
            fixture_stack(&builder, json_string_value(json_object_get(row, "stack")),
                          json_integer_value(json_object_get(row, "value")));
        json_decref(row);
    }
    gzclose(rows);
    fixture_freeze(&builder, tree);
    return true;
}

static const struct fp_symbol_module *module_of(const struct fp_symbols *s, const char *path)
{
    for (size_t m = 0; m < s->module_count; m++)
        if (fp_slice_is(s->modules[m].path, path))
            return &s->modules[m];
    fail_msg("no module %s", path);
    return NULL;
}

static void test_recorded_nginx(void **state)
{
    struct fp_tree tree;
    struct fp_symbols s;

    (void)state;
    if (!tree_of_rows("nginx", &tree))
        skip();
    s = missing(&tree);
    check_against_naive(&tree);
    /* counted over the rows by other means */
    assert_int_equal(tree.total[0], 36727236);
    assert_int_equal(module_of(&s, "/usr/sbin/nginx")->cause, FP_SYMBOL_EXECUTABLE);
    assert_naive(&s.causes[FP_SYMBOL_LIBRARY], (struct fp_symbol_total){ 8575749, 9060597, 0 });
    assert_naive(&s.causes[FP_SYMBOL_EXECUTABLE], (struct fp_symbol_total){ 1606059, 2616159, 0 });
    assert_naive(&s.causes[FP_SYMBOL_ADDRESS], (struct fp_symbol_total){ 0, 959595, 0 });
    assert_naive(&s.causes[FP_SYMBOL_THREAD_ENTRY], (struct fp_symbol_total){ 0, 21303009, 0 });
    assert_naive(&s.all, (struct fp_symbol_total){ 10181808, 30717141, 0 });
    assert_naive(&s.code, (struct fp_symbol_total){ 10181808, 12414129, 0 });
    assert_true(s.causes[FP_SYMBOL_ADDRESS].names > 1);
    assert_int_equal(s.causes[FP_SYMBOL_THREAD_ENTRY].names, 1);
    assert_true(fp_slice_is(s.modules[0].path, "/usr/lib/x86_64-linux-gnu/libz.so.1.2.13"));
    fp_symbols_release(&s);
    fp_tree_release(&tree);
}

static void test_recorded_java(void **state)
{
    struct fp_tree tree;
    struct fp_symbols s;

    (void)state;
    if (!tree_of_rows("order-service.jar", &tree))
        skip();
    s = missing(&tree);
    assert_int_equal(tree.total[0], 54434289);
    check_against_naive(&tree);
    assert_int_equal(s.module_count, 2);
    assert_int_equal(module_of(&s, "/usr/lib/jvm/java-17-openjdk-amd64/lib/server/libjvm.so")->cause,
                     FP_SYMBOL_LIBRARY);
    assert_true(s.all.total < tree.total[0] / 100);
    fp_symbols_release(&s);
    fp_tree_release(&tree);
}

/* What is always there: every bundled reply, against the naive count. */
static void test_bundled(void **state)
{
    static const char *const names[] = { "Total-day2", "checkout-api-day2", "cut-at-1000-rows", "debug" };

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char folder[1024];
        struct fp_symbols s;
        struct fp_tree tree;

        snprintf(folder, sizeof folder, FP_TEST_DATA "/cases/%s", names[i]);
        assert_true(fixture_recorded(folder, "v7.1.8", &tree));
        check_against_naive(&tree);
        s = missing(&tree);
        if (strcmp(names[i], "debug") == 0) {
            assert_int_equal(module_of(&s, "/usr/lib/x86_64-linux-gnu/libgcc_s.so.1")->cause,
                             FP_SYMBOL_LIBRARY);
            assert_true(s.causes[FP_SYMBOL_ADDRESS].names >= 2);
        } else if (strcmp(names[i], "Total-day2") == 0) {
            assert_int_equal(s.module_count, 0);
        }
        fp_symbols_release(&s);
        fp_tree_release(&tree);
    }
}

static void test_deep(void **state)
{
    static const char *const names[] = { "[unknown] 0x1", "[/a.so]", "[unknown] 0x2" };
    struct fp_builder builder;
    struct fp_symbols s;
    struct fp_tree tree;
    uint32_t node = 0;

    (void)state;
    fixture_start(&builder);
    for (uint32_t d = 0; d < 100000; d++) {
        node = fixture_child(&builder, node, fp_slice_of(names[d % 3]), FP_KIND_UNKNOWN);
        assert_int_equal(fp_builder_add(&builder, node, 1, NULL), 0);
    }
    fixture_freeze(&builder, &tree);
    s = missing(&tree);
    assert_sum(&s.all, 100000, 100000, 3);
    assert_sum(&s.causes[FP_SYMBOL_ADDRESS], 66667, 100000, 2);
    assert_sum(&s.causes[FP_SYMBOL_LIBRARY], 33333, 99999, 1);
    fp_symbols_release(&s);
    fp_tree_release(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_causes),
        cmocka_unit_test(test_advice),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_only_frames_of_kind_unknown),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_recorded_nginx),
        cmocka_unit_test(test_recorded_java),
        cmocka_unit_test(test_bundled),
        cmocka_unit_test(test_deep),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
