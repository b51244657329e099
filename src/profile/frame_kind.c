#include "profile/frame_kind.h"

#include <string.h>

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

/* "[k] " and the like: the letter, or '\0'. */
static char prefix_letter(struct fp_slice name)
{
    if (name.len >= 4 && name.data[0] == '[' && name.data[2] == ']' && name.data[3] == ' ' &&
        strchr("tpkcl", name.data[1]))
        return name.data[1];
    return '\0';
}

enum fp_frame_kind fp_frame_kind_of_name(struct fp_slice name)
{
    switch (prefix_letter(name)) {
    case 't': return FP_KIND_THREAD;
    case 'p': return FP_KIND_PROCESS;
    case 'k': return FP_KIND_KERNEL;
    case 'c': return FP_KIND_CUDA;
    case 'l': return FP_KIND_LIBRARY;
    default: break;
    }
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

struct fp_slice fp_frame_bare_name(struct fp_slice name)
{
    if (prefix_letter(name) && name.len > 4)
        return (struct fp_slice){ name.data + 4, name.len - 4 };
    return name;
}
