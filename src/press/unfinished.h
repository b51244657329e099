/*
 * What of a window is still to be pressed, by what the site has of it: its run.json.
 *
 * A report that is ok or empty is finished; one that failed, is partial or is not there is not. Where there is no such
 * night, or its manifest is damaged, nothing is.
 *
 *     rc = fp_unfinished_open(&unfinished, output, window.path, &err);
 *     if (fp_unfinished_any(&unfinished, config, &only)) … press those of which fp_unfinished_is(…)
 *     fp_unfinished_close(&unfinished);
 *
 * Of an entry with `match` or `group_by` only a source can say which reports there should be: a night that has none of it
 * that failed or is partial counts as finished.
 */
#ifndef FP_PRESS_UNFINISHED_H
#define FP_PRESS_UNFINISHED_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/config.h"
#include "plan/only.h"

struct fp_unfinished {
    bool all;          /* nothing is finished */
    bool broken;       /* a report failed or is partial */
    const char **done; /* heap: paths of the finished reports, sorted */
    size_t count;
    struct fp_arena arena;
};

int fp_unfinished_open(struct fp_unfinished *ret_unfinished, const char *output, const char *night, struct fp_error *err);
/* Fine on a zeroed struct. */
void fp_unfinished_close(struct fp_unfinished *unfinished);

/* Is this report still to be pressed? `service` is a fixed one. */
bool fp_unfinished_is(const struct fp_unfinished *unfinished, const struct fp_service_config *service, const char *event);

/* Is there anything to press, or to ask about? */
bool fp_unfinished_any(const struct fp_unfinished *unfinished, const struct fp_config *config, const struct fp_only *only);

#endif
