/*
 * What one entry with `match` or `group_by` may turn into: rows of values in, candidates out. Pure.
 *
 * A candidate is a service, or a value (a combination of values) of the tags grouped by, with those of the entry's
 * events that the source has rows of. Where the source does not tell events, it has all of them.
 * Order: most rows first, then by service and values in byte order.
 *
 *     struct fp_candidate_tags tags;
 *     fp_candidate_tags_of(&tags, entry);
 *     … ask for the values of tags.tags …
 *     fp_candidates_make(&candidates, entry, &tags, &list, &named, &arena, &err);
 *     free(candidates.items);
 */
#ifndef FP_PRESS_CANDIDATES_H
#define FP_PRESS_CANDIDATES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "source/source.h"

/* The tags to ask for, none twice, and where each part of a candidate stands among them. */
struct fp_candidate_tags {
    const char *tags[FP_QUERY_TAGS_MAX];
    size_t count;
    size_t service_at; /* SIZE_MAX for an entry with a name */
    size_t event_at;
    size_t group_at[FP_QUERY_TAGS_MAX];
    size_t group_count;
};

void fp_candidate_tags_of(struct fp_candidate_tags *tags, const struct fp_service_config *entry);

struct fp_candidate {
    const char *service;
    const char **row;         /* values of all tags asked for; borrowed from the list */
    struct fp_strings events; /* of the entry, in its order; at least one */
    int64_t rows;             /* of these events; -1 = not known */
};

struct fp_candidates {
    struct fp_candidate *items; /* heap */
    size_t count;
};

/* `named`: services that other entries name, sorted by strcmp; a pattern leaves them out. Lists of events live in the
 * arena, all other strings in `entry` and `list`. */
int fp_candidates_make(struct fp_candidates *ret, const struct fp_service_config *entry,
                       const struct fp_candidate_tags *tags, const struct fp_value_list *list,
                       const struct fp_strings *named, struct fp_arena *arena, struct fp_error *err);

#endif
