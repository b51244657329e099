#include "press/before.h"

#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "press/job.h"
#include "press/kept.h"
#include "publish/nights.h"
#include "report/model.h"

static int put_report(struct fp_before *before, const char *path, struct fp_error *err)
{
    return json_object_set_new(before->reports, path, json_true()) < 0 ? fp_error_nomem(err) : FP_OK;
}

static int put_reports(struct fp_before *before, const json_t *entries, struct fp_error *err)
{
    const json_t *entry;
    size_t i;
    int rc = FP_OK;

    json_array_foreach(entries, i, entry) {
        if (rc == FP_OK)
            rc = put_report(before, fp_model_get_text(entry, "path"), err);
    }
    return rc;
}

static int put_night(struct fp_before *before, const char *path, const char *label, struct fp_error *err)
{
    before->path = strdup(path);
    before->label = strdup(label);
    before->reports = json_object();
    return before->path && before->label && before->reports ? FP_OK : fp_error_nomem(err);
}

/* A window of the run: what it has, and what of an earlier run stays in it. */
static int take_window(struct fp_before *before, const struct fp_job_context *run, size_t window, struct fp_error *err)
{
    int rc = put_night(before, run->plan->windows[window].path, run->plan->windows[window].label, err);

    if (rc == FP_OK)
        rc = put_reports(before, run->kept[window].entries, err);
    for (size_t i = 0; i < run->plan->job_count && rc == FP_OK; i++)
        if (run->plan->jobs[i].window == window)
            rc = put_report(before, run->runs[i].path, err);
    return rc;
}

/* A published night. One that is damaged is passed over. */
static int take_published(struct fp_before *before, const char *output, const char *path, struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    json_t *night = NULL;
    int rc = fp_kept_load(output, path, &night, &damaged);

    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    if (rc < 0)
        return FP_OK;
    rc = put_night(before, path, fp_model_get_text(json_object_get(night, "window"), "label"), err);
    if (rc == FP_OK)
        rc = put_reports(before, json_object_get(night, "services"), err);
    json_decref(night);
    return rc;
}

static bool is_earlier(const char *one, const char *night)
{
    return fp_night_is_alike(one, night) && fp_night_compare(night, one) < 0;
}

/* The newest window of the run before the night; window_count = there is none. */
static size_t newest_window(const struct fp_job_context *run, const char *night)
{
    const struct fp_plan *plan = run->plan;
    size_t found = plan->window_count;

    for (size_t i = 0; i < plan->window_count; i++)
        if (is_earlier(plan->windows[i].path, night) &&
            (found == plan->window_count || fp_night_compare(plan->windows[i].path, plan->windows[found].path) < 0))
            found = i;
    return found;
}

/* Up to `newest`, which is another night before it; NULL = none. */
static int find_among(struct fp_before *before, const char *output, const char *night, const struct fp_nights *list,
                      const char *newest, struct fp_error *err)
{
    int rc = FP_OK;

    for (size_t i = 0; i < list->count && rc == FP_OK && !before->path; i++) {
        const char *path = list->items[i].path;

        if (newest && fp_night_compare(path, newest) >= 0)
            break;
        if (is_earlier(path, night))
            rc = take_published(before, output, path, err);
    }
    return rc;
}

int fp_before_among(struct fp_before *before, const char *output, const char *night, const struct fp_nights *list,
                    struct fp_error *err)
{
    int rc;

    *before = (struct fp_before){ 0 };
    rc = find_among(before, output, night, list, NULL, err);
    if (rc < 0)
        fp_before_release(before);
    return rc;
}

int fp_before_find(struct fp_before *before, const char *output, const char *night, const struct fp_job_context *run,
                   struct fp_error *err)
{
    size_t window = run ? newest_window(run, night) : 0;
    const char *pressed = run && window < run->plan->window_count ? run->plan->windows[window].path : NULL;
    struct fp_nights list = { 0 };
    int rc = fp_nights_list(output, &list, err);

    *before = (struct fp_before){ 0 };
    if (rc == FP_OK)
        rc = find_among(before, output, night, &list, pressed, err);
    if (rc == FP_OK && pressed && !before->path)
        rc = take_window(before, run, window, err);
    fp_nights_release(&list);
    if (rc < 0)
        fp_before_release(before);
    return rc;
}

bool fp_before_has(const struct fp_before *before, const char *report)
{
    return json_object_get(before->reports, report) != NULL;
}

void fp_before_place(const struct fp_before *before, const char *night, const char *report, struct fp_page_place *place,
                     struct fp_str *text)
{
    place->path = night;
    place->report = report;
    if (!before->path)
        return;
    fp_str_puts(text, before->path);
    if (fp_before_has(before, report))
        fp_path_join(text, report);
    place->before = text->data;
    place->before_label = before->label;
}

void fp_before_release(struct fp_before *before)
{
    free(before->path);
    free(before->label);
    json_decref(before->reports);
    *before = (struct fp_before){ 0 };
}
