/*
 * A configuration loaded from text, for the tests of config/.
 */
#ifndef FP_TESTS_CONFIG_LOADED_H
#define FP_TESTS_CONFIG_LOADED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "config/config.h"

/* unload() it in every case. */
struct loaded {
    struct fp_config config;
    struct fp_problems problems;
    struct fp_error err;
    int status;
};

static inline struct loaded load_bytes(const char *text, size_t n)
{
    struct loaded l;

    fp_error_clear(&l.err);
    fp_problems_init(&l.problems);
    l.status = fp_config_load_text(&l.config, text, n, "test.json", &l.problems, &l.err);
    return l;
}

static inline struct loaded load(const char *text)
{
    return load_bytes(text, strlen(text));
}

static inline void unload(struct loaded *l)
{
    fp_config_release(&l->config);
    fp_problems_release(&l->problems);
}

static inline void assert_clean(const struct loaded *l)
{
    assert_int_equal(l->status, 0);
    if (l->problems.count)
        fail_msg("%s", l->problems.items[0].what.message);
    assert_int_equal(l->problems.errors, 0);
}

static inline bool has_problem(const struct loaded *l, const char *part)
{
    for (size_t i = 0; i < l->problems.count; i++)
        if (strstr(l->problems.items[i].what.message, part))
            return true;
    return false;
}

/* A good configuration with more in it. */
#define WITH(text)                                                                                           \
    "{\"source\": {\"url\": \"http://localhost\"}, \"services\": [{\"name\": \"a\"}], " text "}"

#endif
