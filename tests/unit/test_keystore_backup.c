/* Backups: what was put away comes back whole, or not at all. */
#include "keystore/backup.h"

#include "keystore/vault.h"
#include "tests/unit/keystore_space.h"

#include <errno.h>

enum { BACKUP_MAX = 8192 };

static const char passphrase[] = "correct horse";

static struct tb_bytes app(void)
{
    return tb_bytes_of_string(SPACE_APP);
}

static void no_damage(void *data, const struct tb_damage *damage)
{
    (void)data;
    test_fail(damage->file, __FILE__, __LINE__);
}

static void count_damage(void *data, const struct tb_damage *damage)
{
    CHECK_STR(damage->file, SPACE_CERTIFICATE_FILE);
    ++*(int *)data;
}

static void put_value(struct tb_keystore *keystore, const char *text)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret =
        space_unlock(keystore, space_hash);
    struct tb_bytes bytes = tb_bytes_of_string(text);
    CHECK_INT(tb_vault_put(keystore, &space_key, secret, bytes, bytes), 0);
}

/* A backup in a memory file, of a keystore with a key, its certificate, a value and an attempt. */
static int back_up(struct tb_keystore *keystore, size_t expected)
{
    size_t n = 0;
    int fd = tb_fd_memory("backup");
    CHECK(fd >= 0);
    CHECK_INT(tb_backup_write(keystore, fd, tb_bytes_of_string(passphrase), &tb_wrap_cost_floor,
                              no_damage, NULL, &n),
              0);
    CHECK_INT(n, expected);
    return fd;
}

static struct tb_keystore *stock(void)
{
    struct tb_keystore *keystore = space_new();
    CHECK_INT(space_add(keystore, &space_key, space_hash, "key"), 0);
    put_value(keystore, "before");
    CHECK_INT(space_try(keystore, space_hash2), TB_KEYSTORE_WRONG);
    return keystore;
}

static int open_backup(int fd, const char *with, struct tb_damage *ret_damage,
                       struct tb_backup **ret_backup)
{
    return tb_backup_open(fd, app(), tb_bytes_of_string(with), ret_damage, ret_backup);
}

static int restore(int fd, bool replace)
{
    struct tb_damage damage = {0};
    tb_cleanup(tb_backup_close) struct tb_backup *backup = NULL;
    CHECK_INT(open_backup(fd, passphrase, &damage, &backup), 0);
    return tb_backup_restore(backup, space_path, replace, &damage);
}

static void check_restored(void)
{
    uint8_t *value;
    size_t n;
    char beside[PATH_MAX + 16];
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = space_open();
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret =
        space_unlock(keystore, space_hash);
    CHECK_INT(tb_vault_get(keystore, &space_key, secret, tb_bytes_of_string("before"), &value, &n),
              0);
    tb_guarded_free(value);
    CHECK_INT(tb_vault_get(keystore, &space_key, secret, tb_bytes_of_string("after"), &value, &n),
              TB_KEYSTORE_NONE);
    (void)snprintf(beside, sizeof beside, "%s.restore", space_path);
    CHECK(access(beside, F_OK) < 0);
}

static void what_was_put_away_comes_back(void)
{
    struct tb_keystore *keystore = stock();
    tb_fd fd = back_up(keystore, 4);
    put_value(keystore, "after");
    CHECK_INT(restore(fd, true), -EBUSY);
    tb_keystore_close(&keystore);
    CHECK_INT(restore(fd, false), TB_KEYSTORE_EXISTS);
    CHECK_INT(restore(fd, true), 0);
    CHECK(!space_has(SPACE_ATTEMPTS_FILE));
    check_restored();
    space_remove();
}

static void it_comes_back_where_nothing_is(void)
{
    struct tb_keystore *keystore = stock();
    tb_fd fd = back_up(keystore, 4);
    tb_keystore_close(&keystore);
    space_remove();
    CHECK_INT(restore(fd, false), 0);
    check_restored();
    space_remove();
    CHECK(mkdir(space_path, 0700) == 0);
    CHECK_INT(restore(fd, false), 0);
    check_restored();
    space_remove();
    CHECK(mkdir(space_path, 0700) == 0);
    keystore = space_open(); /* with a secret of its own, and nothing else */
    tb_keystore_close(&keystore);
    CHECK_INT(restore(fd, false), 0);
    check_restored();
    space_remove();
}

static void half_a_restore_is_cleared_away(void)
{
    char beside[PATH_MAX + 16];
    struct tb_keystore *keystore = stock();
    tb_fd fd = back_up(keystore, 4);
    tb_keystore_close(&keystore);
    (void)snprintf(beside, sizeof beside, "%s.restore", space_path);
    CHECK(mkdir(beside, 0700) == 0);
    (void)snprintf(beside, sizeof beside, "%s.restore/keys", space_path);
    CHECK(mkdir(beside, 0700) == 0);
    CHECK_INT(restore(fd, true), 0);
    check_restored();
    space_remove();
}

static void others_files_stay(void)
{
    char beside[PATH_MAX + 32];
    struct tb_keystore *keystore = stock();
    tb_fd fd = back_up(keystore, 4);
    tb_keystore_close(&keystore);
    CHECK(snprintf(beside, sizeof beside, "%s.restore", space_path) > 0);
    CHECK(mkdir(beside, 0700) == 0);
    (void)snprintf(beside, sizeof beside, "%s.restore/photos", space_path);
    CHECK(mkdir(beside, 0700) == 0);
    CHECK_INT(restore(fd, true), -EEXIST);
    CHECK(rmdir(beside) == 0);
    CHECK_INT(restore(fd, true), 0);
    check_restored();
    space_remove();
}

static void another_passphrase_opens_nothing(void)
{
    struct tb_damage damage = {0};
    struct tb_backup *backup = NULL;
    struct tb_keystore *keystore = stock();
    tb_fd fd = back_up(keystore, 4);
    CHECK_INT(open_backup(fd, "correct horses", &damage, &backup), TB_KEYSTORE_WRONG);
    CHECK_INT(tb_backup_open(fd, tb_bytes_of_string("com.example.other"),
                             tb_bytes_of_string(passphrase), &damage, &backup),
              TB_KEYSTORE_DAMAGED);
    CHECK_INT(damage.kind, TB_DAMAGE_SWAPPED);
    tb_keystore_close(&keystore);
    space_remove();
}

static void what_is_damaged_is_left_out(void)
{
    size_t n = 0;
    int damaged = 0;
    tb_fd fd = tb_fd_memory("backup");
    struct tb_keystore *keystore = stock();
    space_write(SPACE_CERTIFICATE_FILE, tb_bytes_of_string("torn"));
    CHECK_INT(tb_backup_write(keystore, fd, tb_bytes_of_string(passphrase), &tb_wrap_cost_floor,
                              count_damage, &damaged, &n),
              0);
    CHECK(damaged == 1 && n == 3);
    tb_keystore_close(&keystore);
    CHECK_INT(restore(fd, true), 0);
    CHECK(space_has(SPACE_KEY_FILE) && !space_has(SPACE_CERTIFICATE_FILE));
    check_restored();
    space_remove();
}

/* ---- a backup that was changed ---- */

static int try_changed(struct tb_bytes bytes)
{
    struct tb_damage damage = {0};
    tb_cleanup(tb_backup_close) struct tb_backup *backup = NULL;
    tb_fd fd = tb_fd_memory("changed");
    CHECK(fd >= 0 && tb_fd_write_all(fd, bytes) == 0);
    return open_backup(fd, passphrase, &damage, &backup);
}

static bool is_refused(int r)
{
    return r == TB_KEYSTORE_WRONG || r == TB_KEYSTORE_DAMAGED || r == TB_KEYSTORE_INVALID;
}

/* Each byte of the beginning, then each of a few: every try costs a stretching. */
static void a_changed_backup_is_refused(void)
{
    uint8_t bytes[BACKUP_MAX];
    struct tb_keystore *keystore = stock();
    tb_fd fd = back_up(keystore, 4);
    ssize_t n = pread(fd, bytes, sizeof bytes, 0);
    CHECK(n > 500 && n < BACKUP_MAX);
    CHECK_INT(try_changed(tb_bytes_of(bytes, (size_t)n)), 0);
    for (size_t i = 0; i < (size_t)n; i += i < 64 ? 1 : 29) {
        bytes[i] ^= 0x80;
        CHECK(is_refused(try_changed(tb_bytes_of(bytes, (size_t)n))));
        bytes[i] ^= 0x80;
        CHECK(is_refused(try_changed(tb_bytes_of(bytes, i))));
    }
    for (size_t cut = 1; cut < 30; cut++)
        CHECK_INT(try_changed(tb_bytes_of(bytes, (size_t)n - cut)), TB_KEYSTORE_DAMAGED);
    bytes[n] = 0;
    CHECK_INT(try_changed(tb_bytes_of(bytes, (size_t)n + 1)), TB_KEYSTORE_DAMAGED);
    tb_keystore_close(&keystore);
    space_remove();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(what_was_put_away_comes_back),     TEST(it_comes_back_where_nothing_is),
        TEST(half_a_restore_is_cleared_away),   TEST(others_files_stay),
        TEST(another_passphrase_opens_nothing), TEST(what_is_damaged_is_left_out),
        TEST(a_changed_backup_is_refused),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
