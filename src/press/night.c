#include "press/night.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "press/kept.h"
#include "press/night_files.h"
#include "publish/site.h"
#include "report/model.h"
#include "report/night.h"

/* The reports that the new night is to have. */
struct adding {
    const char *dir;  /* of the night in the stage */
    json_t *entries;
    json_t *not_pressed; /* rows of an earlier run that still hold */
    size_t kept;      /* reports that were pressed now, and are those of an earlier run all the same */
};

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

static void log_kept(const struct fp_night_run *night, const struct fp_job_run *run, const char *why)
{
    bool failed = run->outcome == FP_OUTCOME_FAILED;

    fp_log(night->log, FP_LOG_WARNING, "%s %s, %s: the report of an earlier run is kept: this run %s%s",
           run->job->service->title, run->job->event_type, night->context->plan->windows[run->job->window].label, why,
           failed ? "" : " (--force replaces it all the same)");
}

/* The report of a job: what was pressed now, or, when that is worth less, what an earlier run of the night has. */
static int add_pressed(const struct fp_night_run *night, const struct fp_kept *kept, const struct fp_job_run *run,
                       struct adding *to, struct fp_error *err)
{
    json_t *earlier = run->stays ? fp_kept_find(kept, run->path) : NULL;
    int rc = FP_OK;

    if (earlier) {
        log_kept(night, run, run->stays);
        to->kept++;
        rc = fp_night_entry_keep(earlier, run->entry, run->stays, night->context->generated, err);
        if (rc == FP_OK)
            rc = fp_kept_take(kept, earlier, to->dir, err);
    }
    if (rc == FP_OK && json_array_append(to->entries, earlier ? earlier : run->entry) < 0)
        rc = fp_error_nomem(err);
    return rc;
}

/* The entry of the configuration that a failed report stands for as a whole; SIZE_MAX = it is the report of a service. */
static size_t whole_entry(const json_t *report)
{
    size_t entry = SIZE_MAX;
    int n = 0;

    if (strcmp(fp_model_get_text(report, "outcome"), "failed") == 0 &&
        sscanf(fp_model_get_text(report, "path"), "services%%5B%6zu%%5D/%n", &entry, &n) == 1 && n)
        return entry;
    return SIZE_MAX;
}

/* Takes away what this run found out anew: that an entry could not be asked about, and what was found and not pressed. */
static int forget_settled(struct fp_kept *kept, const struct fp_discovery *discovery, struct fp_error *err)
{
    static const struct fp_discovery nothing = { 0 };
    int rc = 0;

    if (!discovery)
        discovery = &nothing;
    for (size_t i = json_array_size(kept->entries); i-- > 0 && rc == 0;) {
        size_t entry = whole_entry(json_array_get(kept->entries, i));

        if (entry != SIZE_MAX && fp_discovery_settles(discovery, entry))
            rc = json_array_remove(kept->entries, i);
    }
    for (size_t i = json_array_size(kept->not_pressed); i-- > 0 && rc == 0;) {
        const json_t *entry = json_object_get(json_array_get(kept->not_pressed, i), "entry");

        if (!json_is_integer(entry) || fp_discovery_settles(discovery, (size_t)json_integer_value(entry)))
            rc = json_array_remove(kept->not_pressed, i);
    }
    return rc < 0 ? fp_error_nomem(err) : FP_OK;
}

/* Entries of all reports that the night is to have. Reports that this run was not asked for stay as they are, and the order
 * of the night too; a run that presses them all gives its own order, which is that of the configuration. */
static int collect(const struct fp_night_run *night, size_t window, struct adding *to, bool *ret_mended,
                   struct fp_error *err)
{
    const struct fp_window *w = &night->context->plan->windows[window];
    struct fp_kept *kept = &night->context->kept[window];
    json_t *earlier;
    bool all = true;
    size_t i;
    int rc;

    *ret_mended = kept->damaged.code != FP_OK;
    if (*ret_mended)
        fp_log(night->log, FP_LOG_WARNING, "night %s: %s: its reports are kept as far as theirs can be read", w->path,
               kept->damaged.message);
    rc = forget_settled(kept, night->discoveries ? &night->discoveries[window] : NULL, err);
    if (rc == FP_OK && json_array_extend(to->not_pressed, kept->not_pressed) < 0)
        rc = fp_error_nomem(err);
    json_array_foreach(kept->entries, i, earlier)
        all = all && find_run(night, window, fp_model_get_text(earlier, "path"));
    for (i = 0; i < json_array_size(kept->entries) && rc == FP_OK && !all; i++) {
        struct fp_job_run *run;

        earlier = json_array_get(kept->entries, i);
        run = find_run(night, window, fp_model_get_text(earlier, "path"));
        if (run) {
            rc = add_pressed(night, kept, run, to, err);
        } else {
            rc = fp_kept_take(kept, earlier, to->dir, err);
            if (rc == FP_OK && json_array_append(to->entries, earlier) < 0)
                rc = fp_error_nomem(err);
        }
    }
    for (i = 0; i < night->run_count && rc == FP_OK; i++)
        if (night->runs[i].job->window == window && (all || !fp_kept_find(kept, night->runs[i].path)))
            rc = add_pressed(night, kept, &night->runs[i], to, err);
    return rc;
}

static int write_night(const struct fp_night_run *night, size_t index, json_t *entries, const json_t *not_pressed,
                       const char *dir, struct fp_error *err)
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
        .also_not_pressed = not_pressed,
        .asked = discovery ? discovery->requests : 0,
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
    struct adding to;
    struct fp_str dir;
    int rc;

    *ret_result = (struct fp_night_result){ .published = false };
    if (!any_new(night, window))
        return FP_OK;
    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_puts(&dir, night->context->stage);
    fp_path_join(&dir, w->path);
    to = (struct adding){ dir.data, json_array(), json_array(), 0 };
    rc = to.entries && to.not_pressed ? fp_str_status(&dir, "a path", err) : fp_error_nomem(err);
    if (rc == FP_OK)
        rc = collect(night, window, &to, &ret_result->mended, err);
    if (rc == FP_OK)
        rc = write_night(night, window, to.entries, to.not_pressed, dir.data, err);
    if (rc == FP_OK)
        rc = fp_site_begin(night->stage, err);
    if (rc == FP_OK)
        rc = fp_stage_switch(night->stage, w->path, err);
    if (rc < 0)
        fp_error_prepend(err, "night %s", w->path);
    ret_result->published = rc == FP_OK;
    ret_result->kept = to.kept;
    json_decref(to.entries);
    json_decref(to.not_pressed);
    fp_str_release(&dir);
    return rc;
}
