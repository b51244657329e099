/*
 * Everything a server should not do, one scene each, for source/http and what stands on it. The name of a
 * scene is the first component of the path: "http://127.0.0.1:PORT/bomb".
 */
#ifndef FP_TESTS_HTTP_SCENES_H
#define FP_TESTS_HTTP_SCENES_H

#include <stdint.h>
#include <time.h>
#include <zlib.h>

#include "loopback.h"

#define TOKEN "tok-5ecret/Zm9v="
#define SMALL "{\"OPT_STATUS\":\"SUCCESS\",\"result\":null}"
#define BIG ((size_t)48 << 20)

static inline void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){ ms / 1000, ms % 1000 * 1000000 }, NULL);
}

static inline bool play_echo(const struct loopback_exchange *x)
{
    static char body[1 << 17];
    int n = snprintf(body, sizeof body, "connection %d request %d\n%s", x->connection, x->request, x->raw);

    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", body, (size_t)n);
}

/* An echo, but half a reply to the request for second 666. */
static inline bool play_sometimes_half(const struct loopback_exchange *x)
{
    if (!strstr(x->raw, "\"time_start\":666,"))
        return play_echo(x);
    loopback_puts(x->fd, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhalf");
    loopback_wait(x->fd);
    return false;
}

static inline bool play_small(const struct loopback_exchange *x)
{
    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", SMALL, strlen(SMALL));
}

static inline bool play_empty(const struct loopback_exchange *x)
{
    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", "", 0);
}

/* Deflates `n` bytes; Z_FINISH for a whole gzip file. Returns the length. */
static inline size_t squeeze(const void *from, size_t n, unsigned char *to, size_t cap, int window, int flush)
{
    z_stream z = { 0 };
    size_t len;

    deflateInit2(&z, 9, Z_DEFLATED, window, 9, Z_DEFAULT_STRATEGY);
    z.next_in = (unsigned char *)(uintptr_t)from;
    z.avail_in = (unsigned)n;
    z.next_out = to;
    z.avail_out = (unsigned)cap;
    deflate(&z, flush);
    len = cap - z.avail_out;
    deflateEnd(&z);
    return len;
}

static inline bool play_gzip(const struct loopback_exchange *x)
{
    unsigned char body[512];
    size_t n = squeeze(SMALL, strlen(SMALL), body, sizeof body, 15 + 16, Z_FINISH);

    if (!strcasestr(x->raw, "\r\nAccept-Encoding: ") || !strstr(x->raw, "gzip"))
        return false;
    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", body, n);
}

static inline bool play_gzip_damaged(const struct loopback_exchange *x)
{
    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n", "this is no gzip at all",
                          22);
}

#define BOMB_HEAD "\x1f\x8b\x08\0\0\0\0\0\0\3"

/* A MiB of zeros that can be repeated within one deflate stream: about 1 KB. */
static inline size_t bomb_block(unsigned char *to, size_t cap)
{
    static char zeros[1 << 20];

    return squeeze(zeros, sizeof zeros, to, cap, -15, Z_FULL_FLUSH);
}

/* 100 GB of zeros. */
static inline bool play_bomb(const struct loopback_exchange *x)
{
    unsigned char block[4096];
    size_t n = bomb_block(block, sizeof block);

    loopback_puts(x->fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n");
    loopback_send(x->fd, BOMB_HEAD, 10);
    for (int i = 0; i < 100000 && loopback_send(x->fd, block, n); i++)
        ;
    return false;
}

/* The same compressed twice: every byte of the wire stands for a megabyte. */
static inline bool play_bomb_twice(const struct loopback_exchange *x)
{
    static unsigned char inner[8 << 20], outer[1 << 20];
    unsigned char block[4096];
    size_t n = bomb_block(block, sizeof block), len = 10;

    memcpy(inner, BOMB_HEAD, 10);
    for (; len + n <= sizeof inner; len += n)
        memcpy(inner + len, block, n);
    n = squeeze(inner, len, outer, sizeof outer, 15 + 16, Z_FINISH);
    loopback_reply(x->fd, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip, gzip\r\n", outer, n);
    return false;
}

static inline bool play_truncated(const struct loopback_exchange *x)
{
    loopback_puts(x->fd, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{\"OPT_STATUS\": ");
    return false;
}

static inline bool play_chunk_cut(const struct loopback_exchange *x)
{
    loopback_puts(x->fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nff\r\nwor");
    return false;
}

static inline bool play_chunked(const struct loopback_exchange *x)
{
    return loopback_puts(
        x->fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n");
}

/* A reply without end of its own: the connection's end is its end. */
static inline bool play_until_close(const struct loopback_exchange *x)
{
    loopback_puts(x->fd, "HTTP/1.0 200 OK\r\n\r\nall there is");
    return false;
}

static inline void reset_connection(int fd)
{
    struct linger linger = { 1, 0 };

    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(fd);
}

static inline bool play_reset(const struct loopback_exchange *x)
{
    reset_connection(x->fd);
    return false;
}

static inline bool play_reset_in_body(const struct loopback_exchange *x)
{
    loopback_puts(x->fd, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhalf");
    sleep_ms(100);
    reset_connection(x->fd);
    return false;
}

static inline bool play_close(const struct loopback_exchange *x)
{
    (void)x;
    return false;
}

static inline bool play_hang(const struct loopback_exchange *x)
{
    loopback_wait(x->fd);
    return false;
}

static inline bool play_hang_in_body(const struct loopback_exchange *x)
{
    loopback_puts(x->fd, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nhalf");
    loopback_wait(x->fd);
    return false;
}

static inline bool play_drip(const struct loopback_exchange *x)
{
    bool ok = loopback_puts(x->fd, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");

    for (int i = 0; ok && i < 5000; i++) {
        ok = loopback_puts(x->fd, ".");
        sleep_ms(50);
    }
    return false;
}

static inline bool play_endless(const struct loopback_exchange *x)
{
    static char block[1 << 16];

    loopback_puts(x->fd, "HTTP/1.1 200 OK\r\n\r\n");
    memset(block, ' ', sizeof block);
    while (loopback_send(x->fd, block, sizeof block))
        ;
    return false;
}

static inline bool play_endless_headers(const struct loopback_exchange *x)
{
    bool ok = loopback_puts(x->fd, "HTTP/1.1 200 OK\r\n");

    for (int i = 0; ok && i < 100000; i++)
        ok = loopback_puts(x->fd,
                           "X-Padding: ................................................................\r\n");
    return false;
}

static inline bool play_big(const struct loopback_exchange *x)
{
    static char block[1 << 16];
    bool ok;

    memset(block, 'x', sizeof block);
    ok = loopback_puts(x->fd, "HTTP/1.1 200 OK\r\nContent-Length: 50331648\r\n\r\n");
    for (size_t i = 0; ok && i < BIG / sizeof block; i++)
        ok = loopback_send(x->fd, block, sizeof block);
    return ok;
}

static inline bool play_429(const struct loopback_exchange *x)
{
    return loopback_reply(x->fd, "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 17\r\n", "slow down", 9);
}

static inline bool play_503_date(const struct loopback_exchange *x)
{
    char head[128], date[64];
    time_t then = time(NULL) + 60;
    struct tm tm;

    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&then, &tm));
    snprintf(head, sizeof head, "HTTP/1.1 503 Busy\r\nRetry-After: %s\r\n", date);
    return loopback_reply(x->fd, head, "", 0);
}

static inline bool play_500(const struct loopback_exchange *x)
{
    static const char body[] =
        "{\"OPT_STATUS\":\"FAIL\",\"DESCRIPTION\":\"unknown\\ntable \\\"p\\\"\",\"result\":null}";

    return loopback_reply(x->fd, "HTTP/1.1 500 Oops\r\n", body, strlen(body));
}

static inline bool play_500_cut(const struct loopback_exchange *x)
{
    loopback_puts(x->fd, "HTTP/1.1 500 Oops\r\nContent-Length: 9999\r\n\r\nthe disk is full");
    return false;
}

static inline bool play_500_endless(const struct loopback_exchange *x)
{
    loopback_puts(x->fd, "HTTP/1.1 500 Oops\r\n\r\n");
    while (loopback_puts(x->fd, "lots and lots of it "))
        ;
    return false;
}

static inline bool play_400(const struct loopback_exchange *x)
{
    static const char body[] = "{\"OPT_STATUS\":\"INVALID_POST_DATA\",\"DESCRIPTION\":\"Key: required\"}";

    return loopback_reply(x->fd, "HTTP/1.1 400 Bad Request\r\n", body, strlen(body));
}

static inline bool play_404(const struct loopback_exchange *x)
{
    static const char html[] = "<html>\r\n  <h1>Not \x1b[31m\xff found</h1>";
    static char body[4096];

    memset(body, 'z', sizeof body);
    memcpy(body, html, sizeof html); /* its NUL too */
    return loopback_reply(x->fd, "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\n", body, sizeof body);
}

static inline bool play_204(const struct loopback_exchange *x)
{
    return loopback_puts(x->fd, "HTTP/1.1 204 No Content\r\n\r\n");
}

static inline bool play_302(const struct loopback_exchange *x)
{
    return loopback_reply(
        x->fd, "HTTP/1.1 302 Found\r\nLocation: https://joe:hunter2@other.example:8443/login?t=hunter3\r\n",
        "", 0);
}

/* Throws everything back that it was given. */
static inline bool play_leak(const struct loopback_exchange *x)
{
    static char body[1 << 17];
    int n = snprintf(body, sizeof body,
                     "{\"OPT_STATUS\":\"BAD " TOKEN "\",\"DESCRIPTION\":\"" TOKEN "" TOKEN
                     " key k-12345 and hunter2%070d" TOKEN "\"}",
                     7);

    return loopback_reply(x->fd, "HTTP/1.1 401 Unauthorized\r\n", body, (size_t)n);
}

/* Shows the credentials of the request, as a debugging proxy does. */
static inline bool play_leak_basic(const struct loopback_exchange *x)
{
    const char *header = strstr(x->raw, "Authorization:");
    size_t n = header ? strcspn(header, "\r") : 0;

    return loopback_reply(x->fd, "HTTP/1.1 401 Unauthorized\r\n", header, n);
}

static inline bool play_leak_plain(const struct loopback_exchange *x)
{
    char body[256];
    /* The token lies across the place where the quotation is cut. */
    int n = snprintf(body, sizeof body, "%070d" TOKEN " and more", 7);

    return loopback_reply(x->fd, "HTTP/1.1 403 Forbidden\r\n", body, (size_t)n);
}

static inline bool play_not_http(const struct loopback_exchange *x)
{
    loopback_puts(x->fd, "220 mail.example ESMTP\r\n");
    return false;
}

static inline bool play_query(const struct loopback_exchange *x)
{
    static const char body[] =
        "{\"OPT_STATUS\":\"SUCCESS\",\"DESCRIPTION\":\"\",\"result\":{\"columns\":[\"rows\",\"app_service\","
        "\"profile_event_type\"],\"values\":[[5,\"b\",\"on-cpu\"],[\"70\",\"a\",\"off-cpu\"],[5,\"a\",\"on-"
        "cpu\"],"
        "[null,\"z\",null],[-3,\"y\",\"on-cpu\"],[7.0,\"c\",\"on-cpu\"]]}}";
    static const char sql[] = "db=profile&sql=SELECT%20app_service%2C%20profile_event_type%2C%20Count%28row%"
                              "29%20AS%20rows%20FROM%20in_process"
                              "%20WHERE%20time%3E%3D100%20AND%20time%3C%3D199%20GROUP%20BY%20app_service%2C%"
                              "20profile_event_type%20LIMIT%2010000";

    if (!strstr(x->raw, "POST /query/v1/query/ HTTP/1.1\r\n") || !strstr(x->raw, sql) ||
        !strstr(x->raw, "Content-Type: application/x-www-form-urlencoded\r\n"))
        return false;
    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", body, strlen(body));
}

/* Refuses to count; knows as many services as are asked for. */
static inline bool query_simple(const struct loopback_exchange *x, const char *head, const char *refusal)
{
    static char body[1 << 18];
    size_t n = 0;

    if (strstr(x->raw, "Count"))
        return loopback_reply(x->fd, head, refusal, strlen(refusal));
    n += (size_t)snprintf(body, sizeof body,
                          "{\"OPT_STATUS\":\"SUCCESS\",\"result\":{\"columns\":[\"app_service\"],"
                          "\"values\":[");
    for (int i = 0; i < 10000; i++)
        n += (size_t)snprintf(body + n, sizeof body - n, "%s[\"s%04d\"]", i ? "," : "", 9999 - i);
    n += (size_t)snprintf(body + n, sizeof body - n, "]}}");
    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", body, n);
}

static inline bool play_query_500(const struct loopback_exchange *x)
{
    return query_simple(x, "HTTP/1.1 500 Oops\r\n", "{\"OPT_STATUS\":\"FAIL\",\"DESCRIPTION\":\"no Count\"}");
}

static inline bool play_query_fail(const struct loopback_exchange *x)
{
    return query_simple(x, "HTTP/1.1 200 OK\r\n", "{\"OPT_STATUS\":\"FAIL\",\"DESCRIPTION\":\"no Count\"}");
}

/* Counts; cuts at the limit, and tells the largest only when asked for them. */
static inline bool query_cut(const struct loopback_exchange *x, bool orders)
{
    static char body[1 << 18];
    bool largest = strstr(x->raw, "%20ORDER%20BY%20rows%20DESC%20LIMIT%2010000") != NULL;
    size_t n = 0;

    if (largest && !orders)
        return loopback_reply(x->fd, "HTTP/1.1 500 Oops\r\n", "{\"OPT_STATUS\":\"FAIL\"}", 21);
    n += (size_t)snprintf(body, sizeof body,
                          "{\"OPT_STATUS\":\"SUCCESS\",\"result\":{\"columns\":[\"host\",\"rows\"],\"values\":[");
    for (int i = 0; i < 10000; i++)
        n += (size_t)snprintf(body + n, sizeof body - n, "%s[\"h%04d\",%d]", i ? "," : "", i, largest ? 20000 - i : i);
    n += (size_t)snprintf(body + n, sizeof body - n, "]}}");
    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", body, n);
}

static inline bool play_query_cut(const struct loopback_exchange *x)
{
    return query_cut(x, true);
}

static inline bool play_query_unordered(const struct loopback_exchange *x)
{
    return query_cut(x, false);
}

static inline bool play_query_null(const struct loopback_exchange *x)
{
    static const char body[] = "{\"OPT_STATUS\":\"SUCCESS\",\"result\":{\"columns\":null,\"values\":null}}";

    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", body, strlen(body));
}

static inline bool play_query_count(const struct loopback_exchange *x)
{
    static const char body[] = "{\"OPT_STATUS\":\"SUCCESS\",\"result\":{\"columns\":[\"rows\"],\"values\":[[4711]]}}";

    if (!strstr(x->raw, "db=profile&sql=SELECT%20Count%28row%29%20AS%20rows%20FROM%20in_process%20WHERE%20time%3E%3D100%20"
                        "AND%20time%3C%3D199%20AND%20app_service%3D%27a%20b%27%20AND%20"))
        return false;
    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", body, strlen(body));
}

/* More than is read of a reply to a query. */
static inline bool play_query_endless(const struct loopback_exchange *x)
{
    static char spaces[1 << 20];

    memset(spaces, ' ', sizeof spaces);
    loopback_puts(x->fd, "HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 100 && loopback_send(x->fd, spaces, sizeof spaces); i++)
        ;
    return false;
}

static inline bool play_query_html(const struct loopback_exchange *x)
{
    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", "<html>\nhello", 12);
}

static inline bool play_query_leak(const struct loopback_exchange *x)
{
    static const char body[] = "{\"OPT_STATUS\":\"FAIL\",\"DESCRIPTION\":\"who is " TOKEN "?\"}";

    return loopback_reply(x->fd, "HTTP/1.1 200 OK\r\n", body, strlen(body));
}

static const struct loopback_scene scenes[] = {
    { "echo", play_echo },
    { "sometimes-half", play_sometimes_half },
    { "small", play_small },
    { "empty", play_empty },
    { "gzip", play_gzip },
    { "gzip-damaged", play_gzip_damaged },
    { "bomb", play_bomb },
    { "bomb-twice", play_bomb_twice },
    { "truncated", play_truncated },
    { "chunk-cut", play_chunk_cut },
    { "chunked", play_chunked },
    { "until-close", play_until_close },
    { "reset", play_reset },
    { "reset-in-body", play_reset_in_body },
    { "close", play_close },
    { "hang", play_hang },
    { "hang-in-body", play_hang_in_body },
    { "drip", play_drip },
    { "endless", play_endless },
    { "endless-headers", play_endless_headers },
    { "big", play_big },
    { "429", play_429 },
    { "503-date", play_503_date },
    { "500", play_500 },
    { "500-cut", play_500_cut },
    { "500-endless", play_500_endless },
    { "400", play_400 },
    { "404", play_404 },
    { "204", play_204 },
    { "302", play_302 },
    { "leak", play_leak },
    { "leak-plain", play_leak_plain },
    { "leak-basic", play_leak_basic },
    { "not-http", play_not_http },
    { "query", play_query },
    { "query-500", play_query_500 },
    { "query-fail", play_query_fail },
    { "query-cut", play_query_cut },
    { "query-unordered", play_query_unordered },
    { "query-null", play_query_null },
    { "query-html", play_query_html },
    { "query-count", play_query_count },
    { "query-endless", play_query_endless },
    { "query-leak", play_query_leak },
};

static struct loopback server;

#endif
