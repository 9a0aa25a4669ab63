/* What one should know of a verdict: of a command that is allowed and will not do what one thinks,
 * and of the other mode. */
#include "base/result.h"
#include "policy/compiler/explain/work.h"
#include "policy/compiler/identifier.h"
#include "policy/compiler/manifest.h"

static const char *how_to_implement(const struct tb_snap_plugin *plugin)
{
    if (plugin->host)
        return "call another command: the host serves only what `commands` of its plugin.toml "
               "lists";
    if (plugin->program.n > 0)
        return "if its program has the command, list it in `commands` of its plugin.toml";
    return "name a program that does, in `[plugins.NAME]` of trollbridge.toml, or call another "
           "command";
}

static void note_unimplemented(struct tb_explain *explain)
{
    if (!explain->granted || tb_snap_answered(explain->granted->command))
        return;
    /* The app's own are always answered. */
    const struct tb_snap_plugin *plugin =
        &explain->snapshot->plugins[explain->granted->command->plugin];
    const struct tb_miss miss = {
        .rank = TB_MISS_NOTE,
        .kind = "unimplemented",
        .message = tb_report_text(explain->policy->arena,
                                  "it is granted, but the plugin `%.*s` does not implement it: a "
                                  "call is answered `unimplemented`",
                                  TB_SHOWN(plugin->name)),
        .change = how_to_implement(plugin),
    };
    tb_explain_add(explain, &miss);
}

static bool allows_nothing(const struct tb_explain *explain)
{
    const struct tb_resolved_command *granted = explain->granted;
    if (!granted || granted->scope == TB_NO_INDEX || granted->command->plugin == TB_NO_INDEX ||
        !explain->snapshot->plugins[granted->command->plugin].path)
        return false;
    const struct tb_resolved_scope *scope = &explain->resolved.scopes[granted->scope];
    for (size_t i = 0; i < scope->n; i++)
        if (!scope->parts[i].deny_only && scope->parts[i].scope->allow->via.array.size > 0)
            return false;
    return true;
}

static void note_empty_scope(struct tb_explain *explain)
{
    if (!allows_nothing(explain))
        return;
    const struct tb_resolved_rule *rule = &explain->granted->rule;
    const struct tb_miss miss = {
        .rank = TB_MISS_NOTE,
        .kind = "empty-scope",
        .capability = rule->capability->identifier,
        .permission = rule->permission,
        .place = {tb_arena_string(explain->policy->arena, rule->capability->file), rule->line},
        .message = "it is granted, but its scope allows nothing, so that a call with a path is "
                   "answered `scope`",
        .change = tb_report_text(explain->policy->arena,
                                 "write the entry as `{ \"identifier\": \"%.*s\", \"allow\": "
                                 "[{ \"path\": \"$APPDATA/**\" }] }`, or add a permission like "
                                 "`fs:scope-appdata-recursive` to the capability",
                                 TB_SHOWN(rule->permission)),
    };
    tb_explain_add(explain, &miss);
}

static void note_unnamed(struct tb_explain *explain)
{
    const struct tb_miss miss = {
        .rank = TB_MISS_NOTE,
        .kind = "unnamed",
        .message = "it is allowed, but no file names it, so that there is no handle for it: a call "
                   "is answered `not_granted`",
        .change = tb_report_text(explain->policy->arena,
                                 "if it is one of the app's own, write a permission with "
                                 "`commands.allow = [\"%.*s\"]` in "
                                 "permissions/, and name it in a capability",
                                 TB_SHOWN(explain->question->command)),
    };
    if (explain->unchecked)
        tb_explain_add(explain, &miss);
}

/* ---- the other mode ---- */

static bool same_scope(const struct tb_explain *explain, const struct tb_resolved *other,
                       const struct tb_resolved_command *there)
{
    static const struct tb_resolved_scope none;
    const struct tb_resolved_command *here = explain->granted;
    const struct tb_resolved_scope *a =
        here->scope == TB_NO_INDEX ? &none : &explain->resolved.scopes[here->scope];
    const struct tb_resolved_scope *b =
        there->scope == TB_NO_INDEX ? &none : &other->scopes[there->scope];
    bool same = a->n == b->n;
    for (size_t i = 0; same && i < a->n; i++)
        same = a->parts[i].scope == b->parts[i].scope &&
               a->parts[i].deny_only == b->parts[i].deny_only;
    return same;
}

static const struct tb_resolved_denied *denial(const struct tb_resolved *resolved,
                                               struct tb_bytes name)
{
    for (size_t i = 0; i < resolved->n_denied; i++)
        if (tb_bytes_equal(resolved->denied[i].name, name))
            return &resolved->denied[i];
    return NULL;
}

/* Of a command that is allowed here. NULL: it is there too, with the same scope. */
static const char *lost(struct tb_explain *explain, const char *mode,
                        const struct tb_resolved *other)
{
    struct tb_arena *arena = explain->policy->arena;
    struct tb_bytes name = explain->question->command;
    const struct tb_resolved_command *granted = tb_explain_find(other, name);
    const struct tb_resolved_denied *denied = denial(other, name);
    if (explain->unchecked)
        return tb_arena_format(arena,
                               "in mode %s this is denied: there an app's own commands are "
                               "checked like all others",
                               mode);
    if (denied)
        return tb_arena_format(arena,
                               "in mode %s this is denied: there the denial in the capability "
                               "`%.*s` holds for the whole app",
                               mode, TB_SHOWN(denied->rule.capability->identifier));
    if (granted && !same_scope(explain, other, granted))
        return tb_arena_format(arena,
                               "in mode %s its scope is another: scope-only permissions of all "
                               "capabilities add to it in mode tauri, and only those of the same "
                               "one in mode narrow",
                               mode);
    return NULL;
}

/* Of a command that is denied here. NULL: it is there too. */
static const char *won(struct tb_explain *explain, enum tb_semantics mode,
                       const struct tb_resolved *other)
{
    struct tb_bytes name = explain->question->command;
    if (tb_explain_find(other, name) && explain->denied)
        return tb_arena_format(explain->policy->arena,
                               "in mode %s this is allowed: there the denial in the capability "
                               "`%.*s` holds only where that capability does",
                               tb_semantics_name(mode),
                               TB_SHOWN(explain->denied->rule.capability->identifier));
    if (!denial(other, name) && tb_command_name_valid(name) && tb_explain_unchecked(explain, mode))
        return "in mode tauri this is allowed: there an app without permissions of its own has "
               "all of its own commands unchecked";
    return NULL;
}

static void note_mode(struct tb_explain *explain)
{
    struct tb_snapshot there = *explain->snapshot;
    struct tb_resolved other;
    there.mode = explain->snapshot->mode == TB_TAURI ? TB_NARROW : TB_TAURI;
    if (tb_resolve(explain->policy->arena, &there, &explain->question->request, &other) != TB_OK)
        return;
    bool allowed = explain->granted || explain->unchecked;
    const char *message = allowed ? lost(explain, tb_semantics_name(there.mode), &other)
                                  : won(explain, there.mode, &other);
    const struct tb_miss miss = {
        .rank = TB_MISS_MODE,
        .kind = "mode",
        .place = {explain->policy->tauri ? NULL : TB_MANIFEST_FILE, 0},
        .message = message,
        .change = explain->policy->tauri
                      ? "nothing has to: the app runs in Tauri, which decides as mode tauri does"
                      : tb_arena_format(explain->policy->arena,
                                        "nothing has to; `[policy] mode` of " TB_MANIFEST_FILE
                                        " says which one the app is in (`%s`)",
                                        tb_semantics_name(explain->snapshot->mode)),
    };
    if (message)
        tb_explain_add(explain, &miss);
}

/* In a Tauri project it is Tauri that answers. */
void tb_explain_notes(struct tb_explain *explain)
{
    if (!explain->policy->tauri) {
        note_unimplemented(explain);
        note_unnamed(explain);
    }
    note_empty_scope(explain);
    note_mode(explain);
}
