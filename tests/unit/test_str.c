/* base/: str, error, array, hash, sha256, in. */
#include <errno.h>
#include <locale.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "profile_fixture.h"

static void an_empty_string_is_a_string(void **state)
{
    struct fp_str s;
    char *text;

    (void)state;
    fp_str_init(&s, 10);
    assert_string_equal(s.data, "");
    fp_str_clear(&s);
    fp_str_truncate(&s, 0);
    fp_str_append(&s, NULL, 0);
    assert_true(fp_str_ok(&s));
    text = fp_str_detach(&s);
    assert_string_equal(text, "");
    free(text);
    fp_str_release(&s);
    fp_str_release(&s);
}

static void the_cap_is_exact_and_sticky(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_str s;

    (void)state;
    for (size_t max = 0; max < 300; max++) {
        fp_str_init(&s, max);
        for (size_t i = 0; i < max; i++)
            fp_str_putc(&s, 'x');
        assert_true(fp_str_ok(&s));
        assert_int_equal(s.len, max);
        assert_int_equal(s.data[max], '\0');
        fp_str_putc(&s, 'y');
        assert_false(fp_str_ok(&s));
        fp_str_append(&s, "", 0); /* nothing more is taken, not even nothing */
        assert_int_equal(s.len, max);
        assert_null(fp_str_detach(&s));
        fp_error_clear(&err);
        assert_int_equal(fp_str_status(&s, "a test", &err), FP_ELIMIT);
        assert_non_null(strstr(err.message, "a test"));
        fp_str_clear(&s);
        assert_true(fp_str_ok(&s));
        assert_int_equal(fp_str_status(&s, "a test", &err), FP_OK);
        fp_str_release(&s);
    }
    fp_str_init(&s, 5);
    fp_str_append(&s, "abc", SIZE_MAX); /* a length that would wrap: refused before the bytes are looked at */
    assert_int_equal(s.failed, FP_ELIMIT);
    fp_str_release(&s);
}

static void printing_and_cutting(void **state)
{
    struct fp_str s;
    char *text;

    (void)state;
    fp_str_init(&s, 1000);
    fp_str_printf(&s, "%s-%d", "abc", -7);
    fp_str_printf(&s, "%500s", "");
    assert_int_equal(s.len, 506);
    fp_str_truncate(&s, 6);
    assert_string_equal(s.data, "abc--7");
    fp_str_append(&s, "\0z", 2);
    assert_int_equal(s.len, 8);
    fp_str_printf(&s, "%993s", "");
    assert_false(fp_str_ok(&s));
    fp_str_clear(&s);
    fp_str_puts(&s, "kept");
    text = fp_str_detach(&s);
    assert_string_equal(text, "kept");
    assert_int_equal(s.len, 0);
    free(text);
    fp_str_release(&s);
}

/* A format that cannot be printed must not leave a text with a hole in silence. */
static void an_unprintable_format_is_a_failure(void **state)
{
    static const wchar_t bad[] = { 0x4E00, 0 };
    struct fp_str s;

    (void)state;
    setlocale(LC_ALL, "C"); /* cannot hold U+4E00: vsnprintf says -1 */
    fp_str_init(&s, 100);
    fp_str_printf(&s, "<%ls>", bad);
    assert_false(fp_str_ok(&s));
    fp_str_release(&s);
}

static void slices(void **state)
{
    const struct fp_slice none = { NULL, 0 };

    (void)state;
    assert_true(fp_slice_equal(none, fp_slice_of("")));
    assert_true(fp_slice_is(none, ""));
    assert_true(fp_slice_starts(fp_slice_of("abc"), "ab"));
    assert_false(fp_slice_starts(fp_slice_of("a"), "ab"));
    assert_true(fp_slice_compare(fp_slice_of("a"), fp_slice_of("ab")) < 0);
    assert_true(fp_slice_compare(fp_slice_of("\x7f"), fp_slice_of("\xc3\xa4")) < 0); /* bytes, not signed chars */
    assert_true(fp_slice_compare(none, fp_slice_of("a")) < 0);
    assert_int_equal(fp_slice_compare(none, none), 0);
    assert_false(fp_slice_equal((struct fp_slice){ "a\0b", 3 }, (struct fp_slice){ "a\0c", 3 }));
}

static bool is_clean(const char *s)
{
    size_t n = strlen(s);

    for (size_t i = 0; i < n; i++)
        if ((unsigned char)s[i] < 0x20 || s[i] == 0x7F)
            return false;
    return fp_utf8_valid_prefix(s, n) == n;
}

static void errors_stay_clean_and_the_first_wins(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    uint64_t random = 5;
    struct fp_str text;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        char hostile[2000];
        size_t n = below(&random, sizeof hostile);

        for (size_t i = 0; i < n; i++)
            hostile[i] = (char)(1 + below(&random, 255));
        hostile[n ? n - 1 : 0] = '\0';
        fp_error_clear(&err);
        assert_int_equal(fp_error_set(&err, FP_EDATA, "%s", hostile), FP_EDATA);
        assert_int_equal(fp_error_set(&err, FP_EIO, "later"), FP_EIO);
        assert_int_equal(err.code, FP_EDATA);
        fp_error_prepend(&err, "%s", hostile);
        fp_error_at(&err, hostile, 3, 4, 5);
        fp_error_at(&err, "another", 6, 7, 8);
        assert_true(is_clean(err.message));
        assert_true(is_clean(err.source));
        assert_int_equal(err.line, 3);
        assert_int_equal(err.column, 4);
        assert_int_equal(err.offset, 5);
    }
    fp_error_clear(&err);
    fp_error_errno(&err, FP_EIO, ENOSPC, "cannot write %s", "x");
    fp_error_prepend(&err, "job %d", 7);
    fp_error_at(&err, "a.json", 2, 9, 30);
    fp_str_init(&text, 4096);
    fp_error_format(&err, &text);
    assert_string_equal(text.data, "a.json:2:9: job 7: byte 30: cannot write x: No space left on device");
    fp_str_release(&text);
    assert_int_equal(fp_error_set(NULL, FP_EIO, "x"), FP_EIO);
    fp_error_prepend(NULL, "x");
    fp_error_at(NULL, "x", 1, 1, 1);
    fp_error_clear(NULL);
}

/* A path as long as the message must not push out why it failed. */
static void the_reason_survives_a_long_path(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    char path[4000];

    (void)state;
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    fp_error_errno(&err, FP_EIO, ENOSPC, "cannot write %s", path);
    assert_non_null(strstr(err.message, "No space left on device"));
    fp_error_prepend(&err, "%s", path);
    assert_true(is_clean(err.message));
}

static void arrays_grow_to_their_limit_only(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    uint16_t *items = NULL;
    size_t cap = 0;

    (void)state;
    for (size_t need = 0; need <= 1000; need++) {
        assert_int_equal(fp_array_reserve(&items, &cap, need, sizeof *items, 1000, "things", &err), 0);
        assert_true(cap >= need && cap <= 1000);
        if (need)
            items[need - 1] = (uint16_t)need;
    }
    assert_int_equal(fp_array_reserve(&items, &cap, 1001, sizeof *items, 1000, "things", &err), FP_ELIMIT);
    assert_non_null(strstr(err.message, "1000 things"));
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(items[i], i + 1);
    fp_error_clear(&err);
    assert_int_equal(fp_array_reserve(&items, &cap, SIZE_MAX / 2 + 2, sizeof *items, SIZE_MAX, "things", &err),
                     FP_ENOMEM);
    assert_int_equal(cap, 1000);
    free(items);
}

static void hashes(void **state)
{
    uint64_t seen = 0;
    char bytes[64] = { 0 };

    (void)state;
    assert_int_equal(fp_hash_stable("", 0), 2166136261u); /* FNV-1a's own test vectors */
    assert_int_equal(fp_hash_stable("a", 1), 0xe40c292cu);
    assert_int_equal(fp_hash_stable("foobar", 6), 0xbf9cf968u);
    assert_int_equal(fp_hash_bytes(NULL, 0, 1), fp_hash_bytes(bytes, 0, 1));
    for (size_t n = 0; n < 64; n++) /* zeros of every length part, each bit counts */
        for (size_t m = 0; m < n; m++)
            assert_true(fp_hash_bytes(bytes, n, 9) != fp_hash_bytes(bytes, m, 9));
    for (size_t bit = 0; bit < 8 * 37; bit++) {
        uint64_t plain = fp_hash_bytes(bytes, 37, 9), flipped;

        bytes[bit / 8] = (char)(1 << (bit % 8));
        flipped = fp_hash_bytes(bytes, 37, 9);
        assert_true(__builtin_popcountll(plain ^ flipped) > 8);
        seen |= plain ^ flipped;
        bytes[bit / 8] = 0;
    }
    assert_true(seen == UINT64_MAX);
    assert_true(fp_hash_seed() != fp_hash_seed());
}

static void sha256(void **state)
{
    char hex[FP_SHA256_HEX], again[FP_SHA256_HEX], path[] = "/tmp/fp_sha256_XXXXXX";
    struct fp_error err = FP_ERROR_INIT;
    char block[100000];
    int64_t size = -1;
    int fd = mkstemp(path);

    (void)state;
    fp_sha256_bytes("abc", 3, hex);
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    fp_sha256_bytes(NULL, 0, hex);
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    memset(block, 'z', sizeof block);
    assert_int_equal(write(fd, block, sizeof block), (ssize_t)sizeof block);
    close(fd);
    fp_sha256_bytes(block, sizeof block, hex);
    assert_int_equal(fp_sha256_file(path, again, &size, &err), 0);
    assert_string_equal(hex, again);
    assert_int_equal(size, (int64_t)sizeof block);
    unlink(path);
    size = -1;
    assert_int_equal(fp_sha256_file(path, again, &size, &err), FP_ENOTFOUND);
    assert_int_equal(size, -1);
    fp_error_clear(&err);
    assert_int_equal(fp_sha256_file("/", again, &size, &err), FP_EIO); /* opens, but does not read */
    assert_int_equal(size, -1);
}

static void sources(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_in *in;
    char buf[4];

    (void)state;
    assert_int_equal(fp_in_open_memory("abcdef", 6, &in, &err), 0);
    assert_int_equal(fp_in_read(in, buf, sizeof buf, &err), 4);
    assert_int_equal(fp_in_read(in, buf, sizeof buf, &err), 2);
    assert_memory_equal(buf, "ef", 2);
    assert_int_equal(fp_in_read(in, buf, sizeof buf, &err), 0);
    assert_int_equal(fp_in_read(in, buf, sizeof buf, &err), 0);
    fp_in_close(in);
    assert_int_equal(fp_in_open_memory(NULL, 0, &in, &err), 0);
    assert_int_equal(fp_in_read(in, buf, sizeof buf, &err), 0);
    fp_in_close(in);
    fp_in_close(NULL);
    in = NULL;
    assert_int_equal(fp_in_open_file("/nonexistent/x", &in, NULL), FP_ENOTFOUND); /* the status alone is an answer */
    assert_null(in);
    assert_int_equal(fp_in_open_file("/nonexistent/x", &in, &err), FP_ENOTFOUND);
    assert_int_equal(err.code, FP_ENOTFOUND);
    assert_non_null(strstr(err.message, "/nonexistent/x"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_string_is_a_string),
        cmocka_unit_test(the_cap_is_exact_and_sticky),
        cmocka_unit_test(printing_and_cutting),
        cmocka_unit_test(an_unprintable_format_is_a_failure),
        cmocka_unit_test(slices),
        cmocka_unit_test(errors_stay_clean_and_the_first_wins),
        cmocka_unit_test(the_reason_survives_a_long_path),
        cmocka_unit_test(arrays_grow_to_their_limit_only),
        cmocka_unit_test(hashes),
        cmocka_unit_test(sha256),
        cmocka_unit_test(sources),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
