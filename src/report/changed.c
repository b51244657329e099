#include "report/changed.h"

#include "base/limits.h"
#include "base/unit.h"
#include "profile/frame_kind.h"
#include "report/leads.h"
#include "report/words.h"

#define ROWS_SHOWN ((size_t)30) /* of one list; all leading changes are in summary.json */

struct changed {
    struct fp_model *model;
    const char *prefix;
    const struct fp_leads *leads;
};

static void put_text(const struct changed *c, json_t *object, const char *key, const char *text)
{
    fp_model_put(c->model, object, key, fp_model_text_or_null(text));
}

static void put_word(const struct changed *c, json_t *object, const char *key, const char *word)
{
    fp_model_put_word(c->model, object, key, word);
}

/* Into the difference graph at the function where there is one, else to what the report says of changes. */
static void put_href(const struct changed *c, json_t *row, const struct fp_lead *lead)
{
    char place[FP_LEADS_PLACE];

    fp_words_put_href(c->model, row, "href", c->prefix, fp_model_get_slice(lead->entry, "path"),
                      fp_lead_place(place, lead));
}

static void push_row(const struct changed *c, json_t *rows, const struct fp_lead *lead, int decimals)
{
    json_t *row = fp_model_row(c->model, rows);
    struct fp_lead_texts texts;

    fp_lead_write(lead, decimals, c->model->lang, &texts);
    put_text(c, row, "mark", lead->effect < 0 ? "\u25bc" : "\u25b2");
    put_text(c, row, "sense", lead->effect < 0 ? "less" : "more");
    put_word(c, row, "direction", lead->effect < 0 ? "less_hidden" : "more_hidden");
    fp_words_put_name(c->model, row, "pieces", "cut", fp_model_get_slice(lead->lead, "name"));
    put_href(c, row, lead);
    fp_words_put_name(c->model, row, "title_pieces", NULL, fp_model_get_slice(lead->entry, "title"));
    put_text(c, row, "event", fp_model_get_text(lead->entry, "event"));
    put_text(c, row, "before", fp_lang_word_of(c->model->lang, "verdict", texts.before, texts.before));
    put_text(c, row, "after", fp_lang_word_of(c->model->lang, "verdict", texts.after, texts.after));
    put_text(c, row, "points", texts.points);
    put_text(c, row, "amount", texts.amount);
    fp_model_put(c->model, row, "before_order", fp_model_number(json_object_get(lead->lead, "before_share")));
    fp_model_put(c->model, row, "after_order", fp_model_number(json_object_get(lead->lead, "after_share")));
    fp_model_put(c->model, row, "points_order", json_real(lead->effect));
    fp_model_put(c->model, row, "amount_order", json_real(lead->amount));
    put_text(c, row, "amount_unit", lead->has_cores ? "cores" : fp_model_get_text(lead->entry, "unit"));
    put_word(c, row, "unit", lead->has_cores ? "unit_cores" : NULL);
}

/* What the rows of a group are; of the host they may be processes. */
static const char *fold_words(const struct changed *c, enum fp_lead_group group)
{
    size_t first = c->leads->first[group], end = c->leads->first[group + 1], processes = 0, functions = 0;

    for (size_t i = first; i < end; i++) {
        enum fp_frame_kind kind = fp_frame_kind_named(fp_model_get_text(c->leads->items[i].lead, "kind"));

        processes += kind == FP_KIND_PROCESS;
        functions += kind != FP_KIND_PROCESS && kind != FP_KIND_THREAD;
    }
    if (functions == end - first)
        return "list_fold";
    return processes == end - first ? "list_fold_processes" : "list_fold_changes";
}

static void put_list(const struct changed *c, json_t *lists, enum fp_lead_group group)
{
    static const struct {
        const char *head, *caption, *note;
        bool fold; /* beside the point of the page: there for who asks */
    } words[FP_LEADS_GROUPS] = {
        [FP_LEADS_MORE] = { NULL, "list_more", NULL, false },
        [FP_LEADS_LESS] = { "list_less_head", "list_less", NULL, false },
        [FP_LEADS_HOST] = { "list_host_head", "list_host",
                            "list_host_note", true },
        [FP_LEADS_UNSAMPLED] = { "list_unsampled_head",
                                 "list_unsampled",
                                 "list_unsampled_note", true },
    };
    size_t first = c->leads->first[group], count = c->leads->first[group + 1] - first;
    int decimals = fp_leads_decimals(c->leads, group);
    json_t *list, *rows;
    char text[FP_UNIT_TEXT];

    if (!count)
        return;
    list = fp_model_row(c->model, lists);
    put_word(c, list, "head", words[group].head);
    put_word(c, list, "caption", words[group].caption);
    put_word(c, list, "note", words[group].note);
    if (words[group].fold)
        fp_model_say_count(c->model, list, "fold", (int64_t)count, fold_words(c, group),
                           fp_lang_word(c->model->lang, words[group].head), fp_count_format(text, (int64_t)count), NULL);
    else
        put_text(c, list, "fold", NULL);
    rows = fp_model_array(c->model, list, "rows");
    for (size_t i = 0; i < count && i < ROWS_SHOWN; i++)
        push_row(c, rows, &c->leads->items[first + i], decimals);
    if (count > ROWS_SHOWN)
        fp_model_say(c->model, list, "more", "list_beyond", fp_lang_number(count - ROWS_SHOWN).text, NULL);
    else
        put_text(c, list, "more", NULL);
}

/* ---- the rule, in a sentence ---- */

/* The rule of all entries that were judged; NULL where they do not agree or none says. *ret_tested: over all. */
static const json_t *common_rule(const json_t *services, int64_t *ret_tested)
{
    static const char *const members[] = { "q", "min_effect", "min_samples" };
    const json_t *common = NULL;

    *ret_tested = 0;
    for (size_t i = 0; i < json_array_size(services); i++) {
        const json_t *entry = json_array_get(services, i), *rule = json_object_get(entry, "rule");

        if (!json_is_object(rule) || !fp_leads_is_sampled(entry) || json_is_true(json_object_get(entry, "too_few")))
            continue;
        *ret_tested += fp_model_get_int(rule, "tested");
        for (size_t m = 0; common && m < sizeof members / sizeof *members; m++)
            if (fp_model_get_real(common, members[m]) < fp_model_get_real(rule, members[m]) ||
                fp_model_get_real(common, members[m]) > fp_model_get_real(rule, members[m]))
                return NULL;
        common = rule;
    }
    return common;
}

static void put_rule(const struct changed *c, json_t *to, const json_t *services)
{
    char q[FP_UNIT_TEXT], points[FP_UNIT_TEXT], tested[FP_UNIT_TEXT];
    int64_t count;
    const json_t *rule = common_rule(services, &count);

    if (!rule) {
        put_word(c, to, "rule", "night_rule_any");
        return;
    }
    fp_model_say_count(c->model, to, "rule", count, "night_rule", fp_number_format(q, fp_model_get_real(rule, "q")),
                       fp_count_format(tested, count),
                       fp_number_format(points, 100 * fp_model_get_real(rule, "min_effect")), NULL);
}

/* ---- all of it ---- */

static void put_compared(const struct changed *c, json_t *view)
{
    char date[FP_WORDS_LABEL_MAX];

    if (!c->leads->compared && !c->leads->too_few)
        put_text(c, view, "compared_text", NULL);
    else if (c->leads->label)
        fp_model_say(c->model, view, "compared_text", "compared_to", fp_words_label(c->model->lang, date, c->leads->label), NULL);
    else
        put_word(c, view, "compared_text", "compared_several");
}

/* What stands where no change leads: that all is well is worth a sentence, too. */
static void put_calm(const struct changed *c, json_t *to)
{
    const struct fp_leads *leads = c->leads;

    fp_words_put_lacks(c->model, to, "calm_why", NULL);
    if (fp_leads_count(leads)) {
        put_text(c, to, "calm", NULL);
    } else if (leads->compared) {
        fp_model_say_count(c->model, to, "calm", (int64_t)leads->compared, "calm", NULL);
    } else if (leads->too_few) {
        put_word(c, to, "calm", "calm_too_few");
    } else if (leads->why) {
        put_word(c, to, "calm", "calm_nothing");
        fp_words_put_lacks(c->model, to, "calm_why", leads->why);
    } else {
        put_word(c, to, "calm", "calm_first");
    }
}

/* Reports that what stands above is not about. Where none was compared, the first sentence has said why. */
static void put_unjudged(const struct changed *c, json_t *to)
{
    const struct fp_leads *leads = c->leads;
    size_t without = leads->compared || leads->too_few ? leads->without : 0;
    struct fp_str few, none;
    char count[FP_UNIT_TEXT];

    fp_str_init(&few, FP_LIMIT_TEXT);
    fp_str_init(&none, FP_LIMIT_TEXT);
    if (leads->too_few)
        fp_lang_say_count(c->model->lang, &few, (int64_t)leads->too_few, "reports_too_few",
                          fp_count_format(count, (int64_t)leads->too_few), NULL);
    if (without)
        fp_lang_say_count(c->model->lang, &none, (int64_t)without, "reports_without",
                          fp_count_format(count, (int64_t)without), NULL);
    c->model->failed = c->model->failed || !fp_str_ok(&few) || !fp_str_ok(&none);
    if (few.len && none.len)
        fp_model_say(c->model, to, "too_few", "two_sentences", few.data, none.data, NULL);
    else if (few.len || none.len)
        put_text(c, to, "too_few", few.len ? few.data : none.data);
    else
        put_text(c, to, "too_few", NULL);
    fp_str_release(&few);
    fp_str_release(&none);
}

void fp_changed_put(struct fp_model *model, json_t *view, const json_t *night, const char *prefix)
{
    const json_t *services = json_object_get(night, "services");
    struct fp_leads leads;
    struct changed c = { model, prefix, &leads };
    char headline[FP_LEADS_TEXT];
    json_t *to, *lists;

    if (fp_leads_collect(services, &leads, NULL) < 0) {
        model->failed = true;
        return;
    }
    put_text(&c, view, "changes_text", leads.known ? fp_leads_headline(headline, &leads, model->lang) : NULL);
    put_compared(&c, view);
    fp_model_put(model, view, "has_changed", json_boolean(leads.known));
    to = fp_model_object(model, view, "changed");
    put_calm(&c, to);
    put_unjudged(&c, to);
    if (leads.compared)
        put_rule(&c, to, services);
    else
        put_text(&c, to, "rule", NULL);
    lists = fp_model_array(model, to, "lists");
    for (int group = 0; group < FP_LEADS_GROUPS; group++)
        put_list(&c, lists, (enum fp_lead_group)group);
    fp_leads_release(&leads);
}
