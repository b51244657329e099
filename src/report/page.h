/*
 * Finished HTML pages: models through templates.
 *
 * `struct fp_pages` holds the compiled templates and the assets with their hashed
 * names, built in or taken from override directories. It is immutable once open, so
 * any number of threads may render from one. An override directory may replace any file of
 * templates/ by one of the same name (the partials too); a template may include those only.
 *
 *     fp_pages_open(&pages, &(struct fp_pages_options){ .title = "production" }, &err);
 *     for (size_t i = 0; i < fp_pages_asset_count(pages); i++)
 *         … write fp_pages_asset(pages, i) to DIR/assets/
 *     fp_out_to_fd(&out, fd, path);
 *     fp_pages_report(pages, summary, &place, &out, &err);
 *     fp_out_finish(&out, &err);
 *     fp_pages_close(pages);
 *
 * Pages are HTML5 that is well-formed XML too, without inline script, inline style or any
 * request to elsewhere; all links are relative, so a site works from file:// and under any prefix.
 */
#ifndef FP_REPORT_PAGE_H
#define FP_REPORT_PAGE_H

#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/out.h"
#include "base/str.h"

struct fp_pages;
struct fp_single;

struct fp_pages_options {
    const char *title;     /* of the site; NULL = "flamepress" */
    const char *templates; /* override directories; NULL = none */
    const char *assets;
    const struct fp_lang *lang; /* of the words; NULL = English */
};

/* A file to be written into the directory that `place.assets` names. Its name holds the hash of its bytes. */
struct fp_page_asset {
    const char *name;
    struct fp_slice bytes;
};

/* A file for a ticket, beside the page of a report that leads to it. Words of the catalogue (base/lang.h); `about` has its
 * size as {0}. */
struct fp_page_ticket {
    const char *name, *label, *about;
    int64_t size;
};

/*
 * Where a page stands: relative URLs from the page, as they are to appear (already escaped); NULL = none.
 *   a report of a site    { .assets = "../../assets/", .night = "../../index.html", .site = "../../../../../", … }
 *   a night of a site     { .assets = "assets/", .site = "../../../", … }
 *   the index             { .assets = "assets/", .site = "", .feed = "feed.xml", … }
 *   a service over time   { .assets = "../../assets/", .site = "../../" }
 *   render -o DIR         { .assets = "assets/" }
 * A browser does not follow symbolic links when it resolves "..": reached as latest/…, a page finds only what
 * is named relative to its night. Assets kept within each night ("../../assets/") are found both ways, and with scripts
 * the page then goes on to its own address (assets/site.js).
 */
struct fp_page_place {
    const char *assets; /* ends in '/' */
    const char *night;  /* the page of the night a report belongs to */
    const char *site;   /* the root of the site: "", or ends in '/' */
    const char *feed;     /* of the nights with changes */

    /* paths below the site, not escaped */
    const char *path;   /* of the night that a report is of, "2026/11/20", or of the newest, which the index shows */
    const char *report; /* of a report below its night */
    const char *before; /* directory of the page that is before this one: the same report of the night before, or that
                         * night; for the index the night before the newest */
    const char *before_label; /* of the window of that night */

    const struct fp_page_ticket *tickets; /* of a report */
    size_t ticket_count;
};

/* Everything that can be wrong with templates or assets is found here, with file, line and column. */
int fp_pages_open(struct fp_pages **ret_pages, const struct fp_pages_options *options, struct fp_error *err);
void fp_pages_close(struct fp_pages *pages); /* NULL is fine */

size_t fp_pages_asset_count(const struct fp_pages *pages);
struct fp_page_asset fp_pages_asset(const struct fp_pages *pages, size_t index);

/* What makes an SVG interactive (flame/svg.h); the pages keep it. */
const char *fp_pages_svg_script(const struct fp_pages *pages);
/* Of the words; NULL = English. */
const struct fp_lang *fp_pages_lang(const struct fp_pages *pages);
/* Of the words that are drawn here (PNG, PDF): English where no font that is installed has the language's characters. */
const struct fp_lang *fp_pages_drawn_lang(const struct fp_pages *pages);

/* `summary` as of fp_summary_make, or read back from a file; it must not be shared with another thread
 * meanwhile. */
int fp_pages_report(const struct fp_pages *pages, json_t *summary, const struct fp_page_place *place,
                    struct fp_out *out, struct fp_error *err);
/* The same as one file that needs no other (report/single.h). */
int fp_pages_single(const struct fp_pages *pages, json_t *summary, const struct fp_single *single, struct fp_out *out,
                    struct fp_error *err);
/* `night` as of fp_night_make. */
int fp_pages_night(const struct fp_pages *pages, json_t *night, const struct fp_page_place *place,
                   struct fp_out *out, struct fp_error *err);
/* `service` as report/service.h has it. The page stands in services/SERVICE/. */
int fp_pages_service(const struct fp_pages *pages, json_t *service, const struct fp_page_place *place,
                     struct fp_out *out, struct fp_error *err);
/* Leads on to the page of `night`. It stands in the root of the site, where "latest", a link to the directory of that night,
 * would be the wrong place to go up from. */
int fp_pages_latest(const struct fp_pages *pages, json_t *night, const struct fp_page_place *place,
                    struct fp_out *out, struct fp_error *err);
/* `nights`: an array of them, newest first (report/index.h). The page stands in the root of the site. */
int fp_pages_index(const struct fp_pages *pages, json_t *nights, const struct fp_page_place *place,
                   struct fp_out *out, struct fp_error *err);

#endif
