/*
 * A report in a few lines: what a ticket says of it, as summary.md and as the first page of report.pdf.
 *
 * The words are those of the page (report/view.h). summary.md has ten lines of text, each a paragraph: what, when, how much,
 * how complete, what it is of, top functions, what changed, what of that is more, what is less, what was left out. In both, what a
 * profile or a server said cannot be taken for markup: in Markdown it is in code spans, in the PDF control characters
 * are gone.
 *
 *     struct fp_ticket ticket;
 *     if (fp_ticket_make(&ticket, summary, lang, left_out, &err) == FP_OK) {
 *         fp_ticket_markdown(&ticket, &out);
 *         … ticket.lines, ticket.line_count for flame/pdf.h …
 *     }
 *     fp_ticket_release(&ticket);    // in every case
 *
 * Pure but for the time zone database. Same summary, same bytes.
 */
#ifndef FP_REPORT_TICKET_H
#define FP_REPORT_TICKET_H

#include <stdbool.h>

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/lang.h"
#include "base/out.h"
#include "flame/pdf.h"

#define FP_TICKET_LINES 64

struct fp_ticket {
    json_t *view;
    const struct fp_lang *lang;
    const char *left_out; /* borrowed */
    struct fp_arena texts;
    struct fp_pdf_line lines[FP_TICKET_LINES];
    size_t line_count;
    bool failed; /* for want of memory, until fp_ticket_make has said so */
};

/* `lang`: NULL = English. `left_out`: sentences about what files of a bundle lack; "" = nothing. It must outlive the ticket, as must the
 * summary, which belongs to one thread meanwhile. */
int fp_ticket_make(struct fp_ticket *ret_ticket, json_t *summary, const struct fp_lang *lang, const char *left_out,
                   struct fp_error *err);
void fp_ticket_release(struct fp_ticket *ticket);

/* What fails in `out` is the sink's to say. */
void fp_ticket_markdown(const struct fp_ticket *ticket, struct fp_out *out);

#endif
