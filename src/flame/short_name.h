/*
 * The end of a function's name that tells more, for boxes that the whole does not fit into.
 *
 * From the whole name to its last part, each form shorter than the one before: without arguments, returned type, place
 * and what compilers add; then without package after package: "com.example.Order.run", "Order.run", "run". What stands
 * in brackets is no boundary: "vec::Vec<T::X>::push" ends in "push". The page's graph has the same rule (shorterNames in
 * assets/viewer/names.js); tests/data/short_names.json holds both to it.
 *
 * A name longer than FP_SHORT_NAME_MAX has its whole only, and so has one in square brackets that is no file's. All
 * forms are slices of the name and begin at whole characters. Pure; no memory.
 *
 *     struct fp_short_names forms;
 *     fp_short_names_find(name, &forms);
 *     for (size_t i = 0; i < forms.count; i++) … fp_short_names_at(&forms, i) …
 */
#ifndef FP_FLAME_SHORT_NAME_H
#define FP_FLAME_SHORT_NAME_H

#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

#define FP_SHORT_NAME_MAX 1024u /* bytes */

struct fp_short_names {
    struct fp_slice base;              /* without its sides */
    uint16_t starts[FP_SHORT_NAME_MAX]; /* in the base, ascending, where its ends begin; the first is 0 */
    size_t count;
};

/* The forms of `name` after the whole one: none, or `count` ends of `base`. */
void fp_short_names_find(struct fp_slice name, struct fp_short_names *ret_forms);

static inline struct fp_slice fp_short_names_at(const struct fp_short_names *forms, size_t index)
{
    size_t start = forms->starts[index];

    return (struct fp_slice){ forms->base.data + start, forms->base.len - start };
}

#endif
