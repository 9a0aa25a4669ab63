/* Round trips of messages, and what each failure is called. */
#include "tests/unit/pgp_bench.h"

static void decrypts_what_it_encrypted(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann <ann@example.org>");
    tb_cleanup(pgp_data_deinit) struct pgp_data message =
        bench_encrypt(pgp, &ann, NULL, text("a note"));
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(bench_decrypt(pgp, &ann, NULL, pgp_data_bytes(&message), &opened), 0);
    check_text(&opened.data, "a note");
    CHECK_STR(opened.key, ann.key.fingerprint);
    CHECK_INT(opened.n_signatures, 0);
    CHECK(!opened.valid);
    CHECK_INT(pgp_n_loaded(pgp), 0);
}

static void says_who_signed_what_it_decrypted(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_pair_deinit) struct pgp_pair bob = bench_pair(pgp, "Bob");
    tb_cleanup(pgp_data_deinit) struct pgp_data message =
        bench_encrypt(pgp, &ann, &bob, text("a note"));
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(bench_decrypt(pgp, &ann, &bob, pgp_data_bytes(&message), &opened), 0);
    check_text(&opened.data, "a note");
    CHECK(opened.valid);
    CHECK_INT(opened.n_signatures, 1);
    CHECK_INT(opened.signatures[0].status, PGP_SIGNATURE_VALID);
    CHECK_STR(opened.signatures[0].fingerprint, bob.key.fingerprint);
    CHECK_STR(opened.signatures[0].user_id, "Bob");
    CHECK(opened.signatures[0].created > 1700000000);
    CHECK_INT(opened.signatures[0].expires, 0);
}

static void an_unknown_signer_is_not_valid(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_pair_deinit) struct pgp_pair bob = bench_pair(pgp, "Bob");
    tb_cleanup(pgp_data_deinit) struct pgp_data message =
        bench_encrypt(pgp, &ann, &bob, text("a note"));
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(bench_decrypt(pgp, &ann, NULL, pgp_data_bytes(&message), &opened), 0);
    check_text(&opened.data, "a note");
    CHECK(!opened.valid);
    CHECK_INT(opened.signatures[0].status, PGP_SIGNATURE_UNKNOWN_KEY);
    CHECK_STR(opened.signatures[0].key_id, bob.key.key_ids[0]);
    CHECK_STR(opened.signatures[0].fingerprint, "");
}

static void check_round_trip(struct pgp *pgp, struct pgp_pair *by, enum pgp_mode mode)
{
    const char *note = "first line\n- a dash\n-----BEGIN PGP MESSAGE-----\nthe last line";
    tb_cleanup(pgp_data_deinit) struct pgp_data made = bench_sign(pgp, by, mode, text(note));
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    struct pgp_lookup lookup = bench_lookup(by);
    int result = mode == PGP_DETACHED
                     ? pgp_verify_detached(pgp, text(note), pgp_data_bytes(&made), &lookup, &opened)
                     : pgp_verify(pgp, pgp_data_bytes(&made), &lookup, &opened);
    CHECK_INT(result, 0);
    CHECK(opened.valid);
    CHECK_STR(opened.signatures[0].fingerprint, by->key.fingerprint);
    CHECK_STR(opened.key, "");
    if (mode != PGP_DETACHED)
        CHECK(memmem(opened.data.data, opened.data.n, note, strlen(note)) == opened.data.data);
    CHECK_INT(pgp_n_loaded(pgp), 0);
}

static void verifies_what_it_signed(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    check_round_trip(pgp, &ann, PGP_INLINE);
    check_round_trip(pgp, &ann, PGP_CLEARTEXT);
    check_round_trip(pgp, &ann, PGP_DETACHED);
}

static const struct test tests[] = {
    TEST(decrypts_what_it_encrypted),
    TEST(says_who_signed_what_it_decrypted),
    TEST(an_unknown_signer_is_not_valid),
    TEST(verifies_what_it_signed),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
