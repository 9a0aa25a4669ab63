#include "policy/compiler/filters.h"

#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/manifest.h"

#include <sodium.h>

struct work {
    const struct tb_policy *policy;
    struct tb_filters *filters;
    struct tb_table limits; /* by their bytes: many commands have the same */
};

/* ---- items ---- */

/* Writes what stands under `value`. */
typedef void pack_value(struct tb_packer *packer, const void *value);

static void pack_table(struct tb_packer *packer, const void *value)
{
    tb_value_pack(packer, value);
}

static void pack_hook(struct tb_packer *packer, const void *value)
{
    const struct tb_hook *hook = value;
    uint8_t digest[TB_DIGEST_SIZE];
    char hex[2 * TB_DIGEST_SIZE + 1];
    crypto_generichash(digest, sizeof digest, hook->text.data, hook->text.n, NULL, 0);
    tb_hex(digest, sizeof digest, hex);
    tb_pack_map(packer, 4);
    tb_pack_key_str(packer, "file", hook->file);
    tb_pack_key_text(packer, "digest", hex);
    tb_pack_key_uint(packer, "time_ms", hook->time_ms);
    tb_pack_key_uint(packer, "memory_mib", hook->memory_mib);
}

static void pack_ask(struct tb_packer *packer, const void *value)
{
    const struct tb_manifest *manifest = value;
    tb_pack_map(packer, 1);
    tb_pack_key_uint(packer, "remember_days", manifest->remember_days);
}

static void pack_tripwire(struct tb_packer *packer, const void *value)
{
    (void)value;
    tb_pack_bool(packer, true);
}

static void pack_private(struct tb_packer *packer, const void *value)
{
    tb_pack_map(packer, 1);
    tb_value_pack_list(packer, "record", value);
}

/* A value that is too large to be shown is shown as nothing. */
static struct tb_bytes copy_of(const struct tb_policy *policy, const struct tb_packer *packer)
{
    static const uint8_t nil = 0xc0;
    return tb_arena_copy(policy->arena,
                         packer->failed ? tb_bytes_of(&nil, 1) : tb_buffer_bytes(packer->out));
}

static struct tb_bytes item(const struct tb_policy *policy, const char *kind, struct tb_place place,
                            pack_value *pack, const void *value)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, TB_GRANT_MAX);
    tb_packer_init(&packer, &out);
    tb_pack_map(&packer, 4);
    tb_pack_key_text(&packer, "kind", kind);
    tb_pack_key(&packer, "value");
    pack(&packer, value);
    tb_pack_key_text(&packer, "file", place.file);
    tb_pack_key_uint(&packer, "line", place.line);
    return copy_of(policy, &packer);
}

static uint32_t add(struct work *work, struct tb_bytes made)
{
    struct tb_filters *filters = work->filters;
    filters->items = tb_arena_grow(work->policy->arena, filters->items, filters->n_items,
                                   sizeof *filters->items);
    filters->items[filters->n_items] = made;
    return (uint32_t)filters->n_items++;
}

struct tb_bytes tb_filters_tripwire(const struct tb_policy *policy, const struct tb_detail *detail)
{
    return item(policy, "tripwire", detail->place, pack_tripwire, NULL);
}

/* ---- of each command ---- */

static uint32_t add_limits(struct work *work, const uint64_t limits[static TB_N_LIMIT_KEYS])
{
    static const char *const keys[TB_N_LIMIT_KEYS] = {
        [TB_LIMIT_CALLS_PER_S] = "calls_per_s", [TB_LIMIT_BURST] = "burst",
        [TB_LIMIT_IN_FLIGHT] = "in_flight",     [TB_LIMIT_BYTES_IN] = "bytes_in",
        [TB_LIMIT_BYTES_OUT] = "bytes_out",     [TB_LIMIT_DEADLINE_MS] = "deadline_ms",
    };
    struct tb_filters *filters = work->filters;
    struct tb_arena *arena = work->policy->arena;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, 1024);
    tb_packer_init(&packer, &out);
    tb_pack_map(&packer, TB_N_LIMIT_KEYS);
    for (size_t i = 0; i < TB_N_LIMIT_KEYS; i++)
        tb_pack_key_uint(&packer, keys[i], limits[i]);
    const uint32_t *known = tb_table_find(&work->limits, tb_buffer_bytes(&out));
    if (known)
        return *known;
    uint32_t *index = TB_NEW(arena, uint32_t);
    *index = (uint32_t)filters->n_limits;
    filters->limits =
        tb_arena_grow(arena, filters->limits, filters->n_limits, sizeof *filters->limits);
    filters->limits[filters->n_limits++] = copy_of(work->policy, &packer);
    tb_table_put(arena, &work->limits, filters->limits[*index], index);
    return *index;
}

/* Of each plugin whose arguments are secrets: what its plugin.toml says of them. */
static uint32_t *add_privates(struct work *work, const struct tb_snapshot *snapshot)
{
    const struct tb_policy *policy = work->policy;
    uint32_t *items = tb_arena_get(policy->arena, snapshot->n_plugins + 1, sizeof *items);
    for (size_t i = 0; i < snapshot->n_plugins; i++) {
        const struct tb_plugin *plugin =
            tb_table_find(&policy->plugin_of, snapshot->plugins[i].name);
        const struct tb_value *record = plugin ? plugin->record : NULL;
        items[i] = record ? add(work, item(policy, "private", record->place, pack_private, record))
                          : TB_NO_INDEX;
    }
    return items;
}

/* What several commands share. */
struct shared {
    uint32_t hook;
    const uint32_t *privates; /* by plugin */
};

static void add_command(struct work *work, const struct tb_snap_command *command, uint32_t index,
                        const struct shared *shared)
{
    const struct tb_policy *policy = work->policy;
    const struct tb_detail *detail = tb_manifest_detail(&policy->manifest, command->name);
    struct tb_filters_own *own = &work->filters->own_of[index];
    work->filters->limits_of[index] = add_limits(work, command->limits);
    if (detail->schema)
        own->before[own->n_before++] =
            add(work, item(policy, "schema", detail->schema->place, pack_table, detail->schema));
    if (command->hook)
        own->before[own->n_before++] = shared->hook;
    if (detail->ask)
        own->after[own->n_after++] =
            add(work, item(policy, "ask", detail->place, pack_ask, &policy->manifest));
    if (detail->tripwire)
        own->after[own->n_after++] = add(work, tb_filters_tripwire(policy, detail));
    uint32_t hidden =
        command->plugin == TB_NO_INDEX ? TB_NO_INDEX : shared->privates[command->plugin];
    if (hidden != TB_NO_INDEX)
        own->after[own->n_after++] = hidden;
}

struct tb_filters tb_filters_of(const struct tb_policy *policy, const struct tb_snapshot *snapshot)
{
    const struct tb_manifest *manifest = &policy->manifest;
    const struct tb_hook *hook = &manifest->hook;
    struct tb_filters filters = {0};
    struct work work = {policy, &filters, {0}};
    struct shared shared = {.hook = TB_NO_INDEX};
    size_t n = snapshot->n_commands + 1;
    filters.own_of = tb_arena_get(policy->arena, n, sizeof *filters.own_of);
    filters.limits_of = tb_arena_get(policy->arena, n, sizeof *filters.limits_of);
    const struct tb_value *rule = manifest->rule_list ? manifest->rule_list->child : NULL;
    for (; rule; rule = rule->next)
        add(&work, item(policy, "rule", rule->place, pack_table, rule));
    if (hook->file.n > 0)
        shared.hook = add(&work, item(policy, "hook", hook->place, pack_hook, hook));
    shared.privates = add_privates(&work, snapshot);
    for (uint32_t i = 0; i < snapshot->n_commands; i++)
        add_command(&work, &snapshot->commands[i], i, &shared);
    return filters;
}

const uint32_t *tb_filters_at(const struct tb_filters *filters, struct tb_arena *arena,
                              const struct tb_snapshot *snapshot,
                              const struct tb_resolved *resolved,
                              const struct tb_resolved_command *command, size_t *ret_n)
{
    const struct tb_filters_own *own = &filters->own_of[command->command - snapshot->commands];
    size_t most = own->n_before + command->n_rules + own->n_after + 1;
    uint32_t *items = tb_arena_get(arena, most, sizeof *items);
    size_t n = 0;
    for (size_t i = 0; i < own->n_before; i++)
        items[n++] = own->before[i];
    for (size_t i = 0; i < command->n_rules; i++)
        items[n++] = (uint32_t)(resolved->rules[command->rules[i]] - snapshot->rules);
    for (size_t i = 0; i < own->n_after; i++)
        items[n++] = own->after[i];
    *ret_n = n;
    return items;
}
