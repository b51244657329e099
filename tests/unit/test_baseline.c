/* plan/baseline: what a text means, and which window that is, by hand and against the calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/lang.h"
#include "plan/baseline.h"

#define NOW INT64_C(1795177800) /* 2026-11-20 12:30 UTC */

static struct fp_zone *zone_of(const char *name)
{
    struct fp_zone *zone = fp_zone_new(name, NULL);

    if (!zone)
        skip();
    return zone;
}

static struct fp_window window_of(const char *spec, const struct fp_zone *zone)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window window = { 0 };

    if (fp_window_parse(spec, zone, NOW, &window, &err) < 0)
        fail_msg("%s", err.message);
    return window;
}

static void words(void **state)
{
    static const struct {
        const char *text;
        enum fp_baseline_kind kind;
    } good[] = {
        { "none", FP_BASELINE_NONE },
        { "previous", FP_BASELINE_PREVIOUS },
        { "previous_week", FP_BASELINE_PREVIOUS_WEEK },
        { "2026-11-20", FP_BASELINE_DAY },
        { "release-4.2", FP_BASELINE_LABEL },
        { "previous-week", FP_BASELINE_LABEL },
        { "Previous", FP_BASELINE_LABEL },
        { "20261120", FP_BASELINE_LABEL },
        { "_", FP_BASELINE_LABEL },
        { "0123456789012345678901234567890123456789012345678901234567890123", FP_BASELINE_LABEL },
    };
    static const char *const bad[] = {
        "",
        " ",
        ".",
        "..",
        ".x",
        "a/b",
        "../x",
        "last night",
        "2026-13-01",
        "2026-02-30",
        "2026-11-20-1",
        "2026-",
        "a\nb",
        "a%b",
        "é",
        "01234567890123456789012345678901234567890123456789012345678901234",
    };
    struct fp_baseline_spec spec;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(fp_baseline_parse(good[i].text, &spec, NULL), FP_OK);
        assert_int_equal(spec.kind, good[i].kind);
        assert_string_equal(spec.text, good[i].text);
        assert_int_equal(fp_baseline_is_label(good[i].text), good[i].kind == FP_BASELINE_LABEL);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fp_error err = FP_ERROR_INIT;

        if (fp_baseline_parse(bad[i], &spec, &err) != FP_EINVAL)
            fail_msg("\"%s\" was taken", bad[i]);
        assert_true(strncmp(err.message, "baseline \"", 10) == 0);
        assert_false(fp_baseline_is_label(bad[i]));
    }
}

/* The label of the window, or the reason why there is none. */
static void expect(const char *baseline, const char *spec, const struct fp_zone *zone, const char *expected)
{
    struct fp_baseline_lack lack = { .text = "" };
    struct fp_baseline_spec parsed;
    struct fp_window window = window_of(spec, zone), before = { 0 };
    int rc;

    assert_int_equal(fp_baseline_parse(baseline, &parsed, NULL), FP_OK);
    rc = fp_baseline_window(&parsed, &window, zone, &before, &lack);
    assert_true(rc == FP_OK || (rc == FP_ENOTFOUND && fp_lang_look_up(NULL, lack.key)));
    if (!strstr(rc == FP_OK ? before.label : lack.text, expected))
        fail_msg("%s of %s: %s, not %s", baseline, spec, rc == FP_OK ? before.label : lack.text, expected);
}

static void windows(void **state)
{
    struct fp_zone *zone = zone_of("Asia/Shanghai");

    (void)state;
    expect("previous", "yesterday", zone, "Wed 18 Nov 2026");
    expect("previous", "today", zone, "Thu 19 Nov 2026"); /* all of it: a morning is no evening */
    expect("previous", "last week", zone, "Mon 2 Nov 2026 to Sun 8 Nov 2026");
    expect("previous", "last month", zone, "September 2026");
    expect("previous", "2026-03-01T00:00/2026-04-01T00:00", zone, "February 2026");
    expect("previous", "2026-11-20T09:00/2026-11-20T15:00", zone, "Fri 20 Nov 2026, 03:00 to 09:00");
    expect("previous", "2026-11-20T00:00/2026-11-20T06:00", zone, "Thu 19 Nov 2026, 18:00 to 24:00");
    expect("previous", "1970-01-03", zone, "Fri 2 Jan 1970");
    expect("previous", "1970-01-02", zone, "before 1970"); /* the first began in 1969 there, in UTC */
    expect("previous", "1970-01-01T08:00/1970-01-01T09:00", zone, "before 1970");
    expect("previous_week", "yesterday", zone, "Thu 12 Nov 2026");
    expect("previous_week", "2026-11-20T09:00/2026-11-20T15:00", zone, "Fri 13 Nov 2026, 09:00 to 15:00");
    expect("previous_week", "last month", zone, "overlap itself");
    expect("2026-11-01", "yesterday", zone, "Sun 1 Nov 2026");
    expect("2026-11-01", "today", zone, "Sun 1 Nov 2026");
    expect("2026-11-30", "yesterday", zone, "Mon 30 Nov 2026");
    expect("2026-11-19", "yesterday", zone, "the day that others are compared with");
    expect("2026-11-01", "last week", zone, "this window is none");
    expect("none", "yesterday", zone, "none is asked for");
    expect("release-1", "yesterday", zone, "none is asked for");
    fp_zone_free(zone);
}

/* A day of 23 hours is a day; a week is seven days by the calendar. */
static void summer_time(void **state)
{
    struct fp_zone *zone = zone_of("Europe/Berlin");

    (void)state;
    expect("previous", "2026-03-30", zone, "Sun 29 Mar 2026 (23 hours)");
    expect("previous", "2026-03-29", zone, "Sat 28 Mar 2026");
    expect("previous_week", "2026-04-05", zone, "Sun 29 Mar 2026 (23 hours)");
    expect("previous_week", "2026-03-29", zone, "Sun 22 Mar 2026");
    expect("previous_week", "2026-03-31T09:00/2026-03-31T10:00", zone, "Tue 24 Mar 2026, 09:00 to 10:00");
    fp_zone_free(zone);
}

/* The zone had no 30 December 2011. */
static void a_day_that_was_none(void **state)
{
    struct fp_zone *zone = zone_of("Pacific/Apia");

    (void)state;
    expect("previous", "2011-12-31", zone, "Thu 29 Dec 2011");
    expect("2011-12-30", "2011-12-31", zone, "skipped");
    fp_zone_free(zone);
}

/* Each day's baseline ends where the day begins, whatever the zone does. */
static void every_day(void **state)
{
    static const char *const zones[] = { "UTC", "Europe/Berlin", "America/Havana", "Australia/Lord_Howe" };
    const struct fp_baseline_spec previous = { FP_BASELINE_PREVIOUS, 0, "previous" };
    struct fp_baseline_lack lack;

    (void)state;
    for (size_t z = 0; z < sizeof zones / sizeof *zones; z++) {
        struct fp_zone *zone = zone_of(zones[z]);
        struct fp_window day = window_of("2026-01-01", zone), next, back;

        for (int i = 0; i < 370; i++) {
            assert_int_equal(fp_baseline_window(&previous, &day, zone, &back, &lack), FP_OK);
            assert_true(back.whole_day);
            assert_int_equal(back.end, day.start);
            assert_int_equal(fp_window_make(back.start, back.end, zone, &next, NULL), FP_OK);
            day = next;
        }
        fp_zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words),       cmocka_unit_test(windows),
        cmocka_unit_test(summer_time), cmocka_unit_test(a_day_that_was_none),
        cmocka_unit_test(every_day),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
