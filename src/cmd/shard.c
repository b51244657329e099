#include "cmd/shard.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "cmd/cmd.h"
#include "plan/window.h"

#define DIGITS 9 /* below 2^32, whatever they are */

/* Decimal digits up to the byte `end`. NULL where there are none, or too many. */
static const char *take_number(const char *text, char end, uint32_t *ret_number)
{
    size_t n = strspn(text, "0123456789");

    if (!n || n > DIGITS || text[n] != end)
        return NULL;
    *ret_number = (uint32_t)strtoul(text, NULL, 10);
    return text + n + 1;
}

static bool is_count(uint32_t count)
{
    return count >= 1 && count <= FP_LIMIT_SHARDS;
}

static int wrong_variable(const char *name, const char *must, struct fp_log *log)
{
    const char *value = getenv(name);

    fp_log(log, FP_LOG_ERROR, "the environment's %s is %s%.60s%s: it must be %s; or give --shard I/N, or --shard none "
           "for a run that is not divided", name, value ? "\"" : "not set", value ? value : "", value ? "\"" : "", must);
    return FP_EXIT_USAGE;
}

/* A number of the environment; one that is not set is `otherwise`. */
static bool read_variable(const char *name, uint32_t otherwise, uint32_t *ret_number)
{
    const char *value = getenv(name);

    *ret_number = otherwise;
    return !value || take_number(value, '\0', ret_number);
}

static int read_kubernetes(struct fp_shard *shard, struct fp_log *log)
{
    if (!read_variable("JOB_COMPLETION_COUNT", 0, &shard->count) || !is_count(shard->count))
        return wrong_variable("JOB_COMPLETION_COUNT", "the `completions` of the Job", log);
    if (!read_variable("JOB_COMPLETION_INDEX", 0, &shard->index) || shard->index >= shard->count)
        return wrong_variable("JOB_COMPLETION_INDEX", "a number below JOB_COMPLETION_COUNT", log);
    return FP_EXIT_OK;
}

static int read_slurm(struct fp_shard *shard, struct fp_log *log)
{
    uint32_t id, min, step;

    if (!read_variable("SLURM_ARRAY_TASK_COUNT", 0, &shard->count) || !is_count(shard->count))
        return wrong_variable("SLURM_ARRAY_TASK_COUNT", "the number of tasks in the array", log);
    if (!read_variable("SLURM_ARRAY_TASK_MIN", 0, &min))
        return wrong_variable("SLURM_ARRAY_TASK_MIN", "the smallest id of the array", log);
    if (!read_variable("SLURM_ARRAY_TASK_STEP", 1, &step) || !step)
        return wrong_variable("SLURM_ARRAY_TASK_STEP", "the step of the array", log);
    if (!read_variable("SLURM_ARRAY_TASK_ID", 0, &id) || id < min || (id - min) % step || (id - min) / step >= shard->count)
        return wrong_variable("SLURM_ARRAY_TASK_ID", "an id of an array without gaps", log);
    shard->index = (id - min) / step;
    return FP_EXIT_OK;
}

int fp_cmd_shard(const char *text, struct fp_shard *ret_shard, struct fp_log *log)
{
    struct fp_shard shard = { 0, 0 };
    const char *at;
    int result = FP_EXIT_OK;

    if (text && strcmp(text, "none") != 0) {
        at = take_number(text, '/', &shard.index);
        if (!at || !take_number(at, '\0', &shard.count) || !is_count(shard.count) || shard.index >= shard.count) {
            fp_log(log, FP_LOG_ERROR, "--shard is \"%.60s\": it must be I/N with N from 1 to %u and I from 0 to N-1, "
                   "such as 0/7 for the first of seven, or none", text, FP_LIMIT_SHARDS);
            return FP_EXIT_USAGE;
        }
    } else if (!text && getenv("JOB_COMPLETION_INDEX")) {
        result = read_kubernetes(&shard, log);
    } else if (!text && getenv("SLURM_ARRAY_TASK_ID")) {
        result = read_slurm(&shard, log);
    }
    *ret_shard = shard;
    return result;
}

int fp_cmd_shards(const char *text, uint32_t *ret_count, struct fp_log *log)
{
    static const char *const names[] = { "JOB_COMPLETION_COUNT", "SLURM_ARRAY_TASK_COUNT" };
    const char *name = "--shards";

    for (size_t i = 0; i < sizeof names / sizeof *names && !text; i++)
        text = getenv(name = names[i]);
    if (text && take_number(text, '\0', ret_count) && is_count(*ret_count))
        return FP_EXIT_OK;
    if (text)
        fp_log(log, FP_LOG_ERROR, "%s is \"%.60s\": it must be the number of shards, from 1 to %u", name, text,
               FP_LIMIT_SHARDS);
    else
        fp_log(log, FP_LOG_ERROR, "how many shards? Give --shards N, the N of the shards' --shard I/N");
    return FP_EXIT_USAGE;
}

static bool are_equal(const struct fp_window *a, size_t n, const struct fp_window *b, size_t m)
{
    for (size_t i = 0; i < n && n == m; i++)
        if (a[i].start != b[i].start || a[i].end != b[i].end)
            return false;
    return n == m;
}

int fp_cmd_shard_windows(struct fp_part_run *run, const struct fp_window_options *options, const struct fp_zone *zone,
                         struct fp_window **ret_windows, size_t *ret_count, char name[FP_RUN_NAME], struct fp_log *log)
{
    int64_t now = (int64_t)time(NULL);
    struct fp_window_options at = *options;
    struct fp_window *later = NULL;
    char text[32];
    size_t count;
    int result;

    if (options->now) {
        result = fp_cmd_windows(run->config, options, zone, ret_windows, ret_count, log);
    } else {
        at.now = text;
        snprintf(text, sizeof text, "@%" PRId64, now);
        result = fp_cmd_windows(run->config, &at, zone, ret_windows, ret_count, log);
        snprintf(text, sizeof text, "@%" PRId64, now + 1);
        if (result == FP_EXIT_OK && fp_cmd_windows(run->config, &at, zone, &later, &count, log) == FP_EXIT_OK &&
            !are_equal(*ret_windows, *ret_count, later, count)) {
            fp_log(log, FP_LOG_ERROR, "a window ends now, which is another moment in each process of the run: give all of "
                   "them, and `assemble`, the same --now");
            result = FP_EXIT_USAGE;
            free(*ret_windows);
        }
        free(later);
    }
    if (result != FP_EXIT_OK) {
        *ret_windows = NULL;
        return result;
    }
    run->windows = *ret_windows;
    run->window_count = *ret_count;
    run->zone = fp_zone_name(zone);
    fp_part_name_run(run, name);
    return FP_EXIT_OK;
}
