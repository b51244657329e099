#include "flame/paint.h"

#include <string.h>

#include "base/limits.h"

int fp_paint_init(struct fp_paint *p, cairo_t *cr, struct fp_error *err)
{
    cairo_font_options_t *options;
    PangoContext *context;

    *p = (struct fp_paint){ .cr = cr, .top = -1e9, .bottom = 1e9 };
    if (cairo_status(cr) != CAIRO_STATUS_SUCCESS)
        return fp_error_set(err, FP_ENOMEM, "cairo: %s", cairo_status_to_string(cairo_status(cr)));
    p->text = pango_cairo_create_layout(cr);
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

void fp_paint_release(struct fp_paint *p)
{
    if (p->text)
        g_object_unref(p->text);
    if (p->font)
        pango_font_description_free(p->font);
}

bool fp_paint_shows(const struct fp_lang *lang)
{
    struct fp_paint p;
    cairo_surface_t *surface;
    cairo_t *cr;
    bool shows;

    if (!lang || lang == &fp_langs[0])
        return true;
    surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
    cr = cairo_create(surface);
    shows = fp_paint_init(&p, cr, NULL) == FP_OK;
    if (shows)
        fp_paint_font(&p, FP_FONT_SIZE, false);
    for (size_t i = 0; shows && i < lang->count; i++) {
        pango_layout_set_text(p.text, lang->words[i].text, -1);
        shows = pango_layout_get_unknown_glyphs_count(p.text) == 0;
    }
    fp_paint_release(&p);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    return shows;
}

void fp_paint_font(struct fp_paint *p, double size, bool bold)
{
    pango_font_description_set_absolute_size(p->font, size * PANGO_SCALE);
    pango_font_description_set_weight(p->font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(p->text, p->font);
    /* a font that cairo has open, and the shaper has not, has no letter at all */
    pango_layout_set_text(p->text, "m", 1);
    p->fontless = p->fontless || pango_layout_get_unknown_glyphs_count(p->text) > 0;
    for (const GSList *run = pango_layout_get_line_readonly(p->text, 0)->runs; run; run = run->next)
        p->fontless |= ((const PangoLayoutRun *)run->data)->glyphs->glyphs[0].glyph == 0;
}

void fp_paint_colour(struct fp_paint *p, struct fp_rgb c)
{
    cairo_set_source_rgb(p->cr, c.r / 255.0, c.g / 255.0, c.b / 255.0);
}

static bool can_open(PangoFont *font)
{
    cairo_scaled_font_t *scaled = font ? pango_cairo_font_get_scaled_font(PANGO_CAIRO_FONT(font)) : NULL;

    return scaled && cairo_scaled_font_status(scaled) == CAIRO_STATUS_SUCCESS;
}

bool fp_paint_has_fonts(struct fp_paint *p)
{
    for (const GSList *line = pango_layout_get_lines_readonly(p->text); line && !p->fontless; line = line->next)
        for (const GSList *run = ((const PangoLayoutLine *)line->data)->runs; run && !p->fontless; run = run->next)
            p->fontless = !can_open(((const PangoLayoutRun *)run->data)->item->analysis.font);
    return !p->fontless;
}

int fp_paint_status(const struct fp_paint *p, struct fp_error *err)
{
    if (p->fontless)
        return fp_error_set(err, FP_ENOTFOUND,
                            "a font for the text of the picture cannot be opened (%s): allow more open files (ulimit -n), "
                            "or install one of these", FP_FONT_FAMILIES);
    if (cairo_status(p->cr) != CAIRO_STATUS_SUCCESS)
        return fp_error_set(err, FP_ENOMEM, "cairo: %s", cairo_status_to_string(cairo_status(p->cr)));
    return FP_OK;
}

/* Text with its baseline at (x, y). */
void fp_paint_text(struct fp_paint *p, double x, double y, const char *text, size_t n)
{
    pango_layout_set_text(p->text, text, (int)n);
    if (!fp_paint_has_fonts(p))
        return;
    cairo_move_to(p->cr, x, y - pango_layout_get_baseline(p->text) / (double)PANGO_SCALE);
    pango_cairo_show_layout(p->cr, p->text);
}

static void fill_rect(struct fp_paint *p, const struct fp_rect *r, struct fp_rgb colour)
{
    bool done;

    if (p->pixels) {
        cairo_surface_flush(cairo_get_target(p->cr));
        done = fp_pixels_fill(p->pixels, r, p->top, colour);
        cairo_surface_mark_dirty(cairo_get_target(p->cr));
        if (done)
            return;
    }
    fp_paint_colour(p, colour);
    cairo_rectangle(p->cr, r->x, r->y, r->width, r->height);
    cairo_fill(p->cr);
}

/* The same strokes as the SVG's pattern: slanting lines, 6 px apart, on one grid for the whole picture. */
static void hatch(struct fp_paint *p, const struct fp_rect *r)
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
static bool is_shown(const struct fp_paint *p, const struct fp_rect *r)
{
    return r->y + r->height > p->top - FP_ROW_HEIGHT && r->y < p->bottom + FP_ROW_HEIGHT;
}

static void put_box(struct fp_paint *p, const struct fp_picture *picture, const struct fp_panel *panel, const struct fp_box *box, struct fp_str *label)
{
    struct fp_rect r = fp_picture_box(picture, panel, box);

    if (!is_shown(p, &r))
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
        fp_paint_colour(p, fp_palette_label());
        fp_paint_text(p, r.x + FP_LABEL_X, r.y + FP_LABEL_Y, label->data, label->len);
    }
}

static void put_head(struct fp_paint *p, const struct fp_picture *picture)
{
    cairo_set_source_rgb(p->cr, 1, 1, 1);
    cairo_paint(p->cr);
    fp_paint_colour(p, fp_palette_label());
    fp_paint_font(p, FP_TITLE_SIZE, true);
    fp_paint_text(p, picture->graph_x, picture->title_y, picture->title.data, picture->title.len);
    fp_paint_font(p, FP_FONT_SIZE, false);
    fp_paint_colour(p, fp_palette_subtitle());
    fp_paint_text(p, picture->graph_x, picture->subtitle_y, picture->subtitle.data, picture->subtitle.len);
}

static void put_foot(struct fp_paint *p, const struct fp_picture *picture)
{
    for (size_t i = 0; i < picture->legend_count; i++) {
        const struct fp_legend_entry *entry = &picture->legend[i];

        fill_rect(p, &entry->swatch, entry->fill);
        if (entry->hatched)
            hatch(p, &entry->swatch);
        fp_paint_colour(p, fp_palette_note());
        fp_paint_text(p, entry->text_x, entry->text_y, entry->text, strlen(entry->text));
    }
    fp_paint_colour(p, fp_palette_note());
    for (size_t i = 0; i < picture->note_count; i++)
        fp_paint_text(p, picture->graph_x, picture->notes_y + (double)i * FP_ROW_HEIGHT, picture->notes[i].data,
                 picture->notes[i].len);
}

static void put_panel(struct fp_paint *p, const struct fp_picture *picture, const struct fp_panel *panel,
                      struct fp_str *label)
{
    fp_paint_colour(p, fp_palette_note());
    fp_paint_text(p, picture->graph_x, panel->heading_y, panel->heading.data, panel->heading.len);
    /* the next label would forget that this one failed */
    for (size_t i = 0; i < panel->layout.count && fp_str_ok(label); i++)
        put_box(p, picture, panel, &panel->layout.boxes[i], label);
}

int fp_paint_picture(struct fp_paint *p, const struct fp_picture *picture, struct fp_error *err)
{
    struct fp_str label;
    int rc;

    fp_str_init(&label, 2 * FP_LIMIT_NAME); /* cells with all their marks */
    put_head(p, picture);
    for (size_t i = 0; i < picture->panel_count && fp_str_ok(&label); i++)
        put_panel(p, picture, &picture->panels[i], &label);
    put_foot(p, picture);
    rc = fp_str_status(&label, "a label", err);
    fp_str_release(&label);
    return rc == FP_OK ? fp_paint_status(p, err) : rc;
}
