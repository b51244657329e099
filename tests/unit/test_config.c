/*
 * The configuration: defaults, overrides, bounds, hostile text. What each mistake is
 * told as stands in tests/cases/config.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/out.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/check.h"
#include "config/config.h"
#include "config/example.h"
#include "config/keys.h"
#include "config/measure.h"
#include "config/path.h"
#include "config/problems.h"
#include "config/reference.h"
#include "config/suggest.h"

struct loaded {
    struct fp_config config;
    struct fp_problems problems;
    struct fp_error err;
    int status;
};

static struct loaded load_bytes(const char *text, size_t n)
{
    struct loaded l;

    fp_error_clear(&l.err);
    fp_problems_init(&l.problems);
    l.status = fp_config_load_text(&l.config, text, n, "test.json", &l.problems, &l.err);
    return l;
}

static struct loaded load(const char *text)
{
    return load_bytes(text, strlen(text));
}

static void unload(struct loaded *l)
{
    fp_config_release(&l->config);
    fp_problems_release(&l->problems);
}

static void assert_clean(const struct loaded *l)
{
    assert_int_equal(l->status, 0);
    if (l->problems.count)
        fail_msg("%s", l->problems.items[0].what.message);
    assert_int_equal(l->problems.errors, 0);
}

static bool has_problem(const struct loaded *l, const char *part)
{
    for (size_t i = 0; i < l->problems.count; i++)
        if (strstr(l->problems.items[i].what.message, part))
            return true;
    return false;
}

#define WITH(text) "{\"source\": {\"url\": \"http://localhost\"}, \"services\": [{\"name\": \"a\"}], " text "}"

static void test_defaults(void **state)
{
    struct loaded l = load("{\"source\": {\"url\": \"http://h\"}, \"services\": [{\"name\": \"a\"}]}");
    const struct fp_config *c = &l.config;

    (void)state;
    assert_clean(&l);
    assert_string_equal(c->file, "test.json");
    assert_null(c->output);
    assert_null(c->timezone);
    assert_null(c->templates);
    assert_null(c->assets);
    assert_string_equal(c->title, "flamepress");
    assert_int_equal(c->windows.count, 1);
    assert_string_equal(c->windows.items[0], "yesterday");
    assert_string_equal(c->source.url, "http://h");
    assert_null(c->source.archive);
    assert_int_equal(c->source.org_id, 0);
    assert_int_equal(c->source.header_count, 0);
    assert_int_equal(c->source.timeout_ms, 60000);
    assert_int_equal(c->source.connect_timeout_ms, 5000);
    assert_int_equal(c->source.stall_timeout_ms, 30000);
    assert_int_equal(c->source.retries, 5);
    assert_int_equal(c->source.in_flight, 8);
    assert_true(c->source.max_response == INT64_C(1) << 30);
    assert_int_equal(c->picture.width, 1200);
    assert_true(c->picture.min_width > 0.0999 && c->picture.min_width < 0.1001);
    assert_false(c->picture.icicle);
    assert_false(c->picture.sort_by_value);
    assert_null(c->defaults.name);
    assert_int_equal(c->service_count, 1);
    assert_string_equal(c->services[0].name, "a");
    assert_string_equal(c->services[0].id, "a");
    assert_string_equal(c->services[0].title, "a");
    assert_string_equal(c->services[0].language, "eBPF");
    assert_int_equal(c->services[0].events.count, 1);
    assert_string_equal(c->services[0].events.items[0], "on-cpu");
    assert_string_equal(c->services[0].filter, "");
    assert_int_equal(c->services[0].step_s, 3600);
    assert_int_equal(c->services[0].row_limit, 1000000);
    assert_int_equal(c->services[0].max_kernel_stack_depth, -1);
    unload(&l);
}

/* `services` stands before `defaults` in the text: the order of the file must not matter. */
static void test_overrides(void **state)
{
    struct loaded l = load(
        "{\"services\": [{\"name\": \"a\"}, {\"name\": \"b\", \"id\": \"i\", \"title\": \"t\","
        " \"language\": \"Java\", \"events\": [\"cpu\", \"wall\"], \"filter\": \"\", \"step\": 90, \"row_limit\": 7,"
        " \"max_kernel_stack_depth\": 3}],"
        " \"defaults\": {\"language\": \"Golang\", \"events\": [\"off-cpu\"], \"filter\": \"x=1\", \"step\": \"2m\","
        " \"row_limit\": 9, \"max_kernel_stack_depth\": 0},"
        " \"source\": {\"url\": \"https://h\", \"headers\": {\"_\": 1, \"B\": \"2\", \"A\": \"\"}},"
        " \"picture\": {\"min_width\": 1, \"icicle\": true, \"sort\": \"value\"}, \"output\": \"o\"}");
    const struct fp_service_config *a = &l.config.services[0], *b = &l.config.services[1];

    (void)state;
    assert_clean(&l);
    assert_string_equal(a->language, "Golang");
    assert_string_equal(a->events.items[0], "off-cpu");
    assert_string_equal(a->filter, "x=1");
    assert_int_equal(a->step_s, 120);
    assert_int_equal(a->row_limit, 9);
    assert_int_equal(a->max_kernel_stack_depth, 0);
    assert_string_equal(b->name, "b");
    assert_string_equal(b->id, "i");
    assert_string_equal(b->title, "t");
    assert_string_equal(b->language, "Java");
    assert_int_equal(b->events.count, 2);
    assert_string_equal(b->events.items[1], "wall");
    assert_string_equal(b->filter, "");
    assert_int_equal(b->step_s, 90);
    assert_int_equal(b->row_limit, 7);
    assert_int_equal(b->max_kernel_stack_depth, 3);
    assert_int_equal(l.config.source.header_count, 2);
    assert_string_equal(l.config.source.headers[0].name, "B");
    assert_string_equal(l.config.source.headers[1].name, "A");
    assert_string_equal(l.config.source.headers[1].value, "");
    assert_true(l.config.picture.min_width == 1.0);
    assert_true(l.config.picture.icicle);
    assert_true(l.config.picture.sort_by_value);
    assert_string_equal(l.config.output, "o");
    unload(&l);
}

/* A refused value leaves the default, so that nothing later stumbles over it. */
static void test_refused_values_keep_the_default(void **state)
{
    struct loaded l = load(WITH("\"windows\": [], \"picture\": {\"width\": 1}, \"defaults\": {\"step\": \"0s\"}"));

    (void)state;
    assert_int_equal(l.status, 0);
    assert_int_equal(l.problems.errors, 3);
    assert_int_equal(l.config.windows.count, 1);
    assert_int_equal(l.config.picture.width, 1200);
    assert_int_equal(l.config.services[0].step_s, 3600);
    unload(&l);
}

static void test_measures(void **state)
{
    static const struct {
        enum fp_measure measure;
        const char *text;
        int status;
        int64_t value;
    } cases[] = {
        { FP_MEASURE_DURATION, "0s", 0, 0 },
        { FP_MEASURE_DURATION, "500ms", 0, 500 },
        { FP_MEASURE_DURATION, "60s", 0, 60000 },
        { FP_MEASURE_DURATION, "5m", 0, 300000 },
        { FP_MEASURE_DURATION, "1h", 0, 3600000 },
        { FP_MEASURE_DURATION, "1d", 0, 86400000 },
        { FP_MEASURE_DURATION, "007s", 0, 7000 },
        { FP_MEASURE_DURATION, "9223372036854775807ms", 0, INT64_MAX },
        { FP_MEASURE_DURATION, "9223372036854775808ms", FP_ELIMIT, 0 },
        { FP_MEASURE_DURATION, "9223372036854776s", FP_ELIMIT, 0 },
        { FP_MEASURE_DURATION, "", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, "s", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, "1", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, "1 s", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, " 1s", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, "1s ", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, "+1s", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, "-1s", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, "1.5s", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, "1M", FP_ESYNTAX, 0 },
        { FP_MEASURE_DURATION, "1GiB", FP_ESYNTAX, 0 },
        { FP_MEASURE_SIZE, "100B", 0, 100 },
        { FP_MEASURE_SIZE, "1kB", 0, 1000 },
        { FP_MEASURE_SIZE, "1KB", 0, 1000 },
        { FP_MEASURE_SIZE, "10MB", 0, 10000000 },
        { FP_MEASURE_SIZE, "1GB", 0, 1000000000 },
        { FP_MEASURE_SIZE, "1KiB", 0, 1024 },
        { FP_MEASURE_SIZE, "512MiB", 0, 536870912 },
        { FP_MEASURE_SIZE, "1GiB", 0, 1073741824 },
        { FP_MEASURE_SIZE, "8589934591GiB", 0, INT64_C(8589934591) << 30 },
        { FP_MEASURE_SIZE, "8589934592GiB", FP_ELIMIT, 0 },
        { FP_MEASURE_SIZE, "1G", FP_ESYNTAX, 0 },
        { FP_MEASURE_SIZE, "1gib", FP_ESYNTAX, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = -77;
        int status = fp_measure_parse(cases[i].measure, cases[i].text, &value);

        if (status != cases[i].status || value != (status < 0 ? -77 : cases[i].value))
            fail_msg("\"%s\": %d, %lld", cases[i].text, status, (long long)value);
    }
}

static void test_measures_read_back(void **state)
{
    static const int64_t values[] = { 0, 1, 999, 1000, 1001, 1024, 59000, 60000, 90000, 3600000, 86400000,
                                      172800000, 1 << 20, 1 << 30, INT64_C(0xFFFFFFFF), INT64_MAX };
    char text[FP_MEASURE_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
        for (int m = FP_MEASURE_DURATION; m <= FP_MEASURE_SIZE; m++) {
            int64_t back = -1;

            fp_measure_format(text, (enum fp_measure)m, values[i]);
            assert_int_equal(fp_measure_parse((enum fp_measure)m, text, &back), 0);
            assert_true(back == values[i]);
        }
    assert_string_equal(fp_measure_format(text, FP_MEASURE_DURATION, 90000), "90s");
    assert_string_equal(fp_measure_format(text, FP_MEASURE_DURATION, 86400000), "1d");
    assert_string_equal(fp_measure_format(text, FP_MEASURE_SIZE, 1000), "1000B");
    assert_string_equal(fp_measure_format(text, FP_MEASURE_SIZE, 1 << 30), "1GiB");
}

static void test_numbers_as_durations(void **state)
{
    static const struct {
        const char *text;
        bool good;
        int64_t ms;
    } cases[] = {
        { "1", true, 1000 },        { "86400", true, 86400000 }, { "86400.0", true, 86400000 },
        { "1.5", true, 1500 },      { "1.001", true, 1001 },     { "59.3", true, 59300 },
        { "0.9999", false, 0 },     { "0.999", false, 0 },       { "86400.001", false, 0 },
        { "1.00001", false, 0 },    { "-1", false, 0 },          { "9223372036854775807", false, 0 },
        { "-9223372036854775808", false, 0 }, { "1e308", false, 0 }, { "-1e308", false, 0 },
        { "\"999ms\"", false, 0 },  { "\"1000ms\"", true, 1000 }, { "\"1d\"", true, 86400000 },
        { "\"86401s\"", false, 0 }, { "true", false, 0 },        { "\"18446744073709551617s\"", false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[256];
        struct loaded l;

        snprintf(text, sizeof text,
                 "{\"source\": {\"url\": \"http://h\", \"timeout\": %s}, \"services\": [{\"name\": \"a\"}]}",
                 cases[i].text);
        l = load(text);
        if ((l.problems.errors == 0) != cases[i].good ||
            l.config.source.timeout_ms != (cases[i].good ? cases[i].ms : 60000))
            fail_msg("%s: %zu errors, %lld ms", cases[i].text, l.problems.errors,
                     (long long)l.config.source.timeout_ms);
        unload(&l);
    }
}

/* Every number of the table: the bounds are good, one beyond is not. */
static void try_bound(const struct fp_key_group *group, const struct fp_key *key, int64_t value, bool good)
{
    char text[512];
    struct loaded l;

    if (strcmp(group->path, "source") == 0)
        snprintf(text, sizeof text, "{\"source\": {\"url\": \"http://h\", \"%s\": %lld}, \"services\": [{\"name\": \"a\"}]}",
                 key->name, (long long)value);
    else
        snprintf(text, sizeof text, WITH("\"%s\": {\"%s\": %lld}"), group->path, key->name, (long long)value);
    l = load(text);
    if ((l.problems.count == 0) != good)
        fail_msg("%s.%s: %lld was %s", group->path, key->name, (long long)value, good ? "refused" : "taken");
    unload(&l);
}

static void test_bounds_of_the_table(void **state)
{
    size_t tried = 0;

    (void)state;
    for (size_t i = 0; i < fp_config_keys.count; i++) {
        const struct fp_key_group *group = fp_config_keys.keys[i].group;

        if (!group || fp_config_keys.keys[i].type == FP_KEY_GROUPS)
            continue;
        for (size_t j = 0; j < group->count; j++) {
            const struct fp_key *key = &group->keys[j];
            int64_t scale = key->type == FP_KEY_MILLISECONDS ? 1000 : 1;

            if (!fp_key_in_group(group, key) || (key->type != FP_KEY_INT && key->type != FP_KEY_FLOAT &&
                                                 key->type != FP_KEY_BYTES && key->type != FP_KEY_SECONDS &&
                                                 key->type != FP_KEY_MILLISECONDS))
                continue;
            if (key->min % scale == 0)
                try_bound(group, key, key->min / scale, true);
            try_bound(group, key, key->max / scale, true);
            try_bound(group, key, key->min / scale - 1, false);
            try_bound(group, key, key->max / scale + 1, false);
            tried++;
        }
    }
    assert_true(tried >= 12);
}

/* All defaults are within the rules, and every row is whole. */
static void check_row(const struct fp_key_group *group, const struct fp_key *key)
{
    if (!key->name || !key->help || !key->help[0] || strchr(key->help, '|') || strchr(key->help, '\n'))
        fail_msg("a row of %s is not whole: %s", group->path, key->name ? key->name : "?");
    if (key->needs && !fp_key_find(group, key->needs))
        fail_msg("%s needs what is not there", key->name);
    if (key->excludes && !fp_key_find(group, key->excludes))
        fail_msg("%s excludes what is not there", key->name);
    if (key->offset + sizeof(bool) > group->size)
        fail_msg("%s lies outside of its struct", key->name);
    if (key->fallback) {
        json_t *json = json_loads(key->fallback, JSON_DECODE_ANY, NULL);

        assert_non_null(json);
        json_decref(json);
    }
}

static void test_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < fp_config_keys.count; i++) {
        const struct fp_key_group *group = fp_config_keys.keys[i].group;

        check_row(&fp_config_keys, &fp_config_keys.keys[i]);
        for (size_t j = 0; group && j < group->count; j++)
            check_row(group, &group->keys[j]);
    }
    assert_null(fp_key_find(&fp_config_keys, "name"));
}

static void test_example(void **state)
{
    struct loaded l = load(fp_config_example);

    (void)state;
    assert_clean(&l);
    assert_int_equal(l.config.service_count, 3);
    assert_non_null(l.config.output);
    unload(&l);
}

/* Taking the `_` away from a key that is off must give a good configuration, too. */
static void test_example_keys_switched_on(void **state)
{
    static const char *const off[] = { "\"_timezone\"", "\"_token_file\"" };

    (void)state;
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        char *text = strdup(fp_config_example), *at;
        struct loaded l;

        assert_non_null(text);
        at = strstr(text, off[i]);
        assert_non_null(at);
        memmove(at + 1, at + 2, strlen(at + 2) + 1);
        l = load(text);
        assert_clean(&l);
        unload(&l);
        free(text);
    }
}

static void test_suggest(void **state)
{
    (void)state;
    assert_int_equal(fp_suggest_distance("outptu", "output"), 1);
    assert_int_equal(fp_suggest_distance("Output", "output"), 0);
    assert_int_equal(fp_suggest_distance("time-out", "timeout"), 1);
    assert_int_equal(fp_suggest_distance("connectTimeout", "connect_timeout"), 1);
    assert_true(fp_suggest_distance("token", "token_file") != SIZE_MAX);
    assert_true(fp_suggest_distance("", "id") == SIZE_MAX);
    assert_true(fp_suggest_distance("x", "id") == SIZE_MAX);
    assert_true(fp_suggest_distance("xy", "id") == SIZE_MAX);
    assert_true(fp_suggest_distance("frobnicate", "output") == SIZE_MAX);
    assert_true(fp_suggest_distance("outputoutputoutputoutputoutputout", "output") == SIZE_MAX);
}

static void test_filters(void **state)
{
    static const char *const good[] = { "", "a=1", "(a=1)", "a='('", "a=')'", "a='it''s'", "a='\\''", "a=\"'\"",
                                        "`x`=1", "a-1=b/2", "a='--'", "a='/*'", "a='#;\\\\'", "a='日本'" };
    static const char *const bad[] = { "(", ")", "a) OR (b", "'", "a='", "a='\\'", "a=\"", "`", "--", "a--b", "/*", "#",
                                       ";", " ", "\\", "'\\", "a='x'')", "(()", "a=''')" };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (fp_filter_fault(good[i]))
            fail_msg("%s: %s", good[i], fp_filter_fault(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (!fp_filter_fault(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void test_urls(void **state)
{
    static const char *const good[] = { "http://h", "HTTPS://h/", "http://h:1", "http://h:65535/p", "http://10.0.0.1:20416",
                                        "http://[::1]:80/x/y", "http://a_b.c-d.svc" };
    static const char *const bad[] = { "", "h", "http:", "http:/h", "http://", "http:///", "http://:80", "http://u@h",
                                       "http://h/@", "http://h?", "http://h#", "http://h:", "http://h:0", "http://h:65536",
                                       "http://h:+1", "http://h:1a", "http://[", "http://[]", "http://[::1", "http://[::1]x",
                                       "http://h\\x", "http://h x", "ws://h", "http://h:4294967297", "http://h,i" };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (fp_url_fault(good[i]))
            fail_msg("%s: %s", good[i], fp_url_fault(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (!fp_url_fault(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

static void test_secrets_stay_out_of_messages(void **state)
{
    static const char *const texts[] = {
        "{\"source\": {\"url\": \"http://u:S3CRET@h\"}, \"services\": []}",
        "{\"source\": {\"url\": \"http://h?token=S3CRET\", \"token_env\": \"S3CRET!\"}, \"services\": []}",
        "{\"source\": {\"url\": \"http://h\", \"headers\": {\"Authorization\": \"S3CRET\\n\"}}, \"services\": []}",
        "{\"source\": {\"headers\": {\"Authorization\": \"S3CRET\n\"}}, \"services\": []}",
        "{\"source\": {\"headers\": {\"Authorization\": \"S3CRET",
        "{\"source\": {\"headers\": {\"Authorization\": S3CRET}}}",
    };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct loaded l = load(texts[i]);

        assert_true(l.problems.errors > 0);
        assert_false(has_problem(&l, "S3CRET"));
        unload(&l);
    }
}

/* Beyond 100 problems the rest is counted, and errors stay errors. */
static void test_many_problems(void **state)
{
    struct fp_str text;
    struct loaded l;

    (void)state;
    fp_str_init(&text, FP_LIMIT_TEXT);
    for (int i = 0; i < 500; i++)
        fp_str_printf(&text, "%c\"x%d\": 1", i ? ',' : '{', i);
    fp_str_puts(&text, "}");
    l = load(text.data);
    assert_int_equal(l.status, 0);
    assert_int_equal(l.problems.count, FP_PROBLEMS_MAX);
    assert_int_equal(l.problems.errors, 502); /* and no source, no services */
    assert_int_equal(l.problems.more, 402);
    unload(&l);
    fp_str_release(&text);
}

static void many_services(struct fp_str *text, size_t count, const char *name)
{
    fp_str_puts(text, "{\"source\": {\"url\": \"http://h\"}, \"services\": [");
    for (size_t i = 0; i < count; i++) {
        fp_str_printf(text, "%s{\"name\": \"", i ? "," : "");
        fp_str_printf(text, "%s", name);
        fp_str_printf(text, "%zu\"}", strcmp(name, "same") == 0 ? 0 : i);
    }
    fp_str_puts(text, "]}");
}

static void test_limits(void **state)
{
    struct fp_str text;
    struct loaded l;

    (void)state;
    fp_str_init(&text, FP_LIMIT_CONFIG + 1);
    many_services(&text, FP_LIMIT_SERVICES, "s");
    l = load(text.data);
    assert_clean(&l);
    assert_int_equal(l.config.service_count, FP_LIMIT_SERVICES);
    unload(&l);

    fp_str_clear(&text);
    many_services(&text, FP_LIMIT_SERVICES + 1, "s");
    l = load(text.data);
    assert_int_equal(l.problems.errors, 1);
    assert_true(has_problem(&l, "has 10001 entries, at most 10000"));
    assert_int_equal(l.config.service_count, 0);
    unload(&l);

    fp_str_clear(&text);
    many_services(&text, FP_LIMIT_SERVICES, "same"); /* every pair collides: must not take pairs' time */
    l = load(text.data);
    assert_int_equal(l.problems.errors, FP_LIMIT_SERVICES - 1);
    unload(&l);

    fp_str_clear(&text);
    fp_str_puts(&text, fp_config_example);
    while (text.len < FP_LIMIT_CONFIG)
        fp_str_putc(&text, ' ');
    l = load_bytes(text.data, text.len);
    assert_clean(&l);
    unload(&l);
    fp_str_putc(&text, ' ');
    l = load_bytes(text.data, text.len);
    assert_int_equal(l.status, FP_ELIMIT);
    assert_non_null(strstr(l.err.message, "16777216"));
    unload(&l);
    fp_str_release(&text);
}

static void test_places(void **state)
{
    struct loaded l = load("{\n  \"source\": {\"url\": \"http://h\"},\n\t\"windows\": [\"today\",\n      7],\n"
                           "  \"services\": [{\"name\": \"a\", \"_\": [[{\"windows\": [\"{\"]}]]}, {}\n]}\n");

    (void)state;
    assert_int_equal(l.problems.count, 2);
    assert_int_equal(l.problems.items[0].what.line, 4);
    assert_int_equal(l.problems.items[0].what.column, 7);
    assert_non_null(strstr(l.problems.items[0].what.message, "windows[1]: must be"));
    assert_int_equal(l.problems.items[1].what.line, 5);
    assert_int_equal(l.problems.items[1].what.column, 63);
    assert_string_equal(l.problems.items[1].what.source, "test.json");
    unload(&l);
}

static void test_files(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    char path[] = "/tmp/fp-config-XXXXXX";
    struct fp_problems problems;
    struct fp_config config;
    int fd = mkstemp(path);

    (void)state;
    assert_true(fd >= 0);
    assert_true(write(fd, fp_config_example, strlen(fp_config_example)) == (ssize_t)strlen(fp_config_example));
    fp_problems_init(&problems);
    assert_int_equal(fp_config_load(&config, path, &problems, &err), 0);
    assert_int_equal(problems.count, 0);
    assert_string_equal(config.file, path);
    fp_config_release(&config);

    assert_int_equal(ftruncate(fd, (off_t)FP_LIMIT_CONFIG + 1), 0);
    assert_int_equal(fp_config_load(&config, path, &problems, &err), FP_ELIMIT);
    fp_config_release(&config);
    close(fd);
    unlink(path);

    fp_error_clear(&err);
    assert_int_equal(fp_config_load(&config, path, &problems, &err), FP_ENOTFOUND);
    assert_non_null(strstr(err.message, path));
    assert_null(config.file);
    fp_config_release(&config);
    fp_problems_release(&problems);
}

/* ---- memory ---- */

static long allocations_left;

static void *failing_malloc(size_t n)
{
    return allocations_left-- > 0 ? malloc(n) : NULL;
}

/* Each of the JSON parser's allocations fails once: an error or a problem, never a crash or a false "good". */
static void test_parser_out_of_memory(void **state)
{
    long n = 0;
    bool good = false;

    (void)state;
    for (; !good && n < 5000; n++) {
        struct loaded l;

        allocations_left = n;
        json_set_alloc_funcs(failing_malloc, free);
        l = load(fp_config_example);
        json_set_alloc_funcs(malloc, free);
        good = l.status == 0 && l.problems.errors == 0;
        if (good)
            assert_int_equal(l.config.service_count, 3);
        unload(&l);
    }
    assert_true(good);
    assert_true(n > 50);
}

/* ---- mutated texts ---- */

static uint32_t next_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

/* Bytes that mean something in JSON come up more often than others. */
static char random_byte(uint32_t *seed)
{
    static const char likely[] = "{}[]\",:\\0123456789.-eE_$ \n\t'();trufalsn\x80\xff\xc2\xed";
    uint32_t r = next_random(seed);

    return r % 4 ? likely[(r >> 8) % (sizeof likely - 1)] : (char)(r >> 8);
}

static size_t mutate(char *text, size_t n, size_t room, uint32_t *seed)
{
    uint32_t edits = 1 + next_random(seed) % 6;

    while (edits--) {
        size_t at = next_random(seed) % n, part = 1 + next_random(seed) % 20;

        switch (next_random(seed) % 4) {
        case 0: text[at] = random_byte(seed); break;
        case 1: /* cut out */
            part = part < n - at ? part : n - at - 1;
            memmove(text + at, text + at + part, n - at - part);
            n -= part;
            break;
        case 2: /* double */
            part = part < n - at ? part : n - at;
            if (n + part > room)
                break;
            memmove(text + at + part, text + at, n - at);
            n += part;
            break;
        default: /* end early, sometimes */
            if (next_random(seed) % 8 == 0 && at > 0)
                n = at;
            break;
        }
    }
    return n;
}

static void assert_messages_are_clean(const struct loaded *l)
{
    for (size_t i = 0; i < l->problems.count; i++) {
        const char *message = l->problems.items[i].what.message;
        size_t n = strlen(message);

        assert_true(n > 0);
        assert_int_equal(fp_utf8_valid_prefix(message, n), n);
        for (size_t j = 0; j < n; j++)
            assert_true((unsigned char)message[j] >= 0x20 && message[j] != 0x7f);
    }
}

static void test_mutated_texts(void **state)
{
    const char *rounds = getenv("FP_FUZZ_ROUNDS");
    long count = rounds ? strtol(rounds, NULL, 10) : 4000;
    size_t size = strlen(fp_config_example), room = size + 200;
    uint32_t seed = 20261120;
    size_t good = 0, bad = 0;

    (void)state;
    for (long i = 0; i < count; i++) {
        /* Exactly as large as the text, so that one byte too far is seen. */
        char *text = malloc(room), *exact;
        struct loaded l;
        size_t n;

        assert_non_null(text);
        memcpy(text, fp_config_example, size);
        n = mutate(text, size, room, &seed);
        exact = malloc(n ? n : 1);
        assert_non_null(exact);
        memcpy(exact, text, n);
        l = load_bytes(exact, n);
        assert_int_equal(l.status, 0);
        assert_messages_are_clean(&l);
        *(l.problems.errors ? &bad : &good) += 1;
        unload(&l);
        free(exact);
        free(text);
    }
    assert_true(good > 0 && bad > 0);
}

/* ---- reference and schema ---- */

static char *generated(void (*write)(struct fp_out *))
{
    static struct fp_out out;
    struct fp_str text;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_out_to_str(&out, &text);
    write(&out);
    assert_int_equal(fp_out_finish(&out, NULL), 0);
    return fp_str_detach(&text);
}

static void test_reference(void **state)
{
    char *text = generated(fp_config_reference);

    (void)state;
    assert_non_null(strstr(text, "| `max_response` | size | `\"1GiB\"` | 1KiB to 4294967295B |"));
    assert_non_null(strstr(text, "| `step` | duration | `\"1h\"` | 1s to 366d |"));
    assert_non_null(strstr(text, "**`services[]`**"));
    assert_null(strstr(text, "group_by"));
    for (const char *line = text; *line; line = strchr(line, '\n') + 1)
        if (*line == '|') {
            size_t bars = 0;

            for (const char *c = line; *c != '\n'; c++)
                bars += *c == '|';
            assert_int_equal(bars, 6);
        }
    free(text);
}

static void test_schema(void **state)
{
    char *text = generated(fp_config_schema), *again = generated(fp_config_schema);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL), *source;

    (void)state;
    assert_string_equal(text, again);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "$schema")),
                        "https://json-schema.org/draft/2020-12/schema");
    assert_true(json_is_false(json_object_get(json, "additionalProperties")));
    assert_true(json_is_true(json_object_get(json_object_get(json, "patternProperties"), "^[_$]")));
    source = json_object_get(json_object_get(json, "properties"), "source");
    assert_int_equal(json_array_size(json_object_get(source, "anyOf")), 2);
    assert_int_equal(json_object_size(json_object_get(source, "dependentRequired")), 2);
    json_decref(json);
    free(again);
    free(text);
}

/* The file in assets/ is what the table says today. */
static void test_schema_is_committed(void **state)
{
    const char *root = getenv("FP_SOURCE_DIR");
    char path[4096];
    struct fp_str file;
    char *text;

    (void)state;
    if (!root)
        skip();
    fp_str_init(&file, FP_LIMIT_TEXT);
    snprintf(path, sizeof path, "%s/assets/config.schema.json", root);
    assert_int_equal(fp_file_read(path, &file, NULL), 0);
    text = generated(fp_config_schema);
    assert_string_equal(file.data, text);
    free(text);
    fp_str_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_refused_values_keep_the_default),
        cmocka_unit_test(test_measures),
        cmocka_unit_test(test_measures_read_back),
        cmocka_unit_test(test_numbers_as_durations),
        cmocka_unit_test(test_bounds_of_the_table),
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_example),
        cmocka_unit_test(test_example_keys_switched_on),
        cmocka_unit_test(test_suggest),
        cmocka_unit_test(test_filters),
        cmocka_unit_test(test_urls),
        cmocka_unit_test(test_secrets_stay_out_of_messages),
        cmocka_unit_test(test_many_problems),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_parser_out_of_memory),
        cmocka_unit_test(test_mutated_texts),
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_schema_is_committed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
