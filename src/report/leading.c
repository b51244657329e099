#include "report/leading.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "profile/frame_kind.h"
#include "profile/ident.h"
#include "report/model.h"

#define FIRST 3 /* of a window: they lead */

/* What a cut list has in place of a name: no name of a function is empty. */
#define CUT ""

int fp_leading_init(struct fp_leading *leading, size_t windows, struct fp_error *err)
{
    *leading = (struct fp_leading){ .windows = calloc(windows + 1, sizeof *leading->windows),
                                    .tops = json_object(),
                                    .count = windows };
    return leading->windows && leading->tops ? FP_OK : fp_error_nomem(err);
}

void fp_leading_release(struct fp_leading *leading)
{
    for (size_t i = 0; leading->windows && i < leading->count; i++)
        json_decref(leading->windows[i]);
    free(leading->windows);
    json_decref(leading->tops);
    *leading = (struct fp_leading){ 0 };
}

/* ---- one window ---- */

/* Threads and processes are no functions. */
static bool is_function(const json_t *row)
{
    static const enum fp_frame_kind others[] = { FP_KIND_HOST, FP_KIND_PROCESS, FP_KIND_THREAD };
    const char *kind = fp_model_get_text(row, "kind");

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (!strcmp(kind, fp_frame_kind_name(others[i])))
            return false;
    return true;
}

/* A key of a JSON object: NUL would end it, so its picture stands for it. */
static const char *make_key(struct fp_str *key, struct fp_slice name)
{
    struct fp_str ident;

    fp_str_init(&ident, FP_LIMIT_NAME);
    if (fp_ident_of_name(&ident, name))
        name = fp_str_slice(&ident);
    fp_str_clear(key);
    for (size_t i = 0; i < name.len; i++)
        if (name.data[i])
            fp_str_putc(key, name.data[i]);
        else
            fp_str_puts(key, "\u2400");
    if (!fp_str_ok(&ident))
        key->failed = ident.failed;
    fp_str_release(&ident);
    return key->data;
}

static void add_function(struct fp_model *model, json_t *window, const json_t *row, double total, struct fp_str *key)
{
    double share = fp_model_get_real(row, "self") / total;
    const char *name;

    if (!*fp_model_get_text(row, "name") || fp_model_get_slice(row, "name").len > FP_LIMIT_NAME || !is_function(row))
        return;
    name = make_key(key, fp_model_get_slice(row, "name"));
    model->failed |= !fp_str_ok(key);
    fp_model_put(model, window, name, json_real(json_number_value(json_object_get(window, name)) + share));
}

/* The first few of a window; of equals the first by name. */
struct top {
    const char *name;
    double share;
};

static bool is_before(const struct top *a, const struct top *b)
{
    if (a->share > b->share || a->share < b->share)
        return a->share > b->share;
    return strcmp(a->name, b->name) < 0;
}

static void note_tops(struct fp_model *model, json_t *tops, json_t *window)
{
    struct top first[FIRST + 1];
    size_t count = 0;
    const char *name;
    json_t *share;

    json_object_foreach(window, name, share) {
        struct top top = { name, json_number_value(share) };
        size_t at = count;

        if (!*name || !(top.share > 0))
            continue;
        for (; at && is_before(&top, &first[at - 1]); at--)
            first[at] = first[at - 1];
        first[at] = top;
        if (count < FIRST)
            count++;
    }
    for (size_t i = 0; i < count; i++)
        if (json_number_value(json_object_get(tops, first[i].name)) < first[i].share)
            fp_model_put(model, tops, first[i].name, json_real(first[i].share));
}

int fp_leading_set(struct fp_leading *leading, size_t window, const json_t *summary, struct fp_error *err)
{
    const json_t *functions = json_object_get(summary, "functions");
    double total = fp_model_get_real(summary, "total");
    struct fp_model model = FP_MODEL_INIT;
    struct fp_str key;
    json_t *shares;

    if (window >= leading->count || leading->windows[window] || !(total > 0) || !json_is_array(functions))
        return FP_OK;
    shares = leading->windows[window] = json_object();
    if (!shares)
        return fp_error_nomem(err);
    fp_str_init(&key, 4 * FP_LIMIT_NAME);
    for (size_t i = 0; i < json_array_size(functions) && !model.failed; i++)
        add_function(&model, shares, json_array_get(functions, i), total, &key);
    fp_str_release(&key);
    if (fp_model_get_int(summary, "functions_count") > (int64_t)json_array_size(functions))
        fp_model_put(&model, shares, CUT, json_true());
    note_tops(&model, leading->tops, shares);
    return model.failed ? fp_error_nomem(err) : FP_OK;
}

/* ---- all of them ---- */

static int by_share(const void *pa, const void *pb)
{
    const struct top *a = pa, *b = pb;

    return is_before(a, b) ? -1 : is_before(b, a);
}

static json_t *share_in(json_t *window, const struct top *top)
{
    const json_t *share = json_object_get(window, top->name);

    if (share)
        return json_real(fmin(fmax(json_number_value(share), 0), 1));
    return window && !json_object_get(window, CUT) ? json_real(0) : json_null();
}

int fp_leading_make(const struct fp_leading *leading, size_t most, json_t **ret_functions, struct fp_error *err)
{
    struct fp_model model = FP_MODEL_INIT;
    struct top *tops = calloc(json_object_size(leading->tops) + 1, sizeof *tops);
    json_t *list = json_array(), *share;
    size_t count = 0;
    const char *name;

    if (!tops) {
        json_decref(list);
        return fp_error_nomem(err);
    }
    json_object_foreach(leading->tops, name, share)
        tops[count++] = (struct top){ name, json_number_value(share) };
    qsort(tops, count, sizeof *tops, by_share);
    for (size_t i = 0; i < count && i < most; i++) {
        json_t *row = fp_model_row(&model, list), *shares;

        fp_model_put(&model, row, "name", fp_model_text(tops[i].name));
        shares = fp_model_array(&model, row, "shares");
        for (size_t w = 0; w < leading->count; w++)
            fp_model_push(&model, shares, share_in(leading->windows[w], &tops[i]));
    }
    free(tops);
    return fp_model_finish(&model, list, ret_functions, err);
}
