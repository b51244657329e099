/*
 * A growing byte buffer with a hard cap.
 *
 * Life cycle: fp_str_init, any number of appends, one look at fp_str_ok (or
 * fp_str_status), fp_str_release. Failure is sticky: once an append could not
 * be done (no memory, or the cap) later appends do nothing, so a writer checks
 * once at the end.
 *
 * Invariant: `data[len]` is always '\0' and `data` is never NULL, so an empty
 * buffer is a valid C string too. The bytes may contain NUL: `len` is the truth.
 *
 *     struct fp_str s;
 *     fp_str_init(&s, FP_LIMIT_LINE);
 *     fp_str_puts(&s, "hello");
 *     if (!fp_str_ok(&s)) …
 *     fp_str_release(&s);
 */
#ifndef FP_BASE_STR_H
#define FP_BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

struct fp_error;

/* Bytes somebody else owns; not NUL-terminated. */
struct fp_slice {
    const char *data;
    size_t len;
};

struct fp_str {
    char *data;
    size_t len;
    size_t cap;    /* allocated, the final NUL included; 0 = nothing allocated yet */
    size_t max;    /* `len` never goes beyond */
    int failed;    /* 0, FP_ENOMEM or FP_ELIMIT */
    bool fixed;    /* `data` is the caller's */
};

/* No allocation happens here, so this cannot fail. */
void fp_str_init(struct fp_str *s, size_t max);
/* Fills `buffer` (its size is more than 0) and never asks for memory: the only failure is FP_ELIMIT. Not to be detached. */
void fp_str_init_fixed(struct fp_str *s, char *buffer, size_t size);
void fp_str_release(struct fp_str *s);

/* Empties the buffer and forgets a failure; keeps the memory for re-use. */
void fp_str_clear(struct fp_str *s);
/* Cuts to `len` bytes; `len` must not be greater than s->len. */
void fp_str_truncate(struct fp_str *s, size_t len);

void fp_str_append(struct fp_str *s, const void *bytes, size_t n);
void fp_str_puts(struct fp_str *s, const char *text);
void fp_str_putc(struct fp_str *s, char c);
void fp_str_printf(struct fp_str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* For those who take it for a text of C: bytes that are NUL become '?'. */
void fp_str_replace_nul(struct fp_str *s);
void fp_str_vprintf(struct fp_str *s, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

static inline bool fp_str_ok(const struct fp_str *s)
{
    return !s->failed;
}

/* 0, or the sticky failure with `what` named in `err`. */
int fp_str_status(const struct fp_str *s, const char *what, struct fp_error *err);

/* Gives the heap string to the caller (free() it) and leaves `s` empty; NULL after a failure. */
char *fp_str_detach(struct fp_str *s);

static inline struct fp_slice fp_str_slice(const struct fp_str *s)
{
    return (struct fp_slice){ s->data, s->len };
}

struct fp_slice fp_slice_of(const char *text);
bool fp_slice_equal(struct fp_slice a, struct fp_slice b);
bool fp_slice_is(struct fp_slice a, const char *text);
bool fp_slice_starts(struct fp_slice a, const char *prefix);
/* By bytes, the shorter first: the order of names everywhere. */
int fp_slice_compare(struct fp_slice a, struct fp_slice b);

#endif
