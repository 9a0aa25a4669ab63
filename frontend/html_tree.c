/*
 * libgumbo neither bounds its memory nor looks whether there is any, and frees a tree by recursion,
 * as deep as the document is. So it gets memory from here: chunks that are freed together, and past
 * the limit the parse is left by a jump. Nothing of gumbo's outlives that: it keeps no state but in
 * this memory.
 */
#include "frontend/html_tree.h"

#include "base/result.h"

#include <errno.h>
#include <setjmp.h>
#include <stdlib.h>

enum { CHUNK = 256 * 1024, ALIGN = 16 };

struct chunk {
    struct chunk *before;
    max_align_t memory[];
};

struct tb_html_tree {
    struct chunk *last;
    uint8_t *free;
    size_t n_free;
    size_t n_bytes;
    size_t max;
    const GumboNode *root;
    jmp_buf out;
};

static void leave(struct tb_html_tree *tree, int why)
{
    longjmp(tree->out, why);
}

static void add_chunk(struct tb_html_tree *tree, size_t n)
{
    size_t size = n > CHUNK ? n : CHUNK;
    if (size > tree->max - tree->n_bytes)
        leave(tree, TB_TOO_LARGE);
    struct chunk *chunk = malloc(sizeof *chunk + size);
    if (!chunk)
        leave(tree, ENOMEM);
    chunk->before = tree->last;
    tree->last = chunk;
    tree->free = (uint8_t *)chunk->memory;
    tree->n_free = size;
    tree->n_bytes += size;
}

static void *get(void *data, size_t n)
{
    struct tb_html_tree *tree = data;
    if (n > tree->max)
        leave(tree, TB_TOO_LARGE);
    n = (n + ALIGN - 1) / ALIGN * ALIGN;
    if (n > tree->n_free)
        add_chunk(tree, n);
    void *memory = tree->free;
    tree->free += n;
    tree->n_free -= n;
    return memory;
}

static void keep(void *data, void *memory)
{
    (void)data;
    (void)memory;
}

static void parse(struct tb_html_tree *tree, struct tb_bytes text)
{
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = get;
    options.deallocator = keep;
    options.userdata = tree;
    options.max_errors = 0;
    const GumboOutput *output = gumbo_parse_with_options(&options, (const char *)text.data, text.n);
    tree->root = output->root;
}

int tb_html_tree_new(struct tb_bytes text, size_t max, struct tb_html_tree **ret_tree)
{
    struct tb_html_tree *tree = calloc(1, sizeof *tree);
    if (!tree)
        return -ENOMEM;
    tree->max = max;
    int why = setjmp(tree->out);
    if (why == 0) {
        parse(tree, text);
        *ret_tree = tree;
        return TB_OK;
    }
    tb_html_tree_free(tree);
    return why == ENOMEM ? -ENOMEM : TB_TOO_LARGE;
}

const GumboNode *tb_html_tree_root(const struct tb_html_tree *tree)
{
    return tree->root;
}

void tb_html_tree_free(struct tb_html_tree *tree)
{
    if (!tree)
        return;
    while (tree->last) {
        struct chunk *before = tree->last->before;
        free(tree->last);
        tree->last = before;
    }
    free(tree);
}
