#include "codec/gzip_out.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

static int write_some(void *ctx, const char *bytes, size_t n, struct fp_error *err)
{
    const struct fp_gzip_out *gzip = ctx;

    errno = 0;
    if (n && gzwrite(gzip->gz, bytes, (unsigned)n) != (int)n)
        return fp_error_errno(err, FP_EIO, errno ? errno : EIO, "cannot write %s", gzip->path);
    return FP_OK;
}

int fp_gzip_out_open(struct fp_gzip_out *gzip, const char *path, struct fp_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);

    if (fd < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot create %s", path);
    gzip->path = path;
    gzip->gz = gzdopen(fd, "wb6"); /* writes no name and no time stamp */
    if (!gzip->gz) {
        close(fd);
        unlink(path);
        return fp_error_nomem(err);
    }
    fp_out_to(&gzip->out, write_some, gzip);
    return FP_OK;
}

int fp_gzip_out_close(struct fp_gzip_out *gzip, struct fp_error *err)
{
    int rc = fp_out_finish(&gzip->out, err);

    errno = 0;
    if (gzclose(gzip->gz) != Z_OK && rc == FP_OK)
        rc = fp_error_errno(err, FP_EIO, errno ? errno : EIO, "cannot write %s", gzip->path);
    gzip->gz = NULL;
    if (rc < 0)
        unlink(gzip->path);
    return rc;
}
