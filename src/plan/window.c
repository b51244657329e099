#include "plan/window.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "plan/time.h"
#include "plan/zone.h"

#define SPEC_SIZE 160 /* far longer than any sensible spec */

#define WINDOW_FORMS                                                                                         \
    "yesterday, today, last 15m|6h|7d, hour, previous hour, week, last week, month, last month, "            \
    "2026-11-20, 2026-11-20T09:00/2026-11-20T18:00, 2026-11-20T09:00/PT9H; an instant may also be "          \
    "2026-11-20T09:00:30, 2026-11-20T09:00+08:00, 2026-11-20T01:00Z or @1795136400"

/* ---- label and path ---- */

static const char *const weekdays[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" };
static const struct {
    const char *brief, *full;
} months[] = {
    { "Jan", "January" },   { "Feb", "February" }, { "Mar", "March" },    { "Apr", "April" },
    { "May", "May" },       { "Jun", "June" },     { "Jul", "July" },     { "Aug", "August" },
    { "Sep", "September" }, { "Oct", "October" },  { "Nov", "November" }, { "Dec", "December" },
};

#define PART_TEXT 48

/* Adds to the label; what does not fit is cut. */
static void add(struct fp_window *window, const char *text)
{
    size_t len = strlen(window->label), n = strlen(text);

    if (n > sizeof window->label - 1 - len)
        n = sizeof window->label - 1 - len;
    memcpy(window->label + len, text, n);
    window->label[len + n] = '\0';
}

/* "Fri 20 Nov 2026" */
static void date_text(char to[PART_TEXT], int64_t days)
{
    struct fp_date date = fp_date_from_days(days);

    snprintf(to, PART_TEXT, "%s %d %s %" PRId64, weekdays[fp_weekday(days)], date.day,
             months[date.month - 1].brief, date.year);
}

/* "09:00", or "09:00:05" when `seconds` */
static void clock_text(char to[PART_TEXT], int64_t of_day, bool seconds)
{
    int n = snprintf(to, PART_TEXT, "%02d:%02d", (int)(of_day / 3600), (int)(of_day / 60 % 60));

    if (seconds)
        snprintf(to + n, PART_TEXT - (size_t)n, ":%02d", (int)(of_day % 60));
}

/* A day that the clocks made longer or shorter says so: a total over it does not compare as it stands. */
static void label_day(struct fp_window *window, int64_t days)
{
    int64_t length = window->end - window->start;
    char date[PART_TEXT], hours[PART_TEXT] = "";

    date_text(date, days);
    if (length % FP_HOUR == 0 && length != FP_DAY)
        snprintf(hours, sizeof hours, " (%d hours)", (int)(length / FP_HOUR));
    else if (length % (FP_HOUR / 2) == 0 && length != FP_DAY)
        snprintf(hours, sizeof hours, " (%d.5 hours)", (int)(length / FP_HOUR));
    else if (length != FP_DAY)
        snprintf(hours, sizeof hours, " (%d h %d min)", (int)(length / FP_HOUR), (int)(length / 60 % 60));
    add(window, date);
    add(window, hours);
}

/* "November 2026", or "Mon 16 Nov 2026 to Sun 22 Nov 2026" */
static void label_days(struct fp_window *window, int64_t first, int64_t last)
{
    struct fp_date from = fp_date_from_days(first), to = fp_date_from_days(last);
    char from_text[PART_TEXT], to_text[PART_TEXT];

    if (from.day == 1 && from.year == to.year && from.month == to.month &&
        to.day == fp_month_length(to.year, to.month)) {
        snprintf(window->label, sizeof window->label, "%s %" PRId64, months[from.month - 1].full, from.year);
        return;
    }
    date_text(from_text, first);
    date_text(to_text, last);
    add(window, from_text);
    add(window, " to ");
    add(window, to_text);
}

static void add_offset(struct fp_window *window, int32_t offset)
{
    char text[FP_OFFSET_TEXT];

    add(window, " (");
    add(window, fp_offset_format(text, offset));
    add(window, ")");
}

/*
 * The end is read as the last second's successor, in the last second's offset and on its day: 24:00,
 * not 00:00 of a day the window has no part in.
 */
static void label_span(struct fp_window *window, const struct fp_zone *zone)
{
    int32_t first_offset = fp_zone_offset(zone, window->start);
    int32_t last_offset = fp_zone_offset(zone, window->end - 1);
    int64_t first = fp_zone_day(zone, window->start), last = fp_zone_day(zone, window->end - 1);
    int64_t from = window->start + first_offset - first * FP_DAY;
    int64_t to = window->end + last_offset - last * FP_DAY;
    bool seconds = from % 60 || to % 60;
    char text[PART_TEXT];

    date_text(text, first);
    add(window, text);
    add(window, ", ");
    clock_text(text, from, seconds);
    add(window, text);
    if (first_offset != last_offset)
        add_offset(window, first_offset);
    add(window, " to ");
    if (first != last) {
        date_text(text, last);
        add(window, text);
        add(window, ", ");
    }
    clock_text(text, to, seconds);
    add(window, text);
    add_offset(window, last_offset);
}

static void name_window(struct fp_window *window, const struct fp_zone *zone)
{
    int64_t first = fp_zone_day(zone, window->start), last = fp_zone_day(zone, window->end - 1);
    bool from_midnight = window->start == fp_zone_midnight(zone, first);
    struct fp_date utc = fp_date_from_days(window->start / FP_DAY), local = fp_date_from_days(first);
    int of_day = (int)(window->start % FP_DAY);

    window->whole_day = from_midnight && window->end == fp_zone_midnight(zone, first + 1);
    if (window->whole_day)
        label_day(window, first);
    else if (from_midnight && last > first && window->end == fp_zone_midnight(zone, last + 1))
        label_days(window, first, last);
    else
        label_span(window, zone);
    if (window->whole_day)
        snprintf(window->path, sizeof window->path, "%04" PRId64 "/%02d/%02d", local.year, local.month,
                 local.day);
    else
        snprintf(window->path, sizeof window->path, "%04" PRId64 "/%02d/%02dT%02d%02d%02dZ-%" PRId64,
                 utc.year, utc.month, utc.day, of_day / 3600, of_day / 60 % 60, of_day % 60,
                 window->end - window->start);
}

/* NULL, or why these bounds make no window. */
static const char *check_bounds(int64_t start, int64_t end)
{
    if (start < FP_TIME_MIN || start > FP_TIME_MAX || end < FP_TIME_MIN || end > FP_TIME_MAX)
        return "it must lie between 1970 and 9998";
    if (start == end)
        return "it is empty: start and end are the same second";
    if (start > end)
        return "its end lies before its start";
    return NULL;
}

int fp_window_make(int64_t start, int64_t end, const struct fp_zone *zone, struct fp_window *ret_window,
                   struct fp_error *err)
{
    const char *reason = check_bounds(start, end);
    struct fp_window window = { .start = start, .end = end };

    if (reason)
        return fp_error_set(err, FP_EINVAL, "window @%" PRId64 "/@%" PRId64 ": %s", start, end, reason);
    name_window(&window, zone);
    *ret_window = window;
    return FP_OK;
}

/* ---- specs ---- */

/* Everything a form needs, and what it finds. */
struct request {
    const struct fp_zone *zone;
    int64_t now;
    int64_t start, end;
    bool cut;
};

static int64_t day_start(const struct fp_zone *zone, int64_t time)
{
    return fp_zone_midnight(zone, fp_zone_day(zone, time));
}

static int64_t week_start(const struct fp_zone *zone, int64_t time)
{
    int64_t days = fp_zone_day(zone, time);

    return fp_zone_midnight(zone, days - fp_weekday(days));
}

static int64_t month_start(const struct fp_zone *zone, int64_t time)
{
    struct fp_date date = fp_date_from_days(fp_zone_day(zone, time));

    date.day = 1;
    return fp_zone_midnight(zone, fp_date_to_days(date));
}

static const struct {
    const char *word;
    int64_t (*start_of)(const struct fp_zone *zone, int64_t time); /* of the period around `time` */
    bool previous; /* the one before now's, whole; else from its start to now */
} periods[] = {
    { "yesterday", day_start, true },        { "today", day_start, false },
    { "previous hour", fp_zone_hour, true }, { "hour", fp_zone_hour, false },
    { "last week", week_start, true },       { "week", week_start, false },
    { "last month", month_start, true },     { "month", month_start, false },
};

static const char begins_now[] = "it begins this very second: there is nothing in it yet";

/*
 * The period before is the one around the second before this one: so "yesterday" is the day before even
 * where a zone skipped a day, and no second lies between the two.
 */
static bool parse_period(struct request *request, const char *spec, const char **ret_reason)
{
    for (size_t i = 0; i < sizeof periods / sizeof *periods; i++) {
        if (strcmp(spec, periods[i].word) != 0)
            continue;
        request->end = request->now;
        request->start = periods[i].start_of(request->zone, request->now);
        if (periods[i].previous) {
            request->end = request->start;
            request->start = periods[i].start_of(request->zone, request->end - 1);
        } else {
            request->cut = periods[i].start_of == day_start;
        }
        if (request->start == request->end)
            *ret_reason = begins_now;
        return true;
    }
    return false;
}

static const char *parse_last(struct request *request, const char *count)
{
    static const struct {
        const char *unit;
        int64_t seconds;
    } spans[] = { { "m", 60 }, { "h", FP_HOUR }, { "d", FP_DAY } };
    int64_t n;

    if (!fp_count_take(&count, FP_TIME_MAX / FP_DAY, &n) || n == 0)
        return "after \"last\" comes a number such as 15m, 6h or 7d (or week, or month)";
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        if (strcmp(count, spans[i].unit) != 0)
            continue;
        request->end = request->now;
        request->start = request->now - n * spans[i].seconds;
        return NULL;
    }
    return "the unit of \"last\" is m, h or d";
}

static const char one_instant[] = "one instant is no window: give START/END";

static const char *parse_day(struct request *request, const char *spec)
{
    const char *at = spec;
    const char *reason;
    int64_t days, instant;

    reason = fp_date_take(&at, &days);
    if (reason)
        return reason;
    if (*at) {
        at = spec;
        reason = fp_instant_take(&at, request->zone, &instant);
        if (reason)
            return reason;
        return *at ? "something follows that does not belong there" : one_instant;
    }
    request->start = fp_zone_midnight(request->zone, days);
    request->end = fp_zone_midnight(request->zone, days + 1);
    return request->start == request->end ? "the time zone skipped that day" : NULL;
}

/* START/END or START/DURATION */
static const char *parse_pair(struct request *request, const char *spec)
{
    const char *reason = fp_instant_take(&spec, request->zone, &request->start);
    int64_t seconds;

    if (reason)
        return reason;
    spec += *spec == ' ';
    if (*spec != '/')
        return "something stands before the / that does not belong there";
    spec++;
    spec += *spec == ' ';
    if (*spec == 'p') {
        reason = fp_duration_take(&spec, &seconds);
        if (!reason)
            request->end = request->start + seconds;
    } else {
        reason = fp_instant_take(&spec, request->zone, &request->end);
    }
    if (reason)
        return reason;
    return *spec ? "something follows that does not belong there" : NULL;
}

/* Lower case, single spaces, none at the ends; false when it does not fit. */
static bool normalise(char to[SPEC_SIZE], const char *spec)
{
    size_t n = 0;

    for (; *spec; spec++) {
        char c = *spec == '\t' || *spec == '\n' ? ' ' : *spec;

        if (c == ' ' && (n == 0 || to[n - 1] == ' '))
            continue;
        if (n == SPEC_SIZE - 1)
            return false;
        to[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
    }
    if (n && to[n - 1] == ' ')
        n--;
    to[n] = '\0';
    return true;
}

static const char *parse_spec(struct request *request, const char *spec)
{
    const char *reason = NULL;

    if (!*spec)
        return "nothing was given";
    if (parse_period(request, spec, &reason))
        return reason;
    if (strncmp(spec, "last ", 5) == 0)
        return parse_last(request, spec + 5);
    if (strchr(spec, '/'))
        return parse_pair(request, spec);
    if (*spec == '@')
        return one_instant;
    if (*spec >= '0' && *spec <= '9')
        return parse_day(request, spec);
    return "there is no such form";
}

int fp_window_parse(const char *spec, const struct fp_zone *zone, int64_t now, struct fp_window *ret_window,
                    struct fp_error *err)
{
    struct request request = { .zone = zone, .now = now };
    const char *reason = "it is too long";
    char plain[SPEC_SIZE];

    if (normalise(plain, spec))
        reason = parse_spec(&request, plain);
    if (!reason)
        reason = check_bounds(request.start, request.end);
    if (reason == begins_now)
        return fp_error_set(err, FP_ENOTFOUND, "window \"%.60s\": %s", spec, reason);
    if (reason)
        return fp_error_set(err, FP_EINVAL, "window \"%.60s%s\": %s; accepted: " WINDOW_FORMS, spec,
                            strlen(spec) > 60 ? "…" : "", reason);
    if (fp_window_make(request.start, request.end, zone, ret_window, err) < 0)
        return FP_EINVAL;
    ret_window->cut = request.cut;
    return FP_OK;
}

int fp_window_between(const char *since, const char *until, const struct fp_zone *zone, int64_t now,
                      struct fp_window *ret_window, struct fp_error *err)
{
    int64_t start, end = now;
    const char *reason;
    int status;

    status = fp_time_parse(since, zone, &start, err);
    if (status < 0) {
        fp_error_prepend(err, "since");
        return status;
    }
    status = until ? fp_time_parse(until, zone, &end, err) : FP_OK;
    if (status < 0) {
        fp_error_prepend(err, "until");
        return status;
    }
    reason = check_bounds(start, end);
    if (reason)
        return fp_error_set(err, FP_EINVAL, "window since \"%.60s\" until \"%.60s\": %s; move one of them",
                            since, until ? until : "now", reason);
    return fp_window_make(start, end, zone, ret_window, err);
}

int fp_window_until(struct fp_window *window, const struct fp_zone *zone, int64_t now, struct fp_error *err)
{
    char time[FP_TIME_TEXT];
    int status;

    if (window->start >= now)
        return fp_error_set(err, FP_EINVAL, "%s has not begun: now it is %s; press it when it is over", window->label,
                            fp_time_format(time, now, zone));
    if (window->end <= now)
        return FP_OK;
    status = fp_window_make(window->start, now, zone, window, err);
    window->cut = status == FP_OK;
    if (status == FP_OK)
        add(window, ", not over yet");
    return status;
}

/* The start of as many days, or of the month, before a window of whole days; the same length before any other. */
static int64_t start_before(const struct fp_window *window, const struct fp_zone *zone)
{
    int64_t first = fp_zone_day(zone, window->start), last = fp_zone_day(zone, window->end - 1);

    bool from_midnight = window->start == fp_zone_midnight(zone, first);

    if (window->cut && from_midnight && last == first)
        return day_start(zone, window->start - 1); /* a morning is no evening: all of the day before */
    if (!from_midnight || window->end != fp_zone_midnight(zone, last + 1))
        return window->start - (window->end - window->start);
    if (last > first && window->start == month_start(zone, window->start) &&
        month_start(zone, window->end - 1) == window->start && month_start(zone, window->end) == window->end)
        return month_start(zone, window->start - 1);
    if (last == first)
        return day_start(zone, window->start - 1); /* also where the zone skipped a day */
    return fp_zone_midnight(zone, first - (last - first + 1));
}

int fp_window_previous(const struct fp_window *window, const struct fp_zone *zone,
                       struct fp_window *ret_window, struct fp_error *err)
{
    int64_t start = start_before(window, zone);

    if (start < FP_TIME_MIN)
        return fp_error_set(err, FP_EINVAL, "there is no window before %s: it would begin before 1970",
                            window->label);
    return fp_window_make(start, window->start, zone, ret_window, err);
}
