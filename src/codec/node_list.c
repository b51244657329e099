/*
 * The node list: [{profile_location_str, node_id, parent_node_id, self_value, total_value} …] in random order.
 * Root: node_id "", parent_node_id "-1". Ids are UUIDs in honest replies; any string will do.
 */
#include <stdio.h>

#include "base/limits.h"
#include "codec/reply_forms.h"

enum field { NAME, ID, PARENT, SELF, TOTAL, FIELDS };

static const char *const field_names[FIELDS] = { "profile_location_str", "node_id", "parent_node_id", "self_value",
                                                 "total_value" };

struct list_reader {
    struct fp_json *json;
    struct fp_builder *builder;
    struct fp_names ids; /* node ids; the index of an id is the index of its node */
    struct fp_nodes nodes;
    struct fp_str root_name;
    bool has_root;
};

/* One element of the list as it was read. */
struct element {
    uint32_t name, id, parent;
    int64_t self, total;
    unsigned seen; /* bit set of fields */
    bool is_root;
};

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* The 16 bytes of a canonical lower-case UUID: a third of the memory of its text. */
static bool pack_uuid(struct fp_slice text, char packed[16])
{
    size_t at = 0;

    if (text.len != 36)
        return false;
    for (size_t i = 0; i < 36;) {
        int high, low;

        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text.data[i++] != '-')
                return false;
            continue;
        }
        high = nibble(text.data[i]);
        low = nibble(text.data[i + 1]);
        if (high < 0 || low < 0)
            return false;
        packed[at++] = (char)(high << 4 | low);
        i += 2;
    }
    return true;
}

/* The index of a node by its id, made (as missing) when it was not mentioned before. */
static int index_of(struct list_reader *r, struct fp_slice id, uint32_t *ret_index, struct fp_error *err)
{
    char packed[16];
    bool is_uuid = pack_uuid(id, packed);
    size_t known = r->ids.count;
    int rc;

    /* the kind keeps packed and plain ids of 16 bytes apart */
    rc = fp_names_intern(&r->ids, is_uuid ? (struct fp_slice){ packed, 16 } : id,
                         is_uuid ? FP_KIND_APPLICATION : FP_KIND_UNKNOWN, ret_index, err);
    if (rc < 0 || r->ids.count == known)
        return rc;
    rc = fp_nodes_reserve(&r->nodes, r->ids.count, err);
    if (rc == FP_OK) {
        r->nodes.node[known].name = FP_NODES_MISSING;
        r->nodes.node[known].at = (uint32_t)fp_json_offset(r->json);
        r->nodes.count = r->ids.count;
    }
    return rc;
}

static int read_name(struct list_reader *r, struct element *e, struct fp_error *err)
{
    struct fp_slice text;
    int rc = fp_json_string(r->json, &text, err);

    if (rc < 0)
        return rc;
    return fp_names_intern(&r->builder->names, text, fp_frame_kind_of_name(text), &e->name, err);
}

static int read_id(struct list_reader *r, uint32_t *ret_index, bool *is_root, struct fp_error *err)
{
    struct fp_slice text;
    int rc = fp_json_string(r->json, &text, err);

    if (rc < 0)
        return rc;
    if (is_root && fp_slice_is(text, "-1")) {
        *is_root = true;
        *ret_index = FP_NODES_ROOT;
        return FP_OK;
    }
    return index_of(r, text, ret_index, err);
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
    case ID: return read_id(r, &e->id, NULL, err);
    case PARENT: return read_id(r, &e->parent, &e->is_root, err);
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

/* Checks a whole element and puts it in its row. */
static int store(struct list_reader *r, const struct element *e, uint32_t at, struct fp_error *err)
{
    for (enum field field = 0; field < FIELDS; field++)
        if (!(e->seen & 1u << field)) {
            char why[64];

            snprintf(why, sizeof why, "a node without `%s`", field_names[field]);
            return refuse(at, err, why);
        }
    if (r->nodes.node[e->id].name != FP_NODES_MISSING)
        return refuse(at, err, "a node_id that another node has already");
    if (e->is_root) {
        struct fp_slice name = fp_names_get(&r->builder->names, e->name);

        if (r->has_root)
            return refuse(at, err, "a second root");
        r->has_root = true;
        fp_str_append(&r->root_name, name.data, name.len);
    }
    r->nodes.node[e->id].name = e->name;
    r->nodes.node[e->id].parent = e->parent;
    r->nodes.node[e->id].self = e->self;
    r->nodes.node[e->id].total = e->total;
    r->nodes.node[e->id].at = at;
    return FP_OK;
}

static int read_element(struct list_reader *r, struct fp_error *err)
{
    struct element e = { 0 };
    struct fp_slice key;
    uint32_t at = (uint32_t)fp_json_offset(r->json);
    int rc = fp_json_enter(r->json, '{', err);

    while (rc == FP_OK && (rc = fp_json_key(r->json, &key, err)) > 0)
        rc = read_field(r, key, &e, err);
    return rc == FP_OK ? store(r, &e, at, err) : rc;
}

static int finish(struct list_reader *r, struct fp_reply *reply, struct fp_error *err)
{
    int rc;

    if (!r->nodes.count)
        return FP_OK; /* an empty list is no data */
    rc = fp_str_status(&r->root_name, "the root's name", err);
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

    fp_names_init(&r.ids);
    fp_str_init(&r.root_name, FP_LIMIT_NAME);
    while (rc == FP_OK && (rc = fp_json_item(json, err)) > 0)
        rc = read_element(&r, err);
    if (rc == FP_OK)
        rc = finish(&r, reply, err);
    fp_names_release(&r.ids);
    fp_nodes_release(&r.nodes);
    fp_str_release(&r.root_name);
    return rc;
}
