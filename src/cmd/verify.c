#include <stdio.h>
#include <string.h>

#include "base/unit.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/options.h"
#include "publish/lock.h"
#include "publish/verify.h"

enum { OPT_CONFIG };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration, for its `output`" },
    { NULL, '\0', NULL, NULL },
};

struct verify_options {
    const char *config, *dir;
};

static int parse(struct verify_options *v, int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "verify (DIR | -c FILE)",
        .about = "Checks a site, or one night or kept night by its directory, against its manifests (run.json),\n"
                 "and names what is missing, changed, foreign or damaged, one on a line. Reads everything, writes\n"
                 "nothing, takes no lock. Silent when all is as it was published.\n"
                 "Exit codes: 0 whole, 1 not, 75 not, but a run was at work.",
        .log = log,
    };
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0)
        v->config = o.value;
    if (found != FP_OPTIONS_END)
        return found == FP_OPTIONS_HELP ? -1 : FP_EXIT_USAGE;
    if (o.operand + 1 < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand + 1]);
    v->dir = o.operand < argc ? argv[o.operand] : NULL;
    if (!v->config == !v->dir)
        return fp_options_wrong(&o, "which site? Give its directory, or -c FILE");
    return FP_EXIT_OK;
}

/* Names may hold anything: an error's message is safe to print. */
static void print_finding(void *ctx, enum fp_finding what, const char *path, const char *why)
{
    struct fp_error line = FP_ERROR_INIT;

    (void)ctx;
    fp_error_set(&line, FP_EDATA, "%-7s  %s%s%s", fp_finding_name(what), path, *why ? ": " : "", why);
    puts(line.message);
}

static int verify(const char *dir, struct fp_log *log)
{
    const struct fp_verify options = { dir, print_finding, NULL };
    struct fp_lock_trace before = fp_lock_look(dir), after;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_verify_result result;
    int rc = fp_verify(&options, &result, &err);

    if (rc < 0)
        return fp_cmd_fail(log, &err, NULL, rc == FP_ENOTFOUND ? FP_EXIT_USAGE : FP_EXIT_NOTHING);
    if (result.pending)
        fp_log(log, FP_LOG_INFO, "%s: a run is at work, or died, while it put index and services in place: the next run "
               "ends that", dir);
    if (!result.findings) {
        fp_log(log, FP_LOG_INFO, "%s is whole: %zu night%s, %zu file%s", dir, result.nights, fp_plural(result.nights),
               result.files, fp_plural(result.files));
        return FP_EXIT_OK;
    }
    after = fp_lock_look(dir);
    if (before.held || after.held || before.taken_ns != after.taken_ns) {
        fp_log(log, FP_LOG_ERROR, "%s is not as it was published, but a run was at work: verify it again afterwards", dir);
        return FP_EXIT_BUSY;
    }
    fp_log(log, FP_LOG_ERROR, "%s is not as it was published: %zu finding%s; a night that is pressed again is whole, what "
           "is foreign can be moved away", dir, result.findings, fp_plural(result.findings));
    return FP_EXIT_NOTHING;
}

int fp_cmd_verify(int argc, char **argv, struct fp_log *log)
{
    struct verify_options v = { 0 };
    struct fp_config config;
    int result = parse(&v, argc, argv, log);

    if (result != FP_EXIT_OK)
        return result < 0 ? FP_EXIT_OK : result; /* -1: help was printed */
    if (v.dir)
        return verify(v.dir, log);
    result = fp_cmd_load_config(&config, v.config, log);
    if (result != FP_EXIT_OK)
        return result;
    if (config.output) {
        result = verify(config.output, log);
    } else {
        fp_log(log, FP_LOG_ERROR, "%s: `output`: which site? Set it, or give its directory instead of -c", config.file);
        result = FP_EXIT_CONFIG;
    }
    fp_config_release(&config);
    return result;
}
