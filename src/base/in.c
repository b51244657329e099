#include "base/in.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/fs.h"
#include "base/str.h"

struct file_in {
    struct fp_in in;
    int fd;
    char *path;
};

static ssize_t file_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    struct file_in *file = (struct file_in *)in;
    ssize_t n;

    do
        n = read(file->fd, buf, cap);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot read %s", file->path);
    return n;
}

static void file_close(struct fp_in *in)
{
    struct file_in *file = (struct file_in *)in;

    if (file->fd != STDIN_FILENO)
        close(file->fd);
    free(file->path);
    free(file);
}

static const struct fp_in_ops file_ops = { file_read, file_close };

int fp_in_open_file(const char *path, struct fp_in **ret_in, struct fp_error *err)
{
    struct file_in *file = calloc(1, sizeof *file);
    int failure = 0, rc;

    if (!file)
        return fp_error_nomem(err);
    file->in.ops = &file_ops;
    if (strcmp(path, "-") == 0) {
        file->fd = STDIN_FILENO;
        file->path = strdup("standard input");
    } else {
        file->fd = fp_fd_open(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
        failure = errno;
        file->path = strdup(path);
    }
    if (file->fd < 0) {
        rc = fp_error_errno(err, failure == ENOENT ? FP_ENOTFOUND : FP_EIO, failure, "cannot open %s", path);
    } else if (!file->path) {
        rc = fp_error_nomem(err);
        if (file->fd != STDIN_FILENO)
            close(file->fd);
    } else {
        *ret_in = &file->in;
        return FP_OK;
    }
    free(file->path);
    free(file);
    return rc;
}

struct memory_in {
    struct fp_in in;
    const char *bytes;
    size_t left;
};

static ssize_t memory_read(struct fp_in *in, void *buf, size_t cap, struct fp_error *err)
{
    struct memory_in *memory = (struct memory_in *)in;
    size_t n = memory->left < cap ? memory->left : cap;

    (void)err;
    if (n)
        memcpy(buf, memory->bytes, n);
    memory->bytes += n;
    memory->left -= n;
    return (ssize_t)n;
}

static void memory_close(struct fp_in *in)
{
    free(in);
}

static const struct fp_in_ops memory_ops = { memory_read, memory_close };

int fp_in_open_memory(const void *bytes, size_t n, struct fp_in **ret_in, struct fp_error *err)
{
    struct memory_in *memory = calloc(1, sizeof *memory);

    if (!memory)
        return fp_error_nomem(err);
    memory->in.ops = &memory_ops;
    memory->bytes = bytes;
    memory->left = n;
    *ret_in = &memory->in;
    return FP_OK;
}

int fp_in_read_all(struct fp_in *in, struct fp_str *to, const char *what, struct fp_error *err)
{
    char block[16384];
    ssize_t n = 0;

    while (fp_str_ok(to) && (n = fp_in_read(in, block, sizeof block, err)) > 0)
        fp_str_append(to, block, (size_t)n);
    return n < 0 ? (int)n : fp_str_status(to, what, err);
}
