/*
 * Folded stacks: one line a stack, frames from the root joined by ';', a space, a value.
 *
 * Source of the format: what stackcollapse-*.pl of FlameGraph write and everybody reads.
 * A line without frames (" 5") is the root's own value.
 * Reading: the last white-space-separated field is the value, a whole number; all before it is the stack. Empty lines
 * and lines that begin with '#' are skipped. A line's first frame is below the root: the root's name is the caller's. Kinds come from
 * the shape of the names.
 * Writing: stacks in the tree's order, the root left out, one line for each node with a self value. The format cannot
 * hold ';' or a newline in a name: they are written as ':' and ' ' (counted).
 */
#ifndef FP_CODEC_FOLDED_H
#define FP_CODEC_FOLDED_H

#include <stdint.h>

#include "base/error.h"
#include "base/in.h"
#include "profile/tree.h"

/* Adds to `builder`, whose root exists. Errors carry the line. */
int fp_folded_read(struct fp_in *in, struct fp_builder *builder, uint64_t *ret_mended, struct fp_error *err);

/* Writes to the gzip'd file `path` (no time stamp inside: same tree, same bytes). FP_ELIMIT beyond FP_LIMIT_FOLDED
 * uncompressed bytes: the file is removed then, as after any failure. */
int fp_folded_write_gz(const struct fp_tree *tree, const char *path, uint64_t *ret_changed_names, struct fp_error *err);

#endif
