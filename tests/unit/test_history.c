/* report/history, report/leading: what stands behind a trend, and what is missing in it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "report/history.h"
#include "report/leading.h"
#include "report/model.h"

#define DAY 86400

static json_t *night(const char *path, int64_t start, int64_t length, const char *entries)
{
    json_t *services = json_loads(entries, 0, NULL);

    assert_non_null(services);
    return json_pack("{s:s, s:{s:I, s:I, s:s, s:s}, s:s, s:o}", "path", path, "window", "start", (json_int_t)start, "end",
                     (json_int_t)(start + length), "label", path, "timezone", "UTC", "outcome", "ok", "services", services);
}

static void add(struct fp_history *history, const char *path, int64_t start, int64_t length, const char *entries)
{
    json_t *json = night(path, start, length, entries);

    assert_int_equal(fp_history_add(history, json, NULL), 0);
    json_decref(json);
}

#define ENTRY(path, outcome, total, cores)                                                                              \
    "{\"path\": \"" path "\", \"outcome\": \"" outcome "\", \"total\": " #total ", \"cores\": " #cores                 \
    ", \"unit\": \"microseconds\"}"

/* "value outcome|…", oldest first. */
static const char *trend_text(const struct fp_history *history, uint32_t series, uint32_t from, size_t most, int64_t *period)
{
    static char text[1000];
    struct fp_trend trend;
    size_t used = 0;

    assert_int_equal(fp_history_trend(history, series, from, most, &trend, NULL), 0);
    text[0] = '\0';
    for (size_t i = 0; i < trend.count; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%g %s", i ? "|" : "",
                                 trend.items[i].present ? trend.items[i].value : -1, trend.items[i].outcome);
    *period = trend.period;
    fp_trend_release(&trend);
    return text;
}

static void a_trend_has_what_there_was(void **state)
{
    struct fp_history history;
    int64_t period;

    (void)state;
    fp_history_init(&history);
    add(&history, "5", 5 * DAY, DAY, "[" ENTRY("a/x", "ok", 50, 0.5) "]");
    add(&history, "4", 4 * DAY, DAY, "[" ENTRY("a/x", "empty", 0, null) "]");
    add(&history, "3", 3 * DAY, DAY, "[" ENTRY("b/x", "ok", 3, null) "]");
    add(&history, "2", 2 * DAY, DAY, "[" ENTRY("a/x", "failed", 7, 7) "," ENTRY("b/x", "ok", 2, null) "]");
    add(&history, "1", DAY, DAY, "[" ENTRY("a/x", "partial", 10, 0.1) "]");
    assert_string_equal(trend_text(&history, 0, 0, 100, &period), "0.1 partial|-1 failed|-1 missing|-1 empty|0.5 ok");
    assert_int_equal(period, DAY);
    assert_string_equal(trend_text(&history, 0, 0, 2, &period), "-1 empty|0.5 ok");
    assert_string_equal(trend_text(&history, 0, 3, 100, &period), "0.1 partial|-1 failed");
    assert_string_equal(trend_text(&history, 1, 0, 100, &period), "-1 missing|2 ok|3 ok|-1 missing|-1 missing");
    fp_history_release(&history);
}

static void windows_that_differ_are_apart(void **state)
{
    struct fp_history history;
    int64_t period;

    (void)state;
    fp_history_init(&history);
    add(&history, "4", 4 * DAY, DAY, "[" ENTRY("a/x", "ok", 4, null) "]");
    add(&history, "3h", 3 * DAY + 3600, 3600, "[" ENTRY("a/x", "ok", 100, null) "]");
    add(&history, "3", 3 * DAY, DAY - 3600, "[" ENTRY("a/x", "ok", 3, null) "]"); /* clocks change */
    add(&history, "w", -3 * DAY, 7 * DAY, "[" ENTRY("a/x", "ok", 700, null) "]");
    assert_string_equal(trend_text(&history, 0, 0, 100, &period), "3 ok|4 ok");
    assert_string_equal(trend_text(&history, 0, 1, 100, &period), "100 ok");
    assert_int_equal(period, 0);
    assert_string_equal(trend_text(&history, 0, 3, 100, &period), "700 ok");
    assert_true(fp_history_is_alike(&history, 0, 2));
    assert_false(fp_history_is_alike(&history, 0, 1));
    assert_true(fp_history_is_shown(&history, 0, 2));
    assert_false(fp_history_is_shown(&history, 2, 0));
    assert_false(fp_history_is_shown(&history, 0, 3));
    fp_history_release(&history);
}

/* Nine hours each day, a day each week: nothing is missing between them. Every second day of days that follow: much is. */
static void the_period_is_the_usual_distance(void **state)
{
    struct fp_history history;
    int64_t period;
    char name[20];

    (void)state;
    fp_history_init(&history);
    for (int i = 20; i > 0; i--) {
        snprintf(name, sizeof name, "%d", i);
        add(&history, name, i * DAY, 9 * 3600, "[" ENTRY("a/x", "ok", 1, null) "]");
    }
    trend_text(&history, 0, 0, 100, &period);
    assert_int_equal(period, DAY);
    fp_history_release(&history);

    fp_history_init(&history);
    for (int i = 3; i > 0; i--) {
        snprintf(name, sizeof name, "%d", i);
        add(&history, name, 7 * i * DAY, DAY, "[" ENTRY("a/x", "ok", 1, null) "]");
    }
    trend_text(&history, 0, 0, 100, &period);
    assert_int_equal(period, 7 * DAY);
    fp_history_release(&history);

    fp_history_init(&history);
    for (int i = 9; i > 0; i -= 2) {
        snprintf(name, sizeof name, "%d", i);
        add(&history, name, i * DAY, DAY, "[" ENTRY("a/x", "ok", 1, null) "]");
    }
    trend_text(&history, 0, 0, 100, &period);
    assert_int_equal(period, DAY);
    fp_history_release(&history);
}

static void a_page_shows_fourteen_nights(void **state)
{
    struct fp_history history;
    char name[20];

    (void)state;
    fp_history_init(&history);
    for (int i = 20; i > 0; i--) {
        snprintf(name, sizeof name, "%d", i);
        add(&history, name, i * DAY, DAY, "[]");
    }
    assert_true(fp_history_is_shown(&history, 0, 13));
    assert_false(fp_history_is_shown(&history, 0, 14));
    assert_true(fp_history_is_shown(&history, 3, 16));
    fp_history_release(&history);
}

static void odd_nights_are_passed_over(void **state)
{
    struct fp_history history;
    int64_t period;

    (void)state;
    fp_history_init(&history);
    add(&history, "1", INT64_MIN, 0, "[7, null, {}, " ENTRY("../x", "ok", 1, 1) "," ENTRY("a", "ok", 1, 1) ","
                                     ENTRY("a/b/c", "ok", 1, 1) "," ENTRY("a/.x", "ok", 1, 1) "," ENTRY("a b/x", "ok", 1, 1)
                                     "," ENTRY("a/x", "?", 1, 1) "]");
    add(&history, "2", INT64_MAX - 5, 5, "[]");
    assert_int_equal(history.series_count, 1);
    assert_string_equal(trend_text(&history, 0, 0, 10, &period), "");
    fp_history_release(&history);
    assert_true(fp_history_is_report_path("checkout-api/on-cpu"));
    assert_true(fp_history_is_report_path("a%2Fb/on-cpu"));
    assert_false(fp_history_is_report_path(""));
    assert_false(fp_history_is_report_path("/x"));
    assert_false(fp_history_is_report_path("a/"));
    assert_false(fp_history_is_report_path("a/\"x"));
}

static void the_newest_nights_are_kept(void **state)
{
    struct fp_history history;
    char name[20];

    (void)state;
    fp_history_init(&history);
    for (int i = 1000; i > 0; i--) {
        snprintf(name, sizeof name, "%d", i);
        add(&history, name, i * DAY, DAY, "[]");
    }
    assert_int_equal(history.night_count, FP_LIMIT_HISTORY_NIGHTS);
    assert_string_equal(history.nights[0].path, "1000");
    assert_true(history.full);
    fp_history_release(&history);
}

static void entries_are_given_their_trend(void **state)
{
    json_t *newest = night("2", 2 * DAY, DAY, "[" ENTRY("a/x", "ok", 4, 0.5) "," ENTRY("b/x", "ok", 1, null) "]");
    const json_t *entry, *trend;
    struct fp_history history;
    char *text;

    (void)state;
    fp_history_init(&history);
    assert_int_equal(fp_history_add(&history, newest, NULL), 0);
    add(&history, "1", DAY, DAY, "[" ENTRY("a/x", "ok", 2, 0.25) "]");
    assert_int_equal(fp_history_annotate(&history, newest, NULL), 0);
    entry = json_array_get(json_object_get(newest, "services"), 0);
    trend = json_object_get(entry, "trend");
    text = json_dumps(trend, JSON_COMPACT);
    assert_string_equal(text, "{\"period\":86400,\"cores\":true,\"points\":[[86400,0.25],[172800,0.5]]}");
    free(text);
    assert_null(json_object_get(json_array_get(json_object_get(newest, "services"), 1), "trend"));
    fp_history_release(&history);
    json_decref(newest);
}

/* ---- functions ---- */

static void set(struct fp_leading *leading, size_t window, const char *summary)
{
    json_t *json = json_loads(summary, JSON_ALLOW_NUL, NULL);

    assert_non_null(json);
    assert_int_equal(fp_leading_set(leading, window, json, NULL), 0);
    json_decref(json);
}

static char *made(const struct fp_leading *leading, size_t most)
{
    json_t *functions;
    char *text;

    assert_int_equal(fp_leading_make(leading, most, &functions, NULL), 0);
    text = json_dumps(functions, JSON_COMPACT);
    json_decref(functions);
    return text;
}

static void functions_that_led_have_exact_shares(void **state)
{
    struct fp_leading leading;
    char *text;

    (void)state;
    assert_int_equal(fp_leading_init(&leading, 3, NULL), 0);
    set(&leading, 0,
        "{\"total\": 100, \"functions_count\": 5, \"functions\": ["
        "{\"name\": \"a\", \"kind\": \"application\", \"self\": 50}, {\"name\": \"b\", \"self\": 25},"
        "{\"name\": \"[t] worker\", \"kind\": \"thread\", \"self\": 90},"
        "{\"name\": \"[unknown] 0x00007f1122334455\", \"self\": 5}, {\"name\": \"[unknown] 0x00007f1122334466\", \"self\": 7.5}]}");
    /* cut: what is not in the list is not known */
    set(&leading, 2, "{\"total\": 10, \"functions_count\": 9, \"functions\": [{\"name\": \"c\", \"self\": 10}]}");
    text = made(&leading, 8);
    assert_string_equal(text, "[{\"name\":\"c\",\"shares\":[0.0,null,1.0]},{\"name\":\"a\",\"shares\":[0.5,null,null]},"
                              "{\"name\":\"b\",\"shares\":[0.25,null,null]},{\"name\":\"[unknown]\",\"shares\":[0.125,null,null]}]");
    free(text);
    text = made(&leading, 1);
    assert_string_equal(text, "[{\"name\":\"c\",\"shares\":[0.0,null,1.0]}]");
    free(text);
    fp_leading_release(&leading);
}

static void only_the_first_three_of_a_window_lead(void **state)
{
    struct fp_leading leading;
    char *text;

    (void)state;
    assert_int_equal(fp_leading_init(&leading, 1, NULL), 0);
    set(&leading, 0,
        "{\"total\": 8, \"functions_count\": 5, \"functions\": [{\"name\": \"e\", \"self\": 1}, {\"name\": \"d\", \"self\": 2},"
        "{\"name\": \"c\", \"self\": 2}, {\"name\": \"b\", \"self\": 2}, {\"name\": \"a\", \"self\": 2}]}");
    text = made(&leading, 8);
    assert_string_equal(text, "[{\"name\":\"a\",\"shares\":[0.25]},{\"name\":\"b\",\"shares\":[0.25]},{\"name\":\"c\",\"shares\":[0.25]}]");
    free(text);
    fp_leading_release(&leading);
}

static void odd_summaries_say_nothing(void **state)
{
    struct fp_leading leading;
    char *text;

    (void)state;
    assert_int_equal(fp_leading_init(&leading, 2, NULL), 0);
    set(&leading, 0, "{\"total\": 0, \"functions\": [{\"name\": \"a\", \"self\": 1}]}");
    set(&leading, 0, "{\"total\": 5, \"functions\": 7}");
    set(&leading, 9, "{\"total\": 5, \"functions\": []}");
    set(&leading, 1, "{\"total\": 1, \"functions\": [null, {\"name\": \"\", \"self\": 1}, {\"name\": \"z\\u0000z\", \"self\": 99}]}");
    text = made(&leading, 8);
    assert_string_equal(text, "[{\"name\":\"z\u2400z\",\"shares\":[null,1.0]}]");
    free(text);
    fp_leading_release(&leading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_trend_has_what_there_was),
        cmocka_unit_test(windows_that_differ_are_apart),
        cmocka_unit_test(the_period_is_the_usual_distance),
        cmocka_unit_test(a_page_shows_fourteen_nights),
        cmocka_unit_test(odd_nights_are_passed_over),
        cmocka_unit_test(the_newest_nights_are_kept),
        cmocka_unit_test(entries_are_given_their_trend),
        cmocka_unit_test(functions_that_led_have_exact_shares),
        cmocka_unit_test(only_the_first_three_of_a_window_lead),
        cmocka_unit_test(odd_summaries_say_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
