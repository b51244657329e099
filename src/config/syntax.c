#include "config/syntax.h"

#include <string.h>

#include "base/jansson_load.h"
#include "config/path.h"
#include "config/problems.h"

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The last byte before `at` that is no white space; '\0' at the start. */
static char before(const char *text, size_t at)
{
    while (at > 0 && is_space(text[at - 1]))
        at--;
    return at > 0 ? text[at - 1] : '\0';
}

/* What people write that JSON does not have, guessed from the byte where the parser stopped; or NULL. */
static const char *guess(const char *text, size_t n, size_t at)
{
    char c = at > 0 && at <= n ? text[at - 1] : '\0';

    if (c == '/' || c == '#')
        return "JSON has no comments: write a note as a key that begins with _";
    if ((c == '}' || c == ']') && before(text, at - 1) == ',')
        return "the comma before this bracket is one too many";
    if (c == '\'')
        return "JSON wants double quotes, not single ones";
    if (c == '"')
        return "a comma or a colon is missing before this, or a quote or \\ within the text is not written "
               "as \\\" or \\\\";
    if (c >= '0' && c <= '9' && before(text, at - 1) == ':')
        return "a number does not begin with a zero";
    return NULL;
}

/* Some mistakes have no code of their own, but words of the parser's own. */
static const struct {
    const char *words, *advice;
} worded[] = {
    { "unexpected newline", "a line ends within a text: a closing quote is missing" },
    { "invalid escape", "a backslash begins an escape: write it as \\\\" },
    { "invalid Unicode", "a \\u escape stands for half a character: both halves are needed" },
};

/* What to do; NULL when the parser's own words must do. */
static const char *advice(const json_error_t *error, const char *text, size_t n, size_t at)
{
    for (size_t i = 0; i < sizeof worded / sizeof worded[0]; i++)
        if (strncmp(error->text, worded[i].words, strlen(worded[i].words)) == 0)
            return worded[i].advice;
    switch (json_error_code(error)) {
    case json_error_premature_end_of_input:
        return before(text, n) == '\0' ? "the file is empty; \"flamepress init\" writes one to start from"
                                       : "the text ends too early: a closing quote or bracket is missing";
    case json_error_invalid_utf8: return "the text is not UTF-8: save the file in that encoding";
    case json_error_end_of_input_expected: return "the object has ended, but more text follows";
    case json_error_null_character:
    case json_error_null_byte_in_key: return "a text must not contain \\u0000";
    case json_error_numeric_overflow: return "the number is too large";
    case json_error_stack_overflow: return "the brackets are nested too deeply";
    default: return guess(text, n, at);
    }
}

/* The parser counts columns in characters and knows the byte: count bytes from the start of the line. */
static uint32_t column(const char *text, size_t at)
{
    size_t start = at;

    while (start > 0 && text[start - 1] != '\n')
        start--;
    return at > start ? (uint32_t)(at - start) : 1;
}

/* The key whose closing quote ends at `at`. */
static void report_duplicate(struct fp_problems *problems, const char *file, const char *text, size_t at,
                             const json_error_t *error)
{
    size_t end = at > 0 ? at - 1 : 0, start = end;
    char shown[FP_CLIP_TEXT];

    while (start > 0 && text[start - 1] != '"')
        start--;
    fp_clip(shown, text + start, end - start);
    fp_problems_add_at(problems, file, (uint32_t)error->line, column(text, start), /* where its quote opens */
                       "the key \"%s\" is given twice in one object: keep one of them%s", shown,
                       shown[0] == '_' || shown[0] == '$' ? " (notes, too, need names of their own)" : "");
}

static size_t place_of(const json_error_t *error, size_t n)
{
    return error->position > 0 && (size_t)error->position <= n ? (size_t)error->position : 0;
}

static void report_syntax(struct fp_problems *problems, const char *file, const char *text, size_t n,
                          const json_error_t *error)
{
    size_t at = place_of(error, n);
    const char *what = advice(error, text, n, at);
    const char *near = strstr(error->text, " near "); /* from here on it quotes the file */
    int length = near ? (int)(near - error->text) : (int)strlen(error->text);
    uint32_t line = error->line > 0 ? (uint32_t)error->line : 1;

    if (what)
        fp_problems_add_at(problems, file, line, column(text, at), "this is not JSON: %s", what);
    else
        fp_problems_add_at(
            problems, file, line, column(text, at),
            "this is not JSON: %.*s; look at the commas, colons, quotes and brackets around here", length,
            error->text);
}

/* The parser passes over NUL bytes as if they were not there. */
static bool report_nul(struct fp_problems *problems, const char *file, const char *text, size_t n)
{
    const char *nul = memchr(text, '\0', n);
    uint32_t line = 1;

    if (!nul)
        return false;
    for (const char *at = text; at < nul; at++)
        line += *at == '\n';
    fp_problems_add_at(problems, file, line, column(text, (size_t)(nul - text) + 1),
                       "this is not JSON: a byte is NUL; is the file UTF-16? Save it as UTF-8");
    return true;
}

int fp_syntax_parse(const char *text, size_t n, const char *file, struct fp_problems *problems,
                    json_t **ret_json, struct fp_error *err)
{
    json_error_t error = { 0 };
    json_t *json;
    bool starved;

    if (report_nul(problems, file, text, n)) {
        *ret_json = NULL;
        return FP_OK;
    }
    json = fp_jansson_load(text, n, JSON_REJECT_DUPLICATES, &error, &starved);
    if (!json && json_error_code(&error) == json_error_duplicate_key) {
        report_duplicate(problems, file, text, place_of(&error, n), &error);
        json = fp_jansson_load(text, n, 0, &error, &starved);
    }
    if (!json && starved)
        return fp_error_nomem(err);
    if (!json)
        report_syntax(problems, file, text, n, &error);
    *ret_json = json;
    return FP_OK;
}
