/* Rectangles put straight into pixels, against cairo's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include <cairo.h>

#include "base/hash.h"
#include "flame/pixels.h"

enum { WIDTH = 40, HEIGHT = 24 };

static double between(uint64_t *random, double from, double to)
{
    *random += UINT64_C(0x9e3779b97f4a7c15);
    return from + (to - from) * (double)(fp_hash_mix(*random) >> 11) / (double)(UINT64_C(1) << 53);
}

static uint32_t pixel_of(cairo_surface_t *surface, int x, int y)
{
    cairo_surface_flush(surface);
    return *(const uint32_t *)(cairo_image_surface_get_data(surface) + y * cairo_image_surface_get_stride(surface) +
                               4 * (ptrdiff_t)x);
}

static cairo_surface_t *white_image(void)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
    cairo_t *cr = cairo_create(surface);

    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    cairo_destroy(cr);
    return surface;
}

static void as_cairo_does(void **state)
{
    cairo_surface_t *own = white_image(), *peer = white_image();
    cairo_t *cr = cairo_create(peer);
    uint64_t random = 11;

    (void)state;
    for (int round = 0; round < 3000; round++) {
        const int scale = 1 + round % 2;
        const double top = round % 5;
        const struct fp_pixels to = { cairo_image_surface_get_data(own), (size_t)cairo_image_surface_get_stride(own), WIDTH,
                                      HEIGHT, scale };
        const struct fp_rgb colour = { (uint8_t)between(&random, 0, 256), (uint8_t)between(&random, 0, 256),
                                       (uint8_t)between(&random, 0, 256) };
        const struct fp_rect rect = { between(&random, -8, WIDTH), (double)(int)between(&random, -8, HEIGHT),
                                      between(&random, 0, round % 3 ? 2 : 30), (double)(int)between(&random, 0, 20) };

        cairo_surface_flush(own);
        assert_true(fp_pixels_fill(&to, &rect, top, colour));
        cairo_surface_mark_dirty(own);
        cairo_save(cr);
        cairo_scale(cr, scale, scale);
        cairo_translate(cr, 0, -top);
        cairo_set_source_rgb(cr, colour.r / 255.0, colour.g / 255.0, colour.b / 255.0);
        cairo_rectangle(cr, rect.x, rect.y, rect.width, rect.height);
        cairo_fill(cr);
        cairo_restore(cr);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++)
                for (int shift = 0; shift < 24; shift += 8) {
                    int a = pixel_of(own, x, y) >> shift & 0xFF, b = pixel_of(peer, x, y) >> shift & 0xFF;

                    if (abs(a - b) > 3)
                        fail_msg("round %d: %d, %d: %d, cairo %d", round, x, y, a, b);
                }
    }
    cairo_destroy(cr);
    cairo_surface_destroy(own);
    cairo_surface_destroy(peer);
}

/* Edges between two rows of pixels are cairo's business. */
static void fractions_of_rows(void **state)
{
    uint32_t pixels[4] = { 1, 2, 3, 4 };
    const struct fp_pixels to = { (unsigned char *)pixels, 8, 2, 2, 1 };

    (void)state;
    assert_false(fp_pixels_fill(&to, &(struct fp_rect){ 0, 0.5, 2, 1 }, 0, (struct fp_rgb){ 0 }));
    assert_false(fp_pixels_fill(&to, &(struct fp_rect){ 0, 0, 2, 1.5 }, 0, (struct fp_rgb){ 0 }));
    assert_true(fp_pixels_fill(&to, &(struct fp_rect){ 0, 7, 2, 1 }, 0, (struct fp_rgb){ 0 })); /* outside */
    assert_int_equal(pixels[0] + pixels[1] + pixels[2] + pixels[3], 10);
    assert_true(fp_pixels_fill(&to, &(struct fp_rect){ 0, 1, 1, 1 }, 0, (struct fp_rgb){ 0, 0, 1 }));
    assert_int_equal(pixels[2], 0xFF000001);
    assert_int_equal(pixels[0] + pixels[1] + pixels[3], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(as_cairo_does), cmocka_unit_test(fractions_of_rows) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
