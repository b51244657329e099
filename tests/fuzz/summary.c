/*
 * summary.json of a report and of a night, read back: by what draws their pages again, by the index, the feed and the
 * pages of services. Whatever the JSON says, pages are well-formed (GLib's parser of markup is the judge), or there is a reason.
 */
#include <glib.h>
#include <jansson.h>

#include "base/limits.h"
#include "base/out.h"
#include "fuzz.h"
#include "report/feed.h"
#include "report/history.h"
#include "report/leading.h"
#include "report/leads.h"
#include "report/page.h"

typedef int renderer(const struct fp_pages *pages, json_t *model, const struct fp_page_place *place, struct fp_out *out,
                     struct fp_error *err);

static const struct fp_page_place place = { .assets = "../../assets/", .night = "../../index.html", .site = "../../../../../",
                                            .path = "2026/11/20", .report = "a/on-cpu" };
static struct fp_pages *pages;

static json_t *parse(const uint8_t *data, size_t size)
{
    json_t *object = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL); /* as press/kept.h reads it */

    if (object && !json_is_object(object)) {
        json_decref(object);
        return NULL;
    }
    return object;
}

static void check_markup(const struct fp_str *text)
{
    static const GMarkupParser parser = { .start_element = NULL };
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, NULL, NULL);
    const char *from = strncmp(text->data, "<!doctype html>", 15) == 0 ? text->data + 15 : text->data;
    GError *error = NULL;
    bool good = g_markup_parse_context_parse(context, from, (gssize)(text->len - (size_t)(from - text->data)), &error) &&
                g_markup_parse_context_end_parse(context, &error);

    if (!good)
        fprintf(stderr, "%s\n%s\n", error->message, text->data);
    FUZZ_CHECK(good && !memchr(text->data, 0, text->len));
    g_markup_parse_context_free(context);
}

static void check_rendered(int rc, struct fp_out *out, struct fp_str *text, struct fp_error *err)
{
    if (rc == FP_OK)
        rc = fp_out_finish(out, err);
    if (rc == FP_OK)
        check_markup(text);
    else
        fuzz_check_error(rc, err);
}

static void draw(renderer *render, json_t *model)
{
    static struct fp_out out;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_out_to_str(&out, &text);
    check_rendered(render(pages, model, &place, &out, &err), &out, &text, &err);
    fp_str_release(&text);
}

/* The pages put texts into what they draw: each gets its own copy. */
static void draw_all(const json_t *object)
{
    static renderer *const renderers[] = { fp_pages_report, fp_pages_night, fp_pages_latest };
    json_t *copy, *nights = json_array();

    for (size_t i = 0; i < sizeof renderers / sizeof *renderers; i++) {
        copy = json_deep_copy(object);
        FUZZ_CHECK(copy);
        draw(renderers[i], copy);
        json_decref(copy);
    }
    FUZZ_CHECK(nights && json_array_append_new(nights, json_deep_copy(object)) == 0);
    draw(fp_pages_index, nights);
    json_decref(nights);
}

static void as_night(json_t *night)
{
    static struct fp_out out;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_history history;
    struct fp_leads leads;
    struct fp_feed feed;
    struct fp_str text;

    fp_history_init(&history);
    FUZZ_CHECK(fp_history_add(&history, night, &err) == FP_OK);
    if (history.night_count)
        FUZZ_CHECK(fp_history_annotate(&history, night, &err) == FP_OK);
    fp_history_release(&history);
    if (fp_leads_collect(json_object_get(night, "services"), &leads, &err) == FP_OK)
        fp_leads_release(&leads);
    fp_feed_init(&feed, "a", "https://flames.example/", NULL);
    FUZZ_CHECK(fp_feed_add(&feed, night, &err) == FP_OK);
    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_out_to_str(&out, &text);
    check_rendered(fp_feed_write(&feed, &out, &err), &out, &text, &err);
    fp_str_release(&text);
    fp_feed_release(&feed);
}

static void as_report(const json_t *summary)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_leading leading;
    json_t *functions = NULL;

    FUZZ_CHECK(fp_leading_init(&leading, 2, &err) == FP_OK);
    FUZZ_CHECK(fp_leading_set(&leading, 1, summary, &err) == FP_OK);
    FUZZ_CHECK(fp_leading_make(&leading, 10, &functions, &err) == FP_OK);
    FUZZ_CHECK(json_array_size(functions) <= 10);
    json_decref(functions);
    fp_leading_release(&leading);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    json_t *object = parse(data, size);

    if (!pages)
        FUZZ_CHECK(fp_pages_open(&pages, &(struct fp_pages_options){ .title = "a" }, NULL) == FP_OK);
    if (!object)
        return 0;
    as_report(object);
    draw_all(object);
    as_night(object);
    json_decref(object);
    return 0;
}
