/*
 * The node list: [{profile_location_str, node_id, parent_node_id, self_value, total_value} …] in random order.
 * Root: node_id "", parent_node_id "-1". Ids are UUIDs in honest replies; any string will do
 * (codec/node_keys.h).
 */
#include <stdio.h>

#include "base/limits.h"
#include "codec/node_keys.h"
#include "codec/node_text.h"
#include "codec/reply_forms.h"

enum field { NAME, ID, PARENT, SELF, TOTAL, FIELDS };

static const char *const field_names[FIELDS] = { "profile_location_str", "node_id", "parent_node_id", "self_value",
                                                 "total_value" };

struct list_reader {
    struct fp_json *json;
    struct fp_builder *builder;
    struct fp_node_keys keys; /* of the nodes */
    struct fp_nodes nodes;
    struct fp_str root_name;
    size_t root; /* its index, where has_root */
    bool has_root;
};

/* One element of the list as it was read. */
struct element {
    struct fp_node_key own, parent;
    uint32_t name;
    uint32_t at, parent_end; /* byte offsets */
    int64_t self, total;
    unsigned seen; /* bit set of fields */
};

static int read_name(struct list_reader *r, struct element *e, struct fp_error *err)
{
    struct fp_slice text;
    int rc = fp_json_string(r->json, &text, err);

    if (rc < 0)
        return rc;
    return fp_names_intern(&r->builder->names, text, fp_frame_kind_of_name(text), &e->name, err);
}

static int read_id(struct list_reader *r, struct fp_node_key *ret_key, struct fp_error *err)
{
    struct fp_slice text;
    int rc = fp_json_string(r->json, &text, err);

    return rc == FP_OK ? fp_node_keys_of(&r->keys, text, ret_key, err) : rc;
}

static int read_parent(struct list_reader *r, struct element *e, struct fp_error *err)
{
    struct fp_slice text;
    int rc = fp_json_string(r->json, &text, err);

    if (rc < 0)
        return rc;
    e->parent_end = (uint32_t)fp_json_offset(r->json);
    e->parent = FP_NODE_KEY_ROOT;
    return fp_slice_is(text, "-1") ? FP_OK : fp_node_keys_of(&r->keys, text, &e->parent, err);
}

static int read_value(struct list_reader *r, int64_t *ret, struct fp_error *err)
{
    int rc = fp_json_i64(r->json, ret, err);

    if (rc == FP_OK && *ret < 0)
        return fp_json_fail(r->json, err, FP_EDATA, "a negative value");
    return rc;
}

static int read_field(struct list_reader *r, struct fp_slice key, struct element *e, struct fp_error *err)
{
    enum field field = 0;

    while (field < FIELDS && !fp_slice_is(key, field_names[field]))
        field++;
    if (field == FIELDS)
        return fp_json_skip(r->json, err);
    if (e->seen & 1u << field)
        return fp_json_fail(r->json, err, FP_EDATA, "`%s` comes twice in one node", field_names[field]);
    e->seen |= 1u << field;
    switch (field) {
    case NAME: return read_name(r, e, err);
    case ID: return read_id(r, &e->own, err);
    case PARENT: return read_parent(r, e, err);
    case SELF: return read_value(r, &e->self, err);
    default: return read_value(r, &e->total, err);
    }
}

static int refuse(uint32_t at, struct fp_error *err, const char *why)
{
    fp_error_set(err, FP_EDATA, "%s", why);
    fp_error_at(err, NULL, 0, 0, at);
    return FP_EDATA;
}

/* The one node without a parent. */
static int note_root(struct list_reader *r, const struct element *e, struct fp_error *err)
{
    struct fp_slice name = fp_names_get(&r->builder->names, e->name);

    if (r->has_root)
        return refuse(e->at, err, fp_node_key_equal(e->own, r->keys.own[r->root]) ? FP_NODES_SAME_ID : "a second root");
    r->has_root = true;
    r->root = r->nodes.count;
    fp_str_append(&r->root_name, name.data, name.len);
    return FP_OK;
}

/* Puts a whole element in its row. */
static int store(struct list_reader *r, const struct element *e, struct fp_error *err)
{
    int rc = fp_node_key_equal(e->parent, FP_NODE_KEY_ROOT) ? note_root(r, e, err) : FP_OK;

    if (rc == FP_OK)
        rc = fp_node_keys_add(&r->keys, e->own, e->parent, err);
    if (rc == FP_OK) /* until ids are joined, where the parent's ended stands for the parent */
        rc = fp_nodes_add(&r->nodes, (struct fp_node){ .name = e->name, .self = e->self, .total = e->total, .at = e->at },
                          e->parent_end, err);
    return rc;
}

/* An element that looks as usual: 1 when it did, and was stored. */
static int read_usual(struct list_reader *r, struct fp_error *err)
{
    uint32_t at = (uint32_t)fp_json_offset(r->json);
    struct fp_node_text text;
    struct element e;
    int rc;

    if (!fp_node_text_read(fp_json_ahead(r->json), &text))
        return 0;
    e = (struct element){
        .own = text.own,
        .parent = text.parent,
        .at = at,
        .parent_end = at + (uint32_t)text.parent_end,
        .self = text.self,
        .total = text.total,
    };
    rc = fp_names_intern(&r->builder->names, text.name, fp_frame_kind_of_name(text.name), &e.name, err);
    fp_json_pass(r->json, text.length);
    if (rc == FP_OK)
        rc = store(r, &e, err);
    return rc < 0 ? rc : 1;
}

static int read_element(struct list_reader *r, struct fp_error *err)
{
    struct element e = { .at = (uint32_t)fp_json_offset(r->json) };
    struct fp_slice key;
    int rc = fp_json_enter(r->json, '{', err);

    while (rc == FP_OK && (rc = fp_json_key(r->json, &key, err)) > 0)
        rc = read_field(r, key, &e, err);
    for (enum field field = 0; field < FIELDS && rc == FP_OK; field++)
        if (!(e.seen & 1u << field)) {
            char why[64];

            snprintf(why, sizeof why, "a node without `%s`", field_names[field]);
            return refuse(e.at, err, why);
        }
    return rc == FP_OK ? store(r, &e, err) : rc;
}

static int finish(struct list_reader *r, struct fp_reply *reply, struct fp_error *err)
{
    int rc;

    if (!r->nodes.count)
        return FP_OK; /* an empty list is no data */
    rc = fp_str_status(&r->root_name, "the root's name", err);
    if (rc == FP_OK)
        rc = fp_node_keys_join(&r->keys, &r->nodes, err);
    fp_node_keys_release(&r->keys); /* room for what comes */
    if (rc == FP_OK)
        rc = fp_builder_root(r->builder, fp_str_slice(&r->root_name), fp_root_kind(fp_str_slice(&r->root_name)), err);
    if (rc == FP_OK)
        rc = fp_nodes_assemble(&r->nodes, r->builder, &reply->balance, err);
    reply->form = FP_FORM_NODE_LIST;
    return rc;
}

int fp_node_list_read(struct fp_json *json, struct fp_reply *reply, struct fp_error *err)
{
    struct list_reader r = { .json = json, .builder = &reply->builder };
    int rc = fp_json_enter(json, '[', err);

    fp_node_keys_init(&r.keys);
    fp_str_init(&r.root_name, FP_LIMIT_NAME);
    while (rc == FP_OK && (rc = fp_json_item(json, err)) > 0) {
        rc = read_usual(&r, err);
        if (rc >= 0)
            rc = rc ? FP_OK : read_element(&r, err);
    }
    if (rc == FP_OK)
        rc = finish(&r, reply, err);
    fp_node_keys_release(&r.keys);
    fp_nodes_release(&r.nodes);
    fp_str_release(&r.root_name);
    return rc;
}
