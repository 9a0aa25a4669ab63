#include "plugins/fs/root.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>

static int open_root(struct fs_root *root)
{
    tb_fd fd = fs_openat2(AT_FDCWD, root->path, O_PATH | O_DIRECTORY, 0, RESOLVE_NO_MAGICLINKS);
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
        if (tb_bytes_equal(tb_bytes_of(roots->items[i].path, roots->items[i].n), path)) {
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
    return open_root(root);
}

void fs_roots_deinit(struct fs_roots *roots)
{
    for (uint32_t i = 0; i < roots->n; i++) {
        tb_fd_close(&roots->items[i].fd);
        free(roots->items[i].path);
    }
    roots->n = 0;
}

const char *fs_below(struct tb_bytes root, const char *path)
{
    size_t n = root.n == 1 ? 0 : root.n; /* "/" ends with the slash that others are followed by */
    if (strncmp(path, (const char *)root.data, n) != 0 || (path[n] != '/' && path[n] != 0))
        return NULL;
    return path[n] == 0 || path[n + 1] == 0 ? "." : path + n + 1;
}
