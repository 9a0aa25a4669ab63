/* A command that no capability which holds allows: whether there is one of that name, what it takes
 * to grant it, and which names are near. */
#include "policy/compiler/data/source.h"
#include "policy/compiler/explain/work.h"
#include "policy/compiler/identifier.h"
#include "policy/compiler/manifests.h"
#include "policy/compiler/plugin.h"
#include "policy/compiler/spelling.h"

/* What the command is taken for. */
struct named {
    struct tb_explain *explain;
    struct tb_spelling spelling;
    struct tb_acl *acl;
    struct tb_table commands; /* all that its permissions and its program name, by local name */
    struct tb_nearest nearest;
};

static void add_simple(struct tb_explain *explain, const char *kind, const char *message,
                       const char *change)
{
    const struct tb_miss miss = {
        .rank = TB_MISS_NAME, .kind = kind, .message = message, .change = change};
    tb_explain_add(explain, &miss);
}

/* ---- plugins ---- */

/* Of the policy, else of those that are installed: Tauri's own have `core:` before their name. */
static struct tb_acl *find_plugin(struct tb_explain *explain, struct tb_bytes name)
{
    struct tb_plugin *plugin = tb_table_find(&explain->policy->plugin_by_short_name, name);
    if (plugin)
        return &plugin->acl;
    if (name.n == 0 || name.n > TB_IDENTIFIER_MAX)
        return NULL;
    struct tb_arena *arena = explain->policy->arena;
    const char *core = tb_arena_format(arena, "core:%.*s", (int)name.n, (const char *)name.data);
    struct tb_acl *acl = tb_plugin_acl(&explain->scratch, tb_bytes_of_string(core));
    return acl ? acl : tb_plugin_acl(&explain->scratch, name);
}

static void offer_plugins(struct tb_explain *explain, struct tb_nearest *nearest)
{
    const struct tb_inputs *inputs = explain->policy->inputs;
    for (const struct tb_plugin *one = explain->policy->plugins; one; one = one->next)
        tb_nearest_offer(nearest, tb_plugin_short_name(one->name));
    for (size_t i = 0; i < inputs->n_plugins; i++) {
        const char **names = NULL;
        size_t n = tb_source_names(&explain->scratch_report, inputs->plugins[i].fd,
                                   inputs->plugins[i].path, &names);
        for (size_t k = 0; k < n; k++)
            tb_nearest_offer(nearest, tb_plugin_short_name(tb_bytes_of_string(names[k])));
    }
}

static void tell_unknown_plugin(struct named *named)
{
    struct tb_explain *explain = named->explain;
    struct tb_arena *arena = explain->policy->arena;
    struct tb_bytes name = named->spelling.plugin;
    struct tb_nearest nearest = {.wanted = name};
    if (explain->policy->tauri && tb_table_find(&explain->policy->missing, name)) {
        add_simple(explain, "missing-manifest",
                   tb_report_text(arena,
                                  "what the plugin `%.*s` permits is not known, so that "
                                  "nothing of it is granted",
                                  TB_SHOWN(name)),
                   "build the project once, which writes gen/schemas/acl-manifests.json");
        return;
    }
    offer_plugins(explain, &nearest);
    if (explain->policy->tauri && nearest.n == 0) {
        add_simple(explain, "unknown-plugin",
                   tb_report_text(arena, "neither the project nor Trollbridge has a plugin `%.*s`",
                                  TB_SHOWN(name)),
                   "add it to the project and build that once, which writes " TB_MANIFESTS_FILE);
        return;
    }
    add_simple(explain, "unknown-plugin",
               tb_report_text(arena, "there is no plugin `%.*s`", TB_SHOWN(name)),
               nearest.n > 0 ? tb_report_text(arena, "did you mean a command of %s?",
                                              tb_nearest_text(arena, &nearest, ""))
                             : tb_report_text(arena,
                                              "install it, or ask for a command of one that there "
                                              "is: %s",
                                              tb_plugin_names(&explain->scratch)));
}

/* ---- its commands ---- */

static void note_commands(struct named *named, const struct tb_value *list)
{
    for (struct tb_value *item = list ? list->child : NULL; item; item = item->next)
        if (!tb_table_find(&named->commands, item->string)) {
            tb_table_put(named->explain->policy->arena, &named->commands, item->string, item);
            tb_nearest_offer(&named->nearest, item->string);
        }
}

static void note_all_commands(struct named *named)
{
    const struct tb_permission *permission = named->acl->permissions;
    named->nearest.wanted =
        tb_spelling_snake(named->explain->policy->arena, tb_spelling_bare(named->spelling.local));
    for (; permission; permission = permission->next) {
        note_commands(named, permission->allow);
        note_commands(named, permission->deny);
    }
    note_commands(named, named->acl->plugin ? named->acl->plugin->commands : NULL);
}

/* The command that is meant, in whatever case it is written; empty: none. */
static struct tb_bytes find_command(const struct named *named)
{
    struct tb_arena *arena = named->explain->policy->arena;
    struct tb_bytes written = named->spelling.local;
    const struct tb_bytes forms[] = {written, tb_spelling_snake(arena, written),
                                     tb_spelling_snake(arena, tb_spelling_bare(written))};
    for (size_t i = 0; i < TB_ARRAY_LEN(forms); i++)
        if (forms[i].n > 0 && tb_table_find(&named->commands, forms[i]))
            return forms[i];
    return (struct tb_bytes){0};
}

static void tell_spelling(struct named *named, struct tb_bytes name)
{
    struct tb_explain *explain = named->explain;
    struct tb_arena *arena = explain->policy->arena;
    bool granted = tb_explain_find(&explain->resolved, name) != NULL;
    add_simple(explain, "spelling",
               tb_report_text(arena, "no command is called `%.*s`; names count to the letter",
                              TB_SHOWN(explain->question->command)),
               tb_report_text(arena, "ask for `%.*s`, which is %s here", TB_SHOWN(name),
                              granted ? "allowed" : "denied"));
}

static void tell_unknown_command(struct named *named)
{
    struct tb_explain *explain = named->explain;
    struct tb_arena *arena = explain->policy->arena;
    const struct tb_plugin *plugin = named->acl->plugin;
    struct tb_bytes prefix = tb_plugin_command(explain->policy, named->acl, (struct tb_bytes){0});
    const char *near = tb_nearest_text(arena, &named->nearest, tb_arena_string(arena, prefix));
    add_simple(explain, "unknown-command",
               tb_report_text(arena, "the plugin `%.*s` has no command `%.*s`",
                              TB_SHOWN(plugin->name), TB_SHOWN(named->spelling.local)),
               named->nearest.n > 0
                   ? tb_report_text(arena, "did you mean %s?", near)
                   : "see the plugin's permissions folder for the commands that it has");
}

static void tell_no_name(struct tb_explain *explain)
{
    add_simple(explain, "unknown-command",
               tb_report_text(explain->policy->arena, "`%.*s` cannot be the name of a command",
                              TB_SHOWN(explain->question->command)),
               "a plugin's command is called `plugin:NAME|COMMAND`; one of the app's own has "
               "letters, digits, `_`, `-` and `.`");
}

/* An app's own command exists for policy as soon as a permission names it. */
static void tell_own_command(struct named *named)
{
    struct tb_explain *explain = named->explain;
    struct tb_arena *arena = explain->policy->arena;
    struct tb_bytes name = explain->question->command;
    const struct tb_capability *holder = tb_explain_holder(explain);
    const char *near = tb_nearest_text(arena, &named->nearest, "");
    const char *permission = tb_arena_string(arena, tb_spelling_hyphens(arena, name));
    const char *change = tb_report_text(
        arena,
        "%s%s%sif it is a command of the app's own, write permissions/%s.toml with a "
        "[[permission]] `identifier = \"allow-%s\"`, `commands.allow = [\"%.*s\"]`, and add "
        "`allow-%s` to `permissions` of %s",
        *near ? "did you mean " : "", near, *near ? "? Or, " : "", permission, permission,
        TB_SHOWN(name), permission, holder ? holder->place.file : "a capability for this view");
    add_simple(
        explain, "app-command",
        tb_report_text(arena, "no permission of the app's own allows `%.*s`", TB_SHOWN(name)),
        change);
}

/* ---- what would grant it ---- */

/* The permission that allows the least besides; NULL: none allows it. */
static const struct tb_permission *find_permission(const struct named *named, struct tb_bytes local)
{
    const struct tb_permission *best = NULL;
    const struct tb_permission *one = named->acl->permissions;
    for (; one; one = one->next) {
        bool current = tb_table_find(&named->acl->permission_of, one->identifier) == one;
        if (current && tb_value_holds(one->allow, local) &&
            (!best || one->active > best->active ||
             (one->active == best->active && one->allow->n < best->allow->n)))
            best = one;
    }
    return best;
}

/* Sets that hold it, directly: "`fs:default`, `fs:read-all`"; empty: none does. */
static const char *sets_text(const struct named *named, const struct tb_permission *permission)
{
    struct tb_arena *arena = named->explain->policy->arena;
    const struct tb_acl *acl = named->acl;
    const char *text = "";
    size_t n = 0;
    struct tb_bytes key = acl->plugin ? acl->plugin->name : (struct tb_bytes){0};
    const char *colon = acl->plugin ? ":" : "";
    if (acl->default_set && tb_value_holds(acl->default_set->members, permission->identifier))
        text = tb_arena_format(arena, "`%.*s%sdefault`", TB_SHOWN(key), colon), n++;
    for (const struct tb_set *set = acl->sets; set && n < 4; set = set->next)
        if (tb_value_holds(set->members, permission->identifier))
            text = tb_arena_format(arena, "%s%s`%.*s%s%.*s`", text, n++ > 0 ? ", " : "",
                                   TB_SHOWN(key), colon, TB_SHOWN(set->identifier));
    return text;
}

/* Where a permission would have to be added. */
static const char *where_text(struct tb_explain *explain)
{
    struct tb_arena *arena = explain->policy->arena;
    const struct tb_capability *holder = tb_explain_holder(explain);
    if (holder)
        return tb_arena_format(arena, "`permissions` of %s", holder->place.file);
    return tb_arena_format(arena, "a capability that holds here, with `\"windows\": [\"%.*s\"]`%s",
                           TB_SHOWN(explain->question->request.view),
                           explain->origin.local ? "" : " and `remote.urls`");
}

/* What a Tauri project's build did not know it refuses in a capability. */
static bool is_built_in(const struct tb_policy *policy, const struct tb_plugin *plugin)
{
    return !policy->tauri || policy->manifests.n == 0 || !plugin ||
           tb_manifests_has(policy, plugin->name);
}

static void tell_ungranted(struct named *named, const struct tb_permission *permission)
{
    struct tb_explain *explain = named->explain;
    struct tb_arena *arena = explain->policy->arena;
    const struct tb_plugin *plugin = named->acl->plugin;
    const char *sets = sets_text(named, permission);
    bool scoped = plugin && plugin->scope == TB_SCOPE_PATH;
    const struct tb_miss miss = {
        .rank = TB_MISS_UNGRANTED,
        .kind = permission->active ? "ungranted" : "platform",
        .permission = permission->name,
        .place = permission->place,
        .message = tb_report_text(
            arena, "`%.*s` allows it%s%s%s, and no capability that holds here has %s",
            TB_SHOWN(permission->name), *sets ? " (it is in " : "", sets, *sets ? ")" : "",
            permission->active ? "it" : "it; besides, it is not for this platform"),
        .change = tb_report_text(arena, "add `%.*s` to %s%s%s", TB_SHOWN(permission->name),
                                 where_text(explain),
                                 scoped ? "; it needs the paths that it may reach" : "",
                                 is_built_in(explain->policy, plugin)
                                     ? ""
                                     : "; and the plugin to the project, whose last build does not "
                                       "know it"),
    };
    tb_explain_add(explain, &miss);
}

/* Its program has the command, or a permission denies it. */
static void tell_unpermitted(struct tb_explain *explain)
{
    add_simple(explain, "ungranted", "there is such a command, but no permission allows it",
               "have a permission allow it, and name that one in a capability");
}

/* ---- all of it ---- */

/* Tauri lets everybody call it; here no command is exempt. */
static bool is_exempt(struct tb_explain *explain)
{
    if (!tb_bytes_are(explain->question->command, "plugin:__TAURI_CHANNEL__|fetch"))
        return false;
    add_simple(explain, "exempt",
               "Tauri lets every page call this one; Trollbridge has no command that policy does "
               "not decide on, and carries channels without it",
               "nothing has to: a Channel works without it");
    return true;
}

static bool has_command(const struct tb_acl *acl, struct tb_bytes local)
{
    for (const struct tb_permission *one = acl->permissions; one; one = one->next)
        if (tb_value_holds(one->allow, local))
            return true;
    return false;
}

/* People know commands by the name of the function that calls them: `readTextFile`. */
static bool is_function(struct named *named)
{
    struct tb_explain *explain = named->explain;
    struct tb_bytes local = tb_spelling_snake(explain->policy->arena, explain->question->command);
    struct tb_plugin *plugin = explain->policy->plugins;
    while (plugin && !has_command(&plugin->acl, local))
        plugin = plugin->next;
    if (!plugin)
        return false;
    struct tb_bytes name = tb_plugin_command(explain->policy, &plugin->acl, local);
    bool granted = tb_explain_find(&explain->resolved, name) != NULL;
    add_simple(explain, "spelling",
               tb_report_text(
                   explain->policy->arena,
                   "no file names `%.*s` as a command of the app's own; the plugin `%.*s` has "
                   "`%.*s`",
                   TB_SHOWN(explain->question->command), TB_SHOWN(plugin->name), TB_SHOWN(local)),
               tb_report_text(explain->policy->arena, "ask for `%.*s`, which is %s here",
                              TB_SHOWN(name), granted ? "allowed" : "denied"));
    return true;
}

/* It is not in the way if a denial is: then there is such a command, and it is granted. */
static bool is_allowed_here(const struct tb_explain *explain)
{
    const struct tb_compiled *compiled = explain->compiled;
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        for (size_t k = 0; explain->resolved.holds[i] && k < compiled->capabilities[i].n_entries;
             k++) {
            const struct tb_bundle *bundle = compiled->capabilities[i].entries[k].bundle;
            if (explain->first_uses[bundle->index].allow)
                return true;
        }
    return false;
}

static void tell_known(struct named *named, struct tb_bytes local)
{
    struct tb_explain *explain = named->explain;
    struct tb_bytes name = tb_plugin_command(explain->policy, named->acl, local);
    const struct tb_permission *permission = find_permission(named, local);
    if (!tb_bytes_equal(name, explain->question->command))
        tell_spelling(named, name);
    else if (!tb_command_name_valid(local))
        tell_no_name(explain);
    else if (!permission)
        tell_unpermitted(explain);
    else if (!is_allowed_here(explain))
        tell_ungranted(named, permission);
}

void tb_explain_names(struct tb_explain *explain)
{
    struct named named = {.explain = explain};
    if (is_exempt(explain))
        return;
    named.spelling = tb_spelling_read(explain->question->command);
    named.acl = named.spelling.of_plugin ? find_plugin(explain, named.spelling.plugin)
                                         : &explain->policy->app;
    if (!named.acl && named.spelling.dotted) {
        named.spelling = (struct tb_spelling){.local = explain->question->command};
        named.acl = &explain->policy->app;
    }
    if (!named.acl) {
        tell_unknown_plugin(&named);
        return;
    }
    note_all_commands(&named);
    struct tb_bytes local = find_command(&named);
    if (local.n > 0)
        tell_known(&named, local);
    else if (named.acl->plugin)
        tell_unknown_command(&named);
    else if (!tb_command_name_valid(explain->question->command))
        tell_no_name(explain);
    else if (!is_function(&named) && !explain->unchecked) /* else a note says it */
        tell_own_command(&named);
}
