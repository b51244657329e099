/*
 * The tables of a report's page: functions, threads, processes, kinds of frames.
 *
 * A table ("ranking") is largest first: the first FP_TABLES_SHOWN rows at once, those up to
 * FP_LIMIT_TOP_FUNCTIONS behind a fold that needs no script, and a sentence about what is left.
 */
#ifndef FP_REPORT_TABLES_H
#define FP_REPORT_TABLES_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "base/unit.h"
#include "profile/frame_kind.h"
#include "report/model.h"

#define FP_TABLES_SHOWN ((size_t)20)

struct fp_tables {
    struct fp_model *model;
    const json_t *summary;
    enum fp_unit unit;
    int64_t total;  /* what every share is of */
    bool objects;   /* leaves are kinds of objects */
    double core;    /* the value of one core over the window; 0 where cores make no sense */
};

/* Puts `by_self` and `by_total` into `to`; neither when there is no function. */
void fp_tables_put_functions(const struct fp_tables *tables, json_t *to);
/* Puts `leads_head` and `leads`, the first few {pieces, cut, value, exact, share}: what the page begins with.
 */
void fp_tables_put_leads(const struct fp_tables *tables, json_t *to);
/* Puts the list `key` of the summary ("threads", "processes") as a ranking of the same name; `kind` is that of
 * its rows. `count_key`: how many there are in all; NULL = the list has them all. */
void fp_tables_put_groups(const struct fp_tables *tables, json_t *to, const char *key, const char *count_key,
                          enum fp_frame_kind kind);
/* Puts those of `modules` (summary: missing_symbols.modules) that have this cause and a path as the ranking `modules`;
 * null when there is none. */
void fp_tables_put_modules(const struct fp_tables *tables, json_t *to, const json_t *modules, const char *cause);
/* Puts pieces, cut, kind (null: none), hex of a {name, kind}. */
void fp_tables_put_name(struct fp_model *model, json_t *row, const json_t *item);
/* The kinds of frames, in their fixed order, with the colour each has in the pictures. */
void fp_tables_push_kinds(struct fp_model *model, json_t *list, const json_t *summary, enum fp_unit unit);
/* Different names below the root that are neither threads nor processes. */
int64_t fp_tables_function_count(const json_t *summary);

#endif
