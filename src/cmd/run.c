#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/unit.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/options.h"
#include "cmd/shard.h"
#include "cmd/signals.h"
#include "cmd/site_guard.h"
#include "plan/compare.h"

enum { OPT_CONFIG, OPT_WINDOW, OPT_SINCE, OPT_UNTIL, OPT_ONLY, OPT_OUTPUT, OPT_DRY_RUN, OPT_FORCE, OPT_NOW,
       OPT_FAIL, OPT_SHARD };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration" },
    { "window", 'w', "WINDOW", "instead of the configured windows: yesterday, today, last 6h,\n2026-11-20, "
                               "2026-11-20T09:00/PT2H, week, last month …" },
    { "since", '\0', "TIME", "a window from here …" },
    { "until", '\0', "TIME", "… to here (default: now)" },
    { "only", '\0', "NAME", "press only this service (id, name or shell pattern, or services[N] for\nthe N-th entry, counted from 0); repeatable. The night's other "
                            "reports stay as they are" },
    { "output", 'o', "DIR", "the site, instead of the configured `output`" },
    { "dry-run", 'n', NULL, "print the plan (jobs, windows, requests); touch nothing.\nAsks the source only what `match` and `group_by` stand for" },
    { "force", '\0', NULL, "write into a directory that holds other things than a site, and\n"
                            "replace reports of an earlier run that are better" },
    { "now", '\0', "TIME", "take this as the present (for repeatable runs)" },
    { "fail-on-regression", '\0', NULL, "exit with 3 when a function takes more than the baseline and the configured\n"
                                       "limits allow (`compare`), and say which" },
    { "shard", '\0', "I/N", "press only the part of N that has the number I, from 0, and leave it for\n"
                            "`flamepress assemble`; none: all. Default: as JOB_COMPLETION_INDEX and\n"
                            "JOB_COMPLETION_COUNT, or SLURM_ARRAY_TASK_ID and _COUNT, say" },
    { NULL, '\0', NULL, NULL },
};

struct run_options {
    const char *config, *output, *shard;
    struct fp_window_options window;
    const char **only;
    size_t only_count;
    bool dry_run, force, fail;
};

static int parse(struct run_options *r, int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "run -c FILE [--window W | --since T --until T] [--only NAME]… [-o DIR] [--dry-run] [--force]\n"
                 "       [--fail-on-regression] [--shard I/N]",
        .about = "Fetches the profiles of all configured services, builds the night's pages aside and\n"
                 "switches them into place. Silent when all is well.",
        .log = log,
    };
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0) {
        switch (found) {
        case OPT_CONFIG: r->config = o.value; break;
        case OPT_WINDOW: r->window.window = o.value; break;
        case OPT_SINCE: r->window.since = o.value; break;
        case OPT_UNTIL: r->window.until = o.value; break;
        case OPT_ONLY: r->only[r->only_count++] = o.value; break;
        case OPT_OUTPUT: r->output = o.value; break;
        case OPT_DRY_RUN: r->dry_run = true; break;
        case OPT_FORCE: r->force = true; break;
        case OPT_FAIL: r->fail = true; break;
        case OPT_SHARD: r->shard = o.value; break;
        default: r->window.now = o.value; break;
        }
    }
    if (found != FP_OPTIONS_END)
        return found == FP_OPTIONS_HELP ? -1 : FP_EXIT_USAGE;
    if (o.operand < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand]);
    if (!r->config)
        return fp_options_wrong(&o, "which configuration? Give -c FILE");
    return FP_EXIT_OK;
}

static void print_job(const struct fp_plan *plan, const struct fp_job *job, bool live)
{
    struct fp_str body;

    if (job->service->failure) {
        printf("  %s %s: what it stands for is not known\n", job->service->title, job->event_type);
        return;
    }
    printf("  %s %s: %u request%s\n", job->service->title, job->event_type, job->chunk_count,
           fp_plural(job->chunk_count));
    fp_str_init(&body, FP_LIMIT_TEXT);
    for (uint32_t i = 0; i < job->chunk_count; i++) {
        const struct fp_chunk *chunk = &plan->chunks[job->first_chunk + i];
        const struct fp_service_config *service = job->service;
        const struct fp_request request = { service->name, service->language, job->event_type, service->filter,
                                            chunk->start,  chunk->end,        service->max_kernel_stack_depth };

        fp_str_clear(&body);
        fp_request_body(&request, &body);
        printf("    %s\n", body.data);
    }
    fp_str_release(&body);
    if (live && fp_service_is_host(job->service))
        printf("    and the list of services: which processes of the host have no profile of their own\n");
}

/* What is asked for only to be compared with. */
static void print_references(const struct fp_plan *plan)
{
    for (size_t i = 0; i < plan->reference_count; i++) {
        const struct fp_job *job = &plan->jobs[plan->job_count + i];

        if (i == 0 || job->window != job[-1].window)
            printf("\n%s, to compare with, as the site does not have it\n", plan->windows[job->window].label);
        print_job(plan, job, false);
    }
}

static void print_plan(const struct fp_plan *plan, const struct fp_zone *zone, const struct fp_source *source, const char *output,
                       size_t failed)
{
    bool live = !fp_source_is_recorded(source);
    size_t jobs = plan->job_count - failed, requests = plan->chunk_count - failed;

    printf("from %s\nto   %s\n", fp_source_describe(source), output);
    for (size_t w = 0; w < plan->window_count; w++) {
        const struct fp_window *window = &plan->windows[w];
        char start[FP_TIME_TEXT], end[FP_TIME_TEXT];

        printf("\n%s: %s up to %s (%s), night %s\n", window->label, fp_time_format(start, window->start, zone),
               fp_time_format(end, window->end, zone), fp_zone_name(zone), window->path);
        for (size_t i = 0; i < plan->job_count; i++)
            if (plan->jobs[i].window == w)
                print_job(plan, &plan->jobs[i], live);
        if (plan->baselines)
            printf("  compared with %s%s\n", plan->baselines[w].known ? "" : "nothing: ",
                   plan->baselines[w].known ? plan->baselines[w].label : plan->baselines[w].why);
    }
    print_references(plan);
    printf("\n%zu job%s, %zu request%s\n", jobs, fp_plural(jobs), requests, fp_plural(requests));
    if (live && requests)
        puts("A reply that its total does not prove complete takes one more, which counts its rows;\n"
             "where they are too many, its halves are asked for instead.");
}

/* With everything planned: print it, or do it. */
static int work(const struct run_options *r, const struct fp_site_options *site, struct fp_log *log)
{
    const struct fp_plan *plan = &site->planned->plan;
    size_t failed = 0;

    if (!r->dry_run)
        return fp_cmd_press(site, log);
    for (size_t i = 0; i < plan->job_count; i++) {
        const struct fp_job *job = &plan->jobs[i];

        if (!job->service->failure)
            continue;
        failed++;
        fp_log(log, FP_LOG_ERROR, "%s %s, %s: failed: %s", job->service->title, job->event_type,
               plan->windows[job->window].label, job->service->failure);
    }
    if (failed && failed == plan->job_count)
        return FP_EXIT_NOTHING;
    print_plan(plan, site->zone, site->source, site->output, failed);
    return failed ? FP_EXIT_PARTIAL : FP_EXIT_OK;
}

/* The windows; of a run in shards, also its name. */
static int find_windows(const struct run_options *r, const struct fp_config *config, const struct fp_zone *zone,
                        uint32_t shards, struct fp_window **ret_windows, size_t *ret_count, char name[FP_RUN_NAME],
                        struct fp_log *log)
{
    struct fp_part_run whole = { .config = config,
                                 .only = { (const char *const *)r->only, r->only_count },
                                 .force = r->force,
                                 .shards = shards };

    if (!shards)
        return fp_cmd_windows(config, &r->window, zone, ret_windows, ret_count, log);
    return fp_cmd_shard_windows(&whole, &r->window, zone, ret_windows, ret_count, name, log);
}

static int run(const struct run_options *r, const struct fp_config *config, struct fp_log *log)
{
    char name[FP_RUN_NAME];
    struct fp_part_place part = { .run = name };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_planned planned = { .count = 0 };
    struct fp_site_options site = { .config = config,
                                    .planned = &planned,
                                    .output = r->output ? r->output : config->output,
                                    .force = r->force,
                                    .fail_on_regression = r->fail };
    struct fp_window *windows = NULL;
    struct fp_zone *zone = NULL;
    size_t count;
    int result = fp_cmd_shard(r->shard, &part.shard, log);

    if (result != FP_EXIT_OK)
        return result;
    if (part.shard.count && r->fail) {
        fp_log(log, FP_LOG_ERROR, "--fail-on-regression belongs to `flamepress assemble`: a shard publishes nothing");
        return FP_EXIT_USAGE;
    }
    site.part = part.shard.count ? &part : NULL;
    if (!site.output) {
        fp_log(log, FP_LOG_ERROR, "%s: `output`: where to? Set it, or give -o DIR", config->file);
        return FP_EXIT_CONFIG;
    }
    if (!r->dry_run && !r->force && fp_site_guard(site.output, &err) < 0)
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_USAGE);
    result = fp_cmd_generated(&site.generated, log);
    if (result != FP_EXIT_OK)
        return result;
    site.zone = zone = fp_cmd_zone(config, log);
    if (!zone)
        return FP_EXIT_CONFIG;
    result = find_windows(r, config, zone, part.shard.count, &windows, &count, name, log);
    if (result != FP_EXIT_OK || !count)
        goto done;
    if (fp_source_open(&site.source, &config->source, fp_signals_cancel(), &err) < 0) {
        result = fp_cmd_fail_config(log, config, &err, FP_EXIT_CONFIG);
        goto done;
    }
    result = fp_cmd_plan(&planned, config, site.source,
                         &(struct fp_plan_options){ .windows = windows,
                                                    .window_count = count,
                                                    .only = { (const char *const *)r->only, r->only_count },
                                                    .shard = part.shard },
                         log);
    if (result == FP_EXIT_OK)
        result = fp_cmd_compare(&planned, config, zone, site.output, log);
    if (result == FP_EXIT_OK)
        result = work(r, &site, log);
    fp_planned_release(&planned);
    fp_source_close(site.source);
done:
    free(windows);
    fp_zone_free(zone);
    return result;
}

int fp_cmd_run(int argc, char **argv, struct fp_log *log)
{
    struct run_options r = { .only = calloc((size_t)argc + 1, sizeof *r.only) };
    struct fp_config config;
    int result;

    if (!r.only) {
        fp_log(log, FP_LOG_ERROR, "out of memory");
        return FP_EXIT_NOTHING;
    }
    result = parse(&r, argc, argv, log);
    if (result == FP_EXIT_OK) {
        result = fp_cmd_load_config(&config, r.config, log);
        if (result == FP_EXIT_OK) {
            result = run(&r, &config, log);
            fp_config_release(&config);
        }
    }
    free(r.only);
    return result < 0 ? FP_EXIT_OK : result; /* -1: help was printed */
}
