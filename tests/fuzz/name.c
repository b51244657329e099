/*
 * Names on their way to a page: any bytes, mended, escaped for each context and drawn. GLib's parser of markup is the
 * judge of what is well-formed. Names of more than one frame are parted by ';'.
 */
#include <glib.h>

#include "base/escape.h"
#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"
#include "codec/raw_name.h"
#include "flame/svg.h"
#include "fuzz.h"
#include "publish/sitepath.h"

/* What the parser found, put together again. */
struct found {
    struct fp_str text, attribute;
};

static void on_start(GMarkupParseContext *context, const char *element, const char **names, const char **values,
                     void *ctx, GError **error)
{
    struct found *found = ctx;

    (void)context;
    (void)error;
    FUZZ_CHECK(!found || (strcmp(element, "p") == 0 && names[0] && !names[1]));
    if (found)
        fp_str_puts(&found->attribute, values[0]);
}

static void on_text(GMarkupParseContext *context, const char *text, gsize n, void *ctx, GError **error)
{
    (void)context;
    (void)error;
    if (ctx)
        fp_str_append(&((struct found *)ctx)->text, text, n);
}

static void check_markup(const struct fp_str *markup, struct found *found)
{
    static const GMarkupParser parser = { .start_element = on_start, .text = on_text };
    GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, found, NULL);
    GError *error = NULL;
    bool good = g_markup_parse_context_parse(context, markup->data, (gssize)markup->len, &error) &&
                g_markup_parse_context_end_parse(context, &error);

    if (!good)
        fprintf(stderr, "%s\n%.*s\n", error->message, (int)markup->len, markup->data);
    FUZZ_CHECK(good && !memchr(markup->data, 0, markup->len));
    g_markup_parse_context_free(context);
}

static void escaped(struct fp_out *out, struct fp_str *to, void (*escape)(struct fp_out *, const char *, size_t),
                    struct fp_slice name)
{
    fp_str_clear(to);
    fp_out_to_str(out, to);
    escape(out, name.data, name.len);
    FUZZ_CHECK(fp_out_finish(out, NULL) == FP_OK);
}

/* As text and as an attribute, of XML as of HTML: one element, one attribute, nothing else; and what is plain stays. */
static void check_xml(struct fp_out *out, struct fp_slice name)
{
    struct found found;
    struct fp_str markup, text;

    fp_str_init(&markup, SIZE_MAX / 2);
    fp_str_init(&text, SIZE_MAX / 2);
    fp_str_init(&found.text, SIZE_MAX / 2);
    fp_str_init(&found.attribute, SIZE_MAX / 2);
    escaped(out, &text, fp_escape_xml, name);
    fp_str_puts(&markup, "<p title=\"");
    fp_str_append(&markup, text.data, text.len);
    fp_str_puts(&markup, "\">");
    fp_str_append(&markup, text.data, text.len);
    fp_str_puts(&markup, "</p>");
    check_markup(&markup, &found);
    FUZZ_CHECK(fp_slice_equal(fp_str_slice(&found.text), fp_str_slice(&found.attribute)));
    fp_str_clear(&markup);
    escaped(out, &text, fp_escape_xml_text, name);
    fp_str_puts(&markup, "<b>");
    fp_str_append(&markup, text.data, text.len);
    fp_str_puts(&markup, "</b>");
    check_markup(&markup, NULL);
    fp_str_release(&markup);
    fp_str_release(&text);
    fp_str_release(&found.text);
    fp_str_release(&found.attribute);
}

/* A URL, a directory, a code span: each of its own alphabet. */
static void check_others(struct fp_out *out, struct fp_slice name)
{
    struct fp_str text;

    fp_str_init(&text, SIZE_MAX / 2);
    escaped(out, &text, fp_escape_url, name);
    for (size_t i = 0; i < text.len; i++)
        FUZZ_CHECK(g_ascii_isalnum(text.data[i]) || strchr("-._~%", text.data[i]));
    fp_str_clear(&text);
    fp_sitepath_component(&text, name);
    FUZZ_CHECK(fp_str_ok(&text) && text.len > 0 && text.len <= FP_LIMIT_PATH_COMPONENT + 18 && text.data[0] != '.');
    for (size_t i = 0; i < text.len; i++)
        FUZZ_CHECK(g_ascii_isalnum(text.data[i]) || strchr("-._%", text.data[i]));
    FUZZ_CHECK(fp_sitepath_is_below(text.data));
    escaped(out, &text, fp_escape_markdown_code, name);
    FUZZ_CHECK(fp_utf8_valid_prefix(text.data, text.len) == text.len);
    for (size_t i = 0; i < text.len; i++)
        FUZZ_CHECK((unsigned char)text.data[i] >= 0x20 && text.data[i] != 0x7F);
    fp_str_release(&text);
}

/* All names in one stack, each its own box. */
static void build(struct fp_slice all, struct fp_tree *ret_tree)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_raw_name scratch;
    struct fp_builder builder;
    uint32_t node = 0, id;

    fp_raw_name_init(&scratch);
    fp_builder_init(&builder);
    FUZZ_CHECK(fp_builder_root(&builder, fp_slice_of("<app>"), FP_KIND_PROCESS, &err) == FP_OK);
    while (all.len) {
        const char *end = memchr(all.data, ';', all.len);
        struct fp_slice name = { all.data, end ? (size_t)(end - all.data) : all.len };
        bool mended = false;
        size_t used = name.len + (end != NULL);

        FUZZ_CHECK(fp_raw_name_of(&scratch, name, &name, &mended, &err) == FP_OK);
        FUZZ_CHECK(name.len <= FP_LIMIT_NAME && fp_utf8_valid_prefix(name.data, name.len) == name.len);
        FUZZ_CHECK(fp_names_intern(&builder.names, name, fp_frame_kind_of_name(name), &id, &err) == FP_OK);
        FUZZ_CHECK(fp_builder_child(&builder, node, id, &node, &err) == FP_OK);
        all = (struct fp_slice){ all.data + used, all.len - used };
    }
    FUZZ_CHECK(fp_builder_add(&builder, node, 10, &err) == FP_OK);
    FUZZ_CHECK(fp_tree_freeze(ret_tree, &builder, false, &err) == FP_OK);
    fp_raw_name_release(&scratch);
}

static void check_picture(struct fp_out *out, struct fp_slice all, bool scripted)
{
    struct fp_picture_options options = { .width = FP_PICTURE_WIDTH, .min_width = FP_PICTURE_MIN_WIDTH,
                                          .subtitle = "", .unit = FP_UNIT_MICROSECONDS };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_picture picture;
    struct fp_tree tree;
    struct fp_str svg, title;

    fp_str_init(&title, SIZE_MAX / 2);
    fp_utf8_mend(&title, all.data, all.len); /* texts of the configuration are UTF-8 without NUL */
    for (size_t i = 0; i < title.len; i++)
        title.data[i] = title.data[i] ? title.data[i] : '0';
    options.title = title.len ? title.data : "";
    options.script = scripted ? "if (1 < 2 && 'a') f(\"'\");\n" : NULL;
    build(all, &tree);
    fp_str_init(&svg, FP_LIMIT_SVG);
    fp_out_to_str(out, &svg);
    FUZZ_CHECK(fp_picture_make(&picture, &tree, &options, &err) == FP_OK);
    FUZZ_CHECK(fp_svg_write(&picture, out, &err) == FP_OK && fp_out_finish(out, &err) == FP_OK);
    check_markup(&svg, NULL);
    fp_picture_release(&picture);
    fp_tree_release(&tree);
    fp_str_release(&svg);
    fp_str_release(&title);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_slice all = { (const char *)data, size };
    struct fp_out *out = malloc(sizeof *out);

    FUZZ_CHECK(out);
    check_xml(out, all);
    check_others(out, all);
    check_picture(out, all, size % 2);
    free(out);
    return 0;
}
