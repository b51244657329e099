/*
 * Which of two reports of the same job is worth more: the one that a run pressed, or that of an earlier run.
 *
 * One total order, the best first. Reports are entries of a night (report/night.h):
 *
 *   proved      with numbers, and nothing can have been cut
 *   unproved    with numbers, which are the least there can be
 *   partial     with numbers of a part of the window: the more of its time, the better
 *   empty       the server had nothing
 *   partial     with nothing in the part that could be had
 *   failed
 *
 * Of two that are alike in this, the one with the larger total is worth more: to the same question a server gives less
 * only when it no longer has all of the data. Two that are equal in all are worth the same.
 *
 * Pure.
 */
#ifndef FP_PRESS_WORTH_H
#define FP_PRESS_WORTH_H

#include <stdbool.h>

#include <jansson.h>

/* NULL: `pressed` is worth as much as `earlier`, or more. Else why not, as what its run did: "found nothing: …". */
const char *fp_worth_less(const json_t *pressed, const json_t *earlier);

/* With a total: better than nothing even where it is worth less. */
bool fp_worth_has_numbers(const json_t *entry);

#endif
