/*
 * pprof: `go tool pprof` says of our profiles what we say, and we say of Go's what it says (what it printed
 * of two recorded profiles is kept beside them). Skipped in part where Go is not installed.
 */
#include "pprof_trip.h"

#include "codec/codec.h"
#include "opened.h"
#include "profile/totals.h"

struct top {
    char name[512];
    long long flat, cum;
};

/* A number with or without a unit behind it; *at goes to its end. */
static long long field(char **at)
{
    long long value = strtoll(*at, NULL, 10);

    *at += strspn(*at, " ");
    *at += strcspn(*at, " ");
    return value;
}

/* The lines of `go tool pprof -top` below its heading. */
static size_t read_top(FILE *from, struct top *rows, size_t max)
{
    char line[2048];
    bool heading = true;
    size_t count = 0;

    while (fgets(line, sizeof line, from)) {
        char *at = line, *inlined;

        line[strcspn(line, "\n")] = '\0';
        if (heading) {
            heading = !strstr(line, "flat  flat%");
            continue;
        }
        assert_true(count < max);
        rows[count].flat = field(&at);
        field(&at);
        field(&at);
        rows[count].cum = field(&at);
        field(&at);
        assert_memory_equal(at, "  ", 2);
        inlined = strstr(at, " (inline)");
        if (inlined)
            *inlined = '\0';
        snprintf(rows[count++].name, sizeof rows[0].name, "%s", at + 2);
    }
    return count;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(((const struct top *)a)->name, ((const struct top *)b)->name);
}

/* All rows, and as many as we have functions (threads and processes are none, but on hosts). */
static void assert_same_top(struct top *rows, size_t count, const struct fp_tree *tree)
{
    struct fp_function_totals totals;
    size_t functions = 0;

    assert_int_equal(fp_totals_by_function(tree, &totals, NULL), 0);
    fp_totals_sort(tree, &totals, FP_BY_SELF);
    for (size_t i = 1; i < count; i++) /* by self, as on our pages */
        assert_true(rows[i - 1].flat >= rows[i].flat);
    qsort(rows, count, sizeof *rows, compare_names);
    for (size_t i = 0; i < totals.count; i++) {
        const struct fp_function_total *item = &totals.items[i];
        struct fp_slice name = fp_names_get(&tree->names, item->name);
        enum fp_frame_kind kind = (enum fp_frame_kind)tree->names.kind[item->name];
        struct top want, *row;

        if ((kind == FP_KIND_THREAD || kind == FP_KIND_PROCESS) && fp_tree_kind(tree, 0) != FP_KIND_HOST)
            continue;
        snprintf(want.name, sizeof want.name, "%.*s", (int)name.len, name.data);
        row = bsearch(&want, rows, count, sizeof *rows, compare_names);
        if (!row)
            fail_msg("pprof does not show \"%s\"", want.name);
        assert_int_equal(row->flat, item->self);
        assert_int_equal(row->cum, item->total);
        functions++;
    }
    assert_int_equal(functions, count);
    fp_totals_release(&totals);
}

static bool run_go(const char *arguments, const char *file, FILE **ret_output)
{
    char command[1024];

    if (system("go version >/dev/null 2>&1") != 0) {
        print_message("go is not installed\n");
        return false;
    }
    snprintf(command, sizeof command, "HOME=%s PPROF_TMPDIR=%s go tool pprof %s %s 2>/dev/null", temp, temp,
             arguments, file);
    *ret_output = popen(command, "r");
    return *ret_output != NULL;
}

static void tree_of_case(const char *name, struct fp_tree *tree)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_reply reply;
    char path[1024];

    snprintf(path, sizeof path, "%s/cases/%s/reply.v7.1.8.json.gz", FP_TEST_DATA, name);
    assert_int_equal(fp_codec_read(opened(path), fp_slice_of("root"),
                                   FP_LIMIT_RESPONSE_DEFAULT, &reply, &err),
                     0);
    freeze(tree, &reply.builder);
    fp_reply_release(&reply);
}

#define ROWS 20000

static void go_prints_the_same_top(void **state)
{
    static const char *const cases[] = { "checkout-api-day2", "Total-day2" };
    static const size_t least[] = { 591, 62 };
    struct top *rows = malloc(ROWS * sizeof *rows);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fp_tree tree;
        FILE *output;
        size_t count;

        tree_of_case(cases[i], &tree);
        write_tree(&tree, &on_cpu, "go.pb.gz");
        if (!run_go("-top -unit=us -nodecount=1000000 -nodefraction=0 -edgefraction=0", path_of("go.pb.gz"),
                    &output)) {
            fp_tree_release(&tree);
            free(rows);
            skip();
        }
        count = read_top(output, rows, ROWS);
        assert_int_equal(pclose(output), 0);
        assert_true(count >= least[i]);
        assert_same_top(rows, count, &tree);
        fp_tree_release(&tree);
    }
    free(rows);
}

/* Units, window, threads and comments as a person sees them. */
static void go_shows_the_rest(void **state)
{
    static const struct {
        const char *arguments, *wanted[4];
    } looks[] = {
        { "-top", { "Type: cpu\n", "Duration: 24hrs, Total samples = 30ms", "20ms 66.67%", "[k] do;sys" } },
        { "-traces",
          { "thread:  worker 1", "process:  nginx", "20ms   [k] do;sys\n             main\n", "" } },
        { "-tags", { "thread: Total 30.0ms", "worker 1", "process: Total 30.0ms", "nginx" } },
        { "-comments", { FP_PPROF_MARK, "root: P web", "event: on-cpu", "filter: pod='x'" } },
        { "-top -tagfocus=thread=worker.2", { "10ms 33.33%", "main", "", "" } },
    };
    struct fp_pprof_meta meta = on_cpu;
    struct fp_builder b;
    struct fp_tree tree;
    uint32_t nginx;

    (void)state;
    start(&b, "web", FP_KIND_PROCESS);
    nginx = frame(&b, 0, "[p] nginx");
    assert_int_equal(
        fp_builder_add(&b, frame(&b, frame(&b, frame(&b, nginx, "[t] worker 1"), "main"), "[k] do;sys"),
                       20000, NULL),
        0);
    assert_int_equal(fp_builder_add(&b, frame(&b, frame(&b, nginx, "[t] worker 2"), "main"), 10000, NULL), 0);
    freeze(&tree, &b);
    meta.filter = "pod='x'";
    write_tree(&tree, &meta, "show.pb.gz");
    fp_tree_release(&tree);
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        char text[8192];
        FILE *output;
        size_t n;

        if (!run_go(looks[i].arguments, path_of("show.pb.gz"), &output))
            skip();
        n = fread(text, 1, sizeof text - 1, output);
        text[n] = '\0';
        assert_int_equal(pclose(output), 0);
        for (size_t k = 0; k < 4; k++)
            if (!strstr(text, looks[i].wanted[k]))
                fail_msg("%s: no \"%s\" in\n%s", looks[i].arguments, looks[i].wanted[k], text);
    }
}

/* Profiles that Go's runtime wrote, and what its tool printed of them. */
static void profiles_made_by_go(void **state)
{
    static const struct {
        const char *name, *event;
        enum fp_unit unit;
        int64_t sample, start;
    } made[] = {
        { "go-cpu", "cpu", FP_UNIT_NANOSECONDS, 10000000, 1795425334 },
        { "go-heap", "inuse_space", FP_UNIT_BYTES, 0, 1795425335 },
    };
    struct top *rows = malloc(ROWS * sizeof *rows);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_pprof_meta meta;
        struct fp_builder builder;
        struct fp_str bytes;
        struct fp_tree tree;
        char path[1024];
        FILE *text;
        size_t count;

        snprintf(path, sizeof path, "%s/pprof/%s.pb.gz", FP_TEST_DATA, made[i].name);
        bytes = unwrapped(path);
        assert_true(fp_pprof_looks(bytes.data, bytes.len < 4096 ? bytes.len : 4096));
        assert_int_equal(read_bytes(bytes.data, bytes.len, &builder, &meta, &err), 0);
        freeze(&tree, &builder);
        assert_true(fp_slice_is(fp_tree_name(&tree, 0), "root"));
        assert_int_equal(fp_tree_kind(&tree, 0), FP_KIND_PROCESS);
        assert_string_equal(meta.event, made[i].event);
        assert_int_equal(meta.unit, made[i].unit);
        assert_int_equal(meta.sample, made[i].sample);
        assert_int_equal(meta.start, made[i].start);
        snprintf(path, sizeof path, "%s/pprof/%s.top.txt", FP_TEST_DATA, made[i].name);
        text = fopen(path, "r");
        assert_non_null(text);
        count = read_top(text, rows, ROWS);
        fclose(text);
        assert_same_top(rows, count, &tree);
        assert_survives_the_trip(&tree); /* and out again as ours */
        fp_tree_release(&tree);
        fp_pprof_meta_release(&meta);
        fp_str_release(&bytes);
    }
    free(rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(go_prints_the_same_top),
        cmocka_unit_test(go_shows_the_rest),
        cmocka_unit_test(profiles_made_by_go),
    };

    return cmocka_run_group_tests(tests, make_temp, remove_temp);
}
