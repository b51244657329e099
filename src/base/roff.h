/*
 * Text in a manual page: what would be a request, an escape or a typographic sign to roff is written so that it prints
 * as it stands, and can be copied from the page. Source: groff_man_style(7), groff_char(7).
 *
 * Markdown as far as our tables use it: `code` becomes bold, a line break may fall anywhere.
 *
 *     fp_roff_text(&out, "`-o` goes before .it");   \fB\-o\fR goes before .it
 *     fp_roff_word(&out, "--config", 8);            \-\-config
 */
#ifndef FP_BASE_ROFF_H
#define FP_BASE_ROFF_H

#include <stddef.h>

struct fp_out;

/* A paragraph of its own lines; ends with a line break. */
void fp_roff_text(struct fp_out *out, const char *markdown);
/* Part of a line, not the first of one that begins with '.'. Nothing in it is markup. */
void fp_roff_word(struct fp_out *out, const char *text, size_t n);

#endif
