#include "policy/compiler/view_body.h"

#include "base/result.h"
#include "policy/compiler/data/value_pack.h"

struct work {
    struct tb_arena *scratch;
    const struct tb_view_policy *policy;
    const struct tb_request *request;
    struct tb_resolved resolved;
    struct tb_resolved tauri;
    struct tb_packer *packer;
    size_t *seen; /* by scope: the last turn in which it was ours */
    size_t turn;
};

/* ---- rules ---- */

static size_t capability_of(const struct work *work, const struct tb_resolved_rule *rule)
{
    /* Both snapshots have the same capabilities. */
    return (size_t)(rule->capability - work->policy->snapshot.capabilities);
}

enum { RULE_KEYS = 5 };

static void pack_rule(struct work *work, const struct tb_resolved_rule *rule)
{
    const struct tb_compiled_capability *capability =
        &work->policy->compiled->capabilities[capability_of(work, rule)];
    tb_pack_key_str(work->packer, "entry", capability->entries[rule->entry].identifier);
    tb_pack_key_str(work->packer, "capability", rule->capability->identifier);
    tb_pack_key_str(work->packer, "permission", rule->permission);
    tb_pack_key_str(work->packer, "file", rule->capability->file);
    tb_pack_key_uint(work->packer, "line", rule->line);
}

static void pack_denied(struct work *work, const char *key, const struct tb_resolved_denied *denied,
                        size_t n)
{
    tb_pack_key(work->packer, key);
    tb_pack_array(work->packer, n);
    for (size_t i = 0; i < n && !work->packer->failed; i++) {
        tb_pack_map(work->packer, 1 + RULE_KEYS);
        tb_pack_key_str(work->packer, "name", denied[i].name);
        pack_rule(work, &denied[i].rule);
    }
}

static void pack_filters(struct work *work, const struct tb_resolved_command *command)
{
    struct tb_packer *packer = work->packer;
    const struct tb_snapshot *snapshot = &work->policy->snapshot;
    const struct tb_filters *filters = &work->policy->filters;
    size_t n;
    const uint32_t *items =
        tb_filters_at(filters, work->scratch, snapshot, &work->resolved, command, &n);
    tb_pack_key_uint(packer, "limits", filters->limits_of[command->command - snapshot->commands]);
    tb_pack_key(packer, "filters");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        tb_pack_uint(packer, items[i]);
}

static void pack_command(struct work *work, const struct tb_resolved_command *command)
{
    struct tb_packer *packer = work->packer;
    tb_pack_map(packer, 5 + RULE_KEYS + (command->scope != TB_NO_INDEX));
    tb_pack_key_str(packer, "name", command->command->name);
    tb_pack_key_str(packer, "plugin", tb_view_plugin_of(&work->policy->snapshot, command->command));
    tb_pack_key_bool(packer, "implemented", tb_snap_answered(command->command));
    pack_rule(work, &command->rule);
    if (command->scope != TB_NO_INDEX)
        tb_pack_key_uint(packer, "scope", command->scope);
    pack_filters(work, command);
}

static void pack_commands(struct work *work)
{
    tb_pack_key(work->packer, "commands");
    tb_pack_array(work->packer, work->resolved.n_commands);
    for (size_t i = 0; i < work->resolved.n_commands && !work->packer->failed; i++)
        pack_command(work, &work->resolved.commands[i]);
}

/* ---- scopes ---- */

static size_t index_of(const struct work *work, const struct tb_scope_part *part)
{
    return (size_t)(part->scope - work->policy->snapshot.scopes);
}

static const struct tb_scope_lists *lists_of(const struct work *work,
                                             const struct tb_scope_part *part)
{
    return &work->policy->compiled->scopes.items[index_of(work, part)]->lists;
}

/* Once to count and once to write: the length comes first. */
static void pack_side(struct work *work, const struct tb_resolved_scope *scope, bool deny)
{
    size_t n = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        if (pass == 1) {
            tb_pack_key(work->packer, deny ? "deny" : "allow");
            tb_pack_array(work->packer, n);
        }
        for (size_t i = 0; i < 2 * scope->n && !work->packer->failed; i++) {
            const struct tb_scope_part *part = &scope->parts[i / 2];
            const struct tb_scope_lists *lists = lists_of(work, part);
            const struct tb_value *list = deny ? lists->deny[i % 2] : lists->allow[i % 2];
            if (!list || (!deny && part->deny_only))
                continue;
            n += list->n;
            for (const struct tb_value *item = list->child; pass == 1 && item; item = item->next)
                tb_value_pack(work->packer, item);
        }
    }
}

static void pack_scopes(struct work *work)
{
    tb_pack_key(work->packer, "scopes");
    tb_pack_array(work->packer, work->resolved.n_scopes);
    for (size_t i = 0; i < work->resolved.n_scopes && !work->packer->failed; i++) {
        tb_pack_map(work->packer, 2);
        pack_side(work, &work->resolved.scopes[i], false);
        pack_side(work, &work->resolved.scopes[i], true);
    }
}

/* ---- risk ---- */

static void add_reach(const struct work *work, const struct tb_resolved_scope *scope,
                      struct tb_risk_reach *reach)
{
    for (size_t i = 0; i < scope->n; i++)
        if (!scope->parts[i].deny_only)
            tb_risk_reach_join(reach, &work->policy->reaches[index_of(work, &scope->parts[i])]);
}

static const struct tb_plugin *plugin_for(const struct work *work,
                                          const struct tb_snap_command *command)
{
    return command->plugin == TB_NO_INDEX ? NULL : work->policy->compiled->plugins[command->plugin];
}

static struct tb_risk risk_of(const struct work *work, const struct tb_resolved_command *command,
                              const struct tb_risk_reach *reaches)
{
    static const struct tb_risk_reach nothing = {.scoped = false};
    const struct tb_snapshot *snapshot = &work->policy->snapshot;
    const struct tb_snap_command *source = command->command;
    const struct tb_plugin *plugin = plugin_for(work, source);
    bool takes = plugin && source->implemented && plugin->scope == TB_SCOPE_OPAQUE;
    const struct tb_risk_reach *reach =
        command->scope == TB_NO_INDEX ? &nothing : &reaches[command->scope];
    return tb_risk_of(work->policy->rows[source - snapshot->commands], reach,
                      takes && !reach->scoped, work->request->pattern.n > 0);
}

static void add_sandbox(const struct work *work, size_t i, struct tb_risk_view *view)
{
    const struct tb_snap_command *command = work->resolved.commands[i].command;
    const struct tb_plugin *plugin = plugin_for(work, command);
    if (!plugin || !command->implemented)
        return;
    struct tb_risk risks[TB_RISK_SANDBOX_MAX];
    size_t n =
        tb_risk_of_sandbox(&plugin->sandbox, plugin->secrets, work->request->pattern.n > 0, risks);
    for (size_t k = 0; k < n; k++)
        tb_risk_view_add(view, i, &risks[k]);
}

static void weigh(struct work *work, struct tb_risk_view *view)
{
    const struct tb_resolved *resolved = &work->resolved;
    struct tb_risk_context context = {
        .remote = work->request->pattern.n > 0,
        .any_origin = tb_risk_any_host(work->request->pattern),
    };
    struct tb_risk_reach *reaches =
        tb_arena_get(work->scratch, resolved->n_scopes + 1, sizeof *reaches);
    for (size_t i = 0; i < resolved->n_scopes; i++)
        add_reach(work, &resolved->scopes[i], &reaches[i]);
    for (size_t i = 0; i < resolved->n_commands; i++) {
        const struct tb_resolved_command *command = &resolved->commands[i];
        const struct tb_risk risk = risk_of(work, command, reaches);
        tb_risk_view_add(view, i, &risk);
        add_sandbox(work, i, view);
        context.every_window =
            context.every_window || work->policy->every_window[capability_of(work, &command->rule)];
    }
    tb_risk_view_end(view, &context);
}

static void pack_reason(struct work *work, const struct tb_risk_item *item)
{
    struct tb_packer *packer = work->packer;
    tb_pack_map(packer, item->n > 0 ? 4 : 2);
    tb_pack_key_uint(packer, "points", item->risk.points);
    tb_pack_key_text(packer, "reason", item->risk.reason);
    if (item->n == 0)
        return;
    tb_pack_key_uint(packer, "command", item->command);
    tb_pack_key_uint(packer, "n", item->n);
}

static void pack_risk(struct work *work)
{
    struct tb_risk_view view = {.n = 0};
    weigh(work, &view);
    tb_pack_key_uint(work->packer, "score", view.score);
    tb_pack_key(work->packer, "reasons");
    tb_pack_array(work->packer, view.n);
    for (size_t i = 0; i < view.n; i++)
        pack_reason(work, &view.items[i]);
}

/* ---- what mode tauri would make of it ---- */

/* The commands of `from` that are not in `than`; both are sorted. */
static struct tb_resolved_denied *more_commands(struct work *work, const struct tb_resolved *from,
                                                const struct tb_resolved *than, size_t *ret_n)
{
    struct tb_resolved_denied *found =
        tb_arena_get(work->scratch, from->n_commands + 1, sizeof *found);
    size_t n = 0;
    size_t at = 0;
    for (size_t i = 0; i < from->n_commands; i++) {
        struct tb_bytes name = from->commands[i].command->name;
        while (at < than->n_commands &&
               tb_bytes_compare(than->commands[at].command->name, name) < 0)
            at++;
        if (at == than->n_commands || !tb_bytes_equal(than->commands[at].command->name, name))
            found[n++] = (struct tb_resolved_denied){name, from->commands[i].rule};
    }
    *ret_n = n;
    return found;
}

struct wider {
    const struct tb_snap_command *command;
    struct tb_resolved_scope more;
    size_t n; /* commands */
};

/* What `theirs` allows and `ours` does not. */
static struct tb_resolved_scope more_scope(struct work *work, const struct tb_resolved_scope *ours,
                                           const struct tb_resolved_scope *theirs)
{
    struct tb_resolved_scope more = {tb_arena_get(work->scratch, theirs->n + 1, sizeof *more.parts),
                                     0};
    work->turn++;
    for (size_t i = 0; i < ours->n; i++)
        if (!ours->parts[i].deny_only)
            work->seen[index_of(work, &ours->parts[i])] = work->turn;
    for (size_t i = 0; i < theirs->n; i++) {
        const struct tb_scope_lists *lists = lists_of(work, &theirs->parts[i]);
        bool allows = !theirs->parts[i].deny_only && tb_scope_any(lists->allow);
        if (allows && work->seen[index_of(work, &theirs->parts[i])] != work->turn)
            more.parts[more.n++] = theirs->parts[i];
    }
    return more;
}

static const struct tb_resolved_scope *scope_at(const struct tb_resolved *resolved, uint32_t index)
{
    static const struct tb_resolved_scope nothing = {NULL, 0};
    return index == TB_NO_INDEX ? &nothing : &resolved->scopes[index];
}

struct wider_list {
    struct wider *items;
    size_t n;
    struct tb_table by_scopes;
};

static void add_wider(struct work *work, struct wider_list *list,
                      const struct tb_resolved_command *ours,
                      const struct tb_resolved_command *theirs)
{
    uint32_t *key = tb_arena_get(work->scratch, 2, sizeof *key);
    key[0] = ours->scope;
    key[1] = theirs->scope;
    struct tb_bytes name = tb_bytes_of(key, 2 * sizeof *key);
    size_t *place = tb_table_find(&list->by_scopes, name);
    if (place) {
        list->items[*place].n++;
        return;
    }
    place = TB_NEW(work->scratch, size_t);
    *place = list->n;
    tb_table_put(work->scratch, &list->by_scopes, name, place);
    list->items = tb_arena_grow(work->scratch, list->items, list->n, sizeof *list->items);
    list->items[list->n++] = (struct wider){ours->command,
                                            more_scope(work, scope_at(&work->resolved, ours->scope),
                                                       scope_at(&work->tauri, theirs->scope)),
                                            1};
}

/* For commands that both give; those that are bound by the same are one item. */
static struct wider_list wider_scopes(struct work *work)
{
    struct wider_list list = {.n = 0};
    size_t at = 0;
    for (size_t i = 0; i < work->resolved.n_commands; i++) {
        const struct tb_resolved_command *ours = &work->resolved.commands[i];
        while (at < work->tauri.n_commands &&
               tb_bytes_compare(work->tauri.commands[at].command->name, ours->command->name) < 0)
            at++;
        if (at < work->tauri.n_commands &&
            tb_bytes_equal(work->tauri.commands[at].command->name, ours->command->name))
            add_wider(work, &list, ours, &work->tauri.commands[at]);
    }
    return list;
}

static void pack_wider(struct work *work)
{
    struct wider_list list = wider_scopes(work);
    size_t n = 0;
    for (size_t i = 0; i < list.n; i++)
        n += list.items[i].more.n > 0;
    tb_pack_key(work->packer, "scopes");
    tb_pack_array(work->packer, n);
    for (size_t i = 0; i < list.n && !work->packer->failed; i++) {
        if (list.items[i].more.n == 0)
            continue;
        tb_pack_map(work->packer, 3);
        tb_pack_key_str(work->packer, "name", list.items[i].command->name);
        tb_pack_key_uint(work->packer, "n", list.items[i].n);
        pack_side(work, &list.items[i].more, false);
    }
}

static void pack_tauri(struct work *work)
{
    size_t n;
    tb_pack_key(work->packer, "tauri");
    tb_pack_map(work->packer, 3);
    struct tb_resolved_denied *found = more_commands(work, &work->tauri, &work->resolved, &n);
    pack_denied(work, "gives", found, n);
    found = more_commands(work, &work->resolved, &work->tauri, &n);
    pack_denied(work, "takes", found, n);
    pack_wider(work);
}

int tb_view_body_write(struct tb_arena *scratch, const struct tb_view_policy *policy,
                       const struct tb_request *request, struct tb_packer *packer, bool *ret_empty)
{
    struct work work = {.scratch = scratch, .policy = policy, .request = request, .packer = packer};
    int r = tb_resolve(scratch, &policy->snapshot, request, &work.resolved);
    if (r == TB_OK)
        r = tb_resolve(scratch, &policy->in_tauri, request, &work.tauri);
    if (r != TB_OK)
        return r;
    work.seen = tb_arena_get(scratch, policy->snapshot.n_scopes + 1, sizeof *work.seen);
    pack_risk(&work);
    pack_commands(&work);
    pack_denied(&work, "denied", work.resolved.denied, work.resolved.n_denied);
    pack_scopes(&work);
    pack_tauri(&work);
    *ret_empty = work.resolved.n_commands == 0 && work.resolved.n_denied == 0;
    return packer->failed ? TB_TOO_LARGE : TB_OK;
}
