/* `trollbridge policy check`: resolves the app's policy as a start would, and says what comes of
 * it. */
#include "cli/policy.h"

#include "cli/app.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "cli/text.h"
#include "proto/control.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: trollbridge policy check APP [--mode M] [--target T] [--view LABEL] [--json]\n"
    "                                [--deny-warnings]\n"
    "\n"
    "Resolves the policy of APP exactly as a start does: an app folder, or a Tauri project's\n"
    "src-tauri folder as it is. Says what each view is granted, and what is wrong or unwise.\n"
    "\n"
    "  --mode M         tauri, narrow or strict, whatever the manifest says\n"
    "  --target T       linux, macOS, windows, android, iOS or a target triple (linux)\n"
    "  --view LABEL     only what is for this view\n"
    "  --json           as JSON\n"
    "  --deny-warnings  a warning is a failure\n"
    "\n"
    "Exit status: 0 the policy is in order; 1 it has warnings, and --deny-warnings was given;\n"
    "2 usage; 3 it has errors, and stderr or the JSON says where and why.\n";

struct check {
    const char *app;
    const char *mode;
    const char *target;
    const char *view;
    bool json;
    bool deny_warnings;
};

enum { COMMAND_WIDTH = 32 };

static void print_row(const struct tb_grant_command *command)
{
    printf("  ");
    int width = cli_put_text(stdout, command->name);
    printf("%*s ", width < COMMAND_WIDTH ? COMMAND_WIDTH - width : 0, "");
    cli_put_text(stdout, command->rule.capability);
    printf("/");
    cli_put_text(stdout, command->rule.permission);
    printf(" (");
    cli_put_text(stdout, command->rule.file);
    printf(":%u)%s\n", command->rule.line, command->plugin == TB_NO_INDEX ? "  unimplemented" : "");
}

static void print_table(const struct tb_grant *grant, const char *digest)
{
    printf("view %.*s at origin %.*s: %zu commands (policy %s)\n", (int)grant->view.n,
           (const char *)grant->view.data, (int)grant->origin.n, (const char *)grant->origin.data,
           grant->n_commands, digest);
    for (size_t i = 0; i < grant->n_commands; i++)
        print_row(&grant->commands[i]);
}

static void free_grant(struct tb_grant **grant)
{
    tb_grant_free(*grant);
}

/* `options`: the mode and the target that were asked for. */
static int print_view(const struct check *check, const char *const *options)
{
    char digest[2 * TB_DIGEST_SIZE + 1];
    tb_cleanup(cli_app_deinit) struct cli_app app = {0};
    tb_cleanup(free_grant) struct tb_grant *grant = NULL;
    int status = cli_app_compile(check->app, options, &app);
    if (status == CLI_DONE)
        status = cli_app_resolve(&app, check->view ? check->view : "main", "local", &grant);
    if (status != CLI_DONE)
        return status;
    tb_hex(grant->digest, sizeof grant->digest, digest);
    print_table(grant, digest);
    return CLI_DONE;
}

static void add_option(const char **options, size_t *n, const char *name, const char *value)
{
    if (!value)
        return;
    options[(*n)++] = name;
    options[(*n)++] = value;
}

static void print_json(json_t *report)
{
    json_dumpf(report, stdout, JSON_COMPACT);
    fputc('\n', stdout);
}

static void free_json(json_t **json)
{
    json_decref(*json);
}

static int check_app(const struct check *check)
{
    const char *options[CLI_REPORT_OPTIONS + 1] = {NULL};
    tb_cleanup(free_json) json_t *report = NULL;
    size_t n = 0;
    add_option(options, &n, "--mode", check->mode);
    add_option(options, &n, "--target", check->target);
    size_t n_shared = n;
    add_option(options, &n, "--view", check->view);
    int status = cli_report("check", check->app, options, &report);
    if (!report)
        return status;
    options[n_shared] = NULL; /* a view is asked of resolve, not of compile */
    if (check->json)
        print_json(report);
    else
        cli_report_findings(report, false);
    if (status == CLI_DONE && !check->json)
        status = print_view(check, options);
    bool warned = json_array_size(json_object_get(report, "warnings")) > 0;
    return status == CLI_DONE && warned && check->deny_warnings ? CLI_DENIED : status;
}

static bool take(struct check *check, int name, const char *value)
{
    switch (name) {
    case 'm':
        check->mode = value;
        return true;
    case 't':
        check->target = value;
        return true;
    case 'v':
        check->view = value;
        return true;
    case 'j':
        check->json = true;
        return true;
    case 'd':
        check->deny_warnings = true;
        return true;
    default:
        return false;
    }
}

static int read_options(struct check *check, int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},          {"view", required_argument, NULL, 'v'},
        {"mode", required_argument, NULL, 'm'},    {"target", required_argument, NULL, 't'},
        {"deny-warnings", no_argument, NULL, 'd'}, {0},
    };
    opterr = 0;
    optind = 1;
    for (int name; (name = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (!take(check, name, optarg))
            return cli_usage("policy check", "unknown option, or one without its value");
    if (argc - optind != 1)
        return cli_usage("policy check", "it takes one app folder");
    if (check->view && !tb_label_valid(tb_bytes_of_string(check->view)))
        return cli_usage("policy check", "'%s' is not the label of a view", check->view);
    check->app = argv[optind];
    return CLI_DONE;
}

int cli_policy_check(int argc, char **argv)
{
    struct check check = {.app = NULL};
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    int status = read_options(&check, argc, argv);
    return status == CLI_DONE ? check_app(&check) : status;
}
