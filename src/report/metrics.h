/*
 * Figures of the last run for a Prometheus textfile collector (text format 0.0.4).
 *
 *   flamepress_last_run_timestamp_seconds       when the last run began, whatever came of it
 *   flamepress_last_success_timestamp_seconds   when the last one began that ended with nothing wrong: all reports
 *                                               had and published, no night damaged; absent until there was one
 *   flamepress_run_duration_seconds
 *   flamepress_jobs{outcome}                    reports of the last run: ok, partial, empty, failed
 *   flamepress_profile_seconds{service, event, report}    totals of the newest night of the site, by unit;
 *   flamepress_profile_bytes                              reports without a value have none: absent, not 0
 *   flamepress_profile_value
 *   flamepress_regressions{service, event, report}        `regressions` of reports that were compared, as
 *                                                         `run --fail-on-regression` counts them; what has no counts of
 *                                                         samples can have none, and is left out
 *
 * All are gauges, without timestamps. `report` ("SERVICE/EVENT", its directory) is what no two have in common.
 *
 * Source: https://prometheus.io/docs/instrumenting/exposition_formats/. Pure.
 */
#ifndef FP_REPORT_METRICS_H
#define FP_REPORT_METRICS_H

#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "base/out.h"

struct fp_metrics {
    int64_t last_run;
    int64_t last_success; /* 0 = never */
    double duration;      /* seconds */
    size_t ok, partial, empty, failed;
    const json_t *night;  /* NULL = the site has none */
};

int fp_metrics_write(const struct fp_metrics *metrics, struct fp_out *out, struct fp_error *err);

/* The last success that a file of an earlier run states; 0 = none, or no such file. */
int64_t fp_metrics_last_success(const char *text);

#endif
