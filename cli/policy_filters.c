#include "cli/policy_filters.h"

#include "cli/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void free_text(char **text)
{
    free(*text);
}

static char *rule_text(const json_t *rule)
{
    json_t *rest = json_copy((json_t *)(uintptr_t)rule);
    char *text = NULL;
    json_object_del(rest, "then");
    tb_cleanup(free_text) char *json = json_dumps(rest, JSON_COMPACT);
    if (!json || asprintf(&text, "rule %s %s", cli_text(rule, "then"), json) < 0)
        text = NULL;
    json_decref(rest);
    return text;
}

static char *hook_text(const json_t *hook)
{
    char *text = NULL;
    int n = asprintf(&text, "hook %s (%.8s), %lld ms and %lld MiB", cli_text(hook, "file"),
                     cli_text(hook, "digest"), (long long)cli_number(hook, "time_ms"),
                     (long long)cli_number(hook, "memory_mib"));
    return n < 0 ? NULL : text;
}

static char *ask_text(const json_t *ask)
{
    long long days = cli_number(ask, "remember_days");
    char *text = NULL;
    int n = days > 0 ? asprintf(&text, "ask a person, remembered for %lld days", days)
                     : asprintf(&text, "ask a person, remembered for ever");
    return n < 0 ? NULL : text;
}

static char *schema_text(const json_t *schema)
{
    tb_cleanup(free_text) char *json = json_dumps(schema, JSON_COMPACT);
    char *text = NULL;
    return !json || asprintf(&text, "schema %s", json) < 0 ? NULL : text;
}

char *policy_filter_text(const json_t *item)
{
    const char *kind = cli_text(item, "kind");
    const json_t *value = json_object_get(item, "value");
    if (strcmp(kind, "rule") == 0)
        return rule_text(value);
    if (strcmp(kind, "hook") == 0)
        return hook_text(value);
    if (strcmp(kind, "ask") == 0)
        return ask_text(value);
    if (strcmp(kind, "schema") == 0)
        return schema_text(value);
    return strdup("tripwire: a call locks the session and raises an alert");
}

static void put_rate(const json_t *limits, const char *key, const char *unit)
{
    long long rate = cli_number(limits, key);
    if (rate > 0)
        printf(", %lld %s", rate, unit);
}

static void put_limits(const json_t *limits)
{
    long long deadline = cli_number(limits, "deadline_ms");
    if (!json_is_object(limits))
        return;
    printf("  limits: %lld calls at once, ", (long long)cli_number(limits, "in_flight"));
    if (deadline > 0)
        printf("%lld ms for each", deadline);
    else
        fputs("no deadline", stdout);
    put_rate(limits, "calls_per_s", "calls a second");
    if (cli_number(limits, "burst") != cli_number(limits, "calls_per_s"))
        printf(" (%lld after a rest)", (long long)cli_number(limits, "burst"));
    put_rate(limits, "bytes_in", "bytes a second in");
    put_rate(limits, "bytes_out", "bytes a second out");
    putchar('\n');
}

void policy_put_filters(const json_t *answer)
{
    size_t i;
    json_t *item;
    put_limits(json_object_get(answer, "limits"));
    json_array_foreach(json_object_get(answer, "filters"), i, item)
    {
        tb_cleanup(free_text) char *text = policy_filter_text(item);
        fputs("  ", stdout);
        (void)cli_put(text ? text : cli_text(item, "kind"));
        fputs(" (", stdout);
        (void)cli_put_place(item);
        puts(")");
    }
}
