/*
 * Decoding alone: how long a profile takes from bytes to a checked, unsorted tree, and jansson to parse the same bytes.
 *
 *     decode flamepress|jansson FILE RUNS
 *
 * Prints the CPU seconds (user + system) of each run, one a line. Both read the file themselves.
 */
#include <jansson.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/limits.h"
#include "codec/codec.h"

static double cpu_seconds(void)
{
    struct rusage use;

    getrusage(RUSAGE_SELF, &use);
    return (double)(use.ru_utime.tv_sec + use.ru_stime.tv_sec) +
           (double)(use.ru_utime.tv_usec + use.ru_stime.tv_usec) / 1e6;
}

static int with_flamepress(const char *path, double *ret_seconds)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_reply reply = { .form = FP_FORM_NONE };
    double start = cpu_seconds();
    struct fp_in *in;
    int rc = fp_in_open_file(path, &in, &err);

    if (rc == FP_OK)
        rc = fp_codec_read(in, fp_slice_of("root"), FP_LIMIT_RESPONSE_MAX, &reply, &err);
    *ret_seconds = cpu_seconds() - start;
    if (rc < 0)
        fprintf(stderr, "%s: %s\n", path, err.message);
    else
        fp_reply_release(&reply);
    return rc;
}

static int with_jansson(const char *path, double *ret_seconds)
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
    int runs = argc == 4 ? atoi(argv[3]) : 0;
    double seconds;

    if (runs <= 0 || (strcmp(argv[1], "flamepress") && strcmp(argv[1], "jansson"))) {
        fprintf(stderr, "usage: decode flamepress|jansson FILE RUNS\n");
        return 64;
    }
    if (argv[1][0] == 'f')
        (void)mallopt(M_MMAP_THRESHOLD, 1 << 20); /* as main.c does */
    for (int i = 0; i < runs; i++) {
        if ((argv[1][0] == 'f' ? with_flamepress : with_jansson)(argv[2], &seconds) < 0)
            return 1;
        printf("%.4f\n", seconds);
    }
    return 0;
}
