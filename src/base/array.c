#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"

#define LARGE_PAGE ((size_t)2 << 20)

/* Large pages for what lies wholly within them: the rest, up to one at either end, stays as it is. */
static void *hint(void *array, size_t bytes)
{
    uintptr_t start = ((uintptr_t)array + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)array + bytes) & ~(LARGE_PAGE - 1);

    if (array && bytes >= 2 * LARGE_PAGE && start < end)
        (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
    return array;
}

void *fp_array_new(size_t count, size_t element)
{
    size_t bytes;

    return __builtin_mul_overflow(count, element, &bytes) ? NULL : hint(malloc(bytes ? bytes : 1), bytes);
}

void *fp_array_zeroed(size_t count, size_t element)
{
    return hint(calloc(count ? count : 1, element), count * element);
}

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
    grown = hint(realloc(old, bytes), bytes);
    if (!grown)
        return fp_error_nomem(err);
    memcpy(array, &grown, sizeof grown);
    *cap = count;
    return FP_OK;
}
