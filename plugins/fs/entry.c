#include "plugins/fs/entry.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <fcntl.h>

static const struct fs_failure fixed = {
    TB_CODE_SCOPE, 0,
    "a scope or a pick begins here, or a scope denies what is in here: this name stays as it is"};

bool fs_target_denies(const struct fs_target *target, struct fs_identity identity, bool into)
{
    const struct fs_denied *denied;
    if (fs_denied_covers(&target->space->denied, identity))
        return true;
    for (uint32_t i = 0; (denied = fs_scope_denied(target->space, target->scope, i)); i++)
        if ((into || !denied->only_below) && fs_denied_is(denied, identity))
            return true;
    return false;
}

static bool look_at_denied(const struct fs_target *target, struct fs_failure *ret_failure)
{
    struct fs_denied *denied;
    for (uint32_t i = 0; (denied = fs_scope_denied(target->space, target->scope, i)); i++) {
        int r = fs_denied_look(&target->space->denied, denied);
        if (r == TB_FULL)
            return fs_fail(fs_outside, ret_failure);
        if (r != TB_OK)
            return fs_fail(fs_failure_of(r), ret_failure);
    }
    return true;
}

/* Where the last name begins. */
static const char *last_name(const char *below)
{
    const char *slash = strrchr(below, '/');
    return slash ? slash + 1 : below;
}

/* The folder that holds the last name: *ret_fd is new, or -1 if it is the root itself. 0 or -errno.
 */
static int open_parent(const struct fs_root *root, const char *below, int *ret_fd)
{
    char parent[FS_PATH_MAX + 1];
    size_t n = (size_t)(last_name(below) - below);
    if (n == 0)
        return 0;
    memcpy(parent, below, n - 1);
    parent[n - 1] = 0;
    int fd = fs_openat2(root->fd, parent, O_PATH | O_DIRECTORY, 0, fs_resolve_strict);
    if (fd < 0)
        return fd;
    *ret_fd = fd;
    return 0;
}

/* Step 3. Each `..` is the kernel's own answer at that moment, not a name that somebody can give.
 */
static bool check_ancestors(const struct fs_target *target, const struct fs_root *root, int parent,
                            struct fs_failure *ret_failure)
{
    char up[3 * TB_GLOB_PARTS_MAX + 3] = ".";
    for (size_t level = 0; level <= TB_GLOB_PARTS_MAX; level++) {
        struct stat status;
        if (fstatat(parent, up, &status, AT_SYMLINK_NOFOLLOW) < 0)
            return fs_fail(fs_failure_of(-errno), ret_failure);
        struct fs_identity identity = fs_identity_of(&status);
        if (fs_target_denies(target, identity, true))
            return fs_fail(fs_outside, ret_failure);
        if (fs_identity_equal(identity, root->identity))
            return true;
        memcpy(up + (level == 0 ? 0 : 3 * level - 1), level == 0 ? ".." : "/..",
               level == 0 ? 3 : 4);
    }
    return fs_fail(fs_outside, ret_failure); /* moved out of the root meanwhile */
}

bool fs_entry_find(const struct fs_target *target, struct fs_failure *ret_failure,
                   struct fs_entry *ret_entry)
{
    const struct fs_root *root = fs_scope_find(target->space, target->scope, target->path);
    const char *below = root ? fs_below(fs_root_bytes(root), target->path->text) : NULL;
    if (below && root->alias)
        below = root->alias;
    if (!below)
        return fs_fail(fs_outside, ret_failure);
    if (root->fd < 0)
        return fs_fail(fs_failure_of(-ENOENT), ret_failure);

    tb_fd held = -1;
    int r = open_parent(root, below, &held);
    if (r < 0)
        return fs_fail(fs_failure_of(r), ret_failure);
    if (!look_at_denied(target, ret_failure) ||
        !check_ancestors(target, root, held >= 0 ? held : root->fd, ret_failure))
        return false;
    *ret_entry = (struct fs_entry){.root = root, .held = held, .name = last_name(below)};
    held = -1;
    return true;
}

void fs_entry_close(struct fs_entry *entry)
{
    tb_fd_close(&entry->held);
}

bool fs_target_may_go(const struct fs_target *target, struct fs_identity identity,
                      struct fs_failure *ret_failure)
{
    struct fs_space *space = target->space;
    const struct fs_denied *denied;
    struct tb_bytes path = fs_path_bytes(target->path);
    for (uint32_t i = 0; i < space->roots.n; i++)
        if (fs_below(path, space->roots.items[i].path))
            return fs_fail(fixed, ret_failure);
    if (fs_picks_hold(&space->picks, path))
        return fs_fail(fixed, ret_failure);
    for (uint32_t i = 0; (denied = fs_scope_denied(space, target->scope, i)); i++)
        if (fs_below(path, denied->path))
            return fs_fail(fixed, ret_failure);
    if (fs_roots_have(&space->roots, identity) || fs_picks_have(&space->picks, identity) ||
        fs_target_denies(target, identity, true))
        return fs_fail(fixed, ret_failure);
    return true;
}
