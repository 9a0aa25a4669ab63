/* The plugin's state, and how its commands look. */
#pragma once

#include "plugins/enclave/block.h"
#include "plugins/enclave/failure.h"
#include "plugins/enclave/pgp/pgp.h"
#include "plugins/enclave/scope.h"
#include "plugins/enclave/stored.h"
#include "plugins/enclave/tickets.h"
#include "plugins/enclave/unlocked.h"

struct enclave {
    struct tb_keystore *keystore; /* NULL: it could not be opened, and `broken` says why */
    struct enclave_failure broken;
    struct pgp *pgp;
    struct enclave_unlocked unlocked;
    struct enclave_tickets tickets;
    struct enclave_budget budget;
};

static inline struct enclave *enclave_of(const struct tb_call *call)
{
    return (struct enclave *)call->state;
}

/*
 * A command: has answered the call or taken it over, or returns false with the failure that is the
 * answer. False with ENCLAVE_OK: it was answered already, as the readers of arguments do.
 *
 * Each looks at its scope first, then whether there is what was named, then whether it is unlocked,
 * and only then does anything that takes time.
 */
typedef bool enclave_command(struct tb_call *call, struct enclave_failure *ret_failure);

/* list.c, keys.c */
enclave_command enclave_list_keys, enclave_trust, enclave_delete_key, enclave_revoke_key,
    enclave_export_public_key;
/* generate.c */
enclave_command enclave_new_salt, enclave_generate_key;
/* unlock.c */
enclave_command enclave_salt, enclave_unlock, enclave_lock, enclave_change_passphrase;
/* encrypt.c, decrypt.c, sign.c */
enclave_command enclave_encrypt, enclave_decrypt, enclave_sign, enclave_verify;
/* vault.c */
enclave_command enclave_vault_put, enclave_vault_get, enclave_vault_list, enclave_vault_delete;
/* import.c, import_secret.c, export_secret.c */
enclave_command enclave_import_public_key, enclave_import_key, enclave_export_key;
