#include "report/transforms.h"

#include <string.h>

#include "base/limits.h"
#include "report/words.h"

/* ---- words ---- */

struct words {
    const char *line;  /* in a list: "threads folded" */
    const char *done;  /* after the number of frames */
    const char *moved; /* where the value that was measured in them is now */
};

/* clang-format off */
static const struct words words[FP_TRANSFORM_COUNT] = {
    [FP_TRANSFORM_STRIP_RUST_HASH] = { "Rust hashes dropped", "renamed", "" },
    [FP_TRANSFORM_RENAME] = { "names replaced", "renamed", "" },
    [FP_TRANSFORM_FOCUS] = { "only stacks in focus", "removed", "" },
    [FP_TRANSFORM_FOLD_PROCESSES] = { "processes folded", "left out", "counts at the host" },
    [FP_TRANSFORM_FOLD_THREADS] = { "threads folded", "left out", "counts at the process" },
    [FP_TRANSFORM_MAX_KERNEL_DEPTH] = { "deep kernel frames left out", "left out", "counts at their callers" },
    [FP_TRANSFORM_HIDE_KERNEL] = { "kernel frames left out", "left out", "counts at their callers" },
    [FP_TRANSFORM_HIDE_LIBRARIES] = { "library frames left out", "left out", "counts at their callers" },
    [FP_TRANSFORM_HIDE] = { "frames left out by pattern", "left out", "counts at their callers" },
    [FP_TRANSFORM_MERGE_RECURSION] = { "recursion merged", "merged", "counts at the first of them" },
    [FP_TRANSFORM_COLLAPSE_WRAPPERS] = { "wrappers collapsed", "left out", "counts at the first of its chain" },
    [FP_TRANSFORM_MIN_SHARE] = { "small frames gathered", "gathered", "counts at \u201c" FP_TRANSFORM_OTHER "\u201d" },
};
/* clang-format on */

/* Of a name in summary.json; FP_TRANSFORM_COUNT for one that is none. */
static enum fp_transform_step step_of(const char *name)
{
    int step = 0;

    while (step < FP_TRANSFORM_COUNT && strcmp(name, fp_transform_step_name((enum fp_transform_step)step)) != 0)
        step++;
    return (enum fp_transform_step)step;
}

static bool did_something(const struct fp_transform_record *record)
{
    return record->frames || record->value_removed;
}

static void append_line(struct fp_str *to, enum fp_transform_step step, int64_t removed, int64_t total)
{
    char share[FP_UNIT_TEXT];

    fp_str_puts(to, to->len ? ", " : "Shown with ");
    fp_str_puts(to, words[step].line);
    if (step == FP_TRANSFORM_FOCUS)
        fp_str_printf(to, " (%s of the total)", fp_share_format(share, total - removed, total));
}

void fp_transforms_line(const struct fp_transform_log *log, struct fp_str *to)
{
    fp_str_clear(to);
    for (size_t i = 0; i < log->count; i++)
        if (did_something(&log->items[i]))
            append_line(to, log->items[i].step, log->items[i].value_removed, log->total);
    if (to->len)
        fp_str_putc(to, '.');
}

static void append_stopped(struct fp_str *to, const char *begin, int64_t stopped, int64_t ignored,
                           struct fp_slice pattern)
{
    char count[FP_UNIT_TEXT];

    if (!stopped)
        return;
    fp_str_printf(to, "%s pattern \u201c", begin);
    fp_str_append(to, pattern.data, pattern.len);
    fp_str_printf(to, "\u201d ran away on %s %s and was stopped: ", fp_count_format(count, stopped),
                  stopped == 1 ? "name" : "names");
    if (ignored > 1)
        fp_str_printf(to, "it and others, %s patterns in all, were set aside.", fp_count_format(count, ignored));
    else if (ignored)
        fp_str_puts(to, "it was set aside.");
    else
        fp_str_puts(to, "it does not match there.");
    fp_str_puts(to, " Write it without repeats within repeats.");
}

void fp_transforms_stopped(const struct fp_transform_record *record, struct fp_str *to)
{
    struct fp_str text;

    fp_str_clear(to);
    fp_str_init(&text, FP_LIMIT_TEXT);
    append_stopped(&text, "the", record->patterns_stopped, record->patterns_ignored, fp_slice_of(record->stopped));
    if (text.len)
        fp_str_printf(to, "%s: %s", fp_transform_step_name(record->step), text.data);
    fp_str_release(&text);
}

/* ---- summary.json ---- */

void fp_transforms_put_summary(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    const struct fp_transform_log *log = facts->transforms;
    json_t *list = fp_model_array(model, root, "transforms");

    for (size_t i = 0; log && i < log->count; i++) {
        const struct fp_transform_record *record = &log->items[i];
        json_t *row = fp_model_row(model, list);

        fp_model_put(model, row, "name", fp_model_text(fp_transform_step_name(record->step)));
        fp_model_put(model, row, "detail", fp_model_text(record->detail));
        fp_model_put_int(model, row, "frames", record->frames);
        fp_model_put_int(model, row, "touched", record->value_touched);
        fp_model_put_int(model, row, "moved", record->value_moved);
        fp_model_put_int(model, row, "removed", record->value_removed);
        fp_model_put_int(model, row, "nodes_before", record->nodes_before);
        fp_model_put_int(model, row, "nodes_after", record->nodes_after);
        fp_model_put_int(model, row, "patterns_stopped", record->patterns_stopped);
        fp_model_put_int(model, row, "patterns_ignored", record->patterns_ignored);
        fp_model_put(model, row, "stopped", fp_model_text_or_null(record->stopped[0] ? record->stopped : NULL));
    }
    fp_model_put_int(model, root, "removed", log ? log->removed : 0);
}

/* ---- the page ---- */

/* What one step did, from its row of the summary. */
static void append_sentence(const struct fp_tables *tables, const json_t *row, enum fp_transform_step step,
                            struct fp_str *to)
{
    int64_t frames = fp_model_get_int(row, "frames"), moved = fp_model_get_int(row, "moved");
    int64_t removed = fp_model_get_int(row, "removed");
    char a[FP_UNIT_TEXT], b[FP_UNIT_TEXT];

    if (!frames && !removed) {
        fp_str_puts(to, "Found nothing to do.");
        return;
    }
    if (removed) {
        fp_str_printf(to, "%s, ", fp_words_value(a, removed, tables->unit));
        fp_str_printf(to, "%s of the total, is not shown. ", fp_words_share(b, removed, tables->total));
    }
    fp_str_printf(to, "%s %s %s", fp_count_format(a, frames), frames == 1 ? "frame" : "frames", words[step].done);
    if (step != FP_TRANSFORM_FOCUS)
        fp_str_printf(to, ", in stacks that are %s of the total",
                      fp_words_share(b, fp_model_get_int(row, "touched"), tables->total));
    if (moved) {
        fp_str_printf(to, "; what was measured in them, %s ", fp_words_value(a, moved, tables->unit));
        fp_str_printf(to, "(%s), %s", fp_words_share(b, moved, tables->total), words[step].moved);
    }
    fp_str_putc(to, '.');
    if (fp_model_get_int(row, "nodes_before") == fp_model_get_int(row, "nodes_after"))
        return;
    fp_str_printf(to, " %s nodes became ", fp_count_format(a, fp_model_get_int(row, "nodes_before")));
    fp_str_printf(to, "%s.", fp_count_format(b, fp_model_get_int(row, "nodes_after")));
}

static void put_row(const struct fp_tables *tables, json_t *list, const json_t *row, enum fp_transform_step step)
{
    const char *detail = fp_model_get_text(row, "detail");
    struct fp_str text, stopped;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_init(&stopped, FP_LIMIT_TEXT);
    append_sentence(tables, row, step, &text);
    append_stopped(&stopped, "The", fp_model_get_int(row, "patterns_stopped"),
                   fp_model_get_int(row, "patterns_ignored"), fp_model_get_slice(row, "stopped"));
    tables->model->failed |= !fp_str_ok(&text) || !fp_str_ok(&stopped);
    fp_words_push_fact(tables->model, list, fp_transform_step_name(step), *detail ? detail : NULL, text.data,
                       stopped.len ? stopped.data : NULL);
    fp_str_release(&text);
    fp_str_release(&stopped);
}

void fp_transforms_put_view(const struct fp_tables *tables, json_t *to)
{
    const json_t *rows = json_object_get(tables->summary, "transforms");
    struct fp_model *model = tables->model;
    json_t *list = fp_model_array(model, to, "transform_rows");
    char total[FP_UNIT_TEXT];
    struct fp_str line;

    fp_str_init(&line, FP_LIMIT_TEXT);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        enum fp_transform_step step = step_of(fp_model_get_text(row, "name"));
        int64_t removed = fp_model_get_int(row, "removed");
        bool idle = !fp_model_get_int(row, "frames") && !removed;

        if (step == FP_TRANSFORM_COUNT || (idle && step == FP_TRANSFORM_STRIP_RUST_HASH))
            continue;
        put_row(tables, list, row, step);
        if (!idle)
            append_line(&line, step, removed, tables->total);
    }
    if (line.len)
        fp_str_putc(&line, '.');
    model->failed |= !fp_str_ok(&line);
    fp_model_put(model, to, "transforms_line", line.len ? fp_model_slice(fp_str_slice(&line)) : json_null());
    fp_model_printf(model, to, "transforms_text",
                    "In this order, each on what the one before left. All shares on this page are of the whole profile "
                    "as it came, %s, which pprof and folded stacks hold.",
                    fp_words_value(total, tables->total, tables->unit));
    fp_model_put(model, to, "has_transforms", json_boolean(tables->total > 0 && json_array_size(list) > 0));
    fp_str_release(&line);
}
