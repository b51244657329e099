#include "report/summary.h"

#include <stdlib.h>

#include "base/limits.h"
#include "profile/totals.h"
#include "report/callers.h"
#include "report/comparison.h"
#include "report/function_change.h"
#include "report/host.h"
#include "report/missing.h"
#include "report/model.h"
#include "report/top_nodes.h"
#include "report/transforms.h"

#ifndef FP_VERSION
#define FP_VERSION "0.0.0-dev"
#endif

const char *fp_generator(void)
{
    return "flamepress " FP_VERSION;
}

static json_t *share_of(int64_t part, int64_t whole)
{
    return json_real(whole > 0 ? (double)part / (double)whole : 0.0);
}

static void put_window(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    json_t *window;

    if (!facts->window) {
        fp_model_put(model, root, "window", json_null());
        return;
    }
    window = fp_model_object(model, root, "window");
    fp_model_put_int(model, window, "start", facts->window->start);
    fp_model_put_int(model, window, "end", facts->window->end);
    fp_model_put_text(model, window, "timezone", facts->zone ? fp_zone_name(facts->zone) : "UTC");
    fp_model_put_text(model, window, "label", facts->window->label);
}

/* The id by which DeepFlow knows the node, for those at the top of the table. */
static void put_node(struct fp_model *model, json_t *row, const struct fp_top_nodes *nodes, uint32_t node)
{
    const char *id = fp_top_nodes_find(nodes, node);

    if (id)
        fp_model_put_text(model, row, "node", id);
}

/* ---- functions ---- */

/* `changes`: for those at the top of the tables. */
static int push_functions(struct fp_model *model, json_t *list, const struct fp_tree *tree,
                          const struct fp_function_total *items, size_t count, const struct fp_top_nodes *nodes,
                          struct fp_function_changes *changes, struct fp_error *err)
{
    int rc = FP_OK;

    for (size_t i = 0; i < count && rc == FP_OK && !model->failed; i++) {
        json_t *row = fp_model_row(model, list);

        fp_model_put(model, row, "name", fp_model_slice(fp_names_get(&tree->names, items[i].name)));
        fp_model_put_text(model, row, "kind", fp_frame_kind_name((enum fp_frame_kind)tree->names.kind[items[i].name]));
        fp_model_put_int(model, row, "self", items[i].self);
        fp_model_put_int(model, row, "total", items[i].total);
        put_node(model, row, nodes, items[i].node);
        if (fp_top_nodes_find(nodes, items[i].node))
            rc = fp_function_changes_put(changes, model, row, err);
    }
    return rc;
}

/* Threads and processes have the largest totals of all, but tables of functions leave them out. */
static bool is_function(const struct fp_tree *tree, uint32_t name)
{
    uint8_t kind = tree->names.kind[name];

    return kind != FP_KIND_THREAD && kind != FP_KIND_PROCESS;
}

/* Of `totals`, in the order of totals: those among the largest FP_LIMIT_TOP_FUNCTIONS functions. */
static size_t take_top(const struct fp_tree *tree, const struct fp_function_totals *totals,
                       struct fp_function_total top[FP_LIMIT_TOP_FUNCTIONS])
{
    size_t count = 0;

    for (size_t i = 0; i < totals->count && count < FP_LIMIT_TOP_FUNCTIONS; i++)
        if (is_function(tree, totals->items[i].name))
            top[count++] = totals->items[i];
    return count;
}

/* Those of `top` that are not among the first `listed` of `totals`; returns how many stay in `top`. */
static size_t drop_listed(const struct fp_function_totals *totals, size_t listed,
                          struct fp_function_total *top, size_t count)
{
    size_t kept = 0;

    for (size_t t = 0; t < count; t++) {
        bool found = false;

        for (size_t i = 0; i < listed && !found; i++)
            found = totals->items[i].name == top[t].name;
        if (!found)
            top[kept++] = top[t];
    }
    return kept;
}

/* Once in the order of totals, once in that of selfs: functions alone, as in the tables of a page. */
static void want_top(struct fp_top_nodes *nodes, const struct fp_tree *tree, const struct fp_function_totals *totals)
{
    struct fp_function_total top[FP_LIMIT_TOP_FUNCTIONS];
    size_t count = take_top(tree, totals, top);

    for (size_t i = 0; i < count; i++)
        fp_top_nodes_want(nodes, top[i].node);
}

/* `totals` is sorted on the way. */
static int put_tables(struct fp_model *model, json_t *list, const struct fp_tree *tree, struct fp_function_totals *totals,
                      struct fp_function_changes *changes, struct fp_error *err)
{
    struct fp_top_nodes nodes = { .count = 0 };
    struct fp_function_total top[FP_LIMIT_TOP_FUNCTIONS];
    struct fp_function_totals rest = { .items = top };
    size_t listed = totals->count < FP_LIMIT_SUMMARY_FUNCTIONS ? totals->count : FP_LIMIT_SUMMARY_FUNCTIONS;
    int rc;

    fp_totals_sort(tree, totals, FP_BY_TOTAL);
    rest.count = take_top(tree, totals, top);
    want_top(&nodes, tree, totals);
    fp_totals_sort(tree, totals, FP_BY_SELF);
    want_top(&nodes, tree, totals);
    rc = fp_top_nodes_make(&nodes, tree, err);
    rest.count = drop_listed(totals, listed, top, rest.count);
    fp_totals_sort(tree, &rest, FP_BY_SELF);
    if (rc == FP_OK)
        rc = push_functions(model, list, tree, totals->items, listed, &nodes, changes, err);
    if (rc == FP_OK)
        rc = push_functions(model, list, tree, rest.items, rest.count, &nodes, changes, err);
    return rc;
}

static int put_functions(struct fp_model *model, json_t *root, const struct fp_report_facts *facts, struct fp_error *err)
{
    const struct fp_tree *tree = facts->tree;
    struct fp_function_totals totals = { 0 };
    struct fp_function_changes changes;
    json_t *list;
    int rc = tree ? fp_totals_by_function(tree, &totals, err) : FP_OK;

    if (rc < 0)
        return rc;
    fp_model_put_int(model, root, "functions_count", (int64_t)totals.count);
    list = fp_model_array(model, root, "functions");
    if (tree) {
        rc = fp_function_changes_init(&changes, facts->comparison, err);
        if (rc == FP_OK)
            rc = put_tables(model, list, tree, &totals, &changes, err);
        fp_function_changes_release(&changes);
    }
    fp_totals_release(&totals);
    return rc;
}

/* ---- kinds, threads, processes ---- */

static void put_kinds(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    const struct fp_tree *tree = facts->tree;
    json_t *list = fp_model_array(model, root, "kinds");
    bool occurs[FP_KIND_COUNT] = { false };
    int64_t self[FP_KIND_COUNT];

    if (!tree)
        return;
    fp_totals_by_kind(tree, self);
    for (uint32_t i = 0; i < tree->count; i++)
        occurs[fp_tree_kind(tree, i)] = true;
    for (int kind = 0; kind < FP_KIND_COUNT; kind++) {
        json_t *row;

        if (!occurs[kind])
            continue;
        row = fp_model_row(model, list);
        fp_model_put_text(model, row, "kind", fp_frame_kind_name((enum fp_frame_kind)kind));
        fp_model_put_int(model, row, "self", self[kind]);
        fp_model_put(model, row, "share", share_of(self[kind], fp_report_total(facts)));
    }
}

/* A row of a list of threads or processes. */
static json_t *put_group(struct fp_model *model, json_t *list, const struct fp_tree *tree, int64_t whole,
                         const struct fp_function_total *group)
{
    json_t *row = fp_model_row(model, list);

    fp_model_put(model, row, "name", fp_model_slice(fp_names_get(&tree->names, group->name)));
    fp_model_put_int(model, row, "total", group->total);
    fp_model_put(model, row, "share", share_of(group->total, whole));
    return row;
}

static int put_groups(struct fp_model *model, json_t *root, const struct fp_report_facts *facts,
                      enum fp_frame_kind kind, const char *key, const char *count_key, struct fp_error *err)
{
    const struct fp_tree *tree = facts->tree;
    struct fp_top_nodes nodes = { .count = 0 };
    struct fp_function_totals totals = { 0 };
    json_t *list;
    int rc = tree ? fp_totals_of_kind(tree, kind, &totals, err) : FP_OK;

    if (rc < 0)
        return rc;
    fp_model_put_int(model, root, count_key, (int64_t)totals.count);
    list = fp_model_array(model, root, key);
    for (size_t i = 0; i < totals.count && i < FP_LIMIT_TOP_FUNCTIONS; i++)
        fp_top_nodes_want(&nodes, totals.items[i].node);
    if (tree)
        rc = fp_top_nodes_make(&nodes, tree, err);
    for (size_t i = 0; i < totals.count && i < FP_LIMIT_SUMMARY_FUNCTIONS && !model->failed; i++) {
        json_t *row = put_group(model, list, tree, fp_report_total(facts), &totals.items[i]);

        put_node(model, row, &nodes, totals.items[i].node);
    }
    fp_totals_release(&totals);
    return rc;
}

static int put_unprofiled(struct fp_model *model, json_t *root, const struct fp_report_facts *facts,
                          struct fp_error *err)
{
    const struct fp_tree *tree = fp_report_recorded(facts); /* a level that is not shown is there all the same */
    struct fp_function_totals totals = { 0 };
    json_t *list;
    int rc = tree && facts->services ? fp_totals_of_kind(tree, FP_KIND_PROCESS, &totals, err) : FP_OK;

    if (rc < 0)
        return rc;
    if (!totals.count) { /* no process level, whatever the reason: nothing is known */
        fp_totals_release(&totals);
        fp_model_put(model, root, "unprofiled", json_null());
        return FP_OK;
    }
    list = fp_model_array(model, root, "unprofiled");
    for (size_t i = 0; i < totals.count && i < FP_LIMIT_SUMMARY_FUNCTIONS && !model->failed; i++) {
        struct fp_slice name = fp_names_get(&tree->names, totals.items[i].name);
        struct fp_slice bare = fp_frame_bare_name(FP_KIND_PROCESS, name);

        if (totals.items[i].total > 0 && !fp_host_is_kernel_thread(bare) && !fp_host_is_profiled(bare, facts->services))
            put_group(model, list, tree, fp_report_total(facts), &totals.items[i]);
    }
    fp_totals_release(&totals);
    return rc;
}

/* ---- what was asked, what is missing, what was drawn ---- */

static void put_requests(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    json_t *requests = fp_model_object(model, root, "requests");
    bool proved;

    fp_model_put_int(model, requests, "sent", facts->requests);
    fp_model_put_int(model, requests, "replies", facts->replies);
    fp_model_put_int(model, requests, "baseline", facts->comparison ? facts->comparison->requests : 0);
    fp_model_put_text(model, requests, "form", facts->form);
    fp_model_put_text(model, requests, "filter", facts->filter);
    fp_model_put_text(model, requests, "language", facts->language);
    fp_model_put_text(model, requests, "source", facts->source);
    fp_model_put(model, requests, "evidence", fp_model_text_or_null(fp_evidence_name(facts->evidence)));
    fp_model_put_int(model, requests, "row_limit", facts->row_limit);
    fp_model_put_int(model, requests, "sample", facts->sample ? facts->sample : facts->event->sample);
    proved = facts->completeness == FP_COMPLETE_PROVED && facts->outcome != FP_OUTCOME_FAILED && facts->row_limit > 0;
    fp_model_put(model, requests, "proof", fp_model_text_or_null(!proved ? NULL : facts->counted ? "count" : "bound"));
    fp_model_put_int(model, requests, "counted", facts->counted);
    fp_model_put(model, requests, "rows", facts->counted ? json_integer(facts->most_rows) : json_null());
}

static double unproved_of(const struct fp_report_facts *facts)
{
    if (facts->outcome == FP_OUTCOME_FAILED)
        return 0;
    return facts->completeness == FP_COMPLETE_UNPROVED && facts->unproved <= 0 ? 1 : facts->unproved;
}

static void put_failed_parts(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    json_t *list = fp_model_array(model, root, "failed_parts");
    int64_t whole = facts->window ? facts->window->end - facts->window->start : 0;
    int64_t missing = 0;

    for (size_t i = 0; i < facts->failed_count; i++) {
        const struct fp_failed_part *part = &facts->failed[i];
        json_t *row = fp_model_row(model, list);

        fp_model_put_int(model, row, "start", part->start);
        fp_model_put_int(model, row, "end", part->end);
        fp_model_put_text(model, row, "why", part->why);
        missing += part->end - part->start;
    }
    if (facts->outcome == FP_OUTCOME_FAILED)
        fp_model_put(model, root, "covered", json_real(0.0));
    else
        fp_model_put(model, root, "covered", whole > 0 ? share_of(whole - missing, whole) : json_real(1.0));
    fp_model_put(model, root, "unproved", json_real(unproved_of(facts)));
}

static void put_picture(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    static const struct fp_picture_facts nothing = { 0 };
    const struct fp_picture_facts *picture = facts->has_pictures ? &facts->picture : &nothing;
    json_t *object;

    if (facts->has_pictures) {
        object = fp_model_object(model, root, "picture");
        fp_model_put_int(model, object, "boxes", picture->boxes);
        fp_model_put_int(model, object, "rows", picture->rows);
        fp_model_put_int(model, object, "width", picture->width);
        fp_model_put_int(model, object, "height", picture->height);
    } else {
        fp_model_put(model, root, "picture", json_null());
    }
    object = fp_model_object(model, root, "hidden");
    fp_model_put_int(model, object, "narrow_nodes", picture->narrow_nodes);
    fp_model_put_int(model, object, "narrow_value", picture->narrow_value);
    fp_model_put_int(model, object, "deep_nodes", picture->deep_nodes);
    fp_model_put_int(model, object, "deep_value", picture->deep_value);
    fp_model_put(model, object, "min_width", json_real(picture->min_width));
}

static void put_folded_lost(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    json_t *lost;

    if (!facts->folded_root && !facts->folded_frames) {
        fp_model_put(model, root, "folded_lost", json_null());
        return;
    }
    lost = fp_model_object(model, root, "folded_lost");
    fp_model_put_int(model, lost, "root", facts->folded_root);
    fp_model_put_int(model, lost, "frames", (int64_t)facts->folded_frames);
}

static void put_files(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    json_t *files = fp_model_object(model, root, "files");

    fp_model_put(model, files, "svg", fp_model_text_or_null(facts->svg));
    fp_model_put(model, files, "png", fp_model_text_or_null(facts->png));
    fp_model_put(model, files, "png2x", fp_model_text_or_null(facts->png2x));
    fp_model_put(model, files, "diff_svg", fp_model_text_or_null(facts->comparison ? facts->comparison->svg : NULL));
    fp_model_put(model, files, "diff_png", fp_model_text_or_null(facts->comparison ? facts->comparison->png : NULL));
    fp_model_put(model, files, "folded", fp_model_text_or_null(facts->folded));
    fp_model_put(model, files, "pprof", fp_model_text_or_null(facts->pprof));
    fp_model_put(model, files, "script", fp_model_text_or_null(facts->script));
    fp_model_put(model, files, "json", fp_model_text_or_null(facts->json));
    fp_model_put(model, root, "png_note", fp_model_text_or_null(facts->png_note));
    fp_model_put(model, root, "folded_note", fp_model_text_or_null(facts->folded_note));
    put_folded_lost(model, root, facts);
    fp_model_put(model, root, "pprof_note", fp_model_text_or_null(facts->pprof_note));
}

static void put_services(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    json_t *list = fp_model_array(model, root, "services");

    if (!facts->merged)
        fp_model_push(model, list, fp_model_text(facts->service ? facts->service : ""));
    else
        for (uint32_t id = 0; id < facts->merged->count && !model->failed; id++)
            fp_model_push(model, list, fp_model_slice(fp_names_get(facts->merged, id)));
}

static void put_head(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    const struct fp_tree *tree = facts->tree;

    fp_model_put_int(model, root, "schema", FP_SUMMARY_SCHEMA);
    fp_model_put_text(model, root, "service", facts->service);
    put_services(model, root, facts);
    fp_model_put_text(model, root, "title", facts->title ? facts->title : facts->service);
    if (facts->id)
        fp_model_put_text(model, root, "id", facts->id);
    fp_model_put_text(model, root, "event", facts->event_type);
    fp_model_put_text(model, root, "language", facts->language);
    fp_model_put_text(model, root, "unit", fp_unit_name(facts->event ? facts->event->unit : FP_UNIT_UNITS));
    put_window(model, root, facts);
    fp_model_put_text(model, root, "outcome", fp_outcome_name(facts->outcome));
    fp_model_put_text(model, root, "completeness", fp_completeness_name(facts->completeness));
    fp_model_put_int(model, root, "total", fp_report_total(facts));
    fp_model_put_int(model, root, "nodes", tree ? tree->count : 0);
    fp_model_put_int(model, root, "max_depth", tree ? tree->max_depth : 0);
}

static void put_tail(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    json_t *unbalanced;

    fp_transforms_put_summary(model, root, facts);
    fp_missing_put_summary(model, root, facts);
    put_requests(model, root, facts);
    put_failed_parts(model, root, facts);
    fp_model_put(model, root, "failure", fp_model_text_or_null(facts->failure));
    fp_model_put_int(model, root, "mended_names", (int64_t)facts->mended_names);
    fp_model_put_int(model, root, "skipped_lines", (int64_t)facts->skipped_lines);
    unbalanced = fp_model_object(model, root, "unbalanced");
    fp_model_put_int(model, unbalanced, "nodes", (int64_t)facts->unbalanced_nodes);
    fp_model_put_int(model, unbalanced, "value", facts->unbalanced_value);
    put_picture(model, root, facts);
    put_files(model, root, facts);
    fp_model_put_int(model, root, "generated", facts->generated);
    fp_model_put_text(model, root, "generator", fp_generator());
}

int fp_summary_make(const struct fp_report_facts *facts, json_t **ret_summary, struct fp_error *err)
{
    struct fp_model model = FP_MODEL_INIT;
    json_t *root = json_object();
    int rc;

    put_head(&model, root, facts);
    rc = put_functions(&model, root, facts, err);
    if (rc == FP_OK)
        rc = fp_callers_put_summary(&model, root, facts->tree, err);
    put_kinds(&model, root, facts);
    if (rc == FP_OK)
        rc = put_groups(&model, root, facts, FP_KIND_THREAD, "threads", "threads_count", err);
    if (rc == FP_OK)
        rc = put_groups(&model, root, facts, FP_KIND_PROCESS, "processes", "processes_count", err);
    if (rc == FP_OK)
        rc = put_unprofiled(&model, root, facts, err);
    if (rc == FP_OK)
        rc = fp_comparison_put_summary(&model, root, facts, err);
    if (rc < 0) {
        json_decref(root);
        return rc;
    }
    put_tail(&model, root, facts);
    return fp_model_finish(&model, root, ret_summary, err);
}
