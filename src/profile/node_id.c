#include "profile/node_id.h"

#include <sha1.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/limits.h"

/* RFC 4122, appendix C: the name space of ISO object identifiers. */
static const unsigned char namespace_oid[16] = { 0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1,
                                                 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };

/*
 * `node` was the last node seen at this depth, `state` the hash of its whole path. A state stays true when
 * the levels above it move on to other nodes: it says all about its own node's path.
 */
struct fp_node_id_level {
    SHA1_CTX state;
    uint32_t node;
    bool hashed;
};

void fp_node_ids_init(struct fp_node_ids *ids, const struct fp_tree *tree)
{
    *ids = (struct fp_node_ids){ .tree = tree };
}

void fp_node_ids_release(struct fp_node_ids *ids)
{
    free(ids->levels);
    *ids = (struct fp_node_ids){ 0 };
}

static int reserve(struct fp_node_ids *ids, size_t need, struct fp_error *err)
{
    size_t old = ids->cap;
    int rc = fp_array_reserve(&ids->levels, &ids->cap, need, sizeof *ids->levels, (size_t)FP_LIMIT_DEPTH + 1,
                              "levels of frames", err);

    if (rc < 0)
        return rc;
    for (size_t depth = old; depth < ids->cap; depth++)
        ids->levels[depth].hashed = false;
    if (!old) {
        SHA1Init(&ids->levels[0].state);
        SHA1Update(&ids->levels[0].state, namespace_oid, sizeof namespace_oid);
        ids->levels[0].node = 0;
        ids->levels[0].hashed = true;
    }
    return FP_OK;
}

/* The state of `level->node` from its parent's. */
static void descend(const struct fp_tree *tree, const struct fp_node_id_level *above,
                    struct fp_node_id_level *level, bool first_level)
{
    struct fp_slice name = fp_tree_name(tree, level->node);

    level->state = above->state;
    if (!first_level)
        SHA1Update(&level->state, (const uint8_t *)";", 1);
    if (name.len)
        SHA1Update(&level->state, (const uint8_t *)name.data, name.len);
    level->hashed = true;
}

int fp_node_ids_get(struct fp_node_ids *ids, uint32_t node, unsigned char ret_uuid[FP_NODE_ID_BYTES],
                    struct fp_error *err)
{
    const struct fp_tree *tree = ids->tree;
    uint32_t depth = tree->depth[node], known = depth;
    unsigned char digest[SHA1_DIGEST_LENGTH];
    SHA1_CTX last;
    int rc;

    if (node == 0) {
        memset(ret_uuid, 0, FP_NODE_ID_BYTES);
        return FP_OK;
    }
    rc = reserve(ids, (size_t)depth + 1, err);
    if (rc < 0)
        return rc;
    for (uint32_t at = node; !ids->levels[known].hashed || ids->levels[known].node != at;
         at = tree->parent[at]) {
        ids->levels[known].node = at;
        ids->levels[known].hashed = false;
        known--;
    }
    for (; known < depth; known++)
        descend(tree, &ids->levels[known], &ids->levels[known + 1], known == 0);
    last = ids->levels[depth].state;
    SHA1Final(digest, &last);
    memcpy(ret_uuid, digest, FP_NODE_ID_BYTES);
    ret_uuid[6] = (unsigned char)((ret_uuid[6] & 0x0f) | 0x50); /* version 5 */
    ret_uuid[8] = (unsigned char)((ret_uuid[8] & 0x3f) | 0x80); /* the variant of RFC 4122 */
    return FP_OK;
}

int fp_node_ids_each(const struct fp_tree *tree,
                     int (*emit)(void *ctx, uint32_t node, const unsigned char uuid[FP_NODE_ID_BYTES]),
                     void *ctx, struct fp_error *err)
{
    struct fp_node_ids ids;
    int verdict = FP_NODE_IDS_NEXT;

    fp_node_ids_init(&ids, tree);
    for (uint32_t node = 1; node < tree->count && verdict >= 0 && verdict != FP_NODE_IDS_STOP;) {
        unsigned char uuid[FP_NODE_ID_BYTES];

        verdict = fp_node_ids_get(&ids, node, uuid, err);
        if (verdict == FP_OK)
            verdict = emit(ctx, node, uuid);
        node = verdict == FP_NODE_IDS_SKIP ? tree->end[node] : node + 1;
    }
    fp_node_ids_release(&ids);
    return verdict < 0 ? verdict : FP_OK;
}

int fp_node_id_of(const struct fp_tree *tree, uint32_t node, unsigned char ret_uuid[FP_NODE_ID_BYTES],
                  struct fp_error *err)
{
    struct fp_node_ids ids;
    int rc;

    fp_node_ids_init(&ids, tree);
    rc = fp_node_ids_get(&ids, node, ret_uuid, err);
    fp_node_ids_release(&ids);
    return rc;
}

char *fp_node_id_format(char to[FP_NODE_ID_TEXT], const unsigned char uuid[FP_NODE_ID_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    static const unsigned char nil[FP_NODE_ID_BYTES];
    size_t at = 0;

    if (memcmp(uuid, nil, sizeof nil) == 0) {
        to[0] = '\0';
        return to;
    }
    for (size_t i = 0; i < FP_NODE_ID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            to[at++] = '-';
        to[at++] = digits[uuid[i] >> 4];
        to[at++] = digits[uuid[i] & 15];
    }
    to[at] = '\0';
    return to;
}
