/*
 * The statistics of a comparison: how likely is a difference of two counts by sampling alone?
 *
 * A profile of N samples in which a function was seen x times is a draw of N stacks; before and after are two
 * independent draws. The hypothesis is that the function's share is the same in both.
 *
 * fp_stats_two_proportions: two-sided p value. Up to FP_STATS_EXACT sightings it is Fisher's exact test, the sum of
 * the hypergeometric probabilities that are not greater than the observed one's (R. A. Fisher 1935; the two-sided
 * convention of R's fisher.test); beyond, the normal approximation with pooled variance and Yates's continuity
 * correction (F. Yates 1934), which errs on the side of silence.
 *
 * fp_stats_discoveries: Benjamini and Hochberg's step-up procedure (1995): of m p values, which may be called
 * discoveries so that the expected share of false ones among them is at most q. Functions of one stack rise and fall
 * together, which is the positive dependence under which the procedure keeps its promise (Benjamini and Yekutieli
 * 2001).
 *
 * Pure; no global state (lgamma_r, not lgamma).
 */
#ifndef FP_PROFILE_STATS_H
#define FP_PROFILE_STATS_H

#include <stddef.h>
#include <stdint.h>

#define FP_STATS_EXACT 1000

/* x of n and y of m; 0 <= x <= n, 0 <= y <= m. 1 when n or m is 0. */
double fp_stats_two_proportions(int64_t x, int64_t n, int64_t y, int64_t m);

/* The largest p value that is a discovery among `count` values; negative when none is. The values are sorted in
 * place. A value p is a discovery when p <= the result. */
double fp_stats_discoveries(double *p, size_t count, double q);

#endif
