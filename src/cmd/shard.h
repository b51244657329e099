/*
 * Which shard of a run this process is: from the command line, or from who started it.
 *
 *     --shard I/N, --shards N                                    counted from 0; "none": the run is not divided
 *     JOB_COMPLETION_INDEX, JOB_COMPLETION_COUNT                 Kubernetes' Indexed Jobs (it sets only the first)
 *     SLURM_ARRAY_TASK_ID, _COUNT, _MIN, _STEP                   Slurm's job arrays
 */
#ifndef FP_CMD_SHARD_H
#define FP_CMD_SHARD_H

#include "base/log.h"
#include "cmd/common.h"
#include "plan/shard.h"
#include "press/part.h"

/* `text` NULL: what the environment says, which may be nothing: count is 0 then. 0, or an exit code after logging. */
int fp_cmd_shard(const char *text, struct fp_shard *ret_shard, struct fp_log *log);

/* How many there are; likewise, but that there are none is a mistake. */
int fp_cmd_shards(const char *text, uint32_t *ret_count, struct fp_log *log);

/* The windows of a run in shards (fp_cmd_windows), and its name. Windows that end now are refused where nobody says what now
 * is: they would be others in each process. */
int fp_cmd_shard_windows(struct fp_part_run *run, const struct fp_window_options *options, const struct fp_zone *zone,
                         struct fp_window **ret_windows, size_t *ret_count, char name[FP_RUN_NAME], struct fp_log *log);

#endif
