#include "publish/zip.h"

#include <string.h>
#include <time.h>
#include <zip.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"

/* MS-DOS date and time, as the format has them. Not libzip's own conversion: that goes by the zone of the machine. */
static void dos_of(int64_t date, zip_uint16_t *ret_time, zip_uint16_t *ret_date)
{
    time_t seconds = (time_t)date;
    struct tm tm;

    *ret_time = 0;
    *ret_date = 1 << 5 | 1; /* 1980-01-01 */
    if (!gmtime_r(&seconds, &tm) || tm.tm_year < 80 || tm.tm_year >= 80 + 128)
        return;
    *ret_time = (zip_uint16_t)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
    *ret_date = (zip_uint16_t)((tm.tm_year - 80) << 9 | (tm.tm_mon + 1) << 5 | tm.tm_mday);
}

static bool is_compressed(const char *name)
{
    static const char *const ends[] = { ".gz", ".png" };
    size_t n = strlen(name);

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (n > strlen(ends[i]) && strcmp(name + n - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

static int add(zip_t *zip, const char *dir, const char *name, int64_t date, enum fp_zip_effort effort, struct fp_error *err)
{
    zip_uint16_t dos_time, dos_date;
    zip_source_t *source = NULL;
    zip_int64_t index = -1;
    struct fp_str file;
    int rc;

    dos_of(date, &dos_time, &dos_date);
    fp_str_init(&file, FP_LIMIT_TEXT);
    rc = fp_path_make(&file, dir, name, err);
    if (rc == FP_OK)
        source = zip_source_file(zip, file.data, 0, -1);
    if (source)
        index = zip_file_add(zip, name, source, ZIP_FL_ENC_UTF_8);
    if (rc == FP_OK && index < 0) {
        zip_source_free(source);
        rc = fp_error_set(err, FP_EIO, "%s cannot be put into the archive: %s", file.data, zip_strerror(zip));
    }
    /* rights as every umask allows them, not those of the file: the same bytes on every machine */
    if (rc == FP_OK &&
        (zip_set_file_compression(zip, (zip_uint64_t)index, is_compressed(name) ? ZIP_CM_STORE : ZIP_CM_DEFLATE, effort) < 0 ||
         zip_file_set_dostime(zip, (zip_uint64_t)index, dos_time, dos_date, 0) < 0 ||
         zip_file_set_external_attributes(zip, (zip_uint64_t)index, 0, ZIP_OPSYS_UNIX, (zip_uint32_t)0100644 << 16) < 0))
        rc = fp_error_set(err, FP_EIO, "%s cannot be put into the archive: %s", file.data, zip_strerror(zip));
    fp_str_release(&file);
    return rc;
}

int fp_zip_write(const char *path, const char *dir, const char *const *names, size_t count, int64_t date,
                 enum fp_zip_effort effort, struct fp_error *err)
{
    int code = 0, rc = FP_OK;
    zip_t *zip = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);

    if (!zip) {
        zip_error_t why;

        zip_error_init_with_code(&why, code);
        fp_error_set(err, FP_EIO, "cannot write %s: %s", path, zip_error_strerror(&why));
        zip_error_fini(&why);
        return FP_EIO;
    }
    for (size_t i = 0; i < count && rc == FP_OK; i++)
        rc = add(zip, dir, names[i], date, effort, err);
    if (rc == FP_OK && zip_close(zip) < 0)
        rc = fp_error_set(err, FP_EIO, "cannot write %s: %s", path, zip_strerror(zip));
    else if (rc == FP_OK)
        return FP_OK;
    zip_discard(zip);
    return rc;
}
