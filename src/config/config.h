/*
 * The configuration: one JSON file → one checked, read-only struct.
 *
 * Loading finds *all* that is wrong, not just the first thing: every finding goes
 * into a list of problems with file, key path and, for syntax, line and column.
 * One table of keys (config/keys.h) drives parsing, checking, the reference in the
 * README and the JSON Schema in assets/. Keys that begin with `_` or `$` are notes.
 *
 * Ownership: all strings live in the config's arena; fp_config_release frees them.
 * Relative paths of the file (token_file, archive …) are kept as written and are
 * relative to the working directory. After loading the struct is only read, so any
 * number of threads may share it.
 *
 *     struct fp_config config;
 *     struct fp_problems problems;
 *     fp_problems_init(&problems);
 *     if (fp_config_load(&config, "flamepress.json", &problems, &err) == 0 && !problems.errors) …
 *     fp_config_release(&config);
 *     fp_problems_release(&problems);
 */
#ifndef FP_CONFIG_CONFIG_H
#define FP_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/strings.h"

struct fp_str;

struct fp_header {
    const char *name, *value;
};

/* Exactly one of url and archive is set in a checked configuration. */
struct fp_source_config {
    const char *url;         /* http(s)://HOST[:PORT][/PREFIX]; NULL when archive is set */
    const char *archive;     /* directory of saved requests and replies */
    int64_t org_id;          /* 0 = no X-Org-Id header */
    struct fp_header *headers; /* extra request headers, in the order of the file */
    size_t header_count;
    const char *token_file;  /* bearer token: first line of this file … */
    const char *token_env;   /* … or the value of this environment variable */
    const char *ca_file, *client_cert, *client_key; /* PEM files; NULL = not set */
    int64_t timeout_ms;          /* whole request, default 60 s */
    int64_t connect_timeout_ms;  /* default 5 s */
    int64_t stall_timeout_ms;    /* no byte for so long, default 30 s */
    int64_t retries;             /* further tries after the first, default 5 */
    int64_t in_flight;           /* requests at once, default 8 */
    int64_t max_response;        /* decoded bytes of one reply, default 1 GiB */
};

struct fp_rename {
    const char *pattern, *to;
};

/* What is done to a profile before it is shown; see profile/transform.h for what each means and the order. Patterns
 * are as base/pattern.h has them; in a checked configuration every one compiles. */
struct fp_transform_config {
    bool strip_rust_hash; /* default on */
    struct fp_rename *rename;
    size_t rename_count;
    struct fp_strings focus, hide;
    bool fold_processes, fold_threads;
    int64_t max_kernel_depth; /* -1 = all */
    bool hide_kernel, hide_libraries;
    bool merge_recursion, collapse_wrappers;
    double min_share; /* 0 = off */
};

/* What to press, as written. */
struct fp_window_config {
    const char *window;
    const char *baseline; /* NULL = as for every window */
};

/* When a difference between two profiles is a change; see profile/changes.h. */
struct fp_compare_config {
    double q, min_effect; /* default 0.01; 0.005 */
    int64_t min_samples;  /* default 100 */
    double regression_share, regression_cores, regression_relative; /* limits of a regression; 0 = none, the default */
};

/* What a service entry may override; in `defaults` every field has a value, but for those that stand in an
 * entry only. In a checked configuration an entry has either a name or a pattern. */
struct fp_service_config {
    size_t entry;           /* its place in `services` */
    const char *failure;    /* why nobody could be asked what it is in a window; NULL = it is known, as ever before a run */
    const char *name;       /* app_service as DeepFlow knows it; NULL with `match` */
    const char *match;      /* shell pattern of such names; NULL with `name` */
    struct fp_strings except;   /* names and patterns that `match` leaves out */
    struct fp_strings group_by; /* tags: one report for each value; empty = no grouping */
    int64_t max_services;   /* that the entry may turn into with `match` or `group_by`, default 200 */
    const char *id;         /* directory name before encoding; default: name; NULL with `match` */
    const char *title;      /* heading; default: name; NULL with `match` */
    const char *language;   /* profile_language_type, default "eBPF" */
    struct fp_strings events; /* profile_event_type, default ["on-cpu"] */
    const char *filter;     /* tag_filter without outer parentheses; "" = none */
    int64_t step_s;         /* seconds one request covers at most, default 3600 */
    int64_t min_step_s;     /* a part that may be cut is halved and asked again down to this; default 60, or step_s */
    int64_t row_limit;      /* the server's flame_query_limit where it does not say, default 1000000 */
    int64_t sample;         /* least value of one row, for every event; 0 = as known of the event */
    int64_t max_kernel_stack_depth; /* that the server keeps; -1 = all */
    struct fp_transform_config transforms;
    struct fp_compare_config compare;
    bool ticket;            /* files for a ticket beside each report (press/bundle.h), default true */
};

/* One report for each event, whatever the server has: nothing must be asked first. */
static inline bool fp_service_is_fixed(const struct fp_service_config *service)
{
    return service->name && !service->group_by.count;
}

/* DeepFlow's name for the whole host. */
static inline bool fp_service_is_host(const struct fp_service_config *service)
{
    return service->name && strcmp(service->name, "Total") == 0;
}

struct fp_picture_config {
    int64_t width;       /* CSS pixels, default 1200 */
    double min_width;    /* px; narrower boxes are not drawn, default 0.1 */
    bool icicle;         /* root at the top */
    bool diff_old_shape; /* differences have the baseline's shape */
    bool diff_orange;    /* and are orange and blue, not red and blue */
    bool sort_by_value;  /* default: siblings by name */
};

struct fp_svg_config {
    bool interactive;    /* carries a script that zooms and searches, default true */
};

/* How much of what was published stays; 0 = no limit. See publish/retention.h. */
struct fp_retention_limits {
    int64_t keep_days, keep_nights, max_bytes;
};

struct fp_retention_config {
    struct fp_retention_limits nights, profiles;
};

struct fp_config {
    const char *file;    /* as given, for messages */
    const char *text;    /* what it holds: where a key stands is looked up when something is wrong with it */
    size_t text_len;
    const char *output;
    const char *timezone;   /* IANA name; NULL = the system's */
    const char *title;      /* of the site; default "flamepress" */
    bool chinese;           /* the pages are; default false: English */
    const char *site_url;   /* address of the site's root, for who reads of it elsewhere; NULL = not known */
    const char *metrics_file; /* Prometheus textfile; NULL = none */
    struct fp_strings after_publish;  /* program and arguments; empty = none */
    int64_t after_publish_timeout_ms; /* default an hour */
    const char *ping_url;   /* a check that is told of each run; NULL = none */
    int64_t deadline_s;     /* how long a run asks, default 12 hours */
    struct fp_retention_config retention; /* default: all stays */
    const char *templates;  /* directory that overrides built-in templates; NULL = none */
    const char *assets;     /* directory that overrides built-in assets; NULL = none */
    struct fp_source_config source;
    struct fp_window_config *windows; /* default [{"yesterday"}] */
    size_t window_count;
    const char *baseline; /* as written (plan/baseline.h); default "previous" */
    struct fp_picture_config picture;
    struct fp_svg_config svg;
    struct fp_service_config defaults;
    struct fp_service_config *services; /* defaults already applied: every field has a value */
    size_t service_count;
    struct fp_arena arena;
};

/* ---- what is wrong with a configuration ---- */

struct fp_problem {
    bool warning;         /* true: works, but probably not as meant */
    struct fp_error what; /* source, line and column where known; message begins with the key path */
};

struct fp_problems {
    struct fp_problem *items;
    size_t count, cap;
    size_t errors; /* how many are not warnings, those that are only counted included */
    size_t more;   /* problems beyond the items: only counted */
};

void fp_problems_init(struct fp_problems *problems);
void fp_problems_release(struct fp_problems *problems);
/* `key` is a path such as "services[2].events[0]". Beyond 100 problems the rest is only counted. */
void fp_problems_add(struct fp_problems *problems, bool warning, const char *file, const char *key,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Is there an error about this key or one below it, "source.url"? Of those that are only counted nobody knows. */
bool fp_problems_about(const struct fp_problems *problems, const char *key);

/* Loads from a file ("-": standard input) or from memory (`name` is for messages). A configuration with problems still returns 0: look
 * at problems->errors. Negative only when nothing could be read at all (err says why) or out of memory.
 * config must be released in every case. */
int fp_config_load(struct fp_config *config, const char *path, struct fp_problems *problems, struct fp_error *err);
int fp_config_load_text(struct fp_config *config, const char *text, size_t n, const char *name,
                        struct fp_problems *problems, struct fp_error *err);
void fp_config_release(struct fp_config *config);

/* For what only the world can tell to be wrong (a time zone, a file): an error whose message begins with the path of a key
 * ("windows[1]: …", "source.url must …", "`assets` names …") gets the file, and line and column of the key. False, and nothing is changed, when the file has no
 * such key. */
bool fp_config_place(const struct fp_config *config, struct fp_error *err);

#endif
