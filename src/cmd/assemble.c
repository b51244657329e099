#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/hooks.h"
#include "cmd/options.h"
#include "cmd/shard.h"
#include "cmd/signals.h"
#include "cmd/site_guard.h"
#include "config/measure.h"
#include "press/assemble.h"

enum { OPT_CONFIG, OPT_SHARDS, OPT_WAIT, OPT_WINDOW, OPT_SINCE, OPT_UNTIL, OPT_ONLY, OPT_OUTPUT, OPT_FORCE, OPT_NOW,
       OPT_FAIL, OPT_INCOMPLETE };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration of the shards" },
    { "shards", '\0', "N", "how many there are (default: JOB_COMPLETION_COUNT or\nSLURM_ARRAY_TASK_COUNT)" },
    { "wait", '\0', "DURATION", "wait so long for parts that are not there yet: 90s, 30m, 6h\n(default: not at all)" },
    { "window", 'w', "WINDOW", "as the shards were given it; likewise:" },
    { "since", '\0', "TIME", "" },
    { "until", '\0', "TIME", "" },
    { "only", '\0', "NAME", "" },
    { "output", 'o', "DIR", "the site, instead of the configured `output`" },
    { "force", '\0', NULL, "as the shards were given it" },
    { "now", '\0', "TIME", "take this as the present (for repeatable runs)" },
    { "fail-on-regression", '\0', NULL, "exit with 3 when a function takes more than the baseline and the configured\n"
                                       "limits allow (`compare`), and say which" },
    { "incomplete", '\0', NULL, "publish without the parts that are still missing or damaged then: their reports\n"
                               "fail, and say so. Asks the source what `match` and `group_by` stand for" },
    { NULL, '\0', NULL, NULL },
};

struct assemble_options {
    const char *config, *output, *shards, *wait;
    struct fp_window_options window;
    const char **only;
    size_t only_count;
    bool force, fail, incomplete;
};

static int parse(struct assemble_options *a, int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "assemble -c FILE [--shards N] [--wait DURATION] [--incomplete] [--window W | --since T --until T] [-o DIR]",
        .about = "Puts the parts that `run --shard` left together, and publishes what one machine would have.\n"
                 "Exits with 75, naming them, when parts are missing.",
        .log = log,
    };
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0) {
        switch (found) {
        case OPT_CONFIG: a->config = o.value; break;
        case OPT_SHARDS: a->shards = o.value; break;
        case OPT_WAIT: a->wait = o.value; break;
        case OPT_WINDOW: a->window.window = o.value; break;
        case OPT_SINCE: a->window.since = o.value; break;
        case OPT_UNTIL: a->window.until = o.value; break;
        case OPT_ONLY: a->only[a->only_count++] = o.value; break;
        case OPT_OUTPUT: a->output = o.value; break;
        case OPT_FORCE: a->force = true; break;
        case OPT_FAIL: a->fail = true; break;
        case OPT_INCOMPLETE: a->incomplete = true; break;
        default: a->window.now = o.value; break;
        }
    }
    if (found != FP_OPTIONS_END)
        return found == FP_OPTIONS_HELP ? -1 : FP_EXIT_USAGE;
    if (o.operand < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand]);
    if (!a->config)
        return fp_options_wrong(&o, "which configuration? Give -c FILE");
    return FP_EXIT_OK;
}

/* What a part of failures is made with. */
struct giving_up {
    const struct fp_assembling *how;
    const struct fp_site_options *site;
    struct fp_only only;
    struct fp_log *log;
};

/* As the shard would have planned it. What goes wrong here was logged, and the part is missing then. */
static void give_up(void *ctx, const struct fp_shard *shard)
{
    const struct giving_up *g = ctx;
    const struct fp_part_place part = { g->how->run, *shard };
    struct fp_site_options site = *g->site;
    struct fp_planned planned = { .count = 0 };
    struct fp_error err = FP_ERROR_INIT;
    char why[200];

    snprintf(why, sizeof why, "shard %" PRIu32 "/%" PRIu32 ", which this report fell to, left no part, or a damaged one: see what ended it, and "
             "press the night again", shard->index, shard->count);
    site.assembling = NULL;
    site.part = &part;
    site.given_up = why;
    site.planned = &planned;
    if (fp_source_open(&site.source, &site.config->source, fp_signals_cancel(), &err) < 0) {
        fp_cmd_fail_config(g->log, site.config, &err, FP_EXIT_CONFIG);
        return;
    }
    if (fp_cmd_plan(&planned, site.config, site.source,
                    &(struct fp_plan_options){ .windows = g->how->windows,
                                               .window_count = g->how->window_count,
                                               .only = g->only,
                                               .shard = *shard },
                    g->log) == FP_EXIT_OK)
        fp_cmd_press(&site, g->log);
    fp_planned_release(&planned);
    fp_source_close(site.source);
}

/* With the windows known. */
static int work(const struct assemble_options *a, const struct fp_config *config, const struct fp_zone *zone,
                struct fp_assembling *how, struct fp_log *log)
{
    struct fp_site_options site = { .config = config,
                                    .zone = zone,
                                    .output = a->output ? a->output : config->output,
                                    .force = a->force,
                                    .fail_on_regression = a->fail,
                                    .assembling = how };
    struct giving_up giving_up = { how, &site, { (const char *const *)a->only, a->only_count }, log };
    struct fp_error err = FP_ERROR_INIT;
    int result;

    if (!site.output) {
        fp_log(log, FP_LOG_ERROR, "%s: `output`: where are the parts? Set it, or give -o DIR", config->file);
        return FP_EXIT_CONFIG;
    }
    if (!a->force && fp_site_guard(site.output, &err) < 0)
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_USAGE);
    how->give_up = a->incomplete ? give_up : NULL;
    how->ctx = &giving_up;
    result = fp_cmd_generated(&site.generated, log);
    if (result == FP_EXIT_OK)
        result = fp_cmd_press(&site, log);
    how->ctx = NULL;
    return result;
}

static int assemble(const struct assemble_options *a, const struct fp_config *config, struct fp_log *log)
{
    struct fp_part_run run = { .config = config, .only = { (const char *const *)a->only, a->only_count }, .force = a->force };
    char name[FP_RUN_NAME];
    struct fp_assembling how = { .run = name };
    struct fp_window *windows = NULL;
    struct fp_zone *zone;
    size_t count;
    int result = fp_cmd_shards(a->shards, &how.shards, log);

    if (result != FP_EXIT_OK)
        return result;
    if (a->wait && (fp_measure_parse(FP_MEASURE_DURATION, a->wait, &how.wait_ms) < 0 ||
                    how.wait_ms > FP_LIMIT_PART_AGE * 1000)) {
        fp_log(log, FP_LOG_ERROR, "--wait is \"%.60s\": it must be a duration such as 90s, 30m or 6h, up to 7d", a->wait);
        return FP_EXIT_USAGE;
    }
    zone = fp_cmd_zone(config, log);
    if (!zone)
        return FP_EXIT_CONFIG;
    run.shards = how.shards;
    result = fp_cmd_shard_windows(&run, &a->window, zone, &windows, &count, name, log);
    how.windows = windows;
    how.window_count = result == FP_EXIT_OK ? count : 0;
    if (how.window_count)
        result = work(a, config, zone, &how, log);
    free(windows);
    fp_zone_free(zone);
    return result;
}

struct telling {
    const struct assemble_options *a;
    const struct fp_config *config;
    struct fp_log *log;
};

static int assemble_told(void *ctx)
{
    const struct telling *t = ctx;

    return assemble(t->a, t->config, t->log);
}

int fp_cmd_assemble(int argc, char **argv, struct fp_log *log)
{
    struct assemble_options a = { .only = calloc((size_t)argc + 1, sizeof *a.only) };
    struct fp_config config;
    int result;

    if (!a.only) {
        fp_log(log, FP_LOG_ERROR, "out of memory");
        return FP_EXIT_NOTHING;
    }
    result = parse(&a, argc, argv, log);
    if (result == FP_EXIT_OK) {
        result = fp_cmd_load_config(&config, a.config, log);
        if (result == FP_EXIT_OK) {
            result = fp_hooks_tell(&config, NULL, assemble_told, &(struct telling){ &a, &config, log }, log);
            fp_config_release(&config);
        }
    }
    free(a.only);
    return result < 0 ? FP_EXIT_OK : result; /* -1: help was printed */
}
