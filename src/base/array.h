/*
 * Growing plain arrays without size arithmetic that overflows.
 *
 *     if (fp_array_reserve(&ids, &cap, n + 1, sizeof *ids, FP_LIMIT_NODES, "nodes", err) < 0) …
 *     ids[n++] = id;
 *
 * `*array` is heap memory (free() it). Growth doubles, but for one big step. New elements are NOT zeroed.
 *
 * Large arrays ask the kernel for large pages: filling them takes a fraction of the page faults, and reading them in
 * no order a fraction of the waits. Where the kernel has none to give, nothing changes.
 */
#ifndef FP_BASE_ARRAY_H
#define FP_BASE_ARRAY_H

#include <stddef.h>

struct fp_error;

/* Grows *array (pass the address of the pointer, cast to void *) so that `need` elements fit; never beyond `max`: FP_ELIMIT then, with
 * `what` (a plural noun) in the message. On failure nothing changed. */
int fp_array_reserve(void *array, size_t *cap, size_t need, size_t element, size_t max, const char *what,
                     struct fp_error *err);

/* An array of its final size; NULL when there is no memory (or no such size). free() it. */
void *fp_array_new(size_t count, size_t element);
/* The same, all zero. */
void *fp_array_zeroed(size_t count, size_t element);

#endif
