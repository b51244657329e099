/*
 * The labels of nights that are kept (publish/keep.h), as the manifest of a site lists them.
 *
 * A label is listed when its copy is in place, and taken off the list before the copy goes: so killed at any instant, no
 * label is listed whose copy never was there. A copy that is there counts as listed: who was killed before he listed it, or
 * an earlier version that listed none, has kept it all the same.
 *
 *     struct fp_labels labels;
 *     rc = fp_labels_find(&labels, output, &record, &err);
 *     … labels.items, labels.count …
 *     fp_labels_release(&labels);
 *
 * Thread-safe: no state.
 */
#ifndef FP_PUBLISH_LABELS_H
#define FP_PUBLISH_LABELS_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "publish/record.h"

struct fp_labels {
    const char **items; /* heap, sorted; the texts in the arena */
    size_t count, cap;
    struct fp_arena arena;
};

/* Those that the record of the site (which may be a zeroed one) lists, and those whose copies are in its kept/, each once.
 * To be released in every case. */
int fp_labels_find(struct fp_labels *ret_labels, const char *output, const struct fp_record *site, struct fp_error *err);
void fp_labels_release(struct fp_labels *labels);

#endif
