/*
 * config_case DIR: loads DIR/input.json as "input.json" and compares what is wrong
 * with it, one problem a line as `error: …` or `warning: …`, with DIR/expected.txt.
 * A good configuration has an empty expectation.
 *
 * With FP_UPDATE set the expectation is written instead: look at the difference.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "config/config.h"

static int problems_of(const char *dir, struct fp_str *ret_text, struct fp_error *err)
{
    struct fp_config config;
    struct fp_problems problems;
    struct fp_str input;
    char path[4096];
    int status;

    memset(&config, 0, sizeof config);
    fp_problems_init(&problems);
    fp_str_init(&input, FP_LIMIT_CONFIG);
    snprintf(path, sizeof path, "%s/input.json", dir);
    status = fp_file_read(path, &input, err);
    if (status >= 0) {
        status = fp_config_load_text(&config, input.data, input.len, "input.json", &problems, err);
        fp_config_release(&config);
    }
    for (size_t i = 0; status >= 0 && i < problems.count; i++) {
        fp_str_puts(ret_text, problems.items[i].warning ? "warning: " : "error: ");
        fp_error_format(&problems.items[i].what, ret_text);
        fp_str_putc(ret_text, '\n');
    }
    if (problems.more)
        fp_str_printf(ret_text, "and %zu more\n", problems.more);
    fp_problems_release(&problems);
    fp_str_release(&input);
    return status;
}

static int compare(const char *path, const struct fp_str *got, struct fp_error *err)
{
    struct fp_str want;
    int status;

    fp_str_init(&want, FP_LIMIT_TEXT);
    status = fp_file_read(path, &want, err);
    if (status >= 0 && (want.len != got->len || memcmp(want.data, got->data, got->len) != 0)) {
        printf("--- %s\n%s+++ found\n%s", path, want.data, got->data);
        status = fp_error_set(err, FP_EDATA, "%s: the problems found are others", path);
    }
    fp_str_release(&want);
    return status;
}

int main(int argc, char **argv)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str got;
    char path[4096];
    int status;

    if (argc != 2) {
        fprintf(stderr, "usage: config_case DIR\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/expected.txt", argv[1]);
    fp_str_init(&got, FP_LIMIT_TEXT);
    status = problems_of(argv[1], &got, &err);
    if (status >= 0 && getenv("FP_UPDATE"))
        status = fp_file_write(path, got.data, got.len, &err);
    else if (status >= 0)
        status = compare(path, &got, &err);
    if (status < 0)
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    fp_str_release(&got);
    return status < 0;
}
