/*
 * Messages to the person or the log collector: stderr, one line each.
 *
 * Only cmd/ and press/ log; everything below returns errors. Text lines read
 * `flamepress: error: …`; with FP_LOG_JSON each line is one JSON object
 * {"time","level","message"}, for an error also "source", "line", "column" and
 * "offset" where known. Lines are written with one write(2), under a lock:
 * threads do not mix. On a terminal a progress line can be kept at the bottom.
 * Colours only on a terminal and when NO_COLOR is unset or empty; TERM=dumb counts as no terminal.
 * Messages are made valid UTF-8 without control characters, and cut ("…") at 4 KiB. Nothing is allocated: a
 * log works when memory has run out. Thread-safe once `level` and `format` are set.
 */
#ifndef FP_BASE_LOG_H
#define FP_BASE_LOG_H

#include <pthread.h>
#include <stdbool.h>

#include "base/error.h"

enum fp_log_level { FP_LOG_ERROR, FP_LOG_WARNING, FP_LOG_INFO, FP_LOG_DEBUG };
enum fp_log_format { FP_LOG_TEXT, FP_LOG_JSON };

struct fp_log {
    int fd;
    enum fp_log_level level; /* the most talkative level that is written */
    enum fp_log_format format;
    bool terminal, colour;
    bool progress_shown;
    pthread_mutex_t lock;
};

/* Level FP_LOG_WARNING: silence on success. Looks at `fd` (a terminal?) and NO_COLOR. */
void fp_log_init(struct fp_log *log, int fd);
void fp_log_release(struct fp_log *log);

void fp_log(struct fp_log *log, enum fp_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* Logs an error in its full form (place and message), `context` (may be NULL) in front. */
void fp_log_error(struct fp_log *log, enum fp_log_level level, const struct fp_error *err, const char *context);

/* Replaces the progress line; does nothing unless text on a terminal. Each call draws: the caller sees to it that there
 * are not too many. */
void fp_log_progress(struct fp_log *log, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Takes it away. */
void fp_log_progress_end(struct fp_log *log);

#endif
