#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "press/night.h"
#include "publish/nights.h"
#include "report/summary.h"

#define INDEX_FILE "index.html"

struct index {
    const struct fp_pages *pages;
    const json_t *nights;
};

/* Reads a night's summary.json. A damaged one is an error: an index that leaves a night out would say it is missing. */
static int load_night(const char *site, const char *night, json_t **ret_night, struct fp_error *err)
{
    json_error_t why;
    struct fp_str path, text;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_str_puts(&path, site);
    fp_path_join(&path, night);
    fp_path_join(&path, FP_SUMMARY_FILE);
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK)
        rc = fp_file_read(path.data, &text, err);
    if (rc == FP_OK && !(*ret_night = json_loadb(text.data, text.len, JSON_ALLOW_NUL, &why))) {
        rc = fp_error_set(err, FP_ESYNTAX, "damaged (%s): move that night out of the site and run again", why.text);
        fp_error_at(err, path.data, (uint32_t)why.line, (uint32_t)why.column, -1);
    }
    fp_str_release(&path);
    fp_str_release(&text);
    return rc;
}

/* Of all nights but the newest the calendar needs little; with thousands of nights that matters. */
static void keep_what_a_calendar_needs(json_t *night)
{
    json_object_del(night, "services");
}

static int load_nights(const char *site, const struct fp_nights *list, json_t *nights, struct fp_error *err)
{
    int rc = FP_OK;

    for (size_t i = 0; i < list->count && rc == FP_OK; i++) {
        json_t *night;

        rc = load_night(site, list->items[i].path, &night, err);
        if (rc < 0)
            break;
        if (i > 0)
            keep_what_a_calendar_needs(night);
        if (json_array_append_new(nights, night) < 0)
            rc = fp_error_nomem(err);
    }
    return rc;
}

static int write_page(void *ctx, struct fp_out *out, struct fp_error *err)
{
    static const struct fp_page_place place = { "assets/", NULL, NULL };
    const struct index *index = ctx;

    return fp_pages_index(index->pages, index->nights, &place, out, err);
}

/* Assets first: the page must never name one that is not there. They are built in the stage like everything else, so
 * that a crash leaves nothing half-written in the site. */
static int publish_assets(struct fp_stage *stage, const struct fp_pages *pages, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_puts(&path, stage->path);
    fp_path_join(&path, "assets");
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK)
        rc = fp_draw_assets(pages, path.data, err);
    for (size_t i = 0; rc == FP_OK && i < fp_pages_asset_count(pages); i++) {
        fp_str_clear(&path);
        fp_str_puts(&path, "assets");
        fp_path_join(&path, fp_pages_asset(pages, i).name);
        rc = fp_stage_file(stage, path.data, err);
    }
    fp_str_release(&path);
    return rc;
}

int fp_index_publish(struct fp_stage *stage, const struct fp_pages *pages, struct fp_error *err)
{
    struct fp_nights list = { 0 };
    json_t *nights = json_array();
    int rc = nights ? fp_nights_list(stage->output, &list, err) : fp_error_nomem(err);

    if (rc == FP_OK)
        rc = load_nights(stage->output, &list, nights, err);
    if (rc == FP_OK)
        rc = publish_assets(stage, pages, err);
    if (rc == FP_OK)
        rc = fp_draw_file(stage->path, INDEX_FILE, write_page, &(struct index){ pages, nights }, err);
    if (rc == FP_OK)
        rc = fp_stage_file(stage, INDEX_FILE, err);
    if (rc == FP_OK && list.count)
        rc = fp_stage_latest(stage, list.items[0].path, err);
    json_decref(nights);
    fp_nights_release(&list);
    if (rc < 0)
        fp_error_prepend(err, "index of %s", stage->output);
    return rc;
}
