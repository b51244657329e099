/*
 * The tags that DeepFlow knows of a profile: what may stand in `group_by`.
 *
 * Source: "Tags for filters and grouping" of DeepFlow's profile API. Beside the fixed names there are
 * families, such as `k8s.label.app`: a known beginning and a name of the user's own.
 *
 * The table is constant and may be shared by any number of threads.
 */
#ifndef FP_CONFIG_TAGS_H
#define FP_CONFIG_TAGS_H

#include <stdbool.h>
#include <stddef.h>

/* A tag that may be asked for, and written into SQL: a fixed name, or a family and [A-Za-z0-9._/-]+. */
bool fp_tag_is_known(const char *tag);

/* The known tag nearest to an unknown one, in `to`; false when none is near. Of a family, the beginning is set right. */
#define FP_TAG_TEXT 320
bool fp_tag_nearest(char to[FP_TAG_TEXT], const char *unknown);

/* As it stands in SQL: in backquotes where the name is not a plain word. `tag` must be known. */
const char *fp_tag_quoted(char to[FP_TAG_TEXT], const char *tag);

#endif
