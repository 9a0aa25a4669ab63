/* What the tests of the enclave's OpenPGP share: an instance, and own keys made as it makes them.
 */
#pragma once

#include "plugins/enclave/pgp/message.h"
#include "plugins/enclave/pgp/secret.h"
#include "tests/unit/test.h"

#define INNER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static inline struct tb_bytes text(const char *string)
{
    return tb_bytes_of_string(string);
}

static inline struct pgp *bench_pgp(void)
{
    struct pgp *pgp = NULL;
    CHECK_INT(pgp_new(&pgp), 0);
    return pgp;
}

static inline struct pgp_pair bench_pair(struct pgp *pgp, const char *user_id)
{
    struct pgp_generate want = {.user_id = text(user_id), .inner_passphrase = text(INNER)};
    struct pgp_pair pair;
    CHECK_INT(pgp_generate(pgp, &want, &pair), 0);
    return pair;
}

static inline struct pgp_own bench_own(const struct pgp_pair *pair)
{
    return (struct pgp_own){pgp_data_bytes(&pair->secret), text(INNER)};
}

static inline struct pgp_signer bench_signer(const struct pgp_pair *pair)
{
    return (struct pgp_signer){bench_own(pair), pgp_data_bytes(&pair->certificate)};
}

/* Knows one certificate, by any name of its own. */
static inline bool bench_find(void *data, const char *key_id, struct tb_bytes *ret_certificate)
{
    const struct pgp_pair *pair = data;
    for (size_t i = 0; i < pair->key.n_key_ids; i++) {
        if (strcmp(pair->key.key_ids[i], key_id) == 0) {
            *ret_certificate = pgp_data_bytes(&pair->certificate);
            return true;
        }
    }
    return false;
}

static inline struct pgp_lookup bench_lookup(struct pgp_pair *pair)
{
    return (struct pgp_lookup){bench_find, pair};
}

static inline struct pgp_data bench_encrypt(struct pgp *pgp, const struct pgp_pair *to,
                                            const struct pgp_pair *signer, struct tb_bytes data)
{
    struct tb_bytes certificate = pgp_data_bytes(&to->certificate);
    struct pgp_signer by = {0};
    if (signer)
        by = bench_signer(signer);
    struct pgp_encrypt want = {
        .data = data, .to = &certificate, .n_to = 1, .signer = signer ? &by : NULL};
    struct pgp_data message;
    CHECK_INT(pgp_encrypt(pgp, &want, &message), 0);
    return message;
}

static inline int bench_decrypt(struct pgp *pgp, const struct pgp_pair *own,
                                struct pgp_pair *signer, struct tb_bytes message,
                                struct pgp_opened *ret_opened)
{
    struct pgp_own key = bench_own(own);
    struct pgp_decrypt want = {.untrusted_message = message, .own = &key, .n_own = 1};
    if (signer)
        want.lookup = bench_lookup(signer);
    return pgp_decrypt(pgp, &want, ret_opened);
}

static inline struct pgp_data bench_sign(struct pgp *pgp, const struct pgp_pair *by,
                                         enum pgp_mode mode, struct tb_bytes data)
{
    struct pgp_signer signer = bench_signer(by);
    struct pgp_sign want = {.data = data, .signer = &signer, .mode = mode};
    struct pgp_data made;
    CHECK_INT(pgp_sign(pgp, &want, &made), 0);
    return made;
}

static inline void check_text(const struct pgp_data *data, const char *expected)
{
    CHECK(tb_bytes_are(pgp_data_bytes(data), expected));
}
