#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <glib.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "cmd/cmd.h"

const struct fp_command fp_commands[] = {
    { "run", "press a site: fetch, draw, publish (the nightly job)", fp_cmd_run },
    { "assemble", "put the parts of `run --shard` together", fp_cmd_assemble },
    { "render", "press one report from saved files", fp_cmd_render },
    { "incident", "leave files about a moment to attach to a ticket", fp_cmd_incident },
    { "demo", "press a site from bundled recordings", fp_cmd_demo },
    { "keep", "keep a night under a name, to compare others with", fp_cmd_keep },
    { "prune", "remove the nights and profiles that are older than `retention`", fp_cmd_prune },
    { "verify", "check a site, or a night, against its manifests", fp_cmd_verify },
    { "check", "say all that is wrong with a configuration", fp_cmd_check },
    { "services", "list the services that the server knows", fp_cmd_services },
    { "init", "write a configuration to start from", fp_cmd_init },
    { "reference", "print all keys of the configuration, manual pages, completions", fp_cmd_reference },
    { NULL, NULL, NULL },
};

const struct fp_exit_meaning fp_exit_meanings[] = {
    { "0", "all well" },
    { "1", "nothing published or written; verify: not whole" },
    { "2", "published, but some jobs failed or are partial, or what is to go stays" },
    { "3", "published, with a regression (--fail-on-regression)" },
    { "64", "the command line is wrong" },
    { "75", "another run holds the lock; assemble: parts are missing" },
    { "78", "the configuration is wrong" },
    { "128+N", "ended by signal N" },
    { NULL, NULL },
};

static void print_help(FILE *to)
{
    fprintf(to, "Usage: flamepress COMMAND [options]\n\n"
                "Presses continuous profiles of DeepFlow into a static site of flame graphs.\n\nCommands:\n");
    for (const struct fp_command *command = fp_commands; command->name; command++)
        fprintf(to, "  %-10s %s\n", command->name, command->summary);
    fprintf(to, "\n`flamepress COMMAND --help` tells more. `flamepress --version` says what this is, and what it runs with.\n"
                "\nExit codes:\n");
    for (const struct fp_exit_meaning *row = fp_exit_meanings; row->code; row++)
        fprintf(to, "  %-10s %s\n", row->code, row->meaning);
}

/* Pango and GLib speak to stderr, several times of one thing, in lines that are not ours; what they warn of is found out
 * where it matters (flame/paint.c). Only the last words before an abort are let through. */
static GLogWriterOutput hush(GLogLevelFlags level, const GLogField *fields, gsize count, gpointer data)
{
    (void)data;
    return (level & G_LOG_LEVEL_ERROR) ? g_log_writer_default(level, fields, count, data) : G_LOG_WRITER_HANDLED;
}

/* What reads bytes of others has no need of more rights than it was started with, nor has what it starts (SECURITY.md).
 * A kernel that does not know of it is not a reason to stop. */
static void renounce_privileges(void)
{
#ifdef __linux__
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
#endif
}

/* Who starts us may have closed standard input, output or error: the next file opened would be that one, and what we say
 * would stand in a report. Whatever is used of them fails as before, for these are open the wrong way. */
static void occupy_standard_files(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
            _exit(FP_EXIT_NOTHING);
}

int main(int argc, char **argv)
{
    struct fp_log log;
    int result = FP_EXIT_USAGE;

    occupy_standard_files();
    renounce_privileges();
    /* Large arrays come from the kernel and go back to it: what one service took is not kept while the next one asks for
     * something else. What is smaller stays. (glibc would move both limits as it goes.) */
#ifdef __GLIBC__
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 8 << 20);
#endif
    g_log_set_writer_func(hush, NULL, NULL);
    fp_log_init(&log, STDERR_FILENO);
    if (argc < 2) {
        print_help(stderr);
    } else if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        result = FP_EXIT_OK;
    } else if (strcmp(argv[1], "--version") == 0) {
        fp_cmd_print_version();
        result = FP_EXIT_OK;
    } else {
        const struct fp_command *command = fp_commands;

        while (command->name && strcmp(argv[1], command->name) != 0)
            command++;
        if (command->name)
            result = command->run(argc - 1, argv + 1, &log);
        else
            fp_log(&log, FP_LOG_ERROR, "unknown command \"%s\" (see `flamepress --help`)", argv[1]);
    }
    /* what was printed must have arrived: `flamepress init - > /dev/full` is not a success */
    if (fflush(stdout) != 0 && result == FP_EXIT_OK) {
        fp_log(&log, FP_LOG_ERROR, "cannot write to standard output: %s", strerror(errno));
        result = FP_EXIT_NOTHING;
    }
    fp_log_release(&log);
    return result;
}
