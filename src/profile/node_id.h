/*
 * Node identity: what DeepFlow calls a node, in every reply of every server.
 *
 * The id of a node is the UUIDv5 (RFC 4122, namespace OID) of the names from the first level down to the
 * node, joined by ';', the root left out. The root has no UUID: its id is the empty string, here all bytes
 * zero (no UUIDv5 is). Source: the `node_id` of DeepFlow's node list (server v6.4, v6.5). Names that contain
 * ';' are joined as they are, so [a;b] and [a] → [b] have one id, there as here; so have two siblings that
 * differ in kind only.
 *
 * SHA-1 is taken level by level: the state after a node's path, copied and fed with ';' and a child's name,
 * is the child's. A walk in preorder hashes each name once, whatever the depth; memory is a state for each
 * level in use.
 *
 *     struct fp_node_ids ids;
 *     fp_node_ids_init(&ids, &tree);
 *     for (…) // any nodes in any order; cheapest in rising order
 *         if (fp_node_ids_get(&ids, node, uuid, &err) < 0) …
 *     fp_node_ids_release(&ids);
 *
 * The tree is only read and must outlive the struct. One struct belongs to one thread.
 */
#ifndef FP_PROFILE_NODE_ID_H
#define FP_PROFILE_NODE_ID_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "profile/tree.h"

#define FP_NODE_ID_BYTES 16
#define FP_NODE_ID_TEXT 37 /* with the final NUL */

struct fp_node_id_level;

struct fp_node_ids {
    const struct fp_tree *tree;
    struct fp_node_id_level *levels; /* by depth; [0] is the root's */
    size_t cap;
};

void fp_node_ids_init(struct fp_node_ids *ids, const struct fp_tree *tree);
void fp_node_ids_release(struct fp_node_ids *ids);
/* Hashes what lies between `node` and the nearest ancestor whose state is still there. */
int fp_node_ids_get(struct fp_node_ids *ids, uint32_t node, unsigned char ret_uuid[FP_NODE_ID_BYTES],
                    struct fp_error *err);

enum fp_node_ids_verdict { FP_NODE_IDS_NEXT, FP_NODE_IDS_SKIP, FP_NODE_IDS_STOP };

/* Calls `emit` for each node but the root, in preorder. It answers with a verdict (SKIP: nothing below this
 * node), or with a negative enum fp_status, which is returned as it is. */
int fp_node_ids_each(const struct fp_tree *tree,
                     int (*emit)(void *ctx, uint32_t node, const unsigned char uuid[FP_NODE_ID_BYTES]),
                     void *ctx, struct fp_error *err);

/* A single one. */
int fp_node_id_of(const struct fp_tree *tree, uint32_t node, unsigned char ret_uuid[FP_NODE_ID_BYTES],
                  struct fp_error *err);

/* Lower-case canonical text, as on the wire; "" for the root's. Returns `to`. */
char *fp_node_id_format(char to[FP_NODE_ID_TEXT], const unsigned char uuid[FP_NODE_ID_BYTES]);

#endif
