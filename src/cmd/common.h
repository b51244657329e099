/*
 * What several commands do alike: load a checked configuration, find windows, plan, press a site.
 */
#ifndef FP_CMD_COMMON_H
#define FP_CMD_COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/log.h"
#include "config/config.h"
#include "plan/plan.h"
#include "press/discover.h"
#include "source/source.h"

/* Loads and reports every problem. 0, or an exit code (the config is released then). */
int fp_cmd_load_config(struct fp_config *config, const char *path, struct fp_log *log);

/* Logs an error of the configuration: with its place where it begins with the path of a key. Returns exit_code. */
int fp_cmd_fail_config(struct fp_log *log, const struct fp_config *config, struct fp_error *err, int exit_code);

/* The configured time zone; NULL after logging. */
struct fp_zone *fp_cmd_zone(const struct fp_config *config, struct fp_log *log);

/* Logs the problems; returns the number of errors. */
size_t fp_cmd_log_problems(const struct fp_problems *problems, struct fp_log *log);

/* Windows from the command line: all NULL = those of the configuration. */
struct fp_window_options {
    const char *window, *since, *until, *now;
};

/* options->now, else the clock. 0, or an exit code after logging. */
int fp_cmd_now(int64_t *ret_now, const struct fp_window_options *options, const struct fp_zone *zone, struct fp_log *log);

/* What the configured or given windows are now, each once and none beyond now (fp_window_until). One that begins this very
 * second is left out with a warning, so there may be none. The caller frees *ret_windows. 0, or an exit code after logging
 * all that are wrong. */
int fp_cmd_windows(const struct fp_config *config, const struct fp_window_options *options, const struct fp_zone *zone,
                   struct fp_window **ret_windows, size_t *ret_count, struct fp_log *log);

/* For "generated at": SOURCE_DATE_EPOCH when it is set, else the clock. 0, or an exit code after logging. */
int fp_cmd_generated(int64_t *ret_time, struct fp_log *log);

/* A plan, and what the source was asked for to make it: the plan borrows from both the configuration and this. */
struct fp_planned {
    struct fp_plan plan;
    struct fp_discovery *discoveries; /* heap: one for each window */
    size_t count;
    int64_t ends_ms; /* when the `deadline` of the run is over (press/fetch.h) */
};

/* Finds out what patterns and groupings are in each window, then plans. 0, or an exit code after logging; to be
 * released in either case. */
int fp_cmd_plan(struct fp_planned *planned, const struct fp_config *config, struct fp_source *source,
                const struct fp_plan_options *options, struct fp_log *log);
void fp_planned_release(struct fp_planned *planned);

/* FP_ENOTFOUND when `baseline`, one of the configuration's own texts, is the name of a night that the site at `output` does
 * not keep; the error begins with the path of its key. FP_OK also where it is no name, or wrong. */
int fp_cmd_find_label(const struct fp_config *config, const char *baseline, const char *output, struct fp_error *err);

/* Adds what each job is compared with (`baseline`), as far as the site at `output` holds it; what it does not hold
 * becomes further requests. A name under which no night is kept is a warning. 0, or an exit code after logging. */
int fp_cmd_compare(struct fp_planned *planned, const struct fp_config *config, const struct fp_zone *zone,
                   const char *output, struct fp_log *log);

struct fp_pages;

/* Says, when it is so, that what is drawn will have English words. */
void fp_cmd_say_fonts(const struct fp_pages *pages, struct fp_log *log);

struct fp_site_options {
    const struct fp_config *config;
    const struct fp_planned *planned;
    const struct fp_zone *zone;
    struct fp_source *source;
    const char *output;
    int64_t generated;
    bool force; /* see press/press.h */
    bool fail_on_regression;
};

/* Opens the pages, runs the press, gives the exit code. */
int fp_cmd_press(const struct fp_site_options *site, struct fp_log *log);

#endif
