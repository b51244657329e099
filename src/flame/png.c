#include "flame/png.h"

#include <cairo.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/out.h"
#include "flame/paint.h"
#include "flame/png_rows.h"

#define BAND_BYTES (4u << 20) /* of the pixels that are in memory at once */

/* Paints the picture band by band, from the top, onto one surface of a band's size. */
struct painter {
    const struct fp_picture *picture;
    uint32_t width, height; /* of the whole, in device pixels */
    uint32_t band_height;   /* of the surface */
    uint32_t band_y;        /* where the band at hand begins */
    cairo_surface_t *surface;
    cairo_t *cr;
    struct fp_paint paint;
    struct fp_pixels pixels;
    int scale;
};

static void painter_release(struct painter *p)
{
    fp_paint_release(&p->paint);
    if (p->cr)
        cairo_destroy(p->cr);
    if (p->surface)
        cairo_surface_destroy(p->surface);
}

static int painter_init(struct painter *p, struct fp_error *err)
{
    int rc;

    p->width = p->picture->width * (uint32_t)p->scale;
    p->height = p->picture->height * (uint32_t)p->scale;
    p->band_height = BAND_BYTES / 4 / p->width;
    if (p->band_height > p->height)
        p->band_height = p->height;
    p->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)p->width, (int)p->band_height);
    p->cr = cairo_create(p->surface);
    if (cairo_status(p->cr) != CAIRO_STATUS_SUCCESS)
        return fp_error_set(err, FP_ENOMEM, "cairo cannot make an image of %u × %u px: %s", p->width,
                            p->band_height, cairo_status_to_string(cairo_status(p->cr)));
    cairo_scale(p->cr, p->scale, p->scale);
    p->pixels = (struct fp_pixels){ cairo_image_surface_get_data(p->surface),
                                    (size_t)cairo_image_surface_get_stride(p->surface), p->width, p->band_height,
                                    p->scale };
    rc = fp_paint_init(&p->paint, p->cr, err);
    p->paint.pixels = &p->pixels;
    return rc;
}

/* The whole picture, of which the surface shows the band. */
static int paint_band(struct painter *p, struct fp_error *err)
{
    int rc;

    p->paint.top = (double)p->band_y / p->scale;
    p->paint.bottom = (double)(p->band_y + p->band_height) / p->scale;
    /* whole device pixels: every band is painted as the whole would be */
    cairo_save(p->cr);
    cairo_translate(p->cr, 0, -p->paint.top);
    rc = fp_paint_picture(&p->paint, p->picture, err);
    cairo_restore(p->cr);
    cairo_surface_flush(p->surface);
    return rc;
}

static int paint(struct painter *p, struct fp_out *out, struct fp_error *err)
{
    size_t stride = (size_t)cairo_image_surface_get_stride(p->surface);
    struct fp_png_rows rows;
    int rc = fp_png_rows_begin(&rows, out, p->width, p->height, err), ended;

    for (p->band_y = 0; rc == FP_OK && p->band_y < p->height; p->band_y += p->band_height) {
        uint32_t left = p->height - p->band_y;

        rc = paint_band(p, err);
        if (rc == FP_OK)
            rc = fp_png_rows_put(&rows, cairo_image_surface_get_data(p->surface), stride,
                                 left < p->band_height ? left : p->band_height, err);
    }
    ended = fp_png_rows_end(&rows, err);
    return rc == FP_OK ? ended : rc;
}

static int write_png(void *ctx, struct fp_out *out, struct fp_error *err)
{
    return paint(ctx, out, err);
}

bool fp_png_fits(const struct fp_picture *picture, int scale)
{
    uint64_t width = (uint64_t)picture->width * (unsigned)scale,
             height = (uint64_t)picture->height * (unsigned)scale;

    return width <= FP_LIMIT_PIXELS && height <= FP_LIMIT_PIXELS && width * height <= FP_LIMIT_AREA;
}

int fp_png_write(const struct fp_picture *picture, int scale, const char *path, struct fp_error *err)
{
    struct painter p = { .picture = picture, .scale = scale };
    int rc;

    if (!fp_png_fits(picture, scale))
        return fp_error_set(
            err, FP_ELIMIT,
            "a PNG of %u × %u px: the limits are %d px each way and %u in all; ask for a smaller width "
            "(--width, picture.width)",
            picture->width * (unsigned)scale, picture->height * (unsigned)scale, FP_LIMIT_PIXELS,
            FP_LIMIT_AREA);
    rc = painter_init(&p, err);
    if (rc == FP_OK)
        rc = fp_out_file(path, FP_OUT_REPLACE, write_png, &p, err);
    painter_release(&p);
    return rc;
}
