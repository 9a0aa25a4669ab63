/* `trollbridge types`: TypeScript bindings for exactly what is granted. */
#include "base/fd.h"
#include "cli/app.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/report.h"
#include "cli/text.h"
#include "cli/types_write.h"
#include "proto/label.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: trollbridge types APP [--view LABEL] [-o FILE]\n"
    "\n"
    "Prints TypeScript bindings for what the policy of APP grants: with them in the project,\n"
    "`invoke` of the npm package `trollbridge` takes these commands alone, with their arguments\n"
    "and results. Without the package the file's type `Invoke` is that function's.\n"
    "\n"
    "  --view LABEL  what this view is granted, not all views together\n"
    "  -o, --output FILE\n"
    "                into a file, as src/trollbridge.d.ts\n"
    "\n"
    "Exit status: 0 done; 1 the file cannot be written; 2 usage; 3 the app's files are wrong, or\n"
    "a plugin's types.\n";

struct types {
    const char *app;
    const char *view;
    const char *file;
};

static void free_text(char **text)
{
    free(*text);
}

/* All at once: a file that is there is not lost to one that could not be made. */
static int write_out(const struct types *types, const char *text, size_t n)
{
    if (!types->file) {
        fwrite(text, 1, n, stdout);
        return CLI_DONE;
    }
    tb_fd fd = open(types->file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    int r = fd < 0 ? -errno : tb_fd_write_all(fd, tb_bytes_of(text, n));
    return r < 0 ? cli_error(CLI_DENIED, "io", "%s: %s", types->file, strerror(-r)) : CLI_DONE;
}

static int make(const struct types *types, const json_t *report)
{
    tb_cleanup(free_text) char *text = NULL;
    const struct types_wish wish = {.report = report, .view = types->view};
    size_t n = 0;
    if (cli_number(report, "views_left_out") > 0)
        return cli_error(CLI_FILES, "too_large",
                         "there are more views than can be told together: "
                         "ask with --view");
    FILE *out = open_memstream(&text, &n);
    if (!out)
        return cli_error(CLI_PART, "io", "no memory");
    bool made = types_write(&wish, out);
    if (fclose(out) != 0)
        return cli_error(CLI_PART, "io", "no memory");
    return made ? write_out(types, text, n) : CLI_FILES;
}

static int run(const struct types *types)
{
    const char *options[CLI_REPORT_OPTIONS + 1] = {NULL};
    tb_cleanup(cli_json_free) json_t *report = NULL;
    size_t n = 0;
    cli_report_option(options, &n, "--view", types->view);
    options[n++] = "--views";
    options[n++] = "--types";
    int status = cli_report("check", types->app, options, &report);
    if (report && status != CLI_DONE)
        cli_report_findings(report, false);
    return status == CLI_DONE ? make(types, report) : status;
}

static int read_options(struct types *types, int argc, char **argv)
{
    static const struct option options[] = {
        {"view", required_argument, NULL, 'v'},
        {"output", required_argument, NULL, 'o'},
        {0},
    };
    opterr = 0;
    optind = 1;
    for (int name; (name = getopt_long(argc, argv, "o:", options, NULL)) != -1;) {
        if (name == 'v')
            types->view = optarg;
        else if (name == 'o')
            types->file = optarg;
        else
            return cli_usage_option("types", argv);
    }
    if (argc - optind != 1)
        return cli_usage("types", "it takes one app folder");
    if (types->view && !tb_label_valid(tb_bytes_of_string(types->view)))
        return cli_usage("types", "'%s' is not the label of a view", types->view);
    types->app = argv[optind];
    return CLI_DONE;
}

int cli_types(int argc, char **argv)
{
    struct types types = {.app = NULL};
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    int status = read_options(&types, argc, argv);
    return status == CLI_DONE ? run(&types) : status;
}
