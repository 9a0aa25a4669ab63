#include "plugins/enclave/pgp/own.h"
#include "plugins/enclave/pgp/usable.h"

bool pgp_mode_read(struct tb_bytes untrusted_name, enum pgp_mode *ret_mode)
{
    static const char *const names[] = {
        [PGP_INLINE] = "inline",
        [PGP_CLEARTEXT] = "cleartext",
        [PGP_DETACHED] = "detached",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        if (tb_bytes_are(untrusted_name, names[i])) {
            *ret_mode = (enum pgp_mode)i;
            return true;
        }
    }
    return false;
}

static int create(struct pgp *pgp, const struct pgp_sign *want, rnp_input_t input,
                  rnp_output_t output, rnp_op_sign_t *ret_op)
{
    rnp_result_t result = RNP_ERROR_BAD_PARAMETERS;
    switch (want->mode) {
    case PGP_INLINE:
        result = rnp_op_sign_create(ret_op, pgp->ffi, input, output);
        if (result == RNP_SUCCESS)
            result = rnp_op_sign_set_compression(*ret_op, "Uncompressed", 0);
        break;
    case PGP_CLEARTEXT:
        return pgp_own_failure(rnp_op_sign_cleartext_create(ret_op, pgp->ffi, input, output));
    case PGP_DETACHED:
        result = rnp_op_sign_detached_create(ret_op, pgp->ffi, input, output);
        break;
    }
    if (result == RNP_SUCCESS)
        result = rnp_op_sign_set_armor(*ret_op, want->armor);
    return pgp_own_failure(result);
}

static int add_signer(struct pgp *pgp, rnp_op_sign_t op, const char *fingerprint)
{
    tb_cleanup(pgp_end_key) rnp_key_handle_t key = NULL;
    int result = pgp_find(pgp, "fingerprint", fingerprint, &key);
    result = result ? result : pgp_own_failure(rnp_op_sign_set_hash(op, PGP_HASH));
    return result ? result : pgp_own_failure(rnp_op_sign_add_signature(op, key, NULL));
}

static int run(struct pgp *pgp, const struct pgp_sign *want, const char *part,
               struct pgp_sink *sink)
{
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_input) rnp_input_t input = NULL;
    tb_cleanup(pgp_end_output) rnp_output_t output = NULL;
    tb_cleanup(pgp_end_sign) rnp_op_sign_t op = NULL;
    int result = pgp_load(use, want->signer->own.secret);
    result = result ? result : pgp_load(use, want->signer->certificate);
    result = result ? result : pgp_set_passphrase(use, want->signer->own.passphrase, 1);
    result = result ? result : pgp_input(want->data, &input);
    result = result ? result : pgp_output(sink, &output);
    result = result ? result : create(use, want, input, output, &op);
    result = result ? result : add_signer(use, op, part);
    return result ? result : pgp_output_end(output, sink, rnp_op_sign_execute(op));
}

/* What is signed in the clear has to come through mail and terminals as it is. */
static bool is_text(struct tb_bytes data)
{
    return tb_utf8_valid(data) && (data.n == 0 || !memchr(data.data, 0, data.n));
}

int pgp_sign(struct pgp *pgp, const struct pgp_sign *want, struct pgp_data *ret_signed)
{
    char part[PGP_FINGERPRINT_SIZE];
    if (want->data.n > PGP_INPUT_MAX)
        return PGP_TOO_LARGE;
    if (want->mode == PGP_CLEARTEXT && !is_text(want->data))
        return PGP_BAD_ARGUMENT;
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, PGP_SEALED_MAX);
    int result = pgp_usable_name(pgp, want->signer->certificate, want->signer->own.secret,
                                 PGP_USE_SIGN, part);
    result = result ? result : run(pgp, want, part, &sink);
    if (!result)
        *ret_signed = pgp_sink_take(&sink);
    return result;
}
