#include "plugins/fs/root.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>

/* What is below the deepest of the app's own folders that holds the path; NULL: none does. */
static const char *below_anchor(const struct fs_anchors *anchors, const char *path,
                                struct tb_bytes *ret_anchor)
{
    const char *found = NULL;
    for (size_t i = 0; i < FS_ANCHORS_MAX; i++) {
        struct tb_bytes anchor = anchors->paths[i];
        const char *below = anchor.n > 1 ? fs_below(anchor, path) : NULL;
        if (!below || (found && anchor.n <= ret_anchor->n))
            continue;
        found = below;
        *ret_anchor = anchor;
    }
    return found;
}

static int open_path(const struct fs_anchors *anchors, const char *path)
{
    struct tb_bytes anchor;
    char folder[FS_PATH_MAX + 1];
    const char *below = below_anchor(anchors, path, &anchor);
    if (!below || anchor.n > FS_PATH_MAX)
        return fs_openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_MAGICLINKS);
    memcpy(folder, anchor.data, anchor.n);
    folder[anchor.n] = 0;
    tb_fd held = fs_openat2(AT_FDCWD, folder, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_MAGICLINKS);
    return held < 0 ? held : fs_openat2(held, below, O_PATH | O_DIRECTORY, 0, fs_resolve_strict);
}

static int open_root(const struct fs_anchors *anchors, struct fs_root *root)
{
    tb_fd fd = open_path(anchors, root->path);
    struct stat status;
    if (fd == -EMFILE || fd == -ENFILE || fd == -ENOMEM)
        return fd;
    if (fd < 0)
        return TB_OK; /* missing, or not to be had: the same to a page */
    if (fstat(fd, &status) < 0)
        return -errno;
    root->identity = fs_identity_of(&status);
    root->fd = fd;
    fd = -1;
    return TB_OK;
}

int fs_roots_add(struct fs_roots *roots, struct tb_bytes path, uint32_t *ret_index)
{
    for (uint32_t i = 0; i < roots->n; i++) {
        if (tb_bytes_equal(fs_root_bytes(&roots->items[i]), path)) {
            *ret_index = i;
            return TB_OK;
        }
    }
    if (roots->n == FS_ROOTS_MAX)
        return TB_TOO_LARGE;
    struct fs_root *root = &roots->items[roots->n];
    *root =
        (struct fs_root){.path = strndup((const char *)path.data, path.n), .n = path.n, .fd = -1};
    if (!root->path)
        return -ENOMEM;
    *ret_index = roots->n++;
    return open_root(&roots->anchors, root);
}

void fs_roots_deinit(struct fs_roots *roots)
{
    for (uint32_t i = 0; i < roots->n; i++) {
        tb_fd_close(&roots->items[i].fd);
        free(roots->items[i].path);
    }
    roots->n = 0;
}

bool fs_roots_have(const struct fs_roots *roots, struct fs_identity identity)
{
    for (uint32_t i = 0; i < roots->n; i++)
        if (roots->items[i].fd >= 0 && fs_identity_equal(roots->items[i].identity, identity))
            return true;
    return false;
}

const char *fs_below(struct tb_bytes root, const char *path)
{
    size_t n = root.n == 1 ? 0 : root.n; /* "/" ends with the slash that others are followed by */
    if (strncmp(path, (const char *)root.data, n) != 0 || (path[n] != '/' && path[n] != 0))
        return NULL;
    return path[n] == 0 || path[n + 1] == 0 ? "." : path + n + 1;
}
