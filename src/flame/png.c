#include "flame/png.h"

#include <cairo.h>
#include <errno.h>
#include <fcntl.h>
#include <pango/pangocairo.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/out.h"
#include "flame/png_rows.h"

#define BAND_BYTES (16u << 20) /* of the pixels that are in memory at once */

/* Paints the picture band by band, from the top, onto one surface of a band's size. */
struct painter {
    const struct fp_picture *picture;
    uint32_t width, height; /* of the whole, in device pixels */
    uint32_t band_height;   /* of the surface */
    uint32_t band_y;        /* where the band at hand begins */
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoLayout *text;
    PangoFontDescription *font;
    int scale;
};

static void painter_release(struct painter *p)
{
    if (p->text)
        g_object_unref(p->text);
    if (p->font)
        pango_font_description_free(p->font);
    if (p->cr)
        cairo_destroy(p->cr);
    if (p->surface)
        cairo_surface_destroy(p->surface);
}

static int painter_init(struct painter *p, struct fp_error *err)
{
    cairo_font_options_t *options;
    PangoContext *context;

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
    p->text = pango_cairo_create_layout(p->cr);
    p->font = pango_font_description_from_string(FP_FONT_FAMILIES);
    context = pango_layout_get_context(p->text);
    options = cairo_font_options_create();
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(context, 96);
    pango_layout_set_auto_dir(p->text, FALSE);
    pango_layout_set_single_paragraph_mode(p->text, TRUE);
    return FP_OK;
}

static void set_font(struct painter *p, double size, bool bold)
{
    pango_font_description_set_absolute_size(p->font, size * PANGO_SCALE);
    pango_font_description_set_weight(p->font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(p->text, p->font);
}

static void set_colour(struct painter *p, struct fp_rgb c)
{
    cairo_set_source_rgb(p->cr, c.r / 255.0, c.g / 255.0, c.b / 255.0);
}

/* Text with its baseline at (x, y). */
static void put_text(struct painter *p, double x, double y, const char *text, size_t n)
{
    pango_layout_set_text(p->text, text, (int)n);
    cairo_move_to(p->cr, x, y - pango_layout_get_baseline(p->text) / (double)PANGO_SCALE);
    pango_cairo_show_layout(p->cr, p->text);
}

static void fill_rect(struct painter *p, const struct fp_rect *r, struct fp_rgb colour)
{
    set_colour(p, colour);
    cairo_rectangle(p->cr, r->x, r->y, r->width, r->height);
    cairo_fill(p->cr);
}

/* The same strokes as the SVG's pattern: slanting lines, 6 px apart, on one grid for the whole picture. */
static void hatch(struct painter *p, const struct fp_rect *r)
{
    double bottom = r->y + r->height, first = r->x + r->y;

    cairo_save(p->cr);
    cairo_rectangle(p->cr, r->x, r->y, r->width, r->height);
    cairo_clip(p->cr);
    cairo_set_source_rgba(p->cr, 0, 0, 0, 0.16);
    cairo_set_line_width(p->cr, 1);
    for (double sum = 6 * (double)(int64_t)(first / 6); sum <= r->x + r->width + bottom + 6; sum += 6) {
        cairo_move_to(p->cr, sum - bottom, bottom);
        cairo_line_to(p->cr, sum - r->y, r->y);
    }
    cairo_stroke(p->cr);
    cairo_restore(p->cr);
}

/* With room for marks that stand out of a label's line. */
static bool is_in_band(const struct painter *p, const struct fp_rect *r)
{
    double top = (double)p->band_y / p->scale, bottom = (double)(p->band_y + p->band_height) / p->scale;

    return r->y + r->height > top - FP_ROW_HEIGHT && r->y < bottom + FP_ROW_HEIGHT;
}

static void put_box(struct painter *p, const struct fp_panel *panel, const struct fp_box *box, struct fp_str *label)
{
    const struct fp_picture *picture = p->picture;
    struct fp_rect r = fp_picture_box(picture, panel, box);

    if (!is_in_band(p, &r))
        return;
    fill_rect(p, &r, box->fill);
    if (fp_picture_hatched(picture, box))
        hatch(p, &r);
    if (box->cut) {
        struct fp_rect edge = fp_picture_cut_edge(picture, &r);

        fill_rect(p, &edge, fp_palette_cut());
    }
    fp_picture_label(picture, box, label);
    if (label->len) {
        set_colour(p, fp_palette_label());
        put_text(p, r.x + FP_LABEL_X, r.y + FP_LABEL_Y, label->data, label->len);
    }
}

static void put_head(struct painter *p)
{
    const struct fp_picture *picture = p->picture;

    cairo_set_source_rgb(p->cr, 1, 1, 1);
    cairo_paint(p->cr);
    set_colour(p, fp_palette_label());
    set_font(p, FP_TITLE_SIZE, true);
    put_text(p, picture->graph_x, picture->title_y, picture->title.data, picture->title.len);
    set_font(p, FP_FONT_SIZE, false);
    set_colour(p, fp_palette_subtitle());
    put_text(p, picture->graph_x, picture->subtitle_y, picture->subtitle.data, picture->subtitle.len);
}

static void put_foot(struct painter *p)
{
    const struct fp_picture *picture = p->picture;

    for (size_t i = 0; i < picture->legend_count; i++) {
        const struct fp_legend_entry *entry = &picture->legend[i];

        fill_rect(p, &entry->swatch, entry->fill);
        if (entry->hatched)
            hatch(p, &entry->swatch);
        set_colour(p, fp_palette_note());
        put_text(p, entry->text_x, entry->text_y, entry->text, strlen(entry->text));
    }
    set_colour(p, fp_palette_note());
    for (size_t i = 0; i < picture->note_count; i++)
        put_text(p, picture->graph_x, picture->notes_y + (double)i * FP_ROW_HEIGHT, picture->notes[i].data,
                 picture->notes[i].len);
}

static void put_panel(struct painter *p, const struct fp_panel *panel, struct fp_str *label)
{
    set_colour(p, fp_palette_note());
    put_text(p, p->picture->graph_x, panel->heading_y, panel->heading.data, panel->heading.len);
    /* the next label would forget that this one failed */
    for (size_t i = 0; i < panel->layout.count && fp_str_ok(label); i++)
        put_box(p, panel, &panel->layout.boxes[i], label);
}

/* The whole picture, of which the surface shows the band. */
static int paint_band(struct painter *p, struct fp_str *label, struct fp_error *err)
{
    int rc;

    /* whole device pixels: every band is painted as the whole would be */
    cairo_save(p->cr);
    cairo_translate(p->cr, 0, -(double)p->band_y / p->scale);
    put_head(p);
    for (size_t i = 0; i < p->picture->panel_count && fp_str_ok(label); i++)
        put_panel(p, &p->picture->panels[i], label);
    put_foot(p);
    cairo_restore(p->cr);
    cairo_surface_flush(p->surface);
    rc = fp_str_status(label, "a label", err);
    if (rc == FP_OK && cairo_status(p->cr) != CAIRO_STATUS_SUCCESS)
        rc = fp_error_set(err, FP_ENOMEM, "cairo: %s", cairo_status_to_string(cairo_status(p->cr)));
    return rc;
}

static int paint(struct painter *p, struct fp_out *out, struct fp_error *err)
{
    size_t stride = (size_t)cairo_image_surface_get_stride(p->surface);
    struct fp_png_rows rows;
    struct fp_str label;
    int rc = fp_png_rows_begin(&rows, out, p->width, p->height, err), ended;

    fp_str_init(&label, 2 * FP_LIMIT_NAME); /* cells with all their marks */
    for (p->band_y = 0; rc == FP_OK && p->band_y < p->height; p->band_y += p->band_height) {
        uint32_t left = p->height - p->band_y;

        rc = paint_band(p, &label, err);
        if (rc == FP_OK)
            rc = fp_png_rows_put(&rows, cairo_image_surface_get_data(p->surface), stride,
                                 left < p->band_height ? left : p->band_height, err);
    }
    fp_str_release(&label);
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
