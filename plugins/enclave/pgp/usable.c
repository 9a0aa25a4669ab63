#include "plugins/enclave/pgp/usable.h"

#include <stdio.h>

uint64_t pgp_expiry(rnp_key_handle_t part)
{
    uint32_t created = 0;
    uint32_t lasts = 0;
    (void)rnp_key_get_creation(part, &created);
    (void)rnp_key_get_expiration(part, &lasts);
    return lasts == 0 ? 0 : (uint64_t)created + lasts;
}

/* librnp's own word besides: it looks at other signatures too, and is asked last so that a key
 * that it has no time for is not expired by mistake. */
bool pgp_is_expired(const struct pgp *pgp, rnp_key_handle_t part)
{
    uint64_t expiry = pgp_expiry(part);
    bool is_expired = false;
    (void)rnp_key_is_expired(part, &is_expired);
    return is_expired || (expiry != 0 && expiry <= pgp_now(pgp));
}

bool pgp_is_revoked(rnp_key_handle_t part)
{
    bool is_revoked = true;
    return rnp_key_is_revoked(part, &is_revoked) != RNP_SUCCESS || is_revoked;
}

static bool is_valid(rnp_key_handle_t part)
{
    bool is_valid = false;
    return rnp_key_is_valid(part, &is_valid) == RNP_SUCCESS && is_valid;
}

int pgp_key_state(const struct pgp *pgp, rnp_key_handle_t primary)
{
    if (pgp_is_revoked(primary))
        return PGP_REVOKED_KEY;
    if (pgp_is_expired(pgp, primary))
        return PGP_EXPIRED_KEY;
    return is_valid(primary) ? PGP_OK : PGP_BAD_KEY;
}

struct search {
    const struct pgp *pgp;
    enum pgp_use use;
    char found[PGP_FINGERPRINT_SIZE];
    uint32_t created; /* of the one that was found */
    int failure;      /* what was wrong with those that might */
};

static bool may(rnp_key_handle_t part, enum pgp_use use)
{
    bool is_allowed = false;
    const char *name = use == PGP_USE_SIGN ? "sign" : "encrypt";
    return rnp_key_allows_usage(part, name, &is_allowed) == RNP_SUCCESS && is_allowed;
}

bool pgp_may_sign(rnp_key_handle_t part)
{
    return may(part, PGP_USE_SIGN) && is_valid(part);
}

static int part_state(const struct search *search, rnp_key_handle_t part)
{
    if (pgp_is_revoked(part))
        return PGP_REVOKED_KEY;
    if (pgp_is_expired(search->pgp, part))
        return PGP_EXPIRED_KEY;
    return is_valid(part) ? PGP_OK : PGP_BAD_KEY;
}

static int look_at_part(void *data, rnp_key_handle_t part)
{
    struct search *search = data;
    if (!may(part, search->use))
        return 0;
    int state = part_state(search, part);
    uint32_t created = 0;
    (void)rnp_key_get_creation(part, &created);
    if (state) {
        search->failure = search->failure ? search->failure : state;
        return 0;
    }
    tb_cleanup(pgp_end_text) char *fingerprint = NULL;
    if ((search->found[0] && created < search->created) ||
        rnp_key_get_fprint(part, &fingerprint) != RNP_SUCCESS)
        return 0;
    search->created = created;
    (void)snprintf(search->found, sizeof search->found, "%s", fingerprint);
    return 0;
}

int pgp_usable(struct pgp *pgp, rnp_key_handle_t primary, enum pgp_use use,
               rnp_key_handle_t *ret_part)
{
    struct search search = {.pgp = pgp, .use = use};
    int result = pgp_key_state(pgp, primary);
    if (result)
        return pgp_blame(pgp, primary, result);
    result = pgp_each_part(primary, look_at_part, &search);
    if (result)
        return result;
    if (search.found[0])
        return pgp_find(pgp, "fingerprint", search.found, ret_part);
    int cannot = use == PGP_USE_SIGN ? PGP_CANNOT_SIGN : PGP_CANNOT_ENCRYPT;
    return pgp_blame(pgp, primary, search.failure ? search.failure : cannot);
}

static int copy_name(rnp_key_handle_t part, char ret_fingerprint[static PGP_FINGERPRINT_SIZE])
{
    tb_cleanup(pgp_end_text) char *fingerprint = NULL;
    if (rnp_key_get_fprint(part, &fingerprint) != RNP_SUCCESS ||
        strlen(fingerprint) != PGP_FINGERPRINT_SIZE - 1)
        return PGP_UNSUPPORTED;
    memcpy(ret_fingerprint, fingerprint, PGP_FINGERPRINT_SIZE);
    return PGP_OK;
}

int pgp_usable_name(struct pgp *pgp, struct tb_bytes certificate, struct tb_bytes secret,
                    enum pgp_use use, char ret_fingerprint[static PGP_FINGERPRINT_SIZE])
{
    tb_cleanup(pgp_end) struct pgp *loaded = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    tb_cleanup(pgp_end_key) rnp_key_handle_t part = NULL;
    int result = secret.n > 0 ? pgp_load(loaded, secret) : PGP_OK;
    result = result ? result : pgp_load_one(loaded, certificate, &primary);
    result = result ? result : pgp_usable(loaded, primary, use, &part);
    bool is_secret = false;
    if (!result && secret.n > 0)
        (void)rnp_key_have_secret(part, &is_secret);
    if (!result && secret.n > 0 && !is_secret)
        result = pgp_blame(loaded, primary, PGP_NO_SECRET_KEY);
    return result ? result : copy_name(part, ret_fingerprint);
}
