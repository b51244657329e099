#include "source/http_line.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"

static int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- libcurl's callbacks ---- */

size_t fp_http_line_write(char *bytes, size_t size, size_t n, void *ctx)
{
    struct fp_http_line *line = ctx;

    n *= size;
    /* The buffer always takes a first piece, so a transfer that is resumed moves on. */
    if (line->buf.len >= FP_HTTP_BUFFER) {
        line->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (n > line->http->max_response - line->received) {
        line->too_large = true;
        return 0;
    }
    fp_str_append(&line->buf, bytes, n);
    if (!fp_str_ok(&line->buf))
        return 0;
    line->received += n;
    line->last_byte = now_ms();
    return n;
}

size_t fp_http_line_header(char *bytes, size_t size, size_t n, void *ctx)
{
    struct fp_http_line *line = ctx;

    (void)bytes;
    n *= size;
    line->header_bytes += n;
    line->last_byte = now_ms();
    if (line->header_bytes > FP_HTTP_HEADERS_MAX) {
        line->headers_too_large = true;
        return 0;
    }
    return n;
}

/* ---- starting ---- */

static void reset(struct fp_http_line *line)
{
    fp_str_clear(&line->buf);
    line->pos = 0;
    line->received = 0;
    line->header_bytes = 0;
    line->paused = line->done = line->retryable = false;
    line->too_large = line->headers_too_large = false;
    line->result = CURLE_OK;
    line->curl_message[0] = '\0';
    fp_error_clear(&line->failure);
    line->left = line->last_byte = now_ms();
    line->total_deadline = line->left + line->http->timeout_ms;
}

int fp_http_line_start(struct fp_http_line *line, const struct fp_http_post *post, struct fp_error *err)
{
    CURL *e = line->easy;
    struct fp_str url;
    bool ok;

    reset(line);
    snprintf(line->content_type_text, sizeof line->content_type_text, "Content-Type: %s", post->content_type);
    line->content_type = (struct curl_slist){ line->content_type_text, line->http->headers };
    fp_str_init(&url, FP_LIMIT_TEXT);
    fp_str_printf(&url, "%s%s", line->http->url, post->path);
    ok = fp_str_ok(&url) && !curl_easy_setopt(e, CURLOPT_URL, url.data) &&
         !curl_easy_setopt(e, CURLOPT_HTTPHEADER, &line->content_type) &&
         !curl_easy_setopt(e, CURLOPT_POST, 1L) &&
         !curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)post->body_len) &&
         !curl_easy_setopt(e, CURLOPT_COPYPOSTFIELDS, post->body) && !curl_multi_add_handle(line->multi, e);
    fp_str_release(&url);
    line->attached = ok;
    return ok ? 0 : fp_error_nomem(err);
}

/* ---- driving ---- */

/* line->failure is filled: makes it final. */
static void fail(struct fp_http_line *line)
{
    line->done = true;
    fp_secrets_mask_error(&line->http->secrets, &line->failure);
}

static void finish(struct fp_http_line *line, CURLcode result)
{
    line->done = true;
    line->result = result;
}

/* How many milliseconds to sleep at most by the clocks and the flag; 0 when it is over: line->failure says
 * why. */
static int check_clocks(struct fp_http_line *line)
{
    const struct fp_http *http = line->http;
    int64_t now = now_ms(), wait = FP_HTTP_TICK_MS;
    curl_off_t connected = 0;

    if (http->cancel && atomic_load_explicit(http->cancel, memory_order_relaxed)) {
        fp_error_set(&line->failure, FP_ECANCELLED, "%s: stopped on request", http->url);
        fail(line);
        return 0;
    }
    /* Until the request can be sent, the connect time-out rules. */
    curl_easy_getinfo(line->easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
    if (!connected)
        line->last_byte = now;
    if (now >= line->total_deadline) {
        fp_http_explain_timeout(line, FP_HTTP_TOTAL);
        fail(line);
        return 0;
    }
    if (now - line->last_byte >= http->stall_timeout_ms) {
        fp_http_explain_timeout(line, FP_HTTP_STALL);
        fail(line);
        return 0;
    }
    if (line->total_deadline - now < wait)
        wait = line->total_deadline - now;
    if (line->last_byte + http->stall_timeout_ms - now < wait)
        wait = line->last_byte + http->stall_timeout_ms - now;
    return wait > 0 ? (int)wait : 1;
}

/* Lets libcurl work once, without waiting. */
static void perform(struct fp_http_line *line)
{
    CURLMsg *message;
    CURLMcode bad;
    int count;

    if (line->paused) {
        CURLcode result;

        line->paused = false;
        /* May call the write callback, and pause again, before it returns. */
        result = curl_easy_pause(line->easy, CURLPAUSE_CONT);
        if (result != CURLE_OK) {
            finish(line, result);
            return;
        }
    }
    bad = curl_multi_perform(line->multi, &count);
    if (bad != CURLM_OK) {
        finish(line, bad == CURLM_OUT_OF_MEMORY ? CURLE_OUT_OF_MEMORY : CURLE_BAD_FUNCTION_ARGUMENT);
        return;
    }
    while ((message = curl_multi_info_read(line->multi, &count)) != NULL)
        if (message->msg == CURLMSG_DONE)
            finish(line, message->data.result);
}

/* Bytes, the end, or line->failure: one of them is there when this returns. */
static void drive(struct fp_http_line *line)
{
    int wait;

    while ((wait = check_clocks(line)) > 0) {
        perform(line);
        if (line->too_large || (line->done && line->result != CURLE_OK)) {
            if (line->too_large)
                fp_http_explain_too_large(line, 0);
            else
                fp_http_explain_result(line);
            fail(line);
        }
        if (line->done || line->buf.len)
            return;
        curl_multi_poll(line->multi, NULL, 0, wait, NULL);
    }
}

int fp_http_line_fill(struct fp_http_line *line, struct fp_error *err)
{
    int64_t away;

    if (line->pos < line->buf.len)
        return 0;
    if (!line->done) {
        away = now_ms() - line->left;
        line->total_deadline += away;
        line->last_byte += away;
        fp_str_clear(&line->buf);
        line->pos = 0;
        drive(line);
        line->left = now_ms();
    }
    /* What came before the failure is read first: the beginning of an error page that is cut says a lot. */
    if (line->pos < line->buf.len || line->failure.code == FP_OK)
        return 0;
    return fp_error_set(err, line->failure.code, "%s", line->failure.message);
}

/* ---- the stream ---- */

static ssize_t line_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    struct fp_http_line *line = (struct fp_http_line *)in;
    int rc = fp_http_line_fill(line, err);
    size_t n = line->buf.len - line->pos;

    if (rc < 0)
        return rc;
    if (n > cap)
        n = cap;
    memcpy(buf, line->buf.data + line->pos, n);
    line->pos += n;
    return (ssize_t)n;
}

void fp_http_line_close(struct fp_http_line *line)
{
    bool whole = line->done && line->result == CURLE_OK && line->failure.code == FP_OK;

    /* libcurl closes the connection of a transfer that is taken away unfinished. */
    if (line->attached)
        curl_multi_remove_handle(line->multi, line->easy);
    line->attached = false;
    fp_http_line_release(line, whole);
}

static void line_close(struct fp_in *in)
{
    fp_http_line_close((struct fp_http_line *)in);
}

const struct fp_in_ops fp_http_line_ops = { line_read, line_close };
