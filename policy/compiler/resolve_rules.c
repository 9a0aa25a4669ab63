/* Which rules are for a view. The broker gets those alone, and for each command which of them: it
 * matches no glob and no origin. */
#include "policy/compiler/command_pattern.h"
#include "policy/compiler/label.h"
#include "policy/compiler/resolve.h"

/* A pattern of URLs may be of any origin that a rule names: what is asked about as a whole is shown
 * with every rule that could hold in it. */
static bool origin_matches(struct tb_arena *arena, const struct tb_snap_rule *rule,
                           const struct tb_request *request, const struct tb_origin *origin)
{
    if (rule->origin.n == 0 || tb_bytes_are(rule->origin, "*"))
        return true;
    if (request->pattern.n > 0)
        return !tb_bytes_are(rule->origin, "local");
    if (tb_bytes_are(rule->origin, "local") || !origin->remote)
        return tb_bytes_are(rule->origin, "local") && origin->local;
    return tb_bytes_equal(tb_url_origin(arena, &origin->url), rule->origin);
}

static bool view_matches(const struct tb_snap_rule *rule, struct tb_bytes view)
{
    return rule->view.n == 0 || tb_label_glob_matches(rule->view, view);
}

static void add_rule(struct tb_arena *arena, const struct tb_snap_rule *rule,
                     struct tb_resolved *resolved)
{
    uint32_t index = (uint32_t)resolved->n_rules;
    bool matched = false;
    for (size_t i = 0; i < resolved->n_commands; i++) {
        struct tb_resolved_command *command = &resolved->commands[i];
        if (!tb_command_pattern_matches(rule->command, command->command->name))
            continue;
        command->rules =
            tb_arena_grow(arena, command->rules, command->n_rules, sizeof *command->rules);
        command->rules[command->n_rules++] = index;
        command->may_ask = command->may_ask || rule->asks;
        matched = true;
    }
    if (matched)
        resolved->rules[resolved->n_rules++] = rule;
}

void tb_resolve_rules(struct tb_arena *arena, const struct tb_snapshot *snapshot,
                      const struct tb_request *request, struct tb_resolved *resolved)
{
    const struct tb_origin origin = tb_origin_read(arena, request->origin);
    resolved->rules = tb_arena_get(arena, snapshot->n_rules + 1, sizeof(void *));
    for (size_t i = 0; i < resolved->n_commands; i++) {
        struct tb_resolved_command *command = &resolved->commands[i];
        command->may_ask = command->command->ask;
        resolved->hooked = resolved->hooked || command->command->hook;
    }
    for (size_t i = 0; i < snapshot->n_rules; i++)
        if (view_matches(&snapshot->rules[i], request->view) &&
            origin_matches(arena, &snapshot->rules[i], request, &origin))
            add_rule(arena, &snapshot->rules[i], resolved);
}
