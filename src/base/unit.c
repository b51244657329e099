#include "base/unit.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Wide enough for int64 × 10,000 × 10,000 without a thought; ISO C has no name for it. */
__extension__ typedef unsigned __int128 fp_u128;

static const struct {
    const char *name;     /* in summary.json */
    const char *symbol;   /* beside an exact value */
    const char *singular; /* beside an exact 1 */
} units[FP_UNIT_COUNT] = {
    [FP_UNIT_MICROSECONDS] = { "microseconds", "\xC2\xB5s", "\xC2\xB5s" },
    [FP_UNIT_NANOSECONDS] = { "nanoseconds", "ns", "ns" },
    [FP_UNIT_BYTES] = { "bytes", "bytes", "byte" },
    [FP_UNIT_OBJECTS] = { "objects", "objects", "object" },
    [FP_UNIT_SAMPLES] = { "samples", "samples", "sample" },
    [FP_UNIT_GOROUTINES] = { "goroutines", "goroutines", "goroutine" },
    [FP_UNIT_UNITS] = { "units", "units", "unit" },
};

/* From the rounded value `limit` on the next step is used, so that 999.9 ms reads "1 s", never "1,000 ms". */
struct step {
    const char *symbol;
    uint64_t factor; /* in the smallest step */
    unsigned limit;  /* 0 = the last */
};

static const struct step time_steps[] = {
    { "ns", 1, 1000 },
    { "\xC2\xB5s", 1000, 1000 },
    { "ms", 1000000, 1000 },
    { "s", UINT64_C(1000000000), 60 },
    { "min", UINT64_C(60000000000), 60 },
    { "h", UINT64_C(3600000000000), 24 },
    { "d", UINT64_C(86400000000000), 0 },
};

static const struct step byte_steps[] = {
    { "B", 1, 1000 },
    { "KiB", UINT64_C(1) << 10, 1000 },
    { "MiB", UINT64_C(1) << 20, 1000 },
    { "GiB", UINT64_C(1) << 30, 1000 },
    { "TiB", UINT64_C(1) << 40, 1000 },
    { "PiB", UINT64_C(1) << 50, 1000 },
    { "EiB", UINT64_C(1) << 60, 0 },
};

/* ---- text of fixed size ---- */

struct text {
    char *to; /* FP_UNIT_TEXT bytes */
    size_t len;
};

static void put(struct text *text, const char *s)
{
    size_t n = strlen(s);

    if (n > FP_UNIT_TEXT - 1 - text->len)
        n = FP_UNIT_TEXT - 1 - text->len;
    memcpy(text->to + text->len, s, n);
    text->len += n;
    text->to[text->len] = '\0';
}

static void put_grouped(struct text *text, fp_u128 value)
{
    char digits[56]; /* 39 digits, 12 commas, NUL */
    size_t at = sizeof digits - 1;
    int count = 0;

    digits[at] = '\0';
    do {
        if (count && count % 3 == 0)
            digits[--at] = ',';
        digits[--at] = (char)('0' + (int)(value % 10));
        value /= 10;
        count++;
    } while (value);
    put(text, digits + at);
}

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

/* ---- rounding ---- */

struct rounded { /* scaled / 10^decimals */
    fp_u128 scaled;
    int decimals;
};

static fp_u128 power10(int n)
{
    fp_u128 power = 1;

    while (n-- > 0)
        power *= 10;
    return power;
}

static fp_u128 divide(fp_u128 num, fp_u128 den)
{
    return (2 * num + den) / (2 * den); /* half up */
}

/* num/den to three significant digits, at most `max_decimals` of them after the point. */
static struct rounded round3(fp_u128 num, fp_u128 den, int max_decimals)
{
    fp_u128 scaled = 0, tens = 1;

    for (int decimals = max_decimals; decimals >= 0; decimals--) {
        scaled = divide(num * power10(decimals), den);
        if (scaled < 1000)
            return (struct rounded){ scaled, decimals };
    }
    while (scaled >= 1000) {
        tens *= 10;
        scaled = divide(num, den * tens);
    }
    return (struct rounded){ scaled * tens, 0 };
}

/* Zeros at the end of a fraction stay: "19.0 s" says how exact it is, and columns of such numbers line up. */
static void put_rounded(struct text *text, struct rounded value)
{
    fp_u128 power = power10(value.decimals);

    put_grouped(text, value.scaled / power);
    if (!value.scaled || value.decimals <= 0)
        return;
    put(text, ".");
    while (power > 1) {
        char digit[2] = "";

        value.scaled %= power;
        power /= 10;
        digit[0] = (char)('0' + (int)(value.scaled / power));
        put(text, digit);
    }
}

/* Without the zeros at the end of the fraction: a bare number has no column of its own unit to line up in. */
static struct rounded shortened(struct rounded value)
{
    while (value.decimals > 0 && value.scaled % 10 == 0) {
        value.scaled /= 10;
        value.decimals--;
    }
    return value;
}

/* ---- the public ones ---- */

static enum fp_unit checked(enum fp_unit unit)
{
    return (unsigned)unit < FP_UNIT_COUNT ? unit : FP_UNIT_UNITS;
}

const char *fp_unit_name(enum fp_unit unit)
{
    return units[checked(unit)].name;
}

char *fp_count_format(char to[FP_UNIT_TEXT], int64_t count)
{
    struct text text = { to, 0 };

    if (count < 0)
        put(&text, "-");
    put_grouped(&text, magnitude(count));
    return to;
}

char *fp_unit_format_exact(char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit)
{
    struct text text = { to, 0 };

    unit = checked(unit);
    if (value < 0)
        put(&text, "-");
    put_grouped(&text, magnitude(value));
    put(&text, " ");
    put(&text, magnitude(value) == 1 ? units[unit].singular : units[unit].symbol);
    return to;
}

const char *fp_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

/* A time just below 1 of its step is there by the carry and must read 1: two decimals. A size may be
 * truly below 1 (1,000 B is 0.977 KiB): three. */
static char *format_steps(char *to, int64_t value, uint64_t factor, const struct step *step, int decimals)
{
    fp_u128 amount = (fp_u128)magnitude(value) * factor;
    struct text text = { to, 0 };
    struct rounded rounded;

    for (;; step++) {
        rounded = round3(amount, step->factor, step->factor <= factor ? 0 : decimals); /* values are whole */
        if (!step->limit || rounded.scaled < step->limit * power10(rounded.decimals))
            break;
    }
    if (value < 0)
        put(&text, "-");
    put_rounded(&text, rounded);
    put(&text, " ");
    put(&text, step->symbol);
    return to;
}

char *fp_unit_format(char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit)
{
    struct text text = { to, 0 };

    if (unit == FP_UNIT_BYTES)
        return format_steps(to, value, 1, byte_steps, 3);
    if (unit != FP_UNIT_MICROSECONDS && unit != FP_UNIT_NANOSECONDS)
        return fp_unit_format_exact(to, value, unit);
    if (value) {
        uint64_t factor = unit == FP_UNIT_MICROSECONDS ? 1000 : 1;

        return format_steps(to, value, factor, time_steps, 2);
    }
    put(&text, "0 s");
    return to;
}

/* A share that is not nothing never reads "0 %", one that is not all never "100 %". */
char *fp_share_format(char to[FP_UNIT_TEXT], int64_t part, int64_t whole)
{
    fp_u128 p = magnitude(part), w = magnitude(whole);
    bool minus = part && (part < 0) != (whole < 0);
    struct text text = { to, 0 };
    struct rounded rounded;

    if (!w) {
        put(&text, "\xE2\x80\x93");
        return to;
    }
    if (p && p * 10000 < w) {
        put(&text, minus ? "> -0.01 %" : "< 0.01 %");
        return to;
    }
    if (p < w && p * 10000 > w * 9999) {
        put(&text, minus ? "< -99.99 %" : "> 99.99 %");
        return to;
    }
    if (p == w) {
        put(&text, minus ? "-100 %" : "100 %"); /* exactly */
        return to;
    }
    rounded = round3(p * 100, w, 2);
    if (p < w && rounded.scaled == 100 * power10(rounded.decimals))
        rounded = (struct rounded){ divide(p * 10000, w), 2 };
    if (minus)
        put(&text, "-");
    put_rounded(&text, rounded);
    put(&text, " %");
    return to;
}

#define NUMBER_DECIMALS 6
#define NUMBER_MAX 1e18

/* Texts that do not depend on how many digits are wanted; false where there is a number to be written. */
static bool put_beyond(struct text *text, double value)
{
    if (!isfinite(value)) {
        put(text, "\xE2\x80\x93");
        return true;
    }
    if (fabs(value) > NUMBER_MAX) {
        put(text, value < 0 ? "< -" : "> ");
        put_grouped(text, (fp_u128)NUMBER_MAX);
        return true;
    }
    return false;
}

/* What does not show in so many decimals: its bound. */
static void put_tiny(struct text *text, bool minus, int decimals)
{
    put(text, minus ? "> -" : "< ");
    put_rounded(text, (struct rounded){ 1, decimals });
}

static fp_u128 scaled_up(double size, int decimals)
{
    return (fp_u128)floor(size * (double)power10(decimals) + 0.5);
}

char *fp_number_format(char to[FP_UNIT_TEXT], double value)
{
    struct text text = { to, 0 };
    double size = fabs(value);
    int decimals = NUMBER_DECIMALS;

    if (put_beyond(&text, value))
        return to;
    if (size > 0 && size < 1e-6) {
        put_tiny(&text, value < 0, NUMBER_DECIMALS);
        return to;
    }
    if (value < 0)
        put(&text, "-");
    while (decimals >= 0 && scaled_up(size, decimals) >= 1000)
        decimals--;
    if (decimals >= 0)
        put_rounded(&text, shortened((struct rounded){ scaled_up(size, decimals), decimals }));
    else
        put_rounded(&text, round3((fp_u128)floor(size + 0.5), 1, 0));
    return to;
}

char *fp_fixed_format(char to[FP_UNIT_TEXT], double value, int decimals)
{
    struct text text = { to, 0 };
    fp_u128 scaled;

    if (put_beyond(&text, value))
        return to;
    scaled = scaled_up(fabs(value), decimals);
    if (!scaled && fabs(value) > 0) {
        put_tiny(&text, value < 0, decimals);
        return to;
    }
    if (value < 0)
        put(&text, "-");
    put_rounded(&text, (struct rounded){ scaled, decimals });
    return to;
}

int fp_fixed_decimals(double largest)
{
    int decimals = 2;

    while (decimals < NUMBER_DECIMALS && fabs(largest) > 0 &&
           scaled_up(fmin(fabs(largest), 1), decimals) < 100)
        decimals++;
    return decimals;
}

static void insert(char to[FP_UNIT_TEXT], size_t at, const char *sign, size_t instead_of)
{
    size_t n = strlen(sign), len = strlen(to);

    if (len - instead_of + n >= FP_UNIT_TEXT)
        return;
    memmove(to + at + n, to + at + instead_of, len - at - instead_of + 1);
    memcpy(to + at, sign, n);
}

char *fp_signed(char to[FP_UNIT_TEXT], double value)
{
    char *minus = strchr(to, '-');

    if (minus)
        insert(to, (size_t)(minus - to), "\xE2\x88\x92", 1);
    else if (value > 0 && *to >= '0' && *to <= '9')
        insert(to, 0, "+", 0);
    return to;
}
