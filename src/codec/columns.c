/*
 * The columns form: {functions: [name…], function_types: [letter…], function_values: {…},
 * node_values: {columns: [name…], values: [[…]…]}}. A node's id is its index; a parent may stand after its child;
 * the root's parent is -1. Column positions are read by name. Members may come in any order, so names get their
 * kinds, and rows their meaning, when all has been read.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/unit.h"
#include "codec/reply_forms.h"
#include "codec/scan.h"

#define COLUMNS_MAX 16 /* more than any version sends */

enum column { FUNCTION, PARENT, SELF, TOTAL, WANTED };

static const char *const column_names[WANTED] = { "function_id", "parent_node_id", "self_value", "total_value" };

struct columns_reader {
    struct fp_json *json;
    struct fp_names texts;   /* the functions' names, kinds not yet known */
    uint32_t *function;      /* function id → id in texts; later → id in the builder's names */
    size_t functions, functions_cap;
    char *letter;            /* function types; '\0' where the text was not one letter */
    size_t letters, letters_cap;
    bool typed, has_functions;
    int place[WANTED];       /* position of each wanted column in a row, -1 = absent */
    size_t width;            /* numbers in a row; 0 = `columns` has not come */
    bool has_rows, has_node_values;
    struct fp_nodes nodes;   /* rows whose columns were known when they came … */
    int64_t most_function, most_parent; /* of their numbers */
    int64_t *raw;            /* … and those that came before */
    size_t raw_count, raw_cap;
    uint32_t *raw_at;
    size_t raw_rows, raw_rows_cap, raw_width;
};

static void release(struct columns_reader *r)
{
    fp_names_release(&r->texts);
    fp_nodes_release(&r->nodes);
    free(r->function);
    free(r->letter);
    free(r->raw);
    free(r->raw_at);
}

static int read_functions(struct columns_reader *r, struct fp_error *err)
{
    struct fp_slice text;
    int rc = fp_json_enter(r->json, '[', err);

    if (rc == FP_OK && r->has_functions)
        return fp_json_fail(r->json, err, FP_EDATA, "`functions` comes twice");
    r->has_functions = true;
    while (rc == FP_OK && (rc = fp_json_item(r->json, err)) > 0) {
        rc = fp_json_string(r->json, &text, err);
        if (rc == FP_OK)
            rc = fp_array_reserve(&r->function, &r->functions_cap, r->functions + 1, sizeof *r->function,
                                  FP_LIMIT_NODES, "functions", err);
        if (rc == FP_OK)
            rc = fp_names_intern(&r->texts, text, FP_KIND_APPLICATION, &r->function[r->functions], err);
        r->functions += rc == FP_OK;
    }
    return rc;
}

static int read_types(struct columns_reader *r, struct fp_error *err)
{
    struct fp_slice text;
    int rc = fp_json_enter(r->json, '[', err);

    if (rc == FP_OK && r->typed)
        return fp_json_fail(r->json, err, FP_EDATA, "`function_types` comes twice");
    r->typed = true;
    while (rc == FP_OK && (rc = fp_json_item(r->json, err)) > 0) {
        rc = fp_json_string(r->json, &text, err);
        if (rc == FP_OK)
            rc = fp_array_reserve(&r->letter, &r->letters_cap, r->letters + 1, 1, FP_LIMIT_NODES, "function types", err);
        if (rc == FP_OK)
            r->letter[r->letters++] = text.len == 1 ? text.data[0] : '\0';
    }
    return rc;
}

static int too_many_columns(struct columns_reader *r, struct fp_error *err)
{
    fp_json_fail(r->json, err, FP_ELIMIT, "more than %d columns", COLUMNS_MAX);
    return fp_error_beyond(err, FP_BEYOND_SHAPE);
}

static int read_column_names(struct columns_reader *r, struct fp_error *err)
{
    struct fp_slice name;
    int rc = fp_json_enter(r->json, '[', err);

    if (rc == FP_OK && r->width)
        return fp_json_fail(r->json, err, FP_EDATA, "`columns` comes twice");
    while (rc == FP_OK && (rc = fp_json_item(r->json, err)) > 0) {
        rc = fp_json_string(r->json, &name, err);
        if (rc == FP_OK && r->width == COLUMNS_MAX)
            return too_many_columns(r, err);
        for (enum column c = 0; rc == FP_OK && c < WANTED; c++) {
            if (!fp_slice_is(name, column_names[c]))
                continue;
            if (r->place[c] >= 0)
                return fp_json_fail(r->json, err, FP_EDATA, "column `%s` comes twice", column_names[c]);
            r->place[c] = (int)r->width;
        }
        r->width += rc == FP_OK;
    }
    for (enum column c = 0; rc == FP_OK && c <= SELF; c++)
        if (r->place[c] < 0)
            return fp_json_fail(r->json, err, FP_EDATA, "no column `%s` in node_values", column_names[c]);
    return rc;
}

static int refuse(uint32_t at, struct fp_error *err, const char *what, int64_t value)
{
    fp_error_set(err, FP_EDATA, "%s: %" PRId64, what, value);
    fp_error_at(err, NULL, 0, 0, at);
    return FP_EDATA;
}

static int refuse_row(int64_t function, int64_t parent, int64_t value, uint32_t at, struct fp_error *err)
{
    if (function < 0 || function >= FP_LIMIT_NODES)
        return refuse(at, err, "a function_id that is out of range", function);
    if (parent < -1 || parent >= FP_LIMIT_NODES)
        return refuse(at, err, "a parent_node_id that is out of range", parent);
    return refuse(at, err, "a negative value", value);
}

/* A row becomes a node. Whether its ids are in range is known at the end only. */
static inline __attribute__((always_inline)) int add_row(struct columns_reader *r, const int64_t *row, uint32_t at,
                                                         struct fp_error *err)
{
    int64_t function = row[r->place[FUNCTION]], parent = row[r->place[PARENT]], self = row[r->place[SELF]];
    int64_t total = r->place[TOTAL] >= 0 ? row[r->place[TOTAL]] : 0;

    if ((uint64_t)function >= FP_LIMIT_NODES || (uint64_t)parent + 1 > FP_LIMIT_NODES || (self | total) < 0)
        return refuse_row(function, parent, self < 0 ? self : total, at, err);
    r->most_function = function > r->most_function ? function : r->most_function;
    r->most_parent = parent > r->most_parent ? parent : r->most_parent;
    return fp_nodes_add(&r->nodes, (struct fp_node){ self, total, (uint32_t)function, at }, (uint32_t)parent, err);
}

/* A row whose columns are not known yet is kept as it is; the first one says how wide rows are. */
static int keep_raw_row(struct columns_reader *r, uint32_t at, struct fp_error *err)
{
    int64_t row[COLUMNS_MAX];
    size_t width = 0;
    int rc = FP_OK;

    if (r->raw_width) {
        width = r->raw_width;
        rc = fp_json_i64_row(r->json, row, width, err);
    } else {
        rc = fp_json_enter(r->json, '[', err);
        while (rc == FP_OK && (rc = fp_json_item(r->json, err)) > 0) {
            if (width == COLUMNS_MAX)
                return too_many_columns(r, err);
            rc = fp_json_i64(r->json, &row[width++], err);
        }
        r->raw_width = width;
        if (rc == FP_OK && !width)
            return fp_json_fail(r->json, err, FP_EDATA, "an empty row");
    }
    if (rc == FP_OK)
        rc = fp_array_reserve(&r->raw, &r->raw_cap, r->raw_count + width, sizeof *r->raw,
                              (size_t)FP_LIMIT_NODES * COLUMNS_MAX, "numbers", err);
    if (rc == FP_OK)
        rc = fp_array_reserve(&r->raw_at, &r->raw_rows_cap, r->raw_rows + 1, sizeof *r->raw_at, FP_LIMIT_NODES,
                              "nodes", err);
    if (rc == FP_OK) {
        memcpy(r->raw + r->raw_count, row, width * sizeof *row);
        r->raw_count += width;
        r->raw_at[r->raw_rows++] = at;
    }
    return rc;
}

/* At the first byte of a row: passes over the rows that look as usual and have arrived, up to the first byte of one
 * that does not, or may be the last. */
static int read_usual_rows(struct columns_reader *r, struct fp_error *err)
{
    struct fp_slice ahead = fp_json_ahead(r->json);
    uint64_t offset = fp_json_offset(r->json);
    int64_t row[COLUMNS_MAX];
    size_t at = 0;
    int rc = FP_OK;

    while (rc == FP_OK && ahead.len - at >= FP_SCAN_ROW_ROOM) {
        const char *after = fp_scan_row(ahead.data + at, row, r->width);

        if (!after || after[0] != ',' || after[1] != '[')
            break;
        rc = add_row(r, row, (uint32_t)(offset + at), err);
        at = (size_t)(after + 1 - ahead.data);
    }
    fp_json_pass(r->json, at);
    return rc;
}

static int read_rows(struct columns_reader *r, struct fp_error *err)
{
    int64_t row[COLUMNS_MAX];
    int rc = fp_json_enter(r->json, '[', err);

    if (rc == FP_OK && r->has_rows)
        return fp_json_fail(r->json, err, FP_EDATA, "`values` comes twice");
    r->has_rows = true;
    while (rc == FP_OK && (rc = fp_json_item(r->json, err)) > 0) {
        uint32_t at;

        if (r->width && (rc = read_usual_rows(r, err)) < 0)
            break;
        at = (uint32_t)fp_json_offset(r->json);
        if (r->width) {
            rc = fp_json_i64_row(r->json, row, r->width, err);
            if (rc == FP_OK)
                rc = add_row(r, row, at, err);
        } else {
            rc = keep_raw_row(r, at, err);
        }
    }
    return rc;
}

/* An optional member: null counts as absent. 1 = read on. */
static int present(struct columns_reader *r, struct fp_error *err)
{
    int rc = fp_json_null(r->json, err);

    return rc < 0 ? rc : !rc;
}

static int read_node_values(struct columns_reader *r, struct fp_error *err)
{
    struct fp_slice key;
    int rc = fp_json_enter(r->json, '{', err);

    while (rc == FP_OK && (rc = fp_json_key(r->json, &key, err)) > 0) {
        bool columns = fp_slice_is(key, "columns"), values = fp_slice_is(key, "values");

        rc = columns || values ? present(r, err) : fp_json_skip(r->json, err);
        if (rc > 0)
            rc = columns ? read_column_names(r, err) : read_rows(r, err);
    }
    return rc;
}

static int read_member(struct columns_reader *r, struct fp_slice key, struct fp_error *err)
{
    static const struct {
        const char *key;
        int (*read)(struct columns_reader *, struct fp_error *);
    } members[] = {
        { "functions", read_functions }, { "function_types", read_types }, { "node_values", read_node_values }
    };

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (fp_slice_is(key, members[i].key)) {
            int rc = present(r, err);

            r->has_node_values |= members[i].read == read_node_values;
            return rc > 0 ? members[i].read(r, err) : rc;
        }
    return fp_json_skip(r->json, err);
}

/* Rows that came before `columns` become nodes. */
static int replay_raw_rows(struct columns_reader *r, struct fp_error *err)
{
    int rc = FP_OK;

    if (!r->raw_rows)
        return FP_OK;
    if (r->raw_width != r->width) {
        if (!r->width)
            rc = fp_error_set(err, FP_EDATA, "node_values has `values` but no `columns`");
        else
            rc = fp_error_set(err, FP_EDATA, "rows of %zu number%s where `columns` has %zu name%s", r->raw_width,
                              fp_plural(r->raw_width), r->width, fp_plural(r->width));
        fp_error_at(err, NULL, 0, 0, r->raw_at[0]);
    }
    for (size_t i = 0; i < r->raw_rows && rc == FP_OK; i++)
        rc = add_row(r, r->raw + i * r->width, r->raw_at[i], err);
    return rc;
}

/* The kind of a function below the root. The root's own letters (P, H) say nothing about a function that happens
 * to share its name, and being an object depends on the place: fp_tree_freeze knows. */
static enum fp_frame_kind kind_of(const struct columns_reader *r, size_t function, struct fp_slice name)
{
    int kind = r->typed ? fp_frame_kind_of_letter(r->letter[function]) : -1;

    if (kind == FP_KIND_OBJECT)
        return FP_KIND_APPLICATION;
    if (kind < 0 || kind == FP_KIND_PROCESS || kind == FP_KIND_HOST)
        return fp_frame_kind_of_name(name);
    return (enum fp_frame_kind)kind;
}

/* Some id is out of range: the first of them. */
static int refuse_ids(const struct columns_reader *r, struct fp_error *err)
{
    size_t i = 0;
    const struct fp_node *node = r->nodes.node;
    const uint32_t *parent = r->nodes.parent;

    while (node[i].name < r->functions && (parent[i] == FP_NODES_ROOT || parent[i] < r->nodes.count))
        i++;
    if (node[i].name >= r->functions)
        return refuse(node[i].at, err, "a function_id that is out of range", node[i].name);
    return refuse(node[i].at, err, "an orphan: its parent_node_id is not in the reply", parent[i]);
}

/* Names with their kinds go to the builder, and with them the root; `function` leads to them from here on. */
static int resolve_names(struct columns_reader *r, struct fp_builder *builder, struct fp_error *err)
{
    struct fp_slice root;
    size_t at = 0;
    int rc = FP_OK;

    if (r->typed && r->letters != r->functions)
        return fp_error_set(err, FP_EDATA, "%zu function_types for %zu function%s", r->letters, r->functions,
                            fp_plural(r->functions));
    if ((size_t)r->most_function >= r->functions || r->most_parent >= (int64_t)r->nodes.count)
        return refuse_ids(r, err);
    while (at < r->nodes.count && r->nodes.parent[at] != FP_NODES_ROOT)
        at++;
    root = fp_names_get(&r->texts, r->function[r->nodes.node[at < r->nodes.count ? at : 0].name]); /* one there must be */
    rc = fp_builder_root(builder, root, fp_root_kind(root), err);
    for (size_t i = 0; i < r->functions && rc == FP_OK; i++) {
        struct fp_slice name = fp_names_get(&r->texts, r->function[i]);

        builder->objects |= r->typed && r->letter[i] == 'O';
        rc = fp_names_intern(&builder->names, name, kind_of(r, i, name), &r->function[i], err);
    }
    r->nodes.names = r->function;
    return rc;
}

static int finish(struct columns_reader *r, struct fp_reply *reply, struct fp_error *err)
{
    int rc = replay_raw_rows(r, err);

    /* an empty window has the member, with nothing in it; what lacks it is the answer to another question */
    if (rc == FP_OK && !r->has_node_values)
        return fp_error_set(err, FP_EDATA, "`result` has no `node_values`: not a reply of DeepFlow's profile API");
    if (rc < 0 || !r->nodes.count)
        return rc; /* no rows: no data */
    rc = resolve_names(r, &reply->builder, err);
    if (rc == FP_OK)
        rc = fp_nodes_assemble(&r->nodes, &reply->builder, &reply->balance, err);
    if (r->place[TOTAL] < 0)
        reply->balance = (struct fp_balance){ 0 }; /* nothing to compare with */
    reply->form = r->typed ? FP_FORM_TYPED_COLUMNS : FP_FORM_COLUMNS;
    return rc;
}

int fp_columns_read(struct fp_json *json, struct fp_reply *reply, struct fp_error *err)
{
    struct columns_reader r = { .json = json };
    struct fp_slice key;
    int rc;

    for (enum column c = 0; c < WANTED; c++)
        r.place[c] = -1;
    fp_names_init(&r.texts);
    rc = fp_json_enter(json, '{', err);
    while (rc == FP_OK && (rc = fp_json_key(json, &key, err)) > 0)
        rc = read_member(&r, key, err);
    if (rc == FP_OK)
        rc = finish(&r, reply, err);
    release(&r);
    return rc;
}
