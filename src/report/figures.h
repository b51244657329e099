/*
 * The first line of numbers of a report's page: how much, in cores, of how many samples and functions.
 *
 * Each figure is {label, value, exact}; `exact` says what it was computed from. Beside them stands what the
 * event type means for every number of the page: that a gauge has the last value of the window, or that the
 * type is not known and its values are taken to add up.
 */
#ifndef FP_REPORT_FIGURES_H
#define FP_REPORT_FIGURES_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "plan/event.h"
#include "report/model.h"

struct fp_figures {
    struct fp_model *model;
    const json_t *summary;
    const struct fp_event *event;
    enum fp_unit unit;
    int64_t total;
    int64_t sample; /* what a row is worth at least */
    double core;    /* the value of one core over the time covered; 0 where cores make no sense */
    bool partial;   /* of the window */
};

/* Puts `figures` and `event_note` (null = nothing to say). */
void fp_figures_put(const struct fp_figures *figures, json_t *to);

#endif
