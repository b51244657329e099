/* publish/manifest: run.json says exactly what is there, the same bytes each time. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>
#include <uuid/uuid.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "base/str.h"
#include "publish/manifest.h"

static char root[] = "/tmp/flamepress-test-manifest-XXXXXX"; /* and the working directory of every test */

static int enter_root(void **state)
{
    (void)state;
    return mkdtemp(root) ? chdir(root) : -1;
}

static int leave_root(void **state)
{
    (void)state;
    return chdir("/") == 0 ? fp_dir_remove(root, NULL) : -1;
}

static const struct fp_manifest_job two_jobs[] = {
    { "checkout-api", "on-cpu", "checkout-api/on-cpu", "ok", NULL },
    { "a \"b\"\\\n\x01\x7F</script>\xFF\xE2\x80\xA8", "off-cpu", "a/off-cpu", "failed",
      "no \xE7\xAD\x94: \tcut" },
};

static const struct fp_manifest night = {
    .version = "0.1.0",
    .start = 1795104000,
    .end = 1795190400,
    .generated = -5,
    .timezone = "Asia/Shanghai",
    .label = "Fri 20 Nov 2026",
    .jobs = two_jobs,
    .job_count = 2,
};

static void put(const char *path, const char *text)
{
    assert_int_equal(fp_file_write(path, text, strlen(text), NULL), FP_OK);
}

static void build(const char *dir)
{
    assert_int_equal(mkdir(dir, 0777), 0);
    assert_int_equal(chdir(dir), 0);
    assert_int_equal(fp_dir_make("b/c", NULL), FP_OK);
    assert_int_equal(fp_dir_make("empty", NULL), FP_OK);
    put("index.html", "<p>");
    put("b/c/deep.svg", "");
    put("b/run.json", "{}"); /* only the night's own run.json is left out */
    put("b.txt", "abc");     /* '.' comes before '/' */
    put("b-1", "x");
    put("%E8%AE%A2", "y");
    assert_int_equal(chdir(".."), 0);
}

static void write_manifest(const char *dir, const struct fp_manifest *manifest)
{
    struct fp_error err = FP_ERROR_INIT;

    if (fp_manifest_write(dir, manifest, &err) < 0)
        fail_msg("%s", err.message);
}

static void read_text(const char *dir, struct fp_str *text)
{
    char path[200];

    snprintf(path, sizeof path, "%s/run.json", dir);
    fp_str_init(text, FP_LIMIT_PAGE);
    assert_int_equal(fp_file_read(path, text, NULL), FP_OK);
}

static json_t *parse(const char *dir)
{
    struct fp_str text;
    json_error_t error;
    json_t *json;

    read_text(dir, &text);
    json = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("line %d: %s", error.line, error.text);
    fp_str_release(&text);
    return json;
}

static const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    assert_non_null(text);
    return text;
}

static void says_what_is_there(void **state)
{
    static const struct {
        const char *path;
        const char *content;
    } expected[] = { { "%E8%AE%A2", "y" }, { "b-1", "x" },       { "b.txt", "abc" },
                     { "b/c/deep.svg", "" }, { "b/run.json", "{}" }, { "index.html", "<p>" } };
    json_t *json, *window, *files, *jobs;
    size_t n = sizeof expected / sizeof *expected;

    (void)state;
    build("whole");
    write_manifest("whole", &night);
    json = parse("whole");
    assert_int_equal(json_object_size(json), 7);
    assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
    assert_string_equal(text_of(json, "version"), "0.1.0");
    assert_int_equal(json_integer_value(json_object_get(json, "generated")), -5);
    window = json_object_get(json, "window");
    assert_int_equal(json_integer_value(json_object_get(window, "start")), night.start);
    assert_int_equal(json_integer_value(json_object_get(window, "end")), night.end);
    assert_string_equal(text_of(window, "timezone"), "Asia/Shanghai");
    assert_string_equal(text_of(window, "label"), "Fri 20 Nov 2026");
    files = json_object_get(json, "files");
    assert_int_equal(json_array_size(files), n);
    for (size_t i = 0; i < n; i++) {
        json_t *file = json_array_get(files, i);
        char hex[FP_SHA256_HEX];

        fp_sha256_bytes(expected[i].content, strlen(expected[i].content), hex);
        assert_string_equal(text_of(file, "path"), expected[i].path);
        assert_string_equal(text_of(file, "sha256"), hex);
        assert_int_equal(json_integer_value(json_object_get(file, "size")), strlen(expected[i].content));
    }
    jobs = json_object_get(json, "jobs");
    assert_int_equal(json_array_size(jobs), 2);
    assert_string_equal(text_of(json_array_get(jobs, 0), "outcome"), "ok");
    assert_null(json_object_get(json_array_get(jobs, 0), "failure"));
    assert_string_equal(text_of(json_array_get(jobs, 1), "service"),
                        "a \"b\"\\\n\x01\x7F</script>\xEF\xBF\xBD\xE2\x80\xA8");
    assert_string_equal(text_of(json_array_get(jobs, 1), "failure"), "no \xE7\xAD\x94: \tcut");
    json_decref(json);
}

/* The first 16 bytes of SHA-1(OID + text), with version 5 and the variant (RFC 4122, 4.3), by libuuid. */
static void id_is_of_the_rest(void **state)
{
    struct fp_str text, rest;
    char id[UUID_STR_LEN], *line, *end;
    uuid_t uuid, oid;

    (void)state;
    build("named");
    write_manifest("named", &night);
    read_text("named", &text);
    line = strstr(text.data, "  \"run\": \"");
    assert_non_null(line);
    end = strchr(line, '\n') + 1;
    fp_str_init(&rest, FP_LIMIT_PAGE);
    fp_str_append(&rest, text.data, (size_t)(line - text.data));
    fp_str_puts(&rest, end);
    assert_int_equal(uuid_parse("6ba7b812-9dad-11d1-80b4-00c04fd430c8", oid), 0);
    uuid_generate_sha1(uuid, oid, rest.data, rest.len);
    uuid_unparse_lower(uuid, id);
    assert_memory_equal(line + 10, id, UUID_STR_LEN - 1);
    assert_int_equal(id[14], '5');
    fp_str_release(&rest);
    fp_str_release(&text);
}

static void same_input_same_bytes(void **state)
{
    struct fp_manifest other = night;
    struct fp_str one, two;

    (void)state;
    build("first");
    build("second");
    write_manifest("first", &night);
    write_manifest("second///", &night); /* slashes at the end */
    read_text("first", &one);
    read_text("second", &two);
    assert_string_equal(one.data, two.data);
    fp_str_release(&two);
    write_manifest("first", &night); /* over itself: its own run.json does not count */
    read_text("first", &two);
    assert_string_equal(one.data, two.data);
    fp_str_release(&two);
    other.end++;
    write_manifest("first", &other);
    read_text("first", &two);
    assert_memory_not_equal(strstr(one.data, "\"run\""), strstr(two.data, "\"run\""), 46);
    fp_str_release(&two);
    put("second/b-1", "z"); /* one byte of one file */
    write_manifest("second", &night);
    read_text("second", &two);
    assert_memory_not_equal(strstr(one.data, "\"run\""), strstr(two.data, "\"run\""), 46);
    fp_str_release(&two);
    fp_str_release(&one);
}

static void nothing_in_it(void **state)
{
    struct fp_manifest none = {
        .version = "", .timezone = "", .label = "", .start = INT64_MIN, .end = INT64_MAX
    };
    json_t *json;

    (void)state;
    assert_int_equal(mkdir("bare", 0777), 0);
    write_manifest("bare", &none);
    json = parse("bare");
    assert_int_equal(json_array_size(json_object_get(json, "files")), 0);
    assert_true(json_is_array(json_object_get(json, "jobs")));
    assert_true(json_integer_value(json_object_get(json_object_get(json, "window"), "start")) == INT64_MIN);
    json_decref(json);
}

static void many_and_deep(void **state)
{
    char path[3000] = "large/d";
    json_t *json, *files;

    (void)state;
    for (int i = 0; i < 200; i++)
        strcat(path, "/directory");
    assert_int_equal(fp_dir_make(path, NULL), FP_OK);
    strcat(path, "/file");
    put(path, "deep");
    for (int i = 0; i < 3000; i++) {
        FILE *file;

        snprintf(path, sizeof path, "large/%d", (i * 7919) % 3000);
        file = fopen(path, "w");
        assert_non_null(file);
        fclose(file);
    }
    write_manifest("large", &night);
    json = parse("large");
    files = json_object_get(json, "files");
    assert_int_equal(json_array_size(files), 3001);
    for (size_t i = 1; i < 3001; i++)
        assert_true(strcmp(text_of(json_array_get(files, i - 1), "path"),
                           text_of(json_array_get(files, i), "path")) < 0);
    json_decref(json);
}

static void refused(const char *dir, enum fp_status code, const char *word)
{
    struct fp_error err = FP_ERROR_INIT;

    assert_int_equal(fp_manifest_write(dir, &night, &err), code);
    if (!strstr(err.message, word))
        fail_msg("\"%s\" expected in: %s", word, err.message);
    assert_int_equal(fp_manifest_write(dir, &night, NULL), code);
}

static void strange_things(void **state)
{
    (void)state;
    refused("no-such-night", FP_ENOTFOUND, "no-such-night");
    put("plain", "");
    refused("plain", FP_EINVAL, "not a directory");
    refused("plain/night", FP_EIO, "plain/night");

    build("linked");
    assert_int_equal(symlink("../../etc/passwd", "linked/b/passwd"), 0);
    refused("linked", FP_EINVAL, "linked/b/passwd is neither");
    assert_false(fp_file_exists("linked/run.json")); /* no manifest, so no whole night */
    assert_int_equal(unlink("linked/b/passwd"), 0);
    assert_int_equal(symlink("index.html", "linked/run.json"), 0);
    refused("linked", FP_EINVAL, "linked/run.json is neither");

    build("piped");
    assert_int_equal(mkfifo("piped/fifo", 0666), 0);
    refused("piped", FP_EINVAL, "piped/fifo");

    build("named-badly");
    put("named-badly/\xFF", "");
    refused("named-badly", FP_EINVAL, "not UTF-8");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_there), cmocka_unit_test(id_is_of_the_rest),
        cmocka_unit_test(same_input_same_bytes), cmocka_unit_test(nothing_in_it),
        cmocka_unit_test(many_and_deep), cmocka_unit_test(strange_things),
    };

    return cmocka_run_group_tests(tests, enter_root, leave_root);
}
