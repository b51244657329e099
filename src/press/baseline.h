/*
 * Where a run finds the older profile of a report: in its own stage, in the site, or in what it fetched only for that.
 *
 * - A job of this run that the plan names is waited for: its report is in the stage, its reference beside the nights.
 * - Else, or when that job failed or the report of an earlier run stays in place of its own, the report that the site has.
 * - What cannot be had is said in words (fp_baseline.missing), and a file that cannot be read is a warning, too. None of
 *   it is a failure of the newer report.
 *
 *     fp_baseline_init(&baseline);
 *     rc = fp_baseline_find(&baseline, run, context, &err);
 */
#ifndef FP_PRESS_BASELINE_H
#define FP_PRESS_BASELINE_H

#include <stdbool.h>

#include "press/compare.h"
#include "press/job.h"

/* The directory in the stage for the references' profiles: no night is called that. */
#define FP_BASELINE_STAGE "references"

/* Is a baseline asked for at all for this job? */
bool fp_baseline_wanted(const struct fp_job_run *run, const struct fp_job_context *context);

/* Waits where it must. FP_ENOMEM, or FP_ECANCELLED when the run is told to stop; all else is an fp_baseline. */
int fp_baseline_find(struct fp_baseline *baseline, const struct fp_job_run *run, const struct fp_job_context *context,
                     struct fp_error *err);

/* What fp_plan_compare asks (ctx of both). */
struct fp_baseline_site {
    const char *output;
    struct fp_log *log;
};

/* Does the site keep a night under this name? */
bool fp_baseline_is_kept(void *site, const char *label);
/* Does it hold the profile of the report, or know that it is empty? One that is damaged it does not hold: that is a warning,
 * and it is asked for like one that is not there. */
bool fp_baseline_is_published(void *site, const struct fp_job *job, const char *night);

#endif
