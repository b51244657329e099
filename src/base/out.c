#include "base/out.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "base/str.h"

static int write_fd(void *ctx, const char *bytes, size_t n, struct fp_error *err)
{
    struct fp_out *out = ctx;

    if (fp_fd_write(out->fd, bytes, n) < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot write %s", out->name);
    return FP_OK;
}

static int write_str(void *ctx, const char *bytes, size_t n, struct fp_error *err)
{
    fp_str_append(ctx, bytes, n);
    return fp_str_status(ctx, "text", err);
}

void fp_out_to(struct fp_out *out, int (*write)(void *, const char *, size_t, struct fp_error *), void *ctx)
{
    out->write = write;
    out->ctx = ctx;
    out->fd = -1;
    out->name = "output";
    out->used = 0;
    out->written = 0;
    fp_error_clear(&out->err);
}

void fp_out_to_fd(struct fp_out *out, int fd, const char *name)
{
    fp_out_to(out, write_fd, out);
    out->fd = fd;
    out->name = name;
}

void fp_out_to_str(struct fp_out *out, struct fp_str *str)
{
    fp_out_to(out, write_str, str);
}

static void flush(struct fp_out *out)
{
    if (out->used && out->err.code == FP_OK) {
        int status = out->write(out->ctx, out->buffer, out->used, &out->err);

        if (status < 0 && out->err.code == FP_OK)
            out->err.code = (enum fp_status)status;
    }
    out->used = 0;
}

void fp_out_write(struct fp_out *out, const void *bytes, size_t n)
{
    const char *from = bytes;

    out->written += n;
    while (n) {
        size_t part = sizeof out->buffer - out->used;

        if (part > n)
            part = n;
        memcpy(out->buffer + out->used, from, part);
        out->used += part;
        from += part;
        n -= part;
        if (out->used == sizeof out->buffer)
            flush(out);
    }
}

void fp_out_puts(struct fp_out *out, const char *text)
{
    fp_out_write(out, text, strlen(text));
}

void fp_out_u64(struct fp_out *out, uint64_t value)
{
    char digits[20];
    size_t at = sizeof digits;

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    fp_out_write(out, digits + at, sizeof digits - at);
}

void fp_out_i64(struct fp_out *out, int64_t value)
{
    if (value < 0) {
        fp_out_putc(out, '-');
        fp_out_u64(out, -(uint64_t)value);
    } else {
        fp_out_u64(out, (uint64_t)value);
    }
}

void fp_out_decimal(struct fp_out *out, double value, int decimals)
{
    static const double scales[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6 };
    uint64_t scaled, divisor;
    double magnitude = fabs(value);

    if (decimals > 6)
        decimals = 6;
    if (!isfinite(value) || magnitude > 1e12)
        magnitude = isfinite(value) ? 1e12 : 0;
    scaled = (uint64_t)(magnitude * scales[decimals] + 0.5);
    divisor = (uint64_t)scales[decimals];
    if (value < 0 && scaled)
        fp_out_putc(out, '-');
    fp_out_u64(out, scaled / divisor);
    scaled %= divisor;
    if (!scaled)
        return;
    fp_out_putc(out, '.');
    while (scaled) {
        divisor /= 10;
        fp_out_putc(out, (char)('0' + scaled / divisor));
        scaled %= divisor;
    }
}

void fp_out_printf(struct fp_out *out, const char *format, ...)
{
    char text[1024];
    va_list args;
    int n;

    va_start(args, format);
    n = vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text)
        fp_out_fail(out, FP_ELIMIT, "formatted text is longer than 1023 bytes");
    else
        fp_out_write(out, text, (size_t)n);
}

void fp_out_fail(struct fp_out *out, enum fp_status code, const char *message)
{
    fp_error_set(&out->err, code, "%s", message);
}

int fp_out_finish(struct fp_out *out, struct fp_error *err)
{
    flush(out);
    if (out->err.code == FP_OK)
        return FP_OK;
    if (err && err->code == FP_OK)
        *err = out->err;
    return out->err.code;
}

int fp_out_file(const char *path, enum fp_out_mode mode, fp_out_writer *write, void *ctx, struct fp_error *err)
{
    struct fp_out out;
    int rc, finished;
    int fd = fp_fd_open(AT_FDCWD, path, O_WRONLY | O_CREAT | O_CLOEXEC | (mode == FP_OUT_NEW ? O_EXCL : O_TRUNC));

    if (fd < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot create %s", path);
    fp_out_to_fd(&out, fd, path);
    rc = write(ctx, &out, err);
    finished = fp_out_finish(&out, err);
    if (rc == FP_OK)
        rc = finished;
    (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE); /* on its way to the disk while others work: no promise */
    if (fp_fd_close(fd) < 0 && rc == FP_OK)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot write %s", path);
    if (rc < 0)
        unlink(path);
    return rc;
}
