/*
 * A job while it runs: chunks come in from any thread and in any order, the last
 * one in presses the report.
 *
 * Merging is by path and sums are exact, so the order of arrival leaves no trace. What is asked for one chunk depends on
 * that chunk alone, for the same reason: a server that refuses to count is asked again by the next chunk.
 *
 * A chunk is one request where its total proves it complete, two where its rows must be counted (press/proof.h), and
 * more where it must be asked for in halves: a reply that may have been cut is thrown away then, and its halves count.
 * A half of more rows than a reply holds twice over is counted before it is asked for.
 *
 * A server that refuses the first chunk (FP_EREFUSED: 401, 403, 404 …) would refuse the others, too: those that were not
 * sent by then fail with the same reason, unasked. Where the first one was answered, a refusal is that of one chunk.
 *
 * A reference (plan/compare.h) leaves only its profile, beside the nights of the stage, for the job that is compared
 * with it; a report waits for its baseline before it is drawn.
 *
 * Life cycle: init, one fp_job_run_chunk for each chunk (from any thread), release.
 */
#ifndef FP_PRESS_JOB_H
#define FP_PRESS_JOB_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "plan/plan.h"
#include "press/draw.h"
#include "press/fetch.h"
#include "press/kept.h"
#include "report/report.h"

struct fp_before;
struct fp_job_run;

/* What all jobs of a run share; read-only. */
struct fp_job_context {
    const struct fp_plan *plan;
    const struct fp_zone *zone;
    struct fp_fetcher fetcher;
    struct fp_draw_options draw;
    const char *stage;  /* directory in which nights are built */
    const char *output; /* the site, as earlier runs left it */
    int64_t generated;
    struct fp_job_run *runs;    /* of all jobs of the plan */
    struct fp_kept *kept;       /* for each window: the night as earlier runs left it; NULL = there are no nights */
    const struct fp_before *before; /* for each window: the night before; NULL = there are no nights */
    bool force;                 /* replace reports of earlier runs that are worth more (press/kept.h) */
    const atomic_bool *stopped; /* the run has failed: nobody needs to wait for another job any more */
};

struct fp_job_run {
    const struct fp_job *job;
    char *path; /* heap: of the report below its night, "SERVICE/EVENT" */

    pthread_mutex_t lock;    /* guards what follows until the last chunk is in */
    pthread_cond_t finished; /* `done` has become true: nothing changes any more */
    bool done;
    struct fp_builder merged;
    uint32_t chunks_left;
    uint32_t requests, replies;
    enum fp_form form;
    int64_t unproved_s;     /* seconds of parts that may have been cut, and were not asked for in smaller ones */
    uint32_t counted;       /* replies whose rows the server counted … */
    int64_t most_rows;      /* … and the most of them in one */
    int64_t row_limit;      /* the smallest in force */
    uint64_t mended_names;
    struct fp_balance balance;
    struct fp_failed_part *failed; /* heap; each `why` in `texts` */
    size_t failed_count, failed_cap;
    const char *refused;    /* why the server refused the first chunk, in `texts`; NULL = it did not */
    struct fp_arena texts;
    struct fp_error broken; /* the profile as a whole cannot be had (limits, memory): code FP_OK = it can */

    /* set by the last chunk */
    enum fp_outcome outcome;
    char *failure;  /* heap: why it failed, or the first part that did; NULL */
    json_t *entry;  /* for the night's summary */
    const char *stays; /* why the report of an earlier run stays in place of this one; NULL = this one is published, if its
                          night is. Of a reference: NULL */
};

/* "SERVICE/EVENT", below a night. A failed append shows in `path`. */
void fp_job_report_path(const struct fp_job *job, struct fp_str *path);
/* The directory of what is made of a job, in the stage; the caller releases it in every case. */
int fp_job_report_dir(const struct fp_job_run *run, const struct fp_job_context *context, struct fp_str *ret_dir,
                      struct fp_error *err);

static inline bool fp_job_is_reference(const struct fp_job *job)
{
    return job->asked_by != FP_NO_JOB;
}

int fp_job_run_init(struct fp_job_run *run, const struct fp_job *job, struct fp_error *err);
void fp_job_run_release(struct fp_job_run *run);

/* Fetches chunk `index` of the job; when it was the last one, presses the report (*ret_done is true then). A chunk or a
 * report that fails is an outcome, not an error: negative only when not even the page that says so could be written, or when
 * the run was cancelled. */
int fp_job_run_chunk(struct fp_job_run *run, const struct fp_job_context *context, uint32_t index, bool *ret_done,
                     struct fp_error *err);

#endif
