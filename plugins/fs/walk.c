#include "plugins/fs/walk.h"

#include "base/fd.h"
#include "plugins/fs/entries.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static const struct fs_failure too_much = {
    TB_CODE_TOO_LARGE, 0,
    "the folder holds more than 100000 entries, or folders more than 64 deep: take its parts one "
    "by one"};
static const struct fs_failure outside = {
    TB_CODE_SCOPE, 0, "the folder holds something that is not in the scope of this command"};

struct level {
    int fd;
    size_t n_path; /* of the folder's path */
    struct stat status;
    struct fs_entries entries;
};

struct walker {
    const struct fs_walk *walk;
    const struct fs_target *target;
    struct fs_path path;
    uint32_t n_entries;
    uint32_t depth;
    struct level levels[FS_WALK_DEPTH];
};

static void free_walker(struct walker **walker)
{
    while (*walker && (*walker)->depth > 0)
        tb_fd_close(&(*walker)->levels[--(*walker)->depth].fd);
    free(*walker);
}

/* Takes the descriptor. */
static bool push(struct walker *walker, int fd, const struct stat *status,
                 struct fs_failure *ret_failure)
{
    if (walker->depth == FS_WALK_DEPTH) {
        tb_fd_close(&fd);
        return fs_fail(too_much, ret_failure);
    }
    struct level *level = &walker->levels[walker->depth++];
    level->fd = fd;
    level->n_path = walker->path.n;
    level->status = *status;
    fs_entries_begin(&level->entries, fd);
    return true;
}

static bool is_inside(const struct walker *walker, bool named, const struct stat *status)
{
    const struct fs_target *target = walker->target;
    return named && fs_scope_find(target->space, target->scope, &walker->path) &&
           !fs_target_denies(target, fs_identity_of(status), true);
}

/* Of a folder *ret_fd is new, and the status is its own. 0 or -errno. */
static int look(int folder, const char *name, struct stat *ret_status, int *ret_fd)
{
    if (fstatat(folder, name, ret_status, AT_SYMLINK_NOFOLLOW) < 0)
        return -errno;
    if (!S_ISDIR(ret_status->st_mode))
        return 0;
    tb_fd fd = fs_openat2(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0, fs_resolve_strict);
    if (fd < 0)
        return fd;
    if (fstat(fd, ret_status) < 0)
        return -errno;
    *ret_fd = fd;
    fd = -1;
    return 0;
}

/* Goes to the entry, and asks what to do with it. `fd`: of a folder, else -1. */
static bool meet(struct walker *walker, const struct level *level, const char *name, int fd,
                 const struct stat *status, bool *ret_into, struct fs_failure *ret_failure)
{
    walker->path.n = level->n_path;
    bool named = fs_path_enter(&walker->path, name);
    const struct fs_found found = {
        .folder = level->fd,
        .name = name,
        .path = &walker->path,
        .fd = fd,
        .status = status,
        .inside = is_inside(walker, named, status),
    };
    enum fs_walk_next next = walker->walk->visit(walker->walk->context, &found, ret_failure);
    *ret_into = next == FS_WALK_ON && fd >= 0;
    if (*ret_into && !named)
        return fs_fail(outside, ret_failure);
    return next != FS_WALK_STOP;
}

static bool visit(struct walker *walker, const struct level *level, const char *name,
                  struct fs_failure *ret_failure)
{
    struct stat status;
    tb_fd fd = -1;
    bool into;
    if (++walker->n_entries > FS_WALK_ENTRIES)
        return fs_fail(too_much, ret_failure);
    int r = look(level->fd, name, &status, &fd);
    if (r < 0)
        return fs_fail(fs_failure_of(r), ret_failure);
    if (!meet(walker, level, name, fd, &status, &into, ret_failure))
        return false;
    if (!into)
        return true;
    int taken = fd;
    fd = -1;
    return push(walker, taken, &status, ret_failure);
}

/* The innermost folder is done. */
static bool pop(struct walker *walker, struct fs_failure *ret_failure)
{
    struct level *level = &walker->levels[--walker->depth];
    tb_fd_close(&level->fd);
    if (walker->depth == 0 || !walker->walk->leave)
        return true;
    walker->path.n = level->n_path;
    walker->path.text[level->n_path] = 0;
    const struct fs_found found = {
        .folder = level[-1].fd,
        .name = strrchr(walker->path.text, '/') + 1,
        .path = &walker->path,
        .fd = -1,
        .status = &level->status,
        .inside = true,
    };
    return walker->walk->leave(walker->walk->context, &found, ret_failure);
}

/* An own descriptor for reading, since the caller's may be one of O_PATH. */
static bool begin(struct walker *walker, int folder, struct fs_failure *ret_failure)
{
    struct stat status;
    tb_fd fd = fs_openat2(folder, ".", O_RDONLY | O_DIRECTORY, 0, fs_resolve_strict);
    if (fd < 0)
        return fs_fail(fs_failure_of(fd), ret_failure);
    if (fstat(fd, &status) < 0)
        return fs_fail(fs_failure_of(-errno), ret_failure);
    int taken = fd;
    fd = -1;
    walker->path = *walker->target->path;
    return push(walker, taken, &status, ret_failure);
}

bool fs_walk(const struct fs_walk *walk, const struct fs_target *target, int folder,
             struct fs_failure *ret_failure)
{
    tb_cleanup(free_walker) struct walker *walker = calloc(1, sizeof *walker);
    if (!walker)
        return fs_fail(fs_failure_of(-ENOMEM), ret_failure);
    walker->walk = walk;
    walker->target = target;
    bool ok = begin(walker, folder, ret_failure);
    while (ok && walker->depth > 0) {
        struct level *level = &walker->levels[walker->depth - 1];
        const struct fs_entry_head *entry;
        int r = fs_entries_next(&level->entries, &entry);
        if (r < 0)
            return fs_fail(fs_failure_of(r), ret_failure);
        ok = entry ? visit(walker, level, entry->name, ret_failure) : pop(walker, ret_failure);
    }
    return ok;
}

enum fs_walk_next fs_walk_inside(void *context, const struct fs_found *found,
                                 struct fs_failure *ret_failure)
{
    const struct fs_space *space = context;
    struct fs_identity identity = fs_identity_of(found->status);
    if (found->inside && !fs_roots_have(&space->roots, identity) &&
        !fs_picks_have(&space->picks, identity))
        return FS_WALK_ON;
    *ret_failure = outside;
    return FS_WALK_STOP;
}
