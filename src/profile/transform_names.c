/* The steps that look at the text of names. Each distinct name is looked at once, not each node. */
#include "profile/transform_plan.h"

#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

/* A set of names: one byte a name. Names that only the root has, or none any more, are left out. */
static int names_in_use(const struct fp_tree *tree, uint8_t **ret_used, struct fp_error *err)
{
    uint8_t *used = calloc(tree->names.count + 1, 1);

    if (!used)
        return fp_error_nomem(err);
    for (uint32_t i = 1; i < tree->count; i++)
        used[tree->name[i]] = 1;
    *ret_used = used;
    return FP_OK;
}

static int make_new_names(struct fp_transform_plan *plan, size_t names, struct fp_error *err)
{
    plan->new_name = malloc((names + 1) * sizeof *plan->new_name);
    if (!plan->new_name)
        return fp_error_nomem(err);
    memset(plan->new_name, 0xFF, (names + 1) * sizeof *plan->new_name); /* FP_NO_NODE */
    return FP_OK;
}

/* The pattern ran away on so many names. */
static void note_stops(struct fp_transform_plan *plan, const struct fp_pattern *pattern, uint32_t stopped)
{
    plan->patterns_stopped += stopped;
    plan->patterns_ignored += stopped > FP_LIMIT_PATTERN_STOPS;
    if (stopped && !plan->stopped)
        plan->stopped = pattern;
}

/* ---- strip_rust_hash ---- */

#define HASH_MARK "::h"
#define HASH_DIGITS 16u

/* The length without the hashes at the end. All of them, so that stripping twice does what stripping once
 * does; never the whole name. (Source of the form: Rust's legacy mangling, "::h" and 64 bits in lower-case
 * hexadecimal.) */
static size_t length_without_hash(struct fp_slice name)
{
    const size_t tail = strlen(HASH_MARK) + HASH_DIGITS;

    while (name.len > tail) {
        const char *at = name.data + name.len - tail;

        if (memcmp(at, HASH_MARK, strlen(HASH_MARK)) != 0)
            break;
        for (at += strlen(HASH_MARK); at < name.data + name.len; at++)
            if (!((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'f')))
                return name.len;
        name.len -= tail;
    }
    return name.len;
}

int fp_transform_plan_strip_rust_hash(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                                      struct fp_error *err)
{
    const struct fp_names *names = &input->tree->names;
    uint8_t *used = NULL;
    int rc = FP_OK;

    for (uint32_t id = 0; id < names->count && rc == FP_OK; id++) {
        struct fp_slice name = fp_names_get(names, id);
        size_t length = length_without_hash(name);

        if (length == name.len)
            continue;
        if (!used) /* most profiles have no hash at all: then their nodes are not looked at */
            rc = names_in_use(input->tree, &used, err);
        if (rc < 0 || !used[id])
            continue;
        if (!plan->new_name)
            rc = make_new_names(plan, names->count, err);
        if (rc == FP_OK)
            rc = fp_names_intern(&plan->names, (struct fp_slice){ name.data, length },
                                 (enum fp_frame_kind)names->kind[id], &plan->new_name[id], err);
    }
    free(used);
    return rc;
}

/* ---- rename ---- */

/* One pattern over all names that are in use. What it makes of them goes to `texts`, ids of which to
 * new_name: taken over by the caller only when the pattern is not set aside. */
static int rename_all(const struct fp_transform_plan *plan, const struct fp_pattern *pattern,
                      const struct fp_names *names, const uint8_t *used, struct fp_names *texts,
                      uint32_t *new_name, uint32_t *ret_stopped, struct fp_error *err)
{
    struct fp_error why = FP_ERROR_INIT;
    struct fp_str out;
    uint32_t stopped = 0;
    int rc = FP_OK;

    fp_str_init(&out, FP_LIMIT_NAME);
    for (uint32_t id = 0; id < names->count && rc == FP_OK && stopped <= FP_LIMIT_PATTERN_STOPS; id++) {
        uint32_t now = plan->new_name[id];
        struct fp_slice name = now == FP_NO_NODE ? fp_names_get(names, id) : fp_names_get(&plan->names, now);
        bool matches = false;

        if (!used[id])
            continue;
        rc = fp_pattern_replace(pattern, name, &out, &matches, &why);
        if (rc == FP_ELIMIT) {
            fp_error_clear(&why);
            stopped++;
            rc = FP_OK;
        } else if (rc < 0) {
            fp_error_set(err, why.code, "%s", why.message);
        }
        if (rc == FP_OK && (now != FP_NO_NODE || matches)) /* nothing left of a name: it stays as it is */
            rc = fp_names_intern(texts, matches && out.len ? fp_str_slice(&out) : name,
                                 (enum fp_frame_kind)names->kind[id], &new_name[id], err);
    }
    fp_str_release(&out);
    *ret_stopped = stopped;
    return rc;
}

static int rename_by(struct fp_transform_plan *plan, const struct fp_pattern *pattern,
                     const struct fp_names *names, const uint8_t *used, struct fp_error *err)
{
    struct fp_names texts;
    uint32_t *new_name = malloc((names->count + 1) * sizeof *new_name), stopped = 0;
    int rc;

    if (!new_name)
        return fp_error_nomem(err);
    memset(new_name, 0xFF, (names->count + 1) * sizeof *new_name);
    fp_names_init(&texts);
    rc = rename_all(plan, pattern, names, used, &texts, new_name, &stopped, err);
    note_stops(plan, pattern, stopped);
    if (rc == FP_OK && stopped <= FP_LIMIT_PATTERN_STOPS) {
        uint32_t *old_name = plan->new_name;
        struct fp_names old_texts = plan->names;

        plan->names = texts;
        plan->new_name = new_name;
        texts = old_texts;
        new_name = old_name;
    }
    fp_names_release(&texts);
    free(new_name);
    return rc;
}

/* A name that came out as it went in was not renamed: it must not count as touched. */
static void forget_unchanged(struct fp_transform_plan *plan, const struct fp_names *names)
{
    for (uint32_t id = 0; id < names->count; id++)
        if (plan->new_name[id] != FP_NO_NODE &&
            fp_slice_equal(fp_names_get(names, id), fp_names_get(&plan->names, plan->new_name[id])))
            plan->new_name[id] = FP_NO_NODE;
}

int fp_transform_plan_rename(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                             struct fp_error *err)
{
    const struct fp_pattern_list *list = &input->options->rename;
    const struct fp_names *names = &input->tree->names;
    uint8_t *used = NULL;
    int rc = names_in_use(input->tree, &used, err);

    if (rc == FP_OK)
        rc = make_new_names(plan, names->count, err);
    for (size_t i = 0; i < list->count && rc == FP_OK; i++)
        rc = rename_by(plan, list->items[i], names, used, err);
    if (rc == FP_OK)
        forget_unchanged(plan, names);
    free(used);
    return rc;
}

/* ---- focus and hide: which names match ---- */

#define MATCHES 2u /* beside 1 = in use */
#define MATCHES_NOW 4u

/* Marks the names that the pattern matches with MATCHES, unless it has to be set aside. */
static int match_by(const struct fp_pattern *pattern, const struct fp_names *names, uint8_t *marks,
                    struct fp_transform_plan *plan, struct fp_error *err)
{
    uint32_t stopped = 0;
    bool set_aside;

    for (uint32_t id = 0; id < names->count && stopped <= FP_LIMIT_PATTERN_STOPS; id++) {
        bool matches = false;
        int rc;

        if (!marks[id])
            continue;
        rc = fp_pattern_match(pattern, fp_names_get(names, id), &matches, NULL);
        if (rc == FP_ENOMEM)
            return fp_error_nomem(err);
        if (rc < 0)
            stopped++;
        else if (matches)
            marks[id] |= MATCHES_NOW;
    }
    set_aside = stopped > FP_LIMIT_PATTERN_STOPS;
    for (uint32_t id = 0; id < names->count; id++) {
        if (marks[id] & MATCHES_NOW && !set_aside)
            marks[id] |= MATCHES;
        marks[id] = (uint8_t)(marks[id] & ~MATCHES_NOW);
    }
    note_stops(plan, pattern, stopped);
    return FP_OK;
}

static int match_names(const struct fp_transform_input *input, const struct fp_pattern_list *list,
                       struct fp_transform_plan *plan, uint8_t **ret_marks, struct fp_error *err)
{
    uint8_t *marks = NULL;
    int rc = names_in_use(input->tree, &marks, err);

    for (size_t i = 0; i < list->count && rc == FP_OK; i++)
        rc = match_by(list->items[i], &input->tree->names, marks, plan, err);
    if (rc == FP_OK)
        *ret_marks = marks;
    else
        free(marks);
    return rc;
}

int fp_transform_plan_hide(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                           struct fp_error *err)
{
    const struct fp_tree *tree = input->tree;
    uint8_t *marks;
    int rc = match_names(input, &input->options->hide, plan, &marks, err);

    if (rc < 0)
        return rc;
    for (uint32_t i = 1; i < tree->count; i++)
        if (marks[tree->name[i]] & MATCHES)
            plan->action[i] = FP_NODE_JOIN;
    free(marks);
    return FP_OK;
}

/* A node is in focus when it or an ancestor matches, on the path when only a descendant does. */
static void focus_on(const struct fp_tree *tree, const uint8_t *marks, uint8_t *action)
{
    uint32_t in_focus_until = 0;

    for (uint32_t i = 0; i < tree->count; i++) {
        if (i && i >= in_focus_until && marks[tree->name[i]] & MATCHES)
            in_focus_until = tree->end[i];
        action[i] = i < in_focus_until ? FP_NODE_KEEP : FP_NODE_DROP;
    }
    for (uint32_t i = tree->count - 1; i > 0; i--)
        if (action[i] != FP_NODE_DROP && action[tree->parent[i]] == FP_NODE_DROP)
            action[tree->parent[i]] = FP_NODE_PATH;
    if (action[0] == FP_NODE_DROP)
        action[0] = FP_NODE_PATH;
    /* a path frame without value of its own loses nothing: when all are like that nothing has changed */
    for (uint32_t i = 0; i < tree->count; i++)
        if (action[i] == FP_NODE_PATH && tree->self[i] == 0)
            action[i] = FP_NODE_KEEP;
}

int fp_transform_plan_focus(const struct fp_transform_input *input, struct fp_transform_plan *plan,
                            struct fp_error *err)
{
    const struct fp_pattern_list *list = &input->options->focus;
    uint8_t *marks;
    int rc = match_names(input, list, plan, &marks, err);

    if (rc < 0)
        return rc;
    if (plan->patterns_ignored < list->count) /* with every pattern set aside, the focus is too */
        focus_on(input->tree, marks, plan->action);
    free(marks);
    return FP_OK;
}
