#include "source/secrets.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/in.h"
#include "base/limits.h"
#include "base/str.h"
#include "base/utf8.h"
#include "config/config.h"

#define SECRETS_MAX 4096

int fp_secrets_add(struct fp_secrets *secrets, const char *text, struct fp_error *err)
{
    size_t i, len = strlen(text);
    char *copy;
    int rc;

    if (!len)
        return 0;
    rc = fp_array_reserve(&secrets->items, &secrets->cap, secrets->count + 1, sizeof *secrets->items,
                          SECRETS_MAX, "secrets", err);
    if (rc < 0)
        return rc;
    copy = strdup(text);
    if (!copy)
        return fp_error_nomem(err);
    for (i = secrets->count++; i > 0 && strlen(secrets->items[i - 1]) < len; i--)
        secrets->items[i] = secrets->items[i - 1];
    secrets->items[i] = copy;
    return 0;
}

/* One pass for one secret; true when `text` holds the result. */
static bool mask_one(struct fp_str *text, const char *secret)
{
    size_t n = strlen(secret), at = 0;
    struct fp_str masked;
    const char *hit;

    if (!memmem(text->data, text->len, secret, n))
        return true;
    /* The mark may be longer than the secret: room for the worst case. */
    fp_str_init(&masked, text->len > SIZE_MAX / 16 ? SIZE_MAX / 2 : 8 * text->len + 8);
    while ((hit = memmem(text->data + at, text->len - at, secret, n)) != NULL) {
        size_t start = (size_t)(hit - text->data);

        fp_str_append(&masked, text->data + at, start - at);
        fp_str_puts(&masked, "[secret]");
        at = start + n;
    }
    fp_str_append(&masked, text->data + at, text->len - at);
    explicit_bzero(text->data, text->len);
    fp_str_clear(text);
    if (fp_str_ok(&masked))
        fp_str_append(text, masked.data, masked.len < text->max ? masked.len : text->max);
    fp_str_release(&masked);
    return text->len > 0;
}

void fp_secrets_mask(const struct fp_secrets *secrets, struct fp_str *text)
{
    for (size_t i = 0; i < secrets->count; i++)
        if (!mask_one(text, secrets->items[i]))
            return;
}

void fp_secrets_mask_error(const struct fp_secrets *secrets, struct fp_error *err)
{
    struct fp_str text;
    size_t n;

    if (!err || err->code == FP_OK)
        return;
    fp_str_init(&text, FP_LIMIT_TEXT);
    fp_str_puts(&text, err->message);
    fp_secrets_mask(secrets, &text);
    n = fp_utf8_cut(text.data, text.len, sizeof err->message - 1);
    memcpy(err->message, text.data, n);
    err->message[n] = '\0';
    fp_str_release(&text);
}

void fp_secrets_release(struct fp_secrets *secrets)
{
    for (size_t i = 0; i < secrets->count; i++) {
        explicit_bzero(secrets->items[i], strlen(secrets->items[i]));
        free(secrets->items[i]);
    }
    free(secrets->items);
    *secrets = (struct fp_secrets){ 0 };
}

/* ---- the token ---- */

/* Trims, and checks that what remains can be part of a header line. `where` names the origin, never the
 * value. */
static int take_token(const char *text, size_t n, const char *where, char **ret_token, struct fp_error *err)
{
    while (n && strchr(" \t\r\n", text[n - 1]))
        n--;
    while (n && strchr(" \t", *text)) {
        text++;
        n--;
    }
    if (!n)
        return fp_error_set(err, FP_EINVAL, "%s holds no token: its first line is empty", where);
    for (size_t i = 0; i < n; i++)
        if (text[i] <= ' ' || text[i] >= 0x7F)
            return fp_error_set(err, FP_EINVAL, "%s: the token must be one word of visible ASCII characters",
                                where);
    *ret_token = strndup(text, n);
    return *ret_token ? 0 : fp_error_nomem(err);
}

/* systemd hands secrets to a service in a directory whose name only the environment tells: see systemd.exec(5),
 * LoadCredential=. Nothing else is expanded. */
static int find_token_file(const char *path, struct fp_str *ret_path, struct fp_error *err)
{
    static const char variable[] = "${CREDENTIALS_DIRECTORY}/";
    const char *directory;

    if (strncmp(path, variable, sizeof variable - 1) != 0) {
        fp_str_puts(ret_path, path);
        return fp_str_status(ret_path, "the path", err);
    }
    directory = getenv("CREDENTIALS_DIRECTORY");
    if (!directory || !*directory)
        return fp_error_set(err, FP_EINVAL, "%s: the environment has no CREDENTIALS_DIRECTORY; systemd sets it for a service "
                            "with LoadCredential=; elsewhere set it to the directory of the file", path);
    fp_str_puts(ret_path, directory);
    fp_str_puts(ret_path, path + sizeof variable - 2); /* from the slash on */
    return fp_str_status(ret_path, "the path", err);
}

static int token_from_file(const char *path, char **ret_token, struct fp_error *err)
{
    struct fp_in *in;
    char *buf = NULL, *end;
    char where[FP_ERROR_MESSAGE_MAX];
    size_t len = 0;
    ssize_t n = 1;
    int rc = fp_in_open_file(path, &in, err);

    if (rc < 0) {
        fp_error_prepend(err, "source.token_file");
        return rc;
    }
    buf = malloc(FP_LIMIT_SECRET);
    rc = buf ? 0 : fp_error_nomem(err);
    while (rc == 0 && n > 0 && len < FP_LIMIT_SECRET) {
        n = fp_in_read(in, buf + len, FP_LIMIT_SECRET - len, err);
        if (n < 0)
            rc = (int)n;
        else
            len += (size_t)n;
    }
    snprintf(where, sizeof where, "source.token_file %s", path);
    if (rc == 0 && len == FP_LIMIT_SECRET)
        rc = fp_error_set(err, FP_ELIMIT, "%s: longer than %zu bytes: is it a token?", where,
                          FP_LIMIT_SECRET - 1);
    if (rc == 0) {
        end = memchr(buf, '\n', len);
        rc = take_token(buf, end ? (size_t)(end - buf) : len, where, ret_token, err);
    }
    if (buf)
        explicit_bzero(buf, FP_LIMIT_SECRET);
    free(buf);
    fp_in_close(in);
    return rc;
}

int fp_secrets_token(const struct fp_source_config *config, char **ret_token, struct fp_error *err)
{
    char where[256];
    const char *value;
    struct fp_str path;
    int rc;

    if (config->token_file && config->token_env)
        return fp_error_set(err, FP_EINVAL,
                            "source.token_file and source.token_env are both set: keep one of them");
    if (config->token_file) {
        fp_str_init(&path, FP_LIMIT_TEXT);
        rc = find_token_file(config->token_file, &path, err);
        if (rc < 0)
            fp_error_prepend(err, "source.token_file");
        else
            rc = token_from_file(path.data, ret_token, err);
        fp_str_release(&path);
        return rc;
    }
    if (!config->token_env) {
        *ret_token = NULL;
        return 0;
    }
    value = getenv(config->token_env);
    if (!value)
        return fp_error_set(err, FP_EINVAL, "source.token_env: the environment has no variable %s",
                            config->token_env);
    snprintf(where, sizeof where, "source.token_env: the variable %s", config->token_env);
    return take_token(value, strlen(value), where, ret_token, err);
}
