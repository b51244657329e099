#include "plan/baseline.h"

#include <string.h>

#include "plan/time.h"
#include "plan/zone.h"

#define LABEL_MAX 64 /* bytes: a directory entry, with room */

/* 2026-13-45 is a date that is wrong, not a name. */
static bool looks_like_date(const char *text)
{
    return strspn(text, "0123456789") == 4 && text[4] == '-' && !text[strspn(text, "0123456789-")];
}

static enum fp_baseline_kind kind_of(const char *text)
{
    static const struct {
        const char *word;
        enum fp_baseline_kind kind;
    } words[] = {
        { "none", FP_BASELINE_NONE },
        { "previous", FP_BASELINE_PREVIOUS },
        { "previous_week", FP_BASELINE_PREVIOUS_WEEK },
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i].word) == 0)
            return words[i].kind;
    return FP_BASELINE_LABEL;
}

bool fp_baseline_is_label(const char *text)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t n = strspn(text, allowed);

    return n > 0 && n <= LABEL_MAX && !text[n] && text[0] != '.' && !looks_like_date(text) &&
           kind_of(text) == FP_BASELINE_LABEL;
}

int fp_baseline_parse(const char *text, struct fp_baseline_spec *ret_spec, struct fp_error *err)
{
    struct fp_baseline_spec spec = { kind_of(text), 0, text };
    const char *at = text, *reason;

    if (spec.kind == FP_BASELINE_LABEL && looks_like_date(text)) {
        reason = fp_date_take(&at, &spec.day);
        if (reason || *at)
            return fp_error_set(err, FP_EINVAL, "baseline \"%.60s\": %s", text,
                                reason ? reason : "a date is 2026-11-20");
        spec.kind = FP_BASELINE_DAY;
    }
    if (spec.kind == FP_BASELINE_LABEL && !fp_baseline_is_label(text))
        return fp_error_set(
            err, FP_EINVAL,
            "baseline \"%.60s\" is neither previous, previous_week, none, a date such as 2026-11-20, nor "
            "the name of a kept night (up to 64 letters, digits, . _ -)",
            text);
    *ret_spec = spec;
    return FP_OK;
}

/* An instant so many days earlier by the clock on the wall. */
static int64_t days_earlier(const struct fp_zone *zone, int64_t time, int64_t days)
{
    return fp_zone_instant(zone, time + fp_zone_offset(zone, time) - days * FP_DAY);
}

static int week_before(const struct fp_window *window, const struct fp_zone *zone,
                       struct fp_window *ret_window, struct fp_error *err)
{
    int64_t start = days_earlier(zone, window->start, 7), end = days_earlier(zone, window->end, 7);

    if (end > window->start)
        return fp_error_set(err, FP_ENOTFOUND, "seven days earlier, %s would overlap itself", window->label);
    if (start < FP_TIME_MIN || start >= end)
        return fp_error_set(err, FP_ENOTFOUND, "there is no such window seven days before %s", window->label);
    return fp_window_make(start, end, zone, ret_window, err);
}

static int that_day(const struct fp_baseline_spec *spec, const struct fp_window *window,
                    const struct fp_zone *zone, struct fp_window *ret_window, struct fp_error *err)
{
    int64_t start = fp_zone_midnight(zone, spec->day), end = fp_zone_midnight(zone, spec->day + 1);

    if (!window->whole_day && !window->cut)
        return fp_error_set(err, FP_ENOTFOUND, "the baseline is a day (%s), and this window is none",
                            spec->text);
    if (start >= end)
        return fp_error_set(err, FP_ENOTFOUND, "the time zone skipped the day of the baseline (%s)",
                            spec->text);
    if (start == window->start)
        return fp_error_set(err, FP_ENOTFOUND, "this is the day that others are compared with");
    return fp_window_make(start, end, zone, ret_window, err);
}

int fp_baseline_window(const struct fp_baseline_spec *spec, const struct fp_window *window,
                       const struct fp_zone *zone, struct fp_window *ret_window, struct fp_error *err)
{
    int rc;

    switch (spec->kind) {
    case FP_BASELINE_PREVIOUS: rc = fp_window_previous(window, zone, ret_window, err); break;
    case FP_BASELINE_PREVIOUS_WEEK: rc = week_before(window, zone, ret_window, err); break;
    case FP_BASELINE_DAY: rc = that_day(spec, window, zone, ret_window, err); break;
    default: return fp_error_set(err, FP_ENOTFOUND, "no window is compared with");
    }
    if (rc < 0 && err)
        err->code = FP_ENOTFOUND;
    return rc < 0 ? FP_ENOTFOUND : FP_OK;
}
