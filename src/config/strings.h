/*
 * Lists of texts, and sets of them.
 *
 * Ownership: with whoever made the list; nothing is copied here.
 *
 *     fp_strings_sort(&names);
 *     if (fp_strings_has(&names, "checkout-api")) …
 */
#ifndef FP_CONFIG_STRINGS_H
#define FP_CONFIG_STRINGS_H

#include <stdbool.h>
#include <stddef.h>

struct fp_strings {
    const char **items;
    size_t count;
};

/* In byte order. */
void fp_strings_sort(struct fp_strings *list);
/* Of a sorted list. */
bool fp_strings_has(const struct fp_strings *sorted, const char *text);

#endif
