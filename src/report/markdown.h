/*
 * A night in Markdown: summary.md, ready to be pasted into a ticket or a chat.
 *
 * The same words as on the night's page (report/changed.h), as lists, for a chat shows no tables. Names, and whatever
 * else a profile or a server said, are code spans: nothing in them is markup, HTML or a mention. With `site_url` there are
 * links; without there are none, for a relative link leads nowhere outside of the site. A page of at most some hundred
 * lines; same night, same bytes. Pure but for the time zone database.
 */
#ifndef FP_REPORT_MARKDOWN_H
#define FP_REPORT_MARKDOWN_H

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/out.h"

/* `site_url`: an address of the site's root, NULL = not known. `lang`: NULL = English. What fails in `out` is the sink's to say. */
int fp_markdown_night(const json_t *night, const char *site_url, const struct fp_lang *lang, struct fp_out *out,
                      struct fp_error *err);

/* A sentence of ours that may hold what others wrote: where it has what Markdown, or a chat, could take for more than
 * words, it is a code span. */
void fp_markdown_words(struct fp_out *out, const char *text);

#endif
