#include "plugins/enclave/pgp/own.h"

#include <sodium.h>

struct protection {
    char passphrase[PGP_PASSPHRASE_MAX + 1];
    size_t iterations;
};

/* A part without its secret stays as it is. librnp says `generic` where the passphrase does not
 * open what is protected already. */
static int protect_part(void *data, rnp_key_handle_t part)
{
    const struct protection *protection = data;
    bool is_secret = false;
    (void)rnp_key_have_secret(part, &is_secret);
    if (!is_secret)
        return 0;
    rnp_result_t result = rnp_key_protect(part, protection->passphrase, PGP_CIPHER, "CFB", PGP_HASH,
                                          protection->iterations);
    return result == RNP_ERROR_GENERIC ? PGP_WRONG_PASSPHRASE : pgp_own_failure(result);
}

static void wipe(struct protection *protection)
{
    sodium_memzero(protection, sizeof *protection);
}

int pgp_protect(rnp_key_handle_t primary, struct tb_bytes passphrase, size_t iterations)
{
    tb_cleanup(wipe) struct protection protection = {.iterations = iterations};
    if (passphrase.n == 0 || passphrase.n > PGP_PASSPHRASE_MAX ||
        memchr(passphrase.data, 0, passphrase.n))
        return PGP_BAD_ARGUMENT;
    memcpy(protection.passphrase, passphrase.data, passphrase.n);
    return pgp_each_part(primary, protect_part, &protection);
}

int pgp_export_own(rnp_key_handle_t primary, struct pgp_data *ret_secret)
{
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, PGP_CERTIFICATE_MAX);
    tb_cleanup(pgp_end_output) rnp_output_t output = NULL;
    int result = pgp_output(&sink, &output);
    if (result)
        return result;
    rnp_result_t exported =
        rnp_key_export(primary, output, RNP_KEY_EXPORT_SECRET | RNP_KEY_EXPORT_SUBKEYS);
    result = pgp_output_end(output, &sink, exported);
    if (!result)
        *ret_secret = pgp_sink_take(&sink);
    return result;
}

static const char *code_of(enum pgp_reason reason)
{
    static const char *const codes[] = {
        [PGP_REASON_NONE] = "no",
        [PGP_SUPERSEDED] = "superseded",
        [PGP_COMPROMISED] = "compromised",
        [PGP_RETIRED] = "retired",
    };
    tb_assert(reason < TB_ARRAY_LEN(codes));
    return codes[reason];
}

int pgp_export_revocation(rnp_key_handle_t primary, enum pgp_reason reason,
                          struct pgp_data *ret_revocation)
{
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, PGP_SIGNATURE_INPUT_MAX);
    tb_cleanup(pgp_end_output) rnp_output_t output = NULL;
    int result = pgp_output(&sink, &output);
    if (result)
        return result;
    rnp_result_t exported = rnp_key_export_revocation(primary, output, RNP_KEY_EXPORT_ARMORED,
                                                      PGP_HASH, code_of(reason), "");
    result = pgp_output_end(output, &sink, exported);
    if (!result)
        *ret_revocation = pgp_sink_take(&sink);
    return result;
}

int pgp_take_pair(struct pgp *pgp, rnp_key_handle_t primary, struct pgp_pair *ret_pair)
{
    tb_cleanup(pgp_pair_deinit) struct pgp_pair pair = {0};
    int result = pgp_describe(pgp, primary, &pair.key);
    result = result ? result : pgp_export_public(primary, &pair.certificate);
    result = result ? result : pgp_export_own(primary, &pair.secret);
    result = result ? result : pgp_export_revocation(primary, PGP_REASON_NONE, &pair.revocation);
    if (result)
        return result;
    *ret_pair = pair;
    pair = (struct pgp_pair){0};
    return PGP_OK;
}
