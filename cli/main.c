#include "cli/cli.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

struct command {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
};

static int cli_version(int argc, char **argv);
static int cli_help(int argc, char **argv);

static const struct command commands[] = {
    {"call", cli_call, "make one real call of an app, through every process, without a WebView"},
    {"run", cli_run, "open an app's windows, and run until the last is closed"},
    {"dev", cli_dev, "serve an app to an ordinary browser on this machine, while it is written"},
    {"relay", cli_relay, "a view's link on stdin and stdout, for hosts in any language"},
    {"doctor", cli_doctor, "what this machine's kernel lets the sandboxes hold"},
    {"policy", cli_policy, "check what an app's policy files grant"},
    {"test", cli_test, "hold an app's policy to its policy.test.toml"},
    {"types", cli_types, "TypeScript bindings for exactly what an app's policy grants"},
    {"import", cli_import, "make an app folder of a Tauri project's src-tauri folder"},
    {"new", cli_new, "make a folder to begin from: an app, or a plugin"},
    {"grants", cli_grants, "list and revoke what people have answered for good"},
    {"enclave", cli_enclave, "check, put away and bring back an app's keys"},
    {"audit", cli_audit, "read, follow and verify an app's log"},
    {"bench", cli_bench, "measure the broker beside a bare relay"},
    {"version", cli_version, "print the version"},
    {"help", cli_help, "print this"},
};

/* getopt_long is past the option, but for letters in a row, which it takes one by one. */
int cli_usage_option(const char *command, char **argv)
{
    const char *next = argv[optind];
    bool in_row = optopt != 0 && next && next[0] == '-' && next[1] != '-';
    return cli_usage(command, "%s: no such option, or one without its value",
                     in_row ? next : argv[optind - 1]);
}

bool cli_read_number(const char *text, uint32_t least, uint32_t most, uint32_t *ret_number)
{
    uint64_t n = 0;
    size_t i = 0;
    for (; text[i] >= '0' && text[i] <= '9' && n <= most; i++)
        n = n * 10 + (uint64_t)(text[i] - '0');
    if (i == 0 || text[i] != 0 || n < least || n > most)
        return false;
    *ret_number = (uint32_t)n;
    return true;
}

static int cli_version(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--help") == 0)
        printf("usage: trollbridge version\n\n");
    printf("trollbridge " TB_VERSION " (protocol 1)\n");
    return CLI_DONE;
}

static int cli_help(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    printf("usage: trollbridge COMMAND [ARGUMENT...]\n\n");
    for (size_t i = 0; i < TB_ARRAY_LEN(commands); i++)
        printf("  %-8s  %s\n", commands[i].name, commands[i].summary);
    printf("\ntrollbridge COMMAND --help says more of each.\n\n"
           "Exit status: 0 done; 1 denied, a check failed, or the plugin answered an error;\n"
           "2 usage; 3 the app's files are wrong; 4 a required layer or part is missing;\n"
           "5 the session was lost.\n");
    return CLI_DONE;
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return cli_usage("help", "a command is missing");
    const char *name = argv[1];
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0)
        name = "help";
    if (strcmp(name, "--version") == 0)
        name = "version";
    for (size_t i = 0; i < TB_ARRAY_LEN(commands); i++)
        if (strcmp(name, commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    return cli_usage("help", "there is no command '%s'", name);
}

/* What could not be printed was not done: a full disk must not look like success. */
int main(int argc, char **argv)
{
    int status = run(argc, argv);
    bool printed = fflush(stdout) == 0 && !ferror(stdout);
    if (!printed && status == CLI_DONE)
        return cli_error(CLI_DENIED, "io", "standard output: cannot be written");
    return status;
}
