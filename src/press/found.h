/*
 * What the entries of a configuration turned out to be in one window: services, and what is not pressed and why.
 *
 * A service that was found is an entry of its own: name, title "NAME (tag=value)", id NAME@VALUE… and the filter
 * (FILTER) AND tag='value'. In such an id an `@` or a backslash of a name or a value stands behind a backslash, so that two
 * of them are equal only when name and values are.
 *
 * Ownership: the strings live in the arena or the configuration; the lists on the heap until fp_found_finish.
 *
 *     struct fp_found found = { .config = config, .arena = &arena };
 *     fp_found_service(&found, entry, candidate, &tags, &err);
 *     …
 *     fp_found_drop_doubles(&found, fetcher->log, window->label, &err);
 *     fp_found_release(&found);
 */
#ifndef FP_PRESS_FOUND_H
#define FP_PRESS_FOUND_H

#include "base/arena.h"
#include "base/error.h"
#include "base/log.h"
#include "base/str.h"
#include "config/config.h"
#include "plan/only.h"
#include "press/candidates.h"
#include "report/night.h"

struct fp_found {
    const struct fp_config *config;
    struct fp_arena *arena;
    struct fp_service_config *services; /* heap */
    size_t service_count, service_cap;
    struct fp_not_pressed *not_pressed; /* heap */
    size_t not_pressed_count, not_pressed_cap;
};

void fp_found_release(struct fp_found *found);

/* Text into the arena; NULL without memory. Takes the buffer. */
char *fp_found_keep(struct fp_found *found, struct fp_str *text);
/* "services[1] (match "checkout-*" by host)", as messages begin; NULL without memory. */
char *fp_found_label(struct fp_found *found, size_t entry);
/* "NAME (pod_ns=orders, no host)"; NULL without memory. */
char *fp_found_title(struct fp_found *found, size_t entry, const struct fp_candidate *candidate,
                     const struct fp_candidate_tags *tags);

/* A service as it is. */
int fp_found_add(struct fp_found *found, const struct fp_service_config *service, struct fp_error *err);
/* A candidate as a service. */
int fp_found_service(struct fp_found *found, size_t entry, const struct fp_candidate *candidate,
                     const struct fp_candidate_tags *tags, struct fp_error *err);
/* The entry itself, as one report that failed for the reason `why`: id "services[N]", all its events in one. */
int fp_found_failed(struct fp_found *found, size_t entry, const char *why, struct fp_error *err);
/* `title` and `why` NULL: there was no memory for them. */
int fp_found_not_pressed(struct fp_found *found, size_t entry, const char *title, int64_t rows, const char *why,
                         struct fp_error *err);

/* Of two that would be one report (id and event), a fixed entry wins, else the first in the file. The other loses the
 * event, in silence when it means the same rows. */
int fp_found_drop_doubles(struct fp_found *found, struct fp_log *log, const char *window, struct fp_error *err);

#endif
