#include "cmd/common.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/unit.h"
#include "base/wait.h"
#include "cmd/cmd.h"
#include "cmd/hooks.h"
#include "cmd/signals.h"
#include "plan/compare.h"
#include "press/baseline.h"
#include "press/press.h"
#include "press/rebuild.h"
#include "publish/record.h"

int fp_cmd_fail(struct fp_log *log, const struct fp_error *err, const char *context, int exit_code)
{
    fp_log_error(log, FP_LOG_ERROR, err, context);
    return exit_code;
}

int fp_cmd_fail_config(struct fp_log *log, const struct fp_config *config, struct fp_error *err, int exit_code)
{
    return fp_cmd_fail(log, err, fp_config_place(config, err) ? NULL : config->file, exit_code);
}

struct fp_zone *fp_cmd_zone(const struct fp_config *config, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_zone *zone = fp_zone_new(config->timezone, &err);

    if (!zone && config->timezone)
        fp_error_prepend(&err, "timezone");
    if (!zone)
        fp_cmd_fail_config(log, config, &err, FP_EXIT_CONFIG);
    return zone;
}

int fp_cmd_exit_of(const struct fp_error *err, int otherwise)
{
    if (err->code == FP_EBUSY)
        return FP_EXIT_BUSY;
    if (err->code == FP_ECANCELLED && fp_signals_caught())
        return FP_EXIT_SIGNAL + fp_signals_caught();
    return otherwise;
}

size_t fp_cmd_log_problems(const struct fp_problems *problems, struct fp_log *log)
{
    for (size_t i = 0; i < problems->count; i++)
        fp_log_error(log, problems->items[i].warning ? FP_LOG_WARNING : FP_LOG_ERROR, &problems->items[i].what, NULL);
    if (problems->more)
        fp_log(log, FP_LOG_ERROR, "and %zu more problem%s", problems->more, fp_plural(problems->more));
    return problems->errors;
}

int fp_cmd_load_config(struct fp_config *config, const char *path, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_problems problems;
    int result = FP_EXIT_OK;

    fp_problems_init(&problems);
    if (fp_config_load(config, path, &problems, &err) < 0)
        result = fp_cmd_fail(log, &err, NULL, FP_EXIT_CONFIG);
    else if (fp_cmd_log_problems(&problems, log))
        result = FP_EXIT_CONFIG;
    fp_problems_release(&problems);
    if (result != FP_EXIT_OK)
        fp_config_release(config);
    return result;
}

/* A window that begins right now is no mistake: a second later there is something in it. *ret_left_out is set then. */
static int leave_out(struct fp_log *log, const struct fp_error *err, bool *ret_left_out)
{
    fp_log_error(log, FP_LOG_WARNING, err, NULL);
    *ret_left_out = true;
    return FP_EXIT_OK;
}

static int window_from_options(const struct fp_window_options *options, const struct fp_zone *zone, int64_t now,
                               struct fp_window *ret, bool *ret_left_out, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    int rc;

    if (options->window && options->since)
        rc = fp_error_set(&err, FP_EINVAL, "--window and --since exclude each other");
    else if (options->window)
        rc = fp_window_parse(options->window, zone, now, ret, &err);
    else if (!options->since)
        rc = fp_error_set(&err, FP_EINVAL, "--until needs --since");
    else
        rc = fp_window_between(options->since, options->until, zone, now, ret, &err);
    if (rc == FP_ENOTFOUND)
        return leave_out(log, &err, ret_left_out);
    if (rc == FP_OK)
        rc = fp_window_until(ret, zone, now, &err);
    return rc < 0 ? fp_cmd_fail(log, &err, NULL, FP_EXIT_USAGE) : FP_EXIT_OK;
}

static int window_from_config(const struct fp_config *config, size_t index, const struct fp_zone *zone, int64_t now,
                              struct fp_window *ret, bool *ret_left_out, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    const struct fp_window_config *entry = &config->windows[index];
    int rc = fp_window_parse(entry->window, zone, now, ret, &err);

    if (rc == FP_OK)
        rc = fp_window_until(ret, zone, now, &err);
    if (rc == FP_OK)
        ret->baseline = entry->baseline;
    fp_error_prepend(&err, "windows[%zu]", index);
    if (rc == FP_ENOTFOUND) {
        fp_config_place(config, &err);
        return leave_out(log, &err, ret_left_out);
    }
    return rc < 0 ? fp_cmd_fail_config(log, config, &err, FP_EXIT_CONFIG) : FP_EXIT_OK;
}

/* Two specs may mean one window: "yesterday" and its date. Keeps the order. */
static size_t drop_doubles(struct fp_window *windows, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        bool twice = false;

        for (size_t k = 0; k < kept && !twice; k++)
            twice = windows[k].start == windows[i].start && windows[k].end == windows[i].end;
        if (!twice)
            windows[kept++] = windows[i];
    }
    return kept;
}

int fp_cmd_now(int64_t *ret_now, const struct fp_window_options *options, const struct fp_zone *zone, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;

    *ret_now = (int64_t)time(NULL);
    if (options->now && fp_time_parse(options->now, zone, ret_now, &err) < 0)
        return fp_cmd_fail(log, &err, "--now", FP_EXIT_USAGE);
    return FP_EXIT_OK;
}

int fp_cmd_windows(const struct fp_config *config, const struct fp_window_options *options, const struct fp_zone *zone,
                   struct fp_window **ret_windows, size_t *ret_count, struct fp_log *log)
{
    bool given = options->window || options->since || options->until;
    size_t count = given ? 1 : config->window_count, kept = 0;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window *windows;
    int64_t now;
    int result = fp_cmd_now(&now, options, zone, log);

    if (result != FP_EXIT_OK)
        return result;
    windows = calloc(count + 1, sizeof *windows);
    if (!windows) {
        fp_error_nomem(&err);
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    }
    for (size_t i = 0; i < count; i++) {
        bool left_out = false;
        int one = given ? window_from_options(options, zone, now, &windows[kept], &left_out, log)
                        : window_from_config(config, i, zone, now, &windows[kept], &left_out, log);

        kept += one == FP_EXIT_OK && !left_out;
        result = one == FP_EXIT_OK ? result : one; /* and on: all that are wrong are said at once */
    }
    if (result == FP_EXIT_OK) {
        *ret_windows = windows;
        *ret_count = drop_doubles(windows, kept);
    } else {
        free(windows);
    }
    return result;
}

#define EPOCH_DIGITS 12 /* far beyond the year 9998 */

int fp_cmd_generated(int64_t *ret_time, struct fp_log *log)
{
    const char *epoch = getenv("SOURCE_DATE_EPOCH");
    size_t n = epoch ? strspn(epoch, "0123456789") : 0;

    if (!epoch || !*epoch) {
        *ret_time = (int64_t)time(NULL);
        return FP_EXIT_OK;
    }
    if (epoch[n] || n > EPOCH_DIGITS) {
        fp_log(log, FP_LOG_ERROR,
               "the environment's SOURCE_DATE_EPOCH is \"%.60s\": it must be a whole number of seconds since 1970, "
               "such as 1795219200; correct or unset it", epoch);
        return FP_EXIT_CONFIG;
    }
    *ret_time = (int64_t)strtoll(epoch, NULL, 10);
    return FP_EXIT_OK;
}

/* ---- plans ---- */

/* FP_EXIT_OK when there is something to plan: a service, or an entry that failed. */
static int discover(struct fp_planned *planned, const struct fp_config *config, struct fp_source *source,
                    const struct fp_plan_options *options, struct fp_plan_services *services, struct fp_log *log)
{
    const struct fp_fetcher fetcher = { source, &config->source, log, fp_signals_cancel(), planned->ends_ms };
    size_t found = 0, asked = 0;

    for (size_t w = 0; w < options->window_count; w++) {
        struct fp_error err = FP_ERROR_INIT;

        if (fp_discover(&planned->discoveries[w], config, &options->only, &options->windows[w], &fetcher, &err) < 0) {
            if (err.code == FP_ECANCELLED) {
                err = (struct fp_error)FP_ERROR_INIT;
                fp_error_set(&err, FP_ECANCELLED, "told to stop; nothing was published");
            } else {
                fp_error_prepend(&err, "what `match` and `group_by` stand for, %s", options->windows[w].label);
            }
            return fp_cmd_fail(log, &err, NULL, fp_cmd_exit_of(&err, FP_EXIT_NOTHING));
        }
        planned->count++;
        services[w] = planned->discoveries[w].services;
        found += services[w].count;
        asked += planned->discoveries[w].requests;
    }
    if (found || !asked || options->wanted) /* without a question, the plan says what is wrong */
        return FP_EXIT_OK;
    fp_log(log, FP_LOG_ERROR, "nothing to press: %s has no service for what %s asks", fp_source_describe(source),
           config->file);
    return FP_EXIT_NOTHING;
}

int fp_cmd_plan(struct fp_planned *planned, const struct fp_config *config, struct fp_source *source,
                const struct fp_plan_options *options, struct fp_log *log)
{
    struct fp_plan_services *services = calloc(options->window_count + 1, sizeof *services);
    struct fp_plan_options with_services = *options;
    struct fp_error err = FP_ERROR_INIT;
    int result;

    *planned = (struct fp_planned){ .discoveries = calloc(options->window_count + 1, sizeof *planned->discoveries),
                                    .ends_ms = fp_clock_ms() + 1000 * config->deadline_s };
    if (!services || !planned->discoveries) {
        fp_error_nomem(&err);
        result = fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
        goto done;
    }
    fp_signals_catch();
    result = discover(planned, config, source, options, services, log);
    if (result != FP_EXIT_OK)
        goto done;
    with_services.services = services;
    if (fp_plan_make(&planned->plan, config, &with_services, &err) < 0) {
        fp_config_place(config, &err);
        result = fp_cmd_fail(log, &err, NULL, options->only.count ? FP_EXIT_USAGE : FP_EXIT_CONFIG);
    }
done:
    free(services);
    return result;
}

void fp_planned_release(struct fp_planned *planned)
{
    fp_plan_release(&planned->plan);
    for (size_t w = 0; w < planned->count; w++)
        fp_discovery_release(&planned->discoveries[w]);
    free(planned->discoveries);
    *planned = (struct fp_planned){ 0 };
}

/* What each window is to be compared with; the texts were written by people. */
static int parse_baselines(const struct fp_plan *plan, const struct fp_config *config, struct fp_baseline_spec *specs,
                           struct fp_error *err)
{
    int rc = FP_OK;

    for (size_t i = 0; i < plan->window_count && rc == FP_OK; i++)
        rc = fp_baseline_parse(plan->windows[i].baseline ? plan->windows[i].baseline : config->baseline, &specs[i], err);
    return rc;
}

/* One that cannot be read shows where it is compared with. */
static bool lacks_profiles(const char *output, const char *label)
{
    struct fp_record copy = { .is_site = false };
    struct fp_str dir;
    bool has = false, known;

    fp_str_init(&dir, FP_LIMIT_TEXT);
    fp_str_printf(&dir, "%s/" FP_PLAN_KEPT "/%s", output, label);
    known = fp_str_ok(&dir) && fp_record_load(dir.data, &copy, NULL) == FP_OK;
    for (size_t i = 0; i < copy.file_count && !has; i++)
        has = fp_rebuild_is_profile(copy.files[i].path);
    fp_record_release(&copy);
    fp_str_release(&dir);
    return known && !has;
}

int fp_cmd_find_label(const struct fp_config *config, const char *baseline, const char *output, struct fp_error *err)
{
    struct fp_baseline_site site = { output, NULL };
    struct fp_baseline_spec spec;
    bool bare;

    if (fp_baseline_parse(baseline, &spec, NULL) < 0 || spec.kind != FP_BASELINE_LABEL)
        return FP_OK;
    bare = lacks_profiles(output, spec.text);
    if (!bare && fp_baseline_is_kept(&site, spec.text))
        return FP_OK;
    if (bare)
        fp_error_set(err, FP_ENOTFOUND,
                     "the night that is kept as %s in %s has no profile (it was empty, or they had been removed), so nothing can "
                     "be compared with it: choose another baseline", baseline, output);
    else
        fp_error_set(err, FP_ENOTFOUND,
                     "no night is kept under the name \"%s\" in %s, so nothing can be compared with it: correct the name, or "
                     "keep one (flamepress keep NIGHT --as %s)", baseline, output, baseline);
    for (size_t i = 0; i < config->window_count; i++) /* the very text: whose key is it? */
        if (config->windows[i].baseline == baseline) {
            fp_error_prepend(err, "windows[%zu].baseline", i);
            return FP_ENOTFOUND;
        }
    fp_error_prepend(err, "baseline");
    return FP_ENOTFOUND;
}

/* A name that was mistyped compares nothing, and so raises no alarm ever: that must not be silent. Once for each key. */
static void warn_of_labels(const struct fp_plan *plan, const struct fp_config *config, const char *output,
                           struct fp_log *log)
{
    const char *before = NULL;

    for (size_t i = 0; i < plan->window_count; i++) {
        const char *baseline = plan->windows[i].baseline ? plan->windows[i].baseline : config->baseline;
        struct fp_error err = FP_ERROR_INIT;

        if (baseline == before || fp_cmd_find_label(config, baseline, output, &err) == FP_OK)
            continue;
        if (!fp_config_place(config, &err))
            fp_error_at(&err, config->file, 0, 0, -1);
        fp_log_error(log, FP_LOG_WARNING, &err, NULL);
        before = baseline;
    }
}

int fp_cmd_compare(struct fp_planned *planned, const struct fp_config *config, const struct fp_zone *zone,
                   const char *output, struct fp_log *log)
{
    struct fp_plan *plan = &planned->plan;
    struct fp_baseline_site site = { output, log };
    struct fp_baseline_spec *specs = calloc(plan->window_count + 1, sizeof *specs);
    struct fp_error err = FP_ERROR_INIT;
    int rc = specs ? parse_baselines(plan, config, specs, &err) : fp_error_nomem(&err);

    if (rc == FP_OK)
        rc = fp_plan_compare(plan,
                             &(struct fp_plan_comparing){ specs, zone, fp_baseline_is_kept, fp_baseline_is_published, &site },
                             &err);
    if (rc == FP_OK)
        warn_of_labels(plan, config, output, log);
    free(specs);
    return rc < 0 ? fp_cmd_fail(log, &err, config->file, rc == FP_ENOMEM ? FP_EXIT_NOTHING : FP_EXIT_CONFIG) : FP_EXIT_OK;
}

/* ---- the press ---- */

/* No warning: it would come every night, and nothing is lost. */
void fp_cmd_say_fonts(const struct fp_pages *pages, struct fp_log *log)
{
    const struct fp_lang *lang = fp_pages_lang(pages);

    if (fp_pages_drawn_lang(pages) != lang)
        fp_log(log, FP_LOG_INFO, "no font that is installed has all characters of the language \"%s\": the words in PNG and "
               "PDF files are English; install one (Debian: fonts-noto-cjk)", lang->tag);
}

/* What was asked to fail on goes before what went wrong besides: both are in the log. */
static int exit_of_result(const struct fp_press_result *result, bool fail_on_regression)
{
    if (!result->nights)
        return FP_EXIT_NOTHING;
    if (fail_on_regression && result->regressions)
        return FP_EXIT_REGRESSION;
    return fp_press_is_whole(result) ? FP_EXIT_OK : FP_EXIT_PARTIAL;
}

struct after {
    const struct fp_site_options *site;
    struct fp_log *log;
    int rc; /* of the program */
};

static void after_publish(void *ctx, const struct fp_press_result *result, const char *nights)
{
    struct after *after = ctx;
    const struct fp_site_options *site = after->site;

    after->rc = fp_hooks_after_publish(
        &(struct fp_after_publish){ site->config, site->output, nights, fp_press_is_whole(result),
                                    exit_of_result(result, site->fail_on_regression) },
        after->log);
}

int fp_cmd_press(const struct fp_site_options *site, struct fp_log *log)
{
    const struct fp_config *config = site->config;
    const struct fp_pages_options how = { config->title, config->templates, config->assets,
                                          fp_lang_find(config->chinese ? "zh" : "en") };
    struct after after = { site, log, FP_OK };
    struct fp_press press = { .config = config,
                              .plan = site->planned ? &site->planned->plan : NULL,
                              .discoveries = site->planned ? site->planned->discoveries : NULL,
                              .zone = site->zone,
                              .source = site->source,
                              .output = site->output,
                              .generated = site->generated,
                              .force = site->force,
                              .log = log,
                              .cancel = fp_signals_cancel(),
                              .say_regressions = site->fail_on_regression,
                              .part = site->part,
                              .given_up = site->given_up,
                              .ends_ms = site->planned ? site->planned->ends_ms : 0,
                              .after = after_publish,
                              .after_ctx = &after };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_press_result result;
    struct fp_pages *pages;
    int rc;

    if (fp_pages_open(&pages, &how, &err) < 0)
        return fp_cmd_fail_config(log, config, &err, FP_EXIT_CONFIG);
    fp_cmd_say_fonts(pages, log);
    press.pages = pages;
    fp_signals_catch();
    rc = site->assembling ? fp_assemble(&press, site->assembling, &result, &err) : fp_press_run(&press, &result, &err);
    fp_pages_close(pages);
    if (rc < 0)
        return fp_cmd_fail(log, &err, NULL, fp_cmd_exit_of(&err, result.nights ? FP_EXIT_PARTIAL : FP_EXIT_NOTHING));
    if (result.already)
        return exit_of_result(&result, site->fail_on_regression);
    fp_log(log, FP_LOG_INFO, "%s: %zu night%s %s: %zu report%s ok, %zu empty, %zu partial, %zu failed; "
           "%zu kept",
           site->output, result.nights, fp_plural(result.nights), site->part ? "pressed in part" : "published",
           result.ok, fp_plural(result.ok), result.empty, result.partial, result.failed, result.kept);
    if (after.rc == FP_ECANCELLED && fp_signals_caught())
        return FP_EXIT_SIGNAL + fp_signals_caught();
    rc = exit_of_result(&result, site->fail_on_regression);
    return rc == FP_EXIT_OK && after.rc < 0 ? FP_EXIT_PARTIAL : rc;
}
