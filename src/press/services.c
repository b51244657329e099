#include "press/services.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "base/limits.h"
#include "press/draw.h"
#include "press/kept.h"
#include "report/leading.h"
#include "report/model.h"
#include "report/service.h"
#include "report/summary.h"

#define SERVICES_DIR "services"
#define PAGE_FILE "index.html"

static size_t length_of_service(const char *report_path)
{
    return strcspn(report_path, "/");
}

static bool is_same_service(const struct fp_history_series *a, const struct fp_history_series *b)
{
    size_t n = length_of_service(a->path);

    return n == length_of_service(b->path) && memcmp(a->path, b->path, n) == 0;
}

/* ---- functions ---- */

/* What the report of one window says; one that is damaged, or gone, says nothing. */
static int set_window(struct fp_leading *leading, size_t at, const char *output, const char *night, const char *report,
                      struct fp_error *err)
{
    struct fp_error damaged = FP_ERROR_INIT;
    json_t *summary = NULL;
    struct fp_str dir;
    int rc;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_puts(&dir, output);
    fp_path_join(&dir, night);
    fp_path_join(&dir, report);
    rc = fp_str_status(&dir, "a path", err);
    if (rc == FP_OK && fp_kept_load_report(dir.data, &summary, &damaged) == FP_ENOMEM)
        rc = fp_error_nomem(err);
    if (rc == FP_OK && summary)
        rc = fp_leading_set(leading, at, summary, err);
    json_decref(summary);
    fp_str_release(&dir);
    return rc;
}

static int put_functions(const struct fp_services_run *run, struct fp_model *model, json_t *event,
                         const struct fp_trend *trend, const char *report, struct fp_error *err)
{
    size_t count = trend->count < FP_LIMIT_HISTORY_REPORTS ? trend->count : FP_LIMIT_HISTORY_REPORTS;
    struct fp_leading leading;
    json_t *functions = NULL;
    int rc = fp_leading_init(&leading, count, err);

    for (size_t i = 0; i < count && rc == FP_OK; i++) {
        const struct fp_trend_point *point = &trend->items[trend->count - count + i];

        if (point->present)
            rc = set_window(&leading, i, run->site->stage->output, run->history->nights[point->night].path, report, err);
    }
    if (rc == FP_OK)
        rc = fp_leading_make(&leading, FP_SERVICE_FUNCTIONS, &functions, err);
    fp_leading_release(&leading);
    if (rc < 0)
        return rc;
    fp_model_put(model, event, "functions_from", json_integer((json_int_t)count));
    fp_model_put(model, event, "functions", functions);
    return FP_OK;
}

/* ---- one event ---- */

static void push_point(const struct fp_services_run *run, struct fp_model *model, json_t *points,
                       const struct fp_trend_point *point, const char *report)
{
    const struct fp_history_night *night = &run->history->nights[point->night];
    json_t *row = fp_model_row(model, points);
    bool missing = strcmp(point->outcome, "missing") == 0;

    fp_model_put(model, row, "start", json_integer(point->start));
    fp_model_put(model, row, "label", fp_model_text(night->label));
    fp_model_put(model, row, "path", fp_model_text(night->path));
    fp_model_put(model, row, "report", fp_model_text_or_null(missing ? NULL : report));
    fp_model_put(model, row, "value", point->present ? json_real(point->value) : json_null());
    fp_model_put(model, row, "outcome", fp_model_text(point->outcome));
}

/* From the newest night of the kind that the series is in: where the report is missing since, that is to be seen. */
static uint32_t newest_alike(const struct fp_history *history, uint32_t night)
{
    uint32_t i = 0;

    while (i < night && !fp_history_is_alike(history, i, night))
        i++;
    return i;
}

static int push_event(const struct fp_services_run *run, struct fp_model *model, json_t *events, uint32_t id,
                      struct fp_error *err)
{
    const struct fp_history_series *series = &run->history->series[id];
    json_t *event, *points;
    struct fp_trend trend;
    int rc = fp_history_trend(run->history, id, newest_alike(run->history, series->newest), FP_LIMIT_HISTORY_NIGHTS,
                              &trend, err);

    if (rc < 0)
        return rc;
    event = fp_model_row(model, events);
    fp_model_put(model, event, "event", fp_model_text(series->event));
    fp_model_put(model, event, "unit", fp_model_text(series->unit));
    fp_model_put(model, event, "cores", json_boolean(trend.cores));
    fp_model_put(model, event, "period", json_integer(trend.period));
    points = fp_model_array(model, event, "points");
    for (size_t i = 0; i < trend.count; i++)
        push_point(run, model, points, &trend.items[i], series->path);
    rc = put_functions(run, model, event, &trend, series->path, err);
    fp_trend_release(&trend);
    return rc;
}

/* ---- one service ---- */

static int make_service(const struct fp_services_run *run, const uint32_t *ids, size_t count, json_t **ret_service,
                        struct fp_error *err)
{
    const struct fp_history *history = run->history;
    const struct fp_history_night *newest = &history->nights[0];
    struct fp_model model = FP_MODEL_INIT;
    json_t *service = json_object(), *events;
    int rc = FP_OK;

    fp_model_put(&model, service, "title", fp_model_text(count ? history->series[ids[0]].title : ""));
    fp_model_put(&model, service, "timezone", fp_model_text(newest->timezone));
    fp_model_put(&model, service, "generated", json_integer(newest->generated));
    fp_model_put(&model, service, "generator", fp_model_text(fp_generator()));
    fp_model_put(&model, service, "damaged", json_integer((json_int_t)run->damaged));
    events = fp_model_array(&model, service, "events");
    for (size_t i = 0; i < count && rc == FP_OK; i++)
        rc = push_event(run, &model, events, ids[i], err);
    if (rc < 0) {
        json_decref(service);
        return rc;
    }
    return fp_model_finish(&model, service, ret_service, err);
}

/* `name`: of its directory. */
static int publish_page(const struct fp_services_run *run, json_t *service, struct fp_slice name, struct fp_error *err)
{
    static const struct fp_page_place place = { .assets = "../../assets/", .site = "../../" };
    struct fp_str dir, path;
    int rc;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_puts(&path, SERVICES_DIR "/");
    fp_str_append(&path, name.data, name.len);
    fp_str_puts(&dir, run->site->stage->path);
    fp_path_join(&dir, path.data);
    fp_path_join(&path, PAGE_FILE);
    rc = fp_str_status(&dir, "a path", err);
    if (rc == FP_OK)
        rc = fp_dir_make(dir.data, err);
    if (rc == FP_OK)
        rc = fp_draw_page(dir.data, PAGE_FILE, fp_pages_service, run->pages, service, &place, err);
    if (rc == FP_OK)
        rc = fp_site_add(run->site, path.data, err);
    fp_str_release(&dir);
    fp_str_release(&path);
    return rc;
}

static int publish_service(const struct fp_services_run *run, const uint32_t *ids, size_t count, struct fp_error *err)
{
    const char *report = run->history->series[ids[0]].path;
    json_t *service = NULL;
    int rc = make_service(run, ids, count, &service, err);

    if (rc == FP_OK)
        rc = publish_page(run, service, (struct fp_slice){ report, length_of_service(report) }, err);
    json_decref(service);
    return rc;
}

/* ---- services of which nothing is left ---- */

static bool is_known(const struct fp_history *history, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i < history->series_count; i++)
        if (length_of_service(history->series[i].path) == n && memcmp(history->series[i].path, name, n) == 0)
            return true;
    return false;
}

/* A page of ours, whose links lead nowhere by now? */
static bool is_left_over(const struct fp_services_run *run, int services, const char *name)
{
    struct stat page;
    struct fp_str path;
    bool is;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_printf(&path, SERVICES_DIR "/%s/" PAGE_FILE, name);
    is = fp_str_ok(&path) && fp_site_names(run->site, path.data) && !is_known(run->history, name) &&
         fstatat(services, path.data + strlen(SERVICES_DIR "/"), &page, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(page.st_mode);
    fp_str_release(&path);
    return is;
}

static int publish_left_over(void *ctx, int services, const char *name, struct fp_error *err)
{
    const struct fp_services_run *run = *(const struct fp_services_run *const *)ctx;
    json_t *service = NULL;
    struct fp_model model = FP_MODEL_INIT;
    int rc;

    if (!is_left_over(run, services, name))
        return FP_OK;
    rc = make_service(run, NULL, 0, &service, err);
    if (rc < 0)
        return rc;
    fp_model_put(&model, service, "title", fp_model_text(name));
    rc = model.failed ? fp_error_nomem(err) : publish_page(run, service, fp_slice_of(name), err);
    json_decref(service);
    return rc;
}

static int publish_left_overs(const struct fp_services_run *run, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, run->site->stage->output, SERVICES_DIR, err);
    if (rc == FP_OK)
        rc = fp_dir_list(path.data, publish_left_over, &run, err);
    fp_str_release(&path);
    return rc;
}

/* ---- all of them ---- */

/* Series of one service side by side, in the order they were found. */
static int compare(const void *pa, const void *pb, void *ctx)
{
    const struct fp_history *history = ctx;
    const uint32_t *a = pa, *b = pb;
    const struct fp_history_series *x = &history->series[*a], *y = &history->series[*b];
    int order = fp_slice_compare((struct fp_slice){ x->path, length_of_service(x->path) },
                                 (struct fp_slice){ y->path, length_of_service(y->path) });

    return order ? order : *a < *b ? -1 : *a > *b;
}

int fp_services_publish(const struct fp_services_run *run, struct fp_error *err)
{
    const struct fp_history *history = run->history;
    size_t count = history->series_count;
    uint32_t *ids = calloc(count + 1, sizeof *ids);
    int rc = ids ? FP_OK : fp_error_nomem(err);

    for (size_t i = 0; ids && i < count; i++)
        ids[i] = (uint32_t)i;
    if (ids)
        qsort_r(ids, count, sizeof *ids, compare, (void *)(uintptr_t)history);
    for (size_t i = 0, end; i < count && rc == FP_OK; i = end) {
        for (end = i + 1; end < count && is_same_service(&history->series[ids[i]], &history->series[ids[end]]);)
            end++;
        rc = publish_service(run, &ids[i], end - i, err);
    }
    free(ids);
    return rc == FP_OK && history->night_count ? publish_left_overs(run, err) : rc;
}
