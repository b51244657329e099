#include "codec/pprof_tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "codec/pprof.h"
#include "codec/pprof_fields.h"

void fp_pprof_tables_release(struct fp_pprof_tables *t)
{
    free(t->strings);
    free(t->types);
    fp_ids_release(&t->mapping_ids);
    fp_ids_release(&t->function_ids);
    fp_ids_release(&t->location_ids);
    free(t->mappings);
    free(t->functions);
    free(t->locations);
    free(t->line);
    free(t->frame);
    free(t->comments);
    fp_raw_name_release(&t->scratch);
    *t = (struct fp_pprof_tables){ 0 };
}

/* ---- collecting ---- */

/* The numbers among the fields 1 … max of a message, each 0 when it is not there; the last one counts. */
static int numbers(struct fp_pb pb, uint64_t *number, uint32_t max, struct fp_error *err)
{
    struct fp_pb_field field;
    int rc;

    memset(number, 0, (max + 1) * sizeof *number);
    while ((rc = fp_pb_next(&pb, &field, err)) > 0) {
        if (field.number > max)
            continue;
        rc = fp_pb_expect(&field, FP_PB_VARINT, err);
        if (rc < 0)
            return rc;
        number[field.number] = field.value;
    }
    return rc;
}

static int add_id(struct fp_ids *ids, const char *what, uint64_t id, uint64_t offset, struct fp_error *err)
{
    int rc = FP_OK;

    if (id == 0)
        return fp_pb_fail(offset, err, FP_EDATA, "pprof: a %s without an id", what);
    rc = fp_ids_add(ids, id, err);
    if (rc == FP_EDATA) {
        fp_error_prepend(err, "pprof: two %ss are one", what);
        fp_error_at(err, NULL, 0, 0, (int64_t)offset);
    }
    return rc;
}

static int read_value_type(struct fp_pb pb, struct fp_pprof_value_type *ret, struct fp_error *err)
{
    uint64_t number[FP_PPROF_VALUE_UNIT + 1];
    int rc = numbers(pb, number, FP_PPROF_VALUE_UNIT, err);

    if (rc == FP_OK)
        *ret = (struct fp_pprof_value_type){ number[FP_PPROF_VALUE_TYPE], number[FP_PPROF_VALUE_UNIT] };
    return rc;
}

static int read_sample_type(struct fp_pprof_tables *t, struct fp_pb_field *field, struct fp_error *err)
{
    int rc = fp_array_reserve(&t->types, &t->type_cap, t->type_count + 1, sizeof *t->types, FP_LIMIT_NODES,
                              "sample types", err);

    if (rc == FP_OK)
        rc = read_value_type(field->in, &t->types[t->type_count], err);
    t->type_count += rc == FP_OK;
    return rc;
}

static int read_mapping(struct fp_pprof_tables *t, struct fp_pb_field *field, struct fp_error *err)
{
    uint64_t number[FP_PPROF_MAPPING_FILENAME + 1];
    size_t at = t->mapping_ids.count;
    int rc = numbers(field->in, number, FP_PPROF_MAPPING_FILENAME, err);

    if (rc == FP_OK)
        rc = fp_array_reserve(&t->mappings, &t->mapping_cap, at + 1, sizeof *t->mappings, FP_LIMIT_NODES,
                              "mappings", err);
    if (rc == FP_OK)
        rc = add_id(&t->mapping_ids, "mapping", number[FP_PPROF_MAPPING_ID], field->offset, err);
    if (rc == FP_OK)
        t->mappings[at] = (struct fp_pprof_mapping){ .filename = number[FP_PPROF_MAPPING_FILENAME],
                                                     .at = (uint32_t)field->offset };
    return rc;
}

static int read_function(struct fp_pprof_tables *t, struct fp_pb_field *field, struct fp_error *err)
{
    uint64_t number[FP_PPROF_FUNCTION_SYSTEM_NAME + 1];
    size_t at = t->function_ids.count;
    int rc = numbers(field->in, number, FP_PPROF_FUNCTION_SYSTEM_NAME, err);

    if (rc == FP_OK)
        rc = fp_array_reserve(&t->functions, &t->function_cap, at + 1, sizeof *t->functions, FP_LIMIT_NODES,
                              "functions", err);
    if (rc == FP_OK)
        rc = add_id(&t->function_ids, "function", number[FP_PPROF_FUNCTION_ID], field->offset, err);
    if (rc == FP_OK)
        t->functions[at] = (struct fp_pprof_function){ .name = number[FP_PPROF_FUNCTION_NAME],
                                                       .system_name = number[FP_PPROF_FUNCTION_SYSTEM_NAME],
                                                       .at = (uint32_t)field->offset };
    return rc;
}

static int add_line(struct fp_pprof_tables *t, uint64_t function, struct fp_error *err)
{
    int rc = fp_array_reserve(&t->line, &t->line_cap, t->line_count + 1, sizeof *t->line, FP_LIMIT_NODES,
                              "lines", err);

    if (rc == FP_OK)
        t->line[t->line_count++] = function;
    return rc;
}

static int read_location_field(struct fp_pprof_tables *t, const struct fp_pb_field *field, uint64_t *id,
                               struct fp_pprof_location *location, struct fp_error *err)
{
    uint64_t number[FP_PPROF_LINE_FUNCTION + 1];
    int rc;

    if (field->number > FP_PPROF_LOCATION_LINE)
        return FP_OK;
    rc = fp_pb_expect(field, field->number == FP_PPROF_LOCATION_LINE ? FP_PB_BYTES : FP_PB_VARINT, err);
    if (rc < 0)
        return rc;
    switch (field->number) {
    case FP_PPROF_LOCATION_ID: *id = field->value; return FP_OK;
    case FP_PPROF_LOCATION_MAPPING: location->mapping = field->value; return FP_OK;
    case FP_PPROF_LOCATION_ADDRESS: location->address = field->value; return FP_OK;
    default: break;
    }
    rc = numbers(field->in, number, FP_PPROF_LINE_FUNCTION, err);
    return rc == FP_OK ? add_line(t, number[FP_PPROF_LINE_FUNCTION], err) : rc;
}

static int read_location(struct fp_pprof_tables *t, struct fp_pb_field *outer, struct fp_error *err)
{
    struct fp_pprof_location location = { .first = (uint32_t)t->line_count, .at = (uint32_t)outer->offset };
    size_t at = t->location_ids.count;
    struct fp_pb pb = outer->in;
    struct fp_pb_field field;
    uint64_t id = 0;
    int rc;

    while ((rc = fp_pb_next(&pb, &field, err)) > 0) {
        rc = read_location_field(t, &field, &id, &location, err);
        if (rc < 0)
            return rc;
    }
    if (rc == FP_OK && t->line_count == location.first)
        rc = add_line(t, 0, err); /* without a function it is a frame all the same */
    if (rc == FP_OK)
        rc = fp_array_reserve(&t->locations, &t->location_cap, at + 1, sizeof *t->locations, FP_LIMIT_NODES,
                              "locations", err);
    if (rc == FP_OK)
        rc = add_id(&t->location_ids, "location", id, outer->offset, err);
    if (rc < 0)
        return rc;
    location.count = (uint32_t)(t->line_count - location.first);
    t->locations[at] = location;
    return FP_OK;
}

static int read_string(struct fp_pprof_tables *t, struct fp_pb_field *field, struct fp_error *err)
{
    int rc = fp_array_reserve(&t->strings, &t->string_cap, t->string_count + 1, sizeof *t->strings,
                              FP_LIMIT_NODES, "strings", err);

    if (rc < 0)
        return rc;
    t->strings[t->string_count++] = (struct fp_pprof_string){ (uint32_t)fp_pb_offset(&field->in),
                                                              (uint32_t)(field->in.end - field->in.pos) };
    return FP_OK;
}

static int read_period_type(struct fp_pprof_tables *t, struct fp_pb_field *field, struct fp_error *err)
{
    return read_value_type(field->in, &t->period_type, err);
}

static int read_comments(struct fp_pprof_tables *t, struct fp_pb_field *field, struct fp_error *err)
{
    uint64_t string;
    int rc;

    while ((rc = fp_pb_repeated(field, &string, err)) > 0) {
        rc = fp_array_reserve(&t->comments, &t->comment_cap, t->comment_count + 1, sizeof *t->comments,
                              FP_LIMIT_NODES, "comments", err);
        if (rc < 0)
            return rc;
        t->comments[t->comment_count++] = string;
    }
    return rc;
}

/* What is done with each field of Profile that is bytes. Samples wait until all this is known. */
static int (*const readers[])(struct fp_pprof_tables *t, struct fp_pb_field *field, struct fp_error *err) = {
    [FP_PPROF_SAMPLE_TYPE] = read_sample_type, [FP_PPROF_MAPPING] = read_mapping,
    [FP_PPROF_LOCATION] = read_location,       [FP_PPROF_FUNCTION] = read_function,
    [FP_PPROF_STRING_TABLE] = read_string,     [FP_PPROF_PERIOD_TYPE] = read_period_type,
    [FP_PPROF_COMMENT] = read_comments,        [FP_PPROF_DEFAULT_SAMPLE_TYPE] = NULL,
};

static uint64_t *number_of(struct fp_pprof_tables *t, uint32_t field)
{
    switch (field) {
    case FP_PPROF_TIME_NANOS: return &t->time_nanos;
    case FP_PPROF_DURATION_NANOS: return &t->duration_nanos;
    case FP_PPROF_PERIOD: return &t->period;
    case FP_PPROF_DEFAULT_SAMPLE_TYPE: return &t->default_type;
    default: return NULL;
    }
}

static int read_field(struct fp_pprof_tables *t, struct fp_pb_field *field, struct fp_error *err)
{
    uint64_t *number = number_of(t, field->number);
    int rc = FP_OK;

    if (number) {
        rc = fp_pb_expect(field, FP_PB_VARINT, err);
        if (rc == FP_OK)
            *number = field->value;
        return rc;
    }
    if (field->number >= sizeof readers / sizeof readers[0] || !readers[field->number])
        return FP_OK;
    if (field->number != FP_PPROF_COMMENT)
        rc = fp_pb_expect(field, FP_PB_BYTES, err);
    return rc == FP_OK ? readers[field->number](t, field, err) : rc;
}

/* The first string is "": an index that was left out means it. And without strings nothing has a name. */
static int check_strings(struct fp_pprof_tables *t, struct fp_error *err)
{
    struct fp_slice mark;

    if (!t->string_count)
        return fp_pb_fail(t->n, err, FP_ESYNTAX,
                          "not a pprof profile, or one cut short: it ends without a table of strings");
    if (t->strings[0].length)
        return fp_pb_fail(t->strings[0].offset, err, FP_EDATA, "pprof: the first string is not empty");
    if (t->comment_count && fp_pprof_string(t, t->comments[0], FP_PPROF_NOWHERE, &mark, NULL) == FP_OK)
        t->ours = fp_slice_is(mark, FP_PPROF_MARK);
    return FP_OK;
}

int fp_pprof_tables_read(struct fp_pprof_tables *t, const char *bytes, size_t n, struct fp_error *err)
{
    struct fp_pb pb = fp_pb_open(bytes, n);
    struct fp_pb_field field;
    int rc;

    *t = (struct fp_pprof_tables){ .bytes = bytes, .n = n };
    fp_ids_init(&t->mapping_ids);
    fp_ids_init(&t->function_ids);
    fp_ids_init(&t->location_ids);
    fp_raw_name_init(&t->scratch);
    while ((rc = fp_pb_next(&pb, &field, err)) > 0) {
        rc = read_field(t, &field, err);
        if (rc < 0)
            return rc;
    }
    return rc == FP_OK ? check_strings(t, err) : rc;
}

/* ---- naming ---- */

int fp_pprof_string(const struct fp_pprof_tables *t, uint64_t index, uint64_t at, struct fp_slice *ret_string,
                    struct fp_error *err)
{
    if (index >= t->string_count)
        return fp_pb_fail(at, err, FP_EDATA,
                          "pprof: string %" PRIu64 " is wanted, but there are %zu (cut short?)", index,
                          t->string_count);
    *ret_string = (struct fp_slice){ t->bytes + t->strings[index].offset, t->strings[index].length };
    return FP_OK;
}

int fp_pprof_intern(struct fp_pprof_tables *t, struct fp_builder *builder, const struct fp_pprof_name *name,
                    int kind, uint32_t *ret_name, struct fp_error *err)
{
    size_t known = builder->names.count;
    struct fp_slice whole = name->text;
    bool mended = false;
    int rc;

    if (whole.len > FP_LIMIT_NAME && (t->long_bytes += whole.len) / FP_PPROF_LONG > t->n)
        return fp_error_set(err, FP_ELIMIT, "pprof: names of more than %zu bytes are used over and over",
                            FP_LIMIT_NAME);
    if (name->prefix || name->suffix) {
        fp_raw_name_clear(&t->scratch);
        fp_raw_name_add(&t->scratch, name->prefix, name->prefix ? strlen(name->prefix) : 0);
        fp_raw_name_add(&t->scratch, whole.data, whole.len);
        fp_raw_name_add(&t->scratch, name->suffix, name->suffix ? strlen(name->suffix) : 0);
        rc = fp_raw_name_finish(&t->scratch, &whole, &mended, err);
    } else {
        rc = fp_raw_name_of(&t->scratch, whole, &whole, &mended, err);
    }
    if (rc < 0)
        return rc;
    if (kind < 0)
        kind = (int)fp_frame_kind_of_name(whole);
    rc = fp_names_intern(&builder->names, whole, (enum fp_frame_kind)kind, ret_name, err);
    if (rc == FP_OK && mended && builder->names.count > known)
        t->mended++;
    return rc;
}

/* A frame of which only the place is known, in the shapes that DeepFlow has for it. */
static int name_place(struct fp_pprof_tables *t, struct fp_builder *builder, uint64_t address,
                      struct fp_pprof_mapping *mapping, uint32_t *ret_name, struct fp_error *err)
{
    char text[48];
    int rc;

    if (!mapping || !mapping->name.len || mapping->name.data[0] != '/') {
        snprintf(text, sizeof text, "[unknown] 0x%016" PRIx64, address);
        return fp_pprof_intern(t, builder, &(struct fp_pprof_name){ .text = fp_slice_of(text) },
                               FP_KIND_UNKNOWN, ret_name, err);
    }
    if (!mapping->known) {
        rc = fp_pprof_intern(t, builder, &(struct fp_pprof_name){ "[", mapping->name, "]" }, FP_KIND_UNKNOWN,
                             &mapping->id, err);
        if (rc < 0)
            return rc;
        mapping->known = true;
    }
    *ret_name = mapping->id;
    return FP_OK;
}

static int function_name(const struct fp_pprof_tables *t, const struct fp_pprof_function *function,
                         struct fp_slice *ret_name, struct fp_error *err)
{
    int rc = fp_pprof_string(t, function->name, function->at, ret_name, err);

    if (rc == FP_OK && !ret_name->len && function->system_name)
        rc = fp_pprof_string(t, function->system_name, function->at, ret_name, err);
    return rc;
}

/*
 * One of the frames of a location. A function remembers the name it got last: however many locations share
 * it, a name of 64 KiB is hashed once.
 */
static int name_frame(struct fp_pprof_tables *t, struct fp_builder *builder,
                      const struct fp_pprof_location *location, struct fp_pprof_mapping *mapping,
                      uint64_t function_id, uint32_t *ret_name, struct fp_error *err)
{
    int kind = mapping ? mapping->kind : -1, rc;
    struct fp_pprof_function *function;
    struct fp_pprof_name name = { 0 };
    uint32_t at;

    if (!function_id)
        return name_place(t, builder, location->address, mapping, ret_name, err);
    at = fp_ids_find(&t->function_ids, function_id);
    if (at == FP_IDS_NONE)
        return fp_pb_fail(location->at, err, FP_EDATA,
                          "pprof: function %" PRIu64 " is not in the file (cut short?)", function_id);
    function = &t->functions[at];
    rc = function_name(t, function, &name.text, err);
    if (rc < 0)
        return rc;
    if (!name.text.len && !t->ours) /* in our profiles a function may have no name */
        return name_place(t, builder, location->address, mapping, ret_name, err);
    if (kind == FP_KIND_OBJECT) {
        kind = FP_KIND_APPLICATION; /* an object is a matter of place: the tree makes them of leaves */
        builder->objects = true;
    }
    if (!function->known || function->kind != kind) {
        rc = fp_pprof_intern(t, builder, &name, kind, &function->id, err);
        if (rc < 0)
            return rc;
        function->known = true;
        function->kind = kind;
    }
    *ret_name = function->id;
    return FP_OK;
}

static int resolve_mappings(struct fp_pprof_tables *t, struct fp_error *err)
{
    for (size_t i = 0; i < t->mapping_ids.count; i++) {
        struct fp_pprof_mapping *mapping = &t->mappings[i];
        int rc = fp_pprof_string(t, mapping->filename, mapping->at, &mapping->name, err);

        if (rc < 0)
            return rc;
        mapping->kind = fp_pprof_mapping_kind(mapping->name);
    }
    return FP_OK;
}

int fp_pprof_tables_resolve(struct fp_pprof_tables *t, struct fp_builder *builder, struct fp_error *err)
{
    int rc = resolve_mappings(t, err);

    t->frame = malloc((t->line_count + 1) * sizeof *t->frame);
    if (!t->frame)
        return fp_error_nomem(err);
    for (size_t i = 0; i < t->location_ids.count && rc == FP_OK; i++) {
        const struct fp_pprof_location *location = &t->locations[i];
        uint32_t at = fp_ids_find(&t->mapping_ids, location->mapping);
        /* only a hint: sloppy writers have mappings that are not there */
        struct fp_pprof_mapping *mapping = at == FP_IDS_NONE ? NULL : &t->mappings[at];

        for (uint32_t k = 0; k < location->count && rc == FP_OK; k++)
            rc = name_frame(t, builder, location, mapping, t->line[location->first + k],
                            &t->frame[location->first + k], err);
        if (rc < 0 && err && err->offset < 0)
            fp_error_at(err, NULL, 0, 0, location->at);
    }
    return rc;
}
