/*
 * The inside of source/http.h, shared by its files: http.c (the client: options, pool), http_line.c (a
 * transfer that is pulled), http_error.c (what a failure means and what to do about it).
 *
 * A line is one easy handle on one multi handle with its kept-alive connection, and the fp_in a
 * reader holds. It belongs to one thread from fp_http_line_take to its close, then to the pool.
 *
 * Invariant: a line in the pool has no transfer; `failure` is sticky until the next start.
 */
#ifndef FP_SOURCE_HTTP_LINE_H
#define FP_SOURCE_HTTP_LINE_H

#include <curl/curl.h>
#include <pthread.h>

#include "base/str.h"
#include "source/http.h"
#include "source/secrets.h"

struct fp_http_line {
    struct fp_in in;
    struct fp_http *http;
    CURLM *multi;
    CURL *easy;
    struct curl_slist content_type; /* its own node in front of the shared list: read-only for libcurl */
    char content_type_text[96];
    char curl_message[CURL_ERROR_SIZE];

    struct fp_str buf; /* decoded bytes that are not read yet, from `pos` on */
    size_t pos;
    uint64_t received; /* decoded bytes so far */
    size_t header_bytes;
    bool attached, paused, done;
    bool too_large, headers_too_large;
    bool retryable;  /* of `failure` */
    CURLcode result; /* once done */
    struct fp_error failure;

    int64_t total_deadline, last_byte,
        left; /* ms of the monotonic clock; `left`: when the reader went away */
    struct fp_http_line *next;
};

struct fp_http {
    char *url, *user, *password;
    char *ca_file, *client_cert, *client_key;
    struct curl_slist *headers;
    struct fp_secrets secrets;
    bool has_token;
    int64_t timeout_ms, connect_timeout_ms, stall_timeout_ms;
    uint64_t max_response;
    const atomic_bool *cancel; /* may be NULL */

    pthread_mutex_t lock; /* of the pool */
    struct fp_http_line *idle;
    size_t idle_count, idle_max;
};

/* http.c: a line from the pool or a new one; NULL with `err`. Release gives it back when it is `reusable`. */
struct fp_http_line *fp_http_line_take(struct fp_http *http, struct fp_error *err);
void fp_http_line_release(struct fp_http_line *line, bool reusable);

/* http_line.c */
extern const struct fp_in_ops fp_http_line_ops;
size_t fp_http_line_write(char *bytes, size_t size, size_t n, void *ctx); /* libcurl's callbacks */
size_t fp_http_line_header(char *bytes, size_t size, size_t n, void *ctx);
int fp_http_line_start(struct fp_http_line *line, const struct fp_http_post *post, struct fp_error *err);
/* Drives the transfer until bytes are there, the reply has ended, or it failed (negative). */
int fp_http_line_fill(struct fp_http_line *line, struct fp_error *err);
/* Ends the transfer, read to its end or not, and releases the line. */
void fp_http_line_close(struct fp_http_line *line);

/* http_error.c */
/* Fills line->failure and ->retryable out of line->result, which is not CURLE_OK. */
void fp_http_explain_result(struct fp_http_line *line);
enum fp_http_clock { FP_HTTP_CONNECT, FP_HTTP_STALL, FP_HTTP_TOTAL };
void fp_http_explain_timeout(struct fp_http_line *line, enum fp_http_clock which);
void fp_http_explain_too_large(struct fp_http_line *line, uint64_t announced);
/* A status other than 200: reads the beginning of the body for what it says. Returns the code. */
int fp_http_explain_status(struct fp_http_line *line, int status, struct fp_attempt *attempt,
                           struct fp_error *err);

#endif
