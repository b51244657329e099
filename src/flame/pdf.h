/*
 * A document of one or two pages as PDF, through cairo: a page of lines, and a page with a picture, all of it vectors.
 *
 * The first page is A4 upright, the second one A4 across, with the picture as large as fits. Lines that the first page has no
 * room for are left out, and its last line says so. Texts may hold anything but NUL: what cannot be shown is U+FFFD.
 *
 *     const struct fp_pdf_line lines[] = { { FP_PDF_TITLE, NULL, "checkout-api, on-cpu" },
 *                                          { FP_PDF_ROW, "32.9 %", "auditLine" } };
 *     const struct fp_pdf pdf = { .title = "checkout-api", .lines = lines, .line_count = 2, .picture = &picture };
 *     rc = fp_pdf_write(&pdf, "report.pdf", &err);
 *
 * Same document and same fonts, same bytes: its date is `created`. Thread-safe.
 */
#ifndef FP_FLAME_PDF_H
#define FP_FLAME_PDF_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "flame/picture.h"

#define FP_PDF_ASPECT 1.48 /* width by height of what the second page has room for */

enum fp_pdf_style {
    FP_PDF_TITLE,
    FP_PDF_FACT, /* `left` is a label, `text` is running text of at most a few lines */
    FP_PDF_HEAD, /* over rows */
    FP_PDF_ROW   /* `left` is a number, `text` a name: one line, cut in the middle where it is too long */
};

struct fp_pdf_line {
    enum fp_pdf_style style;
    const char *left; /* NULL = nothing */
    const char *text;
};

struct fp_pdf {
    const struct fp_lang *lang;       /* of the words that are not the caller's; NULL = English */
    const char *title, *creator;      /* for who looks at the properties of the file */
    int64_t created;                  /* unix seconds */
    const struct fp_pdf_line *lines;
    size_t line_count;
    const struct fp_picture *picture; /* NULL = the document has one page */
};

/* Writes the file, neither atomically nor durably: it is meant for a staging directory. */
int fp_pdf_write(const struct fp_pdf *pdf, const char *path, struct fp_error *err);

#endif
