#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/hooks.h"
#include "cmd/options.h"
#include "cmd/signals.h"
#include "cmd/site_guard.h"
#include "plan/baseline.h"
#include "report/page.h"

enum { OPT_CONFIG, OPT_NOW };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration" },
    { "now", '\0', "TIME", "take this as the present: a window that has not begun is wrong" },
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

/* What is checked, and how many things were wrong so far. */
struct checking {
    const struct fp_config *config;
    const struct fp_problems *problems; /* that the loader found: reported already */
    const char *now;
    struct fp_log *log;
    size_t wrong;
    struct tally tally;
};

static void report(struct checking *c, struct fp_error *err)
{
    c->wrong++;
    fp_cmd_fail_config(c->log, c->config, err, 0);
}

/* Where the zone is unknown, windows are read in UTC: their words can be wrong all the same. */
static void check_windows(struct checking *c)
{
    const struct fp_window_options options = { .now = c->now };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_zone *zone = fp_cmd_zone(c->config, c->log);
    struct fp_window *windows = NULL;
    size_t count = 0;

    if (!zone) {
        c->wrong++;
        zone = fp_zone_new("UTC", NULL);
    }
    if (fp_cmd_windows(c->config, &options, zone, &windows, &count, c->log) != FP_EXIT_OK)
        c->wrong++;
    else if (!c->wrong && count && plan_fixed(c->config, windows, count, &c->tally, &err) < 0)
        report(c, &err); /* of half a configuration a plan would be nonsense */
    free(windows);
    fp_zone_free(zone);
}

/* Token, certificates, the directory of an archive. What one of them is missing for must not hide the next: a file that
 * was reported is left out of the next try. */
static void check_source(struct checking *c)
{
    static const struct {
        const char *key;
        size_t offset;
        const char *instead; /* a file that can be read, where another key needs one */
    } files[] = {
        { "source.token_file", offsetof(struct fp_source_config, token_file), NULL },
        { "source.token_env", offsetof(struct fp_source_config, token_env), NULL },
        { "source.ca_file", offsetof(struct fp_source_config, ca_file), NULL },
        { "source.client_cert", offsetof(struct fp_source_config, client_cert), "/dev/null" },
        { "source.client_key", offsetof(struct fp_source_config, client_key), "/dev/null" },
    };
    struct fp_source_config config = c->config->source;
    struct fp_error err = FP_ERROR_INIT;
    bool again = (config.url || config.archive) && !fp_problems_about(c->problems, "source.url") &&
                 !fp_problems_about(c->problems, "source.archive") && !fp_problems_about(c->problems, "source.headers");

    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        if (fp_problems_about(c->problems, files[i].key))
            *(const char **)(void *)((char *)&config + files[i].offset) = NULL;
    while (again) {
        struct fp_source *source;

        fp_error_clear(&err);
        again = false;
        if (fp_source_open(&source, &config, fp_signals_cancel(), &err) == FP_OK) {
            fp_source_close(source);
            return;
        }
        report(c, &err);
        for (size_t i = 0; i < sizeof files / sizeof *files && !again; i++) {
            const char **file = (const char **)(void *)((char *)&config + files[i].offset);

            again = *file && *file != files[i].instead && strncmp(err.message, files[i].key, strlen(files[i].key)) == 0;
            if (again)
                *file = files[i].instead;
        }
    }
}

static void check_baselines(struct checking *c)
{
    const struct fp_config *config = c->config;
    struct fp_baseline_spec spec;
    bool site = config->output && fp_site_is_one(config->output); /* before there is one, no night can be kept */

    for (size_t i = 0; i <= config->window_count; i++) { /* the last one: that of the top */
        bool top = i == config->window_count;
        const char *text = top ? config->baseline : config->windows[i].baseline;
        struct fp_error err = FP_ERROR_INIT;

        if (!text)
            continue;
        if (fp_baseline_parse(text, &spec, &err) < 0) {
            if (!top)
                fp_error_prepend(&err, "windows[%zu]", i);
        } else if (!site || fp_cmd_find_label(config, text, config->output, &err) == FP_OK) {
            continue;
        }
        report(c, &err);
    }
}

static void check_hooks(struct checking *c)
{
    struct fp_error err = FP_ERROR_INIT;

    if (!fp_problems_about(c->problems, "after_publish") && fp_hooks_check(c->config, &err) < 0)
        report(c, &err);
}

static void check_pages(struct checking *c)
{
    const struct fp_pages_options how = { c->config->title, c->config->templates, c->config->assets,
                                          fp_lang_find(c->config->chinese ? "zh" : "en") };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_pages *pages;

    if (fp_pages_open(&pages, &how, &err) == FP_OK)
        fp_pages_close(pages);
    else
        report(c, &err);
}

static void print_tally(const char *path, const struct fp_config *config, const struct tally *tally)
{
    const size_t services = config->service_count - tally->open;

    printf("%s: ok: %zu service%s, %zu report%s a run, %zu request%s", path, services, fp_plural(services), tally->jobs,
           fp_plural(tally->jobs), tally->requests, fp_plural(tally->requests));
    if (tally->open)
        printf("; and what %zu entr%s with `match` or `group_by` find%s (run --dry-run asks the source)", tally->open,
               tally->open == 1 ? "y" : "ies", tally->open == 1 ? "s" : "");
    putchar('\n');
}

/* What the loader found, then what it cannot know: each is tried, each is reported. Returns how many were wrong. */
static size_t check_all(const struct fp_config *config, const struct fp_problems *problems, const char *path,
                        const char *now, struct fp_log *log)
{
    struct checking c = { config, problems, now, log, fp_cmd_log_problems(problems, log), { 0 } };

    check_windows(&c);
    check_baselines(&c);
    check_source(&c);
    check_hooks(&c);
    check_pages(&c);
    if (!c.wrong)
        print_tally(path, config, &c.tally);
    return c.wrong;
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
    const char *path = NULL, *now = NULL;
    struct fp_problems problems;
    struct fp_config config;
    size_t wrong;
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0)
        *(found == OPT_CONFIG ? &path : &now) = o.value;
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
        wrong = check_all(&config, &problems, path, now, log);
    }
    fp_problems_release(&problems);
    fp_config_release(&config);
    return wrong ? FP_EXIT_CONFIG : FP_EXIT_OK;
}
