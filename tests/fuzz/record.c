/*
 * run.json, which decides what is kept and what is removed. Almost every change of one shows by its id, so each input is
 * read as it is, and once more with the id that it should have.
 */
#include "publish/record.h"

#include <unistd.h>
#include <uuid/uuid.h>

#include "base/fs.h"
#include "fuzz.h"
#include "publish/sitepath.h"

#define ID_LINE "  \"run\": \"%s\",\n"

static char dir[64];

static void remove_dir(void)
{
    fp_dir_remove(dir, NULL);
}

static void write_file(const char *first, size_t n, const char *id, const char *rest, size_t rest_n)
{
    char path[96];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", dir, FP_MANIFEST_FILE);
    file = fopen(path, "w");
    FUZZ_CHECK(file);
    fwrite(first, 1, n, file);
    if (id)
        fprintf(file, ID_LINE, id);
    fwrite(rest, 1, rest_n, file);
    FUZZ_CHECK(fclose(file) == 0);
}

static void check_files(const struct fp_manifest_file *files, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        FUZZ_CHECK(fp_sitepath_is_below(files[i].path));
        FUZZ_CHECK(i == 0 || strcmp(files[i - 1].path, files[i].path) < 0);
        FUZZ_CHECK(strlen(files[i].sha256) == (files[i].size < 0 ? 0 : 64)); /* it was not there before */
        FUZZ_CHECK(fp_record_find(files, count, files[i].path) == &files[i]);
    }
}

static void check_record(void)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_record record;
    int rc = fp_record_load(dir, &record, &err);

    if (rc < 0) {
        fuzz_check_error(rc, &err);
        return;
    }
    FUZZ_CHECK(record.version && (record.is_site || (record.timezone && record.label)));
    check_files(record.files, record.file_count);
    check_files(record.before, record.before_count);
    for (size_t i = 0; i < record.job_count; i++)
        FUZZ_CHECK(fp_sitepath_is_below(record.jobs[i].path));
    fp_record_release(&record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data, *line = size ? memchr(text, '\n', size) : NULL;
    size_t first = line ? (size_t)(line - text) + 1 : size;
    char id[UUID_STR_LEN];
    uuid_t uuid;

    if (!dir[0]) {
        snprintf(dir, sizeof dir, "%s/fp-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
        FUZZ_CHECK(mkdtemp(dir));
        atexit(remove_dir);
    }
    write_file(text, size, NULL, text, 0);
    check_record();
    uuid_generate_sha1(uuid, *uuid_get_template("oid"), text, size);
    uuid_unparse_lower(uuid, id);
    write_file(text, first, id, text + first, size - first);
    check_record();
    return 0;
}
