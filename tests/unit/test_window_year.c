/*
 * plan/window: the days, hours, weeks and months of a year, in zones with every sort of change. No second shared, none lost.
 */
#include "window_fixture.h"

static const struct year {
    const char *zone;
    int year;
    int changes;              /* days that are not 24 hours long */
    const char *first, *last; /* their labels, in the order of the year */
    const char *skipped;
} years[] = {
    { "UTC", 2026, 0, "", "", "" },
    { "Asia/Shanghai", 2026, 0, "", "", "" },
    { "Asia/Kolkata", 2026, 0, "", "", "" },
    { "Europe/Berlin", 2026, 2, "Sun 29 Mar 2026 (23 hours)", "Sun 25 Oct 2026 (25 hours)", "" },
    { "Europe/Berlin", 2080, 2, "Sun 31 Mar 2080 (23 hours)", "Sun 27 Oct 2080 (25 hours)", "" },
    { "America/New_York", 2026, 2, "Sun 8 Mar 2026 (23 hours)", "Sun 1 Nov 2026 (25 hours)", "" },
    { "Australia/Lord_Howe", 2026, 2, "Sun 5 Apr 2026 (24.5 hours)", "Sun 4 Oct 2026 (23.5 hours)", "" },
    { "America/St_Johns", 2026, 2, "Sun 8 Mar 2026 (23 hours)", "Sun 1 Nov 2026 (25 hours)", "" },
    /* the clocks changed at 00:01, so that midnight came twice, an hour apart */
    { "America/St_Johns", 2007, 2, "Sun 11 Mar 2007 (23 hours)", "Sun 4 Nov 2007 (25 hours)", "" },
    { "America/St_Johns", 1988, 2, "Sun 3 Apr 1988 (22 hours)", "Sun 30 Oct 1988 (26 hours)", "" },
    { "Africa/Casablanca", 2024, 2, "Sun 10 Mar 2024 (25 hours)", "Sun 14 Apr 2024 (23 hours)", "" },
    { "Pacific/Apia", 2011, 2, "Sat 2 Apr 2011 (25 hours)", "Sat 24 Sep 2011 (23 hours)", "2011-12-30" },
    /* no midnight on 4 November */
    { "America/Sao_Paulo", 2018, 2, "Sat 17 Feb 2018 (25 hours)", "Sun 4 Nov 2018 (23 hours)", "" },
    { "Asia/Beirut", 2024, 2, "Sun 31 Mar 2024 (23 hours)", "Sat 26 Oct 2024 (25 hours)", "" },
    { "America/Havana", 2024, 2, "Sun 10 Mar 2024 (23 hours)", "Sun 3 Nov 2024 (25 hours)", "" },
    { "Africa/Monrovia", 1972, 1, "Fri 7 Jan 1972 (23 h 15 min)", "Fri 7 Jan 1972 (23 h 15 min)", "" },
};

static void check_day(const struct year *year, const struct fp_zone *zone, const struct fp_window *day,
                      const struct tm *date)
{
    struct fp_window other;
    char path[100], label[100];
    struct tm first = clock_at(day->start), last = clock_at(day->end - 1), before = clock_at(day->start - 1);

    assert_true(day->whole_day);
    assert_int_equal(first.tm_mday, date->tm_mday);
    assert_int_equal(first.tm_mon, date->tm_mon);
    assert_int_equal(last.tm_mday, date->tm_mday);
    assert_int_not_equal(before.tm_mday, date->tm_mday);
    if (first.tm_hour || first.tm_min || first.tm_sec)
        assert_true(first.tm_gmtoff > before.tm_gmtoff); /* only where midnight was skipped */
    strftime(path, sizeof path, "%Y/%m/%d", date);
    assert_string_equal(day->path, path);
    snprintf(label, sizeof label, "%s", day->label);
    if (strchr(label, '('))
        *(strchr(label, '(') - 1) = '\0';
    strftime(path, sizeof path, "%a %e %b %Y", date);
    if (path[4] == ' ') /* %e pads */
        memmove(path + 4, path + 5, strlen(path + 5) + 1);
    assert_string_equal(label, path);
    assert_int_equal(fp_window_make(day->start, day->end, zone, &other, NULL), FP_OK);
    assert_window(day, &other);
    other = parse("yesterday", zone, day->end);
    assert_window(day, &other);
    other = parse(" YesterDay ", zone, day->end + 5 * 3600);
    assert_window(day, &other);
    other = parse("today", zone, day->end - 1);
    assert_int_equal(other.start, day->start);
    assert_int_equal(other.end, day->end - 1);
    (void)year;
}

static void year_of_days(const struct year *year)
{
    struct fp_zone *zone = open_zone(year->zone);
    struct fp_window day, previous = { 0 }, again;
    int changes = 0, days = 0;

    if (!zone)
        return;
    for (int64_t noon = timegm(&(struct tm){ .tm_year = year->year - 1900, .tm_mday = 1, .tm_hour = 12 });;
         noon += 86400) {
        time_t t = (time_t)noon;
        struct tm date;
        char spec[100];

        gmtime_r(&t, &date);
        if (date.tm_year != year->year - 1900)
            break;
        strftime(spec, sizeof spec, "%Y-%m-%d", &date);
        if (strcmp(spec, year->skipped) == 0) {
            assert_int_equal(fp_window_parse(spec, zone, 0, &day, NULL), FP_EINVAL);
            continue;
        }
        day = parse(spec, zone, 0);
        if (days++) {
            assert_int_equal(day.start, previous.end);
            assert_int_equal(fp_window_previous(&day, zone, &again, NULL), FP_OK);
            assert_window(&previous, &again);
        }
        check_day(year, zone, &day, &date);
        if (day.end - day.start != 86400) {
            assert_string_equal(day.label, changes ? year->last : year->first);
            changes++;
        } else {
            assert_null(strchr(day.label, '('));
        }
        previous = day;
    }
    assert_int_equal(changes, year->changes);
    assert_in_range(days, 364, 366);
    fp_zone_free(zone);
}

static void days(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof years / sizeof *years; i++)
        year_of_days(&years[i]);
}

/* ---- hours, weeks, months ---- */

static void hours(void **state)
{
    static const struct {
        const char *zone, *from, *to; /* backwards over a change of the clocks */
        int64_t shortest;
    } cases[] = {
        { "Europe/Berlin", "2026-03-29 12:17:05", "2026-03-28 12:00:00", 3600 },
        { "Europe/Berlin", "2026-10-25 12:17:05", "2026-10-24 12:00:00", 3600 },
        { "Asia/Kolkata", "2026-10-25 12:17:05", "2026-10-24 12:00:00", 3600 },
        { "Australia/Lord_Howe", "2026-04-05 12:17:05", "2026-04-04 12:00:00", 1800 },
        { "Australia/Lord_Howe", "2026-10-04 12:17:05", "2026-10-03 12:00:00", 1800 },
        { "America/St_Johns", "2007-11-04 12:17:05", "2007-11-03 12:00:00", 60 },
        { "Africa/Monrovia", "1972-01-07 12:17:05", "1972-01-06 12:00:00", 930 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fp_zone *zone = open_zone(cases[i].zone);
        int64_t now = utc(cases[i].from), shortest = INT64_MAX;
        struct fp_window hour;

        if (!zone)
            continue;
        hour = parse("hour", zone, now);
        assert_int_equal(hour.end, now);
        assert_true(hour.end - hour.start < 3600);
        while (hour.start > utc(cases[i].to)) {
            struct fp_window before = parse("previous  hour", zone, hour.end);
            struct fp_window inside = parse("hour", zone, hour.start + 1);
            struct tm first, last;

            if (hour.end < now) /* hour.end begins the next one */
                assert_int_equal(before.start, hour.start);
            assert_int_equal(inside.start, hour.start);
            before = parse("previous hour", zone, hour.start + 1);
            assert_int_equal(before.end, hour.start); /* none shared, none lost */
            first = clock_at(before.start);
            last = clock_at(before.end - 1);
            assert_int_equal(first.tm_hour, last.tm_hour);
            assert_int_equal(first.tm_gmtoff, last.tm_gmtoff);
            assert_true(before.end - before.start <= 3600);
            if (before.end - before.start < shortest)
                shortest = before.end - before.start;
            hour = before;
        }
        assert_int_equal(shortest, cases[i].shortest);
        fp_zone_free(zone);
    }
}

static void weeks_and_months(void **state)
{
    static const char *const zones[] = { "Asia/Shanghai", "Europe/Berlin", "America/Sao_Paulo",
                                         "Pacific/Apia" };

    (void)state;
    for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
        struct fp_zone *zone = open_zone(zones[i]);

        if (!zone)
            continue;
        for (int64_t now = utc("2011-01-03 11:00:00"); now < utc("2012-06-01 00:00:00"); now += 86400 + 977) {
            struct fp_window week = parse("week", zone, now), last_week = parse("last week", zone, now);
            struct fp_window month = parse("month", zone, now), last_month = parse("last month", zone, now);
            struct tm tm;

            assert_int_equal(week.end, now);
            assert_int_equal(month.end, now);
            assert_int_equal(week.start, last_week.end);
            assert_int_equal(month.start, last_month.end);
            tm = clock_at(week.start);
            assert_int_equal(tm.tm_wday, 1);
            tm = clock_at(last_week.start);
            assert_int_equal(tm.tm_wday, 1);
            assert_true(now - week.start <= 7 * 86400 + 3600);
            assert_in_range(last_week.end - last_week.start, 6 * 86400 - 3600, 7 * 86400 + 3600);
            tm = clock_at(month.start);
            assert_int_equal(tm.tm_mday, 1);
            tm = clock_at(last_month.start);
            assert_int_equal(tm.tm_mday, 1);
            tm = clock_at(last_month.end - 1);
            assert_in_range(tm.tm_mday, 28, 31);
            assert_false(week.whole_day);
        }
        fp_zone_free(zone);
    }
}

/* ---- every form, written out ---- */

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days),
        cmocka_unit_test(hours),
        cmocka_unit_test(weeks_and_months),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
