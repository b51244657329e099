/*
 * The profile as the page's graph reads it: `profile.js`, a script of one call with one string.
 *
 *     flamepress.profile("eNqc…");
 *
 * A page from file:// may not fetch, so data come as a script; the string is base64 of a zlib stream
 * (codec/packed_out.h), so no name of the profile can be taken for script. Unpacked it is a sequence of bytes:
 *
 *     "fpp1"
 *     varints     unit (enum fp_unit), switches that are on, switches that are fixed (bits: enum fp_script_switch),
 *                 flags (bits: enum fp_script_flag), whole, whole before, factor, number of names, number of nodes,
 *                 number of raw names
 *     colours     label, FP_KIND_COUNT × legend of a kind, then for each palette of changes its 2 × FP_CHANGE_STEPS + 1
 *                 steps from much less to much more: 3 bytes each, r g b
 *     names       in the order of bytes, then kind; three columns and one block:
 *                 varints: bytes shared with the name before; varints: bytes that follow; these bytes of all names;
 *                 kinds, a byte each (enum fp_frame_kind); colours: all r, all g, all b
 *     nodes       in preorder, siblings in the order of names, the root first; columns:
 *                 depth    varints, the root left out: levels up from the node before to the parent (0: a child of it)
 *                 name     the lowest bytes of all nodes, then the next, as many planes as the number of names needs
 *                 self     varints, in units of the factor
 *                 before   the same of the older profile, when there is one (FP_SCRIPT_BEFORE)
 *     raw names   of nodes whose name is an identity (profile/ident.h) and not what was recorded; columns of varints:
 *                 nodes (each less the one before), then names
 *
 * Varints are LEB128: seven bits a byte, the lowest first. Totals, ends and node ids follow from this and are not sent:
 * the id of a node (profile/node_id.h) is the SHA-1 of its path. `whole` is what shares are of: the total before any
 * transform. The factor divides every self value, so values are whole and exact.
 *
 * Why so: 1,000,000 nodes of 4,000 names take 2.9 MB. Deflate knows nothing of bits, so each column stands alone, and
 * the bytes of a name's number are kept apart: they are distributed differently.
 *
 *     struct fp_profile_script script = { .tree = &tree, .whole = whole, .unit = FP_UNIT_MICROSECONDS };
 *     rc = fp_profile_script_write(&script, out, &err);
 *
 * Written as a stream: memory is a few numbers a name, with a pair a few numbers a node. Pure, no recursion.
 */
#ifndef FP_REPORT_PROFILE_SCRIPT_H
#define FP_REPORT_PROFILE_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/out.h"
#include "base/unit.h"
#include "profile/pair.h"
#include "profile/tree.h"

/* Transforms (profile/transform.h) that the page can apply. */
enum fp_script_switch {
    FP_SCRIPT_FOLD_PROCESSES = 1,
    FP_SCRIPT_FOLD_THREADS = 2,
    FP_SCRIPT_HIDE_KERNEL = 4,
    FP_SCRIPT_HIDE_LIBRARIES = 8,
    FP_SCRIPT_MERGE_RECURSION = 16,
    FP_SCRIPT_COLLAPSE_WRAPPERS = 32
};

enum fp_script_flag {
    FP_SCRIPT_BEFORE = 1,
    FP_SCRIPT_ICICLE = 2,    /* how the picture is drawn, and the page's graph until its reader says otherwise */
    FP_SCRIPT_BY_VALUE = 4,
    FP_SCRIPT_ORANGE_BLUE = 8 /* which palette changes have */
};

struct fp_profile_script {
    const struct fp_tree *tree; /* of the newer profile; with a pair not used */
    const struct fp_pair *pair; /* NULL = nothing to compare with; else with … */
    const struct fp_tree *after, *before; /* … what it was made of, for the recorded names */
    int64_t whole, before_whole;
    enum fp_unit unit;
    unsigned on, fixed; /* of enum fp_script_switch: applied by the page at first; applied to the tree already */
    bool icicle, by_value, orange_blue;
};

int fp_profile_script_write(const struct fp_profile_script *script, struct fp_out *out, struct fp_error *err);

#endif
