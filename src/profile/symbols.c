#include "profile/symbols.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is said of each cause ---- */

/* clang-format off */
static const struct fp_symbol_advice advice_table[FP_SYMBOL_COUNT] = {
    [FP_SYMBOL_FOUND] = { "found", "", "", "" },
    [FP_SYMBOL_JIT_MAP] = {
        "jit_map", "JIT symbol file",
        "Methods that the JIT symbol file of this process does not have. The file is refreshed now and then, so "
        "usually these are methods compiled since.",
        "Start the JVM with -XX:+PreserveFramePointer, and look at a longer window: the share falls once the hot "
        "methods have been compiled. If it stays, see whether the agent may attach to the JVM and write "
        "/tmp/perf-PID.map." },
    [FP_SYMBOL_LIBRARY] = {
        "stripped_library", "Shared library without symbols",
        "Functions of a shared library that was stripped.",
        "Install the library's debug symbols, or a build of it that keeps its symbol table (no strip, no -s)." },
    [FP_SYMBOL_EXECUTABLE] = {
        "stripped_executable", "Executable without symbols",
        "Functions of a program that was stripped.",
        "Deploy a build that keeps its symbol table: no strip, no -s (Go: no -ldflags \"-s\"; Rust: strip = "
        "false), or install its debug symbols." },
    [FP_SYMBOL_ADDRESS] = {
        "unknown_address", "Unknown addresses",
        "Addresses in no known file: code made at run time without a symbol file, a file that was replaced or "
        "unloaded, or a stack that was followed wrongly because a function keeps no frame pointer.",
        "Build with frame pointers (-fno-omit-frame-pointer; Java: -XX:+PreserveFramePointer; Node.js: "
        "--perf-basic-prof)." },
    [FP_SYMBOL_THREAD_ENTRY] = {
        "thread_entry", "Thread entry functions",
        "The function that a thread began with could not be resolved. What it called is not affected.",
        "Nothing needs to be done; debug symbols of the C library, or building with frame pointers, give it its "
        "name." },
};
/* clang-format on */

const struct fp_symbol_advice *fp_symbol_advice(enum fp_symbol_cause cause)
{
    return &advice_table[cause];
}

/* ---- names ---- */

struct fp_slice fp_symbol_path(struct fp_slice name)
{
    if (name.len >= 3 && name.data[0] == '[' && name.data[1] == '/' && name.data[name.len - 1] == ']')
        return (struct fp_slice){ name.data + 1, name.len - 2 };
    return (struct fp_slice){ "", 0 };
}

/* "perf-PID.map" */
static bool is_jit_map(struct fp_slice file)
{
    static const char before[] = "perf-", after[] = ".map";
    const size_t around = sizeof before - 1 + sizeof after - 1;

    if (file.len <= around || !fp_slice_starts(file, before) ||
        memcmp(file.data + file.len - (sizeof after - 1), after, sizeof after - 1) != 0)
        return false;
    for (size_t i = sizeof before - 1; i < file.len - (sizeof after - 1); i++)
        if (file.data[i] < '0' || file.data[i] > '9')
            return false;
    return true;
}

/* "libz.so", "libz.so.1.2.13", "libz.so (deleted)"; not "x.sock" */
static bool is_library(struct fp_slice file)
{
    for (size_t i = 1; i + 3 <= file.len; i++)
        if (memcmp(file.data + i, ".so", 3) == 0 &&
            (i + 3 == file.len || file.data[i + 3] == '.' || file.data[i + 3] == ' '))
            return true;
    return false;
}

enum fp_symbol_cause fp_symbol_cause_of_name(struct fp_slice name)
{
    struct fp_slice file = fp_symbol_path(name);
    const char *slash;

    if (fp_slice_is(name, "[unknown start_thread?]"))
        return FP_SYMBOL_THREAD_ENTRY;
    if (fp_slice_starts(name, "[unknown"))
        return FP_SYMBOL_ADDRESS;
    if (!file.len)
        return FP_SYMBOL_FOUND;
    slash = memrchr(file.data, '/', file.len); /* there is one: the path begins with it */
    file.len -= (size_t)(slash + 1 - file.data);
    file.data = slash + 1;
    if (is_jit_map(file))
        return FP_SYMBOL_JIT_MAP;
    return is_library(file) ? FP_SYMBOL_LIBRARY : FP_SYMBOL_EXECUTABLE;
}

/* ---- sums ---- */

/* Sums of several sets of frames over one preorder walk. In a set, a node before `until` stands below another
 * node of the set: its stacks are counted already. */
struct sum {
    struct fp_symbol_total *to;
    uint32_t until;
};

static void add(struct sum *sum, const struct fp_tree *tree, uint32_t node, bool new_name)
{
    sum->to->self += tree->self[node];
    sum->to->names += new_name;
    if (node >= sum->until) {
        sum->to->total += tree->total[node];
        sum->until = tree->end[node];
    }
}

struct counting {
    uint8_t *cause;   /* of each name */
    uint32_t *module; /* of each name: its module; FP_NO_NODE = not seen yet */
    uint32_t *until;  /* of each module */
    struct sum causes[FP_SYMBOL_COUNT], all, code;
    uint32_t of_addresses, of_entries; /* their modules; FP_NO_NODE = not yet there */
};

/* The module of a name that is met for the first time. */
static uint32_t module_for(struct counting *c, struct fp_symbols *symbols, struct fp_slice name,
                           enum fp_symbol_cause cause)
{
    uint32_t *shared = cause == FP_SYMBOL_ADDRESS        ? &c->of_addresses
                       : cause == FP_SYMBOL_THREAD_ENTRY ? &c->of_entries
                                                         : NULL;
    uint32_t at = (uint32_t)symbols->module_count;

    if (shared && *shared != FP_NO_NODE)
        return *shared;
    if (shared)
        *shared = at;
    symbols->modules[at] = (struct fp_symbol_module){ .cause = cause, .path = fp_symbol_path(name) };
    symbols->module_count++;
    return at;
}

static void count_node(struct counting *c, struct fp_symbols *symbols, const struct fp_tree *tree,
                       uint32_t node)
{
    uint32_t id = tree->name[node];
    enum fp_symbol_cause cause = (enum fp_symbol_cause)c->cause[id];
    bool new_name = c->module[id] == FP_NO_NODE;
    struct sum module;

    if (cause == FP_SYMBOL_FOUND)
        return;
    if (new_name)
        c->module[id] = module_for(c, symbols, fp_tree_name(tree, node), cause);
    module = (struct sum){ &symbols->modules[c->module[id]].sum, c->until[c->module[id]] };
    add(&module, tree, node, new_name);
    c->until[c->module[id]] = module.until;
    add(&c->causes[cause], tree, node, new_name);
    add(&c->all, tree, node, new_name);
    if (cause != FP_SYMBOL_THREAD_ENTRY)
        add(&c->code, tree, node, new_name);
}

static int compare_modules(const void *pa, const void *pb)
{
    const struct fp_symbol_module *a = pa, *b = pb;

    if (a->sum.self != b->sum.self)
        return a->sum.self > b->sum.self ? -1 : 1;
    if (a->sum.total != b->sum.total)
        return a->sum.total > b->sum.total ? -1 : 1;
    if (a->cause != b->cause)
        return a->cause < b->cause ? -1 : 1;
    return fp_slice_compare(a->path, b->path);
}

/* Causes of all names; returns the number of names without a symbol. */
static size_t classify_names(const struct fp_names *names, uint8_t *cause)
{
    size_t missing = 0;

    for (uint32_t id = 0; id < names->count; id++)
        if (names->kind[id] == FP_KIND_UNKNOWN) {
            cause[id] = (uint8_t)fp_symbol_cause_of_name(fp_names_get(names, id));
            missing += cause[id] != FP_SYMBOL_FOUND;
        }
    return missing;
}

static int count_all(const struct fp_tree *tree, struct counting *c, struct fp_symbols *symbols,
                     struct fp_error *err)
{
    size_t names = tree->names.count, missing = classify_names(&tree->names, c->cause);

    symbols->modules = calloc(missing + 1, sizeof *symbols->modules); /* at most one a name */
    c->until = calloc(missing + 1, sizeof *c->until);
    if (!symbols->modules || !c->until)
        return fp_error_nomem(err);
    memset(c->module, 0xFF, names * sizeof *c->module); /* FP_NO_NODE */
    for (int cause = 0; cause < FP_SYMBOL_COUNT; cause++)
        c->causes[cause].to = &symbols->causes[cause];
    c->all.to = &symbols->all;
    c->code.to = &symbols->code;
    for (uint32_t i = 1; i < tree->count; i++)
        count_node(c, symbols, tree, i);
    qsort(symbols->modules, symbols->module_count, sizeof *symbols->modules, compare_modules);
    return FP_OK;
}

int fp_symbols_missing(const struct fp_tree *tree, struct fp_symbols *ret_symbols, struct fp_error *err)
{
    struct counting c = { .of_addresses = FP_NO_NODE, .of_entries = FP_NO_NODE };
    struct fp_symbols symbols = { .module_count = 0 };
    int rc;

    c.cause = calloc(tree->names.count + 1, sizeof *c.cause);
    c.module = malloc((tree->names.count + 1) * sizeof *c.module);
    if (c.cause && c.module)
        rc = count_all(tree, &c, &symbols, err);
    else
        rc = fp_error_nomem(err);
    free(c.cause);
    free(c.module);
    free(c.until);
    if (rc < 0) {
        fp_symbols_release(&symbols);
        return rc;
    }
    *ret_symbols = symbols;
    return FP_OK;
}

void fp_symbols_release(struct fp_symbols *symbols)
{
    free(symbols->modules);
    *symbols = (struct fp_symbols){ 0 };
}
