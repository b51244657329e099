#include "publish/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "publish/nights.h"
#include "publish/sitepath.h"

#define STATE_DIR ".flamepress"
#define OLD_DIR STATE_DIR "/old"
#define STAGE_PREFIX "stage-"
#define OPEN_DIR (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

/* ---- small things -------------------------------------------------------------------------------- */

/* A heap path, or NULL with `err` filled. */
static char *join(const char *dir, const char *name, struct fp_error *err)
{
    struct fp_str path;
    char *text = NULL;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_puts(&path, dir);
    fp_path_join(&path, name);
    if (fp_str_status(&path, "path", err) == FP_OK)
        text = fp_str_detach(&path);
    fp_str_release(&path);
    return text;
}

static int sync_dir(int fd, const char *shown, struct fp_error *err)
{
    if (fp_fd_sync_dir(fd) < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot sync the directory %s", shown);
    return FP_OK;
}

static int open_output(const struct fp_stage *stage, int *ret_fd, struct fp_error *err)
{
    int fd = fp_fd_open(AT_FDCWD, stage->output, OPEN_DIR);

    if (fd < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot open the output directory %s", stage->output);
    *ret_fd = fd;
    return FP_OK;
}

/* One level down; made when missing, and durable before anything is moved into it. Follows no link. */
static int step_down(int at, const char *name, int *ret_fd)
{
    int fd;

    if (mkdirat(at, name, 0777) == 0) {
        if (fp_fd_sync_dir(at) < 0)
            return -1;
    } else if (errno != EEXIST) {
        return -1;
    }
    fd = fp_fd_open(at, name, OPEN_DIR | O_NOFOLLOW);
    if (fd < 0)
        return -1;
    *ret_fd = fd;
    return 0;
}

/* Opens the directory of the output that `path`, file or directory, is or will be in; *ret_leaf: its name. */
static int open_parent(const struct fp_stage *stage, const char *path, int *ret_fd, const char **ret_leaf,
                       struct fp_error *err)
{
    const char *at = path, *slash;
    int fd = -1, status = open_output(stage, &fd, err);

    while (status == FP_OK && (slash = strchr(at, '/')) != NULL) {
        size_t n = (size_t)(slash - at);
        char name[NAME_MAX + 1];
        int below = -1;

        if (n >= sizeof name) {
            close(fd);
            return fp_error_set(err, FP_EINVAL, "a part of the path %s is too long for a file name", path);
        }
        memcpy(name, at, n);
        name[n] = '\0';
        if (step_down(fd, name, &below) < 0)
            status = fp_error_errno(err, FP_EIO, errno,
                                    "cannot make or open %s/%.*s (it must be a writable directory, no link)",
                                    stage->output, (int)(slash - path), path);
        close(fd);
        fd = below;
        at = slash + 1;
    }
    if (status < 0)
        return status;
    *ret_fd = fd;
    *ret_leaf = at;
    return FP_OK;
}

/* ---- what crashed runs left ---------------------------------------------------------------------- */

static bool is_dir_at(int dir, const char *name)
{
    struct stat st;

    return fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

static int remove_leftover(struct fp_stage *stage, int dir, const char *name, struct fp_error *err)
{
    char *path;
    int status;

    /* We only ever make directories of that name: whatever else has it is not ours. */
    if (strncmp(name, STAGE_PREFIX, strlen(STAGE_PREFIX)) != 0 || !is_dir_at(dir, name))
        return FP_OK;
    path = join(stage->output, STATE_DIR, err);
    if (path) {
        char *whole = join(path, name, err);

        free(path);
        path = whole;
    }
    status = path ? fp_dir_remove(path, err) : FP_ENOMEM;
    if (status < 0)
        fp_error_prepend(err, "cannot remove what an earlier run left (remove it by hand)");
    free(path);
    return status;
}

/* "2026_11_20" is the old night 2026/11/20, moved aside: by itself a sign that its switch did not end. */
static int recover_night(struct fp_stage *stage, int dir, const char *name, struct fp_error *err)
{
    char night[NAME_MAX + 1];
    const char *leaf;
    int status, parent = -1;
    size_t n = strlen(name);

    if (n > NAME_MAX || !is_dir_at(dir, name))
        return FP_OK;
    memcpy(night, name, n + 1);
    for (char *c = night; *c; c++)
        if (*c == '_')
            *c = '/';
    if (strchr(name, '/') || !fp_night_is_path(night))
        return FP_OK;
    status = open_parent(stage, night, &parent, &leaf, err);
    if (status < 0)
        return status;
    if (!is_dir_at(parent, leaf)) {
        if (renameat(dir, name, parent, leaf) < 0)
            status = fp_error_errno(err, FP_EIO, errno, "cannot move %s/" OLD_DIR "/%s back to %s/%s",
                                    stage->output, name, stage->output, night);
        if (status == FP_OK)
            status = sync_dir(parent, night, err);
    } else {
        /* The new night is in place. The old one goes where the leftovers are removed from. */
        char to[NAME_MAX + 1];

        if (snprintf(to, sizeof to, "../" STAGE_PREFIX "old-%s", name) >= (int)sizeof to ||
            renameat(dir, name, dir, to) < 0)
            status = fp_error_errno(err, FP_EIO, errno,
                                    "cannot move %s/" OLD_DIR "/%s away (remove it by hand)", stage->output,
                                    name);
    }
    close(parent);
    return status;
}

/* Calls `handle` for each entry of DIR/`path`, a directory that may be missing. */
static int each_entry(struct fp_stage *stage, const char *path,
                      int (*handle)(struct fp_stage *, int, const char *, struct fp_error *),
                      struct fp_error *err)
{
    struct dirent *entry;
    DIR *dir;
    int fd, why, root = -1, status = open_output(stage, &root, err);

    if (status < 0)
        return status;
    fd = fp_fd_open(root, path, OPEN_DIR | O_NOFOLLOW);
    why = errno;
    close(root);
    errno = why;
    if (fd < 0 && errno == ENOENT)
        return FP_OK;
    dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        status = fp_error_errno(err, FP_EIO, errno,
                                "cannot list %s/%s (it must be a readable directory, not a link)",
                                stage->output, path);
        if (fd >= 0)
            close(fd);
        return status;
    }
    for (errno = 0; status == FP_OK && (entry = readdir(dir)) != NULL; errno = 0)
        status = handle(stage, dirfd(dir), entry->d_name, err);
    if (status == FP_OK && errno)
        status = fp_error_errno(err, FP_EIO, errno, "cannot list %s/%s", stage->output, path);
    if (status == FP_OK)
        status = sync_dir(dirfd(dir), path, err);
    closedir(dir);
    return status;
}

/* ---- open and close ------------------------------------------------------------------------------ */

/* Moving something between the stage and the site is a rename only within one file system. */
static int check_device(const struct fp_stage *stage, struct fp_error *err)
{
    struct stat site, staged;

    if (stat(stage->output, &site) < 0 || stat(stage->path, &staged) < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot look at %s", stage->path);
    if (site.st_dev != staged.st_dev)
        return fp_error_set(err, FP_EIO, "%s/" STATE_DIR " is on another file system than %s: unmount it",
                            stage->output, stage->output);
    return FP_OK;
}

static int make_stage(struct fp_stage *stage, struct fp_error *err)
{
    const char *leaf;
    char *path;
    int parent = -1, status = open_parent(stage, STATE_DIR "/" STAGE_PREFIX, &parent, &leaf, err);

    if (status < 0)
        return status;
    close(parent); /* it is there and no link */
    path = join(stage->output, STATE_DIR "/" STAGE_PREFIX "XXXXXX", err);
    if (!path)
        return FP_ENOMEM;
    if (!mkdtemp(path)) {
        status = fp_error_errno(err, FP_EIO, errno, "cannot make a staging directory in %s/" STATE_DIR,
                                stage->output);
        free(path);
        return status;
    }
    stage->path = path;
    return check_device(stage, err);
}

int fp_stage_open(struct fp_stage *stage, const char *output, struct fp_error *err)
{
    int status;

    *stage = (struct fp_stage){ NULL, NULL, 0, false };
    stage->output = strdup(output);
    if (!stage->output)
        return fp_error_nomem(err);
    /* Nights first: a moved-aside night that is not needed any more becomes a leftover. */
    status = each_entry(stage, OLD_DIR, recover_night, err);
    if (status == FP_OK)
        status = each_entry(stage, STATE_DIR, remove_leftover, err);
    if (status == FP_OK)
        status = make_stage(stage, err);
    if (status < 0)
        fp_stage_close(stage);
    return status;
}

/* Where the output was removed meanwhile, whoever built in the stage made its directories again: nothing else is in them.
 * Else the lock is. */
static void remove_state(const struct fp_stage *stage)
{
    char *state = join(stage->output, STATE_DIR, NULL);

    if (state)
        rmdir(state);
    free(state);
}

void fp_stage_close(struct fp_stage *stage)
{
    if (stage->path)
        fp_dir_remove(stage->path, NULL);
    if (stage->output)
        remove_state(stage);
    free(stage->path);
    free(stage->output);
    *stage = (struct fp_stage){ NULL, NULL, 0, false };
}

/* ---- durable before the switch ------------------------------------------------------------------- */

static int sync_file(const char *path, struct fp_error *err)
{
    int fd = fp_fd_open(AT_FDCWD, path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    int status = FP_OK;

    if (fd < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot open %s", path);
    if (fp_fd_sync(fd) < 0)
        status = fp_error_errno(err, FP_EIO, errno, "cannot sync %s", path);
    close(fd);
    return status;
}

static int sync_entry(const FTSENT *entry, struct fp_error *err)
{
    switch (entry->fts_info) {
    case FTS_D: /* on the way down; FTS_DP comes when all below is done */
        return FP_OK;
    case FTS_DP:
        return fp_dir_sync(entry->fts_path, err);
    case FTS_F:
        return sync_file(entry->fts_path, err);
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return fp_error_errno(err, FP_EIO, entry->fts_errno, "cannot read %s", entry->fts_path);
    default:
        return fp_error_set(err, FP_EINVAL,
                            "%s is neither a directory nor a plain file: it cannot be published",
                            entry->fts_path);
    }
}

/*
 * Every file and directory by itself, bottom up. One syncfs() would be fewer calls, but it waits for whatever
 * the whole machine has to write, and before Linux 5.8 it tells nobody that a write failed. What
 * fp_file_write wrote is on the disk already, so this costs little.
 */
static int sync_tree(char *path, struct fp_error *err)
{
    char *const roots[] = { path, NULL };
    FTS *fts = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry = NULL;
    int status = FP_OK;

    if (!fts)
        return fp_error_errno(err, FP_EIO, errno, "cannot walk %s", path);
    for (errno = 0; status == FP_OK && (entry = fts_read(fts)) != NULL; errno = 0)
        status = sync_entry(entry, err);
    if (status == FP_OK && errno)
        status = fp_error_errno(err, FP_EIO, errno, "cannot walk %s", path);
    fts_close(fts);
    return status;
}

/* ---- the switch ---------------------------------------------------------------------------------- */

struct move {
    struct fp_stage *stage;
    const char *night;
    char *staged;     /* the new night's path; after an exchange the old one is there */
    int parent;       /* the directory of the site that the night is in */
    const char *leaf; /* its name there */
};

/* A fresh name within the stage, no night's: the staged path must be free for another build. */
static char *replaced_path(struct fp_stage *stage, struct fp_error *err)
{
    char name[32];

    snprintf(name, sizeof name, "replaced-%u", stage->replaced++);
    return join(stage->path, name, err);
}

static int set_aside(const struct move *move, int dir, const char *name, struct fp_error *err)
{
    char *to = replaced_path(move->stage, err);
    int status = to ? FP_OK : FP_ENOMEM;

    if (to && renameat(dir, name, AT_FDCWD, to) < 0)
        status = fp_error_errno(err, FP_EIO, errno, "cannot move the old night to %s", to);
    if (status < 0)
        fp_error_prepend(err, "the new night is in place");
    free(to);
    return status;
}

static int cannot_switch(const struct move *move, int errnum, struct fp_error *err)
{
    const char *advice = errnum == EXDEV ? " (the output must be on one file system and image layer)" : "";

    return fp_error_errno(err, FP_EIO, errnum, "cannot put the night in place as %s/%s%s",
                          move->stage->output, move->night, advice);
}

/* Where two directories cannot be exchanged: the old night aside, durably, then the new one in. */
static int switch_by_two(const struct move *move, struct fp_error *err)
{
    char marker[NAME_MAX + 1];
    const char *unused;
    size_t n = strlen(move->night);
    int old = -1, status = open_parent(move->stage, OLD_DIR "/night", &old, &unused, err);

    if (status < 0)
        return status;
    for (size_t i = 0; i <= n; i++) /* a night's path is short: fp_night_is_path saw to it */
        marker[i] = move->night[i] == '/' ? '_' : move->night[i];
    if (renameat(move->parent, move->leaf, old, marker) < 0) {
        status = cannot_switch(move, errno, err);
        goto done;
    }
    /* The marker must be on the disk before the night is missing there, hence this order. */
    status = sync_dir(old, OLD_DIR, err);
    if (status == FP_OK)
        status = sync_dir(move->parent, move->night, err);
    if (status == FP_OK && renameat(AT_FDCWD, move->staged, move->parent, move->leaf) < 0)
        status = cannot_switch(move, errno, err);
    if (status < 0) {
        if (renameat(old, marker, move->parent, move->leaf) < 0)
            fp_error_prepend(err, "the old night waits in %s/" OLD_DIR "/%s, the next run moves it back",
                             move->stage->output, marker);
        goto done;
    }
    status = sync_dir(move->parent, move->night, err);
    if (status == FP_OK)
        status = set_aside(move, old, marker, err);
done:
    close(old);
    return status;
}

static int switch_by_exchange(const struct move *move, struct fp_error *err)
{
    if (renameat2(AT_FDCWD, move->staged, move->parent, move->leaf, RENAME_EXCHANGE) < 0) {
        if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
            return cannot_switch(move, errno, err);
        move->stage->no_exchange = true;
        return switch_by_two(move, err);
    }
    return set_aside(move, AT_FDCWD, move->staged, err);
}

static int put_in_place(const struct move *move, struct fp_error *err)
{
    struct stat st;
    int status;

    if (fstatat(move->parent, move->leaf, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        if (errno != ENOENT || renameat(AT_FDCWD, move->staged, move->parent, move->leaf) < 0)
            return cannot_switch(move, errno, err);
        status = FP_OK;
    } else if (!S_ISDIR(st.st_mode)) {
        return fp_error_set(err, FP_EINVAL, "%s/%s is in the way of the night and no directory: move it away",
                            move->stage->output, move->night);
    } else if (move->stage->no_exchange) {
        status = switch_by_two(move, err);
    } else {
        status = switch_by_exchange(move, err);
    }
    if (status < 0)
        return status;
    status = sync_dir(move->parent, move->night, err);
    if (status < 0)
        fp_error_prepend(err, "the new night is in place, but not safely on the disk");
    return status;
}

int fp_stage_switch(struct fp_stage *stage, const char *night, struct fp_error *err)
{
    struct move move = { stage, night, NULL, -1, NULL };
    struct stat st;
    int status;

    if (!fp_night_is_path(night))
        return fp_error_set(err, FP_EINVAL, "\"%s\" is not the path of a night (such as 2026/11/20)", night);
    move.staged = join(stage->path, night, err);
    if (!move.staged)
        return FP_ENOMEM;
    if (lstat(move.staged, &st) < 0) {
        status = fp_error_errno(err, errno == ENOENT ? FP_ENOTFOUND : FP_EIO, errno,
                                "no night was built at %s", move.staged);
        goto done;
    }
    if (!S_ISDIR(st.st_mode)) {
        status = fp_error_set(err, FP_EINVAL, "%s is not a directory: it cannot be published", move.staged);
        goto done;
    }
    status = sync_tree(move.staged, err);
    if (status == FP_OK)
        status = open_parent(stage, night, &move.parent, &move.leaf, err);
    if (status == FP_OK)
        status = put_in_place(&move, err);
done:
    if (move.parent >= 0)
        close(move.parent);
    free(move.staged);
    return status;
}

/* ---- single files and `latest` ------------------------------------------------------------------- */

int fp_stage_file(struct fp_stage *stage, const char *path, struct fp_error *err)
{
    const char *leaf;
    struct stat st;
    char *staged;
    int parent = -1, status;

    if (!fp_sitepath_is_below(path))
        return fp_error_set(err, FP_EINVAL, "\"%s\" is not the path of a file of the site", path);
    staged = join(stage->path, path, err);
    if (!staged)
        return FP_ENOMEM;
    if (lstat(staged, &st) == 0 && !S_ISREG(st.st_mode))
        status = fp_error_set(err, FP_EINVAL, "%s is not a plain file: it cannot be published", staged);
    else
        status = sync_file(staged, err);
    if (status == FP_OK)
        status = open_parent(stage, path, &parent, &leaf, err);
    if (status < 0)
        goto done;
    if (renameat(AT_FDCWD, staged, parent, leaf) < 0)
        status = fp_error_errno(err, FP_EIO, errno, "cannot replace %s/%s", stage->output, path);
    else
        status = sync_dir(parent, path, err);
    close(parent);
done:
    free(staged);
    return status;
}

/* Moves a fresh link over DIR/latest. */
static int replace_latest(struct fp_stage *stage, int root, const char *night, struct fp_error *err)
{
    char *link = replaced_path(stage, err);
    int status = FP_OK;

    if (!link)
        return FP_ENOMEM;
    if (symlinkat(night, AT_FDCWD, link) < 0 || renameat(AT_FDCWD, link, root, "latest") < 0)
        status = fp_error_errno(err, FP_EIO, errno, "cannot point %s/latest to %s", stage->output, night);
    else
        status = sync_dir(root, stage->output, err);
    free(link);
    return status;
}

int fp_stage_latest(struct fp_stage *stage, const char *night, struct fp_error *err)
{
    struct stat st;
    int root = -1, status;

    if (!fp_night_is_path(night))
        return fp_error_set(err, FP_EINVAL, "\"%s\" is not the path of a night (such as 2026/11/20)", night);
    status = open_output(stage, &root, err);
    if (status < 0)
        return status;
    errno = 0;
    if (!is_dir_at(root, night))
        status = errno && errno != ENOENT && errno != ENOTDIR
                     ? fp_error_errno(err, FP_EIO, errno, "cannot look at %s/%s", stage->output, night)
                     : fp_error_set(err, FP_ENOTFOUND, "latest cannot point to %s: there is no such night in %s", night,
                                    stage->output);
    else if (fstatat(root, "latest", &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISLNK(st.st_mode))
        status = fp_error_set(err, FP_EINVAL, "%s/latest is not a symbolic link of ours: move it away",
                              stage->output);
    else
        status = replace_latest(stage, root, night, err);
    close(root);
    return status;
}

/* ---- the whole stage ------------------------------------------------------------------------------ */

int fp_stage_become(struct fp_stage *stage, const char *name, struct fp_error *err)
{
    char *to = join(stage->output, name, err);
    int status = to ? sync_tree(stage->path, err) : FP_ENOMEM;

    if (status == FP_OK)
        status = fp_dir_remove(to, err);
    if (status == FP_OK && rename(stage->path, to) < 0)
        status = fp_error_errno(err, FP_EIO, errno, "cannot put the stage in place as %s", to);
    if (status == FP_OK) {
        free(stage->path);
        stage->path = NULL;
        status = fp_dir_sync(stage->output, err);
    }
    free(to);
    return status;
}
