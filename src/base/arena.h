/*
 * An arena: many allocations, one release.
 *
 * For things that live and die together (a configuration, the plan of a run). There
 * is no free of one block. Blocks are aligned for any type and zeroed.
 * Built with -DFP_ARENA_MALLOC (the asan preset), each block is a malloc of its
 * own, so that AddressSanitizer and valgrind see where one ends.
 *
 *     struct fp_arena arena;
 *     fp_arena_init(&arena);
 *     uint32_t *ids = fp_arena_array(&arena, n, sizeof *ids);
 *     if (!ids) return fp_error_nomem(err);
 *     fp_arena_release(&arena);
 *
 * Not thread-safe: an arena belongs to one thread at a time.
 */
#ifndef FP_BASE_ARENA_H
#define FP_BASE_ARENA_H

#include <stddef.h>

struct fp_arena_block;

struct fp_arena {
    struct fp_arena_block *blocks; /* newest first */
    size_t used, cap;              /* within the newest block */
};

void fp_arena_init(struct fp_arena *arena);
void fp_arena_release(struct fp_arena *arena);

/* NULL when memory cannot be had, or count × size overflows. Zero bytes give a valid pointer. */
void *fp_arena_alloc(struct fp_arena *arena, size_t size);
void *fp_arena_array(struct fp_arena *arena, size_t count, size_t size);
/* A NUL-terminated copy. */
char *fp_arena_strdup(struct fp_arena *arena, const char *text);
char *fp_arena_strndup(struct fp_arena *arena, const char *bytes, size_t n);

#endif
