/* plan/event: the table against DeepFlow's "values and units", written out a second time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "plan/event.h"

static const struct {
    enum fp_unit unit;
    bool gauge;
    const char *types[8];
} groups[] = {
    { FP_UNIT_MICROSECONDS, false, { "on-cpu", "off-cpu" } },
    { FP_UNIT_BYTES,
      false,
      { "mem-alloc", "hbm-alloc", "alloc_space", "alloc_in_new_tlab_bytes", "alloc_outside_tlab_bytes" } },
    { FP_UNIT_OBJECTS,
      false,
      { "alloc_objects", "alloc_in_new_tlab_objects", "alloc_outside_tlab_objects" } },
    { FP_UNIT_SAMPLES, false, { "cpu", "itimer", "wall" } },
    { FP_UNIT_NANOSECONDS, false, { "mutex_duration", "block_duration", "lock_duration" } },
    { FP_UNIT_SAMPLES, false, { "mutex_count", "block_count", "lock_count" } },
    { FP_UNIT_BYTES, true, { "mem-inuse", "hbm-inuse", "inuse_space" } },
    { FP_UNIT_OBJECTS, true, { "inuse_objects" } },
    { FP_UNIT_GOROUTINES, true, { "goroutines" } },
    { FP_UNIT_UNITS, false, { "on-gpu", "rdma" } }, /* listed without a unit */
};

static void every_type(void **state)
{
    size_t listed = 0, table = 0;

    (void)state;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        for (const char *const *type = groups[g].types; *type; type++, listed++) {
            const struct fp_event *event = fp_event_find(*type);
            bool memory = strncmp(*type, "mem-", 4) == 0 || strncmp(*type, "hbm-", 4) == 0;

            assert_string_equal(event->type, *type);
            assert_int_equal(event->unit, groups[g].unit);
            assert_int_equal(event->gauge, groups[g].gauge);
            assert_int_equal(event->objects, memory);
            assert_int_equal(event->cores, strcmp(*type, "on-cpu") == 0);
            assert_int_equal(event->sample, strcmp(*type, "on-cpu") == 0 ? 10101 : 1);
            assert_true(event->known);
            assert_true(strlen(event->title) > 3);
        }
    }
    for (const struct fp_event *event = fp_event_table(); event->type; event++, table++)
        for (const struct fp_event *other = fp_event_table(); other != event; other++)
            assert_string_not_equal(event->type, other->type);
    assert_int_equal(listed, table);
}

static void unknown(void **state)
{
    static const char *const types[] = { "", "ON-CPU", "on-cpu ", "on_cpu", "something else", NULL };

    (void)state;
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        const struct fp_event *event = fp_event_find(types[i]);

        assert_string_equal(event->type, "");
        assert_false(event->known);
        assert_false(event->gauge);
        assert_false(event->cores);
        assert_int_equal(event->unit, FP_UNIT_UNITS);
        assert_int_equal(event->sample, 1);
        assert_false(fp_event_sample_is_known(event));
        assert_non_null(event->title);
    }
}

static void in_a_unit_of_its_own(void **state)
{
    struct fp_event event;

    (void)state;
    for (const struct fp_event *known = fp_event_table(); known->type; known++) {
        event = fp_event_in(known->type, known->unit);
        assert_string_equal(event.type, known->type);
        assert_string_equal(event.title, known->title);
        assert_int_equal(event.unit, known->unit);
        assert_int_equal(event.sample, known->sample);
        assert_int_equal(event.cores, known->cores);
    }
    event = fp_event_in("cpu", FP_UNIT_NANOSECONDS);
    assert_string_equal(event.title, "CPU time");
    assert_int_equal(event.unit, FP_UNIT_NANOSECONDS);
    assert_true(event.known);
    event = fp_event_in("wall", FP_UNIT_MICROSECONDS);
    assert_string_equal(event.title, "Wall-clock time");
    event = fp_event_in("cpu", FP_UNIT_UNITS);
    assert_string_equal(event.title, "CPU samples");
    event = fp_event_in("on-cpu", FP_UNIT_NANOSECONDS); /* 10101 is of microseconds */
    assert_string_equal(event.title, "CPU time");
    assert_int_equal(event.sample, 1);
    assert_true(event.cores);
    assert_false(fp_event_in("on-cpu", FP_UNIT_BYTES).cores);
    event = fp_event_in("inuse_space", FP_UNIT_OBJECTS);
    assert_true(event.gauge);
    event = fp_event_in("delay", FP_UNIT_NANOSECONDS);
    assert_false(event.known);
    assert_int_equal(event.unit, FP_UNIT_NANOSECONDS);
    event = fp_event_in(NULL, FP_UNIT_BYTES);
    assert_string_equal(event.type, "");
    assert_int_equal(event.unit, FP_UNIT_BYTES);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_type), cmocka_unit_test(unknown),
                                        cmocka_unit_test(in_a_unit_of_its_own) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
