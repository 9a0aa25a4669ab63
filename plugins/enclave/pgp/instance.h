/*
 * What the operations share: librnp's instance, the keys that one operation has loaded, and the
 * passphrase that it may use.
 *
 * Each operation begins with pgp_begin, whose variable takes the keys out again at its end,
 * whatever way that is reached:
 *
 *     tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
 */
#pragma once

#include "plugins/enclave/pgp/handles.h"
#include "plugins/enclave/pgp/message.h"
#include "plugins/enclave/pgp/sink.h"

#include <stdio.h>

struct pgp {
    rnp_ffi_t ffi;
    FILE *nowhere;
    FILE *own_stderr; /* while an operation lasts */
    uint64_t set_now;
    char culprit[PGP_FINGERPRINT_SIZE];
    /* of the operation under way */
    struct tb_bytes passphrase; /* of every secret key that is loaded */
    size_t n_may_ask;           /* how often librnp may still have it */
    bool asked_in_vain;         /* it wanted it once more, or for a message without a key */
    const struct pgp_lookup *lookup;
    size_t n_may_look;
};

/* Never NULL; nothing is loaded, and stderr goes nowhere. */
struct pgp *pgp_begin(struct pgp *pgp);
void pgp_end(struct pgp **use); /* for tb_cleanup */

/* Lets librnp have that passphrase, at most n times. BAD_ARGUMENT. */
tb_must_check int pgp_set_passphrase(struct pgp *pgp, struct tb_bytes passphrase, size_t n);
uint64_t pgp_now(const struct pgp *pgp);
/* The same result, about that key. */
int pgp_blame(struct pgp *pgp, rnp_key_handle_t key, int result);

/* Loads binary keys; PGP_BAD_KEY where librnp does not want them. What it does not know of a key
 * (packets, algorithms of subkeys, signatures) is left out. */
tb_must_check int pgp_load(struct pgp *pgp, struct tb_bytes keys);
/* Loads one key. BAD_KEY: there are more primary keys than one, or none. */
tb_must_check int pgp_load_one(struct pgp *pgp, struct tb_bytes key, rnp_key_handle_t *ret_key);
/* Finds a loaded key by its fingerprint or key id. BAD_KEY: there is none. */
tb_must_check int pgp_find(struct pgp *pgp, const char *kind, const char *name,
                           rnp_key_handle_t *ret_key);
/* Calls with each key: 0 is the primary one, then its subkeys, until the answer is not 0. */
tb_must_check int pgp_each_part(rnp_key_handle_t primary,
                                int (*visit)(void *data, rnp_key_handle_t part), void *data);

/* Memory that librnp reads from and does not copy: it has to stay. -ENOMEM. */
tb_must_check int pgp_input(struct tb_bytes bytes, rnp_input_t *ret_input);
tb_must_check int pgp_output(struct pgp_sink *sink, rnp_output_t *ret_output);
/* Writes what librnp still holds back. What the sink says comes first, then what librnp said. */
int pgp_output_end(rnp_output_t output, const struct pgp_sink *sink, rnp_result_t said);

/* The public part of a loaded key, binary. */
tb_must_check int pgp_export_public(rnp_key_handle_t key, struct pgp_data *ret_certificate);
/* Binary as armor: "public key", "secret key". */
tb_must_check int pgp_armor(struct tb_bytes binary, const char *type, struct pgp_data *ret_armored);

/* For what librnp does with nothing but our own arguments: 0, WRONG_PASSPHRASE, -ENOMEM or -EIO. */
int pgp_own_failure(rnp_result_t result);
