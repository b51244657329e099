/*
 * Growing plain arrays without size arithmetic that overflows.
 *
 *     if (fp_array_reserve(&ids, &cap, n + 1, sizeof *ids, FP_LIMIT_NODES, "nodes", err) < 0) …
 *     ids[n++] = id;
 *
 * `*array` is heap memory (free() it). Growth doubles. New elements are NOT zeroed.
 */
#ifndef FP_BASE_ARRAY_H
#define FP_BASE_ARRAY_H

#include <stddef.h>

struct fp_error;

/* Grows *array (pass the address of the pointer, cast to void *) so that `need` elements fit; never beyond `max`: FP_ELIMIT then, with
 * `what` (a plural noun) in the message. On failure nothing changed. */
int fp_array_reserve(void *array, size_t *cap, size_t need, size_t element, size_t max, const char *what,
                     struct fp_error *err);

#endif
