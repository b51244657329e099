/*
 * One report: facts → pictures, exports, summary.json and page in a directory.
 *
 * Pictures, tables and summary.json are of the profile as it is shown. The exports (pprof, folded stacks) hold it as it
 * came: they are what other tools, and comparisons with other nights, start from.
 *
 * The same for `run` and `render`. Files are written plainly: the directory is one
 * that nobody reads yet (a stage). Thread-safe.
 */
#ifndef FP_PRESS_DRAW_H
#define FP_PRESS_DRAW_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "base/out.h"
#include "codec/pprof.h"
#include "config/config.h"
#include "report/page.h"
#include "report/report.h"

enum fp_draw_format {
    FP_DRAW_SVG = 1,
    FP_DRAW_PNG = 2,
    FP_DRAW_HTML = 4,
    FP_DRAW_JSON = 8,
    FP_DRAW_FOLDED = 16,
    FP_DRAW_PPROF = 32,
    FP_DRAW_ALL = 63
};

#define FP_DRAW_PPROF_FILE "profile.pb.gz"
#define FP_DRAW_FOLDED_FILE "profile.folded.gz"
#define FP_DRAW_PAGE_FILE "index.html"

/* Notes in the pprof profile begin with these: the time zone of its window, how complete it is, what of it is missing, a
 * transform that the page beside it is shown with. The profile itself is the one that came: transforms lose what a comparison needs. */
#define FP_DRAW_NOTE_ZONE "timezone: "
#define FP_DRAW_NOTE_COMPLETENESS "completeness: "
#define FP_DRAW_NOTE_MISSING "seconds missing: " /* of its window, when it is partial */
#define FP_DRAW_NOTE_TRANSFORM "shown with: "

/* The first note that begins so, without that; NULL = none does. */
const char *fp_draw_note(const struct fp_pprof_meta *meta, const char *begin);

/* Seconds of its window that a profile says it lacks. */
int64_t fp_draw_missing(const struct fp_pprof_meta *meta);

struct fp_bundle;

struct fp_draw_options {
    const struct fp_picture_config *picture;
    const struct fp_pages *pages;
    const struct fp_page_place *place;
    unsigned formats; /* of enum fp_draw_format */
    bool interactive; /* the SVG has its script */
    const struct fp_bundle *bundle; /* for a ticket, too (press/bundle.h); NULL = not */
    const char *published;    /* directory of the report as it was published before: if it is the same, so is its time; NULL */
};

/* Of a page in DIR/YYYY/MM/DD/SERVICE/EVENT/. Assets stand in the night, so that it is whole in itself and reachable through
 * `latest` too. */
extern const struct fp_page_place fp_draw_place;

/* Makes `dir` and writes it; what the facts say of pictures and files is found out here. The caller owns
 * *ret_summary; NULL when it does not want it: where no file needs it either, it is not made. */
int fp_draw_report(const struct fp_report_facts *given, const char *dir, const struct fp_draw_options *options,
                   json_t **ret_summary, struct fp_error *err);

/* The names that fp_draw_report may write, NULL at the end. */
extern const char *const fp_draw_names[];

/* The pictures of a report, which has a value to be shown, and of its comparison, which has a pair, with their words in
 * `lang`: fp_pages_lang of an SVG, fp_pages_drawn_lang of others. The caller releases *ret_picture; it borrows from the
 * facts. */
typedef int fp_draw_maker(const struct fp_report_facts *facts, const struct fp_draw_options *options,
                          const struct fp_lang *lang, struct fp_picture *ret_picture, struct fp_error *err);
fp_draw_maker fp_draw_make_picture, fp_draw_make_difference;
/* Puts into the facts what the pictures do not show. */
void fp_draw_note_picture(struct fp_report_facts *facts, const struct fp_picture *picture);

/* Writes the assets of the pages into `dir` (made when missing). */
int fp_draw_assets(const struct fp_pages *pages, const char *dir, struct fp_error *err);

/* One of fp_pages_report, fp_pages_night and fp_pages_index. */
typedef int fp_draw_renderer(const struct fp_pages *pages, json_t *model, const struct fp_page_place *place,
                             struct fp_out *out, struct fp_error *err);

/* A file dir/name: a page, a model as JSON, anything. As fp_out_file. */
int fp_draw_page(const char *dir, const char *name, fp_draw_renderer *render, const struct fp_pages *pages,
                 json_t *model, const struct fp_page_place *place, struct fp_error *err);
int fp_draw_model(const char *dir, const char *name, const json_t *model, struct fp_error *err);
int fp_draw_file(const char *dir, const char *name, fp_out_writer *write, void *ctx, struct fp_error *err);

#endif
