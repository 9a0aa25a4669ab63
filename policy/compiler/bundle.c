#include "policy/compiler/bundle.h"

#include "policy/compiler/expand.h"
#include "policy/compiler/plugin.h"
#include "policy/grant.h"

struct work {
    struct tb_policy *policy;
    struct tb_compiled *compiled;
    struct tb_bundle *bundle;
    const struct tb_entry *entry;
};

static void add_uses(struct work *work, const struct tb_expanded *found,
                     const struct tb_value *names, struct tb_use common, struct tb_use **uses,
                     size_t *n)
{
    for (const struct tb_value *item = names ? names->child : NULL; item; item = item->next) {
        struct tb_use use = common;
        use.name = tb_plugin_command(work->policy, found->acl, item->string);
        use.local = item->string;
        *uses = tb_arena_grow(work->policy->arena, *uses, *n, sizeof **uses);
        (*uses)[(*n)++] = use;
    }
}

static void add_shared(struct work *work, const struct tb_expanded *found,
                       const struct tb_scope_lists *lists, uint32_t scope)
{
    struct tb_bundle *bundle = work->bundle;
    bundle->shared = tb_arena_grow(work->policy->arena, bundle->shared, bundle->n_shared,
                                   sizeof *bundle->shared);
    bundle->shared[bundle->n_shared++] =
        (struct tb_shared){found->acl, found->permission, *lists, scope};
}

/* The number of the scope in its bundle. */
static uint32_t add_merged(struct work *work, const struct tb_scope_lists *lists)
{
    struct tb_bundle *bundle = work->bundle;
    bundle->merged = tb_arena_grow(work->policy->arena, bundle->merged, bundle->n_merged,
                                   sizeof *bundle->merged);
    bundle->merged[bundle->n_merged++] = *lists;
    return (uint32_t)bundle->n_merged;
}

/* Tauri would take it, and nobody would look at it. */
static void tell_unenforced(struct work *work, const struct tb_plugin *plugin)
{
    static const char text[] = "the plugin `%.*s` has no scopes, so this one would not be "
                               "enforced: leave it out";
    if (work->policy->manifest.mode == TB_TAURI)
        tb_report_warning(work->policy->report, "scope", work->entry->place, text,
                          TB_SHOWN(plugin->name));
    else
        tb_report_error(work->policy->report, "scope", work->entry->place, text,
                        TB_SHOWN(plugin->name));
}

static uint32_t pack_scope(struct work *work, const struct tb_expanded *found,
                           const struct tb_scope_lists *lists)
{
    struct tb_plugin *plugin = found->acl->plugin;
    enum tb_scope_kind kind = plugin ? plugin->scope : TB_SCOPE_OPAQUE;
    if (!tb_scope_lists_any(lists))
        return TB_NO_INDEX;
    if (kind == TB_SCOPE_NONE) {
        tell_unenforced(work, plugin);
        kind = TB_SCOPE_OPAQUE;
    }
    const struct tb_scope_whose whose = {kind, plugin};
    return tb_scope_add(work->policy, &work->compiled->scopes, &whose, lists);
}

static bool has_commands(const struct tb_permission *permission)
{
    return (permission->allow && permission->allow->n > 0) ||
           (permission->deny && permission->deny->n > 0);
}

static void apply(struct work *work, const struct tb_expanded *found)
{
    const struct tb_permission *permission = found->permission;
    struct tb_bundle *bundle = work->bundle;
    const struct tb_scope_lists lists = {
        .allow = {work->entry->allow, permission->scope_allow},
        .deny = {work->entry->deny, permission->scope_deny},
    };
    uint32_t scope = pack_scope(work, found, &lists);
    if (!has_commands(permission)) {
        add_shared(work, found, &lists, scope);
        if (scope == TB_NO_INDEX)
            tb_report_warning(work->policy->report, "grants-nothing", work->entry->place,
                              "the permission `%.*s` (%s:%u) has neither commands nor a scope",
                              TB_SHOWN(permission->name), permission->place.file,
                              permission->place.line);
        return;
    }
    const struct tb_use use = {
        .plugin = found->acl->plugin,
        .permission = permission,
        .way = found->way,
        .command = TB_NO_INDEX,
        .scope = scope,
        .number = tb_scope_lists_any(&lists) ? add_merged(work, &lists) : 0,
    };
    add_uses(work, found, permission->allow, use, &bundle->allow, &bundle->n_allow);
    add_uses(work, found, permission->deny, use, &bundle->deny, &bundle->n_deny);
}

static struct tb_bundle *make_bundle(struct work *work)
{
    struct tb_compiled *compiled = work->compiled;
    const struct tb_entry *entry = work->entry;
    struct tb_bundle *bundle = TB_NEW(work->policy->arena, struct tb_bundle);
    struct tb_expansion expansion = tb_expand(work->policy, entry->identifier, entry->place);
    work->bundle = bundle;
    for (size_t i = 0; i < expansion.n; i++)
        apply(work, &expansion.items[i]);
    compiled->bundles =
        tb_arena_grow(work->policy->arena, compiled->bundles, compiled->n_bundles, sizeof(void *));
    bundle->index = (uint32_t)compiled->n_bundles;
    compiled->bundles[compiled->n_bundles++] = bundle;
    return bundle;
}

const struct tb_bundle *tb_bundle_of(struct tb_policy *policy, struct tb_compiled *compiled,
                                     const struct tb_entry *entry)
{
    struct work work = {.policy = policy, .compiled = compiled, .entry = entry};
    bool own_scope = entry->allow || entry->deny;
    struct tb_bundle *bundle =
        own_scope ? NULL : tb_table_find(&compiled->shared_bundles, entry->identifier);
    if (bundle)
        return bundle;
    bundle = make_bundle(&work);
    if (!own_scope)
        tb_table_put(policy->arena, &compiled->shared_bundles, entry->identifier, bundle);
    return bundle;
}
