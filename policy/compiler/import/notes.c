#include "policy/compiler/data/source.h"
#include "policy/compiler/import/parts.h"
#include "policy/compiler/plugin.h"
#include "policy/settings.h"

enum { WAY_MAX = 4 };

/* A setting that asks for something when it is there and not false, null or empty. */
struct setting {
    const char *way[WAY_MAX];
    const char *message;
};

static const struct setting settings[] = {
    {{"app", "withGlobalTauri"},
     "there is no `window.__TAURI__`: import from @tauri-apps/api, or bundle it"},
    {{"app", "windows"},
     "are not taken over: write a [[window]] with label, title, url, width and height for each"},
    {{"app", "trayIcon"}, "a tray icon is the host's"},
    {{"app", "macOSPrivateApi"}, "has no meaning on Linux"},
    {{"app", "security", "assetProtocol"},
     "there is no asset protocol: read files with the plugin fs, whose scope says which"},
    {{"app", "security", "devCsp"}, "there is one content security policy, `[app] csp`"},
    {{"app", "security", "headers"}, "headers of the app's own files cannot be set"},
    {{"app", "security", "freezePrototype"}, "prototypes are not frozen"},
    {{"build", "beforeDevCommand"}, "is not run: start it yourself"},
    {{"build", "beforeBuildCommand"}, "is not run: build the frontend yourself"},
    {{"bundle"}, "packaging, icons, resources and external programs are not taken over"},
};

static bool asks(const struct tb_value *value)
{
    if (!value || value->type == TB_VALUE_NULL)
        return false;
    if (value->type == TB_VALUE_BOOL)
        return value->boolean;
    return value->type < TB_VALUE_LIST || value->n > 0;
}

static const struct tb_value *at(const struct tb_import *import, const char *const way[WAY_MAX])
{
    size_t n = 0;
    while (n < WAY_MAX && way[n])
        n++;
    return tb_tauri_conf_at(import->conf, way, n);
}

static void note_settings(struct tb_import *import)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(settings); i++) {
        const struct tb_value *value = at(import, settings[i].way);
        if (asks(value))
            tb_import_note(import, value->place, "`%.*s`: %s", TB_SHOWN(value->key),
                           settings[i].message);
    }
}

static void note_isolation(struct tb_import *import)
{
    const struct tb_value *use =
        at(import, (const char *const[WAY_MAX]){"app", "security", "pattern", "use"});
    if (use && tb_bytes_are(tb_value_text(use), "isolation"))
        tb_import_note(
            import, use->place,
            "`pattern`: the isolation pattern runs out of the page here; write the script "
            "of its application, without its HTML, to " TB_HOOK_FILE " and [hook] to "
            "the manifest");
}

static void note_dangers(struct tb_import *import)
{
    static const char prefix[] = "dangerous";
    const struct tb_value *security =
        at(import, (const char *const[WAY_MAX]){"app", "security", NULL, NULL});
    const struct tb_value *child =
        security && security->type == TB_VALUE_MAP ? security->child : NULL;
    for (; child; child = child->next)
        if (child->key.n > strlen(prefix) && memcmp(child->key.data, prefix, strlen(prefix)) == 0 &&
            asks(child))
            tb_import_note(import, child->place, "`%.*s`: there is no way to ask for this",
                           TB_SHOWN(child->key));
}

static void note_open(struct tb_import *import)
{
    const struct tb_value *open = tb_tauri_conf_closes(import->conf);
    if (open && open->type == TB_VALUE_STRING)
        tb_import_note(
            import, open->place,
            "`open`: no URLs are opened before [open] of the manifest has `schemes` and, "
            "instead of this expression, patterns in `urls`");
}

static void note_plugin_settings(struct tb_import *import)
{
    const struct tb_value *plugins =
        at(import, (const char *const[WAY_MAX]){"plugins", NULL, NULL, NULL});
    const struct tb_value *child = plugins && plugins->type == TB_VALUE_MAP ? plugins->child : NULL;
    for (; child; child = child->next)
        if (asks(child) && !tb_bytes_are(child->key, "shell"))
            tb_import_note(import, child->place,
                           "the settings of the plugin `%.*s` are not taken over",
                           TB_SHOWN(child->key));
}

static void note_frontend(struct tb_import *import)
{
    const struct tb_value *frontend = import->conf->frontend;
    struct tb_bytes text = tb_value_text(frontend);
    bool url = text.n > 0 && memmem(text.data, text.n, "://", 3);
    if (!frontend)
        tb_import_note(import, import->conf->root->place,
                       "no `frontendDist`: copy the page's files into the folder dist");
    else if (url)
        tb_import_note(import, frontend->place,
                       "`frontendDist` is a URL: put the page's files into the folder dist");
    else if (frontend->type == TB_VALUE_LIST)
        tb_import_note(import, frontend->place,
                       "`frontendDist` is a list of files: copy them into the folder dist");
    else
        tb_import_note(import, frontend->place,
                       "copy the folder `%.*s` (from where the project's configuration lies) to "
                       "the folder dist",
                       TB_SHOWN(text));
}

static void note_overlays(struct tb_import *import)
{
    static const char *const names[] = {"linux", "macos", "windows", "android", "ios"};
    static const char *const formats[] = {"tauri.%s.conf.json", "tauri.%s.conf.json5",
                                          "Tauri.%s.toml"};
    for (size_t i = 0; i < TB_ARRAY_LEN(names) * TB_ARRAY_LEN(formats); i++) {
        char file[64];
        const char *format = formats[i % TB_ARRAY_LEN(formats)];
        const char *dot = strstr(format, "%s");
        (void)snprintf(file, sizeof file, "%.*s%s%s", (int)(dot - format), format,
                       names[i / TB_ARRAY_LEN(formats)], dot + 2);
        const char *overlay = import->conf->overlay;
        if (!tb_source_exists(import->policy->inputs->app, file))
            continue;
        const char *shown = tb_arena_string(import->policy->arena, tb_bytes_of_string(file));
        bool used = overlay && strcmp(overlay, file) == 0;
        tb_import_note(import, (struct tb_place){shown, 0}, "%s",
                       used ? "is laid over the configuration once and for all: an app folder has "
                              "one manifest for all platforms"
                            : "is not taken over: an app folder has one manifest for all "
                              "platforms");
    }
}

static void note_inactive(struct tb_import *import)
{
    const struct tb_report *report = import->policy->report;
    for (size_t i = 0; i < report->n_findings; i++)
        if (strcmp(report->findings[i].code, "inactive-capability") == 0)
            tb_import_note(import, report->findings[i].place,
                           "a capability that is not active was left out");
}

static bool is_core(const struct tb_plugin *plugin)
{
    static const char prefix[] = "core:";
    return tb_bytes_are(plugin->name, "core") ||
           (plugin->name.n > strlen(prefix) &&
            memcmp(plugin->name.data, prefix, strlen(prefix)) == 0);
}

static void note_no_program(struct tb_import *import, const char *whose)
{
    tb_import_note(import, (struct tb_place){NULL, 0},
                   "%s: nothing here implements its commands yet; they are granted as before and "
                   "answer `unimplemented`",
                   whose);
}

/* Tauri's own plugins count as one: every app has them. */
static void note_unimplemented(struct tb_import *import)
{
    bool core = false;
    for (const struct tb_plugin *plugin = import->policy->plugins; plugin; plugin = plugin->next) {
        if (plugin->program.n > 0 || plugin->host)
            continue;
        core = core || is_core(plugin);
        if (!is_core(plugin))
            note_no_program(import, tb_report_text(import->policy->arena, "plugin `%.*s`",
                                                   TB_SHOWN(plugin->name)));
    }
    if (core)
        note_no_program(import, "part of Tauri's core");
}

void tb_import_notes(struct tb_import *import)
{
    note_frontend(import);
    note_settings(import);
    note_isolation(import);
    note_dangers(import);
    note_open(import);
    note_plugin_settings(import);
    note_overlays(import);
    note_inactive(import);
    note_unimplemented(import);
}
