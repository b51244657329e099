#include "report/model.h"

#include <string.h>

#include "base/limits.h"
#include "base/out.h"
#include "base/utf8.h"

void fp_model_put(struct fp_model *model, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) < 0)
        model->failed = true;
}

void fp_model_push(struct fp_model *model, json_t *array, json_t *value)
{
    if (json_array_append_new(array, value) < 0)
        model->failed = true;
}

void fp_model_put_int(struct fp_model *model, json_t *object, const char *key, int64_t value)
{
    fp_model_put(model, object, key, json_integer(value));
}

void fp_model_put_text(struct fp_model *model, json_t *object, const char *key, const char *text)
{
    fp_model_put(model, object, key, fp_model_text(text ? text : ""));
}

json_t *fp_model_array(struct fp_model *model, json_t *object, const char *key)
{
    fp_model_put(model, object, key, json_array());
    return json_object_get(object, key);
}

json_t *fp_model_object(struct fp_model *model, json_t *object, const char *key)
{
    fp_model_put(model, object, key, json_object());
    return json_object_get(object, key);
}

json_t *fp_model_row(struct fp_model *model, json_t *array)
{
    size_t count = json_array_size(array);

    fp_model_push(model, array, json_object());
    return json_array_get(array, count);
}

void fp_model_printf(struct fp_model *model, json_t *object, const char *key, const char *format, ...)
{
    struct fp_str text;
    va_list args;

    fp_str_init(&text, FP_LIMIT_TEXT);
    va_start(args, format);
    fp_str_vprintf(&text, format, args);
    va_end(args);
    fp_model_put(model, object, key, fp_str_ok(&text) ? fp_model_slice(fp_str_slice(&text)) : NULL);
    fp_str_release(&text);
}

static void put_said(struct fp_model *model, json_t *object, const char *key, struct fp_str *text)
{
    fp_model_put(model, object, key, fp_str_ok(text) ? fp_model_slice(fp_str_slice(text)) : NULL);
    fp_str_release(text);
}

void fp_model_say(struct fp_model *model, json_t *object, const char *key, const char *word, ...)
{
    struct fp_str text;
    va_list args;

    fp_str_init(&text, FP_LIMIT_TEXT);
    va_start(args, word);
    fp_lang_vsay(model->lang, &text, word, args);
    va_end(args);
    put_said(model, object, key, &text);
}

void fp_model_say_count(struct fp_model *model, json_t *object, const char *key, int64_t count, const char *word, ...)
{
    struct fp_str text;
    va_list args;

    fp_str_init(&text, FP_LIMIT_TEXT);
    va_start(args, word);
    fp_lang_vsay_count(model->lang, &text, count, word, args);
    va_end(args);
    put_said(model, object, key, &text);
}

json_t *fp_model_word(const struct fp_model *model, const char *word)
{
    return fp_model_text(fp_lang_word(model->lang, word));
}

void fp_model_put_word(struct fp_model *model, json_t *object, const char *key, const char *word)
{
    fp_model_put(model, object, key, word ? fp_model_word(model, word) : json_null());
}

int fp_model_finish(const struct fp_model *model, json_t *root, json_t **ret_root, struct fp_error *err)
{
    if (model->failed || !root) {
        json_decref(root);
        return fp_error_nomem(err);
    }
    *ret_root = root;
    return FP_OK;
}

/* Invalid UTF-8 is rare here (names are mended when they are decoded), so this path may be slow. */
static json_t *mended(struct fp_slice text)
{
    struct fp_str out;
    json_t *value = NULL;

    fp_str_init(&out, SIZE_MAX - 1);
    for (size_t i = 0; i < text.len;) {
        uint32_t code;
        char bytes[4];

        i += fp_utf8_decode(text.data + i, text.len - i, &code);
        fp_str_append(&out, bytes, fp_utf8_encode(code, bytes));
    }
    if (fp_str_ok(&out))
        value = json_stringn(out.data, out.len);
    fp_str_release(&out);
    return value;
}

json_t *fp_model_slice(struct fp_slice text)
{
    if (!text.len)
        return json_string("");
    if (fp_utf8_valid_prefix(text.data, text.len) < text.len)
        return mended(text);
    return json_stringn(text.data, text.len);
}

json_t *fp_model_text(const char *text)
{
    return fp_model_slice(fp_slice_of(text));
}

json_t *fp_model_text_or_null(const char *text)
{
    return text ? fp_model_text(text) : json_null();
}

json_t *fp_model_number(const json_t *value)
{
    return json_is_number(value) ? json_copy((json_t *)(uintptr_t)value) : json_null();
}

const char *fp_model_get_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

struct fp_slice fp_model_get_slice(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    return json_is_string(value) ? (struct fp_slice){ json_string_value(value), json_string_length(value) }
                                 : (struct fp_slice){ "", 0 };
}

int64_t fp_model_get_int(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

double fp_model_get_real(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static int dump(const char *bytes, size_t n, void *out)
{
    fp_out_write(out, bytes, n);
    return 0;
}

int fp_model_write(const json_t *root, struct fp_out *out, struct fp_error *err)
{
    /* 15 digits: every share prints the same wherever it was computed, and shorter than with 17 */
    if (json_dump_callback(root, dump, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) < 0)
        return fp_error_nomem(err);
    fp_out_putc(out, '\n');
    return FP_OK;
}
