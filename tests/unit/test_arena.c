/*
 * base/arena, both ways it can be built: as it was (in the sanitizer preset a malloc a block), and with pooled blocks,
 * compiled here a second time so that every build tests what releases ship.
 */
#include "base/arena.h"
#include "profile_fixture.h"

/* AddressSanitizer would end the program where malloc just says no. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

struct kind {
    const char *name;
    void (*init)(struct fp_arena *);
    void (*release)(struct fp_arena *);
    void *(*alloc)(struct fp_arena *, size_t);
    void *(*array)(struct fp_arena *, size_t, size_t);
    char *(*strndup)(struct fp_arena *, const char *, size_t);
};

static const struct kind as_built = { "as built", fp_arena_init, fp_arena_release, fp_arena_alloc, fp_arena_array,
                                      fp_arena_strndup };

#undef FP_ARENA_MALLOC
#undef FP_BASE_ARENA_H
#define fp_arena pooled_arena
#define fp_arena_block pooled_block
#define fp_arena_init pooled_init
#define fp_arena_release pooled_release
#define fp_arena_alloc pooled_alloc
#define fp_arena_array pooled_array
#define fp_arena_strdup pooled_strdup
#define fp_arena_strndup pooled_strndup
#include "base/arena.c"
#undef fp_arena

/* The same struct under another name. */
static void init2(struct fp_arena *a)
{
    pooled_init((struct pooled_arena *)a);
}

static void release2(struct fp_arena *a)
{
    pooled_release((struct pooled_arena *)a);
}

static void *alloc2(struct fp_arena *a, size_t n)
{
    return pooled_alloc((struct pooled_arena *)a, n);
}

static void *array2(struct fp_arena *a, size_t n, size_t size)
{
    return pooled_array((struct pooled_arena *)a, n, size);
}

static char *strndup2(struct fp_arena *a, const char *s, size_t n)
{
    return pooled_strndup((struct pooled_arena *)a, s, n);
}

static const struct kind pooled = { "pooled", init2, release2, alloc2, array2, strndup2 };
static const struct kind *const kinds[] = { &as_built, &pooled };

#define FOR_EACH_KIND(k) for (const struct kind *const *at = kinds, *k = *at; at < kinds + 2; k = ++at < kinds + 2 ? *at : k)

static void zero_bytes_give_a_valid_pointer(void **state)
{
    (void)state;
    FOR_EACH_KIND(k) {
        struct fp_arena arena;
        char *first, *second;

        k->init(&arena);
        first = k->alloc(&arena, 0); /* the very first one */
        assert_non_null(first);
        assert_true((uintptr_t)first > 4096); /* not an offset into nothing */
        assert_non_null(arena.blocks);
        second = k->array(&arena, 0, 100);
        assert_non_null(second);
        assert_true(first != second);
        k->release(&arena);
    }
}

static void blocks_are_zeroed_aligned_and_apart(void **state)
{
    enum { COUNT = 4000 };
    static struct { unsigned char *at; size_t n; } given[COUNT];

    (void)state;
    FOR_EACH_KIND(k) {
        struct fp_arena arena;
        uint64_t random = 3;

        k->init(&arena);
        for (size_t i = 0; i < COUNT; i++) {
            size_t n = below(&random, i % 200 == 7 ? 300000 : 200);
            unsigned char *p = k->alloc(&arena, n);

            assert_non_null(p);
            assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
            for (size_t b = 0; b < n; b++)
                assert_int_equal(p[b], 0);
            memset(p, (int)(i % 255 + 1), n);
            given[i].at = p;
            given[i].n = n;
        }
        for (size_t i = 0; i < COUNT; i++)
            for (size_t b = 0; b < given[i].n; b++)
                assert_int_equal(given[i].at[b], i % 255 + 1);
        k->release(&arena);
        k->release(&arena);
        assert_null(arena.blocks);
    }
}

static void sizes_around_a_block(void **state)
{
    (void)state;
    FOR_EACH_KIND(k)
        for (size_t size = 65536 - 40; size < 65536 + 40; size++) {
            struct fp_arena arena;
            unsigned char *a, *b, *c;

            k->init(&arena);
            a = k->alloc(&arena, size);
            b = k->alloc(&arena, 24);
            c = k->alloc(&arena, size);
            memset(a, 1, size);
            memset(b, 2, 24);
            memset(c, 3, size);
            assert_int_equal(a[size - 1], 1);
            assert_int_equal(b[23], 2);
            k->release(&arena);
        }
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    FOR_EACH_KIND(k) {
        struct fp_arena arena;
        char *copy;

        k->init(&arena);
        for (size_t less = 0; less < 64; less += 7)
            assert_null(k->alloc(&arena, SIZE_MAX - less));
        assert_null(k->array(&arena, SIZE_MAX / 2, 3));
        assert_null(k->strndup(&arena, "x", SIZE_MAX));
        copy = k->strndup(&arena, "ab\0cd", 5);
        assert_memory_equal(copy, "ab\0cd\0", 6);
        assert_string_equal(k->strndup(&arena, NULL, 0), "");
        k->release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zero_bytes_give_a_valid_pointer),
        cmocka_unit_test(blocks_are_zeroed_aligned_and_apart),
        cmocka_unit_test(sizes_around_a_block),
        cmocka_unit_test(sizes_that_overflow_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
