/*
 * The names of the services that a source has profiles of: what a host's page compares its processes with.
 *
 *     struct fp_listed listed;
 *     if (fp_listed_ask(&listed, &fetcher, service, window))
 *         facts.services = &listed.names;
 *     …
 *     fp_listed_release(&listed);
 */
#ifndef FP_PRESS_LISTED_H
#define FP_PRESS_LISTED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "plan/window.h"
#include "press/fetch.h"

struct fp_listed {
    struct fp_strings names; /* sorted by strcmp */
    uint32_t requests;       /* sent, retries included; valid in either case */
    struct fp_arena arena;
};

/* Those of the window that the filter of `service` lets through. False when the whole list cannot be had: that is no
 * error of the report, only less to say (it is logged). To be released in either case. */
bool fp_listed_ask(struct fp_listed *listed, const struct fp_fetcher *fetcher, const struct fp_service_config *service,
                   const struct fp_window *window);
void fp_listed_release(struct fp_listed *listed);

#endif
