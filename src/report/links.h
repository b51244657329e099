/*
 * Addresses for what is read outside of the site: a feed, a ticket.
 *
 * `site_url` (of the configuration, checked) is the address of the site's root, with or without a '/' at its end.
 */
#ifndef FP_REPORT_LINKS_H
#define FP_REPORT_LINKS_H

#include <jansson.h>

#include "report/model.h"

/* Puts `prefix`: the address of the night's directory, "https://host/flames/2026/11/20/"; "" when site_url is NULL. */
void fp_links_put_night(struct fp_model *model, json_t *object, const char *site_url, const json_t *night);

/* Puts the address of the site's root, with a '/' at its end. */
void fp_links_put_site(struct fp_model *model, json_t *object, const char *key, const char *site_url);

#endif
