#include "source/deepflow.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/limits.h"
#include "base/out.h"
#include "base/str.h"
#include "source/http.h"
#include "source/ops.h"

#define QUERY_LIMIT 1000                  /* rows asked for */
#define QUERY_SQL_MAX 1024

struct deepflow {
    struct fp_source source;
    struct fp_http *http;
};

/* ---- profiles ---- */

static int deepflow_fetch(struct fp_source *source, const struct fp_request *request, struct fp_in **ret_in,
                          struct fp_attempt *ret_attempt, struct fp_error *err)
{
    struct deepflow *deepflow = (struct deepflow *)source;
    struct fp_str body;
    int rc;

    if (strpbrk(request->app_service, "'\\"))
        return fp_error_set(
            err, FP_EINVAL,
            "the service name %s holds a quote or a backslash: DeepFlow pastes "
            "names into SQL as they are, so it cannot be asked for; a filter without the name may "
            "find it",
            request->app_service);
    fp_str_init(&body, FP_LIMIT_CONFIG);
    fp_request_body(request, &body);
    rc = fp_str_status(&body, "the request", err);
    if (rc == 0) {
        struct fp_http_post post = { "/v1/profile/ProfileTracing", "application/json", body.data, body.len };

        rc = fp_http_post(deepflow->http, &post, ret_in, ret_attempt, err);
    }
    fp_str_release(&body);
    return rc;
}

/* ---- services ---- */

/* The whole reply to one query, as parsed JSON. *ret_status is the HTTP status, 0 when none came. */
static int query(struct deepflow *deepflow, const char *sql, json_t **ret_reply, int *ret_status,
                 struct fp_error *err)
{
    struct fp_attempt attempt;
    struct fp_str form, text;
    struct fp_in *in = NULL;
    struct fp_out out;
    json_error_t bad;
    char buf[8192];
    ssize_t n = 0;
    int rc;

    fp_str_init(&form, FP_LIMIT_TEXT);
    fp_str_init(&text, FP_LIMIT_QUERY_REPLY);
    fp_out_to_str(&out, &form);
    fp_out_puts(&out, "db=profile&sql=");
    fp_escape_url(&out, sql, strlen(sql));
    rc = fp_out_finish(&out, err);
    if (rc == 0) {
        struct fp_http_post post = { "/v1/query/", "application/x-www-form-urlencoded", form.data, form.len };

        rc = fp_http_post(deepflow->http, &post, &in, &attempt, err);
        *ret_status = attempt.http_status;
    }
    while (rc == 0 && fp_str_ok(&text) && (n = fp_in_read(in, buf, sizeof buf, err)) > 0)
        fp_str_append(&text, buf, (size_t)n);
    if (rc == 0 && n < 0)
        rc = (int)n;
    if (rc == 0)
        rc = fp_str_status(&text, "the reply to the query for services", err);
    if (rc == 0) {
        *ret_reply = json_loadb(text.data, text.len, 0, &bad);
        if (!*ret_reply)
            rc = fp_error_set(err, FP_ESYNTAX,
                              "%s/v1/query/ does not answer with JSON (line %d: %s): is source.url "
                              "a deepflow-server?",
                              fp_http_url(deepflow->http), bad.line, bad.text);
    }
    fp_in_close(in);
    fp_str_release(&form);
    fp_str_release(&text);
    return rc;
}

/* The position of a column, or SIZE_MAX. */
static size_t column(const json_t *result, const char *name)
{
    const json_t *columns = json_object_get(result, "columns");

    for (size_t i = 0; i < json_array_size(columns); i++) {
        const char *text = json_string_value(json_array_get(columns, i));

        if (text && strcmp(text, name) == 0)
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

static int read_rows(const json_t *reply, struct fp_service_list *list, struct fp_error *err)
{
    const json_t *result = json_object_get(reply, "result");
    const json_t *values = json_object_get(result, "values");
    size_t name_at = column(result, "app_service"), event_at = column(result, "profile_event_type");
    size_t rows_at = column(result, "rows"), cap = 0;
    int rc = 0;

    if (!json_array_size(values))
        return 0; /* no data: null or empty */
    if (name_at == SIZE_MAX)
        return fp_error_set(err, FP_EDATA, "the reply to the query for services has no column app_service");
    for (size_t i = 0; rc == 0 && i < json_array_size(values); i++) {
        const json_t *row = json_array_get(values, i);
        const char *name = json_string_value(json_array_get(row, name_at));
        const char *event = json_string_value(json_array_get(row, event_at));

        if (!name)
            return fp_error_set(err, FP_EDATA, "row %zu of the reply to the query for services has no name",
                                i + 1);
        rc = fp_service_list_add(list, &cap, name, event ? event : "", count_of(json_array_get(row, rows_at)),
                                 err);
    }
    list->cut = json_array_size(values) >= QUERY_LIMIT;
    return rc;
}

/* One form of the question. *ret_refused: the server understood us but not the query. */
static int ask_services(struct deepflow *deepflow, const char *sql, struct fp_service_list *list,
                        bool *ret_refused, struct fp_error *err)
{
    const char *status, *description;
    json_t *reply = NULL;
    int http_status = 0;
    int rc = query(deepflow, sql, &reply, &http_status, err);

    *ret_refused = rc < 0 && (http_status == 400 || http_status == 500);
    if (rc < 0)
        return rc;
    status = json_string_value(json_object_get(reply, "OPT_STATUS"));
    description = json_string_value(json_object_get(reply, "DESCRIPTION"));
    if (!status || strcmp(status, "SUCCESS") != 0) {
        *ret_refused = status != NULL;
        rc = fp_error_set(err, FP_ESERVER, "%s/v1/query/ answers %s: %s", fp_http_url(deepflow->http),
                          status ? status : "without OPT_STATUS",
                          description ? description : "no description");
        fp_http_mask(deepflow->http, err);
    } else {
        rc = read_rows(reply, list, err);
    }
    json_decref(reply);
    return rc;
}

static int deepflow_services(struct fp_source *source, int64_t start, int64_t end,
                             struct fp_service_list *ret_list, struct fp_error *err)
{
    struct deepflow *deepflow = (struct deepflow *)source;
    struct fp_service_list list = { 0 };
    bool refused;
    char sql[QUERY_SQL_MAX];
    int rc;

    snprintf(sql, sizeof sql,
             "SELECT app_service, profile_event_type, Count(row) AS rows FROM in_process WHERE "
             "time>=%" PRId64 " AND time<=%" PRId64 " GROUP BY app_service, profile_event_type LIMIT %d",
             start, end - 1, QUERY_LIMIT);
    rc = ask_services(deepflow, sql, &list, &refused, err);
    if (rc < 0 && refused) {
        fp_service_list_release(&list);
        fp_error_clear(err);
        snprintf(sql, sizeof sql,
                 "SELECT app_service FROM in_process WHERE time>=%" PRId64 " AND time<=%" PRId64
                 " GROUP BY app_service LIMIT %d",
                 start, end - 1, QUERY_LIMIT);
        rc = ask_services(deepflow, sql, &list, &refused, err);
    }
    if (rc < 0) {
        fp_service_list_release(&list);
        return rc;
    }
    fp_service_list_sort(&list);
    *ret_list = list;
    return 0;
}

/* ---- life ---- */

static void deepflow_mask(const struct fp_source *source, struct fp_error *err)
{
    fp_http_mask(((const struct deepflow *)source)->http, err);
}

static void deepflow_close(struct fp_source *source)
{
    fp_http_free(((struct deepflow *)source)->http);
    free(source->description);
    free(source);
}

static const struct fp_source_ops deepflow_ops = { deepflow_fetch, deepflow_services, deepflow_mask,
                                                   deepflow_close };

int fp_deepflow_open(struct fp_source **ret_source, const struct fp_source_config *config,
                     const atomic_bool *cancel, struct fp_error *err)
{
    struct deepflow *deepflow = calloc(1, sizeof *deepflow);
    int rc;

    if (!deepflow)
        return fp_error_nomem(err);
    deepflow->source.ops = &deepflow_ops;
    rc = fp_http_new(&deepflow->http, config, cancel, err);
    if (rc == 0)
        rc = fp_source_set_description(&deepflow->source, "", fp_http_url(deepflow->http), err);
    if (rc < 0) {
        deepflow_close(&deepflow->source);
        return rc;
    }
    *ret_source = &deepflow->source;
    return 0;
}
