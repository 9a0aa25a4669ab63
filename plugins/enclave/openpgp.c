#include "plugins/enclave/openpgp.h"

#include "plugins/enclave/stored.h"

#include <errno.h>

static const struct {
    enum enclave_reason reason;
    const char *text;
} answers[] = {
    [PGP_NOT_OPENPGP] = {ENCLAVE_NOT_OPENPGP,
                         "neither armor nor packets of OpenPGP, or not of the kind that belongs "
                         "here"},
    [PGP_TRUNCATED] = {ENCLAVE_TRUNCATED, "its end is missing"},
    [PGP_CORRUPT] = {ENCLAVE_CORRUPT, "it is damaged, or was changed on its way"},
    [PGP_BAD_KEY] = {ENCLAVE_BAD_KEY,
                     "a key without a valid signature of its own, or not exactly the one that "
                     "belongs here"},
    [PGP_EXPIRED_KEY] = {ENCLAVE_EXPIRED_KEY, "the key has expired"},
    [PGP_REVOKED_KEY] = {ENCLAVE_REVOKED_KEY, "the key is revoked"},
    [PGP_CANNOT_ENCRYPT] = {ENCLAVE_CANNOT_ENCRYPT, "the key has no part to encrypt to"},
    [PGP_CANNOT_SIGN] = {ENCLAVE_CANNOT_SIGN, "the key has no part to sign with"},
    [PGP_NO_SECRET_KEY] = {ENCLAVE_NO_SECRET_KEY, "there is only the public half of a key in it"},
    [PGP_NOT_FOR_US] = {ENCLAVE_NOT_FOR_US, "no secret key here decrypts it"},
    [PGP_UNSIGNED] = {ENCLAVE_UNSIGNED,
                      "it has no signature; one that is apart goes into `signature`"},
    [PGP_UNSUPPORTED] = {ENCLAVE_UNSUPPORTED,
                         "it uses something of OpenPGP that the enclave does not take, as "
                         "encryption without protection against changes"},
    [PGP_TOO_LARGE] = {ENCLAVE_TOO_LARGE,
                       "more than the enclave takes: 64 MiB of data, 64 keys or recipients, 16 "
                       "signatures, 4 MiB of keys"},
    [PGP_BOMB] = {ENCLAVE_BOMB, "it would become much larger than it is; nothing of it was kept"},
    [PGP_WRONG_PASSPHRASE] = {ENCLAVE_WRONG_PASSPHRASE, "not the passphrase of this key"},
    [PGP_BAD_ARGUMENT] = {ENCLAVE_BAD_ARGUMENT,
                          "a user id is 1 to 255 bytes of UTF-8 in one line, a passphrase 1 to "
                          "255 bytes, and cleartext is UTF-8"},
};

bool enclave_fail_openpgp(struct enclave_failure *ret_failure, const struct pgp *pgp, int r)
{
    if (r == -ENOMEM)
        return enclave_fail_memory(ret_failure);
    if (r < 0)
        return enclave_fail(ret_failure, ENCLAVE_UNSUPPORTED,
                            "librnp failed, and did not say at what");
    tb_assert((size_t)r < TB_ARRAY_LEN(answers) && answers[r].text);
    const char *culprit = pgp_culprit(pgp);
    if (culprit[0] == 0)
        return enclave_fail(ret_failure, answers[r].reason, "%s", answers[r].text);
    return enclave_fail(ret_failure, answers[r].reason, "%s (%s)", answers[r].text, culprit);
}
