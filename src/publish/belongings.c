#include "publish/belongings.h"

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

/* ---- looking ---- */

static bool is_foreign(const struct fp_record *record, const FTSENT *entry, const char *path)
{
    if (entry->fts_info == FTS_D || entry->fts_info == FTS_DP)
        return false;
    return entry->fts_info != FTS_F ||
           (strcmp(path, FP_MANIFEST_FILE) != 0 && !fp_record_find(record->files, record->file_count, path));
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Calls `found` for each foreign entry of `dir`, in order of names, with its path below `dir`. */
static int each_foreign(const char *dir, const struct fp_record *record,
                        int (*found)(void *ctx, const FTSENT *entry, const char *path, struct fp_error *err), void *ctx,
                        struct fp_error *err)
{
    char *root = strdup(dir), *roots[] = { root, NULL };
    FTS *fts = root ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name) : NULL;
    FTSENT *entry;
    int rc = FP_OK;

    if (!fts)
        rc = root ? fp_error_errno(err, FP_EIO, errno, "cannot walk %s", dir) : fp_error_nomem(err);
    for (errno = 0; rc == FP_OK && (entry = fts_read(fts)) != NULL; errno = 0) {
        const char *path = entry->fts_level > 0 ? entry->fts_path + strlen(dir) + 1 : "";

        if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS)
            rc = fp_error_errno(err, FP_EIO, entry->fts_errno, "cannot read %s", entry->fts_path);
        else if (*path && is_foreign(record, entry, path))
            rc = found(ctx, entry, path, err);
    }
    if (rc == FP_OK && errno)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot walk %s", dir);
    if (fts)
        fts_close(fts);
    free(root);
    return rc;
}

static int count(void *ctx, const FTSENT *entry, const char *path, struct fp_error *err)
{
    struct fp_foreign *foreign = ctx;

    (void)entry;
    (void)err;
    if (!foreign->count++)
        fp_str_puts(&foreign->first, path);
    return FP_OK;
}

int fp_belongings_look(const char *dir, const struct fp_record *record, struct fp_foreign *ret_foreign, struct fp_error *err)
{
    ret_foreign->count = 0;
    fp_str_init(&ret_foreign->first, FP_LIMIT_TEXT);
    return each_foreign(dir, record, count, ret_foreign, err);
}

void fp_foreign_release(struct fp_foreign *foreign)
{
    fp_str_release(&foreign->first);
}

/* ---- carrying along ---- */

/* `ctx` is the new night's directory. */
static int carry(void *ctx, const FTSENT *entry, const char *path, struct fp_error *err)
{
    struct fp_str to;
    char *slash;
    int rc;

    fp_str_init(&to, FP_LIMIT_TEXT);
    rc = fp_path_make(&to, ctx, path, err);
    if (rc == FP_OK && (entry->fts_info != FTS_F || fp_file_exists(to.data)))
        rc = fp_error_set(err, FP_EINVAL, "%s is in the way, and in no manifest: move it away", entry->fts_path);
    if (rc == FP_OK) {
        slash = strrchr(to.data, '/');
        *slash = '\0';
        rc = fp_dir_make(to.data, err);
        *slash = '/';
    }
    if (rc == FP_OK)
        rc = fp_file_share(entry->fts_path, to.data, err);
    fp_str_release(&to);
    return rc;
}

int fp_belongings_carry(const char *from, const struct fp_record *record, const char *to, struct fp_error *err)
{
    return each_foreign(from, record, carry, (void *)to, err);
}

/* ---- removing ---- */

/* The directory that `path` is in, and its name there. -1 with errno; no link is followed. */
static int open_parent(int top, const char *path, const char **ret_leaf)
{
    const char *at = path, *slash;
    int fd = fcntl(top, F_DUPFD_CLOEXEC, 0);

    while (fd >= 0 && (slash = strchr(at, '/')) != NULL) {
        char name[NAME_MAX + 1];
        int below = -1;

        if (slash - at <= NAME_MAX) {
            snprintf(name, sizeof name, "%.*s", (int)(slash - at), at);
            below = fp_fd_open(fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        } else {
            errno = ENAMETOOLONG;
        }
        close(fd);
        fd = below;
        at = slash + 1;
    }
    *ret_leaf = at;
    return fd;
}

/* What is not there, or no plain file (any more), is not ours to remove. */
static int remove_file(int top, const char *path, struct fp_error *err)
{
    const char *leaf;
    struct stat st;
    int parent = open_parent(top, path, &leaf), rc = FP_OK;

    if (parent < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
                   ? FP_OK
                   : fp_error_errno(err, FP_EIO, errno, "cannot open the directory of %s", path);
    if (fstatat(parent, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode) && unlinkat(parent, leaf, 0) < 0)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot remove %s", path);
    close(parent);
    return rc;
}

/* Directories of the path, the deepest first, as far as they are empty. */
static void remove_empty(int top, char *path)
{
    char *slash;

    while ((slash = strrchr(path, '/')) != NULL) {
        const char *leaf;
        int parent, removed;

        *slash = '\0';
        parent = open_parent(top, path, &leaf);
        removed = parent < 0 ? -1 : unlinkat(parent, leaf, AT_REMOVEDIR);
        if (parent >= 0)
            close(parent);
        if (removed < 0)
            break;
    }
}

static int remove_one(int night, const char *path, struct fp_error *err)
{
    char *copy = strdup(path);
    int rc = copy ? remove_file(night, path, err) : fp_error_nomem(err);

    if (rc == FP_OK)
        remove_empty(night, copy);
    free(copy);
    return rc;
}

/* ---- the night ---- */

/* The directory of the site, that of the night's month, and the night itself. */
struct opened {
    int top, parent, night;
    const char *leaf;
};

static int open_night(struct opened *o, const char *output, const char *path, struct fp_error *err)
{
    o->parent = o->night = -1;
    o->top = fp_fd_open(AT_FDCWD, output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (o->top >= 0)
        o->parent = open_parent(o->top, path, &o->leaf);
    if (o->parent >= 0)
        o->night = fp_fd_open(o->parent, o->leaf, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return o->night < 0 ? fp_error_errno(err, FP_EIO, errno, "cannot open %s/%s (it must be a directory, no link)", output, path)
                        : FP_OK;
}

static void close_night(const struct opened *o)
{
    const int fds[] = { o->night, o->parent, o->top };

    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
}

/* Month and year of a night that is gone. */
static void remove_empty_above(int top, const char *night)
{
    char path[64];

    snprintf(path, sizeof path, "%s", night);
    remove_empty(top, path);
}

int fp_belongings_remove(const char *output, const char *night, const struct fp_record *record, struct fp_error *err)
{
    struct opened o;
    int rc = open_night(&o, output, night, err);

    for (size_t i = 0; i < record->file_count && rc == FP_OK; i++)
        rc = remove_one(o.night, record->files[i].path, err);
    if (rc == FP_OK)
        rc = remove_one(o.night, FP_MANIFEST_FILE, err);
    if (rc == FP_OK && fp_fd_sync_dir(o.night) < 0)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot sync %s/%s", output, night);
    close_night(&o);
    return rc;
}

int fp_belongings_take_out(struct fp_stage *stage, const char *night, struct fp_error *err)
{
    struct opened o;
    struct fp_str to;
    int rc = open_night(&o, stage->output, night, err);

    fp_str_init(&to, FP_LIMIT_TEXT);
    fp_str_printf(&to, "%s/taken-out-%u", stage->path, stage->replaced++);
    if (rc == FP_OK)
        rc = fp_str_status(&to, "a path", err);
    if (rc == FP_OK && renameat(o.parent, o.leaf, AT_FDCWD, to.data) < 0)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot move %s/%s to %s", stage->output, night, to.data);
    if (rc == FP_OK && fp_fd_sync_dir(o.parent) < 0)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot sync the directory of %s/%s", stage->output, night);
    if (rc == FP_OK)
        remove_empty_above(o.top, night);
    fp_str_release(&to);
    close_night(&o);
    return rc;
}
