#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

int fp_array_reserve(void *array, size_t *cap, size_t need, size_t element, size_t max, const char *what,
                     struct fp_error *err)
{
    void *old, *grown;
    size_t count = *cap, bytes;

    if (need <= count)
        return FP_OK;
    if (need > max)
        return fp_error_set(err, FP_ELIMIT, "more than %zu %s", max, what);
    if (count < 16)
        count = 16;
    while (count < need)
        count = count > max / 2 ? max : 2 * count;
    if (count > max)
        count = max;
    if (__builtin_mul_overflow(count, element, &bytes))
        return fp_error_nomem(err);
    memcpy(&old, array, sizeof old); /* the caller's pointer may have any object type */
    grown = realloc(old, bytes);
    if (!grown)
        return fp_error_nomem(err);
    memcpy(array, &grown, sizeof grown);
    *cap = count;
    return FP_OK;
}
