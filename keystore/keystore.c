#include "keystore/keystore.h"

#include "base/clock.h"
#include "base/fd.h"
#include "keystore/file.h"
#include "keystore/folder.h"
#include "keystore/guarded.h"
#include "keystore/names.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>

static const struct {
    const char *word;
    const char *text;
} damages[] = {
    {"none", "is whole"},
    [TB_DAMAGE_TORN] = {"torn", "is shorter than it says of itself"},
    [TB_DAMAGE_ALTERED] = {"altered", "is not what the enclave wrote"},
    [TB_DAMAGE_SWAPPED] = {"swapped", "was written for another name or another app"},
    [TB_DAMAGE_VERSION] = {"unknown-version", "is of a format that this version does not know"},
    [TB_DAMAGE_FOREIGN] = {"foreign", "is no file of the enclave's"},
    [TB_DAMAGE_UNSAFE] = {"unsafe", "is not one that its owner alone can read and write"},
    [TB_DAMAGE_TOO_LARGE] = {"too-large", "is larger than any the enclave writes"},
    [TB_DAMAGE_MISSING] = {"missing", "is not there, and nothing else can be read without it"},
};

const char *tb_damage_word(enum tb_damage_kind kind)
{
    return damages[kind].word;
}

const char *tb_damage_text(enum tb_damage_kind kind)
{
    return damages[kind].text;
}

const struct tb_damage *tb_keystore_damage(const struct tb_keystore *keystore)
{
    return &keystore->damage;
}

void tb_keystore_close(struct tb_keystore **keystore)
{
    struct tb_keystore *closed = *keystore;
    *keystore = NULL;
    if (!closed)
        return;
    tb_fd_close(&closed->root);
    for (size_t i = 0; i < TB_FOLDERS; i++)
        tb_fd_close(&closed->folders[i]);
    tb_guarded_free(closed->own);
    free(closed);
}

static int new_keystore(struct tb_bytes app, struct tb_keystore **ret_keystore)
{
    void *own;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = malloc(sizeof *keystore);
    if (!keystore)
        return -ENOMEM;
    *keystore = (struct tb_keystore){.root = -1,
                                     .folders = {-1, -1, -1, -1},
                                     .n_app = app.n,
                                     .now_s = tb_clock_wall_s,
                                     .random = randombytes_buf};
    memcpy(keystore->app, app.data, app.n);
    int r = tb_guarded_new(sizeof *keystore->own, &own);
    if (r < 0)
        return r;
    keystore->own = own;
    *ret_keystore = keystore;
    keystore = NULL;
    return 0;
}

/* ---- the secret ---- */

/* A new secret beside files that were sealed under another would make all of them worthless: that
 * nothing is here yet has to be sure. */
static int check_empty(struct tb_keystore *keystore)
{
    for (size_t i = 0; i < TB_FOLDERS; i++) {
        tb_cleanup(tb_names_deinit) struct tb_names names = {0};
        int r = tb_names_read(keystore->folders[i], &names);
        if (r < 0)
            return r;
        if (r > 0 || names.n > 0)
            return tb_file_damaged(keystore, TB_FILE_SECRET, "secret", TB_DAMAGE_MISSING);
    }
    return 0;
}

static int make_secret(struct tb_keystore *keystore)
{
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    keystore->random(keystore->own->secret, sizeof keystore->own->secret);
    tb_own_derive(keystore->own);
    int r = tb_file_begin(keystore, TB_FILE_SECRET, "secret", TB_OWN_SIZE, &draft);
    if (r < 0)
        return r;
    tb_write_bytes(&draft.writer, tb_bytes_of(keystore->own->secret, TB_OWN_SIZE));
    return tb_file_put(keystore, TB_FILE_SECRET, "secret", &draft);
}

/* Of two processes that start at once one makes it, under the lock, and both read it. */
static int open_secret(struct tb_keystore *keystore, bool make)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    int r = tb_folder_lock_changes(keystore, &locked);
    if (r < 0)
        return r;
    r = tb_file_read_secret(keystore);
    if (r != TB_KEYSTORE_NONE)
        return r;
    tb_file_remove_unfinished(keystore);
    r = check_empty(keystore);
    if (r == 0 && !make)
        return TB_KEYSTORE_NONE;
    return r == 0 ? make_secret(keystore) : r;
}

int tb_keystore_open(const char *path, struct tb_bytes app, bool make, struct tb_damage *ret_damage,
                     struct tb_keystore **ret_keystore)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = NULL;
    if (app.n == 0 || app.n > TB_KEYSTORE_APP_MAX)
        return TB_KEYSTORE_INVALID;
    int r = new_keystore(app, &keystore);
    if (r == 0)
        r = tb_folder_open(keystore, path, make);
    if (r == 0)
        r = open_secret(keystore, make);
    if (r == TB_KEYSTORE_DAMAGED)
        *ret_damage = keystore->damage;
    if (r != 0)
        return r;
    *ret_keystore = keystore;
    keystore = NULL;
    return 0;
}
