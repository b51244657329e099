/*
 * Building and reading JSON models without an error check a line.
 *
 * A builder's failure is sticky, like that of a buffer: puts after it do nothing
 * but free what they were given, and fp_model_finish gives the verdict once.
 * jansson's constructors fail only for want of memory once text is valid UTF-8,
 * and fp_model_text makes it so (invalid bytes become U+FFFD); NUL is kept.
 *
 *     struct fp_model model = FP_MODEL_INIT;
 *     json_t *root = json_object();
 *     fp_model_put(&model, root, "service", fp_model_text(service));
 *     return fp_model_finish(&model, root, ret_root, err);
 *
 * Readers are total: a member that is missing or of another type reads as
 * "", 0 or NULL, so a model from an older file never crashes a page.
 */
#ifndef FP_REPORT_MODEL_H
#define FP_REPORT_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/str.h"

struct fp_model {
    bool failed;
    const struct fp_lang *lang; /* of the words that are put; NULL = English */
};

#define FP_MODEL_INIT { false, NULL }

/* Both steal `value`; a NULL object, array or value is a failure. */
void fp_model_put(struct fp_model *model, json_t *object, const char *key, json_t *value);
void fp_model_push(struct fp_model *model, json_t *array, json_t *value);
void fp_model_put_int(struct fp_model *model, json_t *object, const char *key, int64_t value);
/* "" for NULL: facts that nobody filled must not cost a report. */
void fp_model_put_text(struct fp_model *model, json_t *object, const char *key, const char *text);
/* Puts a new, empty array or object and returns it, borrowed; NULL after a failure (fine as a target). */
json_t *fp_model_array(struct fp_model *model, json_t *object, const char *key);
json_t *fp_model_object(struct fp_model *model, json_t *object, const char *key);
/* Appends a new, empty object to `array` and returns it, borrowed. */
json_t *fp_model_row(struct fp_model *model, json_t *array);
/* Printed text; printf's numbers must be integers (no locale is involved then). */
void fp_model_printf(struct fp_model *model, json_t *object, const char *key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* A text of the catalogue: alone, with arguments (base/lang.h), and in the form for a number. */
void fp_model_say(struct fp_model *model, json_t *object, const char *key, const char *word, ...)
    __attribute__((sentinel));
void fp_model_say_count(struct fp_model *model, json_t *object, const char *key, int64_t count, const char *word, ...)
    __attribute__((sentinel));
/* null for NULL */
void fp_model_put_word(struct fp_model *model, json_t *object, const char *key, const char *word);
json_t *fp_model_word(const struct fp_model *model, const char *word);
/* Steals `root`: into *ret_root, or freed with FP_ENOMEM. */
int fp_model_finish(const struct fp_model *model, json_t *root, json_t **ret_root, struct fp_error *err);

json_t *fp_model_slice(struct fp_slice text);
json_t *fp_model_text(const char *text);
/* null for NULL */
json_t *fp_model_text_or_null(const char *text);
/* The same number; null for anything else. */
json_t *fp_model_number(const json_t *value);

/* ---- reading ---- */
const char *fp_model_get_text(const json_t *object, const char *key);
struct fp_slice fp_model_get_slice(const json_t *object, const char *key);
int64_t fp_model_get_int(const json_t *object, const char *key);
double fp_model_get_real(const json_t *object, const char *key);

/* The model as it is published: UTF-8, members in the order they were put, indented by 2, ends in a newline. */
struct fp_out;
int fp_model_write(const json_t *root, struct fp_out *out, struct fp_error *err);

#endif
