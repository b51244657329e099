#include "reference.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "fuzz.h"

__extension__ typedef __int128 wide; /* no sum of a reply goes beyond it */

/* A node as the reply lists it. */
struct listed {
    json_t *name;
    enum fp_frame_kind kind;
    json_int_t self, total;
    size_t parent, place; /* among the listed (SIZE_MAX = the root); in the tree (SIZE_MAX = not yet there) */
};

struct list {
    struct listed *node;
    size_t count;
    bool objects, has_totals;
};

/* ---- bytes that jansson can read ---- */

static bool is_hex4(const char *p, const char *end)
{
    return end - p >= 4 && strspn(p, "0123456789abcdefABCDEF") >= 4;
}

static unsigned hex4(const char *p)
{
    char digits[5] = { p[0], p[1], p[2], p[3] };

    return (unsigned)strtoul(digits, NULL, 16);
}

/* Invalid UTF-8 and lone surrogates, which we mend and jansson refuses, become U+FFFD beforehand. Backslashes outside
 * of strings stay an error whatever follows them. `to` ends in a NUL, so that looking ahead is safe. */
static void mend(const uint8_t *data, size_t size, struct fp_str *to)
{
    char *p, *end;

    fp_utf8_mend(to, (const char *)data, size);
    if (!to->len)
        return;
    end = to->data + to->len;
    for (p = to->data; p < end; p++) {
        if (*p != '\\')
            continue;
        p++;
        if (*p != 'u' || !is_hex4(p + 1, end) || hex4(p + 1) < 0xD800 || hex4(p + 1) > 0xDFFF)
            continue;
        if (hex4(p + 1) <= 0xDBFF && end - p >= 11 && p[5] == '\\' && p[6] == 'u' && is_hex4(p + 7, end) &&
            hex4(p + 7) >= 0xDC00 && hex4(p + 7) <= 0xDFFF)
            p += 6;
        else
            memcpy(p + 1, "FFFD", 4);
    }
}

static enum reference_verdict parse(const uint8_t *data, size_t size, struct reference *ref)
{
    size_t mark = size >= 3 && memcmp(data, FP_UTF8_MARK, 3) == 0 ? 3 : 0;
    json_error_t error;
    struct fp_str text;

    if (size && memchr(data, 0, size))
        return REFERENCE_REFUSES; /* JSON has no raw NUL; jansson loses some */
    fp_str_init(&text, 3 * size + 1);
    mend(data + mark, size - mark, &text);
    FUZZ_CHECK(fp_str_ok(&text));
    ref->mended = text.len != size - mark || (text.len && memcmp(text.data, data + mark, text.len) != 0);
    ref->reply = json_loadb(text.len ? text.data : "", text.len, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
    fp_str_release(&text);
    if (ref->reply)
        return json_is_object(ref->reply) ? REFERENCE_TAKES : REFERENCE_REFUSES;
    switch (json_error_code(&error)) {
    case json_error_duplicate_key:
    case json_error_numeric_overflow:
    case json_error_null_byte_in_key:
    case json_error_stack_overflow:
    case json_error_out_of_memory: return REFERENCE_UNSURE;
    default: return REFERENCE_REFUSES;
    }
}

/* ---- the tree ---- */

static struct fp_slice text_of(const json_t *string)
{
    return (struct fp_slice){ json_string_value(string), json_string_length(string) };
}

static size_t child_of(struct reference *ref, size_t parent, const struct listed *node)
{
    struct fp_slice name = text_of(node->name);
    struct reference_node *made;

    for (size_t i = 0; i < ref->count; i++)
        if (ref->node[i].parent == parent && ref->node[i].kind == node->kind && ref->node[i].name_len == name.len &&
            memcmp(ref->node[i].name, name.data, name.len) == 0)
            return i;
    made = &ref->node[ref->count];
    *made = (struct reference_node){ .parent = parent, .name = name.data, .name_len = name.len, .kind = node->kind };
    if (parent != SIZE_MAX)
        ref->node[parent].inner = true;
    return ref->count++;
}

static void judge_balance(const struct list *list, struct fp_balance *balance)
{
    wide sum = 0;

    for (size_t i = 0; i < list->count; i++) {
        wide left = (wide)list->node[i].total - list->node[i].self;

        for (size_t k = 0; k < list->count; k++)
            if (list->node[k].parent == i)
                left -= list->node[k].total;
        balance->nodes += left != 0;
        left = left < 0 ? -left : left;
        sum += left < INT64_MAX ? left : INT64_MAX;
    }
    balance->value = sum < INT64_MAX ? (int64_t)sum : INT64_MAX;
}

/* Nodes get their places as soon as their parents have theirs; who never gets one is on a cycle or below it. */
static enum reference_verdict assemble(struct list *list, struct reference *ref)
{
    size_t roots = 0, placed = 0, before;
    wide sum = 0;

    for (size_t i = 0; i < list->count; i++) {
        roots += list->node[i].parent == SIZE_MAX;
        list->node[i].place = SIZE_MAX;
        sum += list->node[i].self;
    }
    if (roots != 1 || sum > INT64_MAX)
        return REFERENCE_REFUSES;
    ref->node = calloc(list->count, sizeof *ref->node);
    FUZZ_CHECK(ref->node);
    do {
        before = placed;
        for (size_t i = 0; i < list->count; i++) {
            struct listed *node = &list->node[i];
            bool is_root = node->parent == SIZE_MAX;

            if (node->place != SIZE_MAX || (!is_root && list->node[node->parent].place == SIZE_MAX))
                continue;
            if (is_root)
                node->kind = fp_root_kind(text_of(node->name));
            node->place = child_of(ref, is_root ? SIZE_MAX : list->node[node->parent].place, node);
            ref->node[node->place].self += node->self;
            placed++;
        }
    } while (placed > before);
    if (placed < list->count)
        return REFERENCE_REFUSES;
    for (size_t i = 1; i < ref->count && list->objects; i++)
        if (!ref->node[i].inner && ref->node[i].kind == FP_KIND_APPLICATION)
            ref->node[i].kind = FP_KIND_OBJECT;
    if (list->has_totals)
        judge_balance(list, &ref->balance);
    return REFERENCE_TAKES;
}

/* ---- the two forms ---- */

static bool is_count(const json_t *value)
{
    return json_is_integer(value) && json_integer_value(value) >= 0;
}

static enum reference_verdict read_node_list(const json_t *result, struct reference *ref)
{
    size_t count = json_array_size(result);
    struct list list = { .node = calloc(count + 1, sizeof *list.node), .count = count, .has_totals = true };
    enum reference_verdict verdict = REFERENCE_TAKES;
    const json_t *element, *other;
    size_t i, k;

    FUZZ_CHECK(list.node);
    json_array_foreach(result, i, element) {
        json_t *name = json_object_get(element, "profile_location_str"), *id = json_object_get(element, "node_id"),
               *parent = json_object_get(element, "parent_node_id"), *self = json_object_get(element, "self_value"),
               *total = json_object_get(element, "total_value");

        if (!json_is_string(name) || !json_is_string(id) || !json_is_string(parent) || !is_count(self) ||
            !is_count(total)) {
            verdict = REFERENCE_REFUSES;
            goto done;
        }
        list.node[i] = (struct listed){ .name = name, .kind = fp_frame_kind_of_name(text_of(name)), .parent = SIZE_MAX,
                                        .self = json_integer_value(self), .total = json_integer_value(total) };
    }
    json_array_foreach(result, i, element) {
        const json_t *id = json_object_get(element, "node_id"), *parent = json_object_get(element, "parent_node_id");
        bool found = fp_slice_is(text_of(parent), "-1");

        json_array_foreach(result, k, other) {
            const json_t *other_id = json_object_get(other, "node_id");

            if (i != k && json_equal(id, other_id)) {
                verdict = REFERENCE_REFUSES;
                goto done;
            }
            if (!fp_slice_is(text_of(parent), "-1") && json_equal(parent, other_id)) {
                list.node[i].parent = k;
                found = true;
            }
        }
        if (!found) {
            verdict = REFERENCE_REFUSES;
            goto done;
        }
    }
    if (count) {
        ref->form = FP_FORM_NODE_LIST;
        verdict = assemble(&list, ref);
    }
done:
    free(list.node);
    return verdict;
}

/* Absent or null, or an array of `type`. */
static bool is_optional_array_of(const json_t *array, json_type type)
{
    const json_t *item;
    size_t i;

    if (array && !json_is_null(array) && !json_is_array(array))
        return false;
    json_array_foreach(array, i, item)
        if (json_typeof(item) != type)
            return false;
    return true;
}

static enum fp_frame_kind kind_of(const json_t *functions, const json_t *types, size_t function)
{
    struct fp_slice name = text_of(json_array_get(functions, function)), type = { "", 0 };
    int kind;

    if (json_is_array(types))
        type = text_of(json_array_get(types, function));
    kind = type.len == 1 ? fp_frame_kind_of_letter(type.data[0]) : -1;
    if (kind == FP_KIND_OBJECT)
        return FP_KIND_APPLICATION;
    if (kind < 0 || kind == FP_KIND_PROCESS || kind == FP_KIND_HOST)
        return fp_frame_kind_of_name(name);
    return (enum fp_frame_kind)kind;
}

enum { FUNCTION, PARENT, SELF, TOTAL, WANTED };

/* Where the wanted columns stand; SIZE_MAX for a total that is not there. */
static bool find_columns(const json_t *columns, size_t place[WANTED])
{
    static const char *const wanted[WANTED] = { "function_id", "parent_node_id", "self_value", "total_value" };

    for (size_t w = 0; w < WANTED; w++) {
        size_t i;
        const json_t *name;

        place[w] = SIZE_MAX;
        json_array_foreach(columns, i, name) {
            if (!fp_slice_is(text_of(name), wanted[w]))
                continue;
            if (place[w] != SIZE_MAX)
                return false;
            place[w] = i;
        }
        if (place[w] == SIZE_MAX && w != TOTAL)
            return false;
    }
    return true;
}

static bool read_row(const json_t *row, size_t width, const size_t place[WANTED], const json_t *functions,
                     size_t count, struct listed *to)
{
    json_int_t value[WANTED] = { 0 };

    if (!json_is_array(row) || !is_optional_array_of(row, JSON_INTEGER) || json_array_size(row) != width)
        return false;
    for (size_t w = 0; w < WANTED; w++)
        if (place[w] != SIZE_MAX)
            value[w] = json_integer_value(json_array_get(row, place[w]));
    if (value[FUNCTION] < 0 || value[FUNCTION] >= (json_int_t)json_array_size(functions) || value[PARENT] < -1 ||
        value[PARENT] >= (json_int_t)count || value[SELF] < 0 || value[TOTAL] < 0)
        return false;
    to->name = json_array_get(functions, (size_t)value[FUNCTION]);
    to->parent = value[PARENT] < 0 ? SIZE_MAX : (size_t)value[PARENT];
    to->self = value[SELF];
    to->total = value[TOTAL];
    to->place = (size_t)value[FUNCTION]; /* until it has one */
    return true;
}

static enum reference_verdict read_columns(const json_t *result, struct reference *ref)
{
    const json_t *functions = json_object_get(result, "functions"), *types = json_object_get(result, "function_types"),
                 *node_values = json_object_get(result, "node_values"),
                 *columns = json_object_get(node_values, "columns"), *values = json_object_get(node_values, "values"),
                 *row, *type;
    struct list list = { 0 };
    enum reference_verdict verdict = REFERENCE_TAKES;
    size_t place[WANTED], i;

    if (!is_optional_array_of(functions, JSON_STRING) || !is_optional_array_of(types, JSON_STRING) ||
        !(json_is_object(node_values) || json_is_null(node_values)) || !is_optional_array_of(columns, JSON_STRING) ||
        !is_optional_array_of(values, JSON_ARRAY) || (json_is_array(columns) && !find_columns(columns, place)))
        return REFERENCE_REFUSES;
    list.count = json_array_size(values);
    if (!list.count)
        return REFERENCE_TAKES;
    if (!json_is_array(columns) || (json_is_array(types) && json_array_size(types) != json_array_size(functions)))
        return REFERENCE_REFUSES;
    list.node = calloc(list.count, sizeof *list.node);
    FUZZ_CHECK(list.node);
    list.has_totals = place[TOTAL] != SIZE_MAX;
    json_array_foreach(values, i, row) {
        if (!read_row(row, json_array_size(columns), place, functions, list.count, &list.node[i])) {
            verdict = REFERENCE_REFUSES;
            goto done;
        }
        list.node[i].kind = kind_of(functions, types, list.node[i].place);
    }
    json_array_foreach(types, i, type)
        list.objects |= fp_slice_is(text_of(type), "O");
    ref->form = json_is_array(types) ? FP_FORM_TYPED_COLUMNS : FP_FORM_COLUMNS;
    verdict = assemble(&list, ref);
done:
    free(list.node);
    return verdict;
}

/* ---- what is around them ---- */

/* The number behind the last " LIMIT " of an SQL text; 0 = none. Strings may hold NULs. */
static int64_t limit_in(struct fp_slice sql)
{
    static const char word[] = " LIMIT ";
    int64_t limit = 0;
    size_t at = SIZE_MAX;

    for (size_t i = 0; i + sizeof word - 1 <= sql.len; i++)
        if (memcmp(sql.data + i, word, sizeof word - 1) == 0)
            at = i + sizeof word - 1;
    for (; at < sql.len && sql.data[at] >= '0' && sql.data[at] <= '9' && limit < INT64_MAX / 100; at++)
        limit = limit * 10 + (sql.data[at] - '0');
    return limit;
}

static int64_t row_limit_of(const json_t *debug)
{
    const json_t *query;
    int64_t smallest = 0;
    size_t i;

    json_array_foreach(json_object_get(debug, "querier_debug"), i, query) {
        const json_t *sql = json_object_get(query, "sql");
        int64_t limit = json_is_string(sql) ? limit_in(text_of(sql)) : 0;

        if (limit && (!smallest || limit < smallest))
            smallest = limit;
    }
    return smallest;
}

static bool is_optional_text(const json_t *value)
{
    return !value || json_is_null(value) || json_is_string(value);
}

enum reference_verdict reference_read(const uint8_t *data, size_t size, struct reference *ret)
{
    const json_t *status, *result;
    enum reference_verdict verdict;

    *ret = (struct reference){ 0 };
    verdict = parse(data, size, ret);
    if (verdict != REFERENCE_TAKES)
        return verdict;
    status = json_object_get(ret->reply, "OPT_STATUS");
    result = json_object_get(ret->reply, "result");
    ret->row_limit = row_limit_of(json_object_get(ret->reply, "debug"));
    if (!is_optional_text(json_object_get(ret->reply, "DESCRIPTION")) || !result ||
        (status && !(json_is_string(status) && fp_slice_is(text_of(status), "SUCCESS"))))
        return REFERENCE_REFUSES;
    if (json_is_array(result))
        verdict = read_node_list(result, ret);
    else if (json_is_object(result))
        verdict = read_columns(result, ret);
    else if (!json_is_null(result))
        verdict = REFERENCE_REFUSES;
    if (verdict == REFERENCE_TAKES && !status && !ret->count)
        verdict = REFERENCE_REFUSES; /* that there are no data must be said by somebody who can know */
    return verdict;
}

void reference_release(struct reference *reference)
{
    json_decref(reference->reply);
    free(reference->node);
    *reference = (struct reference){ 0 };
}
