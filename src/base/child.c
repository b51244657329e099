#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/wait.h"

#define TICK_MS 100
#define LAST_READS 64 /* once it has ended: what waits in the pipe */

struct running {
    const struct fp_child *child;
    pid_t pid;
    int output;      /* our end of the pipe; -1 = nobody writes any more */
    size_t told;     /* bytes handed on */
    size_t len;      /* of `text` */
    char text[FP_CHILD_LINE + 1];
    char last[FP_CHILD_LINE + 1]; /* the last line that was not empty */
};

/* ---- what it says ---- */

static void end_line(struct running *r)
{
    r->text[r->len] = '\0';
    if (r->len) {
        memcpy(r->last, r->text, r->len + 1);
        if (r->child->line && r->told < FP_CHILD_OUTPUT)
            r->child->line(r->child->ctx, r->text);
        r->told += r->len;
    }
    r->len = 0;
}

/* False when there is nothing more to be had now. */
static bool take_output(struct running *r)
{
    char bytes[4096];
    ssize_t n = r->output < 0 ? 0 : read(r->output, bytes, sizeof bytes);

    if (n < 0 && errno == EINTR)
        return true;
    if (n == 0 && r->output >= 0) {
        close(r->output);
        r->output = -1;
    }
    for (ssize_t i = 0; i < n; i++) {
        if (bytes[i] == '\n' || r->len == FP_CHILD_LINE)
            end_line(r);
        if (bytes[i] != '\n' && bytes[i] != '\0')
            r->text[r->len++] = bytes[i];
    }
    return n > 0;
}

/* ---- its life ---- */

static int start(struct running *r, const int pipes[2])
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    int rc;

    sigfillset(&all);
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, pipes[1], STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, pipes[1], STDERR_FILENO);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigdefault(&attributes, &all); /* we ignore SIGPIPE; nobody else expects that */
    posix_spawnattr_setsigmask(&attributes, &none);
    rc = posix_spawnp(&r->pid, r->child->argv[0], &files, &attributes, r->child->argv, r->child->env);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return rc;
}

/* Two ends above the three standard ones, which may be closed: they are set up for the program one after the other. */
static int open_pipe(int pipes[2])
{
    int low[2];

    if (pipe2(low, O_CLOEXEC) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        pipes[i] = fcntl(low[i], F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        close(low[i]);
    }
    if (pipes[0] >= 0 && pipes[1] >= 0 && fcntl(pipes[0], F_SETFL, O_NONBLOCK) == 0)
        return 0;
    for (int i = 0; i < 2; i++)
        if (pipes[i] >= 0)
            close(pipes[i]);
    return -1;
}

enum ending { ENDED, TIMED_OUT, CANCELLED };

/* Until it has ended by itself or was stopped. */
static enum ending watch(struct running *r, int *ret_status)
{
    int64_t now = fp_clock_ms(), until = now + r->child->timeout_ms, kill_at = -1;
    enum ending ending = ENDED;

    while (waitpid(r->pid, ret_status, WNOHANG) == 0) {
        struct pollfd ready = { r->output, POLLIN, 0 };

        poll(&ready, 1, TICK_MS); /* of a closed one (-1) it only waits */
        take_output(r);
        now = fp_clock_ms();
        if (ending == ENDED && r->child->cancel && atomic_load(r->child->cancel))
            ending = CANCELLED;
        else if (ending == ENDED && now >= until)
            ending = TIMED_OUT;
        if (ending != ENDED && kill_at < 0) {
            kill(-r->pid, SIGTERM);
            kill_at = now + FP_CHILD_GRACE_MS;
        } else if (ending != ENDED && now >= kill_at) {
            kill(-r->pid, SIGKILL);
            kill_at = now + FP_CHILD_GRACE_MS;
        }
    }
    if (ending != ENDED)
        kill(-r->pid, SIGKILL); /* what is left of its group */
    for (int i = 0; i < LAST_READS && take_output(r); i++)
        ;
    end_line(r);
    return ending;
}

static int explain(const struct running *r, enum ending ending, int status, struct fp_error *err)
{
    const char *name = r->child->argv[0], *colon = r->last[0] ? ": " : "";

    if (ending == CANCELLED)
        return fp_error_set(err, FP_ECANCELLED, "%s was stopped", name);
    if (ending == TIMED_OUT)
        return fp_error_set(err, FP_EIO, "%s was stopped after %" PRId64 " s%s%s", name, r->child->timeout_ms / 1000, colon,
                            r->last);
    if (WIFSIGNALED(status))
        return fp_error_set(err, FP_EIO, "%s died of signal %d%s%s", name, WTERMSIG(status), colon, r->last);
    if (WEXITSTATUS(status))
        return fp_error_set(err, FP_EIO, "%s ended with %d%s%s", name, WEXITSTATUS(status), colon, r->last);
    return FP_OK;
}

int fp_child_run(const struct fp_child *child, struct fp_error *err)
{
    struct running r = { .child = child };
    int pipes[2], rc, status = 0;
    enum ending ending;

    if (open_pipe(pipes) < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot start %s: no pipe", child->argv[0]);
    rc = start(&r, pipes);
    close(pipes[1]);
    r.output = pipes[0];
    if (rc) {
        close(pipes[0]);
        return fp_error_errno(err, FP_EIO, rc, "cannot start %s", child->argv[0]);
    }
    ending = watch(&r, &status);
    if (r.output >= 0)
        close(r.output);
    return explain(&r, ending, status, err);
}
