#include "config/problems.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void fp_problems_init(struct fp_problems *problems)
{
    *problems = (struct fp_problems){ 0 };
}

void fp_problems_release(struct fp_problems *problems)
{
    free(problems->items);
    fp_problems_init(problems);
}

/* A problem that finds no room is counted all the same: an error must not get lost with its text. */
static struct fp_problem *next(struct fp_problems *problems, bool warning)
{
    static const struct fp_error empty = FP_ERROR_INIT;
    struct fp_problem *problem;

    if (!warning)
        problems->errors++;
    if (fp_array_reserve(&problems->items, &problems->cap, problems->count + 1, sizeof *problems->items,
                         FP_PROBLEMS_MAX, "problems", NULL) < 0) {
        problems->more++;
        return NULL;
    }
    problem = &problems->items[problems->count++];
    problem->warning = warning;
    problem->what = empty;
    return problem;
}

void fp_problems_add(struct fp_problems *problems, bool warning, const char *file, const char *key,
                     const char *format, ...)
{
    struct fp_problem *problem = next(problems, warning);
    va_list args;

    if (!problem)
        return;
    va_start(args, format);
    fp_error_vset(&problem->what, FP_EINVAL, format, args);
    va_end(args);
    if (key && key[0])
        fp_error_prepend(&problem->what, "%s", key);
    fp_error_at(&problem->what, file, 0, 0, -1);
}

bool fp_problems_about(const struct fp_problems *problems, const char *key)
{
    for (size_t i = 0; i < problems->count; i++)
        if (!problems->items[i].warning && strncmp(problems->items[i].what.message, key, strlen(key)) == 0)
            return true;
    return false;
}

void fp_problems_add_at(struct fp_problems *problems, const char *file, uint32_t line, uint32_t column,
                        const char *format, ...)
{
    struct fp_problem *problem = next(problems, false);
    va_list args;

    if (!problem)
        return;
    va_start(args, format);
    fp_error_vset(&problem->what, FP_ESYNTAX, format, args);
    va_end(args);
    fp_error_at(&problem->what, file, line, column, -1);
}

static bool before(const struct fp_error *a, const struct fp_error *b)
{
    return a->line < b->line || (a->line == b->line && a->column < b->column);
}

void fp_problems_sort(struct fp_problems *problems)
{
    for (size_t i = 1; i < problems->count; i++) {
        struct fp_problem moving = problems->items[i];
        size_t to = i;

        for (; to > 0 && before(&moving.what, &problems->items[to - 1].what); to--)
            problems->items[to] = problems->items[to - 1];
        problems->items[to] = moving;
    }
}
