#include "policy/compiler/manifest.h"

#include "policy/compiler/facts.h"
#include "policy/compiler/identifier.h"
#include "policy/compiler/manifest_parts.h"
#include "policy/settings.h"

bool tb_manifest_fields(struct tb_manifest_context *context, const struct tb_value *map,
                        const char *what, const struct tb_want *wants, size_t n)
{
    return tb_value_fields(context->report, map, what, wants, n, TB_UNKNOWN_ERROR);
}

static void unsupported(struct tb_manifest_context *context, const struct tb_value *value,
                        const char *what, const char *instead)
{
    tb_report_error(context->report, "unsupported", value->place,
                    "this version does not enforce %s: %s", what, instead);
}

/* Numbers that ask for nothing when they are 0. */
static void refuse_number(struct tb_manifest_context *context, const struct tb_value *value,
                          const char *what)
{
    if (value && value->integer != 0)
        unsupported(context, value, what, "leave it out or write 0");
}

static void refuse_some(struct tb_manifest_context *context, const struct tb_value *value,
                        const char *what)
{
    if (value && value->n > 0)
        unsupported(context, value, what, "leave it out");
}

/* One of the words, or the default where there is no value. */
struct tb_bytes tb_manifest_word(struct tb_manifest_context *context, const struct tb_value *value,
                                 const char *what, const char *const *words, size_t n)
{
    const char *all = "";
    if (!value)
        return tb_bytes_of_string(words[0]);
    for (size_t i = 0; i < n; i++) {
        if (tb_bytes_are(value->string, words[i]))
            return value->string;
        all = tb_arena_format(context->report->arena, "%s%s%s", all, i ? ", " : "", words[i]);
    }
    tb_report_error(context->report, "value", value->place, "%s cannot be `%.*s`; it is one of %s",
                    what, TB_SHOWN(value->string), all);
    return tb_bytes_of_string(words[0]);
}

static bool id_valid(struct tb_bytes id)
{
    /* It names folders: no empty part, nothing that begins with a dot. */
    bool part_begins = true;
    for (size_t i = 0; i < id.n; i++) {
        uint8_t c = id.data[i];
        bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!alnum && (part_begins || (c != '.' && c != '-' && c != '_')))
            return false;
        part_begins = c == '.';
    }
    return id.n > 0 && id.n <= TB_APP_MAX && !part_begins;
}

static bool below_app(struct tb_bytes path)
{
    const char *text = (const char *)path.data;
    bool dots = tb_bytes_are(path, "..") || (path.n > 2 && memcmp(text, "../", 3) == 0) ||
                memmem(text, path.n, "/../", 4) ||
                (path.n > 2 && memcmp(text + path.n - 3, "/..", 3) == 0);
    return path.n > 0 && path.data[0] != '/' && !dots && !memchr(text, 0, path.n);
}

static void read_app(struct tb_manifest_context *context, const struct tb_value *map)
{
    struct tb_manifest *manifest = context->manifest;
    const struct tb_value *id;
    struct tb_app_values app;
    const struct tb_want wants[] = {
        {"id", TB_VALUE_STRING, &id, true},
        {"name", TB_VALUE_STRING, &app.name, false},
        {"frontend", TB_VALUE_STRING, &app.frontend, false},
        {"dev_url", TB_VALUE_STRING, &app.dev_url, false},
        {"csp", TB_VALUE_STRING, &app.csp, false},
        {"version", TB_VALUE_STRING, &app.version, false},
        {"production", TB_VALUE_BOOL, &app.production, false},
    };
    tb_manifest_fields(context, map, "[app]", wants, TB_ARRAY_LEN(wants));
    manifest->app = tb_value_text(id);
    if (id && !id_valid(id->string))
        tb_report_error(context->report, "value", id->place,
                        "`id` cannot be `%.*s`: write a name such as com.example.notes, of "
                        "letters, digits, `-`, `_` and dots",
                        TB_SHOWN(id->string));
    tb_facts_read(context->report, &app, manifest);
}

static const char *const mode_words[] = {
    [TB_NARROW] = "narrow", [TB_TAURI] = "tauri", [TB_STRICT] = "strict"};

const char *tb_semantics_name(enum tb_semantics mode)
{
    return mode_words[mode];
}

bool tb_semantics_of(struct tb_bytes text, enum tb_semantics *ret_mode)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(mode_words); i++) {
        if (!tb_bytes_are(text, mode_words[i]))
            continue;
        *ret_mode = (enum tb_semantics)i;
        return true;
    }
    return false;
}

static void read_policy(struct tb_manifest_context *context, const struct tb_value *map)
{
    const struct tb_value *mode;
    const struct tb_want wants[] = {{"mode", TB_VALUE_STRING, &mode, false}};
    tb_manifest_fields(context, map, "[policy]", wants, TB_ARRAY_LEN(wants));
    struct tb_bytes chosen =
        tb_manifest_word(context, mode, "`mode`", mode_words, TB_ARRAY_LEN(mode_words));
    if (!tb_semantics_of(chosen, &context->manifest->mode))
        context->manifest->mode = TB_NARROW;
}

static void read_sandbox(struct tb_manifest_context *context, const struct tb_value *map)
{
    static const char *const layers[] = {"seccomp", "landlock", "userns", "mount",
                                         "pid",     "net",      "ipc",    "mdwe"};
    const struct tb_value *require;
    const struct tb_want wants[] = {{"require", TB_VALUE_LIST, &require, false}};
    tb_manifest_fields(context, map, "[sandbox]", wants, TB_ARRAY_LEN(wants));
    if (!tb_value_strings(context->report, require, "`require`"))
        return;
    for (const struct tb_value *item = require ? require->child : NULL; item; item = item->next)
        tb_manifest_word(context, item, "a layer in `require`", layers, TB_ARRAY_LEN(layers));
    if (require && require->n > TB_LAYERS_MAX)
        tb_report_error(context->report, "value", require->place,
                        "`require` names layers twice: name each once");
    context->manifest->require = require;
}

static void read_violations(struct tb_manifest_context *context, const struct tb_value *map)
{
    static const char *const actions[] = {"lock", "deny", "exit"};
    const struct tb_value *action;
    const struct tb_want wants[] = {{"action", TB_VALUE_STRING, &action, false}};
    tb_manifest_fields(context, map, "[violations]", wants, TB_ARRAY_LEN(wants));
    context->manifest->violations =
        tb_manifest_word(context, action, "`action`", actions, TB_ARRAY_LEN(actions));
}

const char *const tb_args_words[TB_N_ARGS_WORDS] = {"digest", "none", "full"};

static void read_audit(struct tb_manifest_context *context, const struct tb_value *map)
{
    static const char *const modes[] = {"before", "behind", "durable"};
    struct tb_manifest *manifest = context->manifest;
    const struct tb_value *mode;
    const struct tb_value *file;
    const struct tb_value *args;
    const struct tb_value *redact;
    const struct tb_value *rotate_mib;
    const struct tb_value *keep;
    const struct tb_value *heartbeat_s;
    const struct tb_want wants[] = {
        {"mode", TB_VALUE_STRING, &mode, false},
        {"file", TB_VALUE_STRING, &file, false},
        {"args", TB_VALUE_STRING, &args, false},
        {"redact", TB_VALUE_LIST, &redact, false},
        {"rotate_mib", TB_VALUE_INT, &rotate_mib, false},
        {"keep", TB_VALUE_INT, &keep, false},
        {"heartbeat_s", TB_VALUE_INT, &heartbeat_s, false},
    };
    tb_manifest_fields(context, map, "[audit]", wants, TB_ARRAY_LEN(wants));
    manifest->audit_mode = tb_manifest_word(context, mode, "`mode`", modes, TB_ARRAY_LEN(modes));
    manifest->audit_args =
        tb_manifest_word(context, args, "`args`", tb_args_words, TB_N_ARGS_WORDS);
    if (file) {
        manifest->audit_file = file->string;
        manifest->audit_place = file->place;
    }
    if (tb_bytes_are(manifest->audit_mode, "durable"))
        unsupported(context, mode, "the audit mode durable", "write before");
    refuse_some(context, redact, "`redact`");
    refuse_number(context, rotate_mib, "`rotate_mib` (the log is not rotated)");
    refuse_number(context, keep, "`keep` (the log is not rotated)");
    refuse_number(context, heartbeat_s, "`heartbeat_s` (there are no empty epochs)");
}

static bool check_path_in_app(struct tb_manifest_context *context, const struct tb_value *value,
                              const char *what)
{
    if (!value || below_app(value->string))
        return true;
    tb_report_error(context->report, "value", value->place,
                    "`%s` must be a path below the app folder, without `..`", what);
    return false;
}

static void read_override(struct tb_manifest_context *context, const struct tb_value *map)
{
    struct tb_override override = {.name = map->key, .place = map->place};
    const struct tb_want wants[] = {
        {"program", TB_VALUE_STRING, &override.program, false},
        {"permissions", TB_VALUE_STRING, &override.permissions, false},
        {"sandbox", TB_VALUE_MAP, &override.sandbox, false},
    };
    bool ok = tb_manifest_fields(context, map, "a table of [plugins]", wants, TB_ARRAY_LEN(wants));
    ok = check_path_in_app(context, override.program, "program") && ok;
    ok = check_path_in_app(context, override.permissions, "permissions") && ok;
    if (!tb_plugin_name_valid(map->key)) {
        tb_report_error(context->report, "value", map->place,
                        "`%.*s` cannot be a plugin's name: write letters, digits and hyphens",
                        TB_SHOWN(map->key));
        ok = false;
    }
    /* What is wrong is not followed any further, least of all a path that leaves the app. */
    if (!ok)
        return;
    struct tb_override *kept = TB_NEW(context->report->arena, struct tb_override);
    *kept = override;
    kept->next = context->manifest->overrides;
    context->manifest->overrides = kept;
    tb_table_put(context->report->arena, &context->manifest->override_of, kept->name, kept);
}

static void each_table(struct tb_manifest_context *context, const struct tb_value *map,
                       const char *what,
                       void (*read)(struct tb_manifest_context *, const struct tb_value *))
{
    for (const struct tb_value *item = map ? map->child : NULL; item; item = item->next) {
        if (item->type == TB_VALUE_MAP)
            read(context, item);
        else
            tb_report_error(context->report, "type", item->place,
                            "%s holds tables, such as [%s.\"NAME\"], not %s", what, what,
                            tb_value_type_name(item->type));
    }
}

static struct tb_manifest defaults(void)
{
    return (struct tb_manifest){
        .violations = tb_bytes_of_string("lock"),
        .audit_mode = tb_bytes_of_string("before"),
        .audit_file = tb_bytes_of_string("$XDG_STATE_HOME/trollbridge/<id>/audit.jsonl"),
        .audit_place = {TB_MANIFEST_FILE, 0},
        .audit_args = tb_bytes_of_string("digest"),
        .remember_days = TB_REMEMBER_DAYS_DEFAULT,
    };
}

/* TOML writes the one as [key] and the other as [[key]]. */
static const struct tb_value *list_of_tables(struct tb_report *report, const struct tb_value *value)
{
    if (!value || value->type == TB_VALUE_LIST)
        return value;
    tb_report_error(report, "type", value->place,
                    "`[%.*s]` is a table alone, and there may be several: write `[[%.*s]]`",
                    TB_SHOWN(value->key), TB_SHOWN(value->key));
    return NULL;
}

struct tb_manifest tb_manifest_read(struct tb_report *report, const struct tb_value *root,
                                    const enum tb_semantics *forced_mode)
{
    struct tb_manifest manifest = defaults();
    struct tb_manifest_context context = {report, &manifest};
    const struct tb_value *app, *policy, *sandbox, *violations, *audit, *hook, *ask, *open;
    const struct tb_value *window, *limits, *commands, *rule, *plugins, *programs;
    const struct tb_want wants[] = {
        {"app", TB_VALUE_MAP, &app, true},
        {"policy", TB_VALUE_MAP, &policy, false},
        {"sandbox", TB_VALUE_MAP, &sandbox, false},
        {"violations", TB_VALUE_MAP, &violations, false},
        {"audit", TB_VALUE_MAP, &audit, false},
        {"hook", TB_VALUE_MAP, &hook, false},
        {"ask", TB_VALUE_MAP, &ask, false},
        {"open", TB_VALUE_MAP, &open, false},
        {"limits", TB_VALUE_MAP, &limits, false},
        {"commands", TB_VALUE_MAP, &commands, false},
        {"rule", TB_VALUE_LIST | TB_VALUE_MAP, &rule, false},
        {"plugins", TB_VALUE_MAP, &plugins, false},
        {"programs", TB_VALUE_MAP, &programs, false},
        {"window", TB_VALUE_LIST | TB_VALUE_MAP, &window, false},
    };
    tb_manifest_fields(&context, root, "the manifest", wants, TB_ARRAY_LEN(wants));
    const struct {
        const struct tb_value *map;
        void (*read)(struct tb_manifest_context *, const struct tb_value *);
    } tables[] = {{app, read_app},     {policy, read_policy},         {sandbox, read_sandbox},
                  {audit, read_audit}, {violations, read_violations}, {hook, tb_hook_read},
                  {ask, tb_ask_read},  {open, tb_open_read}};
    for (size_t i = 0; i < TB_ARRAY_LEN(tables); i++)
        if (tables[i].map)
            tables[i].read(&context, tables[i].map);
    window = list_of_tables(report, window);
    rule = list_of_tables(report, rule);
    tb_windows_read(report, window, &manifest);
    each_table(&context, limits, "limits", tb_limit_read);
    each_table(&context, commands, "commands", tb_detail_read);
    each_table(&context, plugins, "plugins", read_override);
    each_table(&context, programs, "programs", tb_program_read);
    manifest.rule_list = rule;
    if (forced_mode)
        manifest.mode = *forced_mode;
    return manifest;
}
