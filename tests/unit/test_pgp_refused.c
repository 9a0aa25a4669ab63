/* Messages that are not taken: each has its own name, gives nothing out, and leaves no key loaded.
 */
#include "tests/unit/pgp_bench.h"

#include "plugins/enclave/pgp/handles.h"

struct bench {
    struct pgp *pgp;
    struct pgp_pair ann;
    struct pgp_pair bob;
    struct pgp_data message; /* to Ann, by Bob, binary */
};

static void setup(struct bench *bench)
{
    bench->pgp = bench_pgp();
    bench->ann = bench_pair(bench->pgp, "Ann");
    bench->bob = bench_pair(bench->pgp, "Bob");
    bench->message = bench_encrypt(bench->pgp, &bench->ann, &bench->bob, text("a note"));
}

static void teardown(struct bench *bench)
{
    pgp_data_deinit(&bench->message);
    pgp_pair_deinit(&bench->bob);
    pgp_pair_deinit(&bench->ann);
    pgp_free(&bench->pgp);
}

static int decrypt(struct bench *bench, struct tb_bytes message)
{
    struct pgp_opened opened = {0};
    int result = bench_decrypt(bench->pgp, &bench->ann, &bench->bob, message, &opened);
    CHECK(result == 0 || !opened.data.data);
    CHECK_INT(pgp_n_loaded(bench->pgp), 0);
    pgp_opened_deinit(&opened);
    return result;
}

static void what_is_no_message_says_so(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    CHECK_INT(decrypt(&bench, text("")), PGP_NOT_OPENPGP);
    CHECK_INT(decrypt(&bench, text("hello")), PGP_NOT_OPENPGP);
    CHECK_INT(decrypt(&bench, pgp_data_bytes(&bench.ann.certificate)), PGP_NOT_OPENPGP);
    tb_cleanup(pgp_data_deinit) struct pgp_data made =
        bench_sign(bench.pgp, &bench.bob, PGP_INLINE, text("a note"));
    CHECK_INT(decrypt(&bench, pgp_data_bytes(&made)), PGP_NOT_OPENPGP);
}

static void every_cut_is_truncated(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    for (size_t n = 1; n < bench.message.n; n++)
        CHECK_INT(decrypt(&bench, tb_bytes_of(bench.message.data, n)), PGP_TRUNCATED);
    CHECK_INT(decrypt(&bench, pgp_data_bytes(&bench.message)), 0);
}

static bool is_refusal(int result)
{
    return result == PGP_CORRUPT || result == PGP_TRUNCATED || result == PGP_NOT_FOR_US ||
           result == PGP_UNSUPPORTED || result == PGP_NOT_OPENPGP;
}

/* Frames that lie about a length look cut, a changed id is somebody else's. In the session key's
 * packet is one bit of no meaning: of how many bits a number has. */
static void every_changed_byte_is_caught(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    size_t n_session_key = (size_t)bench.message.data[1] + 2;
    size_t n_taken = 0;
    for (size_t i = 0; i < bench.message.n; i++) {
        bench.message.data[i] ^= 0x01;
        int result = decrypt(&bench, pgp_data_bytes(&bench.message));
        CHECK(is_refusal(result) || (result == 0 && i < n_session_key));
        n_taken += result == 0;
        bench.message.data[i] ^= 0x01;
    }
    CHECK(n_taken <= 1);
    bench.message.data[bench.message.n - 30] ^= 0x80;
    CHECK_INT(decrypt(&bench, pgp_data_bytes(&bench.message)), PGP_CORRUPT);
}

static void a_message_for_another_is_not_for_us(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    struct pgp_opened opened = {0};
    CHECK_INT(bench_decrypt(bench.pgp, &bench.bob, NULL, pgp_data_bytes(&bench.message), &opened),
              PGP_NOT_FOR_US);
    struct pgp_decrypt nobody = {.untrusted_message = pgp_data_bytes(&bench.message)};
    CHECK_INT(pgp_decrypt(bench.pgp, &nobody, &opened), PGP_NOT_FOR_US);
    struct pgp_recipients recipients;
    CHECK_INT(pgp_message_recipients(pgp_data_bytes(&bench.message), &recipients), 0);
    CHECK_INT(recipients.n, 1);
    CHECK_STR(recipients.key_ids[0], bench.ann.key.key_ids[1]);
}

static void the_own_key_is_found_among_others(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    struct pgp_own own[] = {bench_own(&bench.bob), bench_own(&bench.ann)};
    struct pgp_decrypt want = {
        .untrusted_message = pgp_data_bytes(&bench.message), .own = own, .n_own = 2};
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(pgp_decrypt(bench.pgp, &want, &opened), 0);
    CHECK_STR(opened.key, bench.ann.key.fingerprint);
}

static void another_inner_passphrase_is_wrong(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    struct pgp_own own = {pgp_data_bytes(&bench.ann.secret), text("another")};
    struct pgp_decrypt want = {
        .untrusted_message = pgp_data_bytes(&bench.message), .own = &own, .n_own = 1};
    struct pgp_opened opened = {0};
    CHECK_INT(pgp_decrypt(bench.pgp, &want, &opened), PGP_WRONG_PASSPHRASE);
    CHECK_INT(pgp_n_loaded(bench.pgp), 0);
}

/* librnp by itself, to make what the library does not make. */
struct maker {
    rnp_ffi_t ffi;
    rnp_input_t input;
    rnp_output_t output;
    rnp_op_encrypt_t op;
};

static void maker_end(struct maker *maker)
{
    pgp_end_encrypt(&maker->op);
    pgp_end_input(&maker->input);
    pgp_end_output(&maker->output);
    CHECK_INT(rnp_ffi_destroy(maker->ffi), RNP_SUCCESS);
}

static void maker_begin(struct maker *maker, const struct pgp_pair *to, const void *data, size_t n)
{
    rnp_input_t certificate = NULL;
    rnp_key_handle_t key = NULL;
    CHECK_INT(rnp_ffi_create(&maker->ffi, "GPG", "GPG"), RNP_SUCCESS);
    CHECK_INT(rnp_input_from_memory(&certificate, to->certificate.data, to->certificate.n, false),
              RNP_SUCCESS);
    CHECK_INT(rnp_load_keys(maker->ffi, "GPG", certificate, RNP_LOAD_SAVE_PUBLIC_KEYS),
              RNP_SUCCESS);
    CHECK_INT(rnp_locate_key(maker->ffi, "fingerprint", to->key.fingerprint, &key), RNP_SUCCESS);
    CHECK_INT(rnp_input_from_memory(&maker->input, data, n, false), RNP_SUCCESS);
    CHECK_INT(rnp_output_to_memory(&maker->output, 0), RNP_SUCCESS);
    CHECK_INT(rnp_op_encrypt_create(&maker->op, maker->ffi, maker->input, maker->output),
              RNP_SUCCESS);
    CHECK_INT(rnp_op_encrypt_add_recipient(maker->op, key), RNP_SUCCESS);
    pgp_end_key(&key);
    pgp_end_input(&certificate);
}

static struct tb_bytes maker_run(struct maker *maker)
{
    uint8_t *data = NULL;
    size_t n = 0;
    CHECK_INT(rnp_op_encrypt_execute(maker->op), RNP_SUCCESS);
    CHECK_INT(rnp_output_memory_get_buf(maker->output, &data, &n, false), RNP_SUCCESS);
    return tb_bytes_of(data, n);
}

static struct tb_bytes make_bomb(struct maker *maker, const struct pgp_pair *to, size_t n)
{
    uint8_t *zeros = calloc(1, n);
    CHECK(zeros);
    *maker = (struct maker){0};
    maker_begin(maker, to, zeros, n);
    CHECK_INT(rnp_op_encrypt_set_compression(maker->op, "ZLIB", 9), RNP_SUCCESS);
    struct tb_bytes made = maker_run(maker);
    free(zeros);
    return made;
}

static void a_bomb_gives_nothing_out(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    tb_cleanup(maker_end) struct maker bomb;
    struct tb_bytes message = make_bomb(&bomb, &bench.ann, (size_t)64 * 1024 * 1024);
    CHECK(message.n < 128 * 1024);
    CHECK_INT(decrypt(&bench, message), PGP_BOMB);
    tb_cleanup(maker_end) struct maker small;
    CHECK_INT(decrypt(&bench, make_bomb(&small, &bench.ann, PGP_OUTPUT_FLOOR)), 0);
}

/* What a second layer is protected by, librnp does not tell. */
static void encryption_within_encryption_is_not_opened(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    tb_cleanup(maker_end) struct maker maker = {0};
    maker_begin(&maker, &bench.ann, bench.message.data, bench.message.n);
    CHECK_INT(rnp_op_encrypt_set_flags(maker.op, RNP_ENCRYPT_NOWRAP), RNP_SUCCESS);
    CHECK_INT(decrypt(&bench, maker_run(&maker)), PGP_UNSUPPORTED);
}

static void a_message_to_a_passphrase_is_unsupported(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    tb_cleanup(maker_end) struct maker maker = {0};
    maker_begin(&maker, &bench.bob, "a note", 6);
    CHECK_INT(rnp_op_encrypt_add_password(maker.op, INNER, NULL, 1024, NULL), RNP_SUCCESS);
    struct tb_bytes both = maker_run(&maker);
    CHECK_INT(decrypt(&bench, both), PGP_NOT_FOR_US);
    /* Only the passphrase is left: the session key of Bob's is the first packet. */
    struct pgp_recipients recipients;
    CHECK_INT(pgp_message_recipients(both, &recipients), 0);
    CHECK_INT(recipients.n, 1);
    size_t n = (size_t)both.data[1] + 2;
    CHECK_INT(decrypt(&bench, tb_bytes_of(both.data + n, both.n - n)), PGP_UNSUPPORTED);
}

/* librnp would compute with the numbers of one kind of key as if they were those of another. */
static void a_session_key_of_another_algorithm_is_not_tried(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    enum { ALGORITHM_AT = 2 + 9, RSA = 1, ECDH = 18 };
    CHECK_INT(bench.message.data[ALGORITHM_AT], ECDH);
    bench.message.data[ALGORITHM_AT] = RSA;
    CHECK_INT(decrypt(&bench, pgp_data_bytes(&bench.message)), PGP_NOT_FOR_US);
}

static void more_recipients_than_allowed_are_too_large(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    size_t n = (size_t)bench.message.data[1] + 2;
    uint8_t *many = malloc(bench.message.n + PGP_RECIPIENTS_MAX * n);
    CHECK(many);
    for (size_t i = 0; i < PGP_RECIPIENTS_MAX; i++)
        memcpy(many + i * n, bench.message.data, n);
    memcpy(many + PGP_RECIPIENTS_MAX * n, bench.message.data, bench.message.n);
    CHECK_INT(decrypt(&bench, tb_bytes_of(many, bench.message.n + PGP_RECIPIENTS_MAX * n)),
              PGP_TOO_LARGE);
    CHECK_INT(
        decrypt(&bench, tb_bytes_of(many + n, bench.message.n + (PGP_RECIPIENTS_MAX - 1) * n)), 0);
    free(many);
}

static int encrypt_to(struct pgp *pgp, const struct tb_bytes *to, size_t n,
                      const struct pgp_signer *signer)
{
    struct pgp_encrypt want = {.data = text("a note"), .to = to, .n_to = n, .signer = signer};
    tb_cleanup(pgp_data_deinit) struct pgp_data message = {0};
    int result = pgp_encrypt(pgp, &want, &message);
    CHECK(result == 0 || !message.data);
    CHECK_INT(pgp_n_loaded(pgp), 0);
    return result;
}

static void the_number_of_recipients_has_bounds(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    struct tb_bytes to[PGP_RECIPIENTS_MAX + 1];
    for (size_t i = 0; i <= PGP_RECIPIENTS_MAX; i++)
        to[i] = pgp_data_bytes(&bench.ann.certificate);
    CHECK_INT(encrypt_to(bench.pgp, to, 0, NULL), PGP_BAD_ARGUMENT);
    CHECK_INT(encrypt_to(bench.pgp, to, PGP_RECIPIENTS_MAX + 1, NULL), PGP_BAD_ARGUMENT);
    CHECK_INT(encrypt_to(bench.pgp, to, PGP_RECIPIENTS_MAX, NULL), 0);
}

static void an_expired_key_is_only_good_for_decrypting(void)
{
    tb_cleanup(pgp_free) struct pgp *pgp = bench_pgp();
    struct pgp_generate want = {
        .user_id = text("Ann"), .expires_s = 3600, .inner_passphrase = text(INNER)};
    tb_cleanup(pgp_pair_deinit) struct pgp_pair ann = {0};
    enum { NOON = 1704110400 };
    pgp_set_time(pgp, NOON);
    CHECK_INT(pgp_generate(pgp, &want, &ann), 0);
    tb_cleanup(pgp_data_deinit) struct pgp_data message =
        bench_encrypt(pgp, &ann, &ann, text("a note"));
    pgp_set_time(pgp, NOON + 3599);
    struct tb_bytes to = pgp_data_bytes(&ann.certificate);
    CHECK_INT(encrypt_to(pgp, &to, 1, NULL), 0);
    pgp_set_time(pgp, NOON + 3601);
    struct pgp_signer signer = bench_signer(&ann);
    struct pgp_sign sign = {.data = text("a note"), .signer = &signer};
    struct pgp_data made = {0};
    CHECK_INT(pgp_sign(pgp, &sign, &made), PGP_EXPIRED_KEY);
    CHECK_STR(pgp_culprit(pgp), ann.key.fingerprint);
    CHECK_INT(encrypt_to(pgp, &to, 1, NULL), PGP_EXPIRED_KEY);
    CHECK_STR(pgp_culprit(pgp), ann.key.fingerprint);
    tb_cleanup(pgp_opened_deinit) struct pgp_opened opened = {0};
    CHECK_INT(bench_decrypt(pgp, &ann, &ann, pgp_data_bytes(&message), &opened), 0);
    check_text(&opened.data, "a note");
    CHECK(!opened.valid);
    CHECK_INT(opened.signatures[0].status, PGP_SIGNATURE_KEY_EXPIRED);
}

static void a_revoked_key_is_only_good_for_decrypting(void)
{
    tb_cleanup(teardown) struct bench bench;
    setup(&bench);
    struct pgp_own own = bench_own(&bench.ann);
    struct pgp_certificate revoked = {0};
    tb_cleanup(pgp_data_deinit) struct pgp_data revocation = {0};
    CHECK_INT(pgp_revoke(bench.pgp, &own, pgp_data_bytes(&bench.ann.certificate), PGP_RETIRED,
                         &revoked, &revocation),
              0);
    struct tb_bytes to[] = {pgp_data_bytes(&bench.bob.certificate), pgp_data_bytes(&revoked.data)};
    CHECK_INT(encrypt_to(bench.pgp, to, 2, NULL), PGP_REVOKED_KEY);
    CHECK_STR(pgp_culprit(bench.pgp), bench.ann.key.fingerprint);
    struct pgp_signer signer = {own, pgp_data_bytes(&revoked.data)};
    CHECK_INT(encrypt_to(bench.pgp, to, 1, &signer), PGP_REVOKED_KEY);
    CHECK_INT(decrypt(&bench, pgp_data_bytes(&bench.message)), 0);
    pgp_data_deinit(&revoked.data);
}

static const struct test tests[] = {
    TEST(what_is_no_message_says_so),
    TEST(every_cut_is_truncated),
    TEST(every_changed_byte_is_caught),
    TEST(a_message_for_another_is_not_for_us),
    TEST(the_own_key_is_found_among_others),
    TEST(another_inner_passphrase_is_wrong),
    TEST(a_bomb_gives_nothing_out),
    TEST(encryption_within_encryption_is_not_opened),
    TEST(a_message_to_a_passphrase_is_unsupported),
    TEST(a_session_key_of_another_algorithm_is_not_tried),
    TEST(more_recipients_than_allowed_are_too_large),
    TEST(the_number_of_recipients_has_bounds),
    TEST(an_expired_key_is_only_good_for_decrypting),
    TEST(a_revoked_key_is_only_good_for_decrypting),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
