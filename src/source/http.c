#include "source/http.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/limits.h"
#include "source/http_line.h"

#ifndef FP_VERSION
#define FP_VERSION "dev"
#endif

#if LIBCURL_VERSION_NUM < 0x075700
#error "libcurl 7.87 or later is needed"
#endif

#define HEADER_LINE_MAX ((size_t)64 << 10)
#define RETRY_AFTER_CLAMP_S 3600
#define SECRET_VALUE_MIN 4 /* shorter header values ("1", "on") would mask ordinary words */

/* ---- opening ---- */

static int copy(char **to, const char *from, struct fp_error *err)
{
    if (!from)
        return 0;
    *to = strdup(from);
    return *to ? 0 : fp_error_nomem(err);
}

/* A part of the URL as heap memory, NULL where there is none. */
static int url_part(CURLU *u, CURLUPart part, unsigned flags, char **to, struct fp_error *err)
{
    char *text = NULL;
    CURLUcode rc = curl_url_get(u, part, &text, flags);
    int result = 0;

    if (rc == CURLUE_OUT_OF_MEMORY)
        result = fp_error_nomem(err);
    else if (rc == CURLUE_OK)
        result = copy(to, text, err);
    curl_free(text);
    return result;
}

/* "http://user:pw@host/prefix/" becomes url "http://host/prefix", user and password. The text itself is never
 * shown: it may hold a password, also (above all) where it does not parse. */
static int parse_url(struct fp_http *http, const char *text, struct fp_error *err)
{
    CURLU *u = curl_url();
    char *scheme = NULL, *query = NULL, *fragment = NULL;
    CURLUcode bad;
    size_t len;
    int rc = u ? 0 : fp_error_nomem(err);

    if (rc < 0)
        goto done;
    bad = curl_url_set(u, CURLUPART_URL, text, 0);
    if (bad != CURLUE_OK) {
        rc = fp_error_set(err, FP_EINVAL,
                          "source.url cannot be used (%s): it must look like "
                          "http://deepflow-server.deepflow:20416",
                          curl_url_strerror(bad));
        goto done;
    }
    if ((rc = url_part(u, CURLUPART_SCHEME, 0, &scheme, err)) < 0 ||
        (rc = url_part(u, CURLUPART_QUERY, 0, &query, err)) < 0 ||
        (rc = url_part(u, CURLUPART_FRAGMENT, 0, &fragment, err)) < 0 ||
        (rc = url_part(u, CURLUPART_USER, CURLU_URLDECODE, &http->user, err)) < 0 ||
        (rc = url_part(u, CURLUPART_PASSWORD, CURLU_URLDECODE, &http->password, err)) < 0)
        goto done;
    if (!scheme || (strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0))
        rc = fp_error_set(err, FP_EINVAL, "source.url must begin with http:// or https://");
    else if (query || fragment)
        rc = fp_error_set(err, FP_EINVAL,
                          "source.url must not have a ? or # part: only host, port and a prefix");
    else if (curl_url_set(u, CURLUPART_USER, NULL, 0) || curl_url_set(u, CURLUPART_PASSWORD, NULL, 0))
        rc = fp_error_nomem(err);
    else
        rc = url_part(u, CURLUPART_URL, 0, &http->url, err);
    if (rc == 0 && !http->url)
        rc = fp_error_set(err, FP_EINVAL, "source.url has no host");
    if (rc == 0)
        for (len = strlen(http->url); len && http->url[len - 1] == '/'; len--)
            http->url[len - 1] = '\0';
done:
    free(scheme);
    free(query);
    free(fragment);
    curl_url_cleanup(u);
    return rc;
}

static int add_header(struct fp_http *http, const char *name, const char *value, struct fp_error *err)
{
    struct curl_slist *list = NULL;
    struct fp_str line;

    fp_str_init(&line, HEADER_LINE_MAX);
    /* libcurl's way to send a header without a value is "Name;". */
    fp_str_printf(&line, *value ? "%s: %s" : "%s;%s", name, value);
    if (fp_str_ok(&line))
        list = curl_slist_append(http->headers, line.data);
    if (line.cap)
        explicit_bzero(line.data, line.cap);
    if (!list && !fp_str_ok(&line) && line.failed == FP_ELIMIT)
        fp_error_set(err, FP_ELIMIT, "source.headers: %s is longer than %zu bytes", name, HEADER_LINE_MAX);
    else if (!list)
        fp_error_nomem(err);
    fp_str_release(&line);
    if (!list)
        return err ? (int)err->code : FP_ENOMEM;
    http->headers = list;
    return 0;
}

/* RFC 9110, 5.6.2 and 5.5. */
static bool is_header_name(const char *name)
{
    static const char token[] =
        "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return *name && name[strspn(name, token)] == '\0';
}

static bool is_header_value(const char *value)
{
    for (; *value; value++)
        if (((unsigned char)*value < ' ' && *value != '\t') || *value == 0x7F)
            return false;
    return true;
}

static int check_header(const struct fp_http *http, const struct fp_source_config *config,
                        const struct fp_header *header, struct fp_error *err)
{
    static const char *const ours[] = { "Content-Type", "Content-Length",  "Transfer-Encoding",
                                        "Connection",   "Accept-Encoding", "Expect" };

    if (!is_header_name(header->name))
        return fp_error_set(err, FP_EINVAL, "source.headers: \"%s\" is not a header name", header->name);
    if (!is_header_value(header->value))
        return fp_error_set(err, FP_EINVAL,
                            "source.headers: the value of %s has a line break or another "
                            "control character in it",
                            header->name);
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcasecmp(header->name, ours[i]) == 0)
            return fp_error_set(err, FP_EINVAL, "source.headers: %s is made by the program, take it out",
                                ours[i]);
    if (strcasecmp(header->name, "Authorization") == 0 && (http->has_token || http->user))
        return fp_error_set(err, FP_EINVAL, "source.headers: Authorization contradicts %s: keep one of them",
                            http->has_token ? "the token" : "the user in source.url");
    if (strcasecmp(header->name, "X-Org-Id") == 0 && config->org_id > 0)
        return fp_error_set(err, FP_EINVAL,
                            "source.headers: X-Org-Id contradicts source.org_id: keep one of them");
    return 0;
}

/* A server that shows the request it got shows "Basic …" of user and password. */
static int add_password(struct fp_http *http, struct fp_error *err)
{
    struct fp_str pair;
    char *encoded = NULL;
    int rc = fp_secrets_add(&http->secrets, http->password, err);

    fp_str_init(&pair, FP_LIMIT_SECRET);
    fp_str_printf(&pair, "%s:%s", http->user ? http->user : "", http->password);
    if (rc == 0 && (rc = fp_str_status(&pair, "source.url", err)) == 0) {
        encoded = malloc(FP_BASE64_SIZE(pair.len));
        rc = encoded ? 0 : fp_error_nomem(err);
    }
    if (rc == 0) {
        fp_base64(pair.data, pair.len, encoded);
        rc = fp_secrets_add(&http->secrets, encoded, err);
        explicit_bzero(encoded, strlen(encoded));
    }
    if (pair.cap)
        explicit_bzero(pair.data, pair.cap);
    free(encoded);
    fp_str_release(&pair);
    return rc;
}

/* The value of a header may be "SCHEME secret": the words alone are secret too. */
static int add_secret_value(struct fp_http *http, const char *value, struct fp_error *err)
{
    const char *word = strchr(value, ' ');
    int rc = strlen(value) < SECRET_VALUE_MIN ? 0 : fp_secrets_add(&http->secrets, value, err);

    if (rc == 0 && word && strlen(word + 1) >= SECRET_VALUE_MIN)
        rc = fp_secrets_add(&http->secrets, word + 1, err);
    return rc;
}

static int make_headers(struct fp_http *http, const struct fp_source_config *config, const char *token,
                        struct fp_error *err)
{
    char number[24];
    struct fp_str bearer;
    int rc;

    /* "Expect:" takes libcurl's own away: waiting for "100 Continue" costs a second where a server ignores
     * it. */
    http->headers = curl_slist_append(NULL, "Expect:");
    rc = http->headers ? add_header(http, "Accept", "application/json", err) : fp_error_nomem(err);
    if (rc == 0 && config->org_id > 0) {
        snprintf(number, sizeof number, "%" PRId64, config->org_id);
        rc = add_header(http, "X-Org-Id", number, err);
    }
    if (rc == 0 && token) {
        fp_str_init(&bearer, FP_LIMIT_SECRET + 16);
        fp_str_printf(&bearer, "Bearer %s", token);
        rc = fp_str_ok(&bearer) ? add_header(http, "Authorization", bearer.data, err) : fp_error_nomem(err);
        if (bearer.cap)
            explicit_bzero(bearer.data, bearer.cap);
        fp_str_release(&bearer);
    }
    for (size_t i = 0; rc == 0 && i < config->header_count; i++) {
        const struct fp_header *header = &config->headers[i];

        if ((rc = check_header(http, config, header, err)) == 0 &&
            (rc = add_header(http, header->name, header->value, err)) == 0)
            rc = add_secret_value(http, header->value, err);
    }
    return rc;
}

static int check_readable(const char *path, const char *key, struct fp_error *err)
{
    if (path && access(path, R_OK) != 0)
        return fp_error_errno(err, FP_EINVAL, errno, "source.%s: cannot read %s", key, path);
    return 0;
}

static int copy_tls(struct fp_http *http, const struct fp_source_config *config, struct fp_error *err)
{
    int rc;

    if (config->client_key && !config->client_cert)
        return fp_error_set(err, FP_EINVAL, "source.client_key is set without source.client_cert");
    if ((rc = check_readable(config->ca_file, "ca_file", err)) < 0 ||
        (rc = check_readable(config->client_cert, "client_cert", err)) < 0 ||
        (rc = check_readable(config->client_key, "client_key", err)) < 0 ||
        (rc = copy(&http->ca_file, config->ca_file, err)) < 0 ||
        (rc = copy(&http->client_cert, config->client_cert, err)) < 0 ||
        (rc = copy(&http->client_key, config->client_key, err)) < 0)
        return rc;
    return 0;
}

int fp_http_new(struct fp_http **ret_http, const struct fp_source_config *config, const atomic_bool *cancel,
                struct fp_error *err)
{
    struct fp_http *http;
    char *token = NULL;
    int rc;

    /* Counted by libcurl, and thread-safe there since 7.84. */
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fp_error_set(err, FP_EIO, "libcurl cannot be started");
    http = calloc(1, sizeof *http);
    if (!http) {
        curl_global_cleanup();
        return fp_error_nomem(err);
    }
    pthread_mutex_init(&http->lock, NULL);
    http->cancel = cancel;
    http->timeout_ms = config->timeout_ms;
    http->connect_timeout_ms = config->connect_timeout_ms;
    http->stall_timeout_ms = config->stall_timeout_ms;
    http->max_response = (uint64_t)config->max_response;
    http->idle_max = config->in_flight > 0 ? (size_t)config->in_flight : 1;
    if ((rc = parse_url(http, config->url, err)) < 0 || (rc = fp_secrets_token(config, &token, err)) < 0)
        goto done;
    http->has_token = token != NULL;
    if (token && http->user) {
        rc =
            fp_error_set(err, FP_EINVAL, "source.url holds a user, and a token is set too: keep one of them");
        goto done;
    }
    if ((token && (rc = fp_secrets_add(&http->secrets, token, err)) < 0) ||
        (http->password && (rc = add_password(http, err)) < 0) ||
        (rc = make_headers(http, config, token, err)) < 0 || (rc = copy_tls(http, config, err)) < 0)
        goto done;
    *ret_http = http;
done:
    if (token)
        explicit_bzero(token, strlen(token));
    free(token);
    if (rc < 0)
        fp_http_free(http);
    return rc;
}

/* ---- lines and their pool ---- */

static void line_free(struct fp_http_line *line)
{
    curl_easy_cleanup(line->easy);
    curl_multi_cleanup(line->multi);
    fp_str_release(&line->buf);
    free(line);
}

/* What is the same for every request. */
static bool set_options(struct fp_http_line *line)
{
    const struct fp_http *http = line->http;
    CURL *e = line->easy;
    CURLcode bad = CURLE_OK;

#define SET(option, value) (bad = bad ? bad : curl_easy_setopt(e, option, value))
    SET(CURLOPT_ERRORBUFFER, line->curl_message);
    SET(CURLOPT_WRITEFUNCTION, fp_http_line_write);
    SET(CURLOPT_WRITEDATA, (void *)line);
    SET(CURLOPT_HEADERFUNCTION, fp_http_line_header);
    SET(CURLOPT_HEADERDATA, (void *)line);
    SET(CURLOPT_BUFFERSIZE, (long)FP_HTTP_PIECE);
    SET(CURLOPT_ACCEPT_ENCODING, "");
    SET(CURLOPT_NOSIGNAL, 1L);
    /* A name server that does not answer must not hold up a cancelled run. */
    SET(CURLOPT_QUICK_EXIT, 1L);
    SET(CURLOPT_NOPROGRESS, 1L);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    /* A paused HTTP/2 stream goes on filling libcurl's memory; 1.1 makes the server wait. */
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    SET(CURLOPT_HEADEROPT, (long)CURLHEADER_SEPARATE); /* our headers are not a proxy's business */
    SET(CURLOPT_USERAGENT, "flamepress/" FP_VERSION);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, (long)http->connect_timeout_ms);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (http->ca_file)
        SET(CURLOPT_CAINFO, http->ca_file);
    if (http->client_cert)
        SET(CURLOPT_SSLCERT, http->client_cert);
    if (http->client_key)
        SET(CURLOPT_SSLKEY, http->client_key);
    if (http->user) {
        SET(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
        SET(CURLOPT_USERNAME, http->user);
        SET(CURLOPT_PASSWORD, http->password ? http->password : "");
    }
#undef SET
    return bad == CURLE_OK;
}

struct fp_http_line *fp_http_line_take(struct fp_http *http, struct fp_error *err)
{
    struct fp_http_line *line;

    pthread_mutex_lock(&http->lock);
    line = http->idle; /* the one used last: its connection is the least likely to have been closed */
    if (line) {
        http->idle = line->next;
        http->idle_count--;
    }
    pthread_mutex_unlock(&http->lock);
    if (line)
        return line;
    line = calloc(1, sizeof *line);
    if (!line) {
        fp_error_nomem(err);
        return NULL;
    }
    line->in.ops = &fp_http_line_ops;
    line->http = http;
    fp_str_init(&line->buf, FP_HTTP_BUFFER + CURL_MAX_WRITE_SIZE);
    line->multi = curl_multi_init();
    line->easy = curl_easy_init();
    if (line->multi && line->easy && set_options(line))
        return line;
    line_free(line);
    fp_error_set(err, FP_ENOMEM,
                 "libcurl cannot make a connection handle (out of memory, or built without TLS)");
    return NULL;
}

void fp_http_line_release(struct fp_http_line *line, bool reusable)
{
    struct fp_http *http = line->http;

    pthread_mutex_lock(&http->lock);
    if (reusable && http->idle_count < http->idle_max) {
        line->next = http->idle;
        http->idle = line;
        http->idle_count++;
        line = NULL;
    }
    pthread_mutex_unlock(&http->lock);
    if (line)
        line_free(line);
}

void fp_http_free(struct fp_http *http)
{
    struct fp_http_line *line;

    if (!http)
        return;
    while ((line = http->idle) != NULL) {
        http->idle = line->next;
        line_free(line);
    }
    for (struct curl_slist *node = http->headers; node; node = node->next)
        explicit_bzero(node->data, strlen(node->data));
    curl_slist_free_all(http->headers);
    fp_secrets_release(&http->secrets);
    if (http->password)
        explicit_bzero(http->password, strlen(http->password));
    free(http->url);
    free(http->user);
    free(http->password);
    free(http->ca_file);
    free(http->client_cert);
    free(http->client_key);
    pthread_mutex_destroy(&http->lock);
    free(http);
    curl_global_cleanup();
}

const char *fp_http_url(const struct fp_http *http)
{
    return http->url;
}

void fp_http_mask(const struct fp_http *http, struct fp_error *err)
{
    fp_secrets_mask_error(&http->secrets, err);
}

/* ---- one attempt ---- */

int64_t fp_http_retry_after(const char *text, int64_t now)
{
    int64_t seconds = 0;
    size_t digits;

    text += strspn(text, " \t");
    digits = strspn(text, "0123456789");
    if (digits && text[digits + strspn(text + digits, " \t")] == '\0') {
        for (size_t i = 0; i < digits && seconds <= RETRY_AFTER_CLAMP_S; i++)
            seconds = 10 * seconds + (text[i] - '0');
    } else {
        time_t date = *text < 'A' ? -1 : curl_getdate(text, NULL); /* a date begins with a day's name */

        if (date == -1)
            return -1;
        seconds = (int64_t)date - now;
    }
    if (seconds < 0)
        return 0;
    return 1000 * (seconds > RETRY_AFTER_CLAMP_S ? RETRY_AFTER_CLAMP_S : seconds);
}

int fp_http_post(struct fp_http *http, const struct fp_http_post *post, struct fp_in **ret_in,
                 struct fp_attempt *ret_attempt, struct fp_error *err)
{
    struct fp_http_line *line = fp_http_line_take(http, err);
    curl_off_t announced = -1;
    long status = 0;
    int rc;

    *ret_attempt = (struct fp_attempt){ .retry_after_ms = -1 };
    if (!line)
        return FP_ENOMEM;
    rc = fp_http_line_start(line, post, err);
    if (rc == 0) {
        struct fp_error failure = FP_ERROR_INIT;

        rc = fp_http_line_fill(line, &failure);
        curl_easy_getinfo(line->easy, CURLINFO_RESPONSE_CODE, &status);
        ret_attempt->http_status = (int)status;
        ret_attempt->retryable = line->retryable;
        /* A refusal is told as one even where its body is broken. */
        if (status && status != 200 && rc != FP_ECANCELLED)
            rc = fp_http_explain_status(line, (int)status, ret_attempt, &failure);
        curl_easy_getinfo(line->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
        if (rc == 0 && announced > 0 && (uint64_t)announced > http->max_response) {
            fp_http_explain_too_large(line, (uint64_t)announced);
            failure = line->failure;
            rc = FP_ELIMIT;
        }
        if (rc < 0)
            fp_error_set(err, failure.code, "%s", failure.message);
    }
    if (rc < 0)
        fp_http_line_close(line);
    else
        *ret_in = &line->in;
    return rc;
}
