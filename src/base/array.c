#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/error.h"

#define LARGE_PAGE ((size_t)2 << 20)
#define ROOMY ((size_t)64 << 20) /* large arrays begin with that: what is not filled takes no memory */

/* Asks for large pages where they fit in whole. */
static void hint(void *array, size_t bytes)
{
    uintptr_t start = ((uintptr_t)array + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
    uintptr_t end = ((uintptr_t)array + bytes) & ~(LARGE_PAGE - 1);

    if (start < end)
        (void)madvise((void *)start, end - start, MADV_HUGEPAGE);
}

/* Whole pages, none of them shared with others. */
static void *allocate_large(size_t bytes)
{
    void *array = NULL;

    if (bytes <= SIZE_MAX - LARGE_PAGE) {
        bytes = (bytes + LARGE_PAGE - 1) & ~(LARGE_PAGE - 1);
        array = aligned_alloc(LARGE_PAGE, bytes);
    }
    if (array)
        hint(array, bytes);
    return array;
}

void *fp_array_new(size_t count, size_t element)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, element, &bytes))
        return NULL;
    return bytes < LARGE_PAGE ? malloc(bytes ? bytes : 1) : allocate_large(bytes);
}

void *fp_array_zeroed(size_t count, size_t element)
{
    void *array = calloc(count ? count : 1, element); /* which does not touch what comes zeroed from the kernel */

    if (array)
        hint(array, count * element);
    return array;
}

/* realloc, but large ones move to pages of their own. */
static void *grow(void *old, size_t old_bytes, size_t bytes)
{
    void *grown;

    if (bytes < LARGE_PAGE)
        return realloc(old, bytes);
    grown = allocate_large(bytes);
    if (grown && old_bytes)
        memcpy(grown, old, old_bytes);
    if (grown)
        free(old);
    return grown;
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
    while (count < need) {
        size_t factor = count >= LARGE_PAGE / element && count < ROOMY / element ? ROOMY / LARGE_PAGE : 2;

        count = count > max / factor ? max : factor * count;
    }
    if (count > max)
        count = max;
    if (__builtin_mul_overflow(count, element, &bytes))
        return fp_error_nomem(err);
    memcpy(&old, array, sizeof old); /* the caller's pointer may have any object type */
    grown = grow(old, *cap * element, bytes);
    if (!grown)
        return fp_error_nomem(err);
    memcpy(array, &grown, sizeof grown);
    *cap = count;
    return FP_OK;
}
