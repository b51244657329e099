#include "press/night.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "press/night_files.h"
#include "publish/site.h"
#include "report/entry.h"
#include "report/night.h"

/* The reports that the new night is to have. */
struct adding {
    const char *dir;  /* of the night in the stage */
    json_t *entries;
    json_t *not_pressed;
    size_t kept;      /* reports that were pressed now, and are those of an earlier run all the same */
    size_t taken;     /* reports of an earlier run, those included */
};

/* Is there anything new to publish? Kept reports alone are no reason to touch a night. */
static bool any_new(const struct fp_pressed *pressed)
{
    for (size_t i = 0; i < pressed->count; i++)
        if (!fp_entry_has_outcome(pressed->reports[i].entry, "failed"))
            return true;
    return false;
}

static void log_kept(const struct fp_night_run *night, const struct fp_pressed *pressed, const json_t *entry,
                     const char *why)
{
    bool failed = fp_entry_has_outcome(entry, "failed");

    fp_log(night->log, FP_LOG_WARNING, "%s %s, %s: the report of an earlier run is kept: this run %s%s",
           fp_model_get_text(entry, "title"), fp_model_get_text(entry, "event"), pressed->window->label, why,
           failed ? "" : " (--force replaces it all the same)");
}

/* The report of a job: what was pressed now, or, when that is worth less, what an earlier run of the night has. */
static int add_pressed(const struct fp_night_run *night, const struct fp_pressed *pressed, const struct fp_kept *kept,
                       const struct fp_pressed_report *report, struct adding *to, struct fp_error *err)
{
    json_t *earlier = report->stays ? fp_kept_find(kept, fp_model_get_text(report->entry, "path")) : NULL;
    int rc = FP_OK;

    if (earlier) {
        log_kept(night, pressed, report->entry, report->stays);
        to->kept++;
        to->taken++;
        rc = fp_night_entry_keep(earlier, report->entry, report->stays, night->generated, err);
        if (rc == FP_OK)
            rc = fp_kept_take(kept, earlier, to->dir, err);
    }
    if (rc == FP_OK && json_array_append(to->entries, earlier ? earlier : report->entry) < 0)
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
static int forget_settled(struct fp_kept *kept, const struct fp_pressed *pressed, struct fp_error *err)
{
    int rc = 0;

    for (size_t i = json_array_size(kept->entries); i-- > 0 && rc == 0;) {
        size_t entry = whole_entry(json_array_get(kept->entries, i));

        if (entry != SIZE_MAX && fp_pressed_settles(pressed, entry))
            rc = json_array_remove(kept->entries, i);
    }
    for (size_t i = json_array_size(kept->not_pressed); i-- > 0 && rc == 0;) {
        const json_t *entry = json_object_get(json_array_get(kept->not_pressed, i), "entry");

        if (!json_is_integer(entry) || fp_pressed_settles(pressed, (size_t)json_integer_value(entry)))
            rc = json_array_remove(kept->not_pressed, i);
    }
    return rc < 0 ? fp_error_nomem(err) : FP_OK;
}

/* Entries of all reports that the night is to have. Reports that this run was not asked for stay as they are, and the order
 * of the night too; a run that presses them all gives its own order, which is that of the configuration. */
static int collect(const struct fp_night_run *night, const struct fp_pressed *pressed, struct fp_kept *kept,
                   struct adding *to, struct fp_error *err)
{
    json_t *earlier;
    bool all = true;
    size_t i;
    int rc;

    if (kept->damaged.code != FP_OK)
        fp_log(night->log, FP_LOG_WARNING, "night %s: %s: its reports are kept as far as theirs can be read",
               pressed->window->path, kept->damaged.message);
    rc = forget_settled(kept, pressed, err);
    if (rc == FP_OK && (json_array_extend(to->not_pressed, pressed->not_pressed) < 0 ||
                        json_array_extend(to->not_pressed, kept->not_pressed) < 0))
        rc = fp_error_nomem(err);
    json_array_foreach(kept->entries, i, earlier)
        all = all && fp_pressed_find(pressed, fp_model_get_text(earlier, "path"));
    for (i = 0; i < json_array_size(kept->entries) && rc == FP_OK && !all; i++) {
        const struct fp_pressed_report *report;

        earlier = json_array_get(kept->entries, i);
        report = fp_pressed_find(pressed, fp_model_get_text(earlier, "path"));
        if (report) {
            rc = add_pressed(night, pressed, kept, report, to, err);
        } else {
            to->taken++;
            rc = fp_kept_take(kept, earlier, to->dir, err);
            if (rc == FP_OK && json_array_append(to->entries, earlier) < 0)
                rc = fp_error_nomem(err);
        }
    }
    for (i = 0; i < pressed->count && rc == FP_OK; i++)
        if (all || !fp_kept_find(kept, fp_model_get_text(pressed->reports[i].entry, "path")))
            rc = add_pressed(night, pressed, kept, &pressed->reports[i], to, err);
    return rc;
}

static int write_night(const struct fp_night_run *night, const struct fp_pressed *pressed, const struct adding *to,
                       struct fp_error *err)
{
    const struct fp_night_facts facts = {
        .window = pressed->window,
        .zone = night->zone,
        .source = night->source,
        .generated = night->generated,
        .entries = to->entries,
        .not_pressed = to->not_pressed,
        .asked = pressed->asked,
    };
    const struct fp_night_site site = { night->stage, night->pages, night->site_url, NULL };
    json_t *model = NULL;
    int rc = fp_night_make(&facts, &model, err);

    if (rc == FP_OK)
        rc = fp_night_write(&site, model, to->dir, err);
    json_decref(model);
    return rc;
}

int fp_night_publish(const struct fp_night_run *night, const struct fp_pressed *pressed, struct fp_kept *kept,
                     struct fp_night_result *ret_result, struct fp_error *err)
{
    const char *path = pressed->window->path;
    struct adding to;
    struct fp_str dir;
    int rc;

    *ret_result = (struct fp_night_result){ .published = false };
    if (!any_new(pressed))
        return FP_OK;
    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_puts(&dir, night->stage->path);
    fp_path_join(&dir, path);
    to = (struct adding){ dir.data, json_array(), json_array(), 0, 0 };
    rc = to.entries && to.not_pressed ? fp_str_status(&dir, "a path", err) : fp_error_nomem(err);
    ret_result->mended = kept->damaged.code != FP_OK;
    if (rc == FP_OK)
        rc = collect(night, pressed, kept, &to, err);
    if (rc == FP_OK)
        rc = write_night(night, pressed, &to, err);
    if (rc == FP_OK)
        rc = fp_site_begin(night->stage, err);
    if (rc == FP_OK)
        rc = fp_night_switch(night->stage, path, err);
    if (rc < 0)
        fp_error_prepend(err, "night %s", path);
    ret_result->published = rc == FP_OK;
    ret_result->kept = to.kept;
    ret_result->mixed = to.taken > 0;
    json_decref(to.entries);
    json_decref(to.not_pressed);
    fp_str_release(&dir);
    return rc;
}
