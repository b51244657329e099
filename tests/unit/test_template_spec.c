/*
 * The required modules of the public Mustache specification, each of their tests a check of its own.
 * They are read from $FP_SHARED/mustache-spec; without that variable everything is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/limits.h"
#include "report/template.h"

#define SKIPPED 77 /* what ctest's SKIP_RETURN_CODE and automake call it */
#define TESTS_MAX 1000
#define CACHE_MAX 16

static const char *const modules[] = { "comments", "delimiters", "interpolation",
                                       "inverted", "partials",   "sections" };

/* The partials of one test, compiled when first asked for. */
struct cache {
    const json_t *texts;
    struct {
        const char *name;
        struct fp_template *tmpl;
    } entries[CACHE_MAX];
    size_t count;
};

static const struct fp_template *find(void *ctx, const char *name, struct fp_error *err)
{
    struct cache *cache = ctx;
    const json_t *text = json_object_get(cache->texts, name);

    for (size_t i = 0; i < cache->count; i++)
        if (strcmp(cache->entries[i].name, name) == 0)
            return cache->entries[i].tmpl;
    if (!text)
        return NULL;
    assert_true(cache->count < CACHE_MAX);
    if (fp_template_new(&cache->entries[cache->count].tmpl, name, fp_slice_of(json_string_value(text)), err) <
        0)
        return NULL;
    cache->entries[cache->count].name = name;
    return cache->entries[cache->count++].tmpl;
}

static void check_one(void **state)
{
    const json_t *test = *state;
    struct cache cache = { .texts = json_object_get(test, "partials") };
    struct fp_partials partials = { find, &cache, true };
    struct fp_template *tmpl = NULL;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;
    struct fp_out out;
    const char *source = json_string_value(json_object_get(test, "template"));
    const char *expected = json_string_value(json_object_get(test, "expected"));

    assert_non_null(source);
    assert_non_null(expected);
    if (fp_template_new(&tmpl, "spec", fp_slice_of(source), &err) < 0)
        fail_msg("%u:%u: %s\n%s", err.line, err.column, err.message, source);
    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_out_to_str(&out, &text);
    if (fp_template_render(tmpl, json_object_get(test, "data"), &partials, &out, &err) < 0 ||
        fp_out_finish(&out, &err) < 0)
        fail_msg("%s:%u:%u: %s\n%s", err.source, err.line, err.column, err.message, source);
    if (strcmp(text.data, expected) != 0)
        fail_msg("%s\ntemplate: %s\nexpected: %s\nrendered: %s",
                 json_string_value(json_object_get(test, "desc")), source, expected, text.data);
    fp_str_release(&text);
    fp_template_free(tmpl);
    for (size_t i = 0; i < cache.count; i++)
        fp_template_free(cache.entries[i].tmpl);
}

static void check_skipped(void **state)
{
    (void)state;
    skip();
}

/* "partials: Recursion"; lives until the program ends. */
static char *title(const char *module, const json_t *test)
{
    const char *name = json_string_value(json_object_get(test, "name"));
    char *text = NULL;

    if (!name || asprintf(&text, "%s: %s", module, name) < 0)
        exit(EXIT_FAILURE);
    return text;
}

/* Adds a module's tests to `tests`; returns the new count. Without a module the measure is worth nothing: no
 * skip. */
static size_t add_module(const char *folder, const char *module, struct CMUnitTest *tests, size_t count,
                         json_t **ret_json)
{
    char path[4096];
    json_error_t why;
    json_t *all;
    size_t n;

    snprintf(path, sizeof path, "%s/mustache-spec/%s.json", folder, module);
    *ret_json = json_load_file(path, 0, &why);
    all = json_object_get(*ret_json, "tests");
    n = json_array_size(all);
    if (!n) {
        fprintf(stderr, "%s: no tests: %s\n", path, *ret_json ? "no array \"tests\"" : why.text);
        exit(EXIT_FAILURE);
    }
    for (size_t i = 0; i < n && count < TESTS_MAX; i++) {
        json_t *test = json_array_get(all, i);

        tests[count++] = (struct CMUnitTest){ title(module, test), check_one, NULL, NULL, test };
    }
    return count;
}

int main(void)
{
    static struct CMUnitTest tests[TESTS_MAX];
    static const struct CMUnitTest skipped[] = { { "FP_SHARED is not set", check_skipped, NULL, NULL,
                                                   NULL } };
    enum { MODULES = sizeof modules / sizeof *modules };
    json_t *json[MODULES];
    const char *folder = getenv("FP_SHARED");
    size_t count = 0;
    int failed;

    if (!folder || !folder[0]) {
        _cmocka_run_group_tests("template_spec", skipped, 1, NULL, NULL);
        return SKIPPED;
    }
    for (size_t i = 0; i < MODULES; i++)
        count = add_module(folder, modules[i], tests, count, &json[i]);
    failed = _cmocka_run_group_tests("template_spec", tests, count, NULL, NULL);
    for (size_t i = 0; i < MODULES; i++)
        json_decref(json[i]);
    for (size_t i = 0; i < count; i++)
        free((char *)(uintptr_t)tests[i].name);
    return failed;
}
