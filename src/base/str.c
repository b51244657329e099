#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* What `data` points to before the first allocation; never written. */
static char empty_string[1] = "";

void fp_str_init(struct fp_str *s, size_t max)
{
    *s = (struct fp_str){ .data = empty_string, .max = max };
}

void fp_str_init_fixed(struct fp_str *s, char *buffer, size_t size)
{
    *s = (struct fp_str){ .data = buffer, .cap = size, .max = size - 1, .fixed = true };
    buffer[0] = '\0';
}

void fp_str_release(struct fp_str *s)
{
    if (s->cap && !s->fixed)
        free(s->data);
    fp_str_init(s, s->max);
}

void fp_str_clear(struct fp_str *s)
{
    s->len = 0;
    s->failed = 0;
    if (s->cap)
        s->data[0] = '\0';
}

void fp_str_truncate(struct fp_str *s, size_t len)
{
    if (len < s->len) {
        s->len = len;
        s->data[len] = '\0';
    }
}

/* Room for `n` more bytes and the NUL; false after a failure. */
static bool reserve(struct fp_str *s, size_t n)
{
    size_t cap;
    char *data;

    if (s->failed)
        return false;
    if (n > s->max - s->len) {
        s->failed = FP_ELIMIT;
        return false;
    }
    if (s->cap && n < s->cap - s->len)
        return true;
    cap = s->cap < 64 ? 64 : s->cap;
    while (cap <= s->len + n)
        cap = cap > s->max / 2 ? s->max + 1 : 2 * cap;
    data = realloc(s->cap ? s->data : NULL, cap);
    if (!data) {
        s->failed = FP_ENOMEM;
        return false;
    }
    s->data = data;
    s->cap = cap;
    return true;
}

void fp_str_append(struct fp_str *s, const void *bytes, size_t n)
{
    if (!reserve(s, n))
        return;
    if (n)
        memcpy(s->data + s->len, bytes, n);
    s->len += n;
    s->data[s->len] = '\0';
}

void fp_str_replace_nul(struct fp_str *s)
{
    for (size_t i = 0; i < s->len; i++)
        if (!s->data[i])
            s->data[i] = '?';
}

void fp_str_puts(struct fp_str *s, const char *text)
{
    fp_str_append(s, text, strlen(text));
}

void fp_str_putc(struct fp_str *s, char c)
{
    fp_str_append(s, &c, 1);
}

void fp_str_vprintf(struct fp_str *s, const char *format, va_list args)
{
    va_list again;
    size_t room = s->cap && !s->failed ? s->cap - s->len : 0; /* mostly enough */
    int n;

    va_copy(again, args);
    n = vsnprintf(room ? s->data + s->len : NULL, room, format, args);
    if (n >= 0 && (size_t)n < room && (size_t)n <= s->max - s->len) {
        s->len += (size_t)n;
        va_end(again);
        return;
    }
    if (room)
        s->data[s->len] = '\0';
    if (n < 0) {
        if (!s->failed)
            s->failed = FP_ELIMIT; /* a text with a hole must not pass for a whole one */
    } else if (reserve(s, (size_t)n)) {
        vsnprintf(s->data + s->len, (size_t)n + 1, format, again);
        s->len += (size_t)n;
    }
    va_end(again);
}

void fp_str_printf(struct fp_str *s, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fp_str_vprintf(s, format, args);
    va_end(args);
}

int fp_str_status(const struct fp_str *s, const char *what, struct fp_error *err)
{
    if (s->failed == FP_ENOMEM)
        return fp_error_nomem(err);
    if (s->failed)
        return fp_error_set(err, FP_ELIMIT, "%s is longer than the limit of %zu bytes", what, s->max);
    return FP_OK;
}

char *fp_str_detach(struct fp_str *s)
{
    char *data;

    if (!reserve(s, 0))
        return NULL;
    data = s->data;
    data[s->len] = '\0';
    fp_str_init(s, s->max);
    return data;
}

struct fp_slice fp_slice_of(const char *text)
{
    return (struct fp_slice){ text, strlen(text) };
}

bool fp_slice_equal(struct fp_slice a, struct fp_slice b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

bool fp_slice_is(struct fp_slice a, const char *text)
{
    return fp_slice_equal(a, fp_slice_of(text));
}

bool fp_slice_starts(struct fp_slice a, const char *prefix)
{
    size_t n = strlen(prefix);

    return a.len >= n && memcmp(a.data, prefix, n) == 0;
}

int fp_slice_compare(struct fp_slice a, struct fp_slice b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.data, b.data, n) : 0;

    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}
