/*
 * Files for a ticket beside a report of a site (press/bundle.h), and the page that leads to them.
 *
 * The page is drawn behind them, as it says how large they are; summary.json, which is in the zip, says nothing of them. A
 * site's page leads to those that are in its directory, whatever the reason that another is not.
 *
 *     rc = fp_attached_write(bundle, facts, dir, options, summary, &err);
 *     rc = fp_attached_page(dir, &(struct fp_attached_in){ dir, false }, pages, summary, place, &err);
 *
 * Thread-safe.
 */
#ifndef FP_PRESS_ATTACHED_H
#define FP_PRESS_ATTACHED_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "press/bundle.h"
#include "press/draw.h"

/* fp_bundle_write, but of a site: what ends it is said in a warning, and leaves none of the files, for the report is whole
 * without them. Fails with FP_EIO and FP_ENOMEM only. */
int fp_attached_write(const struct fp_bundle *bundle, const struct fp_report_facts *facts, const char *dir,
                      const struct fp_draw_options *options, json_t *summary, struct fp_error *err);

/* Where the files are that a page leads to: beside it at last. */
struct fp_attached_in {
    const char *dir;
    bool without_profiles; /* those that hold the profile will not be */
};

/* index.html of a report, in `dir`. */
int fp_attached_page(const char *dir, const struct fp_attached_in *in, const struct fp_pages *pages, json_t *summary,
                     const struct fp_page_place *place, struct fp_error *err);

/* Is this the name of one that holds the profile? */
bool fp_attached_holds_profile(const char *name);

#endif
