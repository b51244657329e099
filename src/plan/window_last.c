#include "plan/window.h"

#define YEAR_AND_MORE (INT64_C(400) * 86400)

/* Is it the same window at another moment? */
static bool is_same_at(const char *spec, const struct fp_zone *zone, int64_t now, const struct fp_window *window)
{
    struct fp_window other;

    return fp_window_parse(spec, zone, now, &other, NULL) == FP_OK && other.start == window->start &&
           other.end == window->end;
}

int fp_window_last(const char *spec, const struct fp_zone *zone, int64_t now, size_t max, struct fp_window *ret_windows,
                   size_t *ret_count, struct fp_error *err)
{
    struct fp_window window;
    size_t count = 0;
    bool always;
    int rc = fp_window_parse(spec, zone, now, &window, err);

    if (rc < 0)
        return rc;
    /* a second may be the last one of a day: both sides are looked at */
    if (!is_same_at(spec, zone, now - 1, &window) && !is_same_at(spec, zone, now + 1, &window))
        return fp_error_set(err, FP_EINVAL, "\"%s\" is another window every second: there is no earlier one to take up again",
                            spec);
    always = is_same_at(spec, zone, now + YEAR_AND_MORE, &window);
    for (size_t i = 0; i < max; i++) {
        struct fp_window before;

        if (window.end <= now)
            ret_windows[count++] = window;
        if (always || fp_window_previous(&window, zone, &before, NULL) < 0)
            break;
        window = before;
    }
    *ret_count = count;
    return FP_OK;
}
