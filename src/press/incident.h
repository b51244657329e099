/*
 * One report for a ticket, out of a server and without a site: fetched, compared, drawn into a directory of its own.
 *
 *     struct fp_incident incident = { .plan = &plan, .zone = zone, …, .bundle = &bundle };
 *     fp_str_init(&dir, FP_LIMIT_TEXT);
 *     rc = fp_incident_press(&incident, "out/.flamepress-render-123", &dir, &outcome, &err);
 *
 * A report that failed is drawn, too: whether it is worth anything is the caller's to decide. What went wrong has been
 * logged in one line.
 */
#ifndef FP_PRESS_INCIDENT_H
#define FP_PRESS_INCIDENT_H

#include <stdatomic.h>

#include "base/error.h"
#include "base/log.h"
#include "base/str.h"
#include "config/config.h"
#include "plan/plan.h"
#include "press/draw.h"
#include "report/report.h"
#include "source/source.h"

struct fp_incident {
    const struct fp_plan *plan; /* of one job, and what it is compared with */
    const struct fp_config *config;
    const struct fp_zone *zone;
    struct fp_source *source;
    struct fp_draw_options draw;
    int64_t generated;
    struct fp_log *log;
    const atomic_bool *cancel;
};

/* `stage` is a directory that may be missing; *ret_dir (initialised by the caller) gets the one in it that holds the
 * files. FP_ECANCELLED when it was told to stop. */
int fp_incident_press(const struct fp_incident *incident, const char *stage, struct fp_str *ret_dir,
                      enum fp_outcome *ret_outcome, struct fp_error *err);

#endif
