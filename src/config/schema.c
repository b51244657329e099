#include "config/reference.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/out.h"
#include "config/keys.h"
#include "config/measure.h"
#include "config/parse.h"

#define PATTERN_MAX 128

/* Sets a member; a value that could not be made makes the whole fail, sticky in *ok. */
static void put(json_t *object, const char *name, json_t *value, bool *ok)
{
    if (json_object_set_new(object, name, value) < 0)
        *ok = false;
}

static void append(json_t *list, json_t *value, bool *ok)
{
    if (json_array_append_new(list, value) < 0)
        *ok = false;
}

/* Any text without the forbidden characters and without control characters. */
static json_t *text_pattern(const struct fp_key *key)
{
    char pattern[PATTERN_MAX] = "^[^\\x00-\\x1f\\x7f";
    size_t n = strlen(pattern);

    for (const char *c = key->forbid ? key->forbid : ""; *c && n + 8 < sizeof pattern; c++) {
        if (*c == '\\')
            pattern[n++] = '\\';
        pattern[n++] = *c;
    }
    strcpy(pattern + n, "]*$");
    return json_string(pattern);
}

static json_t *text_schema(const struct fp_key *key, int64_t min, int64_t max, bool *ok)
{
    json_t *schema = json_object();

    put(schema, "type", json_string("string"), ok);
    if (min)
        put(schema, "minLength", json_integer(min), ok);
    put(schema, "maxLength", json_integer(max), ok);
    put(schema, "pattern", text_pattern(key), ok);
    return schema;
}

static void put_bounds(json_t *schema, int64_t min, int64_t max, bool *ok)
{
    put(schema, "minimum", json_integer(min), ok);
    put(schema, "maximum", json_integer(max), ok);
}

static json_t *number_schema(const struct fp_key *key, bool *ok)
{
    json_t *schema = json_object();

    put(schema, "type", json_string(key->type == FP_KEY_INT ? "integer" : "number"), ok);
    put_bounds(schema, key->min, key->max, ok);
    return schema;
}

/* Text with a unit, or a number: its bounds are the number's only, a schema cannot weigh units. */
static json_t *measure_schema(const struct fp_key *key, enum fp_measure measure, bool *ok)
{
    json_t *schema = json_object(), *type = json_array();
    char pattern[PATTERN_MAX];

    snprintf(pattern, sizeof pattern, "^[0-9]+(%s)$", fp_measure_units(measure));
    append(type, json_string("string"), ok);
    append(type, json_string(key->type == FP_KEY_MILLISECONDS ? "number" : "integer"), ok);
    put(schema, "type", type, ok);
    put(schema, "pattern", json_string(pattern), ok);
    if (key->type != FP_KEY_MILLISECONDS)
        put_bounds(schema, key->min, key->max, ok);
    else if (key->min % 1000)
        put(schema, "minimum", json_real((double)key->min / 1000), ok);
    else
        put(schema, "minimum", json_integer(key->min / 1000), ok);
    if (key->type == FP_KEY_MILLISECONDS)
        put(schema, "maximum", json_integer(key->max / 1000), ok);
    return schema;
}

static json_t *list_schema(const struct fp_key *key, json_t *items, bool *ok)
{
    json_t *schema = json_object();

    put(schema, "type", json_string("array"), ok);
    put(schema, "minItems", json_integer(key->min), ok);
    put(schema, "maxItems", json_integer(key->max), ok);
    if (key->flags & FP_KEY_UNIQUE)
        put(schema, "uniqueItems", json_true(), ok);
    put(schema, "items", items, ok);
    return schema;
}

static void put_notes(json_t *schema, bool *ok)
{
    json_t *notes = json_object();

    put(notes, "^[_$]", json_true(), ok);
    put(schema, "patternProperties", notes, ok);
}

static json_t *headers_schema(const struct fp_key *key, bool *ok)
{
    json_t *schema = json_object();

    put(schema, "type", json_string("object"), ok);
    put(schema, "maxProperties", json_integer(key->max), ok);
    put_notes(schema, ok);
    put(schema, "additionalProperties", text_schema(key, 0, FP_KEY_HEADER_VALUE_MAX, ok), ok);
    return schema;
}

static json_t *choice_schema(const struct fp_key *key, bool *ok)
{
    json_t *schema = json_object(), *words = json_array();

    append(words, json_string(key->choices[0]), ok);
    append(words, json_string(key->choices[1]), ok);
    put(schema, "enum", words, ok);
    return schema;
}

static json_t *bool_schema(bool *ok)
{
    json_t *schema = json_object();

    put(schema, "type", json_string("boolean"), ok);
    return schema;
}

/* Objects within objects: as deep as the table. */
static json_t *group_schema(const struct fp_key_group *group, bool *ok);

/* Of a list of objects, where an entry may be the value of one key alone. */
static json_t *entry_schema(const struct fp_key_group *group, bool *ok)
{
    const struct fp_key *shorthand = group->shorthand;
    json_t *schema, *any;

    if (!shorthand)
        return group_schema(group, ok);
    schema = json_object();
    any = json_array();
    append(any, text_schema(shorthand, shorthand->min, shorthand->max, ok), ok);
    append(any, group_schema(group, ok), ok);
    put(schema, "anyOf", any, ok);
    return schema;
}

static json_t *type_schema(const struct fp_key *key, bool *ok)
{
    switch (key->type) {
    case FP_KEY_STRING: return text_schema(key, key->min, key->max, ok);
    case FP_KEY_BOOL: return bool_schema(ok);
    case FP_KEY_CHOICE: return choice_schema(key, ok);
    case FP_KEY_INT:
    case FP_KEY_FLOAT: return number_schema(key, ok);
    case FP_KEY_MILLISECONDS:
    case FP_KEY_SECONDS: return measure_schema(key, FP_MEASURE_DURATION, ok);
    case FP_KEY_BYTES: return measure_schema(key, FP_MEASURE_SIZE, ok);
    case FP_KEY_STRINGS: return list_schema(key, text_schema(key, 1, FP_KEY_ITEM_MAX_OF(key), ok), ok);
    case FP_KEY_HEADERS: return headers_schema(key, ok);
    case FP_KEY_GROUP: return group_schema(key->group, ok);
    case FP_KEY_GROUPS: return list_schema(key, entry_schema(key->group, ok), ok);
    case FP_KEY_TYPE_COUNT: break;
    }
    return NULL;
}

static json_t *key_schema(const struct fp_key_group *group, const struct fp_key *key, bool *ok)
{
    json_t *schema = type_schema(key, ok);

    put(schema, "description", json_string(key->help), ok);
    if (key->fallback && !group->inherits)
        put(schema, "default", json_loads(key->fallback, JSON_DECODE_ANY, NULL), ok);
    return schema;
}

/* {"required": [name]}, the way a schema says that a key is there. */
static json_t *has(const char *name, bool *ok)
{
    json_t *schema = json_object(), *names = json_array();

    append(names, json_string(name), ok);
    put(schema, "required", names, ok);
    return schema;
}

/* Both keys at once are refused. */
static json_t *not_both(const struct fp_key *key, bool *ok)
{
    json_t *schema = json_object(), *both = has(key->name, ok);

    append(json_object_get(both, "required"), json_string(key->excludes), ok);
    put(schema, "not", both, ok);
    return schema;
}

/* Which keys must stand together, and which must not. */
static void put_company(json_t *schema, const struct fp_key_group *group, bool *ok)
{
    json_t *required = json_array(), *either = json_array(), *conflicts = json_array(),
           *needs = json_object();

    for (size_t i = 0; i < group->count; i++) {
        const struct fp_key *key = &group->keys[i];

        if (!fp_key_in_group(group, key))
            continue;
        if (key->flags & FP_KEY_REQUIRED)
            append(required, json_string(key->name), ok);
        if (key->flags & FP_KEY_EITHER)
            append(either, has(key->name, ok), ok);
        if (key->excludes)
            append(conflicts, not_both(key, ok), ok);
        if (key->needs)
            put(needs, key->name, json_pack("[s]", key->needs), ok);
    }
    if (json_array_size(required))
        put(schema, "required", json_incref(required), ok);
    if (json_array_size(either))
        put(schema, "anyOf", json_incref(either), ok);
    if (json_array_size(conflicts))
        put(schema, "allOf", json_incref(conflicts), ok);
    if (json_object_size(needs))
        put(schema, "dependentRequired", json_incref(needs), ok);
    json_decref(required);
    json_decref(either);
    json_decref(conflicts);
    json_decref(needs);
}

static json_t *group_schema(const struct fp_key_group *group, bool *ok)
{
    json_t *schema = json_object(), *properties = json_object();

    put(schema, "type", json_string("object"), ok);
    for (size_t i = 0; i < group->count; i++)
        if (fp_key_in_group(group, &group->keys[i]))
            put(properties, group->keys[i].name, key_schema(group, &group->keys[i], ok), ok);
    put(schema, "properties", properties, ok);
    put_notes(schema, ok);
    put(schema, "additionalProperties", json_false(), ok);
    put_company(schema, group, ok);
    return schema;
}

static int write_out(const char *bytes, size_t n, void *out)
{
    fp_out_write(out, bytes, n);
    return 0;
}

void fp_config_schema(struct fp_out *out)
{
    json_t *schema = json_object(), *keys;
    bool ok = schema != NULL;

    put(schema, "$schema", json_string("https://json-schema.org/draft/2020-12/schema"), &ok);
    put(schema, "title", json_string("flamepress configuration"), &ok);
    put(schema, "description",
        json_string("Keys that begin with _ or $ are notes. \"flamepress check\" finds more than this schema "
                    "can say."),
        &ok);
    keys = group_schema(&fp_config_keys, &ok);
    if (json_object_update(schema, keys) < 0)
        ok = false;
    json_decref(keys);
    if (!ok || json_dump_callback(schema, write_out, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15)) < 0)
        fp_out_fail(out, FP_ENOMEM, "out of memory");
    fp_out_putc(out, '\n');
    json_decref(schema);
}
