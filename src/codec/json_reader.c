#include "codec/json_reader.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "base/unit.h"
#include "base/utf8.h"
#include "codec/json_parts.h"
#include "codec/scan.h"

#define WINDOW ((size_t)256 << 10)

int fp_json_init(struct fp_json *json, struct fp_in *in, struct fp_error *err)
{
    *json = (struct fp_json){ .in = in };
    fp_raw_name_init(&json->scratch);
    json->window = malloc(WINDOW);
    return json->window ? FP_OK : fp_error_nomem(err);
}

void fp_json_release(struct fp_json *json)
{
    free(json->window);
    json->window = NULL;
    fp_raw_name_release(&json->scratch);
}

int fp_json_fail(struct fp_json *json, struct fp_error *err, enum fp_status code, const char *format, ...)
{
    va_list args;

    if (err && err->code == FP_OK) {
        va_start(args, format);
        fp_error_vset(err, code, format, args);
        va_end(args);
        fp_error_at(err, NULL, 0, 0, (int64_t)fp_json_offset(json));
    }
    return code;
}

int fp_json_truncated(struct fp_json *json, struct fp_error *err)
{
    json->pos = json->end;
    return fp_json_fail(json, err, FP_ETRUNCATED, "the JSON ends early, in the middle of a value");
}

/* More bytes into the window; window[keep…] stays (its start moves to 0). 1 when there are more, 0 at the end of
 * input or when the window is full of what must stay. */
static int refill(struct fp_json *json, size_t keep, struct fp_error *err)
{
    ssize_t n;

    if (keep) {
        memmove(json->window, json->window + keep, json->end - keep);
        json->base += keep;
        json->pos -= keep;
        json->end -= keep;
    }
    if (json->at_end || json->end == WINDOW)
        return 0;
    n = fp_in_read(json->in, json->window + json->end, WINDOW - json->end, err);
    if (n < 0)
        return (int)n;
    if (n == 0)
        json->at_end = true;
    json->end += (size_t)n;
    return n > 0;
}

static inline bool is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

int fp_json_skip_mark(struct fp_json *json, struct fp_error *err)
{
    int rc = 1;

    while (rc > 0 && json->end - json->pos < 3)
        rc = refill(json, json->pos, err);
    if (rc < 0)
        return rc;
    if (json->end - json->pos >= 3 && memcmp(json->window + json->pos, FP_UTF8_MARK, 3) == 0)
        json->pos += 3;
    return FP_OK;
}

int fp_json_peek(struct fp_json *json, struct fp_error *err)
{
    int rc;

    for (;;) {
        while (json->pos < json->end) {
            char c = json->window[json->pos];

            if (!is_space(c))
                return (unsigned char)c ? (unsigned char)c : fp_json_fail(json, err, FP_ESYNTAX, "a NUL byte");
            json->pos++;
        }
        rc = refill(json, json->pos, err);
        if (rc <= 0)
            return rc;
    }
}

/* Consumes the next character, which must be `c`. */
static int expect(struct fp_json *json, char c, struct fp_error *err)
{
    int next = fp_json_peek(json, err);

    if (next < 0)
        return next;
    if (next == 0)
        return fp_json_truncated(json, err);
    if (next != c) {
        if (next >= 0x20 && next < 0x7F)
            return fp_json_fail(json, err, FP_ESYNTAX, "expected '%c', found '%c'", c, next);
        return fp_json_fail(json, err, FP_ESYNTAX, "expected '%c', found byte 0x%02x", c, next);
    }
    json->pos++;
    return FP_OK;
}

int fp_json_enter(struct fp_json *json, char open, struct fp_error *err)
{
    int rc = expect(json, open, err);

    json->fresh = true;
    return rc;
}

/* 1 when another member follows (the comma consumed), 0 when `close` came. */
static int more(struct fp_json *json, char close, struct fp_error *err)
{
    int next = fp_json_peek(json, err);
    bool fresh = json->fresh;

    json->fresh = false;
    if (next < 0)
        return next;
    if (next == close) {
        json->pos++;
        return 0;
    }
    if (fresh)
        return next ? 1 : fp_json_truncated(json, err);
    if (next == ',') {
        json->pos++;
        next = fp_json_peek(json, err);
        if (next < 0)
            return next;
        if (next == close)
            return fp_json_fail(json, err, FP_ESYNTAX, "a comma before '%c'", close);
        return next ? 1 : fp_json_truncated(json, err);
    }
    if (next == 0)
        return fp_json_truncated(json, err);
    return fp_json_fail(json, err, FP_ESYNTAX, "expected ',' or '%c'", close);
}

int fp_json_next_item(struct fp_json *json, struct fp_error *err)
{
    return more(json, ']', err);
}

int fp_json_key(struct fp_json *json, struct fp_slice *ret_key, struct fp_error *err)
{
    bool mended = false; /* what comes out of the window is in order */
    int rc = more(json, '}', err);

    if (rc <= 0)
        return rc;
    rc = fp_json_string(json, ret_key, err);
    if (rc < 0)
        return rc;
    /* The key lies in the window or in the scratch; looking for the colon may move the window. */
    if (ret_key->data >= json->window && ret_key->data < json->window + WINDOW) {
        if (json->pos < json->end && json->window[json->pos] == ':') {
            json->pos++;
            return 1;
        }
        fp_raw_name_clear(&json->scratch);
        fp_raw_name_add(&json->scratch, ret_key->data, ret_key->len);
        rc = fp_raw_name_finish(&json->scratch, ret_key, &mended, err);
        if (rc < 0)
            return rc;
    }
    rc = expect(json, ':', err);
    return rc < 0 ? rc : 1;
}

/* The byte at pos + ahead, refilling while keeping everything from pos on; 0 on the end of input. */
int fp_json_byte_at(struct fp_json *json, size_t ahead, struct fp_error *err)
{
    while (json->pos + ahead >= json->end) {
        int rc = refill(json, json->pos, err);

        if (rc < 0)
            return rc;
        if (rc == 0)
            return fp_json_truncated(json, err);
    }
    return (unsigned char)json->window[json->pos + ahead];
}

/* Four hex digits at pos + ahead, not consumed. */
static int hex4(struct fp_json *json, size_t ahead, uint32_t *ret, struct fp_error *err)
{
    uint32_t code = 0;

    for (size_t i = 0; i < 4; i++) {
        int c = fp_json_byte_at(json, ahead + i, err);

        if (c < 0)
            return c;
        code <<= 4;
        if (c >= '0' && c <= '9')
            code |= (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            code |= (uint32_t)(c - 'a' + 10);
        else if (c >= 'A' && c <= 'F')
            code |= (uint32_t)(c - 'A' + 10);
        else
            return fp_json_fail(json, err, FP_ESYNTAX, "\\u is not followed by four hexadecimal digits");
    }
    *ret = code;
    return FP_OK;
}

/* After "\u": one code point, a surrogate pair joined, a lone surrogate mended (*mended set, else left alone). */
static int unicode_escape(struct fp_json *json, uint32_t *ret, bool *mended, struct fp_error *err)
{
    uint32_t high, low;
    int rc = hex4(json, 0, &high, err), c;

    if (rc < 0)
        return rc;
    json->pos += 4;
    *ret = high;
    if (high < 0xD800 || high > 0xDFFF)
        return FP_OK;
    *ret = FP_UTF8_REPLACEMENT;
    /* The other half must follow as "\uDCxx"; whatever else follows speaks for itself. */
    for (size_t i = 0; i < 2 && high <= 0xDBFF; i++) {
        c = fp_json_byte_at(json, i, err);
        if (c < 0)
            return c;
        if (c != "\\u"[i])
            high = UINT32_MAX; /* alone */
    }
    if (high <= 0xDBFF) {
        rc = hex4(json, 2, &low, err);
        if (rc < 0)
            return rc;
        if (low >= 0xDC00 && low <= 0xDFFF) {
            json->pos += 6;
            *ret = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
            return FP_OK;
        }
    }
    *mended = true;
    return FP_OK;
}

/* One escape sequence after the backslash, appended to the scratch. */
int fp_json_escape(struct fp_json *json, bool *mended, struct fp_error *err)
{
    static const char plain[] = "\"\"\\\\//b\bf\fn\nr\rt\t";
    char bytes[4];
    uint32_t code;
    int c = fp_json_byte_at(json, 0, err), rc;

    if (c < 0)
        return c;
    json->pos++;
    if (c == 'u') {
        rc = unicode_escape(json, &code, mended, err);
        if (rc < 0)
            return rc;
        fp_raw_name_add(&json->scratch, bytes, fp_utf8_encode(code, bytes));
        return FP_OK;
    }
    for (size_t i = 0; plain[i]; i += 2)
        if (plain[i] == c) {
            fp_raw_name_add(&json->scratch, &plain[i + 1], 1);
            return FP_OK;
        }
    json->pos--;
    return fp_json_fail(json, err, FP_ESYNTAX, "an escape that JSON does not have");
}

/* The rest of a string whose window[from…] was not looked at yet, by way of the scratch. */
static int slow_string(struct fp_json *json, struct fp_slice *ret, struct fp_error *err)
{
    bool mended = false;
    int c, rc;

    fp_raw_name_clear(&json->scratch);
    while ((c = fp_json_byte_at(json, 0, err)) != '"') {
        if (c < 0)
            return c;
        if (c < 0x20)
            return fp_json_fail(json, err, FP_ESYNTAX, "a raw control character (0x%02x) in a string", c);
        if (c == '\\') {
            json->pos++;
            rc = fp_json_escape(json, &mended, err);
            if (rc < 0)
                return rc;
        } else {
            unsigned char all = 0;
            size_t n = fp_scan_plain(json->window + json->pos, json->end - json->pos, &all);

            fp_raw_name_add(&json->scratch, json->window + json->pos, n);
            json->pos += n;
        }
    }
    json->pos++;
    rc = fp_raw_name_finish(&json->scratch, ret, &mended, err);
    json->mended += mended;
    return rc;
}

int fp_json_string(struct fp_json *json, struct fp_slice *ret_string, struct fp_error *err)
{
    size_t n = 0;
    unsigned char all = 0;
    int rc = expect(json, '"', err);

    if (rc < 0)
        return rc;
    for (;;) {
        const char *p = json->window + json->pos;
        size_t have = json->end - json->pos;

        n += fp_scan_plain(p + n, have - n, &all);
        if (n < have || n > FP_LIMIT_NAME)
            break;
        rc = refill(json, json->pos, err);
        if (rc < 0)
            return rc;
        if (rc == 0)
            return fp_json_truncated(json, err);
    }
    if (n > FP_LIMIT_NAME || json->window[json->pos + n] != '"' ||
        (all >= 0x80 && fp_utf8_valid_prefix(json->window + json->pos, n) != n))
        return slow_string(json, ret_string, err);
    *ret_string = (struct fp_slice){ json->window + json->pos, n };
    json->pos += n + 1;
    return FP_OK;
}

/* A whole number at pos, which is contiguous up to its end or the end of input. */
static int digits(struct fp_json *json, int64_t *ret, struct fp_error *err)
{
    const char *p = json->window + json->pos, *limit = json->window + json->end, *start;
    bool negative = p < limit && *p == '-';
    uint64_t value = 0;
    size_t count;

    p += negative;
    start = p;
    /* before anything is said of its size: how many of many zeros are here depends on the reads */
    if (limit - p > 1 && p[0] == '0' && fp_json_is_digit(p[1]))
        return fp_json_fail(json, err, FP_ESYNTAX, "expected a whole number");
    while (p < limit && fp_json_is_digit(*p)) {
        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
            return fp_json_fail(json, err, FP_ESYNTAX, "a number that does not fit 64 bits");
        p++;
    }
    count = (size_t)(p - start);
    if (p == limit && json->at_end)
        return fp_json_truncated(json, err); /* a number ends at the byte after it; no reply ends with one */
    if (count == 0)
        return fp_json_fail(json, err, FP_ESYNTAX, "expected a whole number");
    if (p < limit && (*p == '.' || *p == 'e' || *p == 'E'))
        return fp_json_fail(json, err, FP_ESYNTAX, "expected a whole number, found a fraction or an exponent");
    if (value > (uint64_t)INT64_MAX + negative)
        return fp_json_fail(json, err, FP_ESYNTAX, "a number that does not fit 64 bits");
    *ret = negative ? (int64_t)(0 - value) : (int64_t)value;
    json->pos += (size_t)(p - (json->window + json->pos));
    return FP_OK;
}

int fp_json_i64(struct fp_json *json, int64_t *ret_value, struct fp_error *err)
{
    int next = fp_json_peek(json, err), rc;

    if (next < 0)
        return next;
    if (next == 0)
        return fp_json_truncated(json, err);
    /* 21 bytes hold every number that fits and the byte after it */
    while (json->end - json->pos < 22 && !json->at_end) {
        rc = refill(json, json->pos, err);
        if (rc < 0)
            return rc;
    }
    return digits(json, ret_value, err);
}

int fp_json_i64_row(struct fp_json *json, int64_t *row, size_t n, struct fp_error *err)
{
    bool here = json->pos < json->end && json->window[json->pos] == '[';
    int rc = here ? FP_OK : fp_json_peek(json, err);

    if (rc < 0)
        return rc;
    if (json->end - json->pos >= FP_SCAN_ROW_ROOM) {
        const char *after = fp_scan_row(json->window + json->pos, row, n);

        if (after) {
            json->pos = (size_t)(after - json->window);
            json->fresh = false;
            return FP_OK;
        }
    }
    rc = fp_json_enter(json, '[', err);
    for (size_t i = 0; i < n && rc >= 0; i++) {
        rc = fp_json_item(json, err);
        if (rc == 0)
            return fp_json_fail(json, err, FP_ESYNTAX, "a row of %zu number%s where `columns` has %zu name%s", i,
                                fp_plural(i), n, fp_plural(n));
        if (rc > 0)
            rc = fp_json_i64(json, &row[i], err);
    }
    if (rc >= 0)
        rc = fp_json_item(json, err);
    if (rc > 0)
        return fp_json_fail(json, err, FP_ESYNTAX, "a row of more numbers than `columns` has names (%zu)", n);
    return rc;
}

/* The rest of `word`, whose first letter is at pos. */
int fp_json_literal(struct fp_json *json, const char *word, struct fp_error *err)
{
    for (size_t i = 0; word[i]; i++) {
        int c = fp_json_byte_at(json, i, err);

        if (c < 0)
            return c;
        if (c != word[i])
            return fp_json_fail(json, err, FP_ESYNTAX, "expected %s", word);
    }
    json->pos += strlen(word);
    return FP_OK;
}

int fp_json_null(struct fp_json *json, struct fp_error *err)
{
    int next = fp_json_peek(json, err);
    int rc;

    if (next < 0)
        return next;
    if (next != 'n')
        return 0;
    rc = fp_json_literal(json, "null", err);
    return rc < 0 ? rc : 1;
}

int fp_json_finish(struct fp_json *json, struct fp_error *err)
{
    int next = fp_json_peek(json, err);

    if (next > 0)
        return fp_json_fail(json, err, FP_ESYNTAX, "more bytes after the end of the JSON");
    return next;
}
