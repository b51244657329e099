#include "publish/retention.h"

#include <stdlib.h>

#define DAY INT64_C(86400)

static bool is_set(const struct fp_retention_limits *limits)
{
    return limits->keep_days || limits->keep_nights || limits->max_bytes;
}

bool fp_retention_is_set(const struct fp_retention_config *limits)
{
    return is_set(&limits->nights) || is_set(&limits->profiles);
}

const char *fp_retention_name(enum fp_retention why)
{
    static const char *const names[] = { "", "keep_days", "keep_nights", "max_bytes" };

    return names[why];
}

/* The nights in the order in which they go: `order[0]` ends last. */
struct view {
    const struct fp_retention_night *nights;
    const size_t *order;
    size_t count;
};

static const struct fp_retention_night *night_at(const struct view *view, size_t i)
{
    return &view->nights[view->order[i]];
}

/* The first with data from `i` on; count = there is none. */
static size_t next_with_data(const struct view *view, size_t i)
{
    while (i < view->count && !night_at(view, i)->has_data)
        i++;
    return i;
}

/* Manifests may name any time. */
static bool is_older(const struct fp_retention_night *night, const struct fp_retention_night *reference, int64_t days)
{
    int64_t age;

    if (__builtin_sub_overflow(reference->end, night->end, &age))
        return night->end < reference->end;
    return age > days * DAY;
}

/* The newest night with data that is believed; count = there is none. One that stands alone so far ahead of all others may
 * be that of a wrong clock, and would take them all with it: only a second one beside it is proof. */
static size_t find_reference(const struct view *view, const struct fp_retention_limits *limits)
{
    size_t newest = next_with_data(view, 0), second = newest < view->count ? next_with_data(view, newest + 1) : view->count;
    int64_t far = limits->keep_days && limits->keep_days < FP_RETENTION_FAR ? limits->keep_days : FP_RETENTION_FAR;

    return second < view->count && is_older(night_at(view, second), night_at(view, newest), far) ? second : newest;
}

/* By age and number alone, of one that is not bound. `place`: how many with data are newer. `reference`: NULL = no night
 * has data, so none is old. */
static enum fp_retention judge_one(const struct fp_retention_limits *limits, const struct fp_retention_night *night,
                                   size_t place, const struct fp_retention_night *reference)
{
    if (limits->keep_days && reference && is_older(night, reference, limits->keep_days))
        return FP_RETENTION_DAYS;
    if (limits->keep_nights && place >= (size_t)limits->keep_nights)
        return FP_RETENTION_NIGHTS;
    return FP_RETENTION_STAYS;
}

static int64_t add(int64_t a, int64_t b)
{
    return a > INT64_MAX - b ? INT64_MAX : a + b;
}

/* The newest stay while there is room beside what may not go. Sums only rise, so none that is too large to count is ever
 * taken for less. */
struct room {
    int64_t max, used; /* max 0 = no limit */
    bool full;
};

static bool has_no_room(struct room *room, int64_t bytes)
{
    room->full = room->full || (room->max && add(room->used, bytes) > room->max);
    if (!room->full)
        room->used = add(room->used, bytes);
    return room->full;
}

static void judge_profiles(const struct fp_retention_limits *limits, const struct view *view,
                           struct fp_retention_verdict *verdicts)
{
    struct room room = { limits->max_bytes, 0, false };
    size_t reference = find_reference(view, limits), place = 0;

    for (size_t i = 0; i < view->count; i++)
        if (view->nights[i].bound)
            room.used = add(room.used, view->nights[i].profiles);
    for (size_t i = 0; i < view->count; i++) {
        const struct fp_retention_night *night = night_at(view, i);
        struct fp_retention_verdict *verdict = &verdicts[view->order[i]];

        verdict->profiles = FP_RETENTION_STAYS;
        if (!night->bound && night->profiles) {
            verdict->profiles = judge_one(limits, night, place, reference < view->count ? night_at(view, reference) : NULL);
            if (!verdict->profiles && has_no_room(&room, night->profiles))
                verdict->profiles = FP_RETENTION_BYTES;
        }
        place += night->has_data && i >= reference;
    }
}

static void judge_nights(const struct fp_retention_limits *limits, const struct view *view,
                         struct fp_retention_verdict *verdicts)
{
    struct room room = { limits->max_bytes, 0, false };
    size_t reference = find_reference(view, limits), place = 0;

    for (size_t i = 0; i < view->count; i++)
        if (view->nights[i].bound)
            room.used = add(room.used, view->nights[i].bytes);
    for (size_t i = 0; i < view->count; i++) {
        const struct fp_retention_night *night = night_at(view, i);
        struct fp_retention_verdict *verdict = &verdicts[view->order[i]];

        verdict->night = FP_RETENTION_STAYS;
        if (!night->bound) {
            verdict->night = judge_one(limits, night, place, reference < view->count ? night_at(view, reference) : NULL);
            if (!verdict->night && has_no_room(&room, verdict->profiles ? night->bytes - night->profiles : night->bytes))
                verdict->night = FP_RETENTION_BYTES;
            if (verdict->night)
                verdict->profiles = FP_RETENTION_STAYS;
        }
        place += night->has_data && i >= reference;
    }
}

/* The last to end first; of those the one that begins last, as the list has them. */
static int by_end(const void *pa, const void *pb, void *ctx)
{
    const struct fp_retention_night *nights = ctx;
    size_t a = *(const size_t *)pa, b = *(const size_t *)pb;

    if (nights[a].end != nights[b].end)
        return nights[a].end > nights[b].end ? -1 : 1;
    return (a > b) - (a < b);
}

int fp_retention_judge(const struct fp_retention_config *limits, struct fp_retention_night *nights, size_t count,
                       struct fp_retention_verdict *verdicts, struct fp_error *err)
{
    size_t *order = calloc(count + 1, sizeof *order), newest;
    const struct view view = { nights, order, count };

    if (!order)
        return fp_error_nomem(err);
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    if (count)
        qsort_r(order, count, sizeof *order, by_end, nights);
    newest = next_with_data(&view, 0);
    if (count)
        nights[0].bound = true;
    if (newest < count)
        nights[order[newest]].bound = true;
    judge_profiles(&limits->profiles, &view, verdicts);
    judge_nights(&limits->nights, &view, verdicts);
    free(order);
    return FP_OK;
}
