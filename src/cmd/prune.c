#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/unit.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/options.h"
#include "cmd/signals.h"
#include "cmd/site_guard.h"
#include "press/prune.h"

enum { OPT_CONFIG, OPT_OUTPUT, OPT_DRY_RUN };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration, for its `retention`" },
    { "output", 'o', "DIR", "the site, instead of the configured `output`" },
    { "dry-run", 'n', NULL, "print what would go, and why; touch nothing" },
    { NULL, '\0', NULL, NULL },
};

struct prune_options {
    const char *config, *output;
    bool dry_run;
};

static int parse(struct prune_options *p, int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "prune -c FILE [-o DIR] [--dry-run]",
        .about = "Removes the nights, and the profiles of nights, that are beyond the limits of `retention`, as each run\n"
                 "does when it has published. Nights that are kept under a name (flamepress keep) stay, and so do the\n"
                 "newest and whatever is in no manifest. Silent when all is well.\n"
                 "Exit codes: 0 done, or nothing to do; 1 it could not be done; 2 something that is to go stays;\n"
                 "75 a run is at work.",
        .log = log,
    };
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0) {
        switch (found) {
        case OPT_CONFIG: p->config = o.value; break;
        case OPT_OUTPUT: p->output = o.value; break;
        default: p->dry_run = true; break;
        }
    }
    if (found != FP_OPTIONS_END)
        return found == FP_OPTIONS_HELP ? -1 : FP_EXIT_USAGE;
    if (o.operand < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand]);
    if (!p->config)
        return fp_options_wrong(&o, "which configuration? Give -c FILE");
    return FP_EXIT_OK;
}

static void print_line(void *ctx, const char *line)
{
    (void)ctx;
    puts(line);
}

static int show(const struct fp_prune *prune, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_prune_plan plan;
    int rc = fp_prune_plan_make(&plan, prune, &err), result = plan.refused ? FP_EXIT_PARTIAL : FP_EXIT_OK;

    if (rc == FP_OK) {
        char bytes[FP_UNIT_TEXT];

        fp_prune_plan_say(&plan, print_line, NULL);
        printf("%zu night%s and the profiles of %zu: %s\n", plan.going, fp_plural(plan.going), plan.thinned,
               fp_unit_format(bytes, plan.bytes, FP_UNIT_BYTES));
    } else {
        result = fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    }
    fp_prune_plan_release(&plan);
    return result;
}

static int prune_site(struct fp_prune *prune, struct fp_log *log)
{
    const struct fp_config *config = prune->config;
    const struct fp_pages_options how = { config->title, config->templates, config->assets,
                                          fp_lang_find(config->chinese ? "zh" : "en") };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_pages *pages;
    size_t refused = 0;
    int rc;

    if (fp_pages_open(&pages, &how, &err) < 0)
        return fp_cmd_fail_config(log, config, &err, FP_EXIT_CONFIG);
    prune->pages = pages;
    fp_signals_catch();
    rc = fp_prune_site(prune, (int64_t)time(NULL), &refused, &err);
    fp_pages_close(pages);
    if (rc < 0)
        return fp_cmd_fail(log, &err, NULL, fp_cmd_exit_of(&err, FP_EXIT_NOTHING));
    return refused ? FP_EXIT_PARTIAL : FP_EXIT_OK;
}

static int prune(const struct prune_options *p, const struct fp_config *config, struct fp_log *log)
{
    struct fp_prune prune = { config, p->output ? p->output : config->output, NULL, log, fp_signals_cancel() };
    struct fp_error err = FP_ERROR_INIT;

    if (!prune.output) {
        fp_log(log, FP_LOG_ERROR, "%s: `output`: which site? Set it, or give -o DIR", config->file);
        return FP_EXIT_CONFIG;
    }
    if (!fp_retention_is_set(&config->retention)) {
        fp_log(log, FP_LOG_ERROR, "%s: `retention`: no limit is set, so everything stays: set one, such as keep_days",
               config->file);
        return FP_EXIT_CONFIG;
    }
    if (!fp_site_is_one(prune.output)) {
        fp_error_set(&err, FP_ENOTFOUND, "%s holds no site: press one first, or give its directory", prune.output);
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    }
    return p->dry_run ? show(&prune, log) : prune_site(&prune, log);
}

int fp_cmd_prune(int argc, char **argv, struct fp_log *log)
{
    struct prune_options p = { 0 };
    struct fp_config config;
    int result = parse(&p, argc, argv, log);

    if (result != FP_EXIT_OK)
        return result < 0 ? FP_EXIT_OK : result; /* -1: help was printed */
    result = fp_cmd_load_config(&config, p.config, log);
    if (result != FP_EXIT_OK)
        return result;
    result = prune(&p, &config, log);
    fp_config_release(&config);
    return result;
}
