/*
 * Inside plan/: the pieces of the grammar of plan/window.h.
 *
 * Each fp_x_take reads from *at and moves it behind what it took. The result is
 * NULL, or the reason (a static text) why it is not one; then *at is anywhere and
 * `ret_x` is untouched.
 */
#ifndef FP_PLAN_TIME_H
#define FP_PLAN_TIME_H

#include <stdbool.h>
#include <stdint.h>

struct fp_zone;

#define FP_INSTANT_FORMS "2026-11-20, 2026-11-20T09:00[:30], 2026-11-20T09:00+08:00 or …Z, @1795136400"

/* Decimal digits, at least one, no more than `max`; false otherwise. */
bool fp_count_take(const char **at, int64_t max, int64_t *ret_value);
/* YYYY-MM-DD as a day number. */
const char *fp_date_take(const char **at, int64_t *ret_days);
/* @unix, a date, a local time, or one with an offset. */
const char *fp_instant_take(const char **at, const struct fp_zone *zone, int64_t *ret_time);
/* ISO 8601, up to the end of the text. A day is 86,400 s and a week seven of them, whatever the clocks do. */
const char *fp_duration_take(const char **at, int64_t *ret_seconds);

#define FP_OFFSET_TEXT 16
/* "+08:00"; with seconds where there are any. Returns `to`. */
char *fp_offset_format(char to[FP_OFFSET_TEXT], int32_t offset);

#endif
