#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "policy/grant.h"
#include "tests/unit/test.h"

#include <errno.h>

/* What the seed grant can be asked to get wrong. */
enum flaw {
    NONE,
    VERSION,
    SHORT_DIGEST,
    UNSORTED,
    TWICE,
    PLUGIN_INDEX,
    SCOPE_INDEX,
    IN_FLIGHT,
    RELATIVE_PROGRAM,
    HOST_WITH_PROGRAM,
    NUL_IN_PATH,
    UNKNOWN_KEY,
    UNKNOWN_EVENTS,
    LONG_LABEL,
    ARGS_WORD,
    RELATIVE_VAR,
    EMPTY_NAME,
    RULE_INDEX,
    RULES_TWICE,
    HOOK_WITHOUT_ONE,
    ASK_WITHOUT_KEY,
    SHORT_ASK_KEY,
    KEY_WITHOUT_DAYS,
    RATE_WITHOUT_BURST,
    RATE_TOO_HIGH,
    HOOK_WITHOUT_TIME,
    TRIPWIRES_UNSORTED,
    RECORD_EMPTY_NAME,
    RECORD_LONG_NAME,
    RECORD_NUMBER,
    RECORD_TOO_MANY,
    HOST_WITH_SECRETS,
    HOST_WITH_LAUNCHER,
    HOST_WITH_PICKS,
    STATE_RELATIVE,
    STATE_OTHER_PLUGIN,
    STATE_OTHER_APP,
    STATE_ELSEWHERE,
    STATE_NAME_ALONE,
    STATE_OF_HOST,
    N_FLAWS,
};

static void text(struct tb_packer *packer, const char *key, const char *value)
{
    tb_pack_key(packer, key);
    tb_pack_str(packer, tb_bytes_of_string(value));
}

static void number(struct tb_packer *packer, const char *key, uint64_t value)
{
    tb_pack_key(packer, key);
    tb_pack_uint(packer, value);
}

static void paths(struct tb_packer *packer, const char *key, const char *path)
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, path ? 1 : 0);
    if (path)
        tb_pack_str(packer, tb_bytes_of_string(path));
}

static void pack_rule(struct tb_packer *packer)
{
    tb_pack_key(packer, "rule");
    tb_pack_map(packer, 4);
    text(packer, "capability", "main");
    text(packer, "permission", "fs:default");
    text(packer, "file", "capabilities/main.json");
    number(packer, "line", 7);
}

static const char *state_of(enum flaw flaw)
{
    switch ((int)flaw) {
    case STATE_RELATIVE:
        return "state/trollbridge/com.example.notes/plugins/fs";
    case STATE_OTHER_PLUGIN:
        return "/state/trollbridge/com.example.notes/plugins/xfs";
    case STATE_OTHER_APP:
        return "/state/trollbridge/com.example.other/plugins/fs";
    case STATE_ELSEWHERE:
        return "/state/com.example.notes/plugins/fs";
    case STATE_NAME_ALONE:
        return "/fs";
    case HOST_WITH_PROGRAM:
    case HOST_WITH_SECRETS:
    case HOST_WITH_LAUNCHER:
    case HOST_WITH_PICKS:
        return "";
    default:
        return "/state/trollbridge/com.example.notes/plugins/fs";
    }
}

static void pack_record(struct tb_packer *packer, enum flaw flaw)
{
    static const uint8_t name[TB_RECORD_NAME_MAX + 1] = "key";
    size_t n = flaw == RECORD_TOO_MANY ? TB_RECORD_NAMES_MAX + 1 : 2;
    size_t n_name = flaw == RECORD_EMPTY_NAME ? 0 : flaw == RECORD_LONG_NAME ? sizeof name : 3;
    tb_pack_key(packer, "record");
    tb_pack_array(packer, n);
    for (size_t i = 0; i + 1 < n; i++)
        tb_pack_str(packer, tb_bytes_of_string("name"));
    if (flaw == RECORD_NUMBER)
        tb_pack_uint(packer, 1);
    else
        tb_pack_str(packer, tb_bytes_of(name, n_name));
}

/* The filters of a command, each of which may be absent. */
static void pack_filters(struct tb_packer *packer, enum flaw flaw)
{
    static const uint8_t key[TB_ASK_KEY_SIZE] = {4, 5, 6};
    number(packer, "calls_per_s", flaw == RATE_TOO_HIGH ? TB_CALLS_PER_S_MAX + 1 : 5);
    if (flaw != RATE_WITHOUT_BURST)
        number(packer, "burst", 9);
    number(packer, "bytes_in", 1000);
    number(packer, "bytes_out", TB_BYTES_PER_S_MAX);
    tb_pack_key_bool(packer, "hook", true);
    tb_pack_key_bool(packer, "ask", true);
    tb_pack_key_bool(packer, "tripwire", true);
    tb_pack_key(packer, "rules");
    const uint8_t rules[] = {flaw == RULES_TWICE ? 1 : 0, flaw == RULE_INDEX ? 2 : 1};
    tb_pack_bin(packer, tb_bytes_of(rules, sizeof rules));
    tb_pack_key(packer, "schema");
    tb_pack_map(packer, 4);
    tb_pack_key_text(packer, "file", "trollbridge.toml");
    number(packer, "line", 7);
    tb_pack_key(packer, "args");
    tb_pack_map(packer, 0);
    tb_pack_key_bool(packer, "more", true);
    if (flaw != ASK_WITHOUT_KEY) {
        tb_pack_key(packer, "ask_key");
        tb_pack_bin(packer, tb_bytes_of(key, flaw == SHORT_ASK_KEY ? 31 : 32));
    }
    if (flaw != KEY_WITHOUT_DAYS && flaw != ASK_WITHOUT_KEY)
        number(packer, "remember_days", 90);
}

static uint32_t n_filters(enum flaw flaw)
{
    return flaw == ASK_WITHOUT_KEY                                  ? 9
           : flaw == KEY_WITHOUT_DAYS || flaw == RATE_WITHOUT_BURST ? 10
                                                                    : 11;
}

static void pack_command(struct tb_packer *packer, const char *name, bool implemented,
                         enum flaw flaw)
{
    tb_pack_map(packer, implemented ? 9 + n_filters(flaw) : 6);
    text(packer, "name", name);
    if (implemented)
        number(packer, "plugin", flaw == PLUGIN_INDEX ? 1 : 0);
    text(packer, "local", flaw == EMPTY_NAME ? "" : "x");
    if (implemented)
        number(packer, "scope", flaw == SCOPE_INDEX ? 1 : 0);
    number(packer, "in_flight", flaw == IN_FLIGHT ? 1 : 64);
    number(packer, "deadline_ms", implemented ? 30000 : 0);
    text(packer, "args", flaw == ARGS_WORD ? "some" : "full");
    if (implemented) {
        pack_record(packer, flaw);
        pack_filters(packer, flaw);
    }
    pack_rule(packer);
}

static void pack_plugin(struct tb_packer *packer, enum flaw flaw)
{
    tb_pack_key(packer, "plugins");
    tb_pack_array(packer, 1);
    tb_pack_map(packer, flaw == UNKNOWN_KEY ? 19 : 18);
    text(packer, "name", "fs");
    bool host = flaw == HOST_WITH_SECRETS || flaw == HOST_WITH_LAUNCHER ||
                flaw == HOST_WITH_PICKS || flaw == STATE_OF_HOST;
    bool hosted = host || flaw == HOST_WITH_PROGRAM;
    tb_pack_key_bool(packer, "host", hosted);
    text(packer, "program",
         host                       ? ""
         : flaw == RELATIVE_PROGRAM ? "plugins/fs"
                                    : "/lib/plugins/fs");
    paths(packer, "read", "/data");
    tb_pack_key(packer, "write");
    tb_pack_array(packer, 1);
    tb_pack_str(packer,
                flaw == NUL_IN_PATH ? tb_bytes_of("/a\0b", 4) : tb_bytes_of_string("/data/w"));
    paths(packer, "make", NULL);
    paths(packer, "mask", "/data/private");
    tb_pack_key_bool(packer, "network", true);
    tb_pack_key_bool(packer, "jit", true);
    tb_pack_key_bool(packer, "audit", true);
    text(packer, "state", state_of(flaw));
    tb_pack_key_bool(packer, "secrets", hosted ? flaw == HOST_WITH_SECRETS : true);
    tb_pack_key_bool(packer, "launcher", hosted ? flaw == HOST_WITH_LAUNCHER : true);
    tb_pack_key_bool(packer, "picks", hosted ? flaw == HOST_WITH_PICKS : true);
    tb_pack_key_bool(packer, "resources", true);
    paths(packer, "exec", NULL);
    number(packer, "memory_mib", 256);
    number(packer, "cpu_s", 3);
    if (flaw == UNKNOWN_KEY)
        number(packer, "uid", 0);
}

static void pack_head(struct tb_packer *packer, enum flaw flaw)
{
    static const uint8_t digest[TB_DIGEST_SIZE] = {1, 2, 3};
    static const char long_label[] =
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdefX";
    number(packer, "v", flaw == VERSION ? 2 : 1);
    text(packer, "app", "com.example.notes");
    tb_pack_key(packer, "digest");
    tb_pack_bin(packer, tb_bytes_of(digest, flaw == SHORT_DIGEST ? 31 : 32));
    text(packer, "view", flaw == LONG_LABEL ? long_label : "main");
    text(packer, "webview", "main");
    text(packer, "origin", "local");
    text(packer, "events", flaw == UNKNOWN_EVENTS ? "some" : "all");
}

static void pack_filter_rule(struct tb_packer *packer)
{
    tb_pack_map(packer, 4);
    text(packer, "file", "trollbridge.toml");
    number(packer, "line", 12);
    text(packer, "then", "deny");
    tb_pack_key(packer, "when");
    tb_pack_array(packer, 0);
}

/* The grant's own part of its filters. */
static void pack_filter_parts(struct tb_packer *packer, enum flaw flaw)
{
    tb_pack_key(packer, "hook");
    tb_pack_map(packer, 4);
    text(packer, "file", "isolation.js");
    tb_pack_key(packer, "text");
    tb_pack_bin(packer, tb_bytes_of_string("export {}"));
    number(packer, "time_ms", flaw == HOOK_WITHOUT_TIME ? 0 : 50);
    number(packer, "memory_mib", 128);
    tb_pack_key(packer, "tripwires");
    tb_pack_array(packer, 2);
    tb_pack_key(packer, flaw == TRIPWIRES_UNSORTED ? "zzz" : "plugin:fs|read");
    tb_pack_key(packer, "wipe");
}

static void pack_grant(struct tb_packer *packer, enum flaw flaw)
{
    tb_pack_map(packer, flaw == HOOK_WITHOUT_ONE ? 13 : 15);
    pack_head(packer, flaw);
    tb_pack_key(packer, "rules");
    tb_pack_array(packer, 2);
    pack_filter_rule(packer);
    pack_filter_rule(packer);
    if (flaw != HOOK_WITHOUT_ONE)
        pack_filter_parts(packer, flaw);
    tb_pack_key(packer, "commands");
    tb_pack_array(packer, 2);
    pack_command(packer, flaw == UNSORTED ? "zzz" : "greet", false, flaw);
    pack_command(packer, flaw == TWICE ? "greet" : "plugin:fs|read", true, flaw);
    pack_plugin(packer, flaw);
    tb_pack_key(packer, "scopes");
    tb_pack_array(packer, 1);
    tb_pack_map(packer, 2);
    paths(packer, "allow", "/data/**");
    paths(packer, "deny", NULL);
    tb_pack_key(packer, "denied");
    tb_pack_array(packer, 1);
    tb_pack_map(packer, 2);
    text(packer, "name", "plugin:fs|remove");
    pack_rule(packer);
    tb_pack_key(packer, "vars");
    tb_pack_map(packer, 1);
    text(packer, "HOME", flaw == RELATIVE_VAR ? "home" : "/home/u");
}

static int read_bytes(struct tb_bytes bytes, struct tb_grant **ret_grant)
{
    tb_fd fd = tb_fd_memory("grant");
    CHECK(fd >= 0);
    CHECK_INT(tb_fd_write_all(fd, bytes), 0);
    return tb_grant_read(fd, ret_grant);
}

static int read_flawed(enum flaw flaw, struct tb_grant **ret_grant)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, TB_GRANT_MAX);
    tb_packer_init(&packer, &out);
    pack_grant(&packer, flaw);
    CHECK(!packer.failed);
    return read_bytes(tb_buffer_bytes(&out), ret_grant);
}

static void reads_a_grant(void)
{
    struct tb_grant *grant;
    CHECK_INT(read_flawed(NONE, &grant), TB_OK);
    CHECK(tb_bytes_are(grant->app, "com.example.notes"));
    CHECK_INT(grant->digest[2], 3);
    CHECK_INT(grant->n_commands, 2);
    const struct tb_grant_command *greet = &grant->commands[0];
    CHECK(tb_bytes_are(greet->name, "greet"));
    CHECK_INT(greet->plugin, TB_NO_INDEX);
    CHECK_INT(greet->scope, TB_NO_INDEX);
    CHECK(greet->deadline_ns == TB_NEVER);
    const struct tb_grant_command *read = &grant->commands[1];
    CHECK_INT(read->plugin, 0);
    CHECK_INT(read->scope, 0);
    CHECK_INT(read->deadline_ns, 30 * TB_S_NS);
    CHECK_INT(read->args, TB_ARGS_FULL);
    CHECK_INT(read->rule.line, 7);
    CHECK(tb_bytes_are(read->rule.file, "capabilities/main.json"));
    CHECK(grant->plugins[0].network && grant->plugins[0].jit && grant->plugins[0].audit);
    CHECK_INT(grant->plugins[0].write->via.array.size, 1);
    CHECK(grant->plugins[0].secrets);
    CHECK(tb_bytes_are(grant->plugins[0].state, "/state/trollbridge/com.example.notes/plugins/fs"));
    CHECK(!greet->record && read->record && read->record->via.array.size == 2);
    CHECK_INT(grant->scopes[0].allow->via.array.size, 1);
    CHECK_INT(grant->vars->via.map.size, 1);
    CHECK(tb_grant_find_denied(grant, tb_bytes_of_string("plugin:fs|remove")));
    CHECK(!tb_grant_find_denied(grant, tb_bytes_of_string("plugin:fs|read")));
    tb_grant_free(grant);
}

static void reads_what_filters_calls(void)
{
    struct tb_grant *grant;
    CHECK_INT(read_flawed(NONE, &grant), TB_OK);
    const struct tb_grant_command *greet = &grant->commands[0];
    CHECK(!greet->filtered && !greet->has_ask_key && !greet->rules && !greet->schema);
    CHECK_INT(greet->rates.calls_per_s, 0);
    const struct tb_grant_command *read = &grant->commands[1];
    CHECK(read->filtered && read->hook && read->ask && read->tripwire && read->schema);
    CHECK_INT(read->rates.calls_per_s, 5);
    CHECK_INT(read->rates.burst, 9);
    CHECK_INT(read->rates.bytes_in, 1000);
    CHECK(read->rates.bytes_out == TB_BYTES_PER_S_MAX);
    CHECK_INT(read->n_rules, 2);
    CHECK_INT(read->rules[1], 1);
    CHECK_INT(grant->rules[1].line, 12);
    CHECK(read->schema->args.more);
    CHECK(read->has_ask_key && read->ask_key[2] == 6);
    CHECK_INT(read->remember_days, 90);
    CHECK(grant->has_hook && tb_bytes_are(grant->hook.file, "isolation.js"));
    CHECK(tb_bytes_are(grant->hook.text, "export {}"));
    CHECK_INT(grant->hook.time_ms, 50);
    CHECK_INT(grant->hook.memory_mib, 128);
    CHECK(tb_grant_is_tripwire(grant, tb_bytes_of_string("wipe")));
    CHECK(tb_grant_is_tripwire(grant, tb_bytes_of_string("plugin:fs|read")));
    CHECK(!tb_grant_is_tripwire(grant, tb_bytes_of_string("greet")));
    tb_grant_free(grant);
}

static void refuses_what_is_wrong(void)
{
    for (enum flaw flaw = VERSION; flaw < N_FLAWS; flaw++) {
        struct tb_grant *grant = NULL;
        int r = read_flawed(flaw, &grant);
        if (r != TB_MALFORMED && r != TB_TOO_LARGE)
            fprintf(stderr, "flaw %d: %d\n", (int)flaw, r);
        CHECK(r == TB_MALFORMED || r == TB_TOO_LARGE);
        CHECK(!grant);
    }
}

static void survives_every_mutation(void)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, TB_GRANT_MAX);
    tb_packer_init(&packer, &out);
    pack_grant(&packer, NONE);
    size_t n = tb_buffer_n(&out);
    uint8_t *bytes = out.data + out.start;
    for (size_t at = 0; at < n; at++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            struct tb_grant *grant = NULL;
            bytes[at] ^= (uint8_t)(1u << bit);
            int r = read_bytes(tb_bytes_of(bytes, n), &grant);
            CHECK(r >= 0 && (r == TB_OK) == (grant != NULL));
            tb_grant_free(grant);
            bytes[at] ^= (uint8_t)(1u << bit);
        }
        struct tb_grant *grant = NULL;
        CHECK_INT(read_bytes(tb_bytes_of(bytes, at), &grant), TB_MALFORMED);
    }
}

static void refuses_a_file_that_is_too_large(void)
{
    tb_fd fd = tb_fd_memory("grant");
    struct tb_grant *grant;
    CHECK_INT(ftruncate(fd, TB_GRANT_MAX + 1), 0);
    CHECK_INT(tb_grant_read(fd, &grant), TB_TOO_LARGE);
    CHECK_INT(tb_grant_read(-1, &grant), -EBADF);
}

static void knows_who_has_the_whole_tree(void)
{
    msgpack_object whole[] = {
        {.type = MSGPACK_OBJECT_STR, .via.str = {.size = 5, .ptr = "/data"}},
        {.type = MSGPACK_OBJECT_STR, .via.str = {.size = 1, .ptr = "/"}},
    };
    const msgpack_object some = {.type = MSGPACK_OBJECT_ARRAY, .via.array = {1, whole}};
    const msgpack_object all = {.type = MSGPACK_OBJECT_ARRAY, .via.array = {2, whole}};
    struct tb_grant_plugin plugin = {.read = &some, .write = &some, .exec = &some};
    CHECK(!tb_grant_has_root(&plugin));
    const msgpack_object **lists[] = {&plugin.read, &plugin.write, &plugin.exec};
    for (size_t i = 0; i < TB_ARRAY_LEN(lists); i++) {
        *lists[i] = &all;
        CHECK(tb_grant_has_root(&plugin));
        *lists[i] = &some;
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(reads_a_grant),
        TEST(knows_who_has_the_whole_tree),
        TEST(reads_what_filters_calls),
        TEST(refuses_what_is_wrong),
        TEST(survives_every_mutation),
        TEST(refuses_a_file_that_is_too_large),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
