#include "plan/baseline.h"

#include <stdio.h>
#include <string.h>

#include "base/lang.h"
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

void fp_baseline_lack_put(struct fp_baseline_lack *lack, const char *key, const char *of)
{
    struct fp_str text;

    lack->key = key;
    snprintf(lack->of, sizeof lack->of, "%s", of);
    fp_str_init(&text, sizeof lack->text - 1);
    fp_lang_say(NULL, &text, key, lack->of, NULL);
    snprintf(lack->text, sizeof lack->text, "%s", fp_str_ok(&text) && text.len ? text.data : key);
    fp_str_release(&text);
}

static int none(struct fp_baseline_lack *lack, const char *key, const char *of)
{
    fp_baseline_lack_put(lack, key, of);
    return FP_ENOTFOUND;
}

static int week_before(const struct fp_window *window, const struct fp_zone *zone, struct fp_window *ret_window,
                       struct fp_baseline_lack *lack)
{
    int64_t start = days_earlier(zone, window->start, 7), end = days_earlier(zone, window->end, 7);

    if (end > window->start)
        return none(lack, "lacks_overlap", window->label);
    if (start < FP_TIME_MIN || start >= end || fp_window_make(start, end, zone, ret_window, NULL) < 0)
        return none(lack, "lacks_week", window->label);
    return FP_OK;
}

static int that_day(const struct fp_baseline_spec *spec, const struct fp_window *window, const struct fp_zone *zone,
                    struct fp_window *ret_window, struct fp_baseline_lack *lack)
{
    int64_t start = fp_zone_midnight(zone, spec->day), end = fp_zone_midnight(zone, spec->day + 1);

    if (!window->whole_day && !window->cut)
        return none(lack, "lacks_not_a_day", spec->text);
    if (start >= end || fp_window_make(start, end, zone, ret_window, NULL) < 0)
        return none(lack, "lacks_skipped_day", spec->text);
    return start == window->start ? none(lack, "lacks_same_day", spec->text) : FP_OK;
}

int fp_baseline_window(const struct fp_baseline_spec *spec, const struct fp_window *window, const struct fp_zone *zone,
                       struct fp_window *ret_window, struct fp_baseline_lack *lack)
{
    struct fp_window found = { 0 };
    int rc = FP_OK;

    switch (spec->kind) {
    case FP_BASELINE_PREVIOUS:
        if (fp_window_previous(window, zone, &found, NULL) < 0)
            rc = none(lack, "lacks_earlier", window->label);
        break;
    case FP_BASELINE_PREVIOUS_WEEK: rc = week_before(window, zone, &found, lack); break;
    case FP_BASELINE_DAY: rc = that_day(spec, window, zone, &found, lack); break;
    default: rc = none(lack, "lacks_none_asked", ""); break;
    }
    if (rc == FP_OK)
        *ret_window = found;
    return rc;
}
