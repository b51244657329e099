#include "report/ticket.h"

#include <string.h>

#include "base/escape.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "report/markdown.h"
#include "report/model.h"
#include "report/view.h"

#define CHANGE_LINES 10 /* in each direction, on the PDF's page */
#define ROW_LINES 34 /* that the page has room for: what changes leave is for the leading functions */
#define TOP_LINES 12 /* of those, at the least */
#define TOP_WORDS 5   /* functions in one line of Markdown */

/* ---- texts ---- */

/* A name in the pieces of report/words.h. */
static void put_pieces(struct fp_str *to, const json_t *pieces)
{
    for (size_t i = 0; i < json_array_size(pieces); i++) {
        const json_t *piece = json_array_get(pieces, i);

        fp_str_append(to, json_string_value(piece), json_string_length(piece));
    }
}

static void put_title(struct fp_str *to, const json_t *view)
{
    put_pieces(to, json_object_get(view, "title_pieces"));
}

static void put_figures(struct fp_str *to, const struct fp_ticket *ticket)
{
    const json_t *figure;
    size_t i;

    if (!json_is_true(json_object_get(ticket->view, "has_figures"))) { /* a zero would look measured */
        bool empty = json_is_true(json_object_get(ticket->view, "is_empty"));

        fp_str_puts(to, fp_lang_word(ticket->lang, empty ? "ticket_no_sample" : "ticket_no_value"));
        return;
    }
    json_array_foreach(json_object_get(ticket->view, "figures"), i, figure)
        fp_str_printf(to, "%s%s %s", i ? " \u00b7 " : "", fp_model_get_text(figure, "value"),
                      fp_model_get_text(figure, "label"));
}

static void put_sentence(struct fp_str *to, const char *text)
{
    fp_str_printf(to, "%s%s", *text && to->len ? " " : "", text);
}

static void put_complete(struct fp_str *to, const struct fp_ticket *ticket)
{
    const json_t *view = ticket->view;

    fp_str_printf(to, "%s%s", fp_model_get_text(view, "completeness_head"), fp_model_get_text(view, "completeness_text"));
    if (json_is_true(json_object_get(view, "has_failed_parts")))
        put_sentence(to, fp_model_get_text(view, "failed_parts_text"));
    if (json_is_true(json_object_get(view, "is_failed")))
        fp_lang_say(ticket->lang, to, "ticket_failed", fp_model_get_text(view, "failure"), NULL);
    if (json_is_true(json_object_get(view, "is_empty")))
        fp_lang_say(ticket->lang, to, "ticket_empty", fp_model_get_text(view, "empty_text"), NULL);
    put_sentence(to, fp_model_get_text(view, "event_note"));
    put_sentence(to, fp_model_get_text(view, "transforms_line"));
}

static void put_changed(struct fp_str *to, const struct fp_ticket *ticket)
{
    const json_t *view = ticket->view;
    const json_t *head = json_object_get(view, "changes_head"), *note;
    const char *of = fp_model_get_text(head, "of"), *no_baseline = fp_model_get_text(view, "no_baseline");
    size_t i;

    if (!json_is_true(json_object_get(view, "has_changes"))) {
        fp_str_puts(to, fp_lang_word(ticket->lang, "ticket_not_compared"));
        return;
    }
    if (json_is_string(json_object_get(view, "no_baseline"))) {
        fp_lang_say(ticket->lang, to, "ticket_no_baseline", no_baseline, fp_model_get_text(view, "no_baseline_message"), NULL);
        return;
    }
    fp_lang_say(ticket->lang, to, *of ? "ticket_compared_of" : "ticket_compared", fp_model_get_text(view, "changes_verdict"),
                fp_model_get_text(head, "label"), fp_model_get_text(head, "after"), of, NULL);
    json_array_foreach(json_object_get(view, "changes_notes"), i, note)
        put_sentence(to, json_string_value(note));
}

/* Whose it is, and where from. */
static void put_source(struct fp_str *to, const struct fp_ticket *ticket)
{
    const json_t *summary = json_object_get(ticket->view, "summary"), *requests = json_object_get(summary, "requests");
    const char *filter = fp_model_get_text(requests, "filter");

    fp_lang_say(ticket->lang, to, *filter ? "ticket_source_filtered" : "ticket_source", fp_model_get_text(summary, "service"),
                fp_model_get_text(requests, "source"), filter, NULL);
}

static void put_made(struct fp_str *to, const struct fp_ticket *ticket)
{
    fp_lang_say(ticket->lang, to, "ticket_made_by", fp_model_get_text(ticket->view, "generated"),
                fp_model_get_text(ticket->view, "generator"), NULL);
}

/* ---- lines ---- */

#define LINE_BYTES 2000 /* far more than a line of the PDF has room for */

static const char *keep(struct fp_ticket *ticket, const struct fp_str *text)
{
    char *kept = fp_str_ok(text) ? fp_arena_alloc(&ticket->texts, LINE_BYTES + 1) : NULL; /* zeroed */

    if (kept)
        fp_utf8_clean(kept, LINE_BYTES, text->data, text->len);
    ticket->failed |= !kept;
    return kept ? kept : "";
}

static void add(struct fp_ticket *ticket, enum fp_pdf_style style, const char *left, const struct fp_str *text)
{
    if (text->len && ticket->line_count < FP_TICKET_LINES)
        ticket->lines[ticket->line_count++] = (struct fp_pdf_line){ style, left, keep(ticket, text) };
}

static void add_head(struct fp_ticket *ticket, const char *words)
{
    if (ticket->line_count < FP_TICKET_LINES)
        ticket->lines[ticket->line_count++] = (struct fp_pdf_line){ FP_PDF_HEAD, NULL, fp_lang_word(ticket->lang, words) };
}

/* Number and name of a row: its share, or both of them. */
static void put_share(struct fp_str *to, const json_t *row)
{
    if (json_object_get(row, "before"))
        fp_str_printf(to, "%s \u2192 %s", fp_model_get_text(row, "before"), fp_model_get_text(row, "after"));
    else
        fp_str_puts(to, fp_model_get_text(row, "share"));
}

static void add_rows(struct fp_ticket *ticket, const char *head, const json_t *table, size_t max)
{
    const json_t *rows = json_object_get(table, "rows"), *row;
    struct fp_str share, name;
    size_t i;

    if (!json_array_size(rows))
        return;
    fp_str_init(&share, FP_LIMIT_TEXT);
    fp_str_init(&name, FP_LIMIT_TEXT);
    add_head(ticket, head);
    json_array_foreach(rows, i, row) {
        if (i == max)
            break;
        fp_str_clear(&share);
        fp_str_clear(&name);
        put_share(&share, row);
        put_pieces(&name, json_object_get(row, "pieces"));
        add(ticket, FP_PDF_ROW, keep(ticket, &share), &name);
    }
    fp_str_release(&share);
    fp_str_release(&name);
}

typedef void put_fn(struct fp_str *to, const struct fp_ticket *ticket);

/* What is said, in this order, in both forms; labels are words of the catalogue. */
static const struct {
    const char *label;
    put_fn *put;
} facts[] = {
    { "ticket_how_much", put_figures }, { "ticket_how_complete", put_complete }, { "ticket_what_of", put_source },
    { "what_changed", put_changed }, { "ticket_made", put_made },
};

#define FACTS (sizeof facts / sizeof *facts)

static size_t change_lines(const json_t *view, const char *table)
{
    size_t count = json_array_size(json_object_get(json_object_get(view, table), "rows"));

    return count < CHANGE_LINES ? count : CHANGE_LINES;
}

static size_t top_lines(const json_t *view)
{
    size_t left = ROW_LINES - change_lines(view, "changes_up") - change_lines(view, "changes_down") -
                  change_lines(view, "processes");

    return left > TOP_LINES ? left : TOP_LINES;
}

static void make_lines(struct fp_ticket *ticket)
{
    const json_t *view = ticket->view;
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    put_title(&text, view);
    fp_str_printf(&text, ", %s", fp_model_get_text(view, "event"));
    add(ticket, FP_PDF_TITLE, NULL, &text);
    fp_str_clear(&text);
    fp_str_puts(&text, fp_model_get_text(view, "when"));
    add(ticket, FP_PDF_FACT, fp_lang_word(ticket->lang, "ticket_when"), &text);
    for (size_t i = 0; i < FACTS; i++) {
        fp_str_clear(&text);
        facts[i].put(&text, ticket);
        add(ticket, FP_PDF_FACT, fp_lang_word(ticket->lang, facts[i].label), &text);
    }
    fp_str_clear(&text);
    fp_str_puts(&text, ticket->left_out);
    add(ticket, FP_PDF_FACT, fp_lang_word(ticket->lang, "ticket_left_out"), &text);
    fp_str_release(&text);
    if (json_is_true(json_object_get(view, "has_processes")))
        add_rows(ticket, "ticket_top_processes", json_object_get(view, "processes"), CHANGE_LINES);
    if (json_is_true(json_object_get(view, "has_functions")))
        add_rows(ticket, "ticket_top_share", json_object_get(view, "by_self"), top_lines(view));
    add_rows(ticket, "larger_than_before", json_object_get(view, "changes_up"), CHANGE_LINES);
    add_rows(ticket, "smaller_than_before", json_object_get(view, "changes_down"), CHANGE_LINES);
}

int fp_ticket_make(struct fp_ticket *ret_ticket, json_t *summary, const struct fp_lang *lang, const char *left_out,
                   struct fp_error *err)
{
    int rc;

    *ret_ticket = (struct fp_ticket){ .lang = lang, .left_out = left_out };
    fp_arena_init(&ret_ticket->texts);
    rc = fp_view_report(summary, lang, &ret_ticket->view, err);
    if (rc < 0)
        return rc;
    make_lines(ret_ticket);
    return ret_ticket->failed ? fp_error_nomem(err) : FP_OK;
}

void fp_ticket_release(struct fp_ticket *ticket)
{
    json_decref(ticket->view);
    fp_arena_release(&ticket->texts);
    *ticket = (struct fp_ticket){ .view = NULL };
}

/* ---- Markdown ---- */

static void say_label(const struct fp_lang *lang, struct fp_out *out, const char *label)
{
    fp_out_printf(out, "\n**%s%s** ", fp_lang_word(lang, label), fp_lang_word(lang, "ticket_colon"));
}

static void say(const struct fp_lang *lang, struct fp_out *out, const char *label, const char *words)
{
    if (!*words)
        return;
    say_label(lang, out, label);
    fp_markdown_words(out, words);
    fp_out_putc(out, '\n');
}

/* The rows of a table as one line. */
static void say_rows(const struct fp_lang *lang, struct fp_out *out, const char *label, const json_t *table)
{
    const json_t *rows = json_object_get(table, "rows"), *row;
    struct fp_str text;
    size_t i;

    if (!json_array_size(rows))
        return;
    fp_str_init(&text, FP_LIMIT_TEXT);
    say_label(lang, out, label);
    json_array_foreach(rows, i, row) {
        if (i == TOP_WORDS)
            break;
        fp_str_clear(&text);
        put_pieces(&text, json_object_get(row, "pieces"));
        fp_out_puts(out, i ? fp_lang_word(lang, "list_separator") : "");
        fp_escape_markdown_code(out, text.data, text.len);
        fp_str_clear(&text);
        put_share(&text, row);
        fp_out_printf(out, " %s", text.data);
    }
    if (json_array_size(rows) > TOP_WORDS)
        fp_out_puts(out, " \u2026");
    fp_out_putc(out, '\n');
    fp_str_release(&text);
}

void fp_ticket_markdown(const struct fp_ticket *ticket, struct fp_out *out)
{
    const struct fp_lang *lang = ticket->lang;
    const json_t *view = ticket->view;
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    put_title(&text, view);
    fp_out_puts(out, "# ");
    fp_escape_markdown_code(out, text.data, text.len);
    fp_out_puts(out, ", ");
    fp_markdown_words(out, fp_model_get_text(view, "event"));
    fp_out_putc(out, '\n');
    say(lang, out, "ticket_when", fp_model_get_text(view, "when"));
    for (size_t i = 0; i < FACTS; i++) {
        if (facts[i].put == put_changed && json_is_true(json_object_get(view, "has_processes")))
            say_rows(lang, out, "ticket_top_processes", json_object_get(view, "processes"));
        if (facts[i].put == put_changed && json_is_true(json_object_get(view, "has_functions")))
            say_rows(lang, out, "ticket_top", json_object_get(view, "by_self"));
        fp_str_clear(&text);
        facts[i].put(&text, ticket);
        say(lang, out, facts[i].label, text.data);
        if (facts[i].put == put_changed) {
            say_rows(lang, out, "larger_than_before", json_object_get(view, "changes_up"));
            say_rows(lang, out, "smaller_than_before", json_object_get(view, "changes_down"));
        }
    }
    say(lang, out, "ticket_left_out", ticket->left_out);
    fp_str_release(&text);
}
