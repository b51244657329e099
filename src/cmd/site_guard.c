#include "cmd/site_guard.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"

int fp_site_guard(const char *output, struct fp_error *err)
{
    bool site = false, empty = true;
    struct dirent *item;
    DIR *dir = opendir(output);
    int rc = FP_OK;

    if (!dir && errno == ENOENT)
        return FP_OK;
    if (!dir)
        return fp_error_errno(err, FP_EIO, errno, "cannot read the output directory %s", output);
    for (errno = 0; (item = readdir(dir)) != NULL; errno = 0) {
        site |= strcmp(item->d_name, ".flamepress") == 0;
        empty &= strcmp(item->d_name, ".") == 0 || strcmp(item->d_name, "..") == 0;
    }
    if (errno)
        rc = fp_error_errno(err, FP_EIO, errno, "cannot read the output directory %s", output);
    closedir(dir);
    if (rc < 0 || site || empty)
        return rc;
    return fp_error_set(err, FP_EINVAL, "%s is not empty and holds no site of ours: give an empty or new directory, or --force",
                        output);
}

bool fp_site_is_one(const char *output)
{
    struct fp_str state;
    bool found;

    fp_str_init(&state, FP_LIMIT_TEXT);
    fp_str_puts(&state, output);
    fp_path_join(&state, ".flamepress");
    found = fp_str_ok(&state) && fp_file_exists(state.data);
    fp_str_release(&state);
    return found;
}
