#include "codec/reply.h"

#include <string.h>

#include "codec/json_reader.h"
#include "codec/reply_forms.h"

const char *fp_form_name(enum fp_form form)
{
    switch (form) {
    case FP_FORM_NODE_LIST: return "node list (DeepFlow v6.4, v6.5)";
    case FP_FORM_COLUMNS: return "columns (DeepFlow v6.6)";
    case FP_FORM_TYPED_COLUMNS: return "columns with function types (DeepFlow v6.6.9 or later)";
    case FP_FORM_FOLDED: return "folded stacks";
    default: return "";
    }
}

enum fp_frame_kind fp_root_kind(struct fp_slice name)
{
    return fp_slice_is(name, "Total") ? FP_KIND_HOST : FP_KIND_PROCESS;
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
        return rc;
    rc = fp_json_string(json, &text, err);
    if (rc < 0)
        return rc;
    n = text.len < size - 1 ? text.len : size - 1;
    memcpy(to, text.data, n);
    to[n] = '\0';
    return FP_OK;
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

static int read_member(struct fp_json *json, struct fp_slice key, struct envelope *envelope, struct fp_reply *reply,
                       struct fp_error *err)
{
    if (fp_slice_is(key, "OPT_STATUS")) {
        envelope->has_status = true;
        return read_text(json, envelope->status, sizeof envelope->status, err);
    }
    if (fp_slice_is(key, "DESCRIPTION"))
        return read_text(json, envelope->description, sizeof envelope->description, err);
    if (fp_slice_is(key, "result")) {
        if (envelope->has_result)
            return fp_json_fail(json, err, FP_EDATA, "`result` comes twice");
        envelope->has_result = true;
        return read_result(json, reply, err);
    }
    return fp_json_skip(json, err);
}

/* A reply must begin with '{'; what begins otherwise is shown, so that a proxy's page is known at sight. */
static int check_start(struct fp_json *json, struct fp_error *err)
{
    int next = fp_json_peek(json, err);
    char start[61];
    size_t n;

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

static int judge(const struct envelope *envelope, struct fp_error *err)
{
    if (!envelope->has_status && !envelope->has_result)
        return fp_error_set(err, FP_ESYNTAX, "not a reply of DeepFlow's profile API: neither `OPT_STATUS` nor `result` is in it");
    if (envelope->has_status && strcmp(envelope->status, "SUCCESS") != 0)
        return fp_error_set(err, FP_ESERVER, "the server answered %s: %s", envelope->status,
                            envelope->description[0] ? envelope->description : "(no description)");
    if (!envelope->has_result)
        return fp_error_set(err, FP_ESYNTAX, "the reply has no `result`");
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
        rc = judge(&envelope, err);
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
}
