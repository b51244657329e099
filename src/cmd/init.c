#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/out.h"
#include "cmd/cmd.h"
#include "cmd/options.h"
#include "config/example.h"

static const struct fp_option table[] = { { NULL, '\0', NULL, NULL } };

static int write_example(int fd, const char *name, struct fp_error *err)
{
    struct fp_out out;

    fp_out_to_fd(&out, fd, name);
    fp_out_puts(&out, fp_config_example);
    return fp_out_finish(&out, err);
}

int fp_cmd_init(int argc, char **argv, struct fp_log *log)
{
    struct fp_options o = {
        .table = table,
        .usage = "init [FILE]",
        .about = "Writes a commented configuration to start from (default: flamepress.json; \"-\" prints it).\n"
                 "A file that is there already is left alone.",
        .log = log,
    };
    int found = fp_options_next(&o, argc, argv), fd, rc;
    struct fp_error err = FP_ERROR_INIT;
    const char *path;

    if (found != FP_OPTIONS_END)
        return fp_options_exit(found);
    if (o.operand + 1 < argc)
        return fp_options_wrong(&o, "one file at a time");
    path = o.operand < argc ? argv[o.operand] : "flamepress.json";
    if (strcmp(path, "-") == 0)
        return write_example(STDOUT_FILENO, "standard output", &err) < 0 ? fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING)
                                                                         : FP_EXIT_OK;
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd < 0) {
        fp_error_errno(&err, FP_EIO, errno, "cannot create %s", path);
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    }
    rc = write_example(fd, path, &err);
    if (close(fd) < 0 && rc == FP_OK)
        rc = fp_error_errno(&err, FP_EIO, errno, "cannot write %s", path);
    if (rc < 0) {
        unlink(path);
        return fp_cmd_fail(log, &err, NULL, FP_EXIT_NOTHING);
    }
    printf("%s written. Set `source.url`, `output` and `services`, then: flamepress check -c %s\n", path, path);
    return FP_EXIT_OK;
}
