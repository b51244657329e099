#include "plan/pattern.h"

#include <fnmatch.h>
#include <string.h>

bool fp_pattern_matches(const char *pattern, const char *name)
{
    return strcmp(pattern, name) == 0 || fnmatch(pattern, name, 0) == 0;
}
