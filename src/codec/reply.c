#include "codec/reply.h"

#include <string.h>

#include "base/utf8.h"
#include "codec/json_reader.h"
#include "codec/reply_forms.h"

const char *fp_form_name(enum fp_form form)
{
    switch (form) {
    case FP_FORM_NODE_LIST: return "node list (DeepFlow v6.4, v6.5)";
    case FP_FORM_COLUMNS: return "columns (DeepFlow v6.6)";
    case FP_FORM_TYPED_COLUMNS: return "columns with function types (DeepFlow v6.6.9 or later)";
    case FP_FORM_FOLDED: return "folded stacks";
    case FP_FORM_PPROF: return "pprof profile";
    default: return "";
    }
}

#define TEXT_MAX 400 /* bytes of the server's words that go into a message */

struct envelope {
    char status[64];
    char description[TEXT_MAX];
    bool has_status, has_result;
};

/* Copies a string (or null) of the envelope, cut to what fits. */
static int read_text(struct fp_json *json, char *to, size_t size, struct fp_error *err)
{
    struct fp_slice text;
    size_t n;
    int rc = fp_json_null(json, err);

    to[0] = '\0';
    if (rc != 0)
        return rc < 0 ? rc : FP_OK;
    rc = fp_json_string(json, &text, err);
    if (rc < 0)
        return rc;
    n = fp_utf8_cut(text.data, text.len, size - 1);
    for (size_t i = 0; i < n; i++)
        to[i] = text.data[i] ? text.data[i] : '?'; /* "SUCCESS\0…" is not SUCCESS */
    to[n] = '\0';
    return FP_OK;
}

static bool is_success(const struct envelope *envelope)
{
    return !envelope->has_status || strcmp(envelope->status, "SUCCESS") == 0;
}

static int read_result(struct fp_json *json, struct fp_reply *reply, struct fp_error *err)
{
    int next = fp_json_peek(json, err);

    if (next < 0)
        return next;
    if (next == '[')
        return fp_node_list_read(json, reply, err);
    if (next == '{')
        return fp_columns_read(json, reply, err);
    next = fp_json_null(json, err);
    if (next == 0)
        return fp_json_fail(json, err, FP_ESYNTAX, "`result` is neither a list, nor an object, nor null");
    return next < 0 ? next : FP_OK;
}

/* The number behind the last LIMIT of a query; 0 = there is none. */
static int64_t limit_of(struct fp_slice sql)
{
    static const char word[] = " LIMIT ";
    size_t n = sizeof word - 1, at = sql.len;
    int64_t limit = 0;

    while (at >= n && memcmp(sql.data + at - n, word, n) != 0)
        at--;
    if (at < n)
        return 0;
    for (; at < sql.len && sql.data[at] >= '0' && sql.data[at] <= '9' && limit < INT64_MAX / 100; at++)
        limit = limit * 10 + (sql.data[at] - '0');
    return limit;
}

/* One query of the server's, {"sql": …}: its row limit, when it is smaller than what is known. */
static int read_query(struct fp_json *json, struct fp_reply *reply, struct fp_error *err)
{
    struct fp_slice key, sql;
    int rc = fp_json_enter(json, '{', err);

    while (rc == FP_OK && (rc = fp_json_key(json, &key, err)) > 0) {
        uint64_t mended;
        int64_t limit;

        if (!fp_slice_is(key, "sql") || fp_json_peek(json, err) != '"') {
            rc = fp_json_skip(json, err);
            continue;
        }
        mended = json->mended;
        rc = fp_json_string(json, &sql, err);
        if (rc < 0)
            return rc;
        limit = json->mended == mended ? limit_of(sql) : 0; /* a query that was cut may have lost its limit */
        if (limit && (!reply->row_limit || limit < reply->row_limit))
            reply->row_limit = limit;
    }
    return rc;
}

/* `debug`: what is not as expected is passed over, for nobody promised its form. */
static int read_debug(struct fp_json *json, struct fp_reply *reply, struct fp_error *err)
{
    struct fp_slice key;
    int rc;

    if (fp_json_peek(json, err) != '{')
        return fp_json_skip(json, err);
    rc = fp_json_enter(json, '{', err);
    while (rc == FP_OK && (rc = fp_json_key(json, &key, err)) > 0) {
        if (!fp_slice_is(key, "querier_debug") || fp_json_peek(json, err) != '[') {
            rc = fp_json_skip(json, err);
            continue;
        }
        rc = fp_json_enter(json, '[', err);
        while (rc == FP_OK && (rc = fp_json_item(json, err)) > 0)
            rc = fp_json_peek(json, err) == '{' ? read_query(json, reply, err) : fp_json_skip(json, err);
    }
    return rc;
}

static int read_member(struct fp_json *json, struct fp_slice key, struct envelope *envelope, struct fp_reply *reply,
                       struct fp_error *err)
{
    if (fp_slice_is(key, "OPT_STATUS")) {
        if (envelope->has_status)
            return fp_json_fail(json, err, FP_EDATA, "`OPT_STATUS` comes twice");
        envelope->has_status = true;
        return read_text(json, envelope->status, sizeof envelope->status, err);
    }
    if (fp_slice_is(key, "DESCRIPTION"))
        return read_text(json, envelope->description, sizeof envelope->description, err);
    if (fp_slice_is(key, "result")) {
        if (envelope->has_result)
            return fp_json_fail(json, err, FP_EDATA, "`result` comes twice");
        envelope->has_result = true;
        /* what comes with a failure is of no interest, whatever its form: the server's words are the answer */
        return is_success(envelope) ? read_result(json, reply, err) : fp_json_skip(json, err);
    }
    if (fp_slice_is(key, "debug"))
        return read_debug(json, reply, err);
    return fp_json_skip(json, err);
}

/* A reply must begin with '{'; what begins otherwise is shown, so that a proxy's page is known at sight. */
static int check_start(struct fp_json *json, struct fp_error *err)
{
    int next = fp_json_skip_mark(json, err);
    char start[61];
    size_t n;

    if (next == FP_OK)
        next = fp_json_peek(json, err);
    if (next < 0)
        return next;
    if (next == 0)
        return fp_json_fail(json, err, FP_ETRUNCATED, "the reply is empty");
    if (next == '{')
        return FP_OK;
    n = json->end - json->pos < sizeof start - 1 ? json->end - json->pos : sizeof start - 1;
    memcpy(start, json->window + json->pos, n);
    start[n] = '\0';
    return fp_json_fail(json, err, FP_ESYNTAX,
                        "not a reply of DeepFlow's profile API (is a proxy or another server answering?): it begins with \"%s\"",
                        start);
}

static int read_envelope(struct fp_json *json, struct envelope *envelope, struct fp_reply *reply, struct fp_error *err)
{
    struct fp_slice key;
    int rc = check_start(json, err);

    if (rc == FP_OK)
        rc = fp_json_enter(json, '{', err);
    while (rc == FP_OK && (rc = fp_json_key(json, &key, err)) > 0)
        rc = read_member(json, key, envelope, reply, err);
    return rc == FP_OK ? fp_json_finish(json, err) : rc;
}

#define NOT_A_REPLY "JSON, but not a reply of DeepFlow's profile API"
#define WHAT_IS_ONE "is it what POST /v1/profile/ProfileTracing answered, and all of it?"

/* Data speak for themselves, but that there are none must be said by somebody who can know: an empty window is no accident. */
static int judge(const struct envelope *envelope, bool has_data, struct fp_error *err)
{
    if (!envelope->has_status && !has_data)
        return fp_error_set(err, FP_ESYNTAX, NOT_A_REPLY ": neither `OPT_STATUS` nor data in it: " WHAT_IS_ONE);
    if (!is_success(envelope))
        return fp_error_set(err, FP_ESERVER, "the server answered %s: %s", envelope->status,
                            envelope->description[0] ? envelope->description : "(no description)");
    if (!envelope->has_result)
        return fp_error_set(err, FP_ESYNTAX, "the reply ends without a `result`: " WHAT_IS_ONE);
    return FP_OK;
}

int fp_reply_read(struct fp_in *in, struct fp_reply *ret_reply, struct fp_error *err)
{
    struct fp_reply reply = { .form = FP_FORM_NONE };
    struct envelope envelope = { 0 };
    struct fp_json json;
    int rc = fp_json_init(&json, in, err);

    fp_builder_init(&reply.builder);
    if (rc == FP_OK)
        rc = read_envelope(&json, &envelope, &reply, err);
    if (rc == FP_OK)
        rc = judge(&envelope, reply.builder.count > 0, err);
    if ((rc == FP_ESYNTAX || rc == FP_EDATA) && err && err->offset < 0)
        fp_error_at(err, NULL, 0, 0, (int64_t)fp_json_offset(&json)); /* what the whole of it lacks */
    reply.mended_names = json.mended;
    fp_json_release(&json);
    if (rc == FP_OK)
        *ret_reply = reply;
    else
        fp_reply_release(&reply);
    return rc;
}

void fp_reply_release(struct fp_reply *reply)
{
    fp_builder_release(&reply->builder);
    fp_pprof_meta_release(&reply->meta);
}
