/*
 * A report's page as one file: style sheets, icon, pictures, the graph's script and its data are within, nothing beside it
 * is linked, and its own policy (a meta element) allows just the styles and scripts that are in it, by their hashes. It
 * opens from file:// and from the attachments of a ticket.
 *
 * Pictures are SVG in data: URLs, as `object`, which takes the policy of the page along: the script of an interactive
 * one runs by its hash. Chromium opens no such URL of more than 2 MiB: FP_SINGLE_PICTURE is the most that fits.
 *
 *     const struct fp_single single = { .svg = svg, .script = fp_pages_svg_script(pages), .data = data, .left_out = "" };
 *     rc = fp_pages_single(pages, summary, &single, &out, &err);
 */
#ifndef FP_REPORT_SINGLE_H
#define FP_REPORT_SINGLE_H

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"
#include "report/model.h"

#define FP_SINGLE_PICTURE ((size_t)1500 << 10) /* bytes of one SVG: a third more in Base64 */

struct fp_single {
    struct fp_slice svg, diff; /* of the profile, and of what changed; empty = left out */
    const char *script;        /* of these; NULL = they have none, nor has the page */
    struct fp_slice data;      /* the profile for the page's graph (report/profile_script.h); empty = there is none */
    const char *left_out;      /* sentences for the reader; "" = nothing */
};

/* A copy of the summary that links nothing beside the page; the caller owns it. */
int fp_single_summary(const struct fp_single *single, const json_t *summary, json_t **ret_summary, struct fp_error *err);

/* Something of the pages that stands within this one. */
struct fp_single_part {
    const char *file; /* whose text it is: for messages */
    struct fp_slice text;
};

/* What is not the report's own. Scripts run in this order, at the end of the page. */
struct fp_single_parts {
    struct fp_slice icon;
    const struct fp_single_part *styles, *scripts;
    size_t style_count, script_count;
};

/* Puts, over the view of such a summary, svg, diff_svg (data: URLs), sections without "downloads", and
 *   single   {styles, scripts: [{text, source}], has_scripts, script_sources (the pictures' own, too), icon_data,
 *            left_out (null: nothing)}
 * A script's text is within a CDATA section that is a comment to it, so that the page is XML, too. FP_EINVAL for a style
 * sheet or script that cannot stand within a page. */
int fp_single_put(const struct fp_single *single, const struct fp_single_parts *parts, struct fp_model *model, json_t *view,
                  struct fp_error *err);

#endif
