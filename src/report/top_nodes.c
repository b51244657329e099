#include "report/top_nodes.h"

#include <stdlib.h>

static int by_node(const void *pa, const void *pb)
{
    const struct fp_top_node *a = pa, *b = pb;

    return a->node < b->node ? -1 : a->node > b->node;
}

void fp_top_nodes_want(struct fp_top_nodes *top, uint32_t node)
{
    if (top->count < sizeof top->items / sizeof *top->items)
        top->items[top->count++].node = node;
}

int fp_top_nodes_make(struct fp_top_nodes *top, const struct fp_tree *tree, struct fp_error *err)
{
    struct fp_node_ids ids;
    int rc = FP_OK;

    qsort(top->items, top->count, sizeof *top->items, by_node);
    fp_node_ids_init(&ids, tree);
    for (size_t i = 0; i < top->count && rc == FP_OK; i++) {
        unsigned char uuid[FP_NODE_ID_BYTES];

        rc = fp_node_ids_get(&ids, top->items[i].node, uuid, err);
        if (rc == FP_OK)
            fp_node_id_format(top->items[i].text, uuid);
    }
    fp_node_ids_release(&ids);
    return rc;
}

const char *fp_top_nodes_find(const struct fp_top_nodes *top, uint32_t node)
{
    const struct fp_top_node key = { .node = node };
    const struct fp_top_node *found = bsearch(&key, top->items, top->count, sizeof key, by_node);

    return found ? found->text : NULL;
}
