/*
 * run --catch-up N: of the last N windows of each kind, those that are not finished (press/unfinished.h).
 */
#ifndef FP_CMD_CATCH_UP_H
#define FP_CMD_CATCH_UP_H

#include <stddef.h>

#include "base/log.h"
#include "cmd/common.h"
#include "press/unfinished.h"

struct fp_catch_up {
    struct fp_window *windows;         /* heap; the newest of each kind first */
    struct fp_unfinished *unfinished;  /* heap; one for each of them; NULL = everything is to be pressed */
    size_t count;
};

struct fp_catch_up_options {
    const struct fp_config *config;
    const struct fp_window_options *window; /* `window` instead of the configured ones, `now`; no others */
    const struct fp_zone *zone;
    const char *output;
    size_t last; /* how many of each kind */
    struct fp_only only;
};

/* Asks no source. 0, or an exit code after logging; there may be no window left. To be released in either case. */
int fp_catch_up_find(struct fp_catch_up *ret, const struct fp_catch_up_options *options, struct fp_log *log);
void fp_catch_up_release(struct fp_catch_up *catch_up);

/* For struct fp_plan_options: `ctx` is a struct fp_catch_up. */
bool fp_catch_up_wants(const void *ctx, size_t window, const struct fp_service_config *service, const char *event);

#endif
