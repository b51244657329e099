#include "plan/event.h"

#include <stddef.h>
#include <string.h>

/* One sample of a profile taken at 99 Hz, in microseconds. */
#define SAMPLE_99HZ 10101

#define US FP_UNIT_MICROSECONDS
#define NS FP_UNIT_NANOSECONDS
#define BYTES FP_UNIT_BYTES
#define OBJECTS FP_UNIT_OBJECTS
#define SAMPLES FP_UNIT_SAMPLES
#define YES true
#define NO false

/*
 * cores: on-cpu alone. off-cpu ÷ window is how many threads were waiting, which is another thing.
 * sample: off-cpu stacks are weighted by how long they waited, so one may be worth a single microsecond.
 */
static const struct fp_event events[] = {
    /* type, title, unit, gauge, objects, cores, known, sample */
    { "on-cpu", "CPU time", US, NO, NO, YES, YES, SAMPLE_99HZ },
    { "off-cpu", "Off-CPU time", US, NO, NO, NO, YES, 1 },
    { "mem-alloc", "Allocated bytes", BYTES, NO, YES, NO, YES, 1 },
    { "mem-inuse", "Memory in use", BYTES, YES, YES, NO, YES, 1 },
    { "hbm-alloc", "Allocated GPU bytes", BYTES, NO, YES, NO, YES, 1 },
    { "hbm-inuse", "GPU memory in use", BYTES, YES, YES, NO, YES, 1 },
    /* DeepFlow lists these two event types without saying what their values count. */
    { "on-gpu", "GPU activity", FP_UNIT_UNITS, NO, NO, NO, YES, 1 },
    { "rdma", "RDMA activity", FP_UNIT_UNITS, NO, NO, NO, YES, 1 },
    /* uploaded profiles: Go, Java and others */
    { "cpu", "CPU samples", SAMPLES, NO, NO, NO, YES, 1 },
    { "itimer", "CPU samples (itimer)", SAMPLES, NO, NO, NO, YES, 1 },
    { "wall", "Wall-clock samples", SAMPLES, NO, NO, NO, YES, 1 },
    { "alloc_space", "Allocated bytes", BYTES, NO, NO, NO, YES, 1 },
    { "alloc_in_new_tlab_bytes", "Bytes allocated in new TLABs", BYTES, NO, NO, NO, YES, 1 },
    { "alloc_outside_tlab_bytes", "Bytes allocated outside TLABs", BYTES, NO, NO, NO, YES, 1 },
    { "alloc_objects", "Allocated objects", OBJECTS, NO, NO, NO, YES, 1 },
    { "alloc_in_new_tlab_objects", "Objects allocated in new TLABs", OBJECTS, NO, NO, NO, YES, 1 },
    { "alloc_outside_tlab_objects", "Objects allocated outside TLABs", OBJECTS, NO, NO, NO, YES, 1 },
    { "inuse_space", "Memory in use", BYTES, YES, NO, NO, YES, 1 },
    { "inuse_objects", "Objects in use", OBJECTS, YES, NO, NO, YES, 1 },
    { "mutex_duration", "Mutex wait time", NS, NO, NO, NO, YES, 1 },
    { "block_duration", "Blocked time", NS, NO, NO, NO, YES, 1 },
    { "lock_duration", "Lock wait time", NS, NO, NO, NO, YES, 1 },
    { "mutex_count", "Mutex contentions", SAMPLES, NO, NO, NO, YES, 1 },
    { "block_count", "Blocking events", SAMPLES, NO, NO, NO, YES, 1 },
    { "lock_count", "Lock contentions", SAMPLES, NO, NO, NO, YES, 1 },
    { "goroutines", "Goroutines", FP_UNIT_GOROUTINES, YES, NO, NO, YES, 1 },
    { NULL, NULL, FP_UNIT_UNITS, NO, NO, NO, NO, 1 },
};

/* What the table knows as counts of samples, where it comes as a time: so do Go and async-profiler write it. */
static const struct {
    const char *type, *title;
} timed[] = { { "cpu", "CPU time" }, { "itimer", "CPU time (itimer)" }, { "wall", "Wall-clock time" } };

static const struct fp_event unknown = { "", "Profile", FP_UNIT_UNITS, NO, NO, NO, NO, 1 };

const struct fp_event *fp_event_find(const char *type)
{
    if (type)
        for (const struct fp_event *event = events; event->type; event++)
            if (strcmp(event->type, type) == 0)
                return event;
    return &unknown;
}

struct fp_event fp_event_in(const char *type, enum fp_unit unit)
{
    struct fp_event event = *fp_event_find(type);

    if (event.unit == unit)
        return event;
    event.unit = unit;
    event.sample = 1; /* the table's is counted in another unit */
    if (unit != FP_UNIT_MICROSECONDS && unit != FP_UNIT_NANOSECONDS) {
        event.cores = false;
        return event;
    }
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++)
        if (strcmp(event.type, timed[i].type) == 0)
            event.title = timed[i].title;
    return event;
}

const struct fp_event *fp_event_table(void)
{
    return events;
}
