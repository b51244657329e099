/* source/archive, over directories and over tables, and the request body of source/source. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/str.h"
#include "source/archive.h"
#include "source/source.h"

/* ---- a directory for one test ---- */

static char root[] = "/tmp/fp-test-archive-XXXXXX";

static int make_root(void **state)
{
    (void)state;
    strcpy(root + sizeof root - 7, "XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", root);
    return system(command);
}

static void put(const char *path, const char *text)
{
    char full[512], *slash;
    FILE *file;

    snprintf(full, sizeof full, "%s/%s", root, path);
    slash = strrchr(full, '/');
    *slash = '\0';
    mkdir(full, 0777);
    *slash = '/';
    file = fopen(full, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

#define REQUEST(service, event, filter, start, end)                                                          \
    "{\"app_service\": \"" service                                                                           \
    "\", \"profile_language_type\": \"eBPF\", \"profile_event_type\": \"" event                              \
    "\", \"tag_filter\": \"" filter "\", \"time_start\": " #start ", \"time_end\": " #end "}"

static struct fp_request request_for(const char *service, int64_t start, int64_t end)
{
    return (struct fp_request){ service, "eBPF", "on-cpu", "", start, end, -1 };
}

static struct fp_source *open_root(void)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_source_config config = { .archive = root };
    struct fp_source *source = NULL;

    if (fp_source_open(&source, &config, NULL, &err) < 0)
        fail_msg("%s", err.message);
    return source;
}

/* The reply as a string in a static buffer, or NULL with `err`. */
static const char *fetch(struct fp_source *source, const struct fp_request *request, struct fp_error *err)
{
    static char text[1024];
    struct fp_attempt attempt = { 99, 99, true };
    struct fp_in *in = NULL;
    ssize_t n;

    fp_error_clear(err);
    if (fp_source_fetch(source, request, &in, &attempt, err) < 0) {
        assert_null(in);
        assert_false(attempt.retryable);
        return NULL;
    }
    assert_int_equal(attempt.http_status, 0);
    assert_int_equal(attempt.retry_after_ms, -1);
    n = fp_in_read(in, text, sizeof text - 1, err);
    assert_true(n >= 0);
    text[n] = '\0';
    fp_in_close(in);
    return text;
}

static void expect_open_error(enum fp_status code, const char *a, const char *b)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_source_config config = { .archive = root };
    struct fp_source *source = NULL;

    assert_int_equal(fp_source_open(&source, &config, NULL, &err), code);
    assert_null(source);
    assert_int_equal(err.code, code);
    if (!strstr(err.message, a) || !strstr(err.message, b))
        fail_msg("\"%s\" lacks \"%s\" or \"%s\"", err.message, a, b);
}

/* ---- finding ---- */

static void test_finds(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_request request = request_for("a", 100, 200);
    struct fp_source *source;

    (void)state;
    put("one/request.json", REQUEST("a", "on-cpu", "", 100, 199));
    put("one/reply.json", "first");
    put("two/request.json", REQUEST("a", "on-cpu", "", 200, 299));
    put("two/reply.json.gz", "\x1f\x8b raw");
    put("notes.txt/x", "not ours");
    put("deep/README", "not ours either");
    source = open_root();
    assert_string_equal(fetch(source, &request, &err), "first");
    assert_string_equal(fetch(source, &request, &err), "first");
    request = request_for("a", 200, 300);
    assert_string_equal(fetch(source, &request, &err), "\x1f\x8b raw");
    assert_int_equal(strncmp(fp_source_describe(source), "archive /tmp/fp-test-archive-", 29), 0);
    fp_source_close(source);
}

static void test_every_field_counts(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_request good = request_for("a", 100, 200), bad[7];
    struct fp_source *source;

    (void)state;
    put("one/request.json", REQUEST("a", "on-cpu", "", 100, 199));
    put("one/reply.json", "first");
    source = open_root();
    for (size_t i = 0; i < 7; i++)
        bad[i] = good;
    bad[0].app_service = "b";
    bad[1].language = "Golang";
    bad[2].event_type = "off-cpu";
    bad[3].filter = "pod='x'";
    bad[4].start = 99;
    bad[5].end = 201;
    bad[6].max_kernel_stack_depth = 0;
    for (size_t i = 0; i < 7; i++) {
        assert_null(fetch(source, &bad[i], &err));
        assert_int_equal(err.code, FP_ENOTFOUND);
        assert_non_null(strstr(err.message, root));
        assert_non_null(strstr(err.message, bad[i].app_service));
        assert_non_null(strstr(err.message, bad[i].event_type));
        assert_non_null(strstr(err.message, i == 4 ? "1970-01-01T00:01:39Z" : "1970-01-01T00:01:40Z"));
        if (i == 3)
            assert_non_null(strstr(err.message, "pod='x'"));
    }
    good.max_kernel_stack_depth = -7;
    assert_non_null(fetch(source, &good, &err));
    good.end = good.start;
    assert_null(fetch(source, &good, &err));
    assert_int_equal(err.code, FP_EINVAL);
    fp_source_close(source);
}

static void test_depth_and_absent_fields(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_request request = request_for("a", 100, 200);
    struct fp_source *source;

    (void)state;
    put("zero/request.json",
        "{\"app_service\":\"a\",\"profile_language_type\":\"eBPF\",\"profile_event_type\":\"on-cpu\","
        "\"time_start\":100,\"time_end\":199,\"max_kernel_stack_depth\":0}");
    put("zero/reply.json", "depth 0");
    put("all/request.json",
        "{\"app_service\":\"a\",\"profile_language_type\":\"eBPF\",\"profile_event_type\":\"on-cpu\","
        "\"time_start\":100,\"time_end\":199,\"tag_filter\":null,\"max_kernel_stack_depth\":null,\"x\":[1]}");
    put("all/reply.json", "all");
    put("none/request.json", "{\"time_start\":100,\"time_end\":199}");
    put("none/reply.json", "none");
    source = open_root();
    assert_string_equal(fetch(source, &request, &err), "all");
    request.max_kernel_stack_depth = 0;
    assert_string_equal(fetch(source, &request, &err), "depth 0");
    request = (struct fp_request){ "", "", "", NULL, 100, 200, -1 };
    assert_string_equal(fetch(source, &request, &err), "none");
    fp_source_close(source);
}

static void test_newest_version(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_request request = request_for("a", 100, 200);
    struct fp_source *source;

    (void)state;
    put("one/request.json", REQUEST("a", "on-cpu", "", 100, 199));
    put("one/reply.json", "plain");
    put("one/reply.v6.5.9.json", "old");
    put("one/reply.v7.1.8.json.gz", "new");
    put("one/reply.zip", "not a reply");
    put("one/replying.json", "not a reply");
    put("one/xreply.v9.json", "not a reply");
    /* A neighbour that sorts between "one/" and its files if slashes are not minded. */
    put("one-b/request.json", REQUEST("b", "on-cpu", "", 100, 199));
    put("one-b/reply.v8.json", "neighbour");
    put("one.c/request.json", REQUEST("c", "on-cpu", "", 100, 199));
    put("one.c/reply.v8.json", "other neighbour");
    source = open_root();
    assert_string_equal(fetch(source, &request, &err), "new");
    request.app_service = "b";
    assert_string_equal(fetch(source, &request, &err), "neighbour");
    request.app_service = "c";
    assert_string_equal(fetch(source, &request, &err), "other neighbour");
    fp_source_close(source);
}

static void test_missing_reply(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_request request = request_for("a", 100, 200);
    struct fp_source *source;

    (void)state;
    put("one/request.json", REQUEST("a", "on-cpu", "", 100, 199));
    source = open_root();
    assert_null(fetch(source, &request, &err));
    assert_int_equal(err.code, FP_ENOTFOUND);
    assert_non_null(strstr(err.message, "one has a request.json but no reply.json"));
    put("one/reply.json", "late");
    fp_source_close(source);
    source = open_root();
    put("one/reply.json", "later");
    assert_string_equal(fetch(source, &request, &err), "later");
    assert_int_equal(unlink(strcat(strcpy((char[256]){ 0 }, root), "/one/reply.json")), 0);
    assert_null(fetch(source, &request, &err));
    assert_int_equal(err.code, FP_ENOTFOUND);
    fp_source_close(source);
}

/* ---- filters ---- */

static void test_bare_filter(void **state)
{
    static const char *const cases[][2] = {
        { "", "" },
        { "  ", "" },
        { "()", "" },
        { "(((  )))", "" },
        { "a", "a" },
        { " ( a ) ", "a" },
        { "((a OR b))", "a OR b" },
        { "(a) OR (b)", "(a) OR (b)" },
        { "((a) OR (b))", "(a) OR (b)" },
        { "(a=')')", "a=')'" },
        { "(a='(') OR b", "(a='(') OR b" },
        { "(a=')' OR (b", "(a=')' OR (b" },
        { "(a='it''s)')", "a='it''s)'" },
        { "(a='\\')')", "a='\\')'" },
        { "(`k8s.label)`='x')", "`k8s.label)`='x'" },
        { "(a", "(a" },
        { "a)", "a)" },
        { ")(", ")(" },
        { "(", "(" },
        { "('", "('" },
        { "('\\", "('\\" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fp_slice bare = fp_archive_bare_filter(cases[i][0]);

        if (!fp_slice_is(bare, cases[i][1]))
            fail_msg("%s became %.*s", cases[i][0], (int)bare.len, bare.data);
    }
}

static void test_filter_and_rank(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_request request = request_for("a", 100, 200);
    struct fp_source *source;

    (void)state;
    put("bare/request.json", REQUEST("a", "on-cpu", "x OR y", 100, 199));
    put("bare/reply.json", "bare");
    source = open_root();
    request.filter = "x OR y";
    assert_string_equal(fetch(source, &request, &err), "bare");
    fp_source_close(source);
    /* What was sent as we send it wins, in whatever order they are read. */
    put("paren/request.json", REQUEST("a", "on-cpu", "(x OR y)", 100, 199));
    put("paren/reply.json", "parenthesised");
    put("aaa/request.json",
        "{\"app_service\":\"a\",\"profile_language_type\":\"eBPF\",\"profile_event_type\":\"on-cpu\","
        "\"tag_filter\":\"(x OR y)\",\"time_start\":100,\"time_end\":199,\"debug\":true}");
    put("aaa/reply.json", "debug");
    source = open_root();
    assert_string_equal(fetch(source, &request, &err), "parenthesised");
    request.filter = " ((x OR y)) ";
    assert_string_equal(fetch(source, &request, &err), "parenthesised");
    request.filter = "";
    assert_null(fetch(source, &request, &err));
    fp_source_close(source);
}

/* ---- what is wrong ---- */

static void test_duplicates(void **state)
{
    (void)state;
    put("first/request.json", REQUEST("a", "on-cpu", "", 100, 199));
    put("first/reply.json", "1");
    put("other/request.json", REQUEST("b", "on-cpu", "", 100, 199));
    put("second/request.json", REQUEST("a", "on-cpu", "", 100, 199));
    put("second/reply.json", "2");
    expect_open_error(FP_EDATA, "first", "second");
}

static void test_malformed(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_source *source = NULL;

    (void)state;
    put("good/request.json", REQUEST("a", "on-cpu", "", 100, 199));
    put("bad/request.json", "{\n  \"app_service\": \"a\",\n  \"time_start\" 5\n}");
    assert_int_equal(fp_archive_open(&source, root, &err), FP_ESYNTAX);
    assert_int_equal(err.line, 3);
    assert_true(err.column > 1);
    assert_non_null(strstr(err.source, "/bad/request.json"));
}

static void test_wrong_values(void **state)
{
    static const char *const cases[][2] = {
        { "[]", "object" },
        { "{\"time_start\": \"1\", \"time_end\": 2}", "time_start" },
        { "{\"time_start\": 1.0, \"time_end\": 2}", "time_start" },
        { "{\"time_start\": 1}", "time_end is missing" },
        { "{\"time_start\": 3, \"time_end\": 2}", "no window" },
        { "{\"time_start\": 3, \"time_end\": 9223372036854775807}", "no window" },
        { "{\"time_start\": 1, \"time_end\": 2, \"app_service\": 5}", "app_service must be a string" },
        { "{\"time_start\": 1, \"time_end\": 2, \"max_kernel_stack_depth\": \"x\"}",
          "max_kernel_stack_depth" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put("bad/request.json", cases[i][0]);
        expect_open_error(FP_EDATA, cases[i][1], "");
    }
    put("bad/request.json", "");
    expect_open_error(FP_ESYNTAX, "", "");
    put("bad/request.json", "{\"time_start\": 1, \"time_end\": 99999999999999999999}");
    expect_open_error(FP_ESYNTAX, "", "");
    put("bad/request.json", "{\"app_service\": \"\xff\", \"time_start\": 1, \"time_end\": 2}");
    expect_open_error(FP_ESYNTAX, "", "");
    put("bad/request.json", "{\"time_start\": 1, \"time_start\": 1, \"time_end\": 2}");
    expect_open_error(FP_ESYNTAX, "duplicate", "");
}

static void test_too_large_request(void **state)
{
    size_t n = (2 << 20) + 1;
    char *text = malloc(n);

    (void)state;
    assert_non_null(text);
    memset(text, ' ', n);
    text[n - 1] = '\0';
    put("bad/request.json", text);
    expect_open_error(FP_ELIMIT, "request", "");
    free(text);
}

static void test_no_archive(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_source *source = NULL;

    (void)state;
    expect_open_error(FP_ENOTFOUND, "no recordings", root);
    put("one/reply.json", "an answer without a question");
    expect_open_error(FP_ENOTFOUND, "one/reply.json", "no request.json");
    assert_int_equal(fp_archive_open(&source, "/nonexistent/archive", &err), FP_ENOTFOUND);
    assert_non_null(strstr(err.message, "/nonexistent/archive"));
    fp_error_clear(&err);
    assert_int_equal(fp_source_open(&source, &(struct fp_source_config){ 0 }, NULL, &err), FP_EINVAL);
    fp_error_clear(&err);
    assert_int_equal(
        fp_source_open(&source, &(struct fp_source_config){ .archive = "a", .url = "b" }, NULL, &err),
        FP_EINVAL);
    assert_null(source);
}

/* A pipe named reply.json would block its reader for ever. */
static void test_pipes_are_no_files(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_request request = request_for("a", 100, 200);
    struct fp_source *source;
    char path[256];

    (void)state;
    put("one/request.json", REQUEST("a", "on-cpu", "", 100, 199));
    snprintf(path, sizeof path, "%s/one/reply.json", root);
    assert_int_equal(mkfifo(path, 0600), 0);
    source = open_root();
    assert_null(fetch(source, &request, &err));
    assert_int_equal(err.code, FP_ENOTFOUND);
    fp_source_close(source);
}

/* ---- services ---- */

static void test_services(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_service_list list;
    struct fp_source *source;

    (void)state;
    put("1/request.json", REQUEST("b", "on-cpu", "", 100, 199));
    put("2/request.json", REQUEST("a", "on-cpu", "", 100, 199));
    put("3/request.json", REQUEST("a", "off-cpu", "", 100, 199));
    put("4/request.json", REQUEST("a", "off-cpu", "", 150, 299));
    put("5/request.json", REQUEST("late", "on-cpu", "", 200, 299));
    put("6/request.json", REQUEST("", "on-cpu", "", 100, 199));
    source = open_root();
    assert_int_equal(fp_source_services(source, 0, 200, &list, &(struct fp_attempt){ 0 }, &err), 0);
    assert_int_equal(list.count, 3);
    assert_false(list.cut);
    assert_string_equal(list.rows[0].name, "a");
    assert_string_equal(list.rows[0].event, "off-cpu");
    assert_string_equal(list.rows[1].name, "a");
    assert_string_equal(list.rows[1].event, "on-cpu");
    assert_string_equal(list.rows[2].name, "b");
    assert_int_equal(list.rows[2].rows, -1);
    fp_service_list_release(&list);
    assert_int_equal(fp_source_services(source, 300, 400, &list, &(struct fp_attempt){ 0 }, &err), 0);
    assert_int_equal(list.count, 0);
    fp_service_list_release(&list);
    assert_int_equal(fp_source_services(source, 300, 300, &list, &(struct fp_attempt){ 0 }, &err), FP_EINVAL);
    fp_source_close(source);
}

/* ---- in memory ---- */

static void test_memory(void **state)
{
    static const char first[] = REQUEST("a", "on-cpu", "", 100, 199),
                      second[] = REQUEST("b", "on-cpu", "", 100, 199);
    static const struct fp_archive_file files[] = {
        { "z/reply.v7.json", "seven", 5 },
        { "a/request.json", second, sizeof second - 1 },
        { "z/request.json", first, sizeof first - 1 },
        { "z/reply.v6.json", "six", 3 },
        { "a/reply.json", "b's", 3 },
        { "LICENSE", "x", 1 },
        { "a/deeper/request.json", "{", 1 },
        { "/request.json", "{", 1 },
    };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_request request = request_for("a", 100, 200);
    struct fp_source *source = NULL;

    (void)state;
    assert_int_equal(fp_source_open_memory(&source, files, 8, "the bundled recordings", &err), 0);
    assert_string_equal(fp_source_describe(source), "the bundled recordings");
    assert_string_equal(fetch(source, &request, &err), "seven");
    request.app_service = "b";
    assert_string_equal(fetch(source, &request, &err), "b's");
    request.app_service = "c";
    assert_null(fetch(source, &request, &err));
    assert_non_null(strstr(err.message, "the bundled recordings has no recording of c, on-cpu"));
    fp_source_mask(source, &err);
    fp_source_close(source);
    assert_int_equal(fp_source_open_memory(&source, NULL, 0, "nothing", &err), FP_ENOTFOUND);
    fp_source_close(NULL);
}

/* ---- the recorded cases, when they are there ---- */

static void test_golden(void **state)
{
    const char *shared = getenv("FP_SHARED");
    struct fp_error err = FP_ERROR_INIT;
    struct fp_request request = { "order-service.jar", "eBPF", "on-cpu", "", 1795132800, 1795219200, -1 };
    struct fp_source *source = NULL;
    char path[512];

    (void)state;
    if (!shared)
        skip();
    snprintf(path, sizeof path, "%s/golden/cases", shared);
    if (fp_archive_open(&source, path, &err) < 0)
        fail_msg("%s", err.message);
    /* Gzip'd, as it lies there; "cut-at-1000-rows" asked the same with `debug`. */
    assert_int_equal(strncmp(fetch(source, &request, &err), "\x1f\x8b", 2), 0);
    request.filter = "pod_ns='nowhere'";
    request.app_service = "";
    assert_non_null(fetch(source, &request, &err));
    fp_source_close(source);
}

/* ---- the request body ---- */

static void expect_body(const struct fp_request *request, const char *expected)
{
    struct fp_str body;
    json_t *json;

    fp_str_init(&body, 4096);
    fp_request_body(request, &body);
    assert_true(fp_str_ok(&body));
    assert_string_equal(body.data, expected);
    json = json_loadb(body.data, body.len, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    json_decref(json);
    fp_str_release(&body);
}

static void test_body(void **state)
{
    struct fp_request request = { "a", "eBPF", "on-cpu", "x OR y", 100, 200, -1 };

    (void)state;
    expect_body(&request,
                "{\"app_service\":\"a\",\"profile_language_type\":\"eBPF\",\"profile_event_type\":\"on-cpu\","
                "\"tag_filter\":\"(x OR y)\",\"time_start\":100,\"time_end\":199,\"debug\":true}");
    request.filter = " ";
    request.max_kernel_stack_depth = 0;
    request.app_service = "\"\\/\n\x01\xff\xe4\xb8\xad<";
    expect_body(&request,
                "{\"app_service\":\"\\\"\\\\/\\u000a\\u0001\xef\xbf\xbd\xe4\xb8\xad<\","
                "\"profile_language_type\":\"eBPF\",\"profile_event_type\":\"on-cpu\","
                "\"tag_filter\":\"\",\"time_start\":100,\"time_end\":199,\"max_kernel_stack_depth\":0,\"debug\":true}");
    request.filter = NULL;
    request.app_service = "";
    request.start = -5;
    request.end = 1;
    expect_body(&request,
                "{\"app_service\":\"\",\"profile_language_type\":\"eBPF\",\"profile_event_type\":\"on-cpu\","
                "\"tag_filter\":\"\",\"time_start\":-5,\"time_end\":0,\"max_kernel_stack_depth\":0,\"debug\":true}");
}

static void test_body_appends_and_fails_whole(void **state)
{
    struct fp_request request = { "a", "eBPF", "on-cpu", "", 100, 200, -1 };
    struct fp_str body;

    (void)state;
    fp_str_init(&body, 4096);
    fp_str_puts(&body, "body: ");
    fp_request_body(&request, &body);
    assert_int_equal(strncmp(body.data, "body: {\"app", 11), 0);
    fp_str_release(&body);
    fp_str_init(&body, 20);
    fp_request_body(&request, &body);
    assert_false(fp_str_ok(&body));
    fp_str_release(&body);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, make_root, remove_root)
int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOT(test_finds),
        IN_ROOT(test_every_field_counts),
        IN_ROOT(test_depth_and_absent_fields),
        IN_ROOT(test_newest_version),
        IN_ROOT(test_missing_reply),
        cmocka_unit_test(test_bare_filter),
        IN_ROOT(test_filter_and_rank),
        IN_ROOT(test_duplicates),
        IN_ROOT(test_malformed),
        IN_ROOT(test_wrong_values),
        IN_ROOT(test_too_large_request),
        IN_ROOT(test_no_archive),
        IN_ROOT(test_pipes_are_no_files),
        IN_ROOT(test_services),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_body),
        cmocka_unit_test(test_body_appends_and_fails_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
