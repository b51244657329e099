#include "codec/protobuf.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/out.h"

#define VARINT_MAX 10 /* bytes: seven bits in each, 64 in all */
#define NUMBER_MAX 0x1FFFFFFFu

struct fp_pb fp_pb_open(const void *bytes, size_t n)
{
    const unsigned char *start = bytes;

    if (!n) /* bytes may be NULL then, to which nothing may be added */
        start = (const unsigned char *)"";
    return (struct fp_pb){ start, start, start + n, false };
}

int fp_pb_fail(uint64_t offset, struct fp_error *err, enum fp_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fp_error_vset(err, code, format, args);
    va_end(args);
    fp_error_at(err, NULL, 0, 0, offset > INT64_MAX ? -1 : (int64_t)offset);
    return code;
}

/* The bytes of this message end too early. Only the outermost one can have been cut short. */
static int ends(const struct fp_pb *pb, struct fp_error *err)
{
    if (pb->inner)
        return fp_pb_fail(fp_pb_offset(pb), err, FP_ESYNTAX,
                          "protobuf: a field is longer than the message around it");
    return fp_pb_fail(fp_pb_offset(pb), err, FP_ETRUNCATED,
                      "protobuf: the data ends in the middle of a field");
}

/* `pb` stands at its first byte and stays there on failure. */
static int varint(struct fp_pb *pb, uint64_t *ret, struct fp_error *err)
{
    const unsigned char *at = pb->pos;
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 7 * VARINT_MAX; shift += 7) {
        unsigned char byte;

        if (at == pb->end)
            return ends(pb, err);
        byte = *at++;
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            pb->pos = at;
            *ret = value;
            return FP_OK;
        }
    }
    return fp_pb_fail(fp_pb_offset(pb), err, FP_ESYNTAX, "protobuf: a number of more than 64 bits");
}

int fp_pb_varint(struct fp_pb *pb, uint64_t *ret_value, struct fp_error *err)
{
    int rc;

    if (pb->pos == pb->end)
        return 0;
    rc = varint(pb, ret_value, err);
    return rc < 0 ? rc : 1;
}

static int fixed(struct fp_pb *pb, size_t n, uint64_t *ret, struct fp_error *err)
{
    uint64_t value = 0;

    if ((size_t)(pb->end - pb->pos) < n)
        return ends(pb, err);
    for (size_t i = n; i-- > 0;)
        value = value << 8 | pb->pos[i];
    pb->pos += n;
    *ret = value;
    return FP_OK;
}

static int bytes(struct fp_pb *pb, struct fp_pb *ret_in, struct fp_error *err)
{
    uint64_t n;
    int rc = varint(pb, &n, err);

    if (rc < 0)
        return rc;
    if (n > (uint64_t)(pb->end - pb->pos))
        return ends(pb, err);
    *ret_in = (struct fp_pb){ pb->start, pb->pos, pb->pos + n, true };
    pb->pos += n;
    return FP_OK;
}

int fp_pb_next(struct fp_pb *pb, struct fp_pb_field *ret_field, struct fp_error *err)
{
    struct fp_pb_field field = { .offset = fp_pb_offset(pb), .in = *pb };
    uint64_t tag;
    int rc;

    if (pb->pos == pb->end)
        return 0;
    rc = varint(pb, &tag, err);
    if (rc < 0)
        return rc;
    if (tag >> 3 == 0 || tag >> 3 > NUMBER_MAX)
        return fp_pb_fail(field.offset, err, FP_ESYNTAX, "protobuf: %" PRIu64 " is no field number",
                          tag >> 3);
    field.number = (uint32_t)(tag >> 3);
    switch (tag & 7) {
    case FP_PB_VARINT: rc = varint(pb, &field.value, err); break;
    case FP_PB_FIXED64: rc = fixed(pb, 8, &field.value, err); break;
    case FP_PB_BYTES: rc = bytes(pb, &field.in, err); break;
    case FP_PB_FIXED32: rc = fixed(pb, 4, &field.value, err); break;
    default:
        return fp_pb_fail(field.offset, err, FP_ESYNTAX, "protobuf: wire type %d is not known",
                          (int)(tag & 7));
    }
    if (rc < 0)
        return rc;
    field.type = (enum fp_pb_type)(tag & 7);
    *ret_field = field;
    return 1;
}

int fp_pb_expect(const struct fp_pb_field *field, enum fp_pb_type type, struct fp_error *err)
{
    if (field->type == type)
        return FP_OK;
    return fp_pb_fail(field->offset, err, FP_ESYNTAX, "protobuf: field %" PRIu32 " has wire type %d, not %d",
                      field->number, (int)field->type, (int)type);
}

int fp_pb_repeated(struct fp_pb_field *field, uint64_t *ret_value, struct fp_error *err)
{
    if (field->type == FP_PB_BYTES)
        return fp_pb_varint(&field->in, ret_value, err);
    if (field->type != FP_PB_VARINT)
        return fp_pb_expect(field, FP_PB_VARINT, err);
    *ret_value = field->value;
    field->type = FP_PB_BYTES; /* one number, now used up: as a packed field that is at its end */
    field->in.pos = field->in.end;
    return 1;
}

size_t fp_pb_varint_size(uint64_t value)
{
    size_t n = 1;

    for (; value >= 0x80; value >>= 7)
        n++;
    return n;
}

static size_t encode(unsigned char to[VARINT_MAX], uint64_t value)
{
    size_t n = 0;

    for (; value >= 0x80; value >>= 7)
        to[n++] = (unsigned char)(value | 0x80);
    to[n++] = (unsigned char)value;
    return n;
}

static void small_bytes(struct fp_pb_small *small, const void *from, size_t n)
{
    assert(n <= sizeof small->bytes - small->used); /* numbers of fields are ours, none comes from input */
    memcpy(small->bytes + small->used, from, n);
    small->used += n;
}

static void small_varint(struct fp_pb_small *small, uint64_t value)
{
    unsigned char to[VARINT_MAX];

    small_bytes(small, to, encode(to, value));
}

void fp_pb_small_u64(struct fp_pb_small *small, uint32_t number, uint64_t value)
{
    if (!value)
        return;
    small_varint(small, (uint64_t)number << 3 | FP_PB_VARINT);
    small_varint(small, value);
}

void fp_pb_small_message(struct fp_pb_small *small, uint32_t number, const struct fp_pb_small *message)
{
    small_varint(small, (uint64_t)number << 3 | FP_PB_BYTES);
    small_varint(small, message->used);
    small_bytes(small, message->bytes, message->used);
}

void fp_pb_put_varint(struct fp_out *out, uint64_t value)
{
    unsigned char to[VARINT_MAX];

    fp_out_write(out, to, encode(to, value));
}

void fp_pb_put_u64(struct fp_out *out, uint32_t number, uint64_t value)
{
    if (!value)
        return;
    fp_pb_put_varint(out, (uint64_t)number << 3 | FP_PB_VARINT);
    fp_pb_put_varint(out, value);
}

void fp_pb_put_open(struct fp_out *out, uint32_t number, uint64_t n)
{
    fp_pb_put_varint(out, (uint64_t)number << 3 | FP_PB_BYTES);
    fp_pb_put_varint(out, n);
}

void fp_pb_put_bytes(struct fp_out *out, uint32_t number, const void *from, size_t n)
{
    fp_pb_put_open(out, number, n);
    if (n)
        fp_out_write(out, from, n);
}

void fp_pb_put_small(struct fp_out *out, uint32_t number, const struct fp_pb_small *small)
{
    fp_pb_put_bytes(out, number, small->bytes, small->used);
}
