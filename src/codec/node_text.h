/*
 * One element of a node list as every server writes it: its members in their usual order, nothing between them, UUIDs
 * for ids.
 *
 *     if (fp_node_text_read(fp_json_ahead(json), &text)) fp_json_pass(json, text.length);
 *     else                                               // the JSON reader knows what is right and what is wrong
 *
 * What is read here the JSON reader would read to the same end: anything out of the ordinary, an escape in a name, an
 * element that is not all there, is left to it.
 */
#ifndef FP_CODEC_NODE_TEXT_H
#define FP_CODEC_NODE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "codec/node_keys.h"

struct fp_node_text {
    struct fp_slice name; /* within what was read; valid UTF-8 */
    struct fp_node_key own, parent;
    size_t parent_end;    /* offset of what follows parent_node_id */
    int64_t self, total;
    size_t length;        /* of all of it */
};

bool fp_node_text_read(struct fp_slice ahead, struct fp_node_text *ret_text);

#endif
