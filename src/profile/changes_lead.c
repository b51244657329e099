/*
 * Which change explains which: the rule "Leads" of profile/changes.h.
 *
 * For a function h, `through` of a function f is how much of f's change happens in stacks that have h: below h what
 * f's outermost nodes there changed by; above h what h's outermost nodes below f changed by.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "profile/changes_steps.h"

#define WHOLE 0.95 /* of a change: it is carried on */
#define MOST 0.80  /* of a change: it is part of another */

struct leading {
    const struct fp_pair *pair;
    struct fp_changes *changes;
    uint32_t *item;       /* of each name: its item; FP_NO_CHANGE = no function */
    double *through;      /* of each item; filled for one h at a time */
    uint32_t *open_until; /* of each item: the end of its outermost subtree below h */
    uint32_t *met;        /* of each item: the round in which it was met above an outermost node of h */
    uint32_t round;
};

static double change_of(const struct leading *l, uint32_t node)
{
    return fp_changes_share(l->pair->tree.total[node], l->changes->after_total) -
           fp_changes_share(l->pair->before_total[node], l->changes->before_total);
}

static void add_below(struct leading *l, uint32_t from)
{
    const struct fp_tree *tree = &l->pair->tree;

    for (uint32_t i = from + 1; i < tree->end[from]; i++) {
        uint32_t item = l->item[tree->name[i]];

        if (item == FP_NO_CHANGE || i < l->open_until[item])
            continue;
        l->open_until[item] = tree->end[i];
        l->through[item] += change_of(l, i);
    }
}

static void add_above(struct leading *l, uint32_t from)
{
    const struct fp_tree *tree = &l->pair->tree;
    double change = change_of(l, from);

    l->round++;
    for (uint32_t i = tree->parent[from]; i != FP_NO_NODE && i; i = tree->parent[i]) {
        uint32_t item = l->item[tree->name[i]];

        if (item == FP_NO_CHANGE || l->met[item] == l->round)
            continue;
        l->met[item] = l->round;
        l->through[item] += change;
    }
}

static void look_through(struct leading *l, uint32_t index)
{
    const struct fp_tree *tree = &l->pair->tree;
    uint32_t name = l->changes->items[index].name;

    for (size_t i = 0; i < l->changes->count; i++)
        l->through[i] = 0;
    memset(l->open_until, 0, l->changes->count * sizeof *l->open_until);
    for (uint32_t i = 1; i < tree->count; i++)
        if (tree->name[i] == name) {
            add_above(l, i);
            add_below(l, i);
            i = tree->end[i] - 1;
        }
}

static bool is_open(const struct fp_change *change, double direction)
{
    return fp_change_is_one(change) && change->lead == FP_NO_CHANGE && change->effect * direction > 0;
}

/* How good a name a function is for a change: one that is new or gone, then the program's own, then the deeper. */
static int better(const struct leading *l, const struct fp_change *a, const struct fp_change *b)
{
    const struct fp_names *names = &l->pair->tree.names;
    bool a_new = a->verdict != FP_VERDICT_CHANGE, b_new = b->verdict != FP_VERDICT_CHANGE;
    bool a_own = names->kind[a->name] == FP_KIND_APPLICATION, b_own = names->kind[b->name] == FP_KIND_APPLICATION;
    uint32_t a_depth = l->pair->tree.depth[a->node], b_depth = l->pair->tree.depth[b->node];

    if (a_new != b_new)
        return a_new;
    if (a_own != b_own)
        return a_own;
    return a_new ? a_depth < b_depth : a_depth > b_depth; /* of what is new, the first */
}

/* The function to name for the largest change that is not explained yet. */
static uint32_t lead_for(struct leading *l, uint32_t index)
{
    const struct fp_changes *c = l->changes;
    double whole = c->items[index].effect;
    uint32_t best = index;

    if (c->items[index].by_self)
        return index;
    look_through(l, index);
    for (uint32_t i = 0; i < c->count; i++) {
        const struct fp_change *other = &c->items[i];

        if (i != index && is_open(other, whole) && !other->by_self && l->through[i] / whole >= WHOLE &&
            better(l, other, &c->items[best]))
            best = i;
    }
    return best;
}

static void follow(struct leading *l, uint32_t lead)
{
    struct fp_changes *c = l->changes;
    double direction = c->items[lead].effect;

    look_through(l, lead);
    for (uint32_t i = 0; i < c->count; i++)
        if (i != lead && is_open(&c->items[i], direction) && l->through[i] / c->items[i].effect >= MOST)
            c->items[i].lead = lead;
    c->items[lead].lead = lead;
}

int fp_changes_lead(const struct fp_pair *pair, struct fp_changes *changes, struct fp_error *err)
{
    size_t names = pair->tree.names.count, count = changes->count;
    struct leading l = { .pair = pair, .changes = changes };
    int rc = FP_OK;
    uint32_t leads = 0;

    l.item = malloc((names + 1) * sizeof *l.item);
    l.through = malloc((count + 1) * sizeof *l.through);
    l.open_until = malloc((count + 1) * sizeof *l.open_until);
    l.met = calloc(count + 1, sizeof *l.met);
    if (!l.item || !l.through || !l.open_until || !l.met) {
        rc = fp_error_nomem(err);
        goto done;
    }
    memset(l.item, 0xFF, names * sizeof *l.item); /* FP_NO_CHANGE */
    for (uint32_t i = 0; i < count; i++)
        l.item[changes->items[i].name] = i;
    for (uint32_t i = 0; i < count; i++) {
        if (!is_open(&changes->items[i], changes->items[i].effect))
            continue;
        if (leads++ < FP_LIMIT_CHANGES)
            follow(&l, lead_for(&l, i));
        if (changes->items[i].lead == FP_NO_CHANGE) /* its name was not the best, and the best does not carry it */
            changes->items[i].lead = i;
    }
done:
    free(l.item);
    free(l.through);
    free(l.open_until);
    free(l.met);
    return rc;
}
