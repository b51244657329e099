#include "report/ticket.h"

#include <string.h>

#include "base/escape.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "report/markdown.h"
#include "report/model.h"
#include "report/view.h"

#define TOP_LINES 12 /* functions on the PDF's page */
#define CHANGE_LINES 8 /* in each direction */
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

static void put_figures(struct fp_str *to, const json_t *view)
{
    const json_t *figure;
    size_t i;

    json_array_foreach(json_object_get(view, "figures"), i, figure)
        fp_str_printf(to, "%s%s %s", i ? " \u00b7 " : "", fp_model_get_text(figure, "value"),
                      fp_model_get_text(figure, "label"));
}

static void put_sentence(struct fp_str *to, const char *text)
{
    fp_str_printf(to, "%s%s", *text && to->len ? " " : "", text);
}

static void put_complete(struct fp_str *to, const json_t *view)
{
    fp_str_printf(to, "%s%s", fp_model_get_text(view, "completeness_head"), fp_model_get_text(view, "completeness_text"));
    if (json_is_true(json_object_get(view, "has_failed_parts")))
        put_sentence(to, fp_model_get_text(view, "failed_parts_text"));
    if (json_is_true(json_object_get(view, "is_failed")))
        fp_str_printf(to, "This report failed: %s", fp_model_get_text(view, "failure"));
    if (json_is_true(json_object_get(view, "is_empty")))
        fp_str_printf(to, "No data in this window. %s", fp_model_get_text(view, "empty_text"));
    put_sentence(to, fp_model_get_text(view, "event_note"));
    put_sentence(to, fp_model_get_text(view, "transforms_line"));
}

static void put_changed(struct fp_str *to, const json_t *view)
{
    const json_t *head = json_object_get(view, "changes_head"), *note;
    const char *of = fp_model_get_text(head, "of");
    size_t i;

    if (!json_is_true(json_object_get(view, "has_changes"))) {
        fp_str_puts(to, "It was not compared with anything.");
        return;
    }
    if (*fp_model_get_text(view, "no_baseline")) {
        fp_str_printf(to, "No baseline: %s.", fp_model_get_text(view, "no_baseline"));
        return;
    }
    fp_str_printf(to, "%s Compared with %s%s%s%s: %s", fp_model_get_text(view, "changes_verdict"),
                  fp_model_get_text(head, "label"), *of ? " (" : "", of, *of ? ")" : "", fp_model_get_text(head, "after"));
    json_array_foreach(json_object_get(view, "changes_notes"), i, note)
        put_sentence(to, json_string_value(note));
}

/* Whose it is, and where from. */
static void put_source(struct fp_str *to, const json_t *view)
{
    const json_t *summary = json_object_get(view, "summary"), *requests = json_object_get(summary, "requests");
    const char *filter = fp_model_get_text(requests, "filter");

    fp_str_printf(to, "service %s, %s%s", fp_model_get_text(summary, "service"), *filter ? "filter " : "no filter", filter);
    fp_str_printf(to, ", from %s", fp_model_get_text(requests, "source"));
}

static void put_made(struct fp_str *to, const json_t *view)
{
    fp_str_printf(to, "%s by %s", fp_model_get_text(view, "generated"), fp_model_get_text(view, "generator"));
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
        ticket->lines[ticket->line_count++] = (struct fp_pdf_line){ FP_PDF_HEAD, NULL, words };
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

typedef void put_fn(struct fp_str *to, const json_t *view);

/* What is said, in this order, in both forms. */
static const struct {
    const char *label;
    put_fn *put;
} facts[] = {
    { "How much", put_figures }, { "How complete", put_complete }, { "What of", put_source },
    { "What changed", put_changed }, { "Made", put_made },
};

#define FACTS (sizeof facts / sizeof *facts)

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
    add(ticket, FP_PDF_FACT, "When", &text);
    for (size_t i = 0; i < FACTS; i++) {
        fp_str_clear(&text);
        facts[i].put(&text, view);
        add(ticket, FP_PDF_FACT, facts[i].label, &text);
    }
    fp_str_clear(&text);
    fp_str_puts(&text, ticket->left_out);
    add(ticket, FP_PDF_FACT, "Left out", &text);
    fp_str_release(&text);
    if (json_is_true(json_object_get(view, "has_functions")))
        add_rows(ticket, "Top functions, by self: share of the whole", json_object_get(view, "by_self"), TOP_LINES);
    add_rows(ticket, "A larger share than before", json_object_get(view, "changes_up"), CHANGE_LINES);
    add_rows(ticket, "A smaller share than before", json_object_get(view, "changes_down"), CHANGE_LINES);
}

int fp_ticket_make(struct fp_ticket *ret_ticket, json_t *summary, const char *left_out, struct fp_error *err)
{
    int rc;

    *ret_ticket = (struct fp_ticket){ .left_out = left_out };
    fp_arena_init(&ret_ticket->texts);
    rc = fp_view_report(summary, NULL, &ret_ticket->view, err);
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

static void say(struct fp_out *out, const char *label, const char *words)
{
    if (!*words)
        return;
    fp_out_printf(out, "\n**%s:** ", label);
    fp_markdown_words(out, words);
    fp_out_putc(out, '\n');
}

/* The rows of a table as one line. */
static void say_rows(struct fp_out *out, const char *label, const json_t *table)
{
    const json_t *rows = json_object_get(table, "rows"), *row;
    struct fp_str text;
    size_t i;

    if (!json_array_size(rows))
        return;
    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_out_printf(out, "\n**%s:** ", label);
    json_array_foreach(rows, i, row) {
        if (i == TOP_WORDS)
            break;
        fp_str_clear(&text);
        put_pieces(&text, json_object_get(row, "pieces"));
        fp_out_puts(out, i ? ", " : "");
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
    const json_t *view = ticket->view;
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    put_title(&text, view);
    fp_out_puts(out, "# ");
    fp_escape_markdown_code(out, text.data, text.len);
    fp_out_puts(out, ", ");
    fp_markdown_words(out, fp_model_get_text(view, "event"));
    fp_out_putc(out, '\n');
    say(out, "When", fp_model_get_text(view, "when"));
    for (size_t i = 0; i < FACTS; i++) {
        if (facts[i].put == put_changed && json_is_true(json_object_get(view, "has_functions")))
            say_rows(out, "Top functions, by self", json_object_get(view, "by_self"));
        fp_str_clear(&text);
        facts[i].put(&text, view);
        say(out, facts[i].label, text.data);
        if (facts[i].put == put_changed) {
            say_rows(out, "A larger share than before", json_object_get(view, "changes_up"));
            say_rows(out, "A smaller share than before", json_object_get(view, "changes_down"));
        }
    }
    say(out, "Left out", ticket->left_out);
    fp_str_release(&text);
}
