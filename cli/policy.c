/*
 * trollbridge policy check APP: compiles the app's policy as a start would, and says what a view
 * gets.
 *
 * The files are read by trollbridge-policy alone; this hands it descriptors and counts what is in
 * the grant that comes back.
 */
#include "cli/cli.h"

#include "base/fd.h"
#include "base/result.h"
#include "base/wire.h"
#include "policy/grant.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ARGUMENTS_MAX = 40, REQUEST_MAX = 1024 };

static const char *const variables[] = {"HOME",           "XDG_CONFIG_HOME", "XDG_DATA_HOME",
                                        "XDG_CACHE_HOME", "XDG_STATE_HOME",  "XDG_RUNTIME_DIR",
                                        "TMPDIR"};

struct check {
    const char *app;
    const char *view;
    bool json;
};

/* The command line of one run of trollbridge-policy. Strings are kept to the end. */
struct arguments {
    char *items[ARGUMENTS_MAX + 1];
    size_t n;
};

static void deinit(struct arguments *arguments)
{
    for (size_t i = 0; i < arguments->n; i++)
        free(arguments->items[i]);
}

tb_printf(2, 3) static void add(struct arguments *arguments, const char *format, ...)
{
    va_list list;
    tb_assert(arguments->n < ARGUMENTS_MAX);
    va_start(list, format);
    if (vasprintf(&arguments->items[arguments->n], format, list) >= 0)
        arguments->n++;
    va_end(list);
}

/* The folder that holds bin, libexec and share, by this program's own path. */
static bool find_prefix(char ret_prefix[static PATH_MAX])
{
    ssize_t n = readlink("/proc/self/exe", ret_prefix, PATH_MAX - 1);
    if (n < 0)
        return false;
    ret_prefix[n] = 0;
    for (int i = 0; i < 2; i++) {
        char *slash = strrchr(ret_prefix, '/');
        if (!slash)
            return false;
        *slash = 0;
    }
    return true;
}

/* Runs it and waits. Its exit status, or CLI_PART where it has none. */
static int run(const char *program, struct arguments *arguments)
{
    static char *const no_environment[] = {NULL};
    int status;
    fflush(NULL);
    pid_t child = fork();
    if (child < 0)
        return cli_error(CLI_PART, "io", "fork: %s", strerrordesc_np(errno));
    if (child == 0) {
        execve(program, arguments->items, no_environment);
        _exit(127);
    }
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return cli_error(CLI_PART, "io", "waitpid: %s", strerrordesc_np(errno));
    if (WIFEXITED(status) && WEXITSTATUS(status) != 127)
        return WEXITSTATUS(status);
    return cli_error(CLI_PART, "missing", "%s does not run", program);
}

/* An anonymous file that the child inherits. */
static int shared_file(const char *name)
{
    int fd = memfd_create(name, 0);
    if (fd < 0)
        cli_error(CLI_PART, "io", "memfd_create: %s", strerrordesc_np(errno));
    return fd;
}

static int compile(const struct check *check, const char *prefix, const char *program, int snapshot)
{
    tb_cleanup(deinit) struct arguments arguments = {.n = 0};
    tb_fd settings = shared_file("settings");
    if (settings < 0)
        return CLI_PART;
    add(&arguments, "policy");
    add(&arguments, "compile");
    add(&arguments, "--app=%s", check->app);
    add(&arguments, "--plugins=%s/share/trollbridge/plugins", prefix);
    add(&arguments, "--libexec=%s/libexec/trollbridge", prefix);
    for (size_t i = 0; i < TB_ARRAY_LEN(variables); i++)
        if (getenv(variables[i]))
            add(&arguments, "--var=%s=%s", variables[i], getenv(variables[i]));
    add(&arguments, "--snapshot-fd=%d", snapshot);
    add(&arguments, "--settings-fd=%d", settings);
    return run(program, &arguments);
}

static bool write_request(int fd, const char *view)
{
    uint8_t memory[REQUEST_MAX];
    struct tb_writer writer = tb_writer_init(memory, sizeof memory);
    tb_write_string16(&writer, tb_bytes_of_string(view));
    tb_write_string16(&writer, tb_bytes_of_string(view));
    tb_write_string16(&writer, tb_bytes_of_string("local"));
    return !writer.failed && tb_fd_write_all(fd, tb_bytes_of(memory, writer.n)) == 0 &&
           lseek(fd, 0, SEEK_SET) == 0;
}

static int resolve(const struct check *check, const char *program, int snapshot,
                   struct tb_grant **ret_grant)
{
    tb_cleanup(deinit) struct arguments arguments = {.n = 0};
    tb_fd request = shared_file("request");
    tb_fd grant = shared_file("grant");
    if (request < 0 || grant < 0)
        return CLI_PART;
    if (!write_request(request, check->view))
        return cli_usage("policy", "--view: not a view's label");
    add(&arguments, "policy");
    add(&arguments, "resolve");
    add(&arguments, "--snapshot-fd=%d", snapshot);
    add(&arguments, "--request-fd=%d", request);
    add(&arguments, "--grant-fd=%d", grant);
    int status = run(program, &arguments);
    if (status == CLI_DONE && tb_grant_read(grant, ret_grant) != TB_OK)
        return cli_error(CLI_PART, "io", "trollbridge-policy wrote no grant");
    return status;
}

static void print(const struct check *check, const struct tb_grant *grant)
{
    char digest[2 * TB_DIGEST_SIZE + 1];
    tb_hex(grant->digest, sizeof grant->digest, digest);
    if (check->json)
        printf("{\"ok\":true,\"view\":\"%s\",\"commands\":%zu,\"digest\":\"%s\"}\n", check->view,
               grant->n_commands, digest);
    else
        printf("ok: %zu commands granted to view %s (policy %s)\n", grant->n_commands, check->view,
               digest);
}

static void free_grant(struct tb_grant **grant)
{
    tb_grant_free(*grant);
}

static int check_app(const struct check *check)
{
    char prefix[PATH_MAX];
    char program[PATH_MAX + 64];
    tb_cleanup(free_grant) struct tb_grant *grant = NULL;
    if (!find_prefix(prefix))
        return cli_error(CLI_PART, "missing", "the folder of this program cannot be found");
    snprintf(program, sizeof program, "%s/libexec/trollbridge/policy", prefix);
    tb_fd snapshot = shared_file("snapshot");
    if (snapshot < 0)
        return CLI_PART;
    int status = compile(check, prefix, program, snapshot);
    if (status == CLI_DONE)
        status = resolve(check, program, snapshot, &grant);
    if (status == CLI_DONE)
        print(check, grant);
    return status;
}

int cli_policy(int argc, char **argv)
{
    static const struct option options[] = {{"json", no_argument, NULL, 'j'},
                                            {"view", required_argument, NULL, 'v'},
                                            {NULL, 0, NULL, 0}};
    struct check check = {.view = "main"};
    if (argc < 2 || strcmp(argv[1], "check") != 0)
        return cli_usage("policy", "policy check APP [--json] [--view LABEL]");
    opterr = 0;
    optind = 2;
    for (int name; (name = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (name == 'j')
            check.json = true;
        else if (name == 'v')
            check.view = optarg;
        else
            return cli_usage("policy", "policy check APP [--json] [--view LABEL]");
    }
    if (argc - optind != 1)
        return cli_usage("policy", "policy check takes one app folder");
    check.app = argv[optind];
    return check_app(&check);
}
