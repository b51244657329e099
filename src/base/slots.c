#include "base/slots.h"

#include <stdlib.h>

#include "base/array.h"

void fp_slots_release(struct fp_slots *slots)
{
    free(slots->slot);
    *slots = (struct fp_slots){ 0 };
}

int fp_slots_reserve(struct fp_slots *slots, size_t count, struct fp_error *err)
{
    struct fp_slots grown = { .size = slots->size ? slots->size : 256 };

    while (3 * count > 2 * grown.size)
        grown.size *= 2;
    if (grown.size == slots->size)
        return FP_OK;
    grown.slot = fp_array_zeroed(grown.size, sizeof *grown.slot);
    if (!grown.slot)
        return fp_error_nomem(err);
    for (size_t i = 0; i < slots->size; i++) {
        size_t at;

        if (!slots->slot[i])
            continue;
        at = fp_slots_first(&grown, (uint32_t)(slots->slot[i] >> 32));
        while (grown.slot[at])
            at = fp_slots_next(&grown, at);
        grown.slot[at] = slots->slot[i];
    }
    free(slots->slot);
    *slots = grown;
    return FP_OK;
}
