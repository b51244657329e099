#include <stdio.h>
#include <stdlib.h>

#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/options.h"
#include "cmd/signals.h"
#include "report/page.h"

enum { OPT_CONFIG };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration" },
    { NULL, '\0', NULL, NULL },
};

/* What a run comes to, as far as it is known without a server. */
struct tally {
    size_t jobs, requests;
    size_t open; /* entries with `match` or `group_by`: how many reports they are, only the server knows */
};

/* Plans all entries that need no server. */
static int plan_fixed(const struct fp_config *config, const struct fp_window *windows, size_t count, struct tally *tally,
                      struct fp_error *err)
{
    struct fp_config fixed = *config; /* borrows all it has */
    struct fp_plan plan = { 0 };
    int rc = FP_OK;

    fixed.service_count = 0;
    fixed.services = calloc(config->service_count + 1, sizeof *fixed.services);
    if (!fixed.services)
        return fp_error_nomem(err);
    for (size_t i = 0; i < config->service_count; i++)
        if (fp_service_is_fixed(&config->services[i]))
            fixed.services[fixed.service_count++] = config->services[i];
    tally->open = config->service_count - fixed.service_count;
    if (fixed.service_count || !tally->open)
        rc = fp_plan_make(&plan, &fixed, &(struct fp_plan_options){ .windows = windows, .window_count = count }, err);
    tally->jobs = plan.job_count;
    tally->requests = plan.chunk_count;
    fp_plan_release(&plan);
    free(fixed.services);
    return rc;
}

/* What the loader cannot know: zone, windows, token and certificate files, templates. Each is tried, each is reported. */
static size_t check_rest(const struct fp_config *config, struct tally *tally, struct fp_log *log)
{
    const struct fp_pages_options how = { config->title, config->templates, config->assets };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window *windows = NULL;
    struct fp_source *source;
    struct fp_pages *pages;
    struct fp_zone *zone = fp_zone_new(config->timezone, &err);
    size_t wrong = 0, count = 0;

    if (!zone) {
        wrong++;
        fp_cmd_fail(log, &err, config->file, 0);
        fp_error_clear(&err);
    } else if (fp_cmd_windows(config, &(struct fp_window_options){ 0 }, zone, &windows, &count, log) != FP_EXIT_OK) {
        wrong++;
    } else if (plan_fixed(config, windows, count, tally, &err) < 0) {
        wrong++;
        fp_cmd_fail(log, &err, config->file, 0);
        fp_error_clear(&err);
    }
    free(windows);
    fp_zone_free(zone);
    if (fp_source_open(&source, &config->source, fp_signals_cancel(), &err) == FP_OK) {
        fp_source_close(source);
    } else {
        wrong++;
        fp_cmd_fail(log, &err, config->file, 0);
        fp_error_clear(&err);
    }
    if (fp_pages_open(&pages, &how, &err) == FP_OK) {
        fp_pages_close(pages);
    } else {
        wrong++;
        fp_cmd_fail(log, &err, config->file, 0);
    }
    return wrong;
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_tally(const char *path, const struct fp_config *config, const struct tally *tally)
{
    const size_t services = config->service_count - tally->open;

    printf("%s: ok: %zu service%s, %zu report%s a run, %zu request%s", path, services, plural(services), tally->jobs,
           plural(tally->jobs), tally->requests, plural(tally->requests));
    if (tally->open)
        printf("; and what %zu entr%s with `match` or `group_by` find%s (run --dry-run asks the source)", tally->open,
               tally->open == 1 ? "y" : "ies", tally->open == 1 ? "s" : "");
    putchar('\n');
}

int fp_cmd_check(int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "check -c FILE",
        .about = "Says all that is wrong with a configuration. Asks no server.",
        .log = log,
    };
    struct fp_error err = FP_ERROR_INIT;
    const char *path = NULL;
    struct fp_problems problems;
    struct fp_config config;
    struct tally tally = { 0 };
    size_t wrong;
    int found;

    while ((found = fp_options_next(&o, argc, argv)) == OPT_CONFIG)
        path = o.value;
    if (found != FP_OPTIONS_END)
        return fp_options_exit(found);
    if (!path && o.operand < argc)
        path = argv[o.operand++];
    if (o.operand < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand]);
    if (!path)
        return fp_options_wrong(&o, "which configuration? Give -c FILE");
    fp_problems_init(&problems);
    if (fp_config_load(&config, path, &problems, &err) < 0) {
        fp_cmd_fail(log, &err, NULL, 0);
        wrong = 1;
    } else {
        wrong = fp_cmd_log_problems(&problems, log);
        if (!wrong) /* of half a configuration the rest would say nonsense */
            wrong += check_rest(&config, &tally, log);
    }
    if (!wrong)
        print_tally(path, &config, &tally);
    fp_problems_release(&problems);
    fp_config_release(&config);
    return wrong ? FP_EXIT_CONFIG : FP_EXIT_OK;
}
