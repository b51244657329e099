#include "flame/pixels.h"

#include <math.h>

#define PART 256 /* of a pixel */

/* `value`, but not outside the image, in parts of a pixel. */
static uint32_t clip(double value, uint32_t size)
{
    double parts = nearbyint(value * PART);

    return parts <= 0 ? 0 : parts >= (double)size * PART ? size * PART : (uint32_t)parts;
}

/* Two channels, 16 bits apart, × alpha / 255, rounded. */
static uint32_t weigh(uint32_t channels, uint32_t alpha)
{
    uint32_t product = (channels & 0xFF00FF) * alpha + 0x7F007F;

    return ((product + ((product >> 8) & 0xFF00FF)) >> 8) & 0xFF00FF;
}

/* `covered` parts of the pixel are of that colour. */
static uint32_t blend(uint32_t under, uint32_t colour, uint32_t covered)
{
    uint32_t alpha = covered - (covered >> 8);

    return (weigh(colour, alpha) + weigh(under, 255 - alpha)) |
           (weigh(colour >> 8, alpha) + weigh(under >> 8, 255 - alpha)) << 8;
}

/* One pixel in each row: what is under it is mostly the same all the way down. */
static void fill_edge(unsigned char *at, size_t stride, uint32_t rows, uint32_t colour, uint32_t covered)
{
    uint32_t under = *(uint32_t *)at, blended = blend(under, colour, covered);

    for (uint32_t i = 0; i < rows; i++, at += stride) {
        uint32_t *pixel = (uint32_t *)at;

        if (*pixel != under) {
            under = *pixel;
            blended = blend(under, colour, covered);
        }
        *pixel = blended;
    }
}

bool fp_pixels_fill(const struct fp_pixels *to, const struct fp_rect *rect, double top, struct fp_rgb colour)
{
    uint32_t left = clip(rect->x * to->scale, to->width), right = clip((rect->x + rect->width) * to->scale, to->width),
             upper = clip((rect->y - top) * to->scale, to->height),
             lower = clip((rect->y + rect->height - top) * to->scale, to->height);
    uint32_t paint = 0xFF000000u | (uint32_t)colour.r << 16 | (uint32_t)colour.g << 8 | colour.b;
    uint32_t first = left / PART, last = right / PART, rows = (lower - upper) / PART;
    unsigned char *start = to->data + upper / PART * to->stride;

    if (upper % PART || lower % PART)
        return false;
    if (left >= right || upper >= lower)
        return true;
    if (first == last) {
        fill_edge(start + (size_t)first * 4, to->stride, rows, paint, right - left);
        return true;
    }
    if (left % PART)
        fill_edge(start + (size_t)first++ * 4, to->stride, rows, paint, PART - left % PART);
    if (right % PART)
        fill_edge(start + (size_t)last * 4, to->stride, rows, paint, right % PART);
    for (uint32_t i = 0; i < rows; i++) {
        uint32_t *pixel = (uint32_t *)(start + i * to->stride);

        for (uint32_t x = first; x < last; x++)
            pixel[x] = paint;
    }
    return true;
}
