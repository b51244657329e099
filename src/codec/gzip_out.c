#include "codec/gzip_out.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"

/* zlib's own files give up when a signal interrupts a write. */
static int pack(struct fp_gzip_out *gzip, const char *bytes, size_t n, int flush, struct fp_error *err)
{
    gzip->z.next_in = (Bytef *)bytes; /* which it only reads */
    gzip->z.avail_in = (uInt)n;
    do {
        gzip->z.next_out = gzip->packed;
        gzip->z.avail_out = sizeof gzip->packed;
        (void)deflate(&gzip->z, flush); /* with room for output it has no way to fail */
        if (fp_fd_write(gzip->fd, gzip->packed, sizeof gzip->packed - gzip->z.avail_out) < 0)
            return fp_error_errno(err, FP_EIO, errno, "cannot write %s", gzip->path);
    } while (gzip->z.avail_out == 0);
    return FP_OK;
}

static int write_some(void *ctx, const char *bytes, size_t n, struct fp_error *err)
{
    return pack(ctx, bytes, n, Z_NO_FLUSH, err);
}

#define GZIP 16 /* added to the bits of the window: a gzip header, without a name and a time stamp */

int fp_gzip_out_open(struct fp_gzip_out *gzip, const char *path, struct fp_error *err)
{
    gzip->z = (z_stream){ .zalloc = Z_NULL };
    if (deflateInit2(&gzip->z, 6, Z_DEFLATED, MAX_WBITS + GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return fp_error_nomem(err);
    gzip->fd = fp_fd_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC);
    if (gzip->fd < 0) {
        fp_error_errno(err, FP_EIO, errno, "cannot create %s", path);
        deflateEnd(&gzip->z);
        return FP_EIO;
    }
    gzip->path = path;
    fp_out_to(&gzip->out, write_some, gzip);
    return FP_OK;
}

int fp_gzip_out_close(struct fp_gzip_out *gzip, struct fp_error *err)
{
    int rc = fp_out_finish(&gzip->out, err);

    if (rc == FP_OK)
        rc = pack(gzip, NULL, 0, Z_FINISH, err);
    deflateEnd(&gzip->z);
    if (fp_fd_close(gzip->fd) < 0 && rc == FP_OK)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot write %s", gzip->path);
    if (rc < 0)
        unlink(gzip->path);
    return rc;
}
