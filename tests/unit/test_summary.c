/* report/summary: the published numbers. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "report_fixture.h"

static const json_t *row_named(const json_t *list, const char *name)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(fp_model_get_text(json_array_get(list, i), "name"), name))
            return json_array_get(list, i);
    fail_msg("no row \"%s\"", name);
    return NULL;
}

static const json_t *kind_named(const json_t *list, const char *kind)
{
    for (size_t i = 0; i < json_array_size(list); i++)
        if (!strcmp(fp_model_get_text(json_array_get(list, i), "kind"), kind))
            return json_array_get(list, i);
    return NULL;
}

static void assert_share(const json_t *object, double expected)
{
    assert_true(fabs(fp_model_get_real(object, "share") - expected) < 1e-12);
}

static void has_every_member_in_order(void **state)
{
    static const char *const members[] = {
        "schema",          "service",    "services",     "title",        "event",         "language", "unit",
        "window",          "outcome",    "completeness", "total",         "nodes",    "max_depth",
        "functions_count", "functions",  "calls", "kinds",        "threads_count", "threads",  "processes_count",
        "processes",       "unprofiled", "baseline", "no_baseline", "comparison", "diff_picture", "changes", "transforms", "removed", "missing_symbols", "requests",     "failed_parts",  "covered",  "unproved", "failure",
        "mended_names",    "skipped_lines", "unbalanced", "picture",      "hidden",        "files",    "png_note",  "folded_note",
        "folded_lost", "pprof_note",      "generated",       "generator",
    };
    void (*const makers[])(struct fixture *) = { fixture_plain, fixture_failed, fixture_empty,
                                                 fixture_partial, fixture_hostile };

    (void)state;
    for (size_t m = 0; m < sizeof makers / sizeof *makers; m++) {
        json_t *summary = summary_of(makers[m]);
        size_t at = 0;
        const char *key;
        json_t *value;

        json_object_foreach(summary, key, value) assert_string_equal(key, members[at++]);
        assert_int_equal(at, sizeof members / sizeof *members);
        json_decref(summary);
    }
}

static void says_what_was_asked(void **state)
{
    json_t *summary = summary_of(fixture_plain);
    const json_t *window = json_object_get(summary, "window"),
                 *requests = json_object_get(summary, "requests");

    (void)state;
    assert_int_equal(fp_model_get_int(summary, "schema"), 1);
    assert_string_equal(fp_model_get_text(summary, "service"), "checkout-api");
    assert_int_equal(json_array_size(json_object_get(summary, "services")), 1);
    assert_string_equal(json_string_value(json_array_get(json_object_get(summary, "services"), 0)), "checkout-api");
    assert_true(json_is_null(json_object_get(json_object_get(summary, "requests"), "evidence")));
    assert_string_equal(fp_model_get_text(summary, "title"), "Checkout");
    assert_string_equal(fp_model_get_text(summary, "event"), "on-cpu");
    assert_string_equal(fp_model_get_text(summary, "unit"), "microseconds");
    assert_int_equal(fp_model_get_int(window, "start"), 1795132800);
    assert_int_equal(fp_model_get_int(window, "end"), 1795219200);
    assert_string_equal(fp_model_get_text(window, "timezone"), "UTC");
    assert_int_equal(fp_model_get_int(requests, "row_limit"), 1000000);
    assert_int_equal(fp_model_get_int(summary, "generated"), 1795222222);
    assert_memory_equal(fp_model_get_text(summary, "generator"), "flamepress ", 11);
    assert_true(json_is_null(json_object_get(summary, "failure")));
    json_decref(summary);
}

static void expect_proof(const struct fixture *f, const char *proof, int64_t counted, const char *rows)
{
    json_t *summary = make_summary(&f->facts), *requests = json_object_get(summary, "requests");
    char *text = json_dumps(json_object_get(requests, "rows"), JSON_ENCODE_ANY);

    assert_string_equal(fp_model_get_text(requests, "proof"), proof);
    assert_int_equal(json_is_null(json_object_get(requests, "proof")), !*proof);
    assert_int_equal(fp_model_get_int(requests, "counted"), counted);
    assert_string_equal(text, rows);
    free(text);
    json_decref(summary);
}

static void says_what_proved_it(void **state)
{
    struct fixture f;

    (void)state;
    fixture_plain(&f);
    expect_proof(&f, "bound", 0, "null");
    f.facts.counted = 3;
    f.facts.most_rows = 12345;
    expect_proof(&f, "count", 3, "12345");
    f.facts.completeness = FP_COMPLETE_UNPROVED;
    expect_proof(&f, "", 3, "12345");
    f.facts.completeness = FP_COMPLETE_PARTIAL;
    expect_proof(&f, "", 3, "12345");
    f.facts.completeness = FP_COMPLETE_PROVED;
    f.facts.row_limit = f.facts.counted = 0; /* files */
    expect_proof(&f, "", 0, "null");
    fixture_release(&f);
    fixture_failed(&f);
    expect_proof(&f, "", 0, "null");
    fixture_release(&f);
}

static void recursion_counts_once(void **state)
{
    json_t *summary = summary_of(fixture_plain);
    const json_t *functions = json_object_get(summary, "functions");
    const json_t *fib = row_named(functions, "fib"), *main_row = row_named(functions, "main");

    (void)state;
    assert_int_equal(fp_model_get_int(summary, "total"), 20 * SAMPLE);
    assert_int_equal(fp_model_get_int(fib, "self"), 5 * SAMPLE);
    assert_int_equal(fp_model_get_int(fib, "total"), 5 * SAMPLE);
    assert_int_equal(fp_model_get_int(main_row, "self"), 0);
    assert_int_equal(fp_model_get_int(main_row, "total"), 10 * SAMPLE);
    assert_int_equal(fp_model_get_int(summary, "nodes"), 10);
    assert_int_equal(fp_model_get_int(summary, "max_depth"), 5);
    assert_int_equal(fp_model_get_int(summary, "functions_count"), json_array_size(functions));
    json_decref(summary);
}

static void functions_are_by_self(void **state)
{
    void (*const makers[])(struct fixture *) = { fixture_plain, fixture_hostile };

    (void)state;
    for (int m = 0; m < 2; m++) {
        json_t *summary = summary_of(makers[m]);
        const json_t *functions = json_object_get(summary, "functions");
        int64_t sum = 0;

        for (size_t i = 0; i < json_array_size(functions); i++) {
            const json_t *row = json_array_get(functions, i);
            int64_t self = fp_model_get_int(row, "self");

            assert_true(self <= fp_model_get_int(row, "total"));
            assert_true(fp_model_get_int(row, "total") <= fp_model_get_int(summary, "total"));
            assert_true(!i || self <= fp_model_get_int(json_array_get(functions, i - 1), "self"));
            sum += self;
        }
        assert_int_equal(sum, fp_model_get_int(summary, "total"));
        json_decref(summary);
    }
}

static void shares_add_up(void **state)
{
    json_t *summary = summary_of(fixture_plain);
    const json_t *kinds = json_object_get(summary, "kinds"), *threads = json_object_get(summary, "threads");
    int64_t self = 0;
    double share = 0;

    (void)state;
    for (size_t i = 0; i < json_array_size(kinds); i++) {
        self += fp_model_get_int(json_array_get(kinds, i), "self");
        share += fp_model_get_real(json_array_get(kinds, i), "share");
    }
    assert_int_equal(self, fp_model_get_int(summary, "total"));
    assert_true(fabs(share - 1) < 1e-12);
    assert_share(kind_named(kinds, "application"), 0.25);
    assert_share(kind_named(kinds, "kernel"), 0.25);
    assert_share(kind_named(kinds, "unknown"), 0.5);
    /* a kind that only passes value on is there for its colour; one that does not occur is not */
    assert_share(kind_named(kinds, "library"), 0);
    assert_null(kind_named(kinds, "cuda"));
    assert_int_equal(fp_model_get_int(summary, "threads_count"), 2);
    assert_share(row_named(threads, "[t] main"), 0.5);
    assert_share(row_named(threads, "[t] worker-1"), 0.5);
    assert_int_equal(json_array_size(json_object_get(summary, "processes")), 0);
    json_decref(summary);
}

static void host_has_processes(void **state)
{
    struct fp_builder builder;
    struct fixture f;
    json_t *summary;

    (void)state;
    begin_tree(&builder, "Total", FP_KIND_HOST);
    add_folded(&builder, "[p] nginx;[t] nginx", 3);
    add_folded(&builder, "[p] redis;[t] redis;main", 1);
    fixture_init(&f, &builder);
    summary = make_summary(&f.facts);
    assert_share(row_named(json_object_get(summary, "processes"), "[p] nginx"), 0.75);
    assert_share(row_named(json_object_get(summary, "threads"), "[t] redis"), 0.25);
    assert_share(kind_named(json_object_get(summary, "kinds"), "thread"), 0.75);
    assert_non_null(kind_named(json_object_get(summary, "kinds"), "host"));
    json_decref(summary);
    fixture_release(&f);
}

static void failed_knows_nothing(void **state)
{
    json_t *summary = summary_of(fixture_failed);

    (void)state;
    assert_string_equal(fp_model_get_text(summary, "outcome"), "failed");
    assert_string_equal(fp_model_get_text(summary, "failure"), "connection refused: is the <server> up?");
    assert_int_equal(fp_model_get_int(summary, "total"), 0);
    assert_int_equal(fp_model_get_int(summary, "nodes"), 0);
    assert_int_equal(json_array_size(json_object_get(summary, "functions")), 0);
    assert_int_equal(json_array_size(json_object_get(summary, "kinds")), 0);
    assert_true(fp_model_get_real(summary, "covered") == 0.0);
    assert_true(json_is_null(json_object_get(summary, "picture")));
    assert_true(json_is_null(json_object_get(json_object_get(summary, "files"), "svg")));
    json_decref(summary);
}

static void empty_is_not_failed(void **state)
{
    json_t *summary = summary_of(fixture_empty);

    (void)state;
    assert_string_equal(fp_model_get_text(summary, "outcome"), "empty");
    assert_int_equal(fp_model_get_int(summary, "nodes"), 1);
    assert_true(fp_model_get_real(summary, "covered") == 1.0);
    /* no share is not a number */
    assert_share(kind_named(json_object_get(summary, "kinds"), "process"), 0);
    json_decref(summary);
}

static void partial_says_how_much(void **state)
{
    json_t *summary = summary_of(fixture_partial);
    const json_t *parts = json_object_get(summary, "failed_parts");

    (void)state;
    assert_string_equal(fp_model_get_text(summary, "outcome"), "partial");
    assert_string_equal(fp_model_get_text(summary, "completeness"), "partial");
    assert_int_equal(json_array_size(parts), 2);
    assert_int_equal(fp_model_get_int(json_array_get(parts, 0), "end"), 1795132800 + 7200);
    assert_string_equal(fp_model_get_text(json_array_get(parts, 1), "why"), "the reply was cut short");
    assert_true(fabs(fp_model_get_real(summary, "covered") - 22.0 / 24) < 1e-12);
    assert_true(fp_model_get_real(summary, "unproved") == 0.0);
    json_decref(summary);
}

static void files_have_no_window(void **state)
{
    struct fixture f;
    json_t *summary;

    (void)state;
    fixture_plain(&f);
    f.facts.window = NULL;
    summary = make_summary(&f.facts);
    assert_true(json_is_null(json_object_get(summary, "window")));
    assert_true(fp_model_get_real(summary, "covered") == 1.0);
    json_decref(summary);
    fixture_release(&f);
}

static void hostile_names_survive(void **state)
{
    json_t *summary = summary_of(fixture_hostile), *again;
    struct fp_str text = dump(summary), text_again;
    const json_t *functions = json_object_get(summary, "functions");
    json_error_t why;

    (void)state;
    again = json_loadb(text.data, text.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &why);
    if (!again)
        fail_msg("%s", why.text);
    text_again = dump(again);
    assert_int_equal(text.len, text_again.len);
    assert_memory_equal(text.data, text_again.data, text.len);
    for (int n = 0; n < HOSTILE_COUNT; n++) {
        bool found = false;

        for (size_t i = 0; i < json_array_size(functions); i++)
            found |=
                fp_slice_equal(fp_model_get_slice(json_array_get(functions, i), "name"), hostile_names[n]);
        if (!found)
            fail_msg("name %d is not there, byte for byte", n);
    }
    json_decref(again);
    json_decref(summary);
    fp_str_release(&text_again);
    fp_str_release(&text);
}

static void invalid_utf8_is_mended(void **state)
{
    struct fixture f;
    json_t *summary;

    (void)state;
    fixture_plain(&f);
    f.facts.title = "a\xFF"
                    "b\xC3";
    f.facts.source = "\xED\xA0\x80";
    summary = make_summary(&f.facts);
    assert_string_equal(fp_model_get_text(summary, "title"), "a\xEF\xBF\xBD"
                                                             "b\xEF\xBF\xBD");
    assert_non_null(
        strstr(fp_model_get_text(json_object_get(summary, "requests"), "source"), "\xEF\xBF\xBD"));
    json_decref(summary);
    fixture_release(&f);
}

static void same_facts_same_bytes(void **state)
{
    static const char *const stacks[] = { "[t] a;x;y", "[t] a;x;z", "[t] b;y", "[t] b;z;z" };
    struct fp_str text[2];

    (void)state;
    for (int turn = 0; turn < 2; turn++) {
        struct fp_builder builder;
        struct fixture f;
        json_t *summary;

        begin_tree(&builder, "s", FP_KIND_PROCESS);
        for (int i = 0; i < 4; i++) /* equal values: only names can give the order */
            add_folded(&builder, stacks[turn ? 3 - i : i], 1);
        fixture_init(&f, &builder);
        summary = make_summary(&f.facts);
        text[turn] = dump(summary);
        json_decref(summary);
        fixture_release(&f);
    }
    assert_int_equal(text[0].len, text[1].len);
    assert_memory_equal(text[0].data, text[1].data, text[0].len);
    assert_true(text[0].data[text[0].len - 1] == '\n');
    fp_str_release(&text[0]);
    fp_str_release(&text[1]);
}

static void no_locale_in_numbers(void **state)
{
    json_t *summary = summary_of(fixture_partial);
    struct fp_str text;

    (void)state;
    if (!setlocale(LC_ALL, "de_DE.UTF-8") && !setlocale(LC_ALL, "fr_FR.UTF-8"))
        setlocale(LC_ALL, "C");
    text = dump(summary);
    setlocale(LC_ALL, "C");
    assert_non_null(strstr(text.data, "\"covered\": 0.91666666666666"));
    fp_str_release(&text);
    json_decref(summary);
}

/* More functions than are listed; the one with the largest total has no self value at all. */
static void largest_totals_are_listed(void **state)
{
    struct fp_builder builder;
    struct fixture f;
    json_t *summary;
    const json_t *functions, *wrapper;
    char name[32];
    struct fp_slice stack[3] = { LITERAL("[t] t"), LITERAL("wrapper"), { name, 0 } };

    (void)state;
    begin_tree(&builder, "s", FP_KIND_PROCESS);
    for (int i = 0; i < (int)FP_LIMIT_SUMMARY_FUNCTIONS + 50; i++) {
        stack[2].len = (size_t)snprintf(name, sizeof name, "f%05d", i);
        add_stack(&builder, stack, 3, 1 + i);
    }
    fixture_init(&f, &builder);
    summary = make_summary(&f.facts);
    functions = json_object_get(summary, "functions");
    assert_int_equal(fp_model_get_int(summary, "functions_count"), FP_LIMIT_SUMMARY_FUNCTIONS + 52);
    assert_int_equal(json_array_size(functions), FP_LIMIT_SUMMARY_FUNCTIONS + 1);
    wrapper = json_array_get(functions, FP_LIMIT_SUMMARY_FUNCTIONS);
    assert_string_equal(fp_model_get_text(wrapper, "name"), "wrapper");
    assert_int_equal(fp_model_get_int(wrapper, "self"), 0);
    assert_int_equal(fp_model_get_int(wrapper, "total"), fp_model_get_int(summary, "total"));
    json_decref(summary);
    fixture_release(&f);
}

static void runs_out_of_memory(void **state)
{
    struct fixture f;
    size_t at;

    (void)state;
    fixture_partial(&f);
    for (at = 1;; at++) {
        struct fp_error err = FP_ERROR_INIT;
        json_t *summary = NULL;
        int rc;

        scarce_memory(at);
        rc = fp_summary_make(&f.facts, &summary, &err);
        scarce_memory(0);
        if (rc == FP_OK) {
            json_decref(summary);
            break;
        }
        assert_int_equal(rc, FP_ENOMEM);
        assert_int_equal(err.code, FP_ENOMEM);
        assert_null(summary);
    }
    assert_true(at > 100); /* the torture did take place */
    fixture_release(&f);
}

static const char *node_of(const json_t *list, const char *name)
{
    size_t i;
    json_t *row;

    json_array_foreach(list, i, row) if (strcmp(fp_model_get_text(row, "name"), name) == 0)
        return json_string_value(json_object_get(row, "node"));
    return "no such row";
}

/* Ids as DeepFlow would make them of the largest node's path: uuid5(NAMESPACE_OID, "[t] main;main;fib") … */
static void nodes_are_known_by_their_ids(void **state)
{
    json_t *summary = summary_of(fixture_plain);
    const json_t *functions = json_object_get(summary, "functions"), *threads = json_object_get(summary, "threads");

    (void)state;
    assert_string_equal(node_of(functions, "fib"), "56f9ff77-fcac-5582-8806-e969ade64416");
    assert_string_equal(node_of(functions, "[k] page_fault"), "d2349a44-9c9b-5423-bd23-a3877068efd3");
    assert_string_equal(node_of(threads, "[t] worker-1"), "4b105e4c-8f4c-540b-9fa1-2713bca8a97a");
    assert_null(node_of(functions, "[t] worker-1")); /* in the list of threads */
    json_decref(summary);
}

/* 100 by self and 100 by total, however many there are. */
static void ids_are_for_the_top(void **state)
{
    struct fp_builder builder;
    struct fixture f;
    json_t *summary, *row;
    size_t i, with = 0;
    char name[64];

    (void)state;
    begin_tree(&builder, "app", FP_KIND_PROCESS);
    for (int n = 0; n < 150; n++) { /* callers without a self value, callees with one */
        snprintf(name, sizeof name, "caller%03d;callee%03d", n, n);
        add_folded(&builder, name, 1000 - n);
    }
    fixture_init(&f, &builder);
    assert_int_equal(fp_summary_make(&f.facts, &summary, NULL), 0);
    json_array_foreach(json_object_get(summary, "functions"), i, row)
    {
        bool has = json_object_get(row, "node"), callee = fp_model_get_text(row, "name")[5] == 'e';
        int n = atoi(fp_model_get_text(row, "name") + 6);

        /* equal totals: the larger self first, so the first 100 by total are 50 of each */
        assert_int_equal(has, callee ? n < 100 : n < 50);
        with += has;
    }
    assert_int_equal(with, 150);
    json_decref(summary);
    fixture_release(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_every_member_in_order),
        cmocka_unit_test(nodes_are_known_by_their_ids),
        cmocka_unit_test(ids_are_for_the_top),
        cmocka_unit_test(says_what_was_asked),
        cmocka_unit_test(says_what_proved_it),
        cmocka_unit_test(recursion_counts_once),
        cmocka_unit_test(functions_are_by_self),
        cmocka_unit_test(shares_add_up),
        cmocka_unit_test(host_has_processes),
        cmocka_unit_test(failed_knows_nothing),
        cmocka_unit_test(empty_is_not_failed),
        cmocka_unit_test(partial_says_how_much),
        cmocka_unit_test(files_have_no_window),
        cmocka_unit_test(hostile_names_survive),
        cmocka_unit_test(invalid_utf8_is_mended),
        cmocka_unit_test(same_facts_same_bytes),
        cmocka_unit_test(no_locale_in_numbers),
        cmocka_unit_test(largest_totals_are_listed),
        cmocka_unit_test(runs_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
