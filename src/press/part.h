/*
 * The part of a run that one shard (plan/shard.h) pressed, on its way to the one process that puts the parts together.
 *
 * DIR/.flamepress/parts/RUN/I-of-N/ is built like a site of its own: its lock (publish/lock.h), so that two processes
 * never press one part; its stage (publish/stage.h), so that the next try of a shard that was killed removes what that one
 * left; and part/, which is there as a whole or not at all, by one rename:
 *
 *   part/2026/11/20/SERVICE/EVENT/…   the reports, as they will stand in the night
 *   part/part.json                    {"schema": 1, "run", "shard", "shards", "source", "seconds", "nights": [{"path",
 *                                     "compared", "asked", "unsettled", "not_pressed", "reports": [{"place", "entry",
 *                                     "files": [{"name", "size", "sha256"}]}]}]}, as press/pressed.h has them
 *
 * RUN is made from all that the processes of a run must agree on: windows, configuration (its bytes), --only, --force, the
 * number of shards, the version of the program. So the next try of a shard finds its part, and a part of another night or
 * of another configuration is never taken for one of this run.
 */
#ifndef FP_PRESS_PART_H
#define FP_PRESS_PART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "base/str.h"
#include "config/config.h"
#include "plan/only.h"
#include "plan/shard.h"
#include "plan/window.h"
#include "press/pressed.h"
#include "publish/stage.h"

#define FP_PARTS_DIR ".flamepress/parts" /* below the output */
#define FP_RUN_NAME 80

/* What a run is, for all its processes. Everything is borrowed. */
struct fp_part_run {
    const struct fp_config *config;
    const char *zone; /* its name */
    const struct fp_window *windows;
    size_t window_count;
    struct fp_only only;
    bool force;
    uint32_t shards;
};

/* "2026-11-20-0123456789abcdef": the first night, and a digest of all of it. */
void fp_part_name_run(const struct fp_part_run *run, char name[FP_RUN_NAME]);

/* A part's place. */
struct fp_part_place {
    const char *run; /* as fp_part_name_run says */
    struct fp_shard shard;
};

/* DIR/.flamepress/parts/RUN/I-of-N into `path` (initialised; what was in it goes). */
int fp_part_dir(const struct fp_part_place *place, const char *output, struct fp_str *path, struct fp_error *err);

/* Puts the stage of that directory in place as its part, with what was pressed in it. */
int fp_part_write(const struct fp_part_place *place, struct fp_stage *stage, const struct fp_pressed *nights, size_t count,
                  const char *source, double seconds, struct fp_error *err);

/* A part that is there, and says that it is that of the place. */
struct fp_part {
    struct fp_str dir; /* of its reports */
    json_t *said;      /* part.json */
};

/* FP_ENOTFOUND when there is none, FP_EDATA when it is damaged. To be closed in every case. */
int fp_part_open(struct fp_part *part, const char *output, const struct fp_part_place *place, struct fp_error *err);
void fp_part_close(struct fp_part *part);

/* Is there one? */
int fp_part_look(const char *output, const struct fp_part_place *place, bool *ret_there, struct fp_error *err);

/* Does it hold these nights, and is each of its files there, as it was pressed? FP_EDATA or FP_ENOTFOUND when not. Reads them
 * all. */
int fp_part_check(const struct fp_part *part, const struct fp_window *windows, size_t count, struct fp_error *err);

/* How many reports have this outcome. */
size_t fp_part_count(const struct fp_part *part, const char *outcome);

/* Adds what the part holds of the night: its reports are put into `dir`, the night in a stage, each file checked against its
 * digest. A report that is there already (plan/shard.h: what stands for a whole entry) is passed over. FP_EDATA when
 * something in it is damaged or missing. */
int fp_part_take(const struct fp_part *part, struct fp_pressed *night, const char *dir, struct fp_error *err);

#endif
