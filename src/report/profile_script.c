#include "report/profile_script.h"

#include <stdlib.h>

#include "base/limits.h"
#include "codec/packed_out.h"
#include "flame/palette.h"
#include "profile/ident.h"

struct writer {
    const struct fp_profile_script *script;
    const struct fp_tree *tree;
    struct fp_names names;   /* all that is sent, in order of appearance */
    uint32_t *of_tree;       /* of each name of the tree: its id in `names` */
    uint32_t *raw;           /* of each node, with a pair: the id of its recorded name; FP_NO_NODE = the same */
    uint32_t *sent, *order;  /* of each id: its number in the order of names; and the way back */
    uint32_t raw_count;
    int64_t factor;
    struct fp_str ident;
    struct fp_out *out;
};

static void put_varint(struct fp_out *out, uint64_t value)
{
    unsigned char bytes[10];
    size_t n = 0;

    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (unsigned char)(value | 0x80);
    bytes[n++] = (unsigned char)value;
    fp_out_write(out, bytes, n);
}

/* ---- what is to be sent ---- */

/* The name that a node was recorded with, on the newer side where it is there. */
static struct fp_slice recorded_name(const struct fp_profile_script *script, uint32_t node)
{
    uint32_t after = script->pair->after_node[node], before = script->pair->before_node[node];

    return after != FP_NO_NODE ? fp_tree_name(script->after, after) : fp_tree_name(script->before, before);
}

static int intern_names(struct writer *w, struct fp_error *err)
{
    const struct fp_tree *tree = w->tree;
    int rc = FP_OK;

    for (uint32_t id = 0; id < tree->names.count; id++)
        w->of_tree[id] = FP_NO_NODE;
    for (uint32_t i = 0; i < tree->count && rc == FP_OK; i++) {
        uint32_t *id = &w->of_tree[tree->name[i]];

        if (*id == FP_NO_NODE) /* not all names of a tree have a node */
            rc = fp_names_intern(&w->names, fp_tree_name(tree, i), fp_tree_kind(tree, i), id, err);
    }
    return rc;
}

static int intern_raw_names(struct writer *w, struct fp_error *err)
{
    const struct fp_tree *tree = w->tree;
    int rc = FP_OK;

    w->raw = malloc(tree->count * sizeof *w->raw);
    if (!w->raw)
        return fp_error_nomem(err);
    for (uint32_t i = 0; i < tree->count && rc == FP_OK; i++) {
        struct fp_slice name = recorded_name(w->script, i);

        w->raw[i] = FP_NO_NODE;
        if (fp_slice_equal(name, fp_tree_name(tree, i)))
            continue;
        rc = fp_names_intern(&w->names, name, fp_tree_kind(tree, i), &w->raw[i], err);
        w->raw_count++;
    }
    return rc;
}

static int sort_names(struct writer *w, struct fp_error *err)
{
    int rc;

    w->sent = malloc((w->names.count + 1) * sizeof *w->sent);
    w->order = malloc((w->names.count + 1) * sizeof *w->order);
    if (!w->sent || !w->order)
        return fp_error_nomem(err);
    rc = fp_names_rank(&w->names, w->sent, err);
    for (uint32_t id = 0; id < w->names.count && rc == FP_OK; id++)
        w->order[w->sent[id]] = id;
    return rc;
}

static int64_t common_divisor(int64_t a, int64_t b)
{
    while (b) {
        int64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

/* Samples are worth the same, mostly: what all values are multiples of. */
static int64_t factor_of(const struct writer *w)
{
    const int64_t *before = w->script->pair ? w->script->pair->before_self : NULL;
    int64_t factor = 0;

    for (uint32_t i = 0; i < w->tree->count && factor != 1; i++) {
        factor = common_divisor(w->tree->self[i], factor);
        if (before)
            factor = common_divisor(before[i], factor);
    }
    return factor ? factor : 1;
}

/* ---- columns ---- */

static void put_rgb(struct fp_out *out, struct fp_rgb colour)
{
    const unsigned char bytes[3] = { colour.r, colour.g, colour.b };

    fp_out_write(out, bytes, sizeof bytes);
}

static void put_head(struct writer *w)
{
    const struct fp_profile_script *s = w->script;
    unsigned flags = (s->pair ? FP_SCRIPT_BEFORE : 0u) | (s->icicle ? FP_SCRIPT_ICICLE : 0u) |
                     (s->by_value ? FP_SCRIPT_BY_VALUE : 0u) | (s->orange_blue ? FP_SCRIPT_ORANGE_BLUE : 0u);
    const uint64_t numbers[] = { s->unit,  s->on, s->fixed, flags, (uint64_t)s->whole, (uint64_t)s->before_whole,
                                 (uint64_t)w->factor, w->names.count, w->tree->count, w->raw_count };

    fp_out_puts(w->out, "fpp1");
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        put_varint(w->out, numbers[i]);
    put_rgb(w->out, fp_palette_label());
    for (int kind = 0; kind < FP_KIND_COUNT; kind++)
        put_rgb(w->out, fp_palette_legend((enum fp_frame_kind)kind));
    for (int palette = 0; palette < FP_CHANGE_PALETTE_COUNT; palette++)
        for (int step = -FP_CHANGE_STEPS; step <= FP_CHANGE_STEPS; step++)
            put_rgb(w->out, fp_palette_change((enum fp_change_palette)palette, step));
}

static struct fp_slice name_at(const struct writer *w, uint32_t at)
{
    return fp_names_get(&w->names, w->order[at]);
}

static size_t shared_with_last(const struct writer *w, uint32_t at)
{
    struct fp_slice name = name_at(w, at), last = at ? name_at(w, at - 1) : (struct fp_slice){ "", 0 };
    size_t n = 0;

    while (n < name.len && n < last.len && name.data[n] == last.data[n])
        n++;
    return n;
}

/* The colour of a name's identity: the same tomorrow. */
static struct fp_rgb colour_at(struct writer *w, uint32_t at)
{
    struct fp_slice name = name_at(w, at);

    if (fp_ident_of_name(&w->ident, name))
        name = fp_str_slice(&w->ident);
    return fp_palette_frame((enum fp_frame_kind)w->names.kind[w->order[at]], name);
}

static void put_names(struct writer *w)
{
    uint32_t count = (uint32_t)w->names.count;

    for (uint32_t i = 0; i < count; i++)
        put_varint(w->out, shared_with_last(w, i));
    for (uint32_t i = 0; i < count; i++)
        put_varint(w->out, name_at(w, i).len - shared_with_last(w, i));
    for (uint32_t i = 0; i < count; i++) {
        size_t shared = shared_with_last(w, i);

        fp_out_write(w->out, name_at(w, i).data + shared, name_at(w, i).len - shared);
    }
    for (uint32_t i = 0; i < count; i++)
        fp_out_putc(w->out, (char)w->names.kind[w->order[i]]);
    for (int channel = 0; channel < 3; channel++)
        for (uint32_t i = 0; i < count; i++) {
            struct fp_rgb c = colour_at(w, i);

            fp_out_putc(w->out, (char)(channel == 0 ? c.r : channel == 1 ? c.g : c.b));
        }
}

static void put_values(struct writer *w, const int64_t *self)
{
    for (uint32_t i = 0; i < w->tree->count; i++)
        put_varint(w->out, (uint64_t)(self[i] / w->factor));
}

static void put_nodes(struct writer *w)
{
    const struct fp_tree *tree = w->tree;

    for (uint32_t i = 1; i < tree->count; i++)
        put_varint(w->out, tree->depth[i - 1] + 1 - tree->depth[i]);
    for (unsigned shift = 0; shift == 0 || (shift < 32 && (w->names.count - 1) >> shift); shift += 8)
        for (uint32_t i = 0; i < tree->count; i++)
            fp_out_putc(w->out, (char)(w->sent[w->of_tree[tree->name[i]]] >> shift & 0xff));
    put_values(w, tree->self);
    if (w->script->pair)
        put_values(w, w->script->pair->before_self);
}

static void put_raw_names(struct writer *w)
{
    uint32_t last = 0;

    for (uint32_t i = 0; i < w->tree->count && w->raw_count; i++)
        if (w->raw[i] != FP_NO_NODE) {
            put_varint(w->out, i - last);
            last = i;
        }
    for (uint32_t i = 0; i < w->tree->count && w->raw_count; i++)
        if (w->raw[i] != FP_NO_NODE)
            put_varint(w->out, w->sent[w->raw[i]]);
}

static int prepare(struct writer *w, struct fp_error *err)
{
    int rc;

    w->of_tree = malloc((w->tree->names.count + 1) * sizeof *w->of_tree);
    if (!w->of_tree)
        return fp_error_nomem(err);
    rc = intern_names(w, err);
    if (rc == FP_OK && w->script->pair)
        rc = intern_raw_names(w, err);
    if (rc == FP_OK)
        rc = sort_names(w, err);
    w->factor = factor_of(w);
    return rc;
}

int fp_profile_script_write(const struct fp_profile_script *script, struct fp_out *out, struct fp_error *err)
{
    struct writer w = { .script = script, .tree = script->pair ? &script->pair->tree : script->tree };
    struct fp_packed_out packed;
    int rc;

    fp_names_init(&w.names);
    fp_str_init(&w.ident, FP_LIMIT_NAME);
    rc = prepare(&w, err);
    if (rc < 0)
        goto done;
    fp_out_puts(out, "flamepress.profile(\"");
    rc = fp_packed_out_open(&packed, out, err);
    if (rc < 0)
        goto done;
    w.out = &packed.out;
    put_head(&w);
    put_names(&w);
    put_nodes(&w);
    put_raw_names(&w);
    rc = fp_packed_out_close(&packed, err);
    if (rc == FP_OK)
        rc = fp_str_status(&w.ident, "the identity of a name", err);
    fp_out_puts(out, "\");\n");
done:
    fp_names_release(&w.names);
    fp_str_release(&w.ident);
    free(w.of_tree);
    free(w.raw);
    free(w.sent);
    free(w.order);
    return rc;
}
