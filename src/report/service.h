/*
 * One service over the nights, as a page model.
 *
 * The input is what was found in the published nights, numbers only:
 *
 *   title, timezone, generated, generator, damaged (nights that could not be read)
 *   events   [{event, unit, cores (values are cores), period (seconds between windows),
 *              points [{start, label, path (of the night), report (of the report, "SERVICE/EVENT"),
 *                       value (null = missing, empty or failed), outcome}], oldest first,
 *              functions_from (how many of the last points the shares below are of),
 *              functions [{name, kind, shares [one for each of those points; null = not known]}]}]
 *
 * The model: title_pieces, damaged_text, events [{event, note, chart (see below), rows, functions_chart, functions_rows …}],
 * generator, generated. A chart is {chart_text, grid, dates, lines [{class, number, segments, dots [{x, y, href, title}],
 * end_x, end_y}]} (report/chart.h). Lines of functions differ in their dashes and marks as in their colours, and bear a
 * number at their ends that the table repeats: no meaning is in the colour alone.
 *
 * Pure but for the time zone database.
 */
#ifndef FP_REPORT_SERVICE_H
#define FP_REPORT_SERVICE_H

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"
#include "report/model.h"

/* The functions a chart has lines for. */
#define FP_SERVICE_FUNCTIONS 8

int fp_service_view(const json_t *service, const struct fp_lang *lang, json_t **ret_view, struct fp_error *err);

/* Puts the address of the service's page, by the path of one of its reports ("SERVICE/EVENT"); null where `prefix` is
 * NULL or the path none of ours. */
void fp_service_put_href(struct fp_model *model, json_t *object, const char *key, const char *prefix,
                         const char *report_path);

#endif
