/* publish/zip: what is in an archive, that it has the same bytes again, and what is said when it cannot be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "publish/zip.h"

#define DATE 1795300000 /* 2026-11-21 22:26:40 UTC */

struct place {
    char dir[64], first[96], second[96];
};

static int set_up(void **state)
{
    struct place *p = calloc(1, sizeof *p);

    strcpy(p->dir, "/tmp/flamepress-zip-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(p->first, sizeof p->first, "%s/a.md", p->dir);
    snprintf(p->second, sizeof p->second, "%s/b.gz", p->dir);
    assert_int_equal(fp_file_write(p->first, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 36, NULL), FP_OK);
    assert_int_equal(fp_file_write(p->second, "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", 36, NULL), FP_OK);
    *state = p;
    return 0;
}

static int tear_down(void **state)
{
    struct place *p = *state;

    fp_dir_remove(p->dir, NULL);
    free(p);
    return 0;
}

static void archive(const struct place *p, const char *name, struct fp_str *to)
{
    static const char *const names[] = { "b.gz", "a.md" };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str path;

    fp_str_init(&path, FP_LIMIT_TEXT);
    assert_int_equal(fp_path_make(&path, p->dir, name, NULL), FP_OK);
    assert_int_equal(fp_zip_write(path.data, p->dir, names, 2, DATE, FP_ZIP_SMALL, &err), FP_OK);
    fp_str_init(to, FP_LIMIT_TEXT);
    assert_int_equal(fp_file_read(path.data, to, &err), FP_OK);
    fp_str_release(&path);
}

static unsigned two(const struct fp_str *bytes, size_t at)
{
    return (unsigned char)bytes->data[at] | (unsigned)(unsigned char)bytes->data[at + 1] << 8;
}

/* Of the local header: APPNOTE.TXT 4.3.7. */
static void entries(void **state)
{
    struct fp_str bytes;

    archive(*state, "t.zip", &bytes);
    assert_memory_equal(bytes.data, "PK\3\4", 4);
    assert_int_equal(two(&bytes, 8), 0);                            /* stored: a .gz */
    assert_int_equal(two(&bytes, 10), 22 << 11 | 26 << 5 | 40 / 2); /* UTC, whatever TZ */
    assert_int_equal(two(&bytes, 12), (2026 - 1980) << 9 | 11 << 5 | 21);
    assert_memory_equal(bytes.data + 30, "b.gz", 4); /* in the order given */
    fp_str_release(&bytes);
}

static void same_files_same_bytes(void **state)
{
    const struct place *p = *state;
    struct fp_str once, again;

    archive(p, "t.zip", &once);
    assert_int_equal(utime(p->first, &(struct utimbuf){ 1, 1 }), 0);
    assert_int_equal(setenv("TZ", "Asia/Shanghai", 1), 0);
    archive(p, "u.zip", &again);
    unsetenv("TZ");
    assert_int_equal(once.len, again.len);
    assert_memory_equal(once.data, again.data, once.len);
    fp_str_release(&once);
    fp_str_release(&again);
}

static void what_cannot_be(void **state)
{
    const struct place *p = *state;
    static const char *const names[] = { "a.md", "missing" };
    struct fp_error err = FP_ERROR_INIT;
    char path[96];

    snprintf(path, sizeof path, "%s/t.zip", p->dir);
    assert_int_equal(fp_zip_write(path, p->dir, names, 2, DATE, FP_ZIP_SMALL, &err), FP_EIO);
    assert_non_null(strstr(err.message, path));
    assert_false(fp_file_exists(path));
    fp_error_clear(&err);
    assert_int_equal(fp_zip_write("/nowhere/t.zip", p->dir, names, 1, DATE, FP_ZIP_SMALL, &err), FP_EIO);
    assert_non_null(strstr(err.message, "/nowhere/t.zip"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(entries, set_up, tear_down),
        cmocka_unit_test_setup_teardown(same_files_same_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_cannot_be, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
