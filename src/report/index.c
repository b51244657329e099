#include "report/index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "report/night.h"
#include "report/words.h"

#define MONTHS_SHOWN 6

struct cell {
    int year, month, day;
    const json_t *night;
};

struct calendar {
    struct fp_model *model;
    const struct cell *cells; /* newest day first, within a day as given */
    size_t count;
    int64_t first, last; /* days with a night, counted from 1970-01-01 */
    bool daily;          /* a day without a night is a missing one */
};

/* ---- days ---- */

/* Days from 1970-01-01 in the proleptic Gregorian calendar; years count from March so that leap days come
 * last. */
static int64_t day_number(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t century = y / 100;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return 365 * y + y / 4 - century + century / 4 + day_of_year - 719468;
}

/* 0 = Monday */
static int weekday(int64_t day)
{
    return (int)(((day + 3) % 7 + 7) % 7);
}

static int days_of_month(int year, int month)
{
    return (int)(month == 12 ? day_number(year + 1, 1, 1) - day_number(year, 12, 1)
                             : day_number(year, month + 1, 1) - day_number(year, month, 1));
}

static bool digits(const char *text, int n, int *ret)
{
    int value = 0;

    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = 10 * value + (text[i] - '0');
    }
    *ret = value;
    return true;
}

/* "YYYY/MM/DD", and what may follow */
static bool parse_path(const char *path, struct cell *ret)
{
    return digits(path, 4, &ret->year) && path[4] == '/' && digits(path + 5, 2, &ret->month) &&
           path[7] == '/' && digits(path + 8, 2, &ret->day) && ret->year >= 1970 && ret->month >= 1 &&
           ret->month <= 12 && ret->day >= 1 && ret->day <= days_of_month(ret->year, ret->month);
}

static int64_t day_of(const struct cell *cell)
{
    return day_number(cell->year, cell->month, cell->day);
}

/* Newest day first. Paths within a day: the day itself before its parts, which stand in the order of time. */
static int compare_cells(const void *pa, const void *pb)
{
    const struct cell *a = pa, *b = pb;
    int64_t x = day_of(a), y = day_of(b);

    if (x != y)
        return x > y ? -1 : 1;
    return strcmp(fp_model_get_text(a->night, "path"), fp_model_get_text(b->night, "path"));
}

static bool is_damaged(const json_t *night)
{
    return strcmp(fp_model_get_text(night, "outcome"), FP_NIGHT_DAMAGED) == 0;
}

/* ---- cells, weeks, months ---- */

/* The path of a whole day is just the day; any other window needs its hour beside its outcome. */
static void put_word(struct fp_model *model, json_t *row, const json_t *night)
{
    const json_t *window = json_object_get(night, "window");
    const char *zone_name = fp_model_get_text(window, "timezone"),
               *outcome = fp_lang_word_of(model->lang, "outcome", fp_model_get_text(night, "outcome"),
                                          fp_model_get_text(night, "outcome"));
    struct fp_zone *zone;
    char time[FP_TIME_TEXT];

    if (is_damaged(night) || strlen(fp_model_get_text(night, "path")) == strlen("YYYY/MM/DD")) {
        fp_model_put(model, row, "word", fp_model_text(outcome));
        return;
    }
    zone = strcmp(zone_name, "UTC") != 0 ? fp_zone_new(zone_name, NULL) : NULL;
    fp_time_format(time, fp_model_get_int(window, "start"), zone);
    fp_zone_free(zone);
    fp_model_printf(model, row, "word", "%.5s %s", strlen(time) > 16 ? time + 11 : "", outcome);
}

static void put_link(struct fp_model *model, json_t *row, const json_t *night)
{
    char date[FP_WORDS_LABEL_MAX];

    fp_words_put_href(model, row, "href", "", fp_model_get_slice(night, "path"), "/index.html");
    fp_model_put(model, row, "label",
                 fp_model_text(fp_words_label(model->lang, date,
                                              fp_model_get_text(json_object_get(night, "window"), "label"))));
}

static void push_night(struct fp_model *model, json_t *list, const json_t *night)
{
    json_t *row = fp_model_row(model, list);
    const char *outcome = fp_model_get_text(night, "outcome");
    int64_t changes = fp_model_get_int(night, "changes");
    char text[FP_UNIT_TEXT];

    put_link(model, row, night);
    fp_model_put(model, row, "outcome", fp_model_text(outcome));
    fp_model_put(model, row, "mark", fp_model_text(fp_words_mark(outcome)));
    put_word(model, row, night);
    if (changes > 0)
        fp_model_put(model, row, "changes", fp_model_text(fp_count_format(text, changes)));
    else
        fp_model_put(model, row, "changes", json_null());
}

/* `cells`: those of the month, newest first. day 0 = a place of another month. */
static void push_day(const struct calendar *calendar, json_t *days, const struct cell *cells, size_t count,
                     int64_t number, int day)
{
    struct fp_model *model = calendar->model;
    json_t *row = fp_model_row(model, days);
    json_t *nights = fp_model_array(model, row, "nights");
    bool missing;

    for (size_t i = 0; i < count && day; i++)
        if (cells[i].day == day)
            push_night(model, nights, cells[i].night);
    missing = day && calendar->daily && !json_array_size(nights) && number > calendar->first &&
              number < calendar->last;
    if (day)
        fp_model_printf(model, row, "day", "%d", day);
    else
        fp_model_put(model, row, "day", json_null());
    fp_model_put(model, row, "missing", json_boolean(missing));
    fp_model_put(model, row, "state",
                 fp_model_text(!day                      ? "other"
                               : json_array_size(nights) ? "pressed"
                                                         : "bare"));
}

static void push_month(const struct calendar *calendar, json_t *months, const struct cell *cells,
                       size_t count)
{
    struct fp_model *model = calendar->model;
    json_t *month = fp_model_row(model, months), *weeks, *days = NULL;
    int year = cells[0].year, all = days_of_month(year, cells[0].month);
    int64_t first = day_number(year, cells[0].month, 1);
    int before = weekday(first), places = (before + all + 6) / 7 * 7;
    char key[16];

    snprintf(key, sizeof key, "month_%02d", cells[0].month);
    fp_model_say(model, month, "month_label", "month_year", fp_lang_word(model->lang, key),
                 fp_lang_number((size_t)year).text, NULL);
    weeks = fp_model_array(model, month, "weeks");
    for (int place = 0; place < places; place++) {
        int day = place - before + 1;

        if (place % 7 == 0)
            days = fp_model_array(model, fp_model_row(model, weeks), "days");
        push_day(calendar, days, cells, count, first + day - 1, day >= 1 && day <= all ? day : 0);
    }
}

static void put_months(const struct calendar *calendar, json_t *view)
{
    json_t *shown = fp_model_array(calendar->model, view, "months");
    json_t *earlier = fp_model_array(calendar->model, view, "earlier");
    size_t months = 0, earlier_count;

    for (size_t i = 0, end; i < calendar->count; i = end) {
        const struct cell *cells = &calendar->cells[i];

        for (end = i; end < calendar->count && calendar->cells[end].year == cells->year &&
                      calendar->cells[end].month == cells->month;)
            end++;
        push_month(calendar, months < MONTHS_SHOWN ? shown : earlier, cells, end - i);
        months++;
    }
    earlier_count = months > MONTHS_SHOWN ? months - MONTHS_SHOWN : 0;
    fp_model_put(calendar->model, view, "has_earlier", json_boolean(earlier_count > 0));
    fp_model_say_count(calendar->model, view, "earlier_label", (int64_t)earlier_count, "earlier_months", fp_lang_number(earlier_count).text, NULL);
}

/* ---- all of it ---- */

/* At least half of the days from the first to the last have a night. */
static bool is_daily(const struct calendar *calendar)
{
    int64_t days = 0;

    for (size_t i = 0; i < calendar->count; i++)
        days += !i || day_of(&calendar->cells[i]) != day_of(&calendar->cells[i - 1]);
    return 2 * days >= calendar->last - calendar->first + 1;
}

static size_t collect(const json_t *nights, struct cell *cells)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(nights) && count < FP_LIMIT_NIGHTS; i++) {
        cells[count].night = json_array_get(nights, i);
        if (parse_path(fp_model_get_text(cells[count].night, "path"), &cells[count]))
            count++;
    }
    qsort(cells, count, sizeof *cells, compare_cells);
    return count;
}

static void put_damaged(struct fp_model *model, json_t *view, const json_t *nights)
{
    json_t *list = fp_model_array(model, view, "damaged"), *night;
    size_t i;

    json_array_foreach(nights, i, night) {
        if (!is_damaged(night))
            continue;
        put_link(model, fp_model_row(model, list), night);
    }
    fp_model_put(model, view, "has_damaged", json_boolean(json_array_size(list) > 0));
}

size_t fp_index_newest(const json_t *nights)
{
    size_t count = json_array_size(nights), readable = count;

    for (size_t i = 0; i < count; i++) {
        const json_t *night = json_array_get(nights, i);

        if (fp_night_has_data(night))
            return i;
        if (readable == count && !is_damaged(night))
            readable = i;
    }
    return readable;
}

/* Why it is not simply the newest: of those that are newer some may be damaged, the rest has no data. */
static const char *lead_of(const json_t *nights, size_t newest)
{
    for (size_t i = 0; i < newest; i++)
        if (is_damaged(json_array_get(nights, i)))
            return "newest_readable";
    return newest ? "newest_with_data" : "newest_of";
}

static int put_newest(struct fp_model *model, json_t *view, const json_t *nights, struct fp_error *err)
{
    struct fp_model prefix_model = FP_MODEL_INIT;
    json_t *prefix, *newest = NULL;
    const json_t *night;
    size_t i = fp_index_newest(nights);
    int rc;

    night = json_array_get(nights, i);
    if (!night)
        return FP_OK;
    prefix = json_object();
    fp_words_put_href(&prefix_model, prefix, "url", "", fp_model_get_slice(night, "path"), "/");
    rc = fp_night_view(night, model->lang, fp_model_get_text(prefix, "url"), "services/", &newest, err);
    json_decref(prefix);
    if (rc < 0)
        return rc;
    model->failed |= prefix_model.failed;
    fp_model_put(model, view, "generator", json_copy(json_object_get(newest, "generator")));
    fp_model_put(model, view, "generated", json_copy(json_object_get(newest, "generated")));
    fp_model_put(model, view, "newest_lead", fp_model_word(model, lead_of(nights, i)));
    fp_model_put(model, view, "newest", newest);
    return FP_OK;
}

int fp_index_view(const json_t *nights, const struct fp_lang *lang, json_t **ret_view, struct fp_error *err)
{
    struct fp_model model = { .lang = lang };
    struct calendar calendar = { .model = &model };
    json_t *view = json_object();
    struct cell *cells = malloc((json_array_size(nights) + 1) * sizeof *cells);
    char text[FP_UNIT_TEXT];
    int rc = FP_OK;

    if (!cells) {
        json_decref(view);
        return fp_error_nomem(err);
    }
    fp_model_put(&model, view, "has_nights", json_boolean(json_array_size(nights) > 0));
    put_damaged(&model, view, nights);
    rc = put_newest(&model, view, nights, err);
    calendar.cells = cells;
    calendar.count = collect(nights, cells);
    if (calendar.count) {
        calendar.last = day_of(&cells[0]);
        calendar.first = day_of(&cells[calendar.count - 1]);
        calendar.daily = is_daily(&calendar);
    }
    put_months(&calendar, view);
    fp_model_say_count(&model, view, "calendar_text", (int64_t)calendar.count, "nights", fp_count_format(text, (int64_t)calendar.count), NULL);
    free(cells);
    if (rc < 0) {
        json_decref(view);
        return rc;
    }
    return fp_model_finish(&model, view, ret_view, err);
}
