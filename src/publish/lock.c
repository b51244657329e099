#include "publish/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "plan/window.h"

#define STATE_DIR ".flamepress"
#define LOCK_FILE "lock"
#define LOCK_PATH STATE_DIR "/" LOCK_FILE
#define HOLDER_MAX 96 /* of the holder's line in a message; ours is about 45 bytes */
#define TRIES 8

/* Opens the output directory, made when missing. What stands in its way is named better than by EEXIST. */
static int open_output(const char *output, int *ret_fd, struct fp_error *err)
{
    struct stat st;
    int fd;

    if (stat(output, &st) == 0) {
        if (!S_ISDIR(st.st_mode))
            return fp_error_set(err, FP_EINVAL,
                                "output %s is not a directory: move it away or name another output", output);
    } else if (errno == ENOENT && lstat(output, &st) == 0 && S_ISLNK(st.st_mode)) { /* not: made meanwhile */
        return fp_error_set(err, FP_EINVAL,
                            "output %s is a symbolic link to nothing: make its target or remove it", output);
    } else {
        int status = fp_dir_make(output, err);

        if (status < 0) {
            fp_error_prepend(err, "output %s", output);
            return status;
        }
    }
    fd = fp_fd_open(AT_FDCWD, output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot open the output directory %s", output);
    *ret_fd = fd;
    return FP_OK;
}

static int open_state(const char *output, int *ret_fd, struct fp_error *err)
{
    int root = -1, fd = -1;
    int status = open_output(output, &root, err);

    if (status < 0)
        return status;
    if (mkdirat(root, STATE_DIR, 0777) < 0 && errno != EEXIST) {
        status = fp_error_errno(err, FP_EIO, errno,
                                "cannot write to the output directory %s (make it writable or name another)",
                                output);
    } else {
        fd = fp_fd_open(root, STATE_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0)
            status = fp_error_errno(err, FP_EIO, errno,
                                    "cannot open %s/" STATE_DIR " (it must be a directory, not a link)",
                                    output);
    }
    close(root);
    if (status < 0)
        return status;
    *ret_fd = fd;
    return FP_OK;
}

/* What the file says about the holder, as harmless ASCII: anybody may have put anything in. */
static void read_holder(int fd, char *to, size_t size)
{
    ssize_t n = pread(fd, to, size - 1, 0);
    size_t len = n > 0 ? (size_t)n : 0;

    to[len] = '\0';
    to[strcspn(to, "\n")] = '\0';
    for (char *c = to; *c; c++)
        if (*c < ' ' || *c > '~')
            *c = '?';
    if (!to[0])
        snprintf(to, size, "it has not said who it is yet");
}

/* Only a courtesy to whoever comes second: a full disk is not reported here, the run will meet it soon. */
static void write_holder(int fd, int64_t now)
{
    char time[FP_TIME_TEXT], line[HOLDER_MAX];
    int n = snprintf(line, sizeof line, "pid %ld, since %s\n", (long)getpid(),
                     fp_time_rfc3339(time, now, NULL));
    ssize_t done = -1;

    if (n > 0 && (size_t)n < sizeof line && ftruncate(fd, 0) == 0)
        done = pwrite(fd, line, (size_t)n, 0);
    (void)done;
}

static int lock_now(int fd)
{
    int failed;

    do
        failed = flock(fd, LOCK_EX | LOCK_NB);
    while (failed < 0 && errno == EINTR);
    return failed;
}

/* Opens and locks once. FP_OK with -1: the file was replaced meanwhile, ours is no lock any more. */
static int try_lock(int state, const char *output, int *ret_fd, struct fp_error *err)
{
    char holder[HOLDER_MAX];
    struct stat ours, there;
    int status = FP_OK;
    /* O_NONBLOCK: were it a FIFO or a device, opening must not hang. */
    int fd = fp_fd_open(state, LOCK_FILE, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    if (fd < 0)
        return fp_error_errno(err, FP_EIO, errno,
                              "cannot open %s/" LOCK_PATH " (it must be a plain file, and writable)",
                              output);
    if (fstat(fd, &ours) < 0) {
        status = fp_error_errno(err, FP_EIO, errno, "cannot look at %s/" LOCK_PATH, output);
    } else if (!S_ISREG(ours.st_mode)) {
        status = fp_error_set(err, FP_EINVAL, "%s/" LOCK_PATH " is not a plain file: remove it", output);
    } else if (lock_now(fd) < 0) {
        if (errno == EWOULDBLOCK) {
            read_holder(fd, holder, sizeof holder);
            status = fp_error_set(err, FP_EBUSY,
                                  "another run holds the lock on %s (%s): wait until it ends, or stop it",
                                  output, holder);
        } else {
            status = fp_error_errno(err, FP_EIO, errno,
                                    "cannot lock %s/" LOCK_PATH " (it needs a file system with flock)",
                                    output);
        }
    } else if (fstatat(state, LOCK_FILE, &there, AT_SYMLINK_NOFOLLOW) < 0 || there.st_ino != ours.st_ino ||
               there.st_dev != ours.st_dev) {
        close(fd);
        fd = -1;
    }
    if (status < 0) {
        close(fd);
        return status;
    }
    *ret_fd = fd;
    return FP_OK;
}

int fp_lock_take(struct fp_lock *lock, const char *output, int64_t now, struct fp_error *err)
{
    int state = -1, status, fd = -1;

    lock->fd = -1;
    status = open_state(output, &state, err);
    if (status < 0)
        return status;
    for (int i = 0; i < TRIES && status == FP_OK && fd < 0; i++)
        status = try_lock(state, output, &fd, err);
    close(state);
    if (status < 0)
        return status;
    if (fd < 0)
        return fp_error_set(err, FP_EBUSY, "something keeps replacing %s/" LOCK_PATH ": stop it", output);
    write_holder(fd, now);
    lock->fd = fd;
    return FP_OK;
}

int fp_lock_check(const struct fp_lock *lock, const char *output, struct fp_error *err)
{
    struct stat ours, there;
    struct fp_str path;
    bool same = false;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, output, LOCK_PATH, err);
    if (rc == FP_OK && fstat(lock->fd, &ours) == 0 && lstat(path.data, &there) == 0)
        same = ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
    else if (rc == FP_OK && errno != ENOENT && errno != ENOTDIR)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot look at %s, so nothing was published", path.data);
    fp_str_release(&path);
    if (rc < 0 || same)
        return rc;
    return fp_error_set(err, FP_EIO, "%s was removed or replaced while the run was at work: nothing was published; find out "
                        "by whom, and run again", output);
}

void fp_lock_drop(struct fp_lock *lock)
{
    if (lock->fd < 0)
        return;
    /* Not by close alone: a child that has not executed yet would keep the lock. */
    flock(lock->fd, LOCK_UN);
    close(lock->fd);
    lock->fd = -1;
}

/* Taking the lock to see whether it is free would keep out a run that begins just then: the kernel's list tells, too. */
static bool is_listed(ino_t file)
{
    FILE *list = fopen("/proc/locks", "re");
    bool found = false;
    char line[256];

    while (list && !found && fgets(line, sizeof line, list)) {
        unsigned long long inode;

        found = sscanf(line, "%*u: FLOCK %*s WRITE %*d %*x:%*x:%llu", &inode) == 1 && inode == file;
    }
    if (list)
        fclose(list);
    return found;
}

struct fp_lock_trace fp_lock_look(const char *output)
{
    struct fp_lock_trace trace = { 0, false };
    struct fp_str path;
    struct stat st;

    fp_str_init(&path, FP_LIMIT_TEXT);
    if (fp_path_make(&path, output, LOCK_PATH, NULL) == FP_OK && lstat(path.data, &st) == 0) {
        trace.taken_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
        trace.held = is_listed(st.st_ino);
    }
    fp_str_release(&path);
    return trace;
}
