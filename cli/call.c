/* `trollbridge call`: a real host and a real endpoint in one program. */
#include "base/clock.h"
#include "base/fd.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/session.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: trollbridge call APP COMMAND [JSON] [OPTION...]\n"
    "\n"
    "Makes one real call of the app in folder APP: spawns the broker and its sandboxes, opens a\n"
    "view, calls COMMAND with the arguments JSON ({} if left out), and prints the result: a value\n"
    "as one line of JSON, bytes as they are.\n"
    "\n"
    "  --view LABEL    the view that calls (main)\n"
    "  --origin URL    the origin of its document (local)\n"
    "  --raw FILE      the raw request body; - is standard input\n"
    "  --repeat N      make the call N times and print how it went instead of the results\n"
    "  --jobs M        keep M calls in flight (with --repeat; 1)\n"
    "  --json          always print one JSON object: ok, and value, bytes or error\n"
    "\n"
    "example: trollbridge call examples/notes 'plugin:fs|read_text_file' "
    "'{\"path\":\"data/hello.txt\"}'\n"
    "\n"
    "Exit status: 0 done; 1 denied or the plugin answered an error; 2 usage; 3 the app's files\n"
    "are wrong; 4 a required layer or part is missing; 5 the session was lost.\n";

struct options {
    const char *app;
    const char *command;
    const char *json;
    const char *view;
    const char *origin;
    const char *raw_file;
    uint32_t repeat; /* 0: a single call */
    uint32_t jobs;
    bool as_json;
};

struct run {
    const struct options *options;
    struct tb_buffer args;
    uint8_t *raw;
    size_t n_raw;
    struct cli_session session;
    uint32_t command;
    uint32_t n_started;
    uint32_t n_done;
    uint32_t n_failed;
    int status;
    char first_error[TB_ERROR_MESSAGE_MAX + 80];
};

static bool read_number(const char *text, uint32_t most, uint32_t *ret_number)
{
    char *end;
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (errno != 0 || *end != 0 || end == text || number < 1 || number > most)
        return false;
    *ret_number = (uint32_t)number;
    return true;
}

enum { OPTION_VIEW = 256, OPTION_ORIGIN, OPTION_RAW, OPTION_REPEAT, OPTION_JOBS, OPTION_JSON };

static int read_option(struct options *options, int option)
{
    switch (option) {
    case OPTION_VIEW:
        options->view = optarg;
        return CLI_DONE;
    case OPTION_ORIGIN:
        options->origin = optarg;
        return CLI_DONE;
    case OPTION_RAW:
        options->raw_file = optarg;
        return CLI_DONE;
    case OPTION_REPEAT:
        return read_number(optarg, 100000000, &options->repeat)
                   ? CLI_DONE
                   : cli_usage("call", "--repeat takes a number from 1 to 100000000");
    case OPTION_JOBS:
        return read_number(optarg, TB_SESSION_CALLS, &options->jobs)
                   ? CLI_DONE
                   : cli_usage("call", "--jobs takes a number from 1 to %d", TB_SESSION_CALLS);
    case OPTION_JSON:
        options->as_json = true;
        return CLI_DONE;
    default:
        return cli_usage("call", "unknown option, or one without its value");
    }
}

static int read_options(struct options *options, int argc, char **argv)
{
    static const struct option long_options[] = {
        {"view", required_argument, NULL, OPTION_VIEW},
        {"origin", required_argument, NULL, OPTION_ORIGIN},
        {"raw", required_argument, NULL, OPTION_RAW},
        {"repeat", required_argument, NULL, OPTION_REPEAT},
        {"jobs", required_argument, NULL, OPTION_JOBS},
        {"json", no_argument, NULL, OPTION_JSON},
        {0},
    };
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        int status = read_option(options, option);
        if (status != CLI_DONE)
            return status;
    }
    if (argc - optind < 2 || argc - optind > 3)
        return cli_usage("call", "APP and COMMAND are needed, and JSON at most");
    options->app = argv[optind];
    options->command = argv[optind + 1];
    options->json = argc - optind == 3 ? argv[optind + 2] : "{}";
    return CLI_DONE;
}

static int read_args(struct run *run)
{
    json_error_t error;
    json_t *json = json_loads(run->options->json, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!json)
        return cli_usage("call", "JSON: %s (column %d)", error.text, error.column);
    if (!json_is_object(json)) {
        json_decref(json);
        return cli_usage("call", "JSON: the arguments are an object");
    }
    struct tb_packer packer;
    tb_buffer_init(&run->args, TB_FRAME_MAX);
    tb_packer_init(&packer, &run->args);
    cli_json_pack(&packer, json);
    json_decref(json);
    return packer.failed ? cli_usage("call", "JSON: longer than a frame may be") : CLI_DONE;
}

static int read_raw(struct run *run)
{
    const char *name = run->options->raw_file;
    if (!name)
        return CLI_DONE;
    tb_fd fd = strcmp(name, "-") == 0 ? dup(STDIN_FILENO) : open(name, O_RDONLY | O_CLOEXEC);
    run->raw = malloc(TB_FRAME_MAX);
    if (fd < 0 || !run->raw)
        return cli_error(CLI_USAGE, "not_found", "%s: %s", name, strerror(errno));
    for (;;) {
        ssize_t n = read(fd, run->raw + run->n_raw, TB_FRAME_MAX - run->n_raw);
        if (n < 0)
            return cli_error(CLI_USAGE, "io", "%s: %s", name, strerror(errno));
        if (n == 0)
            return CLI_DONE;
        run->n_raw += (size_t)n;
        if (run->n_raw == TB_FRAME_MAX)
            return cli_error(CLI_DENIED, "too_large", "%s: a request body is at most 1 MiB", name);
    }
}

/* ---- results ---- */

static json_t *error_json(const char *code, struct tb_bytes message, struct tb_bytes command,
                          const struct tb_error *error)
{
    json_t *json = json_object();
    json_object_set_new(json, "code", json_string(code));
    json_object_set_new(json, "message", json_stringn((const char *)message.data, message.n));
    json_object_set_new(json, "command", json_stringn((const char *)command.data, command.n));
    if (error && error->retry_ms)
        json_object_set_new(json, "retry_ms", json_integer(error->retry_ms));
    if (error && error->sys_errno)
        json_object_set_new(json, "errno", json_integer(error->sys_errno));
    return json;
}

static void print_object(const char *key, json_t *value)
{
    json_t *json = json_object();
    json_object_set_new(json, "ok", json_boolean(strcmp(key, "error") != 0));
    json_object_set_new(json, key, value);
    json_dumpf(json, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
    fputc('\n', stdout);
    json_decref(json);
}

static int print_error(const struct run *run, const char *code, struct tb_bytes message,
                       const struct tb_error *error)
{
    struct tb_bytes command = tb_bytes_of_string(run->options->command);
    if (run->options->as_json) {
        print_object("error", error_json(code, message, command, error));
        return CLI_DENIED;
    }
    return cli_error(CLI_DENIED, code, "%s: %.*s", run->options->command, (int)message.n,
                     (const char *)message.data);
}

static int print_reply(const struct run *run, const struct tb_reply *reply)
{
    switch (reply->type) {
    case TB_REPLY_VALUE: {
        json_t *value = cli_json_of(reply->value);
        if (run->options->as_json) {
            print_object("value", value);
            return CLI_DONE;
        }
        json_dumpf(value, stdout, JSON_COMPACT | JSON_ENCODE_ANY);
        fputc('\n', stdout);
        json_decref(value);
        return CLI_DONE;
    }
    case TB_REPLY_BYTES:
        if (run->options->as_json)
            print_object("bytes", cli_json_base64(reply->raw));
        else
            fwrite(reply->raw.data, 1, reply->raw.n, stdout);
        return CLI_DONE;
    case TB_REPLY_ERROR:
        return print_error(run, tb_code_name(reply->error.code), reply->error.message,
                           &reply->error);
    }
    return CLI_DENIED;
}

static void count_reply(struct run *run, const struct tb_reply *reply)
{
    if (reply->type != TB_REPLY_ERROR)
        return;
    if (run->n_failed++ == 0)
        (void)snprintf(run->first_error, sizeof run->first_error, "%s: %.*s",
                       tb_code_name(reply->error.code), (int)reply->error.message.n,
                       (const char *)reply->error.message.data);
}

static void on_done(void *data, const struct tb_reply *reply)
{
    struct run *run = data;
    run->n_done++;
    if (!reply)
        run->status = CLI_LOST;
    else if (run->options->repeat)
        count_reply(run, reply);
    else
        run->status = print_reply(run, reply);
}

/* ---- calling ---- */

static int not_granted(struct run *run)
{
    (void)tb_endpoint_miss(run->session.endpoint, tb_bytes_of_string(run->options->command));
    (void)tb_endpoint_flush(run->session.endpoint);
    const struct options *options = run->options;
    char message[2048];
    (void)snprintf(message, sizeof message,
                   "no capability grants it to view '%s' at origin '%s'; see `trollbridge policy "
                   "explain APP '%s' --view %s --origin %s`",
                   options->view, options->origin, options->command, options->view,
                   options->origin);
    return print_error(run, "not_granted", tb_bytes_of_string(message), NULL);
}

/* Starts calls until M are in flight, N were started, or no handle is left. False: one could not be
 * made at all. */
static bool start_calls(struct run *run, uint32_t total)
{
    static const struct tb_endpoint_handler handler = {.done = on_done};
    const struct tb_endpoint_request request = {.args = tb_buffer_bytes(&run->args),
                                                .has_raw = run->options->raw_file != NULL,
                                                .raw = tb_bytes_of(run->raw, run->n_raw)};
    while (run->n_started < total && run->n_started - run->n_done < run->options->jobs) {
        int r =
            tb_endpoint_call(run->session.endpoint, run->command, &request, &handler, run, NULL);
        if (r == TB_AGAIN || r == TB_CLOSED)
            return true;
        if (r != TB_OK) {
            run->status = print_error(run, "too_large",
                                      tb_bytes_of_string("the request does not fit a frame"), NULL);
            return false;
        }
        run->n_started++;
    }
    return true;
}

static int make_calls(struct run *run)
{
    uint32_t total = run->options->repeat ? run->options->repeat : 1;
    while (run->n_done < total) {
        if (!start_calls(run, total))
            return run->status;
        if (!cli_session_wait(&run->session))
            return cli_session_lost(&run->session);
    }
    return run->status;
}

static void print_summary(const struct run *run, uint64_t took_ns)
{
    double s = (double)took_ns / 1e9;
    printf("%" PRIu32 " calls, %" PRIu32 " failed, %.3f s, %.0f calls/s\n", run->n_done,
           run->n_failed, s, (double)run->n_done / s);
    if (run->n_failed > 0)
        fprintf(stderr, "trollbridge: %s\n", run->first_error);
}

static int in_session(struct run *run)
{
    run->command =
        tb_endpoint_find(run->session.endpoint, tb_bytes_of_string(run->options->command));
    if (run->command == TB_NO_COMMAND)
        return not_granted(run);
    uint64_t start_ns = tb_clock_ns();
    int status = make_calls(run);
    if (run->options->repeat && status == CLI_DONE) {
        print_summary(run, tb_clock_ns() - start_ns);
        status = run->n_failed ? CLI_DENIED : CLI_DONE;
    }
    return status;
}

int cli_call(int argc, char **argv)
{
    struct options options = {.view = "main", .origin = "local", .jobs = 1};
    struct run run = {.options = &options};
    if (argc > 1 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    int status = read_options(&options, argc, argv);
    if (status == CLI_DONE)
        status = read_args(&run);
    if (status == CLI_DONE)
        status = read_raw(&run);
    if (status == CLI_DONE)
        status = cli_session_begin(&run.session, options.app, options.view, options.origin, false);
    if (status == CLI_DONE)
        status = in_session(&run);
    cli_session_end(&run.session);
    tb_buffer_deinit(&run.args);
    free(run.raw);
    return status;
}
