/*
 * Allocations fail in turn, from the reply's bytes to the picture's: each time FP_ENOMEM or a whole result, never a
 * crash, never a leak (AddressSanitizer or valgrind watch). Of those made from one stack of callers, whatever the input,
 * each fails, with AddressSanitizer the 1st, 2nd, 4th, 8th … Pages, exports and publishing, in the real binary: integration/test_torture.py.
 *
 * Needs the linker's --wrap=malloc, calloc and realloc; built without it the test skips itself.
 */
#include <unwind.h>

#include "base/out.h"
#include "flame/svg.h"
#include "press/compare.h"
#include "press/shape.h"
#include "report/summary.h"
#include "profile_fixture.h"
#include "report/profile_script.h"

void *__real_malloc(size_t n) __attribute__((weak));
void *__real_calloc(size_t n, size_t size) __attribute__((weak));
void *__real_realloc(void *p, size_t n) __attribute__((weak));
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);

static size_t until_failure; /* 0 = nothing fails */

/* ---- which are worth it: the unhindered run notes them ---- */

#define STACKS 16384u /* far more than there are */
#define WORTH (1u << 16)
#ifdef __SANITIZE_ADDRESS__
#define IS_WORTH(times) (((times) & ((times) - 1)) == 0) /* each step takes many times as long */
#else
#define IS_WORTH(times) ((times) > 0)
#endif

static bool noting;
static size_t allocations, worth[WORTH], worth_count;
static struct stack {
    uint64_t hash;
    size_t times;
} stacks[STACKS];

static void fail_each(const struct fp_str *bytes);

static _Unwind_Reason_Code add_frame(struct _Unwind_Context *context, void *arg)
{
    uint64_t *hash = arg;

    if (_Unwind_GetRegionStart(context) == (uintptr_t)fail_each)
        return _URC_END_OF_STACK;
    *hash = (*hash ^ _Unwind_GetIP(context)) * UINT64_C(0x9E3779B97F4A7C15);
    *hash ^= *hash >> 29;
    return _URC_NO_REASON;
}

static void note(void)
{
    uint64_t hash = 0;
    size_t at, times;

    noting = false; /* unwinding may allocate */
    _Unwind_Backtrace(add_frame, &hash);
    noting = true;
    allocations++;
    for (at = hash % STACKS; stacks[at].times && stacks[at].hash != hash; at = (at + 1) % STACKS)
        ;
    stacks[at].hash = hash;
    times = ++stacks[at].times;
    if (IS_WORTH(times)) {
        assert_true(worth_count < WORTH);
        worth[worth_count++] = allocations;
    }
}

static bool fails(void)
{
    if (noting)
        note();
    return until_failure && --until_failure == 0;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    return fails() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    return fails() ? NULL : __real_realloc(p, n);
}

static const struct fp_picture_options options = {
    .width = 1200, .min_width = 0.1, .by_value = true, .title = "title", .subtitle = "subtitle", .note = "note",
    .unit = FP_UNIT_BYTES, .script = "script",
};

/* Of a profile, or of the difference of two. */
static int draw(const struct fp_tree *tree, const struct fp_pair *pair, struct fp_str *svg, struct fp_error *err)
{
    static struct fp_out out;
    struct fp_picture picture;
    int rc = pair ? fp_picture_make_difference(&picture, pair, &options, err)
                  : fp_picture_make(&picture, tree, &options, err);

    if (rc < 0)
        return rc;
    fp_out_to_str(&out, svg);
    rc = fp_svg_write(&picture, &out, err);
    if (rc == FP_OK)
        rc = fp_out_finish(&out, err);
    fp_picture_release(&picture);
    return rc;
}

static int totals_of(const struct fp_tree *tree, struct fp_error *err)
{
    struct fp_function_totals totals;
    int rc = fp_totals_by_function(tree, &totals, err);

    if (rc == FP_OK) {
        fp_totals_sort(tree, &totals, FP_BY_SELF);
        fp_totals_release(&totals);
    }
    return rc;
}

/* The picture of what is shown of the tree. */
static int draw_shape(const struct fp_tree *tree, struct fp_str *svg, struct fp_error *err)
{
    struct fp_rename rename = { "re:(o)", "$1$1" };
    const char *hide[] = { "re:^main$", "x" };
    const struct fp_transform_config config = { .strip_rust_hash = true,
                                                .rename = &rename,
                                                .rename_count = 1,
                                                .hide = { hide, 2 },
                                                .fold_threads = true,
                                                .max_kernel_depth = 1,
                                                .min_share = 0.01 };
    struct fp_report_facts facts = { .tree = NULL };
    struct fp_shape shape;
    int rc = fp_shape_make(&shape, tree, &config, err);

    fp_shape_show(&shape, tree, &facts);
    if (rc == FP_OK)
        rc = draw(facts.tree, NULL, svg, err);
    fp_shape_release(&shape);
    return rc;
}

static int write_script(const struct fp_profile_script *script, struct fp_str *to, struct fp_error *err)
{
    static struct fp_out out;
    int rc;

    fp_out_to_str(&out, to);
    rc = fp_profile_script_write(script, &out, err);
    return rc < 0 ? rc : fp_out_finish(&out, err);
}

/* What a picture of its shape shows, compared with the tree itself. */
static int draw_difference(const struct fp_tree *tree, struct fp_str *svg, struct fp_error *err)
{
    const char *hide[] = { "re:[a-m]" };
    const struct fp_transform_config config = { .hide = { hide, 1 } };
    struct fp_report_facts facts = { .tree = NULL };
    struct fp_shape shape;
    struct fp_pair pair;
    int rc = fp_shape_make(&shape, tree, &config, err);

    fp_shape_show(&shape, tree, &facts);
    if (rc == FP_OK)
        rc = fp_pair_make(&pair, tree, facts.tree, err);
    if (rc == FP_OK) {
        rc = draw(NULL, &pair, svg, err);
        if (rc == FP_OK)
            rc = write_script(&(struct fp_profile_script){ .pair = &pair, .before = tree, .after = facts.tree }, svg, err);
        fp_pair_release(&pair);
    }
    fp_shape_release(&shape);
    return rc;
}

/* The tree against a small one, down to the summary. */
static int compare(const struct fp_tree *tree, struct fp_error *err)
{
    static const char small[] = "a;b 500\nmain;x;gone 700\n";
    static const struct fp_compare_config rule = { .q = 0.01, .min_effect = 0.005, .min_samples = 1 };
    const char *hide[] = { "re:[a-m]" };
    const struct fp_transform_config transforms = { .hide = { hide, 1 }, .collapse_wrappers = true };
    const struct fp_event *event = fp_event_find("cpu");
    struct fp_report_facts facts = { .service = "a", .title = "a", .event_type = "cpu", .event = event, .language = "",
                                     .filter = "", .source = "", .form = "", .tree = tree };
    struct fp_compared compared;
    struct fp_baseline baseline;
    struct fp_reply older;
    json_t *summary = NULL;
    struct fp_in *in;
    int rc = fp_in_open_memory(small, sizeof small - 1, &in, err);

    if (rc == FP_OK)
        rc = fp_codec_read(in, fp_slice_of("app"), 1 << 20, &older, err);
    if (rc < 0)
        return rc;
    fp_baseline_init(&baseline);
    fp_str_puts(&baseline.label, "older");
    rc = fp_baseline_take(&baseline, &older.builder, &(struct fp_pprof_meta){ .unit = event->unit }, true, err);
    if (rc == FP_OK) {
        rc = fp_compare_make(&compared, &baseline, &(struct fp_compare_how){ &transforms, &rule }, &facts, err);
        facts.comparison = &compared.facts;
        if (rc == FP_OK)
            rc = fp_summary_make(&facts, &summary, err);
        if (rc == FP_OK && !compared.facts.changes)
            fail_msg("not compared: %s", compared.facts.missing);
        if (rc == FP_OK)
            assert_true(json_is_object(json_object_get(summary, "comparison")));
        json_decref(summary);
        fp_compared_release(&compared);
    }
    fp_baseline_release(&baseline);
    fp_reply_release(&older);
    return rc;
}

/* Bytes → reply → (merged) tree → totals → picture. */
static int whole_way(const struct fp_str *bytes, struct fp_str *svg, struct fp_error *err)
{
    struct fp_in *in;
    struct fp_builder sum;
    struct fp_reply reply;
    struct fp_tree tree;
    int rc = fp_in_open_memory(bytes->data, bytes->len, &in, err);

    if (rc < 0)
        return rc;
    rc = fp_codec_read(in, fp_slice_of("app"), 1 << 28, &reply, err);
    if (rc < 0)
        return rc;
    fp_builder_init(&sum);
    rc = fp_builder_root(&sum, fp_slice_of("app"), FP_KIND_PROCESS, err);
    if (rc == FP_OK)
        rc = fp_builder_merge(&sum, &reply.builder, err);
    fp_reply_release(&reply);
    if (rc < 0) {
        fp_builder_release(&sum);
        return rc;
    }
    rc = fp_tree_freeze(&tree, &sum, true, err);
    if (rc < 0)
        return rc;
    rc = totals_of(&tree, err);
    if (rc == FP_OK)
        rc = draw_shape(&tree, svg, err);
    if (rc == FP_OK)
        rc = draw_difference(&tree, svg, err);
    if (rc == FP_OK)
        rc = compare(&tree, err);
    fp_tree_release(&tree);
    return rc;
}

__attribute__((noinline)) static void fail_each(const struct fp_str *bytes)
{
    size_t refused = 0;
    struct fp_str whole;
    struct fp_error err = FP_ERROR_INIT;

    fp_str_init(&whole, 1 << 28);
    allocations = worth_count = 0;
    noting = true;
    if (whole_way(bytes, &whole, &err) < 0)
        fail_msg("%s", err.message);
    noting = false;
    for (size_t i = 0; i < worth_count; i++) {
        struct fp_str svg;
        int rc;

        fp_str_init(&svg, 1 << 28);
        fp_error_clear(&err);
        until_failure = worth[i];
        rc = whole_way(bytes, &svg, &err);
        until_failure = 0;
        assert_int_equal(rc, err.code);
        if (rc != FP_OK && rc != FP_ENOMEM)
            fail_msg("allocation %zu: %d %s", worth[i], rc, err.message);
        if (rc == FP_OK) /* something could do without: then nothing is missing */
            assert_true(fp_slice_equal(fp_str_slice(&whole), fp_str_slice(&svg)));
        refused += rc == FP_ENOMEM;
        fp_str_release(&svg);
    }
    print_message("%zu allocations, %zu made to fail, %zu refused\n", allocations, worth_count, refused);
    assert_true(refused > 10);
    fp_str_release(&whole);
}

static void need_wrap(void)
{
    if (!__real_malloc || !__real_calloc || !__real_realloc) {
        print_message("linked without --wrap=malloc,calloc,realloc: nothing can be made to fail\n");
        skip();
    }
}

static void recorded(const char *path)
{
    struct fp_str bytes;

    need_wrap();
    load_unzipped(path, &bytes);
    fail_each(&bytes);
    fp_str_release(&bytes);
}

static void node_list(void **state)
{
    (void)state;
    recorded(FP_TEST_DATA "/cases/cut-at-1000-rows/reply.v6.5.9.json.gz");
}

static void columns(void **state)
{
    (void)state;
    recorded(FP_TEST_DATA "/cases/cut-at-1000-rows/reply.v7.1.8.json.gz");
}

/* Escapes, mended names, values before columns: the ways that recorded replies do not take. */
static void odd_columns(void **state)
{
    struct fp_str bytes;

    (void)state;
    need_wrap();
    fp_str_init(&bytes, 1 << 20);
    fp_str_puts(&bytes, "{\"DESCRIPTION\":\"\\u00e9\",\"result\":{\"node_values\":{\"values\":[[0,-1,0,300]");
    for (int i = 1; i <= 300; i++)
        fp_str_printf(&bytes, ",[%d,%d,1,%d]", i, i - 1, 301 - i);
    fp_str_puts(&bytes, "],\"columns\":[\"function_id\",\"parent_node_id\",\"self_value\",\"total_value\"]},\"functions\":[\"app\"");
    for (int i = 1; i <= 300; i++)
        fp_str_printf(&bytes, ",\"n\\\"%d\\ud83d\xFF\"", i);
    fp_str_puts(&bytes, "]}}");
    fail_each(&bytes);
    fp_str_release(&bytes);
}

static void folded(void **state)
{
    struct fp_str bytes;

    (void)state;
    need_wrap();
    fp_str_init(&bytes, 1 << 20);
    for (int i = 1; i <= 300; i++)
        fp_str_printf(&bytes, "a%d;b\xFF%d;c %d\n", i % 17, i, i);
    fail_each(&bytes);
    fp_str_release(&bytes);
}

static void pprof(void **state)
{
    (void)state;
    recorded(FP_TEST_DATA "/pprof/go-cpu.pb.gz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folded), /* the smallest first: it goes the ways that all go */
        cmocka_unit_test(odd_columns),
        cmocka_unit_test(node_list),
        cmocka_unit_test(columns),
        cmocka_unit_test(pprof),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
