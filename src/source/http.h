/*
 * HTTP as the source needs it: a POST whose reply is pulled, over libcurl.
 *
 * fp_http_post returns once the first byte of a 200 reply is there; the rest comes as the reader asks
 * for it. The reader drives the transfer: nothing happens between two reads, and no thread is made.
 * At most FP_HTTP_BUFFER decoded bytes wait in our buffer; a reader that is slow makes the server wait.
 *
 * - Content encodings are undone by libcurl. The cap (source.max_response) counts decoded bytes while they
 * come. libcurl cannot stop in the middle of a piece it decodes, so pieces are small (FP_HTTP_PIECE): a
 *   compression bomb costs at most what one piece unfolds to (17 MB for gzip, 64 MB for any encoding).
 * - Connections are kept alive in a pool of handles, one of them a stream. Only a handle whose reply was read
 *   to its end goes back to the pool; any other is closed, so replies cannot mix.
 * - Time-outs: connect (libcurl), stall and total (our clock). Time that the reader spends elsewhere
 *   between two reads does not count: it is not the server's fault.
 * - `cancel` is looked at every FP_HTTP_TICK_MS while waiting.
 * - Redirects are not followed; certificates are always verified; only http and https; proxies come from the
 * usual environment variables.
 * - No error holds a secret: the URL is shown without user and password, header values never, and what the
 * server says is masked.
 *
 *     struct fp_http_post post = { "/v1/query/", "application/x-www-form-urlencoded", body, n };
 *     rc = fp_http_post(http, &post, &in, &attempt, &err);
 *     while (rc == 0 && (n = fp_in_read(in, buf, sizeof buf, &err)) > 0) …
 *     fp_in_close(in);
 *
 * Thread-safe, except fp_http_new and fp_http_free; every stream must be closed before fp_http_free.
 */
#ifndef FP_SOURCE_HTTP_H
#define FP_SOURCE_HTTP_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/in.h"
#include "config/config.h"
#include "source/source.h"

#define FP_HTTP_BUFFER ((size_t)1 << 20)
#define FP_HTTP_PIECE ((size_t)16 << 10)
#define FP_HTTP_HEADERS_MAX ((size_t)256 << 10) /* bytes of all header lines of a reply */
#define FP_HTTP_TICK_MS 100

struct fp_http;

struct fp_http_post {
    const char *path; /* below the configured URL, with its first slash */
    const char *content_type;
    const char *body; /* copied */
    size_t body_len;
};

/* Checks URL, headers, token, TLS files; connects nowhere. Everything of `config` is copied. */
int fp_http_new(struct fp_http **ret_http, const struct fp_source_config *config, const atomic_bool *cancel,
                struct fp_error *err);
void fp_http_free(struct fp_http *http);

/* The configured URL without user, password and trailing slash. */
const char *fp_http_url(const struct fp_http *http);

/* One attempt; as fp_source_fetch. */
int fp_http_post(struct fp_http *http, const struct fp_http_post *post, struct fp_in **ret_in,
                 struct fp_attempt *ret_attempt, struct fp_error *err);

/* Takes the secrets of this client out of a message made elsewhere. */
void fp_http_mask(const struct fp_http *http, struct fp_error *err);

/* Milliseconds to wait by a Retry-After value (seconds or HTTP-date, RFC 9110, 10.2.3) at unix time `now`: 0
 * to one hour; -1 when it cannot be read. */
int64_t fp_http_retry_after(const char *text, int64_t now);

#endif
