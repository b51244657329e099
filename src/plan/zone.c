#include "plan/zone.h"

#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

#define NAME_SIZE 64 /* the longest IANA name has 32 bytes */

struct fp_zone {
    GTimeZone *zone;
    char name[NAME_SIZE];
};

/* ---- civil dates ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Years are counted from March, so that the leap day is the last of its year; 400 years are 146,097 days. */
int64_t fp_date_to_days(struct fp_date date)
{
    int64_t year = date.month > 2 ? date.year : date.year - 1;
    int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    int64_t era = floor_div(year, 400);
    int64_t of_era = year - era * 400;
    int64_t day_of_year = (153 * month + 2) / 5 + date.day - 1; /* 153 days in five months from March on */

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719468;
}

struct fp_date fp_date_from_days(int64_t days)
{
    int64_t from_march = days + 719468; /* since 0000-03-01 */
    int64_t era = floor_div(from_march, 146097);
    int64_t of_era = from_march - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t day_of_year = of_era - (year * 365 + year / 4 - year / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    struct fp_date date;

    date.day = (int)(day_of_year - (153 * month + 2) / 5 + 1);
    date.month = (int)(month < 10 ? month + 3 : month - 9);
    date.year = year + era * 400 + (date.month <= 2);
    return date;
}

int fp_month_length(int64_t year, int month)
{
    static const int lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month == 2 && leap ? 29 : lengths[month - 1];
}

int fp_weekday(int64_t days)
{
    return (int)(days + 3 - 7 * floor_div(days + 3, 7)); /* 1970-01-01 was a Thursday */
}

/* ---- zones ---- */

/*
 * IANA names begin with a capital and hold nothing that could leave the zone directory. Stricter than
 * GLib, which would open any file and read POSIX rules: "UTC+8" is eight hours *behind* UTC there,
 * which is hardly what was meant. A rule has digits and no slash; four such names are in IANA's list.
 */
static bool is_zone_name(const char *name)
{
    static const char *const with_digits[] = { "EST5EDT", "CST6CDT", "MST7MDT", "PST8PDT" };
    size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/");

    if (name[n] || n >= NAME_SIZE || name[0] < 'A' || name[0] > 'Z')
        return false;
    if (strchr(name, '/') || !strpbrk(name, "0123456789"))
        return true;
    for (size_t i = 0; i < sizeof with_digits / sizeof *with_digits; i++)
        if (strcmp(name, with_digits[i]) == 0)
            return true;
    return false;
}

/* The name in "Asia/Shanghai", ":Asia/Shanghai" or "/usr/share/zoneinfo/Asia/Shanghai"; NULL for none. */
static const char *iana_name(const char *identifier)
{
    const char *directory;

    if (!identifier)
        return NULL;
    if (*identifier == ':')
        identifier++;
    directory = strstr(identifier, "/zoneinfo/");
    if (directory)
        identifier = directory + strlen("/zoneinfo/");
    return is_zone_name(identifier) ? identifier : NULL;
}

/* TZ when it names a zone (GLib does not know the form ":Asia/Shanghai"), else whatever GLib finds. */
static GTimeZone *system_zone(void)
{
    const char *name = iana_name(getenv("TZ"));
    GTimeZone *zone = name ? g_time_zone_new_identifier(name) : NULL;

    return zone ? zone : g_time_zone_new_local();
}

static const char *system_name(GTimeZone *zone)
{
    const char *name = iana_name(g_time_zone_get_identifier(zone));

    if (name)
        return name;
    /* a POSIX rule in TZ, or a copied /etc/localtime: it has no name */
    return g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, FP_TIME_MAX) == 0 &&
                   g_time_zone_get_offset(zone, 0) == 0
               ? "UTC"
               : "local";
}

struct fp_zone *fp_zone_new(const char *name, struct fp_error *err)
{
    struct fp_zone *result;
    GTimeZone *zone = NULL;

    if (!name)
        zone = system_zone();
    else if (is_zone_name(name))
        zone = g_time_zone_new_identifier(name);
    if (!zone) {
        fp_error_set(err, FP_EINVAL,
                     "unknown time zone \"%.80s\": give an IANA name such as Asia/Shanghai, Europe/Berlin or "
                     "UTC, upper and lower case as there (and the package tzdata must be installed)",
                     name ? name : "");
        return NULL;
    }
    result = calloc(1, sizeof *result);
    if (!result) {
        g_time_zone_unref(zone);
        fp_error_nomem(err);
        return NULL;
    }
    result->zone = zone;
    snprintf(result->name, sizeof result->name, "%s", name ? name : system_name(zone));
    return result;
}

void fp_zone_free(struct fp_zone *zone)
{
    if (!zone)
        return;
    g_time_zone_unref(zone->zone);
    free(zone);
}

const char *fp_zone_name(const struct fp_zone *zone)
{
    return zone->name;
}

/* ---- instants and wall clocks ---- */

/* GLib numbers the stretches of one offset in the order of time, from 0. */
static int interval_at(const struct fp_zone *zone, int64_t time)
{
    return g_time_zone_find_interval(zone->zone, G_TIME_TYPE_UNIVERSAL, time);
}

int32_t fp_zone_offset(const struct fp_zone *zone, int64_t time)
{
    return zone ? g_time_zone_get_offset(zone->zone, interval_at(zone, time)) : 0;
}

/*
 * Not through G_TIME_TYPE_STANDARD, which guesses: each stretch within two days is tried. An offset is
 * less than a day, so the wanted instant lies within a day of `local` read as UTC.
 */
int64_t fp_zone_instant(const struct fp_zone *zone, int64_t local)
{
    int first, last;

    if (!zone)
        return local;
    first = interval_at(zone, local - FP_DAY);
    last = interval_at(zone, local + FP_DAY);
    for (int i = first; i <= last; i++) {
        int64_t time = local - g_time_zone_get_offset(zone->zone, i);

        if (interval_at(zone, time) == i)
            return time;
    }
    /* In a gap: before it the clock would not be there yet, after it already past. */
    for (int i = first; i < last; i++) {
        int64_t before = local - g_time_zone_get_offset(zone->zone, i);
        int64_t after = local - g_time_zone_get_offset(zone->zone, i + 1);

        if (interval_at(zone, before) > i && interval_at(zone, after) <= i)
            return before;
    }
    return local - g_time_zone_get_offset(zone->zone, first);
}

int64_t fp_zone_midnight(const struct fp_zone *zone, int64_t days)
{
    return fp_zone_instant(zone, days * FP_DAY);
}

int64_t fp_zone_day(const struct fp_zone *zone, int64_t time)
{
    return floor_div(time + fp_zone_offset(zone, time), FP_DAY);
}

/* The instant in (from, to] at which the stretch around `to` began; `from` lies before it. */
static int64_t change_between(const struct fp_zone *zone, int64_t from, int64_t to)
{
    int32_t offset = fp_zone_offset(zone, to);

    while (to - from > 1) {
        int64_t middle = from + (to - from) / 2;

        if (fp_zone_offset(zone, middle) == offset)
            to = middle;
        else
            from = middle;
    }
    return to;
}

int64_t fp_zone_hour(const struct fp_zone *zone, int64_t time)
{
    int32_t offset = fp_zone_offset(zone, time);
    int64_t start = floor_div(time + offset, FP_HOUR) * FP_HOUR - offset;

    return fp_zone_offset(zone, start) == offset ? start : change_between(zone, start, time);
}
