#include "press/night_files.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/limits.h"
#include "press/before.h"
#include "press/draw.h"
#include "press/kept.h"
#include "press/rebuild.h"
#include "press/trends.h"
#include "publish/belongings.h"
#include "publish/manifest.h"
#include "report/markdown.h"
#include "report/model.h"
#include "report/summary.h"

/* ---- run.json ---- */

static int write_manifest(const json_t *night, const char *dir, struct fp_error *err)
{
    const json_t *window = json_object_get(night, "window"), *entries = json_object_get(night, "services");
    size_t count = json_array_size(entries);
    struct fp_manifest_job *jobs = calloc(count + 1, sizeof *jobs);
    struct fp_manifest manifest = {
        .version = FP_VERSION,
        .start = fp_model_get_int(window, "start"),
        .end = fp_model_get_int(window, "end"),
        .generated = fp_model_get_int(night, "generated"),
        .timezone = fp_model_get_text(window, "timezone"),
        .label = fp_model_get_text(window, "label"),
        .jobs = jobs,
        .job_count = count,
    };
    int rc;

    if (!jobs)
        return fp_error_nomem(err);
    for (size_t i = 0; i < count; i++) {
        const json_t *entry = json_array_get(entries, i);

        jobs[i] = (struct fp_manifest_job){
            .service = fp_model_get_text(entry, "service"),
            .event = fp_model_get_text(entry, "event"),
            .path = fp_model_get_text(entry, "path"),
            .outcome = fp_model_get_text(entry, "outcome"),
            .failure = json_is_string(json_object_get(entry, "failure")) ? fp_model_get_text(entry, "failure") : NULL,
        };
    }
    rc = fp_manifest_write(dir, &manifest, err);
    free(jobs);
    return rc;
}

/* ---- all of them ---- */

struct words {
    const json_t *night;
    const char *site_url;
    const struct fp_lang *lang;
};

static int write_markdown(void *ctx, struct fp_out *out, struct fp_error *err)
{
    const struct words *words = ctx;

    return fp_markdown_night(words->night, words->site_url, words->lang, out, err);
}

static int write_assets(const struct fp_pages *pages, const char *dir, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_puts(&path, dir);
    fp_path_join(&path, "assets");
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK)
        rc = fp_draw_assets(pages, path.data, err);
    fp_str_release(&path);
    return rc;
}

int fp_night_write(const struct fp_night_site *site, json_t *night, const char *dir, struct fp_error *err)
{
    struct fp_page_place place = { .assets = "assets/", .site = "../../../" };
    struct fp_before before = { 0 };
    struct words words = { night, site->site_url, fp_pages_lang(site->pages) };
    struct fp_str published;
    int rc;

    fp_str_init(&published, FP_LIMIT_TEXT);
    rc = fp_path_make(&published, site->stage->output, fp_model_get_text(night, "path"), err);
    if (rc == FP_OK)
        rc = fp_kept_time(published.data, night, err);
    if (rc == FP_OK)
        rc = fp_draw_model(dir, FP_SUMMARY_FILE, night, err);
    fp_str_release(&published);
    if (rc == FP_OK)
        rc = fp_draw_file(dir, "summary.md", write_markdown, &words, err);
    if (rc == FP_OK) /* after summary.json: trends are other nights' numbers */
        rc = fp_trends_add(site->stage->output, night, err);
    if (rc == FP_OK)
        rc = site->left ? fp_before_among(&before, site->stage->output, fp_model_get_text(night, "path"), site->left, err)
                        : fp_before_find(&before, site->stage->output, fp_model_get_text(night, "path"), NULL, err);
    place.before = before.path;
    place.before_label = before.label;
    if (rc == FP_OK)
        rc = fp_draw_page(dir, "index.html", fp_pages_night, site->pages, night, &place, err);
    if (rc == FP_OK)
        rc = write_assets(site->pages, dir, err);
    if (rc == FP_OK)
        rc = write_manifest(night, dir, err);
    fp_before_release(&before);
    return rc;
}

/* ---- again ---- */

static int take_reports(const char *output, const json_t *night, const char *dir, struct fp_error *err)
{
    struct fp_kept kept;
    const json_t *entry;
    size_t i;
    int rc = fp_kept_open(&kept, output, fp_model_get_text(night, "path"), err);

    json_array_foreach(kept.entries, i, entry) {
        if (rc == FP_OK)
            rc = fp_kept_take(&kept, entry, dir, err);
    }
    fp_kept_close(&kept);
    return rc;
}

static int carry_along(const char *from, const char *to, struct fp_error *err)
{
    struct fp_record record = { .is_site = false };
    struct stat st;
    int rc;

    if (stat(from, &st) == 0 && !S_ISDIR(st.st_mode))
        return FP_OK; /* the switch will not have it */
    rc = fp_record_load(from, &record, err);
    if (rc == FP_OK) {
        rc = fp_belongings_carry(from, &record, to, err);
    } else if (fp_rebuild_is_damage(rc)) { /* without a sound manifest nobody knows what is whose */
        fp_error_clear(err);
        rc = FP_OK;
    }
    fp_record_release(&record);
    return rc;
}

int fp_night_switch(struct fp_stage *stage, const char *path, struct fp_error *err)
{
    struct fp_str from, to;
    int rc;

    fp_str_init(&from, FP_LIMIT_TEXT);
    fp_str_init(&to, FP_LIMIT_TEXT);
    rc = fp_path_make(&from, stage->output, path, err);
    if (rc == FP_OK)
        rc = fp_path_make(&to, stage->path, path, err);
    if (rc == FP_OK)
        rc = carry_along(from.data, to.data, err);
    if (rc == FP_OK)
        rc = fp_stage_switch(stage, path, err);
    fp_str_release(&from);
    fp_str_release(&to);
    return rc;
}

int fp_night_redraw(const struct fp_night_site *site, json_t *night, struct fp_error *err)
{
    const char *path = fp_model_get_text(night, "path");
    struct fp_str dir;
    int rc;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_puts(&dir, site->stage->path);
    fp_path_join(&dir, path);
    rc = fp_str_status(&dir, "a path", err);
    if (rc == FP_OK)
        rc = take_reports(site->stage->output, night, dir.data, err);
    if (rc == FP_OK)
        rc = fp_night_write(site, night, dir.data, err);
    if (rc == FP_OK)
        rc = fp_night_switch(site->stage, path, err);
    if (rc < 0)
        fp_error_prepend(err, "night %s", path);
    fp_str_release(&dir);
    return rc;
}
