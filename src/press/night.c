#include "press/night.h"

#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "press/kept.h"
#include "press/night_files.h"
#include "report/model.h"
#include "report/night.h"

/* Is there anything new to publish? Kept reports alone are no reason to touch a night. */
static bool any_new(const struct fp_night_run *night, size_t window)
{
    for (size_t i = 0; i < night->run_count; i++)
        if (night->runs[i].job->window == window && night->runs[i].outcome != FP_OUTCOME_FAILED)
            return true;
    return false;
}

static struct fp_job_run *find_run(const struct fp_night_run *night, size_t window, const char *path)
{
    for (size_t i = 0; i < night->run_count; i++)
        if (night->runs[i].job->window == window && strcmp(night->runs[i].path, path) == 0)
            return &night->runs[i];
    return NULL;
}

/* The report of a job: what was pressed now, or, when that failed, what an earlier run of the night has. */
static int add_pressed(const struct fp_night_run *night, const struct fp_kept *kept, const struct fp_job_run *run,
                       const char *dir, json_t *entries, struct fp_error *err)
{
    json_t *earlier = run->outcome == FP_OUTCOME_FAILED ? fp_kept_find(kept, run->path) : NULL;
    int rc = FP_OK;

    if (earlier && !fp_kept_failed(earlier)) {
        fp_log(night->log, FP_LOG_WARNING, "%s %s: the report of an earlier run of this night is kept",
               run->job->service->title, run->job->event_type);
        rc = fp_kept_take(kept, earlier, dir, err);
    } else {
        earlier = run->entry;
    }
    if (rc == FP_OK && json_array_append(entries, earlier) < 0)
        rc = fp_error_nomem(err);
    return rc;
}

/* Entries of all reports that the night is to have. Reports that this run was not asked for stay as they are, and the order
 * of the night too; a run that presses them all gives its own order, which is that of the configuration. */
static int collect(const struct fp_night_run *night, size_t window, const char *dir, json_t *entries,
                   bool *ret_mended, struct fp_error *err)
{
    const struct fp_window *w = &night->context->plan->windows[window];
    struct fp_kept kept;
    json_t *earlier;
    bool all = true;
    size_t i;
    int rc = fp_kept_open(&kept, night->stage->output, w->path, err);

    *ret_mended = kept.damaged.code != FP_OK;
    if (*ret_mended)
        fp_log(night->log, FP_LOG_WARNING, "night %s: %s: its reports are kept as far as theirs can be read", w->path,
               kept.damaged.message);
    json_array_foreach(kept.entries, i, earlier)
        all = all && find_run(night, window, fp_model_get_text(earlier, "path"));
    for (i = 0; i < json_array_size(kept.entries) && rc == FP_OK && !all; i++) {
        struct fp_job_run *run;

        earlier = json_array_get(kept.entries, i);
        run = find_run(night, window, fp_model_get_text(earlier, "path"));
        if (run) {
            rc = add_pressed(night, &kept, run, dir, entries, err);
        } else {
            rc = fp_kept_take(&kept, earlier, dir, err);
            if (rc == FP_OK && json_array_append(entries, earlier) < 0)
                rc = fp_error_nomem(err);
        }
    }
    for (i = 0; i < night->run_count && rc == FP_OK; i++)
        if (night->runs[i].job->window == window && (all || !fp_kept_find(&kept, night->runs[i].path)))
            rc = add_pressed(night, &kept, &night->runs[i], dir, entries, err);
    fp_kept_close(&kept);
    return rc;
}

static int write_night(const struct fp_night_run *night, size_t index, json_t *entries, const char *dir,
                       struct fp_error *err)
{
    const struct fp_job_context *context = night->context;
    const struct fp_window *window = &context->plan->windows[index];
    const struct fp_discovery *discovery = night->discoveries ? &night->discoveries[index] : NULL;
    const struct fp_night_facts facts = {
        .window = window,
        .zone = context->zone,
        .source = fp_source_describe(context->fetcher.source),
        .generated = context->generated,
        .entries = entries,
        .not_pressed = discovery ? discovery->not_pressed : NULL,
        .not_pressed_count = discovery ? discovery->not_pressed_count : 0,
    };
    const struct fp_night_site site = { night->stage, context->draw.pages, night->site_url };
    json_t *model = NULL;
    int rc = fp_night_make(&facts, &model, err);

    if (rc == FP_OK)
        rc = fp_night_write(&site, model, dir, err);
    json_decref(model);
    return rc;
}

int fp_night_publish(const struct fp_night_run *night, size_t window, struct fp_night_result *ret_result,
                     struct fp_error *err)
{
    const struct fp_window *w = &night->context->plan->windows[window];
    json_t *entries;
    struct fp_str dir;
    int rc;

    *ret_result = (struct fp_night_result){ .published = any_new(night, window) };
    if (!ret_result->published)
        return FP_OK;
    entries = json_array();
    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_puts(&dir, night->context->stage);
    fp_path_join(&dir, w->path);
    rc = entries ? fp_str_status(&dir, "a path", err) : fp_error_nomem(err);
    if (rc == FP_OK)
        rc = collect(night, window, dir.data, entries, &ret_result->mended, err);
    if (rc == FP_OK)
        rc = write_night(night, window, entries, dir.data, err);
    if (rc == FP_OK)
        rc = fp_stage_switch(night->stage, w->path, err);
    if (rc < 0)
        fp_error_prepend(err, "night %s", w->path);
    json_decref(entries);
    fp_str_release(&dir);
    return rc;
}
