/* `trollbridge call`: a real host and a real endpoint in one program. */
#include "cli/call.h"

#include "base/result.h"
#include "cli/json.h"
#include "cli/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
    "usage: trollbridge call APP COMMAND [JSON] [OPTION...]\n"
    "\n"
    "Makes one real call of the app in folder APP: spawns the broker and its sandboxes, opens a\n"
    "view, calls COMMAND with the arguments JSON ({} if left out), and prints the result: a value\n"
    "as one line of JSON, bytes as they are, and as they come.\n"
    "\n"
    "  --view LABEL    the view that calls (main)\n"
    "  --origin URL    the origin of its document (local)\n"
    "  --raw FILE      the raw request body, of any length; - is standard input\n"
    "  --follow        print all that comes until the call ends: a line of JSON for each message,\n"
    "                  value or part, with the channel that it is of; Ctrl-C ends the call\n"
    "  --json          always print one JSON object: ok, and value, bytes (4 MiB) or error\n"
    "  --repeat N      make the call N times and print how it went instead of the results\n"
    "  --jobs M        keep M calls in flight (with --repeat; 1)\n"
    "  --answer WORD   what to say to prompts: once, session, always, never or dismissed; left\n"
    "                  out, a terminal is asked, and elsewhere they are dismissed\n"
    "  --passphrase-file FILE  its first line is what a plugin gets that asks for a passphrase; -\n"
    "                  is standard input; left out, the terminal is asked, without an echo, and\n"
    "                  where there is none the plugin gets none\n"
    "\n"
    "examples: trollbridge call examples/notes 'plugin:fs|read_text_file' "
    "'{\"path\":\"data/hello.txt\"}'\n"
    "          trollbridge call APP 'plugin:fs|watch' '{\"paths\":[\"data\"],\"onEvent\":"
    "\"__CHANNEL__:1\"}' --follow\n"
    "\n"
    "Exit status: 0 done; 1 denied or the plugin answered an error; 2 usage; 3 the app's files\n"
    "are wrong; 4 a required layer or part is missing; 5 the session was lost.\n";

static int read_args(struct cli_call *call)
{
    json_error_t error;
    json_t *json = json_loads(call->options.json, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    if (!json)
        return cli_usage("call", "JSON: %s (column %d)", error.text, error.column);
    if (!json_is_object(json)) {
        json_decref(json);
        return cli_usage("call", "JSON: the arguments are an object");
    }
    struct tb_packer packer;
    tb_buffer_init(&call->args, TB_FRAME_MAX);
    tb_packer_init(&packer, &call->args);
    cli_json_pack(&packer, json);
    json_decref(json);
    return packer.failed ? cli_usage("call", "JSON: longer than a frame may be") : CLI_DONE;
}

/* ---- errors ---- */

static json_t *error_json(const struct cli_call *call, const char *code, struct tb_bytes message,
                          const struct tb_error *error)
{
    const struct cli_reason *reason = &call->reason;
    json_t *json = json_object();
    json_object_set_new(json, "code", json_string(code));
    json_object_set_new(json, "message", json_stringn((const char *)message.data, message.n));
    json_object_set_new(json, "command", json_string(call->options.command));
    if (error && error->retry_ms)
        json_object_set_new(json, "retry_ms", json_integer(error->retry_ms));
    if (error && error->sys_errno)
        json_object_set_new(json, "errno", json_integer(error->sys_errno));
    if (reason->text[0])
        json_object_set_new(json, "reason", json_string(reason->text));
    if (reason->place[0])
        json_object_set_new(json, "rule", json_string(reason->place));
    return json;
}

static int print_error(const struct cli_call *call, const char *code, struct tb_bytes message,
                       const struct tb_error *error)
{
    char retry[48] = "";
    const struct cli_reason *reason = &call->reason;
    bool more = reason->text[0] && !tb_bytes_are(message, reason->text);
    if (error && error->retry_ms)
        (void)snprintf(retry, sizeof retry, "; try again in %" PRIu32 " ms", error->retry_ms);
    return cli_error(CLI_DENIED, code, "%s: %.*s%s%s%s%s%s%s", call->options.command,
                     (int)message.n, (const char *)message.data, more ? ": " : "",
                     more ? reason->text : "", retry, reason->place[0] ? " (" : "", reason->place,
                     reason->place[0] ? ")" : "");
}

int cli_call_error(const struct cli_call *call, const char *code, struct tb_bytes message,
                   const struct tb_error *error)
{
    if (!call->options.as_json)
        return print_error(call, code, message, error);
    json_t *json = json_object();
    json_object_set_new(json, "ok", json_false());
    json_object_set_new(json, "error", error_json(call, code, message, error));
    cli_put_json(json);
    json_decref(json);
    return CLI_DENIED;
}

int cli_call_not_made(const struct cli_call *call, int result)
{
    if (result == TB_CLOSED)
        return cli_session_lost(&call->session);
    return cli_call_error(call, "too_large", tb_bytes_of_string("the request does not fit a frame"),
                          NULL);
}

static int not_granted(struct cli_call *call)
{
    const struct cli_call_options *options = &call->options;
    char message[2048];
    (void)tb_endpoint_miss(call->session.endpoint, tb_bytes_of_string(options->command));
    (void)tb_endpoint_flush(call->session.endpoint);
    (void)snprintf(message, sizeof message,
                   "no capability grants it to view '%s' at origin '%s'; see `trollbridge policy "
                   "explain APP '%s' --view %s --origin %s`",
                   options->view, options->origin, options->command, options->view,
                   options->origin);
    return cli_call_error(call, "not_granted", tb_bytes_of_string(message), NULL);
}

/* ---- */

static int in_session(struct cli_call *call)
{
    call->command =
        tb_endpoint_find(call->session.endpoint, tb_bytes_of_string(call->options.command));
    if (call->command == TB_NO_COMMAND)
        return not_granted(call);
    return call->options.repeat ? cli_call_repeat(call) : cli_call_once(call);
}

/* Who answers prompts, and with what; nothing is asked as long as there is no session. */
static int prepare(const struct cli_call_options *options, struct cli_prompt *ret_prompt,
                   struct cli_secret *ret_secret)
{
    bool takes_input = options->raw_file && strcmp(options->raw_file, "-") == 0;
    const char *file = options->passphrase_file;
    bool also_takes_input = file && strcmp(file, "-") == 0;
    if (takes_input && also_takes_input)
        return cli_usage("call", "--raw and --passphrase-file both read standard input");
    if (!cli_prompt_init(ret_prompt, options->answer, takes_input || also_takes_input))
        return cli_usage("call", "--answer takes " CLI_PROMPT_WORDS);
    return cli_secret_init(ret_secret, file, options->repeat == 0);
}

static int run(struct cli_call *call)
{
    const struct cli_call_options *options = &call->options;
    struct cli_prompt prompt;
    tb_cleanup(cli_secret_deinit) struct cli_secret secret = {0};
    int status = read_args(call);
    if (status == CLI_DONE)
        status = prepare(options, &prompt, &secret);
    if (status == CLI_DONE)
        status = cli_body_open(&call->body, options->raw_file, tb_buffer_n(&call->args),
                               options->repeat > 0);
    if (status == CLI_DONE)
        status =
            cli_session_begin(&call->session, options->app, options->view, options->origin, false);
    if (status != CLI_DONE)
        return status;
    call->session.prompt = prompt;
    call->session.secret = secret;
    secret = (struct cli_secret){0};
    return in_session(call);
}

int cli_call(int argc, char **argv)
{
    struct cli_call call = {.options = {.view = "main", .origin = "local", .jobs = 1},
                            .body = {.fd = -1},
                            .session = {.link_fd = -1}};
    int status = cli_call_options_read(&call.options, argc, argv);
    if (call.options.help) {
        fputs(help, stdout);
        return CLI_DONE;
    }
    if (status == CLI_DONE)
        status = run(&call);
    cli_session_end(&call.session);
    cli_body_close(&call.body);
    tb_buffer_deinit(&call.args);
    return status;
}
