#include "tests/soak/view.h"

#include "base/fd.h"
#include "base/result.h"
#include "cli/json.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void view_say(json_t *line)
{
    json_dumpf(line, stdout, JSON_COMPACT);
    fputc('\n', stdout);
    fflush(stdout);
    json_decref(line);
}

void view_fail(const struct view *view, const char *error)
{
    view_say(json_pack("{s:s, s:s}", "view", view->label, "error", error));
}

json_t *view_error(const struct tb_error *error)
{
    json_t *json = json_pack("{s:s, s:s%}", "code", tb_code_name(error->code), "message",
                             error->message.data, error->message.n);
    if (error->retry_ms)
        json_object_set_new(json, "retry_ms", json_integer(error->retry_ms));
    return json;
}

struct tb_reply view_revoked(void)
{
    return (struct tb_reply){
        .type = TB_REPLY_ERROR,
        .error = {.code = TB_CODE_DENIED, .message = tb_bytes_of_string("revoked")}};
}

static void end_soak(struct view *view)
{
    view_say(json_pack("{s:s, s:i, s:i, s:s}", "view", view->label, "soaked", (int)view->n_done,
                       "failed", (int)view->n_failed, "first", view->first_error));
    view->n_total = 0;
    tb_buffer_deinit(&view->args);
}

/* The session is over, and with it all calls. */
static void end_session(struct view *view)
{
    tb_endpoint_free(view->endpoint);
    view->endpoint = NULL;
    tb_fd_close(&view->link_fd);
    call_drop(view);
    rounds_end(view);
    copy_end(view);
    if (view->n_total > 0)
        end_soak(view);
}

/* ---- sessions ---- */

void view_open(struct view *view)
{
    int pair[2];
    end_session(view);
    view->told = false;
    if (tb_fd_pair(SOCK_STREAM, pair) < 0) {
        view_fail(view, "no socketpair");
        return;
    }
    const struct trollbridge_view options = {
        .label = view->label, .document = ++view->document, .relay = view->relay};
    if (trollbridge_open(view->bridge, &options, pair[1], &view->open_id) != TROLLBRIDGE_OK) {
        tb_fd_close(&pair[0]);
        view_fail(view, "cannot be opened");
        return;
    }
    if (view->relay)
        view->link_fd = pair[0];
    else
        view->endpoint = tb_endpoint_new(pair[0], (struct tb_bytes){0});
}

void view_opened(struct view *view, struct tb_bytes bootstrap)
{
    if (!view->relay)
        return;
    view->endpoint = tb_endpoint_new(view->link_fd, bootstrap);
    view->link_fd = -1;
    if (!view->endpoint)
        view_fail(view, "the bootstrap is not in the format");
}

void view_reopen(struct view *view, uint32_t n)
{
    view->n_reopens = n;
    view->n_reopens_left = n;
    view_open(view);
}

static void welcomed(struct view *view)
{
    view->told = true;
    if (view->n_reopens_left > 1) {
        view->n_reopens_left--;
        view_open(view);
        return;
    }
    if (view->n_reopens > 0)
        view_say(json_pack("{s:s, s:i}", "view", view->label, "reopened", (int)view->n_reopens));
    view->n_reopens = view->n_reopens_left = 0;
    struct tb_bytes session = tb_endpoint_session(view->endpoint);
    view_say(json_pack("{s:s, s:s%}", "view", view->label, "opened", session.data, session.n));
}

/* ---- calls ---- */

bool view_pack(struct tb_buffer *buffer, const json_t *args)
{
    struct tb_packer packer;
    tb_buffer_init(buffer, TB_FRAME_MAX);
    tb_packer_init(&packer, buffer);
    cli_json_pack(&packer, args);
    return !packer.failed;
}

bool view_find(const struct view *view, const char *command, uint32_t *ret_command)
{
    if (!view->endpoint || !tb_endpoint_ready(view->endpoint)) {
        view_fail(view, "not open");
        return false;
    }
    *ret_command = tb_endpoint_find(view->endpoint, tb_bytes_of_string(command));
    if (*ret_command == TB_NO_COMMAND) {
        (void)tb_endpoint_miss(view->endpoint, tb_bytes_of_string(command));
        view_fail(view, "not_granted");
    }
    return *ret_command != TB_NO_COMMAND;
}

void view_count(const struct view *view)
{
    view_say(json_pack("{s:s, s:i}", "view", view->label, "count", (int)view->n_done));
}

static void on_soaked(void *data, const struct tb_reply *reply)
{
    struct view *view = data;
    view->n_done++;
    if (!reply || reply->type == TB_REPLY_ERROR) {
        const char *error = reply ? tb_code_name(reply->error.code) : "session_closed";
        if (view->n_failed++ == 0)
            (void)snprintf(view->first_error, sizeof view->first_error, "%s", error);
    }
}

void view_soak(struct view *view, uint32_t n, uint32_t jobs, const char *command,
               const json_t *args)
{
    if (!view_find(view, command, &view->command))
        return;
    tb_assert(view_pack(&view->args, args));
    view->n_total = n;
    view->n_jobs = jobs;
    view->n_started = view->n_done = view->n_failed = 0;
    view->first_error[0] = 0;
}

static void start_soaking(struct view *view)
{
    static const struct tb_endpoint_handler handler = {.done = on_soaked};
    const struct tb_endpoint_request request = {.args = tb_buffer_bytes(&view->args)};
    const struct tb_reply denied = view_revoked();
    while (view->n_started < view->n_total && view->n_started - view->n_done < view->n_jobs) {
        int r = tb_endpoint_call(view->endpoint, view->command, &request, &handler, view, NULL);
        if (r != TB_OK && r != TB_DENIED)
            return;
        view->n_started++;
        if (r == TB_DENIED)
            on_soaked(view, &denied);
    }
}

/* ---- */

static void lost(struct view *view)
{
    int code = tb_endpoint_close_code(view->endpoint);
    end_session(view);
    view_say(json_pack("{s:s, s:i}", "view", view->label, "closed", code));
}

void view_turn(struct view *view)
{
    if (!view->endpoint)
        return;
    int r = tb_endpoint_dispatch(view->endpoint, false);
    if (r == TB_CLOSED) {
        lost(view);
        return;
    }
    if (!view->told && tb_endpoint_ready(view->endpoint))
        welcomed(view);
    if (view->n_total > 0 && view->n_done == view->n_total)
        end_soak(view);
    if (view->endpoint && tb_endpoint_ready(view->endpoint)) {
        call_turn(view);
        rounds_turn(view);
        copy_turn(view);
        start_soaking(view);
    }
    if (view->endpoint)
        (void)tb_endpoint_flush(view->endpoint);
}

void view_deinit(struct view *view)
{
    end_session(view);
}
