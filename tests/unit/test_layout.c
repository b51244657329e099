/* flame/layout: where boxes stand, and that what is not shown is counted to the last node and unit. */
#include <inttypes.h>
#include <math.h>

#include "flame/layout.h"
#include "profile_fixture.h"

static struct fp_layout laid_out(const struct fp_tree *t, double width, double min_width, bool by_value, uint32_t rows)
{
    struct fp_layout_options options = {
        .width = width, .min_width = min_width, .by_value = by_value, .max_rows = rows,
    };
    struct fp_error err = FP_ERROR_INIT;
    struct fp_layout layout;

    if (fp_layout_make(&layout, t, &options, &err) < 0)
        fail_msg("%s", err.message);
    return layout;
}

static uint32_t box_of(const struct fp_layout *l, uint32_t node)
{
    for (uint32_t i = 0; i < l->count; i++)
        if (l->boxes[i].node == node)
            return i;
    return UINT32_MAX;
}

/* Node by node from the definition: drawn when it and all above it are wide enough and not beyond the last row. */
static void check_against_the_definition(const struct fp_tree *t, const struct fp_layout *l, double width, uint32_t rows)
{
    enum { DRAWN, NARROW, DEEP };
    unsigned char *state = calloc(t->count, 1);
    uint32_t drawn = 0, narrow = 0, deep = 0;
    int64_t narrow_value = 0, deep_value = 0;

    for (uint32_t i = 0; i < t->count; i++) {
        bool wide = t->total[i] > 0 && (double)t->total[i] * width / (double)t->total[0] >= l->min_width;

        state[i] = i == 0 ? DRAWN : state[t->parent[i]] != DRAWN ? state[t->parent[i]] : t->depth[i] >= rows ? DEEP : wide ? DRAWN : NARROW;
        drawn += state[i] == DRAWN;
        narrow += state[i] == NARROW;
        deep += state[i] == DEEP;
        if (i > 0 && state[t->parent[i]] == DRAWN) {
            narrow_value += state[i] == NARROW ? t->total[i] : 0;
            deep_value += state[i] == DEEP ? t->total[i] : 0;
        }
        assert_int_equal(box_of(l, i) != UINT32_MAX, state[i] == DRAWN);
    }
    assert_int_equal(l->count, drawn);
    assert_int_equal(l->narrow_nodes, narrow);
    assert_int_equal(l->narrow_value, narrow_value);
    assert_int_equal(l->deep_nodes, deep);
    assert_int_equal(l->deep_value, deep_value);
    free(state);
}

/* Siblings stand side by side within their parent, in order, without touching what is not theirs. */
static void check_places(const struct fp_tree *t, const struct fp_layout *l, double width, bool by_value)
{
    const double hair = width * 1e-12;
    double *edge = calloc(l->count + 1, sizeof *edge); /* right end of the last child so far */
    uint32_t rows = 0;

    for (uint32_t i = 0; i < l->count; i++) {
        const struct fp_box *b = &l->boxes[i], *p;
        uint32_t parent = i ? box_of(l, t->parent[b->node]) : 0;

        assert_true(isfinite(b->x) && isfinite(b->width) && b->x >= 0 && b->width > 0);
        assert_true(fabs(b->width - (double)t->total[b->node] * width / (double)t->total[0]) <= hair);
        assert_int_equal(b->row, t->depth[b->node]);
        rows = b->row + 1 > rows ? b->row + 1 : rows;
        edge[i] = b->x;
        if (i == 0) {
            assert_true(b->x <= 0 && b->node == 0);
            continue;
        }
        assert_true(parent < i); /* parents first */
        p = &l->boxes[parent];
        assert_true(b->x >= edge[parent] - hair && b->x + b->width <= p->x + p->width + hair);
        if (by_value)
            for (uint32_t k = i; k-- > parent + 1;)
                if (t->parent[l->boxes[k].node] == p->node) {
                    assert_true(t->total[l->boxes[k].node] >= t->total[b->node]);
                    break;
                }
        edge[parent] = b->x + b->width;
    }
    assert_int_equal(l->rows, rows);
    free(edge);
}

static void boxes_partition_their_parents(void **state)
{
    static const double widths[] = { 80, 1180, 15980 }, least[] = { 0, 0.1, 5, 200 };

    (void)state;
    for (uint64_t seed = 1; seed <= 25; seed++)
        for (int by_value = 0; by_value < 2; by_value++) {
            struct fp_tree t;

            random_tree(&t, seed, 120, 3 + seed, 14);
            for (size_t w = 0; w < 3; w++)
                for (size_t m = 0; m < 4; m++)
                    for (uint32_t rows = 1; rows < 30; rows += 7) {
                        struct fp_layout l = laid_out(&t, widths[w], least[m], by_value, rows);

                        assert_true(l.min_width <= least[m] && l.min_width >= least[m]);
                        check_against_the_definition(&t, &l, widths[w], rows);
                        check_places(&t, &l, widths[w], by_value);
                        fp_layout_release(&l);
                    }
            fp_tree_release(&t);
        }
}

/* Everything drawn: children fill their parent from the left but for its self value. */
static void nothing_between_siblings(void **state)
{
    struct fp_layout l;
    struct fp_tree t;

    (void)state;
    tree_of("a;x 1\na;y 2\na 3\nb 4\n", &t);
    for (int by_value = 0; by_value < 2; by_value++) {
        l = laid_out(&t, 100, 0, by_value, 1000);
        assert_int_equal(l.count, 5);
        assert_true(fabs(l.boxes[box_of(&l, find_node(&t, "a"))].x - 0) < 1e-9);
        assert_true(fabs(l.boxes[box_of(&l, find_node(&t, "b"))].x - 60) < 1e-9);
        assert_true(fabs(l.boxes[box_of(&l, find_node(&t, "a/x"))].x - (by_value ? 20 : 0)) < 1e-9);
        assert_true(fabs(l.boxes[box_of(&l, find_node(&t, "a/y"))].x - (by_value ? 0 : 10)) < 1e-9);
        fp_layout_release(&l);
    }
    fp_tree_release(&t);
}

static void rows_that_are_cut_are_marked(void **state)
{
    struct fp_layout l;
    struct fp_tree t;

    (void)state;
    tree_of("a;x;deep 1\na 3\nb 4\nc;d 0\n", &t);
    l = laid_out(&t, 100, 0, false, 2);
    assert_int_equal(l.rows, 2);
    assert_true(l.boxes[box_of(&l, find_node(&t, "a"))].cut);
    assert_false(l.boxes[box_of(&l, find_node(&t, "b"))].cut);
    assert_int_equal(l.deep_nodes, 2);
    assert_int_equal(l.deep_value, 1);
    assert_int_equal(l.narrow_nodes, 2); /* c and d are worth nothing */
    assert_int_equal(l.narrow_value, 0);
    fp_layout_release(&l);
    fp_tree_release(&t);
}

/* A fan of 300,000 frames: fewer boxes than the limit, and the rest counted exactly. */
static void more_boxes_than_the_limit(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    struct fp_layout l;
    struct fp_tree t;
    int64_t shown = 0;

    (void)state;
    build_folded("", &b);
    for (int i = 0; i < 300000; i++) {
        char text[32];
        uint32_t name, node;

        snprintf(text, sizeof text, "f%d", i);
        assert_int_equal(fp_names_intern(&b.names, fp_slice_of(text), FP_KIND_APPLICATION, &name, &err), 0);
        assert_int_equal(fp_builder_child(&b, 0, name, &node, &err), 0);
        assert_int_equal(fp_builder_add(&b, node, 1 + i % 7, &err), 0);
    }
    assert_int_equal(fp_tree_freeze(&t, &b, false, &err), 0);
    for (int by_value = 0; by_value < 2; by_value++) {
        l = laid_out(&t, 1180, 0, by_value, 1000);
        assert_true(l.count <= FP_LIMIT_BOXES && l.count >= 1);
        assert_true(l.min_width > 0);
        shown = 0;
        for (size_t i = 1; i < l.count; i++)
            shown += t.total[l.boxes[i].node];
        assert_int_equal(shown + l.narrow_value, t.total[0]);
        assert_int_equal(l.count + l.narrow_nodes, t.count);
        fp_layout_release(&l);
    }
    fp_tree_release(&t);
}

static void no_value_at_all_and_a_root_alone(void **state)
{
    struct fp_layout l;
    struct fp_tree t;

    (void)state;
    tree_of("a;b 0\n", &t);
    l = laid_out(&t, 1180, 0.1, false, 1000);
    assert_int_equal(l.count, 0);
    assert_int_equal(l.rows, 1);
    fp_layout_release(&l);
    fp_tree_release(&t);
    tree_of(" 5\n", &t);
    l = laid_out(&t, 1180, 0.1, true, 1);
    assert_int_equal(l.count, 1);
    assert_false(l.boxes[0].cut);
    assert_int_equal(l.deep_nodes + l.narrow_nodes, 0);
    fp_layout_release(&l);
    fp_tree_release(&t);
}

static void values_near_the_end_of_the_range(void **state)
{
    struct fp_layout l;
    struct fp_tree t;

    (void)state;
    tree_of("a 3074457345618258602\nb;c 3074457345618258602\nd 3074457345618258601\ne;f;g 1\n", &t);
    assert_true(t.total[0] > INT64_MAX - 2);
    for (int by_value = 0; by_value < 2; by_value++) {
        l = laid_out(&t, 1180, 0, by_value, 1000);
        assert_int_equal(l.count, t.count);
        check_places(&t, &l, 1180, by_value);
        fp_layout_release(&l);
    }
    l = laid_out(&t, 1180, 0.1, false, 1000);
    check_against_the_definition(&t, &l, 1180, 1000);
    assert_int_equal(l.narrow_value, 1);
    assert_int_equal(l.narrow_nodes, 3);
    fp_layout_release(&l);
    fp_tree_release(&t);
}

static void a_deep_chain(void **state)
{
    struct fp_error err = FP_ERROR_INIT;
    struct fp_builder b;
    struct fp_layout l;
    struct fp_tree t;
    uint32_t name, node = 0;

    (void)state;
    build_folded("", &b);
    assert_int_equal(fp_names_intern(&b.names, fp_slice_of("f"), FP_KIND_APPLICATION, &name, &err), 0);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(fp_builder_child(&b, node, name, &node, &err), 0);
    assert_int_equal(fp_builder_add(&b, node, 9, &err), 0);
    assert_int_equal(fp_tree_freeze(&t, &b, false, &err), 0);
    l = laid_out(&t, 1180, 0.1, true, 1000);
    assert_int_equal(l.count, 1000);
    assert_int_equal(l.deep_nodes, 99001);
    assert_int_equal(l.deep_value, 9);
    fp_layout_release(&l);
    fp_tree_release(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boxes_partition_their_parents),
        cmocka_unit_test(nothing_between_siblings),
        cmocka_unit_test(rows_that_are_cut_are_marked),
        cmocka_unit_test(more_boxes_than_the_limit),
        cmocka_unit_test(no_value_at_all_and_a_root_alone),
        cmocka_unit_test(values_near_the_end_of_the_range),
        cmocka_unit_test(a_deep_chain),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
