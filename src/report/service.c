#include "report/service.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "plan/event.h"
#include "report/chart.h"
#include "report/history.h"
#include "report/words.h"

#define ROWS_SHOWN ((size_t)31) /* of the table; earlier windows are behind a fold */
#define LABEL_HEIGHT 13.0       /* between the numbers at the ends of lines */

void fp_service_put_href(struct fp_model *model, json_t *object, const char *key, const char *prefix,
                         const char *report_path)
{
    if (prefix && fp_history_is_report_path(report_path))
        fp_words_put_href(model, object, key, prefix,
                          (struct fp_slice){ report_path, strcspn(report_path, "/") }, "/index.html");
    else
        fp_model_put(model, object, key, json_null());
}

struct service_view {
    struct fp_model model;
    const struct fp_zone *zone;
    /* of the event at hand */
    const json_t *event, *points, *functions;
    size_t count, from; /* points in all; index of the first one that shares are of */
};

static void put_text(struct service_view *view, json_t *object, const char *key, const char *text)
{
    fp_model_put(&view->model, object, key, fp_model_text_or_null(text));
}

/* ---- lines and their marks ---- */

/* A mark a line, so that lines part without colours. */
static const char *const marks[FP_SERVICE_FUNCTIONS] = {
    "M-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z", "M-3-3h6v6h-6z",          "M0-4L4 3H-4z",         "M0-4L4 0L0 4L-4 0z",
    "M0 4L4-3H-4z",                       "M-4-1.5h8v3h-8z",        "M-1.5-4h3v8h-3z",      "M-4-4L4 4V-4L-4 4z",
};

static void put_word(struct service_view *view, json_t *object, const char *key, const char *word)
{
    fp_model_put_word(&view->model, object, key, word);
}

static void put_report_href(struct service_view *view, json_t *row, const json_t *point)
{
    struct fp_str path;

    if (!*fp_model_get_text(point, "report")) {
        put_text(view, row, "href", NULL);
        return;
    }
    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_puts(&path, fp_model_get_text(point, "path"));
    fp_str_putc(&path, '/');
    fp_str_puts(&path, fp_model_get_text(point, "report"));
    fp_words_put_href(&view->model, row, "href", "../../", fp_str_slice(&path), "/index.html");
    view->model.failed |= !fp_str_ok(&path);
    fp_str_release(&path);
}

static void push_dot(struct service_view *view, const struct fp_chart *chart, json_t *dots, const json_t *point,
                     double value, const char *mark)
{
    json_t *dot = fp_model_row(&view->model, dots);
    char date[FP_WORDS_LABEL_MAX];
    const char *outcome = fp_model_get_text(point, "outcome");
    char text[FP_UNIT_TEXT];

    fp_chart_put_place(chart, dot, fp_model_get_int(point, "start"), value);
    put_text(view, dot, "shape", mark);
    put_text(view, dot, "kind", strcmp(outcome, "partial") ? "whole" : "partial");
    put_report_href(view, dot, point);
    fp_model_say(&view->model, dot, "title", strcmp(outcome, "partial") ? "dot" : "dot_partial",
                 fp_words_label(view->model.lang, date, fp_model_get_text(point, "label")), fp_chart_format(chart, text, value), NULL);
}

/* `values`: of the points from `from` on, null where there is none; NULL = the points' own. */
static void put_line(struct service_view *view, const struct fp_chart *chart, json_t *lines, size_t number,
                     const json_t *values, size_t from)
{
    size_t count = view->count - from;
    struct fp_chart_point *points = calloc(count + 1, sizeof *points);
    json_t *line = fp_model_row(&view->model, lines), *dots;

    if (!points) {
        view->model.failed = true;
        return;
    }
    fp_model_printf(&view->model, line, "class", "l%zu", number);
    dots = fp_model_array(&view->model, line, "dots");
    for (size_t i = 0; i < count; i++) {
        const json_t *point = json_array_get(view->points, from + i);
        const json_t *value = values ? json_array_get(values, i) : json_object_get(point, "value");

        points[i] = (struct fp_chart_point){ fp_model_get_int(point, "start"), json_number_value(value),
                                             json_is_number(value) };
        if (points[i].present)
            push_dot(view, chart, dots, point, points[i].value, marks[number ? number - 1 : 0]);
    }
    fp_chart_put_line(chart, line, points, count);
    free(points);
}

static void put_axes(struct service_view *view, const struct fp_chart *chart, json_t *to, size_t from)
{
    size_t count = view->count - from;
    int64_t *times = calloc(count + 1, sizeof *times);

    if (!times) {
        view->model.failed = true;
        return;
    }
    for (size_t i = 0; i < count; i++)
        times[i] = fp_model_get_int(json_array_get(view->points, from + i), "start");
    fp_chart_put_axes(chart, to, times, count);
    free(times);
}

static struct fp_chart make_chart(struct service_view *view, size_t from, enum fp_chart_scale scale, double most)
{
    return (struct fp_chart){
        .model = &view->model,
        .first = fp_model_get_int(json_array_get(view->points, from), "start"),
        .last = fp_model_get_int(json_array_get(view->points, view->count - 1), "start"),
        .period = fp_model_get_int(view->event, "period"),
        .most = most,
        .scale = scale,
        .unit = fp_words_unit(fp_model_get_text(view->event, "unit")),
        .zone = view->zone,
    };
}

/* ---- the total ---- */

static struct fp_chart total_chart(struct service_view *view)
{
    double most = 0;

    for (size_t i = 0; i < view->count; i++)
        most = fmax(most, fp_model_get_real(json_array_get(view->points, i), "value"));
    return make_chart(view, 0, json_is_true(json_object_get(view->event, "cores")) ? FP_CHART_CORES : FP_CHART_VALUE,
                      most);
}

static void put_total(struct service_view *view, json_t *to, const struct fp_chart *chart)
{
    json_t *object = fp_model_object(&view->model, to, "chart");
    size_t present = 0;
    char count[FP_UNIT_TEXT], text[FP_UNIT_TEXT];

    for (size_t i = 0; i < view->count; i++)
        present += json_is_number(json_object_get(json_array_get(view->points, i), "value"));
    fp_model_put(&view->model, to, "has_values", json_boolean(present > 0));
    fp_model_say_count(&view->model, object, "chart_text", (int64_t)view->count, "chart_total", fp_count_format(count, (int64_t)present), fp_lang_number(view->count).text, fp_chart_format(chart, text, chart->most), NULL);
    put_axes(view, chart, object, 0);
    put_line(view, chart, fp_model_array(&view->model, object, "lines"), 0, NULL, 0);
}

/* ---- functions ---- */

struct end {
    double y;
    size_t line;
};

static int by_y(const void *pa, const void *pb)
{
    const struct end *a = pa, *b = pb;

    if (a->y < b->y || a->y > b->y)
        return a->y < b->y ? -1 : 1;
    return a->line < b->line ? -1 : a->line > b->line;
}

/* The number at the end of each line, beside the last point that it has; apart from each other. */
static void put_ends(struct service_view *view, const struct fp_chart *chart, json_t *object)
{
    json_t *ends = fp_model_array(&view->model, object, "ends");
    struct end at[FP_SERVICE_FUNCTIONS];
    size_t count = 0;

    for (size_t f = 0; f < json_array_size(view->functions) && f < FP_SERVICE_FUNCTIONS; f++) {
        const json_t *shares = json_object_get(json_array_get(view->functions, f), "shares");
        size_t last = json_array_size(shares);

        while (last && !json_is_number(json_array_get(shares, last - 1)))
            last--;
        if (last)
            at[count++] = (struct end){ fp_chart_y(chart, json_number_value(json_array_get(shares, last - 1))), f };
    }
    qsort(at, count, sizeof *at, by_y);
    for (size_t i = 1; i < count; i++)
        at[i].y = fmax(at[i].y, at[i - 1].y + LABEL_HEIGHT);
    /* the last ones may have been pushed below the axis: back up again */
    for (size_t i = count; i-- > 0;) {
        double lowest = fp_chart_y(chart, 0) - (double)(count - 1 - i) * LABEL_HEIGHT;

        at[i].y = fmin(at[i].y, lowest);
    }
    for (size_t i = 0; i < count; i++) {
        json_t *row = fp_model_row(&view->model, ends);

        fp_model_printf(&view->model, row, "y", "%ld", lround(at[i].y + 4));
        fp_model_printf(&view->model, row, "number", "%zu", at[i].line + 1);
        fp_model_printf(&view->model, row, "class", "l%zu", at[i].line + 1);
    }
}

static void push_legend(struct service_view *view, const struct fp_chart *chart, json_t *legend, size_t f)
{
    const json_t *function = json_array_get(view->functions, f), *shares = json_object_get(function, "shares");
    const json_t *latest = json_array_get(shares, json_array_size(shares) ? json_array_size(shares) - 1 : 0);
    json_t *row = fp_model_row(&view->model, legend);
    char text[FP_UNIT_TEXT];

    fp_model_printf(&view->model, row, "number", "%zu", f + 1);
    fp_model_printf(&view->model, row, "class", "l%zu", f + 1);
    put_text(view, row, "shape", marks[f]);
    fp_words_put_name(&view->model, row, "pieces", "cut", fp_model_get_slice(function, "name"));
    put_text(view, row, "latest", json_is_number(latest) ? fp_chart_format(chart, text, json_number_value(latest)) : "\u2013");
}

static void put_functions(struct service_view *view, json_t *to)
{
    size_t count = json_array_size(view->functions);
    struct fp_chart chart;
    json_t *object, *lines, *legend;
    double most = 0;

    fp_model_put(&view->model, to, "has_functions", json_boolean(count > 0));
    legend = fp_model_array(&view->model, to, "legend");
    object = fp_model_object(&view->model, to, "functions_chart");
    put_word(view, to, "functions_head",
             fp_event_find(fp_model_get_text(view->event, "event"))->objects ? "objects_led" : "functions_led");
    fp_model_say(&view->model, to, "functions_note", "functions_led_note", fp_lang_number(view->count - view->from).text, NULL);
    if (!count || view->from >= view->count)
        return;
    for (size_t f = 0; f < count; f++) {
        const json_t *shares = json_object_get(json_array_get(view->functions, f), "shares");

        for (size_t i = 0; i < json_array_size(shares); i++)
            most = fmax(most, json_number_value(json_array_get(shares, i)));
    }
    chart = make_chart(view, view->from, FP_CHART_SHARE, most);
    fp_model_say_count(&view->model, object, "chart_text", (int64_t)count, "chart_functions", fp_lang_number(count).text, fp_lang_number(view->count - view->from).text, NULL);
    put_axes(view, &chart, object, view->from);
    lines = fp_model_array(&view->model, object, "lines");
    for (size_t f = 0; f < count && f < FP_SERVICE_FUNCTIONS; f++) {
        put_line(view, &chart, lines, f + 1, json_object_get(json_array_get(view->functions, f), "shares"), view->from);
        push_legend(view, &chart, legend, f);
    }
    put_ends(view, &chart, object);
}

/* ---- the table ---- */

static void push_row(struct service_view *view, json_t *rows, const struct fp_chart *chart, size_t i)
{
    const json_t *point = json_array_get(view->points, i), *value = json_object_get(point, "value");
    json_t *row = fp_model_row(&view->model, rows), *cells = fp_model_array(&view->model, row, "cells");
    const char *outcome = fp_model_get_text(point, "outcome");
    char text[FP_UNIT_TEXT], date[FP_WORDS_LABEL_MAX];

    fp_model_put(&view->model, row, "place", json_integer((json_int_t)i));
    fp_model_put(&view->model, row, "value_order", fp_model_number(value));
    put_text(view, row, "label", fp_words_label(view->model.lang, date, fp_model_get_text(point, "label")));
    put_report_href(view, row, point);
    if (!json_is_number(value))
        put_text(view, row, "value", "\u2013");
    else if (chart->scale == FP_CHART_CORES) /* as its column's head says */
        put_text(view, row, "value", fp_fixed_format(text, json_number_value(value), fp_fixed_decimals(chart->most)));
    else
        put_text(view, row, "value", fp_chart_format(chart, text, json_number_value(value)));
    put_text(view, row, "outcome", outcome);
    put_text(view, row, "outcome_text", fp_lang_word_of(view->model.lang, "outcome", outcome, outcome));
    put_text(view, row, "mark", strcmp(outcome, "missing") ? fp_words_mark(outcome) : "");
    for (size_t f = 0; f < json_array_size(view->functions) && f < FP_SERVICE_FUNCTIONS; f++) {
        const json_t *shares = json_object_get(json_array_get(view->functions, f), "shares");
        const json_t *share = i < view->from ? NULL : json_array_get(shares, i - view->from);

        json_t *cell = fp_model_row(&view->model, cells);

        fp_model_put(&view->model, cell, "share_order", fp_model_number(share));
        fp_model_put(&view->model, cell, "share",
                     fp_model_text(json_is_number(share)
                                       ? fp_share_format(text, llround(json_number_value(share) * 1e9), 1000000000)
                                       : "\u2013"));
    }
}

static void put_table(struct service_view *view, json_t *to, const struct fp_chart *chart)
{
    json_t *shown = fp_model_object(&view->model, to, "shown"), *earlier = fp_model_object(&view->model, to, "earlier");
    json_t *rows = fp_model_array(&view->model, shown, "rows"), *rest = fp_model_array(&view->model, earlier, "rows");
    size_t more = view->count > ROWS_SHOWN ? view->count - ROWS_SHOWN : 0;

    for (size_t i = view->count; i-- > 0;) /* the newest first */
        push_row(view, view->count - 1 - i < ROWS_SHOWN ? rows : rest, chart, i);
    fp_model_put(&view->model, to, "has_earlier", json_boolean(more > 0));
    fp_model_say_count(&view->model, to, "earlier_label", (int64_t)more, "earlier_windows", fp_lang_number(more).text, NULL);
}

/* ---- all of it ---- */

static void push_event(struct service_view *view, json_t *events, const json_t *event)
{
    json_t *to = fp_model_row(&view->model, events);
    struct fp_chart chart;
    int64_t with;

    view->event = event;
    view->points = json_object_get(event, "points");
    view->functions = json_object_get(event, "functions");
    view->count = json_array_size(view->points);
    with = fp_model_get_int(event, "functions_from");
    view->from = with > 0 && (size_t)with < view->count ? view->count - (size_t)with : 0;
    chart = total_chart(view);
    put_text(view, to, "event", fp_model_get_text(event, "event"));
    put_word(view, to, "what", chart.scale == FP_CHART_CORES ? "what_cores" : "what_total");
    fp_model_printf(&view->model, to, "id", "event-%zu", json_array_size(events));
    put_total(view, to, &chart);
    put_functions(view, to);
    put_table(view, to, &chart);
}

/* A gap that is none of the service's. */
static void put_damaged(struct service_view *view, json_t *root, int64_t nights)
{
    char count[FP_UNIT_TEXT];

    if (nights > 0)
        fp_model_say_count(&view->model, root, "damaged_text", nights, "damaged_nights_text",
                           fp_count_format(count, nights), NULL);
    else
        put_text(view, root, "damaged_text", NULL);
}

int fp_service_view(const json_t *service, const struct fp_lang *lang, json_t **ret_view, struct fp_error *err)
{
    const char *name = fp_model_get_text(service, "timezone");
    struct fp_zone *zone = *name && strcmp(name, "UTC") != 0 ? fp_zone_new(name, NULL) : NULL;
    struct service_view view = { .model = { .lang = lang }, .zone = zone };
    const json_t *events = json_object_get(service, "events");
    json_t *root = json_object(), *list;
    char time[FP_TIME_TEXT];

    fp_words_put_name(&view.model, root, "title_pieces", NULL, fp_model_get_slice(service, "title"));
    list = fp_model_array(&view.model, root, "events");
    for (size_t i = 0; i < json_array_size(events); i++)
        push_event(&view, list, json_array_get(events, i));
    put_damaged(&view, root, fp_model_get_int(service, "damaged"));
    put_text(&view, root, "generated", fp_time_format(time, fp_model_get_int(service, "generated"), zone));
    put_text(&view, root, "generator", fp_model_get_text(service, "generator"));
    put_text(&view, root, "data_file", NULL);
    fp_zone_free(zone);
    return fp_model_finish(&view.model, root, ret_view, err);
}
