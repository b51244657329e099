/*
 * Old nights, and old profiles, go: what publish/retention.h says of a site, done to it.
 *
 *     struct fp_prune prune = { config, output, pages, log, cancel };
 *     struct fp_prune_plan plan;
 *     rc = fp_prune_plan_make(&plan, &prune, &err);
 *     fp_prune_plan_say(&plan, say, ctx);             that is all of a dry run
 *     rc = fp_prune_nights(&plan, &prune, &stage, &err);
 *     … fp_index_publish
 *     fp_prune_plan_release(&plan);
 *
 * Bound are the newest night, the newest that can be read (`latest` leads there) and the newest with data; nights that are kept
 * under a name, which are known by the window in the manifest of the copy; and nights whose own manifest is damaged.
 * A copy whose manifest is damaged keeps we do not know which night: then nothing is removed at all.
 *
 * The order: pages that lead to what is to go are drawn again without that, and profiles leave their nights, each by one switch;
 * the site's manifest says what is left; nights go, each by one rename; the index is made anew. Killed between any two,
 * the site is whole, and the next run or prune goes on.
 */
#ifndef FP_PRESS_PRUNE_H
#define FP_PRESS_PRUNE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/log.h"
#include "config/config.h"
#include "publish/nights.h"
#include "publish/retention.h"
#include "publish/stage.h"
#include "report/page.h"

struct fp_prune {
    const struct fp_config *config;
    const char *output;
    const struct fp_pages *pages; /* not for a plan */
    struct fp_log *log;
    const atomic_bool *cancel;    /* not for a plan */
};

struct fp_prune_night;

struct fp_prune_plan {
    struct fp_nights list;                /* all that the site has, newest first */
    struct fp_prune_night *nights;        /* heap: one for each */
    struct fp_retention_night *facts;     /* heap */
    struct fp_retention_verdict *verdicts; /* heap */
    size_t newest;                        /* the newest that can be read; list.count = there is none */
    size_t going, thinned;                /* nights; nights that lose their profiles */
    size_t refused;                       /* that would, but cannot: each was a warning */
    int64_t bytes;                        /* that go */
    struct fp_arena arena;
};

/* Reads; needs no lock, but what a run does meanwhile makes it wrong. To be released in every case. */
int fp_prune_plan_make(struct fp_prune_plan *plan, const struct fp_prune *prune, struct fp_error *err);
void fp_prune_plan_release(struct fp_prune_plan *plan);

/* A line for each night that goes, that loses its profiles, or that is kept under a name; the newest first. */
void fp_prune_plan_say(const struct fp_prune_plan *plan, void (*say)(void *ctx, const char *line), void *ctx);

/* With the lock held; logs what the plan says. The index must be made anew afterwards, also after a failure. A night that turns out to be damaged is left
 * as it is, with a warning, and is counted in plan->refused. */
int fp_prune_nights(struct fp_prune_plan *plan, const struct fp_prune *prune, struct fp_stage *stage, struct fp_error *err);

/* All of it, under a lock and in a stage of its own, the index included. `ret_refused`: of the plan. */
int fp_prune_site(const struct fp_prune *prune, int64_t now, size_t *ret_refused, struct fp_error *err);

#endif
