#include "cli/cli.h"
#include "cli/new_plugin.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: trollbridge new --plugin DIR\n"
    "\n"
    "Makes DIR a folder to begin from. It must not exist yet, or be empty.\n"
    "\n"
    "  --plugin  a plugin in C, named like the folder, and a small app that uses it. What to type\n"
    "            next is printed.\n";

int cli_new(int argc, char **argv)
{
    bool plugin = argc > 1 && strcmp(argv[1], "--plugin") == 0;
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    if (argc > 1 && argv[1][0] == '-' && !plugin)
        return cli_usage("new", "there is no option %s", argv[1]);
    if (!plugin)
        return cli_usage("new", "a folder of what? Write --plugin before its name");
    if (argc != 3 || argv[2][0] == '-')
        return cli_usage("new", "the folder is missing");
    return new_plugin(argv[2]);
}
