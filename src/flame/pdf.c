#include "flame/pdf.h"

#include <cairo-pdf.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/out.h"
#include "base/str.h"
#include "base/utf8.h"
#include "flame/paint.h"

/* ISO 216, A4, in points of 1/72 inch. */
#define A4_SHORT 595.276
#define A4_LONG 841.89
#define MARGIN 42.0
#define LEFT_WIDTH 92.0 /* of the column of labels and numbers, its gap included */
#define GAP 10.0
#define PARAGRAPH_LINES 4

static const struct {
    double size, before; /* of the font, and room above the line, in points */
    bool bold, left_is_number, one_line;
} styles[] = {
    [FP_PDF_TITLE] = { 15, 0, true, false, true },
    [FP_PDF_FACT] = { 9, 5, false, false, false },
    [FP_PDF_HEAD] = { 11, 14, true, false, true },
    [FP_PDF_ROW] = { 8.5, 2.5, false, true, true },
};

struct writer {
    const struct fp_pdf *pdf;
    struct fp_out *out;
    cairo_surface_t *surface;
    cairo_t *cr;
    struct fp_paint paint;
    struct fp_str text; /* the one at hand, cleaned */
    double y; /* of the upper edge of the next line */
};

static cairo_status_t write_bytes(void *ctx, const unsigned char *bytes, unsigned n)
{
    struct writer *w = ctx;

    fp_out_write(w->out, bytes, n); /* a failure sticks to the sink, which gives the verdict */
    return CAIRO_STATUS_SUCCESS;
}

/* cairo takes a text with a non-character for one that is not UTF-8, and gives the document up. */
static const char *clean(struct writer *w, const char *text)
{
    size_t n = strlen(text), step;
    char bytes[4];

    fp_str_clear(&w->text);
    for (size_t at = 0; at < n; at += step) {
        uint32_t code;

        step = fp_utf8_decode(text + at, n - at, &code);
        if (code < ' ' || (code & 0xFFFE) == 0xFFFE || (code >= 0xFDD0 && code <= 0xFDEF))
            code = 0xFFFD;
        fp_str_append(&w->text, bytes, fp_utf8_encode(code, bytes));
    }
    return w->text.data;
}

/* One text within `width`; returns its height. */
static double put(struct writer *w, const char *text, double x, double width, enum fp_pdf_style style, bool left)
{
    PangoLayout *layout = w->paint.text;
    bool number = left && styles[style].left_is_number, label = left && !number;
    int height;

    pango_font_description_set_family(w->paint.font,
                                      style == FP_PDF_ROW ? FP_FONT_FAMILIES : "DejaVu Sans, Noto Sans CJK SC, sans-serif");
    fp_paint_font(&w->paint, styles[style].size, styles[style].bold || label);
    pango_layout_set_width(layout, (int)(width * PANGO_SCALE));
    pango_layout_set_alignment(layout, number ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_height(layout, styles[style].one_line || left ? -1 : -PARAGRAPH_LINES);
    pango_layout_set_ellipsize(layout, style == FP_PDF_ROW ? PANGO_ELLIPSIZE_MIDDLE : PANGO_ELLIPSIZE_END);
    pango_layout_set_text(layout, clean(w, text), -1);
    pango_layout_get_size(layout, NULL, &height);
    fp_paint_colour(&w->paint, label ? fp_palette_subtitle() : fp_palette_label());
    cairo_move_to(w->cr, x, w->y);
    if (fp_paint_has_fonts(&w->paint))
        pango_cairo_show_layout(w->cr, layout);
    return (double)height / PANGO_SCALE;
}

static void put_line(struct writer *w, const struct fp_pdf_line *line)
{
    bool columns = line->style == FP_PDF_FACT || line->style == FP_PDF_ROW;
    double x = MARGIN + (columns ? LEFT_WIDTH : 0), height = 0, other;

    w->y += styles[line->style].before;
    if (columns && line->left)
        height = put(w, line->left, MARGIN, LEFT_WIDTH - GAP, line->style, true);
    other = put(w, line->text, x, A4_SHORT - MARGIN - x, line->style, false);
    w->y += other > height ? other : height;
}

#define LAST_LINE 30.0 /* room that is kept for the words below */

static int put_lines(struct writer *w, struct fp_error *err)
{
    int rc = fp_paint_init(&w->paint, w->cr, err);

    if (rc < 0)
        return rc;
    w->y = MARGIN;
    for (size_t i = 0; i < w->pdf->line_count; i++) {
        if (w->y > A4_LONG - MARGIN - LAST_LINE - PARAGRAPH_LINES * 12) {
            put_line(w, &(struct fp_pdf_line){ FP_PDF_FACT, NULL, fp_lang_word(w->pdf->lang, "pdf_no_room") });
            break;
        }
        put_line(w, &w->pdf->lines[i]);
    }
    rc = fp_paint_status(&w->paint, err);
    fp_paint_release(&w->paint);
    cairo_show_page(w->cr);
    return rc;
}

static int put_picture(struct writer *w, struct fp_error *err)
{
    const struct fp_picture *picture = w->pdf->picture;
    double across = (A4_LONG - 2 * MARGIN) / picture->width, down = (A4_SHORT - 2 * MARGIN) / picture->height;
    double scale = across < down ? across : down;
    int rc;

    cairo_pdf_surface_set_size(w->surface, A4_LONG, A4_SHORT);
    cairo_translate(w->cr, (A4_LONG - scale * picture->width) / 2, MARGIN);
    cairo_scale(w->cr, scale, scale);
    rc = fp_paint_init(&w->paint, w->cr, err);
    if (rc == FP_OK) {
        rc = fp_paint_picture(&w->paint, picture, err);
        fp_paint_release(&w->paint);
    }
    cairo_show_page(w->cr);
    return rc;
}

static void put_properties(struct writer *w)
{
    time_t created = (time_t)w->pdf->created;
    char text[sizeof "-2147483648-12-31T23:59:59Z"];
    struct tm tm;

    cairo_pdf_surface_set_metadata(w->surface, CAIRO_PDF_METADATA_TITLE, clean(w, w->pdf->title));
    cairo_pdf_surface_set_metadata(w->surface, CAIRO_PDF_METADATA_CREATOR, w->pdf->creator);
    /* always: without one, cairo asks the clock */
    if (gmtime_r(&created, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
        cairo_pdf_surface_set_metadata(w->surface, CAIRO_PDF_METADATA_CREATE_DATE, text);
}

static int write_pdf(void *ctx, struct fp_out *out, struct fp_error *err)
{
    struct writer w = { .pdf = ctx, .out = out };
    cairo_status_t status;
    int rc;

    fp_str_init(&w.text, FP_LIMIT_TEXT);
    w.surface = cairo_pdf_surface_create_for_stream(write_bytes, &w, A4_SHORT, A4_LONG);
    w.cr = cairo_create(w.surface);
    put_properties(&w);
    rc = put_lines(&w, err);
    if (rc == FP_OK && w.pdf->picture)
        rc = put_picture(&w, err);
    status = cairo_status(w.cr);
    cairo_destroy(w.cr);
    cairo_surface_finish(w.surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(w.surface);
    cairo_surface_destroy(w.surface);
    if (rc == FP_OK)
        rc = fp_str_status(&w.text, "a text of the PDF", err);
    fp_str_release(&w.text);
    if (rc == FP_OK && status != CAIRO_STATUS_SUCCESS)
        rc = fp_error_set(err, FP_ENOMEM, "cairo cannot make a PDF: %s", cairo_status_to_string(status));
    return rc;
}

int fp_pdf_write(const struct fp_pdf *pdf, const char *path, struct fp_error *err)
{
    return fp_out_file(path, FP_OUT_REPLACE, write_pdf, (void *)(uintptr_t)pdf, err);
}
