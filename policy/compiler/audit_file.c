#include "policy/compiler/manifest.h"
#include "policy/compiler/pattern.h"
#include "policy/settings.h"

/* `text` with each `<id>` replaced. */
static struct tb_bytes with_id(struct tb_arena *arena, struct tb_bytes text, struct tb_bytes id)
{
    const uint8_t *at = memmem(text.data, text.n, "<id>", 4);
    if (!at)
        return text;
    size_t n = (size_t)(at - text.data);
    struct tb_bytes rest = with_id(arena, tb_bytes_of(at + 4, text.n - n - 4), id);
    return tb_bytes_of_string(
        tb_arena_format(arena, "%.*s%.*s%.*s", (int)n, (const char *)text.data, (int)id.n,
                        (const char *)id.data, (int)rest.n, (const char *)rest.data));
}

/* The absolute path that a text with `<id>` and one variable in front stands for; empty: none. */
static struct tb_bytes path_of(struct tb_policy *policy, struct tb_bytes text)
{
    if (text.n <= TB_PATH_MAX)
        text = with_id(policy->arena, text, policy->manifest.app);
    struct tb_bytes path = text;
    if (text.n > 0 && text.data[0] == '$') {
        const uint8_t *slash = memchr(text.data, '/', text.n);
        size_t n = slash ? (size_t)(slash - text.data) : text.n;
        struct tb_bytes name = tb_bytes_of(text.data + 1, n - 1);
        enum tb_variable variable = tb_variable_of(name);
        struct tb_bytes base = tb_bytes_are(name, "XDG_STATE_HOME") ? policy->vars.state
                               : variable < TB_N_VARS               ? policy->vars.paths[variable]
                                                                    : (struct tb_bytes){0};
        path = tb_bytes_of_string(
            tb_arena_format(policy->arena, "%.*s%.*s", (int)base.n, (const char *)base.data,
                            base.n > 0 ? (int)(text.n - n) : 0, (const char *)text.data + n));
    }
    struct tb_bytes normal = {0};
    return tb_path_normalise(policy->arena, path, &normal) ? normal : (struct tb_bytes){0};
}

/* A run of the app's tests keeps what it writes to a folder of its own. */
static struct tb_bytes in_test(struct tb_policy *policy, const char *name, struct tb_bytes text)
{
    return policy->inputs->test ? tb_bytes_of_string(tb_arena_format(policy->arena, "%s/%s",
                                                                     policy->inputs->test, name))
                                : text;
}

struct tb_bytes tb_manifest_audit_file(struct tb_policy *policy)
{
    const struct tb_manifest *manifest = &policy->manifest;
    struct tb_bytes path = path_of(policy, in_test(policy, "audit.jsonl", manifest->audit_file));
    if (path.n == 0)
        tb_report_error(policy->report, "variable", manifest->audit_place,
                        "the audit file `%.*s` has no absolute path: set HOME, or write one in "
                        "[audit] file",
                        TB_SHOWN(manifest->audit_file));
    return path;
}

struct tb_bytes tb_manifest_answers_file(struct tb_policy *policy)
{
    return path_of(policy, in_test(policy, "answers",
                                   tb_bytes_of_string("$XDG_STATE_HOME/trollbridge/<id>/answers")));
}

struct tb_bytes tb_manifest_states(struct tb_policy *policy)
{
    return path_of(policy, tb_bytes_of_string("$XDG_STATE_HOME/trollbridge"));
}

struct tb_bytes tb_manifest_plugin_state(struct tb_policy *policy, const struct tb_plugin *plugin)
{
    const char *text = tb_arena_format(policy->arena, "$XDG_STATE_HOME/trollbridge/<id>/plugins/%s",
                                       tb_arena_string(policy->arena, plugin->name));
    return plugin->sandbox.state ? path_of(policy, tb_bytes_of_string(text)) : (struct tb_bytes){0};
}

/* No plugin is let into that folder, so that the app's own files would not be there for any. */
static bool is_among_states(struct tb_policy *policy)
{
    struct tb_bytes states = tb_manifest_states(policy);
    if (states.n == 0 || !tb_path_within(policy->inputs->resource, states))
        return false;
    tb_report_error(policy->report, "value", (struct tb_place){TB_MANIFEST_FILE, 0},
                    "the app folder lies in `%.*s`, where what is kept of apps is kept from all "
                    "plugins: move it, or set XDG_STATE_HOME to another folder",
                    TB_SHOWN(states));
    return true;
}

/* Where nothing can be kept the plugin could not start: better that it is said now. */
bool tb_manifest_check_states(struct tb_policy *policy)
{
    bool ok = !is_among_states(policy);
    for (const struct tb_plugin *plugin = policy->plugins; plugin; plugin = plugin->next) {
        if (!plugin->sandbox.state || tb_manifest_plugin_state(policy, plugin).n > 0)
            continue;
        tb_report_error(policy->report, "variable", (struct tb_place){TB_MANIFEST_FILE, 0},
                        "the plugin `%.*s` keeps a folder of its own, and there is no place for "
                        "it: set HOME or XDG_STATE_HOME to an absolute path, or take the folder "
                        "away with [plugins.%.*s] sandbox = { state = false }",
                        TB_SHOWN(plugin->name), TB_SHOWN(plugin->name));
        ok = false;
    }
    return ok;
}
