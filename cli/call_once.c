/*
 * `trollbridge call`, a single one. What comes in parts is written as it comes; who reads slowly
 * makes the program that writes slow, since credit is given back for what standard output has taken
 * and for nothing else.
 */
#include "base/fd.h"
#include "base/result.h"
#include "cli/call.h"
#include "cli/json.h"
#include "cli/output.h"
#include "cli/text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    /* A credit's worth of messages and a reply are at most six times as long in JSON. */
    OUTPUT_MAX = 6 * (TB_CREDIT_FIRST + TB_FRAME_MAX) + 64 * 1024,
    COLLECT_MAX = 4 * 1024 * 1024, /* bytes that --json puts into one object */
};

struct once {
    struct cli_call *call;
    struct cli_output output;
    struct tb_buffer collected; /* --json: the parts of the result */
    uint64_t id;
    bool done;
    bool failed; /* with an error that is told when the session has ended, with what the log says */
    struct tb_error error;
    char message[TB_ERROR_MESSAGE_MAX];
    bool has_value;   /* printed already, while the call went on */
    bool interrupted; /* by Ctrl-C */
    uint32_t n_taken; /* cost of what came and is not consumed */
    int status;
};

/* The first failure is what the exit status tells; the call is of no use any more. */
static void fail(struct once *once, int status)
{
    if (once->status == CLI_DONE)
        once->status = status;
    (void)!tb_endpoint_cancel(once->call->session.endpoint, once->id);
}

static void put(struct once *once, struct tb_bytes bytes)
{
    if (!cli_output_put(&once->output, bytes))
        fail(once, cli_error(CLI_PART, "io", "out of memory"));
}

/* ---- what comes ---- */

/* Takes the reference. */
static void put_line(struct once *once, json_t *json)
{
    char *text = cli_json_line(json);
    json_decref(json);
    if (!text) {
        fail(once, cli_error(CLI_PART, "io", "out of memory"));
        return;
    }
    put(once, tb_bytes_of_string(text));
    free(text);
}

/* {KEY: VALUE}, behind "channel" if it is of one. */
static void follow(struct once *once, const char *key, json_t *value, const uint32_t *channel)
{
    json_t *json = json_object();
    if (channel)
        json_object_set_new(json, "channel", json_integer(*channel));
    json_object_set_new(json, key, value);
    put_line(once, json);
}

static void follow_chunk(struct once *once, const struct tb_chunk *chunk)
{
    const uint32_t *channel = chunk->has_channel ? &chunk->channel : NULL;
    switch (chunk->type) {
    case TB_CHUNK_VALUE:
        follow(once, "value", cli_json_of(chunk->value), NULL);
        break;
    case TB_CHUNK_MESSAGE:
        follow(once, "message", cli_json_of(chunk->value), channel);
        break;
    case TB_CHUNK_BYTES:
        follow(once, "bytes", cli_json_base64(chunk->raw), channel);
        break;
    }
}

static void print_ok(struct once *once, const char *key, json_t *value)
{
    json_t *json = json_object();
    json_object_set_new(json, "ok", json_true());
    json_object_set_new(json, key, value);
    put_line(once, json);
}

static void print_value(struct once *once, const msgpack_object *value)
{
    if (once->call->options.as_json)
        print_ok(once, "value", cli_json_of(value));
    else
        put_line(once, cli_json_of(value));
}

/* --json: the parts make one object, and so have to be held until they are all there. */
static void collect(struct once *once, struct tb_bytes part)
{
    static const char message[] = "the result is longer than the 4 MiB that --json puts into one "
                                  "object; without --json it is written as it comes";
    if (once->status == CLI_DONE && !tb_buffer_append(&once->collected, part))
        fail(once, cli_call_error(once->call, "too_large", tb_bytes_of_string(message), NULL));
}

static void take_part(struct once *once, struct tb_bytes part)
{
    if (once->call->options.as_json)
        collect(once, part);
    else
        put(once, part);
}

/* Without --follow the result is what was asked for, and with it the call has done its work. */
static void take_chunk(struct once *once, const struct tb_chunk *chunk)
{
    if (chunk->type == TB_CHUNK_VALUE) {
        print_value(once, chunk->value);
        (void)!tb_endpoint_cancel(once->call->session.endpoint, once->id);
    } else if (chunk->type == TB_CHUNK_BYTES && !chunk->has_channel) {
        take_part(once, chunk->raw);
    }
}

static void on_chunk(void *data, const struct tb_chunk *chunk, uint32_t cost)
{
    struct once *once = data;
    once->n_taken += cost;
    once->has_value |= chunk->type == TB_CHUNK_VALUE;
    if (once->status != CLI_DONE)
        return;
    if (once->call->options.follow)
        follow_chunk(once, chunk);
    else
        take_chunk(once, chunk);
}

static void keep_error(struct once *once, const struct tb_error *error)
{
    bool wanted_end = once->call->options.follow ? once->interrupted : once->has_value;
    if (wanted_end && error->code == TB_CODE_CANCELLED)
        return;
    size_t n = error->message.n < sizeof once->message ? error->message.n : sizeof once->message;
    memcpy(once->message, error->message.data, n);
    once->error = *error;
    once->error.message = tb_bytes_of(once->message, n);
    once->failed = true;
    once->status = CLI_DENIED;
}

static void print_bytes(struct once *once, const struct tb_reply *reply)
{
    if (once->call->options.follow) {
        if (reply->raw.n > 0 || !reply->has_total)
            follow(once, "bytes", cli_json_base64(reply->raw), NULL);
        return;
    }
    take_part(once, reply->raw);
    if (once->call->options.as_json && once->status == CLI_DONE)
        print_ok(once, "bytes", cli_json_base64(tb_buffer_bytes(&once->collected)));
}

static void print_reply(struct once *once, const struct tb_reply *reply)
{
    switch (reply->type) {
    case TB_REPLY_VALUE:
        if (once->has_value)
            break; /* nothing but the end of the call */
        if (once->call->options.follow)
            follow(once, "value", cli_json_of(reply->value), NULL);
        else
            print_value(once, reply->value);
        break;
    case TB_REPLY_BYTES:
        print_bytes(once, reply);
        break;
    case TB_REPLY_ERROR:
        keep_error(once, &reply->error);
        break;
    }
}

static void on_done(void *data, const struct tb_reply *reply)
{
    struct once *once = data;
    once->done = true;
    if (reply && once->status == CLI_DONE)
        print_reply(once, reply);
}

/* ---- Ctrl-C ---- */

static int interrupt_pipe[2] = {-1, -1};

static void on_interrupt(int number)
{
    int saved = errno;
    (void)number;
    (void)!write(interrupt_pipe[1], "", 1);
    errno = saved;
}

/* The first one cancels the call, the second one ends the program as ever. Where a shell has it
 * ignored it stays so. */
static int catch_interrupt(void)
{
    struct sigaction before;
    const struct sigaction action = {.sa_handler = on_interrupt, .sa_flags = (int)SA_RESETHAND};
    if (pipe2(interrupt_pipe, O_CLOEXEC | O_NONBLOCK) < 0)
        return cli_error(CLI_PART, "io", "no pipe: %s", strerror(errno));
    if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        (void)sigaction(SIGINT, &action, NULL);
    return CLI_DONE;
}

static void release_interrupt(void)
{
    int writer = interrupt_pipe[1];
    interrupt_pipe[1] = -1; /* what comes from now on goes nowhere */
    tb_fd_close(&writer);
    tb_fd_close(&interrupt_pipe[0]);
}

static void interrupt(struct once *once)
{
    char byte;
    (void)!read(interrupt_pipe[0], &byte, 1);
    once->interrupted = true;
    (void)!tb_endpoint_cancel(once->call->session.endpoint, once->id);
}

/* ---- */

static int start(struct once *once)
{
    static const struct tb_endpoint_handler handler = {.done = on_done, .chunk = on_chunk};
    struct cli_call *call = once->call;
    struct cli_body *body = &call->body;
    const struct tb_endpoint_request request = {.args = tb_buffer_bytes(&call->args),
                                                .has_raw = body->name != NULL,
                                                .more = body->streamed,
                                                .raw = tb_bytes_of(body->data, body->n)};
    int r = tb_endpoint_call(call->session.endpoint, call->command, &request, &handler, once,
                             &once->id);
    if (r != TB_OK)
        return cli_call_not_made(call, r);
    cli_body_begun(body);
    return CLI_DONE;
}

/* Both directions, as far as they go now: the body as there is credit for it, credit for what was
 * written. */
static void move_streams(struct once *once)
{
    struct tb_endpoint *endpoint = once->call->session.endpoint;
    cli_body_send(&once->call->body, endpoint, once->id);
    if (cli_output_fd(&once->output) >= 0)
        return;
    tb_endpoint_consumed(endpoint, once->id, once->n_taken);
    once->n_taken = 0;
}

static int turn(struct once *once)
{
    struct cli_body *body = &once->call->body;
    move_streams(once);
    struct pollfd polls[] = {
        {.fd = cli_output_fd(&once->output), .events = POLLOUT},
        {.fd = once->done ? -1 : cli_body_fd(body), .events = POLLIN},
        {.fd = interrupt_pipe[0], .events = POLLIN},
    };
    if (!cli_session_wait(&once->call->session, polls, TB_ARRAY_LEN(polls)))
        return cli_session_lost(&once->call->session);
    if (polls[0].revents != 0 && !cli_output_write(&once->output))
        return cli_error(CLI_DENIED, "io", "standard output: cannot be written");
    if (polls[2].revents != 0)
        interrupt(once);
    return polls[1].revents != 0 ? cli_body_read(body) : CLI_DONE;
}

static int call_and_print(struct once *once)
{
    int status = start(once);
    while (status == CLI_DONE && (!once->done || cli_output_fd(&once->output) >= 0))
        status = turn(once);
    return status == CLI_DONE ? once->status : status;
}

/* Whether the app's own words, which the page is not told, may be behind it. */
static bool is_filtered(enum tb_code code)
{
    return code == TB_CODE_RULE || code == TB_CODE_HOOK || code == TB_CODE_LIMIT ||
           code == TB_CODE_INVALID_ARGS || code == TB_CODE_ASK_DENIED || code == TB_CODE_TOO_LARGE;
}

static void end_session(struct once *once)
{
    struct cli_call *call = once->call;
    char session[sizeof call->session.name];
    memcpy(session, call->session.name, sizeof session);
    cli_session_end(&call->session); /* a call that is left tells `once` of its end */
    if (!once->failed)
        return;
    const char *code = tb_code_name(once->error.code);
    if (is_filtered(once->error.code))
        cli_reason_find(call->options.app, session, code, &call->reason);
    (void)cli_call_error(call, code, once->error.message, &once->error);
}

int cli_call_once(struct cli_call *call)
{
    struct once once = {.call = call};
    int status = catch_interrupt();
    cli_output_init(&once.output, STDOUT_FILENO, OUTPUT_MAX);
    tb_buffer_init(&once.collected, COLLECT_MAX);
    if (status == CLI_DONE)
        status = call_and_print(&once);
    end_session(&once);
    release_interrupt();
    cli_output_deinit(&once.output);
    tb_buffer_deinit(&once.collected);
    return status;
}
