#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/limits.h"
#include "base/unit.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/options.h"
#include "cmd/site_guard.h"
#include "publish/keep.h"

enum { OPT_AS, OPT_RELEASE, OPT_CONFIG, OPT_OUTPUT, OPT_FORCE };

static const struct fp_option table[] = {
    { "as", '\0', "LABEL", "the name: up to 64 letters, digits and . _ -" },
    { "release", '\0', "LABEL", "no night, but: let go what is kept under this name" },
    { "config", 'c', "FILE", "the configuration, for its `output`" },
    { "output", 'o', "DIR", "the site, instead" },
    { "force", '\0', NULL, "replace what is kept under this name" },
    { NULL, '\0', NULL, NULL },
};

struct keep_options {
    const char *label, *released, *config, *output, *night;
    bool force;
};

static int parse(struct keep_options *k, int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "keep (NIGHT --as LABEL [--force] | --release LABEL) (-c FILE | -o DIR)",
        .about = "Keeps the profiles of a published night under a name, to compare others with: set "
                 "`baseline` to\n"
                 "the name. The copies in DIR/kept/LABEL stay as they are when the night is pressed again or "
                 "removed.\n"
                 "NIGHT is a date, 2026-11-20, or the path of a night below the site, 2026/11/20.\n"
                 "A night that is kept is not removed by `prune`; --release ends that, and removes the copies.",
        .log = log,
    };
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0) {
        switch (found) {
        case OPT_AS: k->label = o.value; break;
        case OPT_RELEASE: k->released = o.value; break;
        case OPT_CONFIG: k->config = o.value; break;
        case OPT_OUTPUT: k->output = o.value; break;
        default: k->force = true; break;
        }
    }
    if (found != FP_OPTIONS_END)
        return found == FP_OPTIONS_HELP ? -1 : FP_EXIT_USAGE;
    if (k->released && (k->label || k->force))
        return fp_options_wrong(&o, "--release stands alone: no --as and no --force");
    if (o.operand == argc && !k->released)
        return fp_options_wrong(&o, "which night?");
    if (o.operand + (k->released ? 0 : 1) < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand + (k->released ? 0 : 1)]);
    if (!k->label && !k->released)
        return fp_options_wrong(&o, "under which name? Give --as LABEL");
    if (!k->config == !k->output)
        return fp_options_wrong(&o, "which site? Give -c FILE or -o DIR");
    k->night = k->released ? NULL : argv[o.operand];
    return FP_EXIT_OK;
}

/* 2026-11-20 is the night 2026/11/20. */
static void to_path(char *night)
{
    size_t digits = strspn(night, "0123456789-");

    for (char *c = night; digits == 10 && !night[digits] && *c; c++)
        if (*c == '-')
            *c = '/';
}

static int fail(struct fp_log *log, struct fp_error *err, int rc)
{
    return fp_cmd_fail(log, err, NULL, fp_cmd_exit_of(err, rc == FP_EINVAL ? FP_EXIT_USAGE : FP_EXIT_NOTHING));
}

static int keep(const struct keep_options *k, const char *site, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    char night[64];
    size_t reports;
    int rc;

    if (!fp_site_is_one(site)) {
        fp_error_set(&err, FP_ENOTFOUND, "%s holds no site: press one first, or give its directory", site);
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    }
    if (k->released) {
        rc = fp_keep_release(site, k->released, (int64_t)time(NULL), &err);
        if (rc < 0)
            return fail(log, &err, rc);
        fp_log(log, FP_LOG_INFO, "%s: no night is kept as %s any more", site, k->released);
        return FP_EXIT_OK;
    }
    snprintf(night, sizeof night, "%s", k->night);
    to_path(night);
    rc = fp_keep_night(&(struct fp_keep){ site, night, k->label, k->force, (int64_t)time(NULL) }, &reports,
                       &err);
    if (rc < 0)
        return fail(log, &err, rc);
    fp_log(log, FP_LOG_INFO, "%s: the night %s is kept as %s: %zu profile%s%s", site, night, k->label, reports,
           fp_plural(reports), reports ? "" : ", so it can stay, and be compared with nothing");
    return FP_EXIT_OK;
}

int fp_cmd_keep(int argc, char **argv, struct fp_log *log)
{
    struct keep_options k = { 0 };
    struct fp_config config;
    int result = parse(&k, argc, argv, log);

    if (result != FP_EXIT_OK)
        return result < 0 ? FP_EXIT_OK : result; /* -1: help was printed */
    if (k.output)
        return keep(&k, k.output, log);
    result = fp_cmd_load_config(&config, k.config, log);
    if (result != FP_EXIT_OK)
        return result;
    if (config.output) {
        result = keep(&k, config.output, log);
    } else {
        fp_log(log, FP_LOG_ERROR, "%s: `output`: which site? Set it, or give -o DIR instead of -c",
               config.file);
        result = FP_EXIT_CONFIG;
    }
    fp_config_release(&config);
    return result;
}
