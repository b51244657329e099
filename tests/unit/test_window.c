/*
 * plan/window: no second shared, none lost. The C library's own zone code (TZ, localtime_r) is the
 * second opinion on what a wall clock shows.
 */
#include "window_fixture.h"

#define NOW "2026-11-20 06:47:09" /* 14:47:09 in Shanghai, a Friday */

static const struct {
    const char *zone, *spec, *start, *end, *label, *path;
} specs[] = {
    { "Asia/Shanghai", "yesterday", "2026-11-18 16:00:00", "2026-11-19 16:00:00", "Thu 19 Nov 2026",
      "2026/11/19" },
    { "Asia/Shanghai", "2026-11-20", "2026-11-19 16:00:00", "2026-11-20 16:00:00", "Fri 20 Nov 2026",
      "2026/11/20" },
    { "Asia/Shanghai", "\t2026-11-20 \n", "2026-11-19 16:00:00", "2026-11-20 16:00:00", "Fri 20 Nov 2026",
      "2026/11/20" },
    { "Asia/Shanghai", "TODAY", "2026-11-19 16:00:00", NOW, "Fri 20 Nov 2026, 00:00:00 to 14:47:09 (+08:00)",
      "2026/11/19T160000Z-53229" },
    { "Asia/Shanghai", "Hour", "2026-11-20 06:00:00", NOW, "Fri 20 Nov 2026, 14:00:00 to 14:47:09 (+08:00)",
      "2026/11/20T060000Z-2829" },
    { "Asia/Shanghai", "previous hour", "2026-11-20 05:00:00", "2026-11-20 06:00:00",
      "Fri 20 Nov 2026, 13:00 to 14:00 (+08:00)", "2026/11/20T050000Z-3600" },
    { "Asia/Shanghai", "last 15m", "2026-11-20 06:32:09", NOW,
      "Fri 20 Nov 2026, 14:32:09 to 14:47:09 (+08:00)", "2026/11/20T063209Z-900" },
    { "Asia/Shanghai", "LAST 6H", "2026-11-20 00:47:09", NOW,
      "Fri 20 Nov 2026, 08:47:09 to 14:47:09 (+08:00)", "2026/11/20T004709Z-21600" },
    { "Asia/Shanghai", "last 7d", "2026-11-13 06:47:09", NOW,
      "Fri 13 Nov 2026, 14:47:09 to Fri 20 Nov 2026, 14:47:09 (+08:00)", "2026/11/13T064709Z-604800" },
    { "Asia/Shanghai", "week", "2026-11-15 16:00:00", NOW,
      "Mon 16 Nov 2026, 00:00:00 to Fri 20 Nov 2026, 14:47:09 (+08:00)", "2026/11/15T160000Z-398829" },
    { "Asia/Shanghai", "last week", "2026-11-08 16:00:00", "2026-11-15 16:00:00",
      "Mon 9 Nov 2026 to Sun 15 Nov 2026", "2026/11/08T160000Z-604800" },
    { "Asia/Shanghai", "last month", "2026-09-30 16:00:00", "2026-10-31 16:00:00", "October 2026",
      "2026/09/30T160000Z-2678400" },
    { "Asia/Shanghai", "2026-11-20T09:00/2026-11-20T18:00", "2026-11-20 01:00:00", "2026-11-20 10:00:00",
      "Fri 20 Nov 2026, 09:00 to 18:00 (+08:00)", "2026/11/20T010000Z-32400" },
    { "Asia/Shanghai", "2026-11-20 09:00 / 2026-11-20 18:00:30", "2026-11-20 01:00:00", "2026-11-20 10:00:30",
      "Fri 20 Nov 2026, 09:00:00 to 18:00:30 (+08:00)", "2026/11/20T010000Z-32430" },
    { "Asia/Shanghai", "2026-11-20t09:00/pt9h", "2026-11-20 01:00:00", "2026-11-20 10:00:00",
      "Fri 20 Nov 2026, 09:00 to 18:00 (+08:00)", "2026/11/20T010000Z-32400" },
    { "Asia/Shanghai", "2026-11-20T09:00/PT9H30M5S", "2026-11-20 01:00:00", "2026-11-20 10:30:05",
      "Fri 20 Nov 2026, 09:00:00 to 18:30:05 (+08:00)", "2026/11/20T010000Z-34205" },
    { "Asia/Shanghai", "2026-11-20/P1D", "2026-11-19 16:00:00", "2026-11-20 16:00:00", "Fri 20 Nov 2026",
      "2026/11/20" },
    { "Asia/Shanghai", "2026-11-20/2026-11-20T24:00", "2026-11-19 16:00:00", "2026-11-20 16:00:00",
      "Fri 20 Nov 2026", "2026/11/20" },
    { "Asia/Shanghai", "2026-11-20T18:00/2026-11-21", "2026-11-20 10:00:00", "2026-11-20 16:00:00",
      "Fri 20 Nov 2026, 18:00 to 24:00 (+08:00)", "2026/11/20T100000Z-21600" },
    { "Asia/Shanghai", "2026-11-20/P1DT1H", "2026-11-19 16:00:00", "2026-11-20 17:00:00",
      "Fri 20 Nov 2026, 00:00 to Sat 21 Nov 2026, 01:00 (+08:00)", "2026/11/19T160000Z-90000" },
    { "Asia/Shanghai", "2026-11-16/P1W", "2026-11-15 16:00:00", "2026-11-22 16:00:00",
      "Mon 16 Nov 2026 to Sun 22 Nov 2026", "2026/11/15T160000Z-604800" },
    { "Asia/Shanghai", "2028-02-01/2028-03-01", "2028-01-31 16:00:00", "2028-02-29 16:00:00", "February 2028",
      "2028/01/31T160000Z-2505600" },
    { "Asia/Shanghai", "2028-02-29", "2028-02-28 16:00:00", "2028-02-29 16:00:00", "Tue 29 Feb 2028",
      "2028/02/29" },
    { "Asia/Shanghai", "2026-11-20T01:00:00Z/2026-11-20T10:00:00.000Z", "2026-11-20 01:00:00",
      "2026-11-20 10:00:00", "Fri 20 Nov 2026, 09:00 to 18:00 (+08:00)", "2026/11/20T010000Z-32400" },
    { "Asia/Shanghai", "2026-11-19T19:30-05:30/2026-11-20T23:59+13:59", "2026-11-20 01:00:00",
      "2026-11-20 10:00:00", "Fri 20 Nov 2026, 09:00 to 18:00 (+08:00)", "2026/11/20T010000Z-32400" },
    { "Asia/Shanghai", "@1795136400/@1795168800", "2026-11-20 01:00:00", "2026-11-20 10:00:00",
      "Fri 20 Nov 2026, 09:00 to 18:00 (+08:00)", "2026/11/20T010000Z-32400" },
    { "Asia/Shanghai", "@0/PT1S", "1970-01-01 00:00:00", "1970-01-01 00:00:01",
      "Thu 1 Jan 1970, 08:00:00 to 08:00:01 (+08:00)", "1970/01/01T000000Z-1" },
    { "UTC", "yesterday", "2026-11-19 00:00:00", "2026-11-20 00:00:00", "Thu 19 Nov 2026", "2026/11/19" },
    /* 02:30 did not exist: 03:30; P1D is 24 hours and ends at 03:30 too */
    { "Europe/Berlin", "2026-03-29T02:30/2026-03-29T04:00", "2026-03-29 01:30:00", "2026-03-29 02:00:00",
      "Sun 29 Mar 2026, 03:30 to 04:00 (+02:00)", "2026/03/29T013000Z-1800" },
    { "Europe/Berlin", "2026-03-28T03:30/P1D", "2026-03-28 02:30:00", "2026-03-29 02:30:00",
      "Sat 28 Mar 2026, 03:30 (+01:00) to Sun 29 Mar 2026, 04:30 (+02:00)", "2026/03/28T023000Z-86400" },
    { "Europe/Berlin", "2026-03-29T01:00/2026-03-29T04:00", "2026-03-29 00:00:00", "2026-03-29 02:00:00",
      "Sun 29 Mar 2026, 01:00 (+01:00) to 04:00 (+02:00)", "2026/03/29T000000Z-7200" },
    /* the clocks change at the end: it is read as they stood within the window */
    { "Europe/Berlin", "2026-03-29T01:00/PT1H", "2026-03-29 00:00:00", "2026-03-29 01:00:00",
      "Sun 29 Mar 2026, 01:00 to 02:00 (+01:00)", "2026/03/29T000000Z-3600" },
    /* 02:30 came twice: the first; an offset says which */
    { "Europe/Berlin", "2026-10-25T02:30/2026-10-25T03:00", "2026-10-25 00:30:00", "2026-10-25 02:00:00",
      "Sun 25 Oct 2026, 02:30 (+02:00) to 03:00 (+01:00)", "2026/10/25T003000Z-5400" },
    { "Europe/Berlin", "2026-10-25T02:30+01:00/PT30M", "2026-10-25 01:30:00", "2026-10-25 02:00:00",
      "Sun 25 Oct 2026, 02:30 to 03:00 (+01:00)", "2026/10/25T013000Z-1800" },
    { "Europe/Berlin", "2026-03-01/2026-04-01", "2026-02-28 23:00:00", "2026-03-31 22:00:00", "March 2026",
      "2026/02/28T230000Z-2674800" },
    { "Pacific/Apia", "2011-12-29/2012-01-01", "2011-12-29 10:00:00", "2011-12-31 10:00:00",
      "Thu 29 Dec 2011 to Sat 31 Dec 2011", "2011/12/29T100000Z-172800" },
};

static void forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct fp_zone *zone = open_zone(specs[i].zone);
        struct fp_window window;

        if (!zone)
            continue;
        window = parse(specs[i].spec, zone, utc(NOW));
        assert_int_equal(window.start, utc(specs[i].start));
        assert_int_equal(window.end, utc(specs[i].end));
        assert_string_equal(window.label, specs[i].label);
        assert_string_equal(window.path, specs[i].path);
        assert_int_equal(window.whole_day, strlen(specs[i].path) == 10);
        assert_int_equal(strspn(window.path, "0123456789TZ/-"), strlen(window.path));
        fp_zone_free(zone);
    }
}

static void refusals(void **state)
{
    static const struct {
        const char *spec, *reason;
    } cases[] = {
        { "", "nothing was given" },
        { "   ", "nothing was given" },
        { "garbage", "no such form" },
        { "yesterday!", "no such form" },
        { "yester day", "no such form" },
        { "2026-02-30", "month does not have this day" },
        { "2027-02-29", "month does not have this day" },
        { "2100-02-29", "month does not have this day" },
        { "2026-11-00", "month does not have this day" },
        { "2026-13-01", "month must be 01 to 12" },
        { "2026-00-01", "month must be 01 to 12" },
        { "1969-12-31", "year must be 1970 to 9998" },
        { "9999-01-01", "year must be 1970 to 9998" },
        { "0000-01-01", "year must be 1970 to 9998" },
        { "26-11-20", "no date YYYY-MM-DD" },
        { "2026-1-2", "no date YYYY-MM-DD" },
        { "2026/11/20", "no date YYYY-MM-DD" },
        { "20261120", "no date YYYY-MM-DD" },
        { "2026-11-20x", "something follows" },
        { "2026-11-20T09:00", "one instant is no window" },
        { "@1795136400", "one instant is no window" },
        { "2026-11-20T/PT1H", "a time THH:MM" },
        { "2026-11-20T9:00/PT1H", "a time THH:MM" },
        { "2026-11-20T25:00/PT1H", "no such time of day" },
        { "2026-11-20T24:01/PT1H", "no such time of day" },
        { "2026-11-20T10:60/PT1H", "no such time of day" },
        { "2026-11-20T10:00:60/PT1H", "no such time of day" },
        { "2026-11-20T10:00:00.5/PT1H", "whole seconds" },
        { "2026-11-20T10:00+8/PT1H", "an offset from UTC" },
        { "2026-11-20T10:00+24:00/PT1H", "an offset from UTC" },
        { "2026-11-20T10:00Zulu/PT1H", "before the /" },
        { "2026-11-20T09:00/", "no date YYYY-MM-DD" },
        { "/2026-11-20T09:00", "no date YYYY-MM-DD" },
        { "/", "no date YYYY-MM-DD" },
        { "2026-11-20/2026-11-21/2026-11-22", "something follows" },
        { "2026-11-20T18:00/2026-11-20T09:00", "its end lies before its start" },
        { "2026-11-20T18:00/2026-11-20T18:00", "empty" },
        { "2026-11-20/P", "a duration looks like" },
        { "2026-11-20/PT", "a duration looks like" },
        { "2026-11-20/P1DT", "a duration looks like" },
        { "2026-11-20/P1H", "a duration looks like" },
        { "2026-11-20/PT1D", "a duration looks like" },
        { "2026-11-20/P1M", "a duration looks like" },
        { "2026-11-20/P1Y", "a duration looks like" },
        { "2026-11-20/PT1M1H", "a duration looks like" },
        { "2026-11-20/PT1H1H", "a duration looks like" },
        { "2026-11-20/PT1H x", "a duration looks like" },
        { "2026-11-20/PT-1H", "a duration looks like" },
        { "2026-11-20/PT1.5H", "a duration looks like" },
        { "2026-11-20/PT0S", "empty" },
        { "2026-11-20/PT99999999999999999999999H", "a duration looks like" },
        { "2026-11-20/P253370764799W", "too long" },
        { "2026-11-20/P2920000D", "must lie between 1970 and 9998" },
        { "last 0m", "after \"last\" comes a number" },
        { "last", "no such form" },
        { "last m", "after \"last\" comes a number" },
        { "last -5m", "after \"last\" comes a number" },
        { "last 99999999999999999999999m", "after \"last\" comes a number" },
        { "last 2932531d", "must lie between 1970 and 9998" },
        { "last 15x", "the unit of \"last\"" },
        { "last 15", "the unit of \"last\"" },
        { "last 15mm", "the unit of \"last\"" },
        { "last year", "after \"last\" comes a number" },
        { "@/@5", "after @ come unix seconds" },
        { "@-5/@5", "after @ come unix seconds" },
        { "@1/@253370764800", "after @ come unix seconds" },
        { "@99999999999999999999999999/PT1H", "after @ come unix seconds" },
        { "1970-01-01T00:00+01:00/PT2H", "year must be 1970 to 9998" },
        { "\x1b[31m\xff", "no such form" },
    };
    struct fp_zone *zone = open_zone("Asia/Shanghai");
    struct fp_window window = { .start = 42 };
    char *huge = malloc(10001);

    (void)state;
    assert_non_null(zone);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fp_error err = FP_ERROR_INIT;

        if (fp_window_parse(cases[i].spec, zone, utc(NOW), &window, &err) != FP_EINVAL)
            fail_msg("accepted: %s", cases[i].spec);
        if (!strstr(err.message, cases[i].reason))
            fail_msg("%s lacks: %s", err.message, cases[i].reason);
        assert_non_null(strstr(err.message, "accepted: yesterday, today,"));
        assert_non_null(strstr(err.message, "@1795136400")); /* the list is not cut */
    }
    for (const char *fill = "92/@ly "; *fill; fill++) {
        struct fp_error err = FP_ERROR_INIT;

        memset(huge, *fill, 10000);
        huge[10000] = '\0';
        assert_int_equal(fp_window_parse(huge, zone, utc(NOW), &window, &err), FP_EINVAL);
        assert_non_null(strstr(err.message, *fill == ' ' ? "nothing was given" : "too long"));
        assert_non_null(strstr(err.message, "@1795136400"));
    }
    assert_int_equal(window.start, 42); /* untouched */
    assert_int_equal(fp_window_parse("garbage", zone, 0, &window, NULL), FP_EINVAL);
    free(huge);
    fp_zone_free(zone);
}

/* "today" at midnight has nothing in it yet; "yesterday" is whole. */
static void begins_now(void **state)
{
    static const char *const words[] = { "today", "hour", "week", "month" };
    struct fp_zone *zone = open_zone("Europe/Berlin");
    int64_t now = utc("2026-05-31 22:00:00"); /* Monday, 1 June, 00:00 */
    struct fp_window window;

    (void)state;
    if (!zone)
        skip();
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        struct fp_error err = FP_ERROR_INIT;

        assert_int_equal(fp_window_parse(words[i], zone, now, &window, &err), FP_ENOTFOUND);
        assert_non_null(strstr(err.message, "begins this very second"));
        window = parse(words[i], zone, now + 1);
        assert_int_equal(window.end - window.start, 1);
    }
    window = parse("last month", zone, now);
    assert_string_equal(window.label, "May 2026");
    fp_zone_free(zone);
}

static void between_and_previous(void **state)
{
    struct fp_zone *zone = open_zone("Asia/Shanghai");
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window window, before;

    (void)state;
    assert_int_equal(fp_window_between("2026-11-20", NULL, zone, utc(NOW), &window, &err), FP_OK);
    assert_int_equal(window.end, utc(NOW));
    assert_int_equal(window.start, utc("2026-11-19 16:00:00"));
    assert_int_equal(fp_window_between("2026-11-20", "2026-11-21", zone, 0, &window, &err), FP_OK);
    assert_true(window.whole_day);
    assert_int_equal(fp_window_between(" 2026-11-20T09:00 ", "2026-11-20T18:00", zone, 0, &window, &err),
                     FP_OK);
    assert_string_equal(window.path, "2026/11/20T010000Z-32400");
    assert_int_equal(fp_window_previous(&window, zone, &before, &err), FP_OK);
    assert_string_equal(before.path, "2026/11/19T160000Z-32400");
    assert_int_equal(fp_window_between("x", NULL, zone, utc(NOW), &window, &err), FP_EINVAL);
    assert_int_equal(strncmp(err.message, "since: time \"x\": ", 17), 0);
    fp_error_clear(&err);
    assert_int_equal(fp_window_between("2026-11-20", "tomorrow", zone, utc(NOW), &window, &err), FP_EINVAL);
    assert_int_equal(strncmp(err.message, "until: time \"tomorrow\": ", 24), 0);
    fp_error_clear(&err);
    assert_int_equal(fp_window_between("2026-11-20T14:47:09", NULL, zone, utc(NOW), &window, &err),
                     FP_EINVAL);
    assert_non_null(strstr(err.message, "empty"));
    fp_error_clear(&err);
    assert_int_equal(fp_window_between("2026-11-21", NULL, zone, utc(NOW), &window, &err), FP_EINVAL);
    assert_non_null(strstr(err.message, "until \"now\": its end lies before its start"));
    fp_error_clear(&err);
    assert_int_equal(fp_window_make(0, 60, zone, &window, &err), FP_OK);
    assert_int_equal(fp_window_previous(&window, zone, &before, &err), FP_EINVAL);
    assert_int_equal(fp_window_make(5, 5, zone, &window, NULL), FP_EINVAL);
    assert_int_equal(fp_window_make(6, 5, zone, &window, NULL), FP_EINVAL);
    assert_int_equal(fp_window_make(-1, 5, zone, &window, NULL), FP_EINVAL);
    assert_int_equal(fp_window_make(INT64_MIN, INT64_MAX, zone, &window, NULL), FP_EINVAL);
    assert_int_equal(fp_window_make(0, INT64_C(253370764799), zone, &window, NULL), FP_OK); /* the longest */
    assert_int_equal(strlen(window.path), strlen("1970/01/01T000000Z-253370764799"));
    fp_zone_free(zone);
}

static void what_has_been(void **state)
{
    struct fp_zone *zone = fp_zone_new("Asia/Shanghai", NULL);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window day, window;

    (void)state;
    assert_int_equal(fp_window_parse("2026-11-20", zone, 0, &day, NULL), FP_OK);
    window = day;
    assert_int_equal(fp_window_until(&window, zone, day.end, &err), FP_OK);
    assert_memory_equal(&window, &day, sizeof day);
    assert_int_equal(fp_window_until(&window, zone, day.end - 1, &err), FP_OK);
    assert_int_equal(window.end, day.end - 1);
    assert_false(window.whole_day);
    assert_string_equal(window.path, "2026/11/19T160000Z-86399");
    assert_string_equal(window.label, "Fri 20 Nov 2026, 00:00:00 to 23:59:59 (+08:00), not over yet");
    window = day;
    assert_int_equal(fp_window_until(&window, zone, day.start + 1, &err), FP_OK);
    assert_int_equal(window.end, day.start + 1);
    window = day;
    assert_int_equal(fp_window_until(&window, zone, day.start, &err), FP_EINVAL);
    assert_string_equal(err.message, "Fri 20 Nov 2026 has not begun: now it is 2026-11-20 00:00:00 +08:00; press it when "
                                     "it is over");
    assert_memory_equal(&window, &day, sizeof day);
    fp_zone_free(zone);
}

static void texts(void **state)
{
    static const char *const instants[] = { "2026-11-20T09:00:00+08:00", "2026-11-20T01:00Z", "@1795136400",
                                            "2026-11-20T09:00", " 2026-11-20 09:00:00 " };
    struct fp_zone *zone = open_zone("Asia/Shanghai"), *old = open_zone("Africa/Monrovia");
    struct fp_error err = FP_ERROR_INIT;
    char text[FP_TIME_TEXT];
    int64_t time;

    (void)state;
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
        assert_int_equal(fp_time_parse(instants[i], zone, &time, &err), FP_OK);
        assert_int_equal(time, 1795136400);
    }
    assert_int_equal(fp_time_parse("2026-11-20T01:00", NULL, &time, &err), FP_OK); /* no zone: UTC */
    assert_int_equal(time, 1795136400);
    time = 7;
    assert_int_equal(fp_time_parse("2026-11-20T01:00 x", zone, &time, &err), FP_EINVAL);
    assert_non_null(strstr(err.message, "accepted: 2026-11-20,"));
    assert_int_equal(time, 7);
    assert_string_equal(fp_time_format(text, 1795136400, zone), "2026-11-20 09:00:00 +08:00");
    assert_string_equal(fp_time_format(text, 1795136400, NULL), "2026-11-20 01:00:00 UTC");
    assert_string_equal(fp_time_rfc3339(text, 1795136400, zone), "2026-11-20T09:00:00+08:00");
    assert_string_equal(fp_time_rfc3339(text, 1795136400, NULL), "2026-11-20T01:00:00Z");
    if (old) { /* -00:44:30 */
        assert_string_equal(fp_time_format(text, 86400, old), "1970-01-01 23:15:30 -00:44:30");
        assert_string_equal(fp_time_rfc3339(text, 86400, old), "1970-01-02T00:00:00Z");
    }
    fp_zone_free(old);
    fp_zone_free(zone);
    fp_zone_free(NULL);
}

static void zones(void **state)
{
    static const char *const bad[] = {
        "",
        "Nope/Nope",
        "asia/shanghai",
        "Asia",
        "Asia/Shanghai/",
        "/etc/localtime",
        "../../../etc/passwd",
        "Asia/../Asia/Shanghai",
        "+08",
        "+08:00",
        "zone.tab",
        "leapseconds",
        "Asia/Shanghai\n",
        "right/UTC",
        "UTC+8",
        "CST-8",
        "GMT+8",
        "Axxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
    };
    static const struct {
        const char *tz, *name;
        int64_t midnight; /* of 2026-11-20 */
    } system[] = {
        { "Asia/Shanghai", "Asia/Shanghai", 1795104000 },
        { ":Asia/Shanghai", "Asia/Shanghai", 1795104000 },
        { ZONEINFO "Asia/Shanghai", "Asia/Shanghai", 1795104000 },
        { "UTC", "UTC", 1795132800 },
        { "", "UTC", 1795132800 },
        { "CST-8", "local", 1795104000 },
    };
    struct fp_zone *open;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct fp_error err = FP_ERROR_INIT;

        assert_null(fp_zone_new(bad[i], &err));
        assert_int_equal(err.code, FP_EINVAL);
        assert_non_null(strstr(err.message, "unknown time zone"));
    }
    open = open_zone("Asia/Shanghai");
    if (!open)
        skip();
    fp_zone_free(open);
    open = open_zone("EST5EDT");
    fp_zone_free(open);
    for (size_t i = 0; i < sizeof system / sizeof *system; i++) {
        struct fp_zone *zone;
        struct fp_window day;

        setenv("TZ", system[i].tz, 1);
        zone = fp_zone_new(NULL, NULL);
        assert_non_null(zone);
        assert_string_equal(fp_zone_name(zone), system[i].name);
        day = parse("2026-11-20", zone, 0);
        assert_int_equal(day.start, system[i].midnight);
        fp_zone_free(zone);
    }
    unsetenv("TZ");
    fp_zone_free(fp_zone_new(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms),
        cmocka_unit_test(refusals),
        cmocka_unit_test(begins_now),
        cmocka_unit_test(between_and_previous),
        cmocka_unit_test(what_has_been),
        cmocka_unit_test(texts),
        cmocka_unit_test(zones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
