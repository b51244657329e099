/*
 * The nights that a site holds.
 *
 * A night is a directory DIR/YYYY/MM/DD or DIR/YYYY/MM/DDTHHMMSSZ-N (see plan/window.h) with a run.json in
 * it: run.json is written last, so a directory without one is not a whole night and is left out. Symbolic
 * links are not followed, everything else in DIR is passed over.
 *
 *     struct fp_nights nights;
 *     if (fp_nights_list(output, &nights, &err) < 0) …
 *     for (size_t i = 0; i < nights.count; i++) use(nights.items[i].path);
 *     fp_nights_release(&nights);
 */
#ifndef FP_PUBLISH_NIGHTS_H
#define FP_PUBLISH_NIGHTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct fp_night {
    char *path; /* heap: "2026/11/20", below the site */
};

struct fp_nights {
    struct fp_night *items; /* heap; the newest start first, at one start the longest window first */
    size_t count;           /* at most FP_LIMIT_NIGHTS: the newest */
    size_t omitted;         /* older nights that the site holds beyond those */
};

/* FP_ENOTFOUND when there is no DIR; a directory that cannot be read is an error, never a gap in the list. */
int fp_nights_list(const char *site, struct fp_nights *ret_nights, struct fp_error *err);
/* Fine on a zeroed struct, and twice. */
void fp_nights_release(struct fp_nights *nights);

/* Is this the path of a night: "2026/11/20" or "2026/11/20T010000Z-32400"? */
bool fp_night_is_path(const char *path);

/* Of two such paths: do their windows go one after the other, as days do, or hours? A whole day goes with whole days,
 * any other window with those whose length differs by an eighth at most, as months do (report/history.h). */
bool fp_night_is_alike(const char *one, const char *other);
/* Order of struct fp_nights: negative when `left` comes first, which is the newer. */
int fp_night_compare(const char *left, const char *right);

#endif
