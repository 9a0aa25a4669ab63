/*
 * Messages: encrypted, decrypted, signed, verified. Nothing of a message is handed out before the
 * whole of it is known good.
 *
 * An own key is loaded from its secret part alone; what happened to it since (a revocation) is in
 * its certificate, so the certificate goes with it.
 */
#pragma once

#include "plugins/enclave/pgp/key.h"

/* ---- keys for a message ---- */

/* An own key with its certificate. */
struct pgp_signer {
    struct pgp_own own;
    struct tb_bytes certificate;
};

/* Where the certificates of signers are: called for each key id that a signature names, with 16
 * hex digits (upper case) of a key or subkey. False: there is none. The bytes are borrowed until
 * the operation ends. */
struct pgp_lookup {
    bool (*find)(void *data, const char *untrusted_key_id, struct tb_bytes *ret_certificate);
    void *data;
};

/* ---- signatures ---- */

enum pgp_status {
    PGP_SIGNATURE_VALID = 0,
    PGP_SIGNATURE_UNKNOWN_KEY, /* nobody can say */
    PGP_SIGNATURE_BAD,         /* not of this data, by a key that may not sign, or a forged one */
    PGP_SIGNATURE_EXPIRED,     /* the signature's own time is over */
    PGP_SIGNATURE_KEY_EXPIRED, /* made after the key's time, or the key's time is over now */
    PGP_SIGNATURE_KEY_REVOKED, /* the key is revoked, whenever the signature says it was made */
    PGP_SIGNATURE_UNSUPPORTED, /* version or algorithm that is not taken here, or not any more */
};
/* "valid", "unknown-key", … */
const char *pgp_status_word(enum pgp_status status);

struct pgp_signature {
    enum pgp_status status;
    char key_id[PGP_KEY_ID_SIZE];           /* what the signature says; empty: nothing */
    char fingerprint[PGP_FINGERPRINT_SIZE]; /* of the primary key; empty: the key is unknown */
    char user_id[PGP_USER_ID_SIZE];         /* the primary one; empty: unknown or none */
    uint64_t created;
    uint64_t expires; /* 0: never */
};

/* What was in a message. */
struct pgp_opened {
    struct pgp_data data;
    char key[PGP_FINGERPRINT_SIZE]; /* primary key that decrypted; empty: it was not encrypted */
    bool valid;                     /* at least one signature, and each is valid */
    struct pgp_signature signatures[PGP_SIGNATURES_MAX];
    size_t n_signatures;
};
void pgp_opened_deinit(struct pgp_opened *opened); /* for tb_cleanup; wipes */

/* ---- operations ---- */

struct pgp_encrypt {
    struct tb_bytes data;            /* at most PGP_INPUT_MAX */
    const struct tb_bytes *to;       /* certificates */
    size_t n_to;                     /* 1 to PGP_RECIPIENTS_MAX */
    const struct pgp_signer *signer; /* NULL: unsigned */
    bool armor;
};
/* EXPIRED_KEY, REVOKED_KEY, CANNOT_ENCRYPT (of a recipient or the signer: pgp_culprit),
 * CANNOT_SIGN, BAD_KEY, TOO_LARGE, BAD_ARGUMENT. */
tb_must_check int pgp_encrypt(struct pgp *pgp, const struct pgp_encrypt *want,
                              struct pgp_data *ret_message);

/* The key ids that an encrypted message is for, as it says itself: "0000000000000000" is a
 * recipient that it does not name, for which every key has to be tried. */
struct pgp_recipients {
    char key_ids[PGP_RECIPIENTS_MAX][PGP_KEY_ID_SIZE];
    size_t n;
};
/* NOT_OPENPGP, TRUNCATED, CORRUPT, TOO_LARGE (more of them); UNSUPPORTED. */
tb_must_check int pgp_message_recipients(struct tb_bytes untrusted_message,
                                         struct pgp_recipients *ret_recipients);

struct pgp_decrypt {
    struct tb_bytes untrusted_message;
    const struct pgp_own *own; /* the keys to try; expired and revoked ones decrypt too */
    size_t n_own;              /* at most PGP_KEYS_MAX */
    struct pgp_lookup lookup;
};
/* Decrypts, and looks at every signature; none at all is fine. NOT_OPENPGP, TRUNCATED, CORRUPT,
 * NOT_FOR_US, UNSUPPORTED, TOO_LARGE, BOMB, WRONG_PASSPHRASE. */
tb_must_check int pgp_decrypt(struct pgp *pgp, const struct pgp_decrypt *want,
                              struct pgp_opened *ret_opened);

enum pgp_mode { PGP_INLINE = 0, PGP_CLEARTEXT, PGP_DETACHED };
/* False: no such mode. Takes "inline", "cleartext", "detached". */
tb_must_check bool pgp_mode_read(struct tb_bytes untrusted_name, enum pgp_mode *ret_mode);

struct pgp_sign {
    struct tb_bytes data; /* cleartext: UTF-8 without NUL, else BAD_ARGUMENT */
    const struct pgp_signer *signer;
    enum pgp_mode mode;
    bool armor; /* cleartext always is */
};
/* EXPIRED_KEY, REVOKED_KEY, CANNOT_SIGN, BAD_KEY, TOO_LARGE, BAD_ARGUMENT. */
tb_must_check int pgp_sign(struct pgp *pgp, const struct pgp_sign *want,
                           struct pgp_data *ret_signed);

/* Inline and cleartext messages. 0 says that there is a signature and the data is what was signed
 * by somebody: whether that is good is ret_opened->valid. UNSIGNED; NOT_OPENPGP, TRUNCATED,
 * CORRUPT, UNSUPPORTED (also: it is encrypted), TOO_LARGE, BOMB. */
tb_must_check int pgp_verify(struct pgp *pgp, struct tb_bytes untrusted_message,
                             const struct pgp_lookup *lookup, struct pgp_opened *ret_opened);
/* The same, of a signature apart from its data; ret_opened->data stays empty. */
tb_must_check int pgp_verify_detached(struct pgp *pgp, struct tb_bytes untrusted_data,
                                      struct tb_bytes untrusted_signature,
                                      const struct pgp_lookup *lookup,
                                      struct pgp_opened *ret_opened);
