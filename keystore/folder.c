#include "keystore/folder.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Those below the top one. The first is also what says, by a shared lock, that the folder is in
 * use: who puts another in its place has to have that one alone. The last is locked while a hash is
 * tried. */
static const enum tb_keystore_file below[TB_FOLDERS] = {TB_FILE_KEY, TB_FILE_CERTIFICATE,
                                                        TB_FILE_VALUE, TB_FILE_ATTEMPTS};

enum { VALUE_DIGITS = 64 };

const char *tb_folder_name(enum tb_keystore_file kind)
{
    switch (kind) {
    case TB_FILE_KEY:
        return "keys";
    case TB_FILE_CERTIFICATE:
        return "public";
    case TB_FILE_VALUE:
        return "vault";
    case TB_FILE_ATTEMPTS:
        return "attempts";
    case TB_FILE_SECRET:
    case TB_FILE_PENDING:
        break;
    }
    return "";
}

bool tb_keystore_leaf(enum tb_keystore_file kind, const char *leaf,
                      struct tb_fingerprint *ret_fingerprint)
{
    if (kind == TB_FILE_SECRET || kind == TB_FILE_PENDING)
        return true;
    if (kind != TB_FILE_VALUE)
        return tb_fingerprint_read_exact(tb_bytes_of_string(leaf), ret_fingerprint);
    return strlen(leaf) == VALUE_DIGITS && strspn(leaf, "0123456789abcdef") == VALUE_DIGITS;
}

int tb_folder_of(const struct tb_keystore *keystore, enum tb_keystore_file kind)
{
    for (size_t i = 0; i < TB_FOLDERS; i++)
        if (below[i] == kind)
            return keystore->folders[i];
    return keystore->root;
}

static int unsafe(struct tb_keystore *keystore, const char *name)
{
    struct tb_damage *damage = &keystore->damage;
    damage->kind = TB_DAMAGE_UNSAFE;
    (void)snprintf(damage->file, sizeof damage->file, "%s", name[0] == 0 ? "." : name);
    return TB_KEYSTORE_DAMAGED;
}

/* 0 and its descriptor, which the caller owns; `name` is what it is called when it is wrong. */
static int open_one(struct tb_keystore *keystore, int at, const char *path, const char *name,
                    int *ret_fd)
{
    struct stat stat;
    tb_fd fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP || errno == EACCES))
        return unsafe(keystore, name);
    if (fd < 0)
        return errno == ENOENT ? TB_KEYSTORE_NONE : -errno;
    if (fstat(fd, &stat) < 0)
        return -errno;
    if (stat.st_uid != geteuid() || (stat.st_mode & 07777) != 0700)
        return unsafe(keystore, name);
    *ret_fd = fd;
    fd = -1;
    return 0;
}

static int open_below(struct tb_keystore *keystore, bool make)
{
    for (size_t i = 0; i < TB_FOLDERS; i++) {
        const char *name = tb_folder_name(below[i]);
        if (make && mkdirat(keystore->root, name, 0700) < 0 && errno != EEXIST)
            return -errno;
        int r = open_one(keystore, keystore->root, name, name, &keystore->folders[i]);
        if (r != 0)
            return r;
    }
    return 0;
}

/* Held until the process ends or closes the keystore. */
static int say_in_use(struct tb_keystore *keystore)
{
    if (flock(keystore->folders[0], LOCK_SH | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? -EBUSY : -errno;
    return 0;
}

int tb_folder_open(struct tb_keystore *keystore, const char *path, bool make)
{
    int r = open_one(keystore, AT_FDCWD, path, "", &keystore->root);
    if (r == 0)
        r = open_below(keystore, make);
    return r == 0 ? say_in_use(keystore) : r;
}

static int lock(const int *folder, struct tb_locked *ret_locked)
{
    int r;
    do {
        r = flock(*folder, LOCK_EX);
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return -errno;
    ret_locked->folder = folder;
    return 0;
}

int tb_folder_lock_changes(const struct tb_keystore *keystore, struct tb_locked *ret_locked)
{
    return lock(&keystore->root, ret_locked);
}

int tb_folder_lock_attempts(const struct tb_keystore *keystore, struct tb_locked *ret_locked)
{
    return lock(&keystore->folders[TB_FOLDERS - 1], ret_locked);
}

void tb_folder_unlock(struct tb_locked *locked)
{
    if (locked->folder)
        (void)flock(*locked->folder, LOCK_UN);
}
