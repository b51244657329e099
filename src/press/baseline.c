#include "press/baseline.h"

#include <string.h>

#include "base/fs.h"
#include "base/lang.h"
#include "base/limits.h"
#include "base/wait.h"
#include "codec/gunzip.h"
#include "codec/pprof.h"
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

static void append_profile(struct fp_str *file, const char *dir)
{
    fp_str_puts(file, dir);
    fp_path_join(file, FP_DRAW_PPROF_FILE);
}

static bool has_profile(const char *dir)
{
    bool there;

    return fp_file_look(dir, FP_DRAW_PPROF_FILE, &there, NULL) < 0 || there; /* what goes wrong will show */
}

/* ---- the file ---- */

/* What a report left: gzip'd pprof of ours. Anything else came to harm, an empty file too. */
static int open_profile(const char *path, const struct fp_job *job, struct fp_builder *builder,
                        struct fp_pprof_meta *ret_meta, struct fp_error *err)
{
    struct fp_in *file, *in;
    int rc = fp_in_open_file(path, &file, err);

    if (rc == FP_OK)
        rc = fp_gunzip_open(file, FP_LIMIT_RESPONSE_MAX, &in, err);
    if (rc < 0)
        return rc;
    rc = fp_pprof_read(in, fp_slice_of(job->service->name), builder, ret_meta, err);
    fp_in_close(in);
    if (rc == FP_OK && !ret_meta->ours) {
        fp_pprof_meta_release(ret_meta);
        rc = fp_error_set(err, FP_EDATA, "it is no profile that flamepress wrote");
    }
    return rc;
}

static int read_profile(struct fp_baseline *baseline, const char *path, const struct fp_job *job,
                        struct fp_error *err)
{
    struct fp_builder builder;
    struct fp_pprof_meta meta;
    int rc;

    fp_builder_init(&builder);
    rc = open_profile(path, job, &builder, &meta, err);
    if (rc == FP_OK) {
        rc = fp_baseline_take(baseline, &builder, &meta, job->event->objects, err);
        fp_pprof_meta_release(&meta);
    }
    fp_builder_release(&builder);
    return rc;
}

/* Of a file that is there: can it be read? What else goes wrong shows when it is read to be compared with. */
static bool is_whole(const struct fp_baseline_site *site, const struct fp_job *job, const char *dir)
{
    struct fp_error why = FP_ERROR_INIT;
    struct fp_builder builder;
    struct fp_pprof_meta meta;
    struct fp_str file;
    int rc;

    fp_builder_init(&builder);
    fp_str_init(&file, FP_LIMIT_TEXT);
    append_profile(&file, dir);
    rc = fp_str_status(&file, "a path", &why);
    if (rc == FP_OK)
        rc = open_profile(file.data, job, &builder, &meta, &why);
    if (rc == FP_OK) {
        fp_pprof_meta_release(&meta);
    } else if (rc != FP_ENOMEM) {
        fp_error_at(&why, file.data, 0, 0, -1);
        fp_log_error(site->log, FP_LOG_WARNING, &why, "damaged, so the source is asked for this baseline again");
    }
    fp_builder_release(&builder);
    fp_str_release(&file);
    return rc == FP_OK || rc == FP_ENOMEM;
}

bool fp_baseline_is_published(void *ctx, const struct fp_job *job, const char *night)
{
    const struct fp_baseline_site *site = ctx;
    struct fp_str dir, report;
    bool found;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_init(&report, FP_LIMIT_TEXT);
    fp_job_report_path(job, &report);
    append_report(&dir, site->output, night, report.data);
    found = fp_str_ok(&report) && fp_str_ok(&dir) &&
            (has_profile(dir.data) ? is_whole(site, job, dir.data) : is_empty_report(dir.data));
    fp_str_release(&dir);
    fp_str_release(&report);
    return found;
}

bool fp_baseline_is_kept(void *ctx, const char *label)
{
    const struct fp_baseline_site *site = ctx;
    struct fp_str dir;
    bool found;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    append_report(&dir, site->output, FP_PLAN_KEPT, label);
    found = fp_str_ok(&dir) && fp_file_exists(dir.data);
    fp_str_release(&dir);
    return found;
}

/* A report's profile.pb.gz below `dir`. */
static int take_report(struct fp_baseline *baseline, const struct fp_str *dir, const struct fp_job_run *run,
                       const struct fp_job_context *context, struct fp_error *err)
{
    struct fp_error why = FP_ERROR_INIT;
    struct fp_str file;
    int rc;

    fp_str_init(&file, FP_LIMIT_TEXT);
    append_profile(&file, dir->data);
    rc = fp_str_status(&file, "a path", &why);
    if (rc == FP_OK)
        rc = read_profile(baseline, file.data, run->job, &why);
    if (rc == FP_ENOTFOUND && is_empty_report(dir->data)) {
        fp_baseline_lacks(baseline, "lacks_data", baseline->label.data, NULL);
        rc = FP_OK;
    } else if (rc == FP_ENOTFOUND) {
        fp_baseline_lacks(baseline, "lacks_profile", baseline->label.data, NULL);
        rc = FP_OK;
    } else if (rc < 0 && rc != FP_ENOMEM) {
        fp_error_at(&why, file.data, 0, 0, -1);
        fp_log_error(context->fetcher.log, FP_LOG_WARNING, &why, "no baseline");
        fp_baseline_lacks(baseline, "lacks_whole_profile", baseline->label.data, why.message, NULL);
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

static int published_dir(struct fp_str *ret_dir, const struct fp_job_run *run, const struct fp_job_context *context,
                         struct fp_error *err)
{
    fp_str_init(ret_dir, FP_LIMIT_TEXT);
    append_report(ret_dir, context->output, context->plan->baselines[run->job->window].night, run->path);
    return fp_str_status(ret_dir, "a path", err);
}

/* Why a reference came to nothing, in the words of the page; what went wrong is a warning, too. */
static void explain(struct fp_baseline *baseline, const struct fp_job_run *run,
                    const struct fp_job_run *other, const struct fp_job_context *context)
{
    const char *source = fp_source_describe(context->fetcher.source);
    struct fp_str dir;
    bool damaged = published_dir(&dir, run, context, NULL) == FP_OK && has_profile(dir.data);

    if (other->outcome == FP_OUTCOME_EMPTY && !damaged)
        fp_baseline_lacks(baseline, "lacks_data_anywhere", baseline->label.data, source, NULL);
    else if (other->outcome == FP_OUTCOME_EMPTY)
        fp_baseline_lacks(baseline, "lacks_data_damaged", baseline->label.data, source, NULL);
    else if (fp_source_is_recorded(context->fetcher.source))
        fp_baseline_lacks(baseline, damaged ? "lacks_recording_damaged" : "lacks_recording", baseline->label.data, source, NULL);
    else
        fp_baseline_lacks(baseline, damaged ? "lacks_reply_damaged" : "lacks_reply", baseline->label.data,
                          other->failure ? other->failure : fp_lang_word(NULL, "no_reason"), NULL);
    fp_str_release(&dir);
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
        fp_baseline_lacks(baseline, "lacks_data", baseline->label.data, NULL);
        return FP_OK;
    }
    rc = fp_job_report_dir(other, context, &dir, err);
    if (rc == FP_OK)
        rc = take_report(baseline, &dir, run, context, err);
    fp_str_release(&dir);
    return rc;
}

static int find_published(struct fp_baseline *baseline, const struct fp_job_run *run,
                          const struct fp_job_context *context, struct fp_error *err)
{
    struct fp_str dir;
    int rc = published_dir(&dir, run, context, err);

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
        fp_baseline_lacks(baseline, wanted->lack.key, wanted->lack.of, NULL);
    } else if (other && other->job->asked_by != FP_NO_JOB) {
        rc = find_reference(baseline, run, other, context, err);
    } else {
        if (wanted->has_window) /* a kept night has profiles, no pages */
            append_report(&baseline->path, "", wanted->night, run->path);
        rc = other && other->outcome != FP_OUTCOME_FAILED && !other->stays
                 ? find_pressed(baseline, run, other, context, err)
                 : find_published(baseline, run, context, err);
    }
    if (rc == FP_OK)
        rc = fp_str_status(&baseline->path, "a path", err);
    return rc;
}
