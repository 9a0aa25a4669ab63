/*
 * The whole keystore as one file, encrypted under a passphrase (docs/keystore.md, Backups), and
 * back. For a program of its own, outside of any sandbox.
 */
#pragma once

#include "keystore/keystore.h"

/*
 * Writes it to that descriptor, from where it stands, with no change of the keystore meanwhile.
 * Files that are damaged are left out, and `left_out` is called with each. What counts the attempts
 * is not part of it. 0 and the number of files, or -errno: what was written is worth nothing.
 */
tb_must_check int tb_backup_write(struct tb_keystore *keystore, int fd, struct tb_bytes passphrase,
                                  const struct tb_wrap_cost *cost,
                                  void (*left_out)(void *data, const struct tb_damage *damage),
                                  void *data, size_t *ret_n);

/* A backup that was read to its end and is whole. Borrows the descriptor. */
struct tb_backup;

/*
 * Of a file that can be read at any place. _WRONG: another passphrase (or a changed beginning,
 * which nobody can tell from that). _DAMAGED: ret_damage, whose `file` is the one inside, or empty:
 * the backup itself; TB_DAMAGE_SWAPPED: it is another app's. _INVALID: it asks for more than is
 * given. Or -errno.
 */
tb_must_check int tb_backup_open(int fd, struct tb_bytes app, struct tb_bytes passphrase,
                                 struct tb_damage *ret_damage, struct tb_backup **ret_backup);
void tb_backup_close(struct tb_backup **backup); /* for tb_cleanup */
/* How many files it holds. */
size_t tb_backup_n(const struct tb_backup *backup);

/*
 * Puts it in the place of the folder with that path, at once: a new folder beside it is filled,
 * checked and exchanged for it. _EXISTS: there is a keystore that is not empty, and `replace` is
 * false. -EBUSY: a process uses the one that is there. Any other -errno, or _DAMAGED: what was
 * there still is. -ENOTEMPTY: it is done, but what was there has files that are not the enclave's,
 * and is now the folder whose name has `.restore` behind it. -EEXIST: there is such a folder
 * already, with files that are not the enclave's.
 */
tb_must_check int tb_backup_restore(struct tb_backup *backup, const char *path, bool replace,
                                    struct tb_damage *ret_damage);
