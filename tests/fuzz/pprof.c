/* The reader of pprof profiles, on what gzip would have unwrapped: whatever the bytes, a tree or a reason. */
#include "codec/pprof.h"

#include "fuzz.h"
#include "trees.h"

static int decode(const uint8_t *data, size_t size, size_t most, struct fp_tree *ret_tree, struct fp_error *err)
{
    struct fuzz_pieces source = fuzz_pieces(data, size, most, most);
    struct fp_pprof_meta meta;
    struct fp_builder builder;
    int rc;

    fp_builder_init(&builder);
    rc = fp_pprof_read(&source.in, fp_slice_of("app"), &builder, &meta, err);
    if (rc < 0) {
        fuzz_check_error(rc, err);
        fp_builder_release(&builder);
        return rc;
    }
    FUZZ_CHECK(meta.event && (meta.event[0] == '\0' || (unsigned char)meta.event[0] >= 0x20));
    FUZZ_CHECK(meta.start <= meta.end);
    FUZZ_CHECK(fp_tree_freeze(ret_tree, &builder, false, err) == FP_OK);
    fuzz_check_tree(ret_tree);
    fp_pprof_meta_release(&meta);
    return FP_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_error whole_err = FP_ERROR_INIT, pieces_err = FP_ERROR_INIT;
    struct fp_tree whole, pieces;
    int rc = decode(data, size, size + 1, &whole, &whole_err);

    FUZZ_CHECK(decode(data, size, 7, &pieces, &pieces_err) == rc);
    if (rc == FP_OK) {
        fuzz_check_trees_equal(&whole, &pieces);
        fp_tree_release(&whole);
        fp_tree_release(&pieces);
    } else {
        FUZZ_CHECK(strcmp(whole_err.message, pieces_err.message) == 0 && whole_err.offset == pieces_err.offset);
    }
    fp_pprof_looks(data, size);
    return 0;
}
