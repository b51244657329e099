/* publish/nights: the nights of a site, whole ones only, newest first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/limits.h"
#include "publish/nights.h"

static char root[60]; /* and the working directory of every test */

static int enter_root(void **state)
{
    (void)state;
    strcpy(root, "/dev/shm/flamepress-test-nights-XXXXXX"); /* tens of thousands of directories: in memory */
    if (mkdtemp(root))
        return chdir(root);
    strcpy(root, "/tmp/flamepress-test-nights-XXXXXX");
    return mkdtemp(root) ? chdir(root) : -1;
}

static int leave_root(void **state)
{
    (void)state;
    return chdir("/") == 0 ? fp_dir_remove(root, NULL) : -1;
}

static void make(const char *site, const char *night, int whole)
{
    char path[200];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", site, night);
    assert_int_equal(fp_dir_make(path, NULL), FP_OK);
    if (!whole)
        return;
    snprintf(path, sizeof path, "%s/%s/run.json", site, night);
    file = fopen(path, "w"); /* not durable, and quick */
    assert_non_null(file);
    fclose(file);
}

static void check(const char *site, const char *const *expected, size_t n)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_nights nights;

    if (fp_nights_list(site, &nights, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(nights.count, n);
    assert_int_equal(nights.omitted, 0);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(nights.items[i].path, expected[i]);
        assert_true(fp_night_is_path(nights.items[i].path));
    }
    fp_nights_release(&nights);
    fp_nights_release(&nights);
    assert_null(nights.items);
}

static void patterns(void **state)
{
    static const char *const good[] = { "2026/11/20", "0000/01/01", "9999/12/31", "2026/11/20T010000Z-32400",
                                        "2026/11/20T235959Z-1", "2026/11/20T000000Z-99999999999" };
    static const char *const bad[] = {
        "", "2026", "2026/11", "2026/11/", "2026/11/2", "2026/11/200", "2026/11/20/", "/2026/11/20",
        "2026//1/20",
        "2026/11//0", "2026/00/20", "2026/13/20", "2026/11/00", "2026/11/32", "026/11/20", "2026/1/20",
        "20260/11/20", "2026/11/20T", "2026/11/20T010000Z", "2026/11/20T010000Z-", "2026/11/20T010000Z-0",
        "2026/11/20T010000Z-01", "2026/11/20T010000Z--1", "2026/11/20T010000Z-1x", "2026/11/20T240000Z-1",
        "2026/11/20T006000Z-1", "2026/11/20T000060Z-1", "2026/11/20t010000Z-1", "2026/11/20T010000z-1",
        "2026/11/20T010000Z-999999999999", "2026/11/20T010000Z-1/..", "+026/11/20", "2026/11/ 1",
        "../../../etc",
        "2026/11/..", "2026/../20", "2026-11-20", "2026/11/20 ", " 2026/11/20", "2026/1\xD9\xA1/20",
    };

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!fp_night_is_path(good[i]))
            fail_msg("\"%s\" is a night", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (fp_night_is_path(bad[i]))
            fail_msg("\"%s\" is no night", bad[i]);
}

static void newest_first(void **state)
{
    static const char *const expected[] = {
        "2027/01/01",
        "2026/12/31",
        "2026/11/21T010000Z-9",
        "2026/11/21",
        "2026/11/20T235900Z-60",
        "2026/11/20T010000Z-32400",
        "2026/11/20T010000Z-3600",
        "2026/11/20T010000Z-900",
        "2026/11/20T000000Z-86401",
        "2026/11/20", /* the same start and length: any order, but always the same */
        "2026/11/20T000000Z-86400",
        "2026/11/20T000000Z-3600",
        "2026/02/28",
        "1999/12/31",
    };
    size_t n = sizeof expected / sizeof *expected;

    (void)state;
    for (size_t i = 0; i < n; i++) /* made in another order */
        make("order", expected[(i * 5 + 3) % n], 1);
    check("order", expected, n);
    assert_int_equal(symlink("order", "order-link"), 0);
    check("order-link", expected, n); /* the site itself may be a link */
}

static void alike(void **state)
{
    static const struct {
        const char *one, *other;
        bool is;
    } cases[] = {
        { "2026/11/20", "2026/11/19", true },
        { "2026/11/20", "2026/11/20T000000Z-86400", false }, /* a day as it came, by the clock: other windows */
        { "2026/11/20T010000Z-3600", "2026/11/20T000000Z-3600", true },
        { "2026/11/20T010000Z-3600", "2026/11/20T000000Z-7200", false },
        { "2026/02/01T000000Z-2419200", "2026/03/01T000000Z-2678400", true }, /* months */
        { "2026/03/01T000000Z-2678400", "2026/02/01T000000Z-2419200", true },
        { "2026/11/16T000000Z-604800", "2026/11/09T000000Z-604800", true },
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (fp_night_is_alike(cases[i].one, cases[i].other) != cases[i].is)
            fail_msg("%s and %s", cases[i].one, cases[i].other);
    assert_true(fp_night_compare("2026/11/20", "2026/11/19") < 0);
    assert_int_equal(fp_night_compare("2026/11/20", "2026/11/20"), 0);
}

static void passes_over(void **state)
{
    static const char *const expected[] = { "2026/11/20" };

    (void)state;
    make("mixed", "2026/11/20", 1);
    make("mixed", "2026/11/19", 0);                    /* not whole */
    make("mixed", "2026/11/20/service/on-cpu", 1);     /* a report, no night */
    make("mixed", "2026/13/20", 1);
    make("mixed", "2026/11/2", 1);
    make("mixed", "2026/11/18.old", 1);
    make("mixed", ".flamepress/stage-x/2026/11/17", 1);
    make("mixed", "assets/11/17", 1);
    make("mixed", "2026/10/05/run.json", 0);           /* run.json is a directory */
    make("elsewhere", "2026/09/09", 1);
    assert_int_equal(symlink("../../elsewhere/2026/09", "mixed/2026/09"), 0);
    assert_int_equal(symlink("../elsewhere/2026", "mixed/2025"), 0);
    assert_int_equal(symlink("../../../elsewhere/2026/09/09", "mixed/2026/11/08"), 0);
    assert_int_equal(symlink("2026/11/20", "mixed/latest"), 0);
    make("mixed", "2026/11/07", 0);
    assert_int_equal(symlink("../20/run.json", "mixed/2026/11/07/run.json"), 0);
    assert_int_equal(fp_file_write("mixed/2024", "", 0, NULL), FP_OK);
    assert_int_equal(fp_file_write("mixed/2026/08", "", 0, NULL), FP_OK);
    assert_int_equal(fp_file_write("mixed/2026/11/06", "", 0, NULL), FP_OK);
    check("mixed", expected, 1);
}

static void nothing_there(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_nights nights = { NULL, 7, 7 };

    (void)state;
    assert_int_equal(mkdir("empty", 0777), 0);
    check("empty", NULL, 0);
    assert_int_equal(fp_nights_list("no-such-site", &nights, &err), FP_ENOTFOUND);
    assert_non_null(strstr(err.message, "no-such-site"));
    assert_int_equal(nights.count, 7); /* written only on success */
    assert_int_equal(fp_nights_list("no-such-site", &nights, NULL), FP_ENOTFOUND);
    fp_error_clear(&err);
    assert_int_equal(fp_file_write("file", "", 0, NULL), FP_OK);
    assert_int_equal(fp_nights_list("file", &nights, &err), FP_EIO);
}

/* A month that cannot be read is an error, not a gap. */
static void unreadable(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    make("shut", "2026/11/20", 1);
    assert_int_equal(chmod(root, 0755), 0);
    assert_int_equal(chmod("shut/2026/11", 0), 0);
    pid = fork();
    if (pid == 0) {
        struct fp_error err = FP_ERROR_INIT;
        struct fp_nights nights;

        if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
            _exit(2);
        _exit(fp_nights_list("shut", &nights, &err) == FP_EIO && strstr(err.message, "2026/11") &&
                      strstr(err.message, "shut") ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_int_equal(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 0);
    assert_int_equal(chmod("shut/2026/11", 0755), 0);
}

/* Beyond the limit the oldest are left out, and counted. */
static void limit(void **state)
{
    enum { MORE = 5, IN_MONTH = 100 };
    struct fp_nights nights;
    char night[60], path[80];

    (void)state;
    make("many", "0000/01/01", 1);
    for (unsigned n = 0; n < FP_LIMIT_NIGHTS + MORE; n++) {
        unsigned month = n / IN_MONTH, in_month = n % IN_MONTH;

        snprintf(night, sizeof night, "%04u/%02u/01T00%02u%02uZ-60", 2000 + month / 12, month % 12 + 1,
                 in_month / 60, in_month % 60);
        if (in_month == 0) {
            snprintf(path, sizeof path, "many/%.7s", night);
            assert_int_equal(fp_dir_make(path, NULL), FP_OK);
        }
        snprintf(path, sizeof path, "many/%s", night);
        assert_int_equal(mkdir(path, 0777), 0);
        strcat(path, "/run.json");
        assert_int_equal(link("many/0000/01/01/run.json", path), 0); /* links are quicker than files */
    }
    assert_int_equal(fp_nights_list("many", &nights, NULL), FP_OK);
    assert_int_equal(nights.count, FP_LIMIT_NIGHTS);
    assert_int_equal(nights.omitted, MORE + 1);
    assert_string_equal(nights.items[0].path, night);
    assert_string_equal(nights.items[FP_LIMIT_NIGHTS - 1].path, "2000/01/01T000005Z-60");
    fp_nights_release(&nights);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alike),
        cmocka_unit_test(patterns),      cmocka_unit_test(newest_first), cmocka_unit_test(passes_over),
        cmocka_unit_test(nothing_there), cmocka_unit_test(unreadable),   cmocka_unit_test(limit),
    };

    return cmocka_run_group_tests(tests, enter_root, leave_root);
}
