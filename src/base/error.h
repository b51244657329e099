/*
 * What went wrong, where, and what to do about it.
 *
 * The caller owns a `struct fp_error` (it holds no heap memory; no release is
 * needed) and passes it down; the function that fails first fills it, callers
 * on the way up may only prepend context. The first error wins: a second
 * fp_error_set() on a filled error changes nothing, so clean-up code may fail
 * without hiding the cause.
 *
 * Every function that can fail returns 0 or a negative `enum fp_status`, and
 * writes its `ret_x` parameters only on success.
 *
 *     struct fp_error err = FP_ERROR_INIT;
 *     int rc = fp_file_read(path, &text, &err);
 *     if (rc < 0)
 *         fp_error_prepend(&err, "configuration");
 *     return rc;
 *
 * Invariant: `message` and `source` are valid UTF-8 without control
 * characters, whatever was formatted into them, so that they may be printed on
 * a terminal or a page (after escaping) as they are.
 * `err` may be NULL everywhere: the status alone is then the answer.
 */
#ifndef FP_BASE_ERROR_H
#define FP_BASE_ERROR_H

#include <stdarg.h>
#include <stdint.h>

enum fp_status {
    FP_OK = 0,
    FP_ENOMEM = -1,     /* memory could not be had */
    FP_ELIMIT = -2,     /* a limit of base/limits.h or of the configuration was reached */
    FP_EINVAL = -3,     /* a value that makes no sense: options, configuration */
    FP_ESYNTAX = -4,    /* bytes that do not parse */
    FP_ETRUNCATED = -5, /* bytes that end too early: asking again may help */
    FP_EDATA = -6,      /* bytes that parse but contradict themselves (cycles, duplicate ids …) */
    FP_EIO = -7,        /* the operating system refused: files, directories, disks */
    FP_ENOTFOUND = -8,  /* a file, key or recording that is not there */
    FP_ENET = -9,       /* no connection, a broken one, or a time-out: asking again may help */
    FP_ESERVER = -10,   /* the server answered with an error of its own (5xx, OPT_STATUS), or is too busy (429) */
    FP_EREFUSED = -11,  /* the server refused the request (other 4xx): asking again will not help */
    FP_EBUSY = -12,     /* somebody else holds the lock, or is not done yet */
    FP_ECANCELLED = -13 /* we were told to stop */
};

/* With FP_ELIMIT: the limit of what, where that decides what can be done about it. */
enum fp_beyond {
    FP_BEYOND_SIZE,  /* the whole: less would fit */
    FP_BEYOND_BYTES, /* the bytes that may come (source.max_response) */
    FP_BEYOND_DEPTH, /* one stack */
    FP_BEYOND_SHAPE  /* what no honest input has: nesting, columns */
};

#define FP_ERROR_MESSAGE_MAX 768
#define FP_ERROR_SOURCE_MAX 256

struct fp_error {
    enum fp_status code;
    enum fp_beyond beyond;
    uint32_t line;   /* 1-based; 0 = not known */
    uint32_t column; /* 1-based, in bytes; 0 = not known */
    int64_t offset;  /* bytes from the start of `source`; -1 = not known */
    uint16_t context; /* bytes of `message` that callers have put before the first one's */
    char source[FP_ERROR_SOURCE_MAX];
    char message[FP_ERROR_MESSAGE_MAX];
};

#define FP_ERROR_INIT { FP_OK, FP_BEYOND_SIZE, 0, 0, -1, 0, "", "" }

/* Makes `err` empty again. */
void fp_error_clear(struct fp_error *err);

/* Fills an empty `err`; returns `code`, so that `return fp_error_set(…)` reads well. */
int fp_error_set(struct fp_error *err, enum fp_status code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
int fp_error_vset(struct fp_error *err, enum fp_status code, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

/* Says of an error just set which limit it is about. Returns FP_ELIMIT. */
int fp_error_beyond(struct fp_error *err, enum fp_beyond beyond);

/* Out of memory, in the words used everywhere. Returns FP_ENOMEM. (Inline: compilers and analyzers see that it is never
 * FP_OK, and so what is there after `rc = p ? FP_OK : fp_error_nomem(err)`.) */
static inline int fp_error_nomem(struct fp_error *err)
{
    (void)fp_error_set(err, FP_ENOMEM, "out of memory");
    return FP_ENOMEM;
}

/* Appends ": strerror(errnum)" to a formatted message. Returns `code`. */
int fp_error_errno(struct fp_error *err, enum fp_status code, int errnum, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Adds the place to an error that has none yet. `source` may be NULL (keeps what is there). */
void fp_error_at(struct fp_error *err, const char *source, uint32_t line, uint32_t column, int64_t offset);

/* Puts "context: " before the message of an error; does nothing when err is NULL or empty. Returns nothing, for with a
 * NULL err it could not tell a failure: return the status you have. */
void fp_error_prepend(struct fp_error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

struct fp_str;

#define FP_ERROR_TEXT (FP_ERROR_SOURCE_MAX + FP_ERROR_MESSAGE_MAX + 128)
/* `source:line:column: context: byte N: message`, each part where known. Allocates nothing; returns `to`. */
char *fp_error_text(char to[FP_ERROR_TEXT], const struct fp_error *err);
/* Appends the same to `out`. */
void fp_error_format(const struct fp_error *err, struct fp_str *out);

#endif
