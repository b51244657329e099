/*
 * All of a pprof profile but its samples, read into columns.
 * Internal to codec/.
 *
 * Everything here points into the bytes of the file or is as long as something in it: memory is in proportion
 * to the input. First the fields are collected in whatever order they come; then, when all strings are known,
 * each location gets the ids of its frames' names.
 */
#ifndef FP_CODEC_PPROF_TABLES_H
#define FP_CODEC_PPROF_TABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "codec/ids.h"
#include "codec/protobuf.h"
#include "codec/raw_name.h"
#include "profile/tree.h"

struct fp_pprof_string {
    uint32_t offset, length; /* in the file */
};

struct fp_pprof_value_type {
    uint64_t type, unit; /* strings */
};

struct fp_pprof_mapping {
    uint64_t filename; /* string */
    uint32_t at;       /* offset, for messages */
    uint32_t id;       /* name of a frame without a function here, when `known` */
    bool known;
    int kind; /* that it stands for, or -1 */
    struct fp_slice name;
};

struct fp_pprof_function {
    uint64_t name, system_name; /* strings */
    uint32_t at;
    uint32_t id; /* name in the builder with `kind` (-1: of its shape), when `known` */
    bool known;
    int kind;
};

struct fp_pprof_location {
    uint64_t mapping, address;
    uint32_t first, count; /* its frames, the innermost first */
    uint32_t at;
};

struct fp_pprof_tables {
    const char *bytes; /* the file; borrowed */
    size_t n;
    struct fp_pprof_string *strings;
    size_t string_count, string_cap;
    struct fp_pprof_value_type *types;
    size_t type_count, type_cap;
    struct fp_ids mapping_ids, function_ids, location_ids;
    struct fp_pprof_mapping *mappings;
    size_t mapping_cap;
    struct fp_pprof_function *functions;
    size_t function_cap;
    struct fp_pprof_location *locations;
    size_t location_cap;
    uint64_t *line; /* function ids, 0 = none */
    size_t line_count, line_cap;
    uint32_t *frame;    /* names in the builder, by line */
    uint64_t *comments; /* strings */
    size_t comment_count, comment_cap;
    struct fp_pprof_value_type period_type;
    uint64_t time_nanos, duration_nanos, period, default_type;
    bool ours; /* the first comment is FP_PPROF_MARK */
    uint64_t mended;
    struct fp_raw_name scratch;
    uint64_t long_bytes; /* of names beyond the limit, each time one was looked at */
};

/* Collects; `tables` is to be released in every case. Indexes of strings are not yet looked at. */
int fp_pprof_tables_read(struct fp_pprof_tables *tables, const char *bytes, size_t n, struct fp_error *err);
void fp_pprof_tables_release(struct fp_pprof_tables *tables);

#define FP_PPROF_NOWHERE UINT64_MAX /* offset of what has none worth telling */

/* The string with this index as it is in the file; FP_EDATA when there is none (`at`: offset of who asks). */
int fp_pprof_string(const struct fp_pprof_tables *tables, uint64_t index, uint64_t at,
                    struct fp_slice *ret_string, struct fp_error *err);
/* A frame's name in up to three parts; prefix and suffix may be NULL. */
struct fp_pprof_name {
    const char *prefix;
    struct fp_slice text;
    const char *suffix;
};

/* Interns a name, mended (raw_name.h); kind -1: from its shape. */
int fp_pprof_intern(struct fp_pprof_tables *tables, struct fp_builder *builder,
                    const struct fp_pprof_name *name, int kind, uint32_t *ret_name, struct fp_error *err);
/* Names the frames of all locations. */
int fp_pprof_tables_resolve(struct fp_pprof_tables *tables, struct fp_builder *builder, struct fp_error *err);

#endif
