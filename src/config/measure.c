#include "config/measure.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"

struct unit {
    const char *name;
    int64_t worth;
    bool reads_only; /* understood, never written */
};

static const struct unit durations[] = {
    { "ms", 1, false },       { "s", 1000, false },      { "m", 60000, false },
    { "h", 3600000, false },  { "d", 86400000, false },  { NULL, 0, false },
};

static const struct unit sizes[] = {
    { "B", 1, false },
    { "kB", 1000, true },
    { "KB", 1000, true },
    { "MB", 1000000, true },
    { "GB", 1000000000, true },
    { "KiB", INT64_C(1) << 10, false },
    { "MiB", INT64_C(1) << 20, false },
    { "GiB", INT64_C(1) << 30, false },
    { NULL, 0, false },
};

static const struct {
    const struct unit *units;
    const char *pattern;
} measures[] = {
    [FP_MEASURE_DURATION] = { durations, "ms|s|m|h|d" },
    [FP_MEASURE_SIZE] = { sizes, "B|kB|KB|MB|GB|KiB|MiB|GiB" },
};

int fp_measure_parse(enum fp_measure measure, const char *text, int64_t *ret_value)
{
    const struct unit *unit = measures[measure].units;
    const char *digits = text;
    bool overflow = false;
    int64_t value = 0;

    for (; *text >= '0' && *text <= '9'; text++)
        overflow |=
            __builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, *text - '0', &value);
    while (unit->name && strcmp(unit->name, text) != 0)
        unit++;
    if (text == digits || !unit->name)
        return FP_ESYNTAX;
    if (overflow || __builtin_mul_overflow(value, unit->worth, &value))
        return FP_ELIMIT;
    *ret_value = value;
    return FP_OK;
}

char *fp_measure_format(char to[FP_MEASURE_TEXT], enum fp_measure measure, int64_t value)
{
    const struct unit *best = measures[measure].units;

    for (const struct unit *unit = best; unit->name; unit++)
        if (!unit->reads_only && value && value % unit->worth == 0 && unit->worth > best->worth)
            best = unit;
    snprintf(to, FP_MEASURE_TEXT, "%" PRId64 "%s", value / best->worth, best->name);
    return to;
}

const char *fp_measure_units(enum fp_measure measure)
{
    return measures[measure].pattern;
}
