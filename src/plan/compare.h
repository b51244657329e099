/*
 * What each job of a plan is compared with: the second half of planning.
 *
 * The older profile of a job is that of its baseline window (plan/baseline.h). Where it comes from, in this order: a
 * job of the same report in this run; the site, which holds it already; else a *reference*, a job that is fetched only
 * to be compared with. `order` puts each job behind the one it is compared with, whatever the order of the windows.
 *
 *     struct fp_plan_comparing how = { specs, zone, is_kept, is_published, ctx };
 *     if (fp_plan_compare(&plan, &how, &err) < 0) …
 *
 * Pure but for what the two callbacks do. The plan stays usable after a failure, without comparisons.
 */
#ifndef FP_PLAN_COMPARE_H
#define FP_PLAN_COMPARE_H

#include <stdbool.h>

#include "plan/baseline.h"
#include "plan/plan.h"

#define FP_PLAN_KEPT "kept" /* below the site: nights that were kept, DIR/kept/LABEL/SERVICE/EVENT/ */

struct fp_plan_baseline {
    bool asked;              /* false: this window is to be compared with nothing */
    bool known;              /* false: there is none, `lack` */
    bool has_window;
    struct fp_window window; /* where has_window */
    char label[96];          /* "Thu 19 Nov 2026"; of a kept night: its name */
    char night[80];          /* its path below the site */
    struct fp_baseline_lack lack;
};

struct fp_plan_comparing {
    const struct fp_baseline_spec *specs; /* one for each window of the plan */
    const struct fp_zone *zone;
    bool (*is_kept)(void *ctx, const char *label);
    /* Does the site hold the report of `job` in the night at this path, or know that it is empty? */
    bool (*is_published)(void *ctx, const struct fp_job *job, const char *night);
    void *ctx;
};

/* Once for a plan. Nothing is done where all windows say `none`. */
int fp_plan_compare(struct fp_plan *plan, const struct fp_plan_comparing *how, struct fp_error *err);

/* Inside plan/: appends a job and its chunks where there are arrays for them, else only counts. */
int fp_plan_add_job(struct fp_plan *plan, const struct fp_service_config *service, const char *event_type,
                    uint32_t index, struct fp_error *err);

#endif
