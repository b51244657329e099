#include "report/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/listing.h"
#include "plan/event.h"
#include "report/callers.h"
#include "report/comparison.h"
#include "report/complete.h"
#include "report/figures.h"
#include "report/missing.h"
#include "report/summary.h"
#include "report/tables.h"
#include "report/transforms.h"
#include "report/words.h"

/* What every part of the view is made from. */
struct view {
    struct fp_model model;
    const json_t *summary;
    json_t *root; /* what is being made */
    struct fp_event event;
    struct fp_zone *zone; /* NULL = UTC */
    enum fp_unit unit;
    int64_t total;
    int64_t sample;     /* what a row is worth at least */
    int64_t start, end; /* 0, 0 when the window is not known */
    double covered;     /* share of the window */
    bool ok, empty, partial, failed;
    bool gaps;          /* ok, but of a profile that lacks parts of the window: nobody says how much of its time */
};

static void put_text(struct view *view, const char *key, const char *text)
{
    fp_model_put(&view->model, view->root, key, fp_model_text_or_null(text));
}

static void put_word(struct view *view, const char *key, const char *word)
{
    fp_model_put_word(&view->model, view->root, key, word);
}

static void put_bool(struct view *view, const char *key, bool value)
{
    fp_model_put(&view->model, view->root, key, json_boolean(value));
}

static const json_t *part(const struct view *view, const char *key)
{
    return json_object_get(view->summary, key);
}

/* ---- the head of the page ---- */

static void put_when(struct view *view)
{
    const json_t *window = part(view, "window");
    char date[FP_WORDS_LABEL_MAX];
    const char *label = fp_words_label(view->model.lang, date, fp_model_get_text(window, "label"));
    const char *zone = fp_model_get_text(window, "timezone");

    if (!*label)
        put_word(view, "when", "when_unknown");
    else if (*zone && !strstr(label, zone))
        fp_model_say(&view->model, view->root, "when", "when_in_zone", label, zone, NULL);
    else
        put_text(view, "when", label);
}

/* All services of files that were merged, as far as a line holds them; "" for one. */
static void list_services(const struct view *view, struct fp_str *to, size_t max)
{
    const json_t *services = part(view, "services");
    struct fp_listing list = { .to = to, .max = max };

    for (size_t i = 0; json_array_size(services) > 1 && i < json_array_size(services); i++) {
        const json_t *name = json_array_get(services, i);

        if (json_is_string(name))
            fp_listing_add(&list, (struct fp_slice){ json_string_value(name), json_string_length(name) });
    }
    fp_listing_end(&list);
}

/* Whose profile it is, where the title does not say it. */
static void put_service_note(struct view *view)
{
    struct fp_slice title = fp_model_get_slice(view->summary, "title");
    struct fp_slice service = fp_model_get_slice(view->summary, "service");
    struct fp_str names;

    fp_str_init(&names, FP_LIMIT_TEXT);
    list_services(view, &names, FP_LIMIT_LISTING_TITLE);
    if (fp_slice_equal(title, names.len ? fp_str_slice(&names) : service))
        put_text(view, "service_note", NULL);
    else
        fp_model_say(&view->model, view->root, "service_note", names.len ? "note_services" : "note_service",
                     names.len ? names.data : service.data, NULL);
    view->model.failed |= !fp_str_ok(&names);
    fp_str_release(&names);
}

static void put_head(struct view *view)
{
    struct fp_slice title = fp_model_get_slice(view->summary, "title");
    const char *event = fp_model_get_text(view->summary, "event");
    const char *outcome = fp_model_get_text(view->summary, "outcome");

    fp_model_put(&view->model, view->root, "outcome", fp_model_text(outcome));
    put_text(view, "outcome_text", fp_lang_word_of(view->model.lang, "outcome", outcome, outcome));
    put_text(view, "mark", fp_words_mark(outcome));
    put_bool(view, "is_failed", view->failed);
    put_bool(view, "is_empty", view->empty);
    fp_words_put_name(&view->model, view->root, "title_pieces", NULL, title);
    put_text(view, "event", *event ? event : NULL);
    put_when(view);
    put_service_note(view);
}

/* What one core that is busy all the time adds up to; 0 where cores make no sense. */
static double one_core(const struct view *view)
{
    double seconds = (double)(view->end - view->start) * view->covered;

    return view->event.cores && !view->gaps && seconds > 0 ? seconds * (double)fp_words_unit_per_second(view->unit) : 0;
}

static void put_figures(struct view *view)
{
    struct fp_figures figures = { .model = &view->model,
                                  .summary = view->summary,
                                  .event = &view->event,
                                  .unit = view->unit,
                                  .total = view->total,
                                  .sample = view->sample,
                                  .core = one_core(view),
                                  .partial = view->partial };

    put_bool(view, "has_figures", view->ok || view->partial);
    fp_figures_put(&figures, view->root);
}

/* ---- how complete it is ---- */

static void put_completeness(struct view *view)
{
    static const struct {
        const char *completeness, *head;
    } heads[] = { { "proved", "complete_head_proved" }, { "unproved", "complete_head_unproved" }, { "partial", "complete_head_partial" } };
    const char *completeness = fp_model_get_text(view->summary, "completeness");
    struct fp_str text;

    put_text(view, "completeness_head", NULL);
    put_text(view, "completeness_text", NULL);
    if (!view->ok && !view->partial)
        return;
    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_complete_words(&text, view->model.lang, view->summary, &view->event, view->unit);
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (!strcmp(heads[i].completeness, completeness))
            put_word(view, "completeness_head", heads[i].head);
    put_text(view, "completeness_text", text.data);
    view->model.failed |= !fp_str_ok(&text);
    fp_str_release(&text);
}

/* ---- what is missing, and why ---- */

static void put_failed_parts(struct view *view)
{
    const json_t *parts = part(view, "failed_parts");
    json_t *list = fp_model_array(&view->model, view->root, "failed_rows");
    size_t count = json_array_size(parts);
    char text[FP_UNIT_TEXT], share[FP_UNIT_TEXT];

    put_bool(view, "has_failed_parts", count > 0 && !view->failed);
    put_text(view, "failed_beyond", NULL);
    fp_model_say_count(&view->model, view->root, "failed_parts_text", (int64_t)count, "failed_parts", fp_count_format(text, (int64_t)count), fp_words_share(share, (int64_t)((1 - view->covered) * 1e9 + 0.5), 1000000000), NULL);
    for (size_t i = 0; i < count && i < FP_LIMIT_TOP_FUNCTIONS; i++) {
        const json_t *from = json_array_get(parts, i);
        json_t *row = fp_model_row(&view->model, list);
        char time[FP_TIME_TEXT];

        fp_time_format(time, fp_model_get_int(from, "start"), view->zone);
        fp_model_put(&view->model, row, "from", fp_model_text(time));
        fp_time_format(time, fp_model_get_int(from, "end"), view->zone);
        fp_model_put(&view->model, row, "to", fp_model_text(time));
        fp_model_put(&view->model, row, "why", fp_model_slice(fp_model_get_slice(from, "why")));
    }
    if (count > FP_LIMIT_TOP_FUNCTIONS)
        fp_model_say(&view->model, view->root, "failed_beyond", "more_in_summary", fp_count_format(text, (int64_t)(count - FP_LIMIT_TOP_FUNCTIONS)), NULL);
}

static void put_failure(struct view *view)
{
    const char *failure = fp_model_get_text(view->summary, "failure");
    const char *id = fp_model_get_text(view->summary, "id");

    put_bool(view, "no_reason", !*failure);
    put_text(view, "failure", *failure ? failure : fp_lang_word(view->model.lang, "no_reason"));
    if (view->end > view->start && (view->failed || view->partial))
        fp_words_put_again(&view->model, view->root, "again", view->start, view->end,
                           *id ? id : fp_model_get_text(view->summary, "service"));
    else
        put_text(view, "again", NULL);
}

static void put_empty(struct view *view)
{
    static const char *const checks[] = {
        "empty_check_1",
        "empty_check_2",
        "empty_check_3",
        "empty_check_4",
        "empty_check_5",
    };
    json_t *list = fp_model_array(&view->model, view->root, "checks");
    bool asked = view->end > view->start;

    put_word(view, "empty_text",
             asked ? "empty_asked"
                   : "empty_files");
    put_bool(view, "has_checks", asked);
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
        fp_model_push(&view->model, list, fp_model_word(&view->model, checks[i]));
}

/* ---- the picture ---- */

/* A file's name is a URL only when it is escaped; null stays null. */
static void put_file(struct view *view, const char *key)
{
    struct fp_slice name = fp_model_get_slice(part(view, "files"), key);

    if (name.len)
        fp_words_put_href(&view->model, view->root, key, "", name, "");
    else
        put_text(view, key, NULL);
}

static void put_hidden(struct view *view, const json_t *hidden)
{
    int64_t narrow = fp_model_get_int(hidden, "narrow_nodes"), deep = fp_model_get_int(hidden, "deep_nodes");
    char count[FP_UNIT_TEXT], width[FP_UNIT_TEXT], share[FP_UNIT_TEXT];
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    if (narrow > 0) {
        fp_lang_say_count(view->model.lang, &text, narrow, "hidden_narrow", fp_count_format(count, narrow),
                          fp_number_format(width, fp_model_get_real(hidden, "min_width")),
                          fp_words_share(share, fp_model_get_int(hidden, "narrow_value"), view->total), NULL);
        fp_str_putc(&text, ' ');
    }
    if (deep > 0)
        fp_lang_say_count(view->model.lang, &text, deep, "hidden_deep", fp_count_format(count, deep),
                          fp_words_share(share, fp_model_get_int(hidden, "deep_value"), view->total), NULL);
    if (narrow <= 0 && deep <= 0)
        fp_str_puts(&text, fp_lang_word(view->model.lang, "hidden_none"));
    fp_model_put(&view->model, view->root, "hidden_text",
                 fp_str_ok(&text) ? fp_model_slice(fp_str_slice(&text)) : NULL);
    fp_str_release(&text);
}

static void put_picture(struct view *view)
{
    const json_t *picture = part(view, "picture"), *files = part(view, "files");
    bool drawn = *fp_model_get_text(files, "svg") || *fp_model_get_text(files, "png");
    bool scripted = *fp_model_get_text(files, "script");
    int64_t width = fp_model_get_int(picture, "width"), height = fp_model_get_int(picture, "height");
    int64_t box_count = fp_model_get_int(picture, "boxes");
    char total[FP_UNIT_TEXT], boxes[FP_UNIT_TEXT];

    drawn = drawn && json_is_object(picture);
    put_bool(view, "has_graph", drawn || scripted);
    put_bool(view, "has_picture", drawn);
    put_file(view, "script");
    put_file(view, "svg");
    put_file(view, "png");
    put_file(view, "png2x");
    fp_model_put(&view->model, view->root, "picture_width", json_integer(width > 0 ? width : 1200));
    fp_model_put(&view->model, view->root, "picture_height", json_integer(height > 0 ? height : 400));
    fp_model_say_count(&view->model, view->root, "graph_label", (int64_t)box_count, "graph_label", fp_model_get_text(view->summary, "title"), fp_model_get_text(view->summary, "event"), fp_words_value(view->model.lang, total, view->total, view->unit), fp_count_format(boxes, box_count), NULL);
    put_word(view, "reading",
             "graph_reading");
    put_hidden(view, part(view, "hidden"));
}

/* What the folded file cannot hold, or why it is not there: the program's own message. */
static void put_folded_note(struct view *view)
{
    const json_t *lost = part(view, "folded_lost");
    int64_t root = fp_model_get_int(lost, "root"), frames = fp_model_get_int(lost, "frames");
    char text[FP_UNIT_TEXT];
    struct fp_str first, note;

    fp_str_init(&first, FP_LIMIT_TEXT);
    fp_str_init(&note, FP_LIMIT_TEXT);
    if (root)
        fp_lang_say(view->model.lang, frames ? &first : &note, "folded_root",
                    fp_lang_exact(view->model.lang, text, root, view->unit), NULL);
    if (frames)
        fp_lang_say_count(view->model.lang, &note, frames, "folded_frames", fp_count_format(text, frames), NULL);
    view->model.failed |= !fp_str_ok(&first) || !fp_str_ok(&note);
    if (first.len)
        fp_model_say(&view->model, view->root, "folded_note", "two_sentences", first.data, note.data, NULL);
    else
        put_text(view, "folded_note", note.len ? note.data : NULL);
    put_text(view, "folded_message", note.len ? NULL : json_string_value(part(view, "folded_note")));
    fp_str_release(&first);
    fp_str_release(&note);
}

static void put_downloads(struct view *view)
{
    static const struct {
        const char *key, *label, *note;
    } kinds[] = {
        { "svg", "dl_svg_name", "dl_svg" },           { "png", "dl_png_name", "dl_png" },
        { "png2x", "dl_png2x_name", "dl_png2x" }, { "diff_svg", "dl_diff_svg_name", "dl_diff" },
        { "diff_png", "dl_diff_png_name", "dl_diff" }, { "folded", "dl_folded_name", "dl_gzip" },
        { "pprof", "dl_pprof_name", "dl_pprof" },
        { "json", "dl_json_name", "dl_json" },
    };
    const json_t *files = part(view, "files");
    json_t *list = fp_model_array(&view->model, view->root, "downloads");

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct fp_slice name = fp_model_get_slice(files, kinds[i].key);
        json_t *row;

        if (!name.len)
            continue;
        row = fp_model_row(&view->model, list);
        fp_words_put_href(&view->model, row, "href", "", name, "");
        fp_model_put(&view->model, row, "label", fp_model_word(&view->model, kinds[i].label));
        fp_model_put(&view->model, row, "note", fp_model_word(&view->model, kinds[i].note));
    }
    put_bool(view, "has_downloads", json_array_size(list) > 0);
    put_text(view, "incident", NULL);
    if (*fp_model_get_text(view->summary, "id") && json_array_size(list) > 0) /* of a site: there is a configuration */
        fp_words_put_incident(&view->model, view->root, "incident", view->start, view->end,
                              fp_model_get_text(view->summary, "id"), fp_model_get_text(view->summary, "event"));
    put_word(view, "png_note", json_is_string(part(view, "png_note")) ? "png_note" : NULL);
    put_folded_note(view);
    fp_model_put(&view->model, view->root, "pprof_note",
                 fp_model_text_or_null(json_string_value(part(view, "pprof_note"))));
    put_word(view, "profiles_note", json_is_true(part(view, "profiles_removed")) ? "profiles_removed" : NULL);
    put_text(view, "data_file",
             fp_model_get_slice(files, "json").len ? fp_model_get_text(files, "json") : NULL);
}

/* ---- the query, and what to know about the numbers ---- */

/* A fact that files may not tell. */
static void push_code(struct view *view, json_t *list, const char *key, const char *code, const char *text)
{
    if (*code)
        fp_words_push_fact(&view->model, list, key, code, NULL, text);
}

static void push_requests(struct view *view, json_t *list)
{
    const json_t *requests = part(view, "requests");
    int64_t sent = fp_model_get_int(requests, "sent"), used = fp_model_get_int(requests, "replies");
    int64_t counted = fp_model_get_int(requests, "counted"), baseline = fp_model_get_int(requests, "baseline");
    int64_t own = sent - baseline, rest = own - used - counted;
    char a[FP_UNIT_TEXT], b[FP_UNIT_TEXT], c[FP_UNIT_TEXT], d[FP_UNIT_TEXT], e[FP_UNIT_TEXT];
    struct fp_str text;

    if (sent <= 0)
        return;
    fp_str_init(&text, FP_LIMIT_TEXT);
    if (baseline <= 0)
        fp_lang_say(view->model.lang, &text, "requests_sent", fp_count_format(a, sent), fp_count_format(b, used), NULL);
    else
        fp_lang_say(view->model.lang, &text, rest > 0 ? "requests_compared_rest" : "requests_compared", fp_count_format(a, sent),
                    fp_count_format(b, own), fp_count_format(c, baseline), fp_count_format(d, used), fp_count_format(e, rest), NULL);
    if (counted > 0)
        fp_lang_say(view->model.lang, &text, "requests_counted", fp_count_format(a, counted), NULL);
    fp_words_push_fact(&view->model, list, "requests", NULL, text.data, NULL);
    view->model.failed |= !fp_str_ok(&text);
    fp_str_release(&text);
}

static void put_query(struct view *view)
{
    const json_t *requests = part(view, "requests");
    json_t *list = fp_model_array(&view->model, view->root, "query");
    const char *filter = fp_model_get_text(requests, "filter"), *form = fp_model_get_text(requests, "form");
    int64_t limit = fp_model_get_int(requests, "row_limit");
    char a[FP_UNIT_TEXT];
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    list_services(view, &text, FP_LIMIT_LISTING);
    if (text.len)
        push_code(view, list, "services", text.data, fp_lang_word(view->model.lang, "merged"));
    else
        push_code(view, list, "service", fp_model_get_text(view->summary, "service"), NULL);
    fp_str_clear(&text);
    push_code(view, list, "event", fp_model_get_text(view->summary, "event"),
              view->event.known ? fp_lang_word_of(view->model.lang, "event", view->event.title, view->event.title)
                                : fp_lang_word(view->model.lang, "event_not_known"));
    push_code(view, list, "language", fp_model_get_text(requests, "language"), NULL);
    fp_words_push_fact(&view->model, list, "filter", *filter ? filter : NULL, *filter ? NULL : fp_lang_word(view->model.lang, "filter_none"), NULL);
    if (view->end > view->start)
        fp_words_push_window(&view->model, list, view->start, view->end, view->zone);
    push_code(view, list, "source", fp_model_get_text(requests, "source"), NULL);
    fp_words_push_fact(&view->model, list, "form of the reply", NULL, *form ? fp_lang_word_of(view->model.lang, "form", form, form) : fp_lang_word(view->model.lang, "nothing_came"), NULL);
    push_requests(view, list);
    if (limit > 0) {
        fp_str_clear(&text);
        fp_lang_say_count(view->model.lang, &text, limit, "rows_a_reply", fp_count_format(a, limit), NULL);
        fp_words_push_fact(&view->model, list, "limit of the server", NULL, text.data, NULL);
    }
    if (view->ok || view->partial)
        fp_words_push_fact(&view->model, list, "frames in the deepest stack", NULL,
                           fp_count_format(a, fp_model_get_int(view->summary, "max_depth")),
                           fp_lang_word(view->model.lang, "frames_too"));
    view->model.failed |= !fp_str_ok(&text);
    fp_str_release(&text);
}

static void put_notes(struct view *view)
{
    json_t *list = fp_model_array(&view->model, view->root, "notes");
    int64_t mended = fp_model_get_int(view->summary, "mended_names");
    int64_t skipped = fp_model_get_int(view->summary, "skipped_lines");
    const json_t *unbalanced = part(view, "unbalanced");
    int64_t nodes = fp_model_get_int(unbalanced, "nodes");
    char a[FP_UNIT_TEXT], b[FP_UNIT_TEXT];
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    if (mended > 0) {
        fp_lang_say_count(view->model.lang, &text, mended, "mended", fp_count_format(a, mended), NULL);
        fp_model_push(&view->model, list, fp_model_slice(fp_str_slice(&text)));
    }
    if (skipped > 0) {
        fp_str_clear(&text);
        fp_lang_say_count(view->model.lang, &text, skipped, "skipped", fp_count_format(a, skipped), NULL);
        fp_model_push(&view->model, list, fp_model_slice(fp_str_slice(&text)));
    }
    if (nodes > 0) {
        fp_str_clear(&text);
        fp_lang_say_count(view->model.lang, &text, nodes, "unbalanced", fp_count_format(a, nodes),
                          fp_words_value(view->model.lang, b, fp_model_get_int(unbalanced, "value"), view->unit), NULL);
        fp_model_push(&view->model, list, fp_model_slice(fp_str_slice(&text)));
    }
    view->model.failed |= !fp_str_ok(&text);
    fp_str_release(&text);
    put_bool(view, "has_notes", json_array_size(list) > 0);
}

static void put_kinds(struct view *view)
{
    json_t *list = fp_model_array(&view->model, view->root, "kind_rows");
    int64_t removed = fp_model_get_int(view->summary, "removed");
    char total[FP_UNIT_TEXT], share[FP_UNIT_TEXT];

    fp_tables_push_kinds(&view->model, list, view->summary, view->unit);
    put_bool(view, "has_kinds", (view->ok || view->partial) && json_array_size(list) > 0);
    fp_model_say(&view->model, view->root, "kinds_text", removed > 0 ? "kinds_focus" : "kinds",
                 fp_words_value(view->model.lang, total, view->total, view->unit), fp_words_share(share, removed, view->total), NULL);
}

static void put_tables(struct view *view)
{
    struct fp_tables tables = { .model = &view->model,
                                .summary = view->summary,
                                .unit = view->unit,
                                .total = view->total,
                                .objects = view->event.objects,
                                .core = one_core(view) };
    char total[FP_UNIT_TEXT];
    bool shown = view->ok || view->partial;

    fp_transforms_put_view(&tables, view->root);
    fp_missing_put_view(&tables, view->root);
    fp_comparison_put_view(&tables, view->root);
    put_word(view, "functions_head", view->event.objects ? "functions_and_objects" : "functions");
    fp_model_say(&view->model, view->root, "functions_text", "functions_text", fp_words_value(view->model.lang, total, view->total, view->unit), NULL);
    fp_tables_put_leads(&tables, view->root);
    fp_tables_put_functions(&tables, view->root);
    put_word(view, "changes_too_few", json_is_true(json_object_get(part(view, "comparison"), "too_few")) ? "versus_too_few" : NULL);
    fp_callers_put_view(&tables, view->root);
    fp_tables_put_groups(&tables, view->root, "threads", "threads_count", FP_KIND_THREAD);
    fp_tables_put_groups(&tables, view->root, "processes", "processes_count", FP_KIND_PROCESS);
    fp_tables_put_groups(&tables, view->root, "unprofiled", NULL, FP_KIND_PROCESS);
    put_bool(view, "has_leads", shown && json_array_size(json_object_get(view->root, "leads")) > 0);
    put_bool(view, "has_functions", shown && json_object_get(view->root, "by_total"));
    put_bool(view, "has_calls", shown && json_array_size(json_object_get(view->root, "calls")) > 0);
    put_bool(view, "has_threads", shown && json_array_size(part(view, "threads")) > 0);
    put_bool(view, "has_processes", shown && json_array_size(part(view, "processes")) > 0);
    put_bool(view, "has_unprofiled", shown && json_array_size(part(view, "unprofiled")) > 0);
    fp_model_say(&view->model, view->root, "unprofiled_text", "unprofiled_text", fp_model_get_text(part(view, "requests"), "source"), NULL);
}

/* The anchors of the page, for those sections that it has. */
static void put_sections(struct view *view)
{
    static const struct {
        const char *has, *id, *label;
    } all[] = {
        { "has_graph", "graph", "flame_graph" },
        { "has_kinds", "kinds", "kinds_of_frame" },
        { "has_difference", "difference", "difference_graph" },
        { "has_changes", "changes", "what_changed" },
        { "has_downloads", "downloads", "downloads" },
        { "has_processes", "processes", "processes" },
        { "has_functions", "functions", NULL },
        { "has_calls", "callers", "callers_and_callees" },
        { "has_threads", "threads", "threads" },
        { "has_missing", "missing", "missing_symbols" },
        { "has_transforms", "transforms", "transforms" },
        { NULL, "query", "the_query" },
    };
    json_t *list = fp_model_array(&view->model, view->root, "sections");

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *label;
        json_t *row;

        if (all[i].has && !json_is_true(json_object_get(view->root, all[i].has)))
            continue;
        label = all[i].label ? fp_lang_word(view->model.lang, all[i].label) : fp_model_get_text(view->root, "functions_head");
        row = fp_model_row(&view->model, list);
        fp_model_put(&view->model, row, "id", fp_model_text(all[i].id));
        fp_model_put(&view->model, row, "label", fp_model_text(label));
    }
    put_bool(view, "has_sections", json_array_size(list) > 1);
}

/* ---- all of it ---- */

static void open_view(struct view *view, json_t *summary)
{
    const json_t *window = json_object_get(summary, "window");
    const json_t *covered = json_object_get(summary, "covered");
    const char *outcome = fp_model_get_text(summary, "outcome");
    const char *zone = fp_model_get_text(window, "timezone");
    enum fp_unit unit = fp_words_unit(fp_model_get_text(summary, "unit"));

    *view = (struct view){
        .summary = summary,
        .root = json_object(),
        .event = fp_event_in(fp_model_get_text(summary, "event"), unit),
        .zone = *zone && strcmp(zone, "UTC") != 0 ? fp_zone_new(zone, NULL) : NULL,
        .unit = unit,
        .total = fp_model_get_int(summary, "total"),
        .sample = fp_model_get_int(json_object_get(summary, "requests"), "sample"),
        .start = fp_model_get_int(window, "start"),
        .end = fp_model_get_int(window, "end"),
        .covered = json_is_number(covered) ? json_number_value(covered) : 1.0,
        .ok = !strcmp(outcome, "ok"),
        .empty = !strcmp(outcome, "empty"),
        .partial = !strcmp(outcome, "partial"),
        .failed = !strcmp(outcome, "failed"),
        .gaps = !strcmp(outcome, "ok") && !strcmp(fp_model_get_text(summary, "completeness"), "partial"),
    };
}

int fp_view_report(json_t *summary, const struct fp_lang *lang, json_t **ret_view, struct fp_error *err)
{
    struct view view;
    char time[FP_TIME_TEXT];

    open_view(&view, summary);
    view.model.lang = lang;
    fp_model_put(&view.model, view.root, "summary", json_incref(summary));
    put_head(&view);
    put_figures(&view);
    put_completeness(&view);
    put_failure(&view);
    put_failed_parts(&view);
    put_empty(&view);
    put_picture(&view);
    put_downloads(&view);
    put_kinds(&view);
    put_tables(&view);
    put_query(&view);
    put_notes(&view);
    put_sections(&view);
    fp_model_put(&view.model, view.root, "generator", fp_model_text(fp_model_get_text(summary, "generator")));
    put_text(&view, "generated", fp_time_format(time, fp_model_get_int(summary, "generated"), view.zone));
    fp_zone_free(view.zone);
    return fp_model_finish(&view.model, view.root, ret_view, err);
}
