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

/* By age and number alone. `reference`: NULL = no night has data, so none is old. */
static enum fp_retention judge_one(const struct fp_retention_limits *limits, const struct fp_retention_night *night,
                                   size_t place, const struct fp_retention_night *reference)
{
    if (night->bound)
        return FP_RETENTION_STAYS;
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

static int64_t bytes_left(const struct fp_retention_night *night, const struct fp_retention_verdict *verdict)
{
    return verdict->profiles ? night->bytes - night->profiles : night->bytes;
}

static void judge_profiles(const struct fp_retention_limits *limits, const struct fp_retention_night *nights, size_t count,
                           const struct fp_retention_night *reference, struct fp_retention_verdict *verdicts)
{
    int64_t all = 0;

    for (size_t i = 0; i < count; i++) {
        if (nights[i].profiles)
            verdicts[i].profiles = judge_one(limits, &nights[i], i, reference);
        if (!verdicts[i].profiles)
            all = add(all, nights[i].profiles);
    }
    for (size_t i = count; i-- > 0 && limits->max_bytes && all > limits->max_bytes;) {
        if (nights[i].bound || verdicts[i].profiles || !nights[i].profiles)
            continue;
        verdicts[i].profiles = FP_RETENTION_BYTES;
        all -= nights[i].profiles;
    }
}

static void judge_nights(const struct fp_retention_limits *limits, const struct fp_retention_night *nights, size_t count,
                         const struct fp_retention_night *reference, struct fp_retention_verdict *verdicts)
{
    int64_t all = 0;

    for (size_t i = 0; i < count; i++) {
        verdicts[i].night = judge_one(limits, &nights[i], i, reference);
        if (!verdicts[i].night)
            all = add(all, bytes_left(&nights[i], &verdicts[i]));
    }
    for (size_t i = count; i-- > 0 && limits->max_bytes && all > limits->max_bytes;) {
        if (nights[i].bound || verdicts[i].night)
            continue;
        verdicts[i].night = FP_RETENTION_BYTES;
        all -= bytes_left(&nights[i], &verdicts[i]);
    }
    for (size_t i = 0; i < count; i++)
        if (verdicts[i].night)
            verdicts[i].profiles = FP_RETENTION_STAYS;
}

void fp_retention_judge(const struct fp_retention_config *limits, struct fp_retention_night *nights, size_t count,
                        struct fp_retention_verdict *verdicts)
{
    size_t newest = bind_newest(nights, count);
    const struct fp_retention_night *reference = newest < count ? &nights[newest] : NULL;

    for (size_t i = 0; i < count; i++)
        verdicts[i] = (struct fp_retention_verdict){ FP_RETENTION_STAYS, FP_RETENTION_STAYS };
    judge_profiles(&limits->profiles, nights, count, reference, verdicts);
    judge_nights(&limits->nights, nights, count, reference, verdicts);
}
