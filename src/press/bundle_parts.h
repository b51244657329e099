/*
 * Inside press/bundle*.c: what the writers of a ticket's files share.
 */
#ifndef FP_PRESS_BUNDLE_PARTS_H
#define FP_PRESS_BUNDLE_PARTS_H

#include "base/lang.h"
#include "base/str.h"
#include "flame/picture.h"
#include "press/bundle.h"

#define FP_BUNDLE_PNGS 2 /* the flame graph, the difference */

/* All that is written takes part in it. */
struct fp_bundle_work {
    const struct fp_bundle *bundle;
    const struct fp_report_facts *facts;
    const struct fp_draw_options *options;
    const char *dir;
    json_t *summary;
    bool has_picture, has_difference;
    bool heavy[FP_BUNDLE_PNGS]; /* what the site has, and is too large for a ticket */
    struct fp_str left_out, left_out_english; /* in the language of the pages, and of the log */
};

/* `word` is what is lost, `why` has it as {0}: words of the catalogue (base/lang.h) with their arguments, NULL where there
 * is none. */
struct fp_bundle_loss {
    const char *word, *args[2];
    const char *why, *limits[2];
};

/* Of a file in the directory. */
int fp_bundle_size(const struct fp_bundle_work *w, const char *name, int64_t *ret_size, struct fp_error *err);
/* Appends it, up to the cap of `to`; beyond it FP_ELIMIT. */
int fp_bundle_read(const struct fp_bundle_work *w, const char *name, struct fp_str *to, struct fp_error *err);

/* Its reason is the budget of a part. */
void fp_bundle_blame_budget(const struct fp_bundle *bundle, enum fp_bundle_part part, struct fp_bundle_loss *loss);
/* Appends its sentence. */
void fp_bundle_put_loss(const struct fp_lang *lang, const struct fp_bundle_loss *loss, struct fp_str *to);
/* Logs it, and notes it for what is written after. */
void fp_bundle_say_lost(struct fp_bundle_work *w, const struct fp_bundle_loss *loss);

/* Of the narrowest box, in px, until a picture is small enough; 0: as it was asked for. */
static const double fp_bundle_widths[] = { 0, 1, 3, 10, FP_BUNDLE_WIDEST };

#define FP_BUNDLE_WIDTHS (sizeof fp_bundle_widths / sizeof *fp_bundle_widths)

/* The picture, or the difference, `width` px wide. The caller releases *ret_picture. */
int fp_bundle_draw(const struct fp_bundle_work *w, bool difference, const struct fp_lang *lang, int64_t width,
                   double min_width, struct fp_picture *ret_picture, struct fp_error *err);

/* report.html: with all that there is; when that is larger than its budget, without the graph; then with wider boxes in
 * the larger of the pictures, again and again; then without them; then not at all. */
int fp_bundle_put_page(struct fp_bundle_work *w, struct fp_error *err);

#endif
