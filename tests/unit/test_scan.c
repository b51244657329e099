/* The innermost loops against their plain twins, and elements read at sight against the reader of JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hash.h"
#include "codec/node_keys.h"
#include "codec/reply.h"
#include "codec/scan.h"

static size_t below(uint64_t *random, size_t n)
{
    *random += UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(fp_hash_mix(*random) >> 20) % n;
}

/* Bytes of exactly this length, so that a sanitizer sees a read beyond them. */
static char *copy_of(const char *bytes, size_t n)
{
    char *copy = malloc(n ? n : 1);

    assert_non_null(copy);
    memcpy(copy, bytes, n);
    return copy;
}

static void plain_runs(void **state)
{
    static const char some[] = "abc defg(){}<>~:;!#[]^_`|\x01\x1f\x20\"\\\x7f\x80\xa2\xdc\xff";
    uint64_t random = 5;

    (void)state;
    for (int round = 0; round < 40000; round++) {
        char text[48];
        size_t n = below(&random, sizeof text), alphabet = below(&random, 3) ? 24 : sizeof some - 1;
        unsigned char all = 0, all_bytes = 0;
        char *copy;

        for (size_t i = 0; i < n; i++)
            text[i] = some[below(&random, alphabet)];
        if (n && below(&random, 2))
            text[below(&random, n)] = (char)below(&random, 256);
        copy = copy_of(text, n);
        assert_int_equal(fp_scan_plain(copy, n, &all), fp_scan_plain_bytes(copy, n, &all_bytes));
        assert_int_equal(all >= 0x80, all_bytes >= 0x80);
        free(copy);
    }
}

static void numbers(void **state)
{
    static const char some[] = "00123456789123456789123456789,]-.eE \x2f\x3a\xb0\xff";
    uint64_t random = 6;
    size_t read = 0;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        char text[FP_SCAN_NUMBER_ROOM];
        size_t digits = below(&random, sizeof text), n = sizeof text;
        int64_t value = -1, value_bytes = -1;
        const char *after, *after_bytes;
        char *copy;

        for (size_t i = 0; i < n; i++)
            text[i] = some[i < digits ? below(&random, 29) : 29 + below(&random, sizeof some - 30)];
        copy = copy_of(text, n);
        after = fp_scan_number(copy, &value);
        after_bytes = fp_scan_number_bytes(copy, &value_bytes);
        assert_ptr_equal(after, after_bytes);
        assert_true(value == value_bytes);
        read += after != NULL;
        free(copy);
    }
    assert_in_range(read, 30000, 90000);
}

/* Rows of four at once, and one number after the other: the same, whatever comes. */
static void rows(void **state)
{
    static const char odd[] = "0123456789,[]- \x2f\x3a\xb0\xff";
    uint64_t random = 7;
    size_t read = 0;

    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[160], *copy;
        size_t n = 0, width = below(&random, 8) ? 4 : 1 + below(&random, 6), most = below(&random, 4) ? 7 : 17;
        int64_t got[6] = { -1, -1, -1, -1, -1, -1 }, expected[6] = { -1, -1, -1, -1, -1, -1 };
        const char *after, *after_bytes = NULL, *p;

        text[n++] = '[';
        for (size_t i = 0; i < width; i++) {
            for (size_t digits = 1 + below(&random, most); digits; digits--)
                text[n++] = (char)('0' + below(&random, 10));
            text[n++] = i + 1 < width ? ',' : ']';
        }
        if (below(&random, 2))
            text[below(&random, n)] = odd[below(&random, sizeof odd - 1)];
        memset(text + n, ',', sizeof text - n);
        copy = copy_of(text, FP_SCAN_ROW_ROOM);
        after = fp_scan_row(copy, got, width);
        p = text + (text[0] == '[');
        for (size_t i = 0; i < width && p > text && p - text <= FP_SCAN_ROW_ROOM - FP_SCAN_NUMBER_ROOM; i++) {
            p = fp_scan_number_bytes(p, &expected[i]);
            if (!p || *p++ != (i + 1 < width ? ',' : ']'))
                break;
            after_bytes = i + 1 == width ? p : NULL;
        }
        assert_int_equal(after ? after - copy : -1, after_bytes ? after_bytes - text : -1);
        if (after)
            assert_memory_equal(got, expected, sizeof got);
        read += after != NULL;
        free(copy);
    }
    assert_in_range(read, 50000, 150000);
}

#define UUID "01234567-89ab-cdef-fedc-ba9876543210"

static void uuids(void **state)
{
    static const char hex[] = "0123456789abcdef";
    char text[FP_UUID_TEXT + 1] = UUID;
    struct fp_node_key key, other;

    (void)state;
    assert_true(fp_node_key_of_uuid(text, &key));
    for (size_t i = 0; i < FP_UUID_TEXT; i++)
        for (int c = 0; c < 256; c++) {
            bool fine = UUID[i] == '-' ? c == '-' : c && strchr(hex, c);

            text[i] = (char)c;
            assert_int_equal(fp_node_key_of_uuid(text, &other), fine);
            if (fine)
                assert_int_equal(fp_node_key_equal(key, other), c == UUID[i]);
            text[i] = UUID[i];
        }
    assert_false(fp_node_key_of_uuid("00000000-0000-0000-fedc-ba9876543210", &key));
    assert_true(fp_node_key_of_uuid("00000000-0000-0001-0000-000000000000", &key));
}

/* ---- elements ---- */

#define BEFORE "{\"OPT_STATUS\":\"SUCCESS\",\"result\":["
#define ROOT "{\"profile_location_str\":\"app\",\"node_id\":\"\",\"parent_node_id\":\"-1\",\"self_value\":5,\"total_value\":12}"
#define FIRST "{\"profile_location_str\":\"f\",\"node_id\":\"" UUID "\",\"parent_node_id\":\"\",\"self_value\":3,\"total_value\":7}"
#define SECOND_UUID "11234567-89ab-cdef-fedc-ba9876543210"

/* A reply of three nodes, of which the last is `element`; with `slow`, in a way that no element is as usual. */
static int decode(const char *element, bool slow, struct fp_reply *reply, struct fp_error *err)
{
    struct fp_in *in;
    struct fp_str text;
    int rc;

    fp_str_init(&text, 4096);
    fp_str_puts(&text, BEFORE ROOT "," FIRST ",");
    /* the blank is behind the brace or before it: places in messages stay the same */
    fp_str_printf(&text, slow ? "{ %s" : " {%s", element + 1);
    fp_str_printf(&text, "]}%400s", "");
    assert_int_equal(fp_in_open_memory(text.data, text.len, &in, err), FP_OK);
    rc = fp_reply_read(in, reply, err);
    fp_in_close(in);
    fp_str_release(&text);
    return rc;
}

static void assert_same_columns(const struct fp_builder *a, const struct fp_builder *b)
{
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->parent, b->parent, a->count * sizeof *a->parent);
    assert_memory_equal(a->self, b->self, a->count * sizeof *a->self);
    for (size_t i = 0; i < a->count; i++)
        assert_true(fp_slice_equal(fp_names_get(&a->names, a->name[i]), fp_names_get(&b->names, b->name[i])));
}

/* 1 when both ways read the element, 0 when both refuse it. */
static int compare_ways(const char *element)
{
    struct fp_error err[2] = { FP_ERROR_INIT, FP_ERROR_INIT };
    struct fp_reply reply[2];
    int rc[2];

    for (int slow = 0; slow < 2; slow++)
        rc[slow] = decode(element, slow, &reply[slow], &err[slow]);
    if (rc[0] != rc[1] || strcmp(err[0].message, err[1].message) != 0)
        fail_msg("%s: %d (%s) against %d (%s)", element, rc[0], err[0].message, rc[1], err[1].message);
    if (rc[0] < 0) {
        /* where the element began is one further on for the one that begins with the blank */
        assert_in_range(err[0].offset - err[1].offset, 0, 1);
        return 0;
    }
    assert_same_columns(&reply[0].builder, &reply[1].builder);
    assert_int_equal(reply[0].balance.nodes, reply[1].balance.nodes);
    assert_int_equal(reply[0].mended_names, reply[1].mended_names);
    for (int slow = 0; slow < 2; slow++)
        fp_reply_release(&reply[slow]);
    return 1;
}

static void elements_at_sight(void **state)
{
    static const char usual[] = "{\"profile_location_str\":\"main.(*Order).Total\",\"node_id\":\"" SECOND_UUID
                                "\",\"parent_node_id\":\"" UUID "\",\"self_value\":4,\"total_value\":1234567890}";
    static const char bytes[] = "\"\\{}:,0123456789abcdef-+.eE \t\n\xc3\xa4\xff[]";
    uint64_t random = 7;
    int taken = 0;

    (void)state;
    assert_int_equal(compare_ways(usual), 1);
    for (int round = 0; round < 20000; round++) {
        char element[sizeof usual];
        size_t changes = 1 + below(&random, 2);

        memcpy(element, usual, sizeof usual);
        while (changes--) /* not the brace, which is taken for granted */
            element[1 + below(&random, sizeof usual - 2)] = bytes[below(&random, sizeof bytes - 1)];
        taken += compare_ways(element);
    }
    assert_in_range(taken, 1000, 15000);
}

static void odd_elements(void **state)
{
#define ELEMENT(name, own, parent, self, total) \
    "{\"profile_location_str\":\"" name "\",\"node_id\":\"" own "\",\"parent_node_id\":\"" parent \
    "\",\"self_value\":" self ",\"total_value\":" total "}"
    static const struct {
        const char *element;
        int taken;
    } rows[] = {
        { ELEMENT("g", SECOND_UUID, UUID, "0", "0"), 1 },
        { ELEMENT("", SECOND_UUID, UUID, "4", "4"), 1 },
        { ELEMENT("\xe6\x94\xaf\xe4\xbb\x98", SECOND_UUID, UUID, "4", "4"), 1 },
        { ELEMENT("\xe6\x94", SECOND_UUID, UUID, "4", "4"), 1 }, /* mended */
        { ELEMENT("a\\u0041", SECOND_UUID, UUID, "4", "4"), 1 },
        { ELEMENT("g", SECOND_UUID, UUID, "4", "999999999999999"), 1 },
        { ELEMENT("g", SECOND_UUID, UUID, "4", "9223372036854775807"), 1 },
        { ELEMENT("g", SECOND_UUID, UUID, "4", "9223372036854775808"), 0 },
        { ELEMENT("g", SECOND_UUID, UUID, "04", "4"), 0 },
        { ELEMENT("g", SECOND_UUID, UUID, "4", "4.0"), 0 },
        { ELEMENT("g", SECOND_UUID, UUID, "-4", "4"), 0 },
        { ELEMENT("g", UUID, UUID, "4", "4"), 0 },                /* an id twice */
        { ELEMENT("g", SECOND_UUID, SECOND_UUID, "4", "4"), 0 },  /* its own parent */
        { ELEMENT("g", SECOND_UUID, "21234567-89ab-cdef-fedc-ba9876543210", "4", "4"), 0 },
        { ELEMENT("g", SECOND_UUID, "-1", "4", "4"), 0 },
        { ELEMENT("g", "00000000-0000-0000-0000-000000000001", UUID, "4", "4"), 1 },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (compare_ways(rows[i].element) != rows[i].taken)
            fail_msg("%s", rows[i].element);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_runs),        cmocka_unit_test(numbers),      cmocka_unit_test(rows),
        cmocka_unit_test(uuids),
        cmocka_unit_test(elements_at_sight), cmocka_unit_test(odd_elements),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
