/*
 * What a run does for others: `after_publish`, a program that is run once nights are in place, and `ping_url`, which is told
 * that the run begins and how it ended. What goes wrong with them is said, and costs nothing that was published.
 */
#ifndef FP_CMD_HOOKS_H
#define FP_CMD_HOOKS_H

#include <stdbool.h>

#include "base/log.h"
#include "config/config.h"

struct fp_after_publish {
    const struct fp_config *config;
    const char *output;
    const char *nights; /* paths of those that were published, spaces between */
    bool whole;         /* all that was asked for is published */
    int exit_code;      /* that the run would end with */
};

/* Runs the program; does nothing when none is configured. Failures are logged and returned. */
int fp_hooks_after_publish(const struct fp_after_publish *after, struct fp_log *log);

/* Why the program of `after_publish` surely cannot be run: FP_ENOTFOUND, and the error begins with the path of the key. */
int fp_hooks_check(const struct fp_config *config, struct fp_error *err);

/* Does the work, which gives an exit code; tells `ping_url`, where there is one, that it begins and how it ended. `output`: the
 * site whose lock it needs at once, so that nothing is told where that is taken; NULL = its FP_EXIT_BUSY is told, too. */
int fp_hooks_tell(const struct fp_config *config, const char *output, int (*work)(void *ctx), void *ctx, struct fp_log *log);

#endif
