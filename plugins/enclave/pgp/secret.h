/*
 * Secret keys: made, taken in, given out, revoked.
 *
 * Inside the enclave a secret key is protected by an inner passphrase of 256 random bits, so its
 * S2K is short (64 KiB): it guards against a copy of librnp's own memory, not against guessing. On
 * its way out it is protected by a person's passphrase, with the strongest S2K that gpg 2.2 reads.
 */
#pragma once

#include "plugins/enclave/pgp/key.h"

enum pgp_algorithm {
    PGP_ED25519 = 0, /* with an X25519 subkey to encrypt to */
    PGP_RSA3072,
    PGP_P256,
};
/* False: no such algorithm. Takes "ed25519", "rsa3072", "p256". */
tb_must_check bool pgp_algorithm_read(struct tb_bytes untrusted_name,
                                      enum pgp_algorithm *ret_algorithm);

/* A key of one's own. */
struct pgp_pair {
    struct pgp_key key;
    struct pgp_data certificate; /* binary */
    struct pgp_data secret;      /* binary, all parts protected under the inner passphrase */
    struct pgp_data revocation;  /* armored revocation certificate */
};
void pgp_pair_deinit(struct pgp_pair *pair); /* for tb_cleanup; wipes */

struct pgp_generate {
    enum pgp_algorithm algorithm;
    struct tb_bytes user_id;          /* 1 to 128 bytes, UTF-8 on one plain line */
    uint32_t expires_s;               /* from now; 0: never */
    struct tb_bytes inner_passphrase; /* 1 to 255 bytes without NUL */
};
/* BAD_ARGUMENT. */
tb_must_check int pgp_generate(struct pgp *pgp, const struct pgp_generate *want,
                               struct pgp_pair *ret_pair);

/* What an import would take: exactly one secret key. ret_protected: a passphrase is needed.
 * NO_SECRET_KEY; BAD_KEY: more than one; UNSUPPORTED: a stub, whose secret is elsewhere; and as
 * pgp_read_keys. */
tb_must_check int pgp_look_at_secret(struct pgp *pgp, struct tb_bytes untrusted_secret,
                                     struct pgp_key *ret_key, bool *ret_protected);
/* The same, taken in. `passphrase` opens it where it is protected, else it is not looked at. An
 * expired or revoked key is taken: it still decrypts (ret_pair->revocation is then made too). As
 * pgp_look_at_secret, and WRONG_PASSPHRASE, BAD_ARGUMENT. */
tb_must_check int pgp_import_secret(struct pgp *pgp, struct tb_bytes untrusted_secret,
                                    struct tb_bytes passphrase, struct tb_bytes inner_passphrase,
                                    struct pgp_pair *ret_pair);
/* The own key with what its certificate says by now (revocation, expiry), armored and protected by
 * `passphrase`. WRONG_PASSPHRASE: the own key's inner one. BAD_ARGUMENT. */
tb_must_check int pgp_export_secret(struct pgp *pgp, const struct pgp_own *own,
                                    struct tb_bytes certificate, struct tb_bytes passphrase,
                                    struct pgp_data *ret_armored);

enum pgp_reason { PGP_REASON_NONE = 0, PGP_SUPERSEDED, PGP_COMPROMISED, PGP_RETIRED };
/* False: no such reason. Takes "none", "superseded", "compromised", "retired". */
tb_must_check bool pgp_reason_read(struct tb_bytes untrusted_name, enum pgp_reason *ret_reason);
/* The certificate with the key revoked, and an armored revocation certificate. Revoking twice is
 * fine. */
tb_must_check int pgp_revoke(struct pgp *pgp, const struct pgp_own *own,
                             struct tb_bytes certificate, enum pgp_reason reason,
                             struct pgp_certificate *ret_certificate,
                             struct pgp_data *ret_revocation);
