#include "report/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "report/entry.h"

void fp_history_init(struct fp_history *history)
{
    *history = (struct fp_history){ .index = json_object() };
    fp_arena_init(&history->arena);
}

void fp_history_release(struct fp_history *history)
{
    json_decref(history->index);
    free(history->nights);
    free(history->series);
    free(history->points);
    fp_arena_release(&history->arena);
    *history = (struct fp_history){ 0 };
}

bool fp_history_is_report_path(const char *path)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._%-";
    size_t service = strspn(path, allowed), event;

    if (!service || path[service] != '/' || path[0] == '.')
        return false;
    event = strspn(path + service + 1, allowed);
    return event && !path[service + 1 + event] && path[service + 1] != '.' &&
           service + event < 2 * (FP_LIMIT_PATH_COMPONENT + 20);
}

/* ---- adding ---- */

static const char *keep(struct fp_history *history, const json_t *object, const char *key)
{
    return fp_arena_strdup(&history->arena, fp_model_get_text(object, key));
}

/* A time of a file, far from where differences overflow. */
static int64_t get_time(const json_t *window, const char *key)
{
    const int64_t most = INT64_C(1) << 50;
    int64_t time = fp_model_get_int(window, key);

    return time > most ? most : time < -most ? -most : time;
}

static int add_night(struct fp_history *history, const json_t *night, struct fp_error *err)
{
    const json_t *window = json_object_get(night, "window");
    struct fp_history_night *kept;
    int rc = fp_array_reserve(&history->nights, &history->night_cap, history->night_count + 1, sizeof *kept,
                              FP_LIMIT_HISTORY_NIGHTS, "nights", err);

    if (rc < 0)
        return rc;
    kept = &history->nights[history->night_count];
    *kept = (struct fp_history_night){
        .path = keep(history, night, "path"),
        .label = keep(history, window, "label"),
        .timezone = keep(history, window, "timezone"),
        .outcome = keep(history, night, "outcome"),
        .generated = fp_model_get_int(night, "generated"),
        .start = get_time(window, "start"),
        .end = get_time(window, "end"),
    };
    if (!kept->path || !kept->label || !kept->timezone || !kept->outcome)
        return fp_error_nomem(err);
    history->night_count++;
    return FP_OK;
}

static int find_series(struct fp_history *history, const json_t *entry, uint32_t *ret_series, struct fp_error *err)
{
    const char *path = fp_model_get_text(entry, "path");
    const json_t *known = json_object_get(history->index, path);
    struct fp_history_series *series;
    int rc;

    if (known) {
        *ret_series = (uint32_t)json_integer_value(known);
        return FP_OK;
    }
    rc = fp_array_reserve(&history->series, &history->series_cap, history->series_count + 1, sizeof *series,
                          FP_LIMIT_HISTORY_POINTS, "series", err);
    if (rc < 0)
        return rc;
    series = &history->series[history->series_count];
    *series = (struct fp_history_series){
        .path = keep(history, entry, "path"),
        .title = keep(history, entry, "title"),
        .event = keep(history, entry, "event"),
        .unit = keep(history, entry, "unit"),
        .newest = (uint32_t)(history->night_count - 1),
    };
    if (!series->path || !series->title || !series->event || !series->unit ||
        json_object_set_new(history->index, path, json_integer((json_int_t)history->series_count)) < 0)
        return fp_error_nomem(err);
    *ret_series = (uint32_t)history->series_count++;
    return FP_OK;
}

static const char *const outcomes[] = { "ok", "partial", "empty", "failed" };
enum { OUTCOME_COUNT = sizeof outcomes / sizeof *outcomes };

static int add_point(struct fp_history *history, const json_t *entry, struct fp_error *err)
{
    const json_t *cores = json_object_get(entry, "cores");
    struct fp_history_series *series;
    bool has_value = fp_entry_has_value(entry);
    uint32_t id = 0;
    uint16_t outcome = 0;
    int rc = find_series(history, entry, &id, err);

    if (rc < 0)
        return rc;
    while (outcome < OUTCOME_COUNT && !fp_entry_has_outcome(entry, outcomes[outcome]))
        outcome++;
    rc = fp_array_reserve(&history->points, &history->point_cap, history->point_count + 1, sizeof *history->points,
                          FP_LIMIT_HISTORY_POINTS, "points", err);
    if (rc < 0)
        return rc;
    series = &history->series[id];
    history->points[history->point_count++] = (struct fp_history_point){
        .before = series->last,
        .night = (uint16_t)(history->night_count - 1),
        .outcome = outcome,
        .total = has_value ? fp_model_get_real(entry, "total") : (double)NAN,
        .cores = has_value && json_is_number(cores) ? json_number_value(cores) : (double)NAN,
    };
    series->cores |= has_value && json_is_number(cores);
    series->last = (uint32_t)history->point_count;
    return FP_OK;
}

int fp_history_add(struct fp_history *history, const json_t *night, struct fp_error *err)
{
    const json_t *services = json_object_get(night, "services");
    size_t count = json_array_size(services);
    int rc;

    if (!history->index)
        return fp_error_nomem(err);
    if (history->night_count >= FP_LIMIT_HISTORY_NIGHTS || count > FP_LIMIT_HISTORY_POINTS - history->point_count ||
        count > FP_LIMIT_HISTORY_POINTS - history->series_count)
        history->full = true;
    if (history->full)
        return FP_OK;
    rc = add_night(history, night, err);
    for (size_t i = 0; i < count && rc == FP_OK; i++) {
        const json_t *entry = json_array_get(services, i);

        if (fp_history_is_report_path(fp_model_get_text(entry, "path")))
            rc = add_point(history, entry, err);
    }
    return rc;
}

/* ---- trends ---- */

/* A day of 23 hours is a day, and a month of 28 days a month. */
bool fp_history_is_alike(const struct fp_history *history, uint32_t one, uint32_t other)
{
    const struct fp_history_night *a = &history->nights[one], *b = &history->nights[other];
    int64_t x = a->end - a->start, y = b->end - b->start;

    return x > 0 && y > 0 && 8 * llabs(x - y) <= (x > y ? x : y);
}

static int by_start(const void *pa, const void *pb)
{
    const struct fp_trend_point *a = pa, *b = pb;

    return a->start < b->start ? -1 : a->start > b->start;
}

static int ascending(const void *pa, const void *pb)
{
    const int64_t *a = pa, *b = pb;

    return *a < *b ? -1 : *a > *b;
}

/* Where windows follow each other and at least half of them are there, those between are missing; else the usual
 * distance is the period (a window of nine hours each day, a day each week). */
static int find_period(struct fp_trend *trend, int64_t length, struct fp_error *err)
{
    size_t count = trend->count - 1;
    int64_t *steps, span, middle;

    if (trend->count < 2)
        return FP_OK;
    steps = calloc(count, sizeof *steps);
    if (!steps)
        return fp_error_nomem(err);
    for (size_t i = 0; i < count; i++)
        steps[i] = trend->items[i + 1].start - trend->items[i].start;
    qsort(steps, count, sizeof *steps, ascending);
    middle = steps[count / 2];
    free(steps);
    span = trend->items[count].start - trend->items[0].start;
    trend->period = middle > length && 2 * (int64_t)trend->count >= span / length + 1 ? length : middle;
    return FP_OK;
}

/* The series' point in a night; NULL where there is none. `at`: where to go on looking, from the newest on. */
static const struct fp_history_point *point_in(const struct fp_history *history, uint32_t night, const uint32_t *order,
                                               size_t count, size_t *at)
{
    while (*at < count && history->points[order[*at]].night < night)
        ++*at;
    if (*at == count || history->points[order[*at]].night != night)
        return NULL;
    return &history->points[order[*at]];
}

static struct fp_trend_point trend_point(const struct fp_history *history, uint32_t night, bool cores,
                                         const struct fp_history_point *found)
{
    double value = !found ? (double)NAN : cores ? found->cores : found->total;

    return (struct fp_trend_point){
        .night = night,
        .start = history->nights[night].start,
        .value = value,
        .present = isfinite(value),
        .outcome = !found ? "missing" : found->outcome < OUTCOME_COUNT ? outcomes[found->outcome] : "",
    };
}

/* The series' points, the newest first: they are linked the other way round. */
static int order_points(const struct fp_history *history, const struct fp_history_series *series, uint32_t **ret_order,
                        size_t *ret_count, struct fp_error *err)
{
    size_t count = 0, at;
    uint32_t *order;

    for (uint32_t i = series->last; i; i = history->points[i - 1].before)
        count++;
    order = calloc(count + 1, sizeof *order);
    if (!order)
        return fp_error_nomem(err);
    at = count;
    for (uint32_t i = series->last; i; i = history->points[i - 1].before)
        order[--at] = i - 1;
    *ret_order = order;
    *ret_count = count;
    return FP_OK;
}

int fp_history_trend(const struct fp_history *history, uint32_t series, uint32_t night, size_t most,
                     struct fp_trend *ret_trend, struct fp_error *err)
{
    const struct fp_history_series *of = &history->series[series];
    const struct fp_history_night *newest = &history->nights[night];
    struct fp_trend trend = { .cores = of->cores };
    uint32_t *order = NULL;
    size_t count = 0, at = 0;
    int rc = order_points(history, of, &order, &count, err);

    if (rc < 0)
        return rc;
    trend.items = calloc(history->night_count + 1, sizeof *trend.items);
    if (!trend.items)
        rc = fp_error_nomem(err);
    for (uint32_t n = night; rc == FP_OK && n < history->night_count && trend.count < most; n++)
        if (fp_history_is_alike(history, n, night))
            trend.items[trend.count++] = trend_point(history, n, of->cores, point_in(history, n, order, count, &at));
    free(order);
    if (rc == FP_OK) {
        qsort(trend.items, trend.count, sizeof *trend.items, by_start);
        rc = find_period(&trend, newest->end - newest->start, err);
    }
    if (rc == FP_OK)
        *ret_trend = trend;
    else
        fp_trend_release(&trend);
    return rc;
}

void fp_trend_release(struct fp_trend *trend)
{
    free(trend->items);
    *trend = (struct fp_trend){ 0 };
}

/* ---- for a night's page ---- */

static void put_trend(struct fp_model *model, json_t *entry, const struct fp_trend *trend)
{
    json_t *object, *points;
    size_t present = 0;

    for (size_t i = 0; i < trend->count; i++)
        present += trend->items[i].present;
    if (present < 2)
        return;
    object = fp_model_object(model, entry, "trend");
    fp_model_put(model, object, "period", json_integer(trend->period));
    fp_model_put(model, object, "cores", json_boolean(trend->cores));
    points = fp_model_array(model, object, "points");
    for (size_t i = 0; i < trend->count; i++) {
        const struct fp_trend_point *point = &trend->items[i];
        json_t *pair = json_array();

        fp_model_push(model, pair, json_integer(point->start));
        fp_model_push(model, pair, point->present ? json_real(point->value) : json_null());
        fp_model_push(model, points, pair);
    }
}

bool fp_history_is_shown(const struct fp_history *history, uint32_t night, uint32_t earlier)
{
    size_t between = 0;

    if (earlier <= night || !fp_history_is_alike(history, night, earlier))
        return false;
    for (uint32_t i = night; i < earlier; i++)
        between += fp_history_is_alike(history, night, i);
    return between < FP_HISTORY_SPARK;
}

bool fp_history_find(const struct fp_history *history, const char *path, uint32_t *ret_night)
{
    for (uint32_t i = 0; i < history->night_count; i++)
        if (!strcmp(history->nights[i].path, path)) {
            *ret_night = i;
            return true;
        }
    return false;
}

int fp_history_annotate(const struct fp_history *history, json_t *night, struct fp_error *err)
{
    struct fp_model model = FP_MODEL_INIT;
    json_t *services = json_object_get(night, "services"), *entry;
    uint32_t at;
    size_t i;

    if (!fp_history_find(history, fp_model_get_text(night, "path"), &at))
        return FP_OK;
    json_array_foreach(services, i, entry) {
        const json_t *series = json_object_get(history->index, fp_model_get_text(entry, "path"));
        struct fp_trend trend;
        int rc;

        if (!series)
            continue;
        rc = fp_history_trend(history, (uint32_t)json_integer_value(series), at, FP_HISTORY_SPARK, &trend, err);
        if (rc < 0)
            return rc;
        put_trend(&model, entry, &trend);
        fp_trend_release(&trend);
    }
    return model.failed ? fp_error_nomem(err) : FP_OK;
}
