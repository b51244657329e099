#include "config/parse.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "config/measure.h"

/* One value on its way into the configuration. */
struct reading {
    struct fp_loader *loader;
    const struct fp_key *key;
    struct fp_key_path path;
    const json_t *json;
    char *base; /* the struct it goes into; NULL = only checked */
};

typedef void reader(const struct reading *r);

static reader read_string, read_bool, read_choice, read_int, read_float, read_milliseconds, read_seconds,
    read_bytes, read_strings, read_headers;

static const struct {
    reader *read; /* NULL: the loader's business */
    const char *name;
    const char *must_be;
} types[FP_KEY_TYPE_COUNT] = {
    [FP_KEY_STRING] = { read_string, "string", "a string" },
    [FP_KEY_BOOL] = { read_bool, "boolean", "true or false" },
    [FP_KEY_CHOICE] = { read_choice, "string", "a string" },
    [FP_KEY_INT] = { read_int, "whole number", "a whole number" },
    [FP_KEY_FLOAT] = { read_float, "number", "a number" },
    [FP_KEY_MILLISECONDS] = { read_milliseconds, "duration",
                              "a duration such as \"60s\", \"5m\" or \"1h\", or a number of seconds" },
    [FP_KEY_SECONDS] = { read_seconds, "duration",
                         "a duration such as \"60s\", \"5m\" or \"1h\", or a number of seconds" },
    [FP_KEY_BYTES] = { read_bytes, "size", "a size such as \"512MiB\" or \"1GiB\", or a number of bytes" },
    [FP_KEY_STRINGS] = { read_strings, "list of strings", "a list of strings" },
    [FP_KEY_HEADERS] = { read_headers, "object of strings", "an object of names and values, both strings" },
    [FP_KEY_GROUP] = { NULL, "object", "an object: {…}" },
    [FP_KEY_GROUPS] = { NULL, "list of objects", "a list of objects: [{…}, …]" },
};

static const char *kind(const json_t *json)
{
    switch (json_typeof(json)) {
    case JSON_OBJECT: return "an object";
    case JSON_ARRAY: return "a list";
    case JSON_STRING: return "a string";
    case JSON_INTEGER: return "a number";
    case JSON_REAL: return "a number with a fraction";
    case JSON_TRUE:
    case JSON_FALSE: return "true or false";
    case JSON_NULL: break;
    }
    return "null (to leave a key out, take it away)";
}

#define PROBLEM(r, ...) \
    fp_problems_add((r)->loader->problems, false, (r)->loader->config->file, (r)->path.text, __VA_ARGS__)

static void wrong_type(const struct reading *r)
{
    bool either = r->key->group && r->key->group->shorthand;

    PROBLEM(r, "must be %s, not %s", either ? "a list of strings or objects" : types[r->key->type].must_be, kind(r->json));
}

void fp_key_wrong_type(struct fp_loader *loader, const struct fp_key *key, const struct fp_key_path *path,
                       const json_t *json)
{
    struct reading r = { loader, key, *path, json, NULL };

    wrong_type(&r);
}

const char *fp_key_type_name(enum fp_key_type type)
{
    return types[type].name;
}

char *fp_key_bound(char to[FP_BOUND_TEXT], enum fp_key_type type, int64_t value)
{
    _Static_assert((int)FP_BOUND_TEXT == (int)FP_MEASURE_TEXT, "one buffer for both");

    if (type == FP_KEY_MILLISECONDS)
        return fp_measure_format(to, FP_MEASURE_DURATION, value);
    if (type == FP_KEY_SECONDS)
        return fp_measure_format(to, FP_MEASURE_DURATION, value * 1000);
    if (type == FP_KEY_BYTES)
        return fp_measure_format(to, FP_MEASURE_SIZE, value);
    snprintf(to, FP_BOUND_TEXT, "%" PRId64, value);
    return to;
}

static void *slot(const struct reading *r)
{
    return r->base + r->key->offset;
}

/* ---- numbers ---- */

static void out_of_range(const struct reading *r)
{
    char min[FP_BOUND_TEXT], max[FP_BOUND_TEXT];

    PROBLEM(r, "must be between %s and %s", fp_key_bound(min, r->key->type, r->key->min),
            fp_key_bound(max, r->key->type, r->key->max));
}

static void store_int(const struct reading *r, int64_t value)
{
    if (value < r->key->min || value > r->key->max)
        out_of_range(r);
    else if (r->base)
        *(int64_t *)slot(r) = value;
}

static void read_int(const struct reading *r)
{
    if (json_is_integer(r->json))
        store_int(r, json_integer_value(r->json));
    else
        wrong_type(r);
}

static void read_float(const struct reading *r)
{
    double value = json_number_value(r->json);

    if (!json_is_number(r->json))
        wrong_type(r);
    else if (!(value >= (double)r->key->min && value <= (double)r->key->max))
        out_of_range(r);
    else if (r->base)
        *(double *)slot(r) = value;
}

/* Text with a unit. False when it was reported. */
static bool measured(const struct reading *r, enum fp_measure measure, int64_t *value)
{
    const char *text = json_string_value(r->json);
    char shown[FP_CLIP_TEXT];
    int status = fp_measure_parse(measure, text, value);

    if (status == FP_ELIMIT)
        out_of_range(r);
    else if (status < 0 && measure == FP_MEASURE_DURATION)
        PROBLEM(r, "\"%s\" is not a duration: write a whole number and ms, s, m, h or d, such as \"60s\", "
                   "or a plain number of seconds", fp_clip(shown, text, strlen(text)));
    else if (status < 0)
        PROBLEM(r, "\"%s\" is not a size: write a whole number and B, KiB, MiB, GiB (or kB, MB, GB), such as "
                   "\"512MiB\", or a plain number of bytes", fp_clip(shown, text, strlen(text)));
    return status == FP_OK;
}

/* In milliseconds, from text or from a number of seconds. */
static bool duration(const struct reading *r, int64_t *ret_ms)
{
    double ms = json_number_value(r->json) * 1000;

    if (json_is_string(r->json))
        return measured(r, FP_MEASURE_DURATION, ret_ms);
    if (!json_is_number(r->json)) {
        wrong_type(r);
        return false;
    }
    if (!(fabs(ms) < 1e15)) { /* far out of every range, and llround would be undefined */
        out_of_range(r);
        return false;
    }
    /* 0.3 s is not exactly 300 ms in binary; a microsecond off is rounding, not a fraction. */
    if (fabs(ms - round(ms)) > 1e-3) {
        PROBLEM(r, "must be whole milliseconds");
        return false;
    }
    *ret_ms = llround(ms);
    return true;
}

static void read_milliseconds(const struct reading *r)
{
    int64_t ms;

    if (duration(r, &ms))
        store_int(r, ms);
}

static void read_seconds(const struct reading *r)
{
    int64_t ms;

    if (!duration(r, &ms))
        return;
    if (ms < r->key->min * 1000)
        out_of_range(r);
    else if (ms % 1000)
        PROBLEM(r, "must be whole seconds");
    else
        store_int(r, ms / 1000);
}

static void read_bytes(const struct reading *r)
{
    int64_t bytes;

    if (json_is_integer(r->json))
        store_int(r, json_integer_value(r->json));
    else if (!json_is_string(r->json))
        wrong_type(r);
    else if (measured(r, FP_MEASURE_SIZE, &bytes))
        store_int(r, bytes);
}

static void read_bool(const struct reading *r)
{
    if (!json_is_boolean(r->json))
        wrong_type(r);
    else if (r->base)
        *(bool *)slot(r) = json_is_true(r->json);
}

static void read_choice(const struct reading *r)
{
    const char *text = json_string_value(r->json);
    const char *const *choices = r->key->choices;
    char shown[FP_CLIP_TEXT];

    if (!text)
        wrong_type(r);
    else if (strcmp(text, choices[0]) != 0 && strcmp(text, choices[1]) != 0)
        PROBLEM(r, "must be \"%s\" or \"%s\", not \"%s\"", choices[0], choices[1],
                fp_clip(shown, text, strlen(text)));
    else if (r->base)
        *(bool *)slot(r) = strcmp(text, choices[1]) == 0;
}

/* ---- strings ---- */

/* C0, DEL, and C1 (U+0080 to U+009F, two bytes in UTF-8). */
static bool has_control(const char *text)
{
    for (const unsigned char *s = (const unsigned char *)text; *s; s++)
        if (*s < 0x20 || *s == 0x7f || (*s == 0xc2 && s[1] >= 0x80 && s[1] < 0xa0))
            return true;
    return false;
}

/* The rules every text keeps; false when it was reported. */
static bool text_fits(const struct reading *r, const char *text, int64_t min, int64_t max)
{
    size_t n = strlen(text);
    const char *bad = r->key->forbid ? strpbrk(text, r->key->forbid) : NULL;

    if ((int64_t)n < min)
        PROBLEM(r, "must not be empty");
    else if ((int64_t)n > max)
        PROBLEM(r, "is %zu bytes long, at most %" PRId64 " make sense", n, max);
    else if (has_control(text))
        PROBLEM(r, "contains a control character (such as a tab or a line break)");
    else if (bad)
        PROBLEM(r, "contains %c, which would break the server's SQL", *bad);
    else
        return true;
    return false;
}

static const char *copy(struct fp_loader *loader, const char *text)
{
    const char *copied = fp_arena_strdup(&loader->config->arena, text);

    if (!copied)
        loader->nomem = true;
    return copied;
}

static void read_string(const struct reading *r)
{
    const char *text = json_string_value(r->json);

    if (!text)
        wrong_type(r);
    else if (text_fits(r, text, r->key->min, r->key->max) && r->base)
        *(const char **)slot(r) = copy(r->loader, text);
}

bool fp_key_count_fits(struct fp_loader *loader, const struct fp_key *key, const struct fp_key_path *path,
                       size_t count)
{
    struct reading r = { loader, key, *path, NULL, NULL };

    if (count == 0 && key->min > 0)
        PROBLEM(&r, "is empty: at least one entry is needed");
    else if ((int64_t)count > key->max)
        PROBLEM(&r, "has %zu entries, at most %" PRId64 " are allowed", count, key->max);
    else
        return true;
    return false;
}

static bool item_is_repeated(const json_t *list, size_t index)
{
    const char *text = json_string_value(json_array_get(list, index));

    for (size_t i = 0; i < index; i++) {
        const char *earlier = json_string_value(json_array_get(list, i));

        if (earlier && strcmp(earlier, text) == 0)
            return true;
    }
    return false;
}

/* False when it was reported. */
static bool pattern_compiles(const struct reading *r, const char *text)
{
    struct fp_error why = FP_ERROR_INIT;
    struct fp_pattern *pattern = NULL;
    int status = fp_pattern_new(&pattern, fp_slice_of(text), &why);

    fp_pattern_free(pattern);
    if (status == FP_ENOMEM)
        r->loader->nomem = true;
    else if (status < 0)
        PROBLEM(r, "%s", why.message);
    return status == FP_OK;
}

/* Item `index` of a list of strings, checked; NULL when it was reported. */
static const char *list_item(const struct reading *list, size_t index)
{
    struct reading r = *list;
    const char *text;

    r.json = json_array_get(list->json, index);
    text = json_string_value(r.json);
    fp_key_path_index(&r.path, index);
    if (!text)
        PROBLEM(&r, "must be a string, not %s", kind(r.json));
    else if (!text_fits(&r, text, 1, FP_KEY_ITEM_MAX_OF(r.key)))
        return NULL;
    else if ((r.key->flags & FP_KEY_PATTERN) && !pattern_compiles(&r, text))
        return NULL;
    else if ((r.key->flags & FP_KEY_UNIQUE) && item_is_repeated(list->json, index))
        PROBLEM(&r, "\"%s\" stands in the list already", text);
    else
        return text;
    return NULL;
}

static void read_strings(const struct reading *r)
{
    size_t count = json_array_size(r->json), kept = 0;
    const char **items;

    if (!json_is_array(r->json)) {
        wrong_type(r);
        return;
    }
    if (!fp_key_count_fits(r->loader, r->key, &r->path, count))
        return;
    items = fp_arena_array(&r->loader->config->arena, count, sizeof *items);
    if (!items) {
        r->loader->nomem = true;
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const char *text = list_item(r, i);

        if (text)
            items[kept++] = copy(r->loader, text);
    }
    if (r->base)
        *(struct fp_strings *)slot(r) = (struct fp_strings){ items, kept };
}

/* ---- headers ---- */

/* A token of HTTP, RFC 9110, 5.6.2. */
static bool is_token(const char *text)
{
    static const char allowed[] =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return text[0] && text[strspn(text, allowed)] == '\0';
}

static bool header_fits(const struct reading *r, const char *name, const json_t *value)
{
    if (!is_token(name) || strlen(name) > FP_KEY_HEADER_NAME_MAX)
        PROBLEM(r, "is no name for a header: letters, digits and - are, at most %d bytes",
                FP_KEY_HEADER_NAME_MAX);
    else if (!json_is_string(value))
        PROBLEM(r, "must be a string, not %s", kind(value));
    else
        return text_fits(r, json_string_value(value), 0, FP_KEY_HEADER_VALUE_MAX);
    return false;
}

static void read_headers(const struct reading *r)
{
    struct fp_header *headers;
    size_t kept = 0;
    const char *name;
    json_t *value;

    if (!json_is_object(r->json)) {
        wrong_type(r);
        return;
    }
    if (!fp_key_count_fits(r->loader, r->key, &r->path, json_object_size(r->json)))
        return;
    headers = fp_arena_array(&r->loader->config->arena, json_object_size(r->json), sizeof *headers);
    if (!headers) {
        r->loader->nomem = true;
        return;
    }
    json_object_foreach((json_t *)r->json, name, value) {
        struct reading one = *r;

        fp_key_path_key(&one.path, name, strlen(name));
        if (!fp_key_is_note(name) && header_fits(&one, name, value))
            headers[kept++] =
                (struct fp_header){ copy(r->loader, name), copy(r->loader, json_string_value(value)) };
    }
    if (!r->base)
        return;
    *(struct fp_header **)slot(r) = headers;
    *(size_t *)(void *)(r->base + r->key->count_offset) = kept;
}

void fp_key_read(struct fp_loader *loader, const struct fp_key *key, const struct fp_key_path *path,
                 const json_t *json, void *base)
{
    struct reading r = { loader, key, *path, json, base };

    types[key->type].read(&r);
}
