/*
 * For the tests of publish/stage: nights whose every file says one number, the generation, and a look at
 * whether a night is whole. Works in a directory of its own, in memory where it can: more to be killed at.
 */
#ifndef FP_TESTS_STAGE_NIGHT_H
#define FP_TESTS_STAGE_NIGHT_H

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "publish/stage.h"

#define NIGHT "2026/11/20"
#define SIBLING "2026/11/20T010000Z-32400"

static char root[60]; /* and the working directory of every test */

static inline int enter_root(void **state)
{
    (void)state;
    strcpy(root, "/dev/shm/flamepress-test-stage-XXXXXX"); /* not durable, and quick */
    if (mkdtemp(root))
        return chdir(root);
    strcpy(root, "/tmp/flamepress-test-stage-XXXXXX");
    return mkdtemp(root) ? chdir(root) : -1;
}

static inline int leave_root(void **state)
{
    (void)state;
    return chdir("/") == 0 ? fp_dir_remove(root, NULL) : -1;
}

/* ---- building and looking ---- */

static const char *const night_files[] = {
    "a/on-cpu/flamegraph.svg", "a/on-cpu/index.html", "a/off-cpu/index.html",
    "b/on-cpu/index.html",     "index.html",          "run.json",
};
#define FILES (sizeof night_files / sizeof *night_files)

static inline bool write_quickly(const char *path, const char *text)
{
    FILE *file = fopen(path, "we");

    return file && fputs(text, file) >= 0 && fclose(file) == 0;
}

/* A night whose every file says `generation`. */
static inline bool build(const char *dir, const char *night, unsigned generation)
{
    char path[300], text[20];

    snprintf(text, sizeof text, "%u\n", generation);
    for (size_t i = 0; i < FILES; i++) {
        char *slash;

        snprintf(path, sizeof path, "%s/%s/%s", dir, night, night_files[i]);
        slash = strrchr(path, '/');
        *slash = '\0';
        if (fp_dir_make(path, NULL) < 0)
            return false;
        *slash = '/';
        if (!write_quickly(path, text))
            return false;
    }
    return true;
}

static inline bool read_quickly(const char *path, char *text, size_t size)
{
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file)
        return false;
    n = fread(text, 1, size - 1, file);
    text[n] = '\0';
    fclose(file);
    return true;
}

static inline size_t entries(const char *path)
{
    DIR *dir = opendir(path);
    size_t n = 0;

    if (!dir)
        return 0;
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2;
}

/* The generation of a whole night, 0 when there is no night, -1 when it is mixed or has gaps. */
static inline long generation_of(const char *site, const char *night)
{
    char path[300], text[40], first[40] = "";

    snprintf(path, sizeof path, "%s/%s", site, night);
    if (!fp_file_exists(path))
        return 0;
    if (entries(path) != 4)
        return -1;
    for (size_t i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "%s/%s/%s", site, night, night_files[i]);
        if (!read_quickly(path, text, sizeof text) || (i && strcmp(text, first) != 0))
            return -1;
        strcpy(first, text);
    }
    return strtol(first, NULL, 10);
}

static inline size_t open_files(void)
{
    return entries("/proc/self/fd");
}

static inline void open_stage(struct fp_stage *stage, const char *site)
{
    struct fp_error err = FP_ERROR_INIT;

    assert_int_equal(fp_dir_make(site, NULL), FP_OK);
    if (fp_stage_open(stage, site, &err) < 0)
        fail_msg("%s", err.message);
}

static inline void switch_to(struct fp_stage *stage, const char *night, unsigned generation)
{
    struct fp_error err = FP_ERROR_INIT;

    assert_true(build(stage->path, night, generation));
    if (fp_stage_switch(stage, night, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(generation_of(stage->output, night), generation);
}

#endif
