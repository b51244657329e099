/*
 * Inside plan/: time zones and civil dates, the arithmetic under plan/window.h.
 *
 * A `struct fp_date` is a day of the proleptic Gregorian calendar; a day number counts
 * days since 1970-01-01. Local seconds are what a wall clock shows, counted as if it
 * were UTC. Pure functions; GLib's zone tables are the only input.
 */
#ifndef FP_PLAN_ZONE_H
#define FP_PLAN_ZONE_H

#include <stdbool.h>
#include <stdint.h>

#include "plan/window.h"

#define FP_DAY INT64_C(86400)
#define FP_HOUR INT64_C(3600)

/* Times are 1970-01-01T00:00:00Z … 9998-12-31T23:59:59Z, so that a local year always has four digits. */
#define FP_TIME_MIN INT64_C(0)
#define FP_TIME_MAX INT64_C(253370764799)

struct fp_date {
    int64_t year;
    int month, day; /* 1-based */
};

/* Days since 1970-01-01 and back; any int32 year. */
int64_t fp_date_to_days(struct fp_date date);
struct fp_date fp_date_from_days(int64_t days);
int fp_month_length(int64_t year, int month);
/* 0 = Monday … 6 = Sunday. */
int fp_weekday(int64_t days);

/* Seconds east of UTC at an instant; zone NULL is UTC. */
int32_t fp_zone_offset(const struct fp_zone *zone, int64_t time);
/* The instant at which a wall clock shows `local`: the first where there are two; where there is none, the
 * clock reading is moved forward by the gap. */
int64_t fp_zone_instant(const struct fp_zone *zone, int64_t local);
/* The first second of a local day; that of the next day where the zone skipped the day. */
int64_t fp_zone_midnight(const struct fp_zone *zone, int64_t days);
/* Which local day an instant belongs to. */
int64_t fp_zone_day(const struct fp_zone *zone, int64_t time);
/* The start of the local hour around an instant: HH:00, or the zone's change of offset after that. */
int64_t fp_zone_hour(const struct fp_zone *zone, int64_t time);

#endif
