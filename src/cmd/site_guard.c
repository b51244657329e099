#include "cmd/site_guard.h"

#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"

struct found {
    bool site, anything;
};

static int look(void *ctx, int dir, const char *name, struct fp_error *err)
{
    struct found *found = ctx;

    (void)dir;
    (void)err;
    found->site |= strcmp(name, ".flamepress") == 0;
    found->anything = true;
    return FP_OK;
}

int fp_site_guard(const char *output, struct fp_error *err)
{
    struct found found = { .site = false };
    int rc = fp_dir_list(output, look, &found, err);

    if (rc < 0)
        fp_error_prepend(err, "the output directory");
    if (rc < 0 || found.site || !found.anything)
        return rc;
    return fp_error_set(err, FP_EINVAL, "%s is not empty and holds no site of ours: give an empty or new directory, or --force",
                        output);
}

bool fp_site_is_one(const char *output)
{
    bool there;

    return fp_file_look(output, ".flamepress", &there, NULL) < 0 || there; /* what goes wrong will show */
}
