/*
 * pprof profiles: what `go tool pprof` and most profilers read and write.
 *
 * Source of the format: github.com/google/pprof, proto/profile.proto. The fields we read or write:
 *   Profile    sample_type 1, sample 2, mapping 3, location 4, function 5, string_table 6,
 *              time_nanos 9, duration_nanos 10, period_type 11, period 12, comment 13,
 *              default_sample_type 14
 *   ValueType  type 1, unit 2
 *   Sample     location_id 1 (leaf first), value 2, label 3
 *   Label      key 1, str 2
 *   Mapping    id 1, filename 5, has_functions 7
 *   Location   id 1, mapping_id 2, address 3, line 4 (the innermost inlined call first)
 *   Line       function_id 1
 *   Function   id 1, name 2, system_name 3
 * All others are skipped; drop_frames and keep_frames (7, 8) are not applied: every frame is kept.
 *
 * How a tree is written, so that reading it gives the same tree again:
 * - A node with a self value, or a leaf, is a sample; its frames are locations, one for each name. The
 *   root is none.
 * - A thread ("[t] name" on the first level, or below a process there) is the label `thread` = name of
 *   its samples, a process ("[p] name" on the first level) the label `process`: neither shows up as a
 *   function. Threads and processes anywhere else are frames like all others, and so are all those of a
 *   host (a root of kind host): it has no functions, and `go tool pprof -top` then lists what there is.
 * - The kind of a frame is the file name of its mapping: "[application]", "[library]", "[kernel]" …
 * - There is one sample type: the event type ("cpu" for on-cpu) with its unit, one of microseconds,
 *   nanoseconds, bytes and count.
 * - time_nanos and duration_nanos are the window; period is what one sample is worth.
 * - Comments: the line FP_PPROF_MARK, then "root: LETTER name" (the letter of its kind), "event: …",
 *   "unit: …", "filter: …", "generator: …", and any number of "note: …".
 * What is lost: names of no node, and leaves of memory profiles that the tree calls functions (they come
 * back as objects).
 *
 * Reading takes any pprof profile:
 * - Of several sample types default_sample_type is taken, else the last. Units of time and size are
 *   brought to ours. Samples worth 0 of the chosen one of several types are left out.
 * - Kinds come from our mapping names and the kernel's, else from the shape of the name.
 * - A frame without a function is "[file of its mapping]" or "[unknown] 0xADDRESS", as DeepFlow would
 *   write it. Labels `thread` and `process` become levels.
 * - Names are mended, long ones shortened: see raw_name.h.
 * - Refused with the byte offset: what does not parse, indexes and ids that lead nowhere, ids that come
 *   twice, negative values (a difference of two profiles is no profile), sums that overflow, and stacks
 *   of inlined calls that unfold to more than FP_PPROF_UNFOLD frames for each byte of the file: work and
 *   memory stay in proportion to the input.
 */
#ifndef FP_CODEC_PPROF_H
#define FP_CODEC_PPROF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/in.h"
#include "base/limits.h"
#include "base/unit.h"
#include "profile/tree.h"

/* Uncompressed bytes of a file we write: like folded stacks, it has the whole stack in each sample. */
#define FP_PPROF_BYTES FP_LIMIT_FOLDED
#define FP_PPROF_TEXT ((size_t)4096) /* bytes of an event type, a filter, a note as they are read */
#define FP_PPROF_NOTES 1000u         /* notes kept when reading; the rest is counted */
#define FP_PPROF_UNFOLD 4u           /* frames for each byte of a file */
#define FP_PPROF_LONG 16u            /* bytes of names beyond FP_LIMIT_NAME, used again and again, the same */

/* The first comment of a profile that we wrote. */
#define FP_PPROF_MARK "flamepress profile 1"

/*
 * What a profile says about itself besides its stacks. For writing all strings are borrowed, NULL where there
 * is nothing to say. From fp_pprof_read they live in `arena`, are valid UTF-8 without control characters, and
 * `event` is never NULL.
 */
struct fp_pprof_meta {
    const char *event; /* DeepFlow's event type, or the sample type of somebody else's profile ("" = none) */
    enum fp_unit unit;
    int64_t start, end;    /* window, unix seconds, half-open; both 0 = not known, equal = length not known */
    int64_t sample;        /* what one sample is worth, in the unit; 0 = not known */
    const char *filter;    /* tag_filter */
    const char *generator; /* "flamepress 0.1.0" */
    const char *const *notes; /* transforms, completeness …; when read: all other comments */
    size_t note_count;
    size_t more_notes;     /* read: notes beyond FP_PPROF_NOTES */
    bool ours;             /* read: we wrote it, so that its comments mean what ours do */
    uint64_t mended_names; /* read: names that were not valid UTF-8, or too long */
    struct fp_arena arena;
};

/* For what fp_pprof_read gave. */
void fp_pprof_meta_release(struct fp_pprof_meta *meta);

/*
 * Writes to the gzip'd file `path`: same tree and meta, same bytes. Memory goes with names and depth.
 * FP_ELIMIT beyond FP_PPROF_BYTES uncompressed bytes; after any failure there is no file.
 */
int fp_pprof_write_gz(const struct fp_tree *tree, const struct fp_pprof_meta *meta, const char *path,
                      struct fp_error *err);

/*
 * Reads a profile (already unwrapped from gzip; `in` stays the caller's) into a fresh builder. `root` names
 * the root where the profile does not. A profile without samples gives a builder with nothing but a root. The
 * file is held in memory meanwhile. On failure the builder is to be released as ever, and ret_meta is
 * untouched.
 */
int fp_pprof_read(struct fp_in *in, struct fp_slice root, struct fp_builder *builder,
                  struct fp_pprof_meta *ret_meta, struct fp_error *err);

/*
 * Do these first bytes of a file (a few KiB, or all of it when it is shorter) begin a pprof profile? Text
 * never does: the bytes must walk as fields of Profile with the right wire types and have a control character
 * that no text has.
 */
bool fp_pprof_looks(const void *bytes, size_t n);

#endif
