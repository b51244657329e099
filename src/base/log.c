#include "base/log.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "base/utf8.h"

#define MESSAGE_SIZE ((size_t)4096)         /* a longer message is cut, with "…" */
#define LINE_SIZE (2 * MESSAGE_SIZE + 1024) /* JSON escapes at most double a message */
#define ELLIPSIS "\xE2\x80\xA6"
#define ERASE "\r\033[K"

static const struct {
    const char *name, *colour;
} levels[] = {
    [FP_LOG_ERROR] = { "error", "\033[1;31m" },
    [FP_LOG_WARNING] = { "warning", "\033[1;33m" },
    [FP_LOG_INFO] = { "info", "\033[36m" },
    [FP_LOG_DEBUG] = { "debug", "\033[2m" },
};

void fp_log_init(struct fp_log *log, int fd)
{
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");

    *log = (struct fp_log){ .fd = fd, .level = FP_LOG_WARNING, .format = FP_LOG_TEXT };
    /* a dumb terminal knows no escape sequences: treat it as a file */
    log->terminal = isatty(fd) && (!term || strcmp(term, "dumb") != 0);
    log->colour = log->terminal && (!no_colour || !*no_colour);
    pthread_mutex_init(&log->lock, NULL);
}

void fp_log_release(struct fp_log *log)
{
    fp_log_progress_end(log);
    pthread_mutex_destroy(&log->lock);
}

/* Text of fixed size: a log must work when memory has run out. What does not fit is dropped. */
struct line {
    size_t len;
    char text[LINE_SIZE];
};

static void put(struct line *line, const char *text)
{
    size_t n = strlen(text);

    if (n > sizeof line->text - line->len)
        n = sizeof line->text - line->len;
    memcpy(line->text + line->len, text, n);
    line->len += n;
}

static void put_u64(struct line *line, uint64_t value)
{
    char digits[24];

    snprintf(digits, sizeof digits, "%" PRIu64, value);
    put(line, digits);
}

/* The text is clean already: no control characters, valid UTF-8. */
static void put_json(struct line *line, const char *text)
{
    put(line, "\"");
    for (; *text; text++) {
        char c[3] = { *text, '\0', '\0' };

        if (*text == '"' || *text == '\\') {
            c[0] = '\\';
            c[1] = *text;
        }
        put(line, c);
    }
    put(line, "\"");
}

static void put_time(struct line *line)
{
    struct timespec now;
    struct tm tm;
    char text[96];

    clock_gettime(CLOCK_REALTIME, &now);
    if (!gmtime_r(&now.tv_sec, &tm))
        memset(&tm, 0, sizeof tm);
    /* by hand: strftime() follows the locale */
    snprintf(text, sizeof text, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"", tm.tm_year + 1900, tm.tm_mon + 1,
             tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, (int)(now.tv_nsec / 1000000));
    put(line, text);
}

/* Best effort: there is nobody to tell that telling failed. */
static void write_line(int fd, const char *bytes, size_t n)
{
    int waits = 0;

    while (n) {
        ssize_t done = write(fd, bytes, n);

        if (done >= 0) {
            bytes += done;
            n -= (size_t)done;
        } else if (errno == EAGAIN && waits++ < 10) {
            struct pollfd ready = { .fd = fd, .events = POLLOUT };

            poll(&ready, 1, 100);
        } else if (errno != EINTR) {
            return;
        }
    }
}

/* Formats into a clean string of at most `size` bytes, the NUL included; "…" where it was cut. */
static void format_clean(char *to, size_t size, const char *format, va_list args)
    __attribute__((format(printf, 3, 0)));

static void format_clean(char *to, size_t size, const char *format, va_list args)
{
    char raw[MESSAGE_SIZE];
    int n = vsnprintf(raw, sizeof raw, format, args);
    bool cut = n >= (int)sizeof raw;
    size_t len;

    if (n < 0)
        raw[0] = '\0';
    len = strlen(raw);
    if (cut) {
        uint32_t code;
        size_t last = len;

        /* vsnprintf may have cut inside a character: find its first byte, drop it when incomplete */
        while (last > 0 && len - last < 4 && ((unsigned char)raw[last - 1] & 0xC0) == 0x80)
            last--;
        if (last > 0)
            last--;
        if (fp_utf8_decode(raw + last, len - last, &code) == len - last && code == FP_UTF8_REPLACEMENT)
            len = last;
    }
    n = (int)fp_utf8_clean(to, size - sizeof ELLIPSIS, raw, len);
    to[n] = '\0';
    if (cut)
        memcpy(to + n, ELLIPSIS, sizeof ELLIPSIS);
}

static void put_json_fields(struct line *line, const struct fp_error *err)
{
    if (err->source[0]) {
        put(line, ",\"source\":");
        put_json(line, err->source);
    }
    if (err->line) {
        put(line, ",\"line\":");
        put_u64(line, err->line);
    }
    if (err->line && err->column) {
        put(line, ",\"column\":");
        put_u64(line, err->column);
    }
    if (err->offset >= 0) {
        put(line, ",\"offset\":");
        put_u64(line, (uint64_t)err->offset);
    }
}

/* One clean message, one write. `err` (may be NULL) adds its place as fields of a JSON line. */
static void write_message(struct fp_log *log, enum fp_log_level level, const char *message,
                          const struct fp_error *err)
{
    struct line line = { .len = 0 };
    int saved = errno;

    if (log->format == FP_LOG_JSON) {
        put(&line, "{\"time\":");
        put_time(&line);
        put(&line, ",\"level\":");
        put_json(&line, levels[level].name);
        put(&line, ",\"message\":");
        put_json(&line, message);
        if (err)
            put_json_fields(&line, err);
        put(&line, "}\n");
    } else {
        put(&line, "flamepress: ");
        put(&line, log->colour ? levels[level].colour : "");
        put(&line, levels[level].name);
        put(&line, log->colour ? ":\033[0m " : ": ");
        put(&line, message);
        put(&line, "\n");
    }
    pthread_mutex_lock(&log->lock);
    if (log->progress_shown) {
        /* in the same write, so that no other output comes between */
        memmove(line.text + strlen(ERASE), line.text, line.len);
        memcpy(line.text, ERASE, strlen(ERASE));
        line.len += strlen(ERASE);
        log->progress_shown = false;
    }
    write_line(log->fd, line.text, line.len);
    pthread_mutex_unlock(&log->lock);
    errno = saved;
}

static void log_v(struct fp_log *log, enum fp_log_level level, const struct fp_error *err, const char *format,
                  va_list args) __attribute__((format(printf, 4, 0)));

static void log_v(struct fp_log *log, enum fp_log_level level, const struct fp_error *err, const char *format,
                  va_list args)
{
    char message[MESSAGE_SIZE];

    if (level > log->level)
        return;
    format_clean(message, sizeof message, format, args);
    write_message(log, level, message, err);
}

static void log_with(struct fp_log *log, enum fp_log_level level, const struct fp_error *err,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

static void log_with(struct fp_log *log, enum fp_log_level level, const struct fp_error *err,
                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_v(log, level, err, format, args);
    va_end(args);
}

void fp_log(struct fp_log *log, enum fp_log_level level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_v(log, level, NULL, format, args);
    va_end(args);
}

void fp_log_error(struct fp_log *log, enum fp_log_level level, const struct fp_error *err,
                  const char *context)
{
    char text[FP_ERROR_TEXT];

    log_with(log, level, err, "%s%s%s", context ? context : "", context ? ": " : "", fp_error_text(text, err));
}

/* ---- the progress line ---- */

static size_t terminal_width(int fd)
{
    struct winsize size;

    return ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

/* Cuts to `cells` columns. Beyond U+1100 a character counts as two: some are, and shorter is always safe. */
static size_t cut_to_cells(const char *text, size_t cells)
{
    size_t at = 0, n = strlen(text);

    while (at < n) {
        uint32_t code;
        size_t step = fp_utf8_decode(text + at, n - at, &code);
        size_t wide = code >= 0x1100 ? 2 : 1;

        if (wide > cells)
            break;
        cells -= wide;
        at += step;
    }
    return at;
}

void fp_log_progress(struct fp_log *log, const char *format, ...)
{
    char text[MESSAGE_SIZE];
    struct line line = { .len = 0 };
    int saved = errno;
    va_list args;

    if (!log->terminal || log->format != FP_LOG_TEXT)
        return;
    va_start(args, format);
    format_clean(text, sizeof text, format, args);
    va_end(args);
    /* one column stays free: a full line would wrap, and \r would then not reach its start */
    text[cut_to_cells(text, terminal_width(log->fd) - 1)] = '\0';
    put(&line, ERASE);
    put(&line, text);
    pthread_mutex_lock(&log->lock);
    write_line(log->fd, line.text, line.len);
    log->progress_shown = true;
    pthread_mutex_unlock(&log->lock);
    errno = saved;
}

void fp_log_progress_end(struct fp_log *log)
{
    int saved = errno;

    pthread_mutex_lock(&log->lock);
    if (log->progress_shown)
        write_line(log->fd, ERASE, strlen(ERASE));
    log->progress_shown = false;
    pthread_mutex_unlock(&log->lock);
    errno = saved;
}
