/* publish/sitepath: every name becomes one safe directory name, and no two names the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/sha256.h"
#include "publish/sitepath.h"

#define LONGEST (FP_LIMIT_PATH_COMPONENT + 18)
#define SEEN_MAX 60000u

struct seen {
    char *name;
    size_t len;
    char component[LONGEST + 1];
};

static char *encode(char to[LONGEST + 1], const char *name, size_t len)
{
    struct fp_str out;

    fp_str_init(&out, 4096);
    fp_sitepath_component(&out, (struct fp_slice){ name, len });
    assert_true(fp_str_ok(&out));
    assert_in_range(out.len, 1, LONGEST);
    memcpy(to, out.data, out.len + 1);
    fp_str_release(&out);
    return to;
}

static void check_safe(const char *component)
{
    static const char *const taken[] = { "index.html", "run.json", "summary.json", "latest",
                                         "assets",     "services", ".flamepress",  ".",
                                         "..",         "" };
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-%";

    assert_int_equal(strspn(component, safe), strlen(component));
    assert_int_not_equal(component[0], '.');
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        assert_string_not_equal(component, taken[i]);
}

static void known(const char *name, size_t len, const char *expected)
{
    char component[LONGEST + 1];

    assert_string_equal(encode(component, name, len), expected);
    check_safe(component);
}

#define KNOWN(name, expected) known(name, sizeof name - 1, expected)

static void known_names(void **state)
{
    (void)state;
    KNOWN("order-service.jar", "order-service.jar");
    KNOWN("A_z.0-9", "A_z.0-9");
    KNOWN("", "%-empty");
    KNOWN("%-empty", "%25-empty");
    KNOWN(".", "%2E");
    KNOWN("..", "%2E.");
    KNOWN(".hidden", "%2Ehidden");
    KNOWN("%2E", "%252E");
    KNOWN("a/b", "a%2Fb");
    KNOWN("/", "%2F");
    KNOWN("../../etc/passwd", "%2E.%2F..%2Fetc%2Fpasswd");
    KNOWN("a\0b", "a%00b");
    KNOWN("a b~\\:\n", "a%20b%7E%5C%3A%0A");
    KNOWN("\xE8\xAE\xA2", "%E8%AE%A2");
    KNOWN("\xFF", "%FF");
    KNOWN("-rf", "-rf"); /* always below a directory, never an argument by itself */
    KNOWN("index.html", "%69ndex.html");
    KNOWN("run.json", "%72un.json");
    KNOWN("summary.json", "%73ummary.json");
    KNOWN("latest", "%6Catest");
    KNOWN("assets", "%61ssets");
    KNOWN("services", "%73ervices");
    KNOWN(".flamepress", "%2Eflamepress");
    KNOWN("Index.html", "Index.html"); /* compared exactly */
    KNOWN("index.html2", "index.html2");
    KNOWN("%69ndex.html", "%2569ndex.html");
}

/* Around the cut: plain bytes and escapes, one below, at and one above the limit. */
static void cut(void **state)
{
    char name[FP_LIMIT_PATH_COMPONENT + 2], component[LONGEST + 1], hex[FP_SHA256_HEX], expected[LONGEST + 1];

    (void)state;
    memset(name, 'x', sizeof name);
    assert_int_equal(strlen(encode(component, name, FP_LIMIT_PATH_COMPONENT)), FP_LIMIT_PATH_COMPONENT);
    assert_null(strchr(component, '%'));
    encode(component, name, FP_LIMIT_PATH_COMPONENT + 1);
    fp_sha256_bytes(name, FP_LIMIT_PATH_COMPONENT + 1, hex);
    snprintf(expected, sizeof expected, "%.*s%%-%.16s", (int)FP_LIMIT_PATH_COMPONENT, name, hex);
    assert_string_equal(component, expected);
    /* An escape that would straddle the limit is left out whole. */
    for (size_t at = FP_LIMIT_PATH_COMPONENT - 3; at <= FP_LIMIT_PATH_COMPONENT; at++) {
        size_t kept = at <= FP_LIMIT_PATH_COMPONENT - 3 ? at + 3 : at;
        char *hash;

        memset(name, 'x', sizeof name);
        name[at] = '/';
        encode(component, name, sizeof name - 1);
        hash = strstr(component, "%-");
        assert_non_null(hash);
        assert_int_equal(hash - component, kept);
        assert_int_equal(strlen(hash), 18);
    }
}

static void sticky_failure(void **state)
{
    struct fp_str out;

    (void)state;
    fp_str_init(&out, 4);
    fp_sitepath_component(&out, fp_slice_of("a/b"));
    assert_int_equal(out.failed, FP_ELIMIT);
    fp_str_release(&out);
    fp_str_init(&out, 100);
    fp_str_puts(&out, "services/");
    fp_sitepath_component(&out, fp_slice_of("a/b"));
    assert_string_equal(out.data, "services/a%2Fb"); /* appends */
    fp_str_release(&out);
}

/* ---- no two the same ---- */

static uint64_t next(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static size_t add(struct seen *seen, size_t n, const char *name, size_t len)
{
    assert_true(n < SEEN_MAX);
    seen[n].name = malloc(len + 1);
    assert_non_null(seen[n].name);
    memcpy(seen[n].name, name, len);
    seen[n].len = len;
    encode(seen[n].component, name, len);
    check_safe(seen[n].component);
    return n + 1;
}

static int by_component(const void *a, const void *b)
{
    return strcmp(((const struct seen *)a)->component, ((const struct seen *)b)->component);
}

/* Pieces that look like encodings, cuts and reserved names, to be joined at random. */
static const struct fp_slice pieces[] = {
    { "%", 1 },       { "%2", 2 },      { "%2E", 3 },       { "2E", 2 },     { "%-", 2 },       { "-", 1 },
    { ".", 1 },       { "..", 2 },      { "/", 1 },         { "\0", 1 },     { "index.html", 10 },
    { "latest", 6 },  { "ndex.html", 9 }, { "%69", 3 },     { "%25", 3 },    { "\xFF", 1 },     { "\xC3", 1 },
    { "\xC3\xA9", 2 }, { "a", 1 },      { "A", 1 },         { "empty", 5 },  { "%-empty", 7 },  { " ", 1 },
    { "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 60 },
};

static size_t random_name(uint64_t *seed, char *to, size_t size)
{
    size_t parts = next(seed) % 6, n = 0;

    if (next(seed) % 4 == 0) { /* any bytes */
        n = next(seed) % 12;
        for (size_t i = 0; i < n; i++)
            to[i] = (char)next(seed);
        return n;
    }
    for (size_t i = 0; i < parts; i++) {
        struct fp_slice piece = pieces[next(seed) % (sizeof pieces / sizeof *pieces)];

        if (n + piece.len > size)
            break;
        memcpy(to + n, piece.data, piece.len);
        n += piece.len;
    }
    return n;
}

static size_t add_adversaries(struct seen *seen, size_t n)
{
    static char big[4096];
    char component[LONGEST + 1];

    memset(big, 'n', sizeof big);
    for (size_t i = 0; i < 300; i++) { /* differ only after the cut, or only in length */
        big[sizeof big - 1] = (char)i;
        big[3000] = (char)(i >> 8);
        n = add(seen, n, big, sizeof big);
        n = add(seen, n, big, 4000 - i);
    }
    memset(big, '/', sizeof big);
    for (size_t len = 1; len < 100; len++)
        n = add(seen, n, big, len);
    /* The encoding of a name is a name too, and so is the encoding of that. */
    for (size_t i = 0, end = n; i < end; i++) {
        memcpy(component, seen[i].component, sizeof component);
        n = add(seen, n, component, strlen(component));
        memcpy(component, seen[n - 1].component, sizeof component);
        n = add(seen, n, component, strlen(component));
    }
    return n;
}

static void injective(void **state)
{
    struct seen *seen = calloc(SEEN_MAX, sizeof *seen);
    uint64_t seed = 0x9E3779B97F4A7C15u;
    size_t n, different = 0;

    (void)state;
    assert_non_null(seen);
    n = add_adversaries(seen, 0);
    while (n < SEEN_MAX) {
        char name[512];

        n = add(seen, n, name, random_name(&seed, name, sizeof name));
    }
    qsort(seen, n, sizeof *seen, by_component);
    for (size_t i = 1; i < n; i++) {
        if (strcmp(seen[i].component, seen[i - 1].component) != 0) {
            different++;
            continue;
        }
        assert_int_equal(seen[i].len, seen[i - 1].len);
        assert_memory_equal(seen[i].name, seen[i - 1].name, seen[i].len);
    }
    assert_true(different > 20000); /* the generator did not just repeat itself */
    for (size_t i = 0; i < n; i++)
        free(seen[i].name);
    free(seen);
}

/* What was not cut gives the name back by plain percent-decoding. */
static void reversible(void **state)
{
    uint64_t seed = 42;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        char name[512], component[LONGEST + 1], back[LONGEST + 1];
        size_t len = random_name(&seed, name, sizeof name), n = 0;

        encode(component, name, len);
        if (strstr(component, "%-"))
            continue;
        for (const char *c = component; *c; c++) {
            unsigned int byte;

            if (*c == '%') {
                assert_int_equal(sscanf(c + 1, "%2X", &byte), 1);
                back[n++] = (char)byte;
                c += 2;
            } else {
                back[n++] = *c;
            }
        }
        assert_int_equal(n, len);
        assert_memory_equal(back, name, len);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_names), cmocka_unit_test(cut),        cmocka_unit_test(sticky_failure),
        cmocka_unit_test(injective),   cmocka_unit_test(reversible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
