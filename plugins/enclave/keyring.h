/*
 * The certificates of one call, by the key ids that messages and signatures name: of all keys that
 * the command's scope holds, each read at most once, and only when somebody asks. Key ids are no
 * more than a hint where to look; the OpenPGP library checks what it is given.
 */
#pragma once

#include "plugins/enclave/enclave.h"
#include "plugins/enclave/pgp/message.h"

struct enclave_keyring;

/* Borrows both. Returns a new one, or NULL: no memory. */
struct enclave_keyring *enclave_keyring_new(struct enclave *enclave,
                                            const struct tb_plugin_scope *scope);
void enclave_keyring_free(struct enclave_keyring **keyring); /* for tb_cleanup */

/* Every key of the scope that has a part of that id: anybody can bind another's subkey for
 * encryption to a key of his own, and must not hide its owner by that. */
void enclave_keyring_each(struct enclave_keyring *keyring, const char *key_id,
                          void (*each)(void *data, const struct tb_fingerprint *fingerprint),
                          void *data);

/* The key with a part of that id, if there is one. */
bool enclave_keyring_find(struct enclave_keyring *keyring, const char *key_id,
                          struct tb_fingerprint *ret_fingerprint);
/* For pgp_decrypt and pgp_verify; borrows the keyring. */
struct pgp_lookup enclave_keyring_lookup(struct enclave_keyring *keyring);
/* A certificate by its fingerprint, borrowed from the keyring. */
bool enclave_keyring_certificate(struct enclave_keyring *keyring,
                                 const struct tb_fingerprint *fingerprint,
                                 struct tb_bytes *ret_certificate, enum tb_trust *ret_trust,
                                 struct enclave_failure *ret_failure);
