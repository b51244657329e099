/*
 * What changed: the rule by hand, the two recorded days, and a null test: one day dealt at random into two halves,
 * in which nothing changed.
 */
#include "tree_fixture.h"

#include <math.h>

#include "profile/changes.h"

#define SAMPLE 10101

static struct fp_changes_rule rule_of(int64_t sample)
{
    struct fp_changes_rule rule = FP_CHANGES_RULE_INIT;

    rule.sample = sample;
    return rule;
}

static void compare(struct fp_tree *before, struct fp_tree *after, int64_t sample, struct fp_pair *pair,
                    struct fp_changes *changes)
{
    struct fp_changes_rule rule = rule_of(sample);

    assert_int_equal(fp_pair_make(pair, before, after, NULL), 0);
    assert_int_equal(fp_changes_find(pair, &rule, changes, NULL), 0);
    fp_tree_release(before);
    fp_tree_release(after);
}

static void release(struct fp_pair *pair, struct fp_changes *changes)
{
    fp_pair_release(pair);
    fp_changes_release(changes);
}

static uint32_t index_of(const struct fp_pair *pair, const struct fp_changes *changes, const char *name)
{
    for (uint32_t i = 0; i < changes->count; i++)
        if (fp_slice_is(fp_names_get(&pair->tree.names, changes->items[i].name), name))
            return i;
    fail_msg("%s is no function of the pair", name);
    return 0;
}

static const struct fp_change *change_of(const struct fp_pair *pair, const struct fp_changes *changes,
                                         const char *name)
{
    return &changes->items[index_of(pair, changes, name)];
}

static void assert_lead(const struct fp_pair *pair, const struct fp_changes *changes, const char *name,
                        const char *lead)
{
    assert_int_equal(change_of(pair, changes, name)->lead, index_of(pair, changes, lead));
}

/* ---- by hand ---- */

static void new_and_gone(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "main;work", 900 }, { "main;old", 100 });
    struct fp_tree after = FIXTURE_TREE({ "main;work", 900 }, { "main;young", 100 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_int_equal(c.tested, 4);
    assert_int_equal(c.changed, 2);
    assert_int_equal(c.before_samples, 1000);
    assert_int_equal(change_of(&pair, &c, "young")->verdict, FP_VERDICT_NEW);
    assert_true(fabs(change_of(&pair, &c, "young")->effect - 0.1) < 1e-12);
    assert_int_equal(change_of(&pair, &c, "old")->verdict, FP_VERDICT_GONE);
    assert_true(fabs(change_of(&pair, &c, "old")->effect + 0.1) < 1e-12);
    assert_int_equal(change_of(&pair, &c, "work")->verdict, FP_VERDICT_NOISE);
    assert_int_equal(change_of(&pair, &c, "main")->verdict, FP_VERDICT_NOISE);
    assert_int_equal(change_of(&pair, &c, "main")->lead, FP_NO_CHANGE);
    assert_lead(&pair, &c, "young", "young");
    release(&pair, &c);
}

/* A busier day is no change: shares are compared. */
static void twice_as_much(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "main;a", 700 }, { "main;b", 300 });
    struct fp_tree after = FIXTURE_TREE({ "main;a", 1400 }, { "main;b", 600 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_int_equal(c.changed, 0);
    for (size_t i = 0; i < c.count; i++)
        assert_true(c.items[i].effect == 0 && c.items[i].verdict == FP_VERDICT_NOISE);
    release(&pair, &c);
}

static void significant_but_small(void **state)
{
    /* 0.4 points of 10,000,000 samples: far beyond noise, below the effect */
    struct fp_tree before = FIXTURE_TREE({ "a", 9000000 }, { "b", 1000000 });
    struct fp_tree after = FIXTURE_TREE({ "a", 8960000 }, { "b", 1040000 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_true(change_of(&pair, &c, "b")->p < 1e-100);
    assert_int_equal(c.changed, 0);
    release(&pair, &c);
}

static void large_but_noise(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "a", 110 }, { "b", 10 });
    struct fp_tree after = FIXTURE_TREE({ "a", 104 }, { "b", 16 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c); /* 5 points */
    assert_int_equal(c.changed, 0);
    assert_false(c.too_few);
    release(&pair, &c);
}

static void few_samples(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "a", 1000 });
    struct fp_tree after = FIXTURE_TREE({ "b", 99 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_true(c.too_few);
    assert_int_equal(c.changed, 0);
    assert_int_equal(change_of(&pair, &c, "a")->verdict, FP_VERDICT_TOO_FEW);
    release(&pair, &c);
}

static void nothing_on_a_side(void **state)
{
    (void)state;
    for (int sample = 0; sample < 2; sample++) {
        struct fp_tree before = FIXTURE_TREE({ "", 0 }), after = FIXTURE_TREE({ "a", 1000 });
        struct fp_pair pair;
        struct fp_changes c;

        compare(&before, &after, sample, &pair, &c);
        assert_true(c.too_few);
        assert_int_equal(c.changed, 0);
        release(&pair, &c);
    }
}

/* Bytes and waits: the effect decides alone. */
static void without_samples(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "a", 991 }, { "b", 9 });
    struct fp_tree after = FIXTURE_TREE({ "a", 985 }, { "b", 15 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 0, &pair, &c);
    assert_int_equal(c.after_samples, 0);
    assert_int_equal(change_of(&pair, &c, "b")->verdict, FP_VERDICT_CHANGE); /* 0.6 points */
    assert_true(change_of(&pair, &c, "b")->p == 1);
    release(&pair, &c);
}

static void recursion_counts_once(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "f;f;f", 500 }, { "g", 500 });
    struct fp_tree after = FIXTURE_TREE({ "f;f;f", 500 }, { "g", 500 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_int_equal(change_of(&pair, &c, "f")->after_total, 500);
    assert_int_equal(change_of(&pair, &c, "f")->before_total, 500);
    release(&pair, &c);
}

static void threads_are_no_functions(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "[t] one;f", 1000 }, { "[t] one;[unknown start_thread?];g", 1000 });
    struct fp_tree after = FIXTURE_TREE({ "[t] two;f", 1000 }, { "[t] two;[unknown start_thread?];g", 1000 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_int_equal(c.count, 2);
    assert_int_equal(c.changed, 0);
    release(&pair, &c);
}

/* ---- moved ---- */

/* A JIT inlines `inner` into `outer` on the second day: nothing changed. */
static void inlined(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "main;outer;inner", 600 }, { "main;outer;inner;leaf", 200 }, { "main", 200 });
    struct fp_tree after = FIXTURE_TREE({ "main;outer", 600 }, { "main;outer;leaf", 200 }, { "main", 200 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_int_equal(change_of(&pair, &c, "inner")->verdict, FP_VERDICT_MOVED);
    assert_int_equal(change_of(&pair, &c, "outer")->verdict, FP_VERDICT_MOVED); /* its self rose */
    assert_true(change_of(&pair, &c, "outer")->by_self);
    assert_int_equal(c.changed, 0);
    release(&pair, &c);
}

/* The same shapes, but the callee's work is on top of its caller's. */
static void more_work(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "main;outer", 600 }, { "main", 400 });
    struct fp_tree after = FIXTURE_TREE({ "main;outer", 600 }, { "main;outer;inner", 300 }, { "main", 400 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_int_equal(change_of(&pair, &c, "inner")->verdict, FP_VERDICT_NEW);
    assert_lead(&pair, &c, "inner", "inner");
    release(&pair, &c);
}

/* ---- leads ---- */

static void callers_follow(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "main;serve;handle;parse", 300 }, { "main;idle", 700 });
    struct fp_tree after = FIXTURE_TREE({ "main;serve;handle;parse", 300 }, { "main;idle", 700 },
                                        { "main;serve;handle;audit;hash;block", 300 }, { "main;serve;handle;audit;copy", 200 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_lead(&pair, &c, "serve", "audit"); /* up because audit is */
    assert_lead(&pair, &c, "handle", "audit");
    assert_lead(&pair, &c, "hash", "audit"); /* a part of it */
    assert_lead(&pair, &c, "block", "audit");
    assert_lead(&pair, &c, "copy", "audit");
    assert_lead(&pair, &c, "audit", "audit");
    assert_lead(&pair, &c, "idle", "idle"); /* down, for itself */
    release(&pair, &c);
}

/* Nothing new: the deepest that carries the whole of it, and the program's own before the kernel's. */
static void the_deepest(void **state)
{
    struct fp_tree before = FIXTURE_TREE({ "main;a;b;[k] write", 100 }, { "main;x", 900 });
    struct fp_tree after = FIXTURE_TREE({ "main;a;b;[k] write", 600 }, { "main;x", 900 });
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    compare(&before, &after, 1, &pair, &c);
    assert_lead(&pair, &c, "a", "b");
    assert_lead(&pair, &c, "[k] write", "b");
    release(&pair, &c);
}

/* ---- recorded ---- */

static bool recorded_day(const char *service, const char *event, const char *day, struct fp_tree *tree)
{
    char path[2048];
    struct fp_reply reply;
    struct fp_in *in;
    bool found;

    snprintf(path, sizeof path, "%s/assets/demo/%s.%s.%s/reply.json.gz", getenv("FP_SOURCE_DIR"), service, event, day);
    assert_int_equal(fp_in_open_file(path, &in, NULL), 0);
    assert_int_equal(fp_codec_read(in, fp_slice_of(service), FP_LIMIT_RESPONSE_DEFAULT, &reply, NULL), 0);
    found = reply.builder.count > 0;
    if (found)
        fixture_freeze(&reply.builder, tree);
    fp_reply_release(&reply);
    return found;
}

#define DAY1 "2026-11-19"
#define DAY2 "2026-11-20"

static void recorded_between(const char *service, const char *event, int64_t sample, const char *from, const char *to,
                             struct fp_pair *pair, struct fp_changes *changes)
{
    struct fp_tree before, after;

    assert_true(recorded_day(service, event, from, &before));
    assert_true(recorded_day(service, event, to, &after));
    compare(&before, &after, sample, pair, changes);
}

static void recorded(const char *service, const char *event, int64_t sample, struct fp_pair *pair,
                     struct fp_changes *changes)
{
    recorded_between(service, event, sample, DAY1, DAY2, pair, changes);
}

/* The first change upwards that leads. */
static struct fp_slice headline(const struct fp_pair *pair, const struct fp_changes *c)
{
    for (uint32_t i = 0; i < c->count; i++)
        if (c->items[i].lead == i && c->items[i].effect > 0)
            return fp_names_get(&pair->tree.names, c->items[i].name);
    return fp_slice_of("");
}

static void hashing_is_found(void **state)
{
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    recorded("checkout-api", "on-cpu", SAMPLE, &pair, &c);
    assert_true(fp_slice_is(headline(&pair, &c), "auditLine /app/api.js:3:19"));
    assert_int_equal(change_of(&pair, &c, "auditLine /app/api.js:3:19")->verdict, FP_VERDICT_NEW);
    assert_lead(&pair, &c, "node::crypto::Hash::HashDigest", "auditLine /app/api.js:3:19");
    assert_lead(&pair, &c, "node::crypto::Hash::New", "auditLine /app/api.js:3:19");
    release(&pair, &c);
}

/* Between the days the JIT cut the frames of half the profile differently; only the regular expression is a change. */
static void regular_expression_is_found(void **state)
{
    struct fp_pair pair;
    struct fp_changes c;
    const char *replace = "java.lang.String java.util.regex.Matcher.replaceAll(java.lang.String)";

    (void)state;
    recorded("order-service.jar", "on-cpu", SAMPLE, &pair, &c);
    assert_true(fp_slice_is(headline(&pair, &c), replace));
    for (uint32_t i = 0; i < c.count; i++)
        if (fp_change_is_one(&c.items[i]))
            assert_int_equal(c.items[i].lead, index_of(&pair, &c, replace));
    assert_int_equal(change_of(&pair, &c, "java.lang.Object com.acme.orders.OrderService.lambda$main$1(int)")->verdict,
                     FP_VERDICT_MOVED);
    release(&pair, &c);
}

/* The same two days the other way round: what was new is gone, what rose fell, and nothing else leads. */
static void the_days_reversed(void **state)
{
    static const char *const crypto[] = { "node::crypto::Hash::HashInit", "EVP_MD_CTX_free" };
    const char *replace = "java.lang.String java.util.regex.Matcher.replaceAll(java.lang.String)";
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    recorded_between("order-service.jar", "on-cpu", SAMPLE, DAY2, DAY1, &pair, &c);
    assert_true(change_of(&pair, &c, replace)->effect < 0);
    for (uint32_t i = 0; i < c.count; i++)
        if (fp_change_is_one(&c.items[i]))
            assert_int_equal(c.items[i].lead, index_of(&pair, &c, replace));
    release(&pair, &c);
    for (int reversed = 0; reversed < 2; reversed++) {
        recorded_between("checkout-api", "on-cpu", SAMPLE, reversed ? DAY2 : DAY1, reversed ? DAY1 : DAY2, &pair, &c);
        for (size_t i = 0; i < sizeof crypto / sizeof *crypto; i++)
            assert_int_equal(change_of(&pair, &c, crypto[i])->verdict, reversed ? FP_VERDICT_GONE : FP_VERDICT_NEW);
        release(&pair, &c);
    }
}

static void unchanged_programs(void **state)
{
    static const char *const services[] = { "nginx", "flame-worker", "trace-querier" };

    (void)state;
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        struct fp_pair pair;
        struct fp_changes c;

        recorded(services[i], "on-cpu", SAMPLE, &pair, &c);
        assert_false(c.too_few);
        assert_int_equal(c.changed, 0);
        for (uint32_t k = 0; k < c.count; k++)
            assert_int_equal(c.items[k].verdict, FP_VERDICT_NOISE);
        release(&pair, &c);
    }
}

static void eight_samples(void **state)
{
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    recorded("redis-server", "on-cpu", SAMPLE, &pair, &c);
    assert_int_equal(c.after_samples, 8);
    assert_true(c.too_few);
    assert_int_equal(c.changed, 0);
    release(&pair, &c);
}

static void the_host(void **state)
{
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    recorded("Total", "on-cpu", SAMPLE, &pair, &c);
    assert_int_equal(change_of(&pair, &c, "[p] redis-server")->verdict, FP_VERDICT_CHANGE);
    assert_true(change_of(&pair, &c, "[p] redis-server")->effect < 0);
    release(&pair, &c);
}

/* ---- the null test ---- */

/* Deals each sample of a day to one of two halves. */
static void deal(const struct fp_tree *day, uint64_t number, struct fp_tree halves[2])
{
    uint64_t state = number * UINT64_C(0x9E3779B97F4A7C15) + 12345;
    struct fp_builder builders[2];
    uint32_t *nodes[2];

    for (int h = 0; h < 2; h++) {
        fixture_start(&builders[h]);
        nodes[h] = calloc(day->count, sizeof *nodes[h]);
        assert_non_null(nodes[h]);
    }
    for (uint32_t i = 0; i < day->count; i++) {
        int64_t dealt[2] = { 0, 0 };

        for (int64_t s = 0; s < day->self[i] / SAMPLE; s++)
            dealt[fixture_random(&state, 2)] += SAMPLE;
        for (int h = 0; h < 2; h++) {
            if (i)
                nodes[h][i] = fixture_child(&builders[h], nodes[h][day->parent[i]], fp_tree_name(day, i),
                                            fp_tree_kind(day, i));
            assert_int_equal(fp_builder_add(&builders[h], nodes[h][i], dealt[h], NULL), 0);
        }
    }
    for (int h = 0; h < 2; h++) {
        fixture_freeze(&builders[h], &halves[h]);
        free(nodes[h]);
    }
}

static void null_test(void **state)
{
    static const char *const services[] = { "checkout-api", "order-service.jar", "nginx" };
    enum { ROUNDS = 200 };

    (void)state;
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        struct fp_tree day;
        int false_alarms = 0;

        assert_true(recorded_day(services[i], "on-cpu", "2026-11-20", &day));
        for (uint64_t round = 0; round < ROUNDS; round++) {
            struct fp_tree halves[2];
            struct fp_pair pair;
            struct fp_changes c;

            deal(&day, round, halves);
            compare(&halves[0], &halves[1], SAMPLE, &pair, &c);
            assert_true(c.count > 100 && !c.too_few);
            false_alarms += c.changed > 0;
            release(&pair, &c);
        }
        print_message("%s: %d false alarms in %d runs\n", services[i], false_alarms, ROUNDS);
        assert_true(false_alarms <= ROUNDS / 20);
        fp_tree_release(&day);
    }
}

/* The same, with one function's samples doubled in the second half: it must be seen, else silence proves nothing. */
static void and_not_deaf(void **state)
{
    struct fp_tree day, halves[2];
    struct fp_pair pair;
    struct fp_changes c;

    (void)state;
    assert_true(recorded_day("order-service.jar", "on-cpu", "2026-11-20", &day));
    for (uint32_t i = 0; i < day.count; i++)
        day.self[i] *= 2;
    deal(&day, 1, halves);
    fp_tree_release(&day);
    for (uint32_t i = 0; i < halves[1].count; i++)
        if (fp_slice_is(fp_tree_name(&halves[1], i), "long com.acme.orders.OrderService.fib(int)"))
            halves[1].self[i] *= 2;
    for (uint32_t i = 0; i < halves[1].count; i++)
        halves[1].total[i] = halves[1].self[i];
    for (uint32_t i = halves[1].count - 1; i > 0; i--)
        halves[1].total[halves[1].parent[i]] += halves[1].total[i];
    compare(&halves[0], &halves[1], SAMPLE, &pair, &c);
    assert_int_equal(change_of(&pair, &c, "long com.acme.orders.OrderService.fib(int)")->verdict, FP_VERDICT_CHANGE);
    release(&pair, &c);
}

/* ---- anything at all ---- */

static void random_trees(void **state)
{
    (void)state;
    for (uint64_t i = 0; i < 500; i++) {
        struct fp_tree before = fixture_random_tree(3 * i), after = fixture_random_tree(3 * i + 1);
        struct fp_pair pair;
        struct fp_changes c;

        compare(&before, &after, 1 + (int64_t)(i % 2) * 99, &pair, &c);
        for (uint32_t k = 0; k < c.count; k++) {
            const struct fp_change *change = &c.items[k];

            if (k)
                assert_true(fabs(c.items[k - 1].effect) >= fabs(change->effect));
            assert_int_equal(change->lead == FP_NO_CHANGE, !fp_change_is_one(change));
            if (change->lead != FP_NO_CHANGE) {
                assert_true(fp_change_is_one(&c.items[change->lead]));
                assert_true(c.items[change->lead].effect * change->effect > 0);
                assert_int_equal(c.items[change->lead].lead, change->lead); /* leads follow nobody */
            }
        }
        release(&pair, &c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_and_gone),
        cmocka_unit_test(twice_as_much),
        cmocka_unit_test(significant_but_small),
        cmocka_unit_test(large_but_noise),
        cmocka_unit_test(few_samples),
        cmocka_unit_test(nothing_on_a_side),
        cmocka_unit_test(without_samples),
        cmocka_unit_test(recursion_counts_once),
        cmocka_unit_test(threads_are_no_functions),
        cmocka_unit_test(inlined),
        cmocka_unit_test(more_work),
        cmocka_unit_test(callers_follow),
        cmocka_unit_test(the_deepest),
        cmocka_unit_test(hashing_is_found),
        cmocka_unit_test(regular_expression_is_found),
        cmocka_unit_test(the_days_reversed),
        cmocka_unit_test(unchanged_programs),
        cmocka_unit_test(eight_samples),
        cmocka_unit_test(the_host),
        cmocka_unit_test(null_test),
        cmocka_unit_test(and_not_deaf),
        cmocka_unit_test(random_trees),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
