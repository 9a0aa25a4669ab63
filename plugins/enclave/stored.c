#include "plugins/enclave/stored.h"

#include <errno.h>

bool enclave_fail_memory(struct enclave_failure *ret_failure)
{
    return enclave_fail(ret_failure, ENCLAVE_NO_MEMORY,
                        "the enclave has no memory for this: wait for other calls, lock keys, or "
                        "give it more (sandbox.memory_mib, the user's limit of locked memory)");
}

static bool fail_errno(struct enclave_failure *ret_failure, int error)
{
    if (error == ENOMEM)
        return enclave_fail_memory(ret_failure);
    if (error == EBUSY)
        return enclave_fail(ret_failure, ENCLAVE_KEYSTORE_IO,
                            "the keystore is just being restored: try again");
    const char *text = strerrordesc_np(error); /* strerror would ask for the locale */
    return enclave_fail(ret_failure, ENCLAVE_KEYSTORE_IO,
                        "the keystore's folder cannot be read or written: %s",
                        text ? text : "unknown error");
}

static bool fail_damaged(struct enclave_failure *ret_failure, const struct tb_keystore *keystore)
{
    const struct tb_damage *damage = tb_keystore_damage(keystore);
    return enclave_fail(ret_failure, ENCLAVE_KEYSTORE_DAMAGED,
                        "%s %s; other files stay usable. `trollbridge enclave check` names all "
                        "that are damaged, `trollbridge enclave restore` brings a backup back",
                        damage->file, tb_damage_text(damage->kind));
}

bool enclave_fail_stored(struct enclave_failure *ret_failure, const struct tb_keystore *keystore,
                         int r, const struct tb_fingerprint *fingerprint)
{
    if (r < 0)
        return fail_errno(ret_failure, -r);
    switch ((enum tb_keystore_result)r) {
    case TB_KEYSTORE_DAMAGED:
        return fail_damaged(ret_failure, keystore);
    case TB_KEYSTORE_EXISTS:
        return enclave_fail(ret_failure, ENCLAVE_KEY_EXISTS,
                            "the secret key %s is here already: delete it first",
                            fingerprint->text);
    case TB_KEYSTORE_TOO_LARGE:
        return enclave_fail(ret_failure, ENCLAVE_TOO_LARGE,
                            "larger than the keystore takes: 1 MiB for a certificate, 1,000,000 "
                            "bytes for a value");
    case TB_KEYSTORE_FULL:
        return enclave_fail(ret_failure, ENCLAVE_TOO_LARGE,
                            "the keystore holds as many keys or values as it takes: delete some");
    case TB_KEYSTORE_INVALID:
        return enclave_fail(ret_failure, ENCLAVE_BAD_ARGUMENT,
                            "the keystore has no place for this");
    case TB_KEYSTORE_OK:
    case TB_KEYSTORE_NONE:
    case TB_KEYSTORE_WRONG:
    case TB_KEYSTORE_WAIT:
        break;
    }
    return enclave_fail(ret_failure, ENCLAVE_NO_SUCH_KEY,
                        "there is no key %s: import it, or see list_keys", fingerprint->text);
}

bool enclave_fail_folder(struct enclave_failure *ret_failure, const struct tb_keystore *keystore,
                         int r)
{
    static const struct tb_fingerprint none;
    return enclave_fail_stored(ret_failure, keystore, r, &none);
}

bool enclave_fail_secret(struct enclave_failure *ret_failure, struct tb_keystore *keystore, int r,
                         const struct tb_fingerprint *fingerprint)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate certificate = {0};
    if (r != TB_KEYSTORE_NONE || tb_keystore_certificate(keystore, fingerprint, &certificate) != 0)
        return enclave_fail_stored(ret_failure, keystore, r, fingerprint);
    return enclave_fail(ret_failure, ENCLAVE_NO_SECRET_KEY,
                        "of the key %s only the public half is here", fingerprint->text);
}

bool enclave_fail_attempt(struct enclave_failure *ret_failure, struct tb_keystore *keystore, int r,
                          const struct tb_fingerprint *fingerprint,
                          const struct tb_attempts *attempts)
{
    if (r == TB_KEYSTORE_WAIT)
        return enclave_fail(ret_failure, ENCLAVE_WAIT,
                            "%u attempts failed: the next one is taken in %u seconds",
                            attempts->failures, attempts->wait_s);
    if (r == TB_KEYSTORE_WRONG)
        return enclave_fail(ret_failure, ENCLAVE_WRONG_PASSPHRASE,
                            "not the passphrase of the key %s; %u failed so far", fingerprint->text,
                            attempts->failures);
    return enclave_fail_secret(ret_failure, keystore, r, fingerprint);
}

bool enclave_fail_value(struct enclave_failure *ret_failure, struct tb_keystore *keystore, int r,
                        const struct tb_fingerprint *fingerprint)
{
    if (r == TB_KEYSTORE_NONE)
        return enclave_fail(ret_failure, ENCLAVE_NO_SUCH_VALUE,
                            "the vault of this key has no value of this name: see vault_list");
    if (r == TB_KEYSTORE_INVALID)
        return enclave_fail(ret_failure, ENCLAVE_BAD_ARGUMENT,
                            "name: expected 1 to 255 bytes of UTF-8 without control characters");
    return enclave_fail_secret(ret_failure, keystore, r, fingerprint);
}
