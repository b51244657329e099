/*
 * What is attached to a ticket: a report in files that each stand alone, none larger than its budget.
 *
 *     report.html      the page with its style, icon, pictures and graph (report/single.h)
 *     flamegraph.png   1,600 px wide, and diff.png where there is a baseline
 *     report.pdf       what, when, how much, how complete, top functions, what changed; and the graph
 *     summary.md       the same in ten lines (report/ticket.h)
 *     ticket.zip       these, and what else fp_draw_report wrote: SVG, pprof, JSON
 *
 * Beside a report of a site, its own pictures and profile.js are what it is made of: nothing is drawn twice, a PNG beyond its
 * budget is not in the zip, and ticket.zip has no flamegraph-2x.png. What the site's page has, and the report.html
 * beside it lacks, is no cause for a warning there, but told with --verbose.
 *
 * A picture that makes a file too large is drawn again with wider boxes alone, up to FP_BUNDLE_WIDEST; when that does not
 * help, it is left out, or the file is. The page's graph is there whole or not at all, and goes before its pictures do.
 * Each such loss is a sentence in the page, the PDF and summary.md as far as they are written after it (summary.md always
 * is), and a warning of the log.
 *
 *     struct fp_bundle bundle;
 *     fp_bundle_init(&bundle, log);
 *     if (!fp_bundle_limit(&bundle, "png=500kB")) …
 *     rc = fp_draw_report(&facts, dir, &(struct fp_draw_options){ …, .bundle = &bundle }, &summary, &err);
 */
#ifndef FP_PRESS_BUNDLE_H
#define FP_PRESS_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "base/log.h"
#include "press/draw.h"

/* Beside those that fp_draw_report has. */
#define FP_BUNDLE_PAGE "report.html"
#define FP_BUNDLE_PDF "report.pdf"
#define FP_BUNDLE_NOTE "summary.md"
#define FP_BUNDLE_ZIP "ticket.zip"
#define FP_BUNDLE_FILES FP_BUNDLE_PAGE, FP_BUNDLE_PDF, FP_BUNDLE_NOTE, FP_BUNDLE_ZIP

#define FP_BUNDLE_WIDTH 1600 /* of pictures, where nothing else was asked for */
#define FP_BUNDLE_WIDEST 30.0 /* px */
/* What fp_draw_report writes besides. The PNGs are the bundle's own. */
#define FP_BUNDLE_FORMATS (FP_DRAW_SVG | FP_DRAW_JSON | FP_DRAW_PPROF)

enum fp_bundle_part { FP_BUNDLE_PART_HTML, FP_BUNDLE_PART_PNG, FP_BUNDLE_PART_PDF, FP_BUNDLE_PART_ZIP, FP_BUNDLE_PARTS };

struct fp_bundle {
    int64_t max[FP_BUNDLE_PARTS]; /* bytes of a file … */
    const char *max_text[FP_BUNDLE_PARTS]; /* … as people write them; borrowed */
    struct fp_log *log;
    bool of_site; /* beside the files of FP_DRAW_ALL; false: the PNGs are made here, too */
};

void fp_bundle_init(struct fp_bundle *bundle, struct fp_log *log);

/* "png=1MB", of html, png, pdf, zip. False for what is no such thing. */
bool fp_bundle_limit(struct fp_bundle *bundle, const char *text);

/* May be used for many reports. As part of fp_draw_report, which has written the rest into `dir`; `summary` is what it made. */
int fp_bundle_write(const struct fp_bundle *bundle, const struct fp_report_facts *facts, const char *dir,
                    const struct fp_draw_options *options, json_t *summary, struct fp_error *err);

#endif
