#include "profile/stats.h"

#include <math.h>
#include <stdlib.h>

static double log_factorial(double n)
{
    int sign;

    return lgamma_r(n + 1, &sign);
}

static double log_choose(double n, double k)
{
    return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

/* Of n + m stacks, x + y are marked; the first n were drawn. Steps through every way to split the marked ones. */
static double fisher(int64_t x, int64_t n, int64_t y, int64_t m)
{
    int64_t marked = x + y, least = marked > m ? marked - m : 0, most = marked < n ? marked : n;
    double all = log_choose((double)(n + m), (double)marked);
    double observed = log_choose((double)n, (double)x) + log_choose((double)m, (double)y) - all;
    const double tie = 1e-7; /* splits that are as likely, but for rounding */
    double p = 0;

    for (int64_t k = least; k <= most; k++) {
        double one = log_choose((double)n, (double)k) + log_choose((double)m, (double)(marked - k)) - all;

        if (one <= observed + tie)
            p += exp(one);
    }
    return p < 1 ? p : 1;
}

static double normal(int64_t x, int64_t n, int64_t y, int64_t m)
{
    double dn = (double)n, dm = (double)m;
    double pooled = ((double)x + (double)y) / (dn + dm);
    double spread = sqrt(pooled * (1 - pooled) * (1 / dn + 1 / dm));
    double apart = fabs((double)x / dn - (double)y / dm) - 0.5 * (1 / dn + 1 / dm);

    if (apart <= 0 || spread <= 0)
        return 1;
    return erfc(apart / spread / sqrt(2));
}

double fp_stats_two_proportions(int64_t x, int64_t n, int64_t y, int64_t m)
{
    int64_t seen = x + y, unseen = (n - x) + (m - y);

    if (n <= 0 || m <= 0 || !seen || !unseen)
        return 1;
    /* what is not seen is a proportion as well: the rarer of both decides how many splits there are */
    if (seen <= FP_STATS_EXACT)
        return fisher(x, n, y, m);
    if (unseen <= FP_STATS_EXACT)
        return fisher(n - x, n, m - y, m);
    return normal(x, n, y, m);
}

static int rising(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;

    return a < b ? -1 : a > b;
}

double fp_stats_discoveries(double *p, size_t count, double q)
{
    if (count)
        qsort(p, count, sizeof *p, rising);
    for (size_t i = count; i-- > 0;)
        if (p[i] <= q * (double)(i + 1) / (double)count)
            return p[i];
    return -1;
}
