/*
 * Which changes are only frames cut differently: the rule "Moved" of profile/changes.h.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "profile/changes_steps.h"

/* Self values that rose and fell are set off against each other in pairs; the largest of each are looked at. A
 * bit of a word each. */
#define SIDE 64u
#define NO_SLOT UINT8_MAX

struct mover {
    uint32_t item;
    double left; /* what is not set off yet, a share; of a fall: at most its fall in absolute terms,
                  * less one standard error */
};

struct settling {
    const struct fp_pair *pair;
    struct fp_changes *changes;
    double *self;       /* of each item: the difference of its self shares; later: what is left of it */
    uint32_t *item;     /* of each name: its item; FP_NO_CHANGE = no function */
    struct mover rose[SIDE], fell[SIDE];
    size_t rose_count, fell_count;
    uint8_t *slot;      /* of each item: its place in rose, or SIDE + its place in fell */
    double (*together)[SIDE]; /* [rose][fell]: how much of the rise, and of the fall, is in stacks of both */
};

static double share_change(const struct settling *s, int64_t before, int64_t after)
{
    return fp_changes_share(after, s->changes->after_total) - fp_changes_share(before, s->changes->before_total);
}

/* ---- who rose, who fell ---- */

/* The variance of the difference of a function's self shares; 0 where values are no counts of samples. */
static double variance(const struct settling *s, uint32_t index)
{
    const struct fp_changes *c = s->changes;
    const struct fp_change *item = &c->items[index];
    double before = fp_changes_share(item->before_self, c->before_total);
    double after = fp_changes_share(item->after_self, c->after_total);

    if (!c->before_samples || !c->after_samples)
        return 0;
    return before * (1 - before) / (double)c->before_samples + after * (1 - after) / (double)c->after_samples;
}


static void pick(struct settling *s, const struct fp_changes_rule *rule, uint32_t index)
{
    const struct fp_change *item = &s->changes->items[index];
    double change = s->self[index], absolute;

    if (change > 0 && s->rose_count < SIDE) {
        s->slot[index] = (uint8_t)s->rose_count;
        s->rose[s->rose_count++] = (struct mover){ index, change };
    } else if (change < 0 && s->fell_count < SIDE) {
        absolute = ((double)item->before_self * rule->length - (double)item->after_self) /
                   (double)s->changes->after_total;
        absolute -= sqrt(variance(s, index));
        if (absolute <= 0)
            return; /* a smaller share of more, or no more than chance */
        s->slot[index] = (uint8_t)(SIDE + s->fell_count);
        s->fell[s->fell_count++] = (struct mover){ index, fmin(-change, absolute) };
    }
}

struct by_size {
    double size;
    uint32_t item;
};

static int larger_first(const void *pa, const void *pb)
{
    const struct by_size *a = pa, *b = pb;

    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

static int pick_all(struct settling *s, const struct fp_changes_rule *rule, struct fp_error *err)
{
    size_t count = s->changes->count;
    struct by_size *order = malloc((count + 1) * sizeof *order);

    if (!order)
        return fp_error_nomem(err);
    for (uint32_t i = 0; i < count; i++)
        order[i] = (struct by_size){ fabs(s->self[i]), i };
    qsort(order, count, sizeof *order, larger_first);
    memset(s->slot, NO_SLOT, count * sizeof *s->slot);
    for (size_t i = 0; i < count; i++)
        pick(s, rule, order[i].item);
    free(order);
    return FP_OK;
}

/* ---- how much of it happened in stacks of both ---- */

struct open {
    uint64_t rose, fell; /* which of them are among a node's ancestors */
};

static void meet(struct settling *s, double change, uint8_t slot, struct open above)
{
    bool falls = slot >= SIDE;
    uint64_t others = falls ? above.rose : above.fell;

    for (unsigned k = 0; others; k++, others >>= 1)
        if (others & 1) {
            if (falls)
                s->together[k][slot - SIDE] -= change;
            else
                s->together[slot][k] += change;
        }
}

/* One walk in preorder; what is open above a node is kept by depth. */
static int meet_all(struct settling *s, struct fp_error *err)
{
    const struct fp_tree *tree = &s->pair->tree;
    struct open *above = calloc((size_t)tree->max_depth + 2, sizeof *above);

    if (!above)
        return fp_error_nomem(err);
    for (uint32_t i = 1; i < tree->count; i++) {
        uint32_t item = s->item[tree->name[i]];
        uint8_t slot = item == FP_NO_CHANGE ? NO_SLOT : s->slot[item];
        struct open here = above[tree->depth[i]];

        if (slot != NO_SLOT) {
            meet(s, share_change(s, s->pair->before_self[i], tree->self[i]), slot, here);
            if (slot < SIDE)
                here.rose |= UINT64_C(1) << slot;
            else
                here.fell |= UINT64_C(1) << (slot - SIDE);
        }
        above[tree->depth[i] + 1] = here;
    }
    free(above);
    return FP_OK;
}

struct deal {
    double size;
    uint32_t rose, fell;
};

static int larger_deal_first(const void *pa, const void *pb)
{
    const struct deal *a = pa, *b = pb;

    if (a->size != b->size)
        return a->size > b->size ? -1 : 1;
    if (a->rose != b->rose)
        return a->rose < b->rose ? -1 : 1;
    return a->fell < b->fell ? -1 : a->fell > b->fell;
}

/* Sets off, the largest first. */
static int set_off(struct settling *s, struct fp_error *err)
{
    struct deal *deals = malloc(SIDE * SIDE * sizeof *deals);
    size_t count = 0;

    if (!deals)
        return fp_error_nomem(err);
    for (uint32_t r = 0; r < s->rose_count; r++)
        for (uint32_t f = 0; f < s->fell_count; f++)
            if (s->together[r][f] > 0)
                deals[count++] = (struct deal){
                    fmin(s->together[r][f], fmin(s->rose[r].left, s->fell[f].left)), r, f };
    qsort(deals, count, sizeof *deals, larger_deal_first);
    for (size_t i = 0; i < count; i++) {
        struct mover *rose = &s->rose[deals[i].rose], *fell = &s->fell[deals[i].fell];
        double size = fmin(deals[i].size, fmin(rose->left, fell->left));

        rose->left -= size;
        fell->left -= size;
        s->self[rose->item] -= size;
        s->self[fell->item] += size;
    }
    free(deals);
    return FP_OK;
}

/* ---- what is left accounts for which changes ---- */

/* Of one item, in the subtrees that are looked at. */
struct below {
    double change; /* of its self share */
    double share;  /* its self share, on the side that has more */
};

static double self_share(const struct settling *s, bool rises, int64_t before, int64_t after)
{
    return rises ? fp_changes_share(after, s->changes->after_total) : fp_changes_share(before, s->changes->before_total);
}

static void add_subtree(const struct settling *s, uint32_t from, bool rises, struct below *below, uint32_t *seen,
                        size_t *seen_count)
{
    const struct fp_tree *tree = &s->pair->tree;

    for (uint32_t i = from; i < tree->end[from]; i++) {
        uint32_t item = s->item[tree->name[i]];
        int64_t before = s->pair->before_self[i], after = tree->self[i];

        if (item == FP_NO_CHANGE || s->self[item] == 0 || (before == 0 && after == 0))
            continue;
        if (below[item].change == 0)
            seen[(*seen_count)++] = item; /* once more when it came back to 0: harmless, see below */
        below[item].change += share_change(s, before, after);
        below[item].share += self_share(s, rises, before, after);
    }
}

/* What is left of an item's change, as far as it can have happened in these subtrees: the item's value is what tells
 * how much of it they have. */
static double left_below(const struct settling *s, bool rises, uint32_t item, const struct below *below)
{
    const struct fp_change *change = &s->changes->items[item];
    double all = self_share(s, rises, change->before_self, change->after_self);
    double left = all > 0 ? fabs(s->self[item]) * fmin(below->share / all, 1) : 0;

    return fmin(fabs(below->change), left);
}

/* The part of a change that self values below it account for. `below` is all zero before and after. */
static double account(const struct settling *s, const struct fp_change *change, struct below *below, uint32_t *seen)
{
    const struct fp_tree *tree = &s->pair->tree;
    bool rises = change->effect > 0;
    size_t seen_count = 0;
    double sum = 0;

    for (uint32_t i = 1; i < tree->count; i++)
        if (tree->name[i] == change->name) {
            add_subtree(s, i, rises, below, seen, &seen_count);
            i = tree->end[i] - 1;
        }
    for (size_t k = 0; k < seen_count; k++) {
        struct below *here = &below[seen[k]];

        if (here->change * change->effect > 0 && s->self[seen[k]] * change->effect > 0)
            sum += left_below(s, rises, seen[k], here);
        *here = (struct below){ 0, 0 };
    }
    return sum;
}

static bool can_be_inlined(const struct fp_pair *pair, const struct fp_change *change)
{
    uint8_t kind = pair->tree.names.kind[change->name];

    return kind != FP_KIND_PROCESS && kind != FP_KIND_OBJECT;
}

static int account_for_all(struct settling *s, struct fp_error *err)
{
    struct fp_changes *c = s->changes;
    struct below *below = calloc(c->count + 1, sizeof *below);
    uint32_t *seen = malloc(((size_t)s->pair->tree.count + 1) * sizeof *seen);
    int rc = below && seen ? FP_OK : fp_error_nomem(err);
    size_t looked_at = 0;

    for (size_t i = 0; i < c->count && rc == FP_OK && looked_at < FP_LIMIT_CHANGES; i++) {
        struct fp_change *change = &c->items[i];
        double part;

        if (!fp_change_is_one(change) || !can_be_inlined(s->pair, change))
            continue;
        looked_at++;
        part = change->by_self ? fabs(s->self[i]) - sqrt(variance(s, (uint32_t)i))
                                : account(s, change, below, seen);
        if (part < fabs(change->effect) / 2) {
            change->verdict = FP_VERDICT_MOVED;
            c->changed--;
        }
    }
    free(below);
    free(seen);
    return rc;
}

static int settle(struct settling *s, const struct fp_changes_rule *rule, struct fp_error *err)
{
    const struct fp_changes *c = s->changes;
    size_t names = s->pair->tree.names.count;
    int rc;

    s->self = malloc((c->count + 1) * sizeof *s->self);
    s->slot = malloc((c->count + 1) * sizeof *s->slot);
    s->item = malloc((names + 1) * sizeof *s->item);
    s->together = calloc(SIDE, sizeof *s->together);
    if (!s->self || !s->slot || !s->item || !s->together)
        return fp_error_nomem(err);
    memset(s->item, 0xFF, names * sizeof *s->item); /* FP_NO_CHANGE */
    for (uint32_t i = 0; i < c->count; i++) {
        s->item[c->items[i].name] = i;
        s->self[i] = share_change(s, c->items[i].before_self, c->items[i].after_self);
    }
    rc = pick_all(s, rule, err);
    if (rc == FP_OK)
        rc = meet_all(s, err);
    if (rc == FP_OK)
        rc = set_off(s, err);
    return rc == FP_OK ? account_for_all(s, err) : rc;
}

int fp_changes_settle(const struct fp_pair *pair, const struct fp_changes_rule *rule, struct fp_changes *changes,
                      struct fp_error *err)
{
    struct settling s = { .pair = pair, .changes = changes };
    int rc = settle(&s, rule, err);

    free(s.self);
    free(s.slot);
    free(s.item);
    free(s.together);
    return rc;
}
