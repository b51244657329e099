#include "source/deepflow.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/jansson_load.h"
#include "base/limits.h"
#include "base/out.h"
#include "base/str.h"
#include "source/http.h"
#include "source/ops.h"
#include "source/query.h"

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

/* ---- services and values of tags ---- */

/* The body of the reply to one query. */
static int post_query(struct deepflow *deepflow, const char *sql, struct fp_str *text, struct fp_attempt *attempt,
                      struct fp_error *err)
{
    struct fp_str form;
    struct fp_in *in = NULL;
    struct fp_out out;
    int rc;

    fp_str_init(&form, FP_LIMIT_TEXT);
    fp_out_to_str(&out, &form);
    fp_out_puts(&out, "db=profile&sql=");
    fp_escape_url(&out, sql, strlen(sql));
    rc = fp_out_finish(&out, err);
    if (rc == 0) {
        struct fp_http_post post = { "/v1/query/", "application/x-www-form-urlencoded", form.data, form.len };

        rc = fp_http_post(deepflow->http, &post, &in, attempt, err);
    }
    if (rc == 0) {
        struct fp_error failure = FP_ERROR_INIT;

        rc = fp_in_read_all(in, text, "the reply", &failure);
        attempt->retryable = rc == FP_ENET || rc == FP_ETRUNCATED;
        if (text->failed == FP_ELIMIT)
            rc = fp_error_set(err, FP_ELIMIT,
                              "%s/v1/query/: the reply is longer than the limit of %zu bytes: ask for less, with a "
                              "shorter window, a filter or fewer tags to group by",
                              fp_http_url(deepflow->http), text->max);
        else if (rc < 0 && err)
            *err = failure;
    }
    fp_in_close(in);
    fp_str_release(&form);
    return rc;
}

/* The whole reply to one query, as parsed JSON. */
static int query(struct deepflow *deepflow, const char *sql, json_t **ret_reply, struct fp_attempt *attempt,
                 struct fp_error *err)
{
    struct fp_str text;
    json_error_t bad;
    bool starved;
    int rc;

    fp_str_init(&text, FP_LIMIT_QUERY_REPLY);
    rc = post_query(deepflow, sql, &text, attempt, err);
    if (rc == 0) {
        *ret_reply = fp_jansson_load(text.data, text.len, JSON_ALLOW_NUL, &bad, &starved);
        if (!*ret_reply && starved)
            rc = fp_error_nomem(err);
        else if (!*ret_reply)
            rc = fp_error_set(err, FP_ESYNTAX,
                              "%s/v1/query/ does not answer with JSON (line %d: %s): is source.url "
                              "a deepflow-server?",
                              fp_http_url(deepflow->http), bad.line, bad.text);
    }
    fp_str_release(&text);
    return rc;
}

/* The reply to one query that went well. *ret_refused: the server understood us but not the query. */
static int ask_sql(struct deepflow *deepflow, const struct fp_str *sql, json_t **ret_reply, bool *ret_refused,
                   struct fp_attempt *attempt, struct fp_error *err)
{
    const char *status, *description;
    json_t *reply = NULL;
    int rc = fp_str_status(sql, "the query", err);

    *ret_refused = false;
    if (rc < 0)
        return rc;
    rc = query(deepflow, sql->data, &reply, attempt, err);
    if (rc < 0) {
        *ret_refused = attempt->http_status == 400 || attempt->http_status == 500;
        return rc;
    }
    status = json_string_value(json_object_get(reply, "OPT_STATUS"));
    description = json_string_value(json_object_get(reply, "DESCRIPTION"));
    if (status && strcmp(status, "SUCCESS") == 0) {
        *ret_reply = reply;
        return FP_OK;
    }
    *ret_refused = status != NULL;
    rc = fp_error_set(err, FP_ESERVER, "%s/v1/query/ answers %s: %s", fp_http_url(deepflow->http),
                      status ? status : "without OPT_STATUS", description ? description : "no description");
    fp_http_mask(deepflow->http, err);
    json_decref(reply);
    return rc;
}

/* One form of the question; `list` is empty before, and after a failure. */
static int ask(struct deepflow *deepflow, const struct fp_value_query *question, enum fp_query_form form,
               struct fp_value_list *list, bool *ret_refused, struct fp_attempt *attempt, struct fp_error *err)
{
    json_t *reply;
    struct fp_str sql;
    int rc;

    *ret_refused = false;
    fp_str_init(&sql, FP_LIMIT_TEXT);
    rc = fp_query_sql(question, form, &sql, err);
    if (rc == 0)
        rc = ask_sql(deepflow, &sql, &reply, ret_refused, attempt, err);
    fp_str_release(&sql);
    if (rc < 0)
        return rc;
    *list = (struct fp_value_list){ .tag_count = question->tag_count };
    fp_arena_init(&list->arena);
    rc = fp_query_read(json_object_get(reply, "result"), question, list, err);
    json_decref(reply);
    if (rc < 0) {
        fp_error_prepend(err, "%s/v1/query/", fp_http_url(deepflow->http));
        fp_value_list_release(list);
    }
    return rc;
}

static int deepflow_count(struct fp_source *source, const struct fp_request *request, int64_t *ret_rows,
                          struct fp_attempt *ret_attempt, struct fp_error *err)
{
    struct deepflow *deepflow = (struct deepflow *)source;
    bool refused = false;
    json_t *reply;
    struct fp_str sql;
    int rc;

    fp_str_init(&sql, FP_LIMIT_TEXT);
    rc = fp_query_count_sql(request, &sql, err);
    if (rc == 0)
        rc = ask_sql(deepflow, &sql, &reply, &refused, ret_attempt, err);
    fp_str_release(&sql);
    if (refused)
        ret_attempt->retryable = false;
    if (rc < 0)
        return rc;
    rc = fp_query_count_read(json_object_get(reply, "result"), ret_rows, err);
    json_decref(reply);
    if (rc < 0)
        fp_error_prepend(err, "%s/v1/query/", fp_http_url(deepflow->http));
    return rc;
}

/* Counted where the server can count. A list that was cut is asked for again in order, so that what is missing is the
 * smallest; a server that refuses that has told what it can. */
static int ask_counted(struct deepflow *deepflow, const struct fp_value_query *question, struct fp_value_list *list,
                       bool *ret_refused, struct fp_attempt *attempt, struct fp_error *err)
{
    struct fp_value_list ordered;
    bool refused;
    int rc = ask(deepflow, question, FP_QUERY_COUNTED, list, ret_refused, attempt, err);

    if (rc < 0 || !list->cut)
        return rc;
    rc = ask(deepflow, question, FP_QUERY_LARGEST, &ordered, &refused, attempt, err);
    if (rc < 0 && refused) {
        fp_error_clear(err);
        return FP_OK;
    }
    fp_value_list_release(list);
    if (rc == FP_OK)
        *list = ordered;
    return rc;
}

/* `plain` is what is asked of a server that refuses to count. */
static int ask_either(struct deepflow *deepflow, const struct fp_value_query *counted,
                      const struct fp_value_query *plain, struct fp_value_list *ret_list, struct fp_attempt *attempt,
                      struct fp_error *err)
{
    struct fp_value_list list;
    bool refused;
    int rc = ask_counted(deepflow, counted, &list, &refused, attempt, err);

    if (rc < 0 && refused) {
        fp_error_clear(err);
        rc = ask(deepflow, plain, FP_QUERY_PLAIN, &list, &refused, attempt, err);
    }
    if (rc < 0)
        return rc;
    fp_value_list_sort(&list);
    *ret_list = list;
    return FP_OK;
}

static int deepflow_values(struct fp_source *source, const struct fp_value_query *question,
                           struct fp_value_list *ret_list, struct fp_attempt *ret_attempt, struct fp_error *err)
{
    return ask_either((struct deepflow *)source, question, question, ret_list, ret_attempt, err);
}

static int deepflow_services(struct fp_source *source, int64_t start, int64_t end,
                             struct fp_service_list *ret_list, struct fp_attempt *ret_attempt, struct fp_error *err)
{
    static const char *const tags[] = { "app_service", "profile_event_type" };
    const struct fp_value_query with_events = { .start = start, .end = end, .tags = tags, .tag_count = 2 };
    const struct fp_value_query names = { .start = start, .end = end, .tags = tags, .tag_count = 1 };
    struct fp_service_list list = { 0 };
    struct fp_value_list values;
    size_t cap = 0;
    int rc = ask_either((struct deepflow *)source, &with_events, &names, &values, ret_attempt, err);

    if (rc < 0)
        return rc;
    for (size_t i = 0; rc == 0 && i < values.count; i++) {
        const struct fp_value_row *row = &values.rows[i];

        rc = fp_service_list_add(&list, &cap, row->values[0], values.tag_count > 1 ? row->values[1] : "", row->rows,
                                 err);
    }
    list.cut = values.cut;
    fp_value_list_release(&values);
    if (rc < 0) {
        fp_service_list_release(&list);
        return rc;
    }
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

static const struct fp_source_ops deepflow_ops = { deepflow_fetch, deepflow_count, deepflow_services,
                                                   deepflow_values, deepflow_mask, deepflow_close };

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
