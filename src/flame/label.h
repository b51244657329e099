/*
 * Text that must fit: names cut by display width.
 *
 * Width is counted in cells of a monospaced font: East Asian wide characters take
 * two, combining and zero-width ones none (Unicode's tables, through GLib). A cut
 * never falls inside a character or between a character and what combines with it.
 * Marks beyond a dozen in a row are left out, so that a label is bounded by its cells.
 * What is written is valid UTF-8 without control characters: they appear as their
 * visible pictures (U+2400 …).
 */
#ifndef FP_FLAME_LABEL_H
#define FP_FLAME_LABEL_H

#include <stddef.h>

#include "base/str.h"

/* Cells that the whole of `name` takes, counting stops beyond `stop`. */
size_t fp_label_cells(struct fp_slice name, size_t stop);

/* Appends `name`, or its beginning and "…", in at most `cells` cells; returns the cells used. Appends nothing when not even
 * two characters and the "…" fit. */
size_t fp_label_fit(struct fp_slice name, size_t cells, struct fp_str *out);

/* The same of a function's name: the longest of its ends that fits (flame/short_name.h), else the beginning of the last. */
size_t fp_label_fit_name(struct fp_slice name, size_t cells, struct fp_str *out);

#endif
