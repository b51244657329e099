#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE ((size_t)64 << 10)

struct fp_arena_block {
    struct fp_arena_block *next;
    alignas(max_align_t) unsigned char data[];
};

void fp_arena_init(struct fp_arena *arena)
{
    *arena = (struct fp_arena){ 0 };
}

void fp_arena_release(struct fp_arena *arena)
{
    struct fp_arena_block *block = arena->blocks;

    while (block) {
        struct fp_arena_block *next = block->next;

        free(block);
        block = next;
    }
    fp_arena_init(arena);
}

static struct fp_arena_block *new_block(size_t size)
{
    if (size > SIZE_MAX - sizeof(struct fp_arena_block))
        return NULL;
    /* calloc: large blocks come zeroed from the kernel without being touched */
    return calloc(1, sizeof(struct fp_arena_block) + size);
}

void *fp_arena_alloc(struct fp_arena *arena, size_t size)
{
    struct fp_arena_block *block;
    void *result;

    if (size > SIZE_MAX - alignof(max_align_t))
        return NULL;
    if (!size)
        size = 1; /* a pointer of its own, in a block that exists */
#ifndef FP_ARENA_MALLOC
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (size <= arena->cap - arena->used) {
        result = arena->blocks->data + arena->used;
        arena->used += size;
        return result;
    }
#endif
#ifdef FP_ARENA_MALLOC
    block = new_block(size);
#else
    block = new_block(size < BLOCK_SIZE ? BLOCK_SIZE : size);
#endif
    if (!block)
        return NULL;
    result = block->data;
#ifndef FP_ARENA_MALLOC
    /* A big block goes behind the current one, whose rest stays usable. */
    if (size >= BLOCK_SIZE && arena->blocks) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
        return result;
    }
    arena->used = size;
    arena->cap = size < BLOCK_SIZE ? BLOCK_SIZE : size;
#endif
    block->next = arena->blocks;
    arena->blocks = block;
    return result;
}

void *fp_arena_array(struct fp_arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        return NULL;
    return fp_arena_alloc(arena, bytes);
}

char *fp_arena_strndup(struct fp_arena *arena, const char *bytes, size_t n)
{
    char *copy;

    if (n == SIZE_MAX)
        return NULL;
    copy = fp_arena_alloc(arena, n + 1);
    if (!copy)
        return NULL;
    if (n)
        memcpy(copy, bytes, n);
    return copy;
}

char *fp_arena_strdup(struct fp_arena *arena, const char *text)
{
    return fp_arena_strndup(arena, text, strlen(text));
}
