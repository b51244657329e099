/* report/chart: ticks that are read, lines that break, dates; nothing at zero that was not measured. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "report/chart.h"

static struct fp_model model;

static struct fp_chart chart_of(double most, enum fp_chart_scale scale, enum fp_unit unit)
{
    return (struct fp_chart){ .model = &model, .first = 0, .last = 10 * 86400, .period = 86400, .most = most,
                              .scale = scale, .unit = unit };
}

/* The labels of the ticks, one after the other. */
static const char *ticks(double most, enum fp_chart_scale scale, enum fp_unit unit)
{
    static char text[1000];
    struct fp_chart chart = chart_of(most, scale, unit);
    json_t *object = json_object(), *tick;
    double above = INFINITY;
    size_t i;

    model = (struct fp_model)FP_MODEL_INIT;
    fp_chart_put_axes(&chart, object, (const int64_t[]){ 0 }, 1);
    text[0] = '\0';
    json_array_foreach(json_object_get(object, "grid"), i, tick) {
        double y = strtod(fp_model_get_text(tick, "y"), NULL);

        strcat(strcat(text, i ? "|" : ""), fp_model_get_text(tick, "label"));
        if (!(y < above))
            fail_msg("%s: %g, then %g", text, above, y);
        above = y;
    }
    /* the largest value has room */
    assert_true(fp_chart_y(&chart, most) >= above - 0.1);
    assert_false(model.failed);
    json_decref(object);
    return text;
}

static void ticks_are_one_two_or_five(void **state)
{
    (void)state;
    assert_string_equal(ticks(0.22, FP_CHART_CORES, FP_UNIT_MICROSECONDS), "0|0.1 cores|0.2 cores|0.3 cores");
    assert_string_equal(ticks(4, FP_CHART_CORES, FP_UNIT_MICROSECONDS), "0|1 cores|2 cores|3 cores|4 cores");
    assert_string_equal(ticks(0.329, FP_CHART_SHARE, FP_UNIT_MICROSECONDS), "0|10.0 %|20.0 %|30.0 %|40.0 %");
    assert_string_equal(ticks(1, FP_CHART_SHARE, FP_UNIT_MICROSECONDS), "0|50.0 %|100 %");
    assert_string_equal(ticks(19e6, FP_CHART_VALUE, FP_UNIT_MICROSECONDS), "0|5.00 s|10.0 s|15.0 s|20.0 s");
    assert_string_equal(ticks(90e6, FP_CHART_VALUE, FP_UNIT_MICROSECONDS), "0|30.0 s|1.00 min|1.50 min");
    assert_string_equal(ticks(3e9, FP_CHART_VALUE, FP_UNIT_NANOSECONDS), "0|1.00 s|2.00 s|3.00 s");
    assert_string_equal(ticks(3.0 * 1073741824, FP_CHART_VALUE, FP_UNIT_BYTES), "0|1.00 GiB|2.00 GiB|3.00 GiB");
    assert_string_equal(ticks(3, FP_CHART_VALUE, FP_UNIT_OBJECTS), "0|1 object|2 objects|3 objects");
}

static void axes_of_odd_values_end(void **state)
{
    (void)state;
    assert_string_equal(ticks(0, FP_CHART_SHARE, FP_UNIT_BYTES), "0|100 %");
    assert_string_equal(ticks(0, FP_CHART_VALUE, FP_UNIT_SAMPLES), "0|1 sample");
    assert_true(strlen(ticks(1e308, FP_CHART_CORES, FP_UNIT_BYTES)) < 400);
    assert_true(strlen(ticks(9.2e18, FP_CHART_VALUE, FP_UNIT_BYTES)) < 400);
    assert_true(strlen(ticks(5e-324, FP_CHART_CORES, FP_UNIT_BYTES)) < 400);
    assert_true(strlen(ticks(-1, FP_CHART_VALUE, FP_UNIT_BYTES)) < 400);
}

static void lines_break_where_something_is_missing(void **state)
{
    static const struct fp_chart_point points[] = {
        { 0, 1, true },         { 86400, 2, true },      { 2 * 86400, 0, false }, /* empty */
        { 3 * 86400, 1, true },                                                   /* 4: not pressed */
        { 5 * 86400, 1, true }, { 6 * 86400 + 3600, 1, true },                    /* clocks change */
        { 7 * 86400, 0, true },                                                   /* measured as nothing */
    };
    struct fp_chart chart = chart_of(2, FP_CHART_CORES, FP_UNIT_MICROSECONDS);
    json_t *line = json_object(), *segments;

    (void)state;
    model = (struct fp_model)FP_MODEL_INIT;
    fp_chart_put_line(&chart, line, points, sizeof points / sizeof *points);
    segments = json_object_get(line, "segments");
    assert_int_equal(json_array_size(segments), 2);
    assert_string_equal(fp_model_get_text(json_array_get(segments, 0), "points"), "104.0,122.0 163.0,14.0");
    /* 5, 6 and 7, not 3 */
    assert_int_equal(strncmp(fp_model_get_text(json_array_get(segments, 1), "points"), "399.0,", 6), 0);
    assert_non_null(strstr(fp_model_get_text(json_array_get(segments, 1), "points"), ",230.0"));
    json_decref(line);
}

static void dates_say_the_year_once(void **state)
{
    struct fp_chart chart = chart_of(1, FP_CHART_CORES, FP_UNIT_MICROSECONDS);
    int64_t times[31];
    char text[FP_CHART_DATE];
    json_t *object = json_object(), *dates;

    (void)state;
    for (size_t i = 0; i < 31; i++)
        times[i] = 1795046400 + 86400 * (int64_t)i;
    chart.first = times[0];
    chart.last = times[30];
    model = (struct fp_model)FP_MODEL_INIT;
    fp_chart_put_axes(&chart, object, times, 31);
    dates = json_object_get(object, "dates");
    assert_int_equal(json_array_size(dates), 6);
    assert_string_equal(fp_model_get_text(json_array_get(dates, 0), "label"), "19 Nov 2026");
    assert_string_equal(fp_model_get_text(json_array_get(dates, 5), "label"), "19 Dec");
    assert_string_equal(fp_chart_date(&chart, text, times[1], false), "20 Nov");
    chart.period = 3600;
    assert_string_equal(fp_chart_date(&chart, text, times[1] + 7200, true), "20 Nov 2026 02:00");
    json_decref(object);
}

/* Times in days, NAN = no value; the last is today. */
static json_t *spark_of(const double *values, const int *days, size_t count)
{
    json_t *row = json_object(), *trend = json_pack("{s:i, s:b, s:[]}", "period", 86400, "cores", 1, "points");

    for (size_t i = 0; i < count; i++)
        json_array_append_new(json_object_get(trend, "points"),
                              isnan(values[i]) ? json_pack("[i, n]", days[i] * 86400)
                                               : json_pack("[i, f]", days[i] * 86400, values[i]));
    model = (struct fp_model)FP_MODEL_INIT;
    fp_chart_put_spark(&model, row, trend, FP_UNIT_MICROSECONDS);
    json_decref(trend);
    return row;
}

static void sparklines_end_today_and_reach_back_fourteen_nights(void **state)
{
    static const double values[] = { 9, 1, 2, (double)NAN, 4, 3 };
    static const int days[] = { 0, 20, 21, 22, 30, 31 };
    json_t *row = spark_of(values, days, 6), *spark = json_object_get(row, "spark"), *dots;

    (void)state;
    /* 0 is too long ago, and does not squeeze the others; 22 was empty, 23 to 29 are missing */
    assert_string_equal(fp_model_get_text(spark, "text"),
                        "4 of the last 14 windows have a value, from 1 cores to 4 cores");
    assert_int_equal(json_array_size(json_object_get(spark, "segments")), 2);
    dots = json_object_get(spark, "dots");
    assert_int_equal(json_array_size(dots), 1);
    assert_string_equal(fp_model_get_text(json_array_get(dots, 0), "x"), "108.0");
    json_decref(row);

    row = spark_of((const double[]){ 5, (double)NAN, 5 }, (const int[]){ 29, 30, 31 }, 3);
    spark = json_object_get(row, "spark");
    assert_int_equal(json_array_size(json_object_get(spark, "segments")), 0);
    assert_int_equal(json_array_size(json_object_get(spark, "dots")), 2);
    json_decref(row);

    row = spark_of((const double[]){ 5, 6 }, (const int[]){ 30, 31 }, 2); /* joined, and still seen */
    spark = json_object_get(row, "spark");
    assert_int_equal(json_array_size(json_object_get(spark, "segments")), 1);
    assert_int_equal(json_array_size(json_object_get(spark, "dots")), 2);
    json_decref(row);

    row = spark_of(NULL, NULL, 0);
    assert_true(json_is_null(json_object_get(row, "spark")));
    json_decref(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ticks_are_one_two_or_five),
        cmocka_unit_test(axes_of_odd_values_end),
        cmocka_unit_test(lines_break_where_something_is_missing),
        cmocka_unit_test(dates_say_the_year_once),
        cmocka_unit_test(sparklines_end_today_and_reach_back_fourteen_nights),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
