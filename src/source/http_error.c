#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/unit.h"
#include "base/utf8.h"
#include "source/http_line.h"

#define QUOTE_BEGINNING 80 /* bytes shown of a body that is not JSON */
#define QUOTE_DESCRIPTION 320

/* ---- transfers that broke ---- */

struct meaning {
    CURLcode curl;
    enum fp_status code;
    bool retryable;
    const char *what; /* NULL: libcurl's words say it best */
    const char *advice;
};

static const struct meaning meanings[] = {
    { CURLE_COULDNT_RESOLVE_HOST, FP_ENET, true, NULL,
      "check the host in source.url, and that this machine's DNS knows it" },
    { CURLE_COULDNT_RESOLVE_PROXY, FP_ENET, true, NULL,
      "check the proxy in the environment (http_proxy, https_proxy, all_proxy, no_proxy)" },
    { CURLE_COULDNT_CONNECT, FP_ENET, true, NULL,
      "is the server running? check host and port in source.url" },
    { CURLE_GOT_NOTHING, FP_ENET, true, "the server closed the connection without an answer",
      "look at the server's log" },
    { CURLE_SEND_ERROR, FP_ENET, true, NULL, "the connection broke while sending" },
    { CURLE_RECV_ERROR, FP_ENET, true, NULL, "the connection broke" },
    { CURLE_BAD_CONTENT_ENCODING, FP_ENET, true, NULL, "the compressed reply is damaged" },
    { CURLE_WEIRD_SERVER_REPLY, FP_ENET, false, NULL,
      "what answers there does not speak HTTP: check the port in source.url" },
    { CURLE_UNSUPPORTED_PROTOCOL, FP_ENET, false, NULL,
      "what answers there does not speak HTTP: check scheme and port in source.url" },
    { CURLE_PEER_FAILED_VERIFICATION, FP_ENET, false, NULL,
      "set source.ca_file to the PEM file of the authority that signed the server's certificate" },
    { CURLE_SSL_CACERT_BADFILE, FP_EINVAL, false, NULL, "source.ca_file must be a PEM file of certificates" },
    { CURLE_SSL_CERTPROBLEM, FP_EINVAL, false, NULL, "check source.client_cert and source.client_key" },
    { CURLE_SSL_CONNECT_ERROR, FP_ENET, true, NULL,
      "no TLS there? check that source.url says https:// only where the server does" },
    { CURLE_OUT_OF_MEMORY, FP_ENOMEM, false,
      "out of memory, or the compressed reply expands beyond all measure", "lower source.in_flight" },
};

void fp_http_explain_timeout(struct fp_http_line *line, enum fp_http_clock which)
{
    const struct fp_http *http = line->http;
    const struct {
        int64_t ms;
        const char *key, *what, *advice;
    } clocks[] = {
        [FP_HTTP_CONNECT] = { http->connect_timeout_ms, "connect_timeout", "no connection",
                              "is the server running, and does a firewall let us through?" },
        [FP_HTTP_STALL] = { http->stall_timeout_ms, "stall_timeout", "not a byte came",
                            "the server may be overloaded: a smaller step or a longer time-out helps" },
        [FP_HTTP_TOTAL] = { http->timeout_ms, "timeout", "the reply was not complete",
                            "a smaller step or a longer time-out helps" },
    }, *c = &clocks[which];
    bool seconds = c->ms % 1000 == 0;

    fp_error_set(&line->failure, FP_ENET,
                 "%s: %s within %" PRId64 "%s (source.%s; %" PRIu64 " byte%s so far): %s", http->url, c->what,
                 seconds ? c->ms / 1000 : c->ms, seconds ? "s" : "ms", c->key, line->received,
                 fp_plural(line->received), c->advice);
    line->retryable = true;
}

void fp_http_explain_too_large(struct fp_http_line *line, uint64_t announced)
{
    char size[48] = "";

    if (announced)
        snprintf(size, sizeof size, "%" PRIu64 " bytes are ", announced);
    fp_error_set(&line->failure, FP_ELIMIT,
                 "%s: the reply is too large: %smore than the %" PRIu64 " bytes of "
                 "source.max_response (read so far: %" PRIu64
                 "): raise it, or ask for less with a smaller step "
                 "or a filter",
                 line->http->url, size, line->http->max_response, line->received);
    line->retryable = false;
}

/* "1234 of 5000 bytes": as they travelled, so compressed ones are counted compressed. */
static void explain_cut(struct fp_http_line *line)
{
    curl_off_t came = 0, announced = -1;
    char whole[40] = "";

    curl_easy_getinfo(line->easy, CURLINFO_SIZE_DOWNLOAD_T, &came);
    curl_easy_getinfo(line->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    if (announced >= 0)
        snprintf(whole, sizeof whole, " of %" CURL_FORMAT_CURL_OFF_T, announced);
    fp_error_set(&line->failure, FP_ETRUNCATED,
                 "%s: the reply was cut short: %" CURL_FORMAT_CURL_OFF_T
                 "%s byte%s came: the server or a proxy closed the connection too early",
                 line->http->url, came, whole, fp_plural((uint64_t)(announced >= 0 ? announced : came)));
    line->retryable = true;
}

void fp_http_explain_result(struct fp_http_line *line)
{
    static const struct meaning other = { CURLE_OK, FP_ENET, false, NULL, "check source.url" };
    const struct meaning *m = &other;
    const char *what = line->curl_message[0] ? line->curl_message : curl_easy_strerror(line->result);

    if (line->result == CURLE_OPERATION_TIMEDOUT) {
        fp_http_explain_timeout(line, FP_HTTP_CONNECT);
        return;
    }
    if (line->result == CURLE_PARTIAL_FILE) {
        explain_cut(line);
        return;
    }
    if (line->headers_too_large) {
        fp_error_set(&line->failure, FP_ELIMIT,
                     "%s: the reply has more than %zu bytes of headers: is it a "
                     "deepflow-server?",
                     line->http->url, FP_HTTP_HEADERS_MAX);
        return;
    }
    if (!fp_str_ok(&line->buf)) {
        fp_error_nomem(&line->failure);
        return;
    }
    for (size_t i = 0; i < sizeof meanings / sizeof *meanings; i++)
        if (meanings[i].curl == line->result)
            m = &meanings[i];
    line->retryable = m->retryable;
    fp_error_set(&line->failure, m->code, "%s: %s: %s", line->http->url, m->what ? m->what : what, m->advice);
}

/* ---- a status other than 200 ---- */

static const struct {
    int status; /* 0: ends the table */
    const char *advice;
} advices[] = {
    { 400, "the server does not accept the request: check the service's language, event type and filter" },
    { 401, "check source.token_file (or token_env, or headers)" },
    { 403, "check source.token_file (or token_env, or headers) and source.org_id" },
    { 404, "check host, port and path of source.url: is it deepflow-server's port 20416, or its nodePort?" },
    { 405, "check source.url: what answers there takes no POST" },
    { 407, "check user and password of the proxy in the environment (http_proxy, https_proxy)" },
    { 408, "the server did not get the request in time: check the network" },
    { 413, "a proxy in front of the server finds the request too large: check the filter" },
    { 429, "the server asks for fewer requests: lower source.in_flight" },
    { 502, "the proxy in front of the server cannot reach it: is the server running?" },
    { 503, "the server is not ready or overloaded" },
    { 504, "the query took longer than a proxy waits: a smaller step helps" },
    { 0, NULL },
};

static const char *advice_for(int status)
{
    for (size_t i = 0; advices[i].status; i++)
        if (advices[i].status == status)
            return advices[i].advice;
    if (status >= 500)
        return "the query failed on the server: check the filter, or look at the server's log";
    if (status >= 400)
        return "the server refuses the request: check source.url";
    return "no deepflow-server answers like this: check source.url";
}

/* Reads what a person needs of the body, and no more. A body that breaks is used as far as it came. */
static void read_beginning(struct fp_http_line *line, struct fp_str *body)
{
    while (body->len < FP_LIMIT_ERROR_BODY && fp_http_line_fill(line, NULL) == 0) {
        size_t n = line->buf.len - line->pos, room = FP_LIMIT_ERROR_BODY - body->len;

        if (!n)
            break;
        n = n < room ? n : room;
        fp_str_append(body, line->buf.data + line->pos, n);
        line->pos += n;
    }
}

/* `text` without secrets, in one line, cut to `max` bytes with a sign that it was cut. */
static void quote(const struct fp_http_line *line, const char *text, size_t n, size_t max, struct fp_str *out)
{
    struct fp_str masked;
    bool space = true;
    size_t end;

    fp_str_init(&masked, FP_LIMIT_TEXT);
    fp_str_append(&masked, text, n);
    fp_secrets_mask(&line->http->secrets, &masked);
    end = fp_utf8_cut(masked.data, masked.len, max);
    for (size_t i = 0; i < end; i++) {
        char c = masked.data[i] ? masked.data[i] : '?';
        bool blank = strchr(" \t\r\n", c) != NULL;

        if (!blank || !space)
            fp_str_putc(out, blank ? ' ' : c);
        space = blank;
    }
    if (end < masked.len)
        fp_str_puts(out, "…");
    fp_str_release(&masked);
}

/* "FAIL: unknown database", or "the reply begins `<html>…`". */
static void describe_body(const struct fp_http_line *line, const struct fp_str *body, struct fp_str *out)
{
    json_t *json = json_loadb(body->data, body->len, 0, NULL);
    const char *status = json_string_value(json_object_get(json, "OPT_STATUS"));
    const char *description = json_string_value(json_object_get(json, "DESCRIPTION"));

    if (status || description) {
        if (status)
            quote(line, status, strlen(status), QUOTE_BEGINNING, out);
        if (status && description)
            fp_str_puts(out, ": ");
        if (description)
            quote(line, description, strlen(description), QUOTE_DESCRIPTION, out);
    } else if (body->len) {
        fp_str_puts(out, "the reply begins `");
        quote(line, body->data, body->len, QUOTE_BEGINNING, out);
        fp_str_putc(out, '`');
    } else {
        fp_str_puts(out, "the reply is empty");
    }
    json_decref(json);
}

/* Where a redirect leads: scheme, host and port only, for the rest may hold credentials. */
static void describe_redirect(const struct fp_http_line *line, struct fp_str *out)
{
    char *target = NULL, *root = NULL;
    CURLU *u = curl_url();

    curl_easy_getinfo(line->easy, CURLINFO_REDIRECT_URL, &target);
    if (u && target && !curl_url_set(u, CURLUPART_URL, target, CURLU_NON_SUPPORT_SCHEME) &&
        !curl_url_set(u, CURLUPART_USER, NULL, 0) && !curl_url_set(u, CURLUPART_PASSWORD, NULL, 0) &&
        !curl_url_set(u, CURLUPART_QUERY, NULL, 0) && !curl_url_set(u, CURLUPART_FRAGMENT, NULL, 0) &&
        !curl_url_set(u, CURLUPART_PATH, "/", 0) && !curl_url_get(u, CURLUPART_URL, &root, 0)) {
        root[strlen(root) - 1] = '\0';
        fp_str_printf(out, "redirects are not followed: set source.url to %s if that is the server", root);
    } else {
        fp_str_puts(out, "redirects are not followed: set source.url to the server's own address");
    }
    curl_free(root);
    curl_url_cleanup(u);
}

/* What is asked again of such a server may be answered: FP_EREFUSED is for what stays as it is. */
static bool may_pass(int status)
{
    return status >= 500 || status == 408 || status == 425 || status == 429;
}

int fp_http_explain_status(struct fp_http_line *line, int status, struct fp_attempt *attempt,
                           struct fp_error *err)
{
    enum fp_status code = may_pass(status) ? FP_ESERVER : FP_EREFUSED;
    struct curl_header *header;
    struct fp_str body, text, advice;

    attempt->retryable = status == 429 || status >= 500;
    if (curl_easy_header(line->easy, "Retry-After", 0, CURLH_HEADER, -1, &header) == CURLHE_OK)
        attempt->retry_after_ms = fp_http_retry_after(header->value, (int64_t)time(NULL));
    fp_str_init(&body, FP_LIMIT_ERROR_BODY);
    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_init(&advice, FP_LIMIT_TEXT);
    read_beginning(line, &body);
    describe_body(line, &body, &text);
    if (status >= 300 && status < 400)
        describe_redirect(line, &advice);
    else
        fp_str_puts(&advice, advice_for(status));
    /* A run that is stopped meanwhile is told so: the status no longer matters. */
    if (line->failure.code == FP_ECANCELLED)
        code = FP_ECANCELLED;
    fp_error_clear(err);
    fp_error_set(err, code, "%s: HTTP %d: %s: %s", line->http->url, status, text.data, advice.data);
    fp_secrets_mask_error(&line->http->secrets, err);
    fp_str_release(&body);
    fp_str_release(&text);
    fp_str_release(&advice);
    return (int)code;
}
