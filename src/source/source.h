/*
 * Where profiles come from: one small interface.
 *
 * A source answers a request with a stream of bytes: the body of the reply as
 * DeepFlow sends it, content encodings already removed. What the bytes mean is
 * the codec's business. A source may be used by many threads at once; one stream
 * belongs to one thread.
 *
 * One fetch is one attempt. Trying again is the caller's business, because only
 * the caller sees whether the bytes decoded; fp_retry_* (source/retry.h) is the
 * policy, pure of I/O.
 *
 *     struct fp_source *source;
 *     fp_source_open(&source, &config->source, options, &err);
 *     struct fp_fetch *fetch = …;
 *     rc = fp_source_fetch(source, &request, &in, &reply, &err);
 *     … decode from `in` …
 *     fp_in_close(in);
 *     fp_source_close(source);
 */
#ifndef FP_SOURCE_SOURCE_H
#define FP_SOURCE_SOURCE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/in.h"
#include "config/config.h"

/* What is asked. Strings are borrowed for the time of the call. Times are half-open [start, end). */
struct fp_request {
    const char *app_service;
    const char *language;
    const char *event_type;
    const char *filter; /* without outer parentheses; "" = none */
    int64_t start, end;
    int64_t max_kernel_stack_depth; /* -1 = all: then not sent */
};

/* What is known of an attempt besides its bytes; filled also when the attempt fails. */
struct fp_attempt {
    int http_status;        /* 0 = no status line came (or an archive) */
    int64_t retry_after_ms; /* from Retry-After; -1 = the server did not say */
    bool retryable;         /* trying the same request again may help */
};

struct fp_source;

/* Everything a source needs of the configuration is copied, checked and read (token …) when it is opened.
 * `cancel` (may be NULL) is looked at while waiting: once true, calls fail with FP_ECANCELLED within 200 ms.
 * All streams must be closed before the source. A source over recordings that are built into the program:
 * fp_source_open_memory (source/archive.h). */
int fp_source_open(struct fp_source **ret_source, const struct fp_source_config *config,
                   const atomic_bool *cancel, struct fp_error *err);
void fp_source_close(struct fp_source *source);

/* One attempt. On success *ret_in streams the body (the caller closes it); a stream that breaks later fails
 * in fp_in_read with FP_ENET or FP_ETRUNCATED (worth another try), FP_ELIMIT (max_response; not worth it). A status other than 200
 * fails here, with the server's DESCRIPTION and the first bytes of the body in `err`. */
int fp_source_fetch(struct fp_source *source, const struct fp_request *request, struct fp_in **ret_in,
                    struct fp_attempt *ret_attempt, struct fp_error *err);

/* How many rows there are of what `request` asks for: a profile of fewer rows than the server reads was not cut. One
 * attempt, as fp_source_fetch. A server that refuses the question will refuse it again: not retryable. FP_EINVAL for
 * recordings, which cannot count. */
int fp_source_count(struct fp_source *source, const struct fp_request *request, int64_t *ret_rows,
                    struct fp_attempt *ret_attempt, struct fp_error *err);

/* The services the server knows in [start, end), largest first.
 * For an archive: those of its requests. */
struct fp_service_row {
    char *name;
    char *event;   /* "" where the server did not say */
    int64_t rows;  /* -1 where the server could not count */
};
struct fp_service_list {
    struct fp_service_row *rows;
    size_t count;
    bool cut; /* the server may know more than it told */
};
/* One attempt, as fp_source_fetch. *ret_list must be released on success. */
int fp_source_services(struct fp_source *source, int64_t start, int64_t end, struct fp_service_list *ret_list,
                       struct fp_attempt *ret_attempt, struct fp_error *err);
void fp_service_list_release(struct fp_service_list *list);

/* Which values tags have in [start, end), and of how many rows each; all strings are borrowed. */
struct fp_value_query {
    int64_t start, end;
    const char *app_service; /* NULL = of all services */
    const char *language;    /* NULL = of any language */
    const char *filter;      /* without outer parentheses; "" or NULL = none */
    const char *const *tags; /* known ones (config/tags.h), none twice; several: the combinations that occur */
    size_t tag_count;        /* 1 to FP_QUERY_TAGS_MAX */
};
#define FP_QUERY_TAGS_MAX 32

struct fp_value_row {
    const char **values; /* one for each tag that was asked for */
    int64_t rows;        /* -1 where the server could not count */
};
/* Ownership: everything lives and dies with the list. */
struct fp_value_list {
    struct fp_value_row *rows; /* most rows first, then by the values in byte order */
    size_t count, tag_count;
    bool cut; /* the server may know more than it told */
    struct fp_arena arena;
};
/* One attempt, as fp_source_fetch. An archive knows the tags of its requests only, app_service and
 * profile_event_type, and refuses others with FP_EINVAL. *ret_list must be released on success. */
int fp_source_values(struct fp_source *source, const struct fp_value_query *query, struct fp_value_list *ret_list,
                     struct fp_attempt *ret_attempt, struct fp_error *err);
void fp_value_list_release(struct fp_value_list *list);

/* "http://deepflow-server:20416" or "archive DIR": for pages and messages, never with credentials. */
const char *fp_source_describe(const struct fp_source *source);

/* Errors of the source itself never hold a secret. For an error made elsewhere from a reply's text (the codec
 * quoting the server's DESCRIPTION): replaces every secret of the source in it by "[secret]". */
void fp_source_mask(const struct fp_source *source, struct fp_error *err);

/* True when only the requests that were recorded have an answer: asking in other parts than those is pointless. */
bool fp_source_is_recorded(const struct fp_source *source);

/* The request body as it goes over the wire (JSON), for --dry-run, pages and tests. */
struct fp_str;
void fp_request_body(const struct fp_request *request, struct fp_str *out);

#endif
