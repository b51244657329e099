#include "flame/svg.h"

#include <inttypes.h>
#include <string.h>

#include "base/escape.h"
#include "base/limits.h"
#include "profile/node_id.h"

static void put_number(struct fp_out *out, const char *name, double value)
{
    fp_out_putc(out, ' ');
    fp_out_puts(out, name);
    fp_out_write(out, "=\"", 2);
    fp_out_decimal(out, value, 2);
    fp_out_putc(out, '"');
}

static void put_rect(struct fp_out *out, const struct fp_rect *r, const char *fill)
{
    fp_out_puts(out, "<rect");
    put_number(out, "x", r->x);
    put_number(out, "y", r->y);
    put_number(out, "width", r->width);
    put_number(out, "height", r->height);
    fp_out_puts(out, " fill=\"");
    fp_out_puts(out, fill);
    fp_out_puts(out, "\"/>");
}

static void put_colour(struct fp_out *out, struct fp_rgb colour)
{
    char hex[FP_RGB_HEX];

    fp_out_puts(out, " fill=\"");
    fp_out_puts(out, fp_rgb_hex(colour, hex));
    fp_out_putc(out, '"');
}

static void begin_text(struct fp_out *out, double x, double y)
{
    fp_out_puts(out, "<text");
    put_number(out, "x", x);
    put_number(out, "y", y);
}

/* Attributes may stand between. */
static void end_text(struct fp_out *out, struct fp_slice text)
{
    fp_out_putc(out, '>');
    fp_escape_xml(out, text.data, text.len);
    fp_out_puts(out, "</text>");
}

static void put_text(struct fp_out *out, double x, double y, struct fp_slice text)
{
    begin_text(out, x, y);
    end_text(out, text);
}

/* What boxes use one after the other. */
struct scratch {
    struct fp_str label, tooltip;
    struct fp_node_ids ids, before_ids; /* the second of a difference, for frames that are gone */
    int rc;                             /* of finding ids */
    struct fp_error *err;
};

static void init_scratch(struct scratch *scratch, const struct fp_picture *p, struct fp_error *err)
{
    *scratch = (struct scratch){ .err = err };
    fp_str_init(&scratch->label, 2 * FP_LIMIT_NAME); /* cells with all their marks */
    fp_str_init(&scratch->tooltip, 2 * FP_LIMIT_NAME);
    fp_node_ids_init(&scratch->ids, p->after ? p->after : p->tree);
    fp_node_ids_init(&scratch->before_ids, p->before ? p->before : p->tree);
}

static void release_scratch(struct scratch *scratch)
{
    fp_node_ids_release(&scratch->before_ids);
    fp_node_ids_release(&scratch->ids);
    fp_str_release(&scratch->tooltip);
    fp_str_release(&scratch->label);
}

/* The id that the node has in its own profile: the newer one where it is there. */
static int find_id(const struct fp_picture *p, uint32_t node, struct scratch *scratch, char ret_text[FP_NODE_ID_TEXT])
{
    const struct fp_pair *pair = p->pair;
    unsigned char uuid[FP_NODE_ID_BYTES];
    struct fp_node_ids *ids = &scratch->ids;
    int rc;

    if (pair && p->after && pair->after_node[node] != FP_NO_NODE) {
        node = pair->after_node[node];
    } else if (pair && p->before && pair->after_node[node] == FP_NO_NODE) {
        ids = &scratch->before_ids;
        node = pair->before_node[node];
    }
    rc = fp_node_ids_get(ids, node, uuid, scratch->err);
    if (rc == FP_OK)
        fp_node_id_format(ret_text, uuid);
    return rc;
}

/* What the script knows of a box. */
static void put_frame(const struct fp_picture *p, const struct fp_panel *panel, const struct fp_box *box,
                      struct scratch *scratch, struct fp_out *out)
{
    char id[FP_NODE_ID_TEXT];

    if (scratch->rc == FP_OK)
        scratch->rc = find_id(p, box->node, scratch, id);
    if (scratch->rc < 0)
        return;
    fp_out_puts(out, " data-frame=\"");
    fp_out_puts(out, id);
    fp_out_putc(out, ' ');
    fp_out_i64(out, box->offset);
    fp_out_putc(out, ' ');
    fp_out_i64(out, panel->total[box->node]);
    fp_out_putc(out, '"');
}

static void put_tooltip(const struct fp_picture *p, const struct fp_panel *panel, const struct fp_box *box,
                        struct fp_str *text, struct fp_out *out)
{
    struct fp_slice name = fp_picture_name(p, box->node);

    fp_picture_tooltip(p, panel, box, text);
    fp_out_puts(out, "<title>");
    fp_escape_xml(out, name.data, name.len);
    fp_out_putc(out, '\n');
    fp_escape_xml_text(out, text->data, text->len);
    fp_out_puts(out, "</title>");
}

static void put_box(const struct fp_picture *p, const struct fp_panel *panel, const struct fp_box *box,
                    struct scratch *scratch, struct fp_out *out)
{
    struct fp_rect r = fp_picture_box(p, panel, box);
    const char *id = fp_picture_id(p, panel, box);
    char fill[FP_RGB_HEX];

    fp_out_puts(out, "<g");
    if (id) {
        fp_out_puts(out, " id=\"node=");
        fp_out_puts(out, id);
        fp_out_putc(out, '"');
    }
    if (p->script)
        put_frame(p, panel, box, scratch, out);
    fp_out_putc(out, '>');
    put_tooltip(p, panel, box, &scratch->tooltip, out);
    put_rect(out, &r, fp_rgb_hex(box->fill, fill));
    if (fp_picture_hatched(p, box))
        put_rect(out, &r, "url(#hatch)");
    if (box->cut) {
        struct fp_rect edge = fp_picture_cut_edge(p, &r);

        put_rect(out, &edge, fp_rgb_hex(fp_palette_cut(), fill));
    }
    fp_picture_label(p, box, &scratch->label);
    if (scratch->label.len)
        put_text(out, r.x + FP_LABEL_X, r.y + FP_LABEL_Y, fp_str_slice(&scratch->label));
    fp_out_puts(out, "</g>\n");
}

/* The language where it is not English, and what the script says. */
static void put_words(const struct fp_picture *p, struct fp_out *out)
{
    static const char *const words[] = { "svg_help", "svg_search", "svg_search_hint", "svg_search_title", "svg_reset",
                                         "svg_matched", "svg_at_least", "svg_two", "svg_hidden", "svg_wrong",
                                         "svg_not_drawn" };

    if (p->lang && p->lang != &fp_langs[0]) {
        fp_out_puts(out, " xml:lang=\"");
        fp_out_puts(out, p->lang->tag);
        fp_out_putc(out, '"');
    }
    if (!p->script)
        return;
    fp_out_puts(out, " data-words=\"");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *word = fp_lang_word(p->lang, words[i]);

        if (i)
            fp_out_putc(out, '|');
        fp_escape_xml(out, word, strlen(word));
    }
    fp_out_putc(out, '"');
}

static void put_head(const struct fp_picture *p, struct fp_out *out)
{
    fp_out_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" version=\"1.1\" role=\"img\" width=\"");
    fp_out_u64(out, p->width);
    fp_out_puts(out, "\" height=\"");
    fp_out_u64(out, p->height);
    fp_out_puts(out, "\" viewBox=\"0 0 ");
    fp_out_u64(out, p->width);
    fp_out_putc(out, ' ');
    fp_out_u64(out, p->height);
    fp_out_puts(out, "\" font-family=\"" FP_FONT_FAMILIES "\" font-size=\"");
    fp_out_u64(out, FP_FONT_SIZE);
    fp_out_putc(out, '"');
    put_colour(out, fp_palette_label());
    put_words(p, out);
    fp_out_puts(out, " xml:space=\"preserve\">\n<title>");
    fp_escape_xml(out, p->title.data, p->title.len);
    fp_out_puts(out, "</title>\n"
                     "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\">"
                     "<path d=\"M-1 1l2-2M0 6l6-6M5 7l2-2\" stroke=\"#000\" stroke-opacity=\"0.16\" fill=\"none\"/>"
                     "</pattern></defs>\n"
                     "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n");
    begin_text(out, p->graph_x, p->title_y);
    fp_out_puts(out, " font-size=\"");
    fp_out_u64(out, FP_TITLE_SIZE);
    fp_out_puts(out, "\" font-weight=\"bold\"");
    end_text(out, fp_str_slice(&p->title));
    fp_out_putc(out, '\n');
    begin_text(out, p->graph_x, p->subtitle_y);
    put_colour(out, fp_palette_subtitle());
    if (p->script)
        fp_out_puts(out, " data-details=\"\"");
    end_text(out, fp_str_slice(&p->subtitle));
    fp_out_putc(out, '\n');
}

static void put_foot(const struct fp_picture *p, struct fp_out *out)
{
    char fill[FP_RGB_HEX];

    fp_out_puts(out, "<g");
    put_colour(out, fp_palette_note());
    fp_out_puts(out, ">\n");
    for (size_t i = 0; i < p->legend_count; i++) {
        const struct fp_legend_entry *entry = &p->legend[i];

        put_rect(out, &entry->swatch, fp_rgb_hex(entry->fill, fill));
        if (entry->hatched)
            put_rect(out, &entry->swatch, "url(#hatch)");
        put_text(out, entry->text_x, entry->text_y, fp_slice_of(entry->text));
        fp_out_putc(out, '\n');
    }
    for (size_t i = 0; i < p->note_count; i++) {
        put_text(out, p->graph_x, p->notes_y + (double)i * FP_ROW_HEIGHT, fp_str_slice(&p->notes[i]));
        fp_out_putc(out, '\n');
    }
    fp_out_puts(out, "</g>\n");
    if (p->script) {
        /* nothing between the marks but the script: its hash is that of the file */
        fp_out_puts(out, "<script><![CDATA[");
        fp_out_puts(out, p->script);
        fp_out_puts(out, "]]></script>\n");
    }
    fp_out_puts(out, "</svg>\n");
}

static bool goes_on(const struct scratch *scratch, const struct fp_out *out, uint64_t before)
{
    /* the next box would forget that this one failed */
    return fp_str_ok(&scratch->label) && fp_str_ok(&scratch->tooltip) && scratch->rc == FP_OK &&
           out->written - before <= FP_LIMIT_SVG;
}

static void put_panel(const struct fp_picture *p, const struct fp_panel *panel, struct scratch *scratch,
                      uint64_t before, struct fp_out *out)
{
    if (panel->heading.len) {
        begin_text(out, p->graph_x, panel->heading_y);
        put_colour(out, fp_palette_note());
        end_text(out, fp_str_slice(&panel->heading));
        fp_out_putc(out, '\n');
    }
    fp_out_puts(out, "<g");
    if (p->script) {
        fp_out_puts(out, " data-whole=\"");
        fp_out_i64(out, panel->whole);
        fp_out_puts(out, "\" data-hidden=\"");
        fp_out_u64(out, (uint64_t)panel->layout.narrow_nodes + panel->layout.deep_nodes);
        fp_out_putc(out, '"');
    }
    fp_out_puts(out, ">\n");
    for (size_t i = 0; i < panel->layout.count && goes_on(scratch, out, before); i++)
        put_box(p, panel, &panel->layout.boxes[i], scratch, out);
    fp_out_puts(out, "</g>\n");
}

int fp_svg_write(const struct fp_picture *picture, struct fp_out *out, struct fp_error *err)
{
    uint64_t before = out->written;
    struct scratch scratch;
    int rc;

    init_scratch(&scratch, picture, err);
    put_head(picture, out);
    for (size_t i = 0; i < picture->panel_count && goes_on(&scratch, out, before); i++)
        put_panel(picture, &picture->panels[i], &scratch, before, out);
    put_foot(picture, out);
    rc = scratch.rc;
    if (rc == FP_OK)
        rc = fp_str_status(&scratch.label, "a label", err);
    if (rc == FP_OK)
        rc = fp_str_status(&scratch.tooltip, "a tooltip", err);
    if (rc == FP_OK && out->written - before > FP_LIMIT_SVG)
        rc = fp_error_set(err, FP_ELIMIT, "the SVG would be larger than %" PRIu64 " bytes: ask for a larger min_width",
                          FP_LIMIT_SVG);
    release_scratch(&scratch);
    return rc;
}
