#include "policy/compiler/grant_filters.h"

#include "base/wire.h"

#include <sodium.h>

/* ---- of a command ---- */

static const struct {
    const char *name;
    enum tb_limit_key key;
} rates[] = {
    {"calls_per_s", TB_LIMIT_CALLS_PER_S},
    {"burst", TB_LIMIT_BURST},
    {"bytes_in", TB_LIMIT_BYTES_IN},
    {"bytes_out", TB_LIMIT_BYTES_OUT},
};

size_t tb_grant_filters_count(const struct tb_resolved_command *command)
{
    const struct tb_snap_command *source = command->command;
    size_t n = (size_t)source->hook + source->ask + source->tripwire + (command->n_rules > 0) +
               (source->schema != NULL) + 2u * command->may_ask;
    for (size_t i = 0; i < TB_ARRAY_LEN(rates); i++)
        n += source->limits[rates[i].key] != 0;
    return n;
}

static void hash_part(crypto_generichash_state *state, struct tb_bytes part)
{
    uint8_t length[4];
    tb_store_u32(length, (uint32_t)part.n);
    crypto_generichash_update(state, length, sizeof length);
    crypto_generichash_update(state, part.data, part.n);
}

/* The command's scope as the grant holds it; nothing where it has none. */
static bool pack_scope(const struct tb_resolved *resolved, uint32_t scope, struct tb_buffer *out)
{
    struct tb_packer packer;
    tb_packer_init(&packer, out);
    if (scope == TB_NO_INDEX)
        return true;
    tb_pack_map(&packer, 2);
    tb_pack_key(&packer, "allow");
    tb_scope_side_pack(&packer, &resolved->scopes[scope], false);
    tb_pack_key(&packer, "deny");
    tb_scope_side_pack(&packer, &resolved->scopes[scope], true);
    return !packer.failed;
}

/* What a remembered answer is for: this command of this app at this origin, with this scope, under
 * this policy. When one of them changes, nobody has been asked. */
static void pack_ask_key(const struct tb_grant_parts *parts,
                         const struct tb_resolved_command *command)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer scope;
    crypto_generichash_state state;
    uint8_t key[TB_ASK_KEY_SIZE];
    tb_buffer_init(&scope, TB_GRANT_MAX);
    parts->packer->failed =
        parts->packer->failed || !pack_scope(parts->resolved, command->scope, &scope);
    crypto_generichash_init(&state, NULL, 0, sizeof key);
    hash_part(&state, parts->snapshot->app);
    hash_part(&state, parts->request->origin);
    hash_part(&state, command->command->name);
    hash_part(&state, tb_buffer_bytes(&scope));
    hash_part(&state, tb_bytes_of(parts->snapshot->digest, sizeof parts->snapshot->digest));
    crypto_generichash_final(&state, key, sizeof key);
    tb_pack_key(parts->packer, "ask_key");
    tb_pack_bin(parts->packer, tb_bytes_of(key, sizeof key));
}

static void pack_rules_of(struct tb_packer *packer, const struct tb_resolved_command *command)
{
    uint8_t indexes[TB_FILTER_RULES_MAX];
    if (command->n_rules == 0)
        return;
    for (size_t i = 0; i < command->n_rules; i++)
        indexes[i] = (uint8_t)command->rules[i];
    tb_pack_key(packer, "rules");
    tb_pack_bin(packer, tb_bytes_of(indexes, command->n_rules));
}

void tb_grant_filters_pack(const struct tb_grant_parts *parts,
                           const struct tb_resolved_command *command)
{
    struct tb_packer *packer = parts->packer;
    const struct tb_snap_command *source = command->command;
    for (size_t i = 0; i < TB_ARRAY_LEN(rates); i++)
        if (source->limits[rates[i].key] != 0)
            tb_pack_key_uint(packer, rates[i].name, source->limits[rates[i].key]);
    if (source->hook)
        tb_pack_key_bool(packer, "hook", true);
    if (source->ask)
        tb_pack_key_bool(packer, "ask", true);
    if (source->tripwire)
        tb_pack_key_bool(packer, "tripwire", true);
    pack_rules_of(packer, command);
    if (source->schema) {
        tb_pack_key(packer, "schema");
        tb_pack_object(packer, source->schema);
    }
    if (command->may_ask) {
        pack_ask_key(parts, command);
        tb_pack_key_uint(packer, "remember_days", parts->snapshot->remember_days);
    }
}

/* ---- of the grant ---- */

size_t tb_grant_rules_count(const struct tb_grant_parts *parts)
{
    return (size_t)parts->resolved->hooked + (parts->resolved->n_rules > 0) +
           (parts->snapshot->tripwires->via.array.size > 0);
}

static void pack_hook(struct tb_packer *packer, const struct tb_snap_hook *hook)
{
    tb_pack_key(packer, "hook");
    tb_pack_map(packer, 4);
    tb_pack_key_str(packer, "file", hook->file);
    tb_pack_key(packer, "text");
    tb_pack_bin(packer, hook->text);
    tb_pack_key_uint(packer, "time_ms", hook->time_ms);
    tb_pack_key_uint(packer, "memory_mib", hook->memory_mib);
}

void tb_grant_rules_pack(const struct tb_grant_parts *parts)
{
    struct tb_packer *packer = parts->packer;
    const struct tb_resolved *resolved = parts->resolved;
    if (resolved->hooked)
        pack_hook(packer, &parts->snapshot->hook);
    if (resolved->n_rules > 0) {
        tb_pack_key(packer, "rules");
        tb_pack_array(packer, resolved->n_rules);
        for (size_t i = 0; i < resolved->n_rules; i++)
            tb_pack_object(packer, resolved->rules[i]->rule);
    }
    if (parts->snapshot->tripwires->via.array.size > 0) {
        tb_pack_key(packer, "tripwires");
        tb_pack_object(packer, parts->snapshot->tripwires);
    }
}
