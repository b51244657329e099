#include "base/lang.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_MAX 96
#define ARGUMENTS 10

const struct fp_lang *fp_lang_find(const char *tag)
{
    for (size_t i = 0; i < fp_lang_count; i++)
        if (strcmp(fp_langs[i].tag, tag) == 0)
            return &fp_langs[i];
    return NULL;
}

static int compare(const void *key, const void *word)
{
    return strcmp(key, ((const struct fp_lang_word *)word)->key);
}

const char *fp_lang_look_up(const struct fp_lang *lang, const char *key)
{
    const struct fp_lang *from = lang ? lang : &fp_langs[0];
    const struct fp_lang_word *word = bsearch(key, from->words, from->count, sizeof *from->words, compare);

    return word ? word->text : NULL;
}

const char *fp_lang_word(const struct fp_lang *lang, const char *key)
{
    const char *text = fp_lang_look_up(lang, key);

    return text ? text : key;
}

/* "CPU samples (itimer)" is "cpu_samples_itimer" in a key. */
static void append_key(char key[KEY_MAX], const char *name)
{
    size_t n = strlen(key);
    bool gap = true;

    for (; *name && n + 2 < KEY_MAX; name++) {
        char c = *name >= 'A' && *name <= 'Z' ? (char)(*name - 'A' + 'a') : *name;

        if ((c < 'a' || c > 'z') && (c < '0' || c > '9')) {
            gap = true;
            continue;
        }
        if (gap)
            key[n++] = '_';
        gap = false;
        key[n++] = c;
    }
    key[n] = '\0';
}

const char *fp_lang_word_of(const struct fp_lang *lang, const char *prefix, const char *name, const char *fallback)
{
    char key[KEY_MAX];
    const char *text;

    snprintf(key, sizeof key, "%s", prefix);
    append_key(key, name);
    text = fp_lang_look_up(lang, key);
    return text ? text : fallback;
}

void fp_lang_vsay(const struct fp_lang *lang, struct fp_str *to, const char *key, va_list args)
{
    const char *text = fp_lang_word(lang, key), *given[ARGUMENTS] = { NULL };

    for (size_t i = 0; i < ARGUMENTS && (given[i] = va_arg(args, const char *)); i++)
        ;
    while (*text) {
        size_t n = strcspn(text, "{");

        fp_str_append(to, text, n);
        text += n;
        if (text[0] == '{' && text[1] >= '0' && text[1] <= '9' && text[2] == '}') {
            const char *argument = given[text[1] - '0'];

            fp_str_puts(to, argument ? argument : "");
            text += 3;
        } else if (*text) {
            fp_str_putc(to, *text++);
        }
    }
}

void fp_lang_vsay_count(const struct fp_lang *lang, struct fp_str *to, int64_t count, const char *key, va_list args)
{
    char form[KEY_MAX];

    snprintf(form, sizeof form, "%s_%s", key, count == 1 ? "one" : "other");
    fp_lang_vsay(lang, to, form, args);
}

void fp_lang_say(const struct fp_lang *lang, struct fp_str *to, const char *key, ...)
{
    va_list args;

    va_start(args, key);
    fp_lang_vsay(lang, to, key, args);
    va_end(args);
}

void fp_lang_say_count(const struct fp_lang *lang, struct fp_str *to, int64_t count, const char *key, ...)
{
    va_list args;

    va_start(args, key);
    fp_lang_vsay_count(lang, to, count, key, args);
    va_end(args);
}

/* Only units that are words differ: "µs" is the same in all languages. */
char *fp_lang_exact(const struct fp_lang *lang, char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit)
{
    char number[FP_UNIT_TEXT], key[KEY_MAX];
    struct fp_str text;

    if (!lang || lang == &fp_langs[0] || unit == FP_UNIT_MICROSECONDS || unit == FP_UNIT_NANOSECONDS)
        return fp_unit_format_exact(to, value, unit);
    snprintf(key, sizeof key, "unit_%s", fp_unit_name(unit));
    fp_str_init_fixed(&text, to, FP_UNIT_TEXT);
    fp_lang_say(lang, &text, key, fp_count_format(number, value), NULL);
    return text.len && fp_str_ok(&text) ? to : fp_unit_format_exact(to, value, unit);
}

char *fp_lang_value(const struct fp_lang *lang, char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit)
{
    bool steps = unit == FP_UNIT_MICROSECONDS || unit == FP_UNIT_NANOSECONDS || unit == FP_UNIT_BYTES;

    return steps ? fp_unit_format(to, value, unit) : fp_lang_exact(lang, to, value, unit);
}

struct fp_lang_number fp_lang_number(size_t number)
{
    struct fp_lang_number to;

    snprintf(to.text, sizeof to.text, "%zu", number);
    return to;
}
