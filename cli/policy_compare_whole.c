/* What is compared besides views: the mode, plugins' sandboxes, warnings. */
#include "cli/policy_work.h"

#include "cli/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

json_t *policy_by_name(const json_t *list)
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

static int rank_of(const json_t *report)
{
    static const char *const modes[] = {"strict", "narrow", "tauri"};
    for (int i = 0; i < (int)TB_ARRAY_LEN(modes); i++)
        if (strcmp(cli_text(report, "mode"), modes[i]) == 0)
            return i;
    return (int)TB_ARRAY_LEN(modes);
}

void policy_compare_whole(struct policy_work *work)
{
    int before = rank_of(work->before);
    int after = rank_of(work->after);
    bool had = json_is_true(json_object_get(work->before, "app_acl"));
    bool has = json_is_true(json_object_get(work->after, "app_acl"));
    json_int_t left_out = cli_number(work->before, "views_left_out");
    if (left_out < cli_number(work->after, "views_left_out"))
        left_out = cli_number(work->after, "views_left_out");
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
static void compare_number(struct policy_work *work, const json_t *before, const json_t *after,
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

static void compare_switch(struct policy_work *work, const json_t *before, const json_t *after,
                           const char *key)
{
    bool had = json_is_true(json_object_get(before, key));
    bool has = json_is_true(json_object_get(after, key));
    if (had != has)
        add_sandbox(has ? work->changes.gives : work->changes.takes, after, key,
                    json_object_get(after, key));
}

static void compare_plugin(struct policy_work *work, const json_t *before, const json_t *after)
{
    static const char *const lists[] = {"read", "write", "exec"};
    for (size_t i = 0; i < TB_ARRAY_LEN(lists); i++) {
        add_paths(work->changes.gives, after, before, lists[i]);
        add_paths(work->changes.takes, before, after, lists[i]);
    }
    compare_switch(work, before, after, "network");
    compare_switch(work, before, after, "jit");
    compare_switch(work, before, after, "audit");
    compare_switch(work, before, after, "state");
    compare_switch(work, before, after, "secrets");
    compare_number(work, before, after, "memory_mib");
    compare_number(work, before, after, "cpu_s");
    /* Another program may do anything that the sandbox allows. */
    if (strcmp(cli_text(before, "program"), cli_text(after, "program")) != 0)
        add_sandbox(work->changes.gives, after, "program", json_object_get(after, "program"));
}

void policy_compare_plugins(struct policy_work *work)
{
    json_t *before = policy_by_name(json_object_get(work->before, "plugins"));
    json_t *after = policy_by_name(json_object_get(work->after, "plugins"));
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

void policy_compare_warnings(struct policy_work *work)
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
