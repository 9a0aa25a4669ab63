#include "keystore/vault.h"

#include "keystore/folder.h"
#include "keystore/guarded.h"
#include "keystore/names.h"
#include "keystore/pending.h"
#include "keystore/value.h"

static bool is_name(struct tb_bytes name)
{
    for (size_t i = 0; i < name.n; i++)
        if (name.data[i] < 0x20 || name.data[i] == 0x7f ||
            /* U+0080 to U+009F, which terminals obey too */
            (name.data[i] == 0xc2 && i + 1 < name.n && name.data[i + 1] < 0xa0))
            return false;
    return name.n > 0 && name.n <= TB_VALUE_NAME_MAX && tb_utf8_valid(name);
}

/* ---- putting ---- */

static int check_room(const struct tb_keystore *keystore, const char *leaf)
{
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    int r = tb_file_find(keystore, TB_FILE_VALUE, leaf);
    if (r != TB_KEYSTORE_NONE)
        return r;
    r = tb_names_read(tb_folder_of(keystore, TB_FILE_VALUE), &names);
    return r == 0 && names.n >= TB_KEYSTORE_VALUES_MAX ? TB_KEYSTORE_FULL : r;
}

/* Another process may have deleted the key since it was unlocked here: a value without one would
 * stay for ever, and nobody could open it. */
static int put(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
               const char *leaf, struct tb_file_draft *draft)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    int r = tb_change_begin(keystore, &locked);
    if (r == 0)
        r = tb_file_find(keystore, TB_FILE_KEY, fingerprint->text);
    if (r == 0)
        r = check_room(keystore, leaf);
    return r == 0 ? tb_file_put(keystore, TB_FILE_VALUE, leaf, draft) : r;
}

int tb_vault_put(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                 const struct tb_key_secret *secret, struct tb_bytes name, struct tb_bytes value)
{
    char leaf[TB_VALUE_LEAF];
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    if (!is_name(name))
        return TB_KEYSTORE_INVALID;
    if (value.n > TB_VALUE_MAX)
        return TB_KEYSTORE_TOO_LARGE;
    tb_value_leaf(keystore, fingerprint, name, leaf);
    int r = tb_file_begin(keystore, TB_FILE_VALUE, leaf, tb_value_size(name, value), &draft);
    if (r == 0)
        r = tb_value_seal(keystore, fingerprint, secret->vault_key, name, value, &draft);
    return r == 0 ? put(keystore, fingerprint, leaf, &draft) : r;
}

/* ---- getting ---- */

int tb_vault_get(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                 const struct tb_key_secret *secret, struct tb_bytes name, uint8_t **ret_value,
                 size_t *ret_n)
{
    char leaf[TB_VALUE_LEAF];
    void *plain;
    tb_cleanup(tb_value_deinit) struct tb_value value = {0};
    if (!is_name(name))
        return TB_KEYSTORE_INVALID;
    tb_value_leaf(keystore, fingerprint, name, leaf);
    int r = tb_value_read(keystore, leaf, &value);
    if (r == 0)
        r = tb_guarded_new(tb_value_plain_size(&value) + 1, &plain);
    if (r != 0)
        return r;
    if (tb_value_open(keystore, &value, secret->vault_key, plain) != 0) {
        tb_guarded_free(plain);
        return tb_file_damaged(keystore, TB_FILE_VALUE, leaf, TB_DAMAGE_ALTERED);
    }
    *ret_value = plain;
    *ret_n = tb_value_plain_size(&value);
    return 0;
}

int tb_vault_delete(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                    struct tb_bytes name)
{
    char leaf[TB_VALUE_LEAF];
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    if (!is_name(name))
        return TB_KEYSTORE_INVALID;
    tb_value_leaf(keystore, fingerprint, name, leaf);
    int r = tb_change_begin(keystore, &locked);
    return r == 0 ? tb_file_remove(keystore, TB_FILE_VALUE, leaf) : r;
}

/* ---- listing ---- */

static bool has_prefix(struct tb_bytes name, struct tb_bytes prefix)
{
    return name.n >= prefix.n && tb_bytes_equal(tb_bytes_of(name.data, prefix.n), prefix);
}

int tb_vault_list(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                  struct tb_bytes prefix, int (*visit)(void *data, struct tb_bytes name),
                  void *data)
{
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    int r = tb_names_read(tb_folder_of(keystore, TB_FILE_VALUE), &names);
    for (size_t i = 0; i < names.n && r == 0; i++) {
        tb_cleanup(tb_value_deinit) struct tb_value value = {0};
        r = tb_value_read(keystore, names.list[i], &value);
        if (r == 0 && strcmp(value.fingerprint.text, fingerprint->text) == 0 &&
            has_prefix(value.name, prefix))
            r = visit(data, value.name);
        else if (r > 0)
            r = 0; /* gone since, or damaged */
    }
    return r;
}
