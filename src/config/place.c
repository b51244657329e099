#include "config/place.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/limits.h"
#include "config/path.h"

#define LEVELS 8 /* no key of the table is deeper; what is deeper is only counted */

struct level {
    size_t path_len; /* of the path of the object or list itself */
    size_t index;    /* of the next item */
    bool list;
};

struct walk {
    struct fp_problems *problems;
    const char *text;
    size_t n, at;
    uint32_t line;
    size_t line_start;
    struct fp_key_path path;
    struct level levels[LEVELS];
    size_t depth;
    bool expects_key;
};

/* The path of a problem is the beginning of its message, up to ": ". */
static bool is_about(const struct fp_problem *problem, const struct fp_key_path *path)
{
    const char *message = problem->what.message;

    return problem->what.line == 0 && strncmp(message, path->text, path->len) == 0 &&
           message[path->len] == ':' && message[path->len + 1] == ' ';
}

static void mark(const struct walk *w)
{
    for (size_t i = 0; i < w->problems->count; i++)
        if (is_about(&w->problems->items[i], &w->path))
            fp_error_at(&w->problems->items[i].what, NULL, w->line, (uint32_t)(w->at - w->line_start + 1),
                        -1);
}

static struct level *top(struct walk *w)
{
    return w->depth > 0 && w->depth <= LEVELS ? &w->levels[w->depth - 1] : NULL;
}

/* An item of a list gets its path here; a member's path came with its key. */
static void begin_value(struct walk *w)
{
    struct level *level = top(w);

    /* A longer list was refused as a whole: nobody asks for its items. */
    if (!level || !level->list || level->index >= FP_LIMIT_SERVICES)
        return;
    fp_key_path_cut(&w->path, level->path_len);
    fp_key_path_index(&w->path, level->index++);
    mark(w);
}

static void open_bracket(struct walk *w, bool list)
{
    struct level *level;

    begin_value(w);
    w->depth++;
    w->expects_key = !list;
    level = top(w);
    if (level)
        *level = (struct level){ w->path.len, 0, list };
    w->at++;
}

static void close_bracket(struct walk *w)
{
    if (w->depth > 0)
        w->depth--;
    w->expects_key = false;
    w->at++;
}

static void comma(struct walk *w)
{
    struct level *level = top(w);

    w->expects_key = level && !level->list;
    w->at++;
}

static void string(struct walk *w)
{
    struct level *level = top(w);
    size_t start = w->at + 1, end = start;

    while (end < w->n && w->text[end] != '"')
        end += w->text[end] == '\\' && end + 1 < w->n ? 2 : 1;
    if (end > w->n)
        end = w->n;
    if (!w->expects_key) {
        begin_value(w);
    } else if (level) {
        fp_key_path_cut(&w->path, level->path_len);
        fp_key_path_key(&w->path, w->text + start, end - start);
        mark(w);
    }
    w->expects_key = false;
    w->at = end < w->n ? end + 1 : end;
}

static void word(struct walk *w)
{
    begin_value(w);
    while (w->at < w->n && !memchr(",]} \t\r\n", w->text[w->at], 7))
        w->at++;
}

static void step(struct walk *w)
{
    switch (w->text[w->at]) {
    case '\n':
        w->line++;
        w->line_start = ++w->at;
        break;
    case ' ':
    case '\t':
    case '\r':
    case ':': w->at++; break;
    case ',': comma(w); break;
    case '{': open_bracket(w, false); break;
    case '[': open_bracket(w, true); break;
    case '}':
    case ']': close_bracket(w); break;
    case '"': string(w); break;
    default: word(w); break;
    }
}

void fp_place_problems(struct fp_problems *problems, const char *text, size_t n)
{
    struct walk w = { .problems = problems, .text = text, .n = n, .line = 1 };

    while (w.at < n && problems->count)
        step(&w);
}
