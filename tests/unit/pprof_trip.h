/*
 * Trees written to a directory of this run's own, and read again.
 */
#ifndef PPROF_TRIP_H
#define PPROF_TRIP_H

#include "pprof_fixture.h"

static UNUSED char temp[64]; /* a directory of this run */

static UNUSED const char *path_of(const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", temp, name);
    return path;
}

static const UNUSED struct fp_pprof_meta on_cpu = {
    .event = "on-cpu", .unit = FP_UNIT_MICROSECONDS, .start = 1795132800, .end = 1795219200, .sample = 10101
};

static UNUSED void write_tree(const struct fp_tree *tree, const struct fp_pprof_meta *meta, const char *name)
{
    struct fp_error err = FP_ERROR_INIT;

    if (fp_pprof_write_gz(tree, meta, path_of(name), &err) < 0)
        fail_msg("%s", err.message);
}

/* Out and in again; the meta is to be released. */
static UNUSED void there_and_back(const struct fp_tree *tree, const struct fp_pprof_meta *meta,
                                  struct fp_tree *ret_tree, struct fp_pprof_meta *ret_meta)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder builder;
    struct fp_str bytes;

    write_tree(tree, meta, "trip.pb.gz");
    bytes = unwrapped(path_of("trip.pb.gz"));
    assert_true(fp_pprof_looks(bytes.data, bytes.len < 4096 ? bytes.len : 4096));
    if (read_bytes(bytes.data, bytes.len, &builder, ret_meta, &err) < 0)
        fail_msg("%s", err.message);
    fp_str_release(&bytes);
    freeze(ret_tree, &builder);
}

static UNUSED void assert_survives_the_trip(const struct fp_tree *tree)
{
    struct fp_pprof_meta meta;
    struct fp_tree back;

    there_and_back(tree, &on_cpu, &back, &meta);
    assert_same_tree(tree, &back);
    assert_int_equal(meta.mended_names, 0);
    fp_tree_release(&back);
    fp_pprof_meta_release(&meta);
}

/* ---- a directory for this run ---- */

static UNUSED int make_temp(void **state)
{
    (void)state;
    snprintf(temp, sizeof temp, "/tmp/fp-pprof-XXXXXX");
    return mkdtemp(temp) ? 0 : -1;
}

static UNUSED int remove_temp(void **state)
{
    (void)state;
    return fp_dir_remove(temp, NULL);
}

#endif
