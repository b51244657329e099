#include "report/leads.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plan/event.h"
#include "report/entry.h"
#include "report/words.h"

bool fp_leads_is_sampled(const json_t *entry)
{
    const json_t *sampled = json_object_get(json_object_get(entry, "rule"), "sampled");

    if (json_is_boolean(sampled))
        return json_is_true(sampled);
    return fp_event_sample_is_known(fp_event_find(fp_model_get_text(entry, "event")));
}

bool fp_leads_is_judged(const json_t *entry)
{
    return fp_entry_has_value(entry) && fp_entry_has_baseline(entry) && json_is_object(json_object_get(entry, "rule")) &&
           !json_is_true(json_object_get(entry, "too_few"));
}

static struct fp_lead make_lead(const json_t *entry, const json_t *change)
{
    const json_t *cores = json_object_get(change, "cores");
    struct fp_lead lead = { .entry = entry, .lead = change, .effect = fp_model_get_real(change, "effect") };

    lead.has_cores = json_is_number(cores);
    lead.amount = lead.has_cores
                      ? json_number_value(cores)
                      : fp_model_get_real(change, "after_share") * fp_model_get_real(entry, "total") -
                            fp_model_get_real(change, "before_share") *
                                fp_model_get_real(json_object_get(entry, "baseline"), "total");
    if (!fp_leads_is_sampled(entry))
        lead.group = FP_LEADS_UNSAMPLED;
    else if (fp_entry_is_host(entry))
        lead.group = FP_LEADS_HOST;
    else
        lead.group = lead.effect < 0 ? FP_LEADS_LESS : FP_LEADS_MORE;
    return lead;
}

static int descending(double a, double b)
{
    return (a < b) - (a > b);
}

static int by_text(const struct fp_lead *a, const struct fp_lead *b)
{
    int order = strcmp(fp_model_get_text(a->entry, "title"), fp_model_get_text(b->entry, "title"));

    if (!order)
        order = strcmp(fp_model_get_text(a->entry, "path"), fp_model_get_text(b->entry, "path"));
    if (!order)
        order = fp_slice_compare(fp_model_get_slice(a->lead, "name"), fp_model_get_slice(b->lead, "name"));
    return order ? order : strcmp(fp_model_get_text(a->lead, "kind"), fp_model_get_text(b->lead, "kind"));
}

/* By group; what rose before what fell; what has cores first, then unit by unit; the largest impact first. */
static int by_impact(const void *pa, const void *pb)
{
    const struct fp_lead *a = pa, *b = pb;
    int order = (int)a->group - (int)b->group;

    if (!order)
        order = (a->effect < 0) - (b->effect < 0);
    if (!order)
        order = b->has_cores - a->has_cores;
    if (!order && !a->has_cores)
        order = strcmp(fp_model_get_text(a->entry, "unit"), fp_model_get_text(b->entry, "unit"));
    if (!order)
        order = descending(fabs(a->amount), fabs(b->amount));
    if (!order)
        order = descending(fabs(a->effect), fabs(b->effect));
    return order ? order : by_text(a, b);
}

/* A text that several entries should agree on. */
struct agreed {
    const char *text;
    bool several;
};

static void agree(struct agreed *agreed, const char *text)
{
    if (agreed->text && strcmp(agreed->text, text) != 0)
        agreed->several = true;
    agreed->text = text;
}

/* What an entry says of its comparison as a whole. */
static void note_entry(struct fp_leads *leads, const json_t *entry, struct agreed *label, struct agreed *why)
{
    const json_t *baseline = json_object_get(entry, "baseline");

    /* one of an older night does not say; else either there is a baseline, or why not, or none was asked for */
    if (!fp_entry_has_value(entry) || (!json_is_object(baseline) && !json_is_string(json_object_get(entry, "no_baseline"))))
        return;
    leads->known = true;
    if (fp_leads_is_judged(entry))
        leads->compared++;
    else if (json_is_true(json_object_get(entry, "too_few")))
        leads->too_few++;
    else
        leads->without++; /* there may be a baseline, and nothing in it */
    if (json_is_object(baseline)) {
        agree(label, fp_model_get_text(baseline, "label"));
    } else {
        agree(why, fp_model_get_text(entry, "no_baseline"));
        leads->why = entry;
    }
}

int fp_leads_collect(const json_t *services, struct fp_leads *ret_leads, struct fp_error *err)
{
    struct fp_leads leads = { 0 };
    struct agreed label = { NULL, false }, why = { NULL, false };
    size_t count = 0, at = 0;

    for (size_t i = 0; i < json_array_size(services); i++)
        count += json_array_size(json_object_get(json_array_get(services, i), "leads"));
    leads.items = calloc(count + 1, sizeof *leads.items);
    if (!leads.items)
        return fp_error_nomem(err);
    for (size_t i = 0; i < json_array_size(services); i++) {
        const json_t *entry = json_array_get(services, i), *list = json_object_get(entry, "leads");

        note_entry(&leads, entry, &label, &why);
        leads.clipped |= json_array_size(list) >= FP_LEADS_OF_ENTRY;
        for (size_t k = 0; k < json_array_size(list); k++)
            leads.items[at++] = make_lead(entry, json_array_get(list, k));
    }
    qsort(leads.items, count, sizeof *leads.items, by_impact);
    for (size_t i = 0; i < count; i++)
        leads.first[leads.items[i].group + 1]++;
    for (int group = 0; group < FP_LEADS_GROUPS; group++)
        leads.first[group + 1] += leads.first[group];
    leads.label = label.several ? NULL : label.text;
    if (why.several || !why.text || !*why.text)
        leads.why = NULL;
    *ret_leads = leads;
    return FP_OK;
}

void fp_leads_release(struct fp_leads *leads)
{
    free(leads->items);
    *leads = (struct fp_leads){ 0 };
}

char *fp_leads_headline(char to[FP_LEADS_TEXT], const struct fp_leads *leads, const struct fp_lang *lang)
{
    size_t count = fp_leads_count(leads);
    char text[FP_UNIT_TEXT];
    struct fp_str line;

    fp_str_init_fixed(&line, to, FP_LEADS_TEXT);
    if (leads->known && count)
        fp_lang_say_count(lang, &line, (int64_t)count, leads->clipped ? "headline_at_least" : "headline",
                          fp_count_format(text, (int64_t)count), NULL);
    else if (leads->known)
        fp_lang_say(lang, &line,
                    leads->compared  ? leads->first[FP_LEADS_UNSAMPLED] ? "headline_none_services" : "headline_none"
                    : leads->too_few ? "headline_too_few"
                                     : "headline_nothing",
                    NULL);
    return to;
}

/* ---- numbers ---- */

int fp_leads_decimals(const struct fp_leads *leads, enum fp_lead_group group)
{
    double most = 0;

    for (size_t i = leads->first[group]; i < leads->first[group + 1]; i++)
        if (leads->items[i].has_cores)
            most = fmax(most, fabs(leads->items[i].amount));
    return fp_fixed_decimals(most);
}

/* A share that is stored as a number from 0 to 1. */
static void put_share(char to[FP_UNIT_TEXT], double share)
{
    fp_share_format(to, (int64_t)llround(fmin(fmax(share, 0), 1) * 1e9), 1000000000);
}

void fp_lead_write(const struct fp_lead *lead, int decimals, const struct fp_lang *lang, struct fp_lead_texts *ret_texts)
{
    const char *verdict = fp_model_get_text(lead->lead, "verdict");
    double points = 100 * lead->effect, amount = fmin(fmax(lead->amount, -9e18), 9e18);

    put_share(ret_texts->before, fp_model_get_real(lead->lead, "before_share"));
    put_share(ret_texts->after, fp_model_get_real(lead->lead, "after_share"));
    if (!strcmp(verdict, "new"))
        snprintf(ret_texts->before, FP_UNIT_TEXT, "new");
    if (!strcmp(verdict, "gone"))
        snprintf(ret_texts->after, FP_UNIT_TEXT, "gone");
    fp_signed(fp_fixed_format(ret_texts->points, points, fabs(points) < 0.1 ? 2 : 1), points);
    if (lead->has_cores)
        fp_fixed_format(ret_texts->amount, amount, decimals);
    else
        fp_lang_value(lang, ret_texts->amount, llround(amount), fp_words_unit(fp_model_get_text(lead->entry, "unit")));
    fp_signed(ret_texts->amount, amount);
}

/* It comes from a file: what is no node id is passed over. */
char *fp_lead_place(char to[FP_LEADS_PLACE], const struct fp_lead *lead)
{
    const char *node = fp_model_get_text(lead->lead, "node");

    if (strspn(node, "0123456789abcdef-") == strlen(node) && strlen(node) == 36)
        snprintf(to, FP_LEADS_PLACE, "/index.html#" FP_LEADS_DIFFERENCE "%s", node);
    else
        snprintf(to, FP_LEADS_PLACE, "/index.html#changes");
    return to;
}
