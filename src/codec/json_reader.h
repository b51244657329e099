/*
 * A strict JSON reader (RFC 8259) that pulls bytes as they arrive.
 *
 * For replies of hundreds of megabytes of which little is kept: there is no tree
 * of values, only a cursor. The caller knows what it expects and says so; what it
 * does not want it skips. Memory is one window of the input.
 *
 *     fp_json_enter(&json, '{', &err);
 *     while ((rc = fp_json_key(&json, &key, &err)) > 0)
 *         if (fp_slice_is(key, "count")) rc = fp_json_i64(&json, &count, &err);
 *         else                           rc = fp_json_skip(&json, &err);
 *
 * Errors carry the byte offset in the (decompressed) input: FP_ESYNTAX for bytes
 * that are not JSON or not what was expected, FP_ETRUNCATED when the input ends
 * early, and whatever the byte source says.
 *
 * Strings come as valid UTF-8 of at most FP_LIMIT_NAME bytes: what is not is mended
 * (codec/raw_name.h; lone surrogates become U+FFFD) and counted in `mended`.
 * \u0000 is an ordinary character.
 */
#ifndef FP_CODEC_JSON_READER_H
#define FP_CODEC_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/in.h"
#include "base/str.h"
#include "codec/raw_name.h"

struct fp_json {
    struct fp_in *in;      /* borrowed */
    char *window;
    size_t pos, end;       /* unread bytes are window[pos, end) */
    uint64_t base;         /* offset of window[0] in the input */
    bool at_end;           /* the source has said 0 */
    bool fresh;            /* just entered: no comma is due */
    uint64_t mended;       /* strings that were not valid */
    struct fp_raw_name scratch; /* strings that cannot be handed out of the window */
};

int fp_json_init(struct fp_json *json, struct fp_in *in, struct fp_error *err);
/* Passes over a byte order mark, which some tools put before JSON; for the very start. */
int fp_json_skip_mark(struct fp_json *json, struct fp_error *err);
void fp_json_release(struct fp_json *json);

/* The next character that is not white space, not consumed; 0 at the end of input. */
int fp_json_peek(struct fp_json *json, struct fp_error *err);
/* Consumes `open`, '[' or '{'. */
int fp_json_enter(struct fp_json *json, char open, struct fp_error *err);
/* fp_json_item, whatever comes. */
int fp_json_next_item(struct fp_json *json, struct fp_error *err);
/* In an array: 1 when an element follows, 0 when the array ended (consumed). */
static inline int fp_json_item(struct fp_json *json, struct fp_error *err)
{
    const char *p = json->window + json->pos;

    /* ",[" and the like, without blanks */
    if (json->end - json->pos >= 2 && p[0] == ',' && !json->fresh && (unsigned char)p[1] > ' ' && p[1] != ']') {
        json->pos++;
        return 1;
    }
    return fp_json_next_item(json, err);
}
/* In an object: 1 with the key (colon consumed), 0 when it ended. The key is valid until the next call. */
int fp_json_key(struct fp_json *json, struct fp_slice *ret_key, struct fp_error *err);
/* A string, valid until the next call. */
int fp_json_string(struct fp_json *json, struct fp_slice *ret_string, struct fp_error *err);
/* A number that is an integer and fits. */
int fp_json_i64(struct fp_json *json, int64_t *ret_value, struct fp_error *err);
/* 1 when a null was there and was consumed, else 0. */
int fp_json_null(struct fp_json *json, struct fp_error *err);
/* An array of exactly n integers: the hot path of big replies. */
int fp_json_i64_row(struct fp_json *json, int64_t *row, size_t n, struct fp_error *err);
/* Any value, checked; nesting up to FP_LIMIT_JSON_NESTING. */
int fp_json_skip(struct fp_json *json, struct fp_error *err);
/* Nothing but white space may follow. */
int fp_json_finish(struct fp_json *json, struct fp_error *err);

/* Offset of the next unread byte. */
static inline uint64_t fp_json_offset(const struct fp_json *json)
{
    return json->base + json->pos;
}

/* What has arrived from here on, for callers who know the usual look of what comes next, and pass over it themselves:
 * whole values only, checked as strictly as the reader would. In doubt they leave it to the reader. */
static inline struct fp_slice fp_json_ahead(const struct fp_json *json)
{
    return (struct fp_slice){ json->window + json->pos, json->end - json->pos };
}

static inline void fp_json_pass(struct fp_json *json, size_t n)
{
    json->pos += n;
    json->fresh = false;
}

/* Fills `err` with a message and the offset of the next unread byte. Returns `code`. */
int fp_json_fail(struct fp_json *json, struct fp_error *err, enum fp_status code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
