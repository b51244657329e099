#include "codec/node_keys.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/limits.h"
#include "base/slots.h"

void fp_node_keys_init(struct fp_node_keys *keys)
{
    *keys = (struct fp_node_keys){ 0 };
    fp_names_init(&keys->others);
}

void fp_node_keys_release(struct fp_node_keys *keys)
{
    fp_names_release(&keys->others);
    free(keys->own);
    free(keys->parent);
    *keys = (struct fp_node_keys){ 0 };
}

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Eight lower-case hexadecimal digits, each as its value in its byte. What is none leaves bits in *wrong. */
static uint64_t hex8(const char *first, const char *second, uint64_t *wrong)
{
    uint64_t text, letter, value;

    memcpy(&text, first, 4);
    memcpy((char *)&text + 4, second, 4);
    letter = (text >> 6) & EACH(1);
    value = (text & EACH(0x0F)) + 9 * letter;
    *wrong |= (value & EACH(0xF0)) | (text ^ (value + EACH('0') + ((value + EACH(6)) >> 4 & EACH(1)) * ('a' - '0' - 10)));
    return value;
}

bool fp_node_key_of_uuid(const char text[FP_UUID_TEXT], struct fp_node_key *ret_key)
{
    uint64_t wrong = (uint64_t)(text[8] ^ '-') | (uint64_t)(text[13] ^ '-') | (uint64_t)(text[18] ^ '-') |
                     (uint64_t)(text[23] ^ '-');
    uint64_t a = hex8(text, text + 4, &wrong), b = hex8(text + 9, text + 14, &wrong);
    uint64_t c = hex8(text + 19, text + 24, &wrong), d = hex8(text + 28, text + 32, &wrong);

    /* in what order the digits end up does not matter, as long as each has its place */
    *ret_key = (struct fp_node_key){ a | b << 4, c | d << 4 };
    return !wrong && ret_key->high;
}

int fp_node_keys_of(struct fp_node_keys *keys, struct fp_slice text, struct fp_node_key *ret_key, struct fp_error *err)
{
    uint32_t id;
    int rc;

    if (text.len == FP_UUID_TEXT && fp_node_key_of_uuid(text.data, ret_key))
        return FP_OK;
    rc = fp_names_intern(&keys->others, text, FP_KIND_UNKNOWN, &id, err);
    if (rc == FP_OK)
        *ret_key = (struct fp_node_key){ 0, id };
    return rc;
}

int fp_node_keys_add(struct fp_node_keys *keys, struct fp_node_key own, struct fp_node_key parent, struct fp_error *err)
{
    size_t need = keys->count + 1;
    int rc = fp_array_reserve(&keys->own, &keys->own_cap, need, sizeof *keys->own, FP_LIMIT_NODES, "nodes", err);

    if (rc == FP_OK)
        rc = fp_array_reserve(&keys->parent, &keys->parent_cap, need, sizeof *keys->parent, FP_LIMIT_NODES, "nodes",
                              err);
    if (rc < 0)
        return rc;
    keys->own[keys->count] = own;
    keys->parent[keys->count++] = parent;
    return FP_OK;
}

/* ---- who is whose parent ---- */

enum { BATCH = 64 }; /* more than a processor fetches at a time, and little enough for its first cache */

struct join {
    const struct fp_node_keys *keys;
    struct fp_slots slots; /* of own keys */
    uint64_t seed;
};

/* The hashes of a batch, their slots on the way. */
static void hash_batch(const struct join *j, const struct fp_node_key *keys, uint32_t count, uint32_t hash[BATCH])
{
    for (uint32_t i = 0; i < count; i++) {
        hash[i] = fp_hash_pair(keys[i].high, keys[i].low, j->seed);
        __builtin_prefetch(&j->slots.slot[fp_slots_first(&j->slots, hash[i])]);
    }
}

/* The slot of a key, or the free one where it would go. */
static size_t find(const struct join *j, struct fp_node_key key, uint32_t hash)
{
    const struct fp_node_key *own = j->keys->own;
    size_t at = fp_slots_first(&j->slots, hash);

    while (j->slots.slot[at] &&
           !(fp_slots_holds(&j->slots, at, hash) && fp_node_key_equal(own[fp_slots_id(&j->slots, at)], key)))
        at = fp_slots_next(&j->slots, at);
    return at;
}

static int refuse(uint32_t at, struct fp_error *err, const char *why)
{
    fp_error_set(err, FP_EDATA, "%s", why);
    fp_error_at(err, NULL, 0, 0, at);
    return FP_EDATA;
}

static int put_batch(struct join *j, const struct fp_node *node, uint32_t start, uint32_t n, struct fp_error *err)
{
    const struct fp_node_key *own = j->keys->own + start;
    uint32_t hash[BATCH];

    hash_batch(j, own, n, hash);
    for (uint32_t i = 0; i < n; i++) {
        size_t at = find(j, own[i], hash[i]);

        if (j->slots.slot[at])
            return refuse(node[start + i].at, err, FP_NODES_SAME_ID);
        fp_slots_put(&j->slots, at, hash[i], start + i);
    }
    return FP_OK;
}

static int find_batch(const struct join *j, uint32_t *up, uint32_t start, uint32_t n, struct fp_error *err)
{
    const struct fp_node_key *parent = j->keys->parent + start;
    uint32_t hash[BATCH];

    hash_batch(j, parent, n, hash);
    for (uint32_t i = 0; i < n; i++) { /* the slot is there by now: on to the key of the node that it names */
        size_t at = fp_slots_first(&j->slots, hash[i]);

        if (j->slots.slot[at])
            __builtin_prefetch(&j->keys->own[fp_slots_id(&j->slots, at)]);
    }
    for (uint32_t i = 0; i < n; i++) {
        size_t at = find(j, parent[i], hash[i]);

        if (fp_node_key_equal(parent[i], FP_NODE_KEY_ROOT))
            up[start + i] = FP_NODES_ROOT;
        else if (j->slots.slot[at])
            up[start + i] = fp_slots_id(&j->slots, at);
        else
            return refuse(up[start + i], err, "an orphan: the parent that this node names is not in the reply");
    }
    return FP_OK;
}

int fp_node_keys_join(const struct fp_node_keys *keys, struct fp_nodes *nodes, struct fp_error *err)
{
    struct join j = { .keys = keys, .seed = fp_hash_seed() };
    uint32_t count = (uint32_t)keys->count;
    int rc = fp_slots_reserve(&j.slots, count, err);

    for (uint32_t i = 0; i < count && rc == FP_OK; i += BATCH)
        rc = put_batch(&j, nodes->node, i, count - i < BATCH ? count - i : BATCH, err);
    for (uint32_t i = 0; i < count && rc == FP_OK; i += BATCH)
        rc = find_batch(&j, nodes->parent, i, count - i < BATCH ? count - i : BATCH, err);
    fp_slots_release(&j.slots);
    return rc;
}
