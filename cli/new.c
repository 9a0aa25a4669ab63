#include "cli/cli.h"
#include "cli/new_app.h"
#include "cli/new_plugin.h"

#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: trollbridge new DIR [--template vanilla|vite]\n"
    "       trollbridge new --plugin DIR\n"
    "\n"
    "Makes DIR a folder to begin from. It must not exist yet, or be empty. What to type next is\n"
    "printed.\n"
    "\n"
    "  --template  vanilla, if left out: an app of plain HTML, CSS and modules, without a build;\n"
    "              vite: one that Vite builds, on Tauri's own npm packages\n"
    "  --plugin    a plugin in C, named like the folder, and a small app that uses it\n";

struct options {
    const char *folder;
    const char *template; /* NULL: not said */
    bool plugin;
};

/* A word of the command line, and the value that follows it. How many words that were; 0: told. */
static int take(char *const *words, struct options *options)
{
    bool plugin = strcmp(words[0], "--plugin") == 0;
    if (strcmp(words[0], "--template") == 0) {
        options->template = words[1];
        if (!words[1])
            (void)cli_usage("new", "--template needs a name: vanilla or vite");
        return words[1] ? 2 : 0;
    }
    if (words[0][0] == '-' && !plugin) {
        (void)cli_usage("new", "there is no option %s", words[0]);
        return 0;
    }
    if (!plugin && options->folder) {
        (void)cli_usage("new", "one folder at a time");
        return 0;
    }
    options->plugin |= plugin;
    if (!plugin)
        options->folder = words[0];
    return 1;
}

int cli_new(int argc, char **argv)
{
    struct options options = {0};
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    for (int i = 1, n; i < argc; i += n) {
        n = take(argv + i, &options);
        if (n == 0)
            return CLI_USAGE;
    }
    if (!options.folder)
        return cli_usage("new", "the folder is missing");
    if (options.plugin && options.template)
        return cli_usage("new", "--template is for apps: a plugin is made in one way");
    return options.plugin ? new_plugin(options.folder) : new_app(options.folder, options.template);
}
