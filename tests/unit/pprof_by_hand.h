/*
 * pprof profiles written field by field, and what must become of them.
 */
#ifndef PPROF_BY_HAND_H
#define PPROF_BY_HAND_H

#include "pprof_fixture.h"

#include "base/out.h"
#include "codec/pprof_fields.h"
#include "codec/protobuf.h"

/* ---- writing by hand ---- */

struct message {
    struct fp_str bytes;
    struct fp_out out;
};

static UNUSED void open_message(struct message *m)
{
    fp_str_init(&m->bytes, (size_t)64 << 20);
    fp_out_to_str(&m->out, &m->bytes);
}

/* Adds `inner` as field `number` and releases it. */
static UNUSED void nest(struct message *m, uint32_t number, struct message *inner)
{
    assert_int_equal(fp_out_finish(&inner->out, NULL), 0);
    fp_pb_put_bytes(&m->out, number, inner->bytes.data, inner->bytes.len);
    fp_str_release(&inner->bytes);
}

static UNUSED void put_string(struct message *m, const char *text)
{
    fp_pb_put_bytes(&m->out, FP_PPROF_STRING_TABLE, text, strlen(text));
}

/* The strings that all profiles here begin with. */
enum {
    S_EMPTY,
    S_CPU,
    S_US,
    S_MAIN,
    S_WORK,
    S_LEAF,
    S_THREAD,
    S_T1,
    S_COUNT,
    S_SAMPLES,
    S_LIB,
    S_KERNEL,
    S_NEXT
};

static UNUSED void put_strings(struct message *m)
{
    static const char *const strings[S_NEXT] = {
        "",       "cpu", "microseconds", "main",    "work",           "leaf",
        "thread", "t1",  "count",        "samples", "/lib/libz.so.1", "[kernel.kallsyms]_text"
    };

    for (int i = 0; i < S_NEXT; i++)
        put_string(m, strings[i]);
}

static UNUSED void put_type(struct message *m, uint64_t type, uint64_t unit)
{
    struct message inner;

    open_message(&inner);
    fp_pb_put_u64(&inner.out, FP_PPROF_VALUE_TYPE, type);
    fp_pb_put_u64(&inner.out, FP_PPROF_VALUE_UNIT, unit);
    nest(m, FP_PPROF_SAMPLE_TYPE, &inner);
}

static UNUSED void put_function(struct message *m, uint64_t id, uint64_t name, uint64_t system_name)
{
    struct message inner;

    open_message(&inner);
    fp_pb_put_u64(&inner.out, FP_PPROF_FUNCTION_ID, id);
    fp_pb_put_u64(&inner.out, FP_PPROF_FUNCTION_NAME, name);
    fp_pb_put_u64(&inner.out, FP_PPROF_FUNCTION_SYSTEM_NAME, system_name);
    nest(m, FP_PPROF_FUNCTION, &inner);
}

static UNUSED void put_mapping(struct message *m, uint64_t id, uint64_t filename)
{
    struct message inner;

    open_message(&inner);
    fp_pb_put_u64(&inner.out, FP_PPROF_MAPPING_ID, id);
    fp_pb_put_u64(&inner.out, FP_PPROF_MAPPING_FILENAME, filename);
    nest(m, FP_PPROF_MAPPING, &inner);
}

/* Lines end with a 0; the innermost comes first. */
static UNUSED void put_location(struct message *m, uint64_t id, uint64_t mapping, uint64_t address,
                                const uint64_t *functions)
{
    struct message inner;

    open_message(&inner);
    fp_pb_put_u64(&inner.out, FP_PPROF_LOCATION_ID, id);
    fp_pb_put_u64(&inner.out, FP_PPROF_LOCATION_MAPPING, mapping);
    fp_pb_put_u64(&inner.out, FP_PPROF_LOCATION_ADDRESS, address);
    for (; functions && *functions; functions++) {
        struct message line;

        open_message(&line);
        fp_pb_put_u64(&line.out, FP_PPROF_LINE_FUNCTION, *functions);
        fp_pb_put_u64(&line.out, 2, 77); /* a line number */
        nest(&inner, FP_PPROF_LOCATION_LINE, &line);
    }
    nest(m, FP_PPROF_LOCATION, &inner);
}

static UNUSED void put_numbers(struct message *m, uint32_t number, bool packed, const uint64_t *values,
                               size_t n)
{
    struct message inner;

    open_message(&inner);
    for (size_t i = 0; i < n; i++) {
        if (!packed)
            fp_pb_put_varint(&m->out, (uint64_t)number << 3);
        fp_pb_put_varint(packed ? &inner.out : &m->out, values[i]);
    }
    if (packed)
        nest(m, number, &inner);
    else
        fp_str_release(&inner.bytes);
}

struct sample {
    uint64_t locations[4];
    size_t depth;
    uint64_t values[4];
    size_t count;
    uint64_t key, str;
};

static UNUSED void put_sample(struct message *m, bool packed, const struct sample *sample)
{
    struct message inner;

    open_message(&inner);
    put_numbers(&inner, FP_PPROF_SAMPLE_LOCATION, packed, sample->locations, sample->depth);
    put_numbers(&inner, FP_PPROF_SAMPLE_VALUE, packed, sample->values, sample->count);
    if (sample->key) {
        struct message label;

        open_message(&label);
        fp_pb_put_u64(&label.out, FP_PPROF_LABEL_KEY, sample->key);
        fp_pb_put_u64(&label.out, FP_PPROF_LABEL_STR, sample->str);
        nest(&inner, FP_PPROF_SAMPLE_LABEL, &label);
    }
    nest(m, FP_PPROF_SAMPLE, &inner);
}

/* Functions 1 main, 2 work, 3 leaf, each at the location of its number. */
static UNUSED void put_three(struct message *m)
{
    for (uint64_t id = 1; id <= 3; id++) {
        put_function(m, id, S_MAIN + id - 1, 0);
        put_location(m, id, 0, 0x1000 + id, (const uint64_t[]){ id, 0 });
    }
}

/* A cpu/microseconds profile that is well so far. */
static UNUSED void begin(struct message *m)
{
    open_message(m);
    put_type(m, S_CPU, S_US);
    put_strings(m);
    put_three(m);
}

/* ---- expectations: stacks as folded lines ---- */

static UNUSED int parse(struct message *m, struct fp_tree *tree, struct fp_pprof_meta *meta,
                        struct fp_error *err)
{
    struct fp_builder builder;
    int rc;

    *err = (struct fp_error)FP_ERROR_INIT;
    assert_int_equal(fp_out_finish(&m->out, NULL), 0);
    rc = read_bytes(m->bytes.data, m->bytes.len, &builder, meta, err);
    fp_str_release(&m->bytes);
    if (rc < 0) {
        assert_int_equal(rc, err->code);
        fp_builder_release(&builder);
    } else {
        freeze(tree, &builder);
        assert_invariants(tree);
    }
    return rc;
}

static UNUSED void expect_with(struct message *m, const char *want, const char *event, enum fp_unit unit,
                               int64_t start, int64_t end, int64_t sample)
{
    struct fp_pprof_meta meta;
    struct fp_error err;
    struct fp_tree tree;
    struct fp_str got;

    if (parse(m, &tree, &meta, &err) < 0)
        fail_msg("%s", err.message);
    fp_str_init(&got, FP_LIMIT_TEXT);
    for (uint32_t i = 1; i < tree.count; i++) {
        struct fp_slice name = fp_tree_name(&tree, i);

        for (uint32_t d = 1; d < tree.depth[i]; d++)
            fp_str_putc(&got, ' ');
        fp_str_append(&got, name.data, name.len);
        fp_str_printf(&got, " %c%lld\n", fp_frame_kind_letter(fp_tree_kind(&tree, i)),
                      (long long)tree.self[i]);
    }
    assert_string_equal(got.data, want);
    assert_string_equal(meta.event, event);
    assert_int_equal(meta.unit, unit);
    assert_int_equal(meta.start, start);
    assert_int_equal(meta.end, end);
    assert_int_equal(meta.sample, sample);
    fp_str_release(&got);
    fp_tree_release(&tree);
    fp_pprof_meta_release(&meta);
}

static UNUSED void expect(struct message *m, const char *want)
{
    expect_with(m, want, "cpu", FP_UNIT_MICROSECONDS, 0, 0, 0);
}

static UNUSED void refuse(struct message *m, enum fp_status code, const char *words)
{
    struct fp_pprof_meta meta;
    struct fp_error err;
    struct fp_tree tree;

    assert_int_equal(parse(m, &tree, &meta, &err), code);
    if (!strstr(err.message, words))
        fail_msg("no \"%s\" in \"%s\"", words, err.message);
    assert_true(err.offset >= 0);
}

static const UNUSED struct sample plain = {
    .locations = { 3, 2, 1 }, .depth = 3, .values = { 500 }, .count = 1
};

#endif
