/*
 * The small texts that pages share: values, shares, marks, names, windows.
 *
 * Each puts readable members into a page model next to the exact value; none of
 * them decides anything. Numbers are made by base/unit.h, so no locale is
 * involved. What comes from outside stays plain text: escaping is the
 * template's business, and these models never hold markup.
 */
#ifndef FP_REPORT_WORDS_H
#define FP_REPORT_WORDS_H

#include <stdint.h>

#include <jansson.h>

#include "base/str.h"
#include "base/unit.h"
#include "plan/window.h"
#include "report/model.h"

/* Longer names are shown without their middle; summary.json has the whole. */
#define FP_WORDS_LACKS_ARGS 3
#define FP_WORDS_LABEL_MAX ((size_t)200)
#define FP_WORDS_NAME_MAX ((size_t)480)

/* The unit for its name in summary.json; FP_UNIT_UNITS for one we do not know. */
enum fp_unit fp_words_unit(const char *name);
/* Values of this unit in one second of one core; 0 where that makes no sense. */
int64_t fp_words_unit_per_second(enum fp_unit unit);

/* "✓" and the like for an outcome; never the only sign of it. */
const char *fp_words_mark(const char *outcome);

/* `key`: a list of texts; a line may break between any two of them. `cut_key` (may be NULL): what to say of
 * a name that was cut, or null. */
void fp_words_put_name(struct fp_model *model, json_t *object, const char *key, const char *cut_key,
                       struct fp_slice name);
/* What base/unit.h calls fp_unit_format and fp_share_format, for pages: no line breaks between number and unit,
 * but where the unit is a word. */
char *fp_words_value(const struct fp_lang *lang, char to[FP_UNIT_TEXT], int64_t value, enum fp_unit unit);
char *fp_words_share(char to[FP_UNIT_TEXT], int64_t part, int64_t whole);
/* `key`: "19.0 s", `exact_key`: "19,037,052 µs". */
void fp_words_put_value(struct fp_model *model, json_t *object, const char *key, const char *exact_key,
                        int64_t value, enum fp_unit unit);
/* "32.9 %" */
void fp_words_put_share(struct fp_model *model, json_t *object, const char *key, int64_t part, int64_t whole);
/* A relative change: 0.06 is "+6.0 %", 1 (a doubling) "+100.0 %", 0.0001 "≈ 0 %". Returns `to`. */
char *fp_words_growth(char to[FP_UNIT_TEXT], double growth);
/* part/whole as a number from 0 to 100 for the width of a bar: "32.91". */
void fp_words_put_bar(struct fp_model *model, json_t *object, const char *key, int64_t part, int64_t whole);

/* The label of a window, "Fri 20 Nov 2026, 00:00 to 06:00", with its dates as the language has them: into `to`, or `label`
 * itself where there is nothing to be changed, as in a name, or no room. */
const char *fp_words_label(const struct fp_lang *lang, char to[FP_WORDS_LABEL_MAX], const char *label);

/* Why there is no baseline, by the `no_baseline` and `no_baseline_words` of a summary or an entry: `key` in the words of the
 * page, and `key`_message, English, that follows it: what a server or a file was said to be. Each may be null. */
void fp_words_put_lacks(struct fp_model *model, json_t *object, const char *key, const json_t *from);

/* A row {key, code, text, second_text} of a list of facts; each of the last three may be NULL. */
void fp_words_push_fact(struct fp_model *model, json_t *list, const char *key, const char *code,
                        const char *text, const char *second_text);
/* The fact "window": local time, and UTC where that is something else. `zone` may be NULL (UTC). */
void fp_words_push_window(struct fp_model *model, json_t *list, int64_t start, int64_t end,
                          const struct fp_zone *zone);
/* An href: `prefix` (a URL as it is) and `path`, escaped, and `file`. */
void fp_words_put_href(struct fp_model *model, json_t *object, const char *key, const char *prefix,
                       struct fp_slice path, const char *file);
/* The command that presses a window again; `service`, a name or an id, may be NULL (all). It is quoted for a shell where
 * that could misread it; one with control characters is left out. */
void fp_words_put_again(struct fp_model *model, json_t *object, const char *key, int64_t start, int64_t end,
                        const char *service);

/* The command that leaves files about this window to attach to a ticket; null where it cannot be said: the service has
 * control characters, or the window no middle at a whole second. */
void fp_words_put_incident(struct fp_model *model, json_t *object, const char *key, int64_t start, int64_t end,
                           const char *service, const char *event);

#endif
