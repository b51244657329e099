#include "report/tables.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "flame/palette.h"
#include "profile/transform.h"
#include "report/function_change.h"
#include "report/words.h"

static enum fp_frame_kind kind_of(const json_t *row)
{
    return fp_frame_kind_named(fp_model_get_text(row, "kind"));
}

static bool is_function(const json_t *row)
{
    enum fp_frame_kind kind = kind_of(row);

    return kind != FP_KIND_THREAD && kind != FP_KIND_PROCESS && kind != FP_KIND_HOST;
}

/* What min_share has gathered. */
static bool is_other(const json_t *row)
{
    return kind_of(row) == FP_KIND_UNKNOWN && fp_slice_is(fp_model_get_slice(row, "name"), FP_TRANSFORM_OTHER);
}

static void put_colour(struct fp_model *model, json_t *row, enum fp_frame_kind kind)
{
    char hex[FP_RGB_HEX];

    fp_model_put(model, row, "hex", fp_model_text(fp_rgb_hex(fp_palette_legend(kind), hex)));
}

int64_t fp_tables_function_count(const json_t *summary)
{
    return fp_model_get_int(summary, "functions_count") - fp_model_get_int(summary, "threads_count") -
           fp_model_get_int(summary, "processes_count");
}

static const char *kind_label(const struct fp_model *model, enum fp_frame_kind kind)
{
    return fp_lang_word_of(model->lang, "kind", fp_frame_kind_name(kind), fp_frame_kind_label(kind));
}

void fp_tables_put_name(struct fp_model *model, json_t *row, const json_t *item)
{
    bool has_kind = json_is_string(json_object_get(item, "kind")) && !is_other(item); /* what is gathered may have symbols */

    fp_words_put_name(model, row, "pieces", "cut", fp_frame_bare_name(kind_of(item), fp_model_get_slice(item, "name")));
    fp_model_put(model, row, "kind", has_kind ? fp_model_text(kind_label(model, kind_of(item))) : json_null());
    put_colour(model, row, has_kind ? kind_of(item) : FP_KIND_THREAD);
}

/* ---- rankings ---- */

/* What the rows of one table show; each row of `items` is a {name, [kind,] …} of the summary. */
struct ranking {
    const json_t **items;
    size_t count;           /* of items, at most FP_LIMIT_TOP_FUNCTIONS */
    int64_t largest;        /* what the bars compare with */
    int64_t all;            /* how many there are behind the table */
    const char *name_key;   /* what a row is called by; NULL = "name" */
    enum fp_frame_kind kind; /* of rows that do not say */
    const char *value_key;  /* what it is ranked by */
    const char *second_key; /* a further share; NULL = none … */
    bool cores;             /* … or the value in cores, with so many … */
    int decimals;
    bool changes;           /* what became of it since the baseline, when there is one */
    const char *value_head, *second_head, *name_head;
    const char *caption;
    bool quiet;       /* the heading above says what the caption says */
    const char *many; /* "functions" */
};

static void put_second(const struct fp_tables *tables, json_t *row, const struct ranking *ranking,
                       const json_t *item, int64_t value)
{
    struct fp_model *model = tables->model;
    char text[FP_UNIT_TEXT];

    if (ranking->second_key) {
        int64_t second = fp_model_get_int(item, ranking->second_key);

        fp_words_put_share(model, row, "second", second, tables->total);
        fp_model_put_int(model, row, "second_order", second);
        fp_lang_exact(model->lang, text, second, tables->unit);
        fp_model_put(model, row, "second_exact", fp_model_text(text));
    } else if (ranking->cores) {
        fp_fixed_format(text, (double)value / tables->core, ranking->decimals);
        fp_model_put(model, row, "second", fp_model_text(text));
        fp_model_put_int(model, row, "second_order", value);
        fp_model_put(model, row, "second_exact", fp_model_word(model, "term_cores_text"));
    } else {
        fp_model_put(model, row, "second", json_null());
    }
}

/* Who, and how much. */
static void put_measured(const struct fp_tables *tables, json_t *row, enum fp_frame_kind kind,
                         struct fp_slice name, int64_t value)
{
    fp_words_put_value(tables->model, row, "value", "exact", value, tables->unit);
    fp_words_put_share(tables->model, row, "share", value, tables->total);
    fp_words_put_name(tables->model, row, "pieces", "cut", fp_frame_bare_name(kind, name));
}

static void push_row(const struct fp_tables *tables, json_t *list, const struct ranking *ranking,
                     const json_t *item)
{
    struct fp_model *model = tables->model;
    json_t *row = fp_model_row(model, list);
    struct fp_slice name = fp_model_get_slice(item, ranking->name_key ? ranking->name_key : "name");
    int64_t value = fp_model_get_int(item, ranking->value_key);
    bool says_kind = json_is_string(json_object_get(item, "kind"));
    bool has_kind = says_kind && !is_other(item); /* what min_share gathers may have symbols */

    put_measured(tables, row, says_kind ? kind_of(item) : ranking->kind, name, value);
    fp_model_put_int(model, row, "order", value);
    fp_model_put(model, row, "plain", json_null());
    fp_words_put_bar(model, row, "bar", value, ranking->largest);
    put_second(tables, row, ranking, item, value);
    if (ranking->changes)
        fp_function_change_put_view(tables, row, item, !strcmp(ranking->value_key, "self"));
    else
        fp_model_put(model, row, "change", json_null());
    fp_model_put(model, row, "kind",
                 has_kind ? fp_model_text(kind_label(model, kind_of(item))) : json_null());
    put_colour(model, row, has_kind ? kind_of(item) : FP_KIND_THREAD);
}

static void put_more(const struct fp_tables *tables, json_t *to, const struct ranking *ranking)
{
    struct fp_model *model = tables->model;
    json_t *more, *rows;

    if (ranking->count <= FP_TABLES_SHOWN) {
        fp_model_put(model, to, "more", json_null());
        return;
    }
    more = fp_model_object(model, to, "more");
    fp_model_say(model, more, "more_label", "rows_more", fp_lang_number(ranking->count - FP_TABLES_SHOWN).text, NULL);
    fp_model_say(model, more, "more_caption", "rows_continued", fp_lang_word(model->lang, ranking->caption), fp_lang_number(FP_TABLES_SHOWN + 1).text, fp_lang_number(ranking->count).text, NULL);
    rows = fp_model_array(model, more, "rows");
    for (size_t i = FP_TABLES_SHOWN; i < ranking->count; i++)
        push_row(tables, rows, ranking, ranking->items[i]);
}

#define PAPER_ROWS 15u /* as style.css has it: what is printed of a table */

/* A printed table says what it leaves out. */
static void put_on_paper(struct fp_model *model, json_t *table, const struct ranking *ranking)
{
    int64_t all = ranking->all > (int64_t)ranking->count ? ranking->all : (int64_t)ranking->count;
    char count[FP_UNIT_TEXT];

    if (ranking->count > PAPER_ROWS)
        fp_model_say(model, table, "on_paper", "rows_on_paper", fp_lang_number(PAPER_ROWS).text,
                     fp_count_format(count, all), NULL);
    else
        fp_model_put(model, table, "on_paper", json_null());
}

static void put_ranking(const struct fp_tables *tables, json_t *to, const char *key, struct ranking *ranking)
{
    struct fp_model *model = tables->model;
    json_t *table = fp_model_object(model, to, key);
    json_t *rows = fp_model_array(model, table, "rows");
    char count[FP_UNIT_TEXT];

    fp_model_put(model, table, "caption", fp_model_word(model, ranking->caption));
    fp_model_put(model, table, "quiet", json_boolean(ranking->quiet));
    fp_model_put(model, table, "value_head", fp_model_word(model, ranking->value_head));
    fp_model_put_word(model, table, "second_head", ranking->second_head);
    fp_model_put(model, table, "changes", json_boolean(ranking->changes));
    fp_model_put(model, table, "name_head", fp_model_text(ranking->name_head));
    ranking->largest = ranking->count ? fp_model_get_int(ranking->items[0], ranking->value_key) : 0;
    if (ranking->cores)
        ranking->decimals = fp_fixed_decimals((double)ranking->largest / tables->core);
    for (size_t i = 0; i < ranking->count && i < FP_TABLES_SHOWN; i++)
        push_row(tables, rows, ranking, ranking->items[i]);
    put_more(tables, table, ranking);
    put_on_paper(model, table, ranking);
    if (ranking->all > (int64_t)ranking->count && ranking->count < FP_LIMIT_TOP_FUNCTIONS)
        fp_model_put(model, table, "beyond", fp_model_word(model, "rows_others_nothing"));
    else if (ranking->all > (int64_t)ranking->count)
        fp_model_say(model, table, "beyond", "rows_first", fp_lang_number(ranking->count).text, fp_count_format(count, ranking->all), fp_lang_word_of(model->lang, "many", ranking->many, ranking->many), NULL);
    else
        fp_model_put(model, table, "beyond", json_null());
}

/* ---- functions ---- */

struct ranked {
    const json_t *row;
    int64_t total;
    size_t place; /* in the summary: by self, then by name */
};

static int compare_totals(const void *pa, const void *pb)
{
    const struct ranked *a = pa, *b = pb;

    if (a->total != b->total)
        return a->total > b->total ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

/* The summary has the functions by self; this is the same list by total. Returns how many were put into
 * `top`. */
static size_t top_by_total(const json_t *functions, struct ranked *all, const json_t **top)
{
    size_t count = 0, i;

    for (i = 0; i < json_array_size(functions); i++) {
        const json_t *row = json_array_get(functions, i);

        if (is_function(row))
            all[count++] = (struct ranked){ row, fp_model_get_int(row, "total"), i };
    }
    qsort(all, count, sizeof *all, compare_totals);
    for (i = 0; i < count && i < FP_LIMIT_TOP_FUNCTIONS; i++)
        top[i] = all[i].row;
    return i;
}

static size_t top_by_self(const json_t *functions, const json_t **top)
{
    size_t count = 0;

    for (size_t i = 0; i < json_array_size(functions) && count < FP_LIMIT_TOP_FUNCTIONS; i++) {
        const json_t *row = json_array_get(functions, i);

        if (is_function(row) && fp_model_get_int(row, "self") > 0)
            top[count++] = row;
    }
    return count;
}

void fp_tables_put_functions(const struct fp_tables *tables, json_t *to)
{
    const json_t *functions = json_object_get(tables->summary, "functions");
    const json_t *top[FP_LIMIT_TOP_FUNCTIONS];
    const char *one = fp_lang_word(tables->model->lang, tables->objects ? "count_objects_one" : "col_function");
    bool changes = json_is_object(json_object_get(tables->summary, "comparison"));
    struct ranking by_self = {
        .items = top,
        .all = fp_tables_function_count(tables->summary),
        .value_key = "self",
        .second_key = "total",
        .value_head = "mark_self",
        .second_head = "col_total",
        .name_head = one,
        .caption = "by_self",
        .many = "functions",
        .changes = changes,
    };
    struct ranking by_total = {
        .items = top,
        .all = by_self.all,
        .value_key = "total",
        .second_key = "self",
        .value_head = "col_total",
        .second_head = "mark_self",
        .name_head = one,
        .caption = "by_total",
        .many = "functions",
        .changes = changes,
    };
    struct ranked *all = malloc((json_array_size(functions) + 1) * sizeof *all);

    if (!all) {
        tables->model->failed = true;
        return;
    }
    by_self.count = top_by_self(functions, top);
    if (by_self.count)
        put_ranking(tables, to, "by_self", &by_self);
    by_total.count = top_by_total(functions, all, top);
    if (by_total.count)
        put_ranking(tables, to, "by_total", &by_total);
    free(all);
}

#define LEADS 3u

/* Functions where there are some; a host's profile may have nothing below its processes. */
void fp_tables_put_leads(const struct fp_tables *tables, json_t *to)
{
    const json_t *processes = json_object_get(tables->summary, "processes");
    const json_t *top[FP_LIMIT_TOP_FUNCTIONS];
    size_t count = top_by_self(json_object_get(tables->summary, "functions"), top);
    json_t *list = fp_model_array(tables->model, to, "leads");
    bool by_self = count > 0;
    char total[FP_UNIT_TEXT];

    fp_model_say(tables->model, to, "leads_head",
                 !by_self          ? "leads_processes"
                 : tables->objects ? "leads_objects"
                                   : "leads_functions",
                 fp_words_value(tables->model->lang, total, tables->total, tables->unit), NULL);
    if (!by_self)
        for (; count < LEADS && count < json_array_size(processes); count++)
            top[count] = json_array_get(processes, count);
    for (size_t i = 0; i < count && json_array_size(list) < LEADS; i++)
        if (!is_other(top[i])) /* what is gathered leads nowhere */
            put_measured(tables, fp_model_row(tables->model, list), by_self ? kind_of(top[i]) : FP_KIND_PROCESS,
                         fp_model_get_slice(top[i], "name"), fp_model_get_int(top[i], by_self ? "self" : "total"));
}

void fp_tables_put_groups(const struct fp_tables *tables, json_t *to, const char *key, const char *count_key,
                          enum fp_frame_kind kind)
{
    const json_t *list = json_object_get(tables->summary, key);
    const json_t *top[FP_LIMIT_TOP_FUNCTIONS];
    struct ranking ranking = {
        .items = top,
        .all = count_key ? fp_model_get_int(tables->summary, count_key) : (int64_t)json_array_size(list),
        .value_key = "total",
        .value_head = "col_total",
        .name_head = kind_label(tables->model, kind),
        .kind = kind,
        .caption = "largest_total",
        .quiet = true,
        .many = key,
        .cores = tables->core > 0,
        .second_head = tables->core > 0 ? "col_cores" : NULL,
    };

    while (ranking.count < json_array_size(list) && ranking.count < FP_LIMIT_TOP_FUNCTIONS) {
        top[ranking.count] = json_array_get(list, ranking.count);
        ranking.count++;
    }
    put_ranking(tables, to, key, &ranking);
}

void fp_tables_put_modules(const struct fp_tables *tables, json_t *to, const json_t *modules, const char *cause)
{
    const json_t *top[FP_LIMIT_TOP_FUNCTIONS];
    struct ranking ranking = {
        .items = top,
        .name_key = "path",
        .kind = FP_KIND_UNKNOWN,
        .value_key = "self",
        .second_key = "total",
        .value_head = "mark_self",
        .second_head = "col_total",
        .name_head = fp_lang_word(tables->model->lang, "col_file"),
        .caption = "largest_self",
        .quiet = true,
        .many = "files",
    };

    for (size_t i = 0; i < json_array_size(modules); i++) {
        const json_t *module = json_array_get(modules, i);

        if (strcmp(fp_model_get_text(module, "cause"), cause) || !*fp_model_get_text(module, "path"))
            continue;
        if (ranking.count < FP_LIMIT_TOP_FUNCTIONS)
            top[ranking.count++] = module;
        ranking.all++;
    }
    if (ranking.count)
        put_ranking(tables, to, "modules", &ranking);
    else
        fp_model_put(tables->model, to, "modules", json_null());
}

/* ---- kinds ---- */

/* Has min_share gathered frames in "[other]", which is of kind unknown? */
static bool has_other(const json_t *summary)
{
    const json_t *transforms = json_object_get(summary, "transforms");

    for (size_t i = 0; i < json_array_size(transforms); i++) {
        const json_t *row = json_array_get(transforms, i);

        if (fp_slice_is(fp_model_get_slice(row, "name"), fp_transform_step_name(FP_TRANSFORM_MIN_SHARE)))
            return fp_model_get_int(row, "frames") > 0;
    }
    return false;
}

void fp_tables_push_kinds(struct fp_model *model, json_t *list, const json_t *summary, enum fp_unit unit)
{
    const json_t *kinds = json_object_get(summary, "kinds");
    int64_t total = fp_model_get_int(summary, "total"), before = 0;

    for (size_t i = 0; i < json_array_size(kinds); i++) {
        const json_t *kind = json_array_get(kinds, i);
        int64_t self = fp_model_get_int(kind, "self");
        json_t *row = fp_model_row(model, list);

        fp_model_put(model, row, "label",
                     fp_model_text(kind_of(kind) == FP_KIND_UNKNOWN && has_other(summary)
                                       ? fp_lang_word(model->lang, "kind_unknown_or_other")
                                       : kind_label(model, kind_of(kind))));
        fp_model_put(model, row, "hatched", json_boolean(kind_of(kind) == FP_KIND_UNKNOWN));
        put_colour(model, row, kind_of(kind));
        fp_words_put_value(model, row, "value", "exact", self, unit);
        if (self > 0)
            fp_words_put_share(model, row, "share", self, total);
        else
            fp_model_put(model, row, "share", json_null()); /* in the list for its colour only */
        fp_words_put_bar(model, row, "x", before, total);
        fp_words_put_bar(model, row, "bar", self, total);
        if (__builtin_add_overflow(before, self, &before)) /* only in a summary that is not of our making */
            before = total;
    }
}
