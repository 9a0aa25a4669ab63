/* `trollbridge policy diff`: what a change of a policy gives and takes, for code review. */
#include "cli/policy.h"

#include "base/fd.h"
#include "base/wire.h"
#include "cli/app.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/policy_changes.h"
#include "cli/report.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: trollbridge policy diff OLD NEW [--mode M] [--target T] [--json]\n"
    "\n"
    "What the policy of NEW gives (+) that the one of OLD does not, and what it takes (-): each is "
    "an\n"
    "app folder, or a Tauri project's src-tauri folder. Commands and scopes are compared for each\n"
    "view and origin that one of the two speaks of; names, order and places in files do not "
    "count.\n"
    "\n"
    "  --mode M    tauri, narrow or strict, whatever the manifests say\n"
    "  --target T  linux, macOS, windows, android, iOS or a target triple (linux)\n"
    "  --json      as JSON\n"
    "\n"
    "Exit status: 0 nothing is wider; 1 something is; 2 usage; 3 one of them has errors.\n";

enum { ALSO_MAX = 4 * 1024 * 1024 };

struct diff {
    const char *before;
    const char *after;
    const char *mode;
    const char *target;
    bool json;
};

/* `also`: views and origins that the report has too; -1: none. */
static int report(const struct diff *diff, const char *app, int also, json_t **ret_report)
{
    const char *options[CLI_REPORT_OPTIONS + 1] = {NULL};
    size_t n = 0;
    options[n++] = "--views";
    cli_report_option(options, &n, "--mode", diff->mode);
    cli_report_option(options, &n, "--target", diff->target);
    int status = cli_report_also("check", app, options, also, ret_report);
    if (status == CLI_FILES && *ret_report) {
        (void)cli_error(CLI_FILES, "policy", "%s has these errors, and nothing was compared", app);
        cli_report_findings(*ret_report, false);
    }
    return status;
}

/* ---- the views of both ---- */

struct names {
    uint8_t *memory;
    struct tb_writer writer;
    json_t *known;
};

static void add_name(struct names *names, char kind, const char *name)
{
    char text[4096];
    int n = snprintf(text, sizeof text, "%c%s", kind, name);
    if (n < 2 || (size_t)n >= sizeof text || json_object_get(names->known, text))
        return;
    json_object_set_new(names->known, text, json_true());
    tb_write_string16(&names->writer, tb_bytes_of(text, (size_t)n));
}

static void add_names(struct names *names, const json_t *report_of)
{
    size_t i;
    size_t k;
    json_t *group;
    json_t *view;
    json_array_foreach(json_object_get(report_of, "views"), i, group)
    {
        const json_t *remote = json_object_get(json_object_get(group, "context"), "remote");
        if (json_is_string(remote))
            add_name(names, 'o', json_string_value(remote));
        json_array_foreach(json_object_get(group, "views"), k, view)
        {
            add_name(names, 'v', json_string_value(view));
        }
    }
}

/* A memory file with what the two reports speak of, to be read from its beginning; or -1. */
static int names_of(const json_t *before, const json_t *after)
{
    tb_cleanup(tb_bytes_free) uint8_t *memory = malloc(ALSO_MAX);
    tb_cleanup(cli_json_free) json_t *known = json_object();
    if (!memory || !known)
        return -1;
    struct names names = {memory, tb_writer_init(memory, ALSO_MAX), known};
    add_names(&names, before);
    add_names(&names, after);
    tb_fd fd = tb_fd_memory("trollbridge-views");
    if (fd < 0 || names.writer.failed ||
        tb_fd_write_all(fd, tb_bytes_of(memory, names.writer.n)) != 0)
        return -1;
    int taken = fd;
    fd = -1;
    return taken;
}

struct reports {
    json_t *before;
    json_t *after;
};

static void deinit_reports(struct reports *reports)
{
    json_decref(reports->before);
    json_decref(reports->after);
}

static int report_both(const struct diff *diff, int also, struct reports *ret_reports)
{
    int before = report(diff, diff->before, also, &ret_reports->before);
    int after = report(diff, diff->after, also, &ret_reports->after);
    return before != CLI_DONE ? before : after;
}

/* First each by itself, to learn of which views they speak; then each about the views of both. */
static int compare(const struct diff *diff)
{
    tb_cleanup(deinit_reports) struct reports own = {NULL, NULL};
    tb_cleanup(deinit_reports) struct reports both = {NULL, NULL};
    int status = report_both(diff, -1, &own);
    if (status != CLI_DONE)
        return status;
    tb_fd also = names_of(own.before, own.after);
    if (also < 0)
        return cli_error(CLI_PART, "io", "the policies name more views than can be compared");
    deinit_reports(&own);
    own = (struct reports){NULL, NULL};
    status = report_both(diff, also, &both);
    return status == CLI_DONE ? policy_print_changes(both.before, both.after, diff->json) : status;
}

static bool take(struct diff *diff, int name, const char *value)
{
    switch (name) {
    case 'm':
        diff->mode = value;
        return true;
    case 't':
        diff->target = value;
        return true;
    case 'j':
        diff->json = true;
        return true;
    default:
        return false;
    }
}

int cli_policy_diff(int argc, char **argv)
{
    static const struct option options[] = {
        {"mode", required_argument, NULL, 'm'},
        {"target", required_argument, NULL, 't'},
        {"json", no_argument, NULL, 'j'},
        {0},
    };
    struct diff diff = {.before = NULL};
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    opterr = 0;
    optind = 1;
    for (int name; (name = getopt_long(argc, argv, "", options, NULL)) != -1;)
        if (!take(&diff, name, optarg))
            return cli_usage_option("policy diff", argv);
    if (argc - optind != 2)
        return cli_usage("policy diff", "it takes two app folders, the old one and the new one");
    diff.before = argv[optind];
    diff.after = argv[optind + 1];
    return compare(&diff);
}
