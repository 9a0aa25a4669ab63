/*
 * OpenPGP for the enclave, on librnp: memory in, memory out. No files, no logging; after pgp_new
 * nothing is opened any more. RSA secrets alone make two threads, which compute and never end.
 *
 * One instance lasts as long as the process, because its random numbers come from a descriptor
 * that is opened once, before the sandbox closes. Keys are not kept in it: each operation loads
 * those it works with and takes them out again, also where it fails.
 *
 * All operations: 0; a positive enum pgp_result for what a peer, a file or a passphrase can cause;
 * or -ENOMEM or -EIO (librnp failed in a way that no input explains). Outputs are untouched unless
 * the result is 0. What is passed in is borrowed.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

/* What librnp answers is too vague to tell anybody: most of these are found by looking at the
 * packets before it does (shape.h), and at the keys, signature for signature, after it did. */
enum pgp_result {
    PGP_OK = 0,
    PGP_NOT_OPENPGP, /* neither OpenPGP packets nor armor; or not of the kind asked for */
    PGP_TRUNCATED,   /* ends within its armor or within a packet */
    PGP_CORRUPT,     /* altered: wrong checksum, broken encoding, failed decryption */
    PGP_BAD_KEY,     /* a key without a valid self-signature, or one that does not parse */
    /* These five are about a key: pgp_culprit names it. */
    PGP_EXPIRED_KEY,
    PGP_REVOKED_KEY,
    PGP_CANNOT_ENCRYPT,   /* no part of the key may encrypt */
    PGP_CANNOT_SIGN,      /* no part of the key may sign */
    PGP_NO_SECRET_KEY,    /* a secret key was needed, and there is only a public one */
    PGP_NOT_FOR_US,       /* none of the keys given decrypts it */
    PGP_UNSIGNED,         /* has no signature where there has to be one */
    PGP_UNSUPPORTED,      /* version, algorithm or kind of packet that is not taken here; also
                             encryption without integrity protection */
    PGP_TOO_LARGE,        /* over a limit below */
    PGP_BOMB,             /* would become much larger than it is */
    PGP_WRONG_PASSPHRASE, /* does not open the secret key */
    PGP_BAD_ARGUMENT,     /* a user id, passphrase, time or count that no key could have */
};
/* The contract's word, as "not-openpgp". */
const char *pgp_result_word(enum pgp_result result);

enum {
    PGP_INPUT_MAX = 64 * 1024 * 1024,
    PGP_SEALED_MAX = 96 * 1024 * 1024, /* of that, encrypted or signed, in armor */
    PGP_OUTPUT_MAX = 64 * 1024 * 1024,
    PGP_OUTPUT_FLOOR = 4 * 1024 * 1024, /* of any message; and what it may grow to: */
    PGP_OUTPUT_FACTOR = 100,
    /* Of the processor's, for one message; thirty times what 64 MiB take. Then the process gets
     * SIGPROF, which ends it: who wants to say something about that handles the signal. */
    PGP_CPU_S = 10,
    PGP_KEY_INPUT_MAX = 4 * 1024 * 1024, /* of text or bytes that hold keys */
    PGP_SIGNATURE_INPUT_MAX = 64 * 1024, /* of a detached signature */
    PGP_CERTIFICATE_MAX = 1024 * 1024,   /* of one key without its secret parts */
    PGP_KEYS_MAX = 64,                   /* in one import */
    PGP_RECIPIENTS_MAX = 64,
    PGP_SIGNATURES_MAX = 16,   /* of a message */
    PGP_USER_IDS_MAX = 16,     /* of a key; those after are left out */
    PGP_USER_ID_MAX = 255,     /* bytes of a user id that are shown; longer ones are cut */
    PGP_NEW_USER_ID_MAX = 128, /* of one that is made here */
    PGP_KEY_IDS_MAX = 32,      /* a key and its subkeys; more is PGP_TOO_LARGE */
    PGP_PASSPHRASE_MAX = 255,
    PGP_FINGERPRINT_SIZE = 41,
    PGP_KEY_ID_SIZE = 17,
};

/* ---- the instance ---- */

struct pgp;

/* Opens the source of randomness, silences librnp, and holds its threads to two and malloc to one
 * arena, for the whole process. 0, -ENOMEM or -EIO. */
tb_must_check int pgp_new(struct pgp **ret_pgp);
void pgp_free(struct pgp **pgp); /* for tb_cleanup; sets NULL */
/* What all operations take for now, from now on; 0: the system's clock. For tests. */
void pgp_set_time(struct pgp *pgp, uint64_t now);
/* The primary key's fingerprint that the last result was about; empty: about none. */
const char *pgp_culprit(const struct pgp *pgp);
/* The keys that are loaded: none between operations. */
size_t pgp_n_loaded(const struct pgp *pgp);

/* ---- memory that is handed out ---- */

struct pgp_data {
    uint8_t *data; /* owned */
    size_t n;
    size_t cap; /* that many are wiped */
};
void pgp_data_deinit(struct pgp_data *data); /* for tb_cleanup; wipes */

static inline struct tb_bytes pgp_data_bytes(const struct pgp_data *data)
{
    return tb_bytes_of(data->data, data->n);
}

/* ---- an own key in use ---- */

/* A transferable secret key as pgp_generate and pgp_import_secret make it, and the passphrase that
 * it is protected by. */
struct pgp_own {
    struct tb_bytes secret;
    struct tb_bytes passphrase;
};
