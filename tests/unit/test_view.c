/* report/view, tables, words: what the page of a report says, before it is markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "report/tables.h"
#include "report/view.h"
#include "report/words.h"
#include "report_fixture.h"

/* Consumes the summary. */
static json_t *view_of(json_t *summary)
{
    json_t *view = NULL;

    assert_int_equal(fp_view_report(summary, NULL, &view, NULL), 0);
    json_decref(summary);
    return view;
}

static void assert_says(const json_t *view, const char *key, const char *part)
{
    if (!strstr(fp_model_get_text(view, key), part))
        fail_msg("%s is \"%s\": it does not say \"%s\"", key, fp_model_get_text(view, key), part);
}

static const json_t *figure(const json_t *view, const char *label)
{
    const json_t *figures = json_object_get(view, "figures");

    for (size_t i = 0; i < json_array_size(figures); i++)
        if (!strcmp(fp_model_get_text(json_array_get(figures, i), "label"), label))
            return json_array_get(figures, i);
    return NULL;
}

/* Of the query; "" where it is not told. */
static const char *fact(const json_t *view, const char *key)
{
    const json_t *facts = json_object_get(view, "query");

    for (size_t i = 0; i < json_array_size(facts); i++) {
        const json_t *row = json_array_get(facts, i);

        if (!strcmp(fp_model_get_text(row, "key"), key))
            return *fp_model_get_text(row, "code") ? fp_model_get_text(row, "code")
                                                   : fp_model_get_text(row, "text");
    }
    return "";
}

static void figures_come_from_the_data(void **state)
{
    json_t *view = view_of(summary_of(fixture_plain));

    (void)state;
    assert_string_equal(fp_model_get_text(figure(view, "CPU time"), "value"), "202\u00a0ms");
    assert_string_equal(fp_model_get_text(figure(view, "CPU time"), "exact"), "202,020 \xC2\xB5s");
    assert_string_equal(fp_model_get_text(figure(view, "samples"), "value"), "20");
    assert_string_equal(fp_model_get_text(figure(view, "functions"), "value"), "5");
    assert_string_equal(fact(view, "frames in the deepest stack"), "5");
    /* 202,020 µs of 86,400 s */
    assert_string_equal(fp_model_get_text(figure(view, "cores, on average"), "value"), "0.000002");
    assert_string_equal(fp_model_get_text(figure(view, "cores, on average"), "exact"),
                        "202,020 \xC2\xB5s in 86,400 s");
    assert_true(json_is_null(json_object_get(view, "event_note")));
    json_decref(view);
}

static void cores_are_of_the_time_covered(void **state)
{
    struct fixture f;
    json_t *view;

    (void)state;
    fixture_partial(&f);
    assert_int_equal(fp_window_make(1795132800, 1795132801, NULL, &f.window, NULL), 0);
    f.facts.failed_count = 0;
    view = view_of(make_summary(&f.facts));
    assert_string_equal(fp_model_get_text(figure(view, "cores, while covered"), "value"), "0.202");
    json_decref(view);
    fixture_release(&f);
    /* half of two seconds are missing: the same cores */
    fixture_partial(&f);
    assert_int_equal(fp_window_make(1795132800, 1795132802, NULL, &f.window, NULL), 0);
    f.parts[0].start = 1795132800;
    f.parts[0].end = 1795132801;
    f.facts.failed_count = 1;
    view = view_of(make_summary(&f.facts));
    assert_string_equal(fp_model_get_text(figure(view, "cores, while covered"), "value"), "0.202");
    assert_says(view, "completeness_text", "50.0\u00a0% of the window");
    json_decref(view);
    fixture_release(&f);
}

static void off_cpu_has_no_cores(void **state)
{
    struct fixture f;
    json_t *view;

    (void)state;
    fixture_plain(&f);
    f.facts.event_type = "off-cpu";
    f.facts.event = fp_event_find("off-cpu");
    view = view_of(make_summary(&f.facts));
    assert_null(figure(view, "cores, on average"));
    assert_null(figure(view, "samples"));
    json_decref(view);
    fixture_release(&f);
}

/* A gauge is no amount over time, whatever its unit; a type that nobody knows adds up, and the page says
 * both. */
static void event_types_are_explained(void **state)
{
    struct fixture f;
    json_t *view;

    (void)state;
    fixture_plain(&f);
    f.facts.event_type = "mem-inuse";
    f.facts.event = fp_event_find("mem-inuse");
    view = view_of(make_summary(&f.facts));
    assert_non_null(figure(view, "Memory in use, last value in the window"));
    assert_null(figure(view, "cores, on average"));
    assert_says(view, "event_note", "last value in the window");
    json_decref(view);
    f.facts.event_type = "on-lunch";
    f.facts.event = fp_event_find("on-lunch");
    view = view_of(make_summary(&f.facts));
    assert_string_equal(fp_model_get_text(figure(view, "total"), "value"), "202,020 units");
    assert_null(figure(view, "cores, on average"));
    assert_says(view, "event_note", "not in flamepress");
    assert_says(view, "event_note", "plain units that add up");
    json_decref(view);
    fixture_release(&f);
}

static void says_how_complete_it_is(void **state)
{
    struct fixture f;
    json_t *view;

    (void)state;
    fixture_plain(&f);
    view = view_of(make_summary(&f.facts));
    assert_string_equal(fp_model_get_text(view, "completeness_head"), "Proved complete");
    assert_says(view, "completeness_text",
                ": 202\u00a0ms of CPU is below what 1,000,000 rows hold at the least (2.81\u00a0h)");
    json_decref(view);
    f.facts.replies = 24;
    view = view_of(make_summary(&f.facts));
    assert_says(view, "completeness_text", ": each of the 24 replies is below");
    json_decref(view);
    f.facts.completeness = FP_COMPLETE_UNPROVED;
    view = view_of(make_summary(&f.facts));
    assert_string_equal(fp_model_get_text(view, "completeness_head"), "Unproved");
    assert_says(view, "completeness_text", "1,000,000 rows");
    assert_says(view, "completeness_text", "step");
    json_decref(view);
    f.facts.row_limit = 0;
    view = view_of(make_summary(&f.facts));
    assert_says(view, "completeness_text", "a saved reply does not say");
    json_decref(view);
    f.facts.completeness = FP_COMPLETE_PROVED;
    f.facts.row_limit = INT64_MAX; /* times a sample's worth: more than a number can hold */
    f.facts.replies = 1;
    view = view_of(make_summary(&f.facts));
    assert_says(view, "completeness_text", "rows hold at the least, so");
    json_decref(view);
    fixture_release(&f);
}

static void the_four_outcomes_differ(void **state)
{
    json_t *ok = view_of(summary_of(fixture_plain)), *empty = view_of(summary_of(fixture_empty));
    json_t *partial = view_of(summary_of(fixture_partial)), *failed = view_of(summary_of(fixture_failed));

    (void)state;
    assert_true(json_is_true(json_object_get(ok, "has_figures")));
    assert_true(json_is_true(json_object_get(ok, "has_graph")));
    assert_true(json_is_false(json_object_get(ok, "has_failed_parts")));

    /* an empty window is not a zero */
    assert_true(json_is_true(json_object_get(empty, "is_empty")));
    assert_true(json_is_false(json_object_get(empty, "has_figures")));
    assert_true(json_is_false(json_object_get(empty, "has_graph")));
    assert_true(json_is_true(json_object_get(empty, "has_checks")));
    assert_true(json_is_null(json_object_get(empty, "completeness_text")));

    assert_true(json_is_true(json_object_get(partial, "has_figures")));
    assert_true(json_is_true(json_object_get(partial, "has_failed_parts")));
    assert_string_equal(fp_model_get_text(partial, "completeness_head"), "Partial");
    assert_says(partial, "completeness_text", "91.7\u00a0%");
    assert_says(partial, "failed_parts_text", "2 parts of the window could not be had: 8.33\u00a0% of its time");
    assert_says(partial, "again", "--since @1795132800 --until @1795219200 --only checkout-api");

    assert_true(json_is_true(json_object_get(failed, "is_failed")));
    assert_true(json_is_false(json_object_get(failed, "has_figures")));
    assert_true(json_is_false(json_object_get(failed, "has_kinds")));
    assert_true(json_is_false(json_object_get(failed, "has_functions")));
    assert_says(failed, "failure", "connection refused");
    json_decref(ok);
    json_decref(empty);
    json_decref(partial);
    json_decref(failed);
}

static void files_give_a_page_too(void **state)
{
    struct fixture f;
    json_t *view;

    (void)state;
    fixture_empty(&f);
    f.facts.window = NULL;
    view = view_of(make_summary(&f.facts));
    assert_says(view, "when", "not known");
    assert_true(json_is_false(json_object_get(view, "has_checks")));
    assert_true(json_is_null(json_object_get(view, "again")));
    json_decref(view);
    f.facts.language = f.facts.event_type = "";
    view = view_of(make_summary(&f.facts));
    for (size_t i = 0; i < json_array_size(json_object_get(view, "query")); i++) {
        const char *key = fp_model_get_text(json_array_get(json_object_get(view, "query"), i), "key");

        assert_true(strcmp(key, "language") != 0 && strcmp(key, "event") != 0); /* no row without a value */
    }
    json_decref(view);
    fixture_release(&f);
}

static void hidden_things_are_said(void **state)
{
    struct fixture f;
    json_t *view;

    (void)state;
    fixture_plain(&f);
    view = view_of(make_summary(&f.facts));
    assert_says(view, "hidden_text", "Every frame is drawn.");
    json_decref(view);
    f.facts.picture.narrow_nodes = 1234;
    f.facts.picture.narrow_value = SAMPLE;
    f.facts.picture.deep_nodes = 1;
    f.facts.picture.deep_value = 2 * SAMPLE;
    view = view_of(make_summary(&f.facts));
    assert_says(view, "hidden_text", "1,234 frames narrower than 0.1 px (their stacks are 5.00\u00a0% of the total)");
    assert_says(view, "hidden_text", "1 frame beyond the last row (10.0\u00a0% of the total");
    json_decref(view);
    fixture_release(&f);
}

static void notes_name_what_was_mended(void **state)
{
    struct fp_str text;
    json_t *view = view_of(summary_of(fixture_hostile));

    (void)state;
    text = dump(json_object_get(view, "notes"));
    assert_non_null(strstr(text.data, "3 names were mended"));
    assert_non_null(strstr(text.data, "2 nodes each had a total"));
    assert_says(view, "event_note", "not in flamepress");
    fp_str_release(&text);
    json_decref(view);
}

/* ---- tables ---- */

static void join(const json_t *pieces, struct fp_str *to)
{
    fp_str_clear(to);
    for (size_t i = 0; i < json_array_size(pieces); i++)
        fp_str_append(to, json_string_value(json_array_get(pieces, i)),
                      json_string_length(json_array_get(pieces, i)));
}

static void tables_are_largest_first(void **state)
{
    json_t *view = view_of(summary_of(fixture_plain));
    const json_t *by_self = json_object_get(view, "by_self"), *by_total = json_object_get(view, "by_total");
    const json_t *first = json_array_get(json_object_get(by_self, "rows"), 0);
    struct fp_str name;

    (void)state;
    fp_str_init(&name, FP_LIMIT_TEXT);
    join(json_object_get(first, "pieces"), &name);
    assert_string_equal(name.data, "[unknown] 0x0000000003932388");
    assert_string_equal(fp_model_get_text(first, "value"), "101\u00a0ms");
    assert_string_equal(fp_model_get_text(first, "share"), "50.0\u00a0%");
    assert_string_equal(fp_model_get_text(first, "bar"), "100.00");
    assert_string_equal(fp_model_get_text(first, "kind"), "no symbol");
    /* fib and page_fault have 25 % each: by name; what has no self value is not in this table, but said */
    assert_int_equal(json_array_size(json_object_get(by_self, "rows")), 3);
    assert_says(by_self, "beyond", "Nothing was measured in the others");
    join(json_object_get(json_array_get(json_object_get(by_self, "rows"), 1), "pieces"), &name);
    assert_string_equal(name.data, "page_fault");
    assert_string_equal(fp_model_get_text(json_array_get(json_object_get(by_self, "rows"), 1), "bar"),
                        "50.00");
    /* threads have a table of their own */
    assert_int_equal(json_array_size(json_object_get(by_total, "rows")), 5);
    assert_int_equal(json_array_size(json_object_get(json_object_get(view, "threads"), "rows")), 2);
    fp_str_release(&name);
    json_decref(view);
}

/* What the first screen says before any table. */
static void the_page_begins_with_what_leads(void **state)
{
    json_t *view = view_of(summary_of(fixture_plain));
    const json_t *leads = json_object_get(view, "leads"), *first = json_array_get(leads, 0);
    struct fp_builder builder;
    struct fixture f;
    struct fp_str name;

    (void)state;
    fp_str_init(&name, FP_LIMIT_TEXT);
    assert_string_equal(fp_model_get_text(view, "leads_head"), "Top functions by self: shares of 202\u00a0ms");
    assert_int_equal(json_array_size(leads), 3);
    join(json_object_get(first, "pieces"), &name);
    assert_string_equal(name.data, "[unknown] 0x0000000003932388");
    assert_string_equal(fp_model_get_text(first, "share"), "50.0\u00a0%");
    json_decref(view);
    /* a host ends with its processes */
    begin_tree(&builder, "Total", FP_KIND_HOST);
    add_folded(&builder, "[p] nginx", 3);
    add_folded(&builder, "[p] java", 5);
    fixture_init(&f, &builder);
    view = view_of(make_summary(&f.facts));
    assert_says(view, "leads_head", "Top processes: shares of");
    first = json_array_get(json_object_get(view, "leads"), 0);
    join(json_object_get(first, "pieces"), &name);
    assert_string_equal(name.data, "java");
    assert_string_equal(fp_model_get_text(first, "share"), "62.5\u00a0%");
    json_decref(view);
    fixture_release(&f);
    fp_str_release(&name);
    view = view_of(summary_of(fixture_empty));
    assert_true(json_is_false(json_object_get(view, "has_leads")));
    json_decref(view);
}

static void long_tables_fold(void **state)
{
    struct fp_builder builder;
    struct fixture f;
    json_t *view;
    const json_t *table;
    char name[32];

    (void)state;
    begin_tree(&builder, "s", FP_KIND_PROCESS);
    for (int i = 0; i < 150; i++) {
        snprintf(name, sizeof name, "f%03d", i);
        add_folded(&builder, name, 1 + i);
    }
    fixture_init(&f, &builder);
    view = view_of(make_summary(&f.facts));
    table = json_object_get(view, "by_self");
    assert_int_equal(json_array_size(json_object_get(table, "rows")), FP_TABLES_SHOWN);
    assert_int_equal(json_array_size(json_object_get(json_object_get(table, "more"), "rows")),
                     FP_LIMIT_TOP_FUNCTIONS - FP_TABLES_SHOWN);
    assert_says(table, "beyond", "first 100 of 150 functions");
    json_decref(view);
    fixture_release(&f);
}

static void kinds_fill_the_bar(void **state)
{
    json_t *view = view_of(summary_of(fixture_plain));
    const json_t *rows = json_object_get(view, "kind_rows");
    double end = 0;

    (void)state;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);

        assert_true(strtod(fp_model_get_text(row, "x"), NULL) == end);
        end += strtod(fp_model_get_text(row, "bar"), NULL);
        assert_int_equal(strlen(fp_model_get_text(row, "hex")), 7);
    }
    assert_true(end == 100);
    json_decref(view);
}

static void names_break_and_come_back_whole(void **state)
{
    struct fp_str name;

    (void)state;
    fp_str_init(&name, FP_LIMIT_TEXT);
    for (int n = 0; n < HOSTILE_COUNT; n++) {
        struct fp_model model = FP_MODEL_INIT;
        json_t *row = json_object();

        fp_words_put_name(&model, row, "pieces", "cut", hostile_names[n]);
        assert_false(model.failed);
        join(json_object_get(row, "pieces"), &name);
        if (!strncmp(name.data, "line", 4)) {
            assert_string_equal(name.data, "line\u240abreak\u2409tab\u240d");
        } else if (fp_slice_is(hostile_names[n], " ")) {
            assert_string_equal(name.data, "(blank)");
        } else if (hostile_names[n].len) {
            assert_int_equal(name.len, hostile_names[n].len);
            assert_memory_equal(name.data, hostile_names[n].data, name.len);
        } else {
            assert_string_equal(name.data, "(no name)");
        }
        assert_true(json_is_null(json_object_get(row, "cut")));
        json_decref(row);
    }
    fp_str_release(&name);
}

static void blank_names_are_seen(void **state)
{
    struct fp_model model = FP_MODEL_INIT;
    json_t *row = json_object();
    struct fp_str name;

    (void)state;
    fp_str_init(&name, FP_LIMIT_TEXT);
    fp_words_put_name(&model, row, "pieces", NULL, fp_slice_of("  "));
    join(json_object_get(row, "pieces"), &name);
    assert_string_equal(name.data, "(blank)");
    fp_words_put_name(&model, row, "pieces", NULL, fp_slice_of(" a "));
    join(json_object_get(row, "pieces"), &name);
    assert_string_equal(name.data, " a ");
    fp_str_release(&name);
    json_decref(row);
}

static void names_break_where_they_part(void **state)
{
    static const char *const expected[] = { "java.",   "util.", "Map", "<std::", "string,",
                                            " int>::", "get",   "(a/", "b)" };
    struct fp_model model = FP_MODEL_INIT;
    json_t *row = json_object();
    const json_t *pieces;

    (void)state;
    fp_words_put_name(&model, row, "pieces", NULL, fp_slice_of("java.util.Map<std::string, int>::get(a/b)"));
    pieces = json_object_get(row, "pieces");
    assert_int_equal(json_array_size(pieces), sizeof expected / sizeof *expected);
    for (size_t i = 0; i < json_array_size(pieces); i++)
        assert_string_equal(json_string_value(json_array_get(pieces, i)), expected[i]);
    json_decref(row);
}

static void long_names_lose_their_middle(void **state)
{
    struct fp_str name, joined;

    (void)state;
    fp_str_init(&name, FP_LIMIT_TEXT);
    fp_str_init(&joined, FP_LIMIT_TEXT);
    for (size_t shift = 0; shift < 3; shift++) { /* each cut once within a character */
        struct fp_model model = FP_MODEL_INIT;
        json_t *row = json_object();

        fp_str_clear(&name);
        for (size_t i = 0; i < shift; i++)
            fp_str_putc(&name, 'a');
        while (name.len < 3000)
            fp_str_puts(&name, "\xE6\xB7\xB1");
        fp_str_puts(&name, "::method");
        fp_words_put_name(&model, row, "pieces", "cut", fp_str_slice(&name));
        assert_false(model.failed);
        join(json_object_get(row, "pieces"), &joined);
        assert_true(joined.len <= FP_WORDS_NAME_MAX);
        assert_null(strstr(joined.data, "\xEF\xBF\xBD"));
        assert_string_equal(joined.data + joined.len - 8, "::method");
        assert_says(row, "cut", "3,0");
        json_decref(row);
    }
    fp_str_release(&name);
    fp_str_release(&joined);
}

static void commands_can_be_pasted(void **state)
{
    static const struct {
        const char *name, *only;
    } names[] = {
        { "order-service.jar", " --only order-service.jar" },
        { "a b", " --only 'a b'" },
        { "x;rm -rf", " --only 'x;rm -rf'" },
        { "$(id)`", " --only '$(id)`'" },
        { "-c", " --only '-c'" },
        { "it's ''", " --only 'it'\\''s '\\'''\\'''" },
        { "s\\@x@y*", " --only 's\\@x@y*'" },
        { "\xE6\xB7\xB1", " --only '\xE6\xB7\xB1'" },
        { "", "" },
        { "a\nb", "" },
        { "\x1b[2J", "" },
        { "\x7f", "" },
        { "\xC2\x9B"
          "2J",
          "" },
    };
    struct fp_model model = FP_MODEL_INIT;
    json_t *row = json_object();

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char expected[200];

        snprintf(expected, sizeof expected, "flamepress run -c FILE --since @1 --until @2%s", names[i].only);
        fp_words_put_again(&model, row, "again", 1, 2, names[i].name);
        assert_string_equal(fp_model_get_text(row, "again"), expected);
    }
    json_decref(row);
}

/* Whatever stands in a summary.json that somebody edited, a page comes out. */
static void broken_summaries_give_pages(void **state)
{
    static const char *const texts[] = {
        "{}",
        "{\"outcome\": 5, \"window\": [], \"functions\": {\"a\": 1}, \"kinds\": \"x\", \"failed_parts\": 7}",
        "{\"outcome\": \"ok\", \"total\": -5, \"functions\": [1, null, {}, {\"self\": 9223372036854775807}], "
        "\"kinds\": [{\"self\": 9223372036854775807}, {\"self\": 9223372036854775807, \"kind\": \"nope\"}], "
        "\"covered\": 7, \"functions_count\": -1, \"threads\": [[]], \"picture\": {\"width\": -1}, "
        "\"files\": {\"svg\": \"x\"}}",
        "{\"outcome\": \"partial\", \"window\": {\"start\": 9, \"end\": 1, \"timezone\": \"No/Where\"}, "
        "\"failed_parts\": [{}, 3]}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *summary = json_loads(texts[i], 0, NULL);

        assert_non_null(summary);
        json_decref(view_of(summary));
    }
}

static void runs_out_of_memory(void **state)
{
    json_t *summary = summary_of(fixture_partial);
    int rc = FP_ENOMEM;
    size_t at;

    (void)state;
    for (at = 1; rc != FP_OK; at++) {
        json_t *view = NULL;

        scarce_memory(at);
        rc = fp_view_report(summary, NULL, &view, NULL);
        scarce_memory(0);
        assert_true(rc == FP_OK ? view != NULL : rc == FP_ENOMEM && !view);
        json_decref(view);
    }
    assert_true(at > 200);
    json_decref(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_come_from_the_data),
        cmocka_unit_test(cores_are_of_the_time_covered),
        cmocka_unit_test(off_cpu_has_no_cores),
        cmocka_unit_test(event_types_are_explained),
        cmocka_unit_test(says_how_complete_it_is),
        cmocka_unit_test(the_four_outcomes_differ),
        cmocka_unit_test(files_give_a_page_too),
        cmocka_unit_test(hidden_things_are_said),
        cmocka_unit_test(notes_name_what_was_mended),
        cmocka_unit_test(tables_are_largest_first),
        cmocka_unit_test(the_page_begins_with_what_leads),
        cmocka_unit_test(long_tables_fold),
        cmocka_unit_test(kinds_fill_the_bar),
        cmocka_unit_test(names_break_and_come_back_whole),
        cmocka_unit_test(blank_names_are_seen),
        cmocka_unit_test(names_break_where_they_part),
        cmocka_unit_test(long_names_lose_their_middle),
        cmocka_unit_test(commands_can_be_pasted),
        cmocka_unit_test(broken_summaries_give_pages),
        cmocka_unit_test(runs_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
