/*
 * What comes to the enclave as OpenPGP. The first byte says what is done with the rest: reading
 * keys, a revocation, looking at a secret key, decrypting with a key that is made for it, verifying
 * (with a known key, so that signatures are computed). After each nothing is loaded, and a failure
 * has given nothing out.
 */
#include "plugins/enclave/pgp/message.h"
#include "plugins/enclave/pgp/secret.h"
#include "tests/fuzz/fuzz.h"

#include "base/compiler.h"

#include "tests/fuzz/pgp_key.h"

struct target {
    struct pgp *pgp;
    struct tb_bytes certificate;
    struct pgp_own own;
};

static bool find(void *data, const char *key_id, struct tb_bytes *ret_certificate)
{
    (void)key_id;
    const struct target *target = data;
    *ret_certificate = target->certificate;
    return true;
}

static void read_keys(struct target *target, struct tb_bytes input)
{
    tb_cleanup(pgp_certificates_deinit) struct pgp_certificates keys = {0};
    if (pgp_read_keys(target->pgp, input, &keys) != 0) {
        tb_assert(keys.n == 0);
        return;
    }
    tb_assert(keys.n > 0 && keys.n <= PGP_KEYS_MAX);
    for (size_t i = 0; i < keys.n; i++) {
        const struct pgp_key *key = &keys.list[i].key;
        struct pgp_key again;
        for (size_t at = 0; at < key->n_user_ids; at++)
            tb_assert(tb_utf8_valid(tb_bytes_of_string(key->user_ids[at])));
        tb_assert(pgp_read_key(target->pgp, pgp_data_bytes(&keys.list[i].data), &again) == 0);
        tb_assert(strcmp(again.fingerprint, key->fingerprint) == 0 && !again.secret);
    }
}

static void read_revocation(struct target *target, struct tb_bytes input)
{
    char key_id[PGP_KEY_ID_SIZE];
    struct pgp_certificate revoked = {0};
    if (pgp_revocation_issuer(input, key_id) == 0)
        tb_assert(strlen(key_id) == PGP_KEY_ID_SIZE - 1);
    if (pgp_apply_revocation(target->pgp, target->certificate, input, &revoked) == 0)
        tb_assert(revoked.key.revoked);
    pgp_data_deinit(&revoked.data);
}

static void look_at_secret(struct target *target, struct tb_bytes input)
{
    struct pgp_key key;
    bool is_protected;
    if (pgp_look_at_secret(target->pgp, input, &key, &is_protected) == 0)
        tb_assert(key.secret);
}

static void check_opened(int result, struct pgp_opened *opened)
{
    tb_assert(result == 0 || !opened->data.data);
    tb_assert(opened->data.n <= PGP_OUTPUT_MAX);
    size_t n_valid = 0;
    for (size_t i = 0; i < opened->n_signatures; i++)
        n_valid += opened->signatures[i].status == PGP_SIGNATURE_VALID;
    tb_assert(opened->valid == (n_valid > 0 && n_valid == opened->n_signatures));
    pgp_opened_deinit(opened);
}

static void decrypt(struct target *target, struct tb_bytes input)
{
    struct pgp_recipients recipients;
    struct pgp_opened opened = {0};
    struct pgp_decrypt want = {
        .untrusted_message = input, .own = &target->own, .n_own = 1, .lookup = {find, target}};
    int result = pgp_decrypt(target->pgp, &want, &opened);
    tb_assert(result != 0 || pgp_message_recipients(input, &recipients) == 0);
    check_opened(result, &opened);
}

static void verify(struct target *target, struct tb_bytes input)
{
    struct pgp_lookup lookup = {find, target};
    struct pgp_opened opened = {0};
    int result = pgp_verify(target->pgp, input, &lookup, &opened);
    tb_assert(result != 0 || opened.n_signatures > 0);
    check_opened(result, &opened);
    result =
        pgp_verify_detached(target->pgp, tb_bytes_of_string("a note"), input, &lookup, &opened);
    check_opened(result, &opened);
}

static struct target make_target(void)
{
    struct target target = {.certificate =
                                tb_bytes_of(pgp_key_certificate, sizeof pgp_key_certificate),
                            .own = {tb_bytes_of(pgp_key_secret, sizeof pgp_key_secret),
                                    tb_bytes_of_string(PGP_KEY_PASSPHRASE)}};
    tb_assert(pgp_new(&target.pgp) == 0);
    return target;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static void (*const jobs[])(struct target * target, struct tb_bytes input) = {
        ['K'] = read_keys, ['R'] = read_revocation, ['S'] = look_at_secret,
        ['D'] = decrypt,   ['V'] = verify,
    };
    static struct target target;
    if (!target.pgp)
        target = make_target();
    if (n == 0 || data[0] >= TB_ARRAY_LEN(jobs) || !jobs[data[0]])
        return 0;
    jobs[data[0]](&target, tb_bytes_of(data + 1, n - 1));
    tb_assert(pgp_n_loaded(target.pgp) == 0);
    return 0;
}
