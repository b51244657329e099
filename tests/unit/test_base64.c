/* base/base64 and the name that a policy has for a hash, by the vectors of RFC 4648 and FIPS 180-4. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/sha256.h"

static void vectors_of_the_rfc(void **state)
{
    static const struct {
        const char *bytes, *text;
    } vectors[] = {
        { "", "" },         { "f", "Zg==" },         { "fo", "Zm8=" },         { "foo", "Zm9v" },
        { "foob", "Zm9vYg==" }, { "fooba", "Zm9vYmE=" }, { "foobar", "Zm9vYmFy" }, { "\xfb\xff\xfe", "+//+" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        size_t n = strlen(vectors[i].bytes);
        char text[16];

        memset(text, '#', sizeof text);
        fp_base64(vectors[i].bytes, n, text);
        assert_string_equal(text, vectors[i].text);
        assert_int_equal(strlen(text) + 1, FP_BASE64_SIZE(n));
        assert_int_equal(text[FP_BASE64_SIZE(n)], '#');
    }
}

static void source_of_a_policy(void **state)
{
    char source[FP_SHA256_SOURCE];

    (void)state;
    fp_sha256_source("abc", 3, source);
    assert_string_equal(source, "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_of_the_rfc),
        cmocka_unit_test(source_of_a_policy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
