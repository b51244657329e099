/*
 * Saying that a run begins and how it ended, in the convention of healthchecks.io: GET URL/start, GET URL/EXITCODE, each
 * with ?rid=UUID, the same for both.
 *
 * Two tries of FP_PING_TIMEOUT_MS each. Proxies come from the usual environment variables; `ca_file` is trusted beside the
 * system's authorities. The path of the URL is a secret: errors name scheme and host only.
 *
 *     struct fp_ping ping;
 *     fp_ping_init(&ping, "https://hc-ping.com/…", NULL);
 *     fp_ping_send(&ping, "start", &err);
 *     fp_ping_send(&ping, "0", &err);
 */
#ifndef FP_SOURCE_PING_H
#define FP_SOURCE_PING_H

#include "base/error.h"

#define FP_PING_TIMEOUT_MS 4000

struct fp_ping {
    const char *url, *ca_file; /* borrowed; ca_file may be NULL */
    char id[37];
};

/* Makes the id, at random. */
void fp_ping_init(struct fp_ping *ping, const char *url, const char *ca_file);
/* FP_ENET when no answer came; FP_EREFUSED for one that is not 2xx. */
int fp_ping_send(const struct fp_ping *ping, const char *what, struct fp_error *err);

#endif
