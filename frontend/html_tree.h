/* The tree of one document, all of its memory in one piece that goes at once. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

#include <gumbo.h>

struct tb_html_tree;

/* TB_OK, TB_TOO_LARGE: it passes `max` bytes, or -ENOMEM. Borrows the text. */
tb_must_check int tb_html_tree_new(struct tb_bytes text, size_t max,
                                   struct tb_html_tree **ret_tree);
const GumboNode *tb_html_tree_root(const struct tb_html_tree *tree);
void tb_html_tree_free(struct tb_html_tree *tree);
