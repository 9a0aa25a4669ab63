/* `trollbridge audit`: reading the audit log. */
#include "cli/audit.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>

static const char help[] =
    "Usage: trollbridge audit tail|show|verify APP|FILE [OPTION]...\n"
    "\n"
    "Reads the audit log of an app folder, or a log file.\n"
    "\n"
    "  tail    shows the last records and then each new one, until interrupted\n"
    "  show    shows records as a table\n"
    "  verify  checks that the log is one unbroken chain\n"
    "\n"
    "Each has a --help of its own.\n"
    "\n"
    "Examples:\n"
    "  trollbridge audit verify examples/notes\n"
    "  trollbridge audit show examples/notes --denied --last 20\n"
    "  trollbridge audit tail ~/.local/state/trollbridge/com.example.notes/audit.jsonl\n";

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
};

int cli_audit(int argc, char **argv)
{
    static const struct command commands[] = {
        {"tail", audit_tail}, {"show", audit_show}, {"verify", audit_verify}};
    if (argc < 2)
        return cli_usage("audit", "which of tail, show and verify?");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return cli_usage("audit", "there is no audit command %s", argv[1]);
}

enum { LAST_MAX = 100000 };

enum { HELP = 1, LAST, DENIED, JSON };

int audit_parse(int argc, char **argv, const char *command_help, struct audit_options *ret_options)
{
    static const struct option known[] = {{"help", no_argument, NULL, HELP},
                                          {"last", required_argument, NULL, LAST},
                                          {"denied", no_argument, NULL, DENIED},
                                          {"json", no_argument, NULL, JSON},
                                          {0}};
    struct audit_options options = *ret_options;
    int option;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", known, NULL)) != -1) {
        if (option == HELP || option == 'h') {
            fputs(command_help, stdout);
            return AUDIT_HELPED;
        }
        if (option == LAST && !cli_read_number(optarg, 0, LAST_MAX, &options.last))
            return cli_usage("audit", "--last wants a number, at most %d", LAST_MAX);
        options.denied |= option == DENIED;
        options.json |= option == JSON;
        if (option == ':')
            return cli_usage("audit", "%s wants a value", argv[optind - 1]);
        if (option == '?')
            return cli_usage("audit", "%s does not know %s", argv[0], argv[optind - 1]);
    }
    if (argc - optind != 1)
        return cli_usage("audit", "%s wants one app folder or log file", argv[0]);
    options.target = argv[optind];
    *ret_options = options;
    return CLI_DONE;
}

static void free_string(char **string)
{
    free(*string);
}

int audit_open(const char *app_or_file, int *ret_fd)
{
    tb_cleanup(free_string) char *path = NULL;
    int status = audit_path_of(app_or_file, &path);
    if (status != CLI_DONE)
        return status;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return cli_error(CLI_FILES, "io", "cannot open %s: %s", path, strerror(errno));
    *ret_fd = fd;
    return CLI_DONE;
}
