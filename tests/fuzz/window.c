/* Window specs: two bytes choose a zone and a present, the rest is what somebody wrote. */
#include "plan/window.h"

#include "fuzz.h"
#include "plan/zone.h"

static const char *const zone_names[] = { "UTC", "Asia/Shanghai", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia",
                                          "America/St_Johns" };
enum { ZONES = sizeof zone_names / sizeof *zone_names };

static const int64_t presents[] = { 1795157229, 1774746000, 1792976400, 1325235600, 86399, INT64_C(253370000000) };
enum { PRESENTS = sizeof presents / sizeof *presents };

static const struct fp_zone *zone_of(uint8_t byte)
{
    static struct fp_zone *zones[ZONES]; /* looking them up takes long */
    size_t which = byte % ZONES;

    if (!zones[which])
        zones[which] = fp_zone_new(zone_names[which], NULL);
    FUZZ_CHECK(zones[which]);
    return zones[which];
}

static void check_window(const struct fp_window *window, const struct fp_zone *zone)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window again;

    FUZZ_CHECK(window->start < window->end);
    FUZZ_CHECK(window->start >= FP_TIME_MIN && window->end <= FP_TIME_MAX + 1);
    FUZZ_CHECK(memchr(window->label, 0, sizeof window->label) && window->label[0]);
    FUZZ_CHECK(memchr(window->path, 0, sizeof window->path) && window->path[0]);
    FUZZ_CHECK(strspn(window->path, "0123456789TZ/-") == strlen(window->path));
    for (const char *c = window->label; *c; c++)
        FUZZ_CHECK((unsigned char)*c >= 0x20 && *c != 0x7F);
    FUZZ_CHECK(fp_window_make(window->start, window->end, zone, &again, &err) == FP_OK);
    FUZZ_CHECK(strcmp(again.path, window->path) == 0 || window->cut);
}

static void check_spec(const char *spec, const struct fp_zone *zone, int64_t now)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_window window, before, last[3];
    size_t count;
    int rc = fp_window_parse(spec, zone, now, &window, &err);

    if (rc < 0) {
        fuzz_check_error(rc, &err);
        return;
    }
    check_window(&window, zone);
    fp_error_clear(&err);
    rc = fp_window_previous(&window, zone, &before, &err);
    if (rc == FP_OK) {
        check_window(&before, zone);
        FUZZ_CHECK(before.end <= window.start);
    } else {
        fuzz_check_error(rc, &err);
    }
    fp_error_clear(&err);
    rc = fp_window_last(spec, zone, now, 3, last, &count, &err);
    if (rc < 0)
        fuzz_check_error(rc, &err);
    for (size_t i = 0; rc == FP_OK && i < count; i++) {
        check_window(&last[i], zone);
        FUZZ_CHECK(last[i].end <= now && (i == 0 || last[i].end <= last[i - 1].start));
    }
}

static void check_time(const char *text, const struct fp_zone *zone)
{
    struct fp_error err = FP_ERROR_INIT;
    char written[FP_TIME_TEXT];
    int64_t time, again;
    int rc = fp_time_parse(text, zone, &time, &err);

    if (rc < 0) {
        fuzz_check_error(rc, &err);
        return;
    }
    FUZZ_CHECK(fp_time_parse(fp_time_rfc3339(written, time, NULL), zone, &again, &err) == FP_OK && again == time);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct fp_zone *zone;
    int64_t now;
    char *spec;

    if (size < 2)
        return 0;
    zone = zone_of(data[0]);
    now = presents[data[1] % PRESENTS];
    spec = strndup((const char *)data + 2, size - 2);
    FUZZ_CHECK(spec);
    check_spec(spec, zone, now);
    check_time(spec, zone);
    free(spec);
    return 0;
}
