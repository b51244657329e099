#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/pattern.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

#define EXPRESSION_MARK "re:"

/* A part of a replacement: text of its own, or a group of the match. */
struct piece {
    bool is_group;
    uint32_t group;
    size_t offset, length; /* in the replacement */
};

struct fp_pattern {
    char *text; /* as written, then the replacement */
    size_t text_len;
    size_t body; /* where the literal or the expression begins */
    const char *replacement;
    struct piece *pieces;
    size_t piece_count;
    pcre2_code *code; /* NULL: a literal */
    pcre2_match_context *limits;
};

/* The name of no bytes at all may come without an address, which memmem and PCRE2 do not take. */
static struct fp_slice with_address(struct fp_slice name)
{
    return name.len ? name : (struct fp_slice){ "", 0 };
}

static struct fp_slice body_of(const struct fp_pattern *p)
{
    return (struct fp_slice){ p->text + p->body, p->text_len - p->body };
}

struct fp_slice fp_pattern_text(const struct fp_pattern *p)
{
    return (struct fp_slice){ p->text, p->text_len };
}

bool fp_pattern_replacement(const struct fp_pattern *p, struct fp_slice *ret_text)
{
    if (p->replacement)
        *ret_text = fp_slice_of(p->replacement); /* it holds no control character, so no NUL */
    return p->replacement != NULL;
}

void fp_pattern_free(struct fp_pattern *p)
{
    if (!p)
        return;
    pcre2_code_free(p->code);
    pcre2_match_context_free(p->limits);
    free(p->pieces);
    free(p->text);
    free(p);
}

static int compile(struct fp_pattern *p, struct fp_error *err)
{
    /* \C could split a character, after which UTF-8 checks no longer hold */
    const uint32_t options = PCRE2_UTF | PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
    struct fp_slice body = body_of(p);
    PCRE2_SIZE at = 0;
    int code = 0;

    p->code = pcre2_compile((PCRE2_SPTR)body.data, body.len, options, &code, &at, NULL);
    if (!p->code) {
        PCRE2_UCHAR why[256];

        if (code == PCRE2_ERROR_HEAP_FAILED)
            return fp_error_nomem(err);
        if (pcre2_get_error_message(code, why, sizeof why) < 0)
            why[0] = '\0';
        return fp_error_set(err, FP_EINVAL,
                            "the pattern \"%.*s\" is not a regular expression: %s, at byte %zu",
                            (int)p->text_len, p->text, (const char *)why, p->body + at);
    }
    p->limits = pcre2_match_context_create(NULL);
    if (!p->limits)
        return fp_error_nomem(err);
    pcre2_set_match_limit(p->limits, FP_LIMIT_PATTERN_STEPS);
    pcre2_set_depth_limit(p->limits, FP_LIMIT_PATTERN_DEPTH);
    pcre2_set_heap_limit(p->limits, FP_LIMIT_PATTERN_HEAP_KIB);
    return FP_OK;
}

/* ---- replacements ---- */

/* The group that the digits or the name refer to; -1 when there is none. */
static int group_number(const struct fp_pattern *p, const char *name, size_t n)
{
    uint32_t groups = 0;
    char copy[64];
    int number = 0;
    size_t i = 0;

    if (!n || n >= sizeof copy)
        return -1;
    pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &groups);
    while (i < n && i < 6 && name[i] >= '0' && name[i] <= '9')
        number = 10 * number + (name[i++] - '0');
    if (i < n) {
        memcpy(copy, name, n);
        copy[n] = '\0';
        number = pcre2_substring_number_from_name(p->code, (PCRE2_SPTR)copy);
    }
    return number < 0 || (uint32_t)number > groups ? -1 : number;
}

/* What stands after a '$'; its length goes to *ret_used. */
static int parse_reference(const struct fp_pattern *p, struct fp_slice rest, struct piece *piece,
                           size_t *ret_used, struct fp_error *err)
{
    const char *close = rest.len && rest.data[0] == '{' ? memchr(rest.data, '}', rest.len) : NULL;
    size_t digits = 0, skip = close ? 1 : 0, n;
    int group;

    while (digits < 2 && digits < rest.len && rest.data[digits] >= '0' && rest.data[digits] <= '9')
        digits++;
    n = close ? (size_t)(close - rest.data) - 1 : digits;
    group = group_number(p, rest.data + skip, n);
    if (group < 0)
        return fp_error_set(err, FP_EINVAL,
                            "the replacement \"%s\" of the pattern \"%.*s\" refers to a group that is "
                            "not there, \"$%.*s\"; write $$ for a dollar",
                            p->replacement, (int)p->text_len, p->text, (int)(n + 2 * skip), rest.data);
    piece->is_group = true;
    piece->group = (uint32_t)group;
    *ret_used = n + 2 * skip;
    return FP_OK;
}

static int parse_replacement(struct fp_pattern *p, size_t length, struct fp_error *err)
{
    const char *text = p->replacement;
    size_t at = 0;
    int rc;

    p->pieces = calloc(length + 1, sizeof *p->pieces); /* at most one piece a byte */
    if (!p->pieces)
        return fp_error_nomem(err);
    if (!p->code) {
        p->pieces[p->piece_count++] = (struct piece){ .length = length };
        return FP_OK;
    }
    while (at < length) {
        struct piece *piece = &p->pieces[p->piece_count++];
        const char *dollar = memchr(text + at, '$', length - at);
        size_t used = 0;

        if (dollar != text + at) {
            *piece =
                (struct piece){ .offset = at, .length = (dollar ? (size_t)(dollar - text) : length) - at };
            at += piece->length;
        } else if (at + 1 < length && text[at + 1] == '$') {
            *piece = (struct piece){ .offset = at, .length = 1 };
            at += 2;
        } else {
            rc = parse_reference(p, (struct fp_slice){ text + at + 1, length - at - 1 }, piece, &used, err);
            if (rc < 0)
                return rc;
            at += 1 + used;
        }
    }
    return FP_OK;
}

/* ---- making ---- */

static int make(struct fp_pattern *p, struct fp_slice spec, const struct fp_slice *replacement,
                struct fp_error *err)
{
    size_t length = replacement ? replacement->len : 0;
    int rc = FP_OK;

    p->text = malloc(spec.len + length + 2);
    if (!p->text)
        return fp_error_nomem(err);
    memcpy(p->text, spec.data, spec.len);
    p->text[spec.len] = '\0';
    p->text_len = spec.len;
    if (length)
        memcpy(p->text + spec.len + 1, replacement->data, length);
    p->text[spec.len + 1 + length] = '\0';
    p->body = fp_slice_starts(spec, EXPRESSION_MARK) ? strlen(EXPRESSION_MARK) : 0;
    if (p->body == spec.len)
        return fp_error_set(err, FP_EINVAL,
                            "an empty pattern would match every name; write \"re:.\" for that");
    if (p->body)
        rc = compile(p, err);
    if (rc == FP_OK && replacement) {
        p->replacement = p->text + spec.len + 1;
        rc = parse_replacement(p, length, err);
    }
    return rc;
}

/* What a pattern makes of a name is UTF-8 again, and says nothing to a terminal that the name did not. */
static bool is_clean(struct fp_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.data[i] < 0x20 || text.data[i] == 0x7F)
            return false;
    return fp_utf8_valid_prefix(text.data, text.len) == text.len;
}

static int new_pattern(struct fp_pattern **ret_pattern, struct fp_slice spec,
                       const struct fp_slice *replacement, struct fp_error *err)
{
    struct fp_pattern *p;
    int rc;

    if (!spec.len || spec.len > FP_LIMIT_PATTERN || (replacement && replacement->len > FP_LIMIT_PATTERN))
        return fp_error_set(err, FP_EINVAL,
                            "a pattern has 1 to %zu bytes and its replacement at most as many",
                            FP_LIMIT_PATTERN);
    if (!is_clean(spec) || (replacement && !is_clean(*replacement)))
        return fp_error_set(err, FP_EINVAL,
                            "a pattern and its replacement are UTF-8 without control characters; an "
                            "expression may name one by \\xHH");
    p = calloc(1, sizeof *p);
    if (!p)
        return fp_error_nomem(err);
    rc = make(p, spec, replacement, err);
    if (rc < 0) {
        fp_pattern_free(p);
        return rc;
    }
    *ret_pattern = p;
    return FP_OK;
}

int fp_pattern_new(struct fp_pattern **ret_pattern, struct fp_slice spec, struct fp_error *err)
{
    return new_pattern(ret_pattern, spec, NULL, err);
}

int fp_pattern_new_rename(struct fp_pattern **ret_pattern, struct fp_slice spec, struct fp_slice replacement,
                          struct fp_error *err)
{
    return new_pattern(ret_pattern, spec, &replacement, err);
}

/* ---- matching ---- */

/* One match of an expression from `at` on: 1, 0 or a negative status. */
static int match_once(const struct fp_pattern *p, struct fp_slice name, size_t at, uint32_t options,
                      pcre2_match_data *data, struct fp_error *err)
{
    int n = pcre2_match(p->code, (PCRE2_SPTR)name.data, name.len, at, options, data, p->limits);

    if (n >= 0)
        return 1;
    if (n == PCRE2_ERROR_NOMATCH || (n <= PCRE2_ERROR_UTF8_ERR1 && n >= PCRE2_ERROR_UTF8_ERR21))
        return 0;
    if (n == PCRE2_ERROR_NOMEMORY)
        return fp_error_nomem(err);
    return fp_error_set(err, FP_ELIMIT,
                        "the pattern \"%.*s\" ran away on a name of %zu bytes and was stopped; "
                        "write it without repeats within repeats",
                        (int)p->text_len, p->text, name.len);
}

int fp_pattern_match(const struct fp_pattern *p, struct fp_slice name, bool *ret_matches,
                     struct fp_error *err)
{
    struct fp_slice body = body_of(p);
    pcre2_match_data *data;
    int found;

    name = with_address(name);
    if (!p->code) {
        *ret_matches = memmem(name.data, name.len, body.data, body.len) != NULL;
        return FP_OK;
    }
    data = pcre2_match_data_create_from_pattern(p->code, NULL);
    if (!data)
        return fp_error_nomem(err);
    found = match_once(p, name, 0, 0, data, err);
    pcre2_match_data_free(data);
    if (found < 0)
        return found;
    *ret_matches = found > 0;
    return FP_OK;
}

/* ---- replacing ---- */

static bool replace_literal(const struct fp_pattern *p, struct fp_slice name, struct fp_str *out)
{
    struct fp_slice body = body_of(p);
    const char *at = name.data, *end = name.data + name.len, *hit;
    bool any = false;

    while ((hit = memmem(at, (size_t)(end - at), body.data, body.len)) != NULL) {
        fp_str_append(out, at, (size_t)(hit - at));
        fp_str_append(out, p->replacement, p->pieces[0].length);
        at = hit + body.len;
        any = true;
    }
    fp_str_append(out, at, (size_t)(end - at));
    return any;
}

static void append_replacement(const struct fp_pattern *p, struct fp_slice name, pcre2_match_data *data,
                               struct fp_str *out)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);

    for (size_t i = 0; i < p->piece_count; i++) {
        const struct piece *piece = &p->pieces[i];
        PCRE2_SIZE from;

        if (!piece->is_group) {
            fp_str_append(out, p->replacement + piece->offset, piece->length);
            continue;
        }
        from = ends[2 * piece->group];
        if (from != PCRE2_UNSET &&
            ends[2 * piece->group + 1] >= from) /* a group that took no part is empty */
            fp_str_append(out, name.data + from, ends[2 * piece->group + 1] - from);
    }
}

static int replace_matches(const struct fp_pattern *p, struct fp_slice name, pcre2_match_data *data,
                           struct fp_str *out, size_t *ret_count, struct fp_error *err)
{
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(data);
    uint32_t options = 0;
    size_t at = 0, count = 0;
    int found;

    while (at <= name.len && (found = match_once(p, name, at, options, data, err)) != 0) {
        size_t from = ends[0], to = ends[1];

        if (found < 0)
            return found;
        if (++count > FP_LIMIT_PATTERN_REPLACED || from < at || to < from)
            return fp_error_set(err, FP_ELIMIT, "the pattern \"%.*s\" matches more than %u times in one name",
                                (int)p->text_len, p->text, FP_LIMIT_PATTERN_REPLACED);
        fp_str_append(out, name.data + at, from - at);
        append_replacement(p, name, data, out);
        at = to;
        if (from == to) { /* an empty match: one character is stepped over, or we would stay here */
            uint32_t character;
            size_t step = to < name.len ? fp_utf8_decode(name.data + to, name.len - to, &character) : 1;

            fp_str_append(out, name.data + to, to < name.len ? step : 0);
            at += step;
        }
        options = PCRE2_NO_UTF_CHECK; /* the first match has checked the whole name */
    }
    if (at < name.len)
        fp_str_append(out, name.data + at, name.len - at);
    *ret_count = count;
    return FP_OK;
}

int fp_pattern_replace(const struct fp_pattern *p, struct fp_slice name, struct fp_str *out,
                       bool *ret_matches, struct fp_error *err)
{
    pcre2_match_data *data;
    size_t count = 0;
    int rc = FP_OK;

    if (!p->replacement)
        return fp_error_set(err, FP_EINVAL, "the pattern \"%.*s\" has no replacement", (int)p->text_len,
                            p->text);
    name = with_address(name);
    fp_str_clear(out);
    if (!p->code) {
        count = replace_literal(p, name, out);
    } else {
        data = pcre2_match_data_create_from_pattern(p->code, NULL);
        if (!data)
            return fp_error_nomem(err);
        rc = replace_matches(p, name, data, out, &count, err);
        pcre2_match_data_free(data);
    }
    if (rc == FP_OK)
        rc = fp_str_status(out, "a renamed frame", err);
    if (rc == FP_OK)
        *ret_matches = count > 0;
    return rc;
}
