/*
 * The picture as PNG, through cairo; text through pangocairo (shaping, font fallback).
 *
 * cairo's images end at 32,767 px: a larger one is refused with FP_ELIMIT and says
 * what to change. Text is anti-aliased in grey without hinting of advances, so that the
 * same fonts give the same pixels at every position.
 */
#ifndef FP_FLAME_PNG_H
#define FP_FLAME_PNG_H

#include "base/error.h"
#include "flame/picture.h"

/* Writes the file (not atomically: it is meant for a staging directory); `scale` is 1 or 2 device pixels for a CSS pixel. */
int fp_png_write(const struct fp_picture *picture, int scale, const char *path, struct fp_error *err);

#endif
