/*
 * To encrypt: AES-256 in CFB with its hash (MDC), which gpg 2.2 and sq 0.27 read; they read no
 * AEAD. Nothing is compressed, so that the length of a message says nothing of what it holds but
 * its length.
 */
#include "plugins/enclave/pgp/own.h"
#include "plugins/enclave/pgp/usable.h"

struct parts {
    char to[PGP_RECIPIENTS_MAX][PGP_FINGERPRINT_SIZE];
    size_t n;
    char signer[PGP_FINGERPRINT_SIZE];
};

static bool is_among(const struct parts *parts, const char *fingerprint)
{
    for (size_t i = 0; i < parts->n; i++)
        if (strcmp(parts->to[i], fingerprint) == 0)
            return true;
    return false;
}

/* Looks at every key by itself: librnp encrypts to expired and revoked ones too. */
static int choose_parts(struct pgp *pgp, const struct pgp_encrypt *want, struct parts *ret_parts)
{
    struct parts *parts = ret_parts;
    int result = PGP_OK;
    if (want->signer)
        result = pgp_usable_name(pgp, want->signer->certificate, want->signer->own.secret,
                                 PGP_USE_SIGN, parts->signer);
    for (size_t i = 0; i < want->n_to && !result; i++) {
        char *name = parts->to[parts->n];
        result = pgp_usable_name(pgp, want->to[i], tb_bytes_of(NULL, 0), PGP_USE_ENCRYPT, name);
        if (!result && !is_among(parts, name))
            parts->n++;
    }
    return result;
}

static int load_all(struct pgp *pgp, const struct pgp_encrypt *want)
{
    int result = PGP_OK;
    if (want->signer) {
        result = pgp_load(pgp, want->signer->own.secret);
        result = result ? result : pgp_load(pgp, want->signer->certificate);
        result = result ? result : pgp_set_passphrase(pgp, want->signer->own.passphrase, 1);
    }
    for (size_t i = 0; i < want->n_to && !result; i++)
        result = pgp_load(pgp, want->to[i]);
    return result;
}

static int add_keys(struct pgp *pgp, rnp_op_encrypt_t op, const struct parts *parts)
{
    tb_cleanup(pgp_end_key) rnp_key_handle_t signer = NULL;
    int result = PGP_OK;
    for (size_t i = 0; i < parts->n && !result; i++) {
        tb_cleanup(pgp_end_key) rnp_key_handle_t key = NULL;
        result = pgp_find(pgp, "fingerprint", parts->to[i], &key);
        result = result ? result : pgp_own_failure(rnp_op_encrypt_add_recipient(op, key));
    }
    if (result || !parts->signer[0])
        return result;
    result = pgp_find(pgp, "fingerprint", parts->signer, &signer);
    return result ? result : pgp_own_failure(rnp_op_encrypt_add_signature(op, signer, NULL));
}

static int set_up(rnp_op_encrypt_t op, bool armor)
{
    rnp_result_t result = rnp_op_encrypt_set_armor(op, armor);
    if (result == RNP_SUCCESS)
        result = rnp_op_encrypt_set_cipher(op, PGP_CIPHER);
    if (result == RNP_SUCCESS)
        result = rnp_op_encrypt_set_aead(op, "None");
    if (result == RNP_SUCCESS)
        result = rnp_op_encrypt_set_compression(op, "Uncompressed", 0);
    if (result == RNP_SUCCESS)
        result = rnp_op_encrypt_set_hash(op, PGP_HASH);
    return pgp_own_failure(result);
}

static int run(struct pgp *pgp, const struct pgp_encrypt *want, const struct parts *parts,
               struct pgp_sink *sink)
{
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_input) rnp_input_t input = NULL;
    tb_cleanup(pgp_end_output) rnp_output_t output = NULL;
    tb_cleanup(pgp_end_encrypt) rnp_op_encrypt_t op = NULL;
    int result = load_all(use, want);
    result = result ? result : pgp_input(want->data, &input);
    result = result ? result : pgp_output(sink, &output);
    result = result ? result : pgp_own_failure(rnp_op_encrypt_create(&op, use->ffi, input, output));
    result = result ? result : set_up(op, want->armor);
    result = result ? result : add_keys(use, op, parts);
    return result ? result : pgp_output_end(output, sink, rnp_op_encrypt_execute(op));
}

int pgp_encrypt(struct pgp *pgp, const struct pgp_encrypt *want, struct pgp_data *ret_message)
{
    if (want->n_to == 0 || want->n_to > PGP_RECIPIENTS_MAX)
        return PGP_BAD_ARGUMENT;
    if (want->data.n > PGP_INPUT_MAX)
        return PGP_TOO_LARGE;
    struct parts parts = {0};
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, PGP_SEALED_MAX);
    int result = choose_parts(pgp, want, &parts);
    result = result ? result : run(pgp, want, &parts, &sink);
    if (!result)
        *ret_message = pgp_sink_take(&sink);
    return result;
}
