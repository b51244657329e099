#include "base/error.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "base/utf8.h"

void fp_error_clear(struct fp_error *err)
{
    static const struct fp_error empty = FP_ERROR_INIT;

    if (err)
        *err = empty;
}

/* snprintf may cut inside a character and hostile bytes may have been formatted in: mend both. */
static size_t copy_clean(char *to, size_t size, const char *from)
{
    size_t n = fp_utf8_clean(to, size - 1, from, strlen(from));

    to[n] = '\0';
    return n;
}

int fp_error_vset(struct fp_error *err, enum fp_status code, const char *format, va_list args)
{
    char raw[FP_ERROR_MESSAGE_MAX];

    if (!err || err->code != FP_OK)
        return code;
    err->code = code;
    if (vsnprintf(raw, sizeof raw, format, args) < 0)
        raw[0] = '\0';
    copy_clean(err->message, sizeof err->message, raw);
    return code;
}

int fp_error_set(struct fp_error *err, enum fp_status code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fp_error_vset(err, code, format, args);
    va_end(args);
    return code;
}

int fp_error_beyond(struct fp_error *err, enum fp_beyond beyond)
{
    if (err && err->code == FP_ELIMIT)
        err->beyond = beyond;
    return FP_ELIMIT;
}

int fp_error_errno(struct fp_error *err, enum fp_status code, int errnum, const char *format, ...)
{
    char why[128];
    char what[FP_ERROR_MESSAGE_MAX - sizeof why - 2]; /* a long path must leave room for the reason */
    va_list args;

    va_start(args, format);
    if (vsnprintf(what, sizeof what, format, args) < 0)
        what[0] = '\0';
    va_end(args);
    return fp_error_set(err, code, "%s: %s", what, strerror_r(errnum, why, sizeof why));
}

void fp_error_at(struct fp_error *err, const char *source, uint32_t line, uint32_t column, int64_t offset)
{
    if (!err)
        return;
    if (source && !err->source[0])
        copy_clean(err->source, sizeof err->source, source);
    if (!err->line) {
        err->line = line;
        err->column = column;
    }
    if (err->offset < 0)
        err->offset = offset;
}

void fp_error_prepend(struct fp_error *err, const char *format, ...)
{
    char raw[FP_ERROR_MESSAGE_MAX], kept[FP_ERROR_MESSAGE_MAX];
    size_t room = sizeof err->message - sizeof ": ", n;
    va_list args;

    if (!err || err->code == FP_OK)
        return;
    va_start(args, format);
    if (vsnprintf(raw, sizeof raw, format, args) < 0)
        raw[0] = '\0';
    va_end(args);
    memcpy(kept, err->message, sizeof kept);
    n = copy_clean(err->message, room + 1, raw);
    memcpy(err->message + n, ": ", sizeof ": ");
    n += strlen(": ");
    err->context = (uint16_t)(err->context + n < sizeof err->message ? err->context + n : sizeof err->message - 1);
    copy_clean(err->message + n, sizeof err->message - n, kept);
}

char *fp_error_text(char to[FP_ERROR_TEXT], const struct fp_error *err)
{
    int context = err->offset < 0 ? 0 : (int)strnlen(err->message, err->context);
    char place[64] = "", offset[64] = "";

    if (err->source[0] && err->line && err->column)
        snprintf(place, sizeof place, ":%" PRIu32 ":%" PRIu32, err->line, err->column);
    else if (err->source[0] && err->line)
        snprintf(place, sizeof place, ":%" PRIu32, err->line);
    if (err->offset >= 0)
        snprintf(offset, sizeof offset, "byte %" PRId64 ": ", err->offset);
    snprintf(to, FP_ERROR_TEXT, "%s%s%s%.*s%s%s", err->source, place, err->source[0] ? ": " : "", context,
             err->message, offset, err->message + context);
    return to;
}

void fp_error_format(const struct fp_error *err, struct fp_str *out)
{
    char text[FP_ERROR_TEXT];

    fp_str_puts(out, fp_error_text(text, err));
}
