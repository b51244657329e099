#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "press/draw.h"
#include "press/kept.h"
#include "press/night.h"
#include "press/night_files.h"
#include "press/rebuild.h"
#include "press/services.h"
#include "publish/nights.h"
#include "publish/site.h"
#include "report/feed.h"
#include "report/history.h"
#include "report/index.h"
#include "report/leads.h"
#include "report/model.h"
#include "report/night.h"
#include "report/nights_script.h"

#define INDEX_FILE "index.html"
#define LATEST_FILE "latest.html" /* for people; the link `latest` is for programs */

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

/* What all nights come to. */
struct all {
    struct fp_nights list;
    json_t *nights; /* as report/index.h has them */
    size_t newest;  /* of the list, as fp_index_newest has it */
    size_t damaged;
    struct fp_history history;
    struct fp_feed feed;
};

/* For the calendar: how many changes of services lead. */
static int count_changes(json_t *night, struct fp_error *err)
{
    struct fp_leads leads;
    int rc = fp_leads_collect(json_object_get(night, "services"), &leads, err);

    if (rc < 0)
        return rc;
    rc = json_object_set_new(night, "changes", json_integer((json_int_t)fp_leads_count(&leads)));
    fp_leads_release(&leads);
    return rc < 0 ? fp_error_nomem(err) : FP_OK;
}

static int read_night(const struct fp_index_run *run, struct all *all, json_t *night, struct fp_error *err)
{
    int rc = fp_history_add(&all->history, night, err);

    if (rc == FP_OK)
        rc = count_changes(night, err);
    if (rc == FP_OK && run->site_url)
        rc = fp_feed_add(&all->feed, night, err);
    return rc;
}

static int load_nights(const struct fp_index_run *run, struct all *all, struct fp_error *err)
{
    bool found = false; /* the newest with data */
    int rc = FP_OK;

    for (size_t i = 0; i < all->list.count && rc == FP_OK; i++) {
        size_t before = all->damaged;
        json_t *night;

        rc = load_night(run, all->list.items[i].path, &night, &all->damaged, err);
        if (rc < 0)
            break;
        if (all->damaged == before)
            rc = read_night(run, all, night, err);
        if (found)
            keep_what_a_calendar_needs(night);
        found = found || fp_night_has_data(night);
        if (json_array_append_new(all->nights, night) < 0)
            rc = fp_error_nomem(err);
    }
    all->newest = fp_index_newest(all->nights);
    if (rc == FP_OK && all->newest < all->list.count)
        rc = fp_history_annotate(&all->history, json_array_get(all->nights, all->newest), err);
    return rc;
}

static bool is_damaged(const struct all *all, size_t night)
{
    return strcmp(fp_model_get_text(json_array_get(all->nights, night), "outcome"), FP_NIGHT_DAMAGED) == 0;
}

/* The night before one of the list, as fp_before_find has it; NULL = none. */
static const json_t *night_before(const struct all *all, size_t night)
{
    for (size_t i = night + 1; i < all->list.count; i++) {
        if (!is_damaged(all, i) && fp_night_is_alike(all->list.items[i].path, all->list.items[night].path))
            return json_array_get(all->nights, i);
    }
    return NULL;
}

/* ---- later nights ---- */

/* pressed_count: it is not. */
static size_t find_pressed(const struct fp_index_run *run, const char *path)
{
    size_t i = 0;

    while (i < run->pressed_count && strcmp(run->pressed[i], path) != 0)
        i++;
    return i;
}

static bool is_pressed(const struct fp_index_run *run, const char *path)
{
    return find_pressed(run, path) < run->pressed_count;
}

static bool shows_pressed(const struct fp_index_run *run, const struct fp_history *history, uint32_t night)
{
    uint32_t earlier;

    for (size_t i = 0; i < run->pressed_count; i++)
        if (fp_history_find(history, run->pressed[i], &earlier) && fp_history_is_shown(history, night, earlier))
            return true;
    return false;
}

/* All pages of it, which what is not the night's own would not outlive. What is wrong with it is said, and it stays as it is. */
static int relink(const struct fp_index_run *run, const struct fp_night_site *site, json_t *night, struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    int rc = fp_night_relink(site, night, &damaged);

    if (rc < 0 && fp_rebuild_is_damage(rc)) {
        fp_log(run->log, FP_LOG_WARNING, "night %s: %s: it does not lead to the night before it: move away what is foreign, "
               "and press it again", fp_model_get_text(night, "path"), damaged.message);
        return FP_OK;
    }
    if (rc < 0)
        *err = damaged;
    return rc;
}

/* A sparkline shows the nights before, a head line leads to one: where one of those was pressed, what shows it is drawn again. */
static int redraw_later(const struct fp_index_run *run, const struct all *all, struct fp_error *err)
{
    const struct fp_night_site site = { run->stage, run->pages, run->site_url, &all->list };
    int rc = FP_OK;

    for (size_t i = 0; i < all->list.count && run->pressed_count && rc == FP_OK; i++) {
        const char *path = all->list.items[i].path;
        const json_t *before = night_before(all, i);
        bool leads = before && !is_damaged(all, i) && is_pressed(run, fp_model_get_text(before, "path"));
        size_t pressed = find_pressed(run, path);
        json_t *night = NULL;
        uint32_t shown;

        if (pressed < run->pressed_count && !(leads && run->mixed[pressed]))
            continue;
        if (!leads && !(fp_history_find(&all->history, path, &shown) && shows_pressed(run, &all->history, shown)))
            continue;
        rc = fp_kept_load(run->stage->output, path, &night, err);
        if (rc == FP_OK)
            rc = leads ? relink(run, &site, night, err) : fp_night_redraw(&site, night, err);
        json_decref(night);
    }
    return rc;
}

/* Assets first: the page must never name one that is not there. They are built in the stage like everything else, so
 * that a crash leaves nothing half-written in the site. */
static int add_assets(struct fp_site *site, const struct fp_pages *pages, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_puts(&path, site->stage->path);
    fp_path_join(&path, "assets");
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK)
        rc = fp_draw_assets(pages, path.data, err);
    for (size_t i = 0; rc == FP_OK && i < fp_pages_asset_count(pages); i++) {
        fp_str_clear(&path);
        fp_str_puts(&path, "assets");
        fp_path_join(&path, fp_pages_asset(pages, i).name);
        rc = fp_site_add(site, path.data, err);
    }
    fp_str_release(&path);
    return rc;
}

/* ---- feed.xml ---- */

static int write_feed(void *ctx, struct fp_out *out, struct fp_error *err)
{
    return fp_feed_write(ctx, out, err);
}

static int add_feed(struct fp_site *site, struct fp_feed *feed, struct fp_error *err)
{
    int rc = fp_draw_file(site->stage->path, FP_FEED_FILE, write_feed, feed, err);

    return rc == FP_OK ? fp_site_add(site, FP_FEED_FILE, err) : rc;
}

/* ---- nights.js ---- */

static int write_nights(void *ctx, struct fp_out *out, struct fp_error *err)
{
    return fp_nights_script_write(ctx, out, err);
}

static int add_nights_script(const struct fp_index_run *run, const struct all *all, struct fp_site *site,
                             struct fp_error *err)
{
    struct fp_nights_script script = { all->nights, &all->history, fp_pages_lang(run->pages) };
    int rc = fp_draw_file(site->stage->path, FP_NIGHTS_SCRIPT_FILE, write_nights, &script, err);

    return rc == FP_OK ? fp_site_add(site, FP_NIGHTS_SCRIPT_FILE, err) : rc;
}

/* ---- all of it ---- */

static int add_all(const struct fp_index_run *run, struct all *all, struct fp_site *site, struct fp_error *err)
{
    struct fp_page_place place = { .assets = "assets/", .site = "", .feed = run->site_url ? FP_FEED_FILE : NULL };
    const char *dir = site->stage->path;
    const json_t *before = all->newest < all->list.count ? night_before(all, all->newest) : NULL;
    int rc = add_assets(site, run->pages, err);

    if (all->newest < all->list.count)
        place.path = all->list.items[all->newest].path;
    if (before) {
        place.before = fp_model_get_text(before, "path");
        place.before_label = fp_model_get_text(json_object_get(before, "window"), "label");
    }
    if (rc == FP_OK)
        rc = fp_services_publish(&(struct fp_services_run){ site, run->pages, &all->history, all->damaged }, err);
    if (rc == FP_OK && run->site_url)
        rc = add_feed(site, &all->feed, err);
    if (rc == FP_OK)
        rc = add_nights_script(run, all, site, err);
    if (rc == FP_OK)
        rc = fp_draw_page(dir, INDEX_FILE, fp_pages_index, run->pages, all->nights, &place, err);
    if (rc == FP_OK)
        rc = fp_site_add(site, INDEX_FILE, err);
    if (rc == FP_OK && all->newest < all->list.count)
        rc = fp_draw_page(dir, LATEST_FILE, fp_pages_latest, run->pages, json_array_get(all->nights, all->newest),
                          &place, err);
    if (rc == FP_OK && all->newest < all->list.count)
        rc = fp_site_add(site, LATEST_FILE, err);
    return rc;
}

static int publish_all(const struct fp_index_run *run, struct all *all, struct fp_error *err)
{
    const char *latest = all->newest < all->list.count ? all->list.items[all->newest].path : NULL;
    struct fp_site site;
    int rc = fp_site_init(&site, run->stage, err);

    if (rc == FP_OK)
        rc = redraw_later(run, all, err);
    if (rc == FP_OK)
        rc = add_all(run, all, &site, err);
    if (rc == FP_OK)
        rc = fp_site_publish(&site, &all->list, latest, err);
    fp_site_release(&site);
    return rc;
}

/* It may be that the source lost what it had; or that the clock is wrong. */
static void warn_of_nothing(const struct fp_index_run *run, const struct all *all)
{
    const char *newest = all->newest < all->list.count ? all->list.items[all->newest].path : NULL;

    for (size_t i = 0; newest && i < run->pressed_count; i++)
        if (fp_night_compare(run->pressed[i], newest) < 0)
            fp_log(run->log, FP_LOG_WARNING, "night %s: no report has any data, so `latest` stays at %s: look whether the clock "
                   "is right, and whether the source gets samples", run->pressed[i], newest);
}

static void log_gone(void *ctx, const char *night)
{
    fp_log(ctx, FP_LOG_WARNING, "night %s was published, and is gone: the site no longer lists it", night);
}

int fp_index_say_gone(const char *output, struct fp_log *log, struct fp_error *err)
{
    return fp_site_each_gone(output, log_gone, log, err);
}

int fp_index_publish(const struct fp_index_run *run, size_t *ret_damaged, struct fp_error *err)
{
    struct all all = { .nights = json_array() };
    int rc = all.nights ? fp_nights_list(run->stage->output, &all.list, err) : fp_error_nomem(err);

    fp_history_init(&all.history);
    fp_feed_init(&all.feed, run->title, run->site_url, fp_pages_lang(run->pages));
    if (rc == FP_OK)
        rc = fp_index_say_gone(run->stage->output, run->log, err);
    if (rc == FP_OK)
        rc = load_nights(run, &all, err);
    if (rc == FP_OK)
        rc = publish_all(run, &all, err);
    if (rc == FP_OK) {
        warn_of_nothing(run, &all);
        *ret_damaged = all.damaged;
    } else {
        fp_error_prepend(err, "index of %s", run->stage->output);
    }
    fp_feed_release(&all.feed);
    fp_history_release(&all.history);
    json_decref(all.nights);
    fp_nights_release(&all.list);
    return rc;
}
