/*
 * The nights behind a night: what each report's total was, window by window.
 *
 * It is built from the published summaries of nights (report/night.h), the newest first, and keeps only numbers: a
 * night that is pressed again corrects it, there is no other store. At most FP_LIMIT_HISTORY_NIGHTS nights and
 * FP_LIMIT_HISTORY_POINTS points are kept, the newest; what is beyond is left out whole nights at a time.
 *
 * A series is a report, known by its directory below a night ("checkout-api/on-cpu"). A trend is a series over windows
 * that are alike: their lengths differ by an eighth at most, so that days go with days (of 23 hours, too) and months
 * with months, but a day never with an hour. A window without a value (not pressed, empty, failed) is in it, marked
 * absent: never a zero. `period` is what the starts of neighbours are apart where none is missing.
 *
 *     struct fp_history history;
 *     fp_history_init(&history);
 *     for (…) fp_history_add(&history, night, &err);
 *     fp_history_annotate(&history, newest, &err);
 *     fp_history_release(&history);
 *
 * Texts live as long as the history. Belongs to one thread.
 */
#ifndef FP_REPORT_HISTORY_H
#define FP_REPORT_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"

struct fp_history_night {
    const char *path, *label, *timezone, *outcome;
    int64_t start, end, generated;
};

struct fp_history_series {
    const char *path; /* of the report: "SERVICE/EVENT", two directory names */
    const char *title, *event, *unit;
    bool cores;       /* its newest value is one of cores */
    uint32_t newest;  /* index of the newest night that it is in */
    uint32_t last;    /* index + 1 of the point that was added last, which is the oldest */
};

struct fp_history_point {
    uint32_t before;     /* index of the point of the series that was added before, + 1; 0 = none */
    uint16_t night;
    uint16_t outcome;    /* index of its name */
    double total, cores; /* NAN where there is none */
};

struct fp_history {
    struct fp_arena arena;
    struct fp_history_night *nights;
    size_t night_count, night_cap;
    struct fp_history_series *series;
    size_t series_count, series_cap;
    struct fp_history_point *points;
    size_t point_count, point_cap;
    json_t *index; /* path of a report → its series */
    bool full;
};

void fp_history_init(struct fp_history *history);
void fp_history_release(struct fp_history *history);
/* One night; to be called with the newest first. Entries without a sound path are passed over, and so are nights
 * beyond the limits. FP_ENOMEM only. */
int fp_history_add(struct fp_history *history, const json_t *night, struct fp_error *err);

/* Do two nights belong into one trend? */
bool fp_history_is_alike(const struct fp_history *history, uint32_t one, uint32_t other);
/* Does the page of `night` show the number of `earlier` in a sparkline? */
bool fp_history_is_shown(const struct fp_history *history, uint32_t night, uint32_t earlier);
/* The index of a night by its path; false when it is not in the history. */
bool fp_history_find(const struct fp_history *history, const char *path, uint32_t *ret_night);

struct fp_trend_point {
    uint32_t night; /* in history->nights */
    int64_t start;
    double value;   /* cores, or the total */
    bool present;
    const char *outcome; /* "ok" …, "missing": the night has no such report */
};

struct fp_trend {
    struct fp_trend_point *items; /* heap; oldest first */
    size_t count;
    int64_t period; /* seconds; 0 with fewer than two windows */
    bool cores;
};

/* The series `series` over `night` (an index) and at most `most` - 1 windows before it. */
int fp_history_trend(const struct fp_history *history, uint32_t series, uint32_t night, size_t most,
                     struct fp_trend *ret_trend, struct fp_error *err);
void fp_trend_release(struct fp_trend *trend);
/* Is there nothing missing between two neighbours of a trend? */
static inline bool fp_trend_is_next(int64_t period, int64_t before, int64_t after)
{
    return 2 * (after - before) <= 3 * period;
}

#define FP_HISTORY_SPARK 14 /* nights of a sparkline */

/* Puts `trend` {period, cores, points [[start, value or null]]} into each entry of `night` that has a history of at
 * least two values: for a page, not for summary.json. `night` must have been added. */
int fp_history_annotate(const struct fp_history *history, json_t *night, struct fp_error *err);

/* Two directory names as publish/sitepath makes them; anything else in a summary.json was not written by us. */
bool fp_history_is_report_path(const char *path);

#endif
