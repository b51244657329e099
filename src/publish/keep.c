#include "publish/keep.h"

#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "publish/nights.h"

#define KEPT_DIR ".flamepress/kept"
#define KEPT_BYTES 100 /* far longer than the path of a night */

int fp_keep_find(const char *site, const char *name, struct fp_str *ret_night, struct fp_error *err)
{
    struct fp_str path, text;
    int rc;

    fp_str_init(&path, FP_LIMIT_TEXT);
    fp_str_init(&text, KEPT_BYTES);
    fp_str_puts(&path, site);
    fp_path_join(&path, KEPT_DIR);
    fp_path_join(&path, name);
    rc = fp_str_status(&path, "a path", err);
    if (rc == FP_OK)
        rc = fp_file_read(path.data, &text, err);
    if (rc == FP_OK)
        fp_str_truncate(&text, strcspn(text.data, "\n"));
    if (rc == FP_OK && !fp_night_is_path(text.data))
        rc = fp_error_set(err, FP_EDATA, "%s does not name a night, as 2026/11/20", path.data);
    if (rc == FP_OK) {
        fp_str_puts(ret_night, text.data);
        rc = fp_str_status(ret_night, "the path of a night", err);
    }
    fp_str_release(&path);
    fp_str_release(&text);
    return rc;
}
