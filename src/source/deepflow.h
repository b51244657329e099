/*
 * A DeepFlow server as a source of profiles.
 *
 * fetch: POST URL/v1/profile/ProfileTracing with the body of fp_request_body.
 * count: POST URL/v1/query/, Count(row) under the conditions that fetch puts the same request under.
 * services, values: POST URL/v1/query/ (form fields db and sql), with counted rows; where the server refuses to
 * count, the names or values alone. A list that reaches the limit (source/query.h) is asked for again, largest first.
 *
 * DeepFlow pastes app_service into SQL between single quotes. A name with ' or \ in it could not be
 * asked for safely, so fetch refuses it (FP_EINVAL) before anything is sent.
 *
 * Everything else (connections, time-outs, limits, secrets) is source/http.h's.
 */
#ifndef FP_SOURCE_DEEPFLOW_H
#define FP_SOURCE_DEEPFLOW_H

#include "source/source.h"

/* config->url must be set. */
int fp_deepflow_open(struct fp_source **ret_source, const struct fp_source_config *config,
                     const atomic_bool *cancel, struct fp_error *err);

#endif
