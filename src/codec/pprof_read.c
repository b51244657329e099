/*
 * pprof → tree. What is understood is told in pprof.h.
 *
 * Samples usually come before the tables that give them meaning, so the file is held in memory and walked
 * twice: once for all but the samples (pprof_tables.c), once for the samples.
 */
#include "codec/pprof.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/unit.h"
#include "base/utf8.h"
#include "codec/pprof_fields.h"
#include "codec/pprof_tables.h"
#include "codec/protobuf.h"
#include "codec/reply_forms.h"

#define BLOCK ((size_t)256 << 10)
#define NANOS INT64_C(1000000000)

enum label { PROCESS, THREAD, LABELS }; /* in the order of their levels */

static const struct {
    const char *key, *prefix;
    enum fp_frame_kind kind;
} label_shapes[LABELS] = {
    [PROCESS] = { FP_PPROF_PROCESS, FP_PPROF_PROCESS_PREFIX, FP_KIND_PROCESS },
    [THREAD] = { FP_PPROF_THREAD, FP_PPROF_THREAD_PREFIX, FP_KIND_THREAD },
};

struct pprof_reader {
    struct fp_pprof_tables tables;
    struct fp_builder *builder;
    size_t chosen;                /* sample type */
    int64_t factor;               /* its values → our unit */
    uint32_t *label_name[LABELS]; /* by string: its name in the builder + 1; 0 = not yet made */
    uint32_t *stack;              /* locations of one sample, leaf first */
    size_t stack_cap;
    uint64_t frames, frames_max; /* unfolded so far */
};

/* One sample as it was read. */
struct sample {
    size_t depth, values;
    int64_t value;          /* of the chosen type */
    uint64_t label[LABELS]; /* strings; 0 = none */
};

/* ---- samples ---- */

static int read_locations(struct pprof_reader *r, struct fp_pb_field *field, struct sample *sample,
                          struct fp_error *err)
{
    uint64_t id;
    int rc;

    while ((rc = fp_pb_repeated(field, &id, err)) > 0) {
        uint32_t at = fp_ids_find(&r->tables.location_ids, id);

        if (at == FP_IDS_NONE)
            return fp_pb_fail(field->offset, err, FP_EDATA,
                              "pprof: location %" PRIu64 " is not in the file (cut short?)", id);
        rc = fp_array_reserve(&r->stack, &r->stack_cap, sample->depth + 1, sizeof *r->stack, FP_LIMIT_DEPTH,
                              "frames in one stack", err);
        if (rc < 0) {
            fp_error_at(err, NULL, 0, 0, (int64_t)field->offset);
            return rc;
        }
        r->stack[sample->depth++] = at;
        r->frames += r->tables.locations[at].count;
        if (r->frames > r->frames_max)
            return fp_pb_fail(field->offset, err, FP_ELIMIT,
                              "pprof: inlined calls unfold to more than %u frames for each byte of the file",
                              FP_PPROF_UNFOLD);
    }
    return rc;
}

static int read_values(const struct pprof_reader *r, struct fp_pb_field *field, struct sample *sample,
                       struct fp_error *err)
{
    uint64_t value;
    int rc;

    while ((rc = fp_pb_repeated(field, &value, err)) > 0)
        if (sample->values++ == r->chosen)
            sample->value = (int64_t)value;
    return rc;
}

static int read_label(const struct pprof_reader *r, const struct fp_pb_field *field, struct sample *sample,
                      struct fp_error *err)
{
    struct fp_pb pb = field->in;
    struct fp_pb_field in;
    uint64_t number[FP_PPROF_LABEL_STR + 1] = { 0 };
    struct fp_slice key;
    int rc;

    while ((rc = fp_pb_next(&pb, &in, err)) > 0) {
        if (in.number > FP_PPROF_LABEL_STR)
            continue;
        rc = fp_pb_expect(&in, FP_PB_VARINT, err);
        if (rc < 0)
            return rc;
        number[in.number] = in.value;
    }
    if (rc == FP_OK)
        rc = fp_pprof_string(&r->tables, number[FP_PPROF_LABEL_KEY], field->offset, &key, err);
    for (enum label label = 0; label < LABELS && rc == FP_OK; label++)
        if (!sample->label[label] && fp_slice_is(key, label_shapes[label].key))
            sample->label[label] = number[FP_PPROF_LABEL_STR]; /* the first of several */
    return rc;
}

/* The level that a label stands for: the child of *node. */
static int descend_label(struct pprof_reader *r, enum label label, uint64_t string, uint64_t offset,
                         uint32_t *node, struct fp_error *err)
{
    struct fp_pprof_name name = { .prefix = label_shapes[label].prefix };
    uint32_t *made;
    int rc = fp_pprof_string(&r->tables, string, offset, &name.text, err);

    if (rc < 0 || !name.text.len)
        return rc;
    made = &r->label_name[label][string];
    if (!*made) {
        uint32_t id;

        rc = fp_pprof_intern(&r->tables, r->builder, &name, (int)label_shapes[label].kind, &id, err);
        if (rc < 0)
            return rc;
        *made = id + 1;
    }
    return fp_builder_child(r->builder, *node, *made - 1, node, err);
}

static int add_stack(struct pprof_reader *r, const struct sample *sample, uint64_t offset,
                     struct fp_error *err)
{
    const struct fp_pprof_tables *t = &r->tables;
    uint32_t node = 0;
    int64_t value;
    int rc = FP_OK;

    for (enum label label = 0; label < LABELS && rc == FP_OK; label++)
        if (sample->label[label])
            rc = descend_label(r, label, sample->label[label], offset, &node, err);
    for (size_t i = sample->depth; i-- > 0 && rc == FP_OK;) {
        const struct fp_pprof_location *location = &t->locations[r->stack[i]];

        for (uint32_t k = location->count; k-- > 0 && rc == FP_OK;)
            rc = fp_builder_child(r->builder, node, t->frame[location->first + k], &node, err);
    }
    if (rc < 0)
        return rc;
    if (__builtin_mul_overflow(sample->value, r->factor, &value))
        return fp_error_set(err, FP_EDATA, "pprof: a value that does not fit 64 bits in our unit");
    return fp_builder_add(r->builder, node, value, err);
}

static int read_sample_field(struct pprof_reader *r, struct fp_pb_field *field, struct sample *sample,
                             struct fp_error *err)
{
    int rc;

    switch (field->number) {
    case FP_PPROF_SAMPLE_LOCATION: return read_locations(r, field, sample, err);
    case FP_PPROF_SAMPLE_VALUE: return read_values(r, field, sample, err);
    case FP_PPROF_SAMPLE_LABEL:
        rc = fp_pb_expect(field, FP_PB_BYTES, err);
        return rc == FP_OK ? read_label(r, field, sample, err) : rc;
    default: return FP_OK;
    }
}

static int read_sample(struct pprof_reader *r, const struct fp_pb_field *outer, struct fp_error *err)
{
    struct sample sample = { 0 };
    struct fp_pb pb = outer->in;
    struct fp_pb_field field;
    int rc;

    while ((rc = fp_pb_next(&pb, &field, err)) > 0) {
        rc = read_sample_field(r, &field, &sample, err);
        if (rc < 0)
            return rc;
    }
    if (rc < 0)
        return rc;
    if (sample.values != r->tables.type_count)
        return fp_pb_fail(outer->offset, err, FP_EDATA,
                          "pprof: a sample with %zu value%s, and %zu sample type%s", sample.values,
                          fp_plural(sample.values), (size_t)r->tables.type_count, fp_plural(r->tables.type_count));
    if (sample.value < 0)
        return fp_pb_fail(outer->offset, err, FP_EDATA,
                          "pprof: a negative value, as in the difference of two profiles: give the two "
                          "profiles themselves");
    if (!sample.value && r->tables.type_count > 1)
        return FP_OK; /* it is there for one of the other types */
    rc = add_stack(r, &sample, outer->offset, err);
    if (rc < 0 && err && err->offset < 0)
        fp_error_at(err, NULL, 0, 0, (int64_t)outer->offset);
    return rc;
}

static int read_samples(struct pprof_reader *r, struct fp_error *err)
{
    struct fp_pb pb = fp_pb_open(r->tables.bytes, r->tables.n);
    struct fp_pb_field field;
    int rc;

    for (enum label label = 0; label < LABELS; label++) {
        r->label_name[label] = calloc(r->tables.string_count, sizeof *r->label_name[label]);
        if (!r->label_name[label])
            return fp_error_nomem(err);
    }
    while ((rc = fp_pb_next(&pb, &field, err)) > 0) {
        if (field.number != FP_PPROF_SAMPLE)
            continue;
        rc = fp_pb_expect(&field, FP_PB_BYTES, err);
        if (rc == FP_OK && !r->tables.type_count)
            rc = fp_pb_fail(field.offset, err, FP_EDATA,
                            "pprof: a sample, but no sample type that says what it counts");
        if (rc == FP_OK)
            rc = read_sample(r, &field, err);
        if (rc < 0)
            return rc;
    }
    return rc;
}

/* ---- what the profile says about itself ---- */

/* A copy fit for a page; NULL when memory is short. */
static const char *keep_text(struct fp_arena *arena, struct fp_slice text)
{
    char clean[FP_PPROF_TEXT];

    return fp_arena_strndup(arena, clean, fp_utf8_clean(clean, sizeof clean, text.data, text.len));
}

static bool take_prefix(struct fp_slice *text, const char *prefix)
{
    if (!fp_slice_starts(*text, prefix))
        return false;
    text->data += strlen(prefix);
    text->len -= strlen(prefix);
    return true;
}

static int read_unit(struct fp_slice word, enum fp_unit *unit)
{
    for (int u = 0; u < FP_UNIT_COUNT; u++)
        if (fp_slice_is(word, fp_unit_name((enum fp_unit)u))) {
            *unit = (enum fp_unit)u;
            return 0;
        }
    return -1;
}

/* One of our own comments; false when it is none of the keys. The root's was read before. */
static bool take_own(struct fp_pprof_meta *meta, struct fp_slice *text, bool *nomem)
{
    const char **place = NULL;
    enum fp_unit unit;

    if (take_prefix(text, "root: "))
        return true;
    if (take_prefix(text, "unit: ")) {
        /* only between units for which pprof has one word: the sample type has the last one */
        if (read_unit(*text, &unit) == 0 &&
            strcmp(fp_pprof_unit_name(unit), fp_pprof_unit_name(meta->unit)) == 0)
            meta->unit = unit;
        return true;
    }
    if (take_prefix(text, "event: "))
        place = &meta->event;
    else if (take_prefix(text, "filter: "))
        place = &meta->filter;
    else if (take_prefix(text, "generator: "))
        place = &meta->generator;
    if (!place) {
        take_prefix(text, "note: ");
        return false;
    }
    *place = keep_text(&meta->arena, *text);
    *nomem = !*place;
    return true;
}

static int read_comments(const struct pprof_reader *r, struct fp_pprof_meta *meta, struct fp_error *err)
{
    const struct fp_pprof_tables *t = &r->tables;
    size_t keep = t->comment_count < FP_PPROF_NOTES ? t->comment_count : FP_PPROF_NOTES;
    const char **notes = fp_arena_array(&meta->arena, keep, sizeof *notes);
    bool nomem = !notes;

    for (size_t i = t->ours; i < t->comment_count && !nomem; i++) {
        struct fp_slice text;
        int rc = fp_pprof_string(t, t->comments[i], FP_PPROF_NOWHERE, &text, err);

        if (rc < 0)
            return rc;
        if (t->ours && take_own(meta, &text, &nomem))
            continue;
        if (meta->note_count == keep) {
            meta->more_notes++;
            continue;
        }
        notes[meta->note_count] = keep_text(&meta->arena, text);
        nomem |= !notes[meta->note_count++];
    }
    meta->notes = notes;
    meta->ours = t->ours;
    return nomem ? fp_error_nomem(err) : FP_OK;
}

/* default_sample_type by name, else the last one. */
static int choose_type(struct pprof_reader *r, struct fp_pprof_meta *meta, struct fp_error *err)
{
    const struct fp_pprof_tables *t = &r->tables;
    struct fp_slice wanted = { "", 0 }, type = { "", 0 }, unit = { "", 0 };
    int rc = t->default_type ? fp_pprof_string(t, t->default_type, FP_PPROF_NOWHERE, &wanted, err) : FP_OK;

    r->factor = 1;
    r->chosen = t->type_count ? t->type_count - 1 : 0;
    for (size_t i = 0; i < t->type_count && rc == FP_OK; i++) {
        rc = fp_pprof_string(t, t->types[i].type, FP_PPROF_NOWHERE, &type, err);
        if (rc == FP_OK && wanted.len && fp_slice_equal(type, wanted)) {
            r->chosen = i;
            break;
        }
    }
    if (rc == FP_OK && t->type_count) {
        rc = fp_pprof_string(t, t->types[r->chosen].type, FP_PPROF_NOWHERE, &type, err);
        if (rc == FP_OK)
            rc = fp_pprof_string(t, t->types[r->chosen].unit, FP_PPROF_NOWHERE, &unit, err);
    }
    if (rc < 0)
        return rc;
    meta->event = keep_text(&meta->arena, type);
    if (!meta->event)
        return fp_error_nomem(err);
    meta->unit = fp_pprof_unit_of(unit, meta->event, &r->factor);
    return FP_OK;
}

/* The window, to whole seconds outwards, and a sample's worth where the period is counted as the samples are.
 */
static void read_times(const struct pprof_reader *r, struct fp_pprof_meta *meta)
{
    const struct fp_pprof_tables *t = &r->tables;
    int64_t start = (int64_t)t->time_nanos, length = (int64_t)t->duration_nanos, end;

    if (start > 0) {
        meta->start = meta->end = start / NANOS;
        if (length > 0 && !__builtin_add_overflow(start, length, &end))
            meta->end = end / NANOS + (end % NANOS != 0);
    }
    if (t->type_count && (int64_t)t->period > 0 && t->period_type.type == t->types[r->chosen].type &&
        t->period_type.unit == t->types[r->chosen].unit &&
        __builtin_mul_overflow((int64_t)t->period, r->factor, &meta->sample))
        meta->sample = 0;
}

/* "root: LETTER name" of our own profiles, else what the caller says. */
static int make_root(struct pprof_reader *r, struct fp_slice name, struct fp_error *err)
{
    const struct fp_pprof_tables *t = &r->tables;
    enum fp_frame_kind kind = fp_root_kind(name);

    for (size_t i = 1; t->ours && i < t->comment_count; i++) {
        struct fp_slice text;
        int letter, rc = fp_pprof_string(t, t->comments[i], FP_PPROF_NOWHERE, &text, err);

        if (rc < 0)
            return rc;
        if (!take_prefix(&text, "root: ") || text.len < 2 || text.data[1] != ' ')
            continue;
        letter = fp_frame_kind_of_letter(text.data[0]);
        if (letter < 0 || fp_utf8_valid_prefix(text.data, text.len) < text.len)
            continue;
        kind = (enum fp_frame_kind)letter;
        name = (struct fp_slice){ text.data + 2, text.len - 2 };
        break;
    }
    return fp_builder_root(r->builder, name, kind, err);
}

/* ---- the whole ---- */

static int slurp(struct fp_in *in, char **ret_bytes, size_t *ret_n, struct fp_error *err)
{
    size_t cap = 0, used = 0;
    char *bytes = NULL;
    ssize_t n;
    int rc;

    do {
        rc = fp_array_reserve(&bytes, &cap, used + BLOCK, 1, (size_t)FP_LIMIT_RESPONSE_MAX,
                              "bytes in one profile", err);
        if (rc < 0)
            break;
        n = fp_in_read(in, bytes + used, cap - used, err);
        if (n < 0)
            rc = (int)n;
        else
            used += (size_t)n;
    } while (rc == FP_OK && n > 0);
    if (rc < 0) {
        free(bytes);
        return rc;
    }
    *ret_bytes = bytes;
    *ret_n = used;
    return FP_OK;
}

static int read_profile(struct pprof_reader *r, const char *bytes, size_t n, struct fp_slice root,
                        struct fp_pprof_meta *meta, struct fp_error *err)
{
    int rc = fp_pprof_tables_read(&r->tables, bytes, n, err);

    /* generous for the honest (a stack of a few inlined calls is a byte or two), linear for the rest */
    r->frames_max = (uint64_t)n * FP_PPROF_UNFOLD;
    if (rc == FP_OK)
        rc = make_root(r, root, err);
    if (rc == FP_OK)
        rc = choose_type(r, meta, err);
    if (rc == FP_OK)
        rc = read_comments(r, meta, err);
    if (rc == FP_OK)
        rc = fp_pprof_tables_resolve(&r->tables, r->builder, err);
    if (rc == FP_OK)
        rc = read_samples(r, err);
    if (rc == FP_OK)
        read_times(r, meta);
    meta->mended_names = r->tables.mended;
    return rc;
}

int fp_pprof_read(struct fp_in *in, struct fp_slice root, struct fp_builder *builder,
                  struct fp_pprof_meta *ret_meta, struct fp_error *err)
{
    struct pprof_reader r = { .builder = builder };
    struct fp_pprof_meta meta = { 0 };
    char *bytes = NULL;
    size_t n = 0;
    int rc = slurp(in, &bytes, &n, err);

    fp_arena_init(&meta.arena);
    if (rc == FP_OK)
        rc = read_profile(&r, bytes, n, root, &meta, err);
    if ((rc == FP_ESYNTAX || rc == FP_EDATA) && err && err->offset < 0)
        fp_error_at(err, NULL, 0, 0, (int64_t)n); /* what is wanted is not there to the end */
    fp_pprof_tables_release(&r.tables);
    for (enum label label = 0; label < LABELS; label++)
        free(r.label_name[label]);
    free(r.stack);
    free(bytes);
    if (rc == FP_OK)
        *ret_meta = meta;
    else
        fp_pprof_meta_release(&meta);
    return rc;
}
