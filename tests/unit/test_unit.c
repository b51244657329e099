/* base/unit: every text that a number on a page becomes. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/unit.h"

#define HOUR INT64_C(3600000000) /* µs */

static void names(void **state)
{
    (void)state;
    assert_string_equal(fp_unit_name(FP_UNIT_MICROSECONDS), "microseconds");
    assert_string_equal(fp_unit_name(FP_UNIT_NANOSECONDS), "nanoseconds");
    assert_string_equal(fp_unit_name(FP_UNIT_BYTES), "bytes");
    assert_string_equal(fp_unit_name(FP_UNIT_OBJECTS), "objects");
    assert_string_equal(fp_unit_name(FP_UNIT_SAMPLES), "samples");
    assert_string_equal(fp_unit_name(FP_UNIT_GOROUTINES), "goroutines");
    assert_string_equal(fp_unit_name(FP_UNIT_UNITS), "units");
    assert_string_equal(fp_unit_name((enum fp_unit)99), "units");
}

static void readable(void **state)
{
    static const struct {
        int64_t value;
        enum fp_unit unit;
        const char *text;
    } cases[] = {
        { 0, FP_UNIT_MICROSECONDS, "0 s" },
        { 1, FP_UNIT_MICROSECONDS, "1 µs" },
        { -1, FP_UNIT_MICROSECONDS, "-1 µs" },
        { 999, FP_UNIT_MICROSECONDS, "999 µs" },
        { 1000, FP_UNIT_MICROSECONDS, "1.00 ms" },
        { 1234, FP_UNIT_MICROSECONDS, "1.23 ms" },
        { 1235, FP_UNIT_MICROSECONDS, "1.24 ms" },
        { 10101, FP_UNIT_MICROSECONDS, "10.1 ms" },
        { 999499, FP_UNIT_MICROSECONDS, "999 ms" },
        { 999500, FP_UNIT_MICROSECONDS, "1.00 s" }, /* the carry */
        { 999900, FP_UNIT_MICROSECONDS, "1.00 s" },
        { 1000000, FP_UNIT_MICROSECONDS, "1.00 s" },
        { 19037052, FP_UNIT_MICROSECONDS, "19.0 s" },
        { 9994999, FP_UNIT_MICROSECONDS, "9.99 s" },
        { 9995000, FP_UNIT_MICROSECONDS, "10.0 s" },
        { 59949999, FP_UNIT_MICROSECONDS, "59.9 s" },
        { 59950000, FP_UNIT_MICROSECONDS, "1.00 min" },
        { 90000000, FP_UNIT_MICROSECONDS, "1.50 min" },
        { HOUR - 3000001, FP_UNIT_MICROSECONDS, "59.9 min" },
        { HOUR - 3000000, FP_UNIT_MICROSECONDS, "1.00 h" },
        { 11520 * INT64_C(1000000), FP_UNIT_MICROSECONDS, "3.20 h" },
        { 24 * HOUR - 1, FP_UNIT_MICROSECONDS, "1.00 d" },
        { 24 * HOUR - HOUR / 10, FP_UNIT_MICROSECONDS, "23.9 h" },
        { 36 * HOUR, FP_UNIT_MICROSECONDS, "1.50 d" },
        { 24 * HOUR * 12345, FP_UNIT_MICROSECONDS, "12,300 d" },
        { INT64_MAX, FP_UNIT_MICROSECONDS, "107,000,000 d" },
        { INT64_MIN, FP_UNIT_MICROSECONDS, "-107,000,000 d" },
        { -999900, FP_UNIT_MICROSECONDS, "-1.00 s" },
        { 0, FP_UNIT_NANOSECONDS, "0 s" },
        { 1, FP_UNIT_NANOSECONDS, "1 ns" },
        { 1500, FP_UNIT_NANOSECONDS, "1.50 µs" },
        { INT64_MAX, FP_UNIT_NANOSECONDS, "107,000 d" },
        { INT64_MIN, FP_UNIT_NANOSECONDS, "-107,000 d" },
        { 0, FP_UNIT_BYTES, "0 B" },
        { 512, FP_UNIT_BYTES, "512 B" },
        { 999, FP_UNIT_BYTES, "999 B" },
        { 1000, FP_UNIT_BYTES, "0.977 KiB" },
        { 1023, FP_UNIT_BYTES, "0.999 KiB" },
        { 1024, FP_UNIT_BYTES, "1.00 KiB" },
        { 1280, FP_UNIT_BYTES, "1.25 KiB" },
        { 1024 * 1000 - 512 - 1, FP_UNIT_BYTES, "999 KiB" },
        { 1024 * 1000 - 512, FP_UNIT_BYTES, "0.976 MiB" },
        { 1048575, FP_UNIT_BYTES, "1.00 MiB" },
        { INT64_C(1342177280), FP_UNIT_BYTES, "1.25 GiB" },
        { INT64_MAX, FP_UNIT_BYTES, "8.00 EiB" },
        { INT64_MIN, FP_UNIT_BYTES, "-8.00 EiB" },
        { 0, FP_UNIT_SAMPLES, "0 samples" },
        { 1, FP_UNIT_SAMPLES, "1 sample" },
        { 5214, FP_UNIT_SAMPLES, "5,214 samples" },
        { 1000000, FP_UNIT_OBJECTS, "1,000,000 objects" },
        { 7, FP_UNIT_GOROUTINES, "7 goroutines" },
        { INT64_MIN, FP_UNIT_GOROUTINES, "-9,223,372,036,854,775,808 goroutines" },
        { 1234, FP_UNIT_UNITS, "1,234 units" },
        { 5, (enum fp_unit) - 1, "5 units" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[FP_UNIT_TEXT];

        assert_ptr_equal(fp_unit_format(text, cases[i].value, cases[i].unit), text);
        assert_string_equal(text, cases[i].text);
    }
}

static void exact(void **state)
{
    char text[FP_UNIT_TEXT];

    (void)state;
    assert_string_equal(fp_unit_format_exact(text, 19037052, FP_UNIT_MICROSECONDS), "19,037,052 µs");
    assert_string_equal(fp_unit_format_exact(text, 999, FP_UNIT_NANOSECONDS), "999 ns");
    assert_string_equal(fp_unit_format_exact(text, 1, FP_UNIT_BYTES), "1 byte");
    assert_string_equal(fp_unit_format_exact(text, 1024, FP_UNIT_BYTES), "1,024 bytes");
    assert_string_equal(fp_unit_format_exact(text, INT64_MAX, FP_UNIT_SAMPLES),
                        "9,223,372,036,854,775,807 samples");
    assert_string_equal(fp_count_format(text, 0), "0");
    assert_string_equal(fp_count_format(text, 999), "999");
    assert_string_equal(fp_count_format(text, 1000), "1,000");
    assert_string_equal(fp_count_format(text, -5214), "-5,214");
    assert_string_equal(fp_count_format(text, INT64_MIN), "-9,223,372,036,854,775,808");
}

static void shares(void **state)
{
    static const struct {
        int64_t part, whole;
        const char *text;
    } cases[] = {
        { 0, 0, "–" },
        { 5, 0, "–" },
        { 0, 7, "0 %" },
        { 0, -7, "0 %" },
        { 7, 7, "100 %" },
        { INT64_MAX, INT64_MAX, "100 %" },
        { INT64_MIN, INT64_MIN, "100 %" },
        { INT64_MAX - 1, INT64_MAX, "> 99.99 %" },
        { 1, INT64_MAX, "< 0.01 %" },
        { 329, 1000, "32.9 %" },
        { 32949, 100000, "32.9 %" },
        { 3295, 10000, "33.0 %" },
        { 1, 3, "33.3 %" },
        { 1, 200, "0.50 %" },
        { 32, 1000, "3.20 %" },
        { 91, 100, "91.0 %" },
        { 1, 10000, "0.01 %" }, /* just not below */
        { 9999, 100000000, "< 0.01 %" },
        { 5, 10000, "0.05 %" },
        { 9994, 10000, "99.9 %" },
        { 9995, 10000, "99.95 %" }, /* would round to 100 */
        { 9999, 10000, "99.99 %" },
        { 99990001, 100000000, "> 99.99 %" },
        { 15, 10, "150 %" },
        { 12345, 100, "12,300 %" },
        { INT64_MAX, 1, "922,000,000,000,000,000,000 %" },
        { INT64_MIN, 1, "-922,000,000,000,000,000,000 %" },
        { -32, 1000, "-3.20 %" },
        { 32, -1000, "-3.20 %" },
        { -32, -1000, "3.20 %" },
        { -1, INT64_MAX, "> -0.01 %" },
        { -INT64_MAX, INT64_MAX, "-100 %" },
        { -(INT64_MAX - 1), INT64_MAX, "< -99.99 %" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[FP_UNIT_TEXT];

        assert_string_equal(fp_share_format(text, cases[i].part, cases[i].whole), cases[i].text);
    }
    for (int64_t part = 1; part < 100000; part++) { /* never all, never nothing, never out of order */
        char text[FP_UNIT_TEXT];
        static double last;
        double shown;

        fp_share_format(text, part, 100000);
        assert_string_not_equal(text, "100 %");
        assert_string_not_equal(text, "0 %");
        if (text[0] == '<' || text[0] == '>')
            continue;
        shown = strtod(text, NULL);
        assert_true(shown >= last);
        assert_true(fabs(shown - (double)part / 1000) <= 0.05001);
        last = shown;
    }
}

static void numbers(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        { 0, "0" },
        { -0.0, "0" },
        { 0.22, "0.22" },
        { 0.001, "0.001" },
        { 0.0012345, "0.00123" },
        { 12.34, "12.3" },
        { 0.9996, "1" },
        { 9.999, "10" },
        { 99.96, "100" },
        { 999.4, "999" },
        { 999.6, "1,000" },
        { 1234, "1,230" },
        { 1235, "1,240" },
        { 1234567, "1,230,000" },
        { -0.22, "-0.22" },
        { 1e-6, "0.000001" },
        { 1e-7, "< 0.000001" },
        { -1e-7, "> -0.000001" },
        { 1e18, "1,000,000,000,000,000,000" },
        { 1e300, "> 1,000,000,000,000,000,000" },
        { -1e300, "< -1,000,000,000,000,000,000" },
    };
    char text[FP_UNIT_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(fp_number_format(text, cases[i].value), cases[i].text);
    assert_string_equal(fp_number_format(text, (double)NAN), "–");
    assert_string_equal(fp_number_format(text, (double)INFINITY), "–");
}

static void columns(void **state)
{
    static const struct {
        double value;
        int decimals;
        const char *text;
    } cases[] = {
        { 0, 3, "0" },
        { 0.22, 3, "0.220" },
        { -0.22, 3, "-0.220" },
        { 0.0004, 3, "< 0.001" },
        { -0.0004, 3, "> -0.001" },
        { 0.0005, 3, "0.001" },
        { 0.9996, 3, "1.000" },
        { 12.3456, 2, "12.35" },
        { 12345.678, 2, "12,345.68" },
        { 0.00000093, 6, "0.000001" },
        { 1e300, 6, "> 1,000,000,000,000,000,000" },
    };
    static const struct {
        double largest;
        int decimals;
    } widths[] = {
        { 0, 2 },      { 1e-9, 6 },  { 0.00063, 6 }, { 0.00209, 5 }, { 0.0994, 4 },
        { 0.0999, 3 }, { 0.22, 3 },  { 0.994, 3 },   { 0.9996, 2 },  { 1, 2 },
        { 42, 2 },     { 1e300, 2 }, { -0.22, 3 },
    };
    char text[FP_UNIT_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(fp_fixed_format(text, cases[i].value, cases[i].decimals), cases[i].text);
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++)
        assert_int_equal(fp_fixed_decimals(widths[i].largest), widths[i].decimals);
    assert_string_equal(fp_fixed_format(text, (double)NAN, 2), "–");
    assert_int_equal(fp_fixed_decimals((double)NAN), 2);
}

/* A decimal comma of the locale must not reach a page. */
static void locale(void **state)
{
    char text[FP_UNIT_TEXT];

    if (!setlocale(LC_ALL, "de_DE.UTF-8"))
        skip();
    snprintf(text, sizeof text, "%.1f", 0.5);
    assert_string_equal(text, "0,5"); /* else this proves nothing */
    readable(state);
    exact(state);
    assert_string_equal(fp_number_format(text, 0.22), "0.22");
    assert_string_equal(fp_share_format(text, 329, 1000), "32.9 %");
    setlocale(LC_ALL, "C");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names),  cmocka_unit_test(readable), cmocka_unit_test(exact),
        cmocka_unit_test(shares), cmocka_unit_test(numbers),  cmocka_unit_test(columns),
        cmocka_unit_test(locale),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
