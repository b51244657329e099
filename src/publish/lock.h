/*
 * One press run at a time into one output directory.
 *
 * flock(2) on DIR/.flamepress/lock: the kernel drops it with the process, so
 * nothing stays behind after a crash. The file holds one line about the holder
 * (pid and time) for the message of whoever comes second; its content is never
 * used to decide anything. The file itself stays: removing it would open a race.
 *
 * DIR may be a symbolic link to a directory; DIR/.flamepress and the lock may not be links.
 *
 *     struct fp_lock lock = { -1 };
 *     if (fp_lock_take(&lock, output, now, &err) < 0) …
 *     fp_lock_drop(&lock);
 *
 * The lock belongs to the open file: a child made by fork shares it until it closes or executes.
 */
#ifndef FP_PUBLISH_LOCK_H
#define FP_PUBLISH_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct fp_lock {
    int fd; /* -1 = not held */
};

/*
 * Makes the output directory when it is not there. FP_EBUSY, naming the holder, when somebody has the lock;
 * FP_EINVAL when `output` cannot be a directory (a file, a dangling link); FP_EIO when the system refuses.
 * `now` is unix seconds, for the line in the file. After a failure the lock is { -1 }.
 */
int fp_lock_take(struct fp_lock *lock, const char *output, int64_t now, struct fp_error *err);
/* FP_EIO when DIR/.flamepress/lock is not the file that is locked (any more): somebody removed or replaced the output, and
 * whoever comes next may think that nobody is at work. */
int fp_lock_check(const struct fp_lock *lock, const char *output, struct fp_error *err);
/* Fine on a lock that is not held ({ -1 }). */
void fp_lock_drop(struct fp_lock *lock);

/* For who only reads a site, and must not keep a run out by a lock of his own: look before and after. */
struct fp_lock_trace {
    int64_t taken_ns; /* when it was taken last; 0 = never */
    bool held;        /* as far as this machine knows */
};
/* Never fails: where nobody can have a lock, none was taken. */
struct fp_lock_trace fp_lock_look(const char *output);

#endif
