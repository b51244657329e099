/*
 * The configuration to start from: what `flamepress init` writes.
 *
 * Its notes explain each key a beginner needs; a key that is off has a `_` before
 * its name. It loads without a problem, and the tests hold it to that.
 */
#ifndef FP_CONFIG_EXAMPLE_H
#define FP_CONFIG_EXAMPLE_H

/* JSON text, ends with a line break. */
extern const char fp_config_example[];

#endif
