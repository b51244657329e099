/*
 * A question to a server's /v1/query/: SQL out, rows in. Pure of I/O; internal to source/.
 *
 * Source: "Which services are there" of DeepFlow's profile API. Text goes into the SQL only between
 * single quotes and only without ' and \ (refused with FP_EINVAL), the filter in parentheses.
 */
#ifndef FP_SOURCE_QUERY_H
#define FP_SOURCE_QUERY_H

#include <stdbool.h>

#include <jansson.h>

#include "base/error.h"
#include "source/source.h"

#define FP_QUERY_LIMIT 10000 /* rows asked for */

enum fp_query_form {
    FP_QUERY_PLAIN,   /* the values alone */
    FP_QUERY_COUNTED, /* with their rows, in no order */
    FP_QUERY_LARGEST  /* with their rows, largest first: what a limit cuts is the smallest */
};

struct fp_str;

int fp_query_sql(const struct fp_value_query *query, enum fp_query_form form, struct fp_str *out, struct fp_error *err);

/* How many rows a profile of `request` is made from. */
int fp_query_count_sql(const struct fp_request *request, struct fp_str *out, struct fp_error *err);
/* No line at all is 0 rows: so some databases count nothing. */
int fp_query_count_read(const json_t *result, int64_t *ret_rows, struct fp_error *err);

/* Reads the `result` of a reply into an empty list, which must be released in every case. Columns are found by
 * name. A reply without the column profile_event_type reads as "" (not said); without another one it is an error.
 * A NUL in a value reads as U+0001: either way it is a text that nobody can ask for. */
int fp_query_read(const json_t *result, const struct fp_value_query *query, struct fp_value_list *list,
                  struct fp_error *err);

/* Most rows first, then by the values in byte order. */
void fp_value_list_sort(struct fp_value_list *list);

#endif
