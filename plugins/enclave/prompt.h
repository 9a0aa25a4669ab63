/*
 * The host asks a person for a passphrase: for a key that comes in or goes out, of which the
 * enclave must know the real one. What is typed comes sealed to a key pair that is made for this
 * one prompt, and is opened into guarded memory.
 */
#pragma once

#include "plugins/enclave/failure.h"
#include "plugins/enclave/pgp/key.h"

enum { ENCLAVE_PROMPTS_MAX = 3 };

struct enclave_prompt {
    uint8_t *secret_key; /* guarded memory */
    uint8_t public_key[32];
    size_t n_asked;
    bool waits;
};

struct enclave_question {
    const char *wanted; /* "to import …": what the passphrase is for */
    const struct pgp_key *key;
    bool is_new;
};

struct enclave_passphrase {
    uint8_t *data; /* guarded memory */
    size_t n;
};

void enclave_prompt_deinit(struct enclave_prompt *prompt);
void enclave_passphrase_deinit(struct enclave_passphrase *passphrase);

/* Asks. ENCLAVE_WRONG_PASSPHRASE: it was asked for often enough. */
bool enclave_prompt_ask(struct enclave_prompt *prompt, struct tb_stream *stream,
                        const struct enclave_question *question, tb_secret_callback *answered,
                        struct enclave_failure *ret_failure);
/* Opens the answer. ENCLAVE_DISMISSED. */
bool enclave_prompt_open(struct enclave_prompt *prompt, struct tb_bytes untrusted_sealed,
                         struct enclave_passphrase *ret_passphrase,
                         struct enclave_failure *ret_failure);
