/* Making, reading, merging, revoking and passing on keys. */
#include "tests/unit/pgp_bench.h"

enum { HOUR = 3600, YEAR_2024 = 1704067200 };

static void a_new_key_says_what_it_is(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    struct pgp_generate want = {.user_id = text("Ann <ann@example.org>"),
                                .expires_s = HOUR,
                                .inner_passphrase = text(INNER)};
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = {0};
    pgp_set_time(pgp, YEAR_2024);
    CHECK_INT(pgp_generate(pgp, &want, &ann), 0);
    CHECK_INT(strlen(ann.key.fingerprint), 40);
    CHECK_STR(ann.key.algorithm, "ed25519");
    CHECK_INT(ann.key.n_user_ids, 1);
    CHECK_STR(ann.key.user_ids[0], "Ann <ann@example.org>");
    CHECK_INT(ann.key.created, YEAR_2024);
    CHECK_INT(ann.key.expires, YEAR_2024 + HOUR);
    CHECK_INT(ann.key.n_key_ids, 2);
    CHECK_STR(ann.key.key_ids[0], ann.key.fingerprint + 24);
    CHECK(ann.key.secret && ann.key.can_sign && ann.key.can_encrypt);
    CHECK(!ann.key.expired && !ann.key.revoked);
}

static void every_algorithm_signs_and_encrypts(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    static const char *const names[] = {"ed25519", "rsa3072", "p256"};
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        struct pgp_generate want = {.user_id = text("Ann"), .inner_passphrase = text(INNER)};
        CHECK(pgp_algorithm_read(text(names[i]), &want.algorithm));
        tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = {0};
        CHECK_INT(pgp_generate(pgp, &want, &ann), 0);
        CHECK_STR(ann.key.algorithm, names[i]);
        CHECK_INT(ann.key.expires, 0);
        tb_cleanup(pgp_data_deinit) struct pgp_data message =
            bench_encrypt(pgp, &ann, &ann, text("a note"));
        tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
        CHECK_INT(bench_decrypt(pgp, &ann, &ann, pgp_data_bytes(&message), &opened), 0);
        CHECK(opened.valid);
    }
    enum pgp_algorithm none;
    CHECK(!pgp_algorithm_read(text("rsa1024"), &none));
}

static int try_user_id(struct pgp *pgp, struct tb_bytes user_id)
{
    struct pgp_generate want = {.user_id = user_id, .inner_passphrase = text(INNER)};
    tb_cleanup(pgp_pair_deinit) struct pgp_pair pair = {0};
    return pgp_generate(pgp, &want, &pair);
}

static void refuses_user_ids_that_hide_something(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    char longest[PGP_NEW_USER_ID_MAX + 1];
    memset(longest, 'a', sizeof longest);
    CHECK_INT(try_user_id(pgp, text("")), PGP_BAD_ARGUMENT);
    CHECK_INT(try_user_id(pgp, text("Ann\n")), PGP_BAD_ARGUMENT);
    CHECK_INT(try_user_id(pgp, text("Ann\x1b[2J")), PGP_BAD_ARGUMENT);
    CHECK_INT(try_user_id(pgp, text("Ann \xE2\x80\xAE")), PGP_BAD_ARGUMENT);
    CHECK_INT(try_user_id(pgp, text("Ann \xFF")), PGP_BAD_ARGUMENT);
    CHECK_INT(try_user_id(pgp, tb_bytes_of("Ann\0", 4)), PGP_BAD_ARGUMENT);
    CHECK_INT(try_user_id(pgp, tb_bytes_of(longest, PGP_NEW_USER_ID_MAX + 1)), PGP_BAD_ARGUMENT);
    CHECK_INT(try_user_id(pgp, tb_bytes_of(longest, PGP_NEW_USER_ID_MAX)), 0);
    CHECK_INT(try_user_id(pgp, text("\xC3\x84nn \"the\" <ann@example.org>")), 0);
}

static void reads_back_what_it_made(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    struct pgp_key key;
    CHECK_INT(pgp_read_key(pgp, pgp_data_bytes(&ann.certificate), &key), 0);
    CHECK_STR(key.fingerprint, ann.key.fingerprint);
    CHECK(!key.secret);
    CHECK_INT(pgp_read_key(pgp, pgp_data_bytes(&ann.secret), &key), 0);
    CHECK(key.secret);
    CHECK_INT(pgp_n_loaded(pgp), 0);
}

static void reads_several_keys_of_one_text_and_no_secret(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_pair_deinit) struct pgp_pair bob = bench_pair(pgp, "Bob");
    uint8_t both[8192];
    CHECK(ann.secret.n + bob.certificate.n <= sizeof both);
    memcpy(both, ann.secret.data, ann.secret.n);
    memcpy(both + ann.secret.n, bob.certificate.data, bob.certificate.n);
    tb_cleanup(pgp_certificates_deinit) struct pgp_certificates keys = {0};
    CHECK_INT(pgp_read_keys(pgp, tb_bytes_of(both, ann.secret.n + bob.certificate.n), &keys), 0);
    CHECK_INT(keys.n, 2);
    CHECK_STR(keys.list[0].key.fingerprint, ann.key.fingerprint);
    CHECK_STR(keys.list[1].key.fingerprint, bob.key.fingerprint);
    struct pgp_key key;
    CHECK_INT(pgp_read_key(pgp, pgp_data_bytes(&keys.list[0].data), &key), 0);
    CHECK(!key.secret);
}

static void armor_of_a_key_reads_as_that_key(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data armored = {0};
    CHECK_INT(pgp_armor_key(pgp, pgp_data_bytes(&ann.certificate), &armored), 0);
    CHECK(tb_bytes_begin(pgp_data_bytes(&armored), "-----BEGIN PGP PUBLIC KEY BLOCK-----"));
    tb_cleanup(pgp_certificates_deinit) struct pgp_certificates keys = {0};
    CHECK_INT(pgp_read_keys(pgp, pgp_data_bytes(&armored), &keys), 0);
    CHECK_STR(keys.list[0].key.fingerprint, ann.key.fingerprint);
    struct tb_bytes cut = tb_bytes_of(armored.data, armored.n / 2);
    tb_cleanup(pgp_certificates_deinit) struct pgp_certificates none = {0};
    CHECK_INT(pgp_read_keys(pgp, cut, &none), PGP_TRUNCATED);
    CHECK_INT(none.n, 0);
}

static void a_key_whose_user_id_was_changed_is_bad(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann Archer");
    uint8_t *name = memmem(ann.certificate.data, ann.certificate.n, "Ann Archer", 10);
    CHECK(name);
    name[0] = 'D';
    struct pgp_key key;
    /* The binding of the subkey is still good, so the key is one; the name is not its own. */
    CHECK_INT(pgp_read_key(pgp, pgp_data_bytes(&ann.certificate), &key), 0);
    CHECK_INT(key.n_user_ids, 0);
}

static void an_older_copy_takes_no_revocation_back(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    struct pgp_own own = bench_own(&ann);
    struct tb_bytes older = pgp_data_bytes(&ann.certificate);
    struct pgp_certificate revoked = {0};
    struct pgp_certificate merged = {0};
    tb_cleanup(pgp_data_deinit) struct pgp_data revocation = {0};
    CHECK_INT(pgp_revoke(pgp, &own, older, PGP_COMPROMISED, &revoked, &revocation), 0);
    CHECK(revoked.key.revoked && !revoked.key.can_sign && !revoked.key.can_encrypt);
    CHECK_INT(pgp_merge_key(pgp, pgp_data_bytes(&revoked.data), older, &merged), 0);
    CHECK(merged.key.revoked);
    pgp_data_deinit(&merged.data);
    CHECK_INT(pgp_merge_key(pgp, older, pgp_data_bytes(&revoked.data), &merged), 0);
    CHECK(merged.key.revoked);
    pgp_data_deinit(&merged.data);
    pgp_data_deinit(&revoked.data);
}

/* librnp would have the copy for the real one, which then holds for no user id any more. */
static void a_signature_under_a_foreign_user_id_does_not_merge(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann Archer");
    struct tb_bytes known = pgp_data_bytes(&ann.certificate);
    tb_cleanup(pgp_data_deinit) struct pgp_data newer = {.data = malloc(known.n), .n = known.n};
    CHECK(newer.data);
    memcpy(newer.data, known.data, known.n);
    uint8_t *name = memmem(newer.data, newer.n, "Ann Archer", 10);
    CHECK(name);
    name[0] = 'D';
    struct pgp_certificate merged = {0};
    CHECK_INT(pgp_merge_key(pgp, known, pgp_data_bytes(&newer), &merged), PGP_BAD_KEY);
    CHECK(!merged.data.data);
    CHECK_INT(pgp_merge_key(pgp, known, known, &merged), 0);
    CHECK_INT(merged.key.n_user_ids, 1);
    pgp_data_deinit(&merged.data);
}

static void two_keys_do_not_merge(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_pair_deinit) struct pgp_pair bob = bench_pair(pgp, "Bob");
    struct pgp_certificate merged = {0};
    CHECK_INT(pgp_merge_key(pgp, pgp_data_bytes(&ann.certificate), pgp_data_bytes(&bob.certificate),
                            &merged),
              PGP_BAD_KEY);
    CHECK(!merged.data.data);
    CHECK_INT(pgp_n_loaded(pgp), 0);
}

static void the_revocation_made_with_a_key_revokes_it_alone(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_pair_deinit) struct pgp_pair bob = bench_pair(pgp, "Bob");
    struct tb_bytes revocation = pgp_data_bytes(&ann.revocation);
    char issuer[PGP_KEY_ID_SIZE];
    CHECK_INT(pgp_revocation_issuer(revocation, issuer), 0);
    CHECK_STR(issuer, ann.key.key_ids[0]);
    struct pgp_certificate revoked = {0};
    CHECK_INT(pgp_apply_revocation(pgp, pgp_data_bytes(&bob.certificate), revocation, &revoked),
              PGP_BAD_KEY);
    CHECK_INT(pgp_apply_revocation(pgp, pgp_data_bytes(&ann.certificate), revocation, &revoked), 0);
    CHECK(revoked.key.revoked);
    pgp_data_deinit(&revoked.data);
    CHECK_INT(pgp_revocation_issuer(pgp_data_bytes(&ann.certificate), issuer), PGP_UNSIGNED);
}

static void says_what_is_no_key(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data message =
        bench_encrypt(pgp, &ann, NULL, text("a note"));
    struct pgp_certificates keys = {0};
    CHECK_INT(pgp_read_keys(pgp, text(""), &keys), PGP_NOT_OPENPGP);
    CHECK_INT(pgp_read_keys(pgp, text("hello"), &keys), PGP_NOT_OPENPGP);
    CHECK_INT(pgp_read_keys(pgp, pgp_data_bytes(&message), &keys), PGP_NOT_OPENPGP);
    struct tb_bytes cut = tb_bytes_of(ann.certificate.data, ann.certificate.n - 3);
    CHECK_INT(pgp_read_keys(pgp, cut, &keys), PGP_TRUNCATED);
    CHECK_INT(keys.n, 0);
    ann.certificate.data[2] = 5; /* the version; after the header of two bytes */
    CHECK_INT(pgp_read_keys(pgp, pgp_data_bytes(&ann.certificate), &keys), PGP_UNSUPPORTED);
}

static void takes_so_many_keys_and_no_more(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    size_t n = ann.certificate.n;
    uint8_t *many = malloc((PGP_KEYS_MAX + 1) * n);
    CHECK(many);
    for (size_t i = 0; i <= PGP_KEYS_MAX; i++)
        memcpy(many + i * n, ann.certificate.data, n);
    tb_cleanup(pgp_certificates_deinit) struct pgp_certificates keys = {0};
    struct pgp_certificates none = {0};
    CHECK_INT(pgp_read_keys(pgp, tb_bytes_of(many, (PGP_KEYS_MAX + 1) * n), &none), PGP_TOO_LARGE);
    CHECK_INT(pgp_read_keys(pgp, tb_bytes_of(many, PGP_KEYS_MAX * n), &keys), 0);
    CHECK_INT(keys.n, PGP_KEYS_MAX);
    free(many);
}

static void a_key_with_too_many_subkeys_is_too_large(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    uint8_t many[8192];
    size_t n = ann.certificate.n;
    memcpy(many, ann.certificate.data, n);
    for (size_t i = 0; i < PGP_KEY_IDS_MAX; i++, n += 3)
        memcpy(many + n, "\xCE\x01\x04", 3); /* a subkey's frame */
    struct pgp_certificates keys = {0};
    CHECK_INT(pgp_read_keys(pgp, tb_bytes_of(many, n), &keys), PGP_TOO_LARGE);
}

static void every_result_has_its_word(void)
{
    CHECK_STR(pgp_result_word(PGP_NOT_OPENPGP), "not-openpgp");
    CHECK_STR(pgp_result_word(PGP_BAD_ARGUMENT), "bad-argument");
    for (int i = 0; i <= PGP_BAD_ARGUMENT; i++)
        CHECK(pgp_result_word((enum pgp_result)i)[0] != '\0');
}

static const struct test tests[] = {
    TEST(a_new_key_says_what_it_is),
    TEST(every_algorithm_signs_and_encrypts),
    TEST(refuses_user_ids_that_hide_something),
    TEST(reads_back_what_it_made),
    TEST(reads_several_keys_of_one_text_and_no_secret),
    TEST(armor_of_a_key_reads_as_that_key),
    TEST(a_key_whose_user_id_was_changed_is_bad),
    TEST(an_older_copy_takes_no_revocation_back),
    TEST(a_signature_under_a_foreign_user_id_does_not_merge),
    TEST(two_keys_do_not_merge),
    TEST(the_revocation_made_with_a_key_revokes_it_alone),
    TEST(says_what_is_no_key),
    TEST(takes_so_many_keys_and_no_more),
    TEST(a_key_with_too_many_subkeys_is_too_large),
    TEST(every_result_has_its_word),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
