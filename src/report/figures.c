#include "report/figures.h"

#include <string.h>

#include "report/tables.h"
#include "report/words.h"

/* Returns the row. */
static json_t *push_figure(const struct fp_figures *figures, json_t *list, const char *label,
                           const char *value, const char *exact)
{
    json_t *row = fp_model_row(figures->model, list);

    fp_model_put(figures->model, row, "label", fp_model_text(label));
    fp_model_put(figures->model, row, "value", fp_model_text(value));
    fp_model_put(figures->model, row, "exact", fp_model_text(exact));
    return row;
}

static void push_cores(const struct fp_figures *figures, json_t *list)
{
    double core = figures->core, cores;
    char value[FP_UNIT_TEXT], seconds[FP_UNIT_TEXT];
    json_t *row;

    if (core <= 0)
        return;
    cores = (double)figures->total / core;
    fp_fixed_format(value, cores, fp_fixed_decimals(cores));
    row = push_figure(figures, list, figures->partial ? fp_lang_word(figures->model->lang, "cores_covered") : fp_lang_word(figures->model->lang, "cores_average"), value,
                      "");
    fp_model_say(figures->model, row, "exact", figures->partial ? "cores_exact_covered" : "cores_exact",
                 fp_lang_exact(figures->model->lang, value, figures->total, figures->unit),
                 fp_count_format(seconds,
                                 (int64_t)(core / (double)fp_words_unit_per_second(figures->unit) + 0.5)), NULL);
}

static void push_samples(const struct fp_figures *figures, json_t *list)
{
    char value[FP_UNIT_TEXT], worth[FP_UNIT_TEXT];
    json_t *row;
    int64_t samples;

    if (!figures->event->cores || figures->sample <= 1 || figures->total < figures->sample)
        return;
    samples = figures->total / figures->sample;
    fp_count_format(value, samples);
    fp_lang_exact(figures->model->lang, worth, figures->sample, figures->unit);
    row = push_figure(figures, list, fp_lang_word(figures->model->lang, samples == 1 ? "samples_one" : "samples_other"),
                      value, "");
    fp_model_say(figures->model, row, "exact", "sample_worth", worth, NULL);
}

/* What the event type means for every number of the page; null where they simply add up. */
static const char *note_of(const struct fp_figures *figures)
{
    if (figures->event->gauge)
        return "event_gauge";
    if (figures->event->known || !*fp_model_get_text(figures->summary, "event"))
        return NULL;
    return figures->unit == FP_UNIT_UNITS
               ? "event_plain_units"
               : "event_amounts";
}

void fp_figures_put(const struct fp_figures *figures, json_t *to)
{
    json_t *list = fp_model_array(figures->model, to, "figures"), *row;
    const char *title = figures->event->known ? fp_lang_word_of(figures->model->lang, "event", figures->event->title,
                                                                figures->event->title)
                                              : fp_lang_word(figures->model->lang, "col_total");
    int64_t functions = fp_tables_function_count(figures->summary);
    bool counts = figures->event->known && figures->event->unit == FP_UNIT_SAMPLES; /* the title says of what */
    char value[FP_UNIT_TEXT], exact[FP_UNIT_TEXT];

    fp_model_put_word(figures->model, to, "event_note", note_of(figures));
    if (counts)
        fp_count_format(value, figures->total);
    else
        fp_words_value(figures->model->lang, value, figures->total, figures->unit);
    row = push_figure(figures, list, title, value,
                      fp_lang_exact(figures->model->lang, exact, figures->total, figures->unit));
    if (figures->event->gauge)
        fp_model_say(figures->model, row, "label", "figure_last_value", title, NULL);
    push_cores(figures, list);
    push_samples(figures, list);
    if (functions > 0) /* a host's profile may end with its threads */
        push_figure(figures, list,
                    fp_lang_word(figures->model->lang,
                    figures->event->objects ? functions == 1 ? "count_objects_one" : "count_objects_other"
                    : functions == 1        ? "count_functions_one"
                                            : "count_functions_other"),
                    fp_count_format(value, functions), fp_lang_word(figures->model->lang, "functions_exact"));
}
