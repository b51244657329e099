/*
 * What is known of each event type: one table.
 *
 * Source: the values-and-units table of DeepFlow's profile API. An event type
 * that is not in the table works too: unit "units", additive.
 */
#ifndef FP_PLAN_EVENT_H
#define FP_PLAN_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/unit.h"

struct fp_event {
    const char *type;     /* profile_event_type */
    const char *title;    /* "CPU time", … */
    enum fp_unit unit;
    bool gauge;           /* the server takes the last value of the window: never add, never split */
    bool objects;         /* a leaf is the kind of object allocated, not a function */
    bool cores;           /* value ÷ window is "cores" */
    bool known;           /* false for the entry that stands for every unknown type */
    int64_t sample;       /* what one sample is worth at least; 1 where that is not known: fp_event_sample_is_known */
};

/* Never NULL; for an unknown type the result's `type` is "" (the caller knows the name). */
const struct fp_event *fp_event_find(const char *type);
/* The same for values that are known to be in `unit`: what other profilers call "cpu" may be a time as well as a
 * count. For an unknown type `type` is "", too. */
struct fp_event fp_event_in(const char *type, enum fp_unit unit);
/* A count of samples is worth one; of other units 1 is only the least there is. */
static inline bool fp_event_sample_is_known(const struct fp_event *event)
{
    return event->sample > 1 || event->unit == FP_UNIT_SAMPLES;
}
/* The table for listings; `type` of the last one is NULL. */
const struct fp_event *fp_event_table(void);

#endif
