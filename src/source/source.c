#include "source/source.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "source/archive.h"
#include "source/deepflow.h"
#include "source/ops.h"

int fp_source_open(struct fp_source **ret_source, const struct fp_source_config *config,
                   const atomic_bool *cancel, struct fp_error *err)
{
    if (config->archive && config->url)
        return fp_error_set(err, FP_EINVAL, "source.url and source.archive are both set: keep one of them");
    if (config->archive)
        return fp_archive_open(ret_source, config->archive, err);
    if (config->url)
        return fp_deepflow_open(ret_source, config, cancel, err);
    return fp_error_set(err, FP_EINVAL,
                        "no source: set source.url to the address of a deepflow-server, "
                        "or source.archive to a directory of saved replies");
}

void fp_source_close(struct fp_source *source)
{
    if (source)
        source->ops->close(source);
}

int fp_source_fetch(struct fp_source *source, const struct fp_request *request, struct fp_in **ret_in,
                    struct fp_attempt *ret_attempt, struct fp_error *err)
{
    *ret_attempt = (struct fp_attempt){ .retry_after_ms = -1 };
    if (request->start >= request->end)
        return fp_error_set(err, FP_EINVAL, "the window %" PRId64 "…%" PRId64 " has no second in it",
                            request->start, request->end);
    return source->ops->fetch(source, request, ret_in, ret_attempt, err);
}

int fp_source_count(struct fp_source *source, const struct fp_request *request, int64_t *ret_rows,
                    struct fp_attempt *ret_attempt, struct fp_error *err)
{
    *ret_attempt = (struct fp_attempt){ .retry_after_ms = -1 };
    if (!source->ops->count)
        return fp_error_set(err, FP_EINVAL, "%s cannot count rows: only a server can", source->description);
    if (request->start >= request->end)
        return fp_error_set(err, FP_EINVAL, "the window %" PRId64 "…%" PRId64 " has no second in it",
                            request->start, request->end);
    return source->ops->count(source, request, ret_rows, ret_attempt, err);
}

int fp_source_services(struct fp_source *source, int64_t start, int64_t end, struct fp_service_list *ret_list,
                       struct fp_attempt *ret_attempt, struct fp_error *err)
{
    *ret_attempt = (struct fp_attempt){ .retry_after_ms = -1 };
    if (start >= end)
        return fp_error_set(err, FP_EINVAL, "the window %" PRId64 "…%" PRId64 " has no second in it", start,
                            end);
    return source->ops->services(source, start, end, ret_list, ret_attempt, err);
}

int fp_source_values(struct fp_source *source, const struct fp_value_query *query, struct fp_value_list *ret_list,
                     struct fp_attempt *ret_attempt, struct fp_error *err)
{
    *ret_attempt = (struct fp_attempt){ .retry_after_ms = -1 };
    if (query->start >= query->end)
        return fp_error_set(err, FP_EINVAL, "the window %" PRId64 "…%" PRId64 " has no second in it", query->start,
                            query->end);
    if (!query->tag_count || query->tag_count > FP_QUERY_TAGS_MAX)
        return fp_error_set(err, FP_EINVAL, "values of %zu tags cannot be asked for: 1 to %d can", query->tag_count,
                            FP_QUERY_TAGS_MAX);
    return source->ops->values(source, query, ret_list, ret_attempt, err);
}

void fp_source_mask(const struct fp_source *source, struct fp_error *err)
{
    if (source->ops->mask && err)
        source->ops->mask(source, err);
}

const char *fp_source_describe(const struct fp_source *source)
{
    return source->description;
}

bool fp_source_is_recorded(const struct fp_source *source)
{
    return source->recorded;
}

int fp_source_set_description(struct fp_source *source, const char *prefix, const char *name,
                              struct fp_error *err)
{
    size_t start = strlen(prefix), n = strlen(name);
    /* A byte that is not UTF-8 becomes three. */
    char *text = n > SIZE_MAX / 8 ? NULL : malloc(start + 3 * n + 1);

    if (!text)
        return fp_error_nomem(err);
    memcpy(text, prefix, start);
    text[start + fp_utf8_clean(text + start, 3 * n, name, n)] = '\0';
    source->description = text;
    return 0;
}

/* ---- lists of services ---- */

int fp_service_list_add(struct fp_service_list *list, size_t *cap, const char *name, const char *event,
                        int64_t rows, struct fp_error *err)
{
    struct fp_service_row row = { .rows = rows };
    int rc = fp_array_reserve(&list->rows, cap, list->count + 1, sizeof *list->rows, FP_LIMIT_JOBS,
                              "services", err);

    if (rc < 0)
        return rc;
    row.name = strdup(name);
    row.event = strdup(event);
    if (!row.name || !row.event) {
        free(row.name);
        free(row.event);
        return fp_error_nomem(err);
    }
    list->rows[list->count++] = row;
    return 0;
}

void fp_service_list_release(struct fp_service_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->rows[i].name);
        free(list->rows[i].event);
    }
    free(list->rows);
    *list = (struct fp_service_list){ 0 };
}

/* ---- the request body ---- */

/* RFC 8259, 7: quote, backslash and controls escaped; bytes that are not UTF-8 become U+FFFD. */
static void put_json_string(struct fp_str *out, const char *text)
{
    size_t n = strlen(text), i = 0;

    fp_str_putc(out, '"');
    while (i < n) {
        char bytes[4];
        uint32_t code;

        i += fp_utf8_decode(text + i, n - i, &code);
        if (code == '"' || code == '\\')
            fp_str_putc(out, '\\');
        if (code < 0x20)
            fp_str_printf(out, "\\u%04" PRIx32, code);
        else
            fp_str_append(out, bytes, fp_utf8_encode(code, bytes));
    }
    fp_str_putc(out, '"');
}

static void put_member(struct fp_str *out, const char *key, const char *value)
{
    fp_str_printf(out, "%c\"%s\":", out->len ? ',' : '{', key);
    put_json_string(out, value);
}

void fp_request_filter(const char *filter, struct fp_str *out)
{
    /* Servers before v6.6 paste the filter without parentheses: a bare `a OR b` would escape the time range.
     */
    if (filter && filter[strspn(filter, " \t\r\n")])
        fp_str_printf(out, "(%s)", filter);
}

void fp_request_body(const struct fp_request *request, struct fp_str *out)
{
    struct fp_str filter, body;

    fp_str_init(&filter, FP_LIMIT_CONFIG);
    fp_str_init(&body, FP_LIMIT_CONFIG);
    fp_request_filter(request->filter, &filter);
    put_member(&body, "app_service", request->app_service);
    put_member(&body, "profile_language_type", request->language);
    put_member(&body, "profile_event_type", request->event_type);
    put_member(&body, "tag_filter", filter.data);
    /* The wire's window is inclusive at both ends. */
    fp_str_printf(&body, ",\"time_start\":%" PRId64 ",\"time_end\":%" PRId64, request->start,
                  request->end - 1);
    if (request->max_kernel_stack_depth >= 0)
        fp_str_printf(&body, ",\"max_kernel_stack_depth\":%" PRId64, request->max_kernel_stack_depth);
    /* The SQL that comes back tells the row limit in force: without it nothing can be proved complete. */
    fp_str_puts(&body, ",\"debug\":true}");
    /* A failure of ours must be a failure of the caller's buffer, which is the one that is looked at. */
    if (fp_str_ok(&filter) && fp_str_ok(&body))
        fp_str_append(out, body.data, body.len);
    else if (!out->failed)
        out->failed = fp_str_ok(&filter) ? body.failed : filter.failed;
    fp_str_release(&filter);
    fp_str_release(&body);
}
