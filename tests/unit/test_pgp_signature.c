/* What signatures are worth, and which signed messages are none. */
#include "tests/unit/pgp_bench.h"

#define NOTE "a note\nof two lines"

enum { NOON = 1704110400, HOUR = 3600 };

static int verify(struct pgp *pgp, struct pgp_pair *known, struct tb_bytes message,
                  struct pgp_opened *opened)
{
    struct pgp_lookup lookup = {0};
    if (known)
        lookup = bench_lookup(known);
    int result = pgp_verify(pgp, message, &lookup, opened);
    CHECK_INT(pgp_n_loaded(pgp), 0);
    CHECK(result == 0 || !opened->data.data);
    return result;
}

static enum pgp_status status_of(struct pgp *pgp, struct pgp_pair *known, struct tb_bytes message)
{
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(verify(pgp, known, message, &opened), 0);
    CHECK_INT(opened.n_signatures, 1);
    CHECK_INT(opened.valid, opened.signatures[0].status == PGP_SIGNATURE_VALID);
    return opened.signatures[0].status;
}

static void a_changed_text_is_bad_an_unknown_signer_unknown(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data inl = bench_sign(pgp, &ann, PGP_INLINE, text(NOTE));
    tb_cleanup(pgp_data_deinit) struct pgp_data clear =
        bench_sign(pgp, &ann, PGP_CLEARTEXT, text(NOTE));
    struct pgp_data *made[] = {&inl, &clear};
    for (size_t i = 0; i < TB_ARRAY_LEN(made); i++) {
        struct tb_bytes message = pgp_data_bytes(made[i]);
        CHECK_INT(status_of(pgp, &ann, message), PGP_SIGNATURE_VALID);
        CHECK_INT(status_of(pgp, NULL, message), PGP_SIGNATURE_UNKNOWN_KEY);
        uint8_t *at = memmem(made[i]->data, made[i]->n, "note", 4);
        CHECK(at);
        at[0] = 'm';
        CHECK_INT(status_of(pgp, &ann, message), PGP_SIGNATURE_BAD);
    }
}

static bool find_damaged(void *data, const char *key_id, struct tb_bytes *ret_certificate)
{
    (void)data, (void)key_id;
    *ret_certificate = text("damaged");
    return true;
}

static void a_damaged_certificate_is_an_unknown_key(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data made =
        bench_sign(pgp, &ann, PGP_DETACHED, text(NOTE));
    struct pgp_lookup lookup = {find_damaged, NULL};
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(pgp_verify_detached(pgp, text(NOTE), pgp_data_bytes(&made), &lookup, &opened), 0);
    CHECK_INT(opened.signatures[0].status, PGP_SIGNATURE_UNKNOWN_KEY);
}

static void a_revoked_key_vouches_for_nothing(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data made =
        bench_sign(pgp, &ann, PGP_INLINE, text(NOTE));
    struct pgp_own own = bench_own(&ann);
    struct pgp_certificate revoked = {0};
    tb_cleanup(pgp_data_deinit) struct pgp_data revocation = {0};
    CHECK_INT(
        pgp_revoke(pgp, &own, pgp_data_bytes(&ann.certificate), PGP_RETIRED, &revoked, &revocation),
        0);
    pgp_data_deinit(&ann.certificate);
    ann.certificate = revoked.data;
    CHECK_INT(status_of(pgp, &ann, pgp_data_bytes(&made)), PGP_SIGNATURE_KEY_REVOKED);
}

static void a_signature_from_the_future_is_not_valid(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    pgp_set_time(pgp, NOON);
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    pgp_set_time(pgp, NOON + 2 * HOUR);
    tb_cleanup(pgp_data_deinit) struct pgp_data made =
        bench_sign(pgp, &ann, PGP_INLINE, text(NOTE));
    CHECK_INT(status_of(pgp, &ann, pgp_data_bytes(&made)), PGP_SIGNATURE_VALID);
    pgp_set_time(pgp, NOON + HOUR);
    CHECK_INT(status_of(pgp, &ann, pgp_data_bytes(&made)), PGP_SIGNATURE_EXPIRED);
}

static void what_is_not_signed_says_so(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    struct pgp_opened opened = {0};
    /* A literal packet by itself. */
    const char literal[] = "\xCB\x0A"
                           "b\0\0\0\0\0note";
    CHECK_INT(verify(pgp, &ann, tb_bytes_of(literal, 12), &opened), PGP_UNSIGNED);
    CHECK_INT(verify(pgp, &ann, text("a note"), &opened), PGP_NOT_OPENPGP);
    CHECK_INT(verify(pgp, &ann, pgp_data_bytes(&ann.certificate), &opened), PGP_NOT_OPENPGP);
    tb_cleanup(pgp_data_deinit) struct pgp_data sealed = bench_encrypt(pgp, &ann, &ann, text(NOTE));
    CHECK_INT(verify(pgp, &ann, pgp_data_bytes(&sealed), &opened), PGP_UNSUPPORTED);
    tb_cleanup(pgp_data_deinit) struct pgp_data apart =
        bench_sign(pgp, &ann, PGP_DETACHED, text(NOTE));
    CHECK_INT(verify(pgp, &ann, pgp_data_bytes(&apart), &opened), PGP_NOT_OPENPGP);
    struct pgp_lookup lookup = bench_lookup(&ann);
    CHECK_INT(pgp_verify_detached(pgp, text(NOTE), pgp_data_bytes(&sealed), &lookup, &opened),
              PGP_UNSIGNED);
}

static void every_cut_is_truncated(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data inl = bench_sign(pgp, &ann, PGP_INLINE, text(NOTE));
    struct pgp_opened opened = {0};
    for (size_t n = 1; n < inl.n; n++)
        CHECK_INT(verify(pgp, &ann, tb_bytes_of(inl.data, n), &opened), PGP_TRUNCATED);
    tb_cleanup(pgp_data_deinit) struct pgp_data clear =
        bench_sign(pgp, &ann, PGP_CLEARTEXT, text(NOTE));
    size_t n_begin = strlen("-----BEGIN PGP SIGNED MESSAGE-----");
    size_t n_end = clear.n;
    while (strchr("\r\n", clear.data[n_end - 1]))
        n_end--; /* the last line's end may be missing */
    for (size_t n = n_begin; n < n_end; n++)
        CHECK_INT(verify(pgp, &ann, tb_bytes_of(clear.data, n), &opened), PGP_TRUNCATED);
    CHECK_INT(status_of(pgp, &ann, tb_bytes_of(clear.data, n_end)), PGP_SIGNATURE_VALID);
}

static void more_signatures_than_allowed_are_too_large(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data one =
        bench_sign(pgp, &ann, PGP_DETACHED, text(NOTE));
    uint8_t many[8192];
    CHECK((PGP_SIGNATURES_MAX + 1) * one.n <= sizeof many);
    for (size_t i = 0; i <= PGP_SIGNATURES_MAX; i++)
        memcpy(many + i * one.n, one.data, one.n);
    struct pgp_lookup lookup = bench_lookup(&ann);
    struct pgp_opened none = {0};
    CHECK_INT(pgp_verify_detached(pgp, text(NOTE),
                                  tb_bytes_of(many, (PGP_SIGNATURES_MAX + 1) * one.n), &lookup,
                                  &none),
              PGP_TOO_LARGE);
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(pgp_verify_detached(pgp, text(NOTE), tb_bytes_of(many, PGP_SIGNATURES_MAX * one.n),
                                  &lookup, &opened),
              0);
    CHECK_INT(opened.n_signatures, PGP_SIGNATURES_MAX);
    CHECK(opened.valid);
}

static void a_signature_of_another_version_is_unsupported(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data made =
        bench_sign(pgp, &ann, PGP_INLINE, text(NOTE));
    uint8_t *note = memmem(made.data, made.n, NOTE, strlen(NOTE));
    CHECK(note);
    uint8_t *version = note + strlen(NOTE) + 2;
    CHECK_INT(*version, 4);
    *version = 9;
    CHECK_INT(status_of(pgp, &ann, pgp_data_bytes(&made)), PGP_SIGNATURE_UNSUPPORTED);
}

/* One that is good does not make up for another. */
static void every_signature_has_to_be_valid(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    tb_cleanup(pgp_data_deinit) struct pgp_data good =
        bench_sign(pgp, &ann, PGP_DETACHED, text(NOTE));
    tb_cleanup(pgp_data_deinit) struct pgp_data bad =
        bench_sign(pgp, &ann, PGP_DETACHED, text("another"));
    uint8_t both[1024];
    CHECK(good.n + bad.n <= sizeof both);
    memcpy(both, good.data, good.n);
    memcpy(both + good.n, bad.data, bad.n);
    struct pgp_lookup lookup = bench_lookup(&ann);
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(
        pgp_verify_detached(pgp, text(NOTE), tb_bytes_of(both, good.n + bad.n), &lookup, &opened),
        0);
    CHECK_INT(opened.n_signatures, 2);
    CHECK(!opened.valid);
    CHECK_INT((int)opened.signatures[0].status + (int)opened.signatures[1].status,
              PGP_SIGNATURE_BAD);
}

static void only_text_is_signed_in_the_clear(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    struct pgp_signer signer = bench_signer(&ann);
    struct pgp_sign want = {.signer = &signer, .mode = PGP_CLEARTEXT, .data = text("\xFF")};
    struct pgp_data made = {0};
    CHECK_INT(pgp_sign(pgp, &want, &made), PGP_BAD_ARGUMENT);
    want.data = tb_bytes_of("a\0b", 3);
    CHECK_INT(pgp_sign(pgp, &want, &made), PGP_BAD_ARGUMENT);
}

static void a_key_without_its_secret_cannot_sign(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = bench_pair(pgp, "Ann");
    struct tb_bytes certificate = pgp_data_bytes(&ann.certificate);
    struct pgp_signer signer = {{certificate, text(INNER)}, certificate};
    struct pgp_sign want = {.signer = &signer, .mode = PGP_INLINE, .data = text(NOTE)};
    struct pgp_data made = {0};
    CHECK_INT(pgp_sign(pgp, &want, &made), PGP_NO_SECRET_KEY);
    signer.own = (struct pgp_own){pgp_data_bytes(&ann.secret), text("another")};
    CHECK_INT(pgp_sign(pgp, &want, &made), PGP_WRONG_PASSPHRASE);
    CHECK_INT(pgp_n_loaded(pgp), 0);
}

static const struct test tests[] = {
    TEST(a_changed_text_is_bad_an_unknown_signer_unknown),
    TEST(a_damaged_certificate_is_an_unknown_key),
    TEST(a_revoked_key_vouches_for_nothing),
    TEST(a_signature_from_the_future_is_not_valid),
    TEST(what_is_not_signed_says_so),
    TEST(every_cut_is_truncated),
    TEST(more_signatures_than_allowed_are_too_large),
    TEST(a_signature_of_another_version_is_unsupported),
    TEST(every_signature_has_to_be_valid),
    TEST(only_text_is_signed_in_the_clear),
    TEST(a_key_without_its_secret_cannot_sign),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
