#include "plugins/enclave/pgp/instance.h"

#include <errno.h>
#include <stdio.h>

int pgp_own_failure(rnp_result_t result)
{
    if (result == RNP_SUCCESS)
        return 0;
    if (result == RNP_ERROR_BAD_PASSWORD)
        return PGP_WRONG_PASSPHRASE;
    return result == RNP_ERROR_OUT_OF_MEMORY ? -ENOMEM : -EIO;
}

int pgp_set_passphrase(struct pgp *pgp, struct tb_bytes passphrase, size_t n)
{
    if (passphrase.n == 0 || passphrase.n > PGP_PASSPHRASE_MAX ||
        memchr(passphrase.data, 0, passphrase.n))
        return PGP_BAD_ARGUMENT;
    pgp->passphrase = passphrase;
    pgp->n_may_ask = n;
    return PGP_OK;
}

int pgp_blame(struct pgp *pgp, rnp_key_handle_t key, int result)
{
    tb_cleanup(pgp_end_text) char *fingerprint = NULL;
    bool is_primary = false;
    (void)rnp_key_is_primary(key, &is_primary);
    rnp_result_t got = is_primary ? rnp_key_get_fprint(key, &fingerprint)
                                  : rnp_key_get_primary_fprint(key, &fingerprint);
    if (got == RNP_SUCCESS && fingerprint)
        (void)snprintf(pgp->culprit, sizeof pgp->culprit, "%s", fingerprint);
    return result;
}

static bool read_nothing(void *data, void *bytes, size_t n, size_t *ret_n)
{
    (void)data, (void)bytes, (void)n;
    *ret_n = 0;
    return true;
}

/* librnp takes no empty memory, which an empty text is. */
int pgp_input(struct tb_bytes bytes, rnp_input_t *ret_input)
{
    if (bytes.n == 0)
        return pgp_own_failure(rnp_input_from_callback(ret_input, read_nothing, NULL, NULL));
    return pgp_own_failure(rnp_input_from_memory(ret_input, bytes.data, bytes.n, false));
}

static bool write_sink(void *data, const void *bytes, size_t n)
{
    return pgp_sink_write(data, bytes, n);
}

int pgp_output(struct pgp_sink *sink, rnp_output_t *ret_output)
{
    return pgp_own_failure(rnp_output_to_callback(ret_output, write_sink, NULL, sink));
}

int pgp_output_end(rnp_output_t output, const struct pgp_sink *sink, rnp_result_t said)
{
    rnp_result_t finished = rnp_output_finish(output);
    int result = pgp_sink_result(sink);
    return result ? result : pgp_own_failure(said != RNP_SUCCESS ? said : finished);
}

int pgp_load(struct pgp *pgp, struct tb_bytes keys)
{
    tb_cleanup(pgp_end_input) rnp_input_t input = NULL;
    int result = pgp_input(keys, &input);
    if (result)
        return result;
    rnp_result_t loaded = rnp_import_keys(
        pgp->ffi, input,
        RNP_LOAD_SAVE_PUBLIC_KEYS | RNP_LOAD_SAVE_SECRET_KEYS | RNP_LOAD_SAVE_PERMISSIVE, NULL);
    if (loaded == RNP_ERROR_OUT_OF_MEMORY)
        return -ENOMEM;
    return loaded == RNP_SUCCESS ? PGP_OK : PGP_BAD_KEY;
}

/* The one key of all those that are loaded that is no subkey. */
static int find_primary(struct pgp *pgp, rnp_key_handle_t *ret_key)
{
    tb_cleanup(pgp_end_names) rnp_identifier_iterator_t names = NULL;
    tb_cleanup(pgp_end_key) rnp_key_handle_t found = NULL;
    const char *name = NULL;
    if (rnp_identifier_iterator_create(pgp->ffi, &names, "fingerprint") != RNP_SUCCESS)
        return -ENOMEM;
    while (rnp_identifier_iterator_next(names, &name) == RNP_SUCCESS && name) {
        tb_cleanup(pgp_end_key) rnp_key_handle_t key = NULL;
        bool is_primary = false;
        if (rnp_locate_key(pgp->ffi, "fingerprint", name, &key) != RNP_SUCCESS || !key ||
            rnp_key_is_primary(key, &is_primary) != RNP_SUCCESS || !is_primary)
            continue;
        if (found)
            return PGP_BAD_KEY;
        found = key;
        key = NULL;
    }
    if (!found)
        return PGP_BAD_KEY;
    *ret_key = found;
    found = NULL;
    return PGP_OK;
}

int pgp_load_one(struct pgp *pgp, struct tb_bytes key, rnp_key_handle_t *ret_key)
{
    int result = pgp_load(pgp, key);
    return result ? result : find_primary(pgp, ret_key);
}

int pgp_find(struct pgp *pgp, const char *kind, const char *name, rnp_key_handle_t *ret_key)
{
    rnp_key_handle_t key = NULL;
    if (rnp_locate_key(pgp->ffi, kind, name, &key) != RNP_SUCCESS || !key)
        return PGP_BAD_KEY;
    *ret_key = key;
    return PGP_OK;
}

int pgp_each_part(rnp_key_handle_t primary, int (*visit)(void *data, rnp_key_handle_t part),
                  void *data)
{
    size_t n = 0;
    int result = visit(data, primary);
    (void)rnp_key_get_subkey_count(primary, &n);
    for (size_t i = 0; i < n && !result; i++) {
        tb_cleanup(pgp_end_key) rnp_key_handle_t part = NULL;
        if (rnp_key_get_subkey_at(primary, i, &part) == RNP_SUCCESS && part)
            result = visit(data, part);
    }
    return result;
}

int pgp_export_public(rnp_key_handle_t key, struct pgp_data *ret_certificate)
{
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, PGP_CERTIFICATE_MAX);
    tb_cleanup(pgp_end_output) rnp_output_t output = NULL;
    int result = pgp_output(&sink, &output);
    if (result)
        return result;
    rnp_result_t exported =
        rnp_key_export(key, output, RNP_KEY_EXPORT_PUBLIC | RNP_KEY_EXPORT_SUBKEYS);
    result = pgp_output_end(output, &sink, exported);
    if (!result)
        *ret_certificate = pgp_sink_take(&sink);
    return result;
}

int pgp_armor(struct tb_bytes binary, const char *type, struct pgp_data *ret_armored)
{
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, PGP_OUTPUT_MAX);
    tb_cleanup(pgp_end_input) rnp_input_t input = NULL;
    tb_cleanup(pgp_end_output) rnp_output_t output = NULL;
    int result = pgp_input(binary, &input);
    result = result ? result : pgp_output(&sink, &output);
    if (result)
        return result;
    rnp_result_t armored = rnp_enarmor(input, output, type);
    result = pgp_output_end(output, &sink, armored);
    if (!result)
        *ret_armored = pgp_sink_take(&sink);
    return result;
}
