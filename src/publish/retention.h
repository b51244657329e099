/*
 * What stays of a site, and what goes: a pure function of the nights and the limits.
 *
 * Of the nights by themselves, and of their profiles (most of a night's bytes) by limits of their own:
 *
 *   keep_days     goes what ended more than so many days before the reference: the end of the newest night that has data.
 *                 Not the clock: where that is wrong, or where nothing was pressed for a year, nothing goes for it
 *   keep_nights   goes what so many nights with data, of whatever length, are newer than. One without data counts for nothing
 *   max_bytes     the oldest go until what is left takes no more. What may not go counts, too
 *
 * Newer is what ends later; of those that end together, what begins later. A night with data that stands alone more than
 * FP_RETENTION_FAR days (or keep_days, if that is less) ahead of all others is not believed, since a wrong clock may have
 * made it: it stays, but is no reference and counts for nothing until there is a second one.
 *
 * Profiles first, so that nights are counted with the bytes that are left of them. Neither the night nor its profiles go of
 * one that is bound: kept under a name, the newest, the newest with data, or not to be judged.
 *
 * Thread-safe: no state.
 */
#ifndef FP_PUBLISH_RETENTION_H
#define FP_PUBLISH_RETENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "config/config.h"

#define FP_RETENTION_FAR 31 /* days */

enum fp_retention {
    FP_RETENTION_STAYS,
    FP_RETENTION_DAYS,
    FP_RETENTION_NIGHTS,
    FP_RETENTION_BYTES
};

struct fp_retention_night {
    int64_t end;             /* of its window, unix seconds */
    int64_t bytes, profiles; /* of its files; of those, of its profiles */
    bool has_data;           /* a report that is ok or partial */
    bool bound;
};

struct fp_retention_verdict {
    enum fp_retention night, profiles; /* why each goes; where the night does, its profiles are not told of */
};

/* Is there any limit? */
bool fp_retention_is_set(const struct fp_retention_config *limits);

/* `nights`: as in struct fp_nights. Sets one verdict for each, and `bound` of the first, and of the newest with data.
 * FP_ENOMEM only. */
int fp_retention_judge(const struct fp_retention_config *limits, struct fp_retention_night *nights, size_t count,
                       struct fp_retention_verdict *verdicts, struct fp_error *err);

/* The key of the limit: "keep_days" … */
const char *fp_retention_name(enum fp_retention why);

#endif
