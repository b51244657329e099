/*
 * The colours of frames: one table for SVG, PNG, legends and tables.
 *
 * A colour depends on the frame's kind and the identity of its name (profile/ident.h) only, so the same
 * function has the same colour in every picture, today and tomorrow. Kinds part by hue and by
 * lightness, so that they part in grey too; within a kind the shade comes from the
 * name, its package first, so that neighbours of a package are kin. The label
 * colour has contrast >= 4.5 (WCAG 2.2, relative luminance) on every shade.
 *
 * Changes have colours of their own, in steps from none to much, more and less apart: red and blue, or orange and blue
 * for eyes that have no red or no green (the pair that stays apart in all three kinds of colour blindness; Okabe and
 * Ito, "Color Universal Design", 2008). Steps of equal size are equally light on either side.
 */
#ifndef FP_FLAME_PALETTE_H
#define FP_FLAME_PALETTE_H

#include <stdint.h>

#include "base/str.h"
#include "profile/frame_kind.h"

struct fp_rgb {
    uint8_t r, g, b;
};

#define FP_RGB_HEX 8

/* Fill of a frame. `name` is the identity of its name, prefix included. */
struct fp_rgb fp_palette_frame(enum fp_frame_kind kind, struct fp_slice name);
/* The middle shade of a kind, for legends. */
struct fp_rgb fp_palette_legend(enum fp_frame_kind kind);

enum fp_change_palette { FP_CHANGE_RED_BLUE, FP_CHANGE_ORANGE_BLUE, FP_CHANGE_PALETTE_COUNT };

#define FP_CHANGE_STEPS 5 /* each way */

/* Fill of what changed by so many steps, -FP_CHANGE_STEPS (much less) to FP_CHANGE_STEPS (much more); 0 is grey. */
struct fp_rgb fp_palette_change(enum fp_change_palette palette, int step);

/* Label on every frame colour, and the title. */
struct fp_rgb fp_palette_label(void);
/* Below the title; legend and notes; the edge of a box whose children are not drawn. */
struct fp_rgb fp_palette_subtitle(void);
struct fp_rgb fp_palette_note(void);
struct fp_rgb fp_palette_cut(void);
/* "#rrggbb"; returns `to`. */
char *fp_rgb_hex(struct fp_rgb colour, char to[FP_RGB_HEX]);
/* Contrast ratio as WCAG defines it: 1 to 21. */
double fp_rgb_contrast(struct fp_rgb a, struct fp_rgb b);

#endif
