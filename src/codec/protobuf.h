/*
 * The wire format of protocol buffers, as far as pprof needs it.
 *
 * Source of the format: "Encoding" of the Protocol Buffers documentation. A message is fields one after the
 * other: a tag (number << 3 | wire type, a varint), then a varint (type 0), eight bytes (1), a length and
 * bytes (2) or four bytes (5). Groups (3, 4) are refused: nothing we read ever had them.
 *
 * Reading is a cursor over bytes in memory; nothing is copied or allocated. A message within a message is a
 * cursor over a field's bytes.
 *
 *     struct fp_pb pb = fp_pb_open(bytes, n);
 *     while ((rc = fp_pb_next(&pb, &field, &err)) > 0)
 *         if (field.number == 3 && field.type == FP_PB_BYTES) …
 *
 * Errors carry the byte offset from the start of the outermost message: FP_ETRUNCATED where the input itself
 * ends too early, FP_ESYNTAX for the rest.
 *
 * Writing goes into a small message of fixed size (ids and indexes only), or straight to an fp_out.
 */
#ifndef FP_CODEC_PROTOBUF_H
#define FP_CODEC_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fp_out;

enum fp_pb_type { FP_PB_VARINT = 0, FP_PB_FIXED64 = 1, FP_PB_BYTES = 2, FP_PB_FIXED32 = 5 };

struct fp_pb {
    const unsigned char *start; /* of the outermost message: offsets count from here */
    const unsigned char *pos, *end;
    bool inner;
};

struct fp_pb_field {
    uint32_t number;
    enum fp_pb_type type;
    uint64_t value;  /* of a varint or a fixed number */
    struct fp_pb in; /* of bytes: [in.pos, in.end) */
    uint64_t offset; /* of the tag */
};

struct fp_pb fp_pb_open(const void *bytes, size_t n);
/* 1 with the next field, 0 at the end of the message. */
int fp_pb_next(struct fp_pb *pb, struct fp_pb_field *ret_field, struct fp_error *err);
/* The next varint of a packed field; 1, or 0 at its end. */
int fp_pb_varint(struct fp_pb *pb, uint64_t *ret_value, struct fp_error *err);
/* A repeated number may come alone or packed: 1 with the next one, 0 after the last. `field` is used up.
 * FP_ESYNTAX when it is neither a varint nor bytes. */
int fp_pb_repeated(struct fp_pb_field *field, uint64_t *ret_value, struct fp_error *err);
/* Is it of this type? FP_ESYNTAX with the offset when not. */
int fp_pb_expect(const struct fp_pb_field *field, enum fp_pb_type type, struct fp_error *err);

static inline uint64_t fp_pb_offset(const struct fp_pb *pb)
{
    return (uint64_t)(pb->pos - pb->start);
}

/* Fills `err`, the offset included. Returns `code`. */
int fp_pb_fail(uint64_t offset, struct fp_error *err, enum fp_status code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Bytes that a varint takes: 1 to 10. */
size_t fp_pb_varint_size(uint64_t value);

/* A message of a few numbers: at most five fields fit. */
struct fp_pb_small {
    unsigned char bytes[64];
    size_t used;
};

/* Adds a varint field; zero is the default and is left out. */
void fp_pb_small_u64(struct fp_pb_small *small, uint32_t number, uint64_t value);
/* Adds a message as a field, even when it is empty. */
void fp_pb_small_message(struct fp_pb_small *small, uint32_t number, const struct fp_pb_small *message);

void fp_pb_put_varint(struct fp_out *out, uint64_t value);
/* A varint field; zero is left out. */
void fp_pb_put_u64(struct fp_out *out, uint32_t number, uint64_t value);
/* The tag and length of a field of n bytes, which are to follow. */
void fp_pb_put_open(struct fp_out *out, uint32_t number, uint64_t n);
void fp_pb_put_bytes(struct fp_out *out, uint32_t number, const void *from, size_t n);
void fp_pb_put_small(struct fp_out *out, uint32_t number, const struct fp_pb_small *small);

#endif
