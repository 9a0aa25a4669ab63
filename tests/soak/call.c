#include "tests/soak/call.h"

#include "base/result.h"
#include "cli/json.h"
#include "tests/soak/view.h"

#include <stdlib.h>
#include <string.h>

struct call {
    struct call *next; /* of the view's, oldest first */
    struct view *view;
    char id[64];
    uint32_t command;
    struct tb_buffer args;
    bool pumps;
    bool begun;
    bool held;
    uint64_t number; /* the endpoint's */
    uint64_t came;
    uint64_t sent;
    uint32_t n_chunks;
    uint32_t n_taken; /* cost of what is held */
    json_t *last;     /* message, or early value */
};

static json_t *line_of(const struct call *call)
{
    return json_pack("{s:s, s:s}", "view", call->view->label, "id", call->id);
}

static void forget(struct call *call)
{
    struct call **at = &call->view->calls;
    while (*at != call)
        at = &(*at)->next;
    *at = call->next;
    tb_buffer_deinit(&call->args);
    json_decref(call->last);
    free(call);
}

/* ---- what comes ---- */

static void on_done(void *data, const struct tb_reply *reply)
{
    struct call *call = data;
    json_t *line = line_of(call);
    if (!reply)
        json_object_set_new(line, "lost", json_true());
    else if (reply->type == TB_REPLY_VALUE)
        json_object_set_new(line, "value", cli_json_of(reply->value));
    else if (reply->type == TB_REPLY_BYTES)
        json_object_set_new(line, "bytes", cli_json_base64(reply->raw));
    else
        json_object_set_new(line, "error", view_error(&reply->error));
    if (call->n_chunks > 0)
        json_object_set_new(line, "came", json_integer((json_int_t)call->came));
    view_say(line);
    forget(call);
}

static void on_chunk(void *data, const struct tb_chunk *chunk, uint32_t cost)
{
    struct call *call = data;
    call->n_chunks++;
    call->came += chunk->raw.n;
    if (chunk->type != TB_CHUNK_BYTES) {
        json_decref(call->last);
        call->last = cli_json_of(chunk->value);
    }
    if (call->held)
        call->n_taken += cost;
    else
        tb_endpoint_consumed(call->view->endpoint, call->number, cost);
}

/* ---- what is sent ---- */

static void pump(struct call *call)
{
    static const uint8_t zeros[TB_CHUNK_RAW_MAX];
    const struct tb_bytes part = tb_bytes_of(zeros, sizeof zeros);
    if (!call->pumps || !call->begun)
        return;
    while (tb_endpoint_send(call->view->endpoint, call->number, part, false) == TB_OK)
        call->sent += part.n;
}

/* It stays as it is if there is no handle for it now. */
static void start(struct call *call)
{
    static const struct tb_endpoint_handler handler = {.done = on_done, .chunk = on_chunk};
    const struct tb_reply denied = view_revoked();
    const struct tb_endpoint_request request = {
        .args = tb_buffer_bytes(&call->args), .has_raw = call->pumps, .more = call->pumps};
    int r = tb_endpoint_call(call->view->endpoint, call->command, &request, &handler, call,
                             &call->number);
    tb_assert(r == TB_OK || r == TB_DENIED || r == TB_AGAIN);
    call->begun = r == TB_OK;
    if (r == TB_DENIED)
        on_done(call, &denied);
}

void call_turn(struct view *view)
{
    struct call *next;
    for (struct call *call = view->calls; call; call = next) {
        next = call->next;
        if (!call->begun) /* one that waits holds up no other command */
            start(call);
    }
    for (struct call *call = view->calls; call; call = call->next)
        pump(call);
}

void call_drop(struct view *view)
{
    while (view->calls)
        on_done(view->calls, NULL);
}

/* ---- what a test says ---- */

void call_begin(struct view *view, const char *id, const char *command, const json_t *args,
                bool pumps)
{
    uint32_t index;
    if (!view_find(view, command, &index))
        return;
    struct call *call = calloc(1, sizeof *call);
    tb_assert(call && view_pack(&call->args, args));
    call->view = view;
    call->command = index;
    call->pumps = pumps;
    (void)snprintf(call->id, sizeof call->id, "%s", id);
    struct call **end = &view->calls;
    while (*end)
        end = &(*end)->next;
    *end = call;
}

static struct call *find(struct view *view, const char *id)
{
    for (struct call *call = view->calls; call; call = call->next)
        if (strcmp(call->id, id) == 0)
            return call;
    view_fail(view, "no such call");
    return NULL;
}

void call_hold(struct view *view, const char *id)
{
    struct call *call = find(view, id);
    if (call)
        call->held = true;
}

void call_take(struct view *view, const char *id)
{
    struct call *call = find(view, id);
    if (!call)
        return;
    call->held = false;
    tb_endpoint_consumed(view->endpoint, call->number, call->n_taken);
    call->n_taken = 0;
}

void call_cancel(struct view *view, const char *id)
{
    static const struct tb_reply cancelled = {
        .type = TB_REPLY_ERROR,
        .error = {.code = TB_CODE_CANCELLED, .message = {(const uint8_t *)"cancelled", 9}},
    };
    struct call *call = find(view, id);
    if (call && !call->begun) /* it waits for a handle */
        on_done(call, &cancelled);
    else if (call)
        tb_assert(tb_endpoint_cancel(view->endpoint, call->number) == TB_OK);
}

void call_progress(struct view *view, const char *id)
{
    const struct call *call = find(view, id);
    if (!call)
        return;
    json_t *line = line_of(call);
    json_object_set_new(line, "came", json_integer((json_int_t)call->came));
    json_object_set_new(line, "chunks", json_integer(call->n_chunks));
    json_object_set(line, "last", call->last ? call->last : json_null());
    json_object_set_new(line, "sent", json_integer((json_int_t)call->sent));
    json_object_set_new(line, "progress", json_true());
    view_say(line);
}
