/*
 * Ids of somebody else's choosing → positions 0, 1, 2 … in the order they came.
 *
 * Any 64-bit number may be an id. Files usually number from 1 without gaps: that
 * case costs no hashing. The table is seeded, so ids cannot be made to collide.
 *
 *     fp_ids_init(&ids);
 *     rc = fp_ids_add(&ids, id, &err);          // position: ids.count - 1
 *     at = fp_ids_find(&ids, id);               // or FP_IDS_NONE
 *     fp_ids_release(&ids);
 */
#ifndef FP_CODEC_IDS_H
#define FP_CODEC_IDS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define FP_IDS_NONE UINT32_MAX

struct fp_ids {
    uint64_t *id; /* by position */
    size_t count, cap;
    uint32_t *table; /* open addressing: position + 1, 0 = free; only ids that are not their position + 1 */
    size_t table_size, table_used;
    uint64_t seed;
};

void fp_ids_init(struct fp_ids *ids);
void fp_ids_release(struct fp_ids *ids);
/* FP_EDATA when the id is there already. */
int fp_ids_add(struct fp_ids *ids, uint64_t id, struct fp_error *err);
uint32_t fp_ids_find(const struct fp_ids *ids, uint64_t id);

#endif
