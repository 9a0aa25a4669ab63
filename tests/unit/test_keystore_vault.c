/* Vault values. */
#include "keystore/vault.h"

#include "keystore/value.h"
#include "tests/unit/keystore_space.h"

static struct tb_bytes text(const char *string)
{
    return tb_bytes_of_string(string);
}

static struct tb_keystore *with_key(struct tb_key_secret **ret_secret)
{
    struct tb_keystore *keystore = space_new();
    CHECK_INT(space_add(keystore, &space_key, space_hash, "key"), 0);
    *ret_secret = space_unlock(keystore, space_hash);
    return keystore;
}

static void check_value(struct tb_keystore *keystore, const struct tb_key_secret *secret,
                        const char *name, struct tb_bytes expected)
{
    uint8_t *value;
    size_t n;
    CHECK_INT(tb_vault_get(keystore, &space_key, secret, text(name), &value, &n), 0);
    CHECK(tb_bytes_equal(tb_bytes_of(value, n), expected));
    tb_guarded_free(value);
}

static int get(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
               const struct tb_key_secret *secret, struct tb_bytes name)
{
    uint8_t *value;
    size_t n;
    int r = tb_vault_get(keystore, fingerprint, secret, name, &value, &n);
    if (r == 0)
        tb_guarded_free(value);
    return r;
}

static int put(struct tb_keystore *keystore, const struct tb_key_secret *secret, const char *name,
               const char *value)
{
    return tb_vault_put(keystore, &space_key, secret, text(name), text(value));
}

static void a_value_comes_back(void)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key(&secret);
    CHECK_INT(put(keystore, secret, "mail/work", "one"), 0);
    check_value(keystore, secret, "mail/work", text("one"));
    CHECK_INT(put(keystore, secret, "mail/work", "two"), 0);
    check_value(keystore, secret, "mail/work", text("two"));
    CHECK_INT(put(keystore, secret, "empty", ""), 0);
    check_value(keystore, secret, "empty", text(""));
    CHECK_INT(get(keystore, &space_key, secret, text("other")), TB_KEYSTORE_NONE);
    CHECK_INT(tb_vault_delete(keystore, &space_key, text("mail/work")), 0);
    CHECK_INT(get(keystore, &space_key, secret, text("mail/work")), TB_KEYSTORE_NONE);
    CHECK_INT(tb_vault_delete(keystore, &space_key, text("mail/work")), TB_KEYSTORE_NONE);
    space_remove();
}

static void the_largest_value_fits(void)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key(&secret);
    tb_cleanup(tb_bytes_free) uint8_t *large = calloc(1, TB_VALUE_MAX + 1);
    char name[TB_VALUE_NAME_MAX + 1] = {0};
    memset(name, 'n', TB_VALUE_NAME_MAX);
    memset(large, 7, TB_VALUE_MAX);
    struct tb_bytes value = tb_bytes_of(large, TB_VALUE_MAX);
    CHECK_INT(tb_vault_put(keystore, &space_key, secret, text(name), value), 0);
    check_value(keystore, secret, name, value);
    value.n++;
    CHECK_INT(tb_vault_put(keystore, &space_key, secret, text(name), value), TB_KEYSTORE_TOO_LARGE);
    space_remove();
}

static void names_that_people_cannot_see_are_none(void)
{
    static const struct tb_bytes bad[] = {
        {(const uint8_t *)"", 0},     {(const uint8_t *)"a\nb", 3},
        {(const uint8_t *)"a\0b", 3}, {(const uint8_t *)"\x7f", 1},
        {(const uint8_t *)"\xff", 1}, {(const uint8_t *)"a\xc2\x9b", 3},
    };
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key(&secret);
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++) {
        CHECK_INT(tb_vault_put(keystore, &space_key, secret, bad[i], text("v")),
                  TB_KEYSTORE_INVALID);
        CHECK_INT(get(keystore, &space_key, secret, bad[i]), TB_KEYSTORE_INVALID);
        CHECK_INT(tb_vault_delete(keystore, &space_key, bad[i]), TB_KEYSTORE_INVALID);
    }
    char name[TB_VALUE_NAME_MAX + 2] = {0};
    memset(name, 'n', TB_VALUE_NAME_MAX + 1);
    CHECK_INT(put(keystore, secret, name, "v"), TB_KEYSTORE_INVALID);
    CHECK_INT(put(keystore, secret, "\xc3\xbc", "v"), 0);
    space_remove();
}

static int add_name(void *data, struct tb_bytes name)
{
    char *names = data;
    size_t n = strlen(names);
    CHECK(n + name.n + 2 < 256);
    memcpy(names + n, name.data, name.n);
    names[n + name.n] = ' ';
    names[n + name.n + 1] = 0;
    return 0;
}

static int stop(void *data, struct tb_bytes name)
{
    (void)name;
    (*(int *)data)++;
    return 77;
}

static void names_are_listed_by_prefix_and_key(void)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key(&secret);
    char names[256] = "";
    int n = 0;
    CHECK_INT(space_add(keystore, &space_other, space_hash, "key"), 0);
    CHECK_INT(put(keystore, secret, "mail/work", "1"), 0);
    CHECK_INT(put(keystore, secret, "bank", "2"), 0);
    CHECK_INT(tb_vault_put(keystore, &space_other, secret, text("mail/other"), text("3")), 0);
    CHECK_INT(tb_vault_list(keystore, &space_key, text("mail/"), add_name, names), 0);
    CHECK_STR(names, "mail/work ");
    CHECK_INT(tb_vault_list(keystore, &space_key, text(""), add_name, names), 0);
    CHECK(strlen(names) == 2 * strlen("mail/work ") + strlen("bank "));
    CHECK_INT(tb_vault_list(keystore, &space_key, text(""), stop, &n), 77);
    CHECK_INT(n, 1);
    space_remove();
}

static void another_vault_key_opens_nothing(void)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *other = NULL;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key(&secret);
    CHECK_INT(tb_key_secret_new(&other), 0);
    CHECK_INT(put(keystore, secret, "name", "value"), 0);
    CHECK_INT(get(keystore, &space_key, other, text("name")), TB_KEYSTORE_DAMAGED);
    check_value(keystore, secret, "name", text("value"));
    space_remove();
}

static void neither_name_nor_value_is_in_the_file(void)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key(&secret);
    char leaf[TB_VALUE_LEAF];
    char file[128];
    uint8_t bytes[4096];
    struct tb_bytes name = text("a name to hide");
    CHECK_INT(put(keystore, secret, "a name to hide", "a value to hide"), 0);
    tb_value_leaf(keystore, &space_key, name, leaf);
    (void)snprintf(file, sizeof file, "vault/%s", leaf);
    size_t n = space_read(file, bytes, sizeof bytes);
    CHECK(memmem(bytes, n, SPACE_APP, strlen(SPACE_APP)) != NULL);
    CHECK(memmem(bytes, n, name.data, name.n) == NULL);
    CHECK(memmem(bytes, n, "a value to hide", 15) == NULL);
    CHECK(memmem(bytes, n, space_key.text, TB_FINGERPRINT_DIGITS) == NULL);
    space_remove();
}

static void a_key_that_goes_takes_its_values_along(void)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    tb_cleanup(tb_keystore_close) struct tb_keystore *keystore = with_key(&secret);
    CHECK_INT(space_add(keystore, &space_other, space_hash, "key"), 0);
    CHECK_INT(put(keystore, secret, "name", "value"), 0);
    CHECK_INT(tb_vault_put(keystore, &space_other, secret, text("name"), text("kept")), 0);
    CHECK_INT(tb_keystore_delete_key(keystore, &space_key), 0);
    CHECK_INT(get(keystore, &space_key, secret, text("name")), TB_KEYSTORE_NONE);
    CHECK_INT(get(keystore, &space_other, secret, text("name")), 0);
    CHECK_INT(put(keystore, secret, "name", "value"), TB_KEYSTORE_NONE);
    space_remove();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_value_comes_back),
        TEST(the_largest_value_fits),
        TEST(names_that_people_cannot_see_are_none),
        TEST(names_are_listed_by_prefix_and_key),
        TEST(another_vault_key_opens_nothing),
        TEST(neither_name_nor_value_is_in_the_file),
        TEST(a_key_that_goes_takes_its_values_along),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
