/*
 * A name on its way in: whatever bytes a file has for it, valid UTF-8 of at most FP_LIMIT_NAME bytes comes
 * out.
 *
 * Invalid bytes become U+FFFD. Of a name that is longer, the beginning stays, cut between two characters,
 * followed by "…sha256:" and the first 16 hex digits of the SHA-256 of all its bytes as they came: names that
 * differ stay apart, equal ones stay equal, in every format and from night to night. (The ids of such frames
 * are made from the name as it is cut, so they are not those of a server.) Memory is bounded by the limit,
 * however long the name.
 *
 *     struct fp_raw_name name;
 *     fp_raw_name_init(&name);
 *     fp_raw_name_add(&name, bytes, n);                       // as often as pieces come
 *     rc = fp_raw_name_finish(&name, &slice, &mended, &err);  // valid until the next call
 *     fp_raw_name_clear(&name);                               // before the next name
 *     fp_raw_name_release(&name);
 */
#ifndef FP_CODEC_RAW_NAME_H
#define FP_CODEC_RAW_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/sha256.h"
#include "base/str.h"

struct fp_raw_name {
    struct fp_str text;   /* the first FP_LIMIT_NAME bytes, as they came */
    struct fp_str mended; /* what was made of them when they could not stay */
    struct fp_sha256 sha; /* of all bytes; used when there are more than `text` holds */
    bool longer;
};

void fp_raw_name_init(struct fp_raw_name *name);
void fp_raw_name_release(struct fp_raw_name *name);
void fp_raw_name_clear(struct fp_raw_name *name);
void fp_raw_name_add(struct fp_raw_name *name, const void *bytes, size_t n);
/* *mended is set when the name had to be changed, else left alone. Fails for want of memory only. */
int fp_raw_name_finish(struct fp_raw_name *name, struct fp_slice *ret_name, bool *mended,
                       struct fp_error *err);

/* All at once, for bytes that lie together; a name that is fine is not copied. */
int fp_raw_name_of(struct fp_raw_name *scratch, struct fp_slice bytes, struct fp_slice *ret_name,
                   bool *mended, struct fp_error *err);

#endif
