/* What the subcommands of `trollbridge enclave` share. */
#pragma once

#include "keystore/keystore.h"

#include <jansson.h>
#include <limits.h>

struct enclave {
    const char *app;             /* the app folder */
    const char *file;            /* of a backup; NULL: none given */
    const char *passphrase_file; /* NULL: asked for on the terminal */
    bool json;
    bool replace;
    char path[PATH_MAX]; /* the keystore's folder */
    char id[TB_KEYSTORE_APP_MAX + 1];
};

static inline struct tb_bytes enclave_id(const struct enclave *enclave)
{
    return tb_bytes_of_string(enclave->id);
}

/* Each returns an exit status; what is wrong has been said on stderr. */
int enclave_check(const struct enclave *enclave);
int enclave_list(const struct enclave *enclave);
int enclave_backup(const struct enclave *enclave);
int enclave_restore(const struct enclave *enclave);

/*
 * Opens the keystore. CLI_DONE; ret_keystore is NULL where there is none, or, its secret or a
 * folder being damaged, ret_damage says so. Else an exit status, and it has been said why.
 */
tb_must_check int enclave_open(const struct enclave *enclave, struct tb_damage *ret_damage,
                               struct tb_keystore **ret_keystore);
/* {"file", "problem", "text"}; NULL: no memory. */
json_t *enclave_damage_json(const struct tb_damage *damage);
