#include "codec/pprof.h"

#include <string.h>

#include "base/error.h"
#include "codec/pprof_fields.h"
#include "codec/protobuf.h"
#include "plan/event.h"

void fp_pprof_meta_release(struct fp_pprof_meta *meta)
{
    fp_arena_release(&meta->arena);
    *meta = (struct fp_pprof_meta){ 0 };
}

int fp_pprof_mapping_kind(struct fp_slice filename)
{
    struct fp_slice word = { filename.data + 1, filename.len - 2 };

    if (filename.len < 3 || filename.data[0] != '[')
        return -1;
    /* what perf calls the kernel's image; a relocation symbol may follow */
    if (fp_slice_starts(filename, "[kernel.kallsyms]") || fp_slice_starts(filename, "[guest.kernel.kallsyms"))
        return FP_KIND_KERNEL;
    if (filename.data[filename.len - 1] != ']')
        return -1;
    for (int kind = 0; kind < FP_KIND_COUNT; kind++)
        if (fp_slice_is(word, fp_frame_kind_name((enum fp_frame_kind)kind)))
            return kind;
    return -1;
}

const char *fp_pprof_unit_name(enum fp_unit unit)
{
    switch (unit) {
    case FP_UNIT_MICROSECONDS:
    case FP_UNIT_NANOSECONDS:
    case FP_UNIT_BYTES: return fp_unit_name(unit);
    default: return "count";
    }
}

static const struct {
    const char *name;
    enum fp_unit unit;
    int64_t factor;
} units[] = {
    { "nanoseconds", FP_UNIT_NANOSECONDS, 1 },
    { "nanosecond", FP_UNIT_NANOSECONDS, 1 },
    { "ns", FP_UNIT_NANOSECONDS, 1 },
    { "microseconds", FP_UNIT_MICROSECONDS, 1 },
    { "microsecond", FP_UNIT_MICROSECONDS, 1 },
    { "us", FP_UNIT_MICROSECONDS, 1 },
    { "milliseconds", FP_UNIT_MICROSECONDS, 1000 },
    { "millisecond", FP_UNIT_MICROSECONDS, 1000 },
    { "ms", FP_UNIT_MICROSECONDS, 1000 },
    { "seconds", FP_UNIT_MICROSECONDS, 1000000 },
    { "second", FP_UNIT_MICROSECONDS, 1000000 },
    { "s", FP_UNIT_MICROSECONDS, 1000000 },
    { "bytes", FP_UNIT_BYTES, 1 },
    { "byte", FP_UNIT_BYTES, 1 },
    { "kilobytes", FP_UNIT_BYTES, 1024 },
    { "megabytes", FP_UNIT_BYTES, 1024 * 1024 },
};

/* What is counted, where the sample type says so; async-profiler's and Go's own words. */
static const struct {
    const char *type;
    enum fp_unit unit;
} counted[] = {
    { "samples", FP_UNIT_SAMPLES },      { "sample", FP_UNIT_SAMPLES },  { "contentions", FP_UNIT_SAMPLES },
    { "goroutine", FP_UNIT_GOROUTINES }, { "objects", FP_UNIT_OBJECTS },
};

enum fp_unit fp_pprof_unit_of(struct fp_slice unit, const char *type, int64_t *ret_factor)
{
    enum fp_unit of_event = fp_event_find(type)->unit;

    *ret_factor = 1;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (fp_slice_is(unit, units[i].name)) {
            *ret_factor = units[i].factor;
            return units[i].unit;
        }
    if (unit.len && !fp_slice_is(unit, "count"))
        return FP_UNIT_UNITS;
    for (size_t i = 0; i < sizeof counted / sizeof counted[0]; i++)
        if (strcmp(type, counted[i].type) == 0)
            return counted[i].unit;
    /* the event's own unit, unless it is a measure: "count" contradicts that */
    return strcmp(fp_pprof_unit_name(of_event), "count") == 0 ? of_event : FP_UNIT_UNITS;
}

#define FIRST_FIELD 1024 /* bytes beyond which a file's first field may well be */

/* The wire type of each field of Profile. Repeated numbers (comments) may come packed as well. */
static bool right_type(const struct fp_pb_field *field)
{
    switch (field->number) {
    case FP_PPROF_SAMPLE_TYPE:
    case FP_PPROF_SAMPLE:
    case FP_PPROF_MAPPING:
    case FP_PPROF_LOCATION:
    case FP_PPROF_FUNCTION:
    case FP_PPROF_STRING_TABLE:
    case FP_PPROF_PERIOD_TYPE: return field->type == FP_PB_BYTES;
    case FP_PPROF_COMMENT: return field->type == FP_PB_BYTES || field->type == FP_PB_VARINT;
    case FP_PPROF_DROP_FRAMES:
    case FP_PPROF_KEEP_FRAMES:
    case FP_PPROF_TIME_NANOS:
    case FP_PPROF_DURATION_NANOS:
    case FP_PPROF_PERIOD:
    case FP_PPROF_DEFAULT_SAMPLE_TYPE: return field->type == FP_PB_VARINT;
    default: return true;
    }
}

/* A whole ValueType, of which nothing but its two numbers is known: a blank line of text begins with the same
 * tag. */
static bool looks_like_value_type(struct fp_pb pb)
{
    struct fp_pb_field field;
    int rc;

    while ((rc = fp_pb_next(&pb, &field, NULL)) > 0)
        if (field.number <= FP_PPROF_VALUE_UNIT && field.type != FP_PB_VARINT)
            return false;
    return rc == 0;
}

static bool has_control(const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes[i] == 0 || (bytes[i] < 0x20 && !strchr("\t\n\v\f\r\033", bytes[i])))
            return true;
    return false;
}

bool fp_pprof_looks(const void *bytes, size_t n)
{
    struct fp_pb pb = fp_pb_open(bytes, n);
    struct fp_pb_field field;
    size_t fields = 0;
    int rc;

    if (!n || !has_control(bytes, n))
        return false;
    while ((rc = fp_pb_next(&pb, &field, NULL)) > 0) {
        if (!right_type(&field) || (!fields && field.number > FP_PPROF_DEFAULT_SAMPLE_TYPE))
            return false;
        if (field.number == FP_PPROF_SAMPLE_TYPE && !looks_like_value_type(field.in))
            return false;
        fields++;
    }
    /* The field that these bytes cut off speaks against it only when there is no other and it has no right to
     * be long. */
    return rc == 0 || (rc == FP_ETRUNCATED && (fields || n >= FIRST_FIELD));
}
