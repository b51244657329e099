/*
 * The client's side of the tests over loopback: a source for a scene, one attempt as a whole, and what is
 * expected of it. Includes cmocka and all it needs.
 */
#ifndef FP_TESTS_HTTP_CLIENT_H
#define FP_TESTS_HTTP_CLIENT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/str.h"
#include "http_scenes.h"
#include "source/source.h"

static struct loopback server;

static inline int64_t now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static char url[256];

static inline struct fp_source_config config_for(const char *scene)
{
    snprintf(url, sizeof url, "http://127.0.0.1:%d/%s", server.port, scene);
    return (struct fp_source_config){
        .url = url,
        .timeout_ms = 60000, /* other tests, or valgrind, may have the machine; those about time set their own */
        .connect_timeout_ms = 60000,
        .stall_timeout_ms = 60000,
        .retries = 5,
        .in_flight = 8,
        .max_response = 1 << 30,
    };
}

static const struct fp_request request = { "a b", "eBPF", "on-cpu", "x='1' OR y", 100, 200, -1 };

static inline struct fp_source *open_source(const struct fp_source_config *config, const atomic_bool *cancel)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_source *source = NULL;

    if (fp_source_open(&source, config, cancel, &err) < 0)
        fail_msg("cannot open: %s", err.message);
    return source;
}

/* Fetches and reads to the end; the status, the body in `text` (may be NULL) and how the attempt went. */
static inline int fetch(struct fp_source *source, struct fp_str *text, struct fp_attempt *attempt,
                        struct fp_error *err)
{
    struct fp_in *in = NULL;
    char buf[8192];
    ssize_t n;
    int rc;

    fp_error_clear(err);
    rc = fp_source_fetch(source, &request, &in, attempt, err);
    if (rc < 0) {
        assert_null(in);
        return rc;
    }
    while ((n = fp_in_read(in, buf, sizeof buf, err)) > 0)
        if (text)
            fp_str_append(text, buf, (size_t)n);
    /* An end is an end, and a failure the same failure, however often one asks. */
    assert_int_equal(fp_in_read(in, buf, sizeof buf, NULL), n);
    fp_in_close(in);
    return (int)n;
}

struct outcome {
    int rc;
    struct fp_attempt attempt;
    struct fp_error err;
    struct fp_str text;
    int64_t ms;
};

static inline struct outcome outcome_of(const struct fp_source_config *config, const atomic_bool *cancel)
{
    struct outcome o = { .err = FP_ERROR_INIT };
    struct fp_source *source = open_source(config, cancel);
    int64_t start = now_ms();

    fp_str_init(&o.text, 1 << 20);
    o.rc = fetch(source, &o.text, &o.attempt, &o.err);
    o.ms = now_ms() - start;
    if (o.rc < 0)
        assert_int_equal(o.rc, o.err.code);
    fp_source_close(source);
    return o;
}

static inline struct outcome outcome_at(const char *scene)
{
    struct fp_source_config config = config_for(scene);

    return outcome_of(&config, NULL);
}

static inline void expect_text(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" lacks \"%s\"", text, part);
}

static inline void expect_no_text(const char *text, const char *part)
{
    if (strstr(text, part))
        fail_msg("\"%s\" holds \"%s\"", text, part);
}

static inline void expect_body(const char *scene, const char *body)
{
    struct outcome o = outcome_at(scene);

    if (o.rc < 0)
        fail_msg("%s: %s", scene, o.err.message);
    assert_int_equal(o.attempt.http_status, 200);
    assert_string_equal(o.text.data, body);
    fp_str_release(&o.text);
}

/* The code, whether to try again, and what the message says besides the address. */
static inline void expect_failure(const struct outcome *o, enum fp_status code, const char *a, const char *b)
{
    if (o->rc != (int)code)
        fail_msg("status %d instead of %d: %s", o->rc, (int)code, o->err.message);
    expect_text(o->err.message, "http://127.0.0.1:");
    expect_text(o->err.message, a);
    expect_text(o->err.message, b);
}

static inline void expect_failure_at(const char *scene, enum fp_status code, int http_status, bool retryable,
                                     const char *a, const char *b)
{
    struct outcome o = outcome_at(scene);

    expect_failure(&o, code, a, b);
    assert_int_equal(o.attempt.http_status, http_status);
    assert_int_equal(o.attempt.retryable, retryable);
    fp_str_release(&o.text);
}

/* main() of these programs: the server runs as long as the tests, and no proxy of this machine interferes. */
#define RUN_WITH_SERVER(tests)                                                                               \
    do {                                                                                                     \
        static const char *const proxies[] = { "http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",      \
                                               "ALL_PROXY",  "no_proxy",    "NO_PROXY" };                    \
        int failed;                                                                                          \
                                                                                                             \
        for (size_t i = 0; i < sizeof proxies / sizeof *proxies; i++)                                        \
            unsetenv(proxies[i]);                                                                            \
        server = loopback_start(scenes, sizeof scenes / sizeof *scenes);                                     \
        if (server.pid < 0)                                                                                  \
            return 1;                                                                                        \
        failed = cmocka_run_group_tests(tests, NULL, NULL);                                                  \
        loopback_stop(&server);                                                                              \
        return failed;                                                                                       \
    } while (0)

#endif
