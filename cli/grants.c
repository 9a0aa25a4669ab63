/* `trollbridge grants`: what people have answered for good, shown and taken back. The file is the
 * same that running instances watch: they hear of a change at once. */
#include "answers/store.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "cli/app.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/text.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char help[] =
    "Usage: trollbridge grants list APP [--json]\n"
    "       trollbridge grants revoke APP [COMMAND] [--origin ORIGIN] [--json]\n"
    "\n"
    "What people have answered with `always` or `never` when the app asked them.\n"
    "\n"
    "  list    shows each answer, since when it holds, until when, and when it was used last\n"
    "  revoke  forgets them, all or those of one command and one origin: people are asked again,\n"
    "          and in instances that run, calls under way that such an answer allows end at once\n"
    "\n"
    "  --origin ORIGIN  `local`, or one such as https://example.com\n"
    "  --json           one JSON object\n"
    "\n"
    "An answer holds for one origin, command, scope and policy: after the policy has changed\n"
    "people are asked again, and what was answered before does not count.\n"
    "\n"
    "Exit status: 0 done; 1 nothing to revoke; 2 usage; 3 the app's files or the file of answers\n"
    "are wrong.\n"
    "\n"
    "Examples:\n"
    "  trollbridge grants list examples/notes\n"
    "  trollbridge grants revoke examples/notes 'plugin:fs|remove' --origin local\n";

enum { HELPED = -1 };

struct options {
    bool revoke;
    bool json;
    const char *app;
    const char *command; /* NULL: all */
    const char *origin;  /* NULL: all */
};

enum { HELP = 1, ORIGIN, JSON };

static int read_operands(int argc, char **argv, struct options *options)
{
    if (optind == argc || strcmp(argv[optind], "list") != 0)
        options->revoke = true;
    if (optind == argc || (options->revoke && strcmp(argv[optind], "revoke") != 0))
        return cli_usage("grants", "which of list and revoke?");
    if (argc - optind < 2 || argc - optind > (options->revoke ? 3 : 2))
        return cli_usage("grants", options->revoke ? "revoke wants an app folder and at most one "
                                                     "command"
                                                   : "list wants one app folder");
    if (!options->revoke && options->origin)
        return cli_usage("grants", "list has no --origin");
    options->app = argv[optind + 1];
    options->command = argc - optind == 3 ? argv[optind + 2] : NULL;
    return CLI_DONE;
}

static int read_options(int argc, char **argv, struct options *ret_options)
{
    static const struct option known[] = {{"help", no_argument, NULL, HELP},
                                          {"origin", required_argument, NULL, ORIGIN},
                                          {"json", no_argument, NULL, JSON},
                                          {0}};
    struct options options = {0};
    int option;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        if (option == HELP || option == 'h') {
            fputs(help, stdout);
            return HELPED;
        }
        if (option == '?')
            return cli_usage_option("grants", argv);
        options.json |= option == JSON;
        options.origin = option == ORIGIN ? optarg : options.origin;
    }
    int status = read_operands(argc, argv, &options);
    if (status == CLI_DONE)
        *ret_options = options;
    return status;
}

/* ---- what is shown ---- */

enum { TIME_SIZE = sizeof "2026-11-22T04:00:00Z" };

/* "-" where there is none. */
static void put_time(uint64_t seconds, char text[static TIME_SIZE])
{
    struct tm parts;
    time_t time = (time_t)seconds;
    if (seconds == 0 || !gmtime_r(&time, &parts) ||
        strftime(text, TIME_SIZE, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0)
        memcpy(text, "-", sizeof "-");
}

static json_t *json_time(uint64_t seconds)
{
    char text[TIME_SIZE];
    put_time(seconds, text);
    return seconds == 0 ? json_null() : json_string(text);
}

static json_t *json_text(struct tb_bytes text)
{
    return json_stringn((const char *)text.data, text.n);
}

static json_t *json_entry(const struct tb_remembered *entry, uint64_t now_s)
{
    return json_pack("{s:o,s:o,s:s,s:o,s:o,s:o,s:o,s:b}", "origin", json_text(entry->origin),
                     "command", json_text(entry->command), "answer",
                     tb_answered_name(entry->answered), "view", json_text(entry->view), "since",
                     json_time(entry->made_s), "expires", json_time(entry->expires_s), "used",
                     json_time(entry->used_s), "counts", (int)tb_remembered_counts(entry, now_s));
}

static int print_json(const char *key, const struct tb_answers *answers, uint64_t now_s)
{
    tb_cleanup(cli_json_free) json_t *list = json_array();
    for (size_t i = 0; i < answers->n; i++)
        if (json_array_append_new(list, json_entry(&answers->list[i], now_s)) < 0)
            return cli_error(CLI_PART, "io", "out of memory");
    tb_cleanup(cli_json_free) json_t *root = json_pack("{s:O}", key, list);
    cli_put_json(root);
    return CLI_DONE;
}

struct widths {
    int origin;
    int command;
};

static int put_text(struct tb_bytes text)
{
    char copy[TB_ORIGIN_MAX + 1];
    (void)snprintf(copy, sizeof copy, "%.*s", (int)text.n, (const char *)text.data);
    return cli_put(copy);
}

static void put_cell(struct tb_bytes text, int width)
{
    cli_pad(put_text(text), width);
    fputs("  ", stdout);
}

static void print_row(const struct tb_remembered *entry, const struct widths *widths,
                      uint64_t now_s)
{
    char since[TIME_SIZE];
    char expires[TIME_SIZE];
    char used[TIME_SIZE];
    put_time(entry->made_s, since);
    put_time(entry->expires_s, expires);
    put_time(entry->used_s, used);
    put_cell(entry->origin, widths->origin);
    put_cell(entry->command, widths->command);
    printf("%-6s  %-20s  %-20s  %-20s  ", tb_answered_name(entry->answered), since, expires, used);
    put_text(entry->view);
    puts(tb_remembered_counts(entry, now_s) ? "" : "  does not count now");
}

static void print_table(const struct tb_answers *answers, uint64_t now_s)
{
    struct widths widths = {sizeof "ORIGIN" - 1, sizeof "COMMAND" - 1};
    for (size_t i = 0; i < answers->n; i++) {
        const struct tb_remembered *entry = &answers->list[i];
        widths.origin = (int)entry->origin.n > widths.origin ? (int)entry->origin.n : widths.origin;
        widths.command =
            (int)entry->command.n > widths.command ? (int)entry->command.n : widths.command;
    }
    printf("%-*s  %-*s  %-6s  %-20s  %-20s  %-20s  VIEW\n", widths.origin, "ORIGIN", widths.command,
           "COMMAND", "ANSWER", "SINCE", "EXPIRES", "LAST USED");
    for (size_t i = 0; i < answers->n; i++)
        print_row(&answers->list[i], &widths, now_s);
}

/* ---- list ---- */

static int load(int folder, const char *path, struct tb_answers *ret_answers)
{
    int r = tb_store_load(folder, ret_answers);
    if (r > 0)
        return cli_error(CLI_FILES, "answers",
                         "%s is not a file of remembered answers: none of it counts; move it away",
                         path);
    if (r < 0)
        return cli_error(CLI_FILES, "io", "cannot read %s: %s", path, strerror(-r));
    return CLI_DONE;
}

static int list(const struct options *options, const struct tb_answers *answers)
{
    uint64_t now_s = tb_clock_wall_s();
    if (options->json)
        return print_json("answers", answers, now_s);
    if (answers->n > 0)
        print_table(answers, now_s);
    else
        puts("no answers are remembered");
    return CLI_DONE;
}

/* ---- revoke ---- */

static bool is_meant(const struct options *options, const struct tb_remembered *entry)
{
    return (!options->command || tb_bytes_are(entry->command, options->command)) &&
           (!options->origin || tb_bytes_are(entry->origin, options->origin));
}

/* Parts what is meant from what stays; both borrow from `all`. */
static int part(const struct options *options, const struct tb_answers *all,
                struct tb_answers *meant, struct tb_answers *rest)
{
    int r = 0;
    for (size_t i = 0; i < all->n && r == 0; i++)
        r = tb_answers_put(is_meant(options, &all->list[i]) ? meant : rest, &all->list[i]);
    return r;
}

static int revoke(const struct options *options, int folder, const char *path,
                  const struct tb_answers *all)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers meant = {0};
    tb_cleanup(tb_answers_deinit) struct tb_answers rest = {0};
    int r = part(options, all, &meant, &rest);
    if (r == 0 && meant.n == 0)
        return cli_error(CLI_DENIED, "not_found", "no such answer is remembered");
    if (r == 0)
        r = tb_store_save(folder, &rest);
    if (r != 0)
        return cli_error(CLI_FILES, "io", "cannot change %s: %s", path, strerror(-r));
    if (options->json)
        return print_json("revoked", &meant, tb_clock_wall_s());
    for (size_t i = 0; i < meant.n; i++) {
        put_cell(meant.list[i].origin, 0);
        put_cell(meant.list[i].command, 0);
        printf("%s: revoked\n", tb_answered_name(meant.list[i].answered));
    }
    return CLI_DONE;
}

/* Nothing was ever answered where there is not even a folder. */
static int run(const struct options *options, const char *path)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    tb_fd folder = tb_store_open(path, false);
    if (folder < 0 && folder != -ENOENT)
        return cli_error(CLI_FILES, "io", "cannot open the folder of %s: %s", path,
                         strerror(-folder));
    int status = CLI_DONE;
    if (folder >= 0 && options->revoke && tb_store_lock(folder, true) != TB_OK)
        return cli_error(CLI_FILES, "io", "cannot lock the folder of %s", path);
    if (folder >= 0)
        status = load(folder, path, &answers);
    if (status != CLI_DONE)
        return status;
    return options->revoke ? revoke(options, folder, path, &answers) : list(options, &answers);
}

int cli_grants(int argc, char **argv)
{
    struct options options = {0};
    char path[TB_PATH_MAX + 1];
    tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
    int status = read_options(argc, argv, &options);
    if (status != CLI_DONE)
        return status == HELPED ? CLI_DONE : status;
    status = cli_app_settings(options.app, &settings);
    if (status != CLI_DONE)
        return status;
    if (settings.answers.n == 0)
        return cli_error(CLI_FILES, "variable",
                         "there is no place for answers: set HOME or XDG_STATE_HOME");
    (void)snprintf(path, sizeof path, "%.*s", (int)settings.answers.n,
                   (const char *)settings.answers.data);
    return run(&options, path);
}
