/*
 * Placing what a person has picked before a plugin that runs already: docs/decisions/034-picks.md.
 *
 * Two namespaces are needed for it, and neither can do the other's part. In a user and mount
 * namespace that is thrown away the picked path is still a path: there one process makes a detached
 * tree of it, with everything covered that is kept from plugins. Another one is in no namespace of
 * its own, so that it can enter the plugin's, and puts that tree where the launcher has left a
 * place for it; no path of the machine leads there.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Descriptors of who makes the tree, and of who places it. */
enum { GRAFT_PICK = 3, GRAFT_MAKER_LINK = 4, GRAFT_GRANT = 5 };
enum { GRAFT_LINK = 3, GRAFT_PLUGIN = 4 };

struct graft {
    uint32_t number; /* 1 to TB_PICKS_MAX */
    bool folder;
    bool writable;
    char **covers; /* absolute paths that stay covered, whatever is picked */
    size_t n_covers;
};

/*
 * Makes the tree of what GRAFT_PICK stands for. TB_GRAFT_DONE, and *ret_tree is a new descriptor of
 * a mount that is nowhere yet; else what enum tb_graft says.
 */
tb_must_check int graft_tree(const struct graft *graft, int *ret_tree);

/* Places the tree in the namespaces of the process that GRAFT_PLUGIN stands for, and is in them
 * afterwards. TB_GRAFT_DONE or TB_GRAFT_FAILED. */
tb_must_check int graft_place(const struct graft *graft, int tree);
