#include "cli/policy_filters.h"

#include "cli/policy_share.h"
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

static char *private_text(const json_t *value)
{
    static const char secret[] = "its arguments are secrets: the log has";
    tb_cleanup(free_text) char *names = json_dumps(json_object_get(value, "record"), JSON_COMPACT);
    char *text = NULL;
    int n = json_array_size(json_object_get(value, "record")) == 0
                ? asprintf(&text, "%s none of them", secret)
                : asprintf(&text, "%s only %s", secret, names ? names : "some");
    return n < 0 ? NULL : text;
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
    if (strcmp(kind, "private") == 0)
        return private_text(value);
    return strdup("tripwire: a call locks the session and raises an alert");
}

/* Each with what stands before it, where it is limited at all. */
static void put_rates(const json_t *limits)
{
    static const struct {
        const char *key;
        const char *unit;
    } rates[] = {{"calls_per_s", "calls a second"},
                 {"bytes_in", "bytes a second in"},
                 {"bytes_out", "bytes a second out"}};
    const char *between = "";
    for (size_t i = 0; i < TB_ARRAY_LEN(rates); i++) {
        long long rate = cli_number(limits, rates[i].key);
        if (rate == 0)
            continue;
        printf("%s%lld %s", between, rate, rates[i].unit);
        if (i == 0 && cli_number(limits, "burst") != rate)
            printf(" (%lld after a rest)", (long long)cli_number(limits, "burst"));
        between = ", ";
    }
}

static bool has_rates(const json_t *limits)
{
    return cli_number(limits, "calls_per_s") + cli_number(limits, "bytes_in") +
               cli_number(limits, "bytes_out") >
           0;
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
    fputs(has_rates(limits) ? ", " : "", stdout);
    put_rates(limits);
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

/* ---- of a view ---- */

enum { FILTERS_SHOWN = 12 };

/* The commands that name an element of one of the report's lists. */
struct users {
    const char *first;
    size_t n;
};

static void add_user(struct users *users, size_t n, json_int_t index, const char *name)
{
    if (index < 0 || (size_t)index >= n)
        return;
    if (users[index].n++ == 0)
        users[index].first = name;
}

static void free_users(struct users **users)
{
    free(*users);
}

static struct users *users_of(const json_t *list)
{
    return calloc(json_array_size(list) + 1, sizeof(struct users));
}

static void put_users(const struct users *users)
{
    fputs("    ", stdout);
    (void)cli_put(users->first);
    if (users->n > 1)
        printf(" +%zu", users->n - 1);
    fputs("  ", stdout);
}

static void print_rates(const json_t *group, const json_t *list)
{
    tb_cleanup(free_users) struct users *users = users_of(list);
    size_t n = json_array_size(list);
    size_t i;
    json_t *command;
    json_array_foreach(json_object_get(group, "commands"), i, command)
    {
        const json_t *limits = json_array_get(list, (size_t)cli_number(command, "limits"));
        if (users && has_rates(limits))
            add_user(users, n, cli_number(command, "limits"), cli_text(command, "name"));
    }
    for (i = 0; users && i < n; i++) {
        if (users[i].n == 0)
            continue;
        put_users(&users[i]);
        put_rates(json_array_get(list, i));
        putchar('\n');
    }
}

static void print_item(const struct users *users, const json_t *item)
{
    tb_cleanup(free_text) char *text = policy_filter_text(item);
    put_users(users);
    (void)cli_put(text ? text : cli_text(item, "kind"));
    fputs("  ", stdout);
    (void)cli_put_place(item);
    putchar('\n');
}

static void print_items(const json_t *group, const json_t *list, bool all)
{
    tb_cleanup(free_users) struct users *users = users_of(list);
    size_t n = json_array_size(list);
    size_t n_used = 0;
    size_t i;
    size_t k;
    json_t *command;
    json_t *index;
    json_array_foreach(json_object_get(group, "commands"), i, command)
    {
        json_array_foreach(json_object_get(command, "filters"), k, index)
        {
            if (users)
                add_user(users, n, json_integer_value(index), cli_text(command, "name"));
        }
    }
    for (i = 0; users && i < n; i++)
        if (users[i].n > 0 && (n_used++ < FILTERS_SHOWN || all))
            print_item(&users[i], json_array_get(list, i));
    if (n_used > FILTERS_SHOWN && !all)
        printf("    and %zu more: --all\n", n_used - FILTERS_SHOWN);
}

static bool any_filter(const json_t *report, const json_t *group)
{
    const json_t *limits = json_object_get(report, "limits");
    size_t i;
    json_t *command;
    json_array_foreach(json_object_get(group, "commands"), i, command)
    {
        if (json_array_size(json_object_get(command, "filters")) > 0 ||
            has_rates(json_array_get(limits, (size_t)cli_number(command, "limits"))))
            return true;
    }
    return false;
}

void policy_print_filters(const json_t *report, const json_t *group, bool all)
{
    if (!any_filter(report, group))
        return;
    policy_print_heading("calls are filtered");
    print_rates(group, json_object_get(report, "limits"));
    print_items(group, json_object_get(report, "filters"), all);
}

void policy_print_tripwires(const json_t *report, bool all)
{
    const json_t *names = json_object_get(report, "tripwires");
    size_t n = json_array_size(names);
    if (n == 0)
        return;
    puts("tripwires, a call of which locks the session and raises an alert");
    for (size_t i = 0; i < n && (all || i < FILTERS_SHOWN); i++) {
        fputs("  ", stdout);
        (void)cli_put(json_string_value(json_array_get(names, i)));
        putchar('\n');
    }
    if (!all && n > FILTERS_SHOWN)
        printf("  and %zu more: --all\n", n - FILTERS_SHOWN);
    putchar('\n');
}
