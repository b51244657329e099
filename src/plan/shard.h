/*
 * A shard of a run: which jobs one of N processes presses, so that together they press all, each once.
 *
 * A job falls to a shard by its report (service id and event type), whatever the window: so all windows of a report, and
 * what it is compared with, are one process' work, and a service that joins or leaves moves no other. The hash is part of
 * nothing that is written, but all processes of a run must agree on it: it is the same on every machine, and pinned by a
 * test. What stands for a whole entry of the configuration, as nobody could be asked what the entry is, falls to every
 * shard: another may have been told, and then only this one knows that something is missing (press/assemble.h). Pure.
 */
#ifndef FP_PLAN_SHARD_H
#define FP_PLAN_SHARD_H

#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"

struct fp_shard {
    uint32_t index; /* from 0 */
    uint32_t count; /* 0 = the run is not divided */
};

/* The shard, below `count`, that a report falls to; `count` is at least 1. */
uint32_t fp_shard_of(const char *service_id, const char *event_type, uint32_t count);

/* Is the report one of those that this shard presses? */
bool fp_shard_has(const struct fp_shard *shard, const struct fp_service_config *service, const char *event_type);

#endif
