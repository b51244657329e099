#include "report/markdown.h"

#include <string.h>

#include "base/escape.h"
#include "base/limits.h"
#include "report/changed.h"
#include "report/entry.h"
#include "report/links.h"
#include "report/words.h"

#define REPORTS_SHOWN 30 /* of those that failed or are partial, and of those that were kept */

struct page {
    struct fp_out *out;
    const struct fp_lang *lang;
    bool linked;
};

void fp_markdown_words(struct fp_out *out, const char *text)
{
    bool plain = true;

    for (const char *at = text; *at; at++)
        plain = plain && (unsigned char)*at >= ' ' && *at != 0x7F && !strchr("`*_[]<>&|@#\\!~", *at);
    if (plain)
        fp_out_puts(out, text);
    else
        fp_escape_markdown_code(out, text, strlen(text));
}

static void put_word(const struct page *page, const char *word)
{
    fp_out_puts(page->out, fp_lang_word(page->lang, word));
}

static void put_code(const struct page *page, const char *text)
{
    fp_escape_markdown_code(page->out, text, strlen(text));
}

static void put_words(const struct page *page, const char *text)
{
    fp_markdown_words(page->out, text);
}

/* A name in the pieces of report/words.h. */
static void put_name(const struct page *page, const json_t *pieces)
{
    struct fp_str name;

    fp_str_init(&name, FP_LIMIT_TEXT);
    for (size_t i = 0; i < json_array_size(pieces); i++) {
        const json_t *piece = json_array_get(pieces, i);

        fp_str_append(&name, json_string_value(piece), json_string_length(piece));
    }
    fp_escape_markdown_code(page->out, name.data, name.len);
    fp_str_release(&name);
}

/* One sentence that is ours. */
static void put_sentence(const struct page *page, const json_t *object, const char *key)
{
    if (*fp_model_get_text(object, key))
        fp_out_printf(page->out, "\n%s\n", fp_model_get_text(object, key));
}

static void put_link(const struct page *page, const char *text, const json_t *row, const char *key)
{
    if (page->linked && *fp_model_get_text(row, key))
        fp_out_printf(page->out, "[%s](<%s>)", text, fp_model_get_text(row, key));
}

/* ---- what changed ---- */

static void put_change(const struct page *page, const json_t *row)
{
    const char *unit = fp_model_get_text(row, "unit");

    fp_out_printf(page->out, "- %s ", fp_model_get_text(row, "mark"));
    put_name(page, json_object_get(row, "pieces"));
    put_word(page, "told_in");
    put_name(page, json_object_get(row, "title_pieces"));
    put_word(page, "told_comma");
    put_code(page, fp_model_get_text(row, "event"));
    put_word(page, "told_colon");
    fp_out_printf(page->out, "%s \u2192 %s%s%s%s%s%s", fp_model_get_text(row, "before"), fp_model_get_text(row, "after"),
                  fp_lang_word(page->lang, "told_comma"), fp_model_get_text(row, "amount"), *unit ? " " : "", unit, page->linked ? " " : "");
    put_link(page, fp_lang_word(page->lang, "told_graph"), row, "href");
    fp_out_putc(page->out, '\n');
}

static void put_changes(const struct page *page, const json_t *changed)
{
    const json_t *lists = json_object_get(changed, "lists"), *list, *row;
    size_t i, k;

    if (*fp_model_get_text(changed, "calm")) {
        fp_out_putc(page->out, '\n');
        put_words(page, fp_model_get_text(changed, "calm"));
        fp_out_putc(page->out, '\n');
    }
    json_array_foreach(lists, i, list) {
        const char *head = fp_model_get_text(list, "head");

        fp_out_printf(page->out, "\n**%s**\n", *head ? head : fp_lang_word(page->lang, "larger_than_before"));
        put_sentence(page, list, "note");
        fp_out_putc(page->out, '\n');
        json_array_foreach(json_object_get(list, "rows"), k, row)
            put_change(page, row);
        if (*fp_model_get_text(list, "more"))
            fp_out_printf(page->out, "- %s\n", fp_model_get_text(list, "more"));
    }
    put_sentence(page, changed, "rule");
    put_sentence(page, changed, "too_few");
}

/* ---- what failed ---- */

static void put_which(const struct page *page, const json_t *entry)
{
    fp_out_puts(page->out, "- ");
    put_code(page, fp_model_get_text(entry, "title"));
    put_word(page, "told_comma");
    put_code(page, fp_model_get_text(entry, "event"));
}

static void put_outcome(const struct page *page, const char *outcome)
{
    fp_out_puts(page->out, fp_lang_word_of(page->lang, "outcome", outcome, outcome));
}

/* How many there are that are not listed. */
static void put_more(const struct page *page, size_t more)
{
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_lang_say(page->lang, &text, "told_more", fp_lang_number(more).text, NULL);
    fp_out_printf(page->out, "- %s\n", text.data);
    fp_str_release(&text);
}

static void put_heading(const struct page *page, const char *word)
{
    fp_out_printf(page->out, "\n**%s**\n\n", fp_lang_word(page->lang, word));
}

static void put_report(const struct page *page, const json_t *entry)
{
    const char *why = fp_model_get_text(entry, "failure");

    put_which(page, entry);
    put_word(page, "told_colon");
    put_outcome(page, fp_model_get_text(entry, "outcome"));
    if (*why) {
        put_word(page, "told_colon");
        put_code(page, why);
    }
    fp_out_putc(page->out, '\n');
}

static void put_trouble(const struct page *page, const json_t *services)
{
    static const char *const outcomes[] = { "failed", "partial" };
    size_t found = 0;

    for (size_t o = 0; o < sizeof outcomes / sizeof *outcomes; o++) {
        for (size_t i = 0; i < json_array_size(services); i++) {
            const json_t *entry = json_array_get(services, i);

            if (!fp_entry_has_outcome(entry, outcomes[o]) || found++ >= REPORTS_SHOWN)
                continue;
            if (found == 1)
                put_heading(page, "told_trouble");
            put_report(page, entry);
        }
    }
    if (found > REPORTS_SHOWN)
        put_more(page, found - REPORTS_SHOWN);
}

/* Reports that are not of the last run, and why. */
static void put_kept(const struct page *page, const json_t *services)
{
    size_t found = 0;

    for (size_t i = 0; i < json_array_size(services); i++) {
        const json_t *entry = json_array_get(services, i), *kept = json_object_get(entry, "kept");

        if (!json_is_object(kept) || found++ >= REPORTS_SHOWN)
            continue;
        if (found == 1)
            put_heading(page, "kept_head");
        put_which(page, entry);
        put_word(page, "told_last_run");
        put_words(page, fp_model_get_text(kept, "why"));
        fp_out_putc(page->out, '\n');
    }
    if (found > REPORTS_SHOWN)
        put_more(page, found - REPORTS_SHOWN);
}

/* ---- all of it ---- */

static void put_counts(const struct page *page, const json_t *night)
{
    static const char *const outcomes[] = { "ok", "partial", "empty", "failed" };
    const json_t *counts = json_object_get(night, "counts");
    int64_t all = 0;
    char text[FP_UNIT_TEXT];
    struct fp_str head;

    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
        all += fp_model_get_int(counts, outcomes[i]);
    fp_str_init(&head, FP_LIMIT_TEXT);
    fp_lang_say_count(page->lang, &head, all, "told_reports", fp_count_format(text, all), NULL);
    fp_out_printf(page->out, "\n%s", head.data);
    fp_str_release(&head);
    for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
        if (i)
            put_word(page, "told_comma");
        fp_out_printf(page->out, "%s ", fp_count_format(text, fp_model_get_int(counts, outcomes[i])));
        put_outcome(page, outcomes[i]);
    }
    put_word(page, "full_stop");
    fp_out_putc(page->out, '\n');
}

static void put_head(const struct page *page, const json_t *night, const json_t *view)
{
    const char *changes = fp_model_get_text(view, "changes_text"), *compared = fp_model_get_text(view, "compared_text");
    char label[FP_WORDS_LABEL_MAX];

    fp_out_puts(page->out, "## ");
    put_words(page, fp_words_label(page->lang, label, fp_model_get_text(json_object_get(night, "window"), "label")));
    if (*changes)
        fp_out_printf(page->out, "%s%s", fp_lang_word(page->lang, "told_colon"), changes);
    if (*compared)
        put_word(page, "told_comma");
    put_words(page, compared);
    fp_out_putc(page->out, '\n');
}

int fp_markdown_night(const json_t *night, const char *site_url, const struct fp_lang *lang, struct fp_out *out,
                      struct fp_error *err)
{
    const struct page page = { out, lang, site_url != NULL };
    struct fp_model model = { .lang = lang };
    json_t *view = json_object(), *links = json_object();
    const char *prefix;

    fp_links_put_night(&model, links, site_url, night);
    prefix = fp_model_get_text(links, "prefix");
    fp_changed_put(&model, view, night, prefix);
    if (!model.failed) {
        put_head(&page, night, view);
        put_counts(&page, night);
        put_changes(&page, json_object_get(view, "changed"));
        put_trouble(&page, json_object_get(night, "services"));
        put_kept(&page, json_object_get(night, "services"));
        if (page.linked)
            fp_out_printf(out, "\n[%s](<%sindex.html>)\n", fp_lang_word(lang, "told_whole_night"), prefix);
    }
    json_decref(view);
    json_decref(links);
    return model.failed ? fp_error_nomem(err) : FP_OK;
}
