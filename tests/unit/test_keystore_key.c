/* Secret keys and certificates: what goes in comes out, and only with the right hash. */
#include "keystore/certificate.h"
#include "keystore/file.h"
#include "keystore/pending.h"
#include "tests/unit/keystore_space.h"

#include <errno.h>

static void a_key_comes_back_with_its_hash(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    CHECK_INT(space_add(keystore, &space_key, space_hash, "an OpenPGP key"), 0);
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret =
        space_unlock(keystore, space_hash);
    CHECK(tb_bytes_are(tb_bytes_of(secret->key, secret->n), "an OpenPGP key"));
    CHECK_INT(strlen(secret->passphrase), TB_INNER_DIGITS);
    CHECK_INT(space_try(keystore, space_hash2), TB_KEYSTORE_WRONG);
    space_remove();
}

static void each_key_has_its_own_passphrase_and_vault_key(void)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *one = NULL;
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *two = NULL;
    CHECK_INT(tb_key_secret_new(&one), 0);
    CHECK_INT(tb_key_secret_new(&two), 0);
    CHECK(strcmp(one->passphrase, two->passphrase) != 0);
    CHECK(memcmp(one->vault_key, two->vault_key, sizeof one->vault_key) != 0);
    char digits[TB_INNER_DIGITS + 1];
    tb_hex(one->vault_key, sizeof one->vault_key, digits);
    CHECK(strcmp(digits, one->passphrase) != 0);
}

static void a_key_is_added_once(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    CHECK_INT(space_add(keystore, &space_key, space_hash, "one"), 0);
    CHECK_INT(space_add(keystore, &space_key, space_hash2, "two"), TB_KEYSTORE_EXISTS);
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret =
        space_unlock(keystore, space_hash);
    CHECK(tb_bytes_are(tb_bytes_of(secret->key, secret->n), "one"));
    space_remove();
}

static void another_process_opens_what_one_has_added(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    tb_cleanup(tb_keystore_close) struct tb_keystore *other = space_open();
    CHECK_INT(space_add(keystore, &space_key, space_hash, "one"), 0);
    CHECK_INT(space_try(other, space_hash), 0);
    space_remove();
}

static void a_new_hash_takes_the_old_ones_place(void)
{
    struct tb_attempts attempts = {0};
    struct tb_client_hash before;
    struct tb_client_hash after;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    CHECK_INT(space_add(keystore, &space_key, space_hash, "one"), 0);
    CHECK_INT(tb_keystore_client_hash(keystore, &space_key, &before), 0);
    CHECK_INT(tb_keystore_change_hash(keystore, &space_key, space_hash2, space_hash,
                                      &tb_wrap_cost_floor, &attempts),
              TB_KEYSTORE_WRONG);
    CHECK_INT(attempts.failures, 1);
    CHECK_INT(tb_keystore_change_hash(keystore, &space_key, space_hash, space_hash2,
                                      &tb_wrap_cost_floor, &attempts),
              0);
    CHECK_INT(tb_keystore_client_hash(keystore, &space_key, &after), 0);
    CHECK(memcmp(&before, &after, sizeof before) == 0);
    CHECK_INT(space_try(keystore, space_hash2), 0);
    CHECK_INT(space_try(keystore, space_hash), TB_KEYSTORE_WRONG);
    space_remove();
}

static void what_cannot_be_kept_is_not_taken(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    CHECK_INT(tb_key_secret_new(&secret), 0);
    const struct tb_new_key good = {.client = tb_client_hash_new(),
                                    .secret = secret,
                                    .certificate = tb_bytes_of_string("c"),
                                    .cost = tb_wrap_cost_floor};
    struct tb_new_key bad[7];
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++)
        bad[i] = good;
    bad[0].cost.memory_kib = 64 * 1024 - 1;
    bad[1].cost.memory_kib = 1024 * 1024 + 1;
    bad[2].cost.passes = 0;
    bad[3].cost.passes = 11;
    bad[4].client.lanes = 2;
    bad[5].client.memory_kib = 1;
    bad[6].certificate.n = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++)
        CHECK_INT(tb_keystore_add_key(keystore, &space_key, &bad[i]), TB_KEYSTORE_INVALID);
    bad[0] = good;
    bad[0].certificate.n = TB_CERTIFICATE_MAX + 1;
    CHECK_INT(tb_keystore_add_key(keystore, &space_key, &bad[0]), TB_KEYSTORE_TOO_LARGE);
    CHECK(!space_has(SPACE_KEY_FILE) && !space_has(SPACE_CERTIFICATE_FILE));
    space_remove();
}

static void what_is_not_there_is_none(void)
{
    struct tb_client_hash client;
    struct tb_attempts attempts;
    struct tb_certificate certificate;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    CHECK_INT(space_try(keystore, space_hash), TB_KEYSTORE_NONE);
    CHECK_INT(tb_keystore_client_hash(keystore, &space_key, &client), TB_KEYSTORE_NONE);
    CHECK_INT(tb_keystore_change_hash(keystore, &space_key, space_hash, space_hash2,
                                      &tb_wrap_cost_floor, &attempts),
              TB_KEYSTORE_NONE);
    CHECK_INT(tb_keystore_certificate(keystore, &space_key, &certificate), TB_KEYSTORE_NONE);
    CHECK_INT(tb_keystore_set_trust(keystore, &space_key, TB_TRUST_NEVER), TB_KEYSTORE_NONE);
    CHECK_INT(tb_keystore_delete_key(keystore, &space_key), TB_KEYSTORE_NONE);
    CHECK(!space_has(SPACE_ATTEMPTS_FILE));
    space_remove();
}

/* ---- certificates ---- */

static void check_certificate(struct tb_keystore *keystore, const char *text, enum tb_trust trust)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate certificate = {0};
    CHECK_INT(tb_keystore_certificate(keystore, &space_key, &certificate), 0);
    CHECK(tb_bytes_are(tb_bytes_of(certificate.data, certificate.n), text));
    CHECK_INT(certificate.trust, trust);
}

static int put(struct tb_keystore *keystore, const char *text)
{
    return tb_keystore_put_certificate(keystore, &space_key, tb_bytes_of_string(text));
}

static void a_certificate_keeps_its_trust(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    CHECK_INT(put(keystore, "one"), 0);
    check_certificate(keystore, "one", TB_TRUST_UNKNOWN);
    CHECK_INT(tb_keystore_set_trust(keystore, &space_key, TB_TRUST_NEVER), 0);
    CHECK_INT(put(keystore, "two"), 0);
    check_certificate(keystore, "two", TB_TRUST_NEVER);
    CHECK_INT(tb_keystore_set_trust(keystore, &space_key, (enum tb_trust)3), TB_KEYSTORE_INVALID);
    CHECK_INT(put(keystore, ""), TB_KEYSTORE_INVALID);
    space_remove();
}

static void a_new_key_replaces_the_certificate(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    CHECK_INT(put(keystore, "imported before"), 0);
    CHECK_INT(space_add(keystore, &space_key, space_hash, "key"), 0);
    check_certificate(keystore, "a certificate", TB_TRUST_VERIFIED);
    CHECK(!space_has("pending"));
    space_remove();
}

/* ---- what a process that died has left ---- */

static void pend(struct tb_keystore *keystore, uint8_t operation, const char *certificate)
{
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    struct tb_bytes bytes = tb_bytes_of_string(certificate);
    size_t n = 1 + TB_FINGERPRINT_DIGITS + bytes.n;
    CHECK_INT(tb_file_begin(keystore, TB_FILE_PENDING, "pending", n, &draft), 0);
    tb_write_u8(&draft.writer, operation);
    tb_write_bytes(&draft.writer, tb_fingerprint_bytes(&space_key));
    tb_write_bytes(&draft.writer, bytes);
    CHECK_INT(tb_file_put(keystore, TB_FILE_PENDING, "pending", &draft), 0);
}

static void clean_up(struct tb_keystore *keystore)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    CHECK_INT(tb_change_begin(keystore, &locked), 0);
    CHECK(!space_has("pending"));
}

static void a_key_without_its_certificate_gets_it(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    CHECK_INT(space_add(keystore, &space_key, space_hash, "key"), 0);
    pend(keystore, 1, "\001the certificate that goes with it");
    clean_up(keystore);
    check_certificate(keystore, "the certificate that goes with it", TB_TRUST_VERIFIED);
    space_remove();
}

static void a_certificate_without_its_key_is_forgotten(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    CHECK_INT(put(keystore, "there before"), 0);
    pend(keystore, 1, "\001of a key that is not there");
    clean_up(keystore);
    check_certificate(keystore, "there before", TB_TRUST_UNKNOWN);
    space_remove();
}

static void half_a_deletion_is_finished(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    CHECK_INT(space_add(keystore, &space_key, space_hash, "key"), 0);
    CHECK_INT(space_try(keystore, space_hash2), TB_KEYSTORE_WRONG);
    pend(keystore, 2, "");
    clean_up(keystore);
    CHECK(!space_has(SPACE_KEY_FILE) && !space_has(SPACE_CERTIFICATE_FILE) &&
          !space_has(SPACE_ATTEMPTS_FILE));
    space_remove();
}

static void half_written_files_are_removed(void)
{
    static const char *const left[] = {"new", "keys/new", "public/new", "vault/new",
                                       "attempts/new"};
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    for (size_t i = 0; i < TB_ARRAY_LEN(left); i++)
        space_write(left[i], tb_bytes_of_string("trollbridge enc"));
    CHECK_INT(put(keystore, "one"), 0);
    for (size_t i = 0; i < TB_ARRAY_LEN(left); i++)
        CHECK(!space_has(left[i]));
    space_remove();
}

static void a_pending_change_that_is_damaged_stops_nobody(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_new();
    space_write("pending", tb_bytes_of_string("trollbridge enclave pending 1\nxx"));
    CHECK_INT(space_add(keystore, &space_key, space_hash, "key"), 0);
    CHECK_INT(space_try(keystore, space_hash), 0);
    space_remove();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_key_comes_back_with_its_hash),
        TEST(each_key_has_its_own_passphrase_and_vault_key),
        TEST(a_key_is_added_once),
        TEST(another_process_opens_what_one_has_added),
        TEST(a_new_hash_takes_the_old_ones_place),
        TEST(what_cannot_be_kept_is_not_taken),
        TEST(what_is_not_there_is_none),
        TEST(a_certificate_keeps_its_trust),
        TEST(a_new_key_replaces_the_certificate),
        TEST(a_key_without_its_certificate_gets_it),
        TEST(a_certificate_without_its_key_is_forgotten),
        TEST(half_a_deletion_is_finished),
        TEST(half_written_files_are_removed),
        TEST(a_pending_change_that_is_damaged_stops_nobody),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
