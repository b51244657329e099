/*
 * The table of keys and what is made of it: bounds, units, the example, the
 * reference, the schema; and the rules for filters and addresses.
 */
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/out.h"
#include "base/str.h"
#include "config/check.h"
#include "config/example.h"
#include "config/keys.h"
#include "config/measure.h"
#include "config/reference.h"
#include "config/suggest.h"

#include "config_loaded.h"

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
        snprintf(text, sizeof text,
                 "{\"source\": {\"url\": \"http://h\", \"%s\": %lld}, \"services\": [{\"name\": \"a\"}]}",
                 key->name, (long long)value);
    else
        snprintf(text, sizeof text, WITH("\"%s\": {%s\"%s\": %lld}"), group->path,
                 strcmp(key->name, "min_step") ? "" : "\"step\": \"366d\", ", key->name, (long long)value);
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
            if (fp_key_in_group(group, &group->keys[j]))
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
    static const char *const good[] = { "",          "a=1",     "(a=1)",      "a='('",   "a=')'",
                                        "a='it''s'", "a='\\''", "a=\"'\"",    "`x`=1",   "a-1=b/2",
                                        "a='--'",    "a='/*'",  "a='#;\\\\'", "a='日本'" };
    static const char *const bad[] = { "(",  ")",   "a) OR (b", "'",   "a='",   "a='\\'", "a=\"",
                                       "`",  "--",  "a--b",     "/*",  "#",     ";",      " ",
                                       "\\", "'\\", "a='x'')",  "(()", "a=''')" };

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
    static const char *const good[] = { "http://h",
                                        "HTTPS://h/",
                                        "http://h:1",
                                        "http://h:65535/p",
                                        "http://10.0.0.1:20416",
                                        "http://[::1]:80/x/y",
                                        "http://a_b.c-d.svc" };
    static const char *const bad[] = { "",
                                       "h",
                                       "http:",
                                       "http:/h",
                                       "http://",
                                       "http:///",
                                       "http://:80",
                                       "http://u@h",
                                       "http://h/@",
                                       "http://h?",
                                       "http://h#",
                                       "http://h:",
                                       "http://h:0",
                                       "http://h:65536",
                                       "http://h:+1",
                                       "http://h:1a",
                                       "http://[",
                                       "http://[]",
                                       "http://[::1",
                                       "http://[::1]x",
                                       "http://h\\x",
                                       "http://h x",
                                       "ws://h",
                                       "http://h:4294967297",
                                       "http://h,i" };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        if (fp_url_fault(good[i]))
            fail_msg("%s: %s", good[i], fp_url_fault(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (!fp_url_fault(bad[i]))
            fail_msg("taken: %s", bad[i]);
}

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
    assert_non_null(strstr(text, "| `max_services` | whole number | `200` | 1 to 10000 |"));
    assert_non_null(strstr(text, "| `match` | string |"));

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

/* The file in assets/ is what the table says today; with FP_UPDATE set, it becomes that. */
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
    text = generated(fp_config_schema);
    if (getenv("FP_UPDATE"))
        assert_int_equal(fp_file_write(path, text, strlen(text), NULL), 0);
    assert_int_equal(fp_file_read(path, &file, NULL), 0);
    assert_string_equal(file.data, text);
    free(text);
    fp_str_release(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
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
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_schema),
        cmocka_unit_test(test_schema_is_committed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
