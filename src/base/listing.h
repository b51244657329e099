/*
 * Names in one line: "a, b, c and 21 more".
 *
 * The cut is between names, and says how many are left out; only a first name that is longer than the line may be is
 * cut itself, with an "…".
 *
 *     struct fp_listing list = { .to = &text, .max = FP_LIMIT_LISTING };
 *     fp_listing_add(&list, name);   // as often as there are names
 *     fp_listing_end(&list);
 *
 * Failures are those of `to`, which sticks to them. Belongs to one thread.
 */
#ifndef FP_BASE_LISTING_H
#define FP_BASE_LISTING_H

#include <stddef.h>

#include "base/str.h"

struct fp_listing {
    struct fp_str *to; /* borrowed; the names are appended */
    size_t max;        /* bytes of names, the words at the end not counted */
    size_t used, shown, more;
};

void fp_listing_add(struct fp_listing *list, struct fp_slice name);
/* Says how many more there are, if there are. */
void fp_listing_end(struct fp_listing *list);

#endif
