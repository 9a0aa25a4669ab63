/*
 * The folders that allowed patterns begin with, held open from the start. Their own paths come from
 * policy and may lead through symbolic links (a linked /home is common), but not below the app's
 * own folders; nothing below a root may. What is missing at the start is not there until the plugin
 * starts again: the kernel's hull around the plugin was drawn at the same time.
 */
#pragma once

#include "plugins/fs/identity.h"
#include "plugins/fs/path.h"

enum { FS_ROOTS_MAX = 256, FS_ANCHORS_MAX = 6 };

struct fs_root {
    char *path; /* absolute, ends with a NUL */
    size_t n;
    int fd;      /* O_PATH; -1: missing */
    char *alias; /* the one name in it that `path` stands for; NULL: what is below `path` */
    struct fs_identity identity;
};

/*
 * The app's own folders. What a user links is the user's will; but a link that came with an app, or
 * that lies among its own data, would turn a narrow scope into any folder. Below these no link is
 * followed, roots included.
 */
struct fs_anchors {
    struct tb_bytes paths[FS_ANCHORS_MAX]; /* borrowed; empty: not set */
};

struct fs_roots {
    struct fs_root items[FS_ROOTS_MAX];
    uint32_t n;
    struct fs_anchors anchors;
};

/* Finds or opens the folder. TB_OK, TB_TOO_LARGE (FS_ROOTS_MAX) or -errno. */
tb_must_check int fs_roots_add(struct fs_roots *roots, struct tb_bytes path, uint32_t *ret_index);
void fs_roots_deinit(struct fs_roots *roots);
/* Whether one of them is this folder, whatever its name is at the moment. */
bool fs_roots_have(const struct fs_roots *roots, struct fs_identity identity);

static inline struct tb_bytes fs_root_bytes(const struct fs_root *root)
{
    return tb_bytes_of(root->path, root->n);
}

/* The path from a root to what is below it, or NULL if it is not; "." for the root itself. */
const char *fs_below(struct tb_bytes root, const char *path);
