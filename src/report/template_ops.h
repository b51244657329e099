/*
 * A compiled template: what template_parse.c makes and template.c runs.
 *
 * One flat array of instructions. Texts and indentations are ranges of the
 * template's own text, names are offsets into a pool of NUL-terminated
 * parts ("a.b" is "a\0b\0"), a section and its end know each other's index.
 *
 * Indentation of partials needs to know where lines begin, and that is fixed
 * when the template is written: a TEXT with `starts_line` begins a line, every
 * line break inside a TEXT begins another. A line that begins with a tag gets
 * an empty TEXT in front; a line that holds a standalone tag alone gets none.
 */
#ifndef FP_REPORT_TEMPLATE_OPS_H
#define FP_REPORT_TEMPLATE_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

enum fp_template_op_kind {
    FP_TEMPLATE_TEXT,
    FP_TEMPLATE_ESCAPED,
    FP_TEMPLATE_RAW,
    FP_TEMPLATE_SECTION,
    FP_TEMPLATE_INVERTED,
    FP_TEMPLATE_END, /* of a section; an inverted one needs none */
    FP_TEMPLATE_PARTIAL
};

struct fp_template_op {
    uint8_t kind;     /* enum fp_template_op_kind */
    bool starts_line; /* TEXT */
    uint16_t parts;   /* of the name; 0 = "." */
    uint32_t at;      /* offset of the text or tag: also for messages */
    uint32_t len;     /* TEXT: bytes; PARTIAL: bytes of indentation, which end at `at` */
    uint32_t name;    /* offset in `names` */
    uint32_t jump;    /* SECTION, INVERTED: the first instruction behind it; END: the first one inside */
};

struct fp_template {
    char *name;
    char *text;
    size_t text_len;
    struct fp_str names;
    struct fp_template_op *ops;
    size_t op_count, op_cap;
};

/* Fills `ops` and `names` from `text`. */
int fp_template_parse(struct fp_template *tmpl, struct fp_error *err);

/* An error at a byte of the template: puts its name, line and column there. Returns `code`. */
int fp_template_fail(const struct fp_template *tmpl, size_t at, struct fp_error *err, enum fp_status code,
                     const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
