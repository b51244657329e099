/*
 * The pages of services over the nights: services/SERVICE/index.html.
 *
 * All that is in them was read from published nights: totals from their summaries (report/history.h), shares of
 * functions from the reports' own, of the last few windows. Each run writes all of them anew, so that a night that was
 * pressed again corrects them. A summary.json that cannot be read is a gap, and the page says so.
 */
#ifndef FP_PRESS_SERVICES_H
#define FP_PRESS_SERVICES_H

#include <stddef.h>

#include "base/error.h"
#include "publish/site.h"
#include "report/history.h"
#include "report/page.h"

struct fp_services_run {
    struct fp_site *site;             /* the pages are added to it */
    const struct fp_pages *pages;
    const struct fp_history *history; /* of all nights, the newest first */
    size_t damaged;                   /* nights that are not in it because they cannot be read */
};

/* Builds them in the stage. */
int fp_services_publish(const struct fp_services_run *run, struct fp_error *err);

#endif
