/* `trollbridge run`: an app in windows of its own. A program apart opens them, so that nothing else
 * here is linked with a toolkit. */
#include "base/place.h"
#include "cli/cli.h"
#include "cli/prompt.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: trollbridge run APP [--eval FILE] [--screenshot FILE] [--view LABEL] [--answer WORD]\n"
    "                           [--devtools]\n"
    "\n"
    "Opens the windows of the app in folder APP, and runs until the last of them is closed.\n"
    "\n"
    "  --eval FILE        once the page has loaded, call FILE, the body of an async function, in "
    "it;\n"
    "                     print what it returns as one line of JSON, and end\n"
    "  --screenshot FILE  once the page has loaded, and --eval is done, write a PNG, and end\n"
    "  --view LABEL       the window that these are about; main if left out\n"
    "  --answer WORD      with one of the first two: what to say to prompts, instead of showing "
    "them:\n"
    "                     once, session, always, never or dismissed\n"
    "  --devtools         open the inspector with the context menu; print the console's messages\n"
    "\n"
    "Exit status: 0 done; 1 the page did not load, or the function threw; 2 usage; 3 the app's\n"
    "files are wrong; 4 a required layer or part is missing, or a display; 5 the session was "
    "lost.\n";

struct arguments {
    const char *view;
    const char *eval;
    const char *screenshot;
    const char *answer;
    const char *devtools;
    bool help;
};

static int read_options(int argc, char **argv, struct arguments *arguments)
{
    static const struct option long_options[] = {
        {"eval", required_argument, NULL, 'e'},
        {"screenshot", required_argument, NULL, 's'},
        {"view", required_argument, NULL, 'v'},
        {"devtools", no_argument, NULL, 'd'},
        {"answer", required_argument, NULL, 'a'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        const char **text = option == 'e'   ? &arguments->eval
                            : option == 's' ? &arguments->screenshot
                            : option == 'v' ? &arguments->view
                            : option == 'a' ? &arguments->answer
                                            : &arguments->devtools;
        if (option == '?')
            return cli_usage_option("run", argv);
        if (option == 'h')
            arguments->help = true;
        else if (option != 'd' && optarg[0] == 0)
            return cli_usage("run", "an option's value is empty");
        else
            *text = option == 'd' ? "devtools" : optarg;
    }
    return CLI_DONE;
}

/* An app in somebody's menu that says yes to itself asks nobody. */
static int check_answer(const struct arguments *arguments)
{
    struct cli_prompt prompt;
    if (!*arguments->answer)
        return CLI_DONE;
    if (!*arguments->eval && !*arguments->screenshot)
        return cli_usage("run", "--answer goes with --eval or --screenshot: in windows that stay "
                                "open a person answers");
    return cli_prompt_init(&prompt, arguments->answer, true)
               ? CLI_DONE
               : cli_usage("run", "--answer takes " CLI_PROMPT_WORDS);
}

static int start(const char *app, const struct arguments *arguments)
{
    char program[PATH_MAX];
    const char *argv[] = {"run",
                          app,
                          arguments->view,
                          arguments->eval,
                          arguments->screenshot,
                          arguments->answer,
                          arguments->devtools,
                          NULL};
    if (tb_place_of("libexec/trollbridge/run", program) != 0)
        return cli_error(CLI_PART, "part_missing",
                         "libexec/trollbridge/run is not there: this Trollbridge was built without "
                         "WebKitGTK");
    (void)execv(program, (char *const *)(uintptr_t)argv);
    return cli_error(CLI_PART, "part_missing", "%s: %s", program, strerror(errno));
}

int cli_run(int argc, char **argv)
{
    struct arguments arguments = {
        .view = "", .eval = "", .screenshot = "", .answer = "", .devtools = ""};
    int status = read_options(argc, argv, &arguments);
    if (status != CLI_DONE)
        return status;
    if (arguments.help) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    if (argc - optind != 1)
        return cli_usage("run", "one APP is needed");
    status = check_answer(&arguments);
    return status == CLI_DONE ? start(argv[optind], &arguments) : status;
}
