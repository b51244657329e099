/*
 * Every limit on what comes from outside, in one place.
 *
 * A limit is reached with a clear FP_ELIMIT error or a statement on the page,
 * never with a crash and never in silence. The numbers leave an order of
 * magnitude above what real profiles need.
 */
#ifndef FP_BASE_LIMITS_H
#define FP_BASE_LIMITS_H

#include <stddef.h>
#include <stdint.h>

/* Replies and files of profiles */
#define FP_LIMIT_RESPONSE_DEFAULT (UINT64_C(1) << 30) /* decoded bytes of one reply; source.max_response */
#define FP_LIMIT_RESPONSE_MAX UINT64_C(0xFFFFFFFF)    /* byte offsets within a reply are kept in 32 bits */
#define FP_LIMIT_NODES 0x7FFFFFF0u                    /* nodes of a tree: ids are 32 bits with room for marks */
#define FP_LIMIT_DEPTH 1000000u                       /* frames in one stack */
#define FP_LIMIT_NAME ((size_t)64 << 10)              /* bytes of one frame name */
#define FP_LIMIT_NAMES_BYTES 0xFFFFFFF0u              /* bytes of all names of a tree: offsets are 32 bits */
#define FP_LIMIT_JSON_NESTING 64u                     /* arrays and objects within each other */
#define FP_LIMIT_ERROR_BODY ((size_t)8 << 10)         /* bytes read of a reply that is an error */
#define FP_LIMIT_QUERY_REPLY ((size_t)8 << 20)        /* decoded bytes of a list of services */

/* Configuration, templates, assets */
#define FP_LIMIT_CONFIG ((size_t)16 << 20)            /* bytes of a configuration */
#define FP_LIMIT_SECRET ((size_t)64 << 10)            /* bytes of a token file */
#define FP_LIMIT_SERVICES 10000u                      /* entries of `services`; of one match max_services, up to this */
#define FP_LIMIT_WINDOWS 1000u                        /* of one run */
#define FP_LIMIT_JOBS 100000u                         /* reports of one run */
#define FP_LIMIT_CHUNKS 100000u                       /* requests of one job */
#define FP_LIMIT_ASSET ((size_t)16 << 20)             /* bytes of one template or asset */
#define FP_LIMIT_TEMPLATE_NESTING 64u                 /* sections and partials within each other */
#define FP_LIMIT_TEMPLATE_STEPS UINT64_C(20000000)    /* instructions one rendering may take: nested sections multiply */
#define FP_LIMIT_PAGE ((size_t)256 << 20)             /* bytes of one generated page */

/* Pictures */
#define FP_LIMIT_BOXES 200000u                        /* boxes of one picture */
#define FP_LIMIT_ROWS 1000u                           /* rows of one picture: twice their height stays below the next */
#define FP_LIMIT_SVG (UINT64_C(256) << 20)            /* bytes of one picture: each box tells its full name */
#define FP_LIMIT_PIXELS 32767                         /* cairo's largest width or height */
#define FP_LIMIT_AREA 80000000u                       /* pixels of one picture: 4 bytes each for who shows it */
#define FP_LIMIT_WIDTH 16000                          /* of a picture, in CSS pixels */

/* Pages and exports */
#define FP_LIMIT_TOP_FUNCTIONS 100u                   /* rows of a table on a page */
#define FP_LIMIT_CALLS 10u                            /* functions whose callers and callees a page has, and rows of each */
#define FP_LIMIT_SUMMARY_FUNCTIONS 10000u             /* entries of `functions` in summary.json */
#define FP_LIMIT_CHANGES 256u                         /* changes of one comparison that are explained */
#define FP_LIMIT_SUMMARY_NOISE 200u                   /* differences that are no change, in summary.json */
#define FP_LIMIT_FOLDED (UINT64_C(512) << 20)         /* uncompressed bytes of profile.folded.gz */
#define FP_LIMIT_PATH_COMPONENT 120u                  /* bytes of a directory name made from a service name */
#define FP_LIMIT_LISTING ((size_t)300)                /* bytes of names (files, services) in one line of a page, … */
#define FP_LIMIT_LISTING_TITLE ((size_t)80)           /* … and in a title; then "and N more" */
#define FP_LIMIT_FILES ((size_t)16 * FP_LIMIT_JOBS)   /* files of one night: a report is about ten */
#define FP_LIMIT_SCRIPT_NODES 20000000u               /* of a page's own graph: a browser needs some 60 bytes a node */
#define FP_LIMIT_NIGHTS 20000u                        /* nights an index lists */
#define FP_LIMIT_HISTORY_NIGHTS 400u                  /* nights that charts go back: more than a year of days */
#define FP_LIMIT_HISTORY_POINTS 4000000u              /* values kept for them: 24 bytes each */
#define FP_LIMIT_NIGHTS_REPORTS 5000u                 /* that nights.js names, … */
#define FP_LIMIT_NIGHTS_SETS 100000u                  /* … and numbers of its sets: half a megabyte each */
#define FP_LIMIT_FEED 50u                             /* nights of feed.xml */
#define FP_LIMIT_HISTORY_REPORTS 14u                  /* of them, those whose functions are looked at */

/* Runs in parts */
#define FP_LIMIT_SHARDS 10000u                        /* of one run */
#define FP_LIMIT_PART_AGE ((int64_t)7 * 86400)        /* seconds; parts nobody put together are removed then */

/* Patterns over names */
#define FP_LIMIT_PATTERNS 100u                        /* of one transform */
#define FP_LIMIT_PATTERN ((size_t)4 << 10)            /* bytes of a pattern, and of a replacement, as written */
#define FP_LIMIT_PATTERN_STEPS 500000u                /* of one match: some milliseconds */
#define FP_LIMIT_PATTERN_DEPTH 200000u                /* backtracking points of one match within each other */
#define FP_LIMIT_PATTERN_HEAP_KIB (32u << 10)         /* memory of one match */
#define FP_LIMIT_PATTERN_REPLACED 1000u               /* matches of an expression that are replaced in one name */
#define FP_LIMIT_PATTERN_STOPS 32u                    /* names on which a pattern is stopped; then it is set aside for
                                                         the whole step, as if it had not been given: the result must
                                                         not depend on the order of names, nor the time on their
                                                         number */

/* Text of our own making */
#define FP_LIMIT_TEXT ((size_t)1 << 20)               /* bytes of a message, a path, a line */

#endif
