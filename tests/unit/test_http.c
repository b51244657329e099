/* source/http against a server on loopback that behaves in every way a server should not. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "http_client.h"

/* ---- whole replies ---- */

static void test_bodies(void **state)
{
    (void)state;
    expect_body("small", SMALL);
    expect_body("empty", "");
    expect_body("gzip", SMALL);
    expect_body("chunked", "hello world");
    expect_body("until-close", "all there is");
}

static void test_connection_is_kept(void **state)
{
    struct fp_source_config config = config_for("echo");
    struct fp_source *source = open_source(&config, NULL);
    struct fp_attempt attempt;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;
    int connection = 0, request_number, first = 0;

    (void)state;
    fp_str_init(&text, 1 << 20);
    for (int i = 1; i <= 20; i++) {
        fp_str_clear(&text);
        assert_int_equal(fetch(source, &text, &attempt, &err), 0);
        assert_int_equal(sscanf(text.data, "connection %d request %d", &connection, &request_number), 2);
        if (i == 1)
            first = connection;
        assert_int_equal(connection, first);
        assert_int_equal(request_number, i);
    }
    fp_str_release(&text);
    fp_source_close(source);
}

/* Reads "connection C request R" of an echo. */
static void read_echo(struct fp_in *in, int *connection, int *number)
{
    char buf[4096];
    size_t len = 0;
    ssize_t n;

    while ((n = fp_in_read(in, buf + len, sizeof buf - 1 - len, NULL)) > 0)
        len += (size_t)n;
    assert_int_equal(n, 0);
    buf[len] = '\0';
    assert_int_equal(sscanf(buf, "connection %d request %d", connection, number), 2);
}

static void test_unfinished_streams_do_not_mix(void **state)
{
    struct fp_source_config config = config_for("sometimes-half");
    struct fp_source *source = open_source(&config, NULL);
    struct fp_request half = request;
    struct fp_attempt attempt;
    struct fp_in *in, *other;
    int a, b, c, number;
    char byte;

    (void)state;
    /* Two at once: two connections. */
    assert_int_equal(fp_source_fetch(source, &request, &in, &attempt, NULL), 0);
    assert_int_equal(fp_source_fetch(source, &request, &other, &attempt, NULL), 0);
    read_echo(in, &a, &number);
    read_echo(other, &b, &number);
    assert_int_not_equal(a, b);
    fp_in_close(in);
    fp_in_close(other);
    /* One byte read of the second reply on b, the rest never came, dropped: b is not used again, a is. */
    half.start = 666;
    half.end = 777;
    assert_int_equal(fp_source_fetch(source, &half, &in, &attempt, NULL), 0);
    assert_int_equal(fp_in_read(in, &byte, 1, NULL), 1);
    assert_int_equal(byte, 'h');
    fp_in_close(in);
    assert_int_equal(fp_source_fetch(source, &request, &in, &attempt, NULL), 0);
    read_echo(in, &c, &number);
    assert_int_equal(c, a);
    assert_int_equal(number, 2);
    fp_in_close(in);
    /* The reply came whole, though the reader did not take it: the next one is the next one. */
    assert_int_equal(fp_source_fetch(source, &request, &in, &attempt, NULL), 0);
    assert_int_equal(fp_in_read(in, &byte, 1, NULL), 1);
    fp_in_close(in);
    assert_int_equal(fp_source_fetch(source, &request, &in, &attempt, NULL), 0);
    read_echo(in, &c, &number);
    assert_true(c == a ? number == 4 : number == 1);
    fp_in_close(in);
    fp_source_close(source);
}

/* ---- limits ---- */

static long peak_kib(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

/* Sanitizers and valgrind keep what was freed: their memory says nothing about ours. */
static bool memory_is_ours(void)
{
    const char *preload = getenv("LD_PRELOAD");

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return false;
#endif
    return !preload || !strstr(preload, "vgpreload");
}

static void test_bomb_stops_at_the_cap(void **state)
{
    struct fp_source_config config = config_for("bomb");
    struct outcome o;
    long before = peak_kib();

    (void)state;
    config.max_response = (int64_t)64 << 20;
    o = outcome_of(&config, NULL);
    expect_failure(&o, FP_ELIMIT, "source.max_response", "67108864");
    assert_in_range(o.text.len, 1 << 20, 1 << 20); /* the test's own buffer is full, the rest was counted */
    if (memory_is_ours()) {
        assert_true(o.ms < 20000); /* half a second on a quiet machine */
        assert_in_range(peak_kib() - before, 0, 48 << 10);
    }
    fp_str_release(&o.text);
}

static void test_bomb_in_a_bomb(void **state)
{
    struct fp_source_config config = config_for("bomb-twice");
    struct outcome o;
    long before = peak_kib();

    (void)state;
    config.max_response = (int64_t)1 << 30;
    o = outcome_of(&config, NULL);
    assert_true(o.rc == FP_ELIMIT || o.rc == FP_ENOMEM);
    assert_false(o.attempt.retryable);
    if (memory_is_ours()) {
        assert_true(o.ms < 20000); /* half a second on a quiet machine */
        assert_in_range(peak_kib() - before, 0, 256 << 10);
    }
    fp_str_release(&o.text);
}

static void test_endless_stops_at_the_cap(void **state)
{
    struct fp_source_config config = config_for("endless");
    struct outcome o;

    (void)state;
    config.max_response = 10000000;
    o = outcome_of(&config, NULL);
    expect_failure(&o, FP_ELIMIT, "10000000", "source.max_response");
    fp_str_release(&o.text);
    config = config_for("endless-headers");
    o = outcome_of(&config, NULL);
    assert_true(o.rc < 0 && o.ms < 5000);
    expect_text(o.err.message, "header");
    fp_str_release(&o.text);
}

/* The cap is exact: as many bytes as it says are fine, one more is not; an announced length is refused at
 * once. */
static void test_cap_is_exact(void **state)
{
    struct fp_source_config config = config_for("small");
    struct outcome o;

    (void)state;
    config.max_response = (int64_t)strlen(SMALL);
    o = outcome_of(&config, NULL);
    assert_int_equal(o.rc, 0);
    assert_string_equal(o.text.data, SMALL);
    fp_str_release(&o.text);
    config.max_response--;
    o = outcome_of(&config, NULL);
    expect_failure(&o, FP_ELIMIT, "source.max_response", "");
    assert_int_equal(o.text.len, 0);
    fp_str_release(&o.text);
    config = config_for("big");
    config.max_response = (int64_t)BIG - 1;
    o = outcome_of(&config, NULL);
    expect_failure(&o, FP_ELIMIT, "50331648 bytes", "50331647");
    assert_int_equal(o.text.len, 0);
    fp_str_release(&o.text);
}

/* A slow reader makes the server wait: little memory, and no time-out, for it is not the server that is slow.
 */
static void test_slow_reader(void **state)
{
    struct fp_source_config config = config_for("big");
    struct fp_source *source;
    struct fp_attempt attempt;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_in *in = NULL;
    static char buf[1 << 16];
    long before = peak_kib();
    size_t total = 0;
    ssize_t n;

    (void)state;
    config.stall_timeout_ms = 300;
    config.timeout_ms = 2500;
    source = open_source(&config, NULL);
    assert_int_equal(fp_source_fetch(source, &request, &in, &attempt, &err), 0);
    for (int i = 0; (n = fp_in_read(in, buf, sizeof buf, &err)) > 0; i++) {
        for (ssize_t k = 0; k < n; k += 997)
            assert_int_equal(buf[k], 'x');
        total += (size_t)n;
        if (i == 0)
            sleep_ms(2600);
    }
    if (n < 0)
        fail_msg("%s", err.message);
    assert_int_equal(total, BIG);
    if (memory_is_ours())
        assert_in_range(peak_kib() - before, 0, 8 << 10);
    fp_in_close(in);
    fp_source_close(source);
}

/* ---- broken replies ---- */

static void test_broken(void **state)
{
    struct outcome o;

    (void)state;
    o = outcome_at("truncated");
    expect_failure(&o, FP_ETRUNCATED, "15 of 5000 bytes", "cut short");
    assert_string_equal(o.text.data, "{\"OPT_STATUS\": ");
    fp_str_release(&o.text);
    o = outcome_at("chunk-cut");
    expect_failure(&o, FP_ETRUNCATED, "cut short", "bytes came");
    fp_str_release(&o.text);
    o = outcome_at("reset-in-body");
    expect_failure(&o, FP_ENET, "broke", "");
    assert_string_equal(o.text.data, "half");
    fp_str_release(&o.text);
    expect_failure_at("reset", FP_ENET, 0, true, "broke", "");
    expect_failure_at("close", FP_ENET, 0, true, "without an answer", "");
    expect_failure_at("gzip-damaged", FP_ENET, 200, true, "compressed reply is damaged", "");
    expect_failure_at("not-http", FP_ENET, 0, false, "does not speak HTTP", "source.url");
}

static void test_no_server(void **state)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0), fill[8];
    struct fp_source_config config = config_for("");
    struct outcome o;
    char nowhere[64];

    (void)state;
    /* A port that is bound but not listened to refuses connections, and nobody else gets it. */
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    snprintf(nowhere, sizeof nowhere, "http://127.0.0.1:%d", ntohs(address.sin_port));
    config.url = nowhere;
    o = outcome_of(&config, NULL);
    expect_failure(&o, FP_ENET, nowhere, "is the server running?");
    assert_int_equal(o.attempt.http_status, 0);
    assert_true(o.attempt.retryable);
    fp_str_release(&o.text);
    /* A full queue answers nothing at all. */
    assert_int_equal(listen(fd, 0), 0);
    for (int i = 0; i < 8; i++) {
        fill[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(fill[i], (struct sockaddr *)&address, len);
    }
    config.connect_timeout_ms = 400;
    config.stall_timeout_ms = 100; /* not yet its turn */
    o = outcome_of(&config, NULL);
    expect_failure(&o, FP_ENET, "400ms", "source.connect_timeout");
    assert_true(o.attempt.retryable);
    assert_in_range(o.ms, 300, 1500);
    fp_str_release(&o.text);
    for (int i = 0; i < 8; i++)
        close(fill[i]);
    close(fd);
    config.url = "http://no-such-host.invalid:20416";
    config.connect_timeout_ms = 1000;
    o = outcome_of(&config, NULL);
    assert_int_equal(o.rc, FP_ENET);
    assert_true(o.attempt.retryable);
    expect_text(o.err.message, "http://no-such-host.invalid:20416");
    assert_true(o.ms < 3000);
    fp_str_release(&o.text);
}

/* ---- time ---- */

static void test_stall(void **state)
{
    static const char *const where[] = { "hang", "hang-in-body" };
    struct fp_source_config config;
    struct outcome o;

    (void)state;
    for (int i = 0; i < 2; i++) {
        config = config_for(where[i]);
        config.stall_timeout_ms = 300;
        o = outcome_of(&config, NULL);
        expect_failure(&o, FP_ENET, "300ms", "source.stall_timeout");
        assert_in_range(o.ms, 290, 900);
        assert_string_equal(o.text.data, i ? "half" : "");
        if (!i)
            assert_true(o.attempt.retryable);
        fp_str_release(&o.text);
    }
}

static void test_total(void **state)
{
    struct fp_source_config config = config_for("drip");
    struct outcome o;

    (void)state;
    config.timeout_ms = 1000;
    config.stall_timeout_ms = 400;
    o = outcome_of(&config, NULL);
    expect_failure(&o, FP_ENET, "1s", "(source.timeout;");
    assert_in_range(o.ms, 990, 1600);
    assert_in_range(o.text.len, 5, 30);
    fp_str_release(&o.text);
    config = config_for("endless"); /* data all the time: the clock is looked at all the same */
    config.timeout_ms = 300;
    config.max_response = INT64_MAX;
    o = outcome_of(&config, NULL);
    expect_failure(&o, FP_ENET, "300ms", "(source.timeout;");
    assert_in_range(o.ms, 290, 2000);
    fp_str_release(&o.text);
}

static void *cancel_soon(void *ctx)
{
    sleep_ms(200);
    atomic_store((atomic_bool *)ctx, true);
    return NULL;
}

static void test_cancel(void **state)
{
    static const char *const where[] = { "hang", "hang-in-body", "endless" };

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct fp_source_config config = config_for(where[i]);
        atomic_bool cancel = false;
        pthread_t thread;
        struct outcome o;

        config.max_response = INT64_MAX;
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, &cancel), 0);
        o = outcome_of(&config, &cancel);
        pthread_join(thread, NULL);
        expect_failure(&o, FP_ECANCELLED, "stopped", "");
        assert_false(o.attempt.retryable);
        assert_in_range(o.ms, 190, 700);
        fp_str_release(&o.text);
        o = outcome_of(&config, &cancel);
        expect_failure(&o, FP_ECANCELLED, "stopped", "");
        assert_true(o.ms < 200);
        fp_str_release(&o.text);
    }
}

/* ---- threads ---- */

static atomic_int highest;

static void *fetch_many(void *ctx)
{
    struct fp_source *source = ctx;
    intptr_t bad = 0;

    for (int i = 0; i < 50; i++) {
        struct fp_attempt attempt;
        struct fp_error err = FP_ERROR_INIT;
        struct fp_str text;
        int connection, number, seen;

        fp_str_init(&text, 1 << 20);
        bad += fetch(source, &text, &attempt, &err) != 0 ||
               sscanf(text.data, "connection %d request %d", &connection, &number) != 2 ||
               !strstr(text.data, "\"time_end\":199,");
        seen = atomic_load(&highest);
        while (!bad && connection > seen && !atomic_compare_exchange_weak(&highest, &seen, connection))
            ;
        fp_str_release(&text);
    }
    return (void *)bad;
}

static void test_eight_threads(void **state)
{
    struct fp_source_config config = config_for("echo");
    struct fp_source *source = open_source(&config, NULL);
    struct outcome o = outcome_at("echo");
    pthread_t threads[8];
    int first = 0;
    void *bad;

    (void)state;
    sscanf(o.text.data, "connection %d", &first);
    fp_str_release(&o.text);
    config_for("echo");
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, fetch_many, source), 0);
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], &bad);
        assert_null(bad);
    }
    /* 400 requests over at most 8 connections. */
    assert_in_range(atomic_load(&highest) - first, 1, 8);
    fp_source_close(source);
}

int main(void)
{
    /* First, what measures memory: the peak only grows. */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slow_reader),
        cmocka_unit_test(test_bomb_stops_at_the_cap),
        cmocka_unit_test(test_bomb_in_a_bomb),
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_connection_is_kept),
        cmocka_unit_test(test_unfinished_streams_do_not_mix),
        cmocka_unit_test(test_endless_stops_at_the_cap),
        cmocka_unit_test(test_cap_is_exact),
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_no_server),
        cmocka_unit_test(test_stall),
        cmocka_unit_test(test_total),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_eight_threads),
    };

    RUN_WITH_SERVER(tests);
}
