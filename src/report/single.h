/*
 * A report's page as one file: style sheet, icon and pictures are within, nothing beside it is linked, and its own policy
 * (a meta element) allows just the style and the script that are in it, by their hashes. It opens from file:// and from
 * the attachments of a ticket.
 *
 * Pictures are SVG in data: URLs, as `object`, which takes the policy of the page along: the script of an interactive
 * one runs by its hash. Chromium opens no such URL of more than 2 MiB: FP_SINGLE_PICTURE is the most that fits.
 *
 *     const struct fp_single single = { .svg = svg, .script = fp_pages_svg_script(pages), .left_out = "" };
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
    const char *left_out;      /* sentences for the reader; "" = nothing */
};

/* Files that a page of a site has beside it. */
struct fp_single_assets {
    struct fp_slice style, icon;
    struct fp_slice page_script; /* of its tables */
};

/* A copy of the summary that links nothing beside the page; the caller owns it. */
int fp_single_summary(const struct fp_single *single, const json_t *summary, json_t **ret_summary, struct fp_error *err);

/* Puts, over the view of such a summary, svg, diff_svg (data: URLs), sections without "downloads", and
 *   single   {style_text, style_source, script_source (null: no script), page_text, page_source (the same), icon_data,
 *            left_out (null: nothing)}
 * FP_EINVAL for a style sheet or a script that cannot stand within a page. */
int fp_single_put(const struct fp_single *single, const struct fp_single_assets *assets, struct fp_model *model,
                  json_t *view, struct fp_error *err);

#endif
