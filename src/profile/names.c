#include "profile/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/limits.h"

void fp_names_init(struct fp_names *names)
{
    *names = (struct fp_names){ .seed = fp_hash_seed() };
}

void fp_names_release(struct fp_names *names)
{
    free(names->bytes);
    free(names->offset);
    free(names->length);
    free(names->kind);
    fp_slots_release(&names->slots);
    *names = (struct fp_names){ 0 };
}

static uint32_t hash_of(const struct fp_names *names, struct fp_slice name, enum fp_frame_kind kind)
{
    return (uint32_t)fp_hash_bytes(name.data, name.len, names->seed + (uint64_t)kind);
}

/* Room for one more name of `length` bytes in all columns. */
static int reserve(struct fp_names *names, size_t length, struct fp_error *err)
{
    size_t cap[3] = { names->cap, names->cap, names->cap };
    size_t need = names->count + 1;
    int rc;

    if (length > FP_LIMIT_NAME)
        return fp_error_set(err, FP_ELIMIT, "a frame name of %zu bytes; the limit is %zu", length, FP_LIMIT_NAME);
    /* one byte at least, for empty names have an address, too */
    rc = fp_array_reserve(&names->bytes, &names->bytes_cap, names->used + length + 1, 1, FP_LIMIT_NAMES_BYTES,
                          "bytes of frame names", err);
    if (rc == FP_OK)
        rc = fp_array_reserve(&names->offset, &cap[0], need, sizeof *names->offset, FP_LIMIT_NODES, "names", err);
    if (rc == FP_OK)
        rc = fp_array_reserve(&names->length, &cap[1], need, sizeof *names->length, FP_LIMIT_NODES, "names", err);
    if (rc == FP_OK)
        rc = fp_array_reserve(&names->kind, &cap[2], need, sizeof *names->kind, FP_LIMIT_NODES, "names", err);
    if (rc == FP_OK)
        names->cap = cap[0];
    return rc;
}

int fp_names_intern(struct fp_names *names, struct fp_slice name, enum fp_frame_kind kind, uint32_t *ret_id,
                    struct fp_error *err)
{
    uint32_t hash = hash_of(names, name, kind), id;
    size_t at;
    int rc = fp_slots_reserve(&names->slots, names->count + 1, err);

    if (rc < 0)
        return rc;
    for (at = fp_slots_first(&names->slots, hash); names->slots.slot[at];
         at = fp_slots_next(&names->slots, at)) {
        id = fp_slots_id(&names->slots, at);
        if (fp_slots_holds(&names->slots, at, hash) && names->kind[id] == kind &&
            fp_slice_equal(fp_names_get(names, id), name)) {
            *ret_id = id;
            return FP_OK;
        }
    }
    rc = reserve(names, name.len, err);
    if (rc < 0)
        return rc;
    id = (uint32_t)names->count++;
    names->offset[id] = (uint32_t)names->used;
    names->length[id] = (uint32_t)name.len;
    names->kind[id] = (uint8_t)kind;
    if (name.len)
        memcpy(names->bytes + names->used, name.data, name.len);
    names->used += name.len;
    fp_slots_put(&names->slots, at, hash, id);
    *ret_id = id;
    return FP_OK;
}

static int compare_ids(const void *a, const void *b, void *ctx)
{
    const struct fp_names *names = ctx;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int order = fp_slice_compare(fp_names_get(names, x), fp_names_get(names, y));

    return order ? order : (int)names->kind[x] - (int)names->kind[y];
}

int fp_names_rank(const struct fp_names *names, uint32_t *rank, struct fp_error *err)
{
    uint32_t *order = malloc((names->count ? names->count : 1) * sizeof *order);

    if (!order)
        return fp_error_nomem(err);
    for (uint32_t i = 0; i < names->count; i++)
        order[i] = i;
    qsort_r(order, names->count, sizeof *order, compare_ids, (void *)(uintptr_t)names);
    for (uint32_t i = 0; i < names->count; i++)
        rank[order[i]] = i;
    free(order);
    return FP_OK;
}
