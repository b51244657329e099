/*
 * Field numbers of profile.proto, and the words that our profiles have in common on the way in and out.
 * Internal to codec/.
 */
#ifndef FP_CODEC_PPROF_FIELDS_H
#define FP_CODEC_PPROF_FIELDS_H

#include <stdint.h>

#include "base/str.h"
#include "base/unit.h"
#include "profile/frame_kind.h"

enum fp_pprof_profile {
    FP_PPROF_SAMPLE_TYPE = 1,
    FP_PPROF_SAMPLE = 2,
    FP_PPROF_MAPPING = 3,
    FP_PPROF_LOCATION = 4,
    FP_PPROF_FUNCTION = 5,
    FP_PPROF_STRING_TABLE = 6,
    FP_PPROF_DROP_FRAMES = 7,
    FP_PPROF_KEEP_FRAMES = 8,
    FP_PPROF_TIME_NANOS = 9,
    FP_PPROF_DURATION_NANOS = 10,
    FP_PPROF_PERIOD_TYPE = 11,
    FP_PPROF_PERIOD = 12,
    FP_PPROF_COMMENT = 13,
    FP_PPROF_DEFAULT_SAMPLE_TYPE = 14
};
enum { FP_PPROF_VALUE_TYPE = 1, FP_PPROF_VALUE_UNIT = 2 };
enum { FP_PPROF_SAMPLE_LOCATION = 1, FP_PPROF_SAMPLE_VALUE = 2, FP_PPROF_SAMPLE_LABEL = 3 };
enum { FP_PPROF_LABEL_KEY = 1, FP_PPROF_LABEL_STR = 2 };
enum { FP_PPROF_MAPPING_ID = 1, FP_PPROF_MAPPING_FILENAME = 5, FP_PPROF_MAPPING_HAS_FUNCTIONS = 7 };
enum {
    FP_PPROF_LOCATION_ID = 1,
    FP_PPROF_LOCATION_MAPPING = 2,
    FP_PPROF_LOCATION_ADDRESS = 3,
    FP_PPROF_LOCATION_LINE = 4
};
enum { FP_PPROF_LINE_FUNCTION = 1 };
enum { FP_PPROF_FUNCTION_ID = 1, FP_PPROF_FUNCTION_NAME = 2, FP_PPROF_FUNCTION_SYSTEM_NAME = 3 };

#define FP_PPROF_THREAD "thread" /* label key; the frame is FP_PPROF_THREAD_PREFIX and the value */
#define FP_PPROF_PROCESS "process"
#define FP_PPROF_THREAD_PREFIX "[t] "
#define FP_PPROF_PROCESS_PREFIX "[p] "

/* The kind that a mapping's file name, "[" fp_frame_kind_name "]", stands for; -1 when it does not. */
int fp_pprof_mapping_kind(struct fp_slice filename);

/* pprof's word for a unit: "microseconds", "nanoseconds", "bytes" or "count". */
const char *fp_pprof_unit_name(enum fp_unit unit);
/* Our unit for a sample type's unit and type, and how many of it are one of theirs. */
enum fp_unit fp_pprof_unit_of(struct fp_slice unit, const char *type, int64_t *ret_factor);

#endif
