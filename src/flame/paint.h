/*
 * Inside flame/: a picture painted with cairo, text through pangocairo, for every backend that is cairo's.
 *
 *     struct fp_paint paint;
 *     if (fp_paint_init(&paint, cr, &err) == FP_OK) {
 *         rc = fp_paint_picture(&paint, &picture, &err);
 *         fp_paint_release(&paint);
 *     }
 *
 * Text is anti-aliased in grey without hinting of advances, so that the same fonts give the same at every position.
 * Belongs to one thread; `cr` is borrowed.
 */
#ifndef FP_FLAME_PAINT_H
#define FP_FLAME_PAINT_H

#include <stdbool.h>

#include <cairo.h>
#include <pango/pangocairo.h>

#include "base/error.h"
#include "base/lang.h"
#include "flame/picture.h"
#include "flame/pixels.h"

struct fp_paint {
    cairo_t *cr;
    PangoLayout *text;
    PangoFontDescription *font;
    bool fontless; /* text was to be painted with a font that could not be opened */
    const struct fp_pixels *pixels; /* cr's, for rectangles; borrowed; NULL = cairo paints those, too */
    double top, bottom; /* boxes beyond them are left out, as nobody would see them; in CSS pixels of the picture */
};

int fp_paint_init(struct fp_paint *p, cairo_t *cr, struct fp_error *err);
void fp_paint_release(struct fp_paint *p);

/* Whether the fonts that are installed have all that the words of a language are written with; NULL = English, which is
 * taken for granted. */
bool fp_paint_shows(const struct fp_lang *lang);

/* Can the fonts be opened that the text in p->text takes? Which these are shows only when it is laid out. */
bool fp_paint_has_fonts(struct fp_paint *p);
/* Whether all fonts could be opened so far: Pango itself goes on with boxes in place of letters. */
int fp_paint_status(const struct fp_paint *p, struct fp_error *err);

/* The whole picture, its upper left corner at the origin. */
int fp_paint_picture(struct fp_paint *p, const struct fp_picture *picture, struct fp_error *err);

/* In CSS pixels; the monospaced font of pictures. */
void fp_paint_font(struct fp_paint *p, double size, bool bold);
void fp_paint_colour(struct fp_paint *p, struct fp_rgb c);
/* Text with its baseline at (x, y). */
void fp_paint_text(struct fp_paint *p, double x, double y, const char *text, size_t n);

#endif
