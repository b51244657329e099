#include "profile/frame_kind.h"

#include <string.h>

#define MARK_BYTES 4 /* bytes of "[k] " */

static const struct {
    const char *name, *label;
    char letter;
} kinds[FP_KIND_COUNT] = {
    [FP_KIND_APPLICATION] = { "application", "application", 'A' },
    [FP_KIND_LIBRARY] = { "library", "library", 'L' },
    [FP_KIND_KERNEL] = { "kernel", "kernel", 'K' },
    [FP_KIND_CUDA] = { "cuda", "CUDA", 'C' },
    [FP_KIND_THREAD] = { "thread", "thread", 'T' },
    [FP_KIND_PROCESS] = { "process", "process", 'P' },
    [FP_KIND_HOST] = { "host", "host", 'H' },
    [FP_KIND_OBJECT] = { "object", "object", 'O' },
    [FP_KIND_UNKNOWN] = { "unknown", "no symbol", '?' },
};

const char *fp_frame_kind_name(enum fp_frame_kind kind)
{
    return kinds[kind].name;
}

enum fp_frame_kind fp_frame_kind_named(const char *name)
{
    for (int kind = 0; kind < FP_KIND_COUNT; kind++)
        if (strcmp(fp_frame_kind_name((enum fp_frame_kind)kind), name) == 0)
            return (enum fp_frame_kind)kind;
    return FP_KIND_UNKNOWN;
}

const char *fp_frame_kind_label(enum fp_frame_kind kind)
{
    return kinds[kind].label;
}

char fp_frame_kind_letter(enum fp_frame_kind kind)
{
    return kinds[kind].letter;
}

int fp_frame_kind_of_letter(char letter)
{
    for (int i = 0; i < FP_KIND_COUNT; i++)
        if (kinds[i].letter == letter)
            return i;
    return -1;
}

/* The kind whose mark, "[k] " and the like, the name begins with; -1 for no mark. */
static int marked_kind(struct fp_slice name)
{
    static const struct {
        char letter;
        enum fp_frame_kind kind;
    } marks[] = { { 't', FP_KIND_THREAD },
                  { 'p', FP_KIND_PROCESS },
                  { 'k', FP_KIND_KERNEL },
                  { 'c', FP_KIND_CUDA },
                  { 'l', FP_KIND_LIBRARY } };

    if (name.len >= MARK_BYTES && name.data[0] == '[' && name.data[2] == ']' && name.data[3] == ' ')
        for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
            if (marks[i].letter == name.data[1])
                return (int)marks[i].kind;
    return -1;
}

enum fp_frame_kind fp_frame_kind_of_name(struct fp_slice name)
{
    int marked = marked_kind(name);

    if (marked >= 0)
        return (enum fp_frame_kind)marked;
    if (fp_slice_starts(name, "[unknown"))
        return FP_KIND_UNKNOWN;
    if (name.len >= 3 && name.data[0] == '[' && name.data[1] == '/' && name.data[name.len - 1] == ']')
        return FP_KIND_UNKNOWN;
    return FP_KIND_APPLICATION;
}

enum fp_frame_kind fp_root_kind(struct fp_slice name)
{
    return fp_slice_is(name, "Total") ? FP_KIND_HOST : FP_KIND_PROCESS;
}

struct fp_slice fp_frame_bare_name(enum fp_frame_kind kind, struct fp_slice name)
{
    if (marked_kind(name) == (int)kind && name.len > MARK_BYTES)
        return (struct fp_slice){ name.data + MARK_BYTES, name.len - MARK_BYTES };
    return name;
}
