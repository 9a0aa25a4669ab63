#include "keystore/file.h"

#include "base/fd.h"
#include "base/folder.h"
#include "base/result.h"
#include "keystore/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

void tb_file_deinit(struct tb_file *file)
{
    if (file->data)
        sodium_memzero(file->data, file->n);
    free(file->data);
    *file = (struct tb_file){0};
}

/* What somebody else has put here may be called anything. */
static bool is_printable(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           strchr("./_-", c) != NULL;
}

void tb_file_name(enum tb_keystore_file kind, const char *leaf,
                  char ret_name[static TB_FILE_NAME_SIZE])
{
    const char *folder = tb_folder_name(kind);
    (void)snprintf(ret_name, TB_FILE_NAME_SIZE, "%s%s%.64s", folder, folder[0] == 0 ? "" : "/",
                   leaf);
    for (char *c = ret_name; *c != 0; c++)
        if (!is_printable(*c))
            *c = '?';
}

int tb_file_damaged(struct tb_keystore *keystore, enum tb_keystore_file kind, const char *leaf,
                    enum tb_damage_kind damage)
{
    keystore->damage.kind = damage;
    tb_file_name(kind, leaf, keystore->damage.file);
    return TB_KEYSTORE_DAMAGED;
}

/* ---- reading ---- */

/* Ours alone: nobody else can have written or read it. */
static bool is_safe(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_uid == geteuid() &&
           (stat.st_mode & 07777) == 0600;
}

/* 0 and its bytes, or damage, or _NONE, or -errno. */
static int read_bytes(const struct tb_keystore *keystore, enum tb_keystore_file kind,
                      const char *leaf, struct tb_file *file, enum tb_damage_kind *ret_damage)
{
    /* O_NONBLOCK, so that a FIFO cannot hold us up. */
    tb_fd fd =
        openat(tb_folder_of(keystore, kind), leaf, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT)
        return TB_KEYSTORE_NONE;
    if (fd < 0 && errno != ELOOP && errno != EACCES && errno != ENXIO)
        return -errno;
    if (fd < 0 || !is_safe(fd)) {
        *ret_damage = TB_DAMAGE_UNSAFE;
        return TB_KEYSTORE_DAMAGED;
    }
    int r = tb_fd_read_all(fd, tb_sealed_max(kind), &file->data, &file->n);
    if (r == TB_TOO_LARGE) {
        *ret_damage = TB_DAMAGE_TOO_LARGE;
        return TB_KEYSTORE_DAMAGED;
    }
    return r;
}

/* The same, taken apart. */
static int read_sealed(struct tb_keystore *keystore, enum tb_keystore_file kind, const char *leaf,
                       struct tb_file *file)
{
    enum tb_damage_kind damage = 0;
    int r = read_bytes(keystore, kind, leaf, file, &damage);
    if (r == 0)
        damage = tb_sealed_parse(tb_bytes_of(file->data, file->n), &file->sealed);
    return damage != 0 ? tb_file_damaged(keystore, kind, leaf, damage) : r;
}

static int check(struct tb_keystore *keystore, enum tb_keystore_file kind, const char *leaf,
                 const struct tb_sealed *sealed)
{
    char name[TB_FILE_NAME_SIZE];
    tb_file_name(kind, leaf, name);
    struct tb_place place = {kind, tb_keystore_app(keystore), tb_bytes_of_string(name)};
    enum tb_damage_kind damage = tb_sealed_check(sealed, keystore->own, &place);
    return damage != 0 ? tb_file_damaged(keystore, kind, leaf, damage) : 0;
}

int tb_file_read(struct tb_keystore *keystore, enum tb_keystore_file kind, const char *leaf,
                 struct tb_file *ret_file)
{
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    int r = read_sealed(keystore, kind, leaf, &file);
    if (r == 0)
        r = check(keystore, kind, leaf, &file.sealed);
    if (r != 0)
        return r;
    *ret_file = file;
    file = (struct tb_file){0};
    return 0;
}

int tb_file_read_secret(struct tb_keystore *keystore)
{
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    int r = read_sealed(keystore, TB_FILE_SECRET, "secret", &file);
    if (r != 0)
        return r;
    if (file.sealed.payload.n != TB_OWN_SIZE)
        return tb_file_damaged(keystore, TB_FILE_SECRET, "secret", TB_DAMAGE_ALTERED);
    memcpy(keystore->own->secret, file.sealed.payload.data, TB_OWN_SIZE);
    tb_own_derive(keystore->own);
    return check(keystore, TB_FILE_SECRET, "secret", &file.sealed);
}

int tb_file_find(const struct tb_keystore *keystore, enum tb_keystore_file kind, const char *leaf)
{
    struct stat stat;
    if (fstatat(tb_folder_of(keystore, kind), leaf, &stat, AT_SYMLINK_NOFOLLOW) == 0)
        return 0;
    return errno == ENOENT ? TB_KEYSTORE_NONE : -errno;
}

/* ---- changing ---- */

int tb_file_begin(const struct tb_keystore *keystore, enum tb_keystore_file kind, const char *leaf,
                  size_t n_payload, struct tb_file_draft *ret_draft)
{
    char name[TB_FILE_NAME_SIZE];
    tb_file_name(kind, leaf, name);
    struct tb_place place = {kind, tb_keystore_app(keystore), tb_bytes_of_string(name)};
    return tb_file_draft_begin(&place, n_payload, ret_draft);
}

int tb_file_put(const struct tb_keystore *keystore, enum tb_keystore_file kind, const char *leaf,
                struct tb_file_draft *draft)
{
    int folder = tb_folder_of(keystore, kind);
    tb_file_draft_seal(draft, keystore->own);
    return tb_folder_replace(folder, TB_FILE_NEW, leaf, tb_file_draft_bytes(draft));
}

int tb_file_remove(const struct tb_keystore *keystore, enum tb_keystore_file kind, const char *leaf)
{
    int folder = tb_folder_of(keystore, kind);
    if (unlinkat(folder, leaf, 0) < 0)
        return errno == ENOENT ? TB_KEYSTORE_NONE : -errno;
    return fsync(folder) < 0 ? -errno : 0;
}

void tb_file_remove_unfinished(const struct tb_keystore *keystore)
{
    (void)unlinkat(keystore->root, TB_FILE_NEW, 0);
    for (size_t i = 0; i < TB_FOLDERS; i++)
        (void)unlinkat(keystore->folders[i], TB_FILE_NEW, 0);
}
