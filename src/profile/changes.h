/*
 * What changed between two profiles: a verdict for each function, and an order to read them in.
 *
 * A function is an identity (profile/ident.h) of one kind; the thread level, the root and unresolved thread entries
 * are none. Its self is the sum over its nodes; its total counts a stack in which it appears twice once. Both are
 * compared as shares of their own profile's total, so a busier day alone is no change.
 *
 * The rule. `share` differs, in self or in total, by at least `min_effect`, and by more than sampling explains: the
 * two-proportion test of profile/stats.h on counts of samples (value ÷ sample), over all functions and both tests
 * together, at a false discovery rate of `q`. Where values are not counts of samples (`sample` 0) only the effect
 * decides, and the caller says so. With fewer than `min_samples` samples on a side nothing is decided.
 *
 *     change      beyond the rule; new: 0 before; gone: 0 after
 *     moved       beyond the rule, but only the frames were cut differently: what its callers and callees took on or
 *                 gave up makes up for it, as when a JIT inlines on one day and not on the other (see below)
 *     noise       within the rule
 *     too_few     not enough samples to tell
 *
 * Moved. Inlining makes frames vanish and appear, and hands self values between a caller and a callee; what was
 * spent in all does not change. So: (1) self values that rose are set off against self values that fell in an
 * ancestor or a descendant, up to what they have in common in stacks, as far as the fall is one in absolute terms,
 * too, and more than chance;
 * (2) what is left must account for at least half of a function's change: of its own self value, less one standard
 * error, or, for a total, of the functions below it, of each the part that its value below has in all of it; else it
 * has moved. A program that does new work at the expense of its own caller, at an
 * unchanged total, cannot be told from one that was only cut differently: it is called moved. Only counts of samples
 * are settled, and neither processes nor objects are: what waits, waits in the scheduler, whoever called.
 *
 * Leads. Changes of one direction explain each other along the stacks. `lead` is the change to name: the function
 * that is new, or else the deepest that still carries the whole of it, an application's own before others'; every
 * change of which at least 80 % happens in stacks through it has it as its lead.
 *
 *     struct fp_changes_rule rule = FP_CHANGES_RULE_INIT;
 *     rule.sample = event->sample;
 *     if (fp_changes_find(&pair, &rule, &changes, &err) == 0) …
 *     fp_changes_release(&changes);
 *
 * Exact values throughout; shares are computed when asked for. Nothing depends on the order of input. Linear in the
 * nodes, times the number of changes looked into (FP_LIMIT_CHANGES).
 */
#ifndef FP_PROFILE_CHANGES_H
#define FP_PROFILE_CHANGES_H

#include "profile/pair.h"

enum fp_verdict {
    FP_VERDICT_CHANGE,
    FP_VERDICT_NEW,
    FP_VERDICT_GONE,
    FP_VERDICT_MOVED,
    FP_VERDICT_NOISE,
    FP_VERDICT_TOO_FEW,
    FP_VERDICT_COUNT
};

/* "change", "new" …: as in summary.json. */
const char *fp_verdict_name(enum fp_verdict verdict);

struct fp_changes_rule {
    double q;            /* false discovery rate */
    double min_effect;   /* difference of shares, 0 to 1 */
    int64_t min_samples; /* of each side */
    int64_t sample;      /* one sample's worth; 0 = values are no counts of samples */
    double length;       /* length of the newer window ÷ the older one's */
    int64_t before_whole, after_whole; /* what shares are of, where that is more than the trees hold; 0 = their totals */
};

#define FP_CHANGES_RULE_INIT { .q = 0.01, .min_effect = 0.005, .min_samples = 100, .length = 1 }

#define FP_NO_CHANGE UINT32_MAX

struct fp_change {
    uint32_t name; /* in pair->tree.names */
    uint32_t node; /* in pair->tree: its largest node of the newer side; of the older one when there is none */
    int64_t before_self, after_self, before_total, after_total;
    enum fp_verdict verdict;
    bool by_self;  /* self alone is beyond the rule: `effect` is the difference of the self shares */
    double effect; /* after's share - before's; of the totals, or by_self */
    double p;      /* the smaller of the two tests'; 1 where nothing was tested */
    uint32_t lead; /* index of the change it is part of, its own when it leads; FP_NO_CHANGE when it is no change */
};

struct fp_changes {
    struct fp_change *items; /* every function, largest absolute effect first, equals by name */
    size_t count;
    size_t changed; /* change, new or gone */
    size_t tested;  /* functions of either side */
    int64_t before_total, after_total, before_samples, after_samples; /* samples are 0 where there are none */
    bool too_few;
    double threshold; /* p values up to here are discoveries; negative = none */
};

int fp_changes_find(const struct fp_pair *pair, const struct fp_changes_rule *rule, struct fp_changes *ret_changes,
                    struct fp_error *err);
void fp_changes_release(struct fp_changes *changes);

static inline bool fp_change_is_one(const struct fp_change *change)
{
    return change->verdict <= FP_VERDICT_GONE;
}

/* part ÷ whole; 0 of nothing. */
static inline double fp_changes_share(int64_t part, int64_t whole)
{
    return whole > 0 ? (double)part / (double)whole : 0;
}

#endif
