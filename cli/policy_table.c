#include "cli/policy_table.h"

#include "cli/group.h"
#include "cli/policy_filters.h"
#include "cli/policy_share.h"
#include "cli/policy_unresolved.h"
#include "cli/policy_warning.h"
#include "cli/text.h"

#include <stdlib.h>
#include <string.h>

enum { RISKS_SHOWN = 3, SCOPE_SHOWN = 6, ENTRIES_WIDTH = 70, POINTS_HIGH = 50, POINTS_MIDDLE = 20 };

/* ---- risks ---- */

static enum cli_colour colour_of(json_int_t points)
{
    if (points >= POINTS_HIGH)
        return CLI_RED;
    return points >= POINTS_MIDDLE ? CLI_YELLOW : CLI_PLAIN;
}

static void print_risk(const json_t *reason, const json_t *commands, int width)
{
    json_int_t points = cli_number(reason, "points");
    json_int_t n = cli_number(reason, "n");
    const json_t *command = json_array_get(commands, (size_t)cli_number(reason, "command"));
    cli_colour(colour_of(points));
    printf("  %3lld  ", (long long)points);
    cli_colour(CLI_PLAIN);
    int used = cli_put(n > 0 ? cli_text(command, "name") : "every command");
    if (n > 1)
        used += printf(" +%lld", (long long)n - 1);
    cli_pad(used, width);
    fputs("  ", stdout);
    (void)cli_put(cli_text(reason, "reason"));
    if (n > 0)
        policy_print_place(command);
    else
        putchar('\n');
}

/* Room for "+12" behind a name, and the name of the command that has it. */
static int risk_width(const json_t *reasons, const json_t *commands, bool all)
{
    enum { MORE = 4 };
    int width = 0;
    size_t i;
    json_t *reason;
    json_array_foreach(reasons, i, reason)
    {
        json_int_t n = cli_number(reason, "n");
        const json_t *command = json_array_get(commands, (size_t)cli_number(reason, "command"));
        size_t n_name = strlen(cli_text(command, "name")) + (n > 1 ? MORE : 0);
        if (n > 0 && (all || cli_number(reason, "points") >= RISKS_SHOWN))
            width = policy_name_width(width, n_name);
    }
    return policy_name_width(width, 0);
}

static void print_risks(const json_t *group, bool all)
{
    const json_t *reasons = json_object_get(group, "reasons");
    const json_t *commands = json_object_get(group, "commands");
    int width = risk_width(reasons, commands, all);
    size_t i;
    json_t *reason;
    json_array_foreach(reasons, i, reason)
    {
        if (all || cli_number(reason, "points") >= RISKS_SHOWN)
            print_risk(reason, commands, width);
    }
}

/* ---- scopes ---- */

/* Each text once, in the files' order. */
static json_t *entry_texts(const json_t *entries)
{
    json_t *texts = json_object();
    size_t i;
    json_t *entry;
    json_array_foreach(entries, i, entry)
    {
        char *text = cli_entry_text(entry);
        if (text)
            json_object_set_new(texts, text, json_true());
        free(text);
    }
    return texts;
}

static void print_entries(const char *what, const json_t *entries, bool all)
{
    json_t *texts = entry_texts(entries);
    size_t left = json_object_size(texts);
    int used = left == 0 ? 0 : printf("      %-5s  ", what);
    const char *text;
    json_t *value;
    json_object_foreach(texts, text, value)
    {
        if (!all && used > ENTRIES_WIDTH && left > 1)
            break;
        used += cli_put(text);
        left--;
        if (left > 0)
            used += printf("%s", all ? "\n             " : "  ");
    }
    if (left > 0)
        printf("and %zu more", left);
    if (used > 0)
        putchar('\n');
    json_decref(texts);
}

/* The commands that are bound by one scope. */
struct bound {
    const char *first;
    size_t n;
};

static void free_bounds(struct bound **bounds)
{
    free(*bounds);
}

static void collect_bounds(const json_t *commands, struct bound *bounds, size_t n)
{
    size_t i;
    json_t *command;
    json_array_foreach(commands, i, command)
    {
        const json_t *index = json_object_get(command, "scope");
        size_t at = (size_t)json_integer_value(index);
        if (!index || at >= n)
            continue;
        if (bounds[at].n++ == 0)
            bounds[at].first = cli_text(command, "name");
    }
}

static void print_scope(const struct bound *bound, const json_t *lists, bool all)
{
    bool none = json_array_size(json_object_get(lists, "allow")) == 0;
    if (bound->n == 0)
        return;
    fputs("    ", stdout);
    (void)cli_put(bound->first);
    if (bound->n > 1)
        printf(" +%zu", bound->n - 1);
    puts(none ? ": nothing is allowed" : "");
    print_entries("allow", json_object_get(lists, "allow"), all);
    print_entries("deny", json_object_get(lists, "deny"), all);
}

static void print_scopes(const json_t *group, bool all)
{
    const json_t *scopes = json_object_get(group, "scopes");
    size_t n = json_array_size(scopes);
    size_t shown = all || n <= SCOPE_SHOWN + 1 ? n : SCOPE_SHOWN;
    tb_cleanup(free_bounds) struct bound *bounds = n == 0 ? NULL : calloc(n, sizeof *bounds);
    if (!bounds)
        return;
    collect_bounds(json_object_get(group, "commands"), bounds, n);
    policy_print_heading("scopes");
    for (size_t i = 0; i < shown; i++)
        print_scope(&bounds[i], json_array_get(scopes, i), all);
    if (shown < n)
        printf("    and %zu more: --all\n", n - shown);
}

/* ---- what mode tauri would make of it ---- */

static void print_tauri(const json_t *group, bool all)
{
    const json_t *tauri = json_object_get(group, "tauri");
    const json_t *scopes = json_object_get(tauri, "scopes");
    size_t i;
    json_t *scope;
    policy_print_shares("mode tauri would grant too", json_object_get(tauri, "gives"), false, all);
    policy_print_shares("mode tauri would deny", json_object_get(tauri, "takes"), false, all);
    if (json_array_size(scopes) > 0)
        policy_print_heading("mode tauri would allow more in the scope of");
    json_array_foreach(scopes, i, scope)
    {
        json_int_t n = cli_number(scope, "n");
        fputs("    ", stdout);
        (void)cli_put(cli_text(scope, "name"));
        if (n > 1)
            printf(" +%lld", (long long)n - 1);
        putchar('\n');
        print_entries("allow", json_object_get(scope, "allow"), all);
    }
}

/* ---- all of it ---- */

static void print_contexts(const json_t *same)
{
    size_t i;
    json_t *group;
    fputs(" (", stdout);
    json_array_foreach(same, i, group)
    {
        const json_t *context = json_object_get(group, "context");
        fputs(i > 0 ? ", " : "", stdout);
        (void)cli_put(json_is_string(context) ? json_string_value(context)
                                              : cli_text(context, "remote"));
    }
    putchar(')');
}

/* "main, editor-* (local)": the views of groups that differ by their origin alone. */
static void print_views(const json_t *same)
{
    const json_t *group = json_array_get(same, 0);
    size_t i;
    json_t *view;
    json_array_foreach(json_object_get(group, "views"), i, view)
    {
        fputs(i > 0 ? ", " : "", stdout);
        (void)cli_put(json_string_value(view));
    }
    print_contexts(same);
}

/* By what is true of them: the groups of which only the origin differs, in their order. */
static json_t *alike(const json_t *groups)
{
    json_t *by_body = json_object();
    size_t i;
    json_t *group;
    json_array_foreach(groups, i, group)
    {
        json_t *body = json_copy(group);
        json_object_del(body, "context");
        cli_group_add(by_body, body, group);
    }
    return by_body;
}

/* What holds for all groups. */
struct style {
    bool ours; /* an app folder of ours, where a command needs a plugin that implements it */
    bool all;
    bool at_least; /* some entries are not counted: nobody knows what they grant */
};

static void print_group(const json_t *report, const json_t *same, const struct style *style)
{
    const json_t *group = json_array_get(same, 0);
    bool all = style->all;
    const json_t *commands = json_object_get(group, "commands");
    cli_colour(CLI_BOLD);
    print_views(same);
    cli_colour(CLI_PLAIN);
    if (json_array_size(commands) == 0) {
        puts(": nothing is granted");
    } else {
        fputs(": ", stdout);
        cli_put_count(json_array_size(commands), "command");
        printf(", risk %s%lld of 100\n", style->at_least ? "at least " : "",
               (long long)cli_number(group, "score"));
    }
    print_risks(group, all);
    policy_print_shares("granted", commands, style->ours, all);
    print_scopes(group, all);
    policy_print_filters(report, group, all);
    policy_print_shares("denied", json_object_get(group, "denied"), false, all);
    print_tauri(group, all);
    putchar('\n');
}

/* How many different names the items of `views` list under the key, as text or with a `name`. */
static size_t count_names(const json_t *views, const char *key)
{
    json_t *names = json_object();
    size_t i;
    size_t k;
    json_t *group;
    json_t *item;
    json_array_foreach(views, i, group)
    {
        json_array_foreach(json_object_get(group, key), k, item)
        {
            const char *name =
                json_is_string(item) ? json_string_value(item) : cli_text(item, "name");
            json_object_set_new(names, name, json_true());
        }
    }
    size_t n = json_object_size(names);
    json_decref(names);
    return n;
}

static void print_end(const json_t *report)
{
    const json_t *views = json_object_get(report, "views");
    json_int_t left_out = cli_number(report, "views_left_out");
    if (left_out > 0)
        printf("%lld more views with an origin are not shown: --view LABEL\n\n",
               (long long)left_out);
    size_t n_unresolved = policy_count_unresolved(report);
    if (n_unresolved > 0)
        printf("%zu %s not counted: what %s is not known here (missing-manifest)\n\n", n_unresolved,
               n_unresolved == 1 ? "entry is" : "entries are",
               n_unresolved == 1 ? "its plugin permits" : "their plugins permit");
    if (json_array_size(views) == 0)
        puts("no capability names a view: nothing is granted\n");
    cli_put_count(count_names(views, "views"), "view");
    fputs(", ", stdout);
    cli_put_count(count_names(views, "commands"), "command");
    fputs(", ", stdout);
    cli_put_count(json_array_size(json_object_get(report, "warnings")), "warning");
    fputs(", mode ", stdout);
    (void)cli_put(cli_text(report, "mode"));
    fputs(", target ", stdout);
    (void)cli_put(cli_text(report, "target"));
    printf(", policy %.16s\n", cli_text(report, "digest"));
}

void policy_print_table(const json_t *report, bool all)
{
    const struct style style = {!json_is_true(json_object_get(report, "tauri_project")), all,
                                policy_count_unresolved(report) > 0};
    json_t *groups = alike(json_object_get(report, "views"));
    const char *key;
    json_t *same;
    json_object_foreach(groups, key, same)
    {
        print_group(report, same, &style);
    }
    json_decref(groups);
    policy_print_tripwires(report, all);
    policy_print_warnings(json_object_get(report, "warnings"), all);
    if (strcmp(cli_text(report, "mode"), "tauri") != 0 &&
        json_is_false(json_object_get(report, "app_acl")))
        puts(
            "mode tauri would let every view call the app's own commands: no permission file names "
            "them\n");
    print_end(report);
}
