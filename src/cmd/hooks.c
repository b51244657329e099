#include "cmd/hooks.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/child.h"
#include "base/fs.h"
#include "base/limits.h"
#include "base/str.h"
#include "cmd/cmd.h"
#include "cmd/signals.h"
#include "publish/lock.h"
#include "source/ping.h"

/* What programs that copy a site need of our environment; one that ends in '*' is what names begin with. */
static const char *const inherited[] = {
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ", "TMPDIR", "XDG_*", "SSH_AUTH_SOCK",
    "KRB5CCNAME", "http_proxy", "https_proxy", "all_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",
    "AWS_*", "RCLONE_*", "RSYNC_*",
};

#define OURS_MAX 8

static bool is_inherited(const char *variable, const char *token_env)
{
    size_t n = strcspn(variable, "=");

    if (token_env && strlen(token_env) == n && strncmp(variable, token_env, n) == 0)
        return false;
    for (size_t i = 0; i < sizeof inherited / sizeof *inherited; i++) {
        size_t length = strlen(inherited[i]);
        bool prefix = inherited[i][length - 1] == '*';

        length -= prefix;
        if ((prefix ? n >= length : n == length) && strncmp(variable, inherited[i], length) == 0)
            return true;
    }
    return false;
}

static char *variable(struct fp_arena *arena, const char *name, const char *value)
{
    struct fp_str text;
    char *copy = NULL;

    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_printf(&text, "%s=%s", name, value);
    if (fp_str_ok(&text))
        copy = fp_arena_strndup(arena, text.data, text.len);
    fp_str_release(&text);
    return copy;
}

/* NULL without memory. */
static char **make_env(const struct fp_after_publish *after, struct fp_arena *arena)
{
    char *site = realpath(after->output, NULL), code[16], **env;
    size_t count = 0, n = 0;
    bool whole = false;

    while (environ[count])
        count++;
    env = fp_arena_array(arena, count + OURS_MAX, sizeof *env);
    snprintf(code, sizeof code, "%d", after->exit_code);
    if (env) {
        env[n++] = variable(arena, "FLAMEPRESS_SITE", site ? site : after->output);
        env[n++] = variable(arena, "FLAMEPRESS_NIGHT", after->nights);
        env[n++] = variable(arena, "FLAMEPRESS_OUTCOME", after->whole ? "ok" : "partial");
        env[n++] = variable(arena, "FLAMEPRESS_EXIT_CODE", code);
        whole = env[0] && env[1] && env[2] && env[3];
    }
    free(site);
    for (size_t i = 0; whole && i < count; i++)
        if (is_inherited(environ[i], after->config->source.token_env))
            env[n++] = environ[i];
    return whole ? env : NULL;
}

static char **make_argv(const struct fp_strings *words, struct fp_arena *arena)
{
    char **argv = fp_arena_array(arena, words->count + 1, sizeof *argv);

    for (size_t i = 0; argv && i < words->count; i++) {
        argv[i] = fp_arena_strdup(arena, words->items[i]);
        if (!argv[i])
            return NULL;
    }
    return argv;
}

static void say(void *log, const char *line)
{
    fp_log(log, FP_LOG_INFO, "after_publish: %s", line);
}

int fp_hooks_after_publish(const struct fp_after_publish *after, struct fp_log *log)
{
    const struct fp_config *config = after->config;
    struct fp_child child = { .timeout_ms = config->after_publish_timeout_ms,
                              .cancel = fp_signals_cancel(),
                              .line = say,
                              .ctx = log };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_arena arena;
    int rc;

    if (!config->after_publish.count)
        return FP_OK;
    fp_arena_init(&arena);
    child.argv = make_argv(&config->after_publish, &arena);
    child.env = make_env(after, &arena);
    rc = child.argv && child.env ? fp_child_run(&child, &err) : fp_error_nomem(&err);
    if (rc < 0)
        fp_log_error(log, FP_LOG_ERROR, &err, "after_publish");
    fp_arena_release(&arena);
    return rc;
}

/* ---- check ---- */

static bool is_program(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISREG(st.st_mode) && access(path, X_OK) == 0;
}

static bool is_in_path(const char *name)
{
    const char *at = getenv("PATH");
    bool found = false;

    while (at && *at && !found) {
        size_t n = strcspn(at, ":");
        struct fp_str path;

        fp_str_init(&path, FP_LIMIT_TEXT);
        fp_str_append(&path, at, n);
        fp_path_join(&path, name);
        found = fp_str_ok(&path) && is_program(path.data);
        fp_str_release(&path);
        at += n + (at[n] == ':');
    }
    return found;
}

int fp_hooks_check(const struct fp_config *config, struct fp_error *err)
{
    const char *name = config->after_publish.count ? config->after_publish.items[0] : NULL;

    if (!name || (name[0] == '/' ? is_program(name) : is_in_path(name)))
        return FP_OK;
    return fp_error_set(err, FP_ENOTFOUND, "after_publish[0]: there is no program %s that this user can run%s", name,
                        name[0] == '/' ? "" : " in PATH");
}

/* ---- ping_url ---- */

/* What nobody hears of costs the run nothing. */
static void tell(const struct fp_ping *ping, const char *what, struct fp_log *log)
{
    struct fp_error err = FP_ERROR_INIT;

    if (fp_ping_send(ping, what, &err) < 0)
        fp_log_error(log, FP_LOG_WARNING, &err, "ping_url");
}

/* Who has the lock tells how it ends: of one that only finds it taken a failure would be told, and there is none. */
int fp_hooks_tell(const struct fp_config *config, const char *output, int (*work)(void *ctx), void *ctx, struct fp_log *log)
{
    struct fp_ping ping;
    bool started;
    char code[16];
    int result;

    if (!config->ping_url)
        return work(ctx);
    fp_ping_init(&ping, config->ping_url, config->source.ca_file);
    fp_signals_catch();
    started = !output || !fp_lock_look(output).held;
    if (started)
        tell(&ping, "start", log);
    result = atomic_load(fp_signals_cancel()) ? FP_EXIT_SIGNAL + fp_signals_caught() : work(ctx);
    snprintf(code, sizeof code, "%d", result);
    if (!output || result != FP_EXIT_BUSY)
        tell(&ping, code, log);
    else if (started) /* it was taken since */
        tell(&ping, "log", log);
    return result;
}
