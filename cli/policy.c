/* `trollbridge policy check`: compiles the app's policy as a start would, and says what a view
 * gets. */
#include "cli/app.h"
#include "cli/cli.h"
#include "proto/control.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: trollbridge policy check APP [--view LABEL] [--origin URL] [--json]\n"
    "\n"
    "Compiles the policy of the app in folder APP exactly as a start does, and lists the commands\n"
    "that a view is granted, each with the entry that grants it.\n"
    "\n"
    "  --view LABEL    the view (main)\n"
    "  --origin URL    the origin of its document (local)\n"
    "  --json          as JSON\n"
    "\n"
    "Exit status: 0 the policy is in order; 2 usage; 3 it is not, and stderr says where and why.\n";

struct check {
    const char *app;
    const char *view;
    const char *origin;
    bool json;
};

static json_t *text(struct tb_bytes bytes)
{
    return json_stringn((const char *)bytes.data, bytes.n);
}

static json_t *json_of_rule(const struct tb_rule *rule)
{
    json_t *json = json_object();
    json_object_set_new(json, "capability", text(rule->capability));
    json_object_set_new(json, "permission", text(rule->permission));
    json_object_set_new(json, "file", text(rule->file));
    json_object_set_new(json, "line", json_integer(rule->line));
    return json;
}

static void print_json(const struct tb_grant *grant, const char *digest)
{
    json_t *json = json_object();
    json_t *commands = json_object();
    for (size_t i = 0; i < grant->n_commands; i++)
        json_object_setn_new(commands, (const char *)grant->commands[i].name.data,
                             grant->commands[i].name.n, json_of_rule(&grant->commands[i].rule));
    json_object_set_new(json, "view", text(grant->view));
    json_object_set_new(json, "origin", text(grant->origin));
    json_object_set_new(json, "digest", json_string(digest));
    json_object_set_new(json, "allowed", commands);
    json_dumpf(json, stdout, JSON_COMPACT);
    fputc('\n', stdout);
    json_decref(json);
}

static void print_table(const struct tb_grant *grant, const char *digest)
{
    printf("view %.*s at origin %.*s: %zu commands (policy %s)\n", (int)grant->view.n,
           (const char *)grant->view.data, (int)grant->origin.n, (const char *)grant->origin.data,
           grant->n_commands, digest);
    for (size_t i = 0; i < grant->n_commands; i++) {
        const struct tb_grant_command *command = &grant->commands[i];
        printf("  %-32.*s %.*s/%.*s (%.*s:%u)%s\n", (int)command->name.n,
               (const char *)command->name.data, (int)command->rule.capability.n,
               (const char *)command->rule.capability.data, (int)command->rule.permission.n,
               (const char *)command->rule.permission.data, (int)command->rule.file.n,
               (const char *)command->rule.file.data, command->rule.line,
               command->plugin == TB_NO_INDEX ? "  unimplemented" : "");
    }
}

static void free_grant(struct tb_grant **grant)
{
    tb_grant_free(*grant);
}

static int check_app(const struct check *check)
{
    char digest[2 * TB_DIGEST_SIZE + 1];
    tb_cleanup(cli_app_deinit) struct cli_app app = {0};
    tb_cleanup(free_grant) struct tb_grant *grant = NULL;
    int status = cli_app_compile(check->app, &app);
    if (status == CLI_DONE)
        status = cli_app_resolve(&app, check->view, check->origin, &grant);
    if (status != CLI_DONE)
        return status;
    tb_hex(grant->digest, sizeof grant->digest, digest);
    check->json ? print_json(grant, digest) : print_table(grant, digest);
    return CLI_DONE;
}

static int read_options(struct check *check, int argc, char **argv)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, 'j'},
        {"view", required_argument, NULL, 'v'},
        {"origin", required_argument, NULL, 'o'},
        {0},
    };
    opterr = 0;
    optind = 2;
    for (int name; (name = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (name == 'j')
            check->json = true;
        else if (name == 'v')
            check->view = optarg;
        else if (name == 'o')
            check->origin = optarg;
        else
            return cli_usage("policy", "unknown option, or one without its value");
    }
    if (argc - optind != 1)
        return cli_usage("policy", "check takes one app folder");
    if (!tb_label_valid(tb_bytes_of_string(check->view)))
        return cli_usage("policy", "'%s' is not the label of a view", check->view);
    check->app = argv[optind];
    return CLI_DONE;
}

int cli_policy(int argc, char **argv)
{
    struct check check = {.view = "main", .origin = "local"};
    if (argc > 1 &&
        (strcmp(argv[1], "--help") == 0 || (argc > 2 && strcmp(argv[2], "--help") == 0))) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    if (argc < 2 || strcmp(argv[1], "check") != 0)
        return cli_usage("policy", "which policy command? There is: check");
    int status = read_options(&check, argc, argv);
    return status == CLI_DONE ? check_app(&check) : status;
}
