/* Files that are torn, altered, swapped or not ours: each is found and named, and the others stay
 * usable. */
#include "keystore/file.h"
#include "keystore/value.h"
#include "keystore/vault.h"
#include "tests/unit/keystore_space.h"

#include <errno.h>

enum { FILE_MAX = 4096 };

/* One of each kind of file, two of some. */
struct stock {
    struct tb_keystore *keystore;
    struct tb_key_secret *secret; /* of space_key */
    char values[2][TB_FILE_NAME_SIZE];
};

static void put_value(struct stock *stock, const char *name, char file[static TB_FILE_NAME_SIZE])
{
    char leaf[TB_VALUE_LEAF];
    struct tb_bytes text = tb_bytes_of_string(name);
    CHECK_INT(tb_vault_put(stock->keystore, &space_key, stock->secret, text, text), 0);
    tb_value_leaf(stock->keystore, &space_key, text, leaf);
    tb_file_name(TB_FILE_VALUE, leaf, file);
}

static struct stock stock_new(void)
{
    struct stock stock = {.keystore = space_new()};
    CHECK_INT(space_add(stock.keystore, &space_key, space_hash, "one"), 0);
    CHECK_INT(space_add(stock.keystore, &space_other, space_hash, "two"), 0);
    stock.secret = space_unlock(stock.keystore, space_hash);
    put_value(&stock, "a", stock.values[0]);
    put_value(&stock, "b", stock.values[1]);
    CHECK_INT(space_try(stock.keystore, space_hash2), TB_KEYSTORE_WRONG);
    return stock;
}

static void stock_deinit(struct stock *stock)
{
    tb_keystore_close(&stock->keystore);
    tb_key_secret_free(&stock->secret);
    space_remove();
}

/* What a visit finds. */
struct found {
    size_t n;
    size_t n_damaged;
    struct tb_damage last;
};

static int look(void *data, const struct tb_keystore_entry *entry)
{
    struct found *found = data;
    found->n++;
    if (entry->damage.kind != 0) {
        found->n_damaged++;
        found->last = entry->damage;
    }
    return 0;
}

static struct found visit(struct tb_keystore *keystore)
{
    struct found found = {0};
    CHECK_INT(tb_keystore_visit(keystore, look, &found), 0);
    return found;
}

/* secret, two keys, two certificates, two values, one count */
enum { STOCK_FILES = 8 };

static void check_whole(struct tb_keystore *keystore)
{
    struct found found = visit(keystore);
    CHECK_INT(found.n, STOCK_FILES);
    CHECK_INT(found.n_damaged, 0);
}

static enum tb_damage_kind check_only(struct tb_keystore *keystore, const char *file)
{
    struct found found = visit(keystore);
    CHECK_INT(found.n, STOCK_FILES);
    CHECK_INT(found.n_damaged, 1);
    CHECK_STR(found.last.file, file);
    return found.last.kind;
}

static void what_is_whole_is_found_whole(void)
{
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    check_whole(stock.keystore);
}

/* ---- each byte, each length ---- */

static void change_each_byte(struct tb_keystore *keystore, const char *file)
{
    uint8_t bytes[FILE_MAX];
    size_t n = space_read(file, bytes, sizeof bytes);
    for (size_t i = 0; i < n; i++) {
        bytes[i] ^= (uint8_t)(1u << i % 8);
        space_write(file, tb_bytes_of(bytes, n));
        (void)check_only(keystore, file);
        bytes[i] ^= (uint8_t)(1u << i % 8);
    }
    space_write(file, tb_bytes_of(bytes, n));
    check_whole(keystore);
}

static void cut_at_each_byte(struct tb_keystore *keystore, const char *file)
{
    uint8_t bytes[FILE_MAX];
    size_t n = space_read(file, bytes, sizeof bytes);
    for (size_t i = 0; i < n; i++) {
        space_write(file, tb_bytes_of(bytes, i));
        CHECK_INT(check_only(keystore, file), TB_DAMAGE_TORN);
    }
    memset(bytes + n, 0, 1);
    space_write(file, tb_bytes_of(bytes, n + 1));
    CHECK_INT(check_only(keystore, file), TB_DAMAGE_ALTERED);
    space_write(file, tb_bytes_of(bytes, n));
    check_whole(keystore);
}

static void every_flipped_byte_is_found(void)
{
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    change_each_byte(stock.keystore, SPACE_KEY_FILE);
    change_each_byte(stock.keystore, SPACE_CERTIFICATE_FILE);
    change_each_byte(stock.keystore, SPACE_ATTEMPTS_FILE);
    change_each_byte(stock.keystore, stock.values[0]);
}

static void every_cut_is_found(void)
{
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    cut_at_each_byte(stock.keystore, SPACE_KEY_FILE);
    cut_at_each_byte(stock.keystore, SPACE_CERTIFICATE_FILE);
    cut_at_each_byte(stock.keystore, SPACE_ATTEMPTS_FILE);
    cut_at_each_byte(stock.keystore, stock.values[0]);
}

static enum tb_damage_kind open_damaged(void)
{
    struct tb_damage damage = {0};
    struct tb_keystore *keystore = NULL;
    CHECK_INT(tb_keystore_open(space_path, tb_bytes_of_string(SPACE_APP), true, &damage, &keystore),
              TB_KEYSTORE_DAMAGED);
    CHECK_STR(damage.file, "secret");
    CHECK(!keystore);
    return damage.kind;
}

static void a_secret_that_is_changed_in_any_byte_opens_nothing(void)
{
    uint8_t bytes[FILE_MAX];
    struct tb_keystore *keystore = space_new();
    tb_keystore_close(&keystore);
    size_t n = space_read("secret", bytes, sizeof bytes);
    for (size_t i = 0; i < n; i++) {
        bytes[i] ^= 1;
        space_write("secret", tb_bytes_of(bytes, n));
        (void)open_damaged();
        bytes[i] ^= 1;
        space_write("secret", tb_bytes_of(bytes, i));
        CHECK_INT(open_damaged(), TB_DAMAGE_TORN);
    }
    space_write("secret", tb_bytes_of(bytes, n));
    keystore = space_open();
    tb_keystore_close(&keystore);
    space_remove();
}

/* ---- whole files in the wrong place ---- */

static void copy(const char *from, const char *to)
{
    uint8_t bytes[FILE_MAX];
    size_t n = space_read(from, bytes, sizeof bytes);
    space_write(to, tb_bytes_of(bytes, n));
}

static void a_file_of_another_name_is_swapped(void)
{
    char other[TB_FILE_NAME_SIZE];
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    tb_file_name(TB_FILE_KEY, space_other.text, other);
    copy(SPACE_KEY_FILE, other);
    CHECK_INT(check_only(stock.keystore, other), TB_DAMAGE_SWAPPED);
    copy(SPACE_CERTIFICATE_FILE, other);
    CHECK_INT(check_only(stock.keystore, other), TB_DAMAGE_SWAPPED);
    copy(stock.values[1], stock.values[0]);
    CHECK_INT(visit(stock.keystore).n_damaged, 2);
    copy("secret", stock.values[0]);
    CHECK_INT(visit(stock.keystore).n_damaged, 2);
}

static void another_apps_keystore_is_swapped(void)
{
    struct tb_damage damage = {0};
    struct tb_keystore *keystore = space_new();
    tb_keystore_close(&keystore);
    CHECK_INT(tb_keystore_open(space_path, tb_bytes_of_string("com.example.other"), true, &damage,
                               &keystore),
              TB_KEYSTORE_DAMAGED);
    CHECK_INT(damage.kind, TB_DAMAGE_SWAPPED);
    CHECK_STR(damage.file, "secret");
    space_remove();
}

static void a_file_of_another_keystore_is_altered(void)
{
    uint8_t bytes[FILE_MAX];
    char first[PATH_MAX];
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    memcpy(first, space_path, sizeof first);
    struct tb_keystore *other = space_new();
    CHECK_INT(space_add(other, &space_key, space_hash, "one"), 0);
    size_t n = space_read(SPACE_KEY_FILE, bytes, sizeof bytes);
    tb_keystore_close(&other);
    space_remove();
    memcpy(space_path, first, sizeof first);
    space_write(SPACE_KEY_FILE, tb_bytes_of(bytes, n));
    CHECK_INT(check_only(stock.keystore, SPACE_KEY_FILE), TB_DAMAGE_ALTERED);
}

/* ---- what is no file of ours ---- */

static void other_versions_and_formats_are_named(void)
{
    static const struct {
        const char *text;
        enum tb_damage_kind damage;
    } cases[] = {
        {"trollbridge enclave key 2\nwhatever", TB_DAMAGE_VERSION},
        {"trollbridge enclave key 10\nwhatever", TB_DAMAGE_VERSION},
        {"trollbridge enclave key x\nwhatever", TB_DAMAGE_FOREIGN},
        {"trollbridge enclave key 1234567890\n", TB_DAMAGE_FOREIGN},
        {"trollbridge enclave spoon 1\nwhatever", TB_DAMAGE_FOREIGN},
        {"trollbridge enclave key 1", TB_DAMAGE_TORN},
        {"trollbridge enc", TB_DAMAGE_TORN},
        {"", TB_DAMAGE_TORN},
        {"-----BEGIN PGP PRIVATE KEY BLOCK-----\n", TB_DAMAGE_FOREIGN},
        {"trollbridge enclave a line that does not end where lines of ours do end",
         TB_DAMAGE_FOREIGN},
    };
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    for (size_t i = 0; i < TB_ARRAY_LEN(cases); i++) {
        space_write(SPACE_KEY_FILE, tb_bytes_of_string(cases[i].text));
        CHECK_INT(check_only(stock.keystore, SPACE_KEY_FILE), cases[i].damage);
    }
}

static void what_others_could_have_written_is_unsafe(void)
{
    char path[PATH_MAX];
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    space_file(SPACE_KEY_FILE, path);
    CHECK(chmod(path, 0644) == 0);
    CHECK_INT(check_only(stock.keystore, SPACE_KEY_FILE), TB_DAMAGE_UNSAFE);
    CHECK(chmod(path, 0400) == 0);
    CHECK_INT(check_only(stock.keystore, SPACE_KEY_FILE), TB_DAMAGE_UNSAFE);
    CHECK(chmod(path, 0600) == 0);
    check_whole(stock.keystore);
    CHECK(unlink(path) == 0 && mkfifo(path, 0600) == 0);
    CHECK_INT(check_only(stock.keystore, SPACE_KEY_FILE), TB_DAMAGE_UNSAFE);
    CHECK(unlink(path) == 0 && mkdir(path, 0700) == 0);
    CHECK_INT(check_only(stock.keystore, SPACE_KEY_FILE), TB_DAMAGE_UNSAFE);
    CHECK(rmdir(path) == 0 && symlink(space_other.text, path) == 0);
    CHECK_INT(check_only(stock.keystore, SPACE_KEY_FILE), TB_DAMAGE_UNSAFE);
}

static void what_is_too_large_is_not_read(void)
{
    char path[PATH_MAX];
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    space_file(SPACE_KEY_FILE, path);
    CHECK(truncate(path, 1024 * 1024 * 1024) == 0);
    CHECK_INT(check_only(stock.keystore, SPACE_KEY_FILE), TB_DAMAGE_TOO_LARGE);
}

static void names_that_are_not_ours_are_foreign(void)
{
    static const char *const names[][2] = {
        {"keys/0123", "keys/0123"},        {"keys/00112233445566778899aabbccddeeff00112233", NULL},
        {"vault/0123", "vault/0123"},      {"notes.txt", "notes.txt"},
        {"public/\033[2J", "public/??2J"},
    };
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        char path[PATH_MAX];
        space_file(names[i][0], path);
        space_write(names[i][0], tb_bytes_of_string("x"));
        struct found found = visit(stock.keystore);
        CHECK_INT(found.n, STOCK_FILES + 1);
        CHECK_INT(found.n_damaged, 1);
        CHECK_INT(found.last.kind, TB_DAMAGE_FOREIGN);
        CHECK_STR(found.last.file, names[i][1] ? names[i][1] : names[i][0]);
        CHECK(unlink(path) == 0);
    }
}

static void a_folder_that_others_may_enter_is_not_opened(void)
{
    char path[PATH_MAX];
    struct tb_damage damage = {0};
    struct tb_keystore *keystore = space_new();
    tb_keystore_close(&keystore);
    space_file("vault", path);
    CHECK(chmod(path, 0755) == 0);
    struct tb_bytes app = tb_bytes_of_string(SPACE_APP);
    CHECK_INT(tb_keystore_open(space_path, app, true, &damage, &keystore), TB_KEYSTORE_DAMAGED);
    CHECK_STR(damage.file, "vault");
    CHECK(chmod(path, 0700) == 0 && chmod(space_path, 0750) == 0);
    CHECK_INT(tb_keystore_open(space_path, app, true, &damage, &keystore), TB_KEYSTORE_DAMAGED);
    CHECK_STR(damage.file, ".");
    CHECK_INT(damage.kind, TB_DAMAGE_UNSAFE);
    space_remove();
}

static void a_secret_that_is_gone_is_not_made_anew(void)
{
    char path[PATH_MAX];
    struct tb_damage damage = {0};
    struct stock stock = stock_new();
    struct tb_keystore *again = NULL;
    space_file("secret", path);
    CHECK(unlink(path) == 0);
    CHECK_INT(tb_keystore_open(space_path, tb_bytes_of_string(SPACE_APP), true, &damage, &again),
              TB_KEYSTORE_DAMAGED);
    CHECK_INT(damage.kind, TB_DAMAGE_MISSING);
    CHECK(!space_has("secret"));
    stock_deinit(&stock);
}

static void an_empty_folder_is_no_keystore_until_it_is_made_one(void)
{
    struct tb_damage damage = {0};
    struct tb_keystore *keystore = NULL;
    struct tb_bytes app = tb_bytes_of_string(SPACE_APP);
    space_make();
    CHECK_INT(tb_keystore_open(space_path, app, false, &damage, &keystore), TB_KEYSTORE_NONE);
    CHECK(!space_has("keys") && !space_has("secret"));
    keystore = space_open();
    tb_keystore_close(&keystore);
    CHECK_INT(tb_keystore_open(space_path, app, false, &damage, &keystore), 0);
    tb_keystore_close(&keystore);
    space_remove();
}

/* ---- the others ---- */

static void the_others_stay_usable(void)
{
    uint8_t *value;
    size_t n;
    struct tb_client_hash client;
    tb_cleanup(stock_deinit) struct stock stock = stock_new();
    space_write(stock.values[0], tb_bytes_of_string("torn"));
    space_write(SPACE_CERTIFICATE_FILE, tb_bytes_of_string("torn"));
    CHECK_INT(
        tb_vault_get(stock.keystore, &space_key, stock.secret, tb_bytes_of_string("a"), &value, &n),
        TB_KEYSTORE_DAMAGED);
    CHECK_STR(tb_keystore_damage(stock.keystore)->file, stock.values[0]);
    CHECK_INT(
        tb_vault_get(stock.keystore, &space_key, stock.secret, tb_bytes_of_string("b"), &value, &n),
        0);
    tb_guarded_free(value);
    CHECK_INT(space_try(stock.keystore, space_hash), 0);
    CHECK_INT(tb_keystore_put_certificate(stock.keystore, &space_key, tb_bytes_of_string("new")),
              TB_KEYSTORE_DAMAGED);
    space_write(SPACE_KEY_FILE, tb_bytes_of_string("torn"));
    CHECK_INT(space_try(stock.keystore, space_hash), TB_KEYSTORE_DAMAGED);
    CHECK_INT(tb_keystore_client_hash(stock.keystore, &space_other, &client), 0);
    CHECK_INT(tb_keystore_delete_key(stock.keystore, &space_key), 0);
    CHECK(!space_has(SPACE_KEY_FILE) && !space_has(SPACE_CERTIFICATE_FILE));
    struct tb_bytes name = tb_bytes_of_string("c");
    CHECK_INT(tb_vault_put(stock.keystore, &space_other, stock.secret, name, name), 0);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(what_is_whole_is_found_whole),
        TEST(every_flipped_byte_is_found),
        TEST(every_cut_is_found),
        TEST(a_secret_that_is_changed_in_any_byte_opens_nothing),
        TEST(a_file_of_another_name_is_swapped),
        TEST(another_apps_keystore_is_swapped),
        TEST(a_file_of_another_keystore_is_altered),
        TEST(other_versions_and_formats_are_named),
        TEST(what_others_could_have_written_is_unsafe),
        TEST(what_is_too_large_is_not_read),
        TEST(names_that_are_not_ours_are_foreign),
        TEST(a_folder_that_others_may_enter_is_not_opened),
        TEST(a_secret_that_is_gone_is_not_made_anew),
        TEST(an_empty_folder_is_no_keystore_until_it_is_made_one),
        TEST(the_others_stay_usable),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
