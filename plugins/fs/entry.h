/*
 * A name in a held folder: what a path comes to before anything is opened, made, moved or removed
 * under it. It stays right while somebody else renames folders and plants links (docs/decisions has
 * what was measured):
 *
 *   1. the scope is asked about the path as a text;
 *   2. the parent is resolved from the held root: nothing outside it, no symbolic link anywhere;
 *   3. from that parent, `..` by `..` up to the root, each folder is compared with the denied ones.
 *
 * From here on no path is used again, only the parent's descriptor and the last name.
 */
#pragma once

#include "plugins/fs/failure.h"
#include "plugins/fs/scope.h"

/* What a command is about. Borrows both. */
struct fs_target {
    struct fs_space *space;
    uint32_t scope;
    const struct fs_path *path;
};

struct fs_entry {
    const struct fs_root *root;
    int held;         /* the parent's descriptor, owned; -1: the parent is the root */
    const char *name; /* borrows from the path, or the root; "." for the root itself */
};

/* True: *ret_entry is new. False: *ret_failure says why. */
tb_must_check bool fs_entry_find(const struct fs_target *target, struct fs_failure *ret_failure,
                                 struct fs_entry *ret_entry);
void fs_entry_close(struct fs_entry *entry);

static inline int fs_entry_parent(const struct fs_entry *entry)
{
    return entry->held >= 0 ? entry->held : entry->root->fd;
}

/* Whether this thing, whatever its name, is one that the scope denies. `into`: its content is
 * wanted, or it is a folder on the way. */
bool fs_target_denies(const struct fs_target *target, struct fs_identity identity, bool into);

/*
 * Whether the name can be given away: scopes are about names, so what a root or a denied name leads
 * through stays where it is. True, or false with *ret_failure.
 */
tb_must_check bool fs_target_may_go(const struct fs_target *target, struct fs_identity identity,
                                    struct fs_failure *ret_failure);
