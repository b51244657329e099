/*
 * Both decoders of replies against jansson (reference.h): the same verdict, the same tree; and the same whether the
 * bytes come at once, one by one or in pieces of any size, which is what the short cuts of the fast path depend on.
 */
#ifndef FP_TEST_REPLY_CHECK_H
#define FP_TEST_REPLY_CHECK_H

#include <stddef.h>
#include <stdint.h>

/* The reference takes its time, and strings stay below FP_LIMIT_NAME: longer ones are passed over. */
#define FUZZ_REPLY_MOST ((size_t)32 << 10)

void fuzz_check_reply(const uint8_t *data, size_t size);

#endif
