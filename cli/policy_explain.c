/* `trollbridge policy explain`: why a view may call a command, or why not. What decides and what
 * finds the reasons is the policy compiler; here they are shown. */
#include "cli/policy.h"

#include "cli/app.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/policy_filters.h"
#include "cli/report.h"
#include "cli/text.h"
#include "proto/control.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMAND_MAX = 512, LIST_SHOWN = 8 };

static const char help[] =
    "usage: trollbridge policy explain APP COMMAND [--view LABEL] [--webview LABEL]\n"
    "                                  [--origin URL] [--mode M] [--target T] [--json]\n"
    "\n"
    "Says whether a page may call COMMAND (`plugin:fs|read_file`; `greet` for one of the app's\n"
    "own): by which capability, permission, set, file and line, and with which scope. If not, "
    "what\n"
    "came near, and what would have to change.\n"
    "\n"
    "  --view LABEL     the window (main)\n"
    "  --webview LABEL  the webview in it (the same label)\n"
    "  --origin URL     of the page: local, or a URL (local)\n"
    "  --mode M         tauri, narrow or strict, whatever the manifest says\n"
    "  --target T       linux, macOS, windows, android, iOS or a target triple (linux)\n"
    "  --json           as JSON\n"
    "\n"
    "Exit status: 0 allowed; 1 denied; 2 usage; 3 the app's files are wrong; 4 a part is "
    "missing.\n";

struct explain {
    const char *app;
    const char *command;
    const char *view;
    const char *webview;
    const char *origin;
    const char *mode;
    const char *target;
    bool json;
};

/* ---- text ---- */

static void put_field(const char *before, const json_t *object, const char *key)
{
    fputs(before, stdout);
    cli_put(cli_text(object, key));
}

/* An installed plugin's files lie where everybody knows. The app's own paths are relative, whatever
 * their folders are called. */
static void put_place(const json_t *object, const char *file, const char *line)
{
    cli_put_file(cli_text(object, file));
    if (json_object_get(object, line))
        printf(":%lld", (long long)json_integer_value(json_object_get(object, line)));
}

/* ---- lists ---- */

static void put_value(const json_t *value)
{
    char *text = cli_entry_text(value);
    cli_put(text ? text : "");
    free(text);
}

/* Nothing at all where the list is empty and there is no word for that. */
static void put_list(const char *title, const json_t *list, const char *nothing)
{
    size_t n = json_array_size(list);
    if (n == 0 && !nothing)
        return;
    printf("  %s: %s", title, n == 0 ? nothing : "");
    for (size_t i = 0; i < n && i < LIST_SHOWN; i++) {
        fputs(i > 0 ? ", " : "", stdout);
        put_value(json_array_get(list, i));
    }
    if (n > LIST_SHOWN)
        printf(", and %zu more (--json has all)", n - LIST_SHOWN);
    putchar('\n');
}

/* ---- parts of the answer ---- */

/* Each place that allows, or denies, once: it is there for every URL that matches. */
static void put_use(const json_t *use)
{
    size_t i;
    json_t *set;
    const json_t *remote = json_object_get(json_object_get(use, "context"), "remote");
    put_field("  by capability ", use, "capability");
    fputs(" (", stdout);
    put_place(use, "file", "line");
    putchar(')');
    json_array_foreach(json_object_get(use, "sets"), i, set)
    {
        fputs(" > ", stdout);
        cli_put(json_string_value(set));
    }
    put_field(" > ", use, "permission");
    fputs(" (defined in ", stdout);
    put_place(use, "permission_file", "permission_line");
    putchar(')');
    if (remote) {
        fputs(" for ", stdout);
        cli_put(json_string_value(remote));
    }
    putchar('\n');
}

static void put_uses(const json_t *uses)
{
    size_t i;
    json_t *use;
    json_array_foreach(uses, i, use)
    {
        put_use(use);
    }
}

static void put_scope(const json_t *answer)
{
    const json_t *scope = json_object_get(answer, "scope");
    const json_t *plugin = json_object_get(answer, "plugin");
    const json_t *allow = json_object_get(scope, "allow");
    const json_t *deny = json_object_get(scope, "deny");
    if (json_array_size(allow) + json_array_size(deny) > 0) {
        put_list("may reach", allow, "nothing");
        put_list("but not", deny, NULL);
    }
    if (!json_is_true(json_object_get(plugin, "implemented")))
        return;
    if (json_is_true(json_object_get(plugin, "host"))) {
        puts("  the host serves it, and answers `unimplemented` where it does not have it");
        return;
    }
    put_list("the kernel lets the plugin read", json_object_get(plugin, "read"), "no file");
    put_list("the kernel lets the plugin write", json_object_get(plugin, "write"), "no file");
    put_list("and covers", json_object_get(plugin, "mask"), NULL);
    if (json_object_get(plugin, "state")) {
        put_field("  the plugin alone has the folder ", plugin, "state");
        putchar('\n');
    }
    if (json_is_true(json_object_get(plugin, "secrets")))
        puts("  the plugin may ask a person for a passphrase");
}

/* The compiler has made both texts printable. */
static void put_misses(const json_t *answer)
{
    size_t i;
    json_t *miss;
    json_array_foreach(json_object_get(answer, "near_misses"), i, miss)
    {
        printf("  - %s", cli_text(miss, "message"));
        if (json_object_get(miss, "file")) {
            fputs(" (", stdout);
            put_place(miss, "file", "line");
            putchar(')');
        }
        printf("\n    to change that: %s\n", cli_text(miss, "change"));
    }
}

static const char *first_message(const json_t *answer)
{
    return cli_text(json_array_get(json_object_get(answer, "near_misses"), 0), "message");
}

static void put_answer(const json_t *answer, bool allowed)
{
    bool same = strcmp(cli_text(answer, "view"), cli_text(answer, "webview")) == 0;
    put_field(allowed ? "allowed: " : "denied: ", answer, "command");
    put_field(" in view ", answer, "view");
    if (!same)
        put_field(", webview ", answer, "webview");
    put_field(" (", answer, "origin");
    puts(")");
    if (strcmp(cli_text(answer, "reason"), first_message(answer)) != 0)
        printf("  %s\n", cli_text(answer, "reason"));
    put_uses(json_object_get(answer, allowed ? "entries" : "denied_by"));
    if (allowed)
        put_scope(answer);
    policy_put_filters(answer);
    put_misses(answer);
}

/* ---- the command ---- */

static int explain_app(const struct explain *explain)
{
    const char *options[CLI_REPORT_OPTIONS + 1] = {NULL};
    tb_cleanup(cli_json_free) json_t *answer = NULL;
    size_t n = 0;
    cli_report_option(options, &n, "--command", explain->command);
    cli_report_option(options, &n, "--view", explain->view);
    cli_report_option(options, &n, "--webview", explain->webview);
    cli_report_option(options, &n, "--origin", explain->origin);
    cli_report_option(options, &n, "--mode", explain->mode);
    cli_report_option(options, &n, "--target", explain->target);
    int status = cli_report("explain", explain->app, options, &answer);
    if (!answer)
        return status;
    bool allowed = strcmp(cli_text(answer, "verdict"), "allow") == 0;
    if (explain->json) {
        cli_report_print(answer);
    } else if (status == CLI_DONE) {
        put_answer(answer, allowed);
    } else {
        cli_report_findings(answer, false);
    }
    return status == CLI_DONE && !allowed ? CLI_DENIED : status;
}

static bool take(struct explain *explain, int name, const char *value)
{
    switch (name) {
    case 'v':
        explain->view = value;
        return true;
    case 'w':
        explain->webview = value;
        return true;
    case 'o':
        explain->origin = value;
        return true;
    case 'm':
        explain->mode = value;
        return true;
    case 't':
        explain->target = value;
        return true;
    case 'j':
        explain->json = true;
        return true;
    default:
        return false;
    }
}

static bool is_text(const char *text, size_t most)
{
    struct tb_bytes bytes = tb_bytes_of_string(text);
    return bytes.n > 0 && bytes.n <= most && tb_utf8_valid(bytes);
}

static bool is_label(const char *text)
{
    return !text || tb_label_valid(tb_bytes_of_string(text));
}

static int check_options(const struct explain *explain)
{
    if (!is_text(explain->command, COMMAND_MAX))
        return cli_usage("policy explain", "a command has 1 to %d bytes of UTF-8", COMMAND_MAX);
    if (!is_label(explain->view) || !is_label(explain->webview))
        return cli_usage("policy explain", "'%s' is not the label of a view",
                         is_label(explain->view) ? explain->webview : explain->view);
    if (explain->origin && !is_text(explain->origin, TB_ORIGIN_MAX))
        return cli_usage("policy explain", "an origin has 1 to %d bytes of UTF-8", TB_ORIGIN_MAX);
    return CLI_DONE;
}

static int read_options(struct explain *explain, int argc, char **argv)
{
    static const struct option options[] = {
        {"view", required_argument, NULL, 'v'},
        {"webview", required_argument, NULL, 'w'},
        {"origin", required_argument, NULL, 'o'},
        {"mode", required_argument, NULL, 'm'},
        {"target", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {0},
    };
    opterr = 0;
    optind = 1;
    for (int name; (name = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (!take(explain, name, optarg))
            return cli_usage_option("policy explain", argv);
    if (argc - optind != 2)
        return cli_usage("policy explain", "it takes an app folder and a command");
    explain->app = argv[optind];
    explain->command = argv[optind + 1];
    return check_options(explain);
}

int cli_policy_explain(int argc, char **argv)
{
    struct explain explain = {.app = NULL};
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    int status = read_options(&explain, argc, argv);
    return status == CLI_DONE ? explain_app(&explain) : status;
}
