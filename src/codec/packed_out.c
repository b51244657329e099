#include "codec/packed_out.h"

#include <stdlib.h>

#define ZLIB_CONST /* next_in points to what is not written */
#include <zlib.h>

#define LEVEL 6 /* 9 takes six times as long for 1 % less */

static void put_group(struct fp_out *to, const unsigned char three[3], unsigned count)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned bits = (unsigned)three[0] << 16 | (unsigned)(count > 1 ? three[1] : 0) << 8 | (count > 2 ? three[2] : 0);
    char text[4];

    for (unsigned i = 0; i < 4; i++)
        text[i] = i <= count ? digits[bits >> (18 - 6 * i) & 63] : '=';
    fp_out_write(to, text, sizeof text);
}

static void put_packed(struct fp_packed_out *packed, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        packed->left[packed->left_count++] = bytes[i];
        if (packed->left_count == 3) {
            put_group(packed->to, packed->left, 3);
            packed->left_count = 0;
        }
    }
}

static void deflate_some(struct fp_packed_out *packed, const char *bytes, size_t n, int flush)
{
    z_stream *z = packed->z;
    unsigned char room[8192];

    z->next_in = (const unsigned char *)bytes;
    z->avail_in = (unsigned)n;
    do {
        z->next_out = room;
        z->avail_out = sizeof room;
        (void)deflate(z, flush); /* with room to write to it cannot fail */
        put_packed(packed, room, sizeof room - z->avail_out);
    } while (z->avail_out == 0);
}

static int write_some(void *ctx, const char *bytes, size_t n, struct fp_error *err)
{
    (void)err;
    for (size_t part; n; bytes += part, n -= part) {
        part = n < (1u << 30) ? n : 1u << 30; /* zlib counts in `unsigned` */
        deflate_some(ctx, bytes, part, Z_NO_FLUSH);
    }
    return FP_OK;
}

int fp_packed_out_open(struct fp_packed_out *packed, struct fp_out *to, struct fp_error *err)
{
    z_stream *z = calloc(1, sizeof *z);

    if (!z || deflateInit(z, LEVEL) != Z_OK) {
        free(z);
        return fp_error_nomem(err);
    }
    packed->z = z;
    packed->to = to;
    packed->left_count = 0;
    fp_out_to(&packed->out, write_some, packed);
    return FP_OK;
}

int fp_packed_out_close(struct fp_packed_out *packed, struct fp_error *err)
{
    int rc = fp_out_finish(&packed->out, err);

    if (rc == FP_OK)
        deflate_some(packed, NULL, 0, Z_FINISH);
    if (packed->left_count)
        put_group(packed->to, packed->left, packed->left_count);
    deflateEnd(packed->z);
    free(packed->z);
    packed->z = NULL;
    return rc;
}
