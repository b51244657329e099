#include "report/missing.h"

#include <string.h>

#include "base/limits.h"
#include "report/words.h"

/* ---- summary.json ---- */

static void put_sum(struct fp_model *model, json_t *object, const struct fp_symbol_total *sum, int64_t total)
{
    double whole = total > 0 ? (double)total : 1.0;

    fp_model_put_int(model, object, "self", sum->self);
    fp_model_put(model, object, "self_share", json_real((double)sum->self / whole));
    fp_model_put_int(model, object, "total", sum->total);
    fp_model_put(model, object, "total_share", json_real((double)sum->total / whole));
    fp_model_put_int(model, object, "names", sum->names);
}

static void put_causes(struct fp_model *model, json_t *object, const struct fp_symbols *symbols, int64_t total)
{
    json_t *list = fp_model_array(model, object, "causes");

    for (int cause = FP_SYMBOL_FOUND + 1; cause < FP_SYMBOL_COUNT; cause++) {
        const struct fp_symbol_advice *advice = fp_symbol_advice((enum fp_symbol_cause)cause);
        json_t *row;

        if (!symbols->causes[cause].names)
            continue;
        row = fp_model_row(model, list);
        fp_model_put(model, row, "cause", fp_model_text(advice->id));
        fp_model_put(model, row, "title", fp_model_text(advice->title));
        fp_model_put(model, row, "meaning", fp_model_text(advice->meaning));
        fp_model_put(model, row, "advice", fp_model_text(advice->advice));
        put_sum(model, row, &symbols->causes[cause], total);
    }
}

void fp_missing_put_summary(struct fp_model *model, json_t *root, const struct fp_report_facts *facts)
{
    const struct fp_symbols *symbols = facts->symbols;
    int64_t total = fp_report_total(facts);
    json_t *object, *list;

    if (!facts->tree || !symbols) {
        fp_model_put(model, root, "missing_symbols", json_null());
        return;
    }
    object = fp_model_object(model, root, "missing_symbols");
    put_sum(model, object, &symbols->all, total);
    put_sum(model, fp_model_object(model, object, "code"), &symbols->code, total);
    put_causes(model, object, symbols, total);
    fp_model_put_int(model, object, "modules_count", (int64_t)symbols->module_count);
    list = fp_model_array(model, object, "modules");
    for (size_t i = 0; i < symbols->module_count && i < FP_LIMIT_SUMMARY_FUNCTIONS && !model->failed; i++) {
        const struct fp_symbol_module *module = &symbols->modules[i];
        json_t *row = fp_model_row(model, list);

        fp_model_put(model, row, "cause", fp_model_text(fp_symbol_advice(module->cause)->id));
        fp_model_put(model, row, "path", fp_model_slice(module->path));
        put_sum(model, row, &module->sum, total);
    }
}

/* ---- the page ---- */

/* "12.3 % was measured in such frames, 40.1 % passes through one." */
static void put_numbers(const struct fp_tables *tables, json_t *row, const json_t *cause)
{
    int64_t names = fp_model_get_int(cause, "names");
    char self[FP_UNIT_TEXT], total[FP_UNIT_TEXT], count[FP_UNIT_TEXT];

    fp_model_say_count(tables->model, row, "numbers", names, "missing_numbers",
                       fp_words_share(self, fp_model_get_int(cause, "self"), tables->total),
                       fp_words_share(total, fp_model_get_int(cause, "total"), tables->total),
                       fp_count_format(count, names), NULL);
}

/* The summary has them in English, for programs. */
static void put_cause_word(struct fp_model *model, json_t *row, const json_t *cause, const char *key, const char *prefix)
{
    const char *id = fp_model_get_text(cause, "cause");

    fp_model_put(model, row, key, fp_model_text(fp_lang_word_of(model->lang, prefix, id, fp_model_get_text(cause, key))));
}

static void push_cause(const struct fp_tables *tables, json_t *list, const json_t *cause, const json_t *modules)
{
    struct fp_model *model = tables->model;
    json_t *row = fp_model_row(model, list);

    put_cause_word(model, row, cause, "title", "symbol_title");
    put_cause_word(model, row, cause, "meaning", "symbol_meaning");
    put_cause_word(model, row, cause, "advice", "symbol_advice");
    put_numbers(tables, row, cause);
    fp_tables_put_modules(tables, row, modules, fp_model_get_text(cause, "cause"));
}

void fp_missing_put_view(const struct fp_tables *tables, json_t *to)
{
    const json_t *missing = json_object_get(tables->summary, "missing_symbols");
    const json_t *code = json_object_get(missing, "code"), *causes = json_object_get(missing, "causes");
    struct fp_model *model = tables->model;
    json_t *list = fp_model_array(model, to, "missing");
    char self[FP_UNIT_TEXT], total[FP_UNIT_TEXT];
    bool none = json_is_object(missing) && !json_array_size(causes);

    for (size_t i = 0; i < json_array_size(causes); i++)
        push_cause(tables, list, json_array_get(causes, i), json_object_get(missing, "modules"));
    fp_model_put(model, to, "has_missing", json_boolean(json_array_size(list) > 0));
    fp_model_put(model, to, "nothing_missing",
                 none ? fp_model_word(model, "every_symbol") : json_null());
    fp_model_say(model, to, "missing_text", "missing_text", fp_words_share(self, fp_model_get_int(code, "self"), tables->total), fp_words_share(total, fp_model_get_int(code, "total"), tables->total), NULL);
}
