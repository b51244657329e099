/* For tests: a file as a byte source, which must be there. */
#ifndef FP_TEST_OPENED_H
#define FP_TEST_OPENED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/in.h"

static inline struct fp_in *opened(const char *path)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_in *in;

    if (fp_in_open_file(path, &in, &err) < 0)
        fail_msg("%s", err.message);
    return in;
}

#endif
