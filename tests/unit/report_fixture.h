/* Facts and trees for the tests of report/: small, hostile where it hurts. */
#ifndef FP_TESTS_REPORT_FIXTURE_H
#define FP_TESTS_REPORT_FIXTURE_H

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/limits.h"
#include "base/out.h"
#include "report/model.h"
#include "report/report.h"
#include "report/summary.h"

struct fixture {
    struct fp_tree tree;
    struct fp_window window;
    struct fp_failed_part parts[2];
    struct fp_symbols symbols;
    struct fp_report_facts facts;
};

#define SAMPLE INT64_C(10101)

/* Adds `count` samples to the stack of `n` frames below the root. */
static inline void add_stack(struct fp_builder *builder, const struct fp_slice *frames, size_t n,
                             int64_t count)
{
    uint32_t node = 0, name;

    for (size_t i = 0; i < n; i++) {
        assert_int_equal(
            fp_names_intern(&builder->names, frames[i], fp_frame_kind_of_name(frames[i]), &name, NULL), 0);
        assert_int_equal(fp_builder_child(builder, node, name, &node, NULL), 0);
    }
    assert_int_equal(fp_builder_add(builder, node, count * SAMPLE, NULL), 0);
}

/* Frames separated by ';': for names without one. */
static inline void add_folded(struct fp_builder *builder, const char *stack, int64_t count)
{
    struct fp_slice frames[64];
    size_t n = 0;

    for (const char *at = stack;;) {
        size_t len = strcspn(at, ";");

        frames[n++] = (struct fp_slice){ at, len };
        if (!at[len])
            break;
        at += len + 1;
    }
    add_stack(builder, frames, n, count);
}

static inline void begin_tree(struct fp_builder *builder, const char *root, enum fp_frame_kind kind)
{
    fp_builder_init(builder);
    assert_int_equal(fp_builder_root(builder, fp_slice_of(root), kind, NULL), 0);
}

/* A report that is ok, with the stacks of `builder` (consumed). */
static inline void fixture_init(struct fixture *f, struct fp_builder *builder)
{
    memset(f, 0, sizeof *f);
    assert_int_equal(fp_tree_freeze(&f->tree, builder, false, NULL), 0);
    assert_int_equal(fp_symbols_missing(&f->tree, &f->symbols, NULL), 0);
    assert_int_equal(fp_window_make(1795132800, 1795219200, NULL, &f->window, NULL), 0);
    f->facts = (struct fp_report_facts){
        .service = "checkout-api",
        .title = "Checkout",
        .event_type = "on-cpu",
        .event = fp_event_find("on-cpu"),
        .language = "eBPF",
        .filter = "",
        .window = &f->window,
        .source = "http://deepflow-server:20416",
        .outcome = FP_OUTCOME_OK,
        .completeness = FP_COMPLETE_PROVED,
        .tree = &f->tree,
        .symbols = &f->symbols,
        .form = "node list",
        .requests = 1,
        .replies = 1,
        .row_limit = 1000000,
        .has_pictures = true,
        .picture = { .boxes = 7, .rows = 5, .width = 1200, .height = 300, .min_width = 0.1 },
        .svg = "flamegraph.svg",
        .script = "profile.js",
        .png = "flamegraph.png",
        .png2x = "flamegraph-2x.png",
        .folded = "profile.folded.gz",
        .pprof = "profile.pb.gz",
        .json = "summary.json",
        .generated = 1795222222,
    };
}

/* main calls fib, which calls itself; a thread; one frame of each origin. 20 samples. */
static inline void fixture_plain(struct fixture *f)
{
    struct fp_builder builder;

    begin_tree(&builder, "checkout-api", FP_KIND_PROCESS);
    add_folded(&builder, "[t] main;main;fib;fib;fib", 3);
    add_folded(&builder, "[t] main;main;fib", 2);
    add_folded(&builder, "[t] main;main;[l] malloc;[k] page_fault", 5);
    add_folded(&builder, "[t] worker-1;[unknown] 0x0000000003932388", 10);
    fixture_init(f, &builder);
}

static inline void fixture_failed(struct fixture *f)
{
    fixture_plain(f);
    f->facts.outcome = FP_OUTCOME_FAILED;
    f->facts.tree = NULL;
    f->facts.has_pictures = false;
    f->facts.svg = f->facts.png = f->facts.png2x = f->facts.folded = f->facts.pprof = NULL;
    f->facts.script = NULL;
    f->facts.replies = 0;
    f->facts.form = "";
    f->facts.failure = "connection refused: is the <server> up?";
}

static inline void fixture_empty(struct fixture *f)
{
    struct fp_builder builder;

    begin_tree(&builder, "checkout-api", FP_KIND_PROCESS);
    fixture_init(f, &builder);
    f->facts.outcome = FP_OUTCOME_EMPTY;
    f->facts.has_pictures = false;
    f->facts.svg = f->facts.png = f->facts.png2x = f->facts.folded = f->facts.pprof = NULL;
    f->facts.script = NULL;
}

/* Two of 24 hours are missing. */
static inline void fixture_partial(struct fixture *f)
{
    fixture_plain(f);
    f->facts.outcome = FP_OUTCOME_PARTIAL;
    f->facts.completeness = FP_COMPLETE_PARTIAL;
    f->parts[0] =
        (struct fp_failed_part){ 1795132800 + 3600, 1795132800 + 7200, "504: ask in <smaller> parts" };
    f->parts[1] = (struct fp_failed_part){ 1795132800 + 7200, 1795132800 + 10800, "the reply was cut short" };
    f->facts.failed = f->parts;
    f->facts.failed_count = 2;
}

#define LITERAL(text)                                                                                        \
    {                                                                                                        \
        text, sizeof(text) - 1                                                                               \
    }

/* Names as programs can make them; each is valid UTF-8, as decoders promise. */
static const struct fp_slice hostile_names[] = {
    LITERAL("</script><script>alert(1)</script>"),
    LITERAL("<img src=x onerror=alert(1)>"),
    LITERAL("\"><svg onload='alert(1)'>"),
    LITERAL("a;b;c"),
    LITERAL("{{name}} {{{raw}}} {{/section}}"),
    LITERAL("operator<< <std::vector<int, std::allocator<int> >, A & B>"),
    LITERAL("nul\0inside"),
    LITERAL("bell\aesc\033[31mdel\177"),
    LITERAL("line\nbreak\ttab\r"),
    LITERAL("c1 \xC2\x85 bidi \xE2\x80\xAE gnirts"),
    LITERAL("non-character \xEF\xBF\xBF and \xEF\xBF\xBD"),
    LITERAL("\xE6\xB7\xB1\xE5\xBA\xA6\xE6\xB5\x81::\xE5\x89\x96\xE6\x9E\x90"),
    LITERAL("\xF0\x9F\x94\xA5 fire"),
    LITERAL("]]> <!-- -- --> <?xml?> &amp; &#0; &bogus;"),
    LITERAL("$& $1 $$ % %s %n"),
    LITERAL("[k] <kernel>"),
    LITERAL("[/tmp/perf-29887.map]"),
    LITERAL("::::////....<<<<"),
    LITERAL(" "),
    LITERAL(""),
};

enum { HOSTILE_COUNT = sizeof hostile_names / sizeof *hostile_names };

/* Every hostile name, deep and shallow, and one of FP_LIMIT_NAME bytes of three-byte characters. */
static inline void fixture_hostile(struct fixture *f)
{
    struct fp_builder builder;
    size_t long_len = FP_LIMIT_NAME / 3 * 3;
    char *text = malloc(long_len);
    struct fp_slice big = { text, long_len };

    assert_non_null(text);
    for (size_t i = 0; i < long_len; i += 3)
        memcpy(text + i, "\xE6\xB7\xB1", 3);
    begin_tree(&builder, "<b>root & co</b>", FP_KIND_PROCESS);
    add_stack(&builder, hostile_names, HOSTILE_COUNT, 7);
    for (int i = 0; i < HOSTILE_COUNT; i++)
        add_stack(&builder, &hostile_names[i], 1, i + 1);
    add_stack(&builder, &big, 1, 1000);
    add_folded(&builder, "[t] <thread & \"co\">;main", 3);
    free(text);
    fixture_init(f, &builder);
    f->facts.service = "<svc> & \"co\" 'x' {{y}}";
    f->facts.title = "</title><script>alert(2)</script>";
    f->facts.event_type = "<b>event</b>";
    f->facts.event = fp_event_find("<b>event</b>");
    f->facts.language = "<i>lang</i>";
    f->facts.filter = "pod_ns='<script>' OR \"x\" & y";
    f->facts.source = "archive /tmp/<dir>&";
    f->facts.form = "<form>";
    f->facts.mended_names = 3;
    f->facts.unbalanced_nodes = 2;
    f->facts.unbalanced_value = 5 * SAMPLE;
    f->facts.folded_note = "a name holds ';' & <more>";
}

static inline void fixture_release(struct fixture *f)
{
    fp_symbols_release(&f->symbols);
    fp_tree_release(&f->tree);
}

static inline json_t *make_summary(const struct fp_report_facts *facts)
{
    struct fp_error err = FP_ERROR_INIT;
    json_t *summary = NULL;

    if (fp_summary_make(facts, &summary, &err) < 0)
        fail_msg("%s", err.message);
    return summary;
}

static inline json_t *summary_of(void (*make)(struct fixture *))
{
    struct fixture f;
    json_t *summary;

    make(&f);
    summary = make_summary(&f.facts);
    fixture_release(&f);
    return summary;
}

/* The published bytes; release the result. */
static inline struct fp_str dump(const json_t *root)
{
    struct fp_str text;
    struct fp_out out;

    fp_str_init(&text, FP_LIMIT_PAGE);
    fp_out_to_str(&out, &text);
    assert_int_equal(fp_model_write(root, &out, NULL), 0);
    assert_int_equal(fp_out_finish(&out, NULL), 0);
    return text;
}

/* ---- memory that runs out: the allocation number `fail_at` of jansson fails, and all after it ---- */

static size_t json_allocations, json_fail_at; /* 0 = never */

static inline void *scarce_malloc(size_t size)
{
    if (json_fail_at && ++json_allocations >= json_fail_at)
        return NULL;
    return malloc(size);
}

static inline void scarce_memory(size_t fail_at)
{
    json_set_alloc_funcs(scarce_malloc, free);
    json_allocations = 0;
    json_fail_at = fail_at;
}

#endif
