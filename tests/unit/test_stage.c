/* publish/stage: whatever happens, the site holds the old night or the new one, whole. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/str.h"
#include "publish/lock.h"
#include "publish/stage.h"

#define NIGHT "2026/11/20"
#define SIBLING "2026/11/20T010000Z-32400"
#define SKIPPED 77

static char root[60]; /* and the working directory of every test */

static int enter_root(void **state)
{
    (void)state;
    strcpy(root, "/dev/shm/flamepress-test-stage-XXXXXX"); /* quick, so more moments to be killed at */
    if (mkdtemp(root))
        return chdir(root);
    strcpy(root, "/tmp/flamepress-test-stage-XXXXXX");
    return mkdtemp(root) ? chdir(root) : -1;
}

static int leave_root(void **state)
{
    (void)state;
    return chdir("/") == 0 ? fp_dir_remove(root, NULL) : -1;
}

/* ---- building and looking ---- */

static const char *const night_files[] = { "a/on-cpu/flamegraph.svg", "a/on-cpu/index.html", "a/off-cpu/index.html",
                                           "b/on-cpu/index.html", "index.html", "run.json" };
#define FILES (sizeof night_files / sizeof *night_files)

static bool write_quickly(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    return file && fputs(text, file) >= 0 && fclose(file) == 0;
}

/* A night whose every file says `generation`. */
static bool build(const char *dir, const char *night, unsigned generation)
{
    char path[300], text[20];

    snprintf(text, sizeof text, "%u\n", generation);
    for (size_t i = 0; i < FILES; i++) {
        char *slash;

        snprintf(path, sizeof path, "%s/%s/%s", dir, night, night_files[i]);
        slash = strrchr(path, '/');
        *slash = '\0';
        if (fp_dir_make(path, NULL) < 0)
            return false;
        *slash = '/';
        if (!write_quickly(path, text))
            return false;
    }
    return true;
}

static bool read_quickly(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file)
        return false;
    n = fread(text, 1, size - 1, file);
    text[n] = '\0';
    fclose(file);
    return true;
}

static size_t entries(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;

    if (!dir)
        return 0;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

/* The generation of a whole night, 0 when there is no night, -1 when it is mixed or has gaps. */
static long generation_of(const char *site, const char *night)
{
    char path[300], text[40], first[40] = "";

    snprintf(path, sizeof path, "%s/%s", site, night);
    if (!fp_file_exists(path))
        return 0;
    if (entries(path) != 4)
        return -1;
    for (size_t i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", site, night, night_files[i]);
        if (!read_quickly(path, text, sizeof text) || (i && strcmp(text, first) != 0))
            return -1;
        strcpy(first, text);
    }
    return strtol(first, NULL, 10);
}

static size_t open_files(void)
{
    return entries("/proc/self/fd");
}

static void open_stage(struct fp_stage *stage, const char *site)
{
    struct fp_error err = FP_ERROR_INIT;

    assert_int_equal(fp_dir_make(site, NULL), FP_OK);
    if (fp_stage_open(stage, site, &err) < 0)
        fail_msg("%s", err.message);
}

static void switch_to(struct fp_stage *stage, const char *night, unsigned generation)
{
    struct fp_error err = FP_ERROR_INIT;

    assert_true(build(stage->path, night, generation));
    if (fp_stage_switch(stage, night, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(generation_of(stage->output, night), generation);
}

static void failed(int status, int code, const struct fp_error *err, const char *word)
{
    assert_int_equal(status, code);
    assert_int_equal(err->code, code);
    if (!strstr(err->message, word))
        fail_msg("\"%s\" expected in: %s", word, err->message);
}

static void switch_fails(struct fp_stage *stage, const char *night, int code, const char *word)
{
    struct fp_error err = FP_ERROR_INIT;

    failed(fp_stage_switch(stage, night, &err), code, &err, word);
    assert_int_equal(fp_stage_switch(stage, night, NULL), code);
}

/* ---- the plain way ---- */

static void new_and_again(bool no_exchange, const char *site)
{
    struct fp_stage stage;
    size_t before = open_files();
    char path[100];

    open_stage(&stage, site);
    stage.no_exchange = no_exchange;
    assert_int_equal(generation_of(site, NIGHT), 0);
    switch_to(&stage, NIGHT, 1);
    switch_to(&stage, NIGHT, 2); /* from the same stage: nothing of what was replaced is in the way */
    switch_to(&stage, SIBLING, 3);
    switch_to(&stage, NIGHT, 4);
    switch_to(&stage, "2027/01/01", 5);
    assert_int_equal(generation_of(site, SIBLING), 3);
    assert_int_equal(stage.no_exchange, no_exchange);
    fp_stage_close(&stage);
    fp_stage_close(&stage);
    assert_null(stage.path);
    snprintf(path, sizeof path, "%s/.flamepress/old", site);
    assert_int_equal(fp_file_exists(path), no_exchange); /* so the flag chose the way */
    assert_int_equal(entries(path), 0);
    snprintf(path, sizeof path, "%s/.flamepress", site);
    assert_int_equal(entries(path), no_exchange ? 1 : 0);
    assert_int_equal(open_files(), before);
}

static void by_exchange(void **state)
{
    (void)state;
    new_and_again(false, "exchange");
}

static void by_two_renames(void **state)
{
    (void)state;
    new_and_again(true, "two");
}

static void output_may_be_a_link(void **state)
{
    (void)state;
    assert_int_equal(mkdir("real", 0777), 0);
    assert_int_equal(symlink("real", "linked"), 0);
    new_and_again(false, "linked/");
    assert_int_equal(generation_of("real", NIGHT), 4);
}

static void modes(void **state)
{
    struct fp_stage stage;
    struct stat st;
    mode_t mask = umask(022);

    (void)state;
    open_stage(&stage, "modes");
    assert_int_equal(stat(stage.path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700); /* half-built pages are nobody's business … */
    switch_to(&stage, NIGHT, 1);
    assert_int_equal(stat("modes/" NIGHT, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755); /* … but the web server reads the night */
    assert_int_equal(stat("modes/2026", &st), 0);
    assert_int_equal(st.st_mode & 0777, 0755);
    fp_stage_close(&stage);
    umask(mask);
}

static void zeroed(void **state)
{
    struct fp_stage stage = { NULL, NULL, 0, false };
    struct fp_error err = FP_ERROR_INIT;

    (void)state;
    fp_stage_close(&stage);
    failed(fp_stage_open(&stage, "no-such-output", &err), FP_EIO, &err, "no-such-output");
    assert_null(stage.output);
    fp_stage_close(&stage);
}

/* ---- refused ---- */

static void not_a_night(void **state)
{
    static const char *const bad[] = { "", "/", "..", "2026", "2026/11", "2026/11/../..", "/2026/11/20",
                                       "2026/11/20/", "2026/11/20/a", ".flamepress", "2026/11/20\n" };
    struct fp_stage stage;

    (void)state;
    open_stage(&stage, "names");
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        switch_fails(&stage, bad[i], FP_EINVAL, "is not the path of a night");
        assert_int_equal(fp_stage_latest(&stage, bad[i], NULL), FP_EINVAL);
    }
    switch_fails(&stage, NIGHT, FP_ENOTFOUND, NIGHT);
    assert_false(fp_file_exists("names/2026")); /* nothing was begun */
    fp_stage_close(&stage);
}

static void strange_staged_things(void **state)
{
    struct fp_stage stage;
    char path[200];

    (void)state;
    open_stage(&stage, "strange");
    switch_to(&stage, NIGHT, 1);
    assert_true(build(stage.path, NIGHT, 2));
    snprintf(path, sizeof path, "%s/" NIGHT "/a/link", stage.path);
    assert_int_equal(symlink("/etc/passwd", path), 0);
    switch_fails(&stage, NIGHT, FP_EINVAL, "a/link is neither");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0666), 0);
    switch_fails(&stage, NIGHT, FP_EINVAL, "a/link is neither");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(generation_of("strange", NIGHT), 1);
    switch_to(&stage, NIGHT, 2); /* mended, it goes */
    snprintf(path, sizeof path, "%s/" NIGHT, stage.path);
    assert_int_equal(symlink("/etc", path), 0);
    switch_fails(&stage, NIGHT, FP_EINVAL, "not a directory");
    assert_int_equal(unlink(path), 0);
    assert_true(write_quickly(path, "a file"));
    switch_fails(&stage, NIGHT, FP_EINVAL, "not a directory");
    assert_int_equal(generation_of("strange", NIGHT), 2);
    fp_stage_close(&stage);
}

static void in_the_way(void **state)
{
    struct fp_stage stage;

    (void)state;
    open_stage(&stage, "way");
    for (int no_exchange = 0; no_exchange < 2; no_exchange++) {
        stage.no_exchange = no_exchange;
        assert_true(build(stage.path, NIGHT, 1));
        assert_int_equal(fp_dir_make("way/2026/11", NULL), FP_OK);
        assert_true(write_quickly("way/" NIGHT, "a file"));
        switch_fails(&stage, NIGHT, FP_EINVAL, "move it away");
        assert_int_equal(unlink("way/" NIGHT), 0);
        assert_int_equal(mkdir("elsewhere", 0777) < 0 && errno != EEXIST, 0);
        assert_int_equal(symlink("../../../elsewhere", "way/" NIGHT), 0);
        switch_fails(&stage, NIGHT, FP_EINVAL, "move it away");
        assert_int_equal(unlink("way/" NIGHT), 0);
        assert_int_equal(fp_dir_remove("way/2026", NULL), FP_OK);
        assert_int_equal(symlink("../elsewhere", "way/2026"), 0);
        switch_fails(&stage, NIGHT, FP_EIO, "way/2026");
        assert_int_equal(entries("elsewhere"), 0); /* links are not followed out of the site */
        assert_int_equal(unlink("way/2026"), 0);
        assert_true(write_quickly("way/2026", "a file"));
        switch_fails(&stage, NIGHT, FP_EIO, "way/2026");
        assert_int_equal(unlink("way/2026"), 0);
        switch_to(&stage, NIGHT, 1);
        assert_int_equal(fp_dir_remove("way/2026", NULL), FP_OK);
    }
    /* An empty directory is no night, and nothing to lose. */
    assert_int_equal(fp_dir_make("way/" NIGHT, NULL), FP_OK);
    switch_to(&stage, NIGHT, 2);
    fp_stage_close(&stage);
}

/* ---- latest and single files ---- */

static void latest(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage;
    char target[100];
    ssize_t n;

    (void)state;
    open_stage(&stage, "last");
    switch_to(&stage, NIGHT, 1);
    switch_to(&stage, SIBLING, 2);
    assert_int_equal(fp_stage_latest(&stage, NIGHT, NULL), FP_OK);
    assert_int_equal(generation_of("last", "latest"), 1);
    assert_int_equal(fp_stage_latest(&stage, SIBLING, NULL), FP_OK);
    assert_int_equal(fp_stage_latest(&stage, SIBLING, NULL), FP_OK);
    n = readlink("last/latest", target, sizeof target - 1);
    assert_true(n > 0);
    target[n] = '\0';
    assert_string_equal(target, SIBLING); /* relative: the site may be moved */

    failed(fp_stage_latest(&stage, "2020/01/01", &err), FP_ENOTFOUND, &err, "2020/01/01");
    assert_int_equal(generation_of("last", "latest"), 2);
    assert_int_equal(unlink("last/latest"), 0);
    assert_int_equal(symlink("/nowhere", "last/latest"), 0); /* a dangling link is replaced as well */
    assert_int_equal(fp_stage_latest(&stage, NIGHT, NULL), FP_OK);
    assert_int_equal(unlink("last/latest"), 0);

    assert_true(write_quickly("last/latest", "mine"));
    fp_error_clear(&err);
    failed(fp_stage_latest(&stage, NIGHT, &err), FP_EINVAL, &err, "last/latest");
    assert_true(read_quickly("last/latest", target, sizeof target));
    assert_string_equal(target, "mine");
    assert_int_equal(unlink("last/latest"), 0);
    assert_int_equal(mkdir("last/latest", 0777), 0);
    fp_error_clear(&err);
    failed(fp_stage_latest(&stage, NIGHT, &err), FP_EINVAL, &err, "move it away");
    fp_stage_close(&stage);
    assert_int_equal(entries("last/.flamepress"), 0);
}

static void single_files(void **state)
{
    static const char *const bad[] = { "", "/index.html", "../x", "a/../x", "a//x", "a/", ".", ".flamepress/lock" };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage;
    char path[200], text[20];

    (void)state;
    open_stage(&stage, "files");
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/services/a%%2Fb", stage.path);
        assert_int_equal(fp_dir_make(path, NULL), FP_OK);
        strcat(path, "/index.html");
        assert_true(write_quickly(path, i ? "new" : "old"));
        assert_int_equal(fp_stage_file(&stage, "services/a%2Fb/index.html", NULL), FP_OK);
        assert_true(read_quickly("files/services/a%2Fb/index.html", text, sizeof text));
        assert_string_equal(text, i ? "new" : "old");
        assert_false(fp_file_exists(path));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(fp_stage_file(&stage, bad[i], NULL), FP_EINVAL);
    failed(fp_stage_file(&stage, "none.html", &err), FP_EIO, &err, "none.html");
    snprintf(path, sizeof path, "%s/services", stage.path);
    fp_error_clear(&err);
    failed(fp_stage_file(&stage, "services", &err), FP_EINVAL, &err, "not a plain file");
    snprintf(path, sizeof path, "%s/assets", stage.path);
    assert_true(write_quickly(path, "x"));
    assert_int_equal(mkdir("files/assets", 0777), 0);
    fp_error_clear(&err);
    failed(fp_stage_file(&stage, "assets", &err), FP_EIO, &err, "files/assets");
    fp_stage_close(&stage);
}

/* ---- what crashed runs left ---- */

static void leftovers(void **state)
{
    struct fp_stage stage;

    (void)state;
    assert_int_equal(fp_dir_make("crashed/.flamepress/stage-abc/2026/11", NULL), FP_OK);
    assert_int_equal(fp_dir_make("crashed/.flamepress/keep", NULL), FP_OK);
    assert_int_equal(fp_dir_make("crashed/.flamepress/old/somebody's", NULL), FP_OK);
    assert_int_equal(fp_dir_make("crashed/.flamepress/old/2026_13_20", NULL), FP_OK);
    assert_int_equal(fp_dir_make("crashed/stage-mine", NULL), FP_OK);
    assert_int_equal(fp_dir_make("precious/deep", NULL), FP_OK);
    assert_int_equal(symlink("../../../../../precious", "crashed/.flamepress/stage-abc/2026/link"), 0);
    assert_int_equal(symlink("../../precious", "crashed/.flamepress/stage-link"), 0);
    assert_int_equal(symlink("../../../precious", "crashed/.flamepress/old/2026_11_19"), 0);
    assert_true(write_quickly("crashed/.flamepress/stage-file", "x"));
    assert_true(write_quickly("crashed/.flamepress/lock", "x"));
    open_stage(&stage, "crashed");
    assert_false(fp_file_exists("crashed/.flamepress/stage-abc"));
    assert_true(fp_file_exists("crashed/.flamepress/keep"));
    assert_true(fp_file_exists("crashed/.flamepress/old/somebody's"));
    assert_true(fp_file_exists("crashed/.flamepress/old/2026_13_20"));
    assert_true(fp_file_exists("crashed/.flamepress/old/2026_11_19"));
    assert_true(fp_file_exists("crashed/.flamepress/stage-link"));
    assert_true(fp_file_exists("crashed/.flamepress/stage-file"));
    assert_true(fp_file_exists("crashed/.flamepress/lock"));
    assert_true(fp_file_exists("crashed/stage-mine"));
    assert_true(fp_file_exists("precious/deep"));
    fp_stage_close(&stage);
}

static void state_is_a_link(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_stage stage;

    (void)state;
    assert_int_equal(fp_dir_make("trap/stage-x", NULL), FP_OK);
    assert_int_equal(mkdir("lured", 0777), 0);
    assert_int_equal(symlink("../trap", "lured/.flamepress"), 0);
    failed(fp_stage_open(&stage, "lured", &err), FP_EIO, &err, ".flamepress");
    assert_true(fp_file_exists("trap/stage-x"));
}

/* A crash between the two renames: the night is only in old/. One after them: it is in both. */
static void recovery(void **state)
{
    struct fp_stage stage;

    (void)state;
    assert_true(build("torn/.flamepress/old", "2026_11_20", 1));
    assert_true(build("torn/.flamepress/old", "2026_11_20T010000Z-32400", 2));
    assert_true(build("torn/.flamepress/old", "2026_11_21", 3));
    assert_true(build("torn", "2026/11/21", 4));
    assert_true(build("torn/.flamepress/stage-dead", NIGHT, 5));
    open_stage(&stage, "torn");
    assert_int_equal(generation_of("torn", NIGHT), 1);
    assert_int_equal(generation_of("torn", SIBLING), 2);
    assert_int_equal(generation_of("torn", "2026/11/21"), 4);
    assert_int_equal(entries("torn/.flamepress/old"), 0);
    assert_int_equal(entries("torn/.flamepress"), 2); /* old/ and the new stage */
    fp_stage_close(&stage);
}

/* ---- killed ---- */

static void press_for_ever(const char *site, bool no_exchange, unsigned generation)
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
    enum { ROUNDS = 100, STRIDE = 1000000 };
    uint64_t seed = 88172645463325252u;
    long generation = 0, newest = 0;
    int fresh = 0, mended = 0;
    char link[100];

    snprintf(link, sizeof link, "%s/latest", site);
    for (unsigned i = 0; i < ROUNDS; i++) {
        struct fp_lock lock;
        struct fp_stage stage;
        int status;
        pid_t pid = fork();

        assert_true(pid >= 0);
        if (pid == 0)
            press_for_ever(site, no_exchange, (i + 1) * STRIDE);
        usleep((useconds_t)(next_random(&seed) % 15000));
        kill(pid, SIGKILL);
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFSIGNALED(status)); /* so it had not failed by itself */

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
    assert_true(fresh > ROUNDS / 4); /* the children did get to work */
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

/* Lets the victim make `calls` system calls and kills it at the next. False when it came to its end before. */
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
    print_message("%u places to be killed at: %u left the old night, %u the new one, %u needed mending\n", calls,
                  old, new, missing);
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
        if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
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
    NEED(fp_stage_switch(&stage, "2026/12/01", &err) == FP_EIO && says(&err, "2026/12") && says(&err, "No space"));
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
    NEED(mount("none", "disk", NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
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
    NEED(mount("none", "disk", NULL, MS_REMOUNT, NULL) == 0);
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

static void output_removed(void **state)
{
    struct fp_stage stage;

    (void)state;
    open_stage(&stage, "removed");
    switch_to(&stage, NIGHT, 1);
    assert_true(build(stage.path, NIGHT, 2));
    assert_int_equal(fp_dir_remove("removed", NULL), FP_OK);
    switch_fails(&stage, NIGHT, FP_ENOTFOUND, "removed/");
    assert_int_equal(fp_stage_latest(&stage, NIGHT, NULL), FP_EIO);
    assert_int_equal(fp_stage_file(&stage, "index.html", NULL), FP_EIO);
    fp_stage_close(&stage);
    assert_false(fp_file_exists("removed")); /* nobody makes it anew */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_exchange),
        cmocka_unit_test(by_two_renames),
        cmocka_unit_test(output_may_be_a_link),
        cmocka_unit_test(modes),
        cmocka_unit_test(zeroed),
        cmocka_unit_test(not_a_night),
        cmocka_unit_test(strange_staged_things),
        cmocka_unit_test(in_the_way),
        cmocka_unit_test(latest),
        cmocka_unit_test(single_files),
        cmocka_unit_test(leftovers),
        cmocka_unit_test(state_is_a_link),
        cmocka_unit_test(recovery),
        cmocka_unit_test(killed_exchanging),
        cmocka_unit_test(killed_between_renames),
        cmocka_unit_test(every_call_exchanging),
        cmocka_unit_test(every_call_of_two_renames),
        cmocka_unit_test(full_disk),
        cmocka_unit_test(no_inodes),
        cmocka_unit_test(read_only_output),
        cmocka_unit_test(mounted_over),
        cmocka_unit_test(output_removed),
    };

    return cmocka_run_group_tests(tests, enter_root, leave_root);
}
