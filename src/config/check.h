/*
 * Checks that look at more than one value, or into one: what the table of keys
 * cannot say in a row. Problems are added; a value that the table refused already
 * has its default here and is not reported twice.
 */
#ifndef FP_CONFIG_CHECK_H
#define FP_CONFIG_CHECK_H

#include "config/config.h"

/* Everything below. 0, or FP_ENOMEM. */
int fp_config_check(const struct fp_config *config, struct fp_problems *problems);

/* url, headers, token: what goes over the wire, and to whom. */
void fp_config_check_source(const struct fp_config *config, struct fp_problems *problems);

/* Why this text cannot be a condition between parentheses in SQL; NULL when it can. "" can. */
const char *fp_filter_fault(const char *filter);

/* Why this text cannot stand between single quotes in the server's SQL, as a service's name or a tag's value; NULL when
 * it can. "" can. */
const char *fp_quoted_fault(const char *text);

/* Why this text cannot be the address of a server; NULL when it can. */
const char *fp_url_fault(const char *url);

#endif
