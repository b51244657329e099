#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "press/night.h"
#include "publish/nights.h"
#include "report/summary.h"

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

static int write_index(const struct fp_pages *pages, const char *site, const json_t *nights, struct fp_error *err)
{
    static const struct fp_page_place place = { "assets/", NULL, NULL };
    struct fp_str path, page;
    struct fp_out out;
    int rc, finished;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_init(&page, FP_LIMIT_PAGE);
    fp_str_puts(&path, site);
    fp_path_join(&path, "assets");
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK)
        rc = fp_draw_assets(pages, path.data, err);
    fp_out_to_str(&out, &page);
    if (rc == FP_OK)
        rc = fp_pages_index(pages, nights, &place, &out, err);
    finished = fp_out_finish(&out, rc == FP_OK ? err : NULL);
    if (rc == FP_OK)
        rc = finished;
    fp_str_clear(&path);
    fp_str_puts(&path, site);
    fp_path_join(&path, "index.html");
    if (rc == FP_OK)
        rc = fp_file_write(path.data, page.data, page.len, err);
    fp_str_release(&path);
    fp_str_release(&page);
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
        rc = write_index(pages, stage->output, nights, err);
    if (rc == FP_OK && list.count)
        rc = fp_stage_latest(stage, list.items[0].path, err);
    json_decref(nights);
    fp_nights_release(&list);
    return rc == FP_OK ? rc : fp_error_prepend(err, "index of %s", stage->output);
}
