#include "report/comparison.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/limits.h"
#include "report/top_nodes.h"
#include "report/words.h"

/* ---- the baseline and the rule ---- */

/* The value of one core over the time that each side has; 0 where cores make no sense. */
struct per_core {
    double before, after;
};

static struct per_core per_core_of(const struct fp_report_facts *facts)
{
    const struct fp_comparison_facts *c = facts->comparison;
    int64_t per_second = fp_words_unit_per_second(facts->event->unit);
    double now = facts->window ? (double)(facts->window->end - facts->window->start) : 0;

    if (!c || !c->window || !facts->event->cores || !per_second)
        return (struct per_core){ 0, 0 };
    for (size_t i = 0; i < facts->failed_count; i++)
        now -= (double)(facts->failed[i].end - facts->failed[i].start);
    return (struct per_core){ (double)(c->window->end - c->window->start) * c->covered * (double)per_second,
                              now * (double)per_second };
}

static json_t *cores(int64_t value, double per_core)
{
    return per_core > 0 ? json_real((double)value / per_core) : json_null();
}

static void put_baseline(struct fp_model *model, json_t *root, const struct fp_comparison_facts *c,
                         const struct per_core *per_core)
{
    json_t *baseline, *window;

    if (!c || c->missing) {
        fp_model_put(model, root, "baseline", json_null());
        fp_model_put(model, root, "no_baseline", fp_model_text_or_null(c ? c->missing : NULL));
        if (c && c->lacks) {
            json_t *words = fp_model_array(model, root, "no_baseline_words");

            fp_model_push(model, words, fp_model_text(c->lacks));
            for (size_t i = 0; i < FP_COMPARISON_LACKS_ARGS; i++)
                fp_model_push(model, words, fp_model_text(c->lacks_args[i]));
        }
        return;
    }
    baseline = fp_model_object(model, root, "baseline");
    fp_model_put(model, baseline, "label", fp_model_text(c->label));
    if (c->window) {
        window = fp_model_object(model, baseline, "window");
        fp_model_put_int(model, window, "start", c->window->start);
        fp_model_put_int(model, window, "end", c->window->end);
        fp_model_put(model, window, "timezone", fp_model_text(c->zone ? fp_zone_name(c->zone) : "UTC"));
        fp_model_put(model, window, "label", fp_model_text(c->window->label));
    } else {
        fp_model_put(model, baseline, "window", json_null());
    }
    fp_model_put_int(model, baseline, "total", c->total);
    fp_model_put(model, baseline, "cores", cores(c->total, per_core->before));
    fp_model_put(model, baseline, "covered", json_real(c->covered));
    fp_model_put(model, baseline, "completeness", fp_model_text_or_null(c->completeness));
    fp_model_put(model, baseline, "filter", fp_model_text_or_null(c->filter));
    fp_model_put(model, baseline, "path", fp_model_text_or_null(c->path));
    fp_model_put(model, baseline, "source", fp_model_text(c->source));
    fp_model_put(model, root, "no_baseline", json_null());
}

static void put_rule(struct fp_model *model, json_t *root, const struct fp_comparison_facts *c)
{
    json_t *object, *limits;

    if (!c || !c->changes) {
        fp_model_put(model, root, "comparison", json_null());
        return;
    }
    object = fp_model_object(model, root, "comparison");
    limits = fp_model_object(model, object, "limits");
    fp_model_put(model, limits, "share", json_real(fmax(c->limits->regression_share, c->limits->min_effect)));
    fp_model_put(model, limits, "cores", json_real(c->limits->regression_cores));
    fp_model_put(model, limits, "relative", json_real(c->limits->regression_relative));
    fp_model_put(model, object, "q", json_real(c->rule->q));
    fp_model_put(model, object, "min_effect", json_real(c->rule->min_effect));
    fp_model_put_int(model, object, "min_samples", c->rule->min_samples);
    fp_model_put(model, object, "sampled", json_boolean(c->rule->sample > 0));
    fp_model_put_int(model, object, "tested", (int64_t)c->changes->tested);
    fp_model_put_int(model, object, "before_samples", c->changes->before_samples);
    fp_model_put_int(model, object, "after_samples", c->changes->after_samples);
    fp_model_put_int(model, object, "changed", (int64_t)c->changes->changed);
    fp_model_put(model, object, "too_few", json_boolean(c->changes->too_few));
    fp_model_put(model, object, "threshold", json_real(c->changes->threshold));
}

static void put_picture(struct fp_model *model, json_t *root, const struct fp_comparison_facts *c)
{
    json_t *picture;

    if (!c || (!c->svg && !c->png)) {
        fp_model_put(model, root, "diff_picture", json_null());
        return;
    }
    picture = fp_model_object(model, root, "diff_picture");
    fp_model_put_int(model, picture, "width", c->width);
    fp_model_put_int(model, picture, "height", c->height);
    fp_model_put(model, picture, "shape", fp_model_text(c->old_shape ? "old" : "new"));
}

/* ---- changes ---- */

struct listing {
    struct fp_model *model;
    const struct fp_comparison_facts *c;
    struct per_core per_core;
    int64_t regressions;
    uint32_t *items,
        *place; /* of each entry: its change; of each change: its entry, FP_NO_CHANGE = not listed */
    uint32_t count;
};

static bool is_beyond_noise(const struct fp_change *change)
{
    return fp_change_is_one(change) || change->verdict == FP_VERDICT_MOVED;
}

/* The node of either tree that became one of the pair; true when that is the newer one's. */
static bool find_node(const struct fp_pair *pair, uint32_t paired, uint32_t *ret_node)
{
    bool newer = pair->after_node[paired] != FP_NO_NODE;

    *ret_node = newer ? pair->after_node[paired] : pair->before_node[paired];
    return newer;
}

static int by_node(const void *a, const void *b)
{
    const struct fp_picture_anchor *x = a, *y = b;

    return x->node < y->node ? -1 : x->node > y->node;
}

/* Leads first, for they are what pages link; then others, the largest first. Each node once. */
static size_t choose(const struct fp_changes *changes, struct fp_picture_anchor *anchors, size_t max)
{
    size_t count = 0;

    for (int pass = 0; pass < 2; pass++)
        for (uint32_t i = 0; i < changes->count && count < max; i++) {
            bool leads = changes->items[i].lead == i, twice = false;

            for (size_t k = 0; k < count && !twice; k++)
                twice = anchors[k].node == changes->items[i].node;
            if (leads == (pass == 0) && !twice)
                anchors[count++].node = changes->items[i].node;
        }
    qsort(anchors, count, sizeof *anchors, by_node);
    return count;
}

int fp_comparison_anchors(const struct fp_pair *pair, const struct fp_tree *before,
                          const struct fp_tree *after, const struct fp_changes *changes,
                          struct fp_picture_anchor *anchors, size_t max, size_t *ret_count,
                          struct fp_error *err)
{
    struct fp_top_nodes tops[2] = { { .count = 0 }, { .count = 0 } };
    size_t count = choose(changes, anchors, max);
    uint32_t node;
    int rc;

    for (size_t i = 0; i < count; i++) {
        bool newer = find_node(pair, anchors[i].node, &node);

        fp_top_nodes_want(&tops[newer], node);
    }
    rc = fp_top_nodes_make(&tops[0], before, err);
    if (rc == FP_OK)
        rc = fp_top_nodes_make(&tops[1], after, err);
    for (size_t i = 0; i < count && rc == FP_OK; i++) {
        bool newer = find_node(pair, anchors[i].node, &node);
        const char *id = fp_top_nodes_find(&tops[newer], node);

        snprintf(anchors[i].id, sizeof anchors[i].id, "%s", id ? id : "");
    }
    if (rc == FP_OK)
        *ret_count = count;
    return rc;
}

static const char *id_of(const struct fp_comparison_facts *c, uint32_t node)
{
    struct fp_picture_anchor key = { .node = node };
    const struct fp_picture_anchor *found =
        c->anchor_count ? bsearch(&key, c->anchors, c->anchor_count, sizeof key, by_node) : NULL;

    return found && found->id[0] ? found->id : NULL;
}

static int list_items(struct listing *l, struct fp_error *err)
{
    const struct fp_changes *changes = l->c->changes;
    uint32_t beyond = 0, noise = 0;

    l->items = malloc((changes->count + 1) * sizeof *l->items);
    l->place = malloc((changes->count + 1) * sizeof *l->place);
    if (!l->items || !l->place)
        return fp_error_nomem(err);
    for (uint32_t i = 0; i < changes->count; i++) {
        bool listed = is_beyond_noise(&changes->items[i]) ? beyond++ < FP_LIMIT_SUMMARY_FUNCTIONS
                                                          : noise++ < FP_LIMIT_SUMMARY_NOISE;

        l->place[i] = listed ? l->count : FP_NO_CHANGE;
        if (listed)
            l->items[l->count++] = i;
    }
    return FP_OK;
}

/* An increase that sampling does not explain, named once, beyond all limits that are set. */
static bool is_regression(const struct listing *l, const struct fp_change *change, int64_t before,
                          int64_t after)
{
    const struct fp_compare_config *limits = l->c->limits;
    double was = fp_changes_share(before, l->c->changes->before_total),
           more = change->effect; /* what fell is below 0 */
    double in_cores = (double)after / l->per_core.after - (double)before / l->per_core.before;

    if (!l->c->rule->sample || !fp_change_is_one(change) || more < limits->regression_share ||
        change->lead == FP_NO_CHANGE || &l->c->changes->items[change->lead] != change)
        return false;
    if (limits->regression_cores > 0 && !(l->per_core.after > 0 && in_cores >= limits->regression_cores))
        return false;
    return before <= 0 || more >= was * limits->regression_relative;
}

static void push_change(struct listing *l, json_t *list, uint32_t index)
{
    const struct fp_change *change = &l->c->changes->items[l->items[index]];
    const struct fp_changes *all = l->c->changes;
    struct fp_model *model = l->model;
    json_t *row = fp_model_row(model, list);
    struct fp_slice name = fp_names_get(&l->c->pair->tree.names, change->name), raw;
    int64_t before = change->by_self ? change->before_self : change->before_total;
    int64_t after = change->by_self ? change->after_self : change->after_total;
    uint32_t node, lead = change->lead == FP_NO_CHANGE ? FP_NO_CHANGE : l->place[change->lead];
    bool newer = find_node(l->c->pair, change->node, &node);
    bool regression = is_regression(l, change, before, after);
    const char *id = id_of(l->c, change->node);

    l->regressions += regression;
    raw = fp_tree_name(newer ? l->c->after : l->c->before, node);
    fp_model_put(model, row, "name", fp_model_slice(name));
    fp_model_put(model, row, "raw", fp_slice_equal(raw, name) ? json_null() : fp_model_slice(raw));
    fp_model_put(
        model, row, "kind",
        fp_model_text(fp_frame_kind_name((enum fp_frame_kind)l->c->pair->tree.names.kind[change->name])));
    fp_model_put(model, row, "verdict", fp_model_text(fp_verdict_name(change->verdict)));
    fp_model_put(model, row, "before_share", json_real(fp_changes_share(before, all->before_total)));
    fp_model_put(model, row, "after_share", json_real(fp_changes_share(after, all->after_total)));
    fp_model_put_int(model, row, "before_total", change->before_total);
    fp_model_put_int(model, row, "after_total", change->after_total);
    fp_model_put_int(model, row, "before_self", change->before_self);
    fp_model_put_int(model, row, "after_self", change->after_self);
    fp_model_put(model, row, "effect", json_real(change->effect));
    fp_model_put(model, row, "by_self", json_boolean(change->by_self));
    fp_model_put(model, row, "lead", lead == FP_NO_CHANGE ? json_null() : json_integer(lead));
    fp_model_put(model, row, "cores",
                 l->per_core.after > 0 && l->per_core.before > 0
                     ? json_real((double)after / l->per_core.after - (double)before / l->per_core.before)
                     : json_null());
    fp_model_put(model, row, "regression", json_boolean(regression));
    fp_model_put(model, row, "node", fp_model_text_or_null(id));
}

static int put_changes(struct fp_model *model, json_t *root, const struct fp_comparison_facts *c,
                       const struct per_core *per_core, struct fp_error *err)
{
    struct listing l = { .model = model, .c = c, .per_core = *per_core };
    json_t *list = fp_model_array(model, root, "changes");
    int rc = c && c->changes ? list_items(&l, err) : FP_OK;

    for (uint32_t i = 0; i < l.count && rc == FP_OK && !model->failed; i++)
        push_change(&l, list, i);
    if (rc == FP_OK && c && c->changes)
        fp_model_put_int(model, json_object_get(root, "comparison"), "regressions", l.regressions);
    free(l.items);
    free(l.place);
    return rc;
}

int fp_comparison_put_summary(struct fp_model *model, json_t *root, const struct fp_report_facts *facts,
                              struct fp_error *err)
{
    const struct per_core per_core = per_core_of(facts);

    put_baseline(model, root, facts->comparison, &per_core);
    put_rule(model, root, facts->comparison);
    put_picture(model, root, facts->comparison);
    return put_changes(model, root, facts->comparison, &per_core, err);
}

/* ---- the night's entry ---- */

#define ENTRY_LEADS 20u

static void copy(struct fp_model *model, json_t *to, const json_t *from, const char *key)
{
    json_t *value = json_object_get(from, key);

    fp_model_put(model, to, key, value ? json_copy(value) : json_null());
}

static void copy_all(struct fp_model *model, json_t *entry, const char *key, const json_t *from,
                     const char *const *members)
{
    json_t *object;

    if (!json_is_object(from)) {
        fp_model_put(model, entry, key, json_null());
        return;
    }
    object = fp_model_object(model, entry, key);
    for (; *members; members++)
        copy(model, object, from, *members);
}

static void push_lead(struct fp_model *model, json_t *list, const json_t *change)
{
    static const char *const copied[] = { "name",   "kind",  "verdict",    "before_share", "after_share",
                                          "effect", "cores", "regression", "node" };
    json_t *row = fp_model_row(model, list);

    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        copy(model, row, change, copied[i]);
}

void fp_comparison_put_entry(struct fp_model *model, json_t *entry, const json_t *summary)
{
    static const char *const of_baseline[] = { "label", "total", "cores", NULL };
    static const char *const of_rule[] = { "q", "min_effect", "min_samples", "sampled", "tested", NULL };
    const json_t *comparison = json_object_get(summary, "comparison"),
                 *changes = json_object_get(summary, "changes");
    json_t *leads;

    copy_all(model, entry, "baseline", json_object_get(summary, "baseline"), of_baseline);
    copy_all(model, entry, "rule", comparison, of_rule);
    copy(model, entry, summary, "no_baseline");
    if (json_is_array(json_object_get(summary, "no_baseline_words")))
        copy(model, entry, summary, "no_baseline_words");
    fp_model_put_int(model, entry, "changed", fp_model_get_int(comparison, "changed"));
    fp_model_put_int(model, entry, "regressions", fp_model_get_int(comparison, "regressions"));
    fp_model_put(model, entry, "too_few", json_boolean(json_is_true(json_object_get(comparison, "too_few"))));
    leads = fp_model_array(model, entry, "leads");
    for (size_t i = 0; i < json_array_size(changes) && json_array_size(leads) < ENTRY_LEADS; i++) {
        const json_t *change = json_array_get(changes, i), *lead = json_object_get(change, "lead");

        if (json_is_integer(lead) && json_integer_value(lead) == (json_int_t)i)
            push_lead(model, leads, change);
    }
}

/* ---- regressions in words ---- */

static const char *share_text(char to[FP_UNIT_TEXT], const json_t *lead, const char *key)
{
    double share = fp_model_get_real(lead, key);

    return share > 0 ? fp_share_format(to, (int64_t)(share * 1e9 + 0.5), 1000000000) : "nothing";
}

void fp_comparison_say_regression(const json_t *lead, struct fp_str *to)
{
    char before[FP_UNIT_TEXT], after[FP_UNIT_TEXT], text[FP_UNIT_TEXT];
    struct fp_slice name = fp_frame_bare_name(fp_frame_kind_named(fp_model_get_text(lead, "kind")),
                                                fp_model_get_slice(lead, "name"));
    const json_t *in_cores = json_object_get(lead, "cores");
    double more = json_number_value(in_cores);

    fp_str_append(to, name.data, name.len);
    fp_str_replace_nul(to);
    fp_str_printf(to, ": %s \u2192 %s", share_text(before, lead, "before_share"),
                  share_text(after, lead, "after_share"));
    if (json_is_number(in_cores))
        fp_str_printf(to, " (%s%s cores)", more > 0 ? "+" : "",
                      fp_fixed_format(text, more, fp_fixed_decimals(more)));
}
