/* Replies as they are: any bytes. */
#include "fuzz.h"
#include "reply_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_check_reply(data, size);
    return 0;
}
