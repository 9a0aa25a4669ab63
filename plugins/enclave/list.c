/*
 * list_keys: all keys of the command's scope, and the files that are damaged. The whole keystore is
 * read, as it is on disk now.
 */
#include "plugins/enclave/enclave.h"
#include "plugins/enclave/key_info.h"

#include <stdlib.h>

/* More is of no use to anybody: `trollbridge enclave check` names all. */
enum { DAMAGED_MAX = 64 };

struct listing {
    struct enclave *enclave;
    const struct tb_plugin_scope *scope;
    struct tb_fingerprint keys[TB_KEYSTORE_CERTIFICATES_MAX];
    size_t n_keys;
    struct tb_damage damaged[DAMAGED_MAX];
    size_t n_damaged;
};

static void listing_free(struct listing **listing)
{
    free(*listing);
}

/* ---- what there is ---- */

static bool is_of_a_key(const struct tb_keystore_entry *entry)
{
    return entry->fingerprint.text[0] != 0;
}

static int look(void *data, const struct tb_keystore_entry *entry)
{
    struct listing *listing = data;
    if (is_of_a_key(entry) && !enclave_scope_has_key(listing->scope, &entry->fingerprint))
        return 0;
    if (entry->damage.kind != 0) {
        if (listing->n_damaged < DAMAGED_MAX)
            listing->damaged[listing->n_damaged++] = entry->damage;
    } else if (entry->kind == TB_FILE_CERTIFICATE &&
               listing->n_keys < TB_KEYSTORE_CERTIFICATES_MAX) {
        listing->keys[listing->n_keys++] = entry->fingerprint;
    }
    return 0;
}

/* ---- what is told of it ---- */

/* False: it went away meanwhile. */
static bool pack_key(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                     struct tb_packer *packer)
{
    struct enclave_key_info info;
    struct enclave_failure failure;
    if (!enclave_key_info_read(enclave, fingerprint, &info, &failure))
        return false;
    tb_pack_map(packer, ENCLAVE_N_KEY_INFO);
    enclave_pack_key_info(packer, &info);
    return true;
}

static void pack_keys(const struct listing *listing, struct tb_packer *packer)
{
    uint32_t n = 0;
    tb_pack_key(packer, "keys");
    size_t at = tb_pack_array_begin(packer);
    for (size_t i = 0; i < listing->n_keys && !tb_pack_failed(packer); i++)
        n += pack_key(listing->enclave, &listing->keys[i], packer);
    tb_pack_array_end(packer, at, n);
}

static void pack_damaged(const struct listing *listing, struct tb_packer *packer)
{
    tb_pack_key(packer, "damaged");
    tb_pack_array(packer, listing->n_damaged);
    for (size_t i = 0; i < listing->n_damaged; i++) {
        tb_pack_map(packer, 2);
        tb_pack_key_text(packer, "file", listing->damaged[i].file);
        tb_pack_key_text(packer, "problem", tb_damage_word(listing->damaged[i].kind));
    }
}

bool enclave_list_keys(struct tb_call *call, struct enclave_failure *ret_failure)
{
    tb_cleanup(listing_free) struct listing *listing = calloc(1, sizeof *listing);
    if (!listing)
        return enclave_fail_memory(ret_failure);
    listing->enclave = enclave_of(call);
    listing->scope = enclave_scope_of(call);
    if (!enclave_scope_some_key(listing->scope, ret_failure))
        return false;
    int r = tb_keystore_visit(listing->enclave->keystore, look, listing);
    if (r != 0)
        return enclave_fail_folder(ret_failure, listing->enclave->keystore, r);
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, 2);
    pack_keys(listing, packer);
    pack_damaged(listing, packer);
    return true;
}
