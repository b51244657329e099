/*
 * The picture as PNG, through cairo; text through pangocairo (shaping, font fallback).
 *
 * A picture of more than FP_LIMIT_PIXELS a side or FP_LIMIT_AREA in all is refused with FP_ELIMIT and says
 * what to change; at scale 1 every picture fits. It is painted in bands, so that memory does not go with its
 * size. Text is anti-aliased in grey without hinting of advances, so that the same fonts give the same pixels
 * at every position.
 */
#ifndef FP_FLAME_PNG_H
#define FP_FLAME_PNG_H

#include <stdbool.h>

#include "base/error.h"
#include "flame/picture.h"

bool fp_png_fits(const struct fp_picture *picture, int scale);
/* Writes the file (not atomically: it is meant for a staging directory); `scale` is 1 or 2 device pixels
 * for a CSS pixel. */
int fp_png_write(const struct fp_picture *picture, int scale, const char *path, struct fp_error *err);

#endif
