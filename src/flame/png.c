#include "flame/png.h"

#include <cairo.h>
#include <errno.h>
#include <fcntl.h>
#include <pango/pangocairo.h>
#include <string.h>
#include <unistd.h>

#include "base/limits.h"
#include "base/out.h"

struct painter {
    const struct fp_picture *picture;
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

    p->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)p->picture->width * p->scale,
                                            (int)p->picture->height * p->scale);
    p->cr = cairo_create(p->surface);
    if (cairo_status(p->cr) != CAIRO_STATUS_SUCCESS)
        return fp_error_set(err, FP_ENOMEM, "cairo cannot make an image of %u × %u px: %s",
                            p->picture->width * (unsigned)p->scale, p->picture->height * (unsigned)p->scale,
                            cairo_status_to_string(cairo_status(p->cr)));
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

static void put_box(struct painter *p, const struct fp_box *box, struct fp_str *label)
{
    const struct fp_picture *picture = p->picture;
    struct fp_rect r = fp_picture_box(picture, box);

    fill_rect(p, &r, fp_palette_frame(fp_tree_kind(picture->tree, box->node), fp_tree_name(picture->tree, box->node)));
    if (fp_picture_hatched(picture, box))
        hatch(p, &r);
    if (box->cut) {
        struct fp_rect edge = { r.x, picture->icicle ? r.y + r.height - 3 : r.y, r.width, 3 };

        fill_rect(p, &edge, (struct fp_rgb){ 0xb0, 0x00, 0x20 });
    }
    fp_picture_label(picture, box, label);
    if (label->len) {
        set_colour(p, fp_palette_label());
        put_text(p, r.x + 3, r.y + 11.5, label->data, label->len);
    }
}

static void put_head(struct painter *p)
{
    const struct fp_picture *picture = p->picture;

    cairo_set_source_rgb(p->cr, 1, 1, 1);
    cairo_paint(p->cr);
    set_colour(p, fp_palette_label());
    set_font(p, 17, true);
    put_text(p, picture->graph_x, 24, picture->title.data, picture->title.len);
    set_font(p, FP_FONT_SIZE, false);
    set_colour(p, (struct fp_rgb){ 0x55, 0x55, 0x55 });
    put_text(p, picture->graph_x, 42, picture->subtitle.data, picture->subtitle.len);
}

static void put_foot(struct painter *p)
{
    const struct fp_picture *picture = p->picture;
    const struct fp_rgb grey = { 0x44, 0x44, 0x44 };

    for (size_t i = 0; i < picture->legend_count; i++) {
        const struct fp_legend_entry *entry = &picture->legend[i];

        fill_rect(p, &entry->swatch, fp_palette_legend(entry->kind));
        if (entry->kind == FP_KIND_UNKNOWN)
            hatch(p, &entry->swatch);
        set_colour(p, grey);
        put_text(p, entry->text_x, entry->text_y, entry->text, strlen(entry->text));
    }
    set_colour(p, grey);
    for (size_t i = 0; i < picture->note_count; i++)
        put_text(p, picture->graph_x, picture->notes_y + (double)i * FP_ROW_HEIGHT, picture->notes[i].data,
                 picture->notes[i].len);
}

static int paint(struct painter *p, struct fp_error *err)
{
    struct fp_str label;
    int rc;

    fp_str_init(&label, 2 * FP_LIMIT_NAME); /* cells with all their marks */
    put_head(p);
    /* the next label would forget that this one failed */
    for (size_t i = 0; i < p->picture->layout.count && fp_str_ok(&label); i++)
        put_box(p, &p->picture->layout.boxes[i], &label);
    put_foot(p);
    rc = fp_str_status(&label, "a label", err);
    fp_str_release(&label);
    if (rc == FP_OK && cairo_status(p->cr) != CAIRO_STATUS_SUCCESS)
        rc = fp_error_set(err, FP_ENOMEM, "cairo: %s", cairo_status_to_string(cairo_status(p->cr)));
    return rc;
}

static cairo_status_t write_block(void *ctx, const unsigned char *bytes, unsigned int n)
{
    fp_out_write(ctx, bytes, n);
    return CAIRO_STATUS_SUCCESS; /* the sink's own verdict is taken at the end */
}

static int write_png(void *ctx, struct fp_out *out, struct fp_error *err)
{
    struct painter *p = ctx;
    cairo_status_t status = cairo_surface_write_to_png_stream(p->surface, write_block, out);

    if (status != CAIRO_STATUS_SUCCESS)
        return fp_error_set(err, FP_ENOMEM, "cannot encode a PNG: %s", cairo_status_to_string(status));
    return FP_OK;
}

int fp_png_write(const struct fp_picture *picture, int scale, const char *path, struct fp_error *err)
{
    struct painter p = { .picture = picture, .scale = scale };
    int rc;

    if (picture->width > FP_LIMIT_PIXELS / (unsigned)scale || picture->height > FP_LIMIT_PIXELS / (unsigned)scale)
        return fp_error_set(err, FP_ELIMIT,
                            "a PNG of %u × %u px: the limit is %d px each way; ask for a smaller width (--width, "
                            "picture.width)", picture->width * (unsigned)scale, picture->height * (unsigned)scale,
                            FP_LIMIT_PIXELS);
    rc = painter_init(&p, err);
    if (rc == FP_OK)
        rc = paint(&p, err);
    if (rc == FP_OK)
        rc = fp_out_file(path, FP_OUT_REPLACE, write_png, &p, err);
    painter_release(&p);
    return rc;
}
