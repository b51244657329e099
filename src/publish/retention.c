#include "publish/retention.h"

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

/* The newest with data, which is then bound; count = none has any. */
static size_t bind_newest(struct fp_retention_night *nights, size_t count)
{
    size_t newest = 0;

    while (newest < count && !nights[newest].has_data)
        newest++;
    if (count)
        nights[0].bound = true;
    if (newest < count)
        nights[newest].bound = true;
    return newest;
}

/* Manifests may name any time. */
static bool is_older(const struct fp_retention_night *night, const struct fp_retention_night *reference, int64_t days)
{
    int64_t age;

    if (__builtin_sub_overflow(reference->end, night->end, &age))
        return night->end < reference->end;
    return age > days * DAY;
}

/* By age and number alone, of one that is not bound. `reference`: NULL = no night has data, so none is old. */
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

static void judge_profiles(const struct fp_retention_limits *limits, const struct fp_retention_night *nights, size_t count,
                           const struct fp_retention_night *reference, struct fp_retention_verdict *verdicts)
{
    struct room room = { limits->max_bytes, 0, false };

    for (size_t i = 0; i < count; i++)
        if (nights[i].bound)
            room.used = add(room.used, nights[i].profiles);
    for (size_t i = 0; i < count; i++) {
        verdicts[i].profiles = FP_RETENTION_STAYS;
        if (nights[i].bound || !nights[i].profiles)
            continue;
        verdicts[i].profiles = judge_one(limits, &nights[i], i, reference);
        if (!verdicts[i].profiles && has_no_room(&room, nights[i].profiles))
            verdicts[i].profiles = FP_RETENTION_BYTES;
    }
}

static void judge_nights(const struct fp_retention_limits *limits, const struct fp_retention_night *nights, size_t count,
                         const struct fp_retention_night *reference, struct fp_retention_verdict *verdicts)
{
    struct room room = { limits->max_bytes, 0, false };

    for (size_t i = 0; i < count; i++)
        if (nights[i].bound)
            room.used = add(room.used, nights[i].bytes);
    for (size_t i = 0; i < count; i++) {
        verdicts[i].night = FP_RETENTION_STAYS;
        if (nights[i].bound)
            continue;
        verdicts[i].night = judge_one(limits, &nights[i], i, reference);
        if (!verdicts[i].night &&
            has_no_room(&room, verdicts[i].profiles ? nights[i].bytes - nights[i].profiles : nights[i].bytes))
            verdicts[i].night = FP_RETENTION_BYTES;
        if (verdicts[i].night)
            verdicts[i].profiles = FP_RETENTION_STAYS;
    }
}

void fp_retention_judge(const struct fp_retention_config *limits, struct fp_retention_night *nights, size_t count,
                        struct fp_retention_verdict *verdicts)
{
    size_t newest = bind_newest(nights, count);
    const struct fp_retention_night *reference = newest < count ? &nights[newest] : NULL;

    judge_profiles(&limits->profiles, nights, count, reference, verdicts);
    judge_nights(&limits->nights, nights, count, reference, verdicts);
}
