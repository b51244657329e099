#include "report/night.h"

#include <math.h>
#include <string.h>

#include "base/limits.h"
#include "base/utf8.h"
#include "plan/event.h"
#include "report/changed.h"
#include "report/chart.h"
#include "report/comparison.h"
#include "report/entry.h"
#include "report/service.h"
#include "report/summary.h"
#include "report/terms.h"
#include "report/words.h"

static const char *const outcomes[] = { "ok", "partial", "empty", "failed" };
enum { OUTCOME_COUNT = sizeof outcomes / sizeof *outcomes };

static bool is_kept(const json_t *entry)
{
    return json_is_object(json_object_get(entry, "kept"));
}

/* ---- the entry of one report ---- */

static json_t *cores_of(const json_t *summary)
{
    const json_t *window = json_object_get(summary, "window");
    double covered = fp_model_get_real(summary, "covered");
    double seconds = covered * (double)(fp_model_get_int(window, "end") - fp_model_get_int(window, "start"));
    int64_t per_second = fp_words_unit_per_second(fp_words_unit(fp_model_get_text(summary, "unit")));

    if (!fp_entry_has_value(summary) || !fp_event_find(fp_model_get_text(summary, "event"))->cores || !per_second ||
        seconds <= 0)
        return json_null();
    return json_real((double)fp_model_get_int(summary, "total") / (double)per_second / seconds);
}

/* Of the profile as it came: what is hidden has no symbol all the same. */
static json_t *unknown_share_of(const json_t *summary)
{
    const json_t *missing = json_object_get(summary, "missing_symbols");

    if (!fp_entry_has_value(summary) || fp_model_get_int(summary, "total") <= 0 || !json_is_object(missing))
        return json_null();
    return json_real(fp_model_get_real(missing, "self_share"));
}

static json_t *why_of(const json_t *summary)
{
    const json_t *parts = json_object_get(summary, "failed_parts");

    if (json_is_string(json_object_get(summary, "failure")))
        return fp_model_slice(fp_model_get_slice(summary, "failure"));
    if (json_array_size(parts))
        return fp_model_slice(fp_model_get_slice(json_array_get(parts, 0), "why"));
    return json_null();
}

static void copy(struct fp_model *model, json_t *entry, const json_t *summary, const char *key)
{
    json_t *value = json_object_get(summary, key);

    fp_model_put(model, entry, key, value ? json_copy(value) : json_null());
}

int fp_night_entry(const json_t *summary, const char *path, json_t **ret_entry, struct fp_error *err)
{
    static const char *const copied[] = { "service", "title", "event", "language" };
    static const char *const also_copied[] = { "outcome", "completeness", "covered", "unproved", "total", "unit" };
    const json_t *requests = json_object_get(summary, "requests");
    struct fp_model model = FP_MODEL_INIT;
    json_t *entry = json_object();

    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        copy(&model, entry, summary, copied[i]);
    fp_model_put(&model, entry, "path", fp_model_text(path));
    for (size_t i = 0; i < sizeof also_copied / sizeof *also_copied; i++)
        copy(&model, entry, summary, also_copied[i]);
    fp_model_put(&model, entry, "cores", cores_of(summary));
    fp_model_put(&model, entry, "unknown_share", unknown_share_of(summary));
    fp_model_put(&model, entry, "requests", json_integer(fp_model_get_int(requests, "sent")));
    fp_model_put(&model, entry, "failed_parts",
                 json_integer((json_int_t)json_array_size(json_object_get(summary, "failed_parts"))));
    fp_model_put(&model, entry, "failure", why_of(summary));
    fp_model_put(&model, entry, "kept", json_null());
    fp_comparison_put_entry(&model, entry, summary);
    fp_model_put(&model, entry, "diff",
                 fp_model_text_or_null(json_string_value(json_object_get(json_object_get(summary, "files"), "diff_svg"))));
    return fp_model_finish(&model, entry, ret_entry, err);
}

int fp_night_entry_keep(json_t *entry, const json_t *pressed, const char *why, int64_t generated, struct fp_error *err)
{
    static const char *const copied[] = { "outcome", "completeness", "covered", "total" };
    struct fp_model model = FP_MODEL_INIT;
    json_t *kept = json_object(), *done = NULL;
    int rc;

    fp_model_put(&model, kept, "generated", json_integer(generated));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        copy(&model, kept, pressed, copied[i]);
    fp_model_put(&model, kept, "why", fp_model_text(why));
    copy(&model, kept, pressed, "failure");
    rc = fp_model_finish(&model, kept, &done, err);
    if (rc == FP_OK && json_object_set_new(entry, "kept", done) < 0)
        rc = fp_error_nomem(err);
    return rc;
}

/* ---- the night's summary ---- */

bool fp_night_has_data(const json_t *night)
{
    const json_t *counts = json_object_get(night, "counts");

    return fp_model_get_int(counts, "ok") > 0 || fp_model_get_int(counts, "partial") > 0;
}

static const char *outcome_of(const int64_t counts[OUTCOME_COUNT], size_t all)
{
    int64_t ok = counts[0], partial = counts[1], failed = counts[3]; /* as in `outcomes` */

    if (all && (size_t)failed == all)
        return "failed";
    if (failed || partial)
        return "partial";
    return ok ? "ok" : "empty";
}

int fp_night_add_not_pressed(json_t *rows, const struct fp_not_pressed *service, struct fp_error *err)
{
    struct fp_model model = FP_MODEL_INIT;
    json_t *row = fp_model_row(&model, rows);

    fp_model_put(&model, row, "title", fp_model_text(service->title));
    fp_model_put(&model, row, "rows", service->rows < 0 ? json_null() : json_integer(service->rows));
    fp_model_put(&model, row, "why", fp_model_text(service->why));
    fp_model_put(&model, row, "entry", json_integer((json_int_t)service->entry));
    return model.failed ? fp_error_nomem(err) : FP_OK;
}

int fp_night_make(const struct fp_night_facts *facts, json_t **ret_night, struct fp_error *err)
{
    struct fp_model model = FP_MODEL_INIT;
    json_t *night = json_object(), *object;
    int64_t counts[OUTCOME_COUNT] = { 0 }, requests = facts->asked;
    size_t all = json_array_size(facts->entries);

    for (size_t i = 0; i < all; i++) {
        const json_t *entry = json_array_get(facts->entries, i);

        requests += fp_model_get_int(entry, "requests");
        for (int o = 0; o < OUTCOME_COUNT; o++)
            counts[o] += fp_entry_has_outcome(entry, outcomes[o]);
    }
    fp_model_put(&model, night, "schema", json_integer(FP_SUMMARY_SCHEMA));
    object = fp_model_object(&model, night, "window");
    fp_model_put(&model, object, "start", json_integer(facts->window->start));
    fp_model_put(&model, object, "end", json_integer(facts->window->end));
    fp_model_put(&model, object, "timezone", fp_model_text(facts->zone ? fp_zone_name(facts->zone) : "UTC"));
    fp_model_put(&model, object, "label", fp_model_text(facts->window->label));
    fp_model_put(&model, night, "path", fp_model_text(facts->window->path));
    fp_model_put(&model, night, "outcome", fp_model_text(outcome_of(counts, all)));
    object = fp_model_object(&model, night, "counts");
    for (int o = 0; o < OUTCOME_COUNT; o++)
        fp_model_put(&model, object, outcomes[o], json_integer(counts[o]));
    fp_model_put(&model, night, "requests", json_integer(requests));
    fp_model_put(&model, night, "source", fp_model_text(facts->source ? facts->source : ""));
    fp_model_put(&model, night, "generated", json_integer(facts->generated));
    fp_model_put(&model, night, "generator", fp_model_text(fp_generator()));
    fp_model_put(&model, night, "not_pressed", facts->not_pressed ? json_incref(facts->not_pressed) : json_array());
    fp_model_put(&model, night, "services", json_incref(facts->entries));
    return fp_model_finish(&model, night, ret_night, err);
}

/* ---- the page model ---- */

struct night_view {
    struct fp_model model;
    const json_t *night;
    json_t *root;
    const char *prefix, *services_prefix;
    const json_t *services;
};

static void put_text(struct night_view *view, json_t *object, const char *key, const char *text)
{
    fp_model_put(&view->model, object, key, fp_model_text_or_null(text));
}

static void put_word(struct night_view *view, json_t *object, const char *key, const char *word)
{
    fp_model_put_word(&view->model, object, key, word);
}

static void put_outcome(struct night_view *view, json_t *row, const char *outcome)
{
    put_text(view, row, "outcome", outcome);
    put_text(view, row, "outcome_text", fp_lang_word_of(view->model.lang, "outcome", outcome, outcome));
    put_text(view, row, "mark", fp_words_mark(outcome));
}

static void put_link(struct night_view *view, json_t *row, const json_t *entry)
{
    put_outcome(view, row, fp_model_get_text(entry, "outcome"));
    fp_words_put_href(&view->model, row, "href", view->prefix, fp_model_get_slice(entry, "path"),
                      "/index.html");
    fp_words_put_name(&view->model, row, "title_pieces", NULL, fp_model_get_slice(entry, "title"));
    put_text(view, row, "event", fp_model_get_text(entry, "event"));
}

/* A share that is stored as a number from 0 to 1. */
static void put_stored_share(struct night_view *view, json_t *row, const char *key, const json_t *share)
{
    char text[FP_UNIT_TEXT];

    put_text(view, row, key,
             json_is_number(share)
                 ? fp_words_share(text, (int64_t)(json_number_value(share) * 1e9 + 0.5), 1000000000)
                 : "\u2013");
}

/* "partial, unproved": words of `terms`, for what is missing says nothing of what is there. */
static void put_complete(struct night_view *view, json_t *row, const json_t *entry)
{
    const char *completeness = fp_model_get_text(entry, "completeness");
    const struct fp_lang *lang = view->model.lang;
    bool also = !strcmp(completeness, "partial") && fp_model_get_real(entry, "unproved") > 0;
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_puts(&text, fp_entry_has_value(entry) ? fp_lang_word_of(lang, "complete", completeness, completeness) : "\u2013");
    if (also)
        fp_str_printf(&text, "%s%s", fp_lang_word(lang, "list_separator"), fp_lang_word(lang, "complete_unproved"));
    if (is_kept(entry))
        fp_str_printf(&text, "%s%s", fp_lang_word(lang, "list_separator"), fp_lang_word(lang, "complete_kept"));
    fp_model_put(&view->model, row, "complete_text", fp_str_ok(&text) ? fp_model_slice(fp_str_slice(&text)) : NULL);
    fp_str_release(&text);
}

/* The total against the baseline's; in cores where both have them, for windows may differ in length. */
static double growth_of(const json_t *entry)
{
    const json_t *baseline = json_object_get(entry, "baseline");
    const json_t *cores = json_object_get(entry, "cores"), *before = json_object_get(baseline, "cores");

    if (json_is_number(cores) && json_is_number(before) && json_number_value(before) > 0)
        return json_number_value(cores) / json_number_value(before) - 1;
    if (fp_model_get_real(baseline, "total") > 0)
        return fp_model_get_real(entry, "total") / fp_model_get_real(baseline, "total") - 1;
    return (double)NAN;
}

static void put_growth(struct night_view *view, json_t *row, double growth)
{
    char text[FP_UNIT_TEXT];

    put_text(view, row, "versus", fp_words_growth(text, growth));
    fp_model_put(&view->model, row, "versus_order", json_real(growth));
}

/* A doubling is +100 %; from nothing it is a word. */
static void put_versus(struct night_view *view, json_t *row, const json_t *entry)
{
    char date[FP_WORDS_LABEL_MAX];
    const char *label =
        fp_words_label(view->model.lang, date, fp_model_get_text(json_object_get(entry, "baseline"), "label"));
    double growth = growth_of(entry);

    fp_model_put(&view->model, row, "versus_order", json_null());
    put_text(view, row, "versus_few", NULL);
    fp_model_put(&view->model, row, "has_versus", json_boolean(fp_entry_has_value(entry) && fp_entry_has_baseline(entry)));
    if (!fp_entry_has_value(entry) || !fp_entry_has_baseline(entry)) {
        put_text(view, row, "versus", "\u2013");
        put_word(view, row, "versus_title", fp_entry_has_value(entry) ? "versus_nothing_with" : "versus_nothing");
        return;
    }
    if (json_is_true(json_object_get(entry, "too_few")))
        put_word(view, row, "versus_few", "versus_cannot_judge"); /* the total is known all the same */
    if (!isfinite(growth))
        put_word(view, row, "versus", "verdict_new");
    else
        put_growth(view, row, growth);
    fp_model_say(&view->model, row, "versus_title", "compared_to", label, NULL);
}

/* `decimals`: of the cores in this table. `before`: the title in the row above; NULL = none. */
static void push_service(struct night_view *view, json_t *rows, const json_t *entry, int decimals,
                         const char *before)
{
    json_t *row = fp_model_row(&view->model, rows);
    const json_t *cores = json_object_get(entry, "cores"), *unknown = json_object_get(entry, "unknown_share");
    enum fp_unit unit = fp_words_unit(fp_model_get_text(entry, "unit"));
    char text[FP_UNIT_TEXT];

    put_link(view, row, entry);
    if (fp_entry_has_value(entry)) {
        fp_words_put_value(&view->model, row, "value", "exact", fp_model_get_int(entry, "total"), unit);
    } else {
        /* an empty or failed window is not a zero */
        put_text(view, row, "value", "\u2013");
        put_word(view, row, "exact", fp_entry_has_outcome(entry, "empty") ? "no_data" : "not_known");
    }
    fp_model_put(&view->model, row, "value_order",
                 fp_entry_has_value(entry) ? fp_model_number(json_object_get(entry, "total")) : json_null());
    fp_model_put(&view->model, row, "unit", fp_model_text(fp_model_get_text(entry, "unit")));
    fp_model_put(&view->model, row, "cores_order", fp_model_number(cores));
    fp_model_put(&view->model, row, "unknown_order", fp_model_number(unknown));
    put_complete(view, row, entry);
    put_text(view, row, "cores_text",
             json_is_number(cores) ? fp_fixed_format(text, json_number_value(cores), decimals) : "\u2013");
    fp_model_put(&view->model, row, "gauge",
                 json_boolean(fp_entry_has_value(entry) && fp_event_find(fp_model_get_text(entry, "event"))->gauge));
    fp_model_put(&view->model, row, "has_cores", json_boolean(json_is_number(cores)));
    put_stored_share(view, row, "unknown_text", unknown);
    put_versus(view, row, entry);
    fp_chart_put_spark(&view->model, row, json_object_get(entry, "trend"), unit);
    fp_service_put_href(&view->model, row, "service_href", view->services_prefix, fp_model_get_text(entry, "path"));
    fp_model_put(&view->model, row, "has_value", json_boolean(fp_entry_has_value(entry)));
    fp_model_put(&view->model, row, "same",
                 json_boolean(before && !strcmp(before, fp_model_get_text(entry, "title"))));
    fp_model_put(&view->model, row, "blind", json_boolean(json_number_value(unknown) > 0.5));
}

static void put_table(struct night_view *view, const char *key, const char *has_key, const char *caption,
                      bool host)
{
    json_t *table = fp_model_object(&view->model, view->root, key), *rows;
    const char *before = NULL;
    double most = 0;

    put_word(view, table, "services_caption", caption);
    rows = fp_model_array(&view->model, table, "rows");
    for (size_t i = 0; i < json_array_size(view->services); i++) {
        const json_t *entry = json_array_get(view->services, i);

        if (fp_entry_is_host(entry) == host)
            most = fmax(most, fp_model_get_real(entry, "cores"));
    }
    for (size_t i = 0; i < json_array_size(view->services); i++) {
        const json_t *entry = json_array_get(view->services, i);

        if (fp_entry_is_host(entry) != host)
            continue;
        push_service(view, rows, entry, fp_fixed_decimals(most), before);
        before = fp_model_get_text(entry, "title");
    }
    fp_model_put(&view->model, view->root, has_key, json_boolean(json_array_size(rows) > 0));
}

static void put_trouble(struct night_view *view)
{
    static const char *const bad[] = { "failed", "partial" }; /* the worst first */
    json_t *list = fp_model_array(&view->model, view->root, "trouble");
    const json_t *window = json_object_get(view->night, "window");
    size_t found[2] = { 0 };

    for (size_t o = 0; o < 2; o++) {
        for (size_t i = 0; i < json_array_size(view->services); i++) {
            const json_t *entry = json_array_get(view->services, i);
            json_t *row;

            if (!fp_entry_has_outcome(entry, bad[o]))
                continue;
            found[o]++;
            row = fp_model_row(&view->model, list);
            put_link(view, row, entry);
            fp_model_put(&view->model, row, "why", fp_model_slice(fp_model_get_slice(entry, "failure")));
        }
    }
    put_word(view, view->root, "trouble_head",
             found[0] ? "trouble_failed" : "trouble_missing");
    fp_model_put(&view->model, view->root, "has_trouble", json_boolean(found[0] || found[1]));
    fp_model_put(&view->model, view->root, "trouble_leads", json_boolean(fp_entry_has_outcome(view->night, "failed")));
    fp_words_put_again(&view->model, view->root, "again", fp_model_get_int(window, "start"),
                       fp_model_get_int(window, "end"), NULL);
}

/* Reports that are not of the last run, and why. */
static void put_kept(struct night_view *view, const struct fp_zone *zone)
{
    json_t *list = fp_model_array(&view->model, view->root, "kept");

    for (size_t i = 0; i < json_array_size(view->services); i++) {
        const json_t *entry = json_array_get(view->services, i), *kept = json_object_get(entry, "kept");
        const char *failure = fp_model_get_text(kept, "failure");
        char time[FP_TIME_TEXT];
        json_t *row;

        if (!is_kept(entry))
            continue;
        row = fp_model_row(&view->model, list);
        put_link(view, row, entry);
        fp_time_format(time, fp_model_get_int(kept, "generated"), zone);
        fp_model_say(&view->model, row, "why", "run_of", time,
                     fp_lang_word_of(view->model.lang, "worth", fp_model_get_text(kept, "why"), fp_model_get_text(kept, "why")),
                     NULL);
        put_text(view, row, "message", *failure ? failure : NULL);
    }
    fp_model_put(&view->model, view->root, "has_kept", json_boolean(json_array_size(list) > 0));
}

#define NAMES_SHOWN 100u /* of one reason; all of them are in summary.json */

#define NAME_SHOWN 200u  /* bytes of each */

static void put_left_out_name(struct night_view *view, json_t *names, struct fp_slice title)
{
    json_t *name = fp_model_row(&view->model, names);
    size_t shown = fp_utf8_cut(title.data, title.len, NAME_SHOWN);

    fp_model_put(&view->model, name, "comma", json_boolean(json_array_size(names) > 1));
    fp_model_put(&view->model, name, "cut", json_boolean(shown < title.len));
    fp_words_put_name(&view->model, name, "title_pieces", NULL, (struct fp_slice){ title.data, shown });
}

/* One row for each reason: neighbours with the same one share it. */
static void put_left_out(struct night_view *view)
{
    const json_t *from = json_object_get(view->night, "not_pressed");
    json_t *list = fp_model_array(&view->model, view->root, "not_pressed");
    size_t count = json_array_size(from), end;

    for (size_t i = 0; i < count; i = end) {
        const char *why = fp_model_get_text(json_array_get(from, i), "why");
        json_t *row = fp_model_row(&view->model, list), *names;

        put_text(view, row, "why", why);
        names = fp_model_array(&view->model, row, "names");
        for (end = i; end < count && !strcmp(fp_model_get_text(json_array_get(from, end), "why"), why); end++)
            if (end - i < NAMES_SHOWN)
                put_left_out_name(view, names, fp_model_get_slice(json_array_get(from, end), "title"));
        if (end - i > NAMES_SHOWN)
            fp_model_say(&view->model, row, "names_more", "names_more", fp_lang_number(end - i - NAMES_SHOWN).text, NULL);
        else
            put_text(view, row, "names_more", NULL);
    }
    fp_model_put(&view->model, view->root, "has_not_pressed", json_boolean(count > 0));
}

/* How many different services, the host left out. */
static size_t count_services(struct night_view *view, bool *ret_host)
{
    json_t *seen = json_object();
    size_t count;

    *ret_host = false;
    for (size_t i = 0; i < json_array_size(view->services); i++) {
        const json_t *entry = json_array_get(view->services, i);

        if (fp_entry_is_host(entry))
            *ret_host = true;
        else
            fp_model_put(&view->model, seen, fp_model_get_text(entry, "service"), json_true());
    }
    count = json_object_size(seen);
    json_decref(seen);
    return count;
}

static bool is_trouble(const char *outcome)
{
    return !strcmp(outcome, "failed") || !strcmp(outcome, "partial");
}

static void put_counts(struct night_view *view)
{
    const json_t *counts = json_object_get(view->night, "counts");
    json_t *list = fp_model_array(&view->model, view->root, "counts");
    size_t reports = json_array_size(view->services), services;
    char a[FP_UNIT_TEXT], b[FP_UNIT_TEXT];
    struct fp_str some;
    bool host;

    services = count_services(view, &host);
    fp_str_init(&some, FP_LIMIT_TEXT);
    fp_lang_say_count(view->model.lang, &some, (int64_t)services, host ? "counts_services_host" : "counts_services",
                      fp_count_format(a, (int64_t)services), NULL);
    fp_model_say_count(&view->model, view->root, "counts_lead", (int64_t)reports, "counts_reports",
                       fp_str_ok(&some) ? some.data : "", fp_count_format(b, (int64_t)reports), NULL);
    fp_str_release(&some);
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        int64_t number = fp_model_get_int(counts, outcomes[o]);
        json_t *row = fp_model_row(&view->model, list);

        put_outcome(view, row, outcomes[o]);
        put_text(view, row, "number", fp_count_format(a, number));
        fp_model_put(&view->model, row, "zero", json_boolean(number == 0));
        put_text(view, row, "why", number && is_trouble(outcomes[o]) ? "#trouble" : NULL);
    }
}

static void put_about(struct night_view *view, const struct fp_zone *zone)
{
    const json_t *window = json_object_get(view->night, "window");
    json_t *list = fp_model_array(&view->model, view->root, "about");
    char text[FP_UNIT_TEXT], time[FP_TIME_TEXT];

    fp_words_push_window(&view->model, list, fp_model_get_int(window, "start"),
                         fp_model_get_int(window, "end"), zone);
    fp_words_push_fact(&view->model, list, "time zone", NULL, fp_model_get_text(window, "timezone"), NULL);
    fp_words_push_fact(&view->model, list, "source", fp_model_get_text(view->night, "source"), NULL, NULL);
    fp_words_push_fact(&view->model, list, "requests", NULL,
                       fp_count_format(text, fp_model_get_int(view->night, "requests")),
                       fp_lang_word(view->model.lang, "sent_retries"));
    fp_time_format(time, fp_model_get_int(view->night, "generated"), zone);
    fp_words_push_fact(&view->model, list, "pressed", NULL, time, NULL);
    fp_words_push_fact(&view->model, list, "by", NULL, fp_model_get_text(view->night, "generator"), NULL);
    put_text(view, view->root, "generated", time);
    put_text(view, view->root, "generator", fp_model_get_text(view->night, "generator"));
}

int fp_night_view(const json_t *night, const struct fp_lang *lang, const char *prefix, const char *services_prefix,
                  json_t **ret_view, struct fp_error *err)
{
    const json_t *window = json_object_get(night, "window");
    const char *zone_name = fp_model_get_text(window, "timezone");
    struct fp_zone *zone = *zone_name && strcmp(zone_name, "UTC") != 0 ? fp_zone_new(zone_name, NULL) : NULL;
    char date[FP_WORDS_LABEL_MAX];
    struct night_view view = { .model = { .lang = lang },
                               .night = night,
                               .root = json_object(),
                               .prefix = prefix,
                               .services_prefix = services_prefix,
                               .services = json_object_get(night, "services") };

    put_text(&view, view.root, "label", fp_words_label(lang, date, fp_model_get_text(window, "label")));
    fp_words_put_href(&view.model, view.root, "night_href", prefix, fp_slice_of(""), "index.html");
    fp_changed_put(&view.model, view.root, night, prefix);
    put_counts(&view);
    put_trouble(&view);
    put_kept(&view, zone);
    put_table(&view, "services_table", "has_services", "reports_services", false);
    put_table(&view, "host_table", "has_host", "reports_host", true);
    fp_terms_put(&view.model, view.root, view.services);
    put_left_out(&view);
    put_about(&view, zone);
    put_text(&view, view.root, "data_file", FP_SUMMARY_FILE);
    fp_zone_free(zone);
    return fp_model_finish(&view.model, view.root, ret_view, err);
}
