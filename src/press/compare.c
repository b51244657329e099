#include "press/compare.h"

#include <stdlib.h>
#include <string.h>

#include "base/lang.h"
#include "base/limits.h"
#include "press/draw.h"
#include "report/comparison.h"

/* ---- the baseline ---- */

void fp_baseline_init(struct fp_baseline *baseline)
{
    *baseline = (struct fp_baseline){ .source = "file", .covered = 1 };
    fp_str_init(&baseline->missing, FP_LIMIT_TEXT);
    for (size_t i = 0; i < FP_COMPARISON_LACKS_ARGS; i++)
        fp_str_init(&baseline->lacks_args[i], FP_LIMIT_TEXT);
    fp_str_init(&baseline->label, FP_LIMIT_TEXT);
    fp_str_init(&baseline->path, FP_LIMIT_TEXT);
    fp_str_init(&baseline->filter, FP_LIMIT_TEXT);
    fp_str_init(&baseline->completeness, FP_LIMIT_TEXT);
}

void fp_baseline_release(struct fp_baseline *baseline)
{
    fp_tree_release(&baseline->tree);
    fp_str_release(&baseline->missing);
    for (size_t i = 0; i < FP_COMPARISON_LACKS_ARGS; i++)
        fp_str_release(&baseline->lacks_args[i]);
    fp_str_release(&baseline->label);
    fp_str_release(&baseline->path);
    fp_str_release(&baseline->filter);
    fp_str_release(&baseline->completeness);
    fp_zone_free(baseline->zone);
}

void fp_baseline_lacks(struct fp_baseline *baseline, const char *key, ...)
{
    va_list args;

    fp_str_clear(&baseline->missing);
    baseline->lacks = key;
    va_start(args, key);
    fp_lang_vsay(NULL, &baseline->missing, key, args);
    va_end(args);
    va_start(args, key);
    for (size_t i = 0; i < FP_COMPARISON_LACKS_ARGS; i++) {
        const char *argument = va_arg(args, const char *);

        fp_str_clear(&baseline->lacks_args[i]);
        if (!argument)
            break;
        fp_str_puts(&baseline->lacks_args[i], argument);
    }
    va_end(args);
}

static double covered_of(const struct fp_pprof_meta *meta)
{
    return meta->end > meta->start ? 1 - (double)fp_draw_missing(meta) / (double)(meta->end - meta->start)
                                   : 1;
}

int fp_baseline_take(struct fp_baseline *baseline, struct fp_builder *builder,
                     const struct fp_pprof_meta *meta, bool objects, struct fp_error *err)
{
    const char *zone = fp_draw_note(meta, FP_DRAW_NOTE_ZONE),
               *complete = fp_draw_note(meta, FP_DRAW_NOTE_COMPLETENESS);

    fp_str_puts(&baseline->completeness, complete ? complete : "");
    baseline->unit = meta->unit;
    baseline->sample = meta->sample;
    baseline->covered = covered_of(meta);
    fp_str_puts(&baseline->filter, meta->filter ? meta->filter : "");
    baseline->zone = zone ? fp_zone_new(zone, NULL) : NULL;
    /* a file may speak of times that are in no calendar of ours: then its window is not known */
    baseline->has_window = meta->start < meta->end && fp_window_make(meta->start, meta->end, baseline->zone,
                                                                     &baseline->window, NULL) == FP_OK;
    if (!baseline->label.len && baseline->has_window)
        fp_str_puts(&baseline->label, baseline->window.label);
    if (!builder->count || builder->total <= 0) {
        fp_baseline_lacks(baseline, "lacks_data", baseline->label.data, NULL);
        fp_builder_release(builder);
        return fp_str_status(&baseline->missing, "a reason", err);
    }
    return fp_tree_freeze(&baseline->tree, builder, objects, err);
}

/* ---- the comparison ---- */

int64_t fp_compare_sample(const struct fp_event *event, int64_t stated)
{
    const struct fp_event *known = fp_event_find(event->type);

    if (event->gauge)
        return 0;
    if (event->unit == FP_UNIT_SAMPLES)
        return 1;
    if (known->known && known->unit == event->unit && !fp_event_sample_is_known(known))
        return 0; /* times of waiting: one may be of any length, whatever is said of the least */
    if (event->unit != FP_UNIT_MICROSECONDS && event->unit != FP_UNIT_NANOSECONDS)
        return 0;
    if (stated > 1)
        return stated;
    return fp_event_sample_is_known(event) ? event->sample : 0;
}

static void make_rule(struct fp_changes_rule *rule, const struct fp_baseline *baseline,
                      const struct fp_compare_how *how, const struct fp_report_facts *facts)
{
    int64_t sample = fp_compare_sample(facts->event, facts->sample);
    int64_t before = sample ? fp_compare_sample(facts->event, baseline->sample) : 0;
    double seconds = facts->window ? (double)(facts->window->end - facts->window->start) : 0;
    double missing = 0;

    for (size_t i = 0; i < facts->failed_count; i++)
        missing += (double)(facts->failed[i].end - facts->failed[i].start);
    *rule = (struct fp_changes_rule)FP_CHANGES_RULE_INIT;
    rule->q = how->rule->q;
    rule->min_effect = how->rule->min_effect;
    rule->min_samples = how->rule->min_samples;
    /* one size for both: the larger makes fewer samples of the same value, and fewer tell less */
    rule->sample = before > sample ? before : sample;
    rule->before_whole = baseline->tree.total[0];
    rule->after_whole = fp_report_total(facts);
    if (seconds > missing && baseline->has_window)
        rule->length = (seconds - missing) /
                       ((double)(baseline->window.end - baseline->window.start) * baseline->covered);
}

static void fill_facts(struct fp_compared *c, const struct fp_baseline *baseline,
                       const struct fp_report_facts *facts)
{
    const char *filter = facts->filter ? facts->filter : "";

    c->facts = (struct fp_comparison_facts){
        .missing = baseline->missing.len ? baseline->missing.data : NULL,
        .lacks = baseline->lacks,
        .label = baseline->label.data,
        .window = baseline->has_window ? &baseline->window : NULL,
        .zone = baseline->zone,
        .total = baseline->tree.count ? baseline->tree.total[0] : 0,
        .covered = baseline->covered,
        .completeness = baseline->completeness.len ? baseline->completeness.data : NULL,
        .filter = strcmp(baseline->filter.data, filter) ? baseline->filter.data : NULL,
        .path = baseline->path.len ? baseline->path.data : NULL,
        .source = baseline->source,
        .requests = baseline->requests,
    };
    for (size_t i = 0; i < FP_COMPARISON_LACKS_ARGS; i++)
        c->facts.lacks_args[i] = baseline->lacks_args[i].data;
}

/* Two trees as they are to be compared, and the pair of them. */
static int compare(struct fp_compared *c, const struct fp_baseline *baseline,
                   const struct fp_compare_how *how, const struct fp_report_facts *facts,
                   struct fp_error *err)
{
    const struct fp_tree *recorded = fp_report_recorded(facts);
    struct fp_transform_config by_name = *how->transforms;
    bool by_value = by_name.collapse_wrappers || by_name.min_share > 0;
    int rc;

    by_name.collapse_wrappers = false;
    by_name.min_share = 0;
    rc = fp_shape_make(&c->before, &baseline->tree, &by_name, err);
    if (rc == FP_OK && by_value)
        rc = fp_shape_make(&c->after, recorded, &by_name, err);
    if (rc < 0)
        return rc;
    c->facts.before = c->before.log.changed ? &c->before.made : &baseline->tree;
    c->facts.after = !by_value ? facts->tree : c->after.log.changed ? &c->after.made : recorded;
    c->facts.switchable = c->before.from_recorded ? &baseline->tree
                          : c->before.switchable.count ? &c->before.switchable : c->facts.before;
    make_rule(&c->rule, baseline, how, facts);
    rc = fp_pair_make(&c->pair, c->facts.before, c->facts.after, err);
    if (rc == FP_OK)
        rc = fp_changes_find(&c->pair, &c->rule, &c->changes, err);
    if (rc == FP_OK)
        rc = fp_comparison_anchors(&c->pair, c->facts.before, c->facts.after, &c->changes, c->anchors,
                                   FP_LIMIT_TOP_FUNCTIONS, &c->facts.anchor_count, err);
    if (rc == FP_OK) {
        c->facts.anchors = c->anchors;
        c->facts.limits = how->rule;
        c->facts.pair = &c->pair;
        c->facts.changes = &c->changes;
        c->facts.rule = &c->rule;
    }
    return rc;
}

int fp_compare_make(struct fp_compared *ret_compared, struct fp_baseline *baseline,
                    const struct fp_compare_how *how, const struct fp_report_facts *facts,
                    struct fp_error *err)
{
    struct fp_error why = FP_ERROR_INIT;
    int rc = FP_OK;

    *ret_compared = (struct fp_compared){ .facts = { .label = "" } };
    if (!baseline->missing.len && baseline->unit != facts->event->unit)
        fp_baseline_lacks(baseline, "lacks_unit", baseline->label.data, fp_unit_name(baseline->unit),
                          fp_unit_name(facts->event->unit), NULL);
    fill_facts(ret_compared, baseline, facts);
    if (!baseline->missing.len && fp_report_total(facts) > 0)
        rc = compare(ret_compared, baseline, how, facts, &why);
    if (rc == FP_ENOMEM)
        return fp_error_nomem(err);
    if (rc < 0) {
        fp_baseline_lacks(baseline, "lacks_comparison", baseline->label.data, why.message, NULL);
        fill_facts(ret_compared, baseline, facts);
    }
    return fp_str_status(&baseline->missing, "a reason", err);
}

void fp_compared_release(struct fp_compared *compared)
{
    fp_shape_release(&compared->before);
    fp_shape_release(&compared->after);
    fp_pair_release(&compared->pair);
    fp_changes_release(&compared->changes);
}
