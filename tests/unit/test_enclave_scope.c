/* Scopes of keys and of names in the vault. */
#include "plugins/enclave/scope.h"

#include "plugins/sdk/value.h"
#include "tests/unit/test.h"

#define FPR       "0123456789ABCDEF0123456789ABCDEF01234567"
#define FPR_LOWER "0123456789abcdef0123456789abcdef01234567"
#define OTHER     "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"

enum { ENTRIES = 4 };

/* An entry: `name` = `text`, and unlock_s if that is not 0. */
struct pair {
    const char *name;
    const char *text;
    uint64_t unlock_s;
};

struct made {
    msgpack_object arrays[2];
    msgpack_object maps[2][ENTRIES];
    msgpack_object_kv pairs[2][ENTRIES][2];
    struct tb_plugin_scope scope;
};

static msgpack_object text(const char *string)
{
    msgpack_object object = {.type = MSGPACK_OBJECT_STR};
    object.via.str = (msgpack_object_str){(uint32_t)strlen(string), string};
    return object;
}

static void make_list(struct made *made, size_t which, const struct pair *entries)
{
    uint32_t n = 0;
    for (; entries && entries[n].name; n++) {
        msgpack_object_kv *pairs = made->pairs[which][n];
        pairs[0] = (msgpack_object_kv){text(entries[n].name), text(entries[n].text)};
        pairs[1].key = text("unlock_s");
        pairs[1].val.type = MSGPACK_OBJECT_POSITIVE_INTEGER;
        pairs[1].val.via.u64 = entries[n].unlock_s;
        made->maps[which][n].type = MSGPACK_OBJECT_MAP;
        made->maps[which][n].via.map = (msgpack_object_map){1u + (entries[n].unlock_s != 0), pairs};
    }
    made->arrays[which].type = MSGPACK_OBJECT_ARRAY;
    made->arrays[which].via.array = (msgpack_object_array){n, made->maps[which]};
}

/* The lists end with an entry without a name; NULL is an empty one. */
static const struct tb_plugin_scope *scope_of(const struct pair *allow, const struct pair *deny)
{
    static struct made made;
    make_list(&made, 0, allow);
    make_list(&made, 1, deny);
    made.scope =
        (struct tb_plugin_scope){tb_value_of(&made.arrays[0]), tb_value_of(&made.arrays[1])};
    return &made.scope;
}
#define SCOPE(...) scope_of((const struct pair[]){__VA_ARGS__, {0}}, NULL)

static struct tb_fingerprint key(const char *digits)
{
    struct tb_fingerprint fingerprint;
    CHECK(tb_fingerprint_read(tb_bytes_of_string(digits), &fingerprint));
    return fingerprint;
}

static bool has_key(const struct tb_plugin_scope *scope, const char *digits)
{
    const struct tb_fingerprint fingerprint = key(digits);
    return enclave_scope_has_key(scope, &fingerprint);
}

static bool has_value(const struct tb_plugin_scope *scope, const char *name)
{
    return enclave_scope_has_value(scope, tb_bytes_of_string(name));
}

static void nothing_is_allowed_without_an_entry(void)
{
    struct enclave_failure failure;
    const struct tb_fingerprint fingerprint = key(FPR);
    CHECK(!has_key(NULL, FPR) && !has_value(NULL, "a"));
    CHECK(!has_key(scope_of(NULL, NULL), FPR) && !has_value(scope_of(NULL, NULL), "a"));
    CHECK(!enclave_scope_has_all_keys(NULL));
    CHECK(!enclave_scope_some_key(NULL, &failure) && failure.reason == ENCLAVE_SCOPE);
    CHECK(!enclave_scope_some_value(NULL, &failure) && failure.reason == ENCLAVE_SCOPE);
    CHECK(!enclave_scope_key(NULL, &fingerprint, &failure) && failure.reason == ENCLAVE_SCOPE);
    CHECK(strstr(failure.text, "{ key = \"" FPR "\" }"));
}

static void keys_in_any_case(void)
{
    CHECK(has_key(SCOPE({"key", FPR_LOWER, 0}), FPR));
    CHECK(!has_key(SCOPE({"key", FPR, 0}), OTHER));
    CHECK(has_key(SCOPE({"key", "*", 0}), OTHER));
    CHECK(!enclave_scope_has_all_keys(SCOPE({"key", FPR, 0})));
    CHECK(enclave_scope_has_all_keys(SCOPE({"key", FPR, 0}, {"key", "*", 0})));
}

static void a_kind_allows_nothing_of_the_other(void)
{
    CHECK(!has_value(SCOPE({"key", "*", 0}), "a"));
    CHECK(!has_key(SCOPE({"vault", "*", 0}), FPR));
}

static void names_and_prefixes(void)
{
    CHECK(has_value(SCOPE({"vault", "mail/*", 0}), "mail/x"));
    CHECK(has_value(SCOPE({"vault", "mail/*", 0}), "mail/"));
    CHECK(!has_value(SCOPE({"vault", "mail/*", 0}), "mail"));
    CHECK(!has_value(SCOPE({"vault", "mail/*", 0}), "Mail/x"));
    CHECK(has_value(SCOPE({"vault", "one", 0}), "one"));
    CHECK(!has_value(SCOPE({"vault", "one", 0}), "one/two"));
    CHECK(has_value(SCOPE({"vault", "*", 0}), "anything"));
}

static void denied_wins(void)
{
    const struct pair all[] = {{"key", "*", 0}, {"vault", "*", 0}, {0}};
    const struct pair key_denied[] = {{"key", FPR_LOWER, 0}, {0}};
    const struct pair names_denied[] = {{"vault", "a/*", 0}, {0}};
    const struct pair all_denied[] = {{"key", "*", 0}, {0}};
    CHECK(!has_key(scope_of(all, key_denied), FPR));
    CHECK(has_key(scope_of(all, key_denied), OTHER));
    CHECK(enclave_scope_has_all_keys(scope_of(all, key_denied)));
    CHECK(!enclave_scope_has_all_keys(scope_of(all, all_denied)));
    CHECK(!has_value(scope_of(all, names_denied), "a/b"));
    CHECK(has_value(scope_of(all, names_denied), "b"));
}

/* Each of these is a mistake of whoever wrote the policy. */
static const struct pair mistakes[] = {
    {"key", "", 0},      {"key", "0123", 0},
    {"key", FPR "0", 0}, {"key", FPR "*", 0},
    {"keys", "*", 0},    {"vault", "", 0},
    {"vault", "a*b", 0}, {"vault", "**", 0},
    {"vault", "*", 5},   {"key", "*", ENCLAVE_UNLOCK_MOST_S + 1},
};

static void a_mistake_allows_nothing_and_denies_everything(void)
{
    const struct pair all[] = {{"key", "*", 0}, {"vault", "*", 0}, {0}};
    for (size_t i = 0; i < TB_ARRAY_LEN(mistakes); i++) {
        const struct pair one[] = {mistakes[i], {0}};
        CHECK(!has_key(scope_of(one, NULL), FPR) && !has_value(scope_of(one, NULL), "a"));
        CHECK(!has_key(scope_of(all, one), FPR) && !has_value(scope_of(all, one), "a"));
        CHECK(!enclave_scope_has_all_keys(scope_of(all, one)));
    }
}

static void entries_that_are_no_maps(void)
{
    struct made made = {0};
    msgpack_object entry = text("*");
    make_list(&made, 0, (const struct pair[]){{"key", "*", 0}, {0}});
    made.arrays[1].type = MSGPACK_OBJECT_ARRAY;
    made.arrays[1].via.array = (msgpack_object_array){1, &entry};
    struct tb_plugin_scope scope = {tb_value_of(&made.arrays[0]), tb_value_of(&made.arrays[1])};
    CHECK(!has_key(&scope, FPR));
    scope = (struct tb_plugin_scope){tb_value_of(&made.arrays[1]), NULL};
    CHECK(!has_key(&scope, FPR));
}

static void the_least_time_counts(void)
{
    const struct tb_fingerprint fingerprint = key(FPR);
    const struct tb_fingerprint other = key(OTHER);
    CHECK_INT(enclave_scope_unlock_s(SCOPE({"key", "*", 0}), &fingerprint), 300);
    CHECK_INT(enclave_scope_unlock_s(SCOPE({"key", "*", 0}, {"key", FPR, 900}), &fingerprint), 900);
    const struct tb_plugin_scope *both = SCOPE({"key", "*", 60}, {"key", FPR, 10});
    CHECK_INT(enclave_scope_unlock_s(both, &fingerprint), 10);
    CHECK_INT(enclave_scope_unlock_s(both, &other), 60);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(nothing_is_allowed_without_an_entry),
        TEST(keys_in_any_case),
        TEST(a_kind_allows_nothing_of_the_other),
        TEST(names_and_prefixes),
        TEST(denied_wins),
        TEST(a_mistake_allows_nothing_and_denies_everything),
        TEST(entries_that_are_no_maps),
        TEST(the_least_time_counts),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
