#include "policy/compiler/view_policy.h"

static bool matches_all(const struct tb_value *globs)
{
    return tb_value_holds(globs, tb_bytes_of_string("*")) ||
           tb_value_holds(globs, tb_bytes_of_string("**"));
}

struct tb_bytes tb_view_plugin_of(const struct tb_snapshot *snapshot,
                                  const struct tb_snap_command *command)
{
    static const struct tb_bytes none = {NULL, 0};
    return command->plugin == TB_NO_INDEX ? none : snapshot->plugins[command->plugin].name;
}

/* Scopes share lists, and to read URL patterns takes time: each list once. */
static const struct tb_risk_reach *reach_of(const struct tb_policy *policy, struct tb_table *known,
                                            const struct tb_value *list)
{
    static const struct tb_bytes unnamed = {NULL, 0};
    struct tb_risk_reach *reach = tb_table_find_of(known, list, unnamed);
    if (reach)
        return reach;
    reach = TB_NEW(policy->arena, struct tb_risk_reach);
    for (const struct tb_value *item = list->child; item; item = item->next)
        tb_risk_reach_add(&policy->manifest, reach, item);
    tb_table_put_of(policy->arena, known, list, unnamed, reach);
    return reach;
}

static struct tb_risk_reach *reaches_of(const struct tb_policy *policy,
                                        const struct tb_scopes *scopes)
{
    struct tb_risk_reach *reaches = tb_arena_get(policy->arena, scopes->n + 1, sizeof *reaches);
    struct tb_table known = {0};
    for (size_t i = 0; i < 2 * scopes->n; i++) {
        const struct tb_value *list = scopes->items[i / 2]->lists.allow[i % 2];
        if (list)
            tb_risk_reach_join(&reaches[i / 2], reach_of(policy, &known, list));
    }
    return reaches;
}

struct tb_view_policy tb_view_policy_of(const struct tb_policy *whole,
                                        const struct tb_compiled *compiled,
                                        const struct tb_snapshot *snapshot)
{
    struct tb_arena *arena = whole->arena;
    struct tb_view_policy policy = {.compiled = compiled, .snapshot = *snapshot};
    policy.in_tauri = *snapshot;
    policy.in_tauri.mode = TB_TAURI;
    policy.reaches = reaches_of(whole, &compiled->scopes);
    policy.rows = tb_arena_get(arena, snapshot->n_commands + 1, sizeof(void *));
    policy.every_window = tb_arena_get(arena, compiled->n_capabilities + 1, sizeof(bool));
    for (size_t i = 0; i < snapshot->n_commands; i++)
        policy.rows[i] = tb_risk_row_of(tb_view_plugin_of(snapshot, &snapshot->commands[i]),
                                        snapshot->commands[i].local);
    for (size_t i = 0; i < compiled->n_capabilities; i++) {
        const struct tb_capability *source = compiled->capabilities[i].source;
        policy.every_window[i] = matches_all(source->windows) || matches_all(source->webviews);
    }
    policy.filters = tb_filters_of(whole, snapshot);
    return policy;
}
