/*
 * Values over time as lines of an inline SVG: the numbers that a template needs, never markup.
 *
 * A line breaks where a window is missing or has no value: nothing is ever drawn between two points that are not
 * neighbours in time (report/history.h), and nothing at zero that was not measured as zero. The axis of values begins
 * at zero and has ticks at 1, 2 or 5 times a power of ten (of the unit it is read in); the axis of time names windows
 * that are there.
 *
 *     struct fp_chart chart = { &model, first, last, period, most, FP_CHART_VALUE, FP_UNIT_BYTES, zone };
 *     fp_chart_put_axes(&chart, object, starts, count);
 *     fp_chart_put_line(&chart, line, points, count);
 *
 * Pure but for the time zone database.
 */
#ifndef FP_REPORT_CHART_H
#define FP_REPORT_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/unit.h"
#include "plan/window.h"
#include "report/model.h"

enum fp_chart_scale { FP_CHART_CORES, FP_CHART_VALUE, FP_CHART_SHARE };

struct fp_chart_point {
    int64_t time;
    double value;
    bool present;
};

struct fp_chart {
    struct fp_model *model;
    int64_t first, last; /* times */
    int64_t period;
    double most;         /* the largest value */
    enum fp_chart_scale scale;
    enum fp_unit unit;   /* of FP_CHART_VALUE */
    const struct fp_zone *zone;
};

/* Coordinates of the drawing: the template's viewBox is "0 0 720 260". */
enum { FP_CHART_WIDTH = 720, FP_CHART_HEIGHT = 260 };

/* Puts grid [{y, text_y, label, zero}] and dates [{x, label, anchor, minor}]; `times` ascend. */
void fp_chart_put_axes(const struct fp_chart *chart, json_t *to, const int64_t *times, size_t count);
/* Puts segments [{points}]: neighbours, joined. A point without neighbours has none: its dot is all there is. */
void fp_chart_put_line(const struct fp_chart *chart, json_t *to, const struct fp_chart_point *points, size_t count);
/* Puts `x` and `y` of a place. */
void fp_chart_put_place(const struct fp_chart *chart, json_t *to, int64_t time, double value);
double fp_chart_y(const struct fp_chart *chart, double value);
/* A value as the chart's scale has it: "0.22 cores", "1.25 GiB", "32.9 %". */
char *fp_chart_format(const struct fp_chart *chart, char to[FP_UNIT_TEXT], double value);
/* "20 Nov", "20 Nov 2026", with the time of day where windows are shorter than that: in the zone. */
#define FP_CHART_DATE 32
char *fp_chart_date(const struct fp_chart *chart, char to[FP_CHART_DATE], int64_t time, bool year);

/* The sparkline of a night's table from an entry's `trend` (fp_history_annotate). Puts spark: null, or {segments, dots
 * [{x, y}] (points without neighbours, and the last), text (the same in words)}; its viewBox is "0 0 112 24". */
void fp_chart_put_spark(struct fp_model *model, json_t *row, const json_t *trend, enum fp_unit unit);

#endif
