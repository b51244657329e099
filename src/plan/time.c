/* Instants as text, both ways. The promises stand in plan/window.h. */
#include "plan/time.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "plan/zone.h"

/* ---- writing ---- */

struct clock {
    struct fp_date date;
    int hour, minute, second;
};

static struct clock clock_at(int64_t local)
{
    int64_t days = local / FP_DAY - (local % FP_DAY < 0);
    int of_day = (int)(local - days * FP_DAY);

    return (struct clock){ fp_date_from_days(days), of_day / 3600, of_day / 60 % 60, of_day % 60 };
}

char *fp_offset_format(char to[FP_OFFSET_TEXT], int32_t offset)
{
    int32_t size = offset < 0 ? -offset : offset;
    int n = snprintf(to, FP_OFFSET_TEXT, "%c%02d:%02d", offset < 0 ? '-' : '+', size / 3600 % 100,
                     size / 60 % 60);

    if (size % 60) /* local mean time, before zones were agreed on */
        snprintf(to + n, FP_OFFSET_TEXT - (size_t)n, ":%02d", size % 60);
    return to;
}

char *fp_time_format(char to[FP_TIME_TEXT], int64_t time, const struct fp_zone *zone)
{
    int32_t offset = fp_zone_offset(zone, time);
    struct clock c = clock_at(time + offset);
    char suffix[FP_OFFSET_TEXT] = "UTC";

    if (zone)
        fp_offset_format(suffix, offset);
    snprintf(to, FP_TIME_TEXT, "%04" PRId64 "-%02d-%02d %02d:%02d:%02d %s", c.date.year, c.date.month,
             c.date.day, c.hour, c.minute, c.second, suffix);
    return to;
}

char *fp_time_rfc3339(char to[FP_TIME_TEXT], int64_t time, const struct fp_zone *zone)
{
    int32_t offset = fp_zone_offset(zone, time);
    char suffix[FP_OFFSET_TEXT] = "Z";
    struct clock c;

    if (zone && offset % 60 == 0)
        fp_offset_format(suffix, offset);
    else
        offset = 0; /* RFC 3339 has no seconds in an offset: the same instant in UTC */
    c = clock_at(time + offset);
    snprintf(to, FP_TIME_TEXT, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d%s", c.date.year, c.date.month,
             c.date.day, c.hour, c.minute, c.second, suffix);
    return to;
}

/* ---- reading ---- */

/* Takes exactly `digits` decimal digits. */
static bool take_number(const char **at, int digits, int *ret_value)
{
    int value = 0;

    for (int i = 0; i < digits; i++) {
        char c = (*at)[i];

        if (c < '0' || c > '9')
            return false;
        value = 10 * value + (c - '0');
    }
    *at += digits;
    *ret_value = value;
    return true;
}

static bool take(const char **at, char c)
{
    if (**at != c)
        return false;
    ++*at;
    return true;
}

bool fp_count_take(const char **at, int64_t max, int64_t *ret_value)
{
    int64_t value = 0;
    bool any = false;

    for (; **at >= '0' && **at <= '9'; ++*at) {
        value = 10 * value + (**at - '0');
        if (value > max)
            return false;
        any = true;
    }
    if (any)
        *ret_value = value;
    return any;
}

const char *fp_date_take(const char **at, int64_t *ret_days)
{
    int year, month, day;

    if (!take_number(at, 4, &year) || !take(at, '-') || !take_number(at, 2, &month) || !take(at, '-') ||
        !take_number(at, 2, &day))
        return "this is no date YYYY-MM-DD";
    if (month < 1 || month > 12)
        return "the month must be 01 to 12";
    if (day < 1 || day > fp_month_length(year, month))
        return "that month does not have this day";
    if (year < 1970 || year > 9998)
        return "the year must be 1970 to 9998";
    *ret_days = fp_date_to_days((struct fp_date){ year, month, day });
    return NULL;
}

/* THH:MM[:SS[.000]]; 24:00 is the end of the day. */
static const char *take_clock(const char **at, int64_t *ret_seconds)
{
    int hour, minute, second = 0;

    if (!take_number(at, 2, &hour) || !take(at, ':') || !take_number(at, 2, &minute))
        return "after the date comes a time THH:MM or THH:MM:SS";
    if (take(at, ':') && !take_number(at, 2, &second))
        return "the seconds have two digits";
    if (**at == '.') {
        *at += 1 + strspn(*at + 1, "0");
        if (**at >= '0' && **at <= '9')
            return "only whole seconds can be asked for";
    }
    if (hour > 24 || minute > 59 || second > 59 || (hour == 24 && (minute || second)))
        return "there is no such time of day";
    *ret_seconds = hour * FP_HOUR + minute * 60 + second;
    return NULL;
}

/* Z or ±HH:MM; *ret_given is false when there is none. */
static const char *take_offset(const char **at, bool *ret_given, int64_t *ret_offset)
{
    int hour, minute, sign = **at == '-' ? -1 : 1;

    *ret_given = true;
    *ret_offset = 0;
    if (take(at, 'z') || take(at, 'Z'))
        return NULL;
    if (!take(at, '+') && !take(at, '-')) {
        *ret_given = false;
        return NULL;
    }
    if (!take_number(at, 2, &hour) || !take(at, ':') || !take_number(at, 2, &minute) || hour > 23 ||
        minute > 59)
        return "an offset from UTC is Z or +HH:MM or -HH:MM";
    *ret_offset = sign * (hour * FP_HOUR + minute * 60);
    return NULL;
}

/* @unix */
static const char *take_unix(const char **at, int64_t *ret_time)
{
    ++*at;
    return fp_count_take(at, FP_TIME_MAX, ret_time) ? NULL : "after @ come unix seconds, 0 to 253370764799";
}

const char *fp_instant_take(const char **at, const struct fp_zone *zone, int64_t *ret_time)
{
    int64_t days, seconds = 0, offset, time;
    const char *reason;
    bool given = false;

    if (**at == '@')
        return take_unix(at, ret_time);
    reason = fp_date_take(at, &days);
    if (!reason && (take(at, 't') || take(at, 'T') || take(at, ' '))) {
        reason = take_clock(at, &seconds);
        if (!reason)
            reason = take_offset(at, &given, &offset);
    }
    if (reason)
        return reason;
    if (given)
        time = days * FP_DAY + seconds - offset;
    else
        time = fp_zone_instant(zone, days * FP_DAY + seconds);
    if (time < FP_TIME_MIN || time > FP_TIME_MAX)
        return "the year must be 1970 to 9998";
    *ret_time = time;
    return NULL;
}

/* Units of a duration in the order ISO 8601 wants them; `time` ones stand after the T. */
static const struct {
    char letter;
    bool time;
    int64_t seconds;
} duration_units[] = {
    { 'w', false, 7 * FP_DAY }, { 'd', false, FP_DAY }, { 'h', true, FP_HOUR },
    { 'm', true, 60 },          { 's', true, 1 },
};

#define DURATION_UNITS (sizeof duration_units / sizeof *duration_units)

const char *fp_duration_take(const char **at, int64_t *ret_seconds)
{
    static const char form[] = "a duration looks like PT9H, PT9H30M, P1D or P1W (years and months vary in "
                               "length)";
    int64_t sum = 0;
    bool time = false, any = false;
    size_t next = 0;

    if (!take(at, 'p') && !take(at, 'P'))
        return form;
    while (**at) {
        int64_t count;
        size_t unit = next;

        if (!time && (take(at, 't') || take(at, 'T'))) {
            time = true;
            any = false; /* something must follow */
            continue;
        }
        if (!fp_count_take(at, FP_TIME_MAX, &count))
            return form;
        while (unit < DURATION_UNITS &&
               !(duration_units[unit].letter == (**at | 0x20) && duration_units[unit].time == time))
            unit++;
        if (unit == DURATION_UNITS)
            return form;
        ++*at;
        if (count > (FP_TIME_MAX - sum) / duration_units[unit].seconds)
            return "the duration is too long";
        sum += count * duration_units[unit].seconds;
        next = unit + 1;
        any = true;
    }
    if (!any)
        return form;
    *ret_seconds = sum;
    return NULL;
}

int fp_time_parse(const char *text, const struct fp_zone *zone, int64_t *ret_time, struct fp_error *err)
{
    const char *at = text + strspn(text, " \t");
    const char *reason;
    int64_t time;

    reason = fp_instant_take(&at, zone, &time);
    if (!reason && at[strspn(at, " \t")])
        reason = "something follows that does not belong there";
    if (reason)
        return fp_error_set(err, FP_EINVAL, "time \"%.60s\": %s; accepted: " FP_INSTANT_FORMS, text, reason);
    *ret_time = time;
    return FP_OK;
}
