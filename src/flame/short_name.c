#include "flame/short_name.h"

#include <stdbool.h>
#include <string.h>

/* What stands in brackets, by the outermost of them. */
enum mark { MARK_ANGLE = 1, MARK_ROUND, MARK_SQUARE, MARK_CURLY };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_mark(char c)
{
    return c >= MARK_ANGLE && c <= MARK_CURLY;
}

static enum mark mark_of(char c)
{
    return c == '<' ? MARK_ANGLE : c == '(' ? MARK_ROUND : c == '[' ? MARK_SQUARE : c == '{' ? MARK_CURLY : 0;
}

static char opener_of(char c)
{
    return c == '>' ? '<' : c == ')' ? '(' : c == ']' ? '[' : c == '}' ? '{' : '\0';
}

/* Bytes of "operator<<", "operator()" or "operator bool" at `at`, whose brackets are its own; 0 = none is there. */
static size_t operator_at(struct fp_slice text, size_t at)
{
    static const char word[] = "operator";
    static const char *const signs[] = { "<=>", "<<=", "<<", ">>=", ">>", "->*", "->", "<=", ">=", "<", ">", "()", "[]" };
    size_t end = at + sizeof word - 1;
    char before = at ? text.data[at - 1] : ' ';

    if (end >= text.len || memcmp(text.data + at, word, sizeof word - 1) != 0 || is_letter(before) || is_digit(before) ||
        before == '_' || before == '$')
        return 0;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strlen(signs[i]) <= text.len - end && memcmp(text.data + end, signs[i], strlen(signs[i])) == 0)
            return end - at + strlen(signs[i]);
    if (text.data[end] != ' ' || end + 1 == text.len || !(is_letter(text.data[end + 1]) || text.data[end + 1] == '_'))
        return 0;
    for (end++; end < text.len && !memchr("<>()[]{}", text.data[end], 8); end++)
        ;
    return end - at;
}

/* How many brackets stay open behind one that closes; one without its opener closes nothing. */
static size_t close_bracket(const char *open, size_t depth, char c)
{
    char opener = opener_of(c);

    if (c == '>')
        return depth && open[depth - 1] == opener ? depth - 1 : depth;
    for (size_t i = depth; i > 0; i--)
        if (open[i - 1] == opener)
            return i - 1;
    return depth;
}

/* The name, byte by byte, with what stands in brackets made unlike any text. One that is not closed reaches to the end. */
static void mask(struct fp_slice text, char *outer)
{
    char open[FP_SHORT_NAME_MAX], outermost = 0;
    size_t depth = 0;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.data[i];
        size_t own = c == 'o' ? operator_at(text, i) : 0;

        if (own) {
            for (size_t k = i; k < i + own; k++)
                outer[k] = depth ? outermost : is_letter(text.data[k]) ? text.data[k] : '_';
            i += own - 1;
            continue;
        }
        if (mark_of(c)) {
            if (!depth)
                outermost = (char)mark_of(c);
            open[depth++] = c;
        }
        outer[i] = depth ? outermost : c;
        if (opener_of(c) && !(c == '>' && i && (text.data[i - 1] == '-' || text.data[i - 1] == '=')))
            depth = close_bracket(open, depth, c);
    }
}

/* Where the arguments begin that end the name, with " const" or without; its length when it has none. */
static size_t arguments_at(const char *outer, size_t len)
{
    static const char qualifier[] = " const";
    size_t end = len, at;

    if (end > 6 && memcmp(outer + end - 6, qualifier, 6) == 0)
        end -= 6;
    for (at = end; at > 0 && outer[at - 1] == MARK_ROUND; at--)
        ;
    return at == end || at == 0 || is_space(outer[at - 1]) || outer[at - 1] == '.' || outer[at - 1] == ':' ? len : at;
}

/* Bytes of ".part", ".constprop", ".123" at the end; 0 = there is none. */
static size_t clone_suffix(struct fp_slice text)
{
    static const char *const words[] = { "part", "constprop", "isra", "cold", "llvm", "lto_priv" };
    size_t at = text.len;

    while (at > 0 && is_digit(text.data[at - 1]))
        at--;
    if (at < text.len && at > 1 && text.data[at - 1] == '.')
        return text.len - at + 1;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);

        if (text.len > n + 1 && text.data[text.len - n - 1] == '.' && memcmp(text.data + text.len - n, words[i], n) == 0)
            return n + 1;
    }
    return 0;
}

static struct fp_slice without_clones(struct fp_slice text)
{
    const char *at = text.len > 1 ? memchr(text.data + 1, '@', text.len - 1) : NULL;

    if (at)
        return (struct fp_slice){ text.data, (size_t)(at - text.data) };
    for (size_t n = clone_suffix(text); n; n = clone_suffix(text))
        text.len -= n;
    return text;
}

/* Is what stands here, up to the next blank, a place: "/app/api.js:3:19"? */
static bool is_place(const char *outer, size_t len)
{
    for (size_t i = 0; i < len && !is_space(outer[i]); i++)
        if (outer[i] == '/' || outer[i] == '\\' || (outer[i] == ':' && i + 1 < len && is_digit(outer[i + 1])))
            return true;
    return false;
}

/* Without a type that is returned ("void a.b"), or where the function is ("name /app/api.js:3:19"). */
static struct fp_slice without_sides(struct fp_slice text, const char *outer)
{
    size_t end = text.len, blank;

    for (size_t i = 1; i < text.len; i++)
        if (outer[i] == ' ' && is_place(outer + i + 1, text.len - i - 1))
            return (struct fp_slice){ text.data, i };
    while (end > 0 && is_mark(outer[end - 1]))
        end--;
    if (end > 0 && outer[end - 1] == ' ')
        end--; /* "operator<< <char>" */
    for (blank = end; blank > 0 && outer[blank - 1] != ' '; blank--)
        ;
    return blank > 1 ? (struct fp_slice){ text.data + blank, text.len - blank } : text;
}

static void find_parts(struct fp_short_names *forms, const char *outer)
{
    struct fp_slice base = forms->base;
    size_t digits = base.len;
    bool place; /* "/app/api.js:3:19": a file's ending is no part */

    while (digits > 0 && is_digit(base.data[digits - 1]))
        digits--;
    place = digits < base.len && digits > 0 && base.data[digits - 1] == ':';
    for (size_t i = 0; i + 1 < base.len; i++) {
        char next = base.data[i + 1];
        bool ends = outer[i] == '/' || (!place && (outer[i] == '.' || (outer[i] == ':' && i && base.data[i - 1] == ':')));

        if (ends && next != '.' && next != ':')
            forms->starts[forms->count++] = (uint16_t)(i + 1);
    }
}

void fp_short_names_find(struct fp_slice name, struct fp_short_names *ret_forms)
{
    char outer[FP_SHORT_NAME_MAX];
    bool bracketed = name.len && name.data[0] == '[';
    struct fp_slice base = name;

    ret_forms->count = 0;
    if (!name.len || name.len > FP_SHORT_NAME_MAX)
        return;
    if (bracketed && (name.len < 3 || name.data[1] != '/' || name.data[name.len - 1] != ']'))
        return;
    if (bracketed) {
        base = (struct fp_slice){ name.data + 1, name.len - 2 };
    } else {
        mask(base, outer);
        base.len = arguments_at(outer, base.len);
        base = without_clones(base);
        mask(base, outer);
        base = without_sides(base, outer);
    }
    mask(base, outer);
    ret_forms->base = base;
    ret_forms->starts[ret_forms->count++] = 0;
    find_parts(ret_forms, outer);
}
