/*
 * Time windows: calendar arithmetic as pure functions of (spec, zone, now).
 *
 * Inside the program a window is half-open, [start, end), in unix seconds; on the
 * wire it is [start, end - 1], both inclusive. Start < end always.
 *
 * Specs (spaces around them ignored, case matters not):
 *   yesterday, today, last 15m|6h|7d, hour, previous hour, week (ISO, Monday first), last week, month, last month,
 *   2026-11-20                                   a calendar day
 *   2026-11-20T09:00/2026-11-20T18:00, …/PT9H    a pair of instants, or an instant and an ISO 8601 duration
 *   instants: local time YYYY-MM-DD[THH:MM[:SS]], RFC 3339 with offset or Z, @unix
 * `today`, `hour`, `week`, `month` end now (at the whole second), not in the future; `last N` ends now.
 * A day in `last 7d` or P1D is 86,400 seconds and P1W seven of them, whatever the clocks do; years and months are
 * no durations. 24:00 is the end of a day; a space may stand for the T; fractions of a second must be zero.
 * An hour is HH:00 to HH+1:00, cut where the zone's offset changes inside it (Lord Howe). Years: 1970 to 9998.
 * A local time that does not exist (spring forward) is moved forward by the gap; one that exists twice means the first.
 *
 * Zones are IANA names, through GLib's GTimeZone: no global TZ state is touched, thread-safe.
 */
#ifndef FP_PLAN_WINDOW_H
#define FP_PLAN_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fp_zone; /* an IANA time zone; immutable, may be shared by threads */

/* NULL name = the system's zone. Unknown zone: NULL with err naming it. */
struct fp_zone *fp_zone_new(const char *name, struct fp_error *err);
void fp_zone_free(struct fp_zone *zone);
/* "Asia/Shanghai"; for the system's zone (TZ, else /etc/localtime) the name found, "UTC" where none is set, "local" for
 * one without a name (a POSIX rule in TZ). */
const char *fp_zone_name(const struct fp_zone *zone);

struct fp_window {
    int64_t start, end;   /* unix seconds, half-open */
    bool whole_day;       /* exactly one local calendar day */
    bool cut;             /* a day up to the present, or what fp_window_until has cut there */
    /* "Fri 20 Nov 2026", "Sun 29 Mar 2026 (23 hours)", "Mon 16 Nov 2026 to Sun 22 Nov 2026", "November 2026",
     * "Fri 20 Nov 2026, 09:00 to 18:00 (+08:00)", "Fri 20 Nov 2026, 00:00 to 09:30 (+08:00), not over yet",
     * "Sun 29 Mar 2026, 01:00 (+01:00) to 04:00 (+02:00)" */
    char label[96];
    char path[48];        /* of the night below the site, also its id: "2026/11/20" for a day, else
                           * "2026/11/20/T…": see below */
    const char *baseline; /* what it is compared with, as configured for it alone; borrowed; NULL = as every window */
};

/*
 * `path` is made of [0-9A-Za-z/-] only. A whole local day is YYYY/MM/DD (local date). Any other window is
 * YYYY/MM/DDTHHMMSSZ-N with its UTC start and its length in seconds, e.g. 2026/11/20T010000Z-32400:
 * two different windows of one zone never share a path.
 * FP_ENOTFOUND: `today`, `hour`, `week` or `month` at its very first second, when there is nothing in it. Nothing is
 * wrong with the spec.
 */
int fp_window_parse(const char *spec, const struct fp_zone *zone, int64_t now, struct fp_window *ret_window,
                    struct fp_error *err);
/* From --since and --until: each an instant as above (a bare date means its first second). until NULL = now. */
int fp_window_between(const char *since, const char *until, const struct fp_zone *zone, int64_t now,
                      struct fp_window *ret_window, struct fp_error *err);
/* What of a window has been by `now`: one that begins then or later is FP_EINVAL; one that ends later is cut there, its
 * label says "not over yet", and it is no whole day. Nobody can have measured the rest. */
int fp_window_until(struct fp_window *window, const struct fp_zone *zone, int64_t now, struct fp_error *err);
/* The window just before, of the same length in the calendar: the day before a whole day, seven days before seven, the
 * month before a month, also for a day that is not over; for what is no whole days the same length ending at start. */
int fp_window_previous(const struct fp_window *window, const struct fp_zone *zone,
                       struct fp_window *ret_window, struct fp_error *err);
/* The window that `spec` means and those before it, the newest first, at most `max` (1 or more): yesterday and the days before.
 * A spec that always means the same window has no others. Those that are not over by now are left out. FP_EINVAL for one
 * that means another window every second (`last 6h`, `today`): an earlier one of it cannot be pressed again. */
int fp_window_last(const char *spec, const struct fp_zone *zone, int64_t now, size_t max, struct fp_window *ret_windows,
                   size_t *ret_count, struct fp_error *err);
/* Label and path for given bounds. */
int fp_window_make(int64_t start, int64_t end, const struct fp_zone *zone, struct fp_window *ret_window,
                   struct fp_error *err);

#define FP_TIME_TEXT 40
/* "2026-11-20 00:00:00 +08:00" in the zone; zone NULL: "2026-11-19 16:00:00 UTC". Returns `to`. */
char *fp_time_format(char to[FP_TIME_TEXT], int64_t time, const struct fp_zone *zone);
/* "2026-11-20T00:00:00+08:00" (RFC 3339); zone NULL: "…Z". */
char *fp_time_rfc3339(char to[FP_TIME_TEXT], int64_t time, const struct fp_zone *zone);
/* An instant as in the grammar above (for --now). */
int fp_time_parse(const char *text, const struct fp_zone *zone, int64_t *ret_time, struct fp_error *err);

#endif
