/* base/fs: nothing half-written, nothing removed outside the tree, nothing that depends on its depth. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/str.h"

static char root[] = "/tmp/flamepress-test-fs-XXXXXX"; /* and the working directory of every test */

static int enter_root(void **state)
{
    (void)state;
    return mkdtemp(root) ? chdir(root) : -1;
}

static int leave_root(void **state)
{
    (void)state;
    return chdir("/") == 0 && fp_dir_remove(root, NULL) == 0 && !fp_file_exists(root) ? 0 : -1;
}

static size_t entries(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

static void put(const char *path, const char *text)
{
    assert_int_equal(fp_file_write(path, text, strlen(text), NULL), FP_OK);
}

static void write_and_read(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;
    struct stat st;
    static char big[300000];

    (void)state;
    fp_str_init(&text, sizeof big + 4);
    umask(027);
    assert_int_equal(fp_file_write("a", "one", 3, &err), FP_OK);
    assert_int_equal(stat("a", &st), 0);
    assert_int_equal(st.st_mode & 07777, 0640);
    umask(022);
    fp_str_puts(&text, "+");
    assert_int_equal(fp_file_read("a", &text, &err), FP_OK); /* appends */
    assert_string_equal(text.data, "+one");
    memset(big, 'b', sizeof big);
    big[5] = '\0';
    assert_int_equal(fp_file_write("./a", big, sizeof big, &err), FP_OK); /* replaces */
    assert_int_equal(fp_file_read("a", &text, &err), FP_OK);
    assert_int_equal(text.len, sizeof big + 4);
    assert_memory_equal(text.data + 4, big, sizeof big);
    fp_str_clear(&text);
    assert_int_equal(fp_file_write("empty", NULL, 0, &err), FP_OK);
    assert_int_equal(fp_file_read("empty", &text, &err), FP_OK);
    assert_int_equal(text.len, 0);
    assert_int_equal(entries("."), 2); /* no temporary file stays */
    fp_str_release(&text);
    unlink("a");
    unlink("empty");
}

static void read_refusals(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;

    (void)state;
    fp_str_init(&text, 4);
    put("five", "12345");
    fp_str_puts(&text, "x");
    assert_int_equal(fp_file_read("five", &text, &err), FP_ELIMIT);
    assert_string_equal(err.message, "five is longer than the limit of 4 bytes");
    assert_string_equal(text.data, "x");
    assert_int_equal(fp_file_read("five", &text, NULL), FP_ELIMIT);
    fp_str_clear(&text);
    fp_error_clear(&err);
    assert_int_equal(fp_file_read("/dev/zero", &text, &err), FP_ELIMIT); /* endless */
    fp_str_clear(&text);
    fp_error_clear(&err);
    assert_int_equal(fp_file_read("nothing", &text, &err), FP_ENOTFOUND);
    assert_non_null(strstr(err.message, "nothing"));
    assert_int_equal(fp_file_read("nothing", &text, NULL), FP_ENOTFOUND);
    fp_error_clear(&err);
    assert_int_equal(fp_file_read(".", &text, &err), FP_EIO);
    fp_str_release(&text);
    unlink("five");
}

static void write_refusals(void **state)
{
    static const char big[100000];
    struct fp_error err = FP_ERROR_INIT;
    struct rlimit was, small;
    struct fp_str text;
    char name[300];

    (void)state;
    assert_int_equal(fp_file_write("", "x", 1, &err), FP_EINVAL);
    fp_error_clear(&err);
    assert_int_equal(fp_file_write("dir/", "x", 1, &err), FP_EINVAL);
    fp_error_clear(&err);
    assert_int_equal(fp_file_write("no/such/file", "x", 1, &err), FP_EIO);
    assert_non_null(strstr(err.message, "no/such/file"));
    fp_error_clear(&err);
    assert_int_equal(mkdir("dir", 0755), 0);
    assert_int_equal(fp_file_write("dir", "x", 1, &err), FP_EIO); /* rename fails, the temporary file goes */
    fp_error_clear(&err);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(fp_file_write(name, "x", 1, &err), FP_EIO);
    assert_int_equal(entries("."), 1);
    name[255] = '\0'; /* the longest name there is: the temporary one must not be longer */
    assert_int_equal(fp_file_write(name, "x", 1, NULL), FP_OK);
    unlink(name);

    put("kept", "old");
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
    small = was;
    small.rlim_cur = 5000; /* a full disk, nearly */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    fp_error_clear(&err);
    assert_int_equal(fp_file_write("kept", big, sizeof big, &err), FP_EIO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
    assert_non_null(strstr(err.message, "cannot write kept: "));
    fp_str_init(&text, 100);
    assert_int_equal(fp_file_read("kept", &text, NULL), FP_OK);
    assert_string_equal(text.data, "old");
    assert_int_equal(entries("."), 2);
    fp_str_release(&text);
    unlink("kept");
    rmdir("dir");
}

static void write_replaces_a_link(void **state)
{
    struct stat st;

    (void)state;
    put("victim", "untouched");
    assert_int_equal(symlink("victim", "link"), 0);
    put("link", "longer than the other");
    assert_int_equal(lstat("link", &st), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(stat("victim", &st), 0);
    assert_int_equal(st.st_size, 9);
    unlink("link");
    unlink("victim");
}

static void make(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    char absolute[100];

    (void)state;
    assert_int_equal(fp_dir_make("a/b//c/", &err), FP_OK);
    assert_int_equal(fp_dir_make("a/b/c", &err), FP_OK);
    assert_int_equal(fp_dir_make("/", &err), FP_OK);
    assert_int_equal(fp_dir_make(".", &err), FP_OK);
    snprintf(absolute, sizeof absolute, "%s/a/d", root);
    assert_int_equal(fp_dir_make(absolute, &err), FP_OK);
    assert_true(fp_file_exists("a/b/c"));
    assert_true(fp_file_exists("a/d"));
    assert_int_equal(symlink("a", "to-a"), 0);
    assert_int_equal(fp_dir_make("to-a/e", &err), FP_OK);
    assert_true(fp_file_exists("a/e"));
    assert_int_equal(fp_dir_make("", &err), FP_EINVAL);
    fp_error_clear(&err);
    put("a/file", "");
    assert_int_equal(fp_dir_make("a/file", &err), FP_EIO);
    assert_non_null(strstr(err.message, "a file has that name"));
    fp_error_clear(&err);
    assert_int_equal(fp_dir_make("a/file/g", &err), FP_EIO);
    fp_error_clear(&err);
    assert_int_equal(fp_dir_sync("a", &err), FP_OK);
    assert_int_equal(fp_dir_sync("a/file", &err), FP_EIO);
    fp_error_clear(&err);
    assert_int_equal(fp_dir_sync("none", &err), FP_EIO);
    assert_int_equal(fp_dir_remove("to-a", NULL), FP_OK);
    assert_true(fp_file_exists("a"));
    assert_int_equal(fp_dir_remove("a", NULL), FP_OK);
}

static void join(void **state)
{
    struct fp_str path;

    (void)state;
    fp_str_init(&path, 100);
    fp_path_join(&path, "a");
    fp_path_join(&path, "b");
    assert_string_equal(path.data, "a/b");
    fp_str_clear(&path);
    fp_str_puts(&path, "/");
    fp_path_join(&path, "b");
    assert_string_equal(path.data, "/b");
    fp_str_release(&path);
}

static void remove_stays_inside(void **state)
{
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    assert_int_equal(fp_dir_make("outside/deep", NULL), FP_OK);
    put("outside/deep/file", "precious");
    assert_int_equal(fp_dir_make("tree/x/y", NULL), FP_OK);
    assert_int_equal(symlink("../outside", "tree/link"), 0);
    assert_int_equal(symlink("../../outside/deep", "tree/x/link"), 0);
    assert_int_equal(symlink("..", "tree/x/up"), 0);
    assert_int_equal(symlink("/nowhere", "tree/x/y/dangling"), 0);
    assert_int_equal(mkfifo("tree/x/y/pipe", 0600), 0);
    put("tree/x/y/\xff\n\x1b name", "");
    assert_int_equal(symlink("tree", "to-tree"), 0);
    assert_int_equal(fp_dir_remove("to-tree/", &err), FP_OK); /* the link, slash or not */
    assert_false(fp_file_exists("to-tree"));
    assert_true(fp_file_exists("tree/x"));
    assert_int_equal(fp_dir_remove("tree//", &err), FP_OK);
    assert_false(fp_file_exists("tree"));
    assert_true(fp_file_exists("outside/deep/file"));
    assert_int_equal(fp_dir_remove("tree", &err), FP_OK); /* not there: fine */
    assert_int_equal(fp_dir_remove("no/such/tree", &err), FP_OK);
    assert_int_equal(fp_dir_remove("outside/deep/file", &err), FP_OK); /* a file goes as well */
    assert_int_equal(fp_dir_remove("outside", &err), FP_OK);
    assert_int_equal(entries("."), 0);
}

static void remove_refusals(void **state)
{
    static const char *const paths[] = { "", "/", "//", ".", "..", "./", "a/..", "a/.", "a/../" };
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    assert_int_equal(fp_dir_make("a/b", NULL), FP_OK);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        fp_error_clear(&err);
        assert_int_equal(fp_dir_remove(paths[i], &err), FP_EINVAL);
        assert_non_null(strstr(err.message, "refusing"));
        assert_int_equal(fp_dir_remove(paths[i], NULL), FP_EINVAL);
    }
    assert_true(fp_file_exists("a/b"));
    assert_int_equal(fp_dir_remove("a", NULL), FP_OK);
}

/* 3,000 levels with 16 file descriptors: beyond PATH_MAX, and an fd a level would fail. */
static void remove_deep(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct rlimit was, few;
    int dir;

    (void)state;
    assert_int_equal(mkdir("deep", 0755), 0);
    dir = open("deep", O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 3000; i++) {
        int next, file;

        assert_int_equal(mkdirat(dir, "d", 0755), 0);
        if (i % 500 == 0) {
            file = openat(dir, "a file", O_CREAT | O_WRONLY, 0444);
            assert_true(file >= 0);
            close(file);
        }
        next = openat(dir, "d", O_RDONLY | O_DIRECTORY);
        assert_true(next >= 0);
        close(dir);
        dir = next;
    }
    close(dir);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    few = was;
    few.rlim_cur = 16;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    assert_int_equal(fp_dir_remove("deep", &err), FP_OK);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_false(fp_file_exists("deep"));
}

static void remove_wide(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    char name[64];

    (void)state;
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof name, "wide/%d/x", i);
        assert_int_equal(fp_dir_make(name, &err), FP_OK);
        snprintf(name, sizeof name, "wide/%d.txt", i);
        close(open(name, O_CREAT | O_WRONLY, 0644));
    }
    assert_int_equal(fp_dir_remove("wide", &err), FP_OK);
    assert_false(fp_file_exists("wide"));
}

/* Somebody who keeps moving a directory out of the tree and back, and a link into its place, must not lead us
 * out. */
static void *move_about(void *arg)
{
    volatile bool *stop = arg;

    while (!*stop) {
        rename("race/a/b", "elsewhere/b");
        if (symlink("../../elsewhere/kept", "race/a/b") == 0)
            unlink("race/a/b");
        rename("elsewhere/b", "race/a/b");
        usleep(50);
    }
    return NULL;
}

static void remove_raced(void **state)
{
    volatile bool stop = false;
    pthread_t mover;
    char name[64];

    (void)state;
    assert_int_equal(fp_dir_make("elsewhere/kept", NULL), FP_OK);
    put("elsewhere/kept/file", "precious");
    assert_int_equal(pthread_create(&mover, NULL, move_about, (void *)(uintptr_t)&stop), 0);
    for (int i = 0; i < 50; i++) {
        fp_dir_make("race/a", NULL);
        for (int k = 0; k < 20; k++) {
            snprintf(name, sizeof name, "race/a/b/%d", k);
            fp_dir_make(name, NULL);
        }
        fp_dir_remove("race", NULL); /* may fail, must not stray */
        assert_true(fp_file_exists("elsewhere/kept/file"));
    }
    stop = true;
    pthread_join(mover, NULL);
    assert_int_equal(fp_dir_remove("race", NULL), FP_OK);
    assert_int_equal(fp_dir_remove("elsewhere", NULL), FP_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(write_and_read),
        cmocka_unit_test(read_refusals),
        cmocka_unit_test(write_refusals),
        cmocka_unit_test(write_replaces_a_link),
        cmocka_unit_test(make),
        cmocka_unit_test(join),
        cmocka_unit_test(remove_stays_inside),
        cmocka_unit_test(remove_refusals),
        cmocka_unit_test(remove_deep),
        cmocka_unit_test(remove_wide),
        cmocka_unit_test(remove_raced),
    };

    return cmocka_run_group_tests(tests, enter_root, leave_root);
}
