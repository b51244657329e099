/*
 * Passing over values nobody asked for, checked all the same: a reply is JSON or it is refused.
 */
#include "base/limits.h"
#include "codec/json_parts.h"

static int skip_string(struct fp_json *json, struct fp_error *err)
{
    bool mended = false;
    int c;

    json->pos++;
    for (;;) {
        c = fp_json_byte_at(json, 0, err);
        if (c < 0)
            return c;
        if (c < 0x20)
            return fp_json_fail(json, err, FP_ESYNTAX, "a raw control character (0x%02x) in a string", c);
        json->pos++;
        if (c == '"')
            return FP_OK;
        if (c == '\\') {
            fp_raw_name_clear(&json->scratch);
            c = fp_json_escape(json, &mended, err);
            if (c < 0)
                return c;
        }
    }
}

/* One or more digits at pos, consumed. */
static int skip_digits(struct fp_json *json, struct fp_error *err)
{
    int c = fp_json_byte_at(json, 0, err);

    if (c < 0)
        return c;
    if (!fp_json_is_digit((char)c))
        return fp_json_fail(json, err, FP_ESYNTAX, "expected a digit");
    while (c >= 0 && fp_json_is_digit((char)c)) {
        json->pos++;
        c = fp_json_byte_at(json, 0, err);
    }
    return c < 0 ? c : FP_OK;
}

static int skip_number(struct fp_json *json, struct fp_error *err)
{
    int c, rc;

    if (json->window[json->pos] == '-')
        json->pos++;
    c = fp_json_byte_at(json, 0, err);
    if (c < 0)
        return c;
    if (c == '0')
        json->pos++; /* no digit may follow */
    else if ((rc = skip_digits(json, err)) < 0)
        return rc;
    c = fp_json_byte_at(json, 0, err);
    if (c == '.') {
        json->pos++;
        rc = skip_digits(json, err);
        if (rc < 0)
            return rc;
        c = fp_json_byte_at(json, 0, err);
    }
    if (c == 'e' || c == 'E') {
        json->pos++;
        c = fp_json_byte_at(json, 0, err);
        if (c == '+' || c == '-')
            json->pos++;
        return c < 0 ? c : skip_digits(json, err);
    }
    return c < 0 ? c : FP_OK;
}

static int skip_scalar(struct fp_json *json, int next, struct fp_error *err)
{
    switch (next) {
    case '"': return skip_string(json, err);
    case 't': return fp_json_literal(json, "true", err);
    case 'f': return fp_json_literal(json, "false", err);
    case 'n': return fp_json_literal(json, "null", err);
    default:
        if (next == '-' || fp_json_is_digit((char)next))
            return skip_number(json, err);
        return fp_json_fail(json, err, FP_ESYNTAX, "expected a value");
    }
}

int fp_json_skip(struct fp_json *json, struct fp_error *err)
{
    char close[FP_LIMIT_JSON_NESTING]; /* what ends the containers we are in */
    struct fp_slice key;
    size_t depth = 0;
    int rc;

    for (;;) {
        int next = fp_json_peek(json, err);

        if (next < 0)
            return next;
        if (next == 0)
            return fp_json_truncated(json, err);
        if (next == '{' || next == '[') {
            if (depth == FP_LIMIT_JSON_NESTING) {
                fp_json_fail(json, err, FP_ELIMIT, "values nested deeper than %u", FP_LIMIT_JSON_NESTING);
                return fp_error_beyond(err, FP_BEYOND_SHAPE);
            }
            close[depth++] = next == '{' ? '}' : ']';
            rc = fp_json_enter(json, (char)next, err);
        } else {
            rc = skip_scalar(json, next, err);
        }
        if (rc < 0)
            return rc;
        /* to the next value, leaving every container that ends here */
        for (rc = 0; depth > 0 && rc == 0; depth -= rc == 0)
            rc = close[depth - 1] == '}' ? fp_json_key(json, &key, err) : fp_json_item(json, err);
        if (rc < 0 || depth == 0)
            return rc < 0 ? rc : FP_OK;
    }
}
