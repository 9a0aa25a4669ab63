#include "cli/test_run.h"

#include "base/fd.h"
#include "cli/cli.h"
#include "cli/json.h"
#include "cli/session.h"
#include "cli/test_folder.h"
#include "cli/test_log.h"
#include "cli/test_served.h"
#include "cli/test_text.h"
#include "cli/text.h"

#include <errno.h>
#include <string.h>

struct run {
    const json_t *one;
    json_t *outcome;
    json_t *hits; /* borrowed */
    struct test_served *served;
    struct cli_session session;
    bool own;        /* the call that is under way is the case's own */
    bool done;       /* it has ended */
    bool lost;       /* the session has */
    bool never_made; /* it was lost before the case's own call */
    bool ended;      /* and the broker has dealt with all of it */
    bool value;      /* its result has come */
    uint64_t id;
};

static const char *text_or(const json_t *map, const char *key, const char *otherwise)
{
    const json_t *text = json_object_get(map, key);
    return text ? json_string_value(text) : otherwise;
}

static void put(struct run *run, const char *key, json_t *value)
{
    if (run->own)
        json_object_set_new(run->outcome, key, value);
    else
        json_decref(value);
}

/* ---- what comes ---- */

static void put_error(struct run *run, const char *code, struct tb_bytes message)
{
    json_t *error = json_object();
    json_object_set_new(error, "code", json_string(code));
    json_object_set_new(error, "message", test_text_of(message));
    put(run, "error_after", error);
}

static void on_done(void *data, const struct tb_reply *reply)
{
    struct run *run = data;
    run->done = true;
    if (!reply || run->value)
        return;
    switch (reply->type) {
    case TB_REPLY_VALUE:
        put(run, "result_after", cli_json_of(reply->value));
        break;
    case TB_REPLY_BYTES:
        put(run, "result_raw_after", test_text_of(reply->raw));
        break;
    case TB_REPLY_ERROR:
        put_error(run, tb_code_name(reply->error.code), reply->error.message);
        break;
    }
}

/* A call that goes on, such as one of `listen`, has done its work with its result. */
static void on_chunk(void *data, const struct tb_chunk *chunk, uint32_t cost)
{
    struct run *run = data;
    tb_endpoint_consumed(run->session.endpoint, run->id, cost);
    if (chunk->type != TB_CHUNK_VALUE || run->value)
        return;
    run->value = true;
    put(run, "result_after", cli_json_of(chunk->value));
    (void)!tb_endpoint_cancel(run->session.endpoint, run->id);
}

static void on_alert(void *data, const char *event)
{
    struct run *run = data;
    run->ended |= strcmp(event, "closed") == 0 || strcmp(event, "locked") == 0;
    if (strcmp(event, "closed") == 0)
        return; /* no alarm, but how every session ends */
    json_t *alerts = json_object_get(run->outcome, "alerts");
    if (!alerts) {
        alerts = json_array();
        json_object_set_new(run->outcome, "alerts", alerts);
    }
    json_array_append_new(alerts, json_string(event));
}

/* ---- calls ---- */

static void lose(struct run *run)
{
    run->lost = run->done = true;
    put_error(run, tb_code_name(TB_CODE_SESSION_CLOSED), tb_bytes_of_string("the session ended"));
}

static void turn(struct run *run)
{
    if (!cli_session_wait(&run->session, NULL, 0))
        lose(run);
}

/* It has no handle, so that it is nothing that could be called. */
static void miss(struct run *run, const char *command)
{
    (void)tb_endpoint_miss(run->session.endpoint, tb_bytes_of_string(command));
    (void)tb_endpoint_flush(run->session.endpoint);
    put(run, "verdict", json_string("deny"));
    put(run, "code", json_string(tb_code_name(TB_CODE_NOT_GRANTED)));
}

static int start(struct run *run, uint32_t command, const struct tb_endpoint_request *request)
{
    static const struct tb_endpoint_handler handler = {.done = on_done, .chunk = on_chunk};
    for (;;) {
        int r = tb_endpoint_call(run->session.endpoint, command, request, &handler, run, &run->id);
        if (r != TB_AGAIN || run->lost)
            return r;
        turn(run); /* more handles were asked for */
    }
}

static struct tb_bytes text_of(const json_t *string)
{
    return string ? tb_bytes_of(json_string_value(string), json_string_length(string))
                  : (struct tb_bytes){0};
}

static void make_call(struct run *run, uint32_t command, const json_t *step, struct tb_bytes args)
{
    const json_t *raw = json_object_get(step, "raw");
    const struct tb_endpoint_request request = {
        .args = args, .has_raw = raw != NULL, .raw = text_of(raw)};
    run->done = run->value = false;
    int r = start(run, command, &request);
    if (r == TB_CLOSED)
        lose(run);
    else if (r != TB_OK)
        put_error(run, "too_large", tb_bytes_of_string("the call does not fit a frame"));
    run->done = r != TB_OK;
    while (!run->done)
        turn(run);
}

static void call(struct run *run, const json_t *step)
{
    const char *name = text_or(step, "command", "");
    const json_t *args = json_object_get(step, "args");
    uint32_t command = tb_endpoint_find(run->session.endpoint, tb_bytes_of_string(name));
    tb_cleanup(tb_buffer_deinit) struct tb_buffer packed;
    struct tb_packer packer;
    tb_buffer_init(&packed, TB_FRAME_MAX);
    tb_packer_init(&packer, &packed);
    if (args)
        cli_json_pack(&packer, args);
    else
        tb_pack_map(&packer, 0);
    if (command == TB_NO_COMMAND)
        miss(run, name);
    else if (packer.failed)
        put_error(run, "too_large", tb_bytes_of_string("the call does not fit a frame"));
    else
        make_call(run, command, step, tb_buffer_bytes(&packed));
}

/* A call that is made again has come to nothing yet. */
static void begin(struct run *run, const json_t *step)
{
    static const char *const keys[] = {"verdict", "code", "result_after", "result_raw_after",
                                       "error_after"};
    for (size_t i = 0; i < TB_ARRAY_LEN(keys); i++)
        json_object_del(run->outcome, keys[i]);
    test_served_begin(run->served, step);
}

/* Limits give back in time what they have taken: of many calls it is the first that was refused
 * which tells, and not whichever comes last. */
static bool is_refused(const struct run *run)
{
    return run->own && json_object_get(run->outcome, "error_after") &&
           !test_served_called(run->served);
}

static void call_repeatedly(struct run *run, const json_t *step)
{
    const json_t *repeat = json_object_get(step, "repeat");
    json_int_t n = repeat ? json_integer_value(repeat) : 1;
    bool refused = false;
    for (json_int_t i = 0; i < n && !run->lost && !refused; i++) {
        begin(run, step);
        call(run, step);
        refused = is_refused(run);
    }
}

/* Of the calls before its own nothing is told but the alerts. */
static void call_all(struct run *run)
{
    size_t i;
    json_t *step;
    json_array_foreach(json_object_get(run->one, "before"), i, step)
    {
        call_repeatedly(run, step);
    }
    run->own = true;
    run->never_made = run->lost || tb_endpoint_lost(run->session.endpoint);
    if (run->never_made)
        lose(run);
    else
        call_repeatedly(run, run->one);
}

/* Hangs up and waits for the host's word that the session has ended: by then all that the page has
 * sent is dealt with, and every alert is here. */
static int hang_up(struct run *run)
{
    struct trollbridge *bridge = run->session.bridge;
    struct pollfd control = {.fd = trollbridge_fd(bridge), .events = POLLIN};
    tb_endpoint_free(run->session.endpoint);
    run->session.endpoint = NULL;
    while (!run->ended && (poll(&control, 1, -1) >= 0 || errno == EINTR))
        if (trollbridge_dispatch(bridge) != TROLLBRIDGE_OK)
            break;
    return run->ended ? CLI_DONE
                      : cli_error(CLI_LOST, "session_closed",
                                  "Trollbridge itself has ended in the case '%s'",
                                  cli_text(run->one, "name"));
}

/* ---- the case ---- */

/* A page that was locked out calls nothing any more, and the log has nothing of what it tried. */
static void tell_lost(struct run *run)
{
    const char *code = tb_code_name(TB_CODE_SESSION_CLOSED);
    const json_t *error = json_object_get(run->outcome, "error_after");
    if (json_object_get(run->outcome, "verdict") || strcmp(cli_text(error, "code"), code) != 0)
        return;
    put(run, "verdict", json_string("deny"));
    put(run, "code", json_string(code));
}

/* Of what a limit refuses the log is told in part. No plugin may answer with its code. */
static void tell_limit(struct run *run)
{
    const char *code = tb_code_name(TB_CODE_LIMIT);
    const json_t *error = json_object_get(run->outcome, "error_after");
    if (strcmp(cli_text(error, "code"), code) != 0)
        return;
    put(run, "verdict", json_string("deny"));
    put(run, "code", json_string(code));
}

static int in_session(struct run *run, const char *app, const struct cli_session_test *test)
{
    int status = cli_session_begin_test(&run->session, app, text_or(run->one, "view", "main"),
                                        text_or(run->one, "origin", "local"), test);
    if (status == CLI_DONE) {
        (void)cli_prompt_init(&run->session.prompt, text_or(run->one, "answer", "dismissed"), true);
        call_all(run);
        status = hang_up(run);
    }
    /* What the log has is complete only when everything has ended. */
    cli_session_end(&run->session);
    return status;
}

static int in_folder(struct run *run, const char *app, const char *folder)
{
    struct cli_session_test test = {.folder = folder, .alert = on_alert, .data = run};
    test.plugins = test_served_plugins(run->served, &test.n_plugins);
    int status = in_session(run, app, &test);
    if (status != CLI_DONE)
        return status;
    const char *command = run->never_made ? NULL : text_or(run->one, "command", "");
    int r = test_log_tell(folder, command, run->outcome, run->hits);
    if (r < 0)
        return cli_error(CLI_PART, "io", "the log of a test: %s", strerrordesc_np(-r));
    tell_lost(run);
    tell_limit(run);
    test_served_tell(run->served, run->outcome);
    return CLI_DONE;
}

int test_run(const char *app, const json_t *one, json_t *hits, json_t **ret_outcome)
{
    struct test_folder folder = {.path = ""};
    struct run run = {
        .one = one, .outcome = json_object(), .hits = hits, .served = test_served_new(one)};
    int status = CLI_DONE;
    int r = test_folder_make(&folder);
    if (r < 0)
        status = cli_error(CLI_PART, "io", "no folder for a test: %s", strerrordesc_np(-r));
    else if (!run.outcome || !run.served)
        status = cli_error(CLI_PART, "io", "out of memory");
    if (status == CLI_DONE)
        status = in_folder(&run, app, folder.path);
    test_folder_remove(&folder);
    test_served_free(run.served);
    if (status == CLI_DONE)
        *ret_outcome = run.outcome;
    else
        json_decref(run.outcome);
    return status;
}
