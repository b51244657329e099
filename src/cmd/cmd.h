/*
 * Commands: a table of them, one file each, and the exit codes they end with.
 *
 * Every command is option table → parse → work → exit code. Commands own no
 * state besides what is on their stack; only they and press/ log.
 */
#ifndef FP_CMD_CMD_H
#define FP_CMD_CMD_H

#include "base/error.h"
#include "base/log.h"

enum fp_exit {
    FP_EXIT_OK = 0,
    FP_EXIT_NOTHING = 1,  /* nothing could be published or written; verify: the site is not whole */
    FP_EXIT_PARTIAL = 2,  /* published, but some jobs failed or are partial; prune: some of it stays */
    FP_EXIT_REGRESSION = 3, /* published, and a regression is beyond the limits (--fail-on-regression) */
    FP_EXIT_USAGE = 64,   /* the command line is wrong */
    FP_EXIT_BUSY = 75,    /* another run holds the lock, or parts are missing: try again later */
    FP_EXIT_CONFIG = 78,  /* the configuration is wrong */
    FP_EXIT_SIGNAL = 128  /* + the number of the signal */
};

struct fp_command {
    const char *name;
    const char *summary;
    /* argv[0] is the command's name. */
    int (*run)(int argc, char **argv, struct fp_log *log);
};

/* All of them; ends with a NULL name. */
extern const struct fp_command fp_commands[];

/* What --help and the manual page say of enum fp_exit; ends with a NULL code. */
struct fp_exit_meaning {
    const char *code, *meaning;
};
extern const struct fp_exit_meaning fp_exit_meanings[];

/* `flamepress --version`: ours, and a line for each library that is linked. */
void fp_cmd_print_version(void);

int fp_cmd_run(int argc, char **argv, struct fp_log *log);
/* Puts together what `run --shard` left. */
int fp_cmd_assemble(int argc, char **argv, struct fp_log *log);
int fp_cmd_render(int argc, char **argv, struct fp_log *log);
int fp_cmd_incident(int argc, char **argv, struct fp_log *log);
int fp_cmd_demo(int argc, char **argv, struct fp_log *log);
int fp_cmd_keep(int argc, char **argv, struct fp_log *log);
int fp_cmd_prune(int argc, char **argv, struct fp_log *log);
int fp_cmd_verify(int argc, char **argv, struct fp_log *log);
int fp_cmd_check(int argc, char **argv, struct fp_log *log);
int fp_cmd_services(int argc, char **argv, struct fp_log *log);
int fp_cmd_init(int argc, char **argv, struct fp_log *log);
/* Prints what is made of the tables: reference, schema, manual pages, completions. */
int fp_cmd_reference(int argc, char **argv, struct fp_log *log);

/* Logs `err` as an error (with `context` in front, may be NULL) and returns `exit_code`. */
int fp_cmd_fail(struct fp_log *log, const struct fp_error *err, const char *context, int exit_code);

/* The exit code that fits an error of a run: 75 for a lock, 128 + n when a signal stopped it, else `otherwise`. */
int fp_cmd_exit_of(const struct fp_error *err, int otherwise);

#endif
