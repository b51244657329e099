#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "cmd/cmd.h"
#include "cmd/common.h"
#include "cmd/inputs.h"
#include "cmd/options.h"
#include "cmd/render_baseline.h"
#include "cmd/report_dir.h"
#include "cmd/signals.h"
#include "cmd/transforms.h"
#include "flame/picture.h"
#include "press/bundle.h"
#include "press/compare.h"
#include "press/draw.h"
#include "press/regressions.h"
#include "press/shape.h"
#include "report/model.h"

enum { OPT_OUTPUT, OPT_TITLE, OPT_SERVICE, OPT_EVENT, OPT_WIDTH, OPT_MIN_WIDTH, OPT_ICICLE, OPT_SORT,
       OPT_NO_INTERACTIVE, OPT_FORMATS, OPT_LANG, OPT_TEMPLATES, OPT_ASSETS, OPT_FORCE, OPT_BASELINE, OPT_DIFF_SHAPE,
       OPT_DIFF_PALETTE, OPT_FAIL, OPT_SINGLE_FILE, OPT_MAX_BYTES, FP_TRANSFORM_OPTION_NAMES };

static const struct fp_option table[] = {
    { "output", 'o', "DIR", "where to: index.html, flamegraph.svg, flamegraph.png …" },
    { "title", '\0', "TEXT", "heading (default: the service)" },
    { "service", '\0', "NAME", "name of the root (default: as in the files, the first ones of several)" },
    { "event", '\0', "TYPE", "what was measured: on-cpu, off-cpu, mem-alloc, cpu … Default: as a pprof\n"
                             "profile says; on-cpu for DeepFlow's replies, cpu (samples) for folded stacks" },
    { "width", '\0', "PX", "of the picture (default 1200; 1600 with --single-file)" },
    { "min-width", '\0', "PX", "boxes narrower than this are not drawn (default 0.1)" },
    { "icicle", '\0', NULL, "root at the top" },
    { "sort", '\0', "name|value", "siblings by name (default: graphs compare by eye) or by size" },
    { "no-interactive", '\0', NULL, "no script in the SVG: it cannot be zoomed and searched on its own" },
    { "formats", '\0', "LIST", "of svg,png,html,json,folded,pprof (default: all)" },
    { "lang", '\0', "en|zh", "language of the page (default en)" },
    { "templates", '\0', "DIR", "files here replace the built-in templates of the same name" },
    { "assets", '\0', "DIR", "files here replace the built-in style sheets, scripts and icon" },
    { "force", '\0', NULL, "write over a published site or files of others" },
    { "baseline", '\0', "FILE", "an older profile, of any format: the page says what changed since;\n"
                               "repeatable: several files are merged" },
    { "diff-shape", '\0', "new|old", "shape of the difference graph: of the profile (default) or its baseline" },
    { "diff-palette", '\0', "red-blue|orange-blue", "its colours; orange and blue part for colour-blind eyes, too" },
    { "fail-on-regression", '\0', NULL, "exit with 3 when a function takes more than the baseline, noise excluded" },
    { "single-file", '\0', NULL, "files for a ticket instead, as `incident` leaves them: report.html with all in it,\n"
                                 "PNG, PDF, summary.md, ticket.zip" },
    { "max-bytes", '\0', "PART=SIZE", "of these: html=5MB, png=1MB, pdf=2MB, zip=10MB (the defaults); repeatable" },
    FP_TRANSFORM_OPTIONS,
    { NULL, '\0', NULL, NULL },
};

struct render_options {
    const char *output, *title, *service, *event;
    struct fp_picture_config picture;
    unsigned formats;
    bool no_interactive;
    struct fp_pages_options pages;
    int64_t generated;
    bool force;
    struct fp_transform_args transforms;
    const char **baselines; /* as many as there may be arguments */
    size_t baseline_count;
    bool fail;              /* on a regression */
    bool single_file, budgeted;
    struct fp_bundle bundle;
};

static int parse_formats(const char *list, unsigned *ret)
{
    static const struct {
        const char *name;
        unsigned format;
    } names[] = {
        { "svg", FP_DRAW_SVG },   { "png", FP_DRAW_PNG },       { "html", FP_DRAW_HTML },
        { "json", FP_DRAW_JSON }, { "folded", FP_DRAW_FOLDED }, { "pprof", FP_DRAW_PPROF },
    };
    unsigned formats = 0;

    while (*list) {
        size_t n = strcspn(list, ","), i = 0;

        while (i < sizeof names / sizeof *names && !(strlen(names[i].name) == n && strncmp(list, names[i].name, n) == 0))
            i++;
        if (i == sizeof names / sizeof *names)
            return -1;
        formats |= names[i].format;
        list += n + (list[n] == ',');
    }
    *ret = formats;
    return formats ? 0 : -1;
}

static bool parse_pixels(const char *text, double min, double max, double *ret)
{
    char *end;

    errno = 0;
    *ret = strtod(text, &end); /* main() never leaves the "C" locale */
    return end != text && !*end && !errno && isfinite(*ret) && *ret >= min && *ret <= max;
}

static int parse_value(struct render_options *r, const struct fp_options *o, int found)
{
    double pixels;

    if (found >= OPT_FOCUS && found <= OPT_MIN_SHARE)
        return fp_transform_args_take(&r->transforms, o, found - OPT_FOCUS);
    switch (found) {
    case OPT_OUTPUT: r->output = o->value; break;
    case OPT_TITLE: r->title = o->value; break;
    case OPT_SERVICE: r->service = o->value; break;
    case OPT_EVENT: r->event = o->value; break;
    case OPT_WIDTH:
        if (!parse_pixels(o->value, 100, FP_LIMIT_WIDTH, &pixels) || pixels != (double)(int64_t)pixels)
            return fp_options_wrong(o, "--width is a whole number of 100 to %d px, not \"%s\" (a PNG at 2x ends at %d px)",
                                    FP_LIMIT_WIDTH, o->value, FP_LIMIT_PIXELS);
        r->picture.width = (int64_t)pixels;
        break;
    case OPT_MIN_WIDTH:
        if (!parse_pixels(o->value, 0, 1000, &r->picture.min_width))
            return fp_options_wrong(o, "--min-width is 0 to 1000 px, not \"%s\"", o->value);
        break;
    case OPT_ICICLE: r->picture.icicle = true; break;
    case OPT_SORT:
        if (strcmp(o->value, "name") && strcmp(o->value, "value"))
            return fp_options_wrong(o, "--sort is name or value, not \"%s\"", o->value);
        r->picture.sort_by_value = o->value[0] == 'v';
        break;
    case OPT_NO_INTERACTIVE: r->no_interactive = true; break;
    case OPT_LANG:
        r->pages.lang = fp_lang_find(o->value);
        if (!r->pages.lang)
            return fp_options_wrong(o, "--lang is en or zh, not \"%s\"", o->value);
        break;
    case OPT_TEMPLATES: r->pages.templates = o->value; break;
    case OPT_ASSETS: r->pages.assets = o->value; break;
    case OPT_FORCE: r->force = true; break;
    case OPT_BASELINE: r->baselines[r->baseline_count++] = o->value; break;
    case OPT_DIFF_SHAPE:
        if (strcmp(o->value, "new") && strcmp(o->value, "old"))
            return fp_options_wrong(o, "--diff-shape is new or old, not \"%s\"", o->value);
        r->picture.diff_old_shape = o->value[0] == 'o';
        break;
    case OPT_DIFF_PALETTE:
        if (strcmp(o->value, "red-blue") && strcmp(o->value, "orange-blue"))
            return fp_options_wrong(o, "--diff-palette is red-blue or orange-blue, not \"%s\"", o->value);
        r->picture.diff_orange = o->value[0] == 'o';
        break;
    case OPT_FAIL: r->fail = true; break;
    case OPT_SINGLE_FILE: r->single_file = true; break;
    case OPT_MAX_BYTES:
        if (!fp_bundle_limit(&r->bundle, o->value))
            return fp_options_wrong(o, "--max-bytes is html, png, pdf or zip, and a size: png=500kB; not \"%s\"", o->value);
        r->budgeted = true;
        break;
    default:
        if (parse_formats(o->value, &r->formats) < 0)
            return fp_options_wrong(o, "--formats is a list of svg,png,html,json,folded,pprof, not \"%s\"", o->value);
    }
    return FP_EXIT_OK;
}

static int parse(struct render_options *r, int argc, char **argv, int *ret_operand, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "render FILE… -o DIR [options]",
        .about = "Presses one report out of saved replies of DeepFlow's API (node list or columns), pprof profiles\n"
                 "or folded stacks, gzip'd or not; several files are merged into one profile. \"-\" is standard\n"
                 "input.",
        .log = log,
    };
    int found;

    while ((found = fp_options_next(&o, argc, argv)) >= 0) {
        int wrong = parse_value(r, &o, found);

        if (wrong)
            return wrong;
    }
    if (found != FP_OPTIONS_END)
        return found == FP_OPTIONS_HELP ? -1 : FP_EXIT_USAGE;
    if (o.operand == argc)
        return fp_options_wrong(&o, "which files?");
    if (!r->output)
        return fp_options_wrong(&o, "where to? Give -o DIR");
    if (r->fail && !r->baseline_count)
        return fp_options_wrong(&o, "--fail-on-regression compares: with what? Give --baseline FILE");
    if (r->budgeted && !r->single_file)
        return fp_options_wrong(&o, "--max-bytes is about the files of --single-file: give that, too");
    if (r->single_file && r->formats)
        return fp_options_wrong(&o, "--single-file has files of its own: leave --formats out");
    if (!r->formats)
        r->formats = r->single_file ? FP_BUNDLE_FORMATS : FP_DRAW_ALL;
    if (!r->picture.width)
        r->picture.width = r->single_file ? FP_BUNDLE_WIDTH : FP_PICTURE_WIDTH;
    *ret_operand = o.operand;
    return FP_EXIT_OK;
}

/* What a finished report says to the outside. */
struct outcome {
    struct fp_log *log;
    size_t regressions;
};

/* Puts a finished stage in place. */
static int publish(const struct render_options *r, const struct fp_pages *pages, const char *stage,
                   struct fp_error *err)
{
    struct fp_str assets;
    int rc;

    if (atomic_load(fp_signals_cancel()))
        return fp_error_set(err, FP_ECANCELLED, "told to stop; %s is as it was", r->output);
    fp_str_init(&assets, FP_LIMIT_TEXT);
    rc = fp_path_make(&assets, r->output, "assets", err);
    if (rc == FP_OK && r->formats & FP_DRAW_HTML)
        rc = fp_draw_assets(pages, assets.data, err);
    if (rc == FP_OK)
        rc = fp_report_dir_publish(r->output, stage, err);
    fp_str_release(&assets);
    return rc;
}

/* Says each regression of the report, when it was asked to. */
static void count_regressions(const struct render_options *r, const json_t *summary, struct outcome *ret)
{
    struct fp_str what, page;

    ret->regressions = (size_t)fp_model_get_int(json_object_get(summary, "comparison"), "regressions");
    if (!r->fail || !ret->regressions)
        return;
    fp_str_init(&what, FP_LIMIT_TEXT);
    fp_str_init(&page, FP_LIMIT_TEXT);
    fp_str_printf(&what, "%s %s", fp_model_get_text(summary, "title"), fp_model_get_text(summary, "event"));
    fp_str_printf(&page, "%s/index.html#changes", r->output);
    fp_regressions_log_report(json_object_get(summary, "changes"), ret->regressions, what.data, page.data, ret->log);
    fp_str_release(&what);
    fp_str_release(&page);
}

static int draw_into(struct render_options *r, const struct fp_report_facts *facts, struct outcome *ret,
                     struct fp_error *err)
{
    static const struct fp_page_place place = { .assets = "assets/" };
    struct fp_pages *pages = NULL;
    json_t *summary = NULL;
    struct fp_str stage;
    int rc;

    /* from here on there is something to clean up; before, a signal ends the process, even one that waits for input */
    fp_signals_catch();
    fp_str_init(&stage, FP_LIMIT_TEXT);
    rc = fp_report_dir_stage(r->output, &stage, err);
    if (rc == FP_OK)
        rc = fp_pages_open(&pages, &r->pages, err);
    if (rc == FP_OK)
        fp_cmd_say_fonts(pages, r->bundle.log);
    if (rc == FP_OK)
        rc = fp_draw_report(
            facts, stage.data,
            &(struct fp_draw_options){ &r->picture, pages, &place, r->formats, !r->no_interactive,
                                       r->single_file ? &r->bundle : NULL, NULL },
            r->baseline_count ? &summary : NULL, err);
    if (rc == FP_OK)
        rc = publish(r, pages, stage.data, err);
    if (rc == FP_OK && summary)
        count_regressions(r, summary, ret);
    fp_dir_remove(stage.data, rc == FP_OK ? err : NULL);
    json_decref(summary);
    fp_pages_close(pages);
    fp_str_release(&stage);
    return rc;
}

/* Draws, compared with the baseline where there is one. */
static int compare_and_draw(struct render_options *r, const struct fp_inputs *in, struct fp_report_facts *facts,
                            struct outcome *ret, struct fp_error *err)
{
    static const struct fp_compare_config rule = { .q = 0.01, .min_effect = 0.005, .min_samples = 100 };
    const struct fp_compare_how how = { &r->transforms.config, &rule };
    struct fp_compared compared = { .facts = { .label = "" } };
    struct fp_baseline baseline;
    int rc;

    if (!r->baseline_count)
        return draw_into(r, facts, ret, err);
    fp_baseline_init(&baseline);
    rc = fp_render_baseline(&baseline, r->baselines, r->baseline_count, in, err);
    if (rc == FP_OK)
        rc = fp_compare_make(&compared, &baseline, &how, facts, err);
    if (rc == FP_OK && compared.facts.missing)
        fp_log(ret->log, FP_LOG_WARNING, "no baseline: %s", compared.facts.missing);
    facts->comparison = &compared.facts;
    if (rc == FP_OK)
        rc = draw_into(r, facts, ret, err);
    facts->comparison = NULL;
    fp_compared_release(&compared);
    fp_baseline_release(&baseline);
    return rc;
}

static int draw(struct render_options *r, struct fp_inputs *in, struct outcome *ret, struct fp_error *err)
{
    const char *event_type = in->event.len ? in->event.data : r->event ? r->event : "on-cpu";
    const struct fp_event event = fp_event_in(event_type, in->event.len ? in->unit : fp_event_find(event_type)->unit);
    const char *name = in->root.len ? in->root.data : r->service ? r->service : "(no data)";
    struct fp_zone *zone = in->zone.len ? fp_zone_new(in->zone.data, NULL) : NULL;
    struct fp_window window;
    struct fp_report_facts facts = {
        .service = name,
        .title = r->title ? r->title : name,
        .event_type = event_type,
        .event = &event,
        .language = "",
        .filter = in->filter.len ? in->filter.data : "",
        .zone = zone,
        .source = in->files.data,
        .outcome = in->builder.count && in->builder.total > 0 ? FP_OUTCOME_OK : FP_OUTCOME_EMPTY,
        .completeness = in->completeness,
        .evidence = in->evidence,
        .merged = &in->services,
        .form = in->form.data,
        .replies = in->replies,
        .sample = in->sample,
        .mended_names = in->mended_names,
        .skipped_lines = in->skipped_lines,
        .unbalanced_nodes = in->balance.nodes,
        .unbalanced_value = in->balance.value,
        .generated = r->generated,
    };
    struct fp_tree tree = { 0 };
    struct fp_shape shape = { 0 };
    int rc = FP_OK;

    /* a file may speak of times that are in no calendar of ours: then its window is not known */
    if (in->start < in->end && fp_window_make(in->start, in->end, zone, &window, NULL) == FP_OK)
        facts.window = &window;
    if (in->builder.count) {
        rc = fp_tree_freeze(&tree, &in->builder, event.objects, err);
        if (rc == FP_OK)
            rc = fp_shape_make(&shape, &tree, &r->transforms.config, err);
        fp_shape_show(&shape, &tree, &facts);
    }
    if (rc == FP_OK)
        rc = compare_and_draw(r, in, &facts, ret, err);
    if (rc == FP_OK)
        fp_shape_warn(&shape, name, ret->log);
    fp_shape_release(&shape);
    fp_tree_release(&tree);
    fp_zone_free(zone);
    return rc;
}

static int render(struct render_options *r, char **files, int count, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;
    struct outcome outcome = { log, 0 };
    struct fp_inputs in;
    int result = fp_cmd_generated(&r->generated, log);

    if (result != FP_EXIT_OK)
        return result;
    if (!r->force && fp_report_dir_guard(r->output, false, &err) < 0)
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_USAGE);
    fp_inputs_init(&in, r->service, r->event);
    /* every bad file is named, but a profile with a part missing is not pressed */
    for (int i = 0; i < count; i++) {
        fp_error_clear(&err);
        if (fp_inputs_add(&in, files[i], &err) < 0)
            result = fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    }
    if (result == FP_EXIT_OK && fp_inputs_finish(&in, &err) < 0)
        result = fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    if (result == FP_EXIT_OK && draw(r, &in, &outcome, &err) < 0)
        result = fp_cmd_fail(log, &err, NULL, fp_cmd_exit_of(&err, FP_EXIT_NOTHING));
    if (result == FP_EXIT_OK && r->fail && outcome.regressions)
        result = FP_EXIT_REGRESSION;
    fp_inputs_release(&in);
    return result;
}

int fp_cmd_render(int argc, char **argv, struct fp_log *log)
{
    struct render_options r = {
        .picture = { .min_width = FP_PICTURE_MIN_WIDTH },
        .baselines = calloc((size_t)argc + 1, sizeof *r.baselines),
    };
    int operand = argc, result;

    if (!r.baselines) {
        fp_log(log, FP_LOG_ERROR, "out of memory");
        return FP_EXIT_NOTHING;
    }
    fp_transform_args_init(&r.transforms);
    fp_bundle_init(&r.bundle, log);
    result = parse(&r, argc, argv, &operand, log);
    if (result == FP_EXIT_OK)
        result = render(&r, argv + operand, argc - operand, log);
    fp_transform_args_release(&r.transforms);
    free(r.baselines);
    return result < 0 ? FP_EXIT_OK : result; /* -1: help was printed */
}
