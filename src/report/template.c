#include "report/template.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "base/limits.h"
#include "report/model.h"
#include "report/template_ops.h"

/* One section or partial that is being rendered. */
struct frame {
    const json_t *context; /* what names are looked up in; NULL: a partial, which adds nothing */
    const json_t *list;    /* the array being walked; NULL: one round only */
    size_t index;
    const struct fp_template *back; /* a partial: where to go on afterwards … */
    size_t back_to;
    size_t indent; /* … and the length of the indentation there */
};

struct run {
    const struct fp_template *tmpl;
    size_t next; /* instruction */
    const json_t *data;
    const struct fp_partials *partials;
    struct fp_out *out;
    struct fp_error *err;
    uint64_t out_start;
    uint64_t steps;
    struct fp_str indent; /* of all partials that are being rendered, one after the other */
    struct frame frames[FP_LIMIT_TEMPLATE_NESTING];
    unsigned depth;
};

/* Life */

static int make(struct fp_template *tmpl, const char *name, struct fp_slice text, struct fp_error *err)
{
    /* '.' becomes NUL and each name gets one more, so the names are never longer than their tags */
    fp_str_init(&tmpl->names, FP_LIMIT_ASSET);
    tmpl->name = strdup(name);
    tmpl->text = malloc(text.len + 1);
    if (!tmpl->name || !tmpl->text)
        return fp_error_nomem(err);
    if (text.len)
        memcpy(tmpl->text, text.data, text.len);
    tmpl->text[text.len] = '\0';
    tmpl->text_len = text.len;
    return fp_template_parse(tmpl, err);
}

int fp_template_new(struct fp_template **ret_template, const char *name, struct fp_slice text,
                    struct fp_error *err)
{
    struct fp_template *tmpl;
    int status;

    if (text.len > FP_LIMIT_ASSET)
        return fp_error_set(err, FP_ELIMIT,
                            "the template %s has %zu bytes, more than the limit of %zu: shorten it", name,
                            text.len, FP_LIMIT_ASSET);
    tmpl = calloc(1, sizeof *tmpl);
    if (!tmpl)
        return fp_error_nomem(err);
    status = make(tmpl, name, text, err);
    if (status < 0)
        fp_template_free(tmpl);
    else
        *ret_template = tmpl;
    return status;
}

void fp_template_free(struct fp_template *tmpl)
{
    if (!tmpl)
        return;
    fp_str_release(&tmpl->names);
    free(tmpl->ops);
    free(tmpl->text);
    free(tmpl->name);
    free(tmpl);
}

/* Errors */

/* Counting lines only here keeps instructions small. */
static void place(const struct fp_template *tmpl, size_t at, uint32_t *ret_line, uint32_t *ret_column)
{
    size_t line_start = 0;
    uint32_t line = 1;

    for (size_t i = 0; i < at; i++)
        if (tmpl->text[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    *ret_line = line;
    *ret_column = (uint32_t)(at - line_start) + 1;
}

int fp_template_fail(const struct fp_template *tmpl, size_t at, struct fp_error *err, enum fp_status code,
                     const char *format, ...)
{
    uint32_t line, column;
    va_list args;

    if (!err || err->code != FP_OK)
        return code; /* not ours to place */
    va_start(args, format);
    fp_error_vset(err, code, format, args);
    va_end(args);
    place(tmpl, at, &line, &column);
    fp_error_at(err, tmpl->name, line, column, -1);
    return code;
}

/* Looking up */

static const json_t *top_context(const struct run *run)
{
    for (unsigned i = run->depth; i > 0; i--)
        if (run->frames[i - 1].context)
            return run->frames[i - 1].context;
    return run->data;
}

/* The innermost context that has the first part decides: the rest is not looked for elsewhere. */
static const json_t *find_first(struct run *run, const char *part)
{
    for (unsigned i = run->depth; i > 0; i--) {
        const json_t *found = json_object_get(run->frames[i - 1].context, part);

        run->steps++;
        if (found)
            return found;
    }
    return json_object_get(run->data, part);
}

/* NULL when missing. */
static const json_t *look_up(struct run *run, const struct fp_template_op *op)
{
    const char *part = run->tmpl->names.data + op->name;
    const json_t *value;

    if (!op->parts)
        return top_context(run);
    value = find_first(run, part);
    for (unsigned i = 1; i < op->parts && value; i++) {
        part += strlen(part) + 1;
        value = json_object_get(value, part);
        run->steps++;
    }
    return value;
}

static bool is_false(const json_t *value)
{
    return !value || json_is_false(value) || json_is_null(value) ||
           (json_is_array(value) && !json_array_size(value));
}

/* Numbers */

static void write_zeros(struct fp_out *out, int n)
{
    while (n-- > 0)
        fp_out_putc(out, '0');
}

/* As many digits of a finite |value| as summary.json has of it (fp_model_write), without zeros at the end, in `digits`;
 * returns how many. So a page is the same whether its numbers were just made or read back. The value is
 * d.ddd × 10^*ret_exponent. The decimal point, whatever the locale has for it, is not looked at. */
static int significant_digits(double value, char digits[FP_MODEL_DIGITS], int *ret_exponent)
{
    char text[64];
    int n = 0;

    snprintf(text, sizeof text, "%.*e", FP_MODEL_DIGITS - 1, value);
    for (const char *c = text; *c != 'e'; c++)
        if (*c >= '0' && *c <= '9')
            digits[n++] = *c;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    *ret_exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    return n;
}

/* 1.21, 0.001, 300000: an exponent only far below 1, where no integer is. */
static void write_real(struct fp_out *out, double value)
{
    char digits[FP_MODEL_DIGITS];
    int exponent, n = significant_digits(fabs(value), digits, &exponent), whole;

    if (value < 0)
        fp_out_putc(out, '-');
    if (exponent < -7) {
        fp_out_write(out, digits, 1);
        if (n > 1)
            fp_out_putc(out, '.');
        fp_out_write(out, digits + 1, (size_t)(n - 1));
        fp_out_printf(out, "e%d", exponent);
        return;
    }
    if (exponent < 0) {
        fp_out_puts(out, "0.");
        write_zeros(out, -exponent - 1);
        fp_out_write(out, digits, (size_t)n);
        return;
    }
    whole = exponent + 1 < n ? exponent + 1 : n; /* digits before the point */
    fp_out_write(out, digits, (size_t)whole);
    write_zeros(out, exponent + 1 - n);
    if (whole < n) {
        fp_out_putc(out, '.');
        fp_out_write(out, digits + whole, (size_t)(n - whole));
    }
}

/* Instructions */

static bool is_too_much(const struct run *run)
{
    return run->out->written - run->out_start > FP_LIMIT_PAGE;
}

static int check_limits(const struct run *run, const struct fp_template_op *op)
{
    if (run->out->err.code != FP_OK) {
        if (run->err && run->err->code == FP_OK)
            *run->err = run->out->err;
        return run->out->err.code;
    }
    if (is_too_much(run))
        return fp_template_fail(run->tmpl, op->at, run->err, FP_ELIMIT,
                                "the page has more than %zu bytes here: give the template less data",
                                FP_LIMIT_PAGE);
    if (run->steps > FP_LIMIT_TEMPLATE_STEPS)
        return fp_template_fail(run->tmpl, op->at, run->err, FP_ELIMIT,
                                "more than %" PRIu64
                                " steps up to here: do sections within each other repeat too often?",
                                FP_LIMIT_TEMPLATE_STEPS);
    return FP_OK;
}

static int run_text(struct run *run, const struct fp_template_op *op)
{
    const char *from = run->tmpl->text + op->at, *end = from + op->len;
    bool starts_line = op->starts_line;

    if (!run->indent.len) {
        fp_out_write(run->out, from, op->len);
        return FP_OK;
    }
    if (starts_line && from == end) /* the line begins with a tag */
        fp_out_write(run->out, run->indent.data, run->indent.len);
    while (from < end && run->out->err.code == FP_OK && !is_too_much(run)) {
        const char *newline = memchr(from, '\n', (size_t)(end - from));
        const char *next = newline ? newline + 1 : end;

        if (starts_line)
            fp_out_write(run->out, run->indent.data, run->indent.len);
        fp_out_write(run->out, from, (size_t)(next - from));
        from = next;
        starts_line = true;
    }
    return check_limits(run, op); /* the loop may have ended early, perhaps in the last instruction of all */
}

static int run_variable(struct run *run, const struct fp_template_op *op)
{
    const json_t *value = look_up(run, op);
    struct fp_out *out = run->out;

    switch (value ? json_typeof(value) : JSON_NULL) {
    case JSON_STRING:
        if (op->kind == FP_TEMPLATE_RAW)
            fp_out_write(out, json_string_value(value), json_string_length(value));
        else
            fp_escape_xml_text(out, json_string_value(value), json_string_length(value));
        return FP_OK;
    case JSON_INTEGER: fp_out_i64(out, json_integer_value(value)); return FP_OK;
    case JSON_REAL: write_real(out, json_real_value(value)); return FP_OK;
    case JSON_TRUE:
    case JSON_FALSE: fp_out_puts(out, json_is_true(value) ? "true" : "false"); return FP_OK;
    case JSON_NULL: return FP_OK;
    case JSON_ARRAY:
    case JSON_OBJECT: break;
    }
    return fp_template_fail(
        run->tmpl, op->at, run->err, FP_EDATA,
        "the value is an %s, which has no text: open a section over it, or name a part of it",
        json_is_array(value) ? "array" : "object");
}

/* NULL with the error filled when the frames are used up. */
static struct frame *push(struct run *run, const struct fp_template_op *op)
{
    if (run->depth < FP_LIMIT_TEMPLATE_NESTING)
        return &run->frames[run->depth++];
    fp_template_fail(
        run->tmpl, op->at, run->err, FP_ELIMIT,
        "more than %u sections and partials within each other: does a partial include itself without end?",
        FP_LIMIT_TEMPLATE_NESTING);
    return NULL;
}

static int run_section(struct run *run, const struct fp_template_op *op)
{
    const json_t *value = look_up(run, op);
    struct frame *frame;

    if (is_false(value)) {
        run->next = op->jump;
        return FP_OK;
    }
    frame = push(run, op);
    if (!frame)
        return FP_ELIMIT;
    *frame = (struct frame){ .context = value };
    if (json_is_array(value)) {
        frame->list = value;
        frame->context = json_array_get(value, 0);
    }
    return FP_OK;
}

static int run_end(struct run *run, const struct fp_template_op *op)
{
    struct frame *frame = &run->frames[run->depth - 1];

    if (frame->list && ++frame->index < json_array_size(frame->list)) {
        frame->context = json_array_get(frame->list, frame->index);
        run->next = op->jump;
    } else {
        run->depth--;
    }
    return FP_OK;
}

static int run_inverted(struct run *run, const struct fp_template_op *op)
{
    if (!is_false(look_up(run, op)))
        run->next = op->jump;
    return FP_OK;
}

/* *ret_partial is NULL when it is missing and may be. */
static int find_partial(const struct run *run, const struct fp_template_op *op,
                        const struct fp_template **ret_partial)
{
    const struct fp_partials *partials = run->partials;
    const char *name = run->tmpl->names.data + op->name;
    struct fp_error why = FP_ERROR_INIT; /* our own: whether it is filled matters, and run->err may be NULL */
    const struct fp_template *found = partials ? partials->find(partials->ctx, name, &why) : NULL;

    if (!found && why.code != FP_OK) {
        if (run->err && run->err->code == FP_OK)
            *run->err = why;
        return why.code;
    }
    if (!found && !(partials && partials->missing_is_empty))
        return fp_template_fail(run->tmpl, op->at, run->err, FP_ENOTFOUND,
                                "there is no partial \"%s\": check the name, or add the file", name);
    *ret_partial = found;
    return FP_OK;
}

static int run_partial(struct run *run, const struct fp_template_op *op)
{
    const struct fp_template *partial;
    struct frame *frame;
    int status = find_partial(run, op, &partial);

    if (status < 0 || !partial)
        return status;
    frame = push(run, op);
    if (!frame)
        return FP_ELIMIT;
    *frame = (struct frame){ .back = run->tmpl, .back_to = run->next, .indent = run->indent.len };
    fp_str_append(&run->indent, run->tmpl->text + op->at - op->len, op->len);
    run->tmpl = partial;
    run->next = 0;
    return fp_str_status(&run->indent, "the indentation of partials", run->err);
}

/* The end of a template: on with the one that included it. False at the end of the outermost one. */
static bool go_back(struct run *run)
{
    struct frame *frame;

    if (!run->depth)
        return false;
    frame = &run->frames[--run->depth]; /* sections are balanced within a template: this is the partial's */
    run->tmpl = frame->back;
    run->next = frame->back_to;
    fp_str_truncate(&run->indent, frame->indent);
    return true;
}

static int (*const runners[])(struct run *run, const struct fp_template_op *op) = {
    [FP_TEMPLATE_TEXT] = run_text,         [FP_TEMPLATE_ESCAPED] = run_variable,
    [FP_TEMPLATE_RAW] = run_variable,      [FP_TEMPLATE_SECTION] = run_section,
    [FP_TEMPLATE_INVERTED] = run_inverted, [FP_TEMPLATE_END] = run_end,
    [FP_TEMPLATE_PARTIAL] = run_partial,
};

int fp_template_render(const struct fp_template *tmpl, const json_t *data, const struct fp_partials *partials,
                       struct fp_out *out, struct fp_error *err)
{
    struct run run = {
        .tmpl = tmpl, .data = data, .partials = partials, .out = out, .err = err, .out_start = out->written
    };
    int status = FP_OK;

    fp_str_init(&run.indent, FP_LIMIT_TEXT);
    do {
        while (status == FP_OK && run.next < run.tmpl->op_count) {
            const struct fp_template_op *op = &run.tmpl->ops[run.next++];

            run.steps++;
            status = check_limits(&run, op);
            if (status == FP_OK)
                status = runners[op->kind](&run, op);
        }
    } while (status == FP_OK && go_back(&run));
    fp_str_release(&run.indent);
    return status;
}
