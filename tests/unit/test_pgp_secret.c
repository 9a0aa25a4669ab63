/* Secret keys on their way in and out. */
#include "tests/unit/pgp_bench.h"

static struct pgp_data export(struct pgp *pgp, const struct pgp_pair *pair, const char *passphrase)
{
    struct pgp_own own = bench_own(pair);
    struct pgp_data made;
    CHECK_INT(
        pgp_export_secret(pgp, &own, pgp_data_bytes(&pair->certificate), text(passphrase), &made),
        0);
    return made;
}

static void what_went_out_comes_in_with_its_passphrase_alone(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data file = export(pgp, &ann, "open sesame");
    CHECK(tb_bytes_begin(pgp_data_bytes(&file), "-----BEGIN PGP PRIVATE KEY BLOCK-----"));
    struct pgp_key key;
    bool is_protected = false;
    CHECK_INT(pgp_look_at_secret(pgp, pgp_data_bytes(&file), &key, &is_protected), 0);
    CHECK(is_protected && key.secret);
    CHECK_STR(key.fingerprint, ann.key.fingerprint);
    struct pgp_pair none = {0};
    CHECK_INT(pgp_import_secret(pgp, pgp_data_bytes(&file), text("wrong"), text(INNER), &none),
              PGP_WRONG_PASSPHRASE);
    CHECK(!none.secret.data && !none.certificate.data);
    CHECK_INT(pgp_n_loaded(pgp), 0);
    tb_cleanup(pgp_pair_deinit) struct pgp_pair again = {0};
    CHECK_INT(
        pgp_import_secret(pgp, pgp_data_bytes(&file), text("open sesame"), text("inner"), &again),
        0);
    struct pgp_own own = {pgp_data_bytes(&again.secret), text("inner")};
    tb_cleanup(pgp_data_deinit) struct pgp_data message =
        bench_encrypt(pgp, &ann, NULL, text("a note"));
    struct pgp_decrypt want = {
        .untrusted_message = pgp_data_bytes(&message), .own = &own, .n_own = 1};
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(pgp_decrypt(pgp, &want, &opened), 0);
    check_text(&opened.data, "a note");
}

static void an_exported_key_says_that_it_was_revoked(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    struct pgp_own own = bench_own(&ann);
    struct pgp_certificate revoked = {0};
    tb_cleanup(pgp_data_deinit) struct pgp_data revocation = {0};
    CHECK_INT(pgp_revoke(pgp, &own, pgp_data_bytes(&ann.certificate), PGP_SUPERSEDED, &revoked,
                         &revocation),
              0);
    pgp_data_deinit(&ann.certificate);
    ann.certificate = revoked.data;
    tb_cleanup(pgp_data_deinit) struct pgp_data file = export(pgp, &ann, "open sesame");
    struct pgp_key key;
    bool is_protected = false;
    CHECK_INT(pgp_look_at_secret(pgp, pgp_data_bytes(&file), &key, &is_protected), 0);
    CHECK(key.revoked && key.secret);
}

static void passphrases_have_bounds(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    char longest[PGP_PASSPHRASE_MAX + 1];
    memset(longest, 'a', sizeof longest);
    const struct tb_bytes wrong[] = {text(""), tb_bytes_of("a\0b", 3),
                                     tb_bytes_of(longest, sizeof longest)};
    struct pgp_own own = bench_own(&ann);
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++) {
        struct pgp_data made = {0};
        CHECK_INT(pgp_export_secret(pgp, &own, pgp_data_bytes(&ann.certificate), wrong[i], &made),
                  PGP_BAD_ARGUMENT);
    }
    tb_cleanup(pgp_data_deinit) struct pgp_data made = {0};
    CHECK_INT(pgp_export_secret(pgp, &own, pgp_data_bytes(&ann.certificate),
                                tb_bytes_of(longest, PGP_PASSPHRASE_MAX), &made),
              0);
    struct pgp_pair pair = {0};
    CHECK_INT(pgp_import_secret(pgp, pgp_data_bytes(&made), tb_bytes_of(longest, sizeof longest),
                                text(INNER), &pair),
              PGP_BAD_ARGUMENT);
}

static void a_wrong_inner_passphrase_gives_nothing_out(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    struct tb_bytes certificate = pgp_data_bytes(&ann.certificate);
    struct pgp_own own = {pgp_data_bytes(&ann.secret), text("another")};
    struct pgp_data made = {0};
    struct pgp_certificate revoked = {0};
    CHECK_INT(pgp_export_secret(pgp, &own, certificate, text("open sesame"), &made),
              PGP_WRONG_PASSPHRASE);
    CHECK_INT(pgp_revoke(pgp, &own, certificate, PGP_REASON_NONE, &revoked, &made),
              PGP_WRONG_PASSPHRASE);
    CHECK(!made.data && !revoked.data.data);
    CHECK_INT(pgp_n_loaded(pgp), 0);
}

static void only_one_secret_key_is_taken_in(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_pair_deinit) struct pgp_pair bob = bench_pair(pgp, "Bob");
    uint8_t both[8192];
    CHECK(ann.secret.n + bob.secret.n <= sizeof both);
    memcpy(both, ann.secret.data, ann.secret.n);
    memcpy(both + ann.secret.n, bob.secret.data, bob.secret.n);
    struct pgp_key key;
    bool is_protected;
    CHECK_INT(pgp_look_at_secret(pgp, tb_bytes_of(both, ann.secret.n + bob.secret.n), &key,
                                 &is_protected),
              PGP_BAD_KEY);
    CHECK_INT(pgp_look_at_secret(pgp, pgp_data_bytes(&ann.certificate), &key, &is_protected),
              PGP_NO_SECRET_KEY);
    CHECK_INT(pgp_look_at_secret(pgp, tb_bytes_of(both, ann.secret.n - 1), &key, &is_protected),
              PGP_TRUNCATED);
}

/* The certificate is another key's. */
static void a_key_goes_out_with_its_own_certificate_alone(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_pair_deinit) struct pgp_pair bob = bench_pair(pgp, "Bob");
    struct pgp_own own = bench_own(&ann);
    struct pgp_data made = {0};
    CHECK_INT(pgp_export_secret(pgp, &own, pgp_data_bytes(&bob.certificate), text("pw"), &made),
              PGP_NO_SECRET_KEY);
    CHECK(!made.data);
}

static const struct test tests[] = {
    TEST(what_went_out_comes_in_with_its_passphrase_alone),
    TEST(an_exported_key_says_that_it_was_revoked),
    TEST(passphrases_have_bounds),
    TEST(a_wrong_inner_passphrase_gives_nothing_out),
    TEST(only_one_secret_key_is_taken_in),
    TEST(a_key_goes_out_with_its_own_certificate_alone),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
