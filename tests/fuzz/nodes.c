/*
 * Replies made from recipes: each byte is a choice, and most choices give what servers write, so that many nodes come
 * together, in both forms, with something odd here and there. Any bytes are a recipe.
 */
#include <stdbool.h>

#include "fuzz.h"
#include "reply_check.h"

struct recipe {
    const uint8_t *at, *end;
    struct fp_str text;
};

static uint8_t take(struct recipe *r)
{
    return r->at < r->end ? *r->at++ : 0;
}

/* One of the first `usual`, seldom another. */
static const char *pick(struct recipe *r, const char *const *texts, size_t usual, size_t count)
{
    uint8_t choice = take(r);

    return texts[choice < 224 ? choice % usual : choice % count];
}

#define PICK(r, texts, usual) pick(r, texts, usual, sizeof(texts) / sizeof *(texts))

static void put_name(struct recipe *r)
{
    static const char *const names[] = {
        "main", "work", "[k] sys", "seven77", "eight888", "nine99999", "sixteen bytes 16", "a name of 23 bytes here",
        "\u6f22\u5b57", "", "[unknown] 0x1", "[t] t1", "[/lib/a.so]", "Total", "a;b", "\x7F",
        "\\n", "\\u0000", "\\ud83d\\ude00", "\\ud83d", "\\\"", "bad \xFF", "\xC3", "a\tb", "\\x", "\xED\xA0\x80", "cut \xE6\xBC"
    };

    fp_str_printf(&r->text, "\"%s\"", PICK(r, names, 16));
}

static void put_number(struct recipe *r)
{
    static const char *const numbers[] = {
        "0", "1", "7", "10", "99", "1234567", "12345678", "123456789", "99999999", "123456789012345", "999999999999999",
        "1234567890123456", "4611686018427387904", "9223372036854775807",
        "9223372036854775808", "-1", "-0", "00", "01", "1.0", "1e1", "", "null", "\"1\"", "+1", "1 ", " 1", "1:", "1/", "-", "0x1"
    };

    fp_str_puts(&r->text, PICK(r, numbers, 11));
}

/* What stands between values: nothing, as servers write it. */
static void put_gap(struct recipe *r)
{
    static const char *const gaps[] = { "", " ", "\n", "\t", "\r", "  ", ",", "\v", "}" };

    fp_str_puts(&r->text, PICK(r, gaps, 1));
}

/* ---- node list ---- */

/* A UUID for each number, with hard digits at all places. */
static void put_uuid(struct recipe *r, unsigned number)
{
    uint64_t high = (number + 1) * UINT64_C(0x9e3779b97f4a7c15), low = (number + 7) * UINT64_C(0xbf58476d1ce4e5b9);

    fp_str_printf(&r->text, "%08x-%04x-%04x-%04x-%012llx", (unsigned)(high >> 32), (unsigned)(high >> 16 & 0xFFFF),
                  (unsigned)(high & 0xFFFF), (unsigned)(low >> 48), (unsigned long long)(low & 0xFFFFFFFFFFFF));
}

/* One bit is another: upper case, a letter behind `f`, a quote … */
static void spoil(struct recipe *r, size_t start)
{
    uint8_t where = take(r), bit = take(r) % 8;

    if (r->text.len > start) {
        char *byte = r->text.data + start + where % (r->text.len - start);

        *byte = (char)(*byte ^ (1 << bit));
    }
}

static void put_id(struct recipe *r, unsigned number)
{
    static const char *const others[] = { "", "-1", "ROOT", "a", "00000000-0000-0000-0000-000000000001",
                                          "00000000-0000-0000-0000-00000000000", "0123456789abcdef0123456789abcdef0123",
                                          "00000000-0000-0001-0000-000000000000" };
    uint8_t choice = take(r);
    size_t start;

    fp_str_putc(&r->text, '"');
    start = r->text.len;
    if (choice < 224)
        put_uuid(r, number);
    else if (choice < 232)
        fp_str_puts(&r->text, others[choice % (sizeof others / sizeof *others)]);
    else {
        put_uuid(r, number);
        spoil(r, start);
    }
    fp_str_putc(&r->text, '"');
}

/* Members as servers order them, or that order begun elsewhere. */
static void put_member(struct recipe *r, unsigned field, unsigned number)
{
    static const char *const keys[] = { "\"profile_location_str\":", "\"node_id\":", "\"parent_node_id\":",
                                        "\"self_value\":", "\"total_value\":" };
    uint8_t parent;

    fp_str_puts(&r->text, keys[field]);
    put_gap(r);
    if (field == 0) {
        put_name(r);
    } else if (field == 1) {
        put_id(r, number);
    } else if (field == 2) {
        parent = take(r);
        if (parent < (number ? 50 : 240))
            fp_str_puts(&r->text, "\"\""); /* the root */
        else
            put_id(r, parent < 240 ? parent % number : parent);
    } else {
        put_number(r);
    }
}

static void put_list(struct recipe *r)
{
    fp_str_puts(&r->text, "[{\"profile_location_str\":\"app\",\"node_id\":\"\",\"parent_node_id\":\"-1\",\"self_value\":0,"
                          "\"total_value\":0}");
    for (unsigned number = 0; r->at < r->end && r->text.len < 20000; number++) {
        uint8_t first = take(r);

        fp_str_puts(&r->text, ",");
        put_gap(r);
        fp_str_puts(&r->text, "{");
        for (unsigned i = 0; i < 5; i++) {
            fp_str_puts(&r->text, i ? "," : "");
            put_gap(r);
            put_member(r, first < 240 ? i : (first + i) % 5, number);
        }
        put_gap(r);
        fp_str_puts(&r->text, "}");
    }
    fp_str_puts(&r->text, "]");
}

/* ---- columns ---- */

static void put_functions(struct recipe *r, unsigned count, bool typed)
{
    static const char *const letters[] = { "A", "K", "L", "T", "P", "O", "?", "C", "H", "X", "", "AA", "\\u0041" };

    fp_str_puts(&r->text, "{\"functions\":[\"app\"");
    for (unsigned i = 1; i < count; i++) {
        fp_str_puts(&r->text, ",");
        put_name(r);
    }
    fp_str_puts(&r->text, typed ? "],\"function_types\":[\"P\"" : "]");
    for (unsigned i = 1; i < count && typed; i++)
        fp_str_printf(&r->text, ",\"%s\"", PICK(r, letters, 7));
    fp_str_puts(&r->text, typed ? "]," : ",");
}

static void put_rows(struct recipe *r, unsigned functions)
{
    fp_str_puts(&r->text, "\"values\":[[0,-1,0,0]");
    for (unsigned number = 1; r->at < r->end && r->text.len < 20000; number++) {
        uint8_t function = take(r), parent = take(r);

        fp_str_puts(&r->text, ",");
        put_gap(r);
        fp_str_printf(&r->text, "[%u,", function < 250 ? function % functions : function);
        fp_str_printf(&r->text, "%d,", parent < 245 ? (int)(parent % number) : parent - 247);
        put_number(r);
        put_gap(r);
        fp_str_puts(&r->text, ",");
        put_number(r);
        put_gap(r);
        fp_str_puts(&r->text, "]");
    }
    fp_str_puts(&r->text, "]");
}

static void put_columns(struct recipe *r)
{
    static const char names[] = "\"columns\":[\"function_id\",\"parent_node_id\",\"self_value\",\"total_value\"]";
    uint8_t shape = take(r);
    unsigned functions = 2 + shape / 8 % 16;

    put_functions(r, functions, shape % 2);
    fp_str_puts(&r->text, "\"node_values\":{");
    if (shape % 8 < 4)
        fp_str_printf(&r->text, "%s,", names);
    put_rows(r, functions);
    if (shape % 8 >= 4)
        fp_str_printf(&r->text, ",%s", names);
    fp_str_puts(&r->text, "}}");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct recipe r = { .at = data, .end = data + size };
    bool columns = size % 2;

    fp_str_init(&r.text, (size_t)1 << 20);
    fp_str_puts(&r.text, "{\"OPT_STATUS\":\"SUCCESS\",\"DESCRIPTION\":\"\",\"result\":");
    if (columns)
        put_columns(&r);
    else
        put_list(&r);
    fp_str_puts(&r.text, "}");
    FUZZ_CHECK(fp_str_ok(&r.text));
    if (getenv("FUZZ_SHOW"))
        fprintf(stderr, "%s\n", r.text.data);
    fuzz_check_reply((const uint8_t *)r.text.data, r.text.len);
    fp_str_release(&r.text);
    return 0;
}
