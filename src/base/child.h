/*
 * Another program, run to its end: no shell, a process group of its own, a limit on its time.
 *
 * argv[0] is an absolute path, or a name that is looked for in PATH. Standard input is /dev/null; what it writes to
 * standard output and standard error comes to `line`, a line at a time, up to FP_CHILD_OUTPUT bytes; the rest is read and
 * dropped. When its time is over, or `cancel` becomes true, its whole group gets SIGTERM, and SIGKILL FP_CHILD_GRACE_MS
 * later. What a program that ended left in the background goes on, and is not listened to.
 *
 *     struct fp_child child = { .argv = argv, .env = env, .timeout_ms = 60000, .cancel = &cancel, .line = say, .ctx = log };
 *     if (fp_child_run(&child, &err) < 0) …
 */
#ifndef FP_BASE_CHILD_H
#define FP_BASE_CHILD_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/error.h"

#define FP_CHILD_OUTPUT ((size_t)64 << 10)
#define FP_CHILD_LINE ((size_t)1024) /* longer lines come in pieces */
#define FP_CHILD_GRACE_MS 3000

struct fp_child {
    char *const *argv; /* NULL behind the last one */
    char *const *env;  /* likewise: all that it gets */
    int64_t timeout_ms;
    const atomic_bool *cancel;                 /* NULL = never */
    void (*line)(void *ctx, const char *text); /* any bytes but a NUL; NULL = not wanted */
    void *ctx;
};

/* FP_OK when it ended with 0. Else FP_EIO, saying how it ended and the last line that it wrote; FP_ECANCELLED. */
int fp_child_run(const struct fp_child *child, struct fp_error *err);

#endif
