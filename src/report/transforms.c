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
    [FP_TRANSFORM_STRIP_RUST_HASH] = { "tr_rust", "tr_done_renamed", "" },
    [FP_TRANSFORM_RENAME] = { "tr_names", "tr_done_renamed", "" },
    [FP_TRANSFORM_FOCUS] = { "tr_focus", "tr_done_removed", "" },
    [FP_TRANSFORM_FOLD_PROCESSES] = { "tr_processes", "tr_done_left_out", "tr_at_host" },
    [FP_TRANSFORM_FOLD_THREADS] = { "tr_threads", "tr_done_left_out", "tr_at_process" },
    [FP_TRANSFORM_MAX_KERNEL_DEPTH] = { "tr_deep", "tr_done_left_out", "tr_at_callers" },
    [FP_TRANSFORM_HIDE_KERNEL] = { "tr_kernel", "tr_done_left_out", "tr_at_callers" },
    [FP_TRANSFORM_HIDE_LIBRARIES] = { "tr_library", "tr_done_left_out", "tr_at_callers" },
    [FP_TRANSFORM_HIDE] = { "tr_hide", "tr_done_left_out", "tr_at_callers" },
    [FP_TRANSFORM_MERGE_RECURSION] = { "tr_recursion", "tr_done_merged", "tr_at_first" },
    [FP_TRANSFORM_COLLAPSE_WRAPPERS] = { "tr_wrappers", "tr_done_left_out", "tr_at_chain" },
    [FP_TRANSFORM_MIN_SHARE] = { "tr_small", "tr_done_gathered", "tr_at_other" },
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

static void append_line(const struct fp_lang *lang, struct fp_str *to, enum fp_transform_step step, int64_t removed,
                        int64_t total)
{
    char share[FP_UNIT_TEXT];

    fp_str_puts(to, fp_lang_word(lang, to->len ? "list_separator" : "tr_shown_with"));
    fp_str_puts(to, fp_lang_word(lang, words[step].line));
    if (step == FP_TRANSFORM_FOCUS)
        fp_lang_say(lang, to, "tr_of_total", fp_share_format(share, total - removed, total), NULL);
}

void fp_transforms_line(const struct fp_lang *lang, const struct fp_transform_log *log, struct fp_str *to)
{
    fp_str_clear(to);
    for (size_t i = 0; i < log->count; i++)
        if (did_something(&log->items[i]))
            append_line(lang, to, log->items[i].step, log->items[i].value_removed, log->total);
    if (to->len)
        fp_str_puts(to, fp_lang_word(lang, "full_stop"));
}

static void append_stopped(const struct fp_lang *lang, struct fp_str *to, const char *begin, int64_t stopped, int64_t ignored,
                           const char *pattern)
{
    char count[FP_UNIT_TEXT];

    if (!stopped)
        return;
    fp_lang_say_count(lang, to, stopped, "tr_stopped", fp_lang_word(lang, begin), pattern, fp_count_format(count, stopped),
                      NULL);
    if (ignored > 1)
        fp_lang_say(lang, to, "tr_set_aside_all", fp_count_format(count, ignored), NULL);
    else
        fp_str_puts(to, fp_lang_word(lang, ignored ? "tr_set_aside" : "tr_no_match"));
    fp_str_puts(to, fp_lang_word(lang, "tr_write_it"));
}

void fp_transforms_stopped(const struct fp_transform_record *record, struct fp_str *to)
{
    struct fp_str text;

    fp_str_clear(to);
    fp_str_init(&text, FP_LIMIT_TEXT);
    append_stopped(NULL, &text, "tr_pattern_inside", record->patterns_stopped, record->patterns_ignored, record->stopped);
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
    const struct fp_lang *lang = tables->model->lang;
    char a[FP_UNIT_TEXT], b[FP_UNIT_TEXT];

    if (!frames && !removed) {
        fp_str_puts(to, fp_lang_word(lang, "tr_idle"));
        return;
    }
    if (removed)
        fp_lang_say(lang, to, "tr_removed", fp_words_value(lang, a, removed, tables->unit),
                    fp_words_share(b, removed, tables->total), NULL);
    fp_lang_say_count(lang, to, frames, "tr_frames", fp_count_format(a, frames), fp_lang_word(lang, words[step].done), NULL);
    if (step != FP_TRANSFORM_FOCUS)
        fp_lang_say(lang, to, "tr_in_stacks",
                    fp_words_share(b, fp_model_get_int(row, "touched"), tables->total), NULL);
    if (moved)
        fp_lang_say(lang, to, "tr_moved", fp_words_value(lang, a, moved, tables->unit), fp_words_share(b, moved, tables->total),
                    *words[step].moved ? fp_lang_word(lang, words[step].moved) : "", NULL);
    fp_str_puts(to, fp_lang_word(lang, "full_stop"));
    if (fp_model_get_int(row, "nodes_before") == fp_model_get_int(row, "nodes_after"))
        return;
    fp_lang_say(lang, to, "tr_nodes", fp_count_format(a, fp_model_get_int(row, "nodes_before")),
                fp_count_format(b, fp_model_get_int(row, "nodes_after")), NULL);
}

static void put_row(const struct fp_tables *tables, json_t *list, const json_t *row, enum fp_transform_step step)
{
    const char *detail = fp_model_get_text(row, "detail");
    struct fp_str text, stopped;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_init(&stopped, FP_LIMIT_TEXT);
    append_sentence(tables, row, step, &text);
    append_stopped(tables->model->lang, &stopped, "tr_pattern", fp_model_get_int(row, "patterns_stopped"),
                   fp_model_get_int(row, "patterns_ignored"), fp_model_get_text(row, "stopped"));
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
            append_line(model->lang, &line, step, removed, tables->total);
    }
    if (line.len)
        fp_str_puts(&line, fp_lang_word(model->lang, "full_stop"));
    model->failed |= !fp_str_ok(&line);
    fp_model_put(model, to, "transforms_line", line.len ? fp_model_slice(fp_str_slice(&line)) : json_null());
    fp_model_say(model, to, "transforms_text", "transforms_text", fp_words_value(model->lang, total, tables->total, tables->unit), NULL);
    fp_model_put(model, to, "has_transforms", json_boolean(tables->total > 0 && json_array_size(list) > 0));
    fp_str_release(&line);
}
