/* What goes of a list of nights, and why. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "publish/retention.h"

#define DAY INT64_C(86400)
#define COUNT 5

/* Five days, the newest first, of 100 bytes each, 60 of them profiles. */
static void make(struct fp_retention_night nights[COUNT])
{
    for (size_t i = 0; i < COUNT; i++)
        nights[i] = (struct fp_retention_night){ .end = (100 - (int64_t)i) * DAY, .bytes = 100, .profiles = 60, .has_data = true };
}

/* A letter for each night: d(ays), n(ights), b(ytes), or '.'; upper case for its profiles. */
static void expect(const struct fp_retention_config *limits, struct fp_retention_night nights[COUNT], const char *what)
{
    struct fp_retention_verdict verdicts[COUNT];
    char found[COUNT + 1] = "";

    assert_int_equal(fp_retention_judge(limits, nights, COUNT, verdicts, NULL), FP_OK);
    for (size_t i = 0; i < COUNT; i++)
        found[i] = verdicts[i].night ? ".dnb"[verdicts[i].night] : ".DNB"[verdicts[i].profiles];
    assert_string_equal(found, what);
}

static void expect_fresh(struct fp_retention_limits of_nights, struct fp_retention_limits of_profiles, const char *what)
{
    struct fp_retention_night nights[COUNT];

    make(nights);
    expect(&(struct fp_retention_config){ of_nights, of_profiles }, nights, what);
}

#define NONE ((struct fp_retention_limits){ 0, 0, 0 })
#define DAYS(n) ((struct fp_retention_limits){ n, 0, 0 })
#define NIGHTS(n) ((struct fp_retention_limits){ 0, n, 0 })
#define BYTES(n) ((struct fp_retention_limits){ 0, 0, n })

static void test_limits(void **state)
{
    (void)state;
    expect_fresh(NONE, NONE, ".....");
    expect_fresh(DAYS(4), NONE, ".....");
    expect_fresh(DAYS(3), NONE, "....d"); /* it ended four days before */
    expect_fresh(DAYS(1), NONE, "..ddd");
    expect_fresh(DAYS(100000), NONE, ".....");
    expect_fresh(NIGHTS(5), NONE, ".....");
    expect_fresh(NIGHTS(1), NONE, ".nnnn");
    expect_fresh(BYTES(500), NONE, ".....");
    expect_fresh(BYTES(499), NONE, "....b");
    expect_fresh(BYTES(1), NONE, ".bbbb"); /* the newest is more than that by itself */
    expect_fresh(NONE, DAYS(2), "...DD");
    expect_fresh(NONE, NIGHTS(2), "..NNN");
    expect_fresh(NONE, BYTES(120), "..BBB");
}

static void test_together(void **state)
{
    (void)state;
    expect_fresh((struct fp_retention_limits){ 3, 4, 250 }, NONE, "..bbd");
    expect_fresh(NIGHTS(4), NIGHTS(1), ".NNNn");
    /* nights count with what is left of them: 100 + 4 × 40 */
    expect_fresh(BYTES(260), NIGHTS(1), ".NNNN");
    expect_fresh(BYTES(259), NIGHTS(1), ".NNNb");
}

static void test_bound(void **state)
{
    struct fp_retention_night nights[COUNT];

    (void)state;
    make(nights);
    nights[3].bound = true;
    expect(&(struct fp_retention_config){ { 1, 1, 1 }, { 1, 1, 1 } }, nights, ".nd.d");
    make(nights);
    nights[4].bound = true; /* it counts, as the newest does: 200 of 350 are taken */
    expect(&(struct fp_retention_config){ BYTES(350), NONE }, nights, "..bb.");
}

/* A clock that was wrong for a night leaves empty nights far away. */
static void test_reference(void **state)
{
    struct fp_retention_night nights[COUNT];
    struct fp_retention_verdict none;

    (void)state;
    make(nights);
    nights[0].end = INT64_MAX;
    nights[0].has_data = false;
    expect(&(struct fp_retention_config){ DAYS(2), NONE }, nights, "....d");
    make(nights);
    nights[0].has_data = nights[1].has_data = false;
    expect(&(struct fp_retention_config){ NIGHTS(1), NONE }, nights, "...nn"); /* nights without data take no place */
    make(nights);
    nights[2].has_data = false;
    expect(&(struct fp_retention_config){ NIGHTS(2), NONE }, nights, "..nnn");
    make(nights);
    for (size_t i = 0; i < COUNT; i++)
        nights[i].has_data = false;
    expect(&(struct fp_retention_config){ DAYS(1), NONE }, nights, ".....");
    make(nights);
    nights[4].end = INT64_MIN;
    expect(&(struct fp_retention_config){ DAYS(50), NONE }, nights, "....d");
    fp_retention_judge(&(struct fp_retention_config){ BYTES(1), BYTES(1) }, NULL, 0, &none, NULL);
}

/* The clock of the machine and that of the source were wrong for a night: it has data, and stands alone. */
static void test_far_ahead(void **state)
{
    struct fp_retention_night nights[COUNT];

    (void)state;
    make(nights);
    nights[0].end = 40000 * DAY;
    expect(&(struct fp_retention_config){ DAYS(2), NONE }, nights, "....d");
    make(nights);
    nights[0].end = (99 + 20) * DAY; /* less than a month, but it would take all others with it */
    expect(&(struct fp_retention_config){ DAYS(3), NONE }, nights, ".....");
    make(nights);
    nights[0].end = (99 + 40) * DAY; /* it would take most of them */
    expect(&(struct fp_retention_config){ DAYS(41), NONE }, nights, ".....");
    make(nights);
    nights[0].end = 40000 * DAY;
    expect(&(struct fp_retention_config){ NIGHTS(3), NIGHTS(4) }, nights, "....n");
    make(nights);
    nights[0].end = 40001 * DAY;
    nights[1].end = 40000 * DAY; /* there are two: so it is */
    expect(&(struct fp_retention_config){ DAYS(2), NONE }, nights, "..ddd");
}

/* A month that began before its days, and ends after them. */
static void test_overlap(void **state)
{
    struct fp_retention_night nights[COUNT];

    (void)state;
    make(nights);
    nights[3].end = 105 * DAY;
    expect(&(struct fp_retention_config){ NIGHTS(2), NONE }, nights, ".nn.n");
    make(nights);
    nights[3].end = nights[2].end;
    expect(&(struct fp_retention_config){ NIGHTS(3), NONE }, nights, "...nn");
}

static void test_extremes(void **state)
{
    struct fp_retention_night nights[COUNT];

    (void)state;
    make(nights);
    for (size_t i = 0; i < COUNT; i++)
        nights[i].bytes = INT64_MAX;
    expect(&(struct fp_retention_config){ BYTES(INT64_MAX - 1), NONE }, nights, ".bbbb");
    make(nights);
    nights[2].profiles = 0; /* nothing to remove, nothing said */
    expect(&(struct fp_retention_config){ NONE, NIGHTS(1) }, nights, ".N.NN");
}

static void test_names(void **state)
{
    const struct fp_retention_config none = { NONE, NONE }, some = { NONE, BYTES(1) };

    (void)state;
    assert_false(fp_retention_is_set(&none));
    assert_true(fp_retention_is_set(&some));
    assert_string_equal(fp_retention_name(FP_RETENTION_BYTES), "max_bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits),    cmocka_unit_test(test_together), cmocka_unit_test(test_bound),
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_far_ahead),
        cmocka_unit_test(test_overlap), cmocka_unit_test(test_extremes), cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
