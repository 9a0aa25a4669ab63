#include "cli/policy_unresolved.h"

#include "cli/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One view with one origin; NULL: the policy says nothing of it. */
struct pair {
    struct policy_work *work;
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

/* ---- filters ---- */

static void move_items(const struct pair *pair, json_t *found, json_t *list)
{
    const char *key;
    json_t *item;
    json_object_foreach(found, key, item)
    {
        json_object_set_new(item, "view", json_string(pair->view));
        json_object_set(item, "context", pair->context);
        json_array_append(list, item);
    }
    json_decref(found);
}

static void compare_all_filters(const struct pair *pair)
{
    struct policy_filters found = {json_object(), json_object()};
    const char *name;
    json_t *after;
    json_object_foreach(pair->after_commands, name, after)
    {
        const json_t *before = json_object_get(pair->before_commands, name);
        if (before)
            policy_compare_filters(pair->work, &found, before, after);
    }
    move_items(pair, found.gives, pair->work->changes.gives);
    move_items(pair, found.takes, pair->work->changes.takes);
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

static void compare_risk(const struct pair *pair)
{
    json_int_t before = cli_number(pair->before, "score");
    json_int_t after = cli_number(pair->after, "score");
    if (before != after)
        json_array_append_new(pair->work->changes.risk,
                              json_pack("{s:s, s:O, s:I, s:I}", "view", pair->view, "context",
                                        pair->context, "before", before, "after", after));
}

static void compare_pair(struct policy_work *work, const char *view, json_t *context,
                         const json_t *before, const json_t *after)
{
    struct pair pair = {work, view, context, before, after, NULL, NULL, NULL};
    compare_risk(&pair);
    /* One body stands for many views. Filters and limits are named by their places, which mean the
     * same only where the two lists are. */
    if (pair.work->same_filters &&
        json_equal(json_object_get(before, "commands"), json_object_get(after, "commands")) &&
        json_equal(json_object_get(before, "scopes"), json_object_get(after, "scopes")) &&
        json_equal(json_object_get(before, "denied"), json_object_get(after, "denied")))
        return;
    pair.before_commands = policy_by_name(json_object_get(before, "commands"));
    pair.after_commands = policy_by_name(json_object_get(after, "commands"));
    add_commands(&pair, after, pair.after_commands, pair.before_commands, work->changes.gives);
    add_commands(&pair, before, pair.before_commands, pair.after_commands, work->changes.takes);
    add_denials(&pair);
    compare_all_scopes(&pair);
    compare_all_filters(&pair);
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

static void compare_views(struct policy_work *work)
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

static void note_granted(struct policy_work *work)
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
    struct policy_work work = {
        .before = before,
        .after = after,
        .granted = json_object(),
        .by_paths = json_object(),
        .changes = {json_array(), json_array(), json_array(), json_array()},
    };
    work.same_filters =
        json_equal(json_object_get(before, "filters"), json_object_get(after, "filters")) &&
        json_equal(json_object_get(before, "limits"), json_object_get(after, "limits"));
    note_granted(&work);
    policy_compare_whole(&work);
    policy_compare_tripwires(&work);
    policy_compare_unresolved(&work);
    policy_compare_plugins(&work);
    compare_views(&work);
    policy_compare_warnings(&work);
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
