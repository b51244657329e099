/*
 * What was pressed of one night, and waits in a stage to be published: by this process (press/press.h), or by the shards of
 * a run and put together (press/assemble.h).
 *
 * An entry is that of report/night.h; it owns the path of the report below its night.
 *
 *     fp_pressed_init(&pressed, &window, &err);
 *     fp_pressed_add(&pressed, entry, place, stays, &err);
 *     fp_pressed_release(&pressed);
 */
#ifndef FP_PRESS_PRESSED_H
#define FP_PRESS_PRESSED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "plan/window.h"
#include "press/discover.h"

struct fp_pressed_report {
    json_t *entry;     /* owned (a reference) */
    uint32_t place;    /* in the order of the run */
    const char *stays; /* why the report of an earlier run is published instead (press/kept.h); NULL = this one is */
};

struct fp_pressed {
    const struct fp_window *window;
    bool compared; /* its reports were to be compared with a baseline */
    struct fp_pressed_report *reports;
    size_t count, cap;
    json_t *not_pressed; /* rows of the night's summary that finding out what patterns stand for left */
    json_t *unsettled;   /* entries of the configuration that were left unasked: what is published of them still holds */
    int64_t asked;       /* requests for that */
};

/* `window` is borrowed. To be released also after a failure. */
int fp_pressed_init(struct fp_pressed *pressed, const struct fp_window *window, struct fp_error *err);
void fp_pressed_release(struct fp_pressed *pressed);

/* Takes over what a discovery found out (NULL: there was nothing to find out). */
int fp_pressed_discovered(struct fp_pressed *pressed, const struct fp_discovery *discovery, struct fp_error *err);
/* `entry` gets a reference more. */
int fp_pressed_add(struct fp_pressed *pressed, json_t *entry, uint32_t place, const char *stays, struct fp_error *err);

/* By path; NULL = there is none. */
const struct fp_pressed_report *fp_pressed_find(const struct fp_pressed *pressed, const char *path);

/* Is what an earlier run published of this entry of the configuration replaced? */
bool fp_pressed_settles(const struct fp_pressed *pressed, size_t entry);

#endif
