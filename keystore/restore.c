/* Putting a backup in the place of a keystore: a new folder beside it is filled, checked, and
 * exchanged for it in one step. */
#include "base/fd.h"
#include "keystore/backup_read.h"
#include "keystore/folder.h"
#include "keystore/names.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *const parts[] = {"keys", "public", "vault", "attempts"};

/* ---- removing a folder that is a keystore's ---- */

static int remove_files(int folder)
{
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    int r = tb_names_read(folder, &names);
    for (size_t i = 0; i < names.n && r == 0; i++)
        if (unlinkat(folder, names.list[i], 0) < 0 && errno != EISDIR)
            r = -errno;
    return r;
}

static int remove_part(int root, const char *part)
{
    tb_fd folder = openat(root, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP ? 0 : -errno;
    int r = remove_files(folder);
    if (r == 0 && unlinkat(root, part, AT_REMOVEDIR) < 0)
        r = -errno;
    return r;
}

/* Only what a keystore has: folders of others stay, and make it fail. */
static int remove_keystore(const char *path)
{
    tb_fd root = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (root < 0)
        return errno == ENOENT ? 0 : -errno;
    int r = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(parts) && r == 0; i++)
        r = remove_part(root, parts[i]);
    if (r == 0)
        r = remove_files(root);
    if (r == 0 && rmdir(path) < 0)
        r = -errno;
    return r;
}

/* ---- filling the new one ---- */

struct target {
    int root;
    int folders[TB_ARRAY_LEN(parts)];
};

static void target_deinit(struct target *target)
{
    tb_fd_close(&target->root);
    for (size_t i = 0; i < TB_ARRAY_LEN(parts); i++)
        tb_fd_close(&target->folders[i]);
}

static int open_folder(int at, const char *name, int *ret_fd)
{
    if (mkdirat(at, name, 0700) < 0)
        return -errno;
    *ret_fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return *ret_fd < 0 ? -errno : 0;
}

static int target_open(const char *path, struct target *target)
{
    int r = open_folder(AT_FDCWD, path, &target->root);
    for (size_t i = 0; i < TB_ARRAY_LEN(parts) && r == 0; i++)
        r = open_folder(target->root, parts[i], &target->folders[i]);
    return r;
}

static int folder_for(const struct target *target, enum tb_keystore_file kind)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(parts); i++)
        if (strcmp(parts[i], tb_folder_name(kind)) == 0)
            return target->folders[i];
    return target->root;
}

/* O_EXCL: a name that comes twice is an error. */
static int put_file(void *data, const struct tb_backup_file *file, struct tb_damage *damage)
{
    const struct target *target = data;
    (void)damage;
    tb_fd fd = openat(folder_for(target, file->kind), file->leaf,
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int r = tb_fd_write_all(fd, file->bytes);
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    return r;
}

static int sync_folders(const struct target *target)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(parts); i++)
        if (fsync(target->folders[i]) < 0)
            return -errno;
    return fsync(target->root) < 0 ? -errno : 0;
}

static int fill(const struct tb_backup *backup, const char *path, struct tb_damage *damage)
{
    tb_cleanup(target_deinit) struct target target = {-1, {-1, -1, -1, -1}};
    int r = remove_keystore(path);
    if (r == -ENOTEMPTY)
        return -EEXIST;
    if (r == 0)
        r = target_open(path, &target);
    if (r == 0)
        r = tb_backup_each(backup, put_file, &target, damage);
    return r == 0 ? sync_folders(&target) : r;
}

/* ---- the one that is there ---- */

/* What keeps everybody else out of it. */
struct old {
    int root;
    int keys;
};

static void old_deinit(struct old *old)
{
    tb_fd_close(&old->root);
    tb_fd_close(&old->keys);
}

static int lock_alone(int fd)
{
    return flock(fd, LOCK_EX | LOCK_NB) < 0 ? (errno == EWOULDBLOCK ? -EBUSY : -errno) : 0;
}

static int check_empty(int root)
{
    for (size_t i = 0; i + 1 < TB_ARRAY_LEN(parts); i++) {
        tb_cleanup(tb_names_deinit) struct tb_names names = {0};
        tb_fd folder = openat(root, parts[i], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int r = folder < 0 ? (errno == ENOENT ? 0 : -errno) : tb_names_read(folder, &names);
        if (r < 0)
            return r;
        if (r > 0 || names.n > 0)
            return TB_KEYSTORE_EXISTS;
    }
    return 0;
}

/* TB_KEYSTORE_NONE: there is no such folder. */
static int lock_old(const char *path, bool replace, struct old *old)
{
    old->root = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (old->root < 0)
        return errno == ENOENT ? TB_KEYSTORE_NONE : -errno;
    int r = lock_alone(old->root);
    old->keys = openat(old->root, parts[0], O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (r == 0 && old->keys >= 0)
        r = lock_alone(old->keys);
    return r == 0 && !replace ? check_empty(old->root) : r;
}

/* ---- in one step ---- */

static int sync_parent(const char *path)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    (void)snprintf(parent, sizeof parent, "%.*s", slash ? (int)(slash - path) : 0, path);
    tb_fd fd = open(slash == path || !slash ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

/* Afterwards `new` is what was at `path`, if anything was. */
static int exchange(const char *new, const char *path, bool is_there)
{
    unsigned flags = is_there ? RENAME_EXCHANGE : RENAME_NOREPLACE;
    if (renameat2(AT_FDCWD, new, AT_FDCWD, path, flags) < 0)
        return -errno;
    return sync_parent(path);
}

int tb_backup_restore(struct tb_backup *backup, const char *path, bool replace,
                      struct tb_damage *ret_damage)
{
    char new[PATH_MAX];
    tb_cleanup(old_deinit) struct old old = {-1, -1};
    if (snprintf(new, sizeof new, "%s.restore", path) >= (int)sizeof new)
        return -ENAMETOOLONG;
    int r = lock_old(path, replace, &old);
    bool is_there = r != TB_KEYSTORE_NONE;
    if (r == 0 || !is_there)
        r = fill(backup, new, ret_damage);
    else
        return r;
    if (r == 0)
        r = exchange(new, path, is_there);
    int removed = remove_keystore(new);
    return r == 0 ? removed : r;
}
