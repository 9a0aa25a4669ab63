#include "policy/compiler/explain/explain.h"

#include "base/result.h"
#include "policy/compiler/check.h"
#include "policy/compiler/explain/work.h"
#include "policy/compiler/hull.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/platform.h"

#include <stdlib.h>

/* ---- for the parts ---- */

void tb_explain_add(struct tb_explain *explain, const struct tb_miss *miss)
{
    explain->misses = tb_arena_grow(explain->policy->arena, explain->misses, explain->n_misses,
                                    sizeof *explain->misses);
    explain->misses[explain->n_misses] = *miss;
    struct tb_miss *kept = &explain->misses[explain->n_misses];
    kept->order = explain->n_misses++;
    kept->message = tb_report_text(explain->policy->arena, "%s", miss->message);
    kept->change = tb_report_text(explain->policy->arena, "%s", miss->change);
}

const struct tb_resolved_command *tb_explain_find(const struct tb_resolved *resolved,
                                                  struct tb_bytes name)
{
    for (size_t i = 0; i < resolved->n_commands; i++)
        if (tb_bytes_equal(resolved->commands[i].command->name, name))
            return &resolved->commands[i];
    return NULL;
}

const struct tb_use *tb_explain_use(const struct tb_use *uses, size_t n, struct tb_bytes name)
{
    for (size_t i = 0; i < n; i++)
        if (tb_bytes_equal(uses[i].name, name))
            return &uses[i];
    return NULL;
}

const struct tb_capability *tb_explain_holder(const struct tb_explain *explain)
{
    for (size_t i = 0; i < explain->compiled->n_capabilities; i++)
        if (explain->resolved.holds[i])
            return explain->compiled->capabilities[i].source;
    return NULL;
}

/* ---- the verdict ---- */

static const struct tb_resolved_denied *find_denied(const struct tb_resolved *resolved,
                                                    struct tb_bytes name)
{
    for (size_t i = 0; i < resolved->n_denied; i++)
        if (tb_bytes_equal(resolved->denied[i].name, name))
            return &resolved->denied[i];
    return NULL;
}

/* Tauri asks nobody about an app's own commands where the app has no permissions at all. */
bool tb_explain_unchecked(const struct tb_explain *explain, enum tb_semantics mode)
{
    const struct tb_acl *app = &explain->policy->app;
    static const char prefix[] = "plugin:";
    struct tb_bytes name = explain->question->command;
    bool own = !tb_bytes_begin(name, prefix);
    return mode == TB_TAURI && own && explain->origin.local && !app->default_set && !app->sets &&
           !app->permissions;
}

static void find_first_uses(struct tb_explain *explain)
{
    const struct tb_compiled *compiled = explain->compiled;
    struct tb_bytes name = explain->question->command;
    explain->first_uses =
        tb_arena_get(explain->policy->arena, compiled->n_bundles + 1, sizeof *explain->first_uses);
    for (size_t i = 0; i < compiled->n_bundles; i++) {
        const struct tb_bundle *bundle = compiled->bundles[i];
        explain->first_uses[bundle->index] =
            (struct tb_first_use){tb_explain_use(bundle->allow, bundle->n_allow, name),
                                  tb_explain_use(bundle->deny, bundle->n_deny, name)};
    }
}

static int decide(struct tb_explain *explain)
{
    int r = tb_resolve(explain->policy->arena, explain->snapshot, &explain->question->request,
                       &explain->resolved);
    if (r != TB_OK)
        return r;
    explain->granted = tb_explain_find(&explain->resolved, explain->question->command);
    explain->denied = find_denied(&explain->resolved, explain->question->command);
    explain->unchecked = !explain->granted && !explain->denied &&
                         tb_explain_unchecked(explain, explain->snapshot->mode);
    find_first_uses(explain);
    return TB_OK;
}

static int compare_misses(const void *a, const void *b)
{
    const struct tb_miss *left = a;
    const struct tb_miss *right = b;
    if (left->rank != right->rank)
        return left->rank < right->rank ? -1 : 1;
    return (left->order > right->order) - (left->order < right->order);
}

static void collect_misses(struct tb_explain *explain)
{
    tb_explain_denials(explain);
    if (!explain->granted && !explain->unchecked) {
        tb_explain_elsewhere(explain);
        tb_explain_inactive(explain);
    }
    if (!explain->granted)
        tb_explain_names(explain);
    tb_explain_notes(explain);
    if (explain->n_misses > 0)
        qsort(explain->misses, explain->n_misses, sizeof *explain->misses, compare_misses);
}

static const char *reason_of(const struct tb_explain *explain)
{
    struct tb_arena *arena = explain->policy->arena;
    const struct tb_resolved_rule *rule = explain->granted  ? &explain->granted->rule
                                          : explain->denied ? &explain->denied->rule
                                                            : NULL;
    if (explain->unchecked)
        return "the app has no permissions of its own, and then Tauri lets its own pages call "
               "every command of the app unchecked; whether there is one of this name, no file "
               "says";
    if (!rule)
        return explain->n_misses > 0 ? explain->misses[0].message
                                     : "no capability that holds here allows it";
    return tb_report_text(arena, "the capability `%.*s` %s it by `%.*s`",
                          TB_SHOWN(rule->capability->identifier),
                          explain->granted ? "allows" : "denies", TB_SHOWN(rule->permission));
}

/* ---- the answer ---- */

static void pack_question(struct tb_policy *policy, const struct tb_question *question,
                          struct tb_packer *packer)
{
    tb_pack_key_str(packer, "command", question->command);
    tb_pack_key_str(packer, "view", question->request.view);
    tb_pack_key_str(packer, "webview", question->request.webview);
    tb_pack_key_str(packer, "origin", question->request.origin);
    tb_pack_key_text(packer, "mode", tb_semantics_name(policy->manifest.mode));
    tb_pack_key_text(packer, "target", tb_platform_name(policy->inputs->target));
}

bool tb_explain_runs_here(const struct tb_explain *explain)
{
    return explain->granted && !explain->policy->tauri;
}

/* The app's own commands are the host's. */
static const struct tb_snap_plugin *plugin_at(const struct tb_explain *explain, uint32_t index)
{
    static const struct tb_snap_plugin app = {.host = true};
    return index == TB_NO_INDEX ? &app : &explain->snapshot->plugins[index];
}

static int pack_plugin(const struct tb_explain *explain, struct tb_packer *packer)
{
    struct tb_hull hull = {0};
    tb_pack_key(packer, "plugin");
    if (!tb_explain_runs_here(explain)) {
        tb_pack_nil(packer);
        return TB_OK;
    }
    uint32_t index = explain->granted->command->plugin;
    const struct tb_snap_plugin *plugin = plugin_at(explain, index);
    int r = plugin->host ? TB_OK
                         : tb_hull_of(explain->policy->arena, explain->snapshot, &explain->resolved,
                                      index, &hull);
    if (r != TB_OK)
        return r;
    tb_pack_map(packer, 5u + (plugin->program.n > 0 || plugin->host) + (plugin->state.n > 0) +
                            plugin->secrets + (hull.exec.n > 0));
    tb_pack_key_str(packer, "name", plugin->name);
    tb_pack_key_bool(packer, "implemented", tb_snap_answered(explain->granted->command));
    if (plugin->program.n > 0)
        tb_pack_key_str(packer, "program", plugin->program);
    if (plugin->host)
        tb_pack_key_bool(packer, "host", true);
    tb_path_list_pack(packer, "read", &hull.read);
    tb_path_list_pack(packer, "write", &hull.write);
    tb_path_list_pack(packer, "mask", &hull.mask);
    if (hull.exec.n > 0)
        tb_path_list_pack(packer, "exec", &hull.exec);
    if (plugin->state.n > 0)
        tb_pack_key_str(packer, "state", plugin->state);
    if (plugin->secrets)
        tb_pack_key_bool(packer, "secrets", true);
    return TB_OK;
}

static void pack_miss(const struct tb_miss *miss, struct tb_packer *packer)
{
    bool capability = miss->capability.n > 0;
    bool permission = miss->permission.n > 0;
    bool line = miss->place.file && miss->place.line > 0;
    tb_pack_map(packer, 3u + capability + permission + (miss->place.file != NULL) + line);
    tb_pack_key_text(packer, "kind", miss->kind);
    if (capability)
        tb_pack_key_str(packer, "capability", miss->capability);
    if (permission)
        tb_pack_key_str(packer, "permission", miss->permission);
    if (miss->place.file)
        tb_pack_key_text(packer, "file", miss->place.file);
    if (line)
        tb_pack_key_uint(packer, "line", miss->place.line);
    tb_pack_key_text(packer, "message", miss->message);
    tb_pack_key_text(packer, "change", miss->change);
}

static void pack_misses(const struct tb_explain *explain, struct tb_packer *packer)
{
    size_t n = explain->n_misses < TB_MISSES_MAX ? explain->n_misses : TB_MISSES_MAX;
    bool more = explain->n_misses > n;
    tb_pack_key(packer, "near_misses");
    tb_pack_array(packer, n + more);
    for (size_t i = 0; i < n; i++)
        pack_miss(&explain->misses[i], packer);
    const struct tb_miss rest = {
        .kind = "more",
        .message =
            tb_report_text(explain->policy->arena, "%zu more came near", explain->n_misses - n),
        .change = "see `trollbridge policy check` for every capability that names the command",
    };
    if (more)
        pack_miss(&rest, packer);
}

static int pack_answer(const struct tb_explain *explain, struct tb_packer *packer)
{
    char digest[2 * TB_DIGEST_SIZE + 1];
    bool allowed = explain->granted || explain->unchecked;
    tb_hex(explain->snapshot->digest, TB_DIGEST_SIZE, digest);
    tb_pack_map(packer, 17);
    pack_question(explain->policy, explain->question, packer);
    tb_pack_key_text(packer, "digest", digest);
    tb_pack_key_text(packer, "verdict", allowed ? "allow" : "deny");
    tb_pack_key_text(packer, "reason", reason_of(explain));
    tb_explain_pack_uses(explain, "entries", false, packer);
    tb_explain_pack_scope(explain, packer);
    tb_explain_pack_uses(explain, "denied_by", true, packer);
    int r = pack_plugin(explain, packer);
    tb_explain_pack_filters(explain, packer);
    pack_misses(explain, packer);
    return r == TB_OK && packer->failed ? TB_TOO_LARGE : r;
}

int tb_explain_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                     const struct tb_snapshot *snapshot, const struct tb_question *question,
                     struct tb_buffer *out)
{
    struct tb_packer packer;
    struct tb_explain explain = {
        .policy = policy,
        .scratch = *policy,
        .scratch_report = {.arena = policy->arena, .silent = true},
        .compiled = compiled,
        .snapshot = snapshot,
        .question = question,
        .origin = tb_origin_read(policy->arena, question->request.origin),
    };
    explain.scratch.report = &explain.scratch_report;
    int r = decide(&explain);
    if (r != TB_OK)
        return r;
    collect_misses(&explain);
    tb_packer_init(&packer, out);
    return pack_answer(&explain, &packer);
}

bool tb_explain_write_errors(struct tb_policy *policy, const struct tb_question *question,
                             struct tb_buffer *out)
{
    struct tb_packer packer;
    tb_packer_init(&packer, out);
    tb_pack_map(&packer, 7);
    pack_question(policy, question, &packer);
    tb_check_write_findings(policy->report, true, &packer);
    return !packer.failed;
}
