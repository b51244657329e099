/*
 * Folded stacks: one line a stack, frames from the root joined by ';', a blank, a count.
 *
 * Source of the format: what stackcollapse-*.pl of FlameGraph write and everybody reads. A line's first frame
 * is below the root: the root's name is the caller's. A line without frames (" 5") is the root's own value.
 * Kinds come from the shape of the names.
 *
 * Reading: all behind the last blank (space or tab) is the count, a whole number; all before that blank is
 * the stack. Blanks and carriage returns after the count, and lines of nothing else, mean nothing. The format
 * has no comments: a name may begin with '#'. But people write some: a line that begins with '#' and has no
 * count is skipped, and counted. A byte order mark at the start is no part of the first name.
 *
 * Writing: stacks in the tree's order, one line for each node with a self value. The format cannot hold ';'
 * or a line break in a name: they are written as ':' and blank. A stack of one frame without a name would be
 * the root: that name is written as a blank. Each frame that is changed is counted. All else reads back as it
 * was, but for nodes of no value and kinds that a name does not show.
 */
#ifndef FP_CODEC_FOLDED_H
#define FP_CODEC_FOLDED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/in.h"
#include "profile/tree.h"

struct fp_folded_notes {
    uint64_t mended;  /* frames whose names had to be mended (raw_name.h) */
    uint64_t skipped; /* lines: '#' and no count */
};

/* Adds to `builder`, whose root exists. Errors carry the line. */
int fp_folded_read(struct fp_in *in, struct fp_builder *builder, struct fp_folded_notes *ret_notes,
                   struct fp_error *err);

/* Whether a line, its end left out, is a stack with a count. */
bool fp_folded_is_stack(struct fp_slice line);

/* Writes to the gzip'd file `path` (no time stamp inside: same tree, same bytes). FP_ELIMIT beyond
 * FP_LIMIT_FOLDED uncompressed bytes: the file is removed then, as after any failure. */
int fp_folded_write_gz(const struct fp_tree *tree, const char *path, uint64_t *ret_changed,
                       struct fp_error *err);

#endif
