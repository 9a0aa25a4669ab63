/*
 * What a certificate says of itself: read, never trusted for more than that. Two certificates of
 * one key are merged, so that an older copy cannot take back a revocation.
 */
#pragma once

#include "plugins/enclave/pgp/pgp.h"

/* Room for a user id that is made safe: every byte of it may become U+FFFD. */
enum { PGP_USER_ID_SIZE = 3 * PGP_USER_ID_MAX + 4 };

struct pgp_key {
    char fingerprint[PGP_FINGERPRINT_SIZE]; /* 40 hex digits, upper case */
    /* Of the key and its subkeys, 16 hex digits each: what a message or a signature names. */
    char key_ids[PGP_KEY_IDS_MAX][PGP_KEY_ID_SIZE];
    bool signs[PGP_KEY_IDS_MAX]; /* that part may now, as the part itself says too */
    size_t n_key_ids;
    /* Valid, unrevoked ones, the primary one first. UTF-8 without control characters: what is not
     * is U+FFFD, and one that is too long ends in U+2026. */
    char user_ids[PGP_USER_IDS_MAX][PGP_USER_ID_SIZE];
    size_t n_user_ids;
    char algorithm[24]; /* "ed25519", "rsa3072", "p256", "dsa1024" … */
    uint64_t created;   /* unix seconds */
    uint64_t expires;   /* unix seconds; 0: never */
    bool expired;
    bool revoked;
    bool secret;      /* what was read holds the secret part */
    bool can_sign;    /* now, by itself or one of its subkeys */
    bool can_encrypt; /* now */
};

struct pgp_certificate {
    struct pgp_key key;
    struct pgp_data data; /* binary, public parts alone */
};

struct pgp_certificates {
    struct pgp_certificate *list; /* owned */
    size_t n;
};
void pgp_certificates_deinit(struct pgp_certificates *certificates); /* for tb_cleanup */

/*
 * Every key in armored or binary text; secret parts are left out. NOT_OPENPGP, TRUNCATED, CORRUPT,
 * TOO_LARGE, UNSUPPORTED; BAD_KEY where one of them has no valid self-signature: all or none.
 */
tb_must_check int pgp_read_keys(struct pgp *pgp, struct tb_bytes untrusted_keys,
                                struct pgp_certificates *ret_certificates);
/* The same of a single one that the keystore holds, without a copy of its bytes. A secret key says
 * `secret`. More or less than one: BAD_KEY. */
tb_must_check int pgp_read_key(struct pgp *pgp, struct tb_bytes key, struct pgp_key *ret_key);

/* What is known of a key, and what a newer copy of its certificate adds: user ids, expiry,
 * revocations. BAD_KEY: the two are not of one key. */
tb_must_check int pgp_merge_key(struct pgp *pgp, struct tb_bytes certificate,
                                struct tb_bytes untrusted_newer,
                                struct pgp_certificate *ret_certificate);

/* The key id that a revocation certificate (a signature by itself) is by. UNSIGNED: it is none. */
tb_must_check int pgp_revocation_issuer(struct tb_bytes untrusted_revocation,
                                        char ret_key_id[static PGP_KEY_ID_SIZE]);
/* Puts it on the certificate. BAD_KEY: it is not by that key, or not valid. */
tb_must_check int pgp_apply_revocation(struct pgp *pgp, struct tb_bytes certificate,
                                       struct tb_bytes untrusted_revocation,
                                       struct pgp_certificate *ret_certificate);

/* A certificate as an armored PUBLIC KEY BLOCK. */
tb_must_check int pgp_armor_key(struct pgp *pgp, struct tb_bytes certificate,
                                struct pgp_data *ret_armored);
