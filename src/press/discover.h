/*
 * What the entries of a configuration are in one window: those with `match` or `group_by` are expanded by asking
 * the source.
 *
 * - `match`: a service of the source's list (of the entry's language and filter) that the pattern matches, `except`
 *   does not, and no entry names.
 * - `group_by`: one service entry for each value (combination of values) of the tags, with a filter that says so:
 *   (FILTER) AND tag='value' (press/found.h).
 * - Each has those of the entry's events that the source has rows of.
 * - Largest first, at most `max_services` an entry. What is beyond, and what cannot be asked for (quotes, control
 *   characters), is named in a warning and in `not_pressed`.
 * - Two that would be one report (id and event): a fixed entry wins over a found one, else the first in the file. The
 *   other is dropped, in silence when it means the same rows.
 *
 * Entries that need no question are taken as they are, and a configuration of such entries asks nothing. With --only,
 * nothing is asked about an entry that cannot be meant; it is left out.
 *
 * An entry whose question fails stands for itself, as a report that failed (fp_service_config.failure): the other entries
 * and windows go on.
 *
 * Ownership: the lists and all strings in them live in the discovery or in the configuration, which must outlive it.
 * Read-only once made.
 *
 *     if (fp_discover(&discovery, config, &only, &window, &fetcher, &err) < 0) …
 *     options.services[w] = discovery.services;
 *     fp_discovery_release(&discovery);
 */
#ifndef FP_PRESS_DISCOVER_H
#define FP_PRESS_DISCOVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "plan/plan.h"
#include "press/fetch.h"
#include "report/night.h"

struct fp_discovery {
    struct fp_plan_services services; /* every one fixed, in the order of the file, what was found largest first */
    const struct fp_not_pressed *not_pressed;
    size_t not_pressed_count;
    const bool *settled;       /* of each entry: it was asked about, or needs no question */
    size_t entry_count;        /* 0: no entry needs one */
    uint32_t requests;         /* sent, retries included */
    bool unanswered;           /* there were questions, and nobody was there to answer any */
    struct fp_arena arena;
};

/* Is there an entry that a source must be asked about? */
bool fp_discovery_needed(const struct fp_config *config);

/* Is what is published of this entry replaced by this run? Not, where --only left it unasked. */
bool fp_discovery_settles(const struct fp_discovery *discovery, size_t entry);

/* Retries as every request does. Fails when the run was cancelled or memory ended. Logs warnings. */
int fp_discover(struct fp_discovery *ret, const struct fp_config *config, const struct fp_only *only,
                const struct fp_window *window, const struct fp_fetcher *fetcher, struct fp_error *err);
void fp_discovery_release(struct fp_discovery *discovery);

#endif
