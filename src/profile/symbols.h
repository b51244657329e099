/*
 * What symbols are missing: how much of a profile is in frames without a name, why, and what would help.
 *
 * A frame without a symbol carries a stand-in for a name, and its shape tells the cause (source: the "Names"
 * table of DeepFlow's profile API):
 *
 *     [/tmp/perf-29887.map]            the JIT compiler's symbol file of that pid does not have the method
 *     [/lib/ld-musl-x86_64.so.1]       a shared library without symbols
 *     [/usr/local/bin/kube-apiserver]  an executable without symbols
 *     [unknown] 0x0000000003932388     an address in none of the above
 *     [unknown start_thread?]          a thread's entry function, the first frame of a stack
 *
 * Only frames of kind unknown count: what is typed as an application's function has a name, however it looks.
 *
 * `self` is what was spent in such frames themselves, `total` the stacks that pass through at least one, each
 * counted once; both are sums of the tree's own values, so a share is one of them divided by tree->total[0].
 * Ask before transforms: a frame that is hidden is still one that has no symbol.
 *
 *     struct fp_symbols symbols;
 *     if (fp_symbols_missing(&tree, &symbols, &err) == 0) …
 *     fp_symbols_release(&symbols);
 *
 * Linear in the nodes. Paths in the result are slices of the tree's names: the tree must outlive it.
 */
#ifndef FP_PROFILE_SYMBOLS_H
#define FP_PROFILE_SYMBOLS_H

#include "profile/tree.h"

enum fp_symbol_cause {
    FP_SYMBOL_FOUND, /* none: the frame has a name */
    FP_SYMBOL_JIT_MAP,
    FP_SYMBOL_LIBRARY,
    FP_SYMBOL_EXECUTABLE,
    FP_SYMBOL_ADDRESS,
    FP_SYMBOL_THREAD_ENTRY,
    FP_SYMBOL_COUNT
};

/* From the shape of a name alone. */
enum fp_symbol_cause fp_symbol_cause_of_name(struct fp_slice name);
/* The file that the name of a JIT map, library or executable stands for: without its brackets. Others: empty.
 */
struct fp_slice fp_symbol_path(struct fp_slice name);

/* What is said of a cause. `id` is for summary.json and translations: it never changes. */
struct fp_symbol_advice {
    const char *id;    /* "jit_map" … */
    const char *title; /* "JIT symbol file", to head a row */
    const char *meaning;
    const char *advice;
};

/* In English; of FP_SYMBOL_FOUND all texts are empty. */
const struct fp_symbol_advice *fp_symbol_advice(enum fp_symbol_cause cause);

struct fp_symbol_total {
    int64_t self, total;
    uint32_t names; /* distinct names of frames */
};

struct fp_symbol_module {
    enum fp_symbol_cause cause;
    struct fp_slice path; /* "" for addresses and for thread entries, each of which are one module */
    struct fp_symbol_total sum;
};

struct fp_symbols {
    struct fp_symbol_total causes[FP_SYMBOL_COUNT]; /* [FP_SYMBOL_FOUND] stays 0 */
    struct fp_symbol_total all;                     /* any cause */
    struct fp_symbol_total code; /* any cause but thread entries, which nearly every stack may begin with */
    struct fp_symbol_module *modules; /* largest self first, then total, then cause and path */
    size_t module_count;
};

int fp_symbols_missing(const struct fp_tree *tree, struct fp_symbols *ret_symbols, struct fp_error *err);
void fp_symbols_release(struct fp_symbols *symbols);

#endif
