#include "plugins/enclave/pgp/secret.h"

#include "plugins/enclave/pgp/armor.h"
#include "plugins/enclave/pgp/own.h"
#include "plugins/enclave/pgp/splice.h"
#include "plugins/enclave/pgp/transferable.h"
#include "plugins/enclave/pgp/usable.h"

/* One secret key out of what somebody chose to import. */
static int read_secret(struct tb_bytes untrusted_secret, struct pgp_packets *ret_packets)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    struct pgp_transferable key;
    int result = pgp_packets_read(untrusted_secret, PGP_KEY_INPUT_MAX, &packets);
    struct tb_bytes rest = packets.bytes;
    result = result ? result : pgp_transferable_next(&rest, &key);
    if (result)
        return result;
    if (rest.n > 0)
        return PGP_BAD_KEY;
    if (!key.secret)
        return PGP_NO_SECRET_KEY;
    *ret_packets = packets;
    packets = (struct pgp_packets){0};
    return PGP_OK;
}

/* A stub says that the secret is elsewhere (offline, on a card): there is nothing to take in. */
static int look_at_part(void *data, rnp_key_handle_t part)
{
    bool *is_protected = data;
    tb_cleanup(pgp_end_text) char *type = NULL;
    bool is_secret = false;
    (void)rnp_key_have_secret(part, &is_secret);
    if (!is_secret)
        return 0;
    if (rnp_key_get_protection_type(part, &type) != RNP_SUCCESS)
        return PGP_BAD_KEY;
    bool is_encrypted = strncmp(type, "Encrypted", strlen("Encrypted")) == 0;
    if (!is_encrypted && strcmp(type, "None") != 0)
        return PGP_UNSUPPORTED;
    *is_protected = *is_protected || is_encrypted;
    return 0;
}

static int look(struct pgp *pgp, struct tb_bytes packets, rnp_key_handle_t *ret_primary,
                struct pgp_key *ret_key, bool *ret_protected)
{
    struct pgp_key key;
    bool is_protected = false;
    int result = pgp_load_one(pgp, packets, ret_primary);
    result = result ? result : pgp_describe(pgp, *ret_primary, &key);
    if (!result && !key.secret)
        result = pgp_blame(pgp, *ret_primary, PGP_NO_SECRET_KEY);
    result = result ? result : pgp_each_part(*ret_primary, look_at_part, &is_protected);
    if (result)
        return result;
    *ret_key = key;
    *ret_protected = is_protected;
    return PGP_OK;
}

int pgp_look_at_secret(struct pgp *pgp, struct tb_bytes untrusted_secret, struct pgp_key *ret_key,
                       bool *ret_protected)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    int result = read_secret(untrusted_secret, &packets);
    if (result)
        return result;
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    return look(use, packets.bytes, &primary, ret_key, ret_protected);
}

int pgp_import_secret(struct pgp *pgp, struct tb_bytes untrusted_secret, struct tb_bytes passphrase,
                      struct tb_bytes inner_passphrase, struct pgp_pair *ret_pair)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    int result = read_secret(untrusted_secret, &packets);
    if (result)
        return result;
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    struct pgp_key key;
    bool is_protected;
    result = look(use, packets.bytes, &primary, &key, &is_protected);
    if (!result && is_protected)
        result = pgp_set_passphrase(use, passphrase, PGP_OWN_ASKS);
    result = result ? result : pgp_protect(primary, inner_passphrase, PGP_INNER_S2K);
    result = result ? result : pgp_set_passphrase(use, inner_passphrase, PGP_OWN_ASKS);
    return result ? result : pgp_take_pair(use, primary, ret_pair);
}

/* The own key under another passphrase, as it is in its own bytes. */
static int protect_anew(struct pgp *pgp, const struct pgp_own *own, struct tb_bytes passphrase,
                        struct pgp_data *ret_secret)
{
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    int result = pgp_load_one(use, own->secret, &primary);
    result = result ? result : pgp_set_passphrase(use, own->passphrase, PGP_OWN_ASKS);
    result = result ? result : pgp_protect(primary, passphrase, PGP_OUTER_S2K);
    return result ? result : pgp_export_own(primary, ret_secret);
}

static int armor_secret(struct pgp *pgp, struct tb_bytes secret, struct pgp_data *ret_armored)
{
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    (void)use; /* nothing is loaded: it keeps librnp quiet */
    return pgp_armor(secret, "secret key", ret_armored);
}

int pgp_export_secret(struct pgp *pgp, const struct pgp_own *own, struct tb_bytes certificate,
                      struct tb_bytes passphrase, struct pgp_data *ret_armored)
{
    tb_cleanup(pgp_data_deinit) struct pgp_data secret = {0};
    tb_cleanup(pgp_sink_deinit) struct pgp_sink whole;
    pgp_sink_init(&whole, (size_t)2 * PGP_CERTIFICATE_MAX);
    int result = protect_anew(pgp, own, passphrase, &secret);
    result = result ? result : pgp_splice(certificate, pgp_data_bytes(&secret), &whole);
    return result ? result : armor_secret(pgp, pgp_sink_bytes(&whole), ret_armored);
}

bool pgp_reason_read(struct tb_bytes untrusted_name, enum pgp_reason *ret_reason)
{
    static const char *const names[] = {
        [PGP_REASON_NONE] = "none",
        [PGP_SUPERSEDED] = "superseded",
        [PGP_COMPROMISED] = "compromised",
        [PGP_RETIRED] = "retired",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        if (tb_bytes_are(untrusted_name, names[i])) {
            *ret_reason = (enum pgp_reason)i;
            return true;
        }
    }
    return false;
}

static int make_revocation(struct pgp *pgp, const struct pgp_own *own, enum pgp_reason reason,
                           struct pgp_data *ret_revocation)
{
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    int result = pgp_load_one(use, own->secret, &primary);
    result = result ? result : pgp_set_passphrase(use, own->passphrase, PGP_OWN_ASKS);
    return result ? result : pgp_export_revocation(primary, reason, ret_revocation);
}

int pgp_revoke(struct pgp *pgp, const struct pgp_own *own, struct tb_bytes certificate,
               enum pgp_reason reason, struct pgp_certificate *ret_certificate,
               struct pgp_data *ret_revocation)
{
    tb_cleanup(pgp_data_deinit) struct pgp_data revocation = {0};
    int result = make_revocation(pgp, own, reason, &revocation);
    result = result ? result
                    : pgp_apply_revocation(pgp, certificate, pgp_data_bytes(&revocation),
                                           ret_certificate);
    if (result)
        return result;
    *ret_revocation = revocation;
    revocation = (struct pgp_data){0};
    return PGP_OK;
}
