/*
 * Modes narrow and strict, in five rules:
 *
 *   - A capability holds for a view if its origin is one of the capability's, and a window glob
 *     matches the view's label or a webview glob the webview's.
 *   - A view has the commands that a capability which holds allows, but for those that a capability
 *     which holds denies.
 *   - A command's scope is that of every entry that allows it, in the order of the capabilities.
 *   - A scope-only permission adds its allow entries to those commands of its plugin that the same
 *     capability allows,
 *   - and its deny entries to all commands of its plugin in the view: a denial that stands in a
 *     capability of its own must not be without effect.
 *
 * Mode tauri differs in two, as Tauri does:
 *
 *   - A command that any capability denies is denied in every view, if that capability is for some
 *     origin at all.
 *   - A scope-only permission of any capability, one that holds for nothing too, adds all of its
 *     entries to all commands of its plugin.
 */
#include "policy/compiler/resolve.h"

#include "base/result.h"

#include <stdlib.h>

enum { REFS_MAX = 1024 * 1024, WORK_MAX = 64 * 1024 * 1024 };

static bool has_context(const struct tb_snap_capability *capability)
{
    return capability->local || capability->urls->via.array.size > 0;
}

/* That a scope speaks for a command; `order` keeps refs of one command as they were found. */
struct ref {
    uint32_t command;
    uint32_t order;
    uint32_t scope;
    bool deny_only;
};

struct work {
    struct tb_arena *arena;
    const struct tb_snapshot *snapshot;
    const struct tb_snap_capability **matched;
    size_t n_matched;
    struct tb_resolved_rule *rules; /* by command: who allows it first; NULL inside: nobody */
    size_t *allowed_by;             /* by command: the last of `matched` that allows it, from 1 */
    bool *bundle_allowed;           /* by bundle: its commands and their scopes are there already */
    bool *bundle_shared;            /* by bundle: the same, in mode tauri, of its shared scopes */
    bool *bundle_denied;            /* by bundle: its denials are there already */
    bool *denied;                   /* by command */
    struct ref *refs;
    size_t n_refs;
    size_t n_steps;
    uint32_t *scope_full; /* by scope: the last command that has all of it, from 1 */
    uint32_t *scope_any;  /* the same, or its denials alone */
    struct tb_table kept; /* merged scopes, by what they are made of */
};

static int add_ref(struct work *work, uint32_t command, uint32_t scope, bool deny_only)
{
    if (scope == TB_NO_INDEX)
        return TB_OK;
    if (work->n_refs == REFS_MAX)
        return TB_TOO_LARGE;
    work->refs = tb_arena_grow(work->arena, work->refs, work->n_refs, sizeof *work->refs);
    work->refs[work->n_refs] = (struct ref){command, (uint32_t)work->n_refs, scope, deny_only};
    work->n_refs++;
    return TB_OK;
}

static void match(struct work *work, const struct tb_request *request, struct tb_resolved *resolved)
{
    const struct tb_snapshot *snapshot = work->snapshot;
    const struct tb_origin origin = tb_origin_read(work->arena, request->origin);
    size_t n = snapshot->n_capabilities + 1;
    work->matched = tb_arena_get(work->arena, n, sizeof(void *));
    resolved->holds = tb_arena_get(work->arena, n, sizeof *resolved->holds);
    resolved->denies = tb_arena_get(work->arena, n, sizeof *resolved->denies);
    for (size_t i = 0; i < snapshot->n_capabilities; i++) {
        const struct tb_snap_capability *capability = &snapshot->capabilities[i];
        bool holds = tb_capability_holds(capability, request, &origin);
        if (holds)
            work->matched[work->n_matched++] = capability;
        resolved->holds[i] = holds;
        resolved->denies[i] = snapshot->mode == TB_TAURI ? has_context(capability) : holds;
    }
}

static const struct tb_snap_bundle *bundle_at(const struct work *work,
                                              const struct tb_snap_capability *capability, size_t i)
{
    return &work->snapshot->bundles[capability->entries[i].bundle];
}

static int allow_bundle(struct work *work, const struct tb_snap_bundle *bundle,
                        struct tb_resolved_rule rule)
{
    for (size_t i = 0; i < bundle->n_allow; i++) {
        const struct tb_snap_use *use = &bundle->allow[i];
        rule.permission = use->permission;
        if (!work->rules[use->command].capability)
            work->rules[use->command] = rule;
        int r = add_ref(work, use->command, use->scope, false);
        if (r != TB_OK)
            return r;
    }
    return TB_OK;
}

/* A bundle that an earlier capability has brought would bring nothing new. */
static int allow(struct work *work, const struct tb_snap_capability *capability)
{
    for (size_t i = 0; i < capability->n_entries; i++) {
        const struct tb_snap_entry *entry = &capability->entries[i];
        if (work->bundle_allowed[entry->bundle])
            continue;
        work->bundle_allowed[entry->bundle] = true;
        int r = allow_bundle(work, bundle_at(work, capability, i),
                             (struct tb_resolved_rule){capability, {0}, entry->line, i});
        if (r != TB_OK)
            return r;
    }
    return TB_OK;
}

/* `turn` 0: with all entries to every command; else its allow entries only to those that the
 * capability of that turn allows. */
static int share_one(struct work *work, const struct tb_snap_shared *shared, size_t turn)
{
    for (uint32_t i = 0; i < work->snapshot->n_commands; i++) {
        if (++work->n_steps > WORK_MAX)
            return TB_TOO_LARGE;
        if (work->snapshot->commands[i].plugin != shared->plugin || !work->rules[i].capability)
            continue;
        int r = add_ref(work, i, shared->scope, turn != 0 && work->allowed_by[i] != turn);
        if (r != TB_OK)
            return r;
    }
    return TB_OK;
}

static int share_bundle(struct work *work, const struct tb_snap_bundle *bundle, size_t turn)
{
    int r = TB_OK;
    for (size_t i = 0; r == TB_OK && i < bundle->n_shared; i++)
        r = share_one(work, &bundle->shared[i], turn);
    return r;
}

/* Which commands the capability allows is asked only where it has scopes to share. */
static void note_allowed(struct work *work, const struct tb_snap_capability *capability,
                         size_t turn)
{
    size_t n_shared = 0;
    for (size_t i = 0; i < capability->n_entries; i++)
        n_shared += bundle_at(work, capability, i)->n_shared;
    for (size_t i = 0; n_shared > 0 && i < capability->n_entries; i++) {
        const struct tb_snap_bundle *bundle = bundle_at(work, capability, i);
        for (size_t k = 0; k < bundle->n_allow; k++)
            work->allowed_by[bundle->allow[k].command] = turn;
    }
}

/* `turn` is the capability's place in `matched`, from 1. */
static int share(struct work *work, const struct tb_snap_capability *capability, size_t turn)
{
    int r = TB_OK;
    note_allowed(work, capability, turn);
    for (size_t i = 0; r == TB_OK && i < capability->n_entries; i++)
        r = share_bundle(work, bundle_at(work, capability, i), turn);
    return r;
}

static int share_everywhere(struct work *work, const struct tb_snap_capability *capability)
{
    int r = TB_OK;
    for (size_t i = 0; r == TB_OK && i < capability->n_entries; i++) {
        uint32_t bundle = capability->entries[i].bundle;
        if (!work->bundle_shared[bundle])
            r = share_bundle(work, &work->snapshot->bundles[bundle], 0);
        work->bundle_shared[bundle] = true;
    }
    return r;
}

/* Commands' own scopes first, then those of the plugin: who reads them may take the first hit. */
static int collect_refs(struct work *work)
{
    const struct tb_snapshot *snapshot = work->snapshot;
    bool everywhere = snapshot->mode == TB_TAURI;
    int r = TB_OK;
    for (size_t i = 0; r == TB_OK && i < work->n_matched; i++)
        r = allow(work, work->matched[i]);
    for (size_t i = 0; !everywhere && r == TB_OK && i < work->n_matched; i++)
        r = share(work, work->matched[i], i + 1);
    for (size_t i = 0; everywhere && r == TB_OK && i < snapshot->n_capabilities; i++)
        r = share_everywhere(work, &snapshot->capabilities[i]);
    return r;
}

struct denial {
    struct tb_resolved_denied denied;
    size_t order;
};

static int compare_denials(const void *a, const void *b)
{
    const struct denial *left = a;
    const struct denial *right = b;
    int order = tb_bytes_compare(left->denied.name, right->denied.name);
    return order != 0 ? order : (left->order > right->order) - (left->order < right->order);
}

struct denials {
    struct denial *items;
    size_t n;
};

/* As with `allow`: a bundle once, since the first rule that denies a command is the one named. */
static void deny_by(struct work *work, const struct tb_snap_capability *capability,
                    struct denials *all)
{
    for (size_t i = 0; i < capability->n_entries; i++) {
        const struct tb_snap_bundle *bundle = bundle_at(work, capability, i);
        bool *there = &work->bundle_denied[capability->entries[i].bundle];
        if (*there)
            continue;
        *there = true;
        for (size_t k = 0; k < bundle->n_deny; k++) {
            const struct tb_snap_use *use = &bundle->deny[k];
            const struct tb_resolved_rule rule = {capability, use->permission,
                                                  capability->entries[i].line, i};
            if (use->command != TB_NO_INDEX && work->denied[use->command])
                continue;
            if (use->command != TB_NO_INDEX)
                work->denied[use->command] = true;
            all->items = tb_arena_grow(work->arena, all->items, all->n, sizeof *all->items);
            all->items[all->n] = (struct denial){{use->name, rule}, all->n};
            all->n++;
        }
    }
}

static void deny(struct work *work, struct tb_resolved *resolved)
{
    const struct tb_snapshot *snapshot = work->snapshot;
    struct denials all = {0};
    for (size_t i = 0; i < snapshot->n_capabilities; i++)
        if (resolved->denies[i])
            deny_by(work, &snapshot->capabilities[i], &all);
    if (all.n > 0)
        qsort(all.items, all.n, sizeof *all.items, compare_denials);
    resolved->denied = tb_arena_get(work->arena, all.n + 1, sizeof *resolved->denied);
    for (size_t i = 0; i < all.n; i++)
        if (i == 0 || !tb_bytes_equal(all.items[i - 1].denied.name, all.items[i].denied.name))
            resolved->denied[resolved->n_denied++] = all.items[i].denied;
}

static int compare_refs(const void *a, const void *b)
{
    const struct ref *left = a;
    const struct ref *right = b;
    if (left->command != right->command)
        return left->command < right->command ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

/* What a command's refs come to; a scope that is named twice is there once. */
static struct tb_resolved_scope merge(struct work *work, const struct ref *refs, size_t n)
{
    struct tb_resolved_scope merged = {.parts =
                                           tb_arena_get(work->arena, n + 1, sizeof *merged.parts)};
    for (size_t i = 0; i < n; i++) {
        const struct ref *ref = &refs[i];
        uint32_t turn = ref->command + 1;
        if (work->scope_full[ref->scope] == turn ||
            (ref->deny_only && work->scope_any[ref->scope] == turn))
            continue;
        work->scope_any[ref->scope] = turn;
        if (!ref->deny_only)
            work->scope_full[ref->scope] = turn;
        merged.parts[merged.n++] =
            (struct tb_scope_part){&work->snapshot->scopes[ref->scope], ref->deny_only};
    }
    return merged;
}

/* Commands that are bound by just the same share one scope. */
static uint32_t keep_scope(struct work *work, struct tb_resolved *resolved,
                           const struct tb_resolved_scope *scope)
{
    uint64_t *key = tb_arena_get(work->arena, scope->n + 1, sizeof *key);
    for (size_t i = 0; i < scope->n; i++)
        key[i] = 2 * (uint64_t)(scope->parts[i].scope - work->snapshot->scopes) +
                 scope->parts[i].deny_only;
    struct tb_bytes name = tb_bytes_of(key, scope->n * sizeof *key);
    const uint32_t *place = tb_table_find(&work->kept, name);
    if (place)
        return *place;
    uint32_t *kept = TB_NEW(work->arena, uint32_t);
    *kept = (uint32_t)resolved->n_scopes;
    tb_table_put(work->arena, &work->kept, name, kept);
    resolved->scopes =
        tb_arena_grow(work->arena, resolved->scopes, resolved->n_scopes, sizeof *resolved->scopes);
    resolved->scopes[resolved->n_scopes++] = *scope;
    return *kept;
}

/* The commands that are left, each with its scope. One without any has none; where the plugin's
 * scopes are paths, none is written as an empty one, which allows nothing. */
static void collect_commands(struct work *work, struct tb_resolved *resolved)
{
    const struct tb_snapshot *snapshot = work->snapshot;
    size_t at = 0;
    resolved->commands =
        tb_arena_get(work->arena, snapshot->n_commands + 1, sizeof *resolved->commands);
    for (uint32_t i = 0; i < snapshot->n_commands; i++) {
        const struct tb_snap_command *command = &snapshot->commands[i];
        size_t from = at;
        while (at < work->n_refs && work->refs[at].command == i)
            at++;
        if (!work->rules[i].capability || work->denied[i])
            continue;
        bool path = command->plugin != TB_NO_INDEX && snapshot->plugins[command->plugin].path;
        struct tb_resolved_command *kept = &resolved->commands[resolved->n_commands++];
        *kept = (struct tb_resolved_command){
            .command = command, .scope = TB_NO_INDEX, .rule = work->rules[i]};
        if (at == from && !path)
            continue;
        /* No arithmetic on NULL, which a view without scopes has. */
        struct tb_resolved_scope scope =
            merge(work, at == from ? NULL : work->refs + from, at - from);
        kept->scope = keep_scope(work, resolved, &scope);
    }
}

int tb_resolve(struct tb_arena *arena, const struct tb_snapshot *snapshot,
               const struct tb_request *request, struct tb_resolved *ret_resolved)
{
    struct tb_resolved resolved = {0};
    struct work work = {.arena = arena, .snapshot = snapshot};
    work.rules = tb_arena_get(arena, snapshot->n_commands + 1, sizeof *work.rules);
    work.allowed_by = tb_arena_get(arena, snapshot->n_commands + 1, sizeof *work.allowed_by);
    work.denied = tb_arena_get(arena, snapshot->n_commands + 1, sizeof *work.denied);
    work.bundle_allowed = tb_arena_get(arena, snapshot->n_bundles + 1, sizeof *work.bundle_allowed);
    work.bundle_shared = tb_arena_get(arena, snapshot->n_bundles + 1, sizeof *work.bundle_shared);
    work.bundle_denied = tb_arena_get(arena, snapshot->n_bundles + 1, sizeof *work.bundle_denied);
    work.scope_full = tb_arena_get(arena, snapshot->n_scopes + 1, sizeof *work.scope_full);
    work.scope_any = tb_arena_get(arena, snapshot->n_scopes + 1, sizeof *work.scope_any);
    match(&work, request, &resolved);
    int r = collect_refs(&work);
    if (r != TB_OK)
        return r;
    if (work.n_refs > 0)
        qsort(work.refs, work.n_refs, sizeof *work.refs, compare_refs);
    deny(&work, &resolved);
    collect_commands(&work, &resolved);
    tb_resolve_rules(arena, snapshot, request, &resolved);
    *ret_resolved = resolved;
    return TB_OK;
}
