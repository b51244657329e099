/* report/night, index: what the pages of nights say, before they are markup. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "report/index.h"
#include "report/night.h"
#include "report_fixture.h"

/* ---- nights ---- */

static json_t *entry_of(void (*make)(struct fixture *), const char *service, const char *path)
{
    struct fixture f;
    json_t *summary, *entry = NULL;

    make(&f);
    f.facts.service = service;
    summary = make_summary(&f.facts);
    assert_int_equal(fp_night_entry(summary, path, &entry, NULL), 0);
    json_decref(summary);
    fixture_release(&f);
    return entry;
}

static json_t *night_of(json_t *entries, int64_t start, int64_t length)
{
    struct fp_window window;
    json_t *night = NULL;

    assert_int_equal(fp_window_make(start, start + length, NULL, &window, NULL), 0);
    assert_int_equal(fp_night_make(&(struct fp_night_facts){ .window = &window, .source = "archive",
                                                             .generated = 1795222222, .entries = entries },
                                   &night, NULL),
                     0);
    json_decref(entries);
    return night;
}

static json_t *mixed_night(void)
{
    json_t *entries = json_array();

    json_array_append_new(entries, entry_of(fixture_plain, "a", "a/on-cpu"));
    json_array_append_new(entries, entry_of(fixture_partial, "a", "a/off-cpu"));
    json_array_append_new(entries, entry_of(fixture_empty, "b", "b%2Fc/on-cpu"));
    json_array_append_new(entries, entry_of(fixture_failed, "d", "d/on-cpu"));
    json_array_append_new(entries, entry_of(fixture_plain, "Total", "Total/on-cpu"));
    return night_of(entries, 1795132800, 86400);
}

static void night_counts_outcomes(void **state)
{
    json_t *night = mixed_night();
    const json_t *counts = json_object_get(night, "counts"), *services = json_object_get(night, "services");

    (void)state;
    assert_string_equal(fp_model_get_text(night, "path"), "2026/11/20");
    assert_string_equal(fp_model_get_text(night, "outcome"), "partial");
    assert_int_equal(fp_model_get_int(counts, "ok"), 2);
    assert_int_equal(fp_model_get_int(counts, "partial"), 1);
    assert_int_equal(fp_model_get_int(counts, "empty"), 1);
    assert_int_equal(fp_model_get_int(counts, "failed"), 1);
    assert_int_equal(fp_model_get_int(night, "requests"), 5);
    /* an empty or failed report has no numbers, not zeros */
    assert_true(json_is_null(json_object_get(json_array_get(services, 2), "cores")));
    assert_true(json_is_null(json_object_get(json_array_get(services, 3), "unknown_share")));
    assert_true(fp_model_get_real(json_array_get(services, 0), "unknown_share") == 0.5);
    assert_string_equal(fp_model_get_text(json_array_get(services, 1), "failure"),
                        "504: ask in <smaller> parts");
    json_decref(night);
}

static void night_outcome_follows_its_reports(void **state)
{
    static const struct {
        void (*makers[2])(struct fixture *);
        const char *outcome;
    } cases[] = {
        { { fixture_plain, fixture_plain }, "ok" },        { { fixture_plain, fixture_empty }, "ok" },
        { { fixture_empty, fixture_empty }, "empty" },     { { fixture_plain, fixture_failed }, "partial" },
        { { fixture_empty, fixture_failed }, "partial" },  { { fixture_failed, fixture_failed }, "failed" },
        { { fixture_partial, fixture_plain }, "partial" },
    };
    json_t *night = night_of(json_array(), 1795132800, 86400);

    (void)state;
    assert_string_equal(fp_model_get_text(night, "outcome"), "empty");
    json_decref(night);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        json_t *entries = json_array();

        for (int e = 0; e < 2; e++)
            json_array_append_new(entries, entry_of(cases[i].makers[e], "s", "s/on-cpu"));
        night = night_of(entries, 1795132800, 86400);
        assert_string_equal(fp_model_get_text(night, "outcome"), cases[i].outcome);
        json_decref(night);
    }
}

static void night_leads_with_what_failed(void **state)
{
    json_t *night = mixed_night(), *view = NULL;
    const json_t *trouble, *rows;

    (void)state;
    assert_int_equal(fp_night_view(night, NULL, "2026/11/20/", NULL, &view, NULL), 0);
    assert_string_equal(fp_model_get_text(view, "counts_lead"), "3 services and the host: 5 reports");
    trouble = json_object_get(view, "trouble");
    assert_int_equal(json_array_size(trouble), 2);
    assert_string_equal(fp_model_get_text(json_array_get(trouble, 0), "outcome"), "failed");
    assert_string_equal(fp_model_get_text(json_array_get(trouble, 0), "why"),
                        "connection refused: is the <server> up?");
    assert_string_equal(fp_model_get_text(json_array_get(trouble, 1), "outcome"), "partial");
    rows = json_object_get(json_object_get(view, "services_table"), "rows");
    assert_int_equal(json_array_size(rows), 4);
    assert_int_equal(json_array_size(json_object_get(json_object_get(view, "host_table"), "rows")), 1);
    /* a directory with a '%' in its name is escaped once more in a URL */
    assert_string_equal(fp_model_get_text(json_array_get(rows, 2), "href"),
                        "2026/11/20/b%252Fc/on-cpu/index.html");
    assert_string_equal(fp_model_get_text(json_array_get(rows, 2), "value"), "\xE2\x80\x93");
    assert_string_equal(fp_model_get_text(json_array_get(rows, 0), "unknown_text"), "50.0\u00a0%");
    json_decref(view);
    json_decref(night);
}

static const char *term(const json_t *view, const char *word)
{
    const json_t *terms = json_object_get(view, "terms");

    for (size_t i = 0; i < json_array_size(terms); i++)
        if (!strcmp(fp_model_get_text(json_array_get(terms, i), "term"), word))
            return fp_model_get_text(json_array_get(terms, i), "text");
    return NULL;
}

static void fixture_unproved(struct fixture *f)
{
    fixture_plain(f);
    f->facts.completeness = FP_COMPLETE_UNPROVED;
}

static void fixture_gauge(struct fixture *f)
{
    fixture_plain(f);
    f->facts.event_type = "mem-inuse";
    f->facts.event = fp_event_find("mem-inuse");
}

static void words_that_occur_are_explained(void **state)
{
    json_t *entries = json_array(), *night = mixed_night(), *view = NULL;

    (void)state;
    assert_int_equal(fp_night_view(night, NULL, "", NULL, &view, NULL), 0);
    assert_string_equal(fp_model_get_text(view, "trust_text"), "2 of 3 profiles are proved complete.");
    assert_non_null(term(view, "proved"));
    assert_null(term(view, "unproved"));
    assert_non_null(term(view, "partial"));
    assert_non_null(term(view, "empty"));
    assert_non_null(term(view, "failed"));
    assert_non_null(term(view, "cores"));
    assert_null(term(view, "last value"));
    json_decref(view);
    json_decref(night);

    json_array_append_new(entries, entry_of(fixture_unproved, "a", "a/on-cpu"));
    json_array_append_new(entries, entry_of(fixture_gauge, "a", "a/mem-inuse"));
    night = night_of(entries, 1795132800, 86400);
    assert_int_equal(fp_night_view(night, NULL, "", NULL, &view, NULL), 0);
    assert_string_equal(
        fp_model_get_text(view, "trust_text"),
        "1 of 2 profiles is proved complete. 1 is unproved: the server may have cut it, so the true "
        "total is at least the one shown.");
    assert_non_null(term(view, "unproved"));
    assert_null(term(view, "partial"));
    assert_null(term(view, "failed"));
    assert_non_null(strstr(term(view, "last value"), "last value in the window"));
    json_decref(view);
    json_decref(night);

    night = night_of(json_array(), 1795132800, 86400);
    assert_int_equal(fp_night_view(night, NULL, "", NULL, &view, NULL), 0);
    assert_true(json_is_false(json_object_get(view, "has_terms")));
    assert_true(json_is_null(json_object_get(view, "trust_text")));
    json_decref(view);
    json_decref(night);
}

/* A report of an earlier run is no longer one of the last: table, list and words say so. */
static void what_is_kept_is_marked(void **state)
{
    json_t *entries = json_array(), *pressed = entry_of(fixture_failed, "a", "a/on-cpu"), *night, *view = NULL;
    const json_t *kept, *rows;

    (void)state;
    json_array_append_new(entries, entry_of(fixture_plain, "a", "a/on-cpu"));
    json_array_append_new(entries, entry_of(fixture_empty, "b", "b/on-cpu"));
    assert_true(json_is_null(json_object_get(json_array_get(entries, 0), "kept")));
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(fp_night_entry_keep(json_array_get(entries, i), pressed, "failed", 1795222222, NULL), 0);
    json_decref(pressed);
    kept = json_object_get(json_array_get(entries, 0), "kept");
    assert_string_equal(fp_model_get_text(kept, "outcome"), "failed");
    assert_int_equal(fp_model_get_int(kept, "generated"), 1795222222);
    night = night_of(entries, 1795132800, 86400);
    assert_int_equal(fp_night_view(night, NULL, "", NULL, &view, NULL), 0);
    rows = json_object_get(json_object_get(view, "services_table"), "rows");
    assert_string_equal(fp_model_get_text(json_array_get(rows, 0), "complete_text"), "proved, kept");
    assert_string_equal(fp_model_get_text(json_array_get(rows, 1), "complete_text"), "\xE2\x80\x93, kept");
    assert_true(json_is_true(json_object_get(view, "has_kept")));
    assert_string_equal(fp_model_get_text(json_array_get(json_object_get(view, "kept"), 0), "why"),
                        "The run of 2026-11-21 00:50:22 UTC failed");
    assert_string_equal(fp_model_get_text(json_array_get(json_object_get(view, "kept"), 0), "message"),
                        "connection refused: is the <server> up?");
    assert_non_null(term(view, "kept"));
    json_decref(view);
    json_decref(night);
}

/* Cores of one table have the same decimals, so that the eye compares them. */
static void cores_line_up(void **state)
{
    json_t *entries = json_array(), *night, *view = NULL;
    const json_t *rows;

    (void)state;
    json_array_append_new(entries, entry_of(fixture_plain, "a", "a/on-cpu"));
    json_array_append_new(entries, entry_of(fixture_plain, "b", "b/on-cpu"));
    json_array_append_new(entries, entry_of(fixture_gauge, "b", "b/mem-inuse"));
    json_object_set_new(json_array_get(entries, 0), "cores", json_real(1.5));
    json_object_set_new(json_array_get(entries, 1), "cores", json_real(0.0666));
    night = night_of(entries, 1795132800, 86400);
    assert_int_equal(fp_night_view(night, NULL, "", NULL, &view, NULL), 0);
    rows = json_object_get(json_object_get(view, "services_table"), "rows");
    assert_string_equal(fp_model_get_text(json_array_get(rows, 0), "cores_text"), "1.50");
    assert_string_equal(fp_model_get_text(json_array_get(rows, 1), "cores_text"), "0.07");
    assert_string_equal(fp_model_get_text(json_array_get(rows, 2), "cores_text"), "\xE2\x80\x93");
    assert_true(json_is_true(json_object_get(json_array_get(rows, 2), "gauge")));
    json_decref(view);
    json_decref(night);
}

/* ---- the index ---- */

/* The cell of a day, counted from the first of the month. */
static const json_t *cell(const json_t *view, size_t month, const char *day)
{
    const json_t *weeks = json_object_get(json_array_get(json_object_get(view, "months"), month), "weeks");

    for (size_t w = 0; w < json_array_size(weeks); w++)
        for (size_t d = 0; d < 7; d++) {
            const json_t *found = json_array_get(json_object_get(json_array_get(weeks, w), "days"), d);

            if (!strcmp(fp_model_get_text(found, "day"), day))
                return found;
        }
    fail_msg("no day %s", day);
    return NULL;
}

static void calendar_marks_missing_days(void **state)
{
    static const int64_t back[] = { 0, 1, 3, 4, 22 }; /* 20, 19, 17, 16 November; 29 October */
    json_t *nights = json_array(), *view = NULL;

    (void)state;
    for (int i = 0; i < 4; i++)
        json_array_append_new(nights, night_of(json_array(), 1795132800 - 86400 * back[i], 86400));
    json_array_append_new(nights, night_of(json_array(), 1795132800 - 86400 * 4 + 3600, 7200));
    assert_int_equal(fp_index_view(nights, NULL, &view, NULL), 0);
    assert_string_equal(fp_model_get_text(json_array_get(json_object_get(view, "months"), 0), "month_label"),
                        "November 2026");
    assert_int_equal(json_array_size(json_object_get(cell(view, 0, "20"), "nights")), 1);
    assert_true(json_is_true(json_object_get(cell(view, 0, "18"), "missing")));
    assert_true(json_is_false(json_object_get(cell(view, 0, "15"), "missing"))); /* before the first */
    assert_true(json_is_false(json_object_get(cell(view, 0, "21"), "missing"))); /* after the last */
    assert_int_equal(json_array_size(json_object_get(cell(view, 0, "16"), "nights")), 2);
    assert_string_equal(
        fp_model_get_text(json_array_get(json_object_get(cell(view, 0, "16"), "nights"), 1), "word"),
        "01:00 empty");
    /* 1 November 2026 is a Sunday: six places of October before it */
    for (size_t d = 0; d < 7; d++) {
        const json_t *week =
            json_array_get(json_object_get(json_array_get(json_object_get(view, "months"), 0), "weeks"), 0);

        assert_string_equal(fp_model_get_text(json_array_get(json_object_get(week, "days"), d), "day"),
                            d == 6 ? "1" : "");
    }
    json_decref(view);
    /* one night more, three weeks before: no longer a daily site, so nothing is missing */
    json_array_append_new(nights, night_of(json_array(), 1795132800 - 86400 * back[4], 86400));
    assert_int_equal(fp_index_view(nights, NULL, &view, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(view, "months")), 2);
    assert_true(json_is_false(json_object_get(cell(view, 0, "18"), "missing")));
    json_decref(view);
    json_decref(nights);
}

static void calendar_survives_odd_paths(void **state)
{
    static const char *const paths[] = { "",           "2026",      "2026/13/01", "2026/02/29",
                                         "1969/12/31", "../../etc", "2026/11/2",  "20261120" };
    json_t *nights = json_array(), *view = NULL;

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        json_t *night = night_of(json_array(), 1795132800, 86400);

        json_object_set_new(night, "path", json_string(paths[i]));
        json_array_append_new(nights, night);
    }
    json_array_append_new(nights, json_null());
    assert_int_equal(fp_index_view(nights, NULL, &view, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(view, "months")), 0);
    json_decref(view);
    json_array_clear(nights);
    assert_int_equal(fp_index_view(nights, NULL, &view, NULL), 0);
    assert_true(json_is_false(json_object_get(view, "has_nights")));
    json_decref(view);
    json_decref(nights);
}

static void leap_years_have_a_29th(void **state)
{
    json_t *nights = json_array(), *view = NULL;

    (void)state;
    json_array_append_new(nights, night_of(json_array(), 1835395200, 86400)); /* 2028-02-29 */
    assert_int_equal(fp_index_view(nights, NULL, &view, NULL), 0);
    assert_int_equal(json_array_size(json_object_get(cell(view, 0, "29"), "nights")), 1);
    json_decref(view);
    json_decref(nights);
}

static void runs_out_of_memory(void **state)
{
    json_t *summary = summary_of(fixture_partial), *night = mixed_night(), *nights = json_array();
    size_t at;
    bool done;

    (void)state;
    json_array_append(nights, night);
    for (at = 1, done = false; !done; at++) {
        json_t *view[3] = { NULL };
        int rc[3];

        scarce_memory(at);
        rc[0] = fp_night_entry(summary, "x/y", &view[0], NULL);
        scarce_memory(at);
        rc[1] = fp_night_view(night, NULL, "", NULL, &view[1], NULL);
        scarce_memory(at);
        rc[2] = fp_index_view(nights, NULL, &view[2], NULL);
        scarce_memory(0);
        done = true;
        for (int i = 0; i < 3; i++) {
            assert_true(rc[i] == FP_OK ? view[i] != NULL : rc[i] == FP_ENOMEM && !view[i]);
            done &= rc[i] == FP_OK;
            json_decref(view[i]);
        }
    }
    assert_true(at > 200);
    json_decref(nights);
    json_decref(night);
    json_decref(summary);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(night_counts_outcomes),
        cmocka_unit_test(night_outcome_follows_its_reports),
        cmocka_unit_test(night_leads_with_what_failed),
        cmocka_unit_test(what_is_kept_is_marked),
        cmocka_unit_test(words_that_occur_are_explained),
        cmocka_unit_test(cores_line_up),
        cmocka_unit_test(calendar_marks_missing_days),
        cmocka_unit_test(calendar_survives_odd_paths),
        cmocka_unit_test(leap_years_have_a_29th),
        cmocka_unit_test(runs_out_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
