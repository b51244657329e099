/* source/deepflow: what is asked, how refusals are told, which services there are. */
#include <inttypes.h>

#include "http_client.h"
#include "source/http.h"

/* ---- the request ---- */

static void test_request(void **state)
{
    struct fp_source_config config = config_for("echo");
    struct fp_header headers[] = { { "X-Tenant", "blue" }, { "X-Empty", "" }, { "User-Agent", "mine" } };
    struct outcome o;

    (void)state;
    config.org_id = 7;
    config.headers = headers;
    config.header_count = 2;
    setenv("FP_TEST_TOKEN", TOKEN, 1);
    config.token_env = "FP_TEST_TOKEN";
    o = outcome_of(&config, NULL);
    assert_int_equal(o.rc, 0);
    expect_text(o.text.data, "connection ");
    expect_text(o.text.data, "\nPOST /echo/v1/profile/ProfileTracing HTTP/1.1\r\n");
    expect_text(o.text.data, "\r\nContent-Type: application/json\r\n");
    expect_text(o.text.data, "\r\nX-Org-Id: 7\r\n");
    expect_text(o.text.data, "\r\nAuthorization: Bearer " TOKEN "\r\n");
    expect_text(o.text.data, "\r\nX-Tenant: blue\r\n");
    expect_text(o.text.data, "\r\nX-Empty:");
    expect_text(o.text.data, "\r\nUser-Agent: flamepress/");
    expect_no_text(o.text.data, "Expect:");
    expect_text(o.text.data,
                "\r\n\r\n{\"app_service\":\"a b\",\"profile_language_type\":\"eBPF\",\"profile_event_type\":"
                "\"on-cpu\",\"tag_filter\":\"(x='1' OR y)\",\"time_start\":100,\"time_end\":199,\"debug\":true}");
    fp_str_release(&o.text);

    config.org_id = 0;
    config.token_env = NULL;
    config.header_count = 3;
    o = outcome_of(&config, NULL);
    expect_no_text(o.text.data, "X-Org-Id");
    expect_no_text(o.text.data, "Authorization");
    expect_text(o.text.data, "\r\nUser-Agent: mine\r\n");
    fp_str_release(&o.text);
}

static void test_quoted_names_are_not_sent(void **state)
{
    struct fp_source_config config = config_for("echo");
    struct fp_source *source = open_source(&config, NULL);
    struct fp_request odd = request;
    struct fp_attempt attempt;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_in *in = NULL;

    (void)state;
    odd.app_service = "o'brien";
    assert_int_equal(fp_source_fetch(source, &odd, &in, &attempt, &err), FP_EINVAL);
    expect_text(err.message, "o'brien");
    assert_false(attempt.retryable);
    odd.app_service = "a\\";
    assert_int_equal(fp_source_fetch(source, &odd, &in, &attempt, NULL), FP_EINVAL);
    fp_source_close(source);
}

static void test_user_and_password(void **state)
{
    struct fp_source_config config = config_for("echo");
    struct fp_source *source;
    struct outcome o;
    char with[256];

    (void)state;
    snprintf(with, sizeof with, "http://joe:hunter%%322@127.0.0.1:%d/echo///", server.port);
    config.url = with;
    o = outcome_of(&config, NULL);
    expect_text(o.text.data, "\nPOST /echo/v1/profile/ProfileTracing HTTP/1.1\r\n");
    expect_text(o.text.data, "\r\nAuthorization: Basic am9lOmh1bnRlcjIy\r\n"); /* joe:hunter22 */
    fp_str_release(&o.text);
    source = open_source(&config, NULL);
    assert_string_equal(fp_source_describe(source), url);
    fp_source_close(source);
}

static void test_proxy(void **state)
{
    struct fp_source_config config = config_for("echo");
    char proxy[64];
    struct outcome o;

    (void)state;
    snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", server.port);
    setenv("http_proxy", proxy, 1);
    config.url = "http://deepflow.invalid:1/echo";
    o = outcome_of(&config, NULL);
    unsetenv("http_proxy");
    if (o.rc < 0)
        fail_msg("%s", o.err.message);
    expect_text(o.text.data, "\nPOST http://deepflow.invalid:1/echo/v1/profile/ProfileTracing HTTP/1.1\r\n");
    fp_str_release(&o.text);
}

/* ---- refusals ---- */

static void test_statuses(void **state)
{
    struct outcome o;

    (void)state;
    expect_failure_at("500", FP_ESERVER, 500, true, "HTTP 500: FAIL: unknown table \"p\"", "server's log");
    expect_failure_at("500-cut", FP_ESERVER, 500, true, "`the disk is full`", "");
    expect_failure_at("500-endless", FP_ESERVER, 500, true, "`lots and lots", "…`");
    expect_failure_at("400", FP_EREFUSED, 400, false, "INVALID_POST_DATA: Key: required", "event type");
    expect_failure_at("204", FP_EREFUSED, 204, false, "the reply is empty", "source.url");
    expect_failure_at("302", FP_EREFUSED, 302, false, "HTTP 302",
                      "redirects are not followed: set source.url to https://other.example:8443 if");
    o = outcome_at("302");
    expect_no_text(o.err.message, "hunter");
    expect_no_text(o.err.message, "joe");
    fp_str_release(&o.text);
    o = outcome_at("404");
    expect_failure(&o, FP_EREFUSED, "HTTP 404: the reply begins `<html> <h1>Not ?[31m", "20416");
    expect_text(o.err.message, "zzz…`");
    assert_true(strlen(o.err.message) < 350);
    assert_false(o.attempt.retryable);
    fp_str_release(&o.text);
}

static void test_retry_after(void **state)
{
    struct outcome o = outcome_at("429");

    (void)state;
    expect_failure(&o, FP_ESERVER, "slow down", "source.in_flight");
    assert_true(o.attempt.retryable);
    assert_int_equal(o.attempt.retry_after_ms, 17000);
    fp_str_release(&o.text);
    o = outcome_at("503-date");
    expect_failure(&o, FP_ESERVER, "HTTP 503", "not ready");
    assert_true(o.attempt.retryable);
    assert_in_range(o.attempt.retry_after_ms, 57000, 60000);
    fp_str_release(&o.text);
    o = outcome_at("500");
    assert_int_equal(o.attempt.retry_after_ms, -1);
    fp_str_release(&o.text);
}

static void test_retry_after_texts(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        { "0", 0 },
        { "5", 5000 },
        { " 5 ", 5000 },
        { "3600", 3600000 },
        { "3601", 3600000 },
        { "99999999999999999999999999", 3600000 },
        { "", -1 },
        { "-5", -1 },
        { "5s", -1 },
        { "1.5", -1 },
        { "soon", -1 },
        { "Sun, 06 Nov 1994 08:49:37 GMT", 0 },
        { "Sun, 06 Nov 1994 08:50:37 GMT", 60000 },
        { "Sunday, 06-Nov-94 08:50:37 GMT", 60000 },
        { "Sun Nov  6 08:50:37 1994", 60000 },
        { "Mon, 07 Nov 1994 08:49:37 GMT", 3600000 },
        { "Sat, 05 Nov 1994 08:49:37 GMT", 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (fp_http_retry_after(cases[i].text, 784111777) != cases[i].ms)
            fail_msg("\"%s\": %" PRId64, cases[i].text, fp_http_retry_after(cases[i].text, 784111777));
}

/* ---- services ---- */

static void test_services(void **state)
{
    struct fp_source_config config = config_for("query");
    struct fp_source *source = open_source(&config, NULL);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_service_list list;
    static const struct fp_service_row expected[] = {
        { "a", "off-cpu", 70 }, { "c", "on-cpu", 7 },  { "a", "on-cpu", 5 },
        { "b", "on-cpu", 5 },   { "y", "on-cpu", -1 }, { "z", "", -1 },
    };

    (void)state;
    if (fp_source_services(source, 100, 200, &list, &(struct fp_attempt){ 0 }, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(list.count, 6);
    assert_false(list.cut);
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(list.rows[i].name, expected[i].name);
        assert_string_equal(list.rows[i].event, expected[i].event);
        assert_int_equal(list.rows[i].rows, expected[i].rows);
    }
    fp_service_list_release(&list);
    fp_source_close(source);
}

static void test_services_that_cannot_be_counted(void **state)
{
    static const char *const where[] = { "query-500", "query-fail" };

    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fp_source_config config = config_for(where[i]);
        struct fp_source *source = open_source(&config, NULL);
        struct fp_error err = FP_ERROR_INIT;
        struct fp_service_list list;

        if (fp_source_services(source, 100, 200, &list, &(struct fp_attempt){ 0 }, &err) < 0)
            fail_msg("%s", err.message);
        assert_int_equal(err.code, FP_OK);
        assert_int_equal(list.count, 10000);
        assert_true(list.cut);
        assert_string_equal(list.rows[0].name, "s0000");
        assert_string_equal(list.rows[9999].name, "s9999");
        assert_string_equal(list.rows[0].event, "");
        assert_int_equal(list.rows[0].rows, -1);
        fp_service_list_release(&list);
        fp_source_close(source);
    }
}

static void values_of(const char *where, struct fp_value_list *list)
{
    static const char *const tags[] = { "host" };
    const struct fp_value_query query = { .start = 100, .end = 200, .language = "eBPF", .tags = tags, .tag_count = 1 };
    struct fp_source_config config = config_for(where);
    struct fp_source *source = open_source(&config, NULL);
    struct fp_attempt attempt;
    struct fp_error err = FP_ERROR_INIT;

    if (fp_source_values(source, &query, list, &attempt, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(err.code, FP_OK);
    fp_source_close(source);
}

/* What a limit cuts is the smallest where the server can order; where it cannot, the list stands as it came. */
static void test_values_that_are_cut(void **state)
{
    struct fp_value_list list;

    (void)state;
    values_of("query-cut", &list);
    assert_true(list.cut);
    assert_int_equal(list.count, 10000);
    assert_int_equal(list.rows[0].rows, 20000);
    assert_string_equal(list.rows[0].values[0], "h0000");
    fp_value_list_release(&list);
    values_of("query-unordered", &list);
    assert_true(list.cut);
    assert_int_equal(list.rows[0].rows, 9999);
    assert_string_equal(list.rows[0].values[0], "h9999");
    fp_value_list_release(&list);
    values_of("query-null", &list);
    assert_int_equal(list.count, 0);
    assert_false(list.cut);
    fp_value_list_release(&list);
}

/* Worth another try are those that may pass. */
static void test_values_that_fail(void **state)
{
    static const char *const tags[] = { "host" };
    static const struct {
        const char *where;
        enum fp_status code;
        bool retryable;
    } cases[] = {
        { "404", FP_EREFUSED, false },  { "500", FP_ESERVER, true },      { "truncated", FP_ETRUNCATED, true },
        { "query-html", FP_ESYNTAX, false }, { "query", FP_ENET, true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct fp_value_query query = { .start = 1, .end = 2, .tags = tags, .tag_count = 1 };
        struct fp_source_config config = config_for(cases[i].where);
        struct fp_source *source = open_source(&config, NULL);
        struct fp_error err = FP_ERROR_INIT;
        struct fp_attempt attempt;
        struct fp_value_list list;

        assert_int_equal(fp_source_values(source, &query, &list, &attempt, &err), cases[i].code);
        if (attempt.retryable != cases[i].retryable)
            fail_msg("%s: %s", cases[i].where, err.message);
        fp_source_close(source);
    }
}

/* A count that is refused is refused the next time, too; one that broke off may go well. */
static void test_counts(void **state)
{
    static const struct {
        const char *where;
        int code;
        bool retryable;
        const char *part;
    } cases[] = {
        { "query-count", FP_OK, false, "" },
        { "query-500", FP_ESERVER, false, "no Count" },
        { "query-fail", FP_ESERVER, false, "no Count" },
        { "query-html", FP_ESYNTAX, false, "/v1/query/ does not answer with JSON" },
        { "query-null", FP_EDATA, false, "/query-null/v1/query/: the reply to a count has no column rows" },
        { "404", FP_EREFUSED, false, "HTTP 404" },
        { "429", FP_ESERVER, true, "HTTP 429" },
        { "truncated", FP_ETRUNCATED, true, "cut short" },
        { "query-endless", FP_ELIMIT, false, "/v1/query/: the reply is longer than the limit of 8388608 bytes: ask for less" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fp_source_config config = config_for(cases[i].where);
        struct fp_source *source = open_source(&config, NULL);
        struct fp_error err = FP_ERROR_INIT;
        struct fp_attempt attempt;
        int64_t rows = -7;

        if (fp_source_count(source, &request, &rows, &attempt, &err) != cases[i].code)
            fail_msg("%s: status %d: %s", cases[i].where, (int)err.code, err.message);
        assert_int_equal(rows, cases[i].code == FP_OK ? 4711 : -7);
        if (attempt.retryable != cases[i].retryable)
            fail_msg("%s: %s", cases[i].where, err.message);
        expect_text(err.message, cases[i].part);
        fp_source_close(source);
    }
}

static void test_services_that_fail(void **state)
{
    static const struct {
        const char *where;
        enum fp_status code;
        const char *part;
    } cases[] = {
        { "query-html", FP_ESYNTAX, "does not answer with JSON" },
        { "404", FP_EREFUSED, "HTTP 404" },
        { "500", FP_ESERVER, "unknown table" },
        { "truncated", FP_ETRUNCATED, "cut short" },
        { "query-leak", FP_ESERVER, "who is [secret]?" },
    };

    (void)state;
    setenv("FP_TEST_TOKEN", TOKEN, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fp_source_config config = config_for(cases[i].where);
        struct fp_error err = FP_ERROR_INIT;
        struct fp_service_list list = { (struct fp_service_row *)1, 7, true };
        struct fp_source *source;

        config.token_env = "FP_TEST_TOKEN";
        source = open_source(&config, NULL);
        assert_int_equal(fp_source_services(source, 100, 200, &list, &(struct fp_attempt){ 0 }, &err), cases[i].code);
        expect_text(err.message, cases[i].part);
        assert_int_equal(list.count, 7); /* untouched */
        fp_source_close(source);
    }
    {
        struct fp_source_config config = config_for("query-null");
        struct fp_source *source = open_source(&config, NULL);
        struct fp_service_list list;

        assert_int_equal(fp_source_services(source, 100, 200, &list, &(struct fp_attempt){ 0 }, NULL), 0);
        assert_int_equal(list.count, 0);
        fp_service_list_release(&list);
        fp_source_close(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),
        cmocka_unit_test(test_quoted_names_are_not_sent),
        cmocka_unit_test(test_user_and_password),
        cmocka_unit_test(test_proxy),
        cmocka_unit_test(test_statuses),
        cmocka_unit_test(test_retry_after),
        cmocka_unit_test(test_retry_after_texts),
        cmocka_unit_test(test_services),
        cmocka_unit_test(test_services_that_cannot_be_counted),
        cmocka_unit_test(test_counts),
        cmocka_unit_test(test_services_that_fail),
        cmocka_unit_test(test_values_that_are_cut),
        cmocka_unit_test(test_values_that_fail),
    };

    RUN_WITH_SERVER(tests);
}
