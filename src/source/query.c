#include "source/query.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/str.h"
#include "config/tags.h"
#include "source/ops.h"

#define COUNT "Count(row) AS rows"

/* ---- out ---- */

static int put_equals(struct fp_str *out, const char *tag, const char *value, struct fp_error *err)
{
    if (!value)
        return FP_OK;
    if (strpbrk(value, "'\\"))
        return fp_error_set(err, FP_EINVAL, "%s \"%s\" holds a quote or a backslash: it cannot be asked for in SQL", tag,
                            value);
    fp_str_printf(out, " AND %s='%s'", tag, value);
    return FP_OK;
}

static void put_tags(struct fp_str *out, const struct fp_value_query *query)
{
    char quoted[FP_TAG_TEXT];

    for (size_t i = 0; i < query->tag_count; i++)
        fp_str_printf(out, "%s%s", i ? ", " : "", fp_tag_quoted(quoted, query->tags[i]));
}

/* The same conditions as the profile API makes of the same request. */
static int put_where(struct fp_str *out, const struct fp_request *r, struct fp_error *err)
{
    struct fp_str filter;
    int rc;

    fp_str_init(&filter, FP_LIMIT_TEXT);
    fp_request_filter(r->filter, &filter);
    /* The wire's window is inclusive at both ends. */
    fp_str_printf(out, " FROM in_process WHERE time>=%" PRId64 " AND time<=%" PRId64, r->start, r->end - 1);
    rc = put_equals(out, "app_service", r->app_service, err);
    if (rc == FP_OK)
        rc = put_equals(out, "profile_language_type", r->language, err);
    if (rc == FP_OK)
        rc = put_equals(out, "profile_event_type", r->event_type, err);
    if (filter.len)
        fp_str_printf(out, " AND %s", filter.data);
    if (rc == FP_OK)
        rc = fp_str_status(&filter, "a filter", err);
    fp_str_release(&filter);
    return rc;
}

int fp_query_sql(const struct fp_value_query *query, enum fp_query_form form, struct fp_str *out, struct fp_error *err)
{
    const struct fp_request where = { .app_service = query->app_service, .language = query->language,
                                      .filter = query->filter, .start = query->start, .end = query->end };
    int rc;

    fp_str_puts(out, "SELECT ");
    put_tags(out, query);
    fp_str_puts(out, form == FP_QUERY_PLAIN ? "" : ", " COUNT);
    rc = put_where(out, &where, err);
    fp_str_puts(out, " GROUP BY ");
    put_tags(out, query);
    fp_str_printf(out, "%s LIMIT %d", form == FP_QUERY_LARGEST ? " ORDER BY rows DESC" : "", FP_QUERY_LIMIT);
    return rc;
}

int fp_query_count_sql(const struct fp_request *request, struct fp_str *out, struct fp_error *err)
{
    fp_str_puts(out, "SELECT " COUNT);
    return put_where(out, request, err);
}

/* ---- in ---- */

/* The position of a column, or SIZE_MAX. */
static size_t column(const json_t *result, const char *name)
{
    const json_t *columns = json_object_get(result, "columns");
    char quoted[FP_TAG_TEXT];

    fp_tag_quoted(quoted, name);
    for (size_t i = 0; i < json_array_size(columns); i++) {
        const char *text = json_string_value(json_array_get(columns, i));

        if (text && (strcmp(text, name) == 0 || strcmp(text, quoted) == 0))
            return i;
    }
    return SIZE_MAX;
}

/* Counts come as integers, and as strings from servers that fear 53 bits; -1 for anything else. */
static int64_t count_of(const json_t *value)
{
    const char *text = json_string_value(value);

    if (json_is_integer(value))
        return json_integer_value(value) < 0 ? -1 : (int64_t)json_integer_value(value);
    if (json_is_real(value) && json_real_value(value) >= 0 && json_real_value(value) < 9e18)
        return (int64_t)json_real_value(value);
    /* At most 18 digits: no overflow. */
    if (text && *text && strlen(text) <= 18 && !text[strspn(text, "0123456789")])
        return strtoll(text, NULL, 10);
    return -1;
}

/* Text as it is, numbers as text, null as "". NULL without memory; "\x01" for what is no value of a tag. */
static const char *value_of(struct fp_arena *arena, const json_t *value)
{
    const char *text = json_string_value(value);
    size_t n = json_string_length(value);
    char number[32], *copy;

    if (!value || json_is_null(value))
        return "";
    if (json_is_integer(value)) {
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        return fp_arena_strdup(arena, number);
    }
    if (!text)
        return "\x01";
    copy = fp_arena_strndup(arena, text, n);
    for (size_t i = 0; copy && i < n; i++)
        if (!copy[i])
            copy[i] = '\x01';
    return copy;
}

static int read_row(const json_t *row, const size_t *at, size_t tag_count, size_t rows_at, struct fp_value_list *list,
                    size_t *cap, struct fp_error *err)
{
    const char **values = fp_arena_array(&list->arena, tag_count, sizeof *values);
    int rc = fp_array_reserve(&list->rows, cap, list->count + 1, sizeof *list->rows, FP_LIMIT_JOBS, "rows", err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; values && i < tag_count; i++) {
        values[i] = value_of(&list->arena, json_array_get(row, at[i]));
        if (!values[i])
            values = NULL;
    }
    if (!values)
        return fp_error_nomem(err);
    list->rows[list->count++] = (struct fp_value_row){ values, count_of(json_array_get(row, rows_at)) };
    return FP_OK;
}

int fp_query_read(const json_t *result, const struct fp_value_query *query, struct fp_value_list *list,
                  struct fp_error *err)
{
    const json_t *values = json_object_get(result, "values");
    size_t at[FP_QUERY_TAGS_MAX], rows_at = column(result, "rows"), cap = 0;
    int rc = FP_OK;

    if (!json_array_size(values))
        return FP_OK; /* no data: null or empty */
    for (size_t i = 0; i < query->tag_count; i++) {
        at[i] = column(result, query->tags[i]);
        if (at[i] == SIZE_MAX && strcmp(query->tags[i], "profile_event_type") != 0)
            return fp_error_set(err, FP_EDATA, "the reply to the query has no column %s: is something between us and the "
                                "server mixing up replies?", query->tags[i]);
    }
    for (size_t i = 0; rc == FP_OK && i < json_array_size(values); i++)
        if (!json_is_array(json_array_get(values, i)))
            rc = fp_error_set(err, FP_EDATA, "row %zu of the reply to the query is no list", i + 1);
        else
            rc = read_row(json_array_get(values, i), at, query->tag_count, rows_at, list, &cap, err);
    list->cut = json_array_size(values) >= FP_QUERY_LIMIT;
    return rc;
}

int fp_query_count_read(const json_t *result, int64_t *ret_rows, struct fp_error *err)
{
    const json_t *values = json_object_get(result, "values");
    size_t at = column(result, "rows");
    int64_t rows;

    if (at == SIZE_MAX)
        return fp_error_set(err, FP_EDATA, "the reply to a count has no column rows");
    rows = json_array_size(values) ? count_of(json_array_get(json_array_get(values, 0), at)) : 0;
    if (rows < 0 || json_array_size(values) > 1)
        return fp_error_set(err, FP_EDATA, "the reply to a count is not one number");
    *ret_rows = rows;
    return FP_OK;
}

/* ---- lists of values ---- */

static int compare_rows(const void *left, const void *right, void *ctx)
{
    const struct fp_value_row *a = left, *b = right;
    const size_t *tag_count = ctx;
    int order = 0;

    if (a->rows != b->rows)
        return a->rows > b->rows ? -1 : 1;
    for (size_t i = 0; i < *tag_count && !order; i++)
        order = strcmp(a->values[i], b->values[i]);
    return order;
}

void fp_value_list_sort(struct fp_value_list *list)
{
    if (list->count)
        qsort_r(list->rows, list->count, sizeof *list->rows, compare_rows, &list->tag_count);
}

void fp_value_list_release(struct fp_value_list *list)
{
    free(list->rows);
    fp_arena_release(&list->arena);
    *list = (struct fp_value_list){ 0 };
}
