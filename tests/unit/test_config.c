/*
 * Loading a configuration: defaults, overrides, limits, hostile text. What each mistake
 * is told as stands in tests/cases/config.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <jansson.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/example.h"
#include "config/problems.h"

#include "config_loaded.h"

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
    assert_int_equal(c->window_count, 1);
    assert_string_equal(c->windows[0].window, "yesterday");
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
    assert_true(c->services[0].transforms.strip_rust_hash);
    assert_false(c->services[0].transforms.fold_threads);
    assert_int_equal(c->services[0].transforms.max_kernel_depth, -1);
    assert_int_equal(c->services[0].transforms.rename_count, 0);
    assert_int_equal(c->services[0].transforms.hide.count, 0);
    unload(&l);
}

/* `services` stands before `defaults` in the text: the order of the file must not matter. */
static void test_overrides(void **state)
{
    struct loaded l =
        load("{\"services\": [{\"name\": \"a\"}, {\"name\": \"b\", \"id\": \"i\", \"title\": \"t\","
             " \"language\": \"Java\", \"events\": [\"cpu\", \"wall\"], \"filter\": \"\", \"step\": 90, "
             "\"row_limit\": 7,"
             " \"max_kernel_stack_depth\": 3}],"
             " \"defaults\": {\"language\": \"Golang\", \"events\": [\"off-cpu\"], \"filter\": \"x=1\", "
             "\"step\": \"2m\","
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

static void test_transforms(void **state)
{
    struct loaded l =
        load("{\"services\": [{\"name\": \"a\"}, {\"name\": \"b\", \"fold_threads\": false, \"hide\": [\"x\", \"y\"], "
             "\"rename\": [], \"strip_rust_hash\": true, \"min_share\": 1}],"
             " \"defaults\": {\"fold_threads\": true, \"hide\": [\"re:^z\"], \"strip_rust_hash\": false,"
             " \"rename\": [{\"pattern\": \"re:(a)\", \"to\": \"$1\"}, {\"to\": \"\", \"pattern\": \"b\"}],"
             " \"max_kernel_depth\": 0, \"min_share\": 0.001}, \"source\": {\"url\": \"https://h\"}}");
    const struct fp_transform_config *a = &l.config.services[0].transforms, *b = &l.config.services[1].transforms;

    (void)state;
    assert_clean(&l);
    assert_true(a->fold_threads);
    assert_false(a->strip_rust_hash);
    assert_int_equal(a->hide.count, 1);
    assert_int_equal(a->rename_count, 2);
    assert_string_equal(a->rename[0].pattern, "re:(a)");
    assert_string_equal(a->rename[0].to, "$1");
    assert_string_equal(a->rename[1].pattern, "b");
    assert_string_equal(a->rename[1].to, "");
    assert_int_equal(a->max_kernel_depth, 0);
    assert_true(a->min_share > 0.0009 && a->min_share < 0.0011);
    assert_false(b->fold_threads);
    assert_true(b->strip_rust_hash);
    assert_int_equal(b->hide.count, 2);
    assert_string_equal(b->hide.items[1], "y");
    assert_int_equal(b->rename_count, 0);
    assert_int_equal(b->max_kernel_depth, 0);
    assert_true(b->min_share > 0.99);
    unload(&l);
}

/* A refused value leaves the default, so that nothing later stumbles over it. */
static void test_refused_values_keep_the_default(void **state)
{
    struct loaded l =
        load(WITH("\"windows\": [], \"picture\": {\"width\": 1}, \"defaults\": {\"step\": \"0s\"}"));

    (void)state;
    assert_int_equal(l.status, 0);
    assert_int_equal(l.problems.errors, 3);
    assert_int_equal(l.config.window_count, 1);
    assert_int_equal(l.config.picture.width, 1200);
    assert_int_equal(l.config.services[0].step_s, 3600);
    unload(&l);
}

static void test_secrets_stay_out_of_messages(void **state)
{
    static const char *const texts[] = {
        "{\"source\": {\"url\": \"http://u:S3CRET@h\"}, \"services\": []}",
        "{\"source\": {\"url\": \"http://h?token=S3CRET\", \"token_env\": \"S3CRET!\"}, \"services\": []}",
        "{\"source\": {\"url\": \"http://h\", \"headers\": {\"Authorization\": \"S3CRET\\n\"}}, "
        "\"services\": []}",
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
    struct loaded l =
        load("{\n  \"source\": {\"url\": \"http://h\"},\n\t\"windows\": [\"today\",\n      7],\n"
             "  \"services\": [{\"name\": \"a\", \"_\": [[{\"windows\": [\"{\"]}]]}, {}\n]}\n");

    (void)state;
    assert_int_equal(l.problems.count, 2);
    assert_int_equal(l.problems.items[0].what.line, 4);
    assert_int_equal(l.problems.items[0].what.column, 7);
    assert_non_null(strstr(l.problems.items[0].what.message, "windows[1]: must be"));
    assert_int_equal(l.problems.items[1].what.line, 5);
    assert_int_equal(l.problems.items[1].what.column, 60);
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
    assert_true(write(fd, fp_config_example, strlen(fp_config_example)) ==
                (ssize_t)strlen(fp_config_example));
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

/* Each of the JSON parser's allocations fails once: an error or a problem, never a crash or a false "good".
 */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_overrides),
        cmocka_unit_test(test_transforms),
        cmocka_unit_test(test_refused_values_keep_the_default),
        cmocka_unit_test(test_secrets_stay_out_of_messages),
        cmocka_unit_test(test_many_problems),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_parser_out_of_memory),
        cmocka_unit_test(test_mutated_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
