#include "report/single.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

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
    if (single->data.len)
        fp_model_put(&model, files, "script", fp_model_text("in this file"));
    fp_model_put(&model, copy, "files", files);
    if (json_is_object(baseline)) {
        json_t *alone = json_copy(baseline);

        fp_model_put(&model, alone, "path", json_null());
        fp_model_put(&model, copy, "baseline", alone);
    }
    return fp_model_finish(&model, copy, ret_summary, err);
}

/* What a page's parser reads is what is hashed, so nothing that it would end the element at, or turn into something else;
 * and XML's parser must read the same. */
static int check_style(const struct fp_single_part *style, struct fp_error *err)
{
    for (size_t i = 0; i < style->text.len; i++)
        if (strchr("<&\r", style->text.data[i])) /* NUL, too */
            return fp_error_set(err, FP_EINVAL,
                                "%s: byte %zu: in a page of one file the style sheet stands within the page, so it "
                                "may have neither '<', '&', NUL nor carriage returns: take it out", style->file, i);
    return FP_OK;
}

static int check_script(const struct fp_single_part *script, struct fp_error *err)
{
    static const char *const ends[] = { "]]>", "<!--", "<script", "</script" };
    struct fp_slice text = script->text;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.data[i];
        bool bad = c < ' ' && c != '\n' && c != '\t';

        for (size_t k = 0; k < sizeof ends / sizeof *ends && (c == ']' || c == '<'); k++)
            bad |= text.len - i >= strlen(ends[k]) && strncasecmp(text.data + i, ends[k], strlen(ends[k])) == 0;
        if (bad)
            return fp_error_set(err, FP_EINVAL,
                                "%s: byte %zu: in a page of one file the script stands within the page, so it may have "
                                "neither \"]]>\", \"<!--\", \"<script\", \"</script\" nor control characters: write them "
                                "in another way", script->file, i);
    }
    return FP_OK;
}

/* Appends {text, source}; returns the source, borrowed. */
static const char *push_part(struct fp_model *model, json_t *list, json_t *text)
{
    char source[FP_SHA256_SOURCE];
    json_t *row = fp_model_row(model, list);

    if (!text)
        return NULL; /* the model has failed by then */
    fp_sha256_source(json_string_value(text), json_string_length(text), source);
    fp_model_put(model, row, "text", text);
    fp_model_put(model, row, "source", fp_model_text(source));
    return fp_model_get_text(row, "source");
}

static json_t *script_text(const struct fp_single_part *script)
{
    static const char before[] = "//<![CDATA[\n", after[] = "\n//]]>";
    struct fp_str text;
    json_t *value;

    fp_str_init(&text, script->text.len + sizeof before + sizeof after);
    fp_str_puts(&text, before);
    fp_str_append(&text, script->text.data, script->text.len);
    fp_str_puts(&text, after);
    value = fp_str_ok(&text) ? fp_model_slice(fp_str_slice(&text)) : NULL;
    fp_str_release(&text);
    return value;
}

static int put_styles(const struct fp_single_parts *parts, struct fp_model *model, json_t *to, struct fp_error *err)
{
    json_t *list = fp_model_array(model, to, "styles");
    int rc = FP_OK;

    for (size_t i = 0; i < parts->style_count && rc == FP_OK; i++) {
        rc = check_style(&parts->styles[i], err);
        if (rc == FP_OK && !push_part(model, list, fp_model_slice(parts->styles[i].text)))
            rc = fp_error_nomem(err);
    }
    return rc;
}

static int put_scripts(const struct fp_single *single, const struct fp_single_parts *parts, struct fp_model *model,
                       json_t *to, struct fp_error *err)
{
    json_t *list = fp_model_array(model, to, "scripts"), *sources = fp_model_array(model, to, "script_sources");
    char picture_source[FP_SHA256_SOURCE];
    int rc = FP_OK;

    for (size_t i = 0; i < parts->script_count && rc == FP_OK; i++) {
        const char *source;

        rc = check_script(&parts->scripts[i], err);
        if (rc < 0)
            break;
        source = push_part(model, list, script_text(&parts->scripts[i]));
        if (source)
            fp_model_push(model, sources, fp_model_text(source));
        else
            rc = fp_error_nomem(err);
    }
    if (single->script) {
        fp_sha256_source(single->script, strlen(single->script), picture_source);
        fp_model_push(model, sources, fp_model_text(picture_source));
    }
    fp_model_put(model, to, "has_scripts", json_boolean(json_array_size(sources) > 0));
    return rc;
}

static void drop_downloads(json_t *view)
{
    json_t *sections = json_object_get(view, "sections");

    for (size_t i = json_array_size(sections); i-- > 0;)
        if (strcmp(fp_model_get_text(json_array_get(sections, i), "id"), "downloads") == 0)
            json_array_remove(sections, i);
}

int fp_single_put(const struct fp_single *single, const struct fp_single_parts *parts, struct fp_model *model, json_t *view,
                  struct fp_error *err)
{
    json_t *to = fp_model_object(model, view, "single");
    int rc = put_styles(parts, model, to, err);

    if (rc == FP_OK)
        rc = put_scripts(single, parts, model, to, err);
    if (rc < 0)
        return rc;
    if (single->svg.len)
        fp_model_put(model, view, "svg", data_url(single->svg));
    if (single->diff.len) {
        fp_model_put(model, view, "diff_svg", data_url(single->diff));
        fp_model_put(model, view, "diff_png", json_null());
    }
    fp_model_put(model, view, "has_downloads", json_false());
    drop_downloads(view);
    fp_model_put(model, to, "icon_data", data_url(parts->icon));
    fp_model_put(model, to, "left_out", fp_model_text_or_null(*single->left_out ? single->left_out : NULL));
    return FP_OK;
}
