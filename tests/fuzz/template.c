/*
 * Templates over JSON: three parts, a template, the partial `p` and the data, parted by lines of "%%%". A rendering ends,
 * in bounds, and inserts nothing that is markup unless it was asked for the raw value.
 */
#include "report/template.h"

#include "base/limits.h"
#include "base/out.h"
#include "fuzz.h"

#define PARTING "\n%%%\n"

static struct fp_slice next_part(struct fp_slice *rest)
{
    const char *end = rest->len ? memmem(rest->data, rest->len, PARTING, strlen(PARTING)) : NULL;
    struct fp_slice part = { rest->data, end ? (size_t)(end - rest->data) : rest->len };
    size_t used = part.len + (end ? strlen(PARTING) : 0);

    *rest = (struct fp_slice){ rest->data + used, rest->len - used };
    return part;
}

static const struct fp_template *find(void *ctx, const char *name, struct fp_error *err)
{
    (void)err;
    return strcmp(name, "p") == 0 ? ctx : NULL;
}

/* Neither markup of its own, nor raw values, nor delimiters that could hide them. */
static bool is_tame(struct fp_slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (memchr("<>&\"'=", text.data[i], 6) || (i >= 2 && memcmp(text.data + i - 2, "{{{", 3) == 0))
            return false;
    return true;
}

static void check_tame_page(const struct fp_str *page)
{
    for (size_t i = 0; i < page->len; i++)
        FUZZ_CHECK(!page->data[i] || !strchr("<>\"'", page->data[i]));
}

static void render(const struct fp_template *tmpl, struct fp_template *partial, const json_t *data, bool tame)
{
    struct fp_partials partials = { .find = find, .ctx = partial };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_out *out = malloc(sizeof *out);
    struct fp_str page;
    int rc;

    FUZZ_CHECK(out);
    fp_str_init(&page, (size_t)1 << 20); /* FP_LIMIT_PAGE would take its time */
    fp_out_to_str(out, &page);
    rc = fp_template_render(tmpl, data, &partials, out, &err);
    if (rc == FP_OK)
        rc = fp_out_finish(out, &err);
    if (rc < 0)
        fuzz_check_error(rc, &err);
    else if (tame)
        check_tame_page(&page);
    fp_str_release(&page);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fp_slice rest = { (const char *)data, size }, text = next_part(&rest), partial_text = next_part(&rest);
    struct fp_error err = FP_ERROR_INIT;
    struct fp_template *tmpl = NULL, *partial = NULL;
    json_t *values = json_loadb(rest.data, rest.len, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
    int rc = fp_template_new(&tmpl, "t", text, &err);

    if (rc < 0)
        fuzz_check_error(rc, &err);
    fp_template_new(&partial, "p", partial_text, NULL);
    if (tmpl && values)
        render(tmpl, partial, values, is_tame(text) && is_tame(partial_text));
    fp_template_free(tmpl);
    fp_template_free(partial);
    json_decref(values);
    return 0;
}
