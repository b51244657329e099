/*
 * The parts of a run (press/part.h), put together: what one machine would have published, byte for byte.
 *
 * Nothing is asked of a source. Which report is published where an earlier run of the night left one is decided here, by
 * the site as it is now, since shards press without the site's lock. When all is published, the parts are removed; until
 * then they stay as they are (reports are taken over by hard links), so that a process that was killed can be followed by
 * another. One that is started again after the run was published finds the note of that (.flamepress/assembled/RUN), no parts
 * and the nights, and has nothing to do: fp_press_result.already. Parts and notes of other runs that nobody has touched for FP_LIMIT_PART_AGE are removed, too.
 */
#ifndef FP_PRESS_ASSEMBLE_H
#define FP_PRESS_ASSEMBLE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "plan/shard.h"
#include "plan/window.h"
#include "press/press.h"

struct fp_assembling {
    const char *run;     /* its name */
    uint32_t shards;
    const struct fp_window *windows;
    size_t window_count;
    int64_t wait_ms;     /* for parts that are not there yet */
    /* Is to leave a part of failures in place of one that is still missing then, or damaged; NULL = that is an error. */
    void (*give_up)(void *ctx, const struct fp_shard *shard);
    void *ctx;
};

/* As fp_press_run; of `press`, plan, discoveries, source and part are not looked at. FP_EBUSY when parts are missing, too:
 * names them. */
int fp_assemble(const struct fp_press *press, const struct fp_assembling *how, struct fp_press_result *ret_result,
                struct fp_error *err);

#endif
