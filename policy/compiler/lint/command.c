/* Commands that come along unseen, or that nobody answers; and what the manifest says in vain. */
#include "policy/compiler/lint/parts.h"

#include "policy/compiler/manifest.h"
#include "policy/compiler/plugin.h"
#include "policy/compiler/program.h"
#include "policy/compiler/tauri_conf.h"
#include "policy/grant.h"
#include "policy/own.h"

/* ---- powers in Tauri's own default sets, once for each app ---- */

void tb_lint_commands(struct tb_lint *lint)
{
    const struct tb_bundle *devtools =
        tb_lint_granted(lint, "plugin:webview|internal_toggle_devtools");
    const struct tb_bundle *image = tb_lint_granted(lint, "plugin:image|from_path");
    if (devtools)
        tb_report_warning(lint->report, "devtools", tb_lint_place(lint, devtools),
                          "the page can open the developer tools, in whose console every command "
                          "can be called: add `core:webview:deny-internal-toggle-devtools` to "
                          "what is released");
    if (image)
        tb_report_warning(lint->report, "image-from-path", tb_lint_place(lint, image),
                          "the page can have any file of the user opened as an image, as no scope "
                          "holds for `image|from_path`: add `core:image:deny-from-path` where it "
                          "is not needed");
}

/* ---- unimplemented ---- */

/* Tauri's own plugins count as one: every app has them. The app's own commands are the host's. */
struct unanswered {
    struct tb_bytes key;
    struct tb_names names;
    const struct tb_bundle *bundle;
};

static struct unanswered *unanswered_of(struct tb_lint *lint, struct unanswered *all,
                                        const struct tb_plugin *plugin)
{
    size_t n_plugins = lint->compiled->n_plugins;
    return &all[tb_bytes_begin(plugin->name, "core:") ? n_plugins : plugin->index];
}

static const char *whose(const struct tb_lint *lint, const struct unanswered *all, size_t at)
{
    if (at == lint->compiled->n_plugins)
        return "Tauri's core plugins";
    return tb_arena_format(lint->arena, "the plugin `%.*s`", TB_SHOWN(all[at].key));
}

/* By plugin and name: what is implemented. */
static struct tb_table implemented(struct tb_lint *lint)
{
    struct tb_table table = {0};
    for (size_t i = 0; i < lint->compiled->n_plugins; i++) {
        const struct tb_plugin *plugin = lint->compiled->plugins[i];
        struct tb_value *name = plugin->commands ? plugin->commands->child : NULL;
        for (; name; name = name->next)
            tb_table_put_of(lint->arena, &table, plugin, name->string, name);
    }
    return table;
}

static void tell_unanswered(struct tb_lint *lint, const struct unanswered *all, size_t at,
                            size_t n_commands)
{
    if (n_commands > 0)
        tb_report_warning(lint->report, "unimplemented", tb_lint_place(lint, all[at].bundle),
                          "nothing implements %zu granted command%s of %s, so that a call is "
                          "answered `unimplemented`: %s",
                          n_commands, n_commands == 1 ? "" : "s", whose(lint, all, at),
                          all[at].names.text);
}

/* In a Tauri project it is Tauri that implements them. */
void tb_lint_unimplemented(struct tb_lint *lint)
{
    const struct tb_compiled *compiled = lint->compiled;
    size_t n_groups = compiled->n_plugins + 1;
    struct unanswered *all = tb_arena_get(lint->arena, n_groups, sizeof *all);
    size_t *counts = tb_arena_get(lint->arena, n_groups, sizeof *counts);
    struct tb_table known = implemented(lint);
    for (size_t i = 0; !lint->policy->tauri && i < compiled->n_commands; i++) {
        const struct tb_command *command = &compiled->commands[i];
        if (!command->plugin || tb_table_find_of(&known, command->plugin, command->local) ||
            tb_own_of(command->name) != TB_OWN_NONE)
            continue;
        struct unanswered *group = unanswered_of(lint, all, command->plugin);
        group->key = command->plugin->name;
        group->bundle = group->bundle ? group->bundle : lint->commands[i].bundle;
        tb_names_add(&group->names, command->name);
        counts[group - all]++;
    }
    for (size_t i = 0; i < n_groups; i++)
        tell_unanswered(lint, all, i, counts[i]);
}

/* ---- app-unchecked ---- */

void tb_lint_app(struct tb_lint *lint)
{
    const struct tb_acl *app = &lint->policy->app;
    const char *file = lint->policy->tauri ? lint->policy->tauri->file : TB_MANIFEST_FILE;
    if (lint->tauri && !app->permissions && !app->sets && !app->default_set)
        tb_report_warning(lint->report, "app-unchecked", (struct tb_place){file, 0},
                          "the app has no permissions of its own, so that in Tauri every window "
                          "of its own pages may call every command of the app: write a "
                          "permission for each in `permissions/`%s",
                          lint->policy->tauri ? ", or list them in `build.rs`" : "");
}

/* ---- sandbox-unused, interpreter ---- */

static void lint_exec(struct tb_lint *lint, const struct tb_plugin *plugin)
{
    const struct tb_value *exec = plugin->sandbox.exec;
    for (const struct tb_value *item = exec ? exec->child : NULL; item; item = item->next)
        if (tb_program_of(item->string) == TB_PROGRAM_INTERPRETER)
            tb_report_warning(lint->report, "interpreter", item->place,
                              "`%.*s` runs whatever its arguments or its input say, so that the "
                              "plugin `%.*s` can run any program: name the program that is needed",
                              TB_SHOWN(item->string), TB_SHOWN(plugin->name));
}

void tb_lint_sandboxes(struct tb_lint *lint)
{
    const struct tb_override *override = lint->policy->manifest.overrides;
    for (const struct tb_plugin *plugin = lint->policy->plugins; plugin; plugin = plugin->next)
        if (plugin->program.n > 0)
            lint_exec(lint, plugin);
    for (; override; override = override->next) {
        const struct tb_plugin *plugin =
            override->sandbox ? tb_table_find(&lint->policy->plugin_of, override->name) : NULL;
        if (plugin && plugin->program.n == 0)
            tb_report_warning(lint->report, "sandbox-unused", override->sandbox->place,
                              "the plugin `%.*s` has no program that this sandbox could hold: %s",
                              TB_SHOWN(override->name),
                              plugin->host ? "the host serves it, so leave `sandbox` out"
                                           : "name one, or leave `sandbox` out");
    }
}
