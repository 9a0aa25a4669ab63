#include "policy/compiler/snapshot_filters.h"

#include "base/result.h"
#include "policy/compiler/command_pattern.h"
#include "policy/compiler/manifest.h"
#include "proto/hook.h"

#include <stdlib.h>

/* ---- writing ---- */

static void pack_hook(struct tb_packer *packer, const struct tb_hook *hook)
{
    bool there = hook->file.n > 0;
    tb_pack_key(packer, "hook");
    tb_pack_map(packer, there ? 4 : 0);
    if (!there)
        return;
    tb_pack_key_str(packer, "file", hook->file);
    tb_pack_key(packer, "text");
    tb_pack_bin(packer, hook->text);
    tb_pack_key_uint(packer, "time_ms", hook->time_ms);
    tb_pack_key_uint(packer, "memory_mib", hook->memory_mib);
}

static void pack_rule(struct tb_packer *packer, const struct tb_rule_source *rule)
{
    tb_pack_map(packer, 5);
    tb_pack_key_str(packer, "command", tb_value_text(rule->command));
    tb_pack_key_str(packer, "view", tb_value_text(rule->view));
    tb_pack_key_str(packer, "origin", tb_value_text(rule->origin));
    tb_pack_key_bool(packer, "asks", rule->then == TB_THEN_ASK);
    tb_pack_key(packer, "rule");
    packer->failed = packer->failed || !tb_buffer_append(packer->out, rule->compiled);
}

static int compare_names(const void *a, const void *b)
{
    return tb_bytes_compare(*(const struct tb_bytes *)a, *(const struct tb_bytes *)b);
}

static void pack_tripwires(const struct tb_policy *policy, struct tb_packer *packer)
{
    struct tb_bytes *names = NULL;
    size_t n = 0;
    const struct tb_detail *detail = policy->manifest.details;
    for (; detail; detail = detail->next) {
        if (!detail->tripwire)
            continue;
        names = tb_arena_grow(policy->arena, names, n, sizeof *names);
        names[n++] = detail->command;
    }
    if (n > 0)
        qsort(names, n, sizeof *names, compare_names);
    tb_pack_key(packer, "tripwires");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        tb_pack_str(packer, names[i]);
}

void tb_snapshot_filters_pack(const struct tb_policy *policy, struct tb_packer *packer)
{
    const struct tb_manifest *manifest = &policy->manifest;
    pack_hook(packer, &manifest->hook);
    tb_pack_key(packer, "rules");
    tb_pack_array(packer, manifest->n_rules);
    for (size_t i = 0; i < manifest->n_rules; i++)
        pack_rule(packer, &manifest->rules[i]);
    pack_tripwires(policy, packer);
    tb_pack_key_uint(packer, "remember_days", manifest->remember_days);
}

/* ---- reading ---- */

static int read_hook(const msgpack_object *map, struct tb_snap_hook *hook)
{
    const struct tb_field fields[] = {
        {"file", TB_STR, &hook->file, TB_HOOK_FILE_MAX, NULL},
        {"text", TB_BIN, &hook->text, TB_HOOK_TEXT_MAX, NULL},
        {"time_ms", TB_UINT, &hook->time_ms, TB_HOOK_TIME_MS_MAX, NULL},
        {"memory_mib", TB_UINT, &hook->memory_mib, TB_HOOK_MEMORY_MIB_MAX, NULL},
    };
    if (map->via.map.size == 0)
        return TB_OK;
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    return hook->file.n > 0 && hook->text.n > 0 && hook->time_ms > 0 && hook->memory_mib > 0
               ? TB_OK
               : TB_MALFORMED;
}

static int read_rule(const msgpack_object *map, struct tb_snap_rule *rule)
{
    const struct tb_field fields[] = {
        {"command", TB_STR, &rule->command, TB_COMMAND_MAX, NULL},
        {"view", TB_STR, &rule->view, 0, NULL},
        {"origin", TB_STR, &rule->origin, TB_ORIGIN_MAX, NULL},
        {"asks", TB_BOOL, &rule->asks, 0, NULL},
        {"rule", TB_ANY, &rule->rule, 0, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    return rule->command.n == 0 || tb_command_pattern_valid(rule->command) ? TB_OK : TB_MALFORMED;
}

static int read_rules(struct tb_arena *arena, const msgpack_object *array,
                      struct tb_snapshot *snapshot)
{
    snapshot->rules =
        tb_arena_get(arena, (size_t)array->via.array.size + 1, sizeof *snapshot->rules);
    snapshot->n_rules = array->via.array.size;
    int r = TB_OK;
    for (size_t i = 0; r == TB_OK && i < snapshot->n_rules; i++)
        r = read_rule(&array->via.array.ptr[i], &snapshot->rules[i]);
    return r;
}

static bool names_sorted(const msgpack_object *array)
{
    for (uint32_t i = 0; i < array->via.array.size; i++) {
        const msgpack_object *name = &array->via.array.ptr[i];
        if (name->type != MSGPACK_OBJECT_STR || !tb_command_valid(tb_object_bytes(name)) ||
            (i > 0 && tb_bytes_compare(tb_object_bytes(name - 1), tb_object_bytes(name)) >= 0))
            return false;
    }
    return true;
}

static bool hooks_without_one(const struct tb_snapshot *snapshot)
{
    for (size_t i = 0; snapshot->hook.file.n == 0 && i < snapshot->n_commands; i++)
        if (snapshot->commands[i].hook)
            return true;
    return false;
}

int tb_snapshot_filters_read(struct tb_arena *arena, const struct tb_snapshot_filters *filters,
                             struct tb_snapshot *snapshot)
{
    if (!names_sorted(filters->tripwires))
        return TB_MALFORMED;
    snapshot->tripwires = filters->tripwires;
    snapshot->remember_days = filters->remember_days;
    int r = read_hook(filters->hook, &snapshot->hook);
    if (r == TB_OK)
        r = read_rules(arena, filters->rules, snapshot);
    return r == TB_OK && hooks_without_one(snapshot) ? TB_MALFORMED : r;
}
