#include "report/single.h"

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/limits.h"
#include "base/sha256.h"

/* "data:image/svg+xml;base64,…"; NULL without memory. */
static json_t *data_url(struct fp_slice bytes)
{
    static const char head[] = "data:image/svg+xml;base64,";
    char *text = malloc(sizeof head + FP_BASE64_SIZE(bytes.len));
    json_t *url;

    if (!text)
        return NULL;
    memcpy(text, head, sizeof head);
    fp_base64(bytes.data, bytes.len, text + sizeof head - 1);
    url = json_string_nocheck(text); /* ASCII */
    free(text);
    return url;
}

int fp_single_summary(const struct fp_single *single, const json_t *summary, json_t **ret_summary, struct fp_error *err)
{
    struct fp_model model = FP_MODEL_INIT;
    json_t *copy = json_copy((json_t *)(uintptr_t)summary), *baseline = json_object_get(summary, "baseline");
    json_t *files = json_object();

    /* names that the view needs to see that there is a picture; fp_single_put has it in their place. Not diff_svg: its
     * frames would be linked */
    if (single->svg.len)
        fp_model_put(&model, files, "svg", fp_model_text("in this file"));
    if (single->diff.len)
        fp_model_put(&model, files, "diff_png", fp_model_text("in this file"));
    fp_model_put(&model, copy, "files", files);
    if (json_is_object(baseline)) {
        json_t *alone = json_copy(baseline);

        fp_model_put(&model, alone, "path", json_null());
        fp_model_put(&model, copy, "baseline", alone);
    }
    return fp_model_finish(&model, copy, ret_summary, err);
}

/* A page's parser would end the element at a "</style", turns line ends into others, and what is hashed must be what it
 * reads. "&" and "<" would also keep the page from being XML. */
static int check_style(struct fp_slice style, struct fp_error *err)
{
    for (size_t i = 0; i < style.len; i++)
        if (strchr("<&\r", style.data[i])) /* NUL, too */
            return fp_error_set(err, FP_EINVAL,
                                "style.css: byte %zu: in a page of one file the style sheet stands within the page, so it "
                                "may have neither '<', '&', NUL nor carriage returns: take it out", i);
    return FP_OK;
}

/* An HTML parser reads the text as it is, up to "</script"; one of XML reads CDATA, which to the script is a comment. */
static int put_script(struct fp_model *model, json_t *to, struct fp_slice script, struct fp_error *err)
{
    static const char *const wrong[] = { "</script", "<!--", "]]>", "\r" };
    struct fp_str text;
    char source[FP_SHA256_SOURCE];
    int rc = FP_OK;

    fp_str_init(&text, FP_LIMIT_ASSET);
    fp_str_puts(&text, "//<![CDATA[\n");
    fp_str_append(&text, script.data, script.len);
    fp_str_puts(&text, "//]]>\n");
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong && rc == FP_OK; i++)
        if (memchr(script.data, 0, script.len) || memmem(script.data, script.len, wrong[i], strlen(wrong[i])))
            rc = fp_error_set(err, FP_EINVAL,
                              "page.js: in a page of one file the script stands within the page, so it may have neither "
                              "\"</script\", \"<!--\", \"]]>\", NUL nor carriage returns: take it out");
    if (rc == FP_OK)
        rc = fp_str_status(&text, "a script within a page", err);
    if (rc == FP_OK) {
        const json_t *put;

        fp_model_put(model, to, "page_text", fp_model_slice(fp_str_slice(&text)));
        put = json_object_get(to, "page_text"); /* as it is in the page: bytes that are no UTF-8 have been mended */
        fp_sha256_source(json_string_value(put), json_string_length(put), source);
        fp_model_put(model, to, "page_source", fp_model_text(source));
    }
    fp_str_release(&text);
    return rc;
}

static void drop_downloads(json_t *view)
{
    json_t *sections = json_object_get(view, "sections");

    for (size_t i = json_array_size(sections); i-- > 0;)
        if (strcmp(fp_model_get_text(json_array_get(sections, i), "id"), "downloads") == 0)
            json_array_remove(sections, i);
}

int fp_single_put(const struct fp_single *single, const struct fp_single_assets *assets, struct fp_model *model,
                  json_t *view, struct fp_error *err)
{
    json_t *text = fp_model_slice(assets->style), *to;
    char source[FP_SHA256_SOURCE];
    int rc = check_style(assets->style, err);

    if (rc < 0) {
        json_decref(text);
        return rc;
    }
    if (single->svg.len)
        fp_model_put(model, view, "svg", data_url(single->svg));
    if (single->diff.len) {
        fp_model_put(model, view, "diff_svg", data_url(single->diff));
        fp_model_put(model, view, "diff_png", json_null());
    }
    fp_model_put(model, view, "has_downloads", json_false());
    drop_downloads(view);
    to = fp_model_object(model, view, "single");
    fp_sha256_source(json_string_value(text), json_string_length(text), source);
    fp_model_put(model, to, "style_text", text);
    fp_model_put(model, to, "style_source", fp_model_text(source));
    if (single->script)
        fp_sha256_source(single->script, strlen(single->script), source);
    fp_model_put(model, to, "script_source", single->script ? fp_model_text(source) : json_null());
    fp_model_put(model, to, "icon_data", data_url(assets->icon));
    fp_model_put(model, to, "left_out", fp_model_text_or_null(*single->left_out ? single->left_out : NULL));
    if (single->script)
        return put_script(model, to, assets->page_script, err);
    fp_model_put(model, to, "page_text", json_null());
    return FP_OK;
}
