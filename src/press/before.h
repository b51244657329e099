/*
 * The night before a night, for the links of its pages: the nearest earlier one of its kind (fp_night_is_alike) that can be
 * read, of those that are published and those that this run presses.
 *
 * The reports of several nights are drawn before the first of them is published, so one of the same run counts as if it
 * were: otherwise a second run would give other bytes. Should that night fail as a whole, the link leads to nothing; a
 * page with scripts asks nights.js (report/nights_script.h) in any case.
 *
 *     struct fp_before before;
 *     fp_before_find(&before, output, night_path, NULL, &err);
 *     if (before.path) … fp_before_has(&before, "checkout-api/on-cpu")
 *     fp_before_release(&before);
 *
 * May be read by several threads.
 */
#ifndef FP_PRESS_BEFORE_H
#define FP_PRESS_BEFORE_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"
#include "publish/nights.h"
#include "report/page.h"

struct fp_before {
    char *path, *label; /* heap; NULL = there is none */
    json_t *reports;    /* object: the paths of its reports */
};

struct fp_job_context;

/* `run`: a run whose windows count, too; NULL = none. */
int fp_before_find(struct fp_before *before, const char *output, const char *night, const struct fp_job_context *run,
                   struct fp_error *err);
/* Of the nights of this list alone. */
int fp_before_among(struct fp_before *before, const char *output, const char *night, const struct fp_nights *list,
                    struct fp_error *err);
bool fp_before_has(const struct fp_before *before, const char *report);
/* Of a report's page ("SERVICE/EVENT"): adds to its place where it is and what leads to the night before.
 * `text` (initialised, empty) holds it as long as the place is used; its sticky failure is the only error. */
void fp_before_place(const struct fp_before *before, const char *night, const char *report, struct fp_page_place *place,
                     struct fp_str *text);
void fp_before_release(struct fp_before *before);

#endif
