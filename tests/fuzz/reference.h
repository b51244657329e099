/*
 * A reply of DeepFlow's profile API as jansson reads it, made into a tree in the plainest way: what the streaming
 * reader is held against. Slow, of unbounded memory, and free of everything that makes the reader fast.
 *
 * jansson stands for JSON itself. Where it is narrower than what we promise, bytes are brought into its reach first
 * (reference.c says how), and where it cannot be, there is no verdict:
 *   keys that come twice (jansson keeps the last; we refuse those that count and pass over the others),
 *   numbers beyond 64 bits or double (a value that is passed over may be any number),
 *   \u0000 in a key (jansson cannot), and nesting beyond jansson's limit of 2048.
 * No opinion is had of strings beyond FP_LIMIT_NAME either: inputs are shorter.
 */
#ifndef FP_TEST_REFERENCE_H
#define FP_TEST_REFERENCE_H

#include <jansson.h>

#include "codec/reply.h"

enum reference_verdict { REFERENCE_REFUSES, REFERENCE_TAKES, REFERENCE_UNSURE };

struct reference_node {
    size_t parent; /* of the root: SIZE_MAX */
    const char *name;
    size_t name_len;
    enum fp_frame_kind kind;
    int64_t self;
    bool inner;
};

struct reference {
    json_t *reply; /* the names lie in it */
    struct reference_node *node;
    size_t count; /* 0 = no data */
    enum fp_form form;
    struct fp_balance balance;
    int64_t row_limit;
    bool mended; /* bytes were brought into jansson's reach */
};

/* ret_reference is to be released whatever the verdict. */
enum reference_verdict reference_read(const uint8_t *data, size_t size, struct reference *ret_reference);
void reference_release(struct reference *reference);

#endif
