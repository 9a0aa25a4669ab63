#include "cli/policy.h"

#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: trollbridge policy check APP ...    what each view is granted; what is unwise\n"
    "       trollbridge policy explain APP COMMAND ...    whether a page may call it, and why\n"
    "\n"
    "Each has a --help of its own.\n";

int cli_policy(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } commands[] = {
        {"check", cli_policy_check},
        {"explain", cli_policy_explain},
    };
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    for (size_t i = 0; argc > 1 && i < TB_ARRAY_LEN(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return cli_usage("policy", "which policy command? There are: check, explain");
}
