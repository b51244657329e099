/* publish/lock: one run at a time, nothing left behind, and a clear word for whatever is in the way. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
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
#include "base/str.h"
#include "publish/lock.h"

#define NOW 1795227300 /* 2026-11-21T02:15:00Z */

static char root[] = "/tmp/flamepress-test-lock-XXXXXX"; /* and the working directory of every test */

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

static size_t open_files(void)
{
    DIR *dir = opendir("/proc/self/fd");
    size_t n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void put(const char *path, const char *text)
{
    assert_int_equal(fp_file_write(path, text, strlen(text), NULL), FP_OK);
}

/* Must fail with `code` and all of the words; leaves no lock and no file open. */
static void refused(const char *output, enum fp_status code, const char *word, const char *other)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_lock lock = { 77 };
    size_t before = open_files();

    assert_int_equal(fp_lock_take(&lock, output, NOW, &err), code);
    assert_int_equal(err.code, code);
    assert_int_equal(lock.fd, -1);
    assert_non_null(strstr(err.message, output));
    if (!strstr(err.message, word) || !strstr(err.message, other))
        fail_msg("\"%s\" and \"%s\" expected in: %s", word, other, err.message);
    assert_null(strchr(err.message, '\n'));
    fp_lock_drop(&lock);
    assert_int_equal(open_files(), before);
    assert_int_equal(fp_lock_take(&lock, output, NOW, NULL), code); /* no error wanted: the same answer */
}

static void take(struct fp_lock *lock, const char *output)
{
    struct fp_error err = FP_ERROR_INIT;

    if (fp_lock_take(lock, output, NOW, &err) < 0)
        fail_msg("%s", err.message);
}

static void take_and_drop(void **state)
{
    struct fp_lock lock = { -1 };
    struct fp_str text;
    char expected[80];
    size_t before = open_files();

    (void)state;
    fp_lock_drop(&lock);
    take(&lock, "new/site/");
    assert_true(lock.fd >= 0);
    assert_true(fcntl(lock.fd, F_GETFD) & FD_CLOEXEC);
    fp_str_init(&text, 200);
    assert_int_equal(fp_file_read("new/site/.flamepress/lock", &text, NULL), FP_OK);
    snprintf(expected, sizeof expected, "pid %ld, since 2026-11-21T02:15:00Z\n", (long)getpid());
    assert_string_equal(text.data, expected);
    fp_str_release(&text);
    fp_lock_drop(&lock);
    fp_lock_drop(&lock);
    assert_int_equal(lock.fd, -1);
    assert_true(fp_file_exists("new/site/.flamepress/lock")); /* removing it would open a race */
    assert_int_equal(open_files(), before);
    take(&lock, "new/site");
    fp_lock_drop(&lock);
}

static void second_is_refused(void **state)
{
    struct fp_lock lock;
    char pid[64];

    (void)state;
    take(&lock, "busy");
    snprintf(pid, sizeof pid, "(pid %ld, since 2026-11-21T02:15:00Z)", (long)getpid());
    refused("busy", FP_EBUSY, pid, "wait until it ends");
    refused("./busy", FP_EBUSY, pid, "another run"); /* the same directory by another name */
    fp_lock_drop(&lock);
    take(&lock, "busy");
    fp_lock_drop(&lock);
}

/* A shorter line must not leave the end of a longer one. */
static void line_is_replaced(void **state)
{
    struct fp_lock lock;
    struct fp_str text;

    (void)state;
    assert_int_equal(fp_dir_make("stale/.flamepress", NULL), FP_OK);
    put("stale/.flamepress/lock", "pid 1, since the beginning of all time and some more text\nmore\n");
    take(&lock, "stale");
    fp_str_init(&text, 200);
    assert_int_equal(fp_file_read("stale/.flamepress/lock", &text, NULL), FP_OK);
    assert_non_null(strstr(text.data, "Z\n"));
    assert_ptr_equal(strchr(text.data, '\n'), text.data + text.len - 1);
    fp_str_release(&text);
    fp_lock_drop(&lock);
}

static void hostile_holder(void **state)
{
    static char big[100000];
    struct fp_lock lock;

    (void)state;
    take(&lock, "hostile");
    memset(big, 'x', sizeof big - 1);
    memcpy(big, "\x1B]0;owned\x07\xE2\x80\xAE\xFF", 14);
    assert_int_equal(ftruncate(lock.fd, 0), 0);
    assert_int_equal(pwrite(lock.fd, big, sizeof big, 0), sizeof big);
    refused("hostile", FP_EBUSY, "(?]0;owned?????xxx", "x): wait");
    assert_int_equal(ftruncate(lock.fd, 0), 0);
    refused("hostile", FP_EBUSY, "it has not said who it is yet", "hostile");
    assert_int_equal(pwrite(lock.fd, "\0\0\nabc", 6, 0), 6);
    refused("hostile", FP_EBUSY, "it has not said", "hostile");
    fp_lock_drop(&lock);
}

/* The holder is killed: the lock goes with it, and its line is only history. */
static void survives_kill(void **state)
{
    struct fp_lock lock = { -1 };
    int ready[2], status;
    char byte, who[40];
    pid_t pid;

    (void)state;
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        alarm(60); /* should the parent fail and forget us */
        if (fp_lock_take(&lock, "killed", NOW, NULL) == FP_OK && write(ready[1], "x", 1) == 1)
            pause();
        _exit(1);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    snprintf(who, sizeof who, "pid %ld,", (long)pid);
    refused("killed", FP_EBUSY, who, "since 2026-11-21");
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status));
    take(&lock, "killed");
    fp_lock_drop(&lock);
    close(ready[0]);
    close(ready[1]);
}

/* Many at once: never two inside. */
static void race(void **state)
{
    enum { CHILDREN = 8, TURNS = 40 };

    (void)state;
    for (int i = 0; i < CHILDREN; i++) {
        if (fork() != 0)
            continue;
        for (int turn = 0; turn < TURNS;) {
            struct fp_lock lock;
            int fd, status = fp_lock_take(&lock, "race", NOW, NULL);

            if (status == FP_EBUSY) {
                usleep(200);
                continue;
            }
            fd = open("race/inside", O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
            if (status < 0 || fd < 0)
                _exit(1);
            close(fd);
            usleep(100);
            unlink("race/inside");
            fp_lock_drop(&lock);
            turn++;
        }
        _exit(0);
    }
    for (int i = 0; i < CHILDREN; i++) {
        int status;

        assert_true(wait(&status) > 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

static void in_the_way(void **state)
{
    struct fp_lock lock;

    (void)state;
    put("file", "text");
    refused("file", FP_EINVAL, "not a directory", "another output");
    refused("file/site", FP_EIO, "file", "file");
    assert_int_equal(symlink("nowhere", "dangling"), 0);
    refused("dangling", FP_EINVAL, "symbolic link", "remove it");
    assert_int_equal(symlink("loop", "loop"), 0);
    refused("loop", FP_EIO, "loop", "loop");
    refused("", FP_EINVAL, "", "");

    assert_int_equal(mkdir("target", 0777), 0);
    assert_int_equal(symlink("target", "link"), 0);
    take(&lock, "link");
    refused("target", FP_EBUSY, "another run", "target"); /* both names are one output */
    fp_lock_drop(&lock);
}

/* What a stranger may have put below the output is not followed and does not hang. */
static void lock_is_no_file(void **state)
{
    (void)state;
    assert_int_equal(fp_dir_make("a/.flamepress/lock", NULL), FP_OK);
    refused("a", FP_EIO, ".flamepress/lock", "plain file");

    assert_int_equal(fp_dir_make("b/.flamepress", NULL), FP_OK);
    put("victim", "precious");
    assert_int_equal(symlink("../../victim", "b/.flamepress/lock"), 0);
    refused("b", FP_EIO, ".flamepress/lock", "plain file");

    assert_int_equal(fp_dir_make("c/.flamepress", NULL), FP_OK);
    assert_int_equal(mkfifo("c/.flamepress/lock", 0666), 0);
    refused("c", FP_EINVAL, ".flamepress/lock", "remove it");

    assert_int_equal(mkdir("d", 0777), 0);
    assert_int_equal(symlink("../b", "d/.flamepress"), 0);
    refused("d", FP_EIO, ".flamepress", "not a link");

    assert_int_equal(mkdir("e", 0777), 0);
    put("e/.flamepress", "text");
    refused("e", FP_EIO, ".flamepress", "must be a directory");
}

static void not_writable(void **state)
{
    int status;
    pid_t pid;

    (void)state;
    assert_int_equal(mkdir("closed", 0555), 0);
    assert_int_equal(chmod(root, 0755), 0);
    pid = fork();
    if (pid == 0) { /* root may write anywhere, so somebody else tries */
        struct fp_error err = FP_ERROR_INIT;
        struct fp_lock lock;

        if (geteuid() == 0 && (setgid(65534) < 0 || setuid(65534) < 0))
            _exit(2);
        _exit(fp_lock_take(&lock, "closed", NOW, &err) == FP_EIO && strstr(err.message, "make it writable") &&
                      strstr(err.message, "closed") ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(take_and_drop),    cmocka_unit_test(second_is_refused),
        cmocka_unit_test(line_is_replaced), cmocka_unit_test(hostile_holder),
        cmocka_unit_test(survives_kill),    cmocka_unit_test(race),
        cmocka_unit_test(in_the_way),       cmocka_unit_test(lock_is_no_file),
        cmocka_unit_test(not_writable),
    };

    return cmocka_run_group_tests(tests, enter_root, leave_root);
}
