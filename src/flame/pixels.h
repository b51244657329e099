/*
 * Inside flame/: rectangles straight into the pixels of an image, which is most of a picture and takes cairo ten times as
 * long. What they cover of a pixel is blended as cairo blends it: edges to 1/256 of a pixel, 8 bits of coverage.
 *
 *     struct fp_pixels to = { data, stride, width, height, scale };
 *     if (!fp_pixels_fill(&to, &rect, top, colour)) …                // cairo has to
 *
 * The image is RGB24 of cairo's: 32 bits a pixel, of which the upper 8 are left set. Borrowed; one thread.
 */
#ifndef FP_FLAME_PIXELS_H
#define FP_FLAME_PIXELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flame/palette.h"
#include "flame/picture.h"

struct fp_pixels {
    unsigned char *data;
    size_t stride; /* bytes */
    uint32_t width, height;
    int scale; /* pixels of the image in one of the picture's */
};

/* Fills a rectangle of the picture; `top` is where the image begins in it. False when its upper or lower edge is not that
 * of a pixel: nothing was done. */
bool fp_pixels_fill(const struct fp_pixels *to, const struct fp_rect *rect, double top, struct fp_rgb colour);

#endif
