#include "report/nights_script.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "report/index.h"
#include "report/words.h"

struct work {
    const struct fp_nights_script *script;
    struct fp_model model;
    json_t *root, *sets;
    json_t *known;   /* text of a set → its index */
    size_t numbers;  /* in all sets */
    uint32_t *series; /* of each point of the history */
    size_t at;       /* the first point of the history's next night */
};

/* A point knows the one before it in its series, not the series. */
static int find_series(struct work *w, struct fp_error *err)
{
    const struct fp_history *history = w->script->history;

    w->series = calloc(history->point_count + 1, sizeof *w->series);
    if (!w->series)
        return fp_error_nomem(err);
    for (size_t s = 0; s < history->series_count; s++)
        for (uint32_t i = history->series[s].last; i; i = history->points[i - 1].before)
            w->series[i - 1] = (uint32_t)s;
    return FP_OK;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return x < y ? -1 : x > y;
}

/* `numbers` are sorted; a damaged summary may have one twice. */
static json_t *make_set(struct work *w, const uint32_t *numbers, size_t count)
{
    json_t *set = json_array();

    for (size_t i = 0; i < count; i++)
        if (!i || numbers[i] != numbers[i - 1])
            fp_model_push(&w->model, set, json_integer(numbers[i]));
    return set;
}

/* The index of the set, which a night before may have put there; null where there is no room. */
static json_t *put_set(struct work *w, const uint32_t *numbers, size_t count)
{
    json_t *set = make_set(w, numbers, count), *index = NULL;
    char *text = json_dumps(set, JSON_COMPACT);

    w->model.failed |= !text;
    if (text)
        index = json_incref(json_object_get(w->known, text));
    if (text && !index && w->numbers + count <= FP_LIMIT_NIGHTS_SETS) {
        w->numbers += count;
        index = json_integer((json_int_t)json_array_size(w->sets));
        fp_model_put(&w->model, w->known, text, json_incref(index));
        fp_model_push(&w->model, w->sets, json_incref(set));
    }
    free(text);
    json_decref(set);
    return index ? index : json_null();
}

/* The reports of the next night of the history, whose points stand together. */
static json_t *take_set(struct work *w, uint32_t night)
{
    const struct fp_history *history = w->script->history;
    uint32_t *numbers = &w->series[w->at];
    size_t count = 0;

    while (w->at < history->point_count && history->points[w->at].night == night) {
        w->at++;
        count++;
    }
    qsort(numbers, count, sizeof *numbers, compare);
    if (count && numbers[count - 1] >= FP_LIMIT_NIGHTS_REPORTS)
        return json_null();
    return put_set(w, numbers, count);
}

static void put_nights(struct work *w)
{
    const struct fp_history *history = w->script->history;
    json_t *list = fp_model_array(&w->model, w->root, "nights"), *night, *row;
    char date[FP_WORDS_LABEL_MAX];
    uint32_t next = 0;
    size_t i;

    json_array_foreach(w->script->nights, i, night) {
        const char *path = fp_model_get_text(night, "path");
        bool known;

        if (strcmp(fp_model_get_text(night, "outcome"), FP_NIGHT_DAMAGED) == 0)
            continue;
        known = next < history->night_count && strcmp(history->nights[next].path, path) == 0;
        row = json_array();
        fp_model_push(&w->model, row, fp_model_text(path));
        fp_model_push(&w->model, row,
                      fp_model_text(fp_words_label(w->script->lang, date,
                                                   fp_model_get_text(json_object_get(night, "window"), "label"))));
        fp_model_push(&w->model, row, known ? take_set(w, next++) : json_null());
        fp_model_push(&w->model, list, row);
    }
}

static void put_reports(struct work *w)
{
    const struct fp_history *history = w->script->history;
    json_t *list = fp_model_array(&w->model, w->root, "reports");

    for (size_t i = 0; i < history->series_count && i < FP_LIMIT_NIGHTS_REPORTS; i++) {
        const struct fp_history_series *series = &history->series[i];
        struct fp_slice title = fp_slice_of(series->title), event = fp_slice_of(series->event);
        json_t *row = json_array();

        title.len = fp_utf8_cut(title.data, title.len, FP_WORDS_LABEL_MAX);
        event.len = fp_utf8_cut(event.data, event.len, FP_WORDS_LABEL_MAX);
        fp_model_push(&w->model, row, fp_model_text(series->path));
        fp_model_push(&w->model, row, fp_model_slice(title));
        fp_model_push(&w->model, row, fp_model_slice(event));
        fp_model_push(&w->model, list, row);
    }
}

static int dump(const char *bytes, size_t n, void *out)
{
    fp_out_write(out, bytes, n);
    return 0;
}

int fp_nights_script_write(const struct fp_nights_script *script, struct fp_out *out, struct fp_error *err)
{
    struct work w = { .script = script, .root = json_object(), .sets = json_array(), .known = json_object() };
    int rc = find_series(&w, err);

    if (rc == FP_OK) {
        fp_model_put(&w.model, w.root, "version", json_integer(1));
        put_nights(&w);
        put_reports(&w);
        fp_model_put(&w.model, w.root, "sets", json_incref(w.sets));
        fp_out_puts(out, "flamepress.nights(");
        if (w.model.failed || json_dump_callback(w.root, dump, out, JSON_COMPACT | JSON_ENSURE_ASCII) < 0)
            rc = fp_error_nomem(err);
        fp_out_puts(out, ")\n");
    }
    free(w.series);
    json_decref(w.known);
    json_decref(w.sets);
    json_decref(w.root);
    return rc;
}
