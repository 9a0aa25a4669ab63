/* `trollbridge dev`: an app in an ordinary browser, while it is being written. A program apart
 * serves it, so that nothing else here knows HTTP, and apps can be shipped without it. */
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
    "usage: trollbridge dev APP [--port N] [--answer WORD]\n"
    "\n"
    "Serves the app in folder APP to an ordinary browser on this machine, and prints where: a "
    "line\n"
    "for each of its windows. An address is good once; Enter prints new ones, Ctrl+C ends it. "
    "Pages\n"
    "load again when their files change, and the policy is read again when its files do.\n"
    "\n"
    "  --port N        the port; any that is free if left out\n"
    "  --answer WORD   what to say to prompts, instead of asking at the terminal:\n"
    "                  once, session, always, never or dismissed\n"
    "  --host ADDRESS  127.0.0.1, ::1 or localhost, which it listens on anyway; no other\n"
    "\n"
    "Example:\n"
    "  trollbridge dev examples/notes --port 8000\n"
    "\n"
    "Exit status: 0 ended; 2 usage; 3 the app's files are wrong, or marked as production; 4 the "
    "port\n"
    "is taken, or a required layer or part is missing.\n";

struct arguments {
    const char *port;
    const char *answer; /* NULL: the terminal is asked */
    const char *host;
    bool help;
};

static int read_options(int argc, char **argv, struct arguments *arguments)
{
    static const struct option long_options[] = {
        {"port", required_argument, NULL, 'p'},
        {"answer", required_argument, NULL, 'a'},
        {"host", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == '?')
            return cli_usage_option("dev", argv);
        if (option == 'h')
            arguments->help = true;
        else
            *(option == 'p'   ? &arguments->port
              : option == 'a' ? &arguments->answer
                              : &arguments->host) = optarg;
    }
    return CLI_DONE;
}

static bool is_loopback(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "::1") == 0 ||
           strcmp(host, "localhost") == 0;
}

static int check(const struct arguments *arguments)
{
    uint32_t port;
    struct cli_prompt prompt;
    if (!cli_read_number(arguments->port, 0, UINT16_MAX, &port))
        return cli_usage("dev", "--port takes a number up to 65535; 0 is any that is free");
    if (!is_loopback(arguments->host))
        return cli_usage("dev",
                         "it listens on this machine alone, not on %s: whoever reaches the page "
                         "has what the app grants; from another machine go through ssh -L",
                         arguments->host);
    if (arguments->answer && !cli_prompt_init(&prompt, arguments->answer, true))
        return cli_usage("dev", "--answer takes " CLI_PROMPT_WORDS);
    return CLI_DONE;
}

static int start(const char *app, const struct arguments *arguments)
{
    char program[PATH_MAX];
    const char *answer = arguments->answer ? arguments->answer : "";
    const char *argv[] = {"dev", app, arguments->port, answer, NULL};
    if (tb_place_of("libexec/trollbridge/dev", program) != 0)
        return cli_error(CLI_PART, "part_missing",
                         "libexec/trollbridge/dev is not there: install the package "
                         "trollbridge-dev, which apps are shipped without");
    (void)execv(program, (char *const *)(uintptr_t)argv);
    return cli_error(CLI_PART, "part_missing", "%s: %s", program, strerror(errno));
}

int cli_dev(int argc, char **argv)
{
    struct arguments arguments = {.port = "0", .host = "localhost"};
    int status = read_options(argc, argv, &arguments);
    if (status != CLI_DONE)
        return status;
    if (arguments.help) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    if (argc - optind != 1)
        return cli_usage("dev", "one APP is needed");
    status = check(&arguments);
    return status == CLI_DONE ? start(argv[optind], &arguments) : status;
}
