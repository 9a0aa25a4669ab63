#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/expand.h"
#include "policy/compiler/explain/work.h"

/* ---- one entry ---- */

/* `fs:default`; of the app's own just the name. */
static const char *set_name(const struct tb_explain *explain, const struct tb_way *way)
{
    const struct tb_plugin *plugin = way->acl->plugin;
    if (!plugin)
        return tb_report_text(explain->policy->arena, "%.*s", TB_SHOWN(way->set->identifier));
    return tb_report_text(explain->policy->arena, "%.*s:%.*s", TB_SHOWN(plugin->name),
                          TB_SHOWN(way->set->identifier));
}

static void pack_sets(const struct tb_explain *explain, const struct tb_way *way,
                      struct tb_packer *packer)
{
    size_t n = way ? way->length : 0;
    const char **names = tb_arena_get(explain->policy->arena, n + 1, sizeof *names);
    for (size_t i = n; way && i > 0; way = way->up)
        names[--i] = set_name(explain, way);
    tb_pack_key(packer, "sets");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        tb_pack_key(packer, names[i]);
}

/* A use of the command by an entry; `context` as in resolve.h. */
struct found {
    const struct tb_compiled_capability *capability;
    const struct tb_compiled_entry *entry;
    const struct tb_use *use;
    size_t context;
};

static void pack_context(const struct found *found, struct tb_packer *packer)
{
    tb_pack_key(packer, "context");
    if (found->context == 0) {
        tb_pack_key(packer, "local");
        return;
    }
    const struct tb_value *url = found->capability->source->urls->child;
    for (size_t i = 1; i < found->context; i++)
        url = url->next;
    tb_pack_map(packer, 1);
    tb_pack_key_str(packer, "remote", url->string);
}

static void pack_found(const struct tb_explain *explain, const struct found *found,
                       struct tb_packer *packer)
{
    const struct tb_capability *source = found->capability->source;
    const struct tb_use *use = found->use;
    tb_pack_map(packer, use->number > 0 ? 11 : 10);
    tb_pack_key_str(packer, "capability", source->identifier);
    tb_pack_key_str(packer, "permission", use->permission->name);
    pack_sets(explain, use->way, packer);
    tb_pack_key_text(packer, "file", source->place.file);
    tb_pack_key_uint(packer, "line", found->entry->line);
    tb_pack_key_text(packer, "permission_file", use->permission->place.file);
    tb_pack_key_uint(packer, "permission_line", use->permission->place.line);
    pack_context(found, packer);
    tb_value_pack_list(packer, "windows", source->windows);
    tb_value_pack_list(packer, "webviews", source->webviews);
    if (use->number == 0)
        return;
    const struct tb_scope_lists *lists = &found->entry->bundle->merged[use->number - 1];
    tb_pack_key(packer, "scope");
    tb_pack_map(packer, 2);
    tb_value_pack_lists(packer, "allow", lists->allow);
    tb_value_pack_lists(packer, "deny", lists->deny);
}

/* ---- all of them ---- */

/* Counts the entries, or packs them: their number has to be known first. */
struct walk {
    const struct tb_explain *explain;
    struct tb_packer *packer; /* NULL: counts */
    bool deny;
    size_t n;
};

static void meet(struct walk *walk, const struct found *found)
{
    walk->n++;
    if (walk->packer && !walk->packer->failed)
        pack_found(walk->explain, found, walk->packer);
}

/* In mode tauri a denial holds whether or not one of its contexts is the request's. */
static void meet_contexts(struct walk *walk, size_t capability, struct found found)
{
    const struct tb_snap_capability *snap = &walk->explain->snapshot->capabilities[capability];
    size_t before = walk->n;
    for (size_t i = 0; i <= snap->urls->via.array.size; i++) {
        found.context = i;
        if (tb_context_matches(snap, i, &walk->explain->origin))
            meet(walk, &found);
    }
    found.context = snap->local ? 0 : 1;
    if (walk->deny && walk->n == before)
        meet(walk, &found);
}

static void walk_entry(struct walk *walk, size_t capability, const struct tb_compiled_entry *entry)
{
    const struct tb_bundle *bundle = entry->bundle;
    const struct tb_first_use *first = &walk->explain->first_uses[bundle->index];
    const struct tb_use *use = walk->deny ? first->deny : first->allow;
    if (!use)
        return;
    const struct tb_use *end =
        walk->deny ? bundle->deny + bundle->n_deny : bundle->allow + bundle->n_allow;
    for (; use < end; use++)
        if (tb_bytes_equal(use->name, walk->explain->question->command))
            meet_contexts(
                walk, capability,
                (struct found){&walk->explain->compiled->capabilities[capability], entry, use, 0});
}

static void walk_all(struct walk *walk)
{
    const struct tb_explain *explain = walk->explain;
    const bool *counts = walk->deny ? explain->resolved.denies : explain->resolved.holds;
    walk->n = 0;
    for (size_t i = 0; i < explain->compiled->n_capabilities; i++)
        for (size_t k = 0; counts[i] && k < explain->compiled->capabilities[i].n_entries; k++)
            walk_entry(walk, i, &explain->compiled->capabilities[i].entries[k]);
}

void tb_explain_pack_uses(const struct tb_explain *explain, const char *key, bool deny,
                          struct tb_packer *packer)
{
    struct walk walk = {.explain = explain, .deny = deny};
    walk_all(&walk);
    tb_pack_key(packer, key);
    tb_pack_array(packer, walk.n);
    walk.packer = packer;
    walk_all(&walk);
}

/* ---- the scope ---- */

struct notes {
    const struct tb_explain *explain;
    const struct tb_scope_lists **lists; /* by scope of the snapshot */
};

static void note(struct notes *notes, uint32_t scope, const struct tb_scope_lists *lists)
{
    if (scope != TB_NO_INDEX && !notes->lists[scope])
        notes->lists[scope] = lists;
}

static void note_bundle(struct notes *notes, const struct tb_bundle *bundle)
{
    const struct tb_use *use = notes->explain->first_uses[bundle->index].allow;
    for (; use && use < bundle->allow + bundle->n_allow; use++) {
        if (use->number > 0 && tb_bytes_equal(use->name, notes->explain->question->command))
            note(notes, use->scope, &bundle->merged[use->number - 1]);
    }
    for (size_t i = 0; i < bundle->n_shared; i++)
        note(notes, bundle->shared[i].scope, &bundle->shared[i].lists);
}

/* What the files have for each scope. Of several with the same content the first speaks, and those
 * of the capabilities that hold come before others. */
static const struct tb_scope_lists **lists_by_scope(const struct tb_explain *explain)
{
    const struct tb_compiled *compiled = explain->compiled;
    struct notes notes = {explain, tb_arena_get(explain->policy->arena, compiled->scopes.n + 1,
                                                sizeof(struct tb_scope_lists *))};
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        for (size_t k = 0; explain->resolved.holds[i] && k < compiled->capabilities[i].n_entries;
             k++)
            note_bundle(&notes, compiled->capabilities[i].entries[k].bundle);
    for (size_t i = 0; i < compiled->n_bundles; i++)
        note_bundle(&notes, compiled->bundles[i]);
    return notes.lists;
}

static void pack_side(const struct tb_explain *explain, const struct tb_resolved_scope *scope,
                      const struct tb_scope_lists *const *lists, bool deny,
                      struct tb_packer *packer)
{
    size_t n = 0;
    for (size_t pass = 0; pass < 2; pass++) {
        if (pass == 1)
            tb_pack_array(packer, n);
        for (size_t i = 0; i < scope->n; i++) {
            const struct tb_scope_part *part = &scope->parts[i];
            const struct tb_scope_lists *found = lists[part->scope - explain->snapshot->scopes];
            for (size_t k = 0; found && (deny || !part->deny_only) && k < 2; k++) {
                const struct tb_value *list = deny ? found->deny[k] : found->allow[k];
                n += pass == 0 && list ? list->n : 0;
                for (const struct tb_value *item = pass == 1 && list ? list->child : NULL; item;
                     item = item->next)
                    tb_value_pack(packer, item);
            }
        }
    }
}

void tb_explain_pack_scope(const struct tb_explain *explain, struct tb_packer *packer)
{
    const struct tb_resolved_scope none = {0};
    const struct tb_resolved_command *granted = explain->granted;
    bool scoped = granted && granted->scope != TB_NO_INDEX;
    const struct tb_resolved_scope *scope =
        scoped ? &explain->resolved.scopes[granted->scope] : &none;
    const struct tb_scope_lists **lists = scoped ? lists_by_scope(explain) : NULL;
    tb_pack_key(packer, "scope");
    tb_pack_map(packer, 2);
    tb_pack_key(packer, "allow");
    pack_side(explain, scope, lists, false, packer);
    tb_pack_key(packer, "deny");
    pack_side(explain, scope, lists, true, packer);
    tb_pack_key(packer, "expanded");
    tb_pack_map(packer, 2);
    tb_pack_key(packer, "allow");
    tb_scope_side_pack(packer, scope, false);
    tb_pack_key(packer, "deny");
    tb_scope_side_pack(packer, scope, true);
}
