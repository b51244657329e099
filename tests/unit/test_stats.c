/* The two tests, against values computed with whole numbers and by counting. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "profile/stats.h"

static void assert_near(double is, double expected, double relative)
{
    if (!(fabs(is - expected) <= relative * fabs(expected)))
        fail_msg("%.12g is not %.12g", is, expected);
}

/* Σ C(n, i) C(m, k - i) / C(n + m, k) over the i that are not likelier than x */
static void exact(void **state)
{
    (void)state;
    assert_near(fp_stats_two_proportions(3, 4, 1, 4), 0.485714285714286, 1e-9); /* the lady tasting tea: 34/70 */
    assert_near(fp_stats_two_proportions(4, 4, 0, 4), 2.0 / 70, 1e-9);
    assert_near(fp_stats_two_proportions(0, 10, 5, 10), 2 * 252.0 / 15504, 1e-9); /* C(10,5) / C(20,5), twice */
    assert_near(fp_stats_two_proportions(2, 15, 10, 12), 0.0004352313007583, 1e-9);
}

static void symmetric(void **state)
{
    (void)state;
    for (int64_t x = 0; x <= 12; x++)
        for (int64_t y = 0; y <= 9; y++) {
            double p = fp_stats_two_proportions(x, 12, y, 9);

            assert_true(p > 0 && p <= 1);
            assert_near(fp_stats_two_proportions(y, 9, x, 12), p, 1e-9);
            assert_near(fp_stats_two_proportions(12 - x, 12, 9 - y, 9), p, 1e-9);
        }
}

/* Under the hypothesis, a p value of at most a comes with a chance of at most a: summed over every outcome. */
static void honest(void **state)
{
    enum { N = 30, M = 40 };
    double chance_x[N + 1], chance_y[M + 1];
    const double share = 0.2;
    double at_five = 0;

    (void)state;
    for (int x = 0; x <= N; x++)
        chance_x[x] = exp(lgamma(N + 1) - lgamma(x + 1) - lgamma(N - x + 1) + x * log(share) + (N - x) * log(1 - share));
    for (int y = 0; y <= M; y++)
        chance_y[y] = exp(lgamma(M + 1) - lgamma(y + 1) - lgamma(M - y + 1) + y * log(share) + (M - y) * log(1 - share));
    for (int x = 0; x <= N; x++)
        for (int y = 0; y <= M; y++)
            if (fp_stats_two_proportions(x, N, y, M) <= 0.05)
                at_five += chance_x[x] * chance_y[y];
    assert_true(at_five <= 0.05);
    assert_true(at_five > 0.01); /* and it does say something */
}

static void large(void **state)
{
    double exact_side = fp_stats_two_proportions(480, 100000, 520, 100000);
    double normal_side = fp_stats_two_proportions(481, 100000, 521, 100000);

    (void)state;
    assert_near(normal_side, exact_side, 0.05); /* the two meet at the border */
    assert_true(fp_stats_two_proportions(300000, 1000000, 310000, 1000000) < 1e-40);
    assert_near(fp_stats_two_proportions(300000, 1000000, 300001, 1000000), 1, 1e-3);
    assert_true(fp_stats_two_proportions(INT64_C(1) << 40, INT64_C(1) << 41, INT64_C(1) << 40, INT64_C(1) << 41) == 1);
}

static void nothing(void **state)
{
    (void)state;
    assert_true(fp_stats_two_proportions(0, 0, 5, 10) == 1);
    assert_true(fp_stats_two_proportions(5, 10, 0, 0) == 1);
    assert_true(fp_stats_two_proportions(0, 10, 0, 20) == 1);
    assert_true(fp_stats_two_proportions(10, 10, 20, 20) == 1);
}

/* The example of Benjamini and Hochberg 1995: at 0.05 the first four of fifteen. */
static void step_up(void **state)
{
    double p[] = { 0.0459, 0.3240, 0.0001, 0.0298, 0.0201, 0.6528, 1.0000, 0.0095,
                   0.4262, 0.0278, 0.7590, 0.0344, 0.0004, 0.5719, 0.0019 };
    double one[] = { 0.02 }, gap[] = { 0.04, 0.045, 0.049, 0.05 };

    (void)state;
    assert_true(fp_stats_discoveries(p, 15, 0.05) == 0.0095);
    assert_true(fp_stats_discoveries(p, 15, 0.00001) < 0);
    assert_true(fp_stats_discoveries(one, 1, 0.01) < 0);
    assert_true(fp_stats_discoveries(one, 1, 0.02) == 0.02);
    assert_true(fp_stats_discoveries(gap, 4, 0.05) == 0.05); /* the last makes all of them one */
    assert_true(fp_stats_discoveries(NULL, 0, 0.05) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact), cmocka_unit_test(symmetric), cmocka_unit_test(honest),
        cmocka_unit_test(large), cmocka_unit_test(nothing),   cmocka_unit_test(step_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
