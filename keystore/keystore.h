/*
 * The enclave's keystore: one folder of sealed files (docs/keystore.md is the format).
 *
 *     secret            the enclave's own 32 random bytes
 *     keys/FPR          secret keys, wrapped under a hash of their passphrase
 *     public/FPR        certificates, with how far they are trusted
 *     vault/HASH        vault values; neither the name nor the key shows
 *     attempts/FPR      how often a key was tried in vain
 *     pending           a change of several files that is under way
 *
 * Several processes share one folder: every change happens under an exclusive lock on it, is
 * written beside what it replaces, put on disk and renamed. After a crash at any instant the next
 * change or listing finishes or removes what was under way. A file that is torn, altered or
 * swapped is found and named; the others stay usable.
 *
 * All functions: 0; a positive enum tb_keystore_result for what a peer or a file can cause, and
 * nothing has changed; or -errno, and nothing has changed unless the disk itself failed after the
 * last step. Hashes and keys that are passed in are borrowed.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"
#include "keystore/fingerprint.h"
#include "keystore/secret.h"

enum tb_keystore_result {
    TB_KEYSTORE_OK = 0,
    TB_KEYSTORE_NONE,      /* no such key, certificate or value */
    TB_KEYSTORE_EXISTS,    /* there is such a secret key already */
    TB_KEYSTORE_WRONG,     /* the hash does not open the key */
    TB_KEYSTORE_WAIT,      /* too many attempts: not tried at all */
    TB_KEYSTORE_DAMAGED,   /* tb_keystore_damage names the file */
    TB_KEYSTORE_INVALID,   /* a name or an argument that the format has no place for */
    TB_KEYSTORE_TOO_LARGE, /* more than the format allows */
    TB_KEYSTORE_FULL,      /* as many files as the folder may have */
};

enum {
    TB_KEYSTORE_KEYS_MAX = 1024,
    TB_KEYSTORE_CERTIFICATES_MAX = 4096,
    TB_KEYSTORE_VALUES_MAX = 8192,
    TB_CERTIFICATE_MAX = 1024 * 1024,
    TB_VALUE_MAX = 1000000,
    TB_VALUE_NAME_MAX = 255,
    TB_KEYSTORE_APP_MAX = 255,
    TB_HASH_SIZE = 32,
    TB_SALT_SIZE = 16,
};

/* ---- files that are wrong ---- */

enum tb_damage_kind {
    TB_DAMAGE_TORN = 1, /* shorter than it says of itself */
    TB_DAMAGE_ALTERED,  /* not what the enclave wrote */
    TB_DAMAGE_SWAPPED,  /* a whole file, but of another name or another app */
    TB_DAMAGE_VERSION,  /* of a format that this version does not know */
    TB_DAMAGE_FOREIGN,  /* not in the enclave's format, or a name that it does not use */
    TB_DAMAGE_UNSAFE,   /* not a plain file of ours that nobody else can open */
    TB_DAMAGE_TOO_LARGE,
    TB_DAMAGE_MISSING, /* `secret`, without which nothing else can be read */
};

struct tb_damage {
    enum tb_damage_kind kind; /* 0: none */
    char file[128];           /* as "keys/0123…": relative to the folder; plain, printable */
};

/* One word: torn, altered, swapped, unknown-version, foreign, unsafe, too-large, missing. */
const char *tb_damage_word(enum tb_damage_kind kind);
/* A sentence's end for people, as "is shorter than it should be". */
const char *tb_damage_text(enum tb_damage_kind kind);

/* ---- the folder ---- */

struct tb_keystore;

/*
 * Opens the folder with that absolute path, which must be there, ours and 0700. `make`: an empty
 * one gets its own secret and its folders. TB_KEYSTORE_NONE: it holds no keystore (without `make`);
 * TB_KEYSTORE_DAMAGED: its secret or one of its folders is not usable, ret_damage says which;
 * -EBUSY: it is just being restored. Nothing is looked up by path after that: the process can close
 * its sandbox, with what docs/keystore.md lists left open.
 */
tb_must_check int tb_keystore_open(const char *path, struct tb_bytes app, bool make,
                                   struct tb_damage *ret_damage, struct tb_keystore **ret_keystore);
void tb_keystore_close(struct tb_keystore **keystore); /* for tb_cleanup; wipes, sets NULL */
/* What the last TB_KEYSTORE_DAMAGED was about. */
const struct tb_damage *tb_keystore_damage(const struct tb_keystore *keystore);

/* ---- secret keys ---- */

/* What a page has to know to hash a passphrase: constant for the life of a key. Argon2id. */
struct tb_client_hash {
    uint8_t salt[TB_SALT_SIZE];
    uint32_t passes;
    uint32_t memory_kib;
    uint32_t lanes; /* 1 */
};
/* What a new key gets, with a fresh salt. */
struct tb_client_hash tb_client_hash_new(void);

/* What it costs to try a hash. */
struct tb_wrap_cost {
    uint32_t passes;     /* 1 to 10 */
    uint32_t memory_kib; /* 64 MiB to 1 GiB */
};
extern const struct tb_wrap_cost tb_wrap_cost_default; /* 3 passes over 256 MiB */
extern const struct tb_wrap_cost tb_wrap_cost_floor;   /* for tests: the least that is taken */

/* What came of a try. */
struct tb_attempts {
    uint32_t failures; /* since the last success */
    uint32_t wait_s;   /* TB_KEYSTORE_WAIT: how long nothing is tried */
};

enum tb_trust { TB_TRUST_UNKNOWN = 0, TB_TRUST_VERIFIED = 1, TB_TRUST_NEVER = 2 };

struct tb_new_key {
    struct tb_client_hash client;
    uint8_t hash[TB_HASH_SIZE]; /* the passphrase's, made with `client`: the caller wipes it */
    const struct tb_key_secret *secret;
    struct tb_bytes certificate;
    enum tb_trust trust;
    struct tb_wrap_cost cost;
};

/* The key and its certificate, both or (also after a crash) neither; a certificate that is there is
 * replaced. _EXISTS, _TOO_LARGE, _FULL, _INVALID. */
tb_must_check int tb_keystore_add_key(struct tb_keystore *keystore,
                                      const struct tb_fingerprint *fingerprint,
                                      const struct tb_new_key *key);
/* _NONE: there is no such secret key. _DAMAGED. */
tb_must_check int tb_keystore_client_hash(struct tb_keystore *keystore,
                                          const struct tb_fingerprint *fingerprint,
                                          struct tb_client_hash *ret_client);
/* What no two wrappings of a key have in common: whether a file is still the one that was opened.
 */
struct tb_key_mark {
    uint8_t bytes[TB_SALT_SIZE];
};
/* _NONE, _DAMAGED. */
tb_must_check int tb_keystore_key_mark(struct tb_keystore *keystore,
                                       const struct tb_fingerprint *fingerprint,
                                       struct tb_key_mark *ret_mark);
/* Whether a hash would be tried now, so that nobody is asked for one in vain: 0, or _WAIT, both of
 * which fill ret_attempts, or _DAMAGED. */
tb_must_check int tb_keystore_may_try(struct tb_keystore *keystore,
                                      const struct tb_fingerprint *fingerprint,
                                      struct tb_attempts *ret_attempts);
/*
 * Tries the hash. The attempt is on disk as a failure before it is tried, and taken back by
 * success; from the fourth failure on each makes the key wait. _NONE, _WRONG or _WAIT (both fill
 * ret_attempts, as does success with the failures before it), _DAMAGED. -ENOMEM also where the
 * memory for what the key's file asks for cannot be had.
 */
tb_must_check int tb_keystore_unlock(struct tb_keystore *keystore,
                                     const struct tb_fingerprint *fingerprint,
                                     const uint8_t hash[static TB_HASH_SIZE],
                                     struct tb_attempts *ret_attempts,
                                     struct tb_key_secret **ret_secret);
/* Wraps the key anew, if `hash` opens it, so that `new_hash` alone does. What the page needs to
 * know stays the same. Answers as tb_keystore_unlock. */
tb_must_check int tb_keystore_change_hash(struct tb_keystore *keystore,
                                          const struct tb_fingerprint *fingerprint,
                                          const uint8_t hash[static TB_HASH_SIZE],
                                          const uint8_t new_hash[static TB_HASH_SIZE],
                                          const struct tb_wrap_cost *cost,
                                          struct tb_attempts *ret_attempts);
/* The secret key, its vault values, attempts and certificate; also where only some of it is there,
 * or is damaged. _NONE: nothing was. */
tb_must_check int tb_keystore_delete_key(struct tb_keystore *keystore,
                                         const struct tb_fingerprint *fingerprint);

/* ---- certificates ---- */

struct tb_certificate {
    uint8_t *data; /* owned */
    size_t n;
    enum tb_trust trust;
};
void tb_certificate_deinit(struct tb_certificate *certificate); /* for tb_cleanup */

/* _NONE, _DAMAGED. */
tb_must_check int tb_keystore_certificate(struct tb_keystore *keystore,
                                          const struct tb_fingerprint *fingerprint,
                                          struct tb_certificate *ret_certificate);
/* New, or in the place of the one that is there, whose trust stays. _TOO_LARGE, _FULL, _DAMAGED
 * (nothing is written over one that is damaged: delete it first). */
tb_must_check int tb_keystore_put_certificate(struct tb_keystore *keystore,
                                              const struct tb_fingerprint *fingerprint,
                                              struct tb_bytes certificate);
/* What is there (n = 0: nothing) becomes ret_new, which is borrowed. False: it stays. */
typedef bool tb_certificate_change(void *data, struct tb_bytes old, struct tb_bytes *ret_new);
/* The same as one step, under the lock: nobody changes it between the look at the old one and the
 * new one. -ECANCELED: `change` said no. It may not change the keystore itself. */
tb_must_check int tb_keystore_change_certificate(struct tb_keystore *keystore,
                                                 const struct tb_fingerprint *fingerprint,
                                                 tb_certificate_change *change, void *data);
/* _NONE, _DAMAGED. */
tb_must_check int tb_keystore_set_trust(struct tb_keystore *keystore,
                                        const struct tb_fingerprint *fingerprint,
                                        enum tb_trust trust);

/* ---- everything that there is ---- */

enum tb_keystore_file {
    TB_FILE_SECRET = 0,
    TB_FILE_KEY,
    TB_FILE_CERTIFICATE,
    TB_FILE_VALUE,
    TB_FILE_ATTEMPTS,
    TB_FILE_PENDING,
};

struct tb_keystore_entry {
    enum tb_keystore_file kind;
    struct tb_fingerprint fingerprint; /* whose it is; empty: nobody's, or not to be known */
    enum tb_trust trust;               /* of certificates */
    uint32_t failures;                 /* of attempts */
    struct tb_damage damage;           /* its `file` is set also where nothing is wrong */
};

/* Calls `visit` with each key (TB_FILE_KEY) or certificate (TB_FILE_CERTIFICATE) that has a file,
 * sorted, until it answers other than 0, which is returned. The files are not looked at. */
tb_must_check int
tb_keystore_each(struct tb_keystore *keystore, enum tb_keystore_file kind,
                 int (*visit)(void *data, const struct tb_fingerprint *fingerprint), void *data);

/* Reads every file and calls `visit` with each, folder by folder, sorted by name, until it answers
 * other than 0, which is returned. `visit` may read the keystore, not change it. */
tb_must_check int tb_keystore_visit(struct tb_keystore *keystore,
                                    int (*visit)(void *data, const struct tb_keystore_entry *entry),
                                    void *data);
