#include "base/fs.h"
#include "base/limits.h"
#include "press/kept.h"
#include "press/night.h"
#include "publish/nights.h"
#include "report/index.h"

#define INDEX_FILE "index.html"

/* What stands for a night that cannot be read: an index without it would say that it is missing. */
static json_t *damaged_night(const char *path)
{
    return json_pack("{s:s, s:{s:s}, s:s}", "path", path, "window", "label", path, "outcome", FP_NIGHT_DAMAGED);
}

/* *ret_damaged is increased by one for a night that is. */
static int load_night(const struct fp_index_run *run, const char *path, json_t **ret_night, size_t *ret_damaged,
                      struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    int rc = fp_kept_load(run->stage->output, path, ret_night, &damaged);

    if (rc == FP_OK)
        return FP_OK;
    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    fp_log(run->log, FP_LOG_WARNING, "night %s: %s: press it again, or move it out of the site", path, damaged.message);
    ++*ret_damaged;
    *ret_night = damaged_night(path);
    return *ret_night ? FP_OK : fp_error_nomem(err);
}

/* Of all nights but the newest the calendar needs little; with thousands of nights that matters. */
static void keep_what_a_calendar_needs(json_t *night)
{
    json_object_del(night, "services");
}

/* *ret_newest: index of the newest night that is whole; list->count when there is none. */
static int load_nights(const struct fp_index_run *run, const struct fp_nights *list, json_t *nights, size_t *ret_newest,
                       size_t *ret_damaged, struct fp_error *err)
{
    size_t newest = list->count, damaged = 0;
    int rc = FP_OK;

    for (size_t i = 0; i < list->count && rc == FP_OK; i++) {
        size_t before = damaged;
        json_t *night;

        rc = load_night(run, list->items[i].path, &night, &damaged, err);
        if (rc < 0)
            break;
        if (newest < i)
            keep_what_a_calendar_needs(night);
        else if (damaged == before)
            newest = i;
        if (json_array_append_new(nights, night) < 0)
            rc = fp_error_nomem(err);
    }
    *ret_newest = newest;
    *ret_damaged = damaged;
    return rc;
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

int fp_index_publish(const struct fp_index_run *run, size_t *ret_damaged, struct fp_error *err)
{
    static const struct fp_page_place place = { "assets/", NULL, NULL, "services/" };
    struct fp_stage *stage = run->stage;
    struct fp_nights list = { 0 };
    json_t *nights = json_array();
    size_t newest = 0, damaged = 0;
    int rc = nights ? fp_nights_list(stage->output, &list, err) : fp_error_nomem(err);

    if (rc == FP_OK)
        rc = load_nights(run, &list, nights, &newest, &damaged, err);
    if (rc == FP_OK)
        rc = publish_assets(stage, run->pages, err);
    if (rc == FP_OK)
        rc = fp_draw_page(stage->path, INDEX_FILE, fp_pages_index, run->pages, nights, &place, err);
    if (rc == FP_OK)
        rc = fp_stage_file(stage, INDEX_FILE, err);
    if (rc == FP_OK && newest < list.count)
        rc = fp_stage_latest(stage, list.items[newest].path, err);
    if (rc == FP_OK)
        *ret_damaged = damaged;
    else
        fp_error_prepend(err, "index of %s", stage->output);
    json_decref(nights);
    fp_nights_release(&list);
    return rc;
}
