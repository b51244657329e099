#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/in.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/unit.h"

#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* What a person can do about an errno; the others explain themselves. */
static const struct {
    int errnum;
    const char *advice;
} advices[] = {
    { ENOSPC, "; free some space on that file system" },  { EDQUOT, "; free some space or raise the quota" },
    { EROFS, "; choose a place that can be written to" }, { EACCES, "; check the owner and the permissions" },
    { EPERM, "; check the owner and the permissions" },   { ENAMETOOLONG, "; choose a shorter name" },
    { EBUSY, "; unmount it or stop what is using it" },
};

/* "cannot VERB PATH: reason; advice" */
static int io_error(struct fp_error *err, int errnum, const char *verb, const char *path)
{
    char buffer[128];
    const char *why = strerror_r(errnum, buffer, sizeof buffer);
    const char *advice = "";

    if (errnum == ENOMEM)
        return fp_error_nomem(err);
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advices[i].errnum == errnum)
            advice = advices[i].advice;
    return fp_error_set(err, FP_EIO, "cannot %s %s: %s%s", verb, path, why, advice);
}

int fp_file_read(const char *path, struct fp_str *out, struct fp_error *err)
{
    size_t start = out->len;
    struct fp_in *in;
    int status = fp_in_open_file(path, &in, err);

    if (status < 0)
        return status;
    status = fp_in_read_all(in, out, path, err);
    if (status < 0)
        fp_str_truncate(out, start);
    fp_in_close(in);
    return status;
}

/* ---- writing ---- */

int fp_fd_open(int at, const char *path, int flags)
{
    int fd;

    do
        fd = openat(at, path, flags, 0666);
    while (fd < 0 && errno == EINTR);
    return fd;
}

int fp_fd_close(int fd)
{
    return close(fd) < 0 && errno != EINTR ? -1 : 0; /* interrupted, it is closed, too */
}

int fp_fd_sync(int fd)
{
    int failed;

    do
        failed = fsync(fd);
    while (failed < 0 && errno == EINTR);
    return failed;
}

int fp_fd_sync_dir(int fd)
{
    return fp_fd_sync(fd) < 0 && errno != EINVAL ? -1 : 0;
}

int fp_fd_write(int fd, const void *bytes, size_t n)
{
    const char *from = bytes;

    while (n) {
        ssize_t done = write(fd, from, n);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return -1;
        from += done;
        n -= (size_t)done;
    }
    return 0;
}

/* Opens the directory that `path` is in; *ret_base is the part of `path` after it. */
static int open_parent(const char *path, int *ret_dir, const char **ret_base, struct fp_error *err)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash ? slash + 1 : path;
    char *parent;
    int dir;

    if (!*base)
        return fp_error_set(err, FP_EINVAL, "cannot write \"%s\": it names no file", path);
    if (!slash)
        parent = strdup(".");
    else
        parent = strndup(path, slash == path ? 1 : (size_t)(slash - path));
    if (!parent)
        return fp_error_nomem(err);
    dir = fp_fd_open(AT_FDCWD, parent, OPEN_DIR);
    free(parent);
    if (dir < 0)
        return io_error(err, errno, "write", path);
    *ret_dir = dir;
    *ret_base = base;
    return FP_OK;
}

#define TEMP_NAME 40

/* A new file in `dir` under a name nobody else has; its mode follows the umask as an ordinary file's does. */
static int create_temp(int dir, char name[TEMP_NAME])
{
    int fd = -1;

    for (int tries = 0; tries < 100; tries++) {
        snprintf(name, TEMP_NAME, ".flamepress-%016" PRIx64 ".tmp", fp_hash_seed());
        fd = fp_fd_open(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC);
        if (fd >= 0 || errno != EEXIST)
            break;
    }
    return fd;
}

int fp_file_write(const char *path, const void *bytes, size_t n, struct fp_error *err)
{
    char temp[TEMP_NAME];
    const char *base = NULL; /* open_parent sets it: gcc cannot see that */
    bool there = false;
    int dir = -1, fd = -1, status, failed;

    status = open_parent(path, &dir, &base, err);
    if (status < 0)
        return status;
    fd = create_temp(dir, temp);
    if (fd < 0) {
        status = io_error(err, errno, "create a file beside", path);
        goto done;
    }
    there = true;
    if (fp_fd_write(fd, bytes, n) < 0 || fp_fd_sync(fd) < 0) {
        status = io_error(err, errno, "write", path);
        goto done;
    }
    failed = fp_fd_close(fd); /* network file systems tell of a full disk here */
    fd = -1;
    if (failed < 0) {
        status = io_error(err, errno, "write", path);
        goto done;
    }
    if (renameat(dir, temp, dir, base) < 0) {
        status = io_error(err, errno, "replace", path);
        goto done;
    }
    there = false;
    if (fp_fd_sync_dir(dir) < 0)
        status = io_error(err, errno, "sync the directory of", path);
done:
    if (fd >= 0)
        close(fd);
    if (there)
        unlinkat(dir, temp, 0);
    close(dir);
    return status;
}

int fp_file_share(const char *from, const char *to, struct fp_error *err)
{
    struct fp_str bytes;
    int rc;

    if (link(from, to) == 0)
        return FP_OK;
    fp_str_init(&bytes, (size_t)FP_LIMIT_RESPONSE_DEFAULT);
    rc = fp_file_read(from, &bytes, err);
    if (rc == FP_OK)
        rc = fp_file_write(to, bytes.data, bytes.len, err);
    fp_str_release(&bytes);
    return rc;
}

/* ---- directories ---- */

/* Else errno says why not. */
static bool is_dir(const char *path)
{
    struct stat st;

    errno = ENOTDIR;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* One level. Whatever mkdir says (EEXIST, EROFS …), a directory that is there is fine. */
static int make_level(const char *path, struct fp_error *err)
{
    int errnum;

    if (mkdir(path, 0777) == 0)
        return FP_OK;
    errnum = errno;
    if (is_dir(path))
        return FP_OK;
    if (errnum == EEXIST && errno == ENOTDIR)
        return fp_error_set(err, FP_EIO, "cannot make directory %s: a file has that name; move it away",
                            path);
    return io_error(err, errnum == EEXIST ? errno : errnum, "make directory", path);
}

int fp_dir_make(const char *path, struct fp_error *err)
{
    char *copy, *at;
    int status = FP_OK;

    if (!*path)
        return fp_error_set(err, FP_EINVAL, "cannot make a directory without a name");
    if (is_dir(path))
        return FP_OK;
    copy = strdup(path);
    if (!copy)
        return fp_error_nomem(err);
    at = copy;
    while (status == FP_OK && *at) {
        char kept;

        at += strspn(at, "/");
        at += strcspn(at, "/");
        kept = *at;
        *at = '\0';
        status = make_level(copy, err);
        *at = kept;
        at += strspn(at, "/"); /* a slash at the end is no further level */
    }
    free(copy);
    return status;
}

int fp_dir_list(const char *path, fp_dir_name_fn *each, void *ctx, struct fp_error *err)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    int rc = FP_OK;

    if (!dir)
        return errno == ENOENT ? FP_OK : io_error(err, errno, "list", path);
    for (errno = 0; rc == FP_OK && (entry = readdir(dir)) != NULL; errno = 0)
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            rc = each(ctx, dirfd(dir), entry->d_name, err);
    if (rc == FP_OK && errno)
        rc = io_error(err, errno, "list", path);
    closedir(dir);
    return rc;
}

int fp_dir_sync(const char *path, struct fp_error *err)
{
    int fd = fp_fd_open(AT_FDCWD, path, OPEN_DIR);
    int status = FP_OK;

    if (fd < 0)
        return io_error(err, errno, "open directory", path);
    if (fp_fd_sync_dir(fd) < 0)
        status = io_error(err, errno, "sync directory", path);
    close(fd);
    return status;
}

bool fp_file_exists(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

int fp_file_look(const char *dir, const char *name, bool *ret_there, struct fp_error *err)
{
    char path[PATH_MAX];
    struct stat st;
    bool fits = snprintf(path, sizeof path, "%s/%s", dir, name) < (int)sizeof path;

    *ret_there = fits && stat(path, &st) == 0;
    if (*ret_there || (fits && (errno == ENOENT || errno == ENOTDIR)))
        return FP_OK;
    return io_error(err, fits ? errno : ENAMETOOLONG, "look at", path);
}

void fp_path_join(struct fp_str *path, const char *name)
{
    if (path->len && path->data[path->len - 1] != '/')
        fp_str_putc(path, '/');
    fp_str_puts(path, name);
}

int fp_path_make(struct fp_str *path, const char *dir, const char *name, struct fp_error *err)
{
    fp_str_clear(path);
    fp_str_puts(path, dir);
    fp_path_join(path, name);
    return fp_str_status(path, "a path", err);
}

/* ---- removing a tree ---- */

/*
 * A walk holds the few deepest directories open, however deep the tree is: down through openat() without
 * following links; up to a directory that is still open, else through "..", which must be the one we came
 * from. Names are not kept: an emptied directory goes when its parent is listed again.
 */
struct place {
    dev_t device;
    ino_t inode;
};

#define KEPT 8u /* open directories; re-opening one costs a listing from its start */

struct walk {
    const char *path;     /* for messages */
    struct place *places; /* from the top to the current directory */
    size_t depth, cap;
    DIR *kept[KEPT]; /* level n of the deepest ones at n % KEPT, or NULL */
    bool removed;    /* something may have gone since the listing (re)started */
    bool useful;     /* something was removed since the last descent */
    unsigned futile; /* descents that found nothing to remove */
};

#define FUTILE_MAX 64u /* others may be writing below us; but not for ever */

static DIR *walk_current(const struct walk *walk)
{
    return walk->kept[(walk->depth - 1) % KEPT];
}

static int walk_error(const struct walk *walk, int errnum, const char *verb, const char *name,
                      struct fp_error *err)
{
    io_error(err, errnum, verb, name);
    if (walk->depth)
        fp_error_prepend(err, "%s, %zu level%s down", walk->path, walk->depth, fp_plural(walk->depth));
    return errnum == ENOMEM ? FP_ENOMEM : FP_EIO;
}

/* Makes `fd` the directory of a level; owns it in every case. */
static int walk_keep(struct walk *walk, size_t level, int fd, const char *name, struct fp_error *err)
{
    DIR **slot = &walk->kept[level % KEPT];
    DIR *dir = fdopendir(fd);

    if (!dir) {
        int errnum = errno;

        close(fd);
        return walk_error(walk, errnum, "list", name, err);
    }
    if (*slot)
        closedir(*slot);
    *slot = dir;
    return FP_OK;
}

static int walk_down(struct walk *walk, int parent, const char *name, struct fp_error *err)
{
    struct stat st;
    int fd = fp_fd_open(parent, name, OPEN_DIR | O_NOFOLLOW);
    int status;

    if (fd < 0)
        return walk_error(walk, errno, "open", name, err);
    if (fstat(fd, &st) < 0) {
        status = walk_error(walk, errno, "look at", name, err);
    } else if (walk->depth && st.st_dev != walk->places[0].device) {
        status = walk_error(walk, EXDEV, "remove", name, err);
    } else {
        status = fp_array_reserve(&walk->places, &walk->cap, walk->depth + 1, sizeof *walk->places,
                                  FP_LIMIT_DEPTH, "levels of directories", err);
    }
    if (status < 0) {
        close(fd);
        return status;
    }
    status = walk_keep(walk, walk->depth, fd, name, err);
    if (status < 0)
        return status;
    walk->places[walk->depth++] = (struct place){ st.st_dev, st.st_ino };
    walk->removed = false;
    walk->useful = false;
    return FP_OK;
}

static int walk_up(struct walk *walk, struct fp_error *err)
{
    const struct place *above = &walk->places[walk->depth - 2];
    DIR *below = walk_current(walk);
    int status = FP_OK;

    if (!walk->useful && ++walk->futile > FUTILE_MAX)
        return walk_error(walk, ENOTEMPTY, "empty", "a directory", err);
    if (!walk->kept[(walk->depth - 2) % KEPT]) {
        struct stat st;
        int fd = fp_fd_open(dirfd(below), "..", OPEN_DIR | O_NOFOLLOW);

        if (fd < 0)
            return walk_error(walk, errno, "go up from", "a directory", err);
        if (fstat(fd, &st) < 0 || st.st_dev != above->device || st.st_ino != above->inode) {
            close(fd);
            return fp_error_set(err, FP_EIO, "cannot remove %s: somebody moves directories in it; try again",
                                walk->path);
        }
        status = walk_keep(walk, walk->depth - 2, fd, "..", err);
    }
    walk->kept[(walk->depth - 1) % KEPT] = NULL;
    closedir(below);
    walk->depth--;
    walk->removed = true; /* the directory left behind is empty now: list again, and it goes */
    return status;
}

/* Removes the entry, or goes down into it when it is a directory that is not empty. */
static int walk_entry(struct walk *walk, const char *name, struct fp_error *err)
{
    int parent = dirfd(walk_current(walk));
    int errnum;

    if (unlinkat(parent, name, 0) == 0 || errno == ENOENT) {
        walk->removed = walk->useful = true;
        return FP_OK;
    }
    errnum = errno;
    if (errnum != EISDIR && errnum != EPERM) /* POSIX says EPERM for a directory, Linux EISDIR */
        return walk_error(walk, errnum, "remove", name, err);
    if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) {
        walk->removed = walk->useful = true;
        return FP_OK;
    }
    if (errno == ENOTEMPTY || errno == EEXIST)
        return walk_down(walk, parent, name, err);
    return walk_error(walk, errno == ENOTDIR ? errnum : errno, "remove", name, err);
}

static int walk_empty(struct walk *walk, struct fp_error *err)
{
    for (;;) {
        struct dirent *entry;
        int status;

        errno = 0;
        entry = readdir(walk_current(walk));
        if (!entry && errno)
            return walk_error(walk, errno, "list", "a directory", err);
        if (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0))
            continue;
        if (entry) {
            status = walk_entry(walk, entry->d_name, err);
        } else if (walk->removed) {
            rewinddir(walk_current(walk)); /* a listing may skip entries when others go meanwhile */
            walk->removed = false;
            continue;
        } else if (walk->depth == 1) {
            return FP_OK;
        } else {
            status = walk_up(walk, err);
        }
        if (status < 0)
            return status;
    }
}

/* A copy without slashes at the end ("link/" would follow the link); FP_EINVAL for what must not be removed. */
static int removable(const char *path, char **ret_copy, struct fp_error *err)
{
    size_t n = strlen(path);
    const char *base;
    char *copy;

    while (n && path[n - 1] == '/')
        n--;
    copy = strndup(path, n);
    if (!copy)
        return fp_error_nomem(err);
    base = strrchr(copy, '/');
    base = base ? base + 1 : copy;
    if (!*base || strcmp(base, ".") == 0 || strcmp(base, "..") == 0) {
        free(copy);
        return fp_error_set(err, FP_EINVAL, "refusing to remove \"%s\": name the directory itself", path);
    }
    *ret_copy = copy;
    return FP_OK;
}

int fp_dir_remove(const char *path, struct fp_error *err)
{
    struct walk walk = { .path = path };
    char *clean = NULL;
    int status = removable(path, &clean, err);

    if (!clean)
        return status;
    if (unlink(clean) == 0 || errno == ENOENT || errno == ENOTDIR)
        goto done; /* a file, a link, or not there */
    if (errno != EISDIR && errno != EPERM) {
        status = io_error(err, errno, "remove", path);
        goto done;
    }
    status = walk_down(&walk, AT_FDCWD, clean, err);
    if (status == FP_OK)
        status = walk_empty(&walk, err);
    if (status == FP_OK && rmdir(clean) < 0 && errno != ENOENT)
        status = io_error(err, errno, "remove", path);
done:
    for (size_t i = 0; i < KEPT; i++)
        if (walk.kept[i])
            closedir(walk.kept[i]);
    free(walk.places);
    free(clean);
    return status;
}
