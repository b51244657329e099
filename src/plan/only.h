/*
 * What `--only` means: names or ids of services, or shell patterns of them (plan/pattern.h).
 *
 * "services[N]" means the entry at that place of the configuration, whatever it turned into. The id of an entry means that
 * entry alone. Any other text means each service whose name or id it is or matches. Pure.
 */
#ifndef FP_PLAN_ONLY_H
#define FP_PLAN_ONLY_H

#include <stdbool.h>
#include <stddef.h>

#include "config/config.h"

#define FP_ENTRY_ID "services[%zu]" /* of an entry as a whole */

/* The --only of a run; none = everything. Borrowed. */
struct fp_only {
    const char *const *texts;
    size_t count;
};

/* What the entries of a configuration are in one window: every one a fixed one (fp_service_is_fixed). */
struct fp_plan_services {
    const struct fp_service_config *items;
    size_t count;
};

/* Sets wanted[i] (wanted may be NULL) for each of the services that the text means; the others are left as they are.
 * Returns how many it means. One that nobody could be asked about is among them: its question was put because of a text
 * that may mean it. */
size_t fp_only_mark(const char *text, const struct fp_plan_services *services, bool *wanted);

/* May an entry with `match` or `group_by` turn into something that is meant? False only when it surely cannot: then a
 * source need not be asked about it. */
bool fp_only_may_mean(const struct fp_only *only, const struct fp_service_config *entry, const struct fp_config *config);

#endif
