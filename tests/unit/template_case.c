/*
 * template_case DIR: renders DIR/input.mustache with DIR/data.json and DIR/partials/NAME.mustache, and
 * compares with DIR/expected.html; or, where that should fail, the error's text with DIR/expected.err.
 *
 * With FP_UPDATE set the expectation is written instead: look at the difference.
 */
#include "template_shelf.h"

static int read_from(const char *dir, const char *name, struct fp_str *text, struct fp_error *err)
{
    char path[4096];

    fp_str_init(text, FP_LIMIT_PAGE);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return fp_file_read(path, text, err);
}

/* The page, or what was wrong: *ret_failed says which. */
static int render_case(const char *dir, struct fp_str *ret_text, bool *ret_failed, struct fp_error *err)
{
    struct shelf shelf = { .folder = dir };
    struct fp_error wrong = FP_ERROR_INIT;
    struct fp_str source, json;
    json_error_t why;
    json_t *data = NULL;
    int status = read_from(dir, "input.mustache", &source, err),
        json_status = read_from(dir, "data.json", &json, err);

    if (status == FP_OK)
        status = json_status;
    if (status == FP_OK)
        data = json_loads(json.data, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    if (status == FP_OK && !data)
        status = fp_error_set(err, FP_ESYNTAX, "data.json:%d: %s", why.line, why.text);
    if (data) {
        *ret_failed = render(fp_str_slice(&source), data, &shelf, ret_text, &wrong) < 0;
        if (*ret_failed) {
            fp_str_clear(ret_text);
            fp_error_format(&wrong, ret_text);
            fp_str_putc(ret_text, '\n');
        }
    }
    json_decref(data);
    shelf_release(&shelf);
    fp_str_release(&json);
    fp_str_release(&source);
    return status;
}

static int compare(const char *path, const struct fp_str *got, struct fp_error *err)
{
    struct fp_str want;
    int status;

    fp_str_init(&want, FP_LIMIT_PAGE);
    status = fp_file_read(path, &want, err);
    if (status >= 0 && !fp_slice_equal(fp_str_slice(&want), fp_str_slice(got)))
        status = fp_error_set(err, FP_EDATA, "the result is another");
    if (status < 0)
        printf("--- %s\n%s+++ found\n%s", path, want.data, got->data);
    fp_str_release(&want);
    return status;
}

int main(int argc, char **argv)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str got;
    char path[4096];
    bool failed = false;
    int status;

    if (argc != 2) {
        fprintf(stderr, "usage: template_case DIR\n");
        return 2;
    }
    fp_str_init(&got, 0); /* the rendering gives it a cap */
    status = render_case(argv[1], &got, &failed, &err);
    if (status >= 0)
        snprintf(path, sizeof path, "%s/expected.%s", argv[1], failed ? "err" : "html");
    if (status >= 0 && getenv("FP_UPDATE"))
        status = fp_file_write(path, got.data, got.len, &err);
    else if (status >= 0)
        status = compare(path, &got, &err);
    if (status < 0)
        fprintf(stderr, "%s: %s\n", argv[1], err.message);
    fp_str_release(&got);
    return status < 0;
}
