/*
 * replay FILE-OR-FOLDER…: runs the target it is linked with on every file of them, in the order of their names.
 * What a fuzzer found stays found: without libFuzzer, with any compiler.
 */
#include <errno.h>
#include <fts.h>

#include "base/fs.h"
#include "base/str.h"
#include "fuzz.h"

#define FILE_MAX ((size_t)16 << 20)

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static int run_file(const char *path)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str bytes;
    uint8_t *exact; /* to the byte, so that reading beyond the end is seen */
    int rc;

    fp_str_init(&bytes, FILE_MAX);
    rc = fp_file_read(path, &bytes, &err);
    exact = rc < 0 ? NULL : malloc(bytes.len ? bytes.len : 1);
    if (!exact) {
        fprintf(stderr, "%s: %s\n", path, rc < 0 ? err.message : "out of memory");
        fp_str_release(&bytes);
        return 1;
    }
    if (bytes.len)
        memcpy(exact, bytes.data, bytes.len);
    fprintf(stderr, "%s\n", path); /* the last line before a crash is the input to it */
    LLVMFuzzerTestOneInput(exact, bytes.len);
    free(exact);
    fp_str_release(&bytes);
    return 0;
}

int main(int argc, char **argv)
{
    FTS *files = argc > 1 ? fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, by_name) : NULL;
    size_t count = 0;
    int bad = 0;

    if (!files) {
        fprintf(stderr, "usage: replay FILE-OR-FOLDER...\n");
        return 2;
    }
    for (FTSENT *entry = fts_read(files); entry; entry = fts_read(files)) {
        if (entry->fts_info == FTS_NS || entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR) {
            fprintf(stderr, "%s: %s\n", entry->fts_path, strerror(entry->fts_errno));
            bad = 1;
        }
        if (entry->fts_info != FTS_F)
            continue;
        bad |= run_file(entry->fts_path);
        count++;
    }
    fts_close(files);
    printf("%zu inputs\n", count);
    return count && !bad ? 0 : 1;
}
