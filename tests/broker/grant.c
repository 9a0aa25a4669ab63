/* The grant of a bench, as trollbridge-policy would write it. */
#include "base/fd.h"
#include "tests/broker/bench.h"

#include <sodium.h>

static void pack_rule(struct tb_packer *packer)
{
    tb_pack_map(packer, 4);
    tb_pack_key(packer, "capability");
    tb_pack_key(packer, "main");
    tb_pack_key(packer, "permission");
    tb_pack_key(packer, "test:allow");
    tb_pack_key(packer, "file");
    tb_pack_key(packer, "capabilities/main.json");
    tb_pack_key(packer, "line");
    tb_pack_uint(packer, 1);
}

struct command {
    const char *name;
    bool has_plugin;
    bool emits;
};

static const struct command commands[BENCH_ALL] = {
    [BENCH_ECHO] = {"echo", true, false},
    [BENCH_NOTHING] = {"nothing", false, false},
    [BENCH_OTHER] = {"other", true, false},
    [BENCH_EMIT] = {"plugin:event|emit", false, true},
    [BENCH_EMIT_TO] = {"plugin:event|emit_to", false, true},
    [BENCH_LISTEN] = {"plugin:event|listen", false, false},
    [BENCH_UNLISTEN] = {"plugin:event|unlisten", false, false},
    [BENCH_CLOSE] = {"plugin:resources|close", false, false},
};

static void pack_packed(struct tb_packer *packer, struct tb_bytes packed)
{
    packer->failed |= !tb_buffer_append(packer->out, packed);
}

static void pack_indexes(struct tb_packer *packer, size_t n)
{
    uint8_t indexes[TB_FILTER_RULES_MAX];
    tb_assert(n <= sizeof indexes);
    for (size_t i = 0; i < n; i++)
        indexes[i] = (uint8_t)i;
    tb_pack_bin(packer, tb_bytes_of(indexes, n));
}

void bench_ask_key(const struct bench_policy *policy, uint32_t command,
                   uint8_t ret_key[static TB_ASK_KEY_SIZE])
{
    uint8_t digest[TB_DIGEST_SIZE + 1];
    bench_digest(policy, digest);
    digest[TB_DIGEST_SIZE] = (uint8_t)command;
    crypto_generichash(ret_key, TB_ASK_KEY_SIZE, digest, sizeof digest, NULL, 0);
}

static void pack_ask(struct tb_packer *packer, uint32_t command, const struct bench_policy *policy)
{
    uint8_t key[TB_ASK_KEY_SIZE];
    bench_ask_key(policy, command, key);
    tb_pack_key_bool(packer, "ask", true);
    tb_pack_key(packer, "ask_key");
    tb_pack_bin(packer, tb_bytes_of(key, sizeof key));
    tb_pack_key_uint(packer, "remember_days", 7);
}

static void pack_command(struct tb_packer *packer, const struct command *command,
                         const struct bench_policy *policy)
{
    bool has_plugin =
        command->has_plugin || (policy->nothing && command == &commands[BENCH_NOTHING]);
    bool scoped = command->emits || (command->has_plugin && policy->scope != 0);
    bool tripwire = (policy->tripwires >> (command - commands) & 1) != 0;
    bool schema = policy->filters && policy->filters->schema.n > 0;
    bool hooked = (policy->hooked >> (command - commands) & 1) != 0;
    bool asks = (policy->asks >> (command - commands) & 1) != 0;
    bool records = (policy->records >> (command - commands) & 1) != 0;
    tb_pack_map(packer, 13u + schema + 3u * asks + has_plugin + scoped + records);
    if (records) {
        tb_pack_key(packer, "record");
        tb_pack_array(packer, 2);
        tb_pack_str(packer, tb_bytes_of_string("key"));
        tb_pack_str(packer, tb_bytes_of_string("to"));
    }
    if (asks)
        pack_ask(packer, (uint32_t)(command - commands), policy);
    tb_pack_key_bool(packer, "hook", hooked);
    tb_pack_key(packer, "rules");
    pack_indexes(packer, policy->filters ? policy->filters->n_rules : 0);
    if (schema) {
        tb_pack_key(packer, "schema");
        pack_packed(packer, policy->filters->schema);
    }
    tb_pack_key_uint(packer, "calls_per_s", policy->calls_per_s);
    tb_pack_key_uint(packer, "burst", policy->calls_per_s);
    tb_pack_key_uint(packer, "bytes_in", policy->bytes_in);
    tb_pack_key_uint(packer, "bytes_out", policy->bytes_out);
    tb_pack_key_bool(packer, "tripwire", tripwire);
    tb_pack_key_text(packer, "name", command->name);
    if (has_plugin)
        tb_pack_key_uint(packer, "plugin", 0);
    if (scoped)
        tb_pack_key_uint(packer, "scope", command->emits);
    tb_pack_key_text(packer, "local", command->name);
    tb_pack_key_uint(packer, "in_flight", policy->pool ? policy->pool : BENCH_POOL);
    tb_pack_key_uint(packer, "deadline_ms", 30000);
    tb_pack_key_text(packer, "args", "digest");
    tb_pack_key(packer, "rule");
    pack_rule(packer);
}

static void pack_plugin(struct tb_packer *packer, const struct bench_policy *policy)
{
    static const char *const lists[] = {"read", "write", "make", "mask", "exec"};
    tb_pack_map(packer, 18);
    tb_pack_key_text(packer, "name", "test");
    tb_pack_key_bool(packer, "host", policy->hosted);
    tb_pack_key_text(packer, "program", policy->hosted ? "" : "/nowhere/test");
    for (size_t i = 0; i < TB_ARRAY_LEN(lists); i++) {
        tb_pack_key(packer, lists[i]);
        tb_pack_array(packer, 0);
    }
    tb_pack_key_bool(packer, "network", policy->network);
    tb_pack_key_bool(packer, "jit", policy->jit);
    tb_pack_key_bool(packer, "audit", policy->audit);
    tb_pack_key_text(packer, "state",
                     policy->state ? "/state/trollbridge/com.example.test/plugins/test" : "");
    tb_pack_key_bool(packer, "secrets", policy->secrets);
    tb_pack_key_bool(packer, "launcher", false);
    tb_pack_key_bool(packer, "picks", policy->picks);
    tb_pack_key_bool(packer, "resources", policy->resources);
    tb_pack_key(packer, "memory_mib");
    tb_pack_uint(packer, policy->memory_mib);
    tb_pack_key(packer, "cpu_s");
    tb_pack_uint(packer, 0);
}

/* `{"target": label}` for one side of the scope of events. */
static void pack_targets(struct tb_packer *packer, const char *key, const char *target)
{
    tb_pack_key(packer, key);
    tb_pack_array(packer, target ? 1 : 0);
    if (!target)
        return;
    tb_pack_map(packer, 1);
    tb_pack_key_text(packer, "target", target);
}

/* 0: of the commands that have a plugin, 1: of those that emit. */
static void pack_scopes(struct tb_packer *packer, const struct bench_policy *policy)
{
    static const char *const allow[] = {
        [BENCH_EVENTS_NAMED] = "settings", [BENCH_EVENTS_ANY] = "*", [BENCH_EVENTS_DENIED] = "*"};
    tb_pack_key(packer, "scopes");
    tb_pack_array(packer, 2);
    tb_pack_map(packer, 2);
    tb_pack_key(packer, "allow");
    tb_pack_array(packer, 1);
    tb_pack_uint(packer, policy->scope);
    tb_pack_key(packer, "deny");
    tb_pack_array(packer, 0);
    tb_pack_map(packer, 2);
    pack_targets(packer, "allow",
                 policy->events < TB_ARRAY_LEN(allow) ? allow[policy->events] : NULL);
    pack_targets(packer, "deny", policy->events == BENCH_EVENTS_DENIED ? "settings" : NULL);
}

void bench_digest(const struct bench_policy *policy, uint8_t ret_digest[static TB_DIGEST_SIZE])
{
    crypto_generichash(ret_digest, TB_DIGEST_SIZE, (const uint8_t *)policy, sizeof *policy, NULL,
                       0);
}

static void pack_commands(struct tb_packer *packer, const struct bench_policy *policy)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < BENCH_ALL; i++)
        n += policy->commands >> i & 1;
    tb_pack_key(packer, "commands");
    tb_pack_array(packer, n);
    for (uint32_t i = 0; i < BENCH_ALL; i++)
        if (policy->commands >> i & 1)
            pack_command(packer, &commands[i], policy);
}

/* Sorted, as the commands are by their names from EMIT on; and those before them are. */
static void pack_tripwires(struct tb_packer *packer, const struct bench_policy *policy)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < BENCH_ALL; i++)
        n += policy->tripwires >> i & 1;
    tb_pack_key(packer, "tripwires");
    tb_pack_array(packer, n);
    for (uint32_t i = 0; i < BENCH_ALL; i++)
        if (policy->tripwires >> i & 1)
            tb_pack_str(packer, tb_bytes_of_string(commands[i].name));
}

static void pack_hook(struct tb_packer *packer, const struct bench_policy *policy)
{
    uint8_t text = (uint8_t)('a' + policy->hook_text);
    tb_pack_key(packer, "hook");
    tb_pack_map(packer, 4);
    tb_pack_key_text(packer, "file", "isolation.js");
    tb_pack_key(packer, "text");
    tb_pack_bin(packer, tb_bytes_of(&text, 1));
    tb_pack_key_uint(packer, "time_ms", policy->hook_ms ? policy->hook_ms : 50);
    tb_pack_key_uint(packer, "memory_mib", 64);
}

static void pack_grant(struct tb_packer *packer, const struct bench_policy *policy)
{
    uint8_t digest[TB_DIGEST_SIZE];
    bench_digest(policy, digest);
    tb_pack_map(packer, 14u + (policy->hooked != 0));
    tb_pack_key(packer, "rules");
    tb_pack_array(packer, policy->filters ? policy->filters->n_rules : 0);
    if (policy->filters)
        pack_packed(packer, policy->filters->rules);
    pack_tripwires(packer, policy);
    if (policy->hooked != 0)
        pack_hook(packer, policy);
    tb_pack_key(packer, "v");
    tb_pack_uint(packer, 1);
    tb_pack_key(packer, "app");
    tb_pack_key(packer, "com.example.test");
    tb_pack_key(packer, "digest");
    tb_pack_bin(packer, tb_bytes_of(digest, sizeof digest));
    tb_pack_key(packer, "view");
    tb_pack_key(packer, "main");
    tb_pack_key(packer, "webview");
    tb_pack_key(packer, "main");
    tb_pack_key(packer, "origin");
    tb_pack_key(packer, "local");
    tb_pack_key_text(packer, "events", policy->events == BENCH_EVENTS_ALL ? "all" : "scope");
    pack_commands(packer, policy);
    tb_pack_key(packer, "plugins");
    tb_pack_array(packer, 1);
    pack_plugin(packer, policy);
    pack_scopes(packer, policy);
    tb_pack_key(packer, "denied");
    tb_pack_array(packer, 0);
    tb_pack_key(packer, "vars");
    tb_pack_map(packer, 0);
}

int bench_grant(const struct bench_policy *policy)
{
    struct tb_buffer buffer;
    struct tb_packer packer;
    tb_buffer_init(&buffer, TB_GRANT_MAX);
    tb_packer_init(&packer, &buffer);
    pack_grant(&packer, policy);
    int fd = tb_fd_memory("grant");
    tb_assert(!packer.failed && fd >= 0 && tb_fd_write_all(fd, tb_buffer_bytes(&buffer)) == 0);
    tb_buffer_deinit(&buffer);
    return fd;
}
