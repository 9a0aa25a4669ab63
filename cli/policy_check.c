/* `trollbridge policy check`: resolves the app's policy as a start would, and says what comes of
 * it. */
#include "cli/policy.h"

#include "cli/app.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/policy_table.h"
#include "cli/report.h"
#include "proto/control.h"

#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: trollbridge policy check APP [--mode M] [--target T] [--view LABEL] [--all]\n"
    "                                [--json] [--deny-warnings]\n"
    "\n"
    "Resolves the policy of APP exactly as a start does: an app folder, or a Tauri project's\n"
    "src-tauri folder as it is. Says what each view is granted, and what is wrong or unwise.\n"
    "\n"
    "  --mode M         tauri, narrow or strict, whatever the manifest says\n"
    "  --target T       linux, macOS, windows, android, iOS or a target triple (linux)\n"
    "  --view LABEL     only what is for this view\n"
    "  --all            each command and scope entry, where else they are counted\n"
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
    bool all;
    bool deny_warnings;
};

/* A start would not get further with a hook that cannot be run. One that goes by other rules than
 * the manifest's, or a Tauri project, is not what starts. */
static int check_hook(const struct check *check)
{
    char manifest[PATH_MAX];
    int n = snprintf(manifest, sizeof manifest, "%s/trollbridge.toml", check->app);
    bool starts = n > 0 && n < (int)sizeof manifest && access(manifest, R_OK) == 0 &&
                  !check->mode && !check->target;
    return starts ? cli_app_check_hook(check->app) : CLI_DONE;
}

static int check_app(const struct check *check)
{
    const char *options[CLI_REPORT_OPTIONS + 1] = {NULL};
    tb_cleanup(cli_json_free) json_t *report = NULL;
    size_t n = 0;
    cli_report_option(options, &n, "--mode", check->mode);
    cli_report_option(options, &n, "--target", check->target);
    cli_report_option(options, &n, "--view", check->view);
    if (!check->json)
        options[n++] = "--views";
    int status = cli_report("check", check->app, options, &report);
    if (!report)
        return status;
    if (check->json)
        cli_report_print(report);
    else
        cli_report_findings(report, false);
    if (status == CLI_DONE)
        status = check_hook(check);
    if (status == CLI_DONE && !check->json)
        policy_print_table(report, check->all);
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
    case 'a':
        check->all = true;
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
        {"json", no_argument, NULL, 'j'},
        {"view", required_argument, NULL, 'v'},
        {"mode", required_argument, NULL, 'm'},
        {"target", required_argument, NULL, 't'},
        {"deny-warnings", no_argument, NULL, 'd'},
        {"all", no_argument, NULL, 'a'},
        {0},
    };
    opterr = 0;
    optind = 1;
    for (int name; (name = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (!take(check, name, optarg))
            return cli_usage_option("policy check", argv);
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
