#include "press/incident.h"

#include <stdlib.h>

#include "press/job.h"

/* All chunks of a job; the last one draws it. */
static int run_job(struct fp_job_run *run, const struct fp_job_context *context, struct fp_error *err)
{
    bool done = false;
    int rc = FP_OK;

    for (uint32_t chunk = 0; chunk < run->job->chunk_count && rc == FP_OK; chunk++) {
        if (atomic_load(context->fetcher.cancel))
            return fp_error_set(err, FP_ECANCELLED, "told to stop; nothing was written");
        rc = fp_job_run_chunk(run, context, chunk, &done, err);
    }
    return rc;
}

static void log_outcome(const struct fp_incident *incident, const struct fp_job_run *run)
{
    const struct fp_job *job = run->job;
    const char *label = incident->plan->windows[job->window].label;

    if (run->outcome == FP_OUTCOME_FAILED)
        fp_log(incident->log, FP_LOG_ERROR, "%s %s, %s: failed: %s", job->service->title, job->event_type, label,
               run->failure ? run->failure : "(no reason known)");
    else if (run->outcome == FP_OUTCOME_PARTIAL)
        fp_log(incident->log, FP_LOG_ERROR, "%s %s, %s: partial: parts of the window could not be had; the first: %s",
               job->service->title, job->event_type, label, run->failure);
    else if (run->outcome == FP_OUTCOME_EMPTY)
        fp_log(incident->log, FP_LOG_WARNING,
               "%s %s, %s: empty: the server has no sample of it; `flamepress services` lists what it knows",
               job->service->title, job->event_type, label);
}

/* Each job behind the one that it is compared with. */
static int run_jobs(const struct fp_incident *incident, struct fp_job_run *runs, const struct fp_job_context *context,
                    struct fp_error *err)
{
    const struct fp_plan *plan = incident->plan;
    int rc = FP_OK;

    for (size_t i = 0; i < fp_plan_all_jobs(plan) && rc == FP_OK; i++)
        rc = run_job(&runs[plan->order ? plan->order[i] : i], context, err);
    return rc;
}

int fp_incident_press(const struct fp_incident *incident, const char *stage, struct fp_str *ret_dir,
                      enum fp_outcome *ret_outcome, struct fp_error *err)
{
    const struct fp_plan *plan = incident->plan;
    struct fp_job_run *runs = calloc(fp_plan_all_jobs(plan) + 1, sizeof *runs);
    const struct fp_job_context context = {
        .plan = plan,
        .zone = incident->zone,
        .fetcher = { incident->source, &incident->config->source, incident->log, incident->cancel },
        .draw = incident->draw,
        .stage = stage,
        .output = stage,
        .generated = incident->generated,
        .runs = runs,
        .stopped = incident->cancel,
    };
    size_t made = 0;
    struct fp_str dir;
    int rc = runs ? FP_OK : fp_error_nomem(err);

    for (; rc == FP_OK && made < fp_plan_all_jobs(plan); made++)
        rc = fp_job_run_init(&runs[made], &plan->jobs[made], err);
    if (rc == FP_OK)
        rc = run_jobs(incident, runs, &context, err);
    if (rc == FP_OK) {
        log_outcome(incident, &runs[0]);
        *ret_outcome = runs[0].outcome;
        rc = fp_job_report_dir(&runs[0], &context, &dir, err);
        fp_str_puts(ret_dir, dir.data);
        if (rc == FP_OK)
            rc = fp_str_status(ret_dir, "a path", err);
        fp_str_release(&dir);
    }
    for (size_t i = 0; i < made; i++)
        fp_job_run_release(&runs[i]);
    free(runs);
    return rc;
}
