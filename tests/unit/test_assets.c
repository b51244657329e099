/*
 * report/assets: the generated table, look-up, override directories, hashed names.
 *
 * The table is the real one. With $FP_SOURCE_DIR set (the project's folder) its bytes are compared with the
 * files.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/limits.h"
#include "report/assets.h"

static void table_is_sorted(void **state)
{
    (void)state;
    assert_true(fp_asset_count > 0);
    for (size_t i = 1; i < fp_asset_count; i++)
        assert_true(strcmp(fp_assets[i - 1].name, fp_assets[i].name) < 0);
    for (size_t i = 0; i < fp_asset_count; i++)
        assert_int_equal(fp_assets[i].bytes[fp_assets[i].size], 0); /* not counted: text is a C string too */
}

static void table_has_groups_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < fp_asset_count; i++) {
        const char *name = fp_assets[i].name;

        assert_true(strncmp(name, "assets/", 7) == 0 || strncmp(name, "demo/", 5) == 0 ||
                    strncmp(name, "templates/", 10) == 0);
        assert_null(strstr(name, "assets/demo/"));
        assert_null(strstr(name, "/."));
    }
}

static void table_equals_files(void **state)
{
    const char *source = getenv("FP_SOURCE_DIR");
    char path[4096];
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;

    (void)state;
    if (!source || !source[0])
        skip();
    fp_str_init(&text, FP_LIMIT_ASSET);
    for (size_t i = 0; i < fp_asset_count; i++) {
        const struct fp_asset *asset = &fp_assets[i];

        if (strcmp(asset->name, "assets/viewer.js") == 0) /* made of parts */
            continue;
        snprintf(path, sizeof path, "%s/%s%s", source, strncmp(asset->name, "demo/", 5) == 0 ? "assets/" : "",
                 asset->name);
        fp_str_clear(&text);
        if (fp_file_read(path, &text, &err) < 0)
            fail_msg("%s", err.message);
        assert_int_equal(text.len, asset->size);
        assert_memory_equal(text.data, asset->bytes, asset->size);
    }
    fp_str_release(&text);
}

/* The graph's script is all of its parts, one after the other. */
static void viewer_is_its_parts(void **state)
{
    static const char *const first_and_last[] = { "address.js", "words_zh.js" };
    const char *source = getenv("FP_SOURCE_DIR");
    const struct fp_asset *asset = fp_asset_find("assets/viewer.js");
    struct fp_error err = FP_ERROR_INIT;
    char path[4096];
    struct fp_str text;

    (void)state;
    assert_non_null(asset);
    if (!source || !source[0])
        skip();
    fp_str_init(&text, FP_LIMIT_ASSET);
    for (size_t i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/assets/viewer/%s", source, first_and_last[i]);
        fp_str_clear(&text);
        if (fp_file_read(path, &text, &err) < 0)
            fail_msg("%s", err.message);
        assert_true(text.len < asset->size);
        assert_memory_equal(text.data, asset->bytes + (i ? asset->size - text.len : 0), text.len);
    }
    fp_str_release(&text);
}

static void find(void **state)
{
    static const char *const missing[] = { "",    "a",   "assets", "assets/", "templates/no-such-file",
                                           "zzz", "\xFF" };
    char name[4096];

    (void)state;
    for (size_t i = 0; i < fp_asset_count; i++) {
        assert_ptr_equal(fp_asset_find(fp_assets[i].name), &fp_assets[i]);
        snprintf(name, sizeof name, "%s~", fp_assets[i].name);
        assert_null(fp_asset_find(name));
        name[strlen(fp_assets[i].name) - 1] = '\0';
        assert_null(fp_asset_find(name));
    }
    for (size_t i = 0; i < sizeof missing / sizeof *missing; i++)
        assert_null(fp_asset_find(missing[i]));
}

/* Overriding */

struct override {
    char folder[64];
    char group[64];
    const char *name; /* of the first built-in file, within its group */
    const struct fp_asset *asset;
};

static int set_up(void **state)
{
    static struct override o;
    const char *slash;

    o.asset = &fp_assets[0];
    slash = strchr(o.asset->name, '/');
    snprintf(o.group, sizeof o.group, "%.*s", (int)(slash - o.asset->name), o.asset->name);
    o.name = slash + 1;
    snprintf(o.folder, sizeof o.folder, "/tmp/fp-test-assets-XXXXXX");
    *state = &o;
    return mkdtemp(o.folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct override *o = *state;

    return fp_dir_remove(o->folder, NULL);
}

static void write_override(const struct override *o, const char *name, const char *text)
{
    char path[4096];
    struct fp_error err = FP_ERROR_INIT;

    snprintf(path, sizeof path, "%s/%s", o->folder, name);
    *strrchr(path, '/') = '\0';
    if (fp_dir_make(path, &err) < 0)
        fail_msg("%s", err.message);
    snprintf(path, sizeof path, "%s/%s", o->folder, name);
    if (fp_file_write(path, text, strlen(text), &err) < 0)
        fail_msg("%s", err.message);
}

static int load(const struct override *o, const char *name, const char *folder, struct fp_str *out,
                struct fp_error *err)
{
    fp_error_clear(err);
    fp_str_init(out, FP_LIMIT_ASSET);
    return fp_asset_load(o->group, name, folder, out, err);
}

static void load_built_in(void **state)
{
    const struct override *o = *state;
    const char *const folders[] = { NULL, o->folder, "/nonexistent" };
    struct fp_error err;
    struct fp_str text;

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        assert_int_equal(load(o, o->name, folders[i], &text, &err), FP_OK);
        assert_int_equal(text.len, o->asset->size);
        assert_memory_equal(text.data, o->asset->bytes, text.len);
        fp_str_release(&text);
    }
}

static void load_overridden(void **state)
{
    const struct override *o = *state;
    struct fp_error err;
    struct fp_str text;

    write_override(o, o->name, "mine");
    write_override(o, "not-built-in.css", "");
    assert_int_equal(load(o, o->name, o->folder, &text, &err), FP_OK);
    assert_string_equal(text.data, "mine");
    fp_str_release(&text);
    assert_int_equal(load(o, "not-built-in.css", o->folder, &text, &err), FP_OK);
    assert_int_equal(text.len, 0);
    fp_str_release(&text);
    assert_int_equal(load(o, o->name, NULL, &text, &err), FP_OK);
    assert_int_equal(text.len, o->asset->size);
    fp_str_release(&text);
}

/* A file that is there but cannot be read must not quietly become the built-in one. */
static void load_unreadable(void **state)
{
    const struct override *o = *state;
    struct fp_error err;
    struct fp_str text;
    char path[4096];

    snprintf(path, sizeof path, "%s/%s", o->folder, o->name);
    assert_int_equal(fp_dir_make(path, NULL), FP_OK); /* a folder of that name */
    assert_true(load(o, o->name, o->folder, &text, &err) < 0);
    assert_non_null(strstr(err.message, o->folder));
    fp_str_release(&text);
}

static void load_missing(void **state)
{
    const struct override *o = *state;
    struct fp_error err;
    struct fp_str text;

    assert_int_equal(load(o, "none.css", o->folder, &text, &err), FP_ENOTFOUND);
    assert_non_null(strstr(err.message, o->folder));
    assert_non_null(strstr(err.message, "/none.css is built in"));
    fp_str_release(&text);
    assert_int_equal(load(o, "none.css", NULL, &text, &err), FP_ENOTFOUND);
    assert_non_null(strstr(err.message, "/none.css is built in"));
    fp_str_release(&text);
    fp_str_init(&text, 1);
    assert_int_equal(fp_asset_load(o->group, "none.css", NULL, &text, NULL), FP_ENOTFOUND);
    fp_str_release(&text);
}

static void load_outside(void **state)
{
    static const char *const names[] = { "", "/etc/passwd", "..", "../x", "a/..", "a/../b", "a/../../b" };
    static const char *const harmless[] = { "..x", "x..", "a/..x", ".x", "a..b/c", "..." };
    const struct override *o = *state;
    struct fp_error err;
    struct fp_str text;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        assert_int_equal(load(o, names[i], o->folder, &text, &err), FP_EINVAL);
        fp_str_release(&text);
    }
    for (size_t i = 0; i < sizeof harmless / sizeof *harmless; i++) {
        assert_int_equal(load(o, harmless[i], o->folder, &text, &err), FP_ENOTFOUND);
        fp_str_release(&text);
    }
}

static void load_limit(void **state)
{
    const struct override *o = *state;
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str text;

    write_override(o, "big", "0123456789");
    fp_str_init(&text, 9);
    assert_int_equal(fp_asset_load(o->group, "big", o->folder, &text, &err), FP_ELIMIT);
    fp_str_release(&text);
    fp_str_init(&text, 10);
    assert_int_equal(fp_asset_load(o->group, "big", o->folder, &text, NULL), FP_OK);
    fp_str_release(&text);
}

/* Names */

static void hashed_names(void **state)
{
    static const char *const pairs[][2] = {
        /* SHA-256 of "abc" is ba7816bf8f01cfea41… (FIPS 180-4) */
        { "style.css", "style.ba7816bf8f01cfea.css" }, { "a.min.js", "a.min.ba7816bf8f01cfea.js" },
        { "LICENSE", "LICENSE.ba7816bf8f01cfea" },     { "v1.2/LICENSE", "v1.2/LICENSE.ba7816bf8f01cfea" },
        { "x/.css", "x/.css.ba7816bf8f01cfea" },
    };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str name;

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        fp_str_init(&name, FP_LIMIT_TEXT);
        assert_int_equal(fp_asset_hashed_name(pairs[i][0], fp_slice_of("abc"), &name, &err), FP_OK);
        assert_string_equal(name.data, pairs[i][1]);
        fp_str_release(&name);
    }
    fp_str_init(&name, 10);
    assert_int_equal(fp_asset_hashed_name("style.css", fp_slice_of("abc"), &name, &err), FP_ELIMIT);
    fp_str_release(&name);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_sorted),
        cmocka_unit_test(table_has_groups_only),
        cmocka_unit_test(table_equals_files),
        cmocka_unit_test(viewer_is_its_parts),
        cmocka_unit_test(find),
        cmocka_unit_test_setup_teardown(load_built_in, set_up, tear_down),
        cmocka_unit_test_setup_teardown(load_overridden, set_up, tear_down),
        cmocka_unit_test_setup_teardown(load_unreadable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(load_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(load_outside, set_up, tear_down),
        cmocka_unit_test_setup_teardown(load_limit, set_up, tear_down),
        cmocka_unit_test(hashed_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
