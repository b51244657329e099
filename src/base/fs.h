/*
 * Files and directories, the careful way.
 *
 * Writing never leaves a half-written file under its final name: fp_file_write
 * makes a temporary file beside the target, writes, fsyncs and renames. Paths are
 * ours (made by publish/), never taken from input.
 */
#ifndef FP_BASE_FS_H
#define FP_BASE_FS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct fp_str;

/* openat, whose new files have the mode 0666 & ~umask. */
int fp_fd_open(int at, const char *path, int flags);
/* All n bytes; fsync; the same for a directory, which some file systems cannot sync: then there is nothing more to be
 * had; close. Each, as the one above, goes on after a signal, and returns 0, or -1 with errno: the caller knows what the
 * file is called. */
int fp_fd_write(int fd, const void *bytes, size_t n);
int fp_fd_sync(int fd);
int fp_fd_sync_dir(int fd);
int fp_fd_close(int fd);

/* Appends a whole file ("-": standard input) to `out` (initialised by the caller; its cap is the limit, beyond it
 * FP_ELIMIT). On failure `out` holds what it held before. A file that is not there: FP_ENOTFOUND. */
int fp_file_read(const char *path, struct fp_str *out, struct fp_error *err);
/* Creates or replaces `path` durably (the directory is synced too). Mode 0666 & ~umask; a symbolic link is replaced. */
int fp_file_write(const char *path, const void *bytes, size_t n, struct fp_error *err);
/* Gives the file `from` the further name `to`, which must be free: a hard link, or a copy where there can be none. Both must
 * never be written to again. */
int fp_file_share(const char *from, const char *to, struct fp_error *err);
/* mkdir -p. */
int fp_dir_make(const char *path, struct fp_error *err);
/* rm -r, never following symbolic links nor entering another file system; a path that is not there is fine. Ten
 * file descriptors and 16 bytes a level, however deep the tree. "/", "." and ".." are refused. */
int fp_dir_remove(const char *path, struct fp_error *err);
/* Is called with each name in a directory but "." and "..", in no order; `dir`: the directory's descriptor, for the
 * …at() calls. Less than 0 ends the listing, and is its result. */
typedef int fp_dir_name_fn(void *ctx, int dir, const char *name, struct fp_error *err);
/* Lists a directory; one that is not there is empty. */
int fp_dir_list(const char *path, fp_dir_name_fn *each, void *ctx, struct fp_error *err);
/* fsync of a directory, so that renames in it last. */
int fp_dir_sync(const char *path, struct fp_error *err);
/* True for anything that is there, a directory too; and for what cannot be looked at: whoever opens it hears why. */
bool fp_file_exists(const char *path);
/* Whether there is `name` below `dir`, whatever it is, without asking for memory. FP_EIO when that cannot be found out. */
int fp_file_look(const char *dir, const char *name, bool *ret_there, struct fp_error *err);
/* Appends "/name" (or name, when path is empty or ends in a slash). */
void fp_path_join(struct fp_str *path, const char *name);
/* "dir/name" in `path` (initialised; what was in it goes). Fails when that is too long, or memory is short. */
int fp_path_make(struct fp_str *path, const char *dir, const char *name, struct fp_error *err);

#endif
