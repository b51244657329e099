/* Folded stacks: the same whole and in pieces, and in sum what the counts at the ends of the lines are. */
#include "codec/folded.h"

#include "base/utf8.h"
#include "fuzz.h"
#include "trees.h"

struct outcome {
    int rc;
    struct fp_error err;
    struct fp_folded_notes notes;
    struct fp_tree tree;
};

static void decode(const uint8_t *data, size_t size, size_t most, struct outcome *ret)
{
    struct fuzz_pieces source = fuzz_pieces(data, size, most, most);
    struct fp_builder builder;

    *ret = (struct outcome){ .err = FP_ERROR_INIT };
    fp_builder_init(&builder);
    FUZZ_CHECK(fp_builder_root(&builder, fp_slice_of("app"), FP_KIND_PROCESS, &ret->err) == FP_OK);
    ret->rc = fp_folded_read(&source.in, &builder, &ret->notes, &ret->err);
    if (ret->rc < 0) {
        fuzz_check_error(ret->rc, &ret->err);
        fp_builder_release(&builder);
        return;
    }
    FUZZ_CHECK(fp_tree_freeze(&ret->tree, &builder, false, &ret->err) == FP_OK);
    fuzz_check_tree(&ret->tree);
}

/* What a line counts; false when it has no count. `line` ends before its '\n'. */
static bool count_of(const char *line, size_t n, uint64_t *ret)
{
    size_t end = n, start;

    while (end && strchr(" \t\r", line[end - 1]) && line[end - 1])
        end--;
    for (start = end; start && line[start - 1] >= '0' && line[start - 1] <= '9'; start--)
        ;
    if (start == end || !start || (line[start - 1] != ' ' && line[start - 1] != '\t'))
        return false;
    *ret = 0;
    for (; start < end; start++)
        *ret = *ret * 10 + (uint64_t)(line[start] - '0');
    return true;
}

/* Of a text that was taken: each line has a count, but for blank ones and those that were skipped. */
static void check_sum(const char *text, size_t n, const struct outcome *outcome)
{
    uint64_t sum = 0, skipped = 0, count;

    if (n >= 3 && memcmp(text, FP_UTF8_MARK, 3) == 0) {
        text += 3;
        n -= 3;
    }
    while (n) {
        const char *newline = memchr(text, '\n', n);
        size_t len = newline ? (size_t)(newline - text) : n, used = len;

        if (count_of(text, len, &count))
            sum += count;
        else
            skipped += text[0] == '#';
        used += newline != NULL;
        text += used;
        n -= used;
    }
    FUZZ_CHECK(outcome->notes.skipped == skipped);
    FUZZ_CHECK((uint64_t)outcome->tree.total[0] == sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct outcome whole, pieces;

    decode(data, size, size + 1, &whole);
    decode(data, size, 5, &pieces);
    FUZZ_CHECK(whole.rc == pieces.rc && whole.err.line == pieces.err.line);
    if (whole.rc == FP_OK) {
        FUZZ_CHECK(whole.notes.mended == pieces.notes.mended && whole.notes.skipped == pieces.notes.skipped);
        fuzz_check_trees_equal(&whole.tree, &pieces.tree);
        check_sum((const char *)data, size, &whole);
        fp_tree_release(&whole.tree);
        fp_tree_release(&pieces.tree);
    }
    return 0;
}
