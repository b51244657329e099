#include "report/feed.h"

#include <string.h>

#include "base/escape.h"
#include "base/limits.h"
#include "plan/window.h"
#include "report/changed.h"
#include "report/leads.h"
#include "report/links.h"
#include "report/summary.h"
#include "report/words.h"

void fp_feed_init(struct fp_feed *feed, const char *title, const char *site_url, const struct fp_lang *lang)
{
    *feed = (struct fp_feed){ title, site_url, lang, json_array(), 0 };
}

void fp_feed_release(struct fp_feed *feed)
{
    json_decref(feed->entries);
    *feed = (struct fp_feed){ 0 };
}

/* ---- adding ---- */

static bool has_changes(const json_t *night, bool *ret_has, struct fp_error *err)
{
    struct fp_leads leads;

    if (fp_leads_collect(json_object_get(night, "services"), &leads, err) < 0)
        return false;
    *ret_has = fp_leads_count(&leads) > 0;
    fp_leads_release(&leads);
    return true;
}

int fp_feed_add(struct fp_feed *feed, const json_t *night, struct fp_error *err)
{
    struct fp_model model = { .lang = feed->lang };
    char label[FP_WORDS_LABEL_MAX];
    int64_t generated = fp_model_get_int(night, "generated");
    bool has = false;
    json_t *entry;

    if (generated > feed->newest)
        feed->newest = generated;
    if (json_array_size(feed->entries) >= FP_LIMIT_FEED)
        return FP_OK;
    if (!has_changes(night, &has, err))
        return fp_error_nomem(err);
    if (!has)
        return feed->entries ? FP_OK : fp_error_nomem(err);
    entry = fp_model_row(&model, feed->entries);
    fp_links_put_night(&model, entry, feed->site_url, night);
    fp_model_put(&model, entry, "label", fp_model_text(fp_words_label(
                                         feed->lang, label, fp_model_get_text(json_object_get(night, "window"), "label"))));
    fp_model_put(&model, entry, "generated", json_integer(generated));
    fp_changed_put(&model, entry, night, fp_model_get_text(entry, "prefix"));
    return model.failed ? fp_error_nomem(err) : FP_OK;
}

/* ---- writing ---- */

static void put_text(struct fp_out *out, const char *text)
{
    fp_escape_xml(out, text, strlen(text));
}

static void put_pieces(struct fp_out *out, const json_t *pieces)
{
    for (size_t i = 0; i < json_array_size(pieces); i++) {
        const json_t *piece = json_array_get(pieces, i);

        fp_escape_xml(out, json_string_value(piece), json_string_length(piece));
    }
}

static void put_element(struct fp_out *out, const char *name, const char *text)
{
    fp_out_printf(out, "<%s>", name);
    put_text(out, text);
    fp_out_printf(out, "</%s>\n", name);
}

/* A date of four digits for the year, whatever a damaged file says. */
static void put_time(struct fp_out *out, int64_t time)
{
    const int64_t last = INT64_C(253402300799); /* 9999-12-31T23:59:59Z */
    char text[FP_TIME_TEXT];

    put_element(out, "updated", fp_time_rfc3339(text, time < 0 ? 0 : time > last ? last : time, NULL));
}

static void put_change(const struct fp_lang *lang, struct fp_out *out, const json_t *row)
{
    fp_out_puts(out, "<li>");
    put_text(out, fp_model_get_text(row, "mark"));
    fp_out_puts(out, " <a href=\"");
    put_text(out, fp_model_get_text(row, "href"));
    fp_out_puts(out, "\"><code>");
    put_pieces(out, json_object_get(row, "pieces"));
    fp_out_puts(out, "</code></a>");
    put_text(out, fp_lang_word(lang, "told_in"));
    put_pieces(out, json_object_get(row, "title_pieces"));
    put_text(out, fp_lang_word(lang, "told_comma"));
    put_text(out, fp_model_get_text(row, "event"));
    put_text(out, fp_lang_word(lang, "told_colon"));
    put_text(out, fp_model_get_text(row, "before"));
    fp_out_puts(out, " \u2192 ");
    put_text(out, fp_model_get_text(row, "after"));
    put_text(out, fp_lang_word(lang, "told_comma"));
    put_text(out, fp_model_get_text(row, "amount"));
    if (*fp_model_get_text(row, "unit"))
        fp_out_printf(out, " %s", fp_model_get_text(row, "unit"));
    fp_out_puts(out, "</li>\n");
}

static void put_content(const struct fp_lang *lang, struct fp_out *out, const json_t *changed)
{
    const json_t *list, *row;
    size_t i, k;

    fp_out_puts(out, "<content type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">\n");
    json_array_foreach(json_object_get(changed, "lists"), i, list) {
        const char *texts[] = { fp_model_get_text(list, "head"), fp_model_get_text(list, "note") };

        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            if (*texts[t])
                put_element(out, "p", texts[t]);
        fp_out_puts(out, "<ul>\n");
        json_array_foreach(json_object_get(list, "rows"), k, row)
            put_change(lang, out, row);
        fp_out_puts(out, "</ul>\n");
        if (*fp_model_get_text(list, "more"))
            put_element(out, "p", fp_model_get_text(list, "more"));
    }
    fp_out_puts(out, "</div></content>\n");
}

static void put_link(struct fp_out *out, const char *rel, const char *type, const char *href, const char *file)
{
    fp_out_printf(out, "<link rel=\"%s\" type=\"%s\" href=\"", rel, type);
    put_text(out, href);
    fp_out_printf(out, "%s\"/>\n", file);
}

static void put_entry(const struct fp_lang *lang, struct fp_out *out, const json_t *entry)
{
    const char *prefix = fp_model_get_text(entry, "prefix"), *compared = fp_model_get_text(entry, "compared_text");

    fp_out_puts(out, "<entry>\n");
    put_element(out, "id", prefix);
    fp_out_puts(out, "<title>");
    put_text(out, fp_model_get_text(entry, "label"));
    put_text(out, fp_lang_word(lang, "told_colon"));
    put_text(out, fp_model_get_text(entry, "changes_text"));
    if (*compared)
        put_text(out, fp_lang_word(lang, "told_comma"));
    put_text(out, compared);
    fp_out_puts(out, "</title>\n");
    put_time(out, fp_model_get_int(entry, "generated"));
    put_link(out, "alternate", "text/html", prefix, "index.html");
    put_content(lang, out, json_object_get(entry, "changed"));
    fp_out_puts(out, "</entry>\n");
}

int fp_feed_write(const struct fp_feed *feed, struct fp_out *out, struct fp_error *err)
{
    struct fp_model model = FP_MODEL_INIT;
    json_t *links = json_object();
    const char *site;

    fp_links_put_site(&model, links, "site", feed->site_url);
    site = fp_model_get_text(links, "site");
    fp_out_puts(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"");
    fp_out_puts(out, feed->lang ? feed->lang->tag : fp_langs[0].tag);
    fp_out_puts(out, "\">\n");
    put_element(out, "id", site);
    put_element(out, "title", feed->title);
    put_element(out, "subtitle", fp_lang_word(feed->lang, "feed_subtitle"));
    put_time(out, feed->newest);
    fp_out_puts(out, "<author><name>");
    put_text(out, feed->title);
    fp_out_puts(out, "</name></author>\n");
    put_element(out, "generator", fp_generator());
    put_link(out, "self", "application/atom+xml", site, FP_FEED_FILE);
    put_link(out, "alternate", "text/html", site, "index.html");
    for (size_t i = 0; i < json_array_size(feed->entries); i++)
        put_entry(feed->lang, out, json_array_get(feed->entries, i));
    fp_out_puts(out, "</feed>\n");
    json_decref(links);
    return model.failed ? fp_error_nomem(err) : FP_OK;
}
