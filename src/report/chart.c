#include "report/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "report/history.h"

/* A place for lines: where values and times go. */
struct frame {
    double left, right, top, bottom;
};

static const struct frame chart_frame = { 104, FP_CHART_WIDTH - 26, 14, FP_CHART_HEIGHT - 30 };
static const struct frame spark_frame = { 3, 108, 3, 21 };

/* The template renders texts: tenths of a pixel are enough, and no locale is involved. */
static void put_pixels(struct fp_model *model, json_t *object, const char *key, double value)
{
    long tenths = lround(10 * value);

    fp_model_printf(model, object, key, "%s%ld.%ld", tenths < 0 ? "-" : "", labs(tenths) / 10, labs(tenths) % 10);
}

static double place_x(const struct frame *frame, int64_t first, int64_t last, int64_t time)
{
    if (last <= first)
        return (frame->left + frame->right) / 2;
    return frame->left + (frame->right - frame->left) * (double)(time - first) / (double)(last - first);
}

static double place_y(const struct frame *frame, double most, double value)
{
    return frame->bottom - (most > 0 ? (frame->bottom - frame->top) * (value / most) : 0);
}

/* ---- lines ---- */

struct line {
    struct fp_model *model;
    const struct frame *frame;
    int64_t first, last, period;
    double most;
};

static bool joined(const struct line *line, const struct fp_chart_point *points, size_t count, size_t i)
{
    return i + 1 < count && points[i].present && points[i + 1].present &&
           fp_trend_is_next(line->period, points[i].time, points[i + 1].time);
}

static void put_segments(const struct line *line, json_t *to, const struct fp_chart_point *points, size_t count)
{
    json_t *segments = fp_model_array(line->model, to, "segments");
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    for (size_t i = 0; i < count; i++) {
        long x, y;

        if (!joined(line, points, count, i) && !text.len)
            continue;
        x = lround(10 * place_x(line->frame, line->first, line->last, points[i].time));
        y = lround(10 * place_y(line->frame, line->most, points[i].value));
        fp_str_printf(&text, "%s%ld.%ld,%ld.%ld", text.len ? " " : "", x / 10, x % 10, y / 10, y % 10);
        if (joined(line, points, count, i))
            continue;
        fp_model_put(line->model, fp_model_row(line->model, segments), "points",
                     fp_str_ok(&text) ? fp_model_slice(fp_str_slice(&text)) : NULL);
        fp_str_clear(&text);
    }
    fp_str_release(&text);
}

/* ---- ticks ---- */

/* What a value of the scale is read in: seconds rather than millions of microseconds. */
static double reading_unit(const struct fp_chart *chart, double most)
{
    static const double times[] = { 1, 1e3, 1e6, 60e6, 3600e6, 86400e6 }, bytes[] = { 1, 1024, 1048576, 1073741824, 1099511627776.0 };
    const double *steps = times;
    double scale = 1, unit = 1;
    size_t count = sizeof times / sizeof *times;

    if (chart->scale != FP_CHART_VALUE)
        return chart->scale == FP_CHART_SHARE ? 0.01 : 1;
    if (chart->unit == FP_UNIT_BYTES) {
        steps = bytes;
        count = sizeof bytes / sizeof *bytes;
    } else if (chart->unit == FP_UNIT_NANOSECONDS) {
        scale = 1e3;
    } else if (chart->unit != FP_UNIT_MICROSECONDS) {
        return 1;
    }
    for (size_t i = 0; i < count; i++)
        if (steps[i] * scale <= most)
            unit = steps[i] * scale;
    return unit;
}

/* 1, 2 or 5 times a power of ten, so that about four steps reach `most`. */
static double nice_step(double most)
{
    double rough = most / 4, power = pow(10, floor(log10(rough)));
    double ratio = rough / power;

    return power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
}

static bool counts(enum fp_unit unit)
{
    return unit != FP_UNIT_MICROSECONDS && unit != FP_UNIT_NANOSECONDS;
}

static double find_step(const struct fp_chart *chart)
{
    double unit = reading_unit(chart, chart->most), step;

    if (!(chart->most > 1e-300) || !isfinite(chart->most))
        return 1;
    step = nice_step(chart->most / unit) * unit;
    return chart->scale == FP_CHART_VALUE && counts(chart->unit) ? fmax(step, 1) : step;
}

/* The axis ends at the tick at or above the largest value. */
static double axis_end(const struct fp_chart *chart)
{
    double step = find_step(chart);

    return chart->most > 0 ? step * fmax(1, ceil(chart->most / step - 1e-9)) : step;
}

static const struct fp_lang *lang_of(const struct fp_chart *chart)
{
    return chart->model ? chart->model->lang : NULL;
}

char *fp_chart_format(const struct fp_chart *chart, char to[FP_UNIT_TEXT], double value)
{
    char text[FP_UNIT_TEXT];

    if (chart->scale == FP_CHART_SHARE)
        return fp_share_format(to, llround(fmin(fmax(value, 0), 1) * 1e9), 1000000000);
    if (chart->scale == FP_CHART_VALUE)
        return fp_lang_value(lang_of(chart), to, llround(fmin(fmax(value, -9e18), 9e18)), chart->unit);
    snprintf(to, FP_UNIT_TEXT, "%.30s %.16s", fp_number_format(text, value), fp_lang_word(lang_of(chart), "unit_cores"));
    return to;
}

static void put_grid(const struct fp_chart *chart, json_t *to)
{
    json_t *grid = fp_model_array(chart->model, to, "grid");
    double step = find_step(chart), end = axis_end(chart);
    char text[FP_UNIT_TEXT];

    for (int i = 0; i * step <= end * (1 + 1e-9); i++) {
        json_t *tick = fp_model_row(chart->model, grid);
        double y = fp_chart_y(chart, i * step);

        put_pixels(chart->model, tick, "y", y);
        put_pixels(chart->model, tick, "text_y", y + 4);
        fp_model_put(chart->model, tick, "label", fp_model_text(i ? fp_chart_format(chart, text, i * step) : "0"));
        fp_model_put(chart->model, tick, "zero", json_boolean(i == 0));
    }
}

/* ---- dates ---- */

char *fp_chart_date(const struct fp_chart *chart, char to[FP_CHART_DATE], int64_t time, bool year)
{
    char text[FP_TIME_TEXT], clock[8] = "", key[24], number[8];
    struct fp_str date;
    int month, day;

    fp_time_format(text, time, chart->zone); /* "2026-11-20 00:00:00 +08:00" */
    if (strlen(text) < 19) {
        snprintf(to, FP_CHART_DATE, "%.16s", text);
        return to;
    }
    month = (text[5] - '0') * 10 + text[6] - '0';
    day = (text[8] - '0') * 10 + text[9] - '0';
    if (chart->period > 0 && chart->period < 20 * 3600)
        snprintf(clock, sizeof clock, " %.5s", text + 11);
    snprintf(key, sizeof key, "month_short_%02d", (month + 11) % 12 + 1);
    snprintf(number, sizeof number, "%d", day % 100);
    text[4] = '\0'; /* the year */
    fp_str_init_fixed(&date, to, FP_CHART_DATE);
    fp_lang_say(lang_of(chart), &date, year ? "chart_date_year" : "chart_date", number, fp_lang_word(lang_of(chart), key),
                clock, text, NULL);
    return to;
}

#define DATES_MOST 6

/* Windows at equal distances, counted from the newest. */
static void put_dates(const struct fp_chart *chart, json_t *to, const int64_t *times, size_t count)
{
    json_t *dates = fp_model_array(chart->model, to, "dates");
    size_t step = (count + DATES_MOST - 1) / DATES_MOST, first = count ? (count - 1) % step : 0;
    char text[FP_CHART_DATE];

    for (size_t i = first; i < count; i += step) {
        bool ends = i == first || i + step >= count;
        double x = place_x(&chart_frame, chart->first, chart->last, times[i]);
        json_t *date = fp_model_row(chart->model, dates);

        put_pixels(chart->model, date, "x", x);
        fp_model_put(chart->model, date, "label", fp_model_text(fp_chart_date(chart, text, times[i], i == first)));
        fp_model_put(chart->model, date, "anchor",
                     fp_model_text(x < chart_frame.left + 30 ? "start" : x > FP_CHART_WIDTH - 70 ? "end" : "middle"));
        fp_model_put(chart->model, date, "minor", json_boolean(!ends));
    }
}

void fp_chart_put_axes(const struct fp_chart *chart, json_t *to, const int64_t *times, size_t count)
{
    put_grid(chart, to);
    put_dates(chart, to, times, count);
}

double fp_chart_y(const struct fp_chart *chart, double value)
{
    return place_y(&chart_frame, axis_end(chart), value);
}

void fp_chart_put_place(const struct fp_chart *chart, json_t *to, int64_t time, double value)
{
    put_pixels(chart->model, to, "x", place_x(&chart_frame, chart->first, chart->last, time));
    put_pixels(chart->model, to, "y", fp_chart_y(chart, value));
}

void fp_chart_put_line(const struct fp_chart *chart, json_t *to, const struct fp_chart_point *points, size_t count)
{
    const struct line line = { chart->model, &chart_frame, chart->first, chart->last, chart->period, axis_end(chart) };

    put_segments(&line, to, points, count);
}

/* ---- sparklines ---- */

#define SPARK_FEW 4u /* windows; a line through so few is short, so each has its dot */

static size_t read_points(const json_t *trend, struct fp_chart_point points[FP_HISTORY_SPARK])
{
    const json_t *list = json_object_get(trend, "points");
    size_t size = json_array_size(list), count = 0;
    int64_t last = json_integer_value(json_array_get(json_array_get(list, size ? size - 1 : 0), 0));
    int64_t back = (FP_HISTORY_SPARK - 1) * fp_model_get_int(trend, "period");

    for (size_t i = size > FP_HISTORY_SPARK ? size - FP_HISTORY_SPARK : 0; i < size; i++) {
        const json_t *pair = json_array_get(list, i), *value = json_array_get(pair, 1);
        int64_t time = json_integer_value(json_array_get(pair, 0));

        /* an hour more or less, where clocks change, is no reason to lose the first */
        if (last - time <= back + back / FP_HISTORY_SPARK / 2)
            points[count++] = (struct fp_chart_point){ time, json_number_value(value), json_is_number(value) };
    }
    return count;
}

static void put_spark_text(struct fp_model *model, json_t *spark, const struct fp_chart_point *points, size_t count,
                           const struct fp_chart *scale)
{
    char low[FP_UNIT_TEXT], high[FP_UNIT_TEXT];
    double least = INFINITY, most = 0;
    size_t present = 0;

    for (size_t i = 0; i < count; i++) {
        if (!points[i].present)
            continue;
        present++;
        least = fmin(least, points[i].value);
        most = fmax(most, points[i].value);
    }
    fp_model_say(model, spark, "text", "spark_text", fp_lang_number(present).text, fp_lang_number((size_t)FP_HISTORY_SPARK).text, fp_chart_format(scale, low, present ? least : 0), fp_chart_format(scale, high, most), NULL);
}

void fp_chart_put_spark(struct fp_model *model, json_t *row, const json_t *trend, enum fp_unit unit)
{
    struct fp_chart_point points[FP_HISTORY_SPARK];
    size_t count = read_points(trend, points);
    struct line line = { .model = model, .frame = &spark_frame, .period = fp_model_get_int(trend, "period") };
    const struct fp_chart scale = { .model = model,
                                    .scale = json_is_true(json_object_get(trend, "cores")) ? FP_CHART_CORES : FP_CHART_VALUE,
                                    .unit = unit };
    json_t *spark, *dots;

    if (!count) {
        fp_model_put(model, row, "spark", json_null());
        return;
    }
    line.last = points[count - 1].time;
    line.first = line.last - (FP_HISTORY_SPARK - 1) * line.period;
    for (size_t i = 0; i < count; i++)
        line.most = fmax(line.most, points[i].present ? points[i].value : 0);
    spark = fp_model_object(model, row, "spark");
    put_segments(&line, spark, points, count);
    dots = fp_model_array(model, spark, "dots");
    for (size_t i = 0; i < count; i++) {
        bool alone = !joined(&line, points, count, i) && !(i && joined(&line, points, count, i - 1));
        json_t *dot;

        if (!points[i].present || (!alone && i + 1 < count && count > SPARK_FEW))
            continue;
        dot = fp_model_row(model, dots);
        put_pixels(model, dot, "x", fmax(place_x(&spark_frame, line.first, line.last, points[i].time), spark_frame.left));
        put_pixels(model, dot, "y", place_y(&spark_frame, line.most, points[i].value));
    }
    put_spark_text(model, spark, points, count, &scale);
}
