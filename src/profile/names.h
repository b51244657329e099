/*
 * Interned names: each different (bytes, kind) once, known by a 32-bit id.
 *
 * Ids count up from 0 in order of first appearance. All bytes lie in one block;
 * columns hold where. A name with the same bytes and another kind is another name
 * (the root "nginx" and a function "nginx"). Bytes are kept exactly as given.
 *
 *     struct fp_names names;
 *     fp_names_init(&names);
 *     if (fp_names_intern(&names, slice, FP_KIND_KERNEL, &id, err) < 0) …
 *     fp_names_release(&names);
 *
 * A slice from fp_names_get is valid until the next intern. Not thread-safe while
 * interning; afterwards any number of readers.
 */
#ifndef FP_PROFILE_NAMES_H
#define FP_PROFILE_NAMES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slots.h"
#include "base/str.h"
#include "profile/frame_kind.h"

struct fp_names {
    char *bytes;
    size_t used, bytes_cap;
    uint32_t *offset, *length;
    uint8_t *kind;
    size_t count, cap;
    struct fp_slots slots; /* of (bytes, kind) */
    uint64_t seed;
};

void fp_names_init(struct fp_names *names);
void fp_names_release(struct fp_names *names);

int fp_names_intern(struct fp_names *names, struct fp_slice name, enum fp_frame_kind kind, uint32_t *ret_id,
                    struct fp_error *err);

static inline struct fp_slice fp_names_get(const struct fp_names *names, uint32_t id)
{
    return (struct fp_slice){ names->bytes + names->offset[id], names->length[id] };
}

/* The order of names everywhere: by bytes, then by kind. Fills rank[id] (names->count entries, caller's). */
int fp_names_rank(const struct fp_names *names, uint32_t *rank, struct fp_error *err);

#endif
