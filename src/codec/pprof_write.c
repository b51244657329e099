/*
 * Tree → pprof. What is written where is told in pprof.h.
 *
 * Strings get their indexes before anything is written, so samples can be streamed. All fields that refer to
 * strings come before the table of strings, whose last entry is the mark that the first comment refers to: a
 * file that was cut short anywhere has an index that leads nowhere, even when it was cut between two fields.
 */
#include "codec/pprof.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "codec/gzip_out.h"
#include "codec/pprof_fields.h"
#include "codec/protobuf.h"

#define NANOS INT64_C(1000000000)

enum {
    STRING_EMPTY,
    STRING_TYPE,
    STRING_UNIT,
    STRING_THREAD,
    STRING_PROCESS,
    STRING_MAPPINGS
}; /* then what follows */

#define NO_FRAMES UINT32_MAX

struct pprof_writer {
    const struct fp_tree *tree;
    const struct fp_pprof_meta *meta;
    struct fp_out *out;
    uint32_t *location;           /* by name: its location and function, from 1; 0 = none */
    uint32_t *label;              /* by name: number among the labels' values, from 1; 0 = none */
    uint32_t *located, *labelled; /* the names in the order of these numbers */
    uint32_t locations, labels;
    uint32_t mapping[FP_KIND_COUNT]; /* by kind: from 1; 0 = no frame has it */
    uint32_t mappings;
    uint32_t *path;         /* by depth: location of the node, 0 where it became a label */
    uint32_t *path_bytes;   /* by depth: bytes of the locations from the root to here */
    struct fp_str comments; /* all texts one after the other … */
    size_t *comment_end;    /* … and where they end */
    size_t comment_count;
};

static void release(struct pprof_writer *w)
{
    free(w->location);
    free(w->label);
    free(w->located);
    free(w->labelled);
    free(w->path);
    free(w->path_bytes);
    free(w->comment_end);
    fp_str_release(&w->comments);
}

/* ---- what is a label and what is a frame ---- */

/* Is it this kind in the shape that the reader gives it back in? An empty label is none for pprof. */
static bool has_shape(const struct fp_tree *tree, uint32_t node, enum fp_frame_kind kind, const char *prefix)
{
    struct fp_slice name = fp_tree_name(tree, node);

    return fp_tree_kind(tree, node) == kind && name.len > strlen(prefix) && fp_slice_starts(name, prefix);
}

static bool is_process_label(const struct fp_tree *tree, uint32_t node)
{
    return tree->depth[node] == 1 && has_shape(tree, node, FP_KIND_PROCESS, FP_PPROF_PROCESS_PREFIX);
}

static bool is_thread_label(const struct fp_tree *tree, uint32_t node)
{
    uint32_t depth = tree->depth[node];

    if (depth != 1 && (depth != 2 || !is_process_label(tree, tree->parent[node])))
        return false;
    return has_shape(tree, node, FP_KIND_THREAD, FP_PPROF_THREAD_PREFIX);
}

/* A host has nothing but processes and threads: made labels, they would leave pprof with empty stacks. */
static bool is_label(const struct fp_tree *tree, uint32_t node)
{
    return tree->depth[node] <= 2 && fp_tree_kind(tree, 0) != FP_KIND_HOST &&
           (is_process_label(tree, node) || is_thread_label(tree, node));
}

/* Numbers go in the tree's order, which does not depend on the ids of names. */
static void number_names(struct pprof_writer *w)
{
    const struct fp_tree *tree = w->tree;
    bool used[FP_KIND_COUNT] = { false };

    for (uint32_t node = 1; node < tree->count; node++) {
        uint32_t name = tree->name[node];

        if (is_label(tree, node)) {
            if (!w->label[name]) {
                w->labelled[w->labels] = name;
                w->label[name] = ++w->labels;
            }
        } else if (!w->location[name]) {
            w->located[w->locations] = name;
            w->location[name] = ++w->locations;
            used[tree->names.kind[name]] = true;
        }
    }
    for (int kind = 0; kind < FP_KIND_COUNT; kind++)
        if (used[kind])
            w->mapping[kind] = ++w->mappings;
}

/* ---- comments ---- */

static void end_comment(struct pprof_writer *w)
{
    w->comment_end[w->comment_count++] = w->comments.len;
}

static void comment(struct pprof_writer *w, const char *key, const char *text)
{
    if (!text)
        return;
    fp_str_puts(&w->comments, key);
    fp_str_puts(&w->comments, text);
    end_comment(w);
}

static int make_comments(struct pprof_writer *w, struct fp_error *err)
{
    const struct fp_pprof_meta *meta = w->meta;
    struct fp_slice root = fp_tree_name(w->tree, 0);

    w->comment_end = calloc(meta->note_count + 8, sizeof *w->comment_end);
    if (!w->comment_end)
        return fp_error_nomem(err);
    fp_str_puts(&w->comments, "root: ");
    fp_str_putc(&w->comments, fp_frame_kind_letter(fp_tree_kind(w->tree, 0)));
    fp_str_putc(&w->comments, ' ');
    fp_str_append(&w->comments, root.data, root.len);
    end_comment(w);
    comment(w, "event: ", meta->event);
    comment(w, "unit: ", fp_unit_name(meta->unit));
    comment(w, "filter: ", meta->filter);
    comment(w, "generator: ", meta->generator);
    for (size_t i = 0; i < meta->note_count; i++)
        comment(w, "note: ", meta->notes[i]);
    return fp_str_status(&w->comments, "the comments of a pprof profile", err);
}

/* ---- indexes of strings ---- */

static uint64_t string_of_comment(const struct pprof_writer *w, size_t i)
{
    return STRING_MAPPINGS + (uint64_t)w->mappings + i;
}

static uint64_t string_of_location(const struct pprof_writer *w, uint32_t location)
{
    return string_of_comment(w, w->comment_count) + location - 1;
}

static uint64_t string_of_label(const struct pprof_writer *w, uint32_t label)
{
    return string_of_location(w, w->locations + 1) + label - 1;
}

static uint64_t string_of_mark(const struct pprof_writer *w)
{
    return string_of_label(w, w->labels + 1);
}

static void put_names(const struct pprof_writer *w)
{
    for (uint32_t i = 0; i < w->locations; i++) {
        struct fp_slice name = fp_names_get(&w->tree->names, w->located[i]);

        fp_pb_put_bytes(w->out, FP_PPROF_STRING_TABLE, name.data, name.len);
    }
    for (uint32_t i = 0; i < w->labels; i++) {
        const struct fp_names *names = &w->tree->names;
        struct fp_slice name = fp_frame_bare_name((enum fp_frame_kind)names->kind[w->labelled[i]],
                                                  fp_names_get(names, w->labelled[i]));

        fp_pb_put_bytes(w->out, FP_PPROF_STRING_TABLE, name.data, name.len);
    }
}

static void put_string_table(const struct pprof_writer *w)
{
    const struct fp_pprof_meta *meta = w->meta;
    const char *event = meta->event ? meta->event : "";
    const char *fixed[STRING_MAPPINGS] = {
        [STRING_EMPTY] = "",
        /* for on-cpu the word that pprof's users know */
        [STRING_TYPE] = strcmp(event, "on-cpu") == 0 ? "cpu" : event,
        [STRING_UNIT] = fp_pprof_unit_name(meta->unit),
        [STRING_THREAD] = FP_PPROF_THREAD,
        [STRING_PROCESS] = FP_PPROF_PROCESS,
    };
    size_t start = 0;

    for (size_t i = 0; i < STRING_MAPPINGS; i++)
        fp_pb_put_bytes(w->out, FP_PPROF_STRING_TABLE, fixed[i], strlen(fixed[i]));
    for (int kind = 0; kind < FP_KIND_COUNT; kind++) {
        const char *name = fp_frame_kind_name((enum fp_frame_kind)kind);

        if (!w->mapping[kind])
            continue;
        fp_pb_put_open(w->out, FP_PPROF_STRING_TABLE, strlen(name) + 2);
        fp_out_putc(w->out, '[');
        fp_out_puts(w->out, name);
        fp_out_putc(w->out, ']');
    }
    for (size_t i = 0; i < w->comment_count; i++) {
        fp_pb_put_bytes(w->out, FP_PPROF_STRING_TABLE, w->comments.data + start, w->comment_end[i] - start);
        start = w->comment_end[i];
    }
    put_names(w);
    fp_pb_put_bytes(w->out, FP_PPROF_STRING_TABLE, FP_PPROF_MARK, strlen(FP_PPROF_MARK));
}

/* ---- the rest ---- */

static void put_label(const struct pprof_writer *w, uint32_t node, struct fp_pb_small *ret_label)
{
    const struct fp_tree *tree = w->tree;
    uint64_t key = fp_tree_kind(tree, node) == FP_KIND_THREAD ? STRING_THREAD : STRING_PROCESS;

    fp_pb_small_u64(ret_label, FP_PPROF_LABEL_KEY, key);
    fp_pb_small_u64(ret_label, FP_PPROF_LABEL_STR, string_of_label(w, w->label[tree->name[node]]));
}

/* The labels that the first two levels above (or at) a node became: 0 to 2 of them, the process first. */
static size_t labels_of(const struct pprof_writer *w, const uint32_t top[3], uint32_t depth,
                        struct fp_pb_small labels[2])
{
    size_t n = 0;

    for (uint32_t d = 1; d <= 2 && d <= depth && w->path[d] == 0; d++) {
        labels[n] = (struct fp_pb_small){ .used = 0 };
        put_label(w, top[d], &labels[n++]);
    }
    return n;
}

static void put_sample(const struct pprof_writer *w, const uint32_t top[3], uint32_t node)
{
    uint32_t depth = w->tree->depth[node];
    uint64_t value = (uint64_t)w->tree->self[node];
    size_t ids = w->path_bytes[depth], value_bytes = fp_pb_varint_size(value);
    struct fp_pb_small labels[2];
    size_t label_count = labels_of(w, top, depth, labels);
    uint64_t size = 2 + value_bytes; /* a tag and a length, packed: a value of 0 is there too */

    if (ids)
        size += 1 + fp_pb_varint_size(ids) + ids;
    for (size_t i = 0; i < label_count; i++)
        size += 1 + fp_pb_varint_size(labels[i].used) + labels[i].used;
    fp_pb_put_open(w->out, FP_PPROF_SAMPLE, size);
    if (ids)
        fp_pb_put_open(w->out, FP_PPROF_SAMPLE_LOCATION, ids);
    for (uint32_t d = depth; d > 0 && w->path[d]; d--) /* labels are at the root's end */
        fp_pb_put_varint(w->out, w->path[d]);
    fp_pb_put_open(w->out, FP_PPROF_SAMPLE_VALUE, value_bytes);
    fp_pb_put_varint(w->out, value);
    for (size_t i = 0; i < label_count; i++)
        fp_pb_put_small(w->out, FP_PPROF_SAMPLE_LABEL, &labels[i]);
}

/* Steps to the next node in preorder: `path` and `path_bytes` are those of its stack then. */
static void step(const struct pprof_writer *w, uint32_t node)
{
    uint32_t depth = w->tree->depth[node];

    if (depth == 0)
        return;
    w->path[depth] = is_label(w->tree, node) ? 0 : w->location[w->tree->name[node]];
    w->path_bytes[depth] = w->path_bytes[depth - 1];
    if (w->path[depth])
        w->path_bytes[depth] += (uint32_t)fp_pb_varint_size(w->path[depth]);
}

/* A leaf is a sample even when it is worth nothing: it would be lost else. */
static bool is_sample(const struct fp_tree *tree, uint32_t node)
{
    return tree->self[node] || (node > 0 && tree->end[node] == node + 1);
}

/* Before half a gigabyte has been written for nothing: stacks alone may be too long. */
static int check_size(const struct pprof_writer *w, struct fp_error *err)
{
    uint64_t bytes = 0;

    for (uint32_t node = 0; node < w->tree->count; node++) {
        step(w, node);
        if (is_sample(w->tree, node))
            bytes += w->path_bytes[w->tree->depth[node]];
        if (bytes > FP_PPROF_BYTES)
            return fp_error_set(err, FP_ELIMIT,
                                "the stacks would take more than the limit of %" PRIu64
                                " bytes in a pprof profile",
                                FP_PPROF_BYTES);
    }
    return FP_OK;
}

static void put_samples(const struct pprof_writer *w)
{
    const struct fp_tree *tree = w->tree;
    uint32_t top[3] = { 0 }; /* the nodes of the first levels, for labels */

    for (uint32_t node = 0; node < tree->count && w->out->err.code == FP_OK; node++) {
        if (tree->depth[node] < 3)
            top[tree->depth[node]] = node;
        step(w, node);
        if (is_sample(tree, node))
            put_sample(w, top, node);
    }
}

static void put_tables(const struct pprof_writer *w)
{
    uint64_t string = STRING_MAPPINGS;

    for (int kind = 0; kind < FP_KIND_COUNT; kind++) {
        struct fp_pb_small mapping = { .used = 0 };

        if (!w->mapping[kind])
            continue;
        fp_pb_small_u64(&mapping, FP_PPROF_MAPPING_ID, w->mapping[kind]);
        fp_pb_small_u64(&mapping, FP_PPROF_MAPPING_FILENAME, string++);
        fp_pb_small_u64(&mapping, FP_PPROF_MAPPING_HAS_FUNCTIONS, 1); /* or pprof goes looking for symbols */
        fp_pb_put_small(w->out, FP_PPROF_MAPPING, &mapping);
    }
    for (uint32_t i = 1; i <= w->locations; i++) {
        struct fp_pb_small location = { .used = 0 }, line = { .used = 0 };

        fp_pb_small_u64(&line, FP_PPROF_LINE_FUNCTION, i);
        fp_pb_small_u64(&location, FP_PPROF_LOCATION_ID, i);
        fp_pb_small_u64(&location, FP_PPROF_LOCATION_MAPPING,
                        w->mapping[w->tree->names.kind[w->located[i - 1]]]);
        fp_pb_small_message(&location, FP_PPROF_LOCATION_LINE, &line);
        fp_pb_put_small(w->out, FP_PPROF_LOCATION, &location);
    }
    for (uint32_t i = 1; i <= w->locations; i++) {
        struct fp_pb_small function = { .used = 0 };

        /* no system_name: with one equal to the name, pprof would demangle and shorten it */
        fp_pb_small_u64(&function, FP_PPROF_FUNCTION_ID, i);
        fp_pb_small_u64(&function, FP_PPROF_FUNCTION_NAME, string_of_location(w, i));
        fp_pb_put_small(w->out, FP_PPROF_FUNCTION, &function);
    }
}

/* In nanoseconds where they can be held (until the year 2262), else left out. */
static void put_times(const struct pprof_writer *w)
{
    int64_t start, end;

    if (__builtin_mul_overflow(w->meta->start, NANOS, &start) ||
        __builtin_mul_overflow(w->meta->end, NANOS, &end) || end < start)
        return;
    fp_pb_put_u64(w->out, FP_PPROF_TIME_NANOS, (uint64_t)start);
    if (!__builtin_sub_overflow(end, start, &end))
        fp_pb_put_u64(w->out, FP_PPROF_DURATION_NANOS, (uint64_t)end);
}

static void put_head(const struct pprof_writer *w)
{
    struct fp_pb_small type = { .used = 0 };

    fp_pb_small_u64(&type, FP_PPROF_VALUE_TYPE, STRING_TYPE);
    fp_pb_small_u64(&type, FP_PPROF_VALUE_UNIT, STRING_UNIT);
    fp_pb_put_small(w->out, FP_PPROF_SAMPLE_TYPE, &type);
    fp_pb_put_u64(w->out, FP_PPROF_DEFAULT_SAMPLE_TYPE, STRING_TYPE);
    put_times(w);
    if (w->meta->sample > 0) {
        fp_pb_put_small(w->out, FP_PPROF_PERIOD_TYPE, &type);
        fp_pb_put_u64(w->out, FP_PPROF_PERIOD, (uint64_t)w->meta->sample);
    }
    fp_pb_put_u64(w->out, FP_PPROF_COMMENT, string_of_mark(w));
    for (size_t i = 0; i < w->comment_count; i++)
        fp_pb_put_u64(w->out, FP_PPROF_COMMENT, string_of_comment(w, i));
}

static int prepare(struct pprof_writer *w, struct fp_error *err)
{
    size_t names = w->tree->names.count + 1, levels = (size_t)w->tree->max_depth + 1;
    int rc;

    w->location = calloc(names, sizeof *w->location);
    w->label = calloc(names, sizeof *w->label);
    w->located = calloc(names, sizeof *w->located);
    w->labelled = calloc(names, sizeof *w->labelled);
    w->path = calloc(levels, sizeof *w->path);
    w->path_bytes = calloc(levels, sizeof *w->path_bytes);
    if (!w->location || !w->label || !w->located || !w->labelled || !w->path || !w->path_bytes)
        return fp_error_nomem(err);
    number_names(w);
    rc = check_size(w, err);
    return rc == FP_OK ? make_comments(w, err) : rc;
}

int fp_pprof_write_gz(const struct fp_tree *tree, const struct fp_pprof_meta *meta, const char *path,
                      struct fp_error *err)
{
    struct pprof_writer w = { .tree = tree, .meta = meta };
    struct fp_gzip_out gzip;
    int rc;

    fp_str_init(&w.comments, FP_LIMIT_TEXT);
    rc = prepare(&w, err);
    if (rc == FP_OK)
        rc = fp_gzip_out_open(&gzip, path, err);
    if (rc == FP_OK) {
        w.out = &gzip.out;
        put_head(&w);
        put_samples(&w);
        put_tables(&w);
        put_string_table(&w);
        if (gzip.out.written > FP_PPROF_BYTES)
            fp_out_fail(&gzip.out, FP_ELIMIT, "the pprof profile is longer than the limit");
        rc = fp_gzip_out_close(&gzip, err);
    }
    release(&w);
    return rc;
}
