/*
 * The path of a key: `services[2].events[0]`, as messages name it.
 *
 * A small value without heap memory, passed on by copy. Keys come from the file and
 * may be anything: one that is not a plain word is written as ["…"], a long one is cut.
 *
 *     struct fp_key_path path = { 0 };
 *     fp_key_path_key(&path, "services", 8);
 *     fp_key_path_index(&path, 2);
 */
#ifndef FP_CONFIG_PATH_H
#define FP_CONFIG_PATH_H

#include <stddef.h>

#define FP_KEY_PATH_MAX 256
#define FP_KEY_PATH_KEY 60 /* bytes of one key that are shown */

struct fp_key_path {
    size_t len;
    char text[FP_KEY_PATH_MAX];
};

/* Both do nothing when the path is full. `key` is `n` bytes of valid UTF-8. */
void fp_key_path_key(struct fp_key_path *path, const char *key, size_t n);
void fp_key_path_index(struct fp_key_path *path, size_t index);
void fp_key_path_cut(struct fp_key_path *path, size_t len);

#define FP_CLIP_TEXT (FP_KEY_PATH_KEY + 4)

/* A value as a message shows it: at most FP_KEY_PATH_KEY bytes, then "…". Returns `to`. */
char *fp_clip(char to[FP_CLIP_TEXT], const char *text, size_t n);

#endif
