/* What filters the calls of a command that both policies grant. What is gone is wider and what is
 * new is narrower; of two hooks that differ nobody can say, so that a person has to look. */
#include "cli/policy_work.h"

#include "cli/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The items of a command, by what they say. A new reference. */
static json_t *items_of(const json_t *report, const json_t *command)
{
    const json_t *all = json_object_get(report, "filters");
    json_t *items = json_object();
    size_t i;
    json_t *index;
    json_array_foreach(json_object_get(command, "filters"), i, index)
    {
        json_t *item = json_array_get(all, (size_t)json_integer_value(index));
        json_t *said = json_pack("[s,O]", cli_text(item, "kind"), json_object_get(item, "value"));
        char *key = json_dumps(said, JSON_COMPACT | JSON_SORT_KEYS);
        if (key)
            json_object_set(items, key, item);
        free(key);
        json_decref(said);
    }
    return items;
}

/* One change with all the commands that it is true of. */
static void add(json_t *found, const char *key, json_t *change, const char *command)
{
    json_t *item = json_object_get(found, key);
    if (!item) {
        item = change;
        json_object_set(found, key, item);
        json_object_set_new(item, "commands", json_array());
    }
    json_array_append_new(json_object_get(item, "commands"), json_string(command));
    json_decref(change);
}

static void add_items(json_t *found, const json_t *more, const json_t *less, const char *command)
{
    const char *key;
    json_t *item;
    json_object_foreach((json_t *)(uintptr_t)more, key, item)
    {
        if (json_object_get(less, key))
            continue;
        add(found, key,
            json_pack("{s:s, s:O, s:O, s:O}", "kind", "filter", "filter", item, "file",
                      json_object_get(item, "file"), "line", json_object_get(item, "line")),
            command);
    }
}

/* 0 is no limit, and more of any is wider. */
static void compare_limits(const struct policy_filters *of, const json_t *before,
                           const json_t *after, const char *command)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)after, key, value)
    {
        json_int_t old = cli_number(before, key);
        json_int_t new = json_integer_value(value);
        char name[128];
        if (old == new)
            continue;
        bool wider = new == 0 || (old != 0 && new > old);
        (void)snprintf(name, sizeof name, "%s %lld %lld", key, (long long)old, (long long)new);
        add(wider ? of->gives : of->takes, name,
            json_pack("{s:s, s:s, s:I, s:I}", "kind", "limit", "key", key, "before", old, "after",
                      new),
            command);
    }
}

static const json_t *limits_of(const json_t *report, const json_t *command)
{
    return json_array_get(json_object_get(report, "limits"), (size_t)cli_number(command, "limits"));
}

void policy_compare_filters(const struct policy_work *work, const struct policy_filters *of,
                            const json_t *before, const json_t *after)
{
    const char *command = cli_text(after, "name");
    json_t *old = items_of(work->before, before);
    json_t *new = items_of(work->after, after);
    add_items(of->gives, old, new, command);
    add_items(of->takes, new, old, command);
    compare_limits(of, limits_of(work->before, before), limits_of(work->after, after), command);
    json_decref(old);
    json_decref(new);
}

static void compare_names(json_t *list, const json_t *more, const json_t *less)
{
    json_t *known = json_object();
    size_t i;
    json_t *name;
    json_array_foreach(less, i, name)
    {
        json_object_set(known, json_string_value(name), name);
    }
    json_array_foreach(more, i, name)
    {
        if (!json_object_get(known, json_string_value(name)))
            json_array_append_new(list,
                                  json_pack("{s:s, s:O}", "kind", "tripwire", "command", name));
    }
    json_decref(known);
}

void policy_compare_tripwires(struct policy_work *work)
{
    const json_t *before = json_object_get(work->before, "tripwires");
    const json_t *after = json_object_get(work->after, "tripwires");
    compare_names(work->changes.gives, before, after);
    compare_names(work->changes.takes, after, before);
}
