/*
 * Nights that are kept under a name, to compare others with.
 *
 * DIR/kept/LABEL/ holds copies of what a comparison needs of a night: SERVICE/EVENT/profile.pb.gz and summary.json, and
 * the night's own summary.json, with a run.json of their own. They are copies: the night may be pressed again or removed, and what was kept stays as
 * it was, until somebody keeps another night under that name with `force`. A label is what fp_baseline_is_label says:
 * one safe path component.
 *
 * A night whose profiles are gone, or that never had any, is kept all the same: by its summaries, and bound by its label. The
 * manifest of the site lists the labels (publish/labels.h), so a copy that is lost is missed; who wants it to go says so.
 *
 * Built in a stage and put in place with one rename, under the lock of the site: killed at any instant, the site keeps
 * the old copies or the new ones, whole.
 *
 *     struct fp_keep keep = { "/var/lib/flamepress/site", "2026/11/20", "release-4.2", false, now };
 *     if (fp_keep_night(&keep, &reports, &err) < 0) …
 */
#ifndef FP_PUBLISH_KEEP_H
#define FP_PUBLISH_KEEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

struct fp_keep {
    const char *site;
    const char *night; /* its path below the site */
    const char *label;
    bool force;        /* replace what is kept under the label */
    int64_t now;       /* for the lock */
};

/* FP_ENOTFOUND for a night that is not there; FP_EINVAL for a label that cannot be one, or that is in use, or under which a
 * file of somebody else's is kept; FP_EDATA and the like for a night whose run.json is damaged; FP_EBUSY while a run holds the
 * lock. `ret_reports`: how many profiles were copied. */
int fp_keep_night(const struct fp_keep *keep, size_t *ret_reports, struct fp_error *err);

/* Removes what is kept under the label, and the label, also where the copy is lost. FP_ENOTFOUND when there is neither; others
 * as fp_keep_night. */
int fp_keep_release(const char *site, const char *label, int64_t now, struct fp_error *err);

/* The night of the site that `at` is in and that began last: so of an hour, a day and a month it is the hour. Those that
 * cannot be read are passed over. FP_ENOTFOUND when there is none. `ret_night`: initialised, empty. */
int fp_keep_find(const char *site, int64_t at, struct fp_str *ret_night, struct fp_error *err);

#endif
