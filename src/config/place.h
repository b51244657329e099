/*
 * Where in the text a key stands: gives line and column to problems that only know
 * a key path.
 *
 * The JSON parser does not keep places, so this walks the text once more, when there
 * is something to say. The text must have parsed; anything else only costs places.
 */
#ifndef FP_CONFIG_PLACE_H
#define FP_CONFIG_PLACE_H

#include <stddef.h>

#include "config/config.h"

void fp_place_problems(struct fp_problems *problems, const char *text, size_t n);

#endif
