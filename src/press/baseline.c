#include "press/baseline.h"

#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/wait.h"
#include "codec/codec.h"
#include "plan/compare.h"
#include "press/kept.h"
#include "report/model.h"

/* ---- the site ---- */

static void append_report(struct fp_str *path, const char *top, const char *night, const char *report)
{
    fp_str_puts(path, top);
    fp_path_join(path, night);
    fp_path_join(path, report);
}

static bool is_empty_report(const char *dir)
{
    struct fp_error ignored = FP_ERROR_INIT;
    json_t *summary = NULL;
    bool empty;

    if (fp_kept_load_report(dir, &summary, &ignored) < 0)
        return false;
    empty = strcmp(fp_model_get_text(summary, "outcome"), "empty") == 0;
    json_decref(summary);
    return empty;
}

static bool has_profile(const struct fp_str *dir)
{
    struct fp_str file;
    bool found;

    fp_str_init(&file, FP_LIMIT_TEXT);
    fp_str_puts(&file, dir->data);
    fp_path_join(&file, FP_DRAW_PPROF_FILE);
    found = fp_str_ok(&file) && fp_file_exists(file.data);
    fp_str_release(&file);
    return found;
}

bool fp_baseline_is_published(void *output, const struct fp_job *job, const char *night)
{
    struct fp_str dir, report;
    bool found;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_init(&report, FP_LIMIT_TEXT);
    fp_job_report_path(job, &report);
    append_report(&dir, output, night, report.data);
    found = fp_str_ok(&report) && fp_str_ok(&dir) && (has_profile(&dir) || is_empty_report(dir.data));
    fp_str_release(&dir);
    fp_str_release(&report);
    return found;
}

bool fp_baseline_is_kept(void *output, const char *label)
{
    struct fp_str dir;
    bool found;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    append_report(&dir, output, FP_PLAN_KEPT, label);
    found = fp_str_ok(&dir) && fp_file_exists(dir.data);
    fp_str_release(&dir);
    return found;
}

/* ---- the file ---- */

static int read_profile(struct fp_baseline *baseline, const char *path, const struct fp_job *job,
                        struct fp_error *err)
{
    struct fp_reply reply;
    struct fp_in *in;
    int rc = fp_in_open_file(path, &in, err);

    if (rc == FP_OK)
        rc = fp_codec_read(in, fp_slice_of(job->service->name), FP_LIMIT_RESPONSE_MAX, &reply, err);
    if (rc < 0)
        return rc;
    if (reply.form != FP_FORM_PPROF && reply.builder.count)
        rc = fp_error_set(err, FP_EDATA, "it is no pprof profile");
    else
        rc = fp_baseline_take(baseline, &reply.builder, &reply.meta, job->event->objects, err);
    fp_reply_release(&reply);
    return rc;
}

/* A report's profile.pb.gz below `dir`. */
static int take_report(struct fp_baseline *baseline, const struct fp_str *dir, const struct fp_job_run *run,
                       const struct fp_job_context *context, struct fp_error *err)
{
    struct fp_error why = FP_ERROR_INIT;
    struct fp_str file;
    int rc;

    fp_str_init(&file, FP_LIMIT_TEXT);
    fp_str_puts(&file, dir->data);
    fp_path_join(&file, FP_DRAW_PPROF_FILE);
    rc = fp_str_status(&file, "a path", &why);
    if (rc == FP_OK)
        rc = read_profile(baseline, file.data, run->job, &why);
    if (rc == FP_ENOTFOUND && is_empty_report(dir->data)) {
        fp_baseline_lacks(baseline, "%s has no data", baseline->label.data);
        rc = FP_OK;
    } else if (rc == FP_ENOTFOUND) {
        fp_baseline_lacks(baseline, "%s has no profile of this report", baseline->label.data);
        rc = FP_OK;
    } else if (rc < 0 && rc != FP_ENOMEM) {
        fp_error_at(&why, file.data, 0, 0, -1);
        fp_log_error(context->fetcher.log, FP_LOG_WARNING, &why, "no baseline");
        fp_baseline_lacks(baseline, "the profile of %s is damaged: %s", baseline->label.data, why.message);
        rc = FP_OK;
    }
    fp_str_release(&file);
    if (rc < 0 && err)
        *err = why;
    return rc;
}

/* ---- the job it comes from ---- */

/* Until the other job is done: it stands before this one in the plan's order, so it is at work already. */
static int wait_for(struct fp_job_run *other, const struct fp_job_context *context, struct fp_error *err)
{
    bool done = false;
    int rc = FP_OK;

    while (!done && rc == FP_OK) {
        struct timespec until = fp_wait_until(100000000);

        if (atomic_load(context->fetcher.cancel) || atomic_load(context->stopped))
            rc = fp_error_set(err, FP_ECANCELLED, "told to stop");
        pthread_mutex_lock(&other->lock);
        if (!other->done && rc == FP_OK)
            pthread_cond_timedwait(&other->finished, &other->lock, &until);
        done = other->done;
        pthread_mutex_unlock(&other->lock);
    }
    return done ? FP_OK : rc;
}

/* Why a reference came to nothing, in the words of the page; what went wrong is a warning, too. */
static void explain(struct fp_baseline *baseline, const struct fp_job_run *run,
                    const struct fp_job_run *other, const struct fp_job_context *context)
{
    const char *source = fp_source_describe(context->fetcher.source);

    if (other->outcome == FP_OUTCOME_EMPTY)
        fp_baseline_lacks(baseline, "%s has no data, neither here nor at %s", baseline->label.data, source);
    else if (fp_source_is_recorded(context->fetcher.source))
        fp_baseline_lacks(baseline, "%s is not in this site, and %s has no recording of it",
                          baseline->label.data, source);
    else
        fp_baseline_lacks(baseline, "%s is not in this site, and could not be had: %s", baseline->label.data,
                          other->failure ? other->failure : "no reason was recorded");
    if (other->outcome == FP_OUTCOME_FAILED && !fp_source_is_recorded(context->fetcher.source))
        fp_log(context->fetcher.log, FP_LOG_WARNING, "%s %s, %s: no baseline: %s", run->job->service->title,
               run->job->event_type, context->plan->windows[run->job->window].label, baseline->missing.data);
}

static int find_reference(struct fp_baseline *baseline, const struct fp_job_run *run,
                          struct fp_job_run *other, const struct fp_job_context *context,
                          struct fp_error *err)
{
    struct fp_str dir;
    int rc = FP_OK;

    baseline->source = "server";
    if (other->job->asked_by == (uint32_t)(run - context->runs))
        baseline->requests = other->requests;
    if (other->outcome == FP_OUTCOME_EMPTY || other->outcome == FP_OUTCOME_FAILED) {
        explain(baseline, run, other, context);
        return FP_OK;
    }
    rc = fp_job_report_dir(other, context, &dir, err);
    if (rc == FP_OK)
        rc = take_report(baseline, &dir, run, context, err);
    fp_str_release(&dir);
    return rc;
}

static int find_pressed(struct fp_baseline *baseline, const struct fp_job_run *run,
                        const struct fp_job_run *other, const struct fp_job_context *context,
                        struct fp_error *err)
{
    struct fp_str dir;
    int rc;

    if (other->outcome == FP_OUTCOME_EMPTY) {
        fp_baseline_lacks(baseline, "%s has no data", baseline->label.data);
        return FP_OK;
    }
    rc = fp_job_report_dir(other, context, &dir, err);
    if (rc == FP_OK)
        rc = take_report(baseline, &dir, run, context, err);
    fp_str_release(&dir);
    return rc;
}

static int find_published(struct fp_baseline *baseline, const struct fp_job_run *run,
                          const struct fp_plan_baseline *wanted, const struct fp_job_context *context,
                          struct fp_error *err)
{
    struct fp_str dir;
    int rc;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    append_report(&dir, context->output, wanted->night, run->path);
    rc = fp_str_status(&dir, "a path", err);
    if (rc == FP_OK)
        rc = take_report(baseline, &dir, run, context, err);
    fp_str_release(&dir);
    return rc;
}

bool fp_baseline_wanted(const struct fp_job_run *run, const struct fp_job_context *context)
{
    return context->plan->baselines && run->job->asked_by == FP_NO_JOB && run->outcome != FP_OUTCOME_FAILED &&
           context->plan->baselines[run->job->window].asked;
}

int fp_baseline_find(struct fp_baseline *baseline, const struct fp_job_run *run,
                     const struct fp_job_context *context, struct fp_error *err)
{
    const struct fp_plan_baseline *wanted = &context->plan->baselines[run->job->window];
    struct fp_job_run *other = run->job->baseline == FP_NO_JOB ? NULL : &context->runs[run->job->baseline];
    int rc = other ? wait_for(other, context, err) : FP_OK;

    if (rc < 0)
        return rc;
    baseline->source = "site";
    fp_str_puts(&baseline->label, wanted->label);
    if (!wanted->known) {
        fp_baseline_lacks(baseline, "%s", wanted->why);
    } else if (other && other->job->asked_by != FP_NO_JOB) {
        rc = find_reference(baseline, run, other, context, err);
    } else {
        if (wanted->has_window) /* a kept night has profiles, no pages */
            append_report(&baseline->path, "", wanted->night, run->path);
        rc = other && other->outcome != FP_OUTCOME_FAILED && !other->stays
                 ? find_pressed(baseline, run, other, context, err)
                 : find_published(baseline, run, wanted, context, err);
    }
    if (rc == FP_OK)
        rc = fp_str_status(&baseline->path, "a path", err);
    return rc;
}
