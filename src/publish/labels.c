#include "publish/labels.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/fs.h"
#include "base/limits.h"
#include "plan/baseline.h"
#include "plan/compare.h"

static int add(struct fp_labels *labels, const char *label, struct fp_error *err)
{
    int rc = fp_array_reserve(&labels->items, &labels->cap, labels->count + 1, sizeof *labels->items, FP_LIMIT_NIGHTS,
                              "kept nights in one site", err);

    if (rc < 0)
        return rc;
    labels->items[labels->count] = fp_arena_strdup(&labels->arena, label);
    if (!labels->items[labels->count])
        return fp_error_nomem(err);
    labels->count++;
    return FP_OK;
}

/* Is it a copy, and not what somebody else left there? */
static bool is_copy(int kept, const char *name)
{
    char file[256 + sizeof FP_MANIFEST_FILE + 1];
    struct stat st;

    snprintf(file, sizeof file, "%.255s/" FP_MANIFEST_FILE, name);
    return fp_baseline_is_label(name) && fstatat(kept, name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode) &&
           fstatat(kept, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

static int add_copy(void *ctx, int kept, const char *name, struct fp_error *err)
{
    return is_copy(kept, name) ? add(ctx, name, err) : FP_OK;
}

static int add_copies(struct fp_labels *labels, const char *output, struct fp_error *err)
{
    struct fp_str path;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    rc = fp_path_make(&path, output, FP_PLAN_KEPT, err);
    if (rc == FP_OK)
        rc = fp_dir_list(path.data, add_copy, labels, err);
    fp_str_release(&path);
    return rc;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int fp_labels_find(struct fp_labels *ret_labels, const char *output, const struct fp_record *site, struct fp_error *err)
{
    struct fp_labels *labels = ret_labels;
    size_t once = 0;
    int rc = FP_OK;

    *labels = (struct fp_labels){ .items = NULL };
    fp_arena_init(&labels->arena);
    for (size_t i = 0; i < site->kept_count && rc == FP_OK; i++)
        rc = add(labels, site->kept[i], err);
    if (rc == FP_OK)
        rc = add_copies(labels, output, err);
    if (labels->count)
        qsort(labels->items, labels->count, sizeof *labels->items, by_text);
    for (size_t i = 0; i < labels->count; i++)
        if (!once || strcmp(labels->items[once - 1], labels->items[i]) != 0)
            labels->items[once++] = labels->items[i];
    labels->count = once;
    return rc;
}

void fp_labels_release(struct fp_labels *labels)
{
    free(labels->items);
    fp_arena_release(&labels->arena);
    *labels = (struct fp_labels){ .items = NULL };
}
