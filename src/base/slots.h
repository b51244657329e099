/*
 * The slots of a hash table from what has a hash to a 32-bit id: open addressing.
 *
 * Beside each id stands its hash, so that probing and growing touch what is stored only where the hashes are
 * equal. Invariants: a power of two of slots; at most two in three are taken, so every search ends at a free
 * one. What is equal, the caller knows:
 *
 *     rc = fp_slots_reserve(&slots, count + 1, err);
 *     for (at = fp_slots_first(&slots, hash); slots.slot[at]; at = fp_slots_next(&slots, at))
 *         if (fp_slots_holds(&slots, at, hash) && equal(fp_slots_id(&slots, at))) return found;
 *     fp_slots_put(&slots, at, hash, count++);
 */
#ifndef FP_BASE_SLOTS_H
#define FP_BASE_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Zeroed, it is an empty table. */
struct fp_slots {
    uint64_t *slot; /* hash in the upper half, id + 1 in the lower; 0 = free */
    size_t size;
};

void fp_slots_release(struct fp_slots *slots);
/* Room for `count` ids in all. */
int fp_slots_reserve(struct fp_slots *slots, size_t count, struct fp_error *err);

static inline size_t fp_slots_first(const struct fp_slots *slots, uint32_t hash)
{
    return hash & (slots->size - 1);
}

static inline size_t fp_slots_next(const struct fp_slots *slots, size_t at)
{
    return (at + 1) & (slots->size - 1);
}

static inline bool fp_slots_holds(const struct fp_slots *slots, size_t at, uint32_t hash)
{
    return slots->slot[at] >> 32 == hash;
}

static inline uint32_t fp_slots_id(const struct fp_slots *slots, size_t at)
{
    return (uint32_t)slots->slot[at] - 1;
}

static inline void fp_slots_put(struct fp_slots *slots, size_t at, uint32_t hash, uint32_t id)
{
    slots->slot[at] = (uint64_t)hash << 32 | (id + 1);
}

#endif
