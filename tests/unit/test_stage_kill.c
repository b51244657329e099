/* publish/stage: killed at any moment, or refused by the disk: the old night or the new one, whole. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "publish/lock.h"
#include "stage_night.h"

#define SKIPPED 77

/* ---- killed ---- */

/* Says so on `ready` when its first night is in place. */
static void press_for_ever(const char *site, bool no_exchange, unsigned generation, int ready)
{
    struct fp_stage stage;
    struct fp_lock lock;

    alarm(60); /* should the parent fail and forget us */
    if (fp_lock_take(&lock, site, 0, NULL) < 0)
        _exit(1);
    for (;;) {
        if (fp_stage_open(&stage, site, NULL) < 0)
            _exit(2);
        stage.no_exchange = no_exchange;
        for (int i = 0; i < 5; i++, generation++)
            if (!build(stage.path, NIGHT, generation) || fp_stage_switch(&stage, NIGHT, NULL) < 0 ||
                fp_stage_latest(&stage, NIGHT, NULL) < 0)
                _exit(3);
            else if (write(ready, "x", 1) < 0 && errno != EAGAIN)
                _exit(4);
        fp_stage_close(&stage);
    }
}

static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void killed(const char *site, bool no_exchange)
{
    enum { ROUNDS = 70, STRIDE = 1000000 };
    uint64_t seed = 88172645463325252u;
    long generation = 0, newest = 0;
    int fresh = 0, mended = 0;
    char link[100];

    snprintf(link, sizeof link, "%s/latest", site);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct fp_lock lock;
        struct fp_stage stage;
        int status, ready[2];
        char byte;
        pid_t pid;

        assert_int_equal(pipe2(ready, O_CLOEXEC | O_NONBLOCK), 0);
        pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            press_for_ever(site, no_exchange, (i + 1) * STRIDE, ready[1]);
        close(ready[1]);
        /* Every other one at any moment from its start on, the rest when they surely are at work. */
        while (i % 2 && read(ready[0], &byte, 1) < 0)
            usleep(100);
        usleep((useconds_t)(next_random(&seed) % 15000));
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status)); /* so it had not failed by itself */
        close(ready[0]);

        generation = generation_of(site, NIGHT);
        assert_true(generation >= 0 && (no_exchange || newest == 0 || generation > 0));
        assert_int_equal(fp_lock_take(&lock, site, 0, NULL), FP_OK);
        open_stage(&stage, site);
        if (generation == 0 && generation_of(site, NIGHT) > 0)
            mended++;
        generation = generation_of(site, NIGHT);
        assert_true(generation >= newest); /* never lost, never mixed, never older than what was there */
        fresh += generation > newest;
        newest = generation;
        if (fp_file_exists(link))
            assert_int_equal(generation_of(site, "latest"), newest);
        fp_stage_close(&stage);
        fp_lock_drop(&lock);
    }
    print_message("%d kills: %d left a new night, %d needed mending\n", ROUNDS, fresh, mended);
    assert_true(fresh >= ROUNDS / 2);
}

static void killed_exchanging(void **state)
{
    (void)state;
    killed("killed-exchange", false);
    assert_int_equal(entries("killed-exchange/.flamepress"), 1); /* the lock */
}

static void killed_between_renames(void **state)
{
    (void)state;
    killed("killed-two", true);
    assert_int_equal(entries("killed-two/.flamepress"), 2); /* the lock and old/ */
    assert_int_equal(entries("killed-two/.flamepress/old"), 0);
}

/* ---- killed at every single system call of a switch ---- */

struct victim {
    const char *site;
    bool no_exchange;
    unsigned generation;
};

/* Stops once just before the switch, for whoever traces it. */
static void switch_traced(const struct victim *victim)
{
    struct fp_stage stage;

    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        _exit(SKIPPED);
    if (fp_stage_open(&stage, victim->site, NULL) < 0 || !build(stage.path, NIGHT, victim->generation))
        _exit(1);
    stage.no_exchange = victim->no_exchange;
    raise(SIGSTOP);
    if (fp_stage_switch(&stage, NIGHT, NULL) < 0 || fp_stage_latest(&stage, NIGHT, NULL) < 0)
        _exit(2);
    _exit(0); /* the stage stays: what it costs to remove it is no switch any more */
}

/* The same for the mending of what a killed switch left. */
static void mend_traced(const struct victim *victim)
{
    struct fp_stage stage;

    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
        _exit(SKIPPED);
    raise(SIGSTOP);
    if (fp_stage_open(&stage, victim->site, NULL) < 0)
        _exit(1);
    _exit(0);
}

/* Lets the victim make `calls` system calls and kills it at the next. False: it came to its end before. */
static bool kill_after(void (*act)(const struct victim *), const struct victim *victim, unsigned calls)
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0)
        act(victim);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
        skip();
    if (WIFSTOPPED(status))
        ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL);
    for (unsigned i = 0; WIFSTOPPED(status) && i / 2 < calls; i++) { /* each stops it twice: in and out */
        assert_int_equal(ptrace(PTRACE_SYSCALL, pid, NULL, NULL), 0);
        assert_int_equal(waitpid(pid, &status, 0), pid);
    }
    if (WIFEXITED(status)) {
        assert_int_equal(WEXITSTATUS(status), 0);
        return false;
    }
    kill(pid, SIGKILL);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return true;
}

/* As the next run would find it: mends, looks, and gives the generation. */
static long after_mending(const char *site)
{
    struct fp_stage stage;
    char path[100];

    open_stage(&stage, site);
    fp_stage_close(&stage);
    snprintf(path, sizeof path, "%s/.flamepress/old", site);
    assert_int_equal(entries(path), 0);
    return generation_of(site, NIGHT);
}

static void every_call(const char *site, bool no_exchange)
{
    struct victim victim = { site, no_exchange, 1 };
    unsigned calls = 0, missing = 0, old = 0, new = 0;
    bool killed_it = true;

    assert_int_equal(fp_dir_make(site, NULL), FP_OK);
    kill_after(switch_traced, &victim, UINT32_MAX);
    assert_int_equal(generation_of(site, NIGHT), 1);
    for (; killed_it; calls++) {
        long before = generation_of(site, NIGHT), now;

        victim.generation++;
        killed_it = kill_after(switch_traced, &victim, calls);
        now = generation_of(site, NIGHT);
        assert_true(now == before || now == (long)victim.generation || (now == 0 && no_exchange));
        if (now == 0) {
            /* The mending is killed at every call as well. */
            for (unsigned at = 0; kill_after(mend_traced, &victim, at); at++)
                assert_true(generation_of(site, NIGHT) == 0 || generation_of(site, NIGHT) == before);
            missing++;
        }
        now = after_mending(site);
        assert_true(now == before || now == (long)victim.generation);
        old += now == before;
        new += now == (long)victim.generation;
        assert_int_equal(generation_of(site, "latest"), now);
    }
    print_message("%u places to be killed at: %u left the old night, %u the new one, %u needed mending\n",
                  calls, old, new, missing);
    assert_true(old > 20 && new > 5);
    assert_int_equal(missing > 0, no_exchange);
}

static void every_call_exchanging(void **state)
{
    (void)state;
    every_call("call-exchange", false);
}

static void every_call_of_two_renames(void **state)
{
    (void)state;
    every_call("call-two", true);
}

/* ---- disks that refuse: in a child with mounts of its own, so nothing of them stays ---- */

#define NEED(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                                  \
            _exit(1);                                                                                        \
        }                                                                                                    \
    } while (0)

static void with_mount(const char *options, void (*body)(void))
{
    int status;
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        if (mkdir("disk", 0777) < 0 && errno != EEXIST)
            _exit(1);
        if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0 ||
            mount("none", "disk", "tmpfs", 0, options) < 0)
            _exit(SKIPPED);
        body();
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == SKIPPED) {
        print_message("mounting is not allowed here\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

static bool says(const struct fp_error *err, const char *word)
{
    if (strstr(err->message, word))
        return true;
    fprintf(stderr, "\"%s\" expected in: %s\n", word, err->message);
    return false;
}

static void disk_full(void)
{
    static char block[8192];
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage;
    char path[200];
    int status = FP_OK;

    NEED(mkdir("disk/site", 0777) == 0 && fp_stage_open(&stage, "disk/site", NULL) == FP_OK);
    NEED(build(stage.path, NIGHT, 1) && fp_stage_switch(&stage, NIGHT, NULL) == FP_OK);
    for (int i = 0; status == FP_OK && i < 1000; i++) {
        snprintf(path, sizeof path, "%s/" NIGHT, stage.path);
        status = fp_dir_make(path, NULL);
        snprintf(path, sizeof path, "%s/" NIGHT "/%d", stage.path, i);
        if (status == FP_OK)
            status = fp_file_write(path, block, sizeof block, &err);
    }
    NEED(status == FP_EIO && says(&err, "No space left"));
    NEED(generation_of("disk/site", NIGHT) == 1);
    fp_stage_close(&stage);
    NEED(entries("disk/site/.flamepress") == 0); /* and the space is free again */
    NEED(fp_stage_open(&stage, "disk/site", NULL) == FP_OK);
    NEED(build(stage.path, NIGHT, 2) && fp_stage_switch(&stage, NIGHT, NULL) == FP_OK);
    NEED(generation_of("disk/site", NIGHT) == 2);
    fp_stage_close(&stage);
}

/* No inode left: not for a directory of the site, not for a stage, not for a lock. */
static void inodes_full(void)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage, second;
    struct fp_lock lock;
    char path[60];
    int n = 0;

    NEED(mkdir("disk/site", 0777) == 0 && mkdir("disk/new", 0777) == 0);
    NEED(fp_stage_open(&stage, "disk/site", NULL) == FP_OK);
    NEED(build(stage.path, NIGHT, 1) && fp_stage_switch(&stage, NIGHT, NULL) == FP_OK);
    NEED(build(stage.path, NIGHT, 2) && build(stage.path, "2026/12/01", 3));
    do
        snprintf(path, sizeof path, "disk/fill-%d", n++);
    while (write_quickly(path, "") && n < 1000);
    NEED(n < 1000);
    NEED(fp_stage_switch(&stage, "2026/12/01", &err) == FP_EIO);
    NEED(says(&err, "2026/12") && says(&err, "No space"));
    fp_error_clear(&err);
    NEED(fp_stage_latest(&stage, NIGHT, &err) == FP_EIO && says(&err, "latest"));
    fp_error_clear(&err);
    NEED(fp_lock_take(&lock, "disk/new", 0, &err) == FP_EIO && says(&err, "disk/new") && lock.fd == -1);
    fp_error_clear(&err);
    NEED(fp_stage_open(&second, "disk/new", &err) == FP_EIO && says(&err, "disk/new"));
    NEED(generation_of("disk/site", NIGHT) == 1);
    stage.no_exchange = true; /* has no place to move the old night to */
    fp_error_clear(&err);
    NEED(fp_stage_switch(&stage, NIGHT, &err) == FP_EIO && says(&err, "No space"));
    NEED(generation_of("disk/site", NIGHT) == 1);
    stage.no_exchange = false; /* an exchange needs nothing new */
    NEED(fp_stage_switch(&stage, NIGHT, NULL) == FP_OK);
    NEED(generation_of("disk/site", NIGHT) == 2);
    fp_stage_close(&stage);
}

static void read_only(void)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage, second;
    struct fp_lock lock;

    NEED(mkdir("disk/site", 0777) == 0 && fp_stage_open(&stage, "disk/site", NULL) == FP_OK);
    NEED(build(stage.path, NIGHT, 1) && fp_stage_switch(&stage, NIGHT, NULL) == FP_OK);
    NEED(fp_stage_latest(&stage, NIGHT, NULL) == FP_OK);
    NEED(build(stage.path, NIGHT, 2));
    NEED(mount("none", "disk", "none", MS_REMOUNT | MS_RDONLY, NULL) == 0);
    for (int no_exchange = 0; no_exchange < 2; no_exchange++) {
        stage.no_exchange = no_exchange;
        fp_error_clear(&err);
        NEED(fp_stage_switch(&stage, NIGHT, &err) == FP_EIO && says(&err, "Read-only"));
    }
    fp_error_clear(&err);
    NEED(fp_stage_latest(&stage, NIGHT, &err) == FP_EIO && says(&err, "Read-only"));
    fp_error_clear(&err);
    NEED(fp_stage_open(&second, "disk/site", &err) == FP_EIO && says(&err, "Read-only"));
    fp_error_clear(&err);
    NEED(fp_lock_take(&lock, "disk/site", 0, &err) == FP_EIO && says(&err, "Read-only") && lock.fd == -1);
    NEED(generation_of("disk/site", NIGHT) == 1 && generation_of("disk/site", "latest") == 1);
    fp_stage_close(&stage); /* cannot remove anything; no harm */
    NEED(mount("none", "disk", "none", MS_REMOUNT, NULL) == 0);
    NEED(fp_stage_open(&stage, "disk/site", NULL) == FP_OK);
    NEED(entries("disk/site/.flamepress") <= 2); /* the left stage is gone; old/ may be there */
    fp_stage_close(&stage);
}

/* Something is mounted over .flamepress: a rename from there could never work, so it is said at once. */
static void other_device(void)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage;

    NEED(fp_dir_make("disk/site/.flamepress", NULL) == FP_OK);
    NEED(mount("none", "disk/site/.flamepress", "tmpfs", 0, "size=64k") == 0);
    NEED(fp_stage_open(&stage, "disk/site", &err) == FP_EIO && says(&err, "another file system"));
    NEED(entries("disk/site/.flamepress") == 0);
}

static void full_disk(void **state)
{
    (void)state;
    with_mount("size=256k", disk_full);
}

static void no_inodes(void **state)
{
    (void)state;
    with_mount("size=1m,nr_inodes=80", inodes_full);
}

static void read_only_output(void **state)
{
    (void)state;
    with_mount("size=1m", read_only);
}

static void mounted_over(void **state)
{
    (void)state;
    with_mount("size=1m", other_device);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_exchanging),
        cmocka_unit_test(killed_between_renames),
        cmocka_unit_test(every_call_exchanging),
        cmocka_unit_test(every_call_of_two_renames),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(no_inodes),
        cmocka_unit_test(read_only_output),
        cmocka_unit_test(mounted_over),
    };

    return cmocka_run_group_tests(tests, enter_root, leave_root);
}
