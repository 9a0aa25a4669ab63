/*
 * The format, byte for byte: a keystore whose randomness is known is what keystore/vectors holds,
 * and what lies there can be used. `--write FOLDER` makes such a folder, for a new version.
 */
#include "keystore/backup.h"
#include "keystore/file.h"
#include "keystore/value.h"
#include "keystore/vault.h"
#include "keystore/wrap.h"
#include "tests/unit/keystore_space.h"

#include <sodium.h>

static const char passphrase[] = "the passphrase of the backup";
static const uint8_t vector_hash[TB_HASH_SIZE] = "0123456789abcdef0123456789ABCDEF";

static uint8_t n_random;

/* The first draw is all ones, the second all twos. */
static void known(void *bytes, size_t n)
{
    memset(bytes, ++n_random, n);
}

static struct tb_key_secret *known_secret(void)
{
    struct tb_key_secret *secret = NULL;
    CHECK_INT(tb_key_secret_new(&secret), 0);
    CHECK_INT(tb_key_secret_fill(&secret, tb_bytes_of_string("an OpenPGP secret key")), 0);
    memset(secret->passphrase, 'a', TB_INNER_DIGITS);
    memset(secret->vault_key, 0xee, sizeof secret->vault_key);
    return secret;
}

static void add_key(struct tb_keystore *keystore, const struct tb_key_secret *secret)
{
    struct tb_new_key key = {.client = {.passes = 2, .memory_kib = 19456, .lanes = 1},
                             .secret = secret,
                             .certificate = tb_bytes_of_string("an OpenPGP certificate"),
                             .trust = TB_TRUST_VERIFIED,
                             .cost = tb_wrap_cost_floor};
    memset(key.client.salt, 0xcc, sizeof key.client.salt);
    memcpy(key.hash, vector_hash, sizeof key.hash);
    CHECK_INT(tb_keystore_add_key(keystore, &space_key, &key), 0);
}

static void write_pending(struct tb_keystore *keystore)
{
    static const char payload[] = "\002FFEEDDCCBBAA99887766554433221100FFEEDDCC";
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    size_t n = sizeof payload - 1;
    CHECK_INT(tb_file_begin(keystore, TB_FILE_PENDING, "pending", n, &draft), 0);
    tb_write_bytes(&draft.writer, tb_bytes_of(payload, n));
    CHECK_INT(tb_file_put(keystore, TB_FILE_PENDING, "pending", &draft), 0);
}

/* What `open` would draw is drawn before anything else can be: the secret is put in afterwards. */
static void write_secret(struct tb_keystore *keystore)
{
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    known(keystore->own->secret, TB_OWN_SIZE);
    tb_own_derive(keystore->own);
    CHECK_INT(tb_file_begin(keystore, TB_FILE_SECRET, "secret", TB_OWN_SIZE, &draft), 0);
    tb_write_bytes(&draft.writer, tb_bytes_of(keystore->own->secret, TB_OWN_SIZE));
    CHECK_INT(tb_file_put(keystore, TB_FILE_SECRET, "secret", &draft), 0);
}

/* In space_path, which is there. */
static void make(void)
{
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_open();
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = known_secret();
    keystore->random = known;
    space_now_s = 1700000000;
    write_secret(keystore);
    add_key(keystore, secret);
    CHECK_INT(tb_vault_put(keystore, &space_key, secret, tb_bytes_of_string("mail/work"),
                           tb_bytes_of_string("a value")),
              0);
    CHECK_INT(space_try(keystore, space_hash2), TB_KEYSTORE_WRONG);
    write_pending(keystore);
}

/* ---- the folder beside the sources ---- */

static char value_file[TB_FILE_NAME_SIZE] =
    "vault/defb5d807b4e2a67c78dfc9bb865b2ac9e3c5102924c39be6493802fec5d5e04";

static const char *const files[] = {"secret",   SPACE_KEY_FILE,      SPACE_CERTIFICATE_FILE,
                                    value_file, SPACE_ATTEMPTS_FILE, "pending"};

static size_t read_vector(const char *name, uint8_t *ret_bytes, size_t cap)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/1/%s", TB_KEYSTORE_VECTORS, name);
    tb_fd fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, ret_bytes, cap);
    CHECK(n > 0 && (size_t)n < cap);
    return (size_t)n;
}

static void what_is_written_is_the_vector(void)
{
    uint8_t expected[4096];
    uint8_t written[4096];
    space_make();
    make();
    for (size_t i = 0; i < TB_ARRAY_LEN(files); i++) {
        size_t n = read_vector(files[i], expected, sizeof expected);
        CHECK_INT(space_read(files[i], written, sizeof written), n);
        CHECK(memcmp(expected, written, n) == 0);
    }
    space_remove();
}

static void check_value(struct tb_keystore *keystore)
{
    uint8_t *value;
    size_t n;
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret =
        space_unlock(keystore, vector_hash);
    CHECK(tb_bytes_are(tb_bytes_of(secret->key, secret->n), "an OpenPGP secret key"));
    CHECK_INT(
        tb_vault_get(keystore, &space_key, secret, tb_bytes_of_string("mail/work"), &value, &n), 0);
    CHECK(tb_bytes_are(tb_bytes_of(value, n), "a value"));
    tb_guarded_free(value);
}

static void the_vector_can_be_used(void)
{
    uint8_t bytes[4096];
    struct tb_keystore *keystore = space_new();
    tb_keystore_close(&keystore);
    for (size_t i = 0; i < TB_ARRAY_LEN(files); i++)
        space_write(files[i], tb_bytes_of(bytes, read_vector(files[i], bytes, sizeof bytes)));
    keystore = space_open();
    check_value(keystore);
    tb_keystore_close(&keystore);
    space_remove();
}

static int open_vector(const char *name)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/1/%s", TB_KEYSTORE_VECTORS, name);
    return open(path, O_RDONLY | O_CLOEXEC);
}

static void the_backup_can_be_restored(void)
{
    struct tb_damage damage = {0};
    tb_cleanup(tb_backup_close) struct tb_backup *backup = NULL;
    tb_fd fd = open_vector("backup");
    space_make();
    CHECK_INT(tb_backup_open(fd, tb_bytes_of_string(SPACE_APP), tb_bytes_of_string(passphrase),
                             &damage, &backup),
              0);
    CHECK_INT(tb_backup_n(backup), 4);
    CHECK_INT(tb_backup_restore(backup, space_path, false, &damage), 0);
    struct tb_keystore *keystore = space_open();
    check_value(keystore);
    tb_keystore_close(&keystore);
    space_remove();
}

/* ---- making it ---- */

static void left_out(void *data, const struct tb_damage *damage)
{
    (void)data;
    test_fail(damage->file, __FILE__, __LINE__);
}

/* It carries out what is pending, which is then written once more. */
static void write_backup(void)
{
    size_t n;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_open();
    tb_fd fd = tb_fd_memory("backup");
    CHECK_INT(tb_backup_write(keystore, fd, tb_bytes_of_string(passphrase), &tb_wrap_cost_floor,
                              left_out, NULL, &n),
              0);
    uint8_t bytes[8192];
    ssize_t n_bytes = pread(fd, bytes, sizeof bytes, 0);
    CHECK(n_bytes > 0);
    write_pending(keystore);
    space_write("backup", tb_bytes_of(bytes, (size_t)n_bytes));
}

static int write_folder(const char *folder)
{
    (void)snprintf(space_path, sizeof space_path, "%s", folder);
    CHECK(mkdir(space_path, 0700) == 0);
    make();
    write_backup();
    return 0;
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(what_is_written_is_the_vector),
        TEST(the_vector_can_be_used),
        TEST(the_backup_can_be_restored),
    };
    if (argc == 3 && strcmp(argv[1], "--write") == 0)
        return write_folder(argv[2]);
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
