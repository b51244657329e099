/*
 * The picture as SVG 1.1: our own writer.
 *
 * Well-formed XML for every name. No script, no <style>, no style attribute: only
 * presentation attributes, so the picture looks the same under the strictest
 * content security policy. Every box is a <g> with its full raw name, values and shares in a
 * native tooltip (<title>).
 */
#ifndef FP_FLAME_SVG_H
#define FP_FLAME_SVG_H

#include "base/out.h"
#include "flame/picture.h"

/* Writes to `out`, whose verdict the caller takes; FP_ENOMEM when a label cannot be made, FP_ELIMIT beyond FP_LIMIT_SVG bytes. */
int fp_svg_write(const struct fp_picture *picture, struct fp_out *out, struct fp_error *err);

#endif
