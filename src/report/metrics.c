#include "report/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "base/unit.h"
#include "report/entry.h"
#include "report/leads.h"
#include "report/words.h"

#define SUCCESS "flamepress_last_success_timestamp_seconds"

static void put_head(struct fp_out *out, const char *name, const char *help)
{
    fp_out_printf(out, "# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* As the format wants it: \ " and line feeds escaped, all else as it is, in UTF-8. */
static void put_label(struct fp_out *out, const char *name, const char *value)
{
    fp_out_printf(out, "%s=\"", name);
    for (; *value; value++)
        if (*value == '\n')
            fp_out_puts(out, "\\n");
        else if (*value == '\\' || *value == '"')
            fp_out_printf(out, "\\%c", *value);
        else
            fp_out_putc(out, *value);
    fp_out_putc(out, '"');
}

static void put_series(struct fp_out *out, const char *name, const json_t *entry)
{
    fp_out_printf(out, "%s{", name);
    put_label(out, "service", fp_model_get_text(entry, "service"));
    fp_out_putc(out, ',');
    put_label(out, "event", fp_model_get_text(entry, "event"));
    fp_out_putc(out, ',');
    put_label(out, "report", fp_model_get_text(entry, "path"));
    fp_out_puts(out, "} ");
}

/* ---- totals ---- */

struct family {
    const char *name, *help;
};

static const struct family families[] = {
    { "flamepress_profile_seconds", "Total of a report of the newest night, of what is measured in time." },
    { "flamepress_profile_bytes", "Total of a report of the newest night, of what is measured in bytes." },
    { "flamepress_profile_value", "Total of a report of the newest night, of what is counted." },
};
enum { FAMILIES = sizeof families / sizeof *families };

static int family_of(const json_t *entry)
{
    switch (fp_words_unit(fp_model_get_text(entry, "unit"))) {
    case FP_UNIT_MICROSECONDS:
    case FP_UNIT_NANOSECONDS: return 0;
    case FP_UNIT_BYTES: return 1;
    default: return 2;
    }
}

/* Seconds to the last nanosecond, without a detour over binary fractions. */
static void put_total(struct fp_out *out, const json_t *entry)
{
    int64_t total = fp_model_get_int(entry, "total");
    int64_t per_second = fp_words_unit_per_second(fp_words_unit(fp_model_get_text(entry, "unit")));
    bool nano = per_second == INT64_C(1000000000);

    if (family_of(entry) != 0 || total < 0 || per_second <= 0)
        fp_out_i64(out, total);
    else if (nano)
        fp_out_printf(out, "%" PRId64 ".%09" PRId64, total / per_second, total % per_second);
    else
        fp_out_printf(out, "%" PRId64 ".%06" PRId64, total / per_second, total % per_second);
    fp_out_putc(out, '\n');
}

static void put_totals(struct fp_out *out, const json_t *services)
{
    for (int f = 0; f < FAMILIES; f++) {
        bool first = true;

        for (size_t i = 0; i < json_array_size(services); i++) {
            const json_t *entry = json_array_get(services, i);

            if (!fp_entry_has_value(entry) || family_of(entry) != f)
                continue;
            if (first)
                put_head(out, families[f].name, families[f].help);
            first = false;
            put_series(out, families[f].name, entry);
            put_total(out, entry);
        }
    }
}

/* ---- regressions ---- */

static void put_regressions(struct fp_out *out, const json_t *services)
{
    bool first = true;

    for (size_t i = 0; i < json_array_size(services); i++) {
        const json_t *entry = json_array_get(services, i);

        if (!fp_leads_is_judged(entry) || !fp_leads_is_sampled(entry))
            continue;
        if (first)
            put_head(out, "flamepress_regressions",
                     "Functions with a larger share than in the baseline, beyond noise and the limits of the configuration.");
        first = false;
        put_series(out, "flamepress_regressions", entry);
        fp_out_i64(out, fp_model_get_int(entry, "regressions"));
        fp_out_putc(out, '\n');
    }
}

/* ---- all of it ---- */

static void put_value(struct fp_out *out, const char *name, const char *help, int64_t value)
{
    put_head(out, name, help);
    fp_out_printf(out, "%s %" PRId64 "\n", name, value);
}

int fp_metrics_write(const struct fp_metrics *metrics, struct fp_out *out, struct fp_error *err)
{
    const struct {
        const char *outcome;
        size_t count;
    } jobs[] = { { "ok", metrics->ok },
                 { "partial", metrics->partial },
                 { "empty", metrics->empty },
                 { "failed", metrics->failed } };

    (void)err;
    put_value(out, "flamepress_last_run_timestamp_seconds", "When the last run began, whatever came of it.",
              metrics->last_run);
    if (metrics->last_success)
        put_value(out, SUCCESS, "When the last run began that ended with nothing wrong.", metrics->last_success);
    put_head(out, "flamepress_run_duration_seconds", "How long the last run took.");
    fp_out_puts(out, "flamepress_run_duration_seconds ");
    fp_out_decimal(out, metrics->duration, 3);
    fp_out_putc(out, '\n');
    put_head(out, "flamepress_jobs", "Reports of the last run by outcome.");
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
        fp_out_printf(out, "flamepress_jobs{outcome=\"%s\"} %zu\n", jobs[i].outcome, jobs[i].count);
    put_totals(out, json_object_get(metrics->night, "services"));
    put_regressions(out, json_object_get(metrics->night, "services"));
    return FP_OK;
}

int64_t fp_metrics_last_success(const char *text)
{
    static const char line[] = SUCCESS " ";

    for (; text && *text; text = strchr(text, '\n'), text += text != NULL) {
        int64_t time = 0;
        const char *at = text + sizeof line - 1;

        if (strncmp(text, line, sizeof line - 1) != 0)
            continue;
        for (; *at >= '0' && *at <= '9' && time < INT64_C(1) << 50; at++)
            time = 10 * time + (*at - '0');
        return *at == '\n' || !*at ? time : 0;
    }
    return 0;
}
