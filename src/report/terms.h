/*
 * What the words of a night's tables mean, and whether its numbers can be trusted.
 *
 * A reader meets "unproved" or "last value" in a table and nowhere else, so the page explains each word that
 * occurs on it, and none that does not:
 *
 *     fp_terms_put(&model, view, json_object_get(night, "services"));
 *
 * Pure; nothing is kept.
 */
#ifndef FP_REPORT_TERMS_H
#define FP_REPORT_TERMS_H

#include <jansson.h>

#include "report/model.h"

/* `services`: of the night's summary. Puts has_terms, terms [{term, text}], and trust_text, the
 * completeness of all of them in a sentence or two (null = no report has a number). */
void fp_terms_put(struct fp_model *model, json_t *view, const json_t *services);

#endif
