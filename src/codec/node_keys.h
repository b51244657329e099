/*
 * The ids of a node list, 16 bytes each, and which node they mean.
 *
 * Ids are UUIDs in honest replies: a canonical lower-case one is its own key. Any other text gets a number of its own;
 * equal texts have equal keys, different ones never. Who is whose parent is asked when all nodes are known: the table
 * is built once, in its final size, and looked up in batches, whose steps do not wait for each other's memory.
 *
 *     fp_node_keys_init(&keys);
 *     rc = fp_node_keys_of(&keys, text, &own, &err);            // and its parent's
 *     rc = fp_node_keys_add(&keys, own, parent, &err);          // for each node, in the order of `nodes`
 *     rc = fp_node_keys_join(&keys, &nodes, &err);
 *     fp_node_keys_release(&keys);
 */
#ifndef FP_CODEC_NODE_KEYS_H
#define FP_CODEC_NODE_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"
#include "codec/nodes.h"
#include "profile/names.h"

#define FP_NODES_SAME_ID "a node_id that another node has already"
#define FP_UUID_TEXT 36 /* bytes of 01234567-89ab-cdef-0123-456789abcdef */

/* high is 0 for what is no UUID (and for UUIDs that begin with 16 zeros, which are treated as such). */
struct fp_node_key {
    uint64_t high, low;
};

/* In place of the parent's: the root. No text has it. */
#define FP_NODE_KEY_ROOT ((struct fp_node_key){ 0, UINT64_MAX })

struct fp_node_keys {
    struct fp_names others; /* ids that are no UUIDs: their number here is the key */
    struct fp_node_key *own, *parent; /* of each node */
    size_t count, own_cap, parent_cap;
};

void fp_node_keys_init(struct fp_node_keys *keys);
void fp_node_keys_release(struct fp_node_keys *keys);

/* The key of a canonical UUID; false when the 36 bytes are none, or one that begins with 16 zeros. */
bool fp_node_key_of_uuid(const char text[FP_UUID_TEXT], struct fp_node_key *ret_key);
/* The key of any text. */
int fp_node_keys_of(struct fp_node_keys *keys, struct fp_slice text, struct fp_node_key *ret_key, struct fp_error *err);

static inline bool fp_node_key_equal(struct fp_node_key a, struct fp_node_key b)
{
    return a.high == b.high && a.low == b.low;
}

/* The keys of the next node. */
int fp_node_keys_add(struct fp_node_keys *keys, struct fp_node_key own, struct fp_node_key parent, struct fp_error *err);

/* Sets each node's parent: an index, or FP_NODES_ROOT. Refuses two nodes with one id (with the offset `at`) and parents
 * that are not there (with the offset that stood in the parent's place until now). */
int fp_node_keys_join(const struct fp_node_keys *keys, struct fp_nodes *nodes, struct fp_error *err);

#endif
