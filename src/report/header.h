/*
 * The head line of every page of a site: nights before and after, the newest, the calendar, the services.
 *
 * What is known when the page is made are links that work without script. What comes later, a night after this one, a
 * page made then cannot know, and it is never changed: assets/site.js takes it from nights.js (report/nights_script.h).
 *
 *   nav    null (the page is of no site), or {site, path, report (each may be ""), night {label, href (null: this page)} or
 *          null, before {label, href} or null, newest, calendar, services, over_time: hrefs, or null}
 */
#ifndef FP_REPORT_HEADER_H
#define FP_REPORT_HEADER_H

#include <jansson.h>

#include "report/model.h"
#include "report/page.h"

#define FP_HEADER_HREF 64 /* bytes of a relative address of a place in the site's root */

/* `path` and `label`: of the night that the page is of; "" = of none. */
void fp_header_put(struct fp_model *model, json_t *view, const struct fp_page_place *place, const char *path,
                   const char *label);

/* What the services' pages are below, seen from the page: into `to`; NULL when it is of no site. */
const char *fp_header_services(char to[FP_HEADER_HREF], const struct fp_page_place *place);

#endif
