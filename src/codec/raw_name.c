#include "codec/raw_name.h"

#include "base/limits.h"
#include "base/utf8.h"

#define MARK "\u2026sha256:"
#define MARK_DIGITS 16

void fp_raw_name_init(struct fp_raw_name *name)
{
    fp_str_init(&name->text, FP_LIMIT_NAME);
    fp_str_init(&name->mended, 3 * FP_LIMIT_NAME); /* each byte an U+FFFD */
    name->longer = false;
}

void fp_raw_name_release(struct fp_raw_name *name)
{
    fp_str_release(&name->text);
    fp_str_release(&name->mended);
}

void fp_raw_name_clear(struct fp_raw_name *name)
{
    fp_str_clear(&name->text);
    name->longer = false;
}

void fp_raw_name_add(struct fp_raw_name *name, const void *bytes, size_t n)
{
    size_t room = FP_LIMIT_NAME - name->text.len;

    if (n > room && !name->longer) {
        name->longer = true;
        fp_sha256_init(&name->sha);
        fp_sha256_add(&name->sha, name->text.data, name->text.len);
    }
    if (name->longer && n)
        fp_sha256_add(&name->sha, bytes, n);
    fp_str_append(&name->text, bytes, n < room ? n : room);
}

/* The beginning of `from`, and the mark; more than the mark is cut off, so half a character at its end
 * goes, too. */
static void shorten(struct fp_raw_name *name, struct fp_str *from)
{
    char hex[FP_SHA256_HEX];

    if (name->longer)
        fp_sha256_hex(&name->sha, hex);
    else
        fp_sha256_bytes(name->text.data, name->text.len, hex);
    fp_str_truncate(from,
                    fp_utf8_cut(from->data, from->len, FP_LIMIT_NAME - (sizeof MARK - 1) - MARK_DIGITS));
    fp_str_puts(from, MARK);
    fp_str_append(from, hex, MARK_DIGITS);
}

int fp_raw_name_finish(struct fp_raw_name *name, struct fp_slice *ret_name, bool *mended,
                       struct fp_error *err)
{
    struct fp_str *result = &name->text;

    if (fp_utf8_valid_prefix(result->data, result->len) < result->len) {
        *mended = true;
        result = &name->mended;
        fp_str_clear(result);
        fp_utf8_mend(result, name->text.data, name->text.len);
    }
    if (fp_str_ok(&name->text) && fp_str_ok(result) && (name->longer || result->len > FP_LIMIT_NAME)) {
        *mended = true;
        shorten(name, result);
    }
    if (!fp_str_ok(&name->text) || !fp_str_ok(result))
        return fp_error_nomem(err); /* the limits above are never met */
    *ret_name = fp_str_slice(result);
    return FP_OK;
}

int fp_raw_name_of(struct fp_raw_name *scratch, struct fp_slice bytes, struct fp_slice *ret_name,
                   bool *mended, struct fp_error *err)
{
    if (bytes.len <= FP_LIMIT_NAME && fp_utf8_valid_prefix(bytes.data, bytes.len) == bytes.len) {
        *ret_name = bytes;
        return FP_OK;
    }
    fp_raw_name_clear(scratch);
    fp_raw_name_add(scratch, bytes.data, bytes.len);
    return fp_raw_name_finish(scratch, ret_name, mended, err);
}
