#include "cli/policy_unresolved.h"

#include "cli/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t policy_count_unresolved(const json_t *report)
{
    size_t n = 0;
    size_t i;
    json_t *capability;
    json_array_foreach(json_object_get(report, "unresolved"), i, capability)
    {
        n += json_array_size(json_object_get(capability, "entries"));
    }
    return n;
}

/* A number for each set of views, which many entries share: equal ones have the same. */
static json_int_t number_of(json_t *numbers, const json_t *capability)
{
    json_t *where =
        json_pack("[O, O, O, O]", json_object_get(capability, "windows"),
                  json_object_get(capability, "webviews"), json_object_get(capability, "local"),
                  json_object_get(capability, "urls"));
    char *text = json_dumps(where, JSON_COMPACT);
    json_t *number = text ? json_object_get(numbers, text) : NULL;
    if (text && !number) {
        number = json_integer((json_int_t)json_object_size(numbers));
        json_object_set_new(numbers, text, number);
    }
    free(text);
    json_decref(where);
    return json_integer_value(number);
}

static void add_entry(json_t *keys, json_int_t where, json_t *entry)
{
    json_t *key = json_pack("[I, s, O, O]", where, cli_text(entry, "entry"),
                            json_object_get(entry, "allow"), json_object_get(entry, "deny"));
    char *text = json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS);
    if (text)
        json_object_set(keys, text, entry);
    free(text);
    json_decref(key);
}

/* The entries by what they say and for which views: not by the capability's name or the line. */
static json_t *keys_of(const json_t *report, json_t *numbers)
{
    json_t *keys = json_object();
    size_t i;
    size_t k;
    json_t *capability;
    json_t *entry;
    json_array_foreach(json_object_get(report, "unresolved"), i, capability)
    {
        json_int_t where = number_of(numbers, capability);
        json_array_foreach(json_object_get(capability, "entries"), k, entry)
        {
            add_entry(keys, where, entry);
        }
    }
    return keys;
}

/* By Tauri's own naming: what is called so takes commands away. */
static bool denies(const json_t *entry)
{
    const char *base = strrchr(cli_text(entry, "entry"), ':');
    return base && strncmp(base, ":deny-", strlen(":deny-")) == 0;
}

static void add_missing(json_t *from, const json_t *in, json_t *grants, json_t *denials)
{
    const char *key;
    json_t *entry;
    json_object_foreach(from, key, entry)
    {
        if (!json_object_get(in, key))
            json_array_append_new(denies(entry) ? denials : grants,
                                  json_pack("{s:s, s:s, s:s, s:I}", "kind", "unresolved", "entry",
                                            cli_text(entry, "entry"), "file",
                                            cli_text(entry, "file"), "line",
                                            cli_number(entry, "line")));
    }
}

void policy_compare_unresolved(struct policy_work *work)
{
    json_t *numbers = json_object();
    json_t *before = keys_of(work->before, numbers);
    json_t *after = keys_of(work->after, numbers);
    add_missing(after, before, work->changes.gives, work->changes.takes);
    add_missing(before, after, work->changes.takes, work->changes.gives);
    json_decref(before);
    json_decref(after);
    json_decref(numbers);
}
