/*
 * The words of the pages, in the languages that they come in.
 *
 * assets/lang/TAG.json are the catalogues: a text for each key, the keys sorted, the same in each file, one a line.
 * They are turned into tables when the program is built (cmake/lang.cmake), so looking up cannot fail, needs no memory
 * and is safe from any thread. A text may have {0} to {9}, which stand for the arguments of fp_lang_say; another
 * language may have them in another order. Where the number decides the form, the key is followed by "_one" or
 * "_other".
 *
 * What programs read (summary.json, logs, messages) is English and does not come from here. NULL is English.
 *
 *     fp_lang_say(lang, &text, "window_span", from, until, NULL);
 */
#ifndef FP_BASE_LANG_H
#define FP_BASE_LANG_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "base/unit.h"

struct fp_lang_word {
    const char *key, *text;
};

struct fp_lang {
    const char *tag; /* of <html lang> */
    const struct fp_lang_word *words; /* sorted by key, in byte order */
    size_t count;
};

/* All of them, English first; generated. */
extern const struct fp_lang fp_langs[];
extern const size_t fp_lang_count;

/* NULL for a tag that there is no catalogue of. */
const struct fp_lang *fp_lang_find(const char *tag);
/* NULL when there is none. */
const char *fp_lang_look_up(const struct fp_lang *lang, const char *key);
/* The key itself when there is none, which a test finds. */
const char *fp_lang_word(const struct fp_lang *lang, const char *key);
/* The word of PREFIX_NAME, where `name` is in lower case, with a '_' for all that is no letter or digit; `fallback` when there is none. */
const char *fp_lang_word_of(const struct fp_lang *lang, const char *prefix, const char *name, const char *fallback);

/* Appends the text with its arguments, which are texts; the last is NULL. */
void fp_lang_say(const struct fp_lang *lang, struct fp_str *to, const char *key, ...) __attribute__((sentinel));
/* … in the form for `count`, which is no argument by itself. */
void fp_lang_say_count(const struct fp_lang *lang, struct fp_str *to, int64_t count, const char *key, ...)
    __attribute__((sentinel));
void fp_lang_vsay(const struct fp_lang *lang, struct fp_str *to, const char *key, va_list args);
void fp_lang_vsay_count(const struct fp_lang *lang, struct fp_str *to, int64_t count, const char *key, va_list args);

/* fp_unit_format and fp_unit_format_exact with the words of the language: "5,214 samples". Return `to`. */
char *fp_lang_value(const struct fp_lang *lang, char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit);
char *fp_lang_exact(const struct fp_lang *lang, char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit);

/* A plain number as an argument: fp_lang_number(n).text lives until the end of the statement. */
struct fp_lang_number {
    char text[24];
};
struct fp_lang_number fp_lang_number(size_t number);

#endif
