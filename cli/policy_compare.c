#include "cli/policy_compare.h"

#include "cli/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct work {
    const json_t *before;
    const json_t *after;
    json_t *granted;  /* by name: what any view has afterwards */
    json_t *by_paths; /* by plugin: its scopes are paths, so that none allows nothing */
    struct policy_changes changes;
};

/* One view with one origin; NULL: the policy says nothing of it. */
struct pair {
    struct work *work;
    const char *view;
    json_t *context;
    const json_t *before;
    const json_t *after;
    json_t *before_commands; /* by name */
    json_t *after_commands;
    json_t *names; /* the commands whose scopes are being compared */
};

static json_t *item_of(const struct pair *pair, const char *kind)
{
    return json_pack("{s:s, s:s, s:O}", "kind", kind, "view", pair->view, "context", pair->context);
}

/* The entry of a capability that speaks for the command. */
static void set_rule(json_t *item, const json_t *command)
{
    static const char *const keys[] = {"entry", "file", "line"};
    for (size_t i = 0; i < TB_ARRAY_LEN(keys); i++)
        json_object_set(item, keys[i], json_object_get(command, keys[i]));
}

/* ---- scopes ---- */

/* The texts of one side of a command's scope; the values of the object mean nothing. */
static json_t *side_of(const json_t *group, const json_t *command, const char *side)
{
    json_t *texts = json_object();
    const json_t *index = json_object_get(command, "scope");
    const json_t *scope =
        index ? json_array_get(json_object_get(group, "scopes"), (size_t)json_integer_value(index))
              : NULL;
    size_t i;
    json_t *entry;
    json_array_foreach(json_object_get(scope, side), i, entry)
    {
        char *text = cli_entry_text(entry);
        if (text)
            json_object_set_new(texts, text, json_true());
        free(text);
    }
    return texts;
}

static json_t *keys_of(const json_t *object)
{
    json_t *list = json_array();
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        json_array_append_new(list, json_string(key));
    }
    return list;
}

/* One change of scopes: `what` (allow, deny, unlimited) and its entry, with all the commands that
 * it is true of. */
static void add_scope(const struct pair *pair, json_t *found, const char *what, const char *entry,
                      const json_t *command)
{
    json_t *key = json_pack("[sss]", what, entry, cli_text(command, "plugin"));
    char *name = json_dumps(key, JSON_COMPACT);
    json_t *item = name ? json_object_get(found, name) : NULL;
    if (name && !item) {
        item = item_of(pair, "scope");
        json_object_set_new(item, what, json_string(entry));
        json_object_set_new(item, "commands", json_array());
        set_rule(item, command);
        json_object_set_new(found, name, item);
    }
    json_array_extend(json_object_get(item, "commands"), pair->names);
    free(name);
    json_decref(key);
}

/* What `more` has and `less` does not. */
static void add_entries(const struct pair *pair, json_t *found, const char *side,
                        const json_t *more, const json_t *less, const json_t *command)
{
    const char *text;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)more, text, value)
    {
        if (!json_object_get(less, text))
            add_scope(pair, found, side, text, command);
    }
}

struct found {
    json_t *gives;
    json_t *takes;
};

static void compare_scopes(const struct pair *pair, const json_t *before, const json_t *after,
                           struct found *found)
{
    json_t *allowed[] = {side_of(pair->before, before, "allow"),
                         side_of(pair->after, after, "allow")};
    json_t *denied[] = {side_of(pair->before, before, "deny"), side_of(pair->after, after, "deny")};
    bool paths = json_object_get(pair->work->by_paths, cli_text(after, "plugin")) != NULL;
    add_entries(pair, found->gives, "allow", allowed[1], allowed[0], after);
    add_entries(pair, found->gives, "deny", denied[0], denied[1], after);
    add_entries(pair, found->takes, "allow", allowed[0], allowed[1], after);
    add_entries(pair, found->takes, "deny", denied[1], denied[0], after);
    /* To many plugins an empty list means that nothing limits the command. */
    if (!paths && json_object_size(allowed[0]) > 0 && json_object_size(allowed[1]) == 0)
        add_scope(pair, found->gives, "unlimited", "", after);
    for (size_t i = 0; i < 2; i++) {
        json_decref(allowed[i]);
        json_decref(denied[i]);
    }
}

static void move_values(json_t *found, json_t *list)
{
    const char *key;
    json_t *item;
    json_object_foreach(found, key, item)
    {
        json_array_append(list, item);
    }
    json_decref(found);
}

/* Commands of one plugin that are bound by the same two scopes differ by the same. */
static json_t *bound_alike(const struct pair *pair)
{
    json_t *alike = json_object();
    const char *name;
    json_t *after;
    json_object_foreach(pair->after_commands, name, after)
    {
        json_t *before = json_object_get(pair->before_commands, name);
        json_t *key = json_pack("[s,O?,O?]", cli_text(after, "plugin"),
                                json_object_get(before, "scope"), json_object_get(after, "scope"));
        char *text = before ? json_dumps(key, JSON_COMPACT) : NULL;
        if (text && !json_object_get(alike, text))
            json_object_set_new(
                alike, text,
                json_pack("{s:O, s:O, s:[]}", "before", before, "after", after, "names"));
        if (text)
            json_array_append_new(json_object_get(json_object_get(alike, text), "names"),
                                  json_string(name));
        free(text);
        json_decref(key);
    }
    return alike;
}

static void compare_all_scopes(struct pair *pair)
{
    struct found found = {json_object(), json_object()};
    json_t *alike = bound_alike(pair);
    const char *key;
    json_t *item;
    json_object_foreach(alike, key, item)
    {
        pair->names = json_object_get(item, "names");
        compare_scopes(pair, json_object_get(item, "before"), json_object_get(item, "after"),
                       &found);
    }
    move_values(found.gives, pair->work->changes.gives);
    move_values(found.takes, pair->work->changes.takes);
    json_decref(alike);
}

/* ---- commands ---- */

/* What `more` has and `less` does not. */
static void add_commands(const struct pair *pair, const json_t *group, json_t *more,
                         const json_t *less, json_t *list)
{
    const char *name;
    json_t *command;
    json_object_foreach(more, name, command)
    {
        if (json_object_get(less, name))
            continue;
        json_t *item = item_of(pair, "command");
        json_t *allowed = side_of(group, command, "allow");
        json_object_set_new(item, "command", json_string(name));
        json_object_set_new(item, "scope", keys_of(allowed));
        json_decref(allowed);
        set_rule(item, command);
        json_array_append_new(list, item);
    }
}

/* A denial that is gone, of a command that is granted somewhere: a view that has both kinds of
 * labels gets it now. Where the command came with it, that says so already. */
static void add_denials(const struct pair *pair)
{
    json_t *denied = json_object();
    size_t i;
    json_t *item;
    json_array_foreach(json_object_get(pair->after, "denied"), i, item)
    {
        json_object_set(denied, cli_text(item, "name"), item);
    }
    json_array_foreach(json_object_get(pair->before, "denied"), i, item)
    {
        const char *name = cli_text(item, "name");
        if (json_object_get(denied, name) || json_object_get(pair->after_commands, name) ||
            !json_object_get(pair->work->granted, name))
            continue;
        json_t *give = item_of(pair, "denial");
        json_object_set_new(give, "command", json_string(name));
        set_rule(give, item);
        json_array_append_new(pair->work->changes.gives, give);
    }
    json_decref(denied);
}

static json_t *by_name(const json_t *list)
{
    json_t *object = json_object();
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        json_object_set(object, cli_text(item, "name"), item);
    }
    return object;
}

static void compare_risk(const struct pair *pair)
{
    json_int_t before = cli_number(pair->before, "score");
    json_int_t after = cli_number(pair->after, "score");
    if (before != after)
        json_array_append_new(pair->work->changes.risk,
                              json_pack("{s:s, s:O, s:I, s:I}", "view", pair->view, "context",
                                        pair->context, "before", before, "after", after));
}

static void compare_pair(struct work *work, const char *view, json_t *context, const json_t *before,
                         const json_t *after)
{
    struct pair pair = {work, view, context, before, after, NULL, NULL, NULL};
    compare_risk(&pair);
    /* One body stands for many views. */
    if (json_equal(json_object_get(before, "commands"), json_object_get(after, "commands")) &&
        json_equal(json_object_get(before, "scopes"), json_object_get(after, "scopes")) &&
        json_equal(json_object_get(before, "denied"), json_object_get(after, "denied")))
        return;
    pair.before_commands = by_name(json_object_get(before, "commands"));
    pair.after_commands = by_name(json_object_get(after, "commands"));
    add_commands(&pair, after, pair.after_commands, pair.before_commands, work->changes.gives);
    add_commands(&pair, before, pair.before_commands, pair.after_commands, work->changes.takes);
    add_denials(&pair);
    compare_all_scopes(&pair);
    json_decref(pair.before_commands);
    json_decref(pair.after_commands);
}

/* ---- views ---- */

/* From a view and its origin to the group that says what is true of it. */
static json_t *flatten(const json_t *report)
{
    json_t *flat = json_object();
    size_t i;
    size_t k;
    json_t *group;
    json_t *view;
    json_array_foreach(json_object_get(report, "views"), i, group)
    {
        json_array_foreach(json_object_get(group, "views"), k, view)
        {
            json_t *key = json_pack("[OO]", view, json_object_get(group, "context"));
            char *name = json_dumps(key, JSON_COMPACT);
            if (name)
                json_object_set_new(flat, name,
                                    json_pack("{s:O, s:O}", "view", view, "group", group));
            free(name);
            json_decref(key);
        }
    }
    return flat;
}

static void compare_views(struct work *work)
{
    json_t *before = flatten(work->before);
    json_t *after = flatten(work->after);
    const char *key;
    json_t *place;
    json_object_foreach(after, key, place)
    {
        const json_t *group = json_object_get(place, "group");
        compare_pair(work, cli_text(place, "view"), json_object_get(group, "context"),
                     json_object_get(json_object_get(before, key), "group"), group);
    }
    json_object_foreach(before, key, place)
    {
        const json_t *group = json_object_get(place, "group");
        if (!json_object_get(after, key))
            compare_pair(work, cli_text(place, "view"), json_object_get(group, "context"), group,
                         NULL);
    }
    json_decref(before);
    json_decref(after);
}

/* ---- what is true of the whole ---- */

static int rank_of(const json_t *report)
{
    static const char *const modes[] = {"strict", "narrow", "tauri"};
    for (int i = 0; i < (int)TB_ARRAY_LEN(modes); i++)
        if (strcmp(cli_text(report, "mode"), modes[i]) == 0)
            return i;
    return (int)TB_ARRAY_LEN(modes);
}

static void compare_whole(struct work *work)
{
    int before = rank_of(work->before);
    int after = rank_of(work->after);
    bool had = json_is_true(json_object_get(work->before, "app_acl"));
    bool has = json_is_true(json_object_get(work->after, "app_acl"));
    json_int_t left_out = cli_number(work->before, "views_left_out");
    left_out += cli_number(work->after, "views_left_out");
    if (before != after)
        json_array_append_new(after > before ? work->changes.gives : work->changes.takes,
                              json_pack("{s:s, s:s, s:s}", "kind", "mode", "before",
                                        cli_text(work->before, "mode"), "after",
                                        cli_text(work->after, "mode")));
    /* In mode tauri the app's own commands are checked only if it has permissions for some. */
    if (had != has && rank_of(work->after) == 2)
        json_array_append_new(had ? work->changes.gives : work->changes.takes,
                              json_pack("{s:s}", "kind", "app"));
    if (left_out > 0)
        json_array_append_new(work->changes.gives,
                              json_pack("{s:s, s:I}", "kind", "unknown", "views", left_out));
}

/* ---- plugins ---- */

static void add_sandbox(json_t *list, const json_t *plugin, const char *key, const json_t *value)
{
    json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:O}", "kind", "sandbox", "plugin",
                                          cli_text(plugin, "name"), "key", key, "value",
                                          (json_t *)(uintptr_t)value));
}

static void add_paths(json_t *list, const json_t *more, const json_t *less, const char *key)
{
    const json_t *paths = json_object_get(more, key);
    const json_t *others = json_object_get(less, key);
    json_t *known = json_object();
    size_t i;
    json_t *path;
    json_array_foreach(others, i, path)
    {
        json_object_set(known, json_string_value(path), path);
    }
    json_array_foreach(paths, i, path)
    {
        if (!json_object_get(known, json_string_value(path)))
            add_sandbox(list, more, key, path);
    }
    json_decref(known);
}

/* 0 is no limit. */
static void compare_number(struct work *work, const json_t *before, const json_t *after,
                           const char *key)
{
    json_int_t old = cli_number(before, key);
    json_int_t new = cli_number(after, key);
    if (old == new)
        return;
    bool wider = new == 0 || (old != 0 && new > old);
    add_sandbox(wider ? work->changes.gives : work->changes.takes, after, key,
                json_object_get(after, key));
}

static void compare_plugin(struct work *work, const json_t *before, const json_t *after)
{
    static const char *const lists[] = {"read", "write", "exec"};
    bool had = json_is_true(json_object_get(before, "network"));
    bool has = json_is_true(json_object_get(after, "network"));
    for (size_t i = 0; i < TB_ARRAY_LEN(lists); i++) {
        add_paths(work->changes.gives, after, before, lists[i]);
        add_paths(work->changes.takes, before, after, lists[i]);
    }
    if (had != has)
        add_sandbox(has ? work->changes.gives : work->changes.takes, after, "network",
                    json_object_get(after, "network"));
    compare_number(work, before, after, "memory_mib");
    compare_number(work, before, after, "cpu_s");
    /* Another program may do anything that the sandbox allows. */
    if (strcmp(cli_text(before, "program"), cli_text(after, "program")) != 0)
        add_sandbox(work->changes.gives, after, "program", json_object_get(after, "program"));
}

static void compare_plugins(struct work *work)
{
    json_t *before = by_name(json_object_get(work->before, "plugins"));
    json_t *after = by_name(json_object_get(work->after, "plugins"));
    const char *name;
    json_t *plugin;
    json_object_foreach(after, name, plugin)
    {
        const json_t *old = json_object_get(before, name);
        if (strcmp(cli_text(plugin, "scope"), "path") == 0)
            json_object_set(work->by_paths, name, plugin);
        if (old)
            compare_plugin(work, old, plugin);
    }
    json_decref(before);
    json_decref(after);
}

/* ---- warnings ---- */

/* Without the line, which moves when something else is written above it. */
static json_t *warning_keys(const json_t *report)
{
    json_t *keys = json_object();
    size_t i;
    json_t *warning;
    json_array_foreach(json_object_get(report, "warnings"), i, warning)
    {
        json_t *key = json_pack("[ss]", cli_text(warning, "code"), cli_text(warning, "message"));
        char *name = json_dumps(key, JSON_COMPACT);
        if (name)
            json_object_set(keys, name, warning);
        free(name);
        json_decref(key);
    }
    return keys;
}

static void compare_warnings(struct work *work)
{
    json_t *before = warning_keys(work->before);
    json_t *after = warning_keys(work->after);
    const char *key;
    json_t *warning;
    json_object_foreach(after, key, warning)
    {
        if (!json_object_get(before, key))
            json_array_append(work->changes.warnings, warning);
    }
    json_decref(before);
    json_decref(after);
}

static void note_granted(struct work *work)
{
    size_t i;
    size_t k;
    json_t *group;
    json_t *command;
    json_array_foreach(json_object_get(work->after, "views"), i, group)
    {
        json_array_foreach(json_object_get(group, "commands"), k, command)
        {
            json_object_set(work->granted, cli_text(command, "name"), command);
        }
    }
}

struct policy_changes policy_compare(const json_t *before, const json_t *after)
{
    struct work work = {
        .before = before,
        .after = after,
        .granted = json_object(),
        .by_paths = json_object(),
        .changes = {json_array(), json_array(), json_array(), json_array()},
    };
    note_granted(&work);
    compare_whole(&work);
    compare_plugins(&work);
    compare_views(&work);
    compare_warnings(&work);
    json_decref(work.granted);
    json_decref(work.by_paths);
    return work.changes;
}

void policy_changes_deinit(struct policy_changes *changes)
{
    json_decref(changes->gives);
    json_decref(changes->takes);
    json_decref(changes->risk);
    json_decref(changes->warnings);
}
