#include "config/path.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

static bool is_word(const char *key, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char c = key[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
              c == '$' || c == '-'))
            return false;
    }
    return n > 0;
}

static void add(struct fp_key_path *path, const char *text)
{
    size_t n = strlen(text);

    if (n >= sizeof path->text - path->len)
        return;
    memcpy(path->text + path->len, text, n + 1);
    path->len += n;
}

void fp_key_path_key(struct fp_key_path *path, const char *key, size_t n)
{
    char shown[FP_CLIP_TEXT];
    char part[FP_CLIP_TEXT + 8];

    fp_clip(shown, key, n);
    if (is_word(key, n))
        snprintf(part, sizeof part, "%s%s", path->len ? "." : "", shown);
    else
        snprintf(part, sizeof part, "[\"%s\"]", shown);
    add(path, part);
}

void fp_key_path_index(struct fp_key_path *path, size_t index)
{
    char part[32];

    snprintf(part, sizeof part, "[%zu]", index);
    add(path, part);
}

void fp_key_path_cut(struct fp_key_path *path, size_t len)
{
    path->text[len] = '\0';
    path->len = len;
}

char *fp_clip(char to[FP_CLIP_TEXT], const char *text, size_t n)
{
    size_t shown = n <= FP_KEY_PATH_KEY ? n : fp_utf8_cut(text, n, FP_KEY_PATH_KEY);

    memcpy(to, text, shown);
    strcpy(to + shown, shown < n ? "…" : "");
    return to;
}
