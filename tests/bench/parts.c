/*
 * Parts of the work, each alone.
 *
 *     parts decode FILE RUNS     from a file to a checked, unsorted tree
 *     parts jansson FILE RUNS    jansson parses the same file
 *     parts png FILE RUNS        from a file to one picture, 1,200 px wide, FILE.png (`render` writes two)
 *
 * Prints the CPU seconds (user + system) of each run, one a line.
 */
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "codec/codec.h"
#include "flame/picture.h"
#include "flame/png.h"
#include "plan/event.h"

static double cpu_seconds(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static int read_file(const char *path, struct fp_reply *ret_reply, struct fp_error *err)
{
    struct fp_in *in;
    int rc = fp_in_open_file(path, &in, err);

    return rc == FP_OK ? fp_codec_read(in, fp_slice_of("root"), FP_LIMIT_RESPONSE_MAX, ret_reply, err) : rc;
}

static int decode(const char *path, double *ret_seconds)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_reply reply = { .form = FP_FORM_NONE };
    double start = cpu_seconds();
    int rc = read_file(path, &reply, &err);

    *ret_seconds = cpu_seconds() - start;
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", path, err.message);
    else
        fp_reply_release(&reply);
    return rc;
}

static int draw(const char *path, double *ret_seconds)
{
    const struct fp_picture_options how = {
        .width = FP_PICTURE_WIDTH, .min_width = FP_PICTURE_MIN_WIDTH, .title = "bench", .subtitle = "on-cpu",
        .unit = fp_event_find("on-cpu")->unit
    };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_reply reply = { .form = FP_FORM_NONE };
    struct fp_tree tree = { 0 };
    struct fp_picture picture;
    struct fp_str to;
    double start = cpu_seconds();
    int rc = read_file(path, &reply, &err);

    fp_str_init(&to, 4096);
    if (rc == FP_OK)
        rc = fp_tree_freeze(&tree, &reply.builder, false, &err);
    if (rc == FP_OK)
        rc = fp_picture_make(&picture, &tree, &how, &err);
    if (rc == FP_OK) {
        fp_str_printf(&to, "%s.png", path);
        rc = fp_png_write(&picture, 1, to.data, &err);
        fp_picture_release(&picture);
    }
    fp_str_release(&to);
    fp_tree_release(&tree);
    *ret_seconds = cpu_seconds() - start;
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", path, err.message);
    return rc;
}

static int parse(const char *path, double *ret_seconds)
{
    json_error_t error;
    double start = cpu_seconds();
    json_t *root = json_load_file(path, 0, &error);

    *ret_seconds = cpu_seconds() - start;
    if (!root)
        fprintf(stderr, "%s: %s\n", path, error.text);
    json_decref(root);
    return root ? 0 : -1;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *path, double *ret_seconds);
    } parts[] = { { "decode", decode }, { "jansson", parse }, { "png", draw } };
    int runs = argc == 4 ? atoi(argv[3]) : 0;
    double seconds;

    for (size_t i = 0; runs > 0 && i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(argv[1], parts[i].name) != 0)
            continue;
        if (parts[i].run != parse) { /* as main.c does */
            (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
            (void)mallopt(M_TRIM_THRESHOLD, 8 << 20);
        }
        for (; runs > 0; runs--) {
            if (parts[i].run(argv[2], &seconds) < 0)
                return 1;
            printf("%.4f\n", seconds);
        }
        return 0;
    }
    fprintf(stderr, "usage: parts decode|jansson|png FILE RUNS\n");
    return 64;
}
