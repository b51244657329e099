#include "profile/changes.h"

#include <math.h>
#include <stdlib.h>

#include "profile/changes_steps.h"
#include "profile/stats.h"
#include "profile/symbols.h"

const char *fp_verdict_name(enum fp_verdict verdict)
{
    static const char *const names[FP_VERDICT_COUNT] = { "change", "new", "gone", "moved", "noise", "too_few" };

    return names[verdict];
}

void fp_changes_release(struct fp_changes *changes)
{
    free(changes->items);
    *changes = (struct fp_changes){ .items = NULL };
}

/* Threads are where work happens to run; an unresolved thread entry stands below each of them. */
static bool is_function(const struct fp_names *names, uint32_t name)
{
    switch ((enum fp_frame_kind)names->kind[name]) {
    case FP_KIND_THREAD:
    case FP_KIND_HOST:
        return false;
    case FP_KIND_UNKNOWN:
        return fp_symbol_cause_of_name(fp_names_get(names, name)) != FP_SYMBOL_THREAD_ENTRY;
    default:
        return true;
    }
}

/* ---- sums ---- */

struct summing {
    uint32_t *open_until; /* of each name: the end of its outermost open subtree */
    uint32_t *index;      /* of each name: its item + 1; FP_NO_CHANGE = no function */
};

static bool is_larger(const struct fp_pair *pair, uint32_t node, uint32_t than)
{
    if (pair->tree.total[node] != pair->tree.total[than])
        return pair->tree.total[node] > pair->tree.total[than];
    return pair->before_total[node] > pair->before_total[than];
}

static void add_node(const struct fp_pair *pair, struct summing *s, struct fp_changes *changes, uint32_t i)
{
    const struct fp_tree *tree = &pair->tree;
    uint32_t name = tree->name[i];
    struct fp_change *item;

    if (!s->index[name]) {
        if (!is_function(&tree->names, name)) {
            s->index[name] = FP_NO_CHANGE;
            return;
        }
        changes->items[changes->count] = (struct fp_change){ .name = name, .node = i, .lead = FP_NO_CHANGE };
        s->index[name] = (uint32_t)++changes->count;
    }
    if (s->index[name] == FP_NO_CHANGE)
        return;
    item = &changes->items[s->index[name] - 1];
    item->after_self += tree->self[i];
    item->before_self += pair->before_self[i];
    if (i < s->open_until[name])
        return;
    item->after_total += tree->total[i];
    item->before_total += pair->before_total[i];
    s->open_until[name] = tree->end[i];
    if (is_larger(pair, i, item->node))
        item->node = i;
}

static int sum(const struct fp_pair *pair, struct fp_changes *changes, struct fp_error *err)
{
    size_t names = pair->tree.names.count;
    struct summing s = { calloc(names + 1, sizeof *s.open_until), calloc(names + 1, sizeof *s.index) };
    int rc = FP_OK;

    changes->items = calloc(names + 1, sizeof *changes->items);
    if (s.open_until && s.index && changes->items)
        for (uint32_t i = 1; i < pair->tree.count; i++)
            add_node(pair, &s, changes, i);
    else
        rc = fp_error_nomem(err);
    free(s.open_until);
    free(s.index);
    return rc;
}

/* ---- verdicts ---- */

static int64_t samples_of(int64_t value, int64_t sample)
{
    return sample > 0 ? value / sample + (value % sample >= sample / 2 + sample % 2) : 0;
}

static int64_t at_most(int64_t value, int64_t most)
{
    return value < most ? value : most;
}

struct tests {
    double self, total; /* p values */
};

static double test(const struct fp_changes *c, int64_t before, int64_t after, int64_t sample)
{
    return fp_stats_two_proportions(at_most(samples_of(before, sample), c->before_samples), c->before_samples,
                                    at_most(samples_of(after, sample), c->after_samples), c->after_samples);
}

static int test_all(struct fp_changes *c, const struct fp_changes_rule *rule, struct tests *tests,
                    struct fp_error *err)
{
    double *sorted = malloc((2 * c->count + 1) * sizeof *sorted);

    if (!sorted)
        return fp_error_nomem(err);
    for (size_t i = 0; i < c->count; i++) {
        const struct fp_change *item = &c->items[i];

        tests[i].self = test(c, item->before_self, item->after_self, rule->sample);
        tests[i].total = test(c, item->before_total, item->after_total, rule->sample);
        sorted[2 * i] = tests[i].self;
        sorted[2 * i + 1] = tests[i].total;
    }
    c->threshold = fp_stats_discoveries(sorted, 2 * c->count, rule->q);
    free(sorted);
    return FP_OK;
}

static enum fp_verdict verdict_of(const struct fp_change *item)
{
    if (item->before_total == 0)
        return FP_VERDICT_NEW;
    return item->after_total == 0 ? FP_VERDICT_GONE : FP_VERDICT_CHANGE;
}

/* `tests` is NULL where there is nothing to test. */
static void judge(struct fp_changes *c, const struct fp_changes_rule *rule, struct fp_change *item,
                  const struct tests *tests)
{
    double self = fp_changes_share(item->after_self, c->after_total) -
                  fp_changes_share(item->before_self, c->before_total);
    double total = fp_changes_share(item->after_total, c->after_total) -
                   fp_changes_share(item->before_total, c->before_total);
    bool self_is = fabs(self) >= rule->min_effect && (!tests || tests->self <= c->threshold);
    bool total_is = fabs(total) >= rule->min_effect && (!tests || tests->total <= c->threshold);

    item->p = tests ? fmin(tests->self, tests->total) : 1;
    item->by_self = self_is && !total_is;
    item->effect = item->by_self ? self : total;
    if (c->too_few)
        item->verdict = FP_VERDICT_TOO_FEW;
    else
        item->verdict = self_is || total_is ? verdict_of(item) : FP_VERDICT_NOISE;
    c->changed += fp_change_is_one(item);
}

static int judge_all(struct fp_changes *c, const struct fp_changes_rule *rule, struct fp_error *err)
{
    struct tests *tests = NULL;
    int rc = FP_OK;

    c->tested = c->count;
    c->threshold = -1;
    c->too_few = !c->before_total || !c->after_total; /* shares of nothing */
    if (rule->sample > 0) {
        c->before_samples = samples_of(c->before_total, rule->sample);
        c->after_samples = samples_of(c->after_total, rule->sample);
        c->too_few |= c->before_samples < rule->min_samples || c->after_samples < rule->min_samples;
        tests = calloc(c->count + 1, sizeof *tests);
        rc = tests ? test_all(c, rule, tests, err) : fp_error_nomem(err);
    }
    for (size_t i = 0; i < c->count && rc == FP_OK; i++)
        judge(c, rule, &c->items[i], tests ? &tests[i] : NULL);
    free(tests);
    return rc;
}

static int compare(const void *pa, const void *pb, void *ctx)
{
    const struct fp_change *a = pa, *b = pb;
    const struct fp_names *names = ctx;
    double ea = fabs(a->effect), eb = fabs(b->effect);
    int by_name;

    if (ea != eb)
        return ea > eb ? -1 : 1;
    by_name = fp_slice_compare(fp_names_get(names, a->name), fp_names_get(names, b->name));
    return by_name ? by_name : (int)names->kind[a->name] - (int)names->kind[b->name];
}

int fp_changes_find(const struct fp_pair *pair, const struct fp_changes_rule *rule, struct fp_changes *ret_changes,
                    struct fp_error *err)
{
    struct fp_changes changes = {
        .before_total = rule->before_whole ? rule->before_whole : pair->before_total[0],
        .after_total = rule->after_whole ? rule->after_whole : pair->tree.total[0],
    };
    int rc = sum(pair, &changes, err);

    if (rc == FP_OK)
        rc = judge_all(&changes, rule, err);
    if (rc == FP_OK)
        qsort_r(changes.items, changes.count, sizeof *changes.items, compare, (void *)&pair->tree.names);
    if (rc == FP_OK && changes.changed && rule->sample > 0)
        rc = fp_changes_settle(pair, rule, &changes, err);
    if (rc == FP_OK && changes.changed)
        rc = fp_changes_lead(pair, &changes, err);
    if (rc < 0)
        fp_changes_release(&changes);
    else
        *ret_changes = changes;
    return rc;
}
