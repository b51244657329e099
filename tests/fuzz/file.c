/* A file of any kind, as people hand it over: unwrapped, told apart by its first bytes, read. */
#include "codec/codec.h"

#include "fuzz.h"
#include "trees.h"

#define UNPACKED_MOST (UINT64_C(1) << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fuzz_pieces source = fuzz_pieces(data, size, 5000, 1);
    struct fp_reply reply;
    struct fp_tree tree;
    int rc = fp_codec_read(&source.in, fp_slice_of("app"), UNPACKED_MOST, &reply, &err);

    if (rc < 0) {
        fuzz_check_error(rc, &err);
        return 0;
    }
    FUZZ_CHECK((reply.form == FP_FORM_NONE) == (reply.builder.count == 0));
    if (reply.builder.count) {
        FUZZ_CHECK(fp_tree_freeze(&tree, &reply.builder, false, &err) == FP_OK);
        fuzz_check_tree(&tree);
        fp_tree_release(&tree);
    }
    fp_reply_release(&reply);
    return 0;
}
