/*
 * The two forms of `result`, each read into a builder by its own file.
 * Internal to codec/: the reader stands at the first byte of the value.
 */
#ifndef FP_CODEC_REPLY_FORMS_H
#define FP_CODEC_REPLY_FORMS_H

#include "codec/json_reader.h"
#include "codec/reply.h"

/* Both fill reply->builder, form and balance; the builder was initialised and stays without nodes when there are none. */
int fp_node_list_read(struct fp_json *json, struct fp_reply *reply, struct fp_error *err);
int fp_columns_read(struct fp_json *json, struct fp_reply *reply, struct fp_error *err);

#endif
