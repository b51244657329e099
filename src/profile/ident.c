#include "profile/ident.h"

#include <string.h>

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static size_t run_of(struct fp_slice name, size_t from, bool (*is)(char))
{
    size_t end = from;

    while (end < name.len && is(name.data[end]))
        end++;
    return end - from;
}

static bool starts_at(struct fp_slice name, size_t at, const char *text)
{
    size_t len;

    if (at >= name.len || name.data[at] != *text) /* nearly always */
        return false;
    len = strlen(text);
    return len <= name.len - at && memcmp(name.data + at, text, len) == 0;
}

/* "0x" and four digits or more, not in the middle of a word: the bytes it takes, or 0. */
static size_t address_at(struct fp_slice name, size_t at)
{
    size_t digits;

    if (!starts_at(name, at, "0x") || (at && is_word(name.data[at - 1])))
        return 0;
    digits = run_of(name, at + 2, is_hex);
    return digits >= 4 ? 2 + digits : 0;
}

/* What a runtime numbers as it makes it: the word before, then a number. */
static const char *const numbered[] = {
    "Lambda$", "LambdaForm$MH$", "LambdaForm$DMH$", "LambdaForm$BMH$", "GeneratedMethodAccessor",
    "GeneratedConstructorAccessor", "GeneratedSerializationConstructorAccessor", "$Proxy", ".llvm.",
};

/* The bytes of a counter that follows `at`, with the address behind a slash: "3", "3/0x00007fa75c002800", "3/12". */
static size_t counter_at(struct fp_slice name, size_t at)
{
    size_t digits = run_of(name, at, is_digit), slash = at + digits, more;

    if (!digits || slash >= name.len || name.data[slash] != '/')
        return digits;
    more = starts_at(name, slash + 1, "0x") ? 2 + run_of(name, slash + 3, is_hex) : run_of(name, slash + 1, is_digit);
    return more > 2 || (more && is_digit(name.data[slash + 1])) ? digits + 1 + more : digits;
}

/* The bytes at `at` that identity does not keep, and what stands for them; 0 when they stay. */
static size_t passing_at(struct fp_slice name, size_t at, const char **ret_instead)
{
    size_t len;

    *ret_instead = "*";
    if (!is_digit(name.data[at]) && name.data[at] != '/' && name.data[at] != '$')
        return 0;
    len = address_at(name, at);
    if (len) {
        *ret_instead = "0x*";
        return len;
    }
    /* hidden classes: "Foo$$Lambda/0x000001" */
    if (starts_at(name, at, "/0x") && at >= 6 && memcmp(name.data + at - 6, "Lambda", 6) == 0) {
        *ret_instead = "$*";
        return 3 + run_of(name, at + 3, is_hex);
    }
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++) {
        size_t before = strlen(numbered[i]);

        if (at >= before && memcmp(name.data + at - before, numbered[i], before) == 0)
            return counter_at(name, at);
    }
    /* "Service$$EnhancerBySpringCGLIB$$1a2b3c4d" */
    if (starts_at(name, at, "$$") && run_of(name, at + 2, is_hex) >= 6 &&
        (memmem(name.data, at, "$$Enhancer", 10) || memmem(name.data, at, "$$FastClass", 11))) {
        *ret_instead = "$$*";
        return 2 + run_of(name, at + 2, is_hex);
    }
    return 0;
}

/* "::h" and 16 hexadecimal digits at the very end. */
static size_t rust_hash(struct fp_slice name)
{
    enum { HASH = 19 };

    if (name.len <= HASH || !starts_at(name, name.len - HASH, "::h") ||
        run_of(name, name.len - HASH + 3, is_hex) != HASH - 3)
        return 0;
    return HASH;
}

/* "[/tmp/perf-29887.map]": where the pid stands, or 0. */
static size_t jit_pid(struct fp_slice name, size_t *ret_len)
{
    static const char before[] = "/perf-", after[] = ".map]";
    const char *slash;
    size_t at;

    if (name.len < 2 || name.data[0] != '[' || name.data[1] != '/')
        return 0;
    slash = memrchr(name.data, '/', name.len);
    at = (size_t)(slash - name.data);
    if (!starts_at(name, at, before))
        return 0;
    at += sizeof before - 1;
    *ret_len = run_of(name, at, is_digit);
    return *ret_len && at + *ret_len + sizeof after - 1 == name.len && starts_at(name, at + *ret_len, after) ? at : 0;
}

bool fp_ident_of_name(struct fp_str *to, struct fp_slice name)
{
    static const char unknown[] = "[unknown] 0x";
    size_t kept = 0, pid, pid_len;
    bool changed = false;

    fp_str_clear(to);
    if (fp_slice_starts(name, unknown) &&
        run_of(name, sizeof unknown - 1, is_hex) == name.len - (sizeof unknown - 1)) {
        fp_str_puts(to, "[unknown]");
        return true;
    }
    pid = jit_pid(name, &pid_len);
    if (pid) {
        fp_str_append(to, name.data, pid);
        fp_str_putc(to, '*');
        fp_str_append(to, name.data + pid + pid_len, name.len - pid - pid_len);
        return true;
    }
    if (rust_hash(name)) {
        name.len -= rust_hash(name);
        changed = true;
    }
    for (size_t i = 0; i < name.len;) {
        const char *instead;
        size_t len = passing_at(name, i, &instead);

        if (len) {
            fp_str_append(to, name.data + kept, i - kept);
            fp_str_puts(to, instead);
            kept = i + len;
            changed = true;
        }
        i += len ? len : 1;
    }
    if (changed)
        fp_str_append(to, name.data + kept, name.len - kept);
    return changed;
}
