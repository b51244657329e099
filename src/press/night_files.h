/*
 * The files of a night beside its reports: summary.json, summary.md, index.html, assets and, last, run.json.
 *
 * All come from the night's summary alone (report/night.h), and the page from the published nights before it, too: its
 * sparklines. So a night can be written anew without pressing it: fp_night_redraw does that to a night whose page shows
 * another one that has changed. It takes over the reports, and is a switch like any other.
 */
#ifndef FP_PRESS_NIGHT_FILES_H
#define FP_PRESS_NIGHT_FILES_H

#include <jansson.h>

#include "base/error.h"
#include "publish/nights.h"
#include "publish/stage.h"
#include "report/page.h"

struct fp_night_site {
    struct fp_stage *stage;
    const struct fp_pages *pages;
    const char *site_url; /* for links in summary.md; NULL = none */
    const struct fp_nights *left; /* the nights that pages may lead to; NULL = all that the site has */
};

/* Writes them into `dir`, the staged night with its reports. The entries of `night` are given their `trend`. */
int fp_night_write(const struct fp_night_site *site, json_t *night, const char *dir, struct fp_error *err);

/* Puts the staged night in place of the published one; files that somebody else laid there go along (FP_EINVAL, and the
 * published one stays, where they cannot: publish/belongings.h). A damaged one is replaced as a whole. */
int fp_night_switch(struct fp_stage *stage, const char *path, struct fp_error *err);

/* Writes and switches a published night again. `night` is its summary, as it was read. */
int fp_night_redraw(const struct fp_night_site *site, json_t *night, struct fp_error *err);

#endif
