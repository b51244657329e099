#include <string.h>

#include "base/array.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "report/template_ops.h"

#define DELIMITER_MAX 16u
#define NAME_MAX_BYTES 255u
#define SHOWN 60 /* bytes of a name or tag that a message quotes */

/* Both are what "%.*s" wants. */
#define QUOTE(slice) (int)((slice).len < SHOWN ? (slice).len : SHOWN), (slice).data

struct open_section {
    struct fp_slice name;
    size_t at;
    size_t op;
};

struct parser {
    struct fp_template *tmpl;
    struct fp_error *err;
    struct fp_slice open, close; /* the delimiters in force */
    size_t done;                 /* the text before this has become instructions */
    struct open_section sections[FP_LIMIT_TEMPLATE_NESTING];
    unsigned depth;
};

struct tag;

struct tag_kind {
    char sigil;
    char closer;       /* stands before the closing delimiter; '\0' = nothing */
    bool stands_alone; /* takes its line with it when nothing else is on that line */
    int (*take)(struct parser *p, const struct tag *tag);
};

struct tag {
    const struct tag_kind *kind;
    size_t start, end;       /* delimiters included */
    size_t indent;           /* standalone: blanks before it */
    struct fp_slice content; /* trimmed */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
    return is_blank(c) || c == '\n' || c == '\r' || c == '\v' || c == '\f';
}

static struct fp_slice trim(struct fp_slice s)
{
    while (s.len && is_space(s.data[0])) {
        s.data++;
        s.len--;
    }
    while (s.len && is_space(s.data[s.len - 1]))
        s.len--;
    return s;
}

static int add_op(struct parser *p, struct fp_template_op op)
{
    struct fp_template *tmpl = p->tmpl;
    int status = fp_array_reserve(&tmpl->ops, &tmpl->op_cap, tmpl->op_count + 1, sizeof op, FP_LIMIT_ASSET,
                                  "template instructions", p->err);

    if (status < 0)
        return status;
    tmpl->ops[tmpl->op_count++] = op;
    return FP_OK;
}

static bool is_line_start(const struct fp_template *tmpl, size_t at)
{
    return at == 0 || tmpl->text[at - 1] == '\n';
}

static int add_range(struct parser *p, size_t from, size_t to)
{
    return add_op(p, (struct fp_template_op){ .kind = FP_TEMPLATE_TEXT,
                                              .starts_line = is_line_start(p->tmpl, from),
                                              .at = (uint32_t)from,
                                              .len = (uint32_t)(to - from) });
}

/* The text from p->done up to `to`. Where an inline tag begins a line an empty text comes before it: that is
 * what carries the indentation of a partial. */
static int add_text(struct parser *p, size_t to, bool before_inline_tag)
{
    int status = p->done < to ? add_range(p, p->done, to) : FP_OK;

    if (status == FP_OK && before_inline_tag && is_line_start(p->tmpl, to))
        status = add_range(p, to, to);
    return status;
}

/* Names */

static int check_name(const struct parser *p, const struct tag *tag)
{
    struct fp_slice name = tag->content;
    const struct fp_template *tmpl = p->tmpl;

    if (!name.len)
        return fp_template_fail(tmpl, tag->start, p->err, FP_ESYNTAX,
                                "a tag without a name: write one into it");
    if (name.len > NAME_MAX_BYTES)
        return fp_template_fail(tmpl, tag->start, p->err, FP_ELIMIT,
                                "the name \"%.*s…\" is longer than %u bytes: is a closing delimiter missing?",
                                QUOTE(name), NAME_MAX_BYTES);
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.data[i];

        if (c <= ' ' || c == 0x7F)
            return fp_template_fail(
                tmpl, tag->start, p->err, FP_ESYNTAX,
                "the name \"%.*s\" contains a blank or a control character: write the name alone",
                QUOTE(name));
    }
    if (strchr("#^/>&{}=!<$*", name.data[0]))
        return fp_template_fail(
            tmpl, tag->start, p->err, FP_ESYNTAX,
            "the name \"%.*s\" begins with '%c', which means nothing here: write the name alone "
            "(inheritance, dynamic names and lambdas are not supported)",
            QUOTE(name), name.data[0]);
    return FP_OK;
}

/* Puts the name into the pool, its dots as NULs: a look-up needs no splitting and no copy. */
static int add_path(struct parser *p, const struct tag *tag, struct fp_template_op *op)
{
    struct fp_slice name = tag->content;
    struct fp_str *names = &p->tmpl->names;
    int status = check_name(p, tag);

    if (status < 0 || fp_slice_is(name, "."))
        return status;
    op->name = (uint32_t)names->len;
    op->parts = 1;
    if (name.data[0] == '.' || name.data[name.len - 1] == '.' || memmem(name.data, name.len, "..", 2))
        return fp_template_fail(
            p->tmpl, tag->start, p->err, FP_ESYNTAX,
            "the name \"%.*s\" has an empty part: write parts with single dots between them, as in "
            "a.b, or a dot alone",
            QUOTE(name));
    for (size_t i = 0; i < name.len; i++) {
        bool dot = name.data[i] == '.';

        op->parts = (uint16_t)(op->parts + dot);
        fp_str_putc(names, dot ? '\0' : name.data[i]);
    }
    fp_str_putc(names, '\0');
    return fp_str_status(names, "the names of the template", p->err);
}

/* One function a kind of tag */

static int take_variable(struct parser *p, const struct tag *tag)
{
    struct fp_template_op op = { .kind = FP_TEMPLATE_ESCAPED, .at = (uint32_t)tag->start };
    int status = add_path(p, tag, &op);

    if (tag->kind->sigil) /* & and { */
        op.kind = FP_TEMPLATE_RAW;
    return status < 0 ? status : add_op(p, op);
}

static int take_section(struct parser *p, const struct tag *tag)
{
    struct fp_template_op op = { .kind = FP_TEMPLATE_SECTION, .at = (uint32_t)tag->start };
    int status = add_path(p, tag, &op);

    if (status < 0)
        return status;
    if (p->depth == FP_LIMIT_TEMPLATE_NESTING)
        return fp_template_fail(p->tmpl, tag->start, p->err, FP_ELIMIT,
                                "more than %u sections within each other: use fewer",
                                FP_LIMIT_TEMPLATE_NESTING);
    if (tag->kind->sigil == '^')
        op.kind = FP_TEMPLATE_INVERTED;
    p->sections[p->depth++] = (struct open_section){ tag->content, tag->start, p->tmpl->op_count };
    return add_op(p, op);
}

static int take_end(struct parser *p, const struct tag *tag)
{
    struct fp_template *tmpl = p->tmpl;
    struct open_section *section;
    int status = check_name(p, tag);

    if (status < 0)
        return status;
    if (!p->depth)
        return fp_template_fail(
            tmpl, tag->start, p->err, FP_ESYNTAX,
            "the end of \"%.*s\" closes nothing: remove it, or open the section before it",
            QUOTE(tag->content));
    section = &p->sections[p->depth - 1];
    if (!fp_slice_equal(section->name, tag->content))
        return fp_template_fail(
            tmpl, tag->start, p->err, FP_ESYNTAX,
            "the end of \"%.*s\" stands inside the section \"%.*s\": close that one first",
            QUOTE(tag->content), QUOTE(section->name));
    p->depth--;
    if (tmpl->ops[section->op].kind == FP_TEMPLATE_SECTION) {
        status = add_op(p, (struct fp_template_op){ .kind = FP_TEMPLATE_END,
                                                    .at = (uint32_t)tag->start,
                                                    .jump = (uint32_t)section->op + 1 });
        if (status < 0)
            return status;
    }
    tmpl->ops[section->op].jump = (uint32_t)tmpl->op_count;
    return FP_OK;
}

static int take_partial(struct parser *p, const struct tag *tag)
{
    struct fp_str *names = &p->tmpl->names;
    struct fp_template_op op = { .kind = FP_TEMPLATE_PARTIAL,
                                 .parts = 1,
                                 .at = (uint32_t)tag->start,
                                 .len = (uint32_t)tag->indent,
                                 .name = (uint32_t)names->len };
    int status = check_name(p, tag);

    if (status < 0)
        return status;
    fp_str_append(names, tag->content.data, tag->content.len);
    fp_str_putc(names, '\0');
    status = fp_str_status(names, "the names of the template", p->err);
    return status < 0 ? status : add_op(p, op);
}

static int take_comment(struct parser *p, const struct tag *tag)
{
    (void)p;
    (void)tag;
    return FP_OK;
}

static bool is_delimiter(struct fp_slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (is_space(s.data[i]) || s.data[i] == '=' || s.data[i] == '\0')
            return false;
    return s.len >= 1 && s.len <= DELIMITER_MAX;
}

static int take_delimiters(struct parser *p, const struct tag *tag)
{
    struct fp_slice all = tag->content, open = { all.data, 0 }, close;

    while (open.len < all.len && !is_space(all.data[open.len]))
        open.len++;
    close = trim((struct fp_slice){ all.data + open.len, all.len - open.len });
    if (!is_delimiter(open) || !is_delimiter(close))
        return fp_template_fail(
            p->tmpl, tag->start, p->err, FP_ESYNTAX,
            "\"%.*s\" does not set delimiters: write two of 1 to %u characters other than blanks "
            "and '=', with a blank between them",
            QUOTE(all), DELIMITER_MAX);
    p->open = open;
    p->close = close;
    return FP_OK;
}

/* The first entry is also for a tag without sigil. */
static const struct tag_kind kinds[] = {
    { '\0', '\0', false, take_variable }, { '&', '\0', false, take_variable },
    { '{', '}', false, take_variable },   { '#', '\0', true, take_section },
    { '^', '\0', true, take_section },    { '/', '\0', true, take_end },
    { '>', '\0', true, take_partial },    { '!', '\0', true, take_comment },
    { '=', '=', true, take_delimiters },
};

static const struct tag_kind *kind_of(char sigil)
{
    for (size_t i = 1; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].sigil == sigil)
            return &kinds[i];
    return &kinds[0];
}

/* Reading a tag */

/* `{{{a}} … }}}` would silently make one long name of it all. */
static int check_triple(const struct parser *p, const struct tag *tag)
{
    if (tag->kind->sigil == '{' && memmem(tag->content.data, tag->content.len, p->close.data, p->close.len))
        return fp_template_fail(p->tmpl, tag->start, p->err, FP_ESYNTAX,
                                "\"%.*s{\" is closed by \"%.*s\": write \"}%.*s\"", QUOTE(p->open),
                                QUOTE(p->close), QUOTE(p->close));
    return FP_OK;
}

/* The tag whose opening delimiter is at `start`. */
static int read_tag(const struct parser *p, size_t start, struct tag *ret_tag)
{
    const struct fp_template *tmpl = p->tmpl;
    const char *end = tmpl->text + tmpl->text_len, *from = tmpl->text + start + p->open.len, *to;
    char closer[DELIMITER_MAX + 1];
    size_t closer_len = 0;
    const struct tag_kind *kind;

    while (from < end && is_space(*from))
        from++;
    kind = kind_of(from < end ? *from : '\0');
    from += kind->sigil != '\0';
    if (kind->closer)
        closer[closer_len++] = kind->closer;
    memcpy(closer + closer_len, p->close.data, p->close.len);
    closer_len += p->close.len;
    to = memmem(from, (size_t)(end - from), closer, closer_len);
    if (!to)
        return fp_template_fail(tmpl, start, p->err, FP_ESYNTAX, "a tag that is never closed: add \"%.*s\"",
                                (int)closer_len, closer);
    *ret_tag = (struct tag){ .kind = kind,
                             .start = start,
                             .end = (size_t)(to - tmpl->text) + closer_len,
                             .content = trim((struct fp_slice){ from, (size_t)(to - from) }) };
    return check_triple(p, ret_tag);
}

/* Nothing but blanks beside the tag on its line(s): *ret_line is where the line begins, *ret_next where the
 * next one does. Each blank is looked at once for a tag before and once for a tag after it. */
static bool stands_alone(const struct fp_template *tmpl, const struct tag *tag, size_t *ret_line,
                         size_t *ret_next)
{
    size_t line = tag->start, next = tag->end;

    while (line > 0 && is_blank(tmpl->text[line - 1]))
        line--;
    if (!is_line_start(tmpl, line))
        return false;
    while (next < tmpl->text_len && is_blank(tmpl->text[next]))
        next++;
    if (next + 1 < tmpl->text_len && tmpl->text[next] == '\r' && tmpl->text[next + 1] == '\n')
        next++;
    if (next < tmpl->text_len && tmpl->text[next] != '\n')
        return false;
    *ret_line = line;
    *ret_next = next < tmpl->text_len ? next + 1 : next;
    return true;
}

static int take_tag(struct parser *p, size_t start)
{
    struct tag tag = { .kind = &kinds[0] };
    size_t line, next;
    int status = read_tag(p, start, &tag);
    bool alone;

    if (status < 0)
        return status;
    alone = tag.kind->stands_alone && stands_alone(p->tmpl, &tag, &line, &next);
    if (!alone) {
        line = tag.start;
        next = tag.end;
    }
    tag.indent = tag.start - line;
    status = add_text(p, line, !alone);
    if (status < 0)
        return status;
    p->done = next;
    return tag.kind->take(p, &tag);
}

static int check_utf8(const struct parser *p)
{
    size_t valid = fp_utf8_valid_prefix(p->tmpl->text, p->tmpl->text_len);

    if (valid < p->tmpl->text_len)
        return fp_template_fail(p->tmpl, valid, p->err, FP_ESYNTAX,
                                "this byte is not UTF-8: save the file as UTF-8");
    return FP_OK;
}

int fp_template_parse(struct fp_template *tmpl, struct fp_error *err)
{
    struct parser p = { .tmpl = tmpl, .err = err, .open = fp_slice_of("{{"), .close = fp_slice_of("}}") };
    const char *found;
    int status = check_utf8(&p);

    while (status == FP_OK) {
        found = memmem(tmpl->text + p.done, tmpl->text_len - p.done, p.open.data, p.open.len);
        if (!found)
            break;
        status = take_tag(&p, (size_t)(found - tmpl->text));
    }
    if (status < 0)
        return status;
    if (p.depth) {
        const struct open_section *section = &p.sections[p.depth - 1];

        return fp_template_fail(tmpl, section->at, err, FP_ESYNTAX,
                                "the section \"%.*s\" is never closed: add {{/%.*s}}", QUOTE(section->name),
                                QUOTE(section->name));
    }
    return add_text(&p, tmpl->text_len, false);
}
