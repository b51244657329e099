/* Identity across restarts: what is dropped of a name, and what must stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile/ident.h"

static void assert_ident(const char *name, const char *expected)
{
    struct fp_str ident;
    bool changed;

    fp_str_init(&ident, 4096);
    fp_str_puts(&ident, "left over");
    changed = fp_ident_of_name(&ident, fp_slice_of(name));
    assert_string_equal(changed ? ident.data : name, expected ? expected : name);
    assert_int_equal(changed, expected != NULL);
    if (!changed)
        assert_int_equal(ident.len, 0);
    fp_str_release(&ident);
}

static void addresses(void **state)
{
    (void)state;
    assert_ident("[unknown] 0x0000000003932388", "[unknown]");
    assert_ident("[unknown] 0x1", "[unknown]");
    assert_ident("[unknown]", NULL);
    assert_ident("[unknown start_thread?]", NULL);
    assert_ident("[unknown] 0x12 and more", NULL);
    assert_ident("stub 0x7ffd12345678 tail", "stub 0x* tail");
    assert_ident("0x7ffd", "0x*");
    assert_ident("0x7ff", NULL);
    assert_ident("a0x7ffd1234", NULL); /* in the middle of a word */
    assert_ident("0xdeadbeef,0xdeadbeee", "0x*,0x*");
    assert_ident("0x", NULL);
    assert_ident("", NULL);
}

static void jit_maps(void **state)
{
    (void)state;
    assert_ident("[/tmp/perf-29887.map]", "[/tmp/perf-*.map]");
    assert_ident("[/proc/7/root/tmp/perf-1.map]", "[/proc/7/root/tmp/perf-*.map]");
    assert_ident("[/tmp/perf-.map]", NULL);
    assert_ident("[/tmp/perf-12x.map]", NULL);
    assert_ident("[/tmp/perf-12.map", NULL);
    assert_ident("/tmp/perf-12.map", NULL);
    assert_ident("[/usr/lib/libz.so.1.2.13]", NULL); /* versions are identity */
}

static void made_at_run_time(void **state)
{
    (void)state;
    assert_ident("com.acme.Foo$$Lambda$3/0x00007fa75c002800.run", "com.acme.Foo$$Lambda$*.run");
    assert_ident("com.acme.Foo$$Lambda$14.run", "com.acme.Foo$$Lambda$*.run");
    assert_ident("com.acme.Foo$$Lambda$14/1234567.run", "com.acme.Foo$$Lambda$*.run");
    assert_ident("com.acme.Foo$$Lambda/0x00007fa75c002800.run", "com.acme.Foo$$Lambda$*.run");
    assert_ident("com.acme.Foo$$Lambda.run", NULL);
    assert_ident("lambda$main$1", NULL); /* the compiler's numbering is of the source */
    assert_ident("java.lang.invoke.LambdaForm$MH$0x00007f8.invoke", "java.lang.invoke.LambdaForm$MH$0x*.invoke");
    assert_ident("java.lang.invoke.LambdaForm$MH$12.invoke", "java.lang.invoke.LambdaForm$MH$*.invoke");
    assert_ident("jdk.internal.reflect.GeneratedMethodAccessor12.invoke",
                 "jdk.internal.reflect.GeneratedMethodAccessor*.invoke");
    assert_ident("com.sun.proxy.$Proxy12.get", "com.sun.proxy.$Proxy*.get");
    assert_ident("S$$EnhancerBySpringCGLIB$$1a2b3c4d.go", "S$$EnhancerBySpringCGLIB$$*.go");
    assert_ident("S$$Other$$1a2b3c4d.go", NULL);
    assert_ident("foo.llvm.1234567890", "foo.llvm.*");
    assert_ident("foo.llvm.", NULL);
    assert_ident("alloc::vec::push::h0123456789abcdef", "alloc::vec::push");
    assert_ident("alloc::vec::push::h0123456789abcde", NULL);
    assert_ident("::h0123456789abcdef", NULL); /* nothing would be left */
    assert_ident("f1::g2<3>", NULL);
}

/* Never longer than the name, never nothing. */
static void any_bytes(void **state)
{
    static const char *const parts[] = { "0x", "Lambda$", "/", "$$", "12", "ff00aa", "::h0123456789abcdef", "[",
                                         "]", "perf-", ".map", ".llvm.", "Lambda", "$Proxy", "\xff", "B", "Enhancer",
                                         "[unknown] ", "/tmp/" };
    uint64_t random = 7;
    struct fp_str ident;

    (void)state;
    fp_str_init(&ident, 4096);
    for (int round = 0; round < 200000; round++) {
        char name[256] = "";
        size_t len = 0;
        struct fp_slice slice;

        for (int k = 0; k < 6; k++) {
            const char *part;

            random = random * UINT64_C(6364136223846793005) + 1442695040888963407u;
            part = parts[(random >> 33) % (sizeof parts / sizeof *parts)];
            memcpy(name + len, part, strlen(part));
            len += strlen(part);
        }
        slice = (struct fp_slice){ name, len };
        if (!fp_ident_of_name(&ident, slice))
            continue;
        assert_true(ident.len <= len);
        assert_true(ident.len > 0);
    }
    fp_str_release(&ident);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses),
        cmocka_unit_test(jit_maps),
        cmocka_unit_test(made_at_run_time),
        cmocka_unit_test(any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
