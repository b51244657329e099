/*
 * A press run: a plan in, a published site out.
 *
 * As many threads as requests may be in flight take chunks off the plan one after the other, so only a few jobs
 * are open at a time and memory goes with them, not with the number of services. When all jobs
 * are done, each night is switched into place, then the index, then `latest`.
 * On failure or when cancelled before the first switch, the site is what it was. After it, the nights that were switched
 * stay, the index and `latest` follow, and the log names them and those that were not published.
 */
#ifndef FP_PRESS_PRESS_H
#define FP_PRESS_PRESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/log.h"
#include "config/config.h"
#include "plan/plan.h"
#include "press/discover.h"
#include "report/page.h"
#include "source/source.h"

struct fp_part_place;
struct fp_press_result;

struct fp_press {
    const struct fp_config *config;
    const struct fp_plan *plan;
    const struct fp_discovery *discoveries; /* one for each window of the plan; NULL = there was nothing to find out */
    const struct fp_zone *zone;
    struct fp_source *source;
    const struct fp_pages *pages;
    const char *output;
    int64_t generated;         /* what pages say of when they were made */
    bool force;                /* replace reports of earlier runs that are worth more (press/night.h) */
    struct fp_log *log;
    const atomic_bool *cancel;
    bool say_regressions;      /* in a line each, once the site is published */
    int64_t ends_ms;           /* from then on nothing is asked for (press/fetch.h); 0 = never */
    /* Called with the lock held when nights were published and nothing ended the run; `nights`: their paths, spaces
     * between. NULL = nothing to do. */
    void (*after)(void *ctx, const struct fp_press_result *result, const char *nights);
    void *after_ctx;
    const struct fp_part_place *part; /* the plan is that of a shard: leave its part (press/part.h); NULL = publish */
    const char *given_up;      /* nothing is asked for, and each report fails for this reason; NULL = all is */
};

struct fp_press_result {
    size_t ok, empty, partial, failed; /* jobs by outcome */
    size_t kept;                       /* … of which a better report of an earlier run stayed */
    size_t nights;                     /* published; of a shard: those that it has something of to be published */
    size_t regressions;                /* of all reports */
    size_t damaged;                    /* nights with a damaged summary.json: mended, or shown so in the index */
    double seconds;                    /* that it took */
    bool not_pruned;                   /* what was to go is still there, in part or as a whole; logged */
    bool already;                      /* nothing was done, for it was before (press/assemble.h): nights, regressions and whether
                                          anything was partial are those of then */
    bool no_metrics;                   /* the metrics file could not be written; logged */
};

/* Of a run that came to its end: is all that it was asked for published, and nothing else wrong? */
static inline bool fp_press_is_whole(const struct fp_press_result *result)
{
    return result->nights && !result->failed && !result->partial && !result->kept && !result->damaged &&
           !result->not_pruned && !result->no_metrics;
}

/* *ret_result is set in every case. Takes the lock on the output directory, or on the part's, for the whole time: FP_EBUSY
 * when another run has it. Each job that failed or is partial has been logged in one line. A part that is there is left as
 * it is and counted, unless every report in it failed. */
int fp_press_run(const struct fp_press *press, struct fp_press_result *ret_result, struct fp_error *err);

#endif
