#include "base/fd.h"
#include "confine/cover.h"
#include "confine/inside.h"
#include "graft/graft.h"
#include "proto/inner.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define ALWAYS (TB_MOUNT_NOSUID | TB_MOUNT_NODEV | TB_MOUNT_NOEXEC)

struct picked {
    const struct graft *graft;
    char path[PATH_MAX]; /* where the kernel says that it is */
    struct stat status;
};

static bool same_file(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether that is what was picked, by whatever name. */
static bool is_it(const struct picked *picked, int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && same_file(&status, &picked->status);
}

/* The descriptor is what was picked; its path is only the way back to it in another namespace,
 * where it is looked for anew and compared. */
static int look(struct picked *picked)
{
    char link[32];
    struct stat root;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", GRAFT_PICK);
    if (fstat(GRAFT_PICK, &picked->status) < 0 || stat("/", &root) < 0)
        return TB_GRAFT_FAILED;
    mode_t wanted = picked->graft->folder ? S_IFDIR : S_IFREG;
    if ((picked->status.st_mode & S_IFMT) != wanted)
        return TB_GRAFT_KIND;
    if (same_file(&picked->status, &root))
        return TB_GRAFT_KEPT;
    ssize_t n = readlink(link, picked->path, sizeof picked->path - 1);
    if (n <= 0 || picked->path[0] != '/')
        return TB_GRAFT_MOVED;
    picked->path[n] = 0;
    return TB_GRAFT_DONE;
}

/* What covers lies where the view on processes was: no plugin is to have that either. */
static int make_lids(void)
{
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("tmpfs", "/proc", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              "mode=0755,size=64k,nr_inodes=16") < 0)
        return -errno;
    int lids = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r = lids < 0 ? -errno : hull_make_lids(lids);
    return r < 0 ? r : lids;
}

/* What lies inside of one that is covered already is not there any more, and needs no cover. */
static int cover(const struct graft *graft)
{
    tb_fd root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    tb_fd lids = make_lids();
    int r = root < 0 ? -errno : lids < 0 ? lids : 0;
    for (size_t i = 0; r == 0 && i < graft->n_covers; i++)
        r = hull_cover(root, lids, graft->covers[i]);
    return r;
}

static int clone_tree(const struct picked *picked, int *ret_tree)
{
    struct tb_mount_attr attr = {.set = ALWAYS, .propagation = MS_PRIVATE};
    if (!picked->graft->writable)
        attr.set |= TB_MOUNT_RDONLY;
    tb_fd tree = tb_open_tree(AT_FDCWD, picked->path,
                              TB_OPEN_TREE_CLONE | TB_OPEN_TREE_CLOEXEC | TB_AT_RECURSIVE |
                                  AT_SYMLINK_NOFOLLOW);
    if (tree < 0 || !is_it(picked, tree))
        return TB_GRAFT_KEPT;
    if (tb_mount_setattr(tree, TB_AT_RECURSIVE, &attr) < 0)
        return TB_GRAFT_FAILED;
    *ret_tree = tree;
    tree = -1;
    return TB_GRAFT_DONE;
}

static int make_tree(const struct picked *picked, int *ret_tree)
{
    tb_fd found = open(picked->path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (found < 0 || !is_it(picked, found))
        return TB_GRAFT_MOVED;
    if (cover(picked->graft) < 0)
        return TB_GRAFT_FAILED;
    return clone_tree(picked, ret_tree);
}

int graft_tree(const struct graft *graft, int *ret_tree)
{
    struct picked picked = {.graft = graft};
    int r = look(&picked);
    return r == TB_GRAFT_DONE ? make_tree(&picked, ret_tree) : r;
}
