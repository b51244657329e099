#include "codec/ids.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/limits.h"

void fp_ids_init(struct fp_ids *ids)
{
    *ids = (struct fp_ids){ .seed = fp_hash_seed() };
}

void fp_ids_release(struct fp_ids *ids)
{
    free(ids->id);
    free(ids->table);
    *ids = (struct fp_ids){ 0 };
}

static size_t slot_of(const struct fp_ids *ids, uint64_t id, size_t size)
{
    return (size_t)fp_hash_bytes(&id, sizeof id, ids->seed) & (size - 1);
}

/* The slot where the id is, or the free one where it would go. At most half of all slots are taken. */
static size_t probe(const struct fp_ids *ids, uint64_t id)
{
    size_t at = slot_of(ids, id, ids->table_size);

    while (ids->table[at] && ids->id[ids->table[at] - 1] != id)
        at = (at + 1) & (ids->table_size - 1);
    return at;
}

uint32_t fp_ids_find(const struct fp_ids *ids, uint64_t id)
{
    if (id - 1 < ids->count && ids->id[id - 1] == id) /* id 0 wraps and is found in the table, if at all */
        return (uint32_t)(id - 1);
    return ids->table_size ? ids->table[probe(ids, id)] - 1 : FP_IDS_NONE; /* a free slot's 0 wraps to NONE */
}

static int grow_table(struct fp_ids *ids, struct fp_error *err)
{
    size_t size = ids->table_size ? 2 * ids->table_size : 64;
    uint32_t *table = calloc(size, sizeof *table);

    if (!table)
        return fp_error_nomem(err);
    for (size_t i = 0; i < ids->table_size; i++) {
        size_t at;

        if (!ids->table[i])
            continue;
        at = slot_of(ids, ids->id[ids->table[i] - 1], size);
        while (table[at])
            at = (at + 1) & (size - 1);
        table[at] = ids->table[i];
    }
    free(ids->table);
    ids->table = table;
    ids->table_size = size;
    return FP_OK;
}

int fp_ids_add(struct fp_ids *ids, uint64_t id, struct fp_error *err)
{
    int rc;

    if (fp_ids_find(ids, id) != FP_IDS_NONE)
        return fp_error_set(err, FP_EDATA, "id %" PRIu64 " comes twice", id);
    rc = fp_array_reserve(&ids->id, &ids->cap, ids->count + 1, sizeof *ids->id, FP_LIMIT_NODES, "ids", err);
    if (rc == FP_OK && id != ids->count + 1 && 2 * (ids->table_used + 1) > ids->table_size)
        rc = grow_table(ids, err);
    if (rc < 0)
        return rc;
    if (id != ids->count + 1) {
        ids->table[probe(ids, id)] = (uint32_t)ids->count + 1;
        ids->table_used++;
    }
    ids->id[ids->count++] = id;
    return FP_OK;
}
