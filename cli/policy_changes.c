#include "cli/policy_changes.h"

#include "cli/cli.h"
#include "cli/policy_compare.h"
#include "cli/policy_filters.h"
#include "cli/text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { COMMANDS_SHOWN = 3, VIEWS_SHOWN = 3, ENTRIES_SHOWN = 3 };

/* Lines that are true of several views are one line: `what` is the text behind them, and `views`
 * the names before it. */
struct lines {
    json_t *views; /* by what */
};

static char *view_name(const json_t *item)
{
    const json_t *context = json_object_get(item, "context");
    const char *origin =
        json_is_string(context) ? json_string_value(context) : cli_text(context, "remote");
    char *name = NULL;
    return asprintf(&name, "%s (%s)", cli_text(item, "view"), origin) < 0 ? NULL : name;
}

static void add_line(struct lines *lines, const json_t *item, const char *what)
{
    char *name = view_name(item);
    json_t *views = json_object_get(lines->views, what);
    if (!views) {
        views = json_array();
        json_object_set_new(lines->views, what, views);
    }
    if (name)
        json_array_append_new(views, json_string(name));
    free(name);
}

static void print_views(const json_t *views)
{
    size_t n = json_array_size(views);
    size_t shown = n > VIEWS_SHOWN + 1 ? VIEWS_SHOWN : n;
    for (size_t i = 0; i < shown; i++) {
        fputs(i > 0 ? ", " : "", stdout);
        (void)cli_put(json_string_value(json_array_get(views, i)));
    }
    if (shown < n)
        printf(" and %zu more", n - shown);
    fputs("  ", stdout);
}

static void print_lines(const struct lines *lines, char sign)
{
    const char *what;
    json_t *views;
    json_object_foreach(lines->views, what, views)
    {
        cli_colour(sign == '+' ? CLI_RED : CLI_GREEN);
        printf("%c ", sign);
        cli_colour(CLI_PLAIN);
        print_views(views);
        (void)cli_put(what);
        putchar('\n');
    }
}

/* ---- what a line says ---- */

static void free_text(char **text)
{
    free(*text);
}

/* Appends to a text that is freed by its owner. */
tb_printf(2, 3) static void append(char **text, const char *format, ...)
{
    char *more = NULL;
    char *both = NULL;
    va_list list;
    va_start(list, format);
    int n = vasprintf(&more, format, list);
    va_end(list);
    if (n >= 0 && asprintf(&both, "%s%s", *text ? *text : "", more) >= 0) {
        free(*text);
        *text = both;
    }
    if (n >= 0)
        free(more);
}

static void append_rule(char **text, const json_t *item)
{
    const char *file = cli_text(item, "file");
    if (*file)
        append(text, "  %s:%lld", file, (long long)cli_number(item, "line"));
}

static void append_scope(char **text, const json_t *scope)
{
    size_t n = json_array_size(scope);
    for (size_t i = 0; i < n && i < ENTRIES_SHOWN; i++)
        append(text, "%s%s", i == 0 ? "  scope " : "  ",
               json_string_value(json_array_get(scope, i)));
    if (n > ENTRIES_SHOWN)
        append(text, "  and %zu more", n - ENTRIES_SHOWN);
}

static void append_commands(char **text, const json_t *commands)
{
    size_t n = json_array_size(commands);
    append(text, "%s", json_string_value(json_array_get(commands, 0)));
    if (n > 1)
        append(text, " +%zu", n - 1);
}

static char *command_line(const json_t *item, size_t n)
{
    char *text = NULL;
    if (n > COMMANDS_SHOWN)
        append(&text, "%s: %zu commands", cli_text(item, "entry"), n);
    else
        append(&text, "%s", cli_text(item, "command"));
    append_scope(&text, json_object_get(item, "scope"));
    append_rule(&text, item);
    return text;
}

static char *scope_line(const json_t *item, bool gives)
{
    const char *allow = json_string_value(json_object_get(item, "allow"));
    const char *deny = json_string_value(json_object_get(item, "deny"));
    char *text = NULL;
    append_commands(&text, json_object_get(item, "commands"));
    if (allow)
        append(&text, "  %s %s", gives ? "scope" : "no more scope", allow);
    else if (deny)
        append(&text, "  %s %s", gives ? "no more denied" : "denied", deny);
    else
        append(&text, "  no scope limits it any more");
    append_rule(&text, item);
    return text;
}

static char *filter_line(const json_t *item, bool gives)
{
    tb_cleanup(free_text) char *filter = policy_filter_text(json_object_get(item, "filter"));
    char *text = NULL;
    append_commands(&text, json_object_get(item, "commands"));
    append(&text, "  %s%s", gives ? "no more " : "", filter ? filter : "");
    append_rule(&text, item);
    return text;
}

/* 0 is no limit. */
static void append_number(char **text, json_int_t number)
{
    if (number == 0)
        append(text, "without end");
    else
        append(text, "%lld", (long long)number);
}

static char *limit_line(const json_t *item)
{
    char *text = NULL;
    append_commands(&text, json_object_get(item, "commands"));
    append(&text, "  %s ", cli_text(item, "key"));
    append_number(&text, cli_number(item, "after"));
    append(&text, ", which was ");
    append_number(&text, cli_number(item, "before"));
    return text;
}

/* ---- items that belong to views ---- */

/* Commands that one entry brings to one view, with the same scope. The key's owner frees it. */
static char *share_of(const json_t *item)
{
    json_t *key = json_deep_copy(item);
    json_object_del(key, "command");
    char *text = json_dumps(key, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(key);
    return text;
}

static void add_share(json_t *shares, json_t *item)
{
    tb_cleanup(free_text) char *key = share_of(item);
    json_t *share = key ? json_object_get(shares, key) : NULL;
    if (key && !share) {
        share = json_array();
        json_object_set_new(shares, key, share);
    }
    json_array_append(share, item);
}

static void add_commands(struct lines *lines, const json_t *share)
{
    size_t n = json_array_size(share);
    for (size_t i = 0; i < (n > COMMANDS_SHOWN ? 1 : n); i++) {
        const json_t *item = json_array_get(share, i);
        tb_cleanup(free_text) char *text = command_line(item, n);
        add_line(lines, item, text ? text : "");
    }
}

static void add_all_commands(struct lines *lines, const json_t *list)
{
    json_t *shares = json_object();
    size_t i;
    const char *key;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        if (strcmp(cli_text(item, "kind"), "command") == 0)
            add_share(shares, item);
    }
    json_object_foreach(shares, key, item)
    {
        add_commands(lines, item);
    }
    json_decref(shares);
}

static void add_item(struct lines *lines, const json_t *item, bool gives)
{
    tb_cleanup(free_text) char *text = NULL;
    const char *kind = cli_text(item, "kind");
    if (strcmp(kind, "scope") == 0) {
        text = scope_line(item, gives);
    } else if (strcmp(kind, "filter") == 0) {
        text = filter_line(item, gives);
    } else if (strcmp(kind, "limit") == 0) {
        text = limit_line(item);
    } else if (strcmp(kind, "denial") == 0) {
        append(&text, "%s  no more denied", cli_text(item, "command"));
        append_rule(&text, item);
    } else {
        return;
    }
    add_line(lines, item, text ? text : "");
}

/* ---- items of the whole ---- */

static void print_sandbox(const json_t *item)
{
    char *value = json_dumps(json_object_get(item, "value"), JSON_ENCODE_ANY);
    (void)cli_put(cli_text(item, "plugin"));
    fputs("  sandbox ", stdout);
    (void)cli_put(cli_text(item, "key"));
    putchar(' ');
    (void)cli_put(value ? value : "");
    putchar('\n');
    free(value);
}

static void print_unresolved(const json_t *item)
{
    (void)cli_put(cli_text(item, "entry"));
    fputs("  cannot be compared: what its plugin permits is not known  ", stdout);
    (void)cli_put_place(item);
    putchar('\n');
}

static void print_tripwire(const json_t *item, char sign)
{
    (void)cli_put(cli_text(item, "command"));
    puts(sign == '+' ? "  no more a tripwire" : "  a tripwire");
}

static void print_whole(const json_t *item, char sign)
{
    const char *kind = cli_text(item, "kind");
    if (json_object_get(item, "view"))
        return;
    cli_colour(sign == '+' ? CLI_RED : CLI_GREEN);
    printf("%c ", sign);
    cli_colour(CLI_PLAIN);
    if (strcmp(kind, "mode") == 0)
        printf("mode %s, which was %s\n", cli_text(item, "after"), cli_text(item, "before"));
    else if (strcmp(kind, "app") == 0)
        printf("the app's own commands are %schecked\n", sign == '+' ? "no more " : "");
    else if (strcmp(kind, "unknown") == 0)
        printf("%lld views with an origin are too many to compare\n",
               (long long)cli_number(item, "views"));
    else if (strcmp(kind, "unresolved") == 0)
        print_unresolved(item);
    else if (strcmp(kind, "tripwire") == 0)
        print_tripwire(item, sign);
    else
        print_sandbox(item);
}

static void print_side(const json_t *list, char sign)
{
    struct lines lines = {json_object()};
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n; i++)
        print_whole(json_array_get(list, i), sign);
    add_all_commands(&lines, list);
    for (size_t i = 0; i < n; i++)
        add_item(&lines, json_array_get(list, i), sign == '+');
    print_lines(&lines, sign);
    json_decref(lines.views);
}

static void print_risk(const json_t *risk)
{
    struct lines lines = {json_object()};
    size_t i;
    json_t *item;
    json_array_foreach(risk, i, item)
    {
        tb_cleanup(free_text) char *text = NULL;
        append(&text, "risk %lld -> %lld", (long long)cli_number(item, "before"),
               (long long)cli_number(item, "after"));
        add_line(&lines, item, text ? text : "");
    }
    print_lines(&lines, '~');
    json_decref(lines.views);
}

static void print_warnings(const json_t *warnings)
{
    size_t i;
    json_t *warning;
    json_array_foreach(warnings, i, warning)
    {
        fputs("! new warning ", stdout);
        (void)cli_put(cli_text(warning, "code"));
        fputs(": ", stdout);
        (void)cli_put(cli_text(warning, "message"));
        fputs("  ", stdout);
        (void)cli_put_place(warning);
        putchar('\n');
    }
}

static void print_text(const struct policy_changes *changes)
{
    size_t n_gives = json_array_size(changes->gives);
    size_t n_takes = json_array_size(changes->takes);
    print_side(changes->gives, '+');
    print_side(changes->takes, '-');
    print_risk(changes->risk);
    print_warnings(changes->warnings);
    if (n_gives > 0)
        printf("wider: gives %zu, takes %zu\n", n_gives, n_takes);
    else
        printf("%s: gives nothing, takes %zu\n", n_takes > 0 ? "narrower" : "the same", n_takes);
}

int policy_print_changes(const json_t *before, const json_t *after, bool json)
{
    struct policy_changes changes = policy_compare(before, after);
    bool wider = json_array_size(changes.gives) > 0;
    if (json) {
        json_t *answer =
            json_pack("{s:b, s:O, s:O, s:O, s:O}", "wider", wider, "gives", changes.gives, "takes",
                      changes.takes, "risk", changes.risk, "warnings", changes.warnings);
        cli_put_json(answer);
        json_decref(answer);
    } else {
        print_text(&changes);
    }
    policy_changes_deinit(&changes);
    return wider ? CLI_DENIED : CLI_DONE;
}
