/* The last N windows of a kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "plan/window.h"

#define NOW INT64_C(1795231805) /* 2026-11-21 03:30:05 UTC */
#define MAX 5

static struct fp_window windows[MAX];

static size_t last(const char *spec, const char *zone_name, int64_t now, size_t max)
{
    struct fp_zone *zone = fp_zone_new(zone_name, NULL);
    struct fp_error err = FP_ERROR_INIT;
    size_t count = 99;
    int rc = fp_window_last(spec, zone, now, max, windows, &count, &err);

    fp_zone_free(zone);
    if (rc < 0) {
        assert_int_equal(rc, FP_EINVAL);
        assert_non_null(strstr(err.message, spec));
        return 99;
    }
    return count;
}

static void test_days(void **state)
{
    (void)state;
    assert_int_equal(last("yesterday", "UTC", NOW, 3), 3);
    assert_string_equal(windows[0].path, "2026/11/20");
    assert_string_equal(windows[1].path, "2026/11/19");
    assert_string_equal(windows[2].path, "2026/11/18");
    assert_int_equal(last("yesterday", "UTC", NOW, 1), 1);
}

/* 25 hours on 1 November, and each a whole day. */
static void test_days_when_clocks_change(void **state)
{
    (void)state;
    assert_int_equal(last("yesterday", "America/New_York", INT64_C(1793700000), 4), 4); /* 2026-11-03 */
    assert_string_equal(windows[0].path, "2026/11/02");
    assert_string_equal(windows[1].path, "2026/11/01");
    assert_int_equal(windows[1].end - windows[1].start, 25 * 3600);
    assert_string_equal(windows[3].path, "2026/10/30");
}

static void test_hours_weeks_months(void **state)
{
    (void)state;
    assert_int_equal(last("previous hour", "UTC", NOW, 4), 4);
    assert_string_equal(windows[0].path, "2026/11/21T020000Z-3600");
    assert_string_equal(windows[3].path, "2026/11/20T230000Z-3600");
    assert_int_equal(last("last week", "UTC", NOW, 2), 2);
    assert_int_equal(windows[0].start - windows[1].start, 7 * 86400);
    assert_int_equal(last("last month", "UTC", NOW, 3), 3);
    assert_string_equal(windows[2].label, "August 2026");
}

static void test_the_last_second_of_a_day(void **state)
{
    (void)state;
    assert_int_equal(last("yesterday", "UTC", INT64_C(1795305599), 1), 1); /* 2026-11-21 23:59:59 */
    assert_string_equal(windows[0].path, "2026/11/20");
    assert_int_equal(last("yesterday", "UTC", INT64_C(1795305600), 1), 1);
    assert_string_equal(windows[0].path, "2026/11/21");
}

static void test_what_always_means_the_same_has_no_others(void **state)
{
    (void)state;
    assert_int_equal(last("2026-11-19", "UTC", NOW, MAX), 1);
    assert_string_equal(windows[0].path, "2026/11/19");
    assert_int_equal(last("2026-11-20T09:00/PT2H", "UTC", NOW, MAX), 1);
    assert_int_equal(last("2026-11-21", "UTC", NOW, MAX), 0); /* not over */
    assert_int_equal(last("2026-12-21", "UTC", NOW, MAX), 0);
}

static void test_what_is_another_one_every_second(void **state)
{
    static const char *const specs[] = { "last 6h", "today", "hour", "week", "month" };

    (void)state;
    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        assert_int_equal(last(specs[i], "UTC", NOW, MAX), 99);
}

static void test_not_before_the_beginning(void **state)
{
    (void)state;
    assert_int_equal(last("yesterday", "UTC", 3 * 86400 + 5, MAX), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_days_when_clocks_change),
        cmocka_unit_test(test_hours_weeks_months),
        cmocka_unit_test(test_the_last_second_of_a_day),
        cmocka_unit_test(test_what_always_means_the_same_has_no_others),
        cmocka_unit_test(test_what_is_another_one_every_second),
        cmocka_unit_test(test_not_before_the_beginning),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
