/* For the tests of windows: time zones, and what the C library says that a wall clock shows there (TZ, localtime_r). */
#ifndef FP_TEST_WINDOW_FIXTURE_H
#define FP_TEST_WINDOW_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "plan/window.h"

#define ZONEINFO "/usr/share/zoneinfo/"

/* An instant written as "2026-11-20 01:00:00", in UTC, by other means than ours. */
static inline int64_t utc(const char *text)
{
    struct tm tm = { 0 };
    const char *end = strptime(text, "%Y-%m-%d %H:%M:%S", &tm);

    assert_true(end && !*end);
    return timegm(&tm);
}

static inline struct fp_zone *open_zone(const char *name)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_zone *zone;
    char path[100];
    FILE *file;

    snprintf(path, sizeof path, ZONEINFO "%s", name);
    file = fopen(path, "r");
    if (!file) {
        print_message("no %s: install tzdata\n", path);
        return NULL;
    }
    fclose(file);
    zone = fp_zone_new(name, &err);
    assert_non_null(zone);
    assert_string_equal(fp_zone_name(zone), name);
    setenv("TZ", name, 1);
    tzset();
    return zone;
}

static inline struct tm clock_at(int64_t time)
{
    time_t t = (time_t)time;
    struct tm tm;

    assert_non_null(localtime_r(&t, &tm));
    return tm;
}

static inline void assert_window(const struct fp_window *a, const struct fp_window *b)
{
    assert_int_equal(a->start, b->start);
    assert_int_equal(a->end, b->end);
    assert_int_equal(a->whole_day, b->whole_day);
    assert_string_equal(a->label, b->label);
    assert_string_equal(a->path, b->path);
}

static inline struct fp_window parse(const char *spec, const struct fp_zone *zone, int64_t now)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window window;

    if (fp_window_parse(spec, zone, now, &window, &err) < 0)
        fail_msg("%s", err.message);
    return window;
}

/* ---- a year of days ---- */

#endif
