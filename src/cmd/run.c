#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/unit.h"
#include "cmd/catch_up.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/hooks.h"
#include "cmd/options.h"
#include "cmd/shard.h"
#include "cmd/signals.h"
#include "cmd/site_guard.h"
#include "plan/compare.h"

enum { OPT_CONFIG, OPT_WINDOW, OPT_SINCE, OPT_UNTIL, OPT_ONLY, OPT_CATCH_UP, OPT_OUTPUT, OPT_DRY_RUN, OPT_FORCE, OPT_NOW,
       OPT_FAIL, OPT_SHARD };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration" },
    { "window", 'w', "WINDOW", "instead of the configured windows: yesterday, today, last 6h,\n2026-11-20, "
                               "2026-11-20T09:00/PT2H, week, last month …" },
    { "since", '\0', "TIME", "a window from here …" },
    { "until", '\0', "TIME", "… to here (default: now)" },
    { "only", '\0', "NAME", "press only this service (id, name or shell pattern, or services[N] for\nthe N-th entry, counted from 0); repeatable. The night's other "
                            "reports stay as they are" },
    { "catch-up", '\0', "N", "of the last N windows of each kind (yesterday: the last N days) press what is\n"
                             "missing, failed or partial, and nothing else" },
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
    struct fp_shard of;
    struct fp_window_options window;
    const char **only;
    size_t only_count, catch_up; /* 0 = all of the configured windows, whatever the site has */
    bool dry_run, force, fail;
};

static int parse(struct run_options *r, int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "run -c FILE [--window W | --since T --until T] [--catch-up N] [--only NAME]… [-o DIR] [--dry-run]\n"
                 "       [--force] [--fail-on-regression] [--shard I/N]",
        .about = "Fetches the profiles of all configured services, builds the night's pages aside and\n"
                 "switches them into place. Silent when all is well.",
        .log = log,
    };
    const char *catch_up = NULL;
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0) {
        switch (found) {
        case OPT_CONFIG: r->config = o.value; break;
        case OPT_WINDOW: r->window.window = o.value; break;
        case OPT_SINCE: r->window.since = o.value; break;
        case OPT_UNTIL: r->window.until = o.value; break;
        case OPT_ONLY: r->only[r->only_count++] = o.value; break;
        case OPT_CATCH_UP: catch_up = o.value; break;
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
    if (catch_up && (r->window.since || r->window.until))
        return fp_options_wrong(&o, "--catch-up goes by kinds of windows: --since and --until are no kind");
    if (catch_up && (catch_up[strspn(catch_up, "0123456789")] || strlen(catch_up) > 4 || !(r->catch_up = (size_t)atoi(catch_up))))
        return fp_options_wrong(&o, "--catch-up \"%s\": how many windows, from 1 to %u?", catch_up, FP_LIMIT_WINDOWS);
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
                   plan->baselines[w].known ? plan->baselines[w].label : plan->baselines[w].lack.text);
    }
    print_references(plan);
    printf("\n%zu job%s, %zu request%s\n", jobs, fp_plural(jobs), requests, fp_plural(requests));
    if (live && requests)
        puts("A reply that its total does not prove complete takes one more, which counts its rows;\n"
             "where they are too many, its halves are asked for instead.");
}

/* Is the server one that a run would get nothing from, by all that is known? */
static bool is_unanswered(const struct fp_planned *planned)
{
    bool none = true;

    for (size_t w = 0; w < planned->count; w++)
        none = none && planned->discoveries[w].unanswered;
    return none;
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
    if (!failed)
        return FP_EXIT_OK;
    return is_unanswered(site->planned) ? FP_EXIT_NOTHING : FP_EXIT_PARTIAL;
}

/* The windows of this run, and what of them to press; of one in shards, also its name. */
static int find_windows(const struct run_options *r, const struct fp_site_options *site, struct fp_catch_up *ret_catch_up,
                        char name[FP_RUN_NAME], struct fp_log *log)
{
    const struct fp_only only = { (const char *const *)r->only, r->only_count };

    struct fp_part_run whole = { .config = site->config, .only = only, .force = r->force };

    if (site->part) {
        whole.shards = site->part->shard.count;
        return fp_cmd_shard_windows(&whole, &r->window, site->zone, &ret_catch_up->windows, &ret_catch_up->count, name, log);
    }
    if (!r->catch_up)
        return fp_cmd_windows(site->config, &r->window, site->zone, &ret_catch_up->windows, &ret_catch_up->count, log);
    return fp_catch_up_find(ret_catch_up,
                            &(struct fp_catch_up_options){ site->config, &r->window, site->zone, site->output, r->catch_up,
                                                           only },
                            log);
}

/* With a source that is open. */
static int plan_and_work(const struct run_options *r, struct fp_site_options *site, const struct fp_catch_up *catch_up,
                         struct fp_log *log)
{
    struct fp_planned planned = { .count = 0 };
    struct fp_plan_options options = { .windows = catch_up->windows,
                                       .window_count = catch_up->count,
                                       .only = { (const char *const *)r->only, r->only_count } };
    int result;

    if (site->part)
        options.shard = site->part->shard;
    if (r->catch_up) {
        options.wanted = fp_catch_up_wants;
        options.wanted_ctx = catch_up;
    }
    site->planned = &planned;
    result = fp_cmd_plan(&planned, site->config, site->source, &options, log);
    if (result == FP_EXIT_OK && (planned.plan.job_count || site->part)) { /* nothing to catch up is fine */
        result = fp_cmd_compare(&planned, site->config, site->zone, site->output, log);
        if (result == FP_EXIT_OK)
            result = work(r, site, log);
    }
    site->planned = NULL;
    fp_planned_release(&planned);
    return result;
}

static int run(const struct run_options *r, const struct fp_config *config, struct fp_log *log)
{
    char name[FP_RUN_NAME];
    struct fp_part_place part = { .run = name, .shard = r->of };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_site_options site = { .config = config,
                                    .output = r->output ? r->output : config->output,
                                    .force = r->force,
                                    .fail_on_regression = r->fail };
    struct fp_catch_up catch_up = { NULL, NULL, 0 };
    struct fp_zone *zone = NULL;
    int result;

    if (part.shard.count && r->catch_up) {
        fp_log(log, FP_LOG_ERROR, "--catch-up is for one machine, as there is little to do: not with --shard");
        return FP_EXIT_USAGE;
    }
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
    result = find_windows(r, &site, &catch_up, name, log);
    if (result != FP_EXIT_OK || !catch_up.count)
        goto done;
    if (fp_source_open(&site.source, &config->source, fp_signals_cancel(), &err) < 0) {
        result = fp_cmd_fail_config(log, config, &err, FP_EXIT_CONFIG);
        goto done;
    }
    result = plan_and_work(r, &site, &catch_up, log);
    fp_source_close(site.source);
done:
    fp_catch_up_release(&catch_up);
    fp_zone_free(zone);
    return result;
}

struct telling {
    const struct run_options *r;
    const struct fp_config *config;
    struct fp_log *log;
};

static int run_told(void *ctx)
{
    const struct telling *t = ctx;

    return run(t->r, t->config, t->log);
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
    if (result == FP_EXIT_OK)
        result = fp_cmd_shard(r.shard, &r.of, log);
    if (result == FP_EXIT_OK) {
        result = fp_cmd_load_config(&config, r.config, log);
        if (result == FP_EXIT_OK) {
            /* of a run in shards, who puts them together tells */
            if (r.dry_run || r.of.count)
                result = run(&r, &config, log);
            else
                result = fp_hooks_tell(&config, r.output ? r.output : config.output, run_told,
                                       &(struct telling){ &r, &config, log }, log);
            fp_config_release(&config);
        }
    }
    free(r.only);
    return result < 0 ? FP_EXIT_OK : result; /* -1: help was printed */
}
