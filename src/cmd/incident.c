#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fs.h"
#include "base/limits.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/options.h"
#include "cmd/report_dir.h"
#include "cmd/signals.h"
#include "cmd/site_guard.h"
#include "config/check.h"
#include "config/measure.h"
#include "plan/baseline.h"
#include "plan/pattern.h"
#include "press/bundle.h"
#include "press/incident.h"
#include "publish/keep.h"

enum { OPT_CONFIG, OPT_SERVICE, OPT_AT, OPT_AROUND, OPT_EVENT, OPT_BASELINE, OPT_OUTPUT, OPT_MAX_BYTES, OPT_KEEP,
       OPT_FORCE, OPT_NOW };

static const struct fp_option table[] = {
    { "config", 'c', "FILE", "the configuration" },
    { "service", 's', "NAME", "name or id, as in the configuration; one that it does not list is asked for as\n"
                              "`defaults` say" },
    { "at", '\0', "TIME", "when it happened: 2026-11-20T03:12, with offset or Z, or @unix" },
    { "around", '\0', "TIME", "so much before and after that: 90s, 15m (default), 1h" },
    { "event", '\0', "TYPE", "on-cpu (default), off-cpu, mem-alloc …" },
    { "baseline", '\0', "previous|previous_week|none", "compare with as long a time just before (default), or with the same\n"
                                                       "time a week before" },
    { "output", 'o', "DIR", "where to: report.html, flamegraph.png, report.pdf, summary.md, ticket.zip …" },
    { "max-bytes", '\0', "PART=SIZE", "the most that a file of it may have: html=5MB, png=1MB, pdf=2MB, zip=10MB (these\n"
                                      "are the defaults); repeatable. What is left out for it is said" },
    { "keep", '\0', "LABEL", "keep the night of the configured `output` that the time is in under this name, so\n"
                              "that it is never removed: as `flamepress keep NIGHT --as LABEL` does" },
    { "force", '\0', NULL, "write over a published site or files of others" },
    { "now", '\0', "TIME", "take this as the present (for repeatable runs)" },
    { NULL, '\0', NULL, NULL },
};

#define AROUND_MS (15 * 60 * 1000)

struct incident_options {
    const char *config, *service, *at, *event, *baseline, *output, *now, *keep;
    int64_t around_ms;
    struct fp_bundle bundle;
    bool force;
};

static int parse_value(struct incident_options *r, const struct fp_options *o, int found)
{
    switch (found) {
    case OPT_CONFIG: r->config = o->value; break;
    case OPT_SERVICE: r->service = o->value; break;
    case OPT_AT: r->at = o->value; break;
    case OPT_AROUND:
        if (fp_measure_parse(FP_MEASURE_DURATION, o->value, &r->around_ms) < 0 || r->around_ms < 1000 ||
            r->around_ms % 1000)
            return fp_options_wrong(o, "--around is a time of whole seconds such as 90s, 15m or 1h, not \"%s\"", o->value);
        break;
    case OPT_EVENT: r->event = o->value; break;
    case OPT_BASELINE:
        if (strcmp(o->value, "previous") && strcmp(o->value, "previous_week") && strcmp(o->value, "none"))
            return fp_options_wrong(o, "--baseline is previous, previous_week or none, not \"%s\"", o->value);
        r->baseline = o->value;
        break;
    case OPT_OUTPUT: r->output = o->value; break;
    case OPT_MAX_BYTES:
        if (!fp_bundle_limit(&r->bundle, o->value))
            return fp_options_wrong(o, "--max-bytes is html, png, pdf or zip, and a size: png=500kB; not \"%s\"", o->value);
        break;
    case OPT_KEEP:
        if (!fp_baseline_is_label(o->value))
            return fp_options_wrong(o, "--keep is a name for the night: up to 64 letters, digits and . _ -, not \"%s\"",
                                    o->value);
        r->keep = o->value;
        break;
    case OPT_FORCE: r->force = true; break;
    default: r->now = o->value; break;
    }
    return FP_EXIT_OK;
}

static int check_options(const struct incident_options *r, const struct fp_options *o)
{
    if (!r->config)
        return fp_options_wrong(o, "which configuration? Give -c FILE");
    if (!r->service || !*r->service)
        return fp_options_wrong(o, "which service? Give --service NAME");
    if (fp_quoted_fault(r->service))
        return fp_options_wrong(o, "--service cannot be asked for: %s", fp_quoted_fault(r->service));
    if (!*r->event || fp_quoted_fault(r->event))
        return fp_options_wrong(o, "--event cannot be asked for: %s", *r->event ? fp_quoted_fault(r->event) : "it is empty");
    if (!r->at)
        return fp_options_wrong(o, "when? Give --at TIME, such as 2026-11-20T03:12");
    if (!r->output)
        return fp_options_wrong(o, "where to? Give -o DIR");
    return FP_EXIT_OK;
}

static int parse(struct incident_options *r, int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "incident -c FILE --service NAME --at TIME -o DIR [options]",
        .about = "Fetches the profile of a service around a moment, compares it with the time before, and leaves files to\n"
                 "attach to a ticket: a page, pictures, a PDF, ten lines of Markdown, the profile, and a zip of all.",
        .log = log,
    };
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0) {
        int wrong = parse_value(r, &o, found);

        if (wrong)
            return wrong;
    }
    if (found != FP_OPTIONS_END)
        return found == FP_OPTIONS_HELP ? -1 : FP_EXIT_USAGE;
    if (o.operand < argc)
        return fp_options_wrong(&o, "unexpected operand \"%s\"", argv[o.operand]);
    return check_options(r, &o);
}

/* [at - around, at + around), as far as it has been. */
static int find_window(const struct incident_options *r, const struct fp_zone *zone, struct fp_window *ret_window,
                       int64_t *ret_at, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    int64_t now = (int64_t)time(NULL), at, around = r->around_ms / 1000;
    int rc;

    if (r->now && fp_time_parse(r->now, zone, &now, &err) < 0)
        return fp_cmd_fail(log, &err, "--now", FP_EXIT_USAGE);
    rc = fp_time_parse(r->at, zone, &at, &err);
    /* seconds of milliseconds of 63 bits cannot overflow those of a calendar */
    if (rc == FP_OK)
        rc = fp_window_make(at - around, at + around, zone, ret_window, &err);
    if (rc == FP_OK)
        rc = fp_window_until(ret_window, zone, now, &err);
    if (rc < 0)
        return fp_cmd_fail(log, &err, "--at", FP_EXIT_USAGE);
    ret_window->baseline = r->baseline;
    *ret_at = at;
    return FP_EXIT_OK;
}

static bool is_meant(const struct fp_service_config *entry, const char *service)
{
    return fp_service_is_fixed(entry) && (strcmp(entry->id, service) == 0 || strcmp(entry->name, service) == 0);
}

/* The entry of the configuration, else what would be asked of a service that only its `match`, or nothing, knows. */
static struct fp_service_config find_service(const struct incident_options *r, const struct fp_config *config)
{
    struct fp_service_config service = config->defaults;
    const struct fp_service_config *match = NULL;

    for (size_t i = 0; i < config->service_count; i++) {
        const struct fp_service_config *entry = &config->services[i];

        if (is_meant(entry, r->service))
            return *entry;
        if (!match && entry->match && !entry->group_by.count && fp_pattern_matches(entry->match, r->service))
            match = entry;
    }
    if (match)
        service = *match;
    service.match = NULL;
    service.group_by.count = 0;
    service.name = service.id = service.title = r->service;
    return service;
}

/* ---- the work ---- */

struct incident {
    const struct incident_options *r;
    const struct fp_config *config;
    struct fp_planned planned;
    struct fp_zone *zone;
    struct fp_source *source;
    struct fp_pages *pages;
    struct fp_str stage;
    int64_t generated, at;
    struct fp_log *log;
};

/* The ticket is there, whatever comes of this. */
static int keep_night(const struct incident *x)
{
    const struct incident_options *r = x->r;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str night;
    size_t reports;
    int rc;

    fp_str_init(&night, FP_LIMIT_TEXT);
    rc = fp_keep_find(x->config->output, x->at, &night, &err);
    if (rc == FP_OK)
        rc = fp_keep_night(&(struct fp_keep){ x->config->output, night.data, r->keep, r->force, (int64_t)time(NULL) },
                           &reports, &err);
    if (rc == FP_OK)
        fp_log(x->log, FP_LOG_INFO, "%s: the night %s is kept as %s", x->config->output, night.data, r->keep);
    else
        fp_log_error(x->log, FP_LOG_ERROR, &err, "the ticket is there, but --keep");
    fp_str_release(&night);
    return rc == FP_OK ? FP_EXIT_OK : FP_EXIT_PARTIAL;
}

static int press(struct incident *x, struct fp_error *err)
{
    static const struct fp_page_place place = { .assets = NULL };
    const struct incident_options *r = x->r;
    struct fp_picture_config picture = x->config->picture;
    enum fp_outcome outcome = FP_OUTCOME_FAILED;
    struct fp_str dir;
    int rc, result;

    picture.width = FP_BUNDLE_WIDTH;
    fp_str_init(&dir, FP_LIMIT_TEXT);
    rc = fp_incident_press(
        &(struct fp_incident){ .plan = &x->planned.plan,
                               .config = x->config,
                               .zone = x->zone,
                               .source = x->source,
                               .draw = { &picture, x->pages, &place, FP_BUNDLE_FORMATS, x->config->svg.interactive, &r->bundle },
                               .generated = x->generated,
                               .log = x->log,
                               .cancel = fp_signals_cancel() },
        x->stage.data, &dir, &outcome, err);
    if (rc == FP_OK && outcome != FP_OUTCOME_FAILED)
        rc = fp_report_dir_publish(r->output, dir.data, err);
    result = rc < 0 ? fp_cmd_fail(x->log, err, NULL, fp_cmd_exit_of(err, FP_EXIT_NOTHING))
             : outcome == FP_OUTCOME_FAILED  ? FP_EXIT_NOTHING
             : outcome == FP_OUTCOME_PARTIAL ? FP_EXIT_PARTIAL
                                             : FP_EXIT_OK;
    if (r->keep && (result == FP_EXIT_OK || result == FP_EXIT_PARTIAL) && keep_night(x) != FP_EXIT_OK)
        result = FP_EXIT_PARTIAL;
    fp_str_release(&dir);
    return result;
}

static int plan_it(struct incident *x, struct fp_error *err)
{
    struct fp_service_config service = find_service(x->r, x->config);
    const char *events[] = { x->r->event };
    struct fp_window window;
    struct fp_plan_services services = { &service, 1 };
    int result = find_window(x->r, x->zone, &window, &x->at, x->log);

    if (result != FP_EXIT_OK)
        return result;
    service.events = (struct fp_strings){ events, 1 };
    if (fp_plan_make(&x->planned.plan, x->config,
                     &(struct fp_plan_options){ .windows = &window, .window_count = 1, .services = &services }, err) < 0)
        return fp_cmd_fail(x->log, err, NULL, FP_EXIT_USAGE);
    /* nothing of the kind is at the stage: a baseline is always fetched */
    result = fp_cmd_compare(&x->planned, x->config, x->zone, x->stage.data, x->log);
    return result == FP_EXIT_OK ? press(x, err) : result;
}

static int work(struct incident *x, struct fp_error *err)
{
    const struct fp_config *config = x->config;
    const struct fp_pages_options pages = { config->title, config->templates, config->assets,
                                            fp_lang_find(config->chinese ? "zh" : "en") };
    int result = fp_cmd_generated(&x->generated, x->log);

    if (result != FP_EXIT_OK)
        return result;
    x->zone = fp_cmd_zone(config, x->log);
    if (!x->zone)
        return FP_EXIT_CONFIG;
    if (x->r->keep && (!config->output || !fp_site_is_one(config->output))) {
        fp_log(x->log, FP_LOG_ERROR, "%s: `output`: --keep needs the site that has the night: set it, and press one first",
               config->file);
        return FP_EXIT_CONFIG;
    }
    if (!x->r->force && fp_report_dir_guard(x->r->output, true, err) < 0)
        return fp_cmd_fail(x->log, err, NULL, FP_EXIT_USAGE);
    if (fp_pages_open(&x->pages, &pages, err) < 0 ||
        fp_source_open(&x->source, &config->source, fp_signals_cancel(), err) < 0)
        return fp_cmd_fail_config(x->log, config, err, FP_EXIT_CONFIG);
    fp_cmd_say_fonts(x->pages, x->log);
    if (fp_report_dir_stage(x->r->output, &x->stage, err) < 0)
        return fp_cmd_fail(x->log, err, NULL, FP_EXIT_NOTHING);
    fp_signals_catch();
    return plan_it(x, err);
}

int fp_cmd_incident(int argc, char **argv, struct fp_log *log)
{
    struct incident_options r = { .event = "on-cpu", .baseline = "previous", .around_ms = AROUND_MS };
    struct incident x = { .r = &r, .log = log };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_config config;
    int result;

    fp_bundle_init(&r.bundle, log);
    result = parse(&r, argc, argv, log);
    if (result == FP_EXIT_OK)
        result = fp_cmd_load_config(&config, r.config, log);
    else
        return result < 0 ? FP_EXIT_OK : result; /* -1: help was printed */
    if (result != FP_EXIT_OK)
        return result;
    x.config = &config;
    fp_str_init(&x.stage, FP_LIMIT_TEXT);
    result = work(&x, &err);
    if (x.stage.len)
        fp_dir_remove(x.stage.data, NULL);
    fp_planned_release(&x.planned);
    fp_source_close(x.source);
    fp_pages_close(x.pages);
    fp_zone_free(x.zone);
    fp_str_release(&x.stage);
    fp_config_release(&config);
    return result;
}
