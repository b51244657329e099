/*
 * The plan: services × events × windows → a flat array of jobs. No I/O; pure.
 *
 * A job is one report: one service entry, one event type, one window. It is asked
 * for in chunks: consecutive half-open parts of the window, each at most `step`
 * seconds long, that never share a second; a gauge is always one chunk.
 *
 * Order: windows in the order given, then services in the order of the file (or of the
 * window's own list), then events. That is also the order on the pages.
 *
 * What windows are compared with is added by fp_plan_compare (plan/compare.h). Until then no job has a baseline.
 *
 * Ownership: the plan owns its arrays; services and strings are borrowed from the
 * configuration or the windows' lists, which must outlive the plan. Read-only once made.
 */
#ifndef FP_PLAN_PLAN_H
#define FP_PLAN_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "config/config.h"
#include "plan/event.h"
#include "plan/only.h"
#include "plan/window.h"

struct fp_chunk {
    int64_t start, end; /* half-open */
};

struct fp_plan_baseline;

struct fp_job {
    const struct fp_service_config *service;
    const char *event_type;
    const struct fp_event *event;
    uint32_t window;      /* index into plan->windows */
    uint32_t first_chunk; /* index into plan->chunks */
    uint32_t chunk_count; /* at least 1 */
    uint32_t baseline;    /* job of the older profile; FP_NO_JOB = none that this run fetches */
    uint32_t asked_by;    /* of a reference: the first job that is compared with it; else FP_NO_JOB */
};

#define FP_NO_JOB UINT32_MAX

struct fp_plan {
    struct fp_window *windows; /* those to press; behind them those that only references are about */
    size_t window_count;
    struct fp_job *jobs; /* those to press; behind them references: fetched only to be compared with */
    size_t job_count, reference_count;
    struct fp_chunk *chunks; /* of all jobs */
    size_t chunk_count;
    struct fp_plan_baseline *baselines; /* one for each window to press; NULL = nothing is compared */
    uint32_t *order; /* all jobs, each behind its baseline; NULL = as they stand */
};

struct fp_plan_options {
    /* Windows to press, already resolved; at least one. Copied. Two that are equal are pressed once. */
    const struct fp_window *windows;
    size_t window_count;
    /* Services to keep; none = all. A text that means nothing, in no window, is an error. */
    struct fp_only only;
    /* One list for each window; NULL = the configuration's entries in every window. An entry with `match` or `group_by`
     * is refused here: only a source can say what it is. */
    const struct fp_plan_services *services;
    /* Which reports to press, of those: NULL = all. `window` is an index into the windows here. With it there may be none, and
     * a plan without jobs is made. */
    bool (*wanted)(const void *ctx, size_t window, const struct fp_service_config *service, const char *event);
    const void *wanted_ctx;
};

static inline size_t fp_plan_all_jobs(const struct fp_plan *plan)
{
    return plan->job_count + plan->reference_count;
}

int fp_plan_make(struct fp_plan *ret_plan, const struct fp_config *config, const struct fp_plan_options *options,
                 struct fp_error *err);
void fp_plan_release(struct fp_plan *plan);

#endif
