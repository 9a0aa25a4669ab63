#include "plugins/enclave/prompt.h"

#include "keystore/guarded.h"
#include "plugins/enclave/stored.h"

#include <sodium.h>
#include <stdio.h>

enum { WHAT_SIZE = 257, USER_ID_MOST = 120, PADDED_TO = 256, SEALED_MAX = 2048 };

void enclave_prompt_deinit(struct enclave_prompt *prompt)
{
    tb_guarded_free(prompt->secret_key);
    prompt->secret_key = NULL;
}

void enclave_passphrase_deinit(struct enclave_passphrase *passphrase)
{
    tb_guarded_free(passphrase->data);
    *passphrase = (struct enclave_passphrase){0};
}

/* ---- asking ---- */

static int new_keys(struct enclave_prompt *prompt)
{
    void *secret_key;
    _Static_assert(sizeof prompt->public_key == crypto_box_PUBLICKEYBYTES, "an X25519 key");
    enclave_prompt_deinit(prompt);
    int r = tb_guarded_new(crypto_box_SECRETKEYBYTES, &secret_key);
    if (r != 0)
        return r;
    prompt->secret_key = secret_key;
    return crypto_box_keypair(prompt->public_key, prompt->secret_key);
}

/* As much of it as fits, and no half of a character. */
static int shown_n(const char *user_id)
{
    size_t n = strlen(user_id);
    if (n > USER_ID_MOST)
        n = USER_ID_MOST;
    while (n > 0 && ((uint8_t)user_id[n] & 0xc0) == 0x80)
        n--;
    return (int)n;
}

static void write_what(const struct enclave_prompt *prompt, const struct enclave_question *question,
                       char ret_what[static WHAT_SIZE])
{
    const struct pgp_key *key = question->key;
    const char *user_id = key->n_user_ids > 0 ? key->user_ids[0] : "";
    (void)snprintf(ret_what, WHAT_SIZE, "%s%s %s %.*s",
                   prompt->n_asked > 0 ? "That was not it. " : "", question->wanted,
                   key->fingerprint, shown_n(user_id), user_id);
}

bool enclave_prompt_ask(struct enclave_prompt *prompt, struct tb_stream *stream,
                        const struct enclave_question *question, tb_secret_callback *answered,
                        struct enclave_failure *ret_failure)
{
    char what[WHAT_SIZE];
    if (prompt->n_asked == ENCLAVE_PROMPTS_MAX)
        return enclave_fail(ret_failure, ENCLAVE_WRONG_PASSPHRASE,
                            "not the passphrase of the key %s, %d times",
                            question->key->fingerprint, ENCLAVE_PROMPTS_MAX);
    if (new_keys(prompt) != 0)
        return enclave_fail_memory(ret_failure);
    write_what(prompt, question, what);
    if (tb_call_secret(stream, prompt->public_key, what, question->is_new, answered) != TB_SENT)
        return enclave_fail(ret_failure, ENCLAVE_DISMISSED, "the host did not ask anybody");
    prompt->n_asked++;
    prompt->waits = true;
    return true;
}

/* ---- the answer ---- */

/* Who was asked again had given a wrong one. */
static bool fail_dismissed(const struct enclave_prompt *prompt, struct enclave_failure *ret_failure)
{
    if (prompt->n_asked > 1)
        return enclave_fail(ret_failure, ENCLAVE_WRONG_PASSPHRASE,
                            "not the passphrase of the key; asked again, nobody gave one");
    return enclave_fail(ret_failure, ENCLAVE_DISMISSED,
                        "nobody gave a passphrase: the prompt was closed, or there is nobody to "
                        "ask");
}

/* Opened in place: nothing of it is left elsewhere. */
static bool open_box(const struct enclave_prompt *prompt, struct tb_bytes untrusted_sealed,
                     struct enclave_passphrase *passphrase)
{
    size_t n_padded = untrusted_sealed.n - crypto_box_SEALBYTES;
    return crypto_box_seal_open(passphrase->data, untrusted_sealed.data, untrusted_sealed.n,
                                prompt->public_key, prompt->secret_key) == 0 &&
           sodium_unpad(&passphrase->n, passphrase->data, n_padded, PADDED_TO) == 0 &&
           passphrase->n > 0;
}

bool enclave_prompt_open(struct enclave_prompt *prompt, struct tb_bytes untrusted_sealed,
                         struct enclave_passphrase *ret_passphrase,
                         struct enclave_failure *ret_failure)
{
    tb_cleanup(enclave_passphrase_deinit) struct enclave_passphrase passphrase = {0};
    void *memory;
    prompt->waits = false;
    if (untrusted_sealed.n <= crypto_box_SEALBYTES || untrusted_sealed.n > SEALED_MAX)
        return fail_dismissed(prompt, ret_failure);
    if (tb_guarded_new(untrusted_sealed.n - crypto_box_SEALBYTES, &memory) != 0)
        return enclave_fail_memory(ret_failure);
    passphrase.data = memory;
    if (!open_box(prompt, untrusted_sealed, &passphrase))
        return fail_dismissed(prompt, ret_failure);
    *ret_passphrase = passphrase;
    passphrase.data = NULL;
    return true;
}
