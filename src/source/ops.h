/*
 * What a kind of source implements; internal to source/.
 *
 * Invariant: `description` is heap memory, valid UTF-8 and free of credentials.
 * Every function may be called by many threads at once, except `close`, which
 * comes last and frees everything, the struct included.
 */
#ifndef FP_SOURCE_OPS_H
#define FP_SOURCE_OPS_H

#include "source/source.h"

struct fp_source_ops {
    int (*fetch)(struct fp_source *source, const struct fp_request *request, struct fp_in **ret_in,
                 struct fp_attempt *ret_attempt, struct fp_error *err);
    int (*count)(struct fp_source *source, const struct fp_request *request, int64_t *ret_rows,
                 struct fp_attempt *ret_attempt, struct fp_error *err); /* NULL: it cannot */
    int (*services)(struct fp_source *source, int64_t start, int64_t end, struct fp_service_list *ret_list,
                    struct fp_attempt *ret_attempt, struct fp_error *err);
    int (*values)(struct fp_source *source, const struct fp_value_query *query, struct fp_value_list *ret_list,
                  struct fp_attempt *ret_attempt, struct fp_error *err);
    void (*mask)(const struct fp_source *source, struct fp_error *err); /* NULL: there are no secrets */
    void (*close)(struct fp_source *source);
};

/* First member of every implementation. */
struct fp_source {
    const struct fp_source_ops *ops;
    char *description;
    bool recorded; /* answers only what was recorded */
};

/* Makes the description: `prefix` and `name`, mended to valid UTF-8 without controls. */
int fp_source_set_description(struct fp_source *source, const char *prefix, const char *name,
                              struct fp_error *err);

/* A row for a service list; `name` and `event` are copied. `cap` belongs to the list while it grows. */
int fp_service_list_add(struct fp_service_list *list, size_t *cap, const char *name, const char *event,
                        int64_t rows, struct fp_error *err);

/* The filter as it is sent: "(…)", or "" for none. */
void fp_request_filter(const char *filter, struct fp_str *out);

#endif
