/* run.json, read: what was written comes back, and nothing that is not as it was written is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "base/fs.h"
#include "base/limits.h"
#include "publish/record.h"

#define SHA "00000000000000000000000000000000000000000000000000000000000000ab"

static char dir[64];

static int set_up(void **state)
{
    (void)state;
    snprintf(dir, sizeof dir, "%s/fp-record-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return fp_dir_remove(dir, NULL);
}

static void write_file(const char *name, const char *text, size_t n)
{
    char path[128];

    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(fp_file_write(path, text, n, NULL), FP_OK);
}

/* `rest` begins with "{\n" and has no "run": the line that fits is put in as the fourth. */
static void write_with_id(const char *rest)
{
    const char *at = rest;
    char id[UUID_STR_LEN];
    struct fp_str text;
    uuid_t uuid;

    uuid_generate_sha1(uuid, *uuid_get_template("oid"), rest, strlen(rest));
    uuid_unparse_lower(uuid, id);
    for (int i = 0; i < 3; i++)
        at = strchr(at, '\n') + 1;
    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_str_append(&text, rest, (size_t)(at - rest));
    fp_str_printf(&text, "  \"run\": \"%s\",\n%s", id, at);
    write_file("run.json", text.data, text.len);
    fp_str_release(&text);
}

static void refused(const char *rest, enum fp_status code, const char *words)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_record record;
    int rc;

    write_with_id(rest);
    rc = fp_record_load(dir, &record, &err);
    if (rc == FP_OK)
        fail_msg("believed: %s", rest);
    if (!strstr(err.message, words))
        fail_msg("\"%s\" is not in: %s", words, err.message);
    assert_int_equal(rc, code);
}

static void test_a_night_comes_back(void **state)
{
    const struct fp_manifest_job jobs[] = { { "a\"b", "on-cpu", "a%22b/on-cpu", "ok", NULL },
                                            { "c", "on-cpu", "c/on-cpu", "failed", "no \x01 route" } };
    const struct fp_manifest manifest = { "1.2.3", 100, 200, 300, "UTC", "a day \xe2\x80\xa8", jobs, 2 };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_record record;

    (void)state;
    write_file("b.txt", "two", 3);
    write_file("a.txt", "", 0);
    assert_int_equal(fp_manifest_write(dir, &manifest, &err), FP_OK);
    assert_int_equal(fp_record_load(dir, &record, &err), FP_OK);
    assert_false(record.is_site);
    assert_string_equal(record.version, "1.2.3");
    assert_true(record.start == 100 && record.end == 200 && record.generated == 300);
    assert_string_equal(record.label, "a day \xe2\x80\xa8");
    assert_int_equal(record.job_count, 2);
    assert_string_equal(record.jobs[0].service, "a\"b");
    assert_null(record.jobs[0].failure);
    assert_string_equal(record.jobs[1].failure, "no \x01 route");
    assert_int_equal(record.file_count, 2);
    assert_string_equal(record.files[0].path, "a.txt");
    assert_int_equal(record.files[1].size, 3);
    assert_ptr_equal(fp_record_find(record.files, 2, "b.txt"), &record.files[1]);
    assert_null(fp_record_find(record.files, 2, "c.txt"));
    fp_record_release(&record);
}

static void test_a_site_comes_back(void **state)
{
    static const char *const nights[] = { "2026/11/20", "2026/11/20T010000Z-32400" };
    static const char *const kept[] = { "release-1" };
    const struct fp_manifest_file files[] = { { "assets/a.css", 5, SHA }, { "index.html", 7, SHA } };
    const struct fp_manifest_file before[] = { { "assets/a.css", -1, "" }, { "index.html", 8, SHA } };
    struct fp_manifest_site site = { "1", nights, 2, files, before, 2, 2, nights[0], kept, 1 };
    struct fp_record record;
    struct fp_str text;

    (void)state;
    for (int pending = 1; pending >= 0; pending--) {
        fp_str_init(&text, FP_LIMIT_PAGE);
        site.before = pending ? before : NULL;
        fp_manifest_format_site(&site, &text);
        assert_int_equal(fp_manifest_check_id(text.data, text.len, NULL), 0);
        write_file("run.json", text.data, text.len);
        fp_str_release(&text);
        assert_int_equal(fp_record_load(dir, &record, NULL), FP_OK);
        assert_true(record.is_site);
        assert_int_equal(record.pending, pending);
        assert_int_equal(record.before_count, pending ? 2 : 0);
        assert_int_equal(record.night_count, 2);
        assert_string_equal(record.nights[1], nights[1]);
        assert_string_equal(record.latest, nights[0]);
        if (pending)
            assert_int_equal(record.before[0].size, -1);
        fp_record_release(&record);
    }
}

static void test_any_changed_byte_shows(void **state)
{
    const struct fp_manifest manifest = { "1", 1, 2, 3, "UTC", "x", NULL, 0 };
    struct fp_record record;
    struct fp_str text;
    char path[128];

    (void)state;
    write_file("a", "b", 1);
    assert_int_equal(fp_manifest_write(dir, &manifest, NULL), FP_OK);
    snprintf(path, sizeof path, "%s/run.json", dir);
    fp_str_init(&text, FP_LIMIT_PAGE);
    assert_int_equal(fp_file_read(path, &text, NULL), FP_OK);
    for (size_t i = 0; i < text.len; i++) {
        text.data[i] ^= 1;
        write_file("run.json", text.data, text.len);
        if (fp_record_load(dir, &record, NULL) == FP_OK)
            fail_msg("byte %zu", i);
        text.data[i] ^= 1;
    }
    for (size_t n = 0; n < text.len; n++) {
        write_file("run.json", text.data, n);
        assert_int_not_equal(fp_record_load(dir, &record, NULL), FP_OK);
    }
    fp_str_release(&text);
}

#define HEAD "{\n  \"schema\": 1,\n  \"version\": \"1\",\n"
#define NIGHT HEAD "  \"window\": {\"start\": 1, \"end\": 2, \"timezone\": \"UTC\", \"label\": \"x\"},\n"
#define FILES(list) NIGHT "  \"files\": [" list "]\n}\n"
#define FILE_OF(path) "{\"path\": \"" path "\", \"size\": 1, \"sha256\": \"" SHA "\"}"

static void test_paths_stay_below(void **state)
{
    static const char *const paths[] = { "", "/etc/passwd", "..", "../x", "a/../../x", "a//b", "a/", "./a", "a/.",
                                         ".flamepress/lock" };
    char text[1024];

    (void)state;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        snprintf(text, sizeof text, FILES("{\"path\": \"%s\", \"size\": 1, \"sha256\": \"" SHA "\"}"), paths[i]);
        refused(text, FP_EDATA, "no path below");
    }
    refused(FILES(FILE_OF("a\\u0000b")), FP_EDATA, "NUL");
}

static void test_what_makes_no_sense(void **state)
{
    (void)state;
    refused(FILES(FILE_OF("b") "," FILE_OF("a")), FP_EDATA, "out of order");
    refused(FILES(FILE_OF("a") "," FILE_OF("a")), FP_EDATA, "out of order");
    refused(FILES("{\"path\": \"a\"}"), FP_EDATA, "needs");
    refused(FILES("{\"path\": \"a\", \"size\": -5, \"sha256\": \"" SHA "\"}"), FP_EDATA, "needs");
    refused(FILES("{\"path\": \"a\", \"size\": 1.5, \"sha256\": \"" SHA "\"}"), FP_ESYNTAX, "");
    refused(FILES("{\"path\": \"a\", \"size\": 1, \"sha256\": \"ab\"}"), FP_EDATA, "64 digits");
    refused(FILES("{\"path\": \"a\", \"size\": 1, \"sha256\": \"Z0000000000000000000000000000000000000000000000000000000000000ab\"}"),
            FP_EDATA, "0-9 and a-f");
    refused(FILES("") "x", FP_ESYNTAX, "");
    refused(HEAD "  \"nights\": [\"../..\"]\n}\n", FP_EDATA, "path of a night");
    refused(HEAD "  \"files\": []\n}\n", FP_EDATA, "are needed");
    refused("{\n  \"schema\": 2,\n  \"version\": \"1\",\n  \"nights\": []\n}\n", FP_EDATA, "later version");
    refused(NIGHT "  \"jobs\": [{\"service\": \"a\"}]\n}\n", FP_EDATA, "a job needs");
    refused(NIGHT "  \"jobs\": 5\n}\n", FP_ESYNTAX, "");
}

/* As many files as there may be, and one more. */
static void test_the_limit_of_files(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_record record;
    struct fp_str text;

    (void)state;
    for (size_t more = 0; more < 2; more++) {
        fp_str_init(&text, FP_LIMIT_PAGE);
        fp_str_puts(&text, "{\n  \"schema\": 1,\n  \"version\": \"1\",\n  \"nights\": [],\n  \"before\": [");
        for (size_t i = 0; i < FP_LIMIT_FILES + more; i++)
            fp_str_printf(&text, "%s{\"path\":\"%08zu\"}", i ? "," : "", i);
        fp_str_puts(&text, "]\n}\n");
        assert_true(fp_str_ok(&text));
        if (more) {
            refused(text.data, FP_ELIMIT, "more than 1600000 files in one manifest");
        } else {
            write_with_id(text.data);
            assert_int_equal(fp_record_load(dir, &record, &err), FP_OK);
            assert_int_equal(record.before_count, FP_LIMIT_FILES);
            fp_record_release(&record);
        }
        fp_str_release(&text);
    }
}

static void test_what_is_no_file(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_record record;
    char path[128];

    (void)state;
    assert_int_equal(fp_record_load(dir, &record, NULL), FP_ENOTFOUND);
    snprintf(path, sizeof path, "%s/run.json", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(fp_record_load(dir, &record, &err), FP_EDATA); /* and does not wait for a writer */
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink("/dev/zero", path), 0);
    assert_int_equal(fp_record_load(dir, &record, NULL), FP_EDATA);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_a_night_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_a_site_comes_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_any_changed_byte_shows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_paths_stay_below, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_makes_no_sense, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_limit_of_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_what_is_no_file, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
