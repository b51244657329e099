#include "publish/nights.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/fs.h"
#include "base/limits.h"

#define NIGHT_PATH 48                            /* as in struct fp_window */
#define DAY_LENGTH 10                            /* of "2026/11/20" */
#define LEAF_MAX 22                              /* of "20T010000Z-" and eleven digits */
#define MAX_FOUND ((size_t)50 * FP_LIMIT_NIGHTS) /* before the oldest are left out: a century of hours */

/* ---- the path of a night ------------------------------------------------------------------------- */

/* The number in exactly `n` digits, or -1. */
static int digits(const char *s, size_t n)
{
    int value = 0;

    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return -1;
        value = value * 10 + (s[i] - '0');
    }
    return value;
}

static bool between(int value, int low, int high)
{
    return value >= low && value <= high;
}

static bool is_year(const char *s)
{
    return strlen(s) == 4 && digits(s, 4) >= 0;
}

static bool is_month(const char *s)
{
    return strlen(s) == 2 && between(digits(s, 2), 1, 12);
}

/* "DD" or "DDTHHMMSSZ-N". */
static bool is_leaf(const char *s)
{
    size_t n = strlen(s);

    if (n < 2 || !between(digits(s, 2), 1, 31))
        return false;
    if (n == 2)
        return true;
    if (n < 11 || n > LEAF_MAX || s[2] != 'T' || !between(digits(s + 3, 2), 0, 23) ||
        !between(digits(s + 5, 2), 0, 59) || !between(digits(s + 7, 2), 0, 59) || s[9] != 'Z' || s[10] != '-')
        return false;
    return s[11] >= '1' && s[11] <= '9' && strspn(s + 11, "0123456789") == n - 11;
}

bool fp_night_is_path(const char *path)
{
    char part[5];

    if (strlen(path) < DAY_LENGTH || path[4] != '/' || path[7] != '/')
        return false;
    memcpy(part, path, 4);
    part[4] = '\0';
    if (!is_year(part))
        return false;
    memcpy(part, path + 5, 2);
    part[2] = '\0';
    return is_month(part) && is_leaf(path + 8);
}

/* ---- order --------------------------------------------------------------------------------------- */

/* Start and length as one looks at them. A day starts at its local midnight, which the path does not tell:
 * it counts as 000000Z of its date. */
static void sort_key(const char *path, char start[18], long long *length)
{
    bool timed = path[DAY_LENGTH] == 'T';

    memcpy(start, path, DAY_LENGTH);
    memcpy(start + DAY_LENGTH, timed ? path + DAY_LENGTH : "T000000", 7);
    start[DAY_LENGTH + 7] = '\0';
    *length = timed ? strtoll(path + DAY_LENGTH + 9, NULL, 10) : 86400;
}

int fp_night_compare(const char *left, const char *right)
{
    char left_start[18], right_start[18];
    long long left_length, right_length;
    int order;

    sort_key(left, left_start, &left_length);
    sort_key(right, right_start, &right_length);
    order = strcmp(right_start, left_start);
    if (order == 0)
        order = (right_length > left_length) - (right_length < left_length);
    return order ? order : strcmp(left, right);
}

static int newest_first(const void *a, const void *b)
{
    return fp_night_compare(((const struct fp_night *)a)->path, ((const struct fp_night *)b)->path);
}

bool fp_night_is_alike(const char *one, const char *other)
{
    char start[18];
    long long x, y;

    if ((one[DAY_LENGTH] == 'T') != (other[DAY_LENGTH] == 'T'))
        return false;
    sort_key(one, start, &x);
    sort_key(other, start, &y);
    return 8 * llabs(x - y) <= (x > y ? x : y);
}

/* ---- the walk ------------------------------------------------------------------------------------ */

struct walk {
    const char *site;
    struct fp_night *items;
    size_t count, cap;
};

/* Lists the directory `name` below `at`. A name that is not a directory (any more) gives NULL and FP_OK. */
static int open_list(int at, const char *name, const char *shown, DIR **ret_dir, struct fp_error *err)
{
    int fd = fp_fd_open(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *dir;

    *ret_dir = NULL;
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP || errno == ENOENT))
        return FP_OK;
    if (fd < 0)
        return fp_error_errno(err, FP_EIO, errno, "cannot list %s (it must be readable for this user)",
                              shown);
    dir = fdopendir(fd);
    if (!dir) {
        int status = fp_error_errno(err, FP_EIO, errno, "cannot list %s", shown);

        close(fd);
        return status;
    }
    *ret_dir = dir;
    return FP_OK;
}

/* The next entry; NULL at the end (FP_OK) or after a failure. */
static struct dirent *next_entry(DIR *dir, const char *shown, int *status, struct fp_error *err)
{
    struct dirent *entry;

    errno = 0;
    entry = readdir(dir);
    if (!entry && errno)
        *status = fp_error_errno(err, FP_EIO, errno, "cannot list %s", shown);
    return entry;
}

/* 1, or 0: it is not. */
static int is_whole(int month, const char *leaf, struct fp_error *err)
{
    char file[NIGHT_PATH + sizeof "/run.json"];
    struct stat st;

    snprintf(file, sizeof file, "%.22s/run.json", leaf);
    if (fstatat(month, leaf, &st, AT_SYMLINK_NOFOLLOW) == 0) {
        if (!S_ISDIR(st.st_mode))
            return 0;
        if (fstatat(month, file, &st, AT_SYMLINK_NOFOLLOW) == 0)
            return S_ISREG(st.st_mode);
    }
    return errno == ENOENT ? 0 : fp_error_errno(err, FP_EIO, errno, "cannot look at %s", file);
}

static int add_night(struct walk *walk, const char *month, const char *leaf, struct fp_error *err)
{
    char path[NIGHT_PATH];
    char *copy;
    int status = fp_array_reserve(&walk->items, &walk->cap, walk->count + 1, sizeof *walk->items, MAX_FOUND,
                                  "nights in one site", err);

    if (status < 0)
        return status;
    snprintf(path, sizeof path, "%.7s/%.22s", month, leaf);
    copy = strdup(path);
    if (!copy)
        return fp_error_nomem(err);
    walk->items[walk->count++].path = copy;
    return FP_OK;
}

/* `path` is "YYYY/MM". */
static int walk_month(struct walk *walk, int year, const char *path, struct fp_error *err)
{
    struct dirent *entry;
    DIR *dir;
    int status = open_list(year, path + 5, path, &dir, err);

    if (status < 0 || !dir)
        return status;
    while (status >= 0 && (entry = next_entry(dir, path, &status, err)) != NULL) {
        status = is_leaf(entry->d_name) ? is_whole(dirfd(dir), entry->d_name, err) : 0;
        if (status > 0)
            status = add_night(walk, path, entry->d_name, err);
    }
    closedir(dir);
    return status;
}

static int walk_year(struct walk *walk, int root, const char *year, struct fp_error *err)
{
    char path[sizeof "YYYY/MM"];
    struct dirent *entry;
    DIR *dir;
    int status = open_list(root, year, year, &dir, err);

    if (status < 0 || !dir)
        return status;
    while (status == FP_OK && (entry = next_entry(dir, year, &status, err)) != NULL) {
        if (!is_month(entry->d_name))
            continue;
        snprintf(path, sizeof path, "%.4s/%.2s", year, entry->d_name);
        status = walk_month(walk, dirfd(dir), path, err);
    }
    closedir(dir);
    return status;
}

static int walk_site(struct walk *walk, struct fp_error *err)
{
    struct dirent *entry;
    int status = FP_OK;
    DIR *dir = opendir(walk->site); /* the site itself may be a link */

    if (!dir)
        return fp_error_errno(err, errno == ENOENT ? FP_ENOTFOUND : FP_EIO, errno, "cannot list the site %s",
                              walk->site);
    while (status == FP_OK && (entry = next_entry(dir, walk->site, &status, err)) != NULL)
        if (is_year(entry->d_name))
            status = walk_year(walk, dirfd(dir), entry->d_name, err);
    closedir(dir);
    return status;
}

int fp_nights_list(const char *site, struct fp_nights *ret_nights, struct fp_error *err)
{
    struct walk walk = { site, NULL, 0, 0 };
    struct fp_nights nights;
    int status = walk_site(&walk, err);

    nights = (struct fp_nights){ walk.items, walk.count, 0 };
    if (status < 0) {
        fp_nights_release(&nights);
        fp_error_prepend(err, "nights of %s", site);
        return status;
    }
    if (nights.count)
        qsort(nights.items, nights.count, sizeof *nights.items, newest_first);
    while (nights.count > FP_LIMIT_NIGHTS) {
        free(nights.items[--nights.count].path);
        nights.omitted++;
    }
    *ret_nights = nights;
    return FP_OK;
}

void fp_nights_release(struct fp_nights *nights)
{
    for (size_t i = 0; i < nights->count; i++)
        free(nights->items[i].path);
    free(nights->items);
    *nights = (struct fp_nights){ NULL, 0, 0 };
}
