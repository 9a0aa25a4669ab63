/* The grant of a bench, as trollbridge-policy would write it. */
#include "base/fd.h"
#include "tests/broker/bench.h"

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

static void pack_command(struct tb_packer *packer, const char *name, bool has_plugin, bool scoped,
                         uint32_t pool)
{
    tb_pack_map(packer, 6u + has_plugin + scoped);
    tb_pack_key(packer, "name");
    tb_pack_key(packer, name);
    if (has_plugin) {
        tb_pack_key(packer, "plugin");
        tb_pack_uint(packer, 0);
    }
    if (scoped) {
        tb_pack_key(packer, "scope");
        tb_pack_uint(packer, 0);
    }
    tb_pack_key(packer, "local");
    tb_pack_key(packer, name);
    tb_pack_key(packer, "in_flight");
    tb_pack_uint(packer, pool ? pool : BENCH_POOL);
    tb_pack_key(packer, "deadline_ms");
    tb_pack_uint(packer, 30000);
    tb_pack_key(packer, "args");
    tb_pack_key(packer, "digest");
    tb_pack_key(packer, "rule");
    pack_rule(packer);
}

static void pack_plugin(struct tb_packer *packer, uint32_t memory_mib)
{
    static const char *const lists[] = {"read", "write", "make", "mask", "exec"};
    tb_pack_map(packer, 11);
    tb_pack_key(packer, "name");
    tb_pack_key(packer, "test");
    tb_pack_key(packer, "program");
    tb_pack_key(packer, "/nowhere/test");
    for (size_t i = 0; i < TB_ARRAY_LEN(lists); i++) {
        tb_pack_key(packer, lists[i]);
        tb_pack_array(packer, 0);
    }
    tb_pack_key(packer, "network");
    tb_pack_bool(packer, false);
    tb_pack_key(packer, "jit");
    tb_pack_bool(packer, false);
    tb_pack_key(packer, "memory_mib");
    tb_pack_uint(packer, memory_mib);
    tb_pack_key(packer, "cpu_s");
    tb_pack_uint(packer, 0);
}

static void pack_scopes(struct tb_packer *packer, uint32_t scope)
{
    tb_pack_key(packer, "scopes");
    tb_pack_array(packer, scope ? 1 : 0);
    if (scope == 0)
        return;
    tb_pack_map(packer, 2);
    tb_pack_key(packer, "allow");
    tb_pack_array(packer, 1);
    tb_pack_uint(packer, scope);
    tb_pack_key(packer, "deny");
    tb_pack_array(packer, 0);
}

void bench_digest(const struct bench_policy *policy, uint8_t ret_digest[static TB_DIGEST_SIZE])
{
    memset(ret_digest, 7, TB_DIGEST_SIZE);
    memcpy(ret_digest, policy, sizeof *policy);
}

static void pack_commands(struct tb_packer *packer, const struct bench_policy *policy)
{
    static const char *const names[BENCH_COMMANDS] = {"echo", "nothing", "twin"};
    uint32_t n = 0;
    for (uint32_t i = 0; i < BENCH_COMMANDS; i++)
        n += policy->commands >> i & 1;
    tb_pack_key(packer, "commands");
    tb_pack_array(packer, n);
    for (uint32_t i = 0; i < BENCH_COMMANDS; i++)
        if (policy->commands >> i & 1)
            pack_command(packer, names[i], i != 1, i != 1 && policy->scope, policy->pool);
}

static void pack_grant(struct tb_packer *packer, const struct bench_policy *policy)
{
    uint8_t digest[TB_DIGEST_SIZE];
    bench_digest(policy, digest);
    tb_pack_map(packer, 11);
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
    pack_commands(packer, policy);
    tb_pack_key(packer, "plugins");
    tb_pack_array(packer, 1);
    pack_plugin(packer, policy->memory_mib);
    pack_scopes(packer, policy->scope);
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
