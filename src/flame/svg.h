/*
 * The picture as SVG 1.1: our own writer.
 *
 * Well-formed XML for every name. No <style>, no style attribute: only
 * presentation attributes, so the picture looks the same under the strictest
 * content security policy. Every box is a <g> with its full raw name, values and shares in a
 * native tooltip (<title>).
 *
 * With a script (assets/flame_svg.js) the picture can be zoomed and searched when it is opened on its own; where
 * scripts are not run it is as without. The script's bytes are the caller's, never made from the profile: one hash in
 * a policy allows it in every picture. What it needs to know stands in attributes:
 *   <g data-whole="WHOLE" data-hidden="NODES"> around the boxes of a panel: what shares are of, how many are not drawn
 *   <g data-frame="NODE-ID OFFSET VALUE">      a box: profile/node_id.h (of the raw names of its side), and integers in
 *                                              the profile's unit, for places and shares that no rounding has touched
 *   <text data-details="">                     the line that may say something else for a while
 *   <svg data-words="WORD|WORD…">              what it says, in the order that it takes them in
 */
#ifndef FP_FLAME_SVG_H
#define FP_FLAME_SVG_H

#include "base/out.h"
#include "flame/picture.h"

/* Writes to `out`, whose verdict the caller takes; FP_ENOMEM when a label cannot be made, FP_ELIMIT beyond FP_LIMIT_SVG bytes. */
int fp_svg_write(const struct fp_picture *picture, struct fp_out *out, struct fp_error *err);

#endif
