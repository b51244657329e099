/*
 * What kind of thing a frame is: DeepFlow's function types.
 *
 * The letter comes from the server (`function_types`, v6.6.9 and later) or is
 * derived from the shape of the name (source: the "Names" table of DeepFlow's
 * profile API). Both agree on honest replies.
 */
#ifndef FP_PROFILE_FRAME_KIND_H
#define FP_PROFILE_FRAME_KIND_H

#include <stdint.h>

#include "base/str.h"

enum fp_frame_kind {
    FP_KIND_APPLICATION, /* A */
    FP_KIND_LIBRARY,     /* L: "[l] name" */
    FP_KIND_KERNEL,      /* K: "[k] name" */
    FP_KIND_CUDA,        /* C: "[c] name" */
    FP_KIND_THREAD,      /* T: "[t] name" */
    FP_KIND_PROCESS,     /* P: "[p] name", and the root of a service */
    FP_KIND_HOST,        /* H: the root of `Total` */
    FP_KIND_OBJECT,      /* O: the leaf of a memory profile */
    FP_KIND_UNKNOWN,     /* ?: "[unknown] 0x…", "[/path/lib.so]" */
    FP_KIND_COUNT
};

/* "application", "library" …: for programs (summary.json, pprof). */
const char *fp_frame_kind_name(enum fp_frame_kind kind);
/* The kind of that name; UNKNOWN for a word that is none. */
enum fp_frame_kind fp_frame_kind_named(const char *name);
/* The same for readers: "CUDA", "no symbol". */
const char *fp_frame_kind_label(enum fp_frame_kind kind);
/* 'A', 'L' … */
char fp_frame_kind_letter(enum fp_frame_kind kind);
/* The kind for a letter; -1 for a letter that is none. */
int fp_frame_kind_of_letter(char letter);
/* From the shape of a name below the root. Never OBJECT or HOST: these depend on the place in the tree. */
enum fp_frame_kind fp_frame_kind_of_name(struct fp_slice name);
/* Of a root: a host when it is called `Total`, DeepFlow's name for the whole host, else a process. */
enum fp_frame_kind fp_root_kind(struct fp_slice name);
/* The name without the mark of its kind ("[k] " of a kernel function), for labels; a name without it, or that is
 * nothing else, as it is. What looks like the mark of another kind is a part of the name: an application may well
 * call a function "[k] x". */
struct fp_slice fp_frame_bare_name(enum fp_frame_kind kind, struct fp_slice name);

#endif
