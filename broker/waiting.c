#include "broker/waiting.h"

#include <stdlib.h>

const char tb_waiting_full[] = "the call cannot be kept while it would have to wait";

/* ---- what is kept ---- */

struct tb_bytes tb_waiting_args(const struct tb_waiting *waiting)
{
    return tb_bytes_of(tb_buffer_bytes(&waiting->bytes).data, waiting->n_args);
}

struct tb_bytes tb_waiting_raw(const struct tb_waiting *waiting)
{
    struct tb_bytes all = tb_buffer_bytes(&waiting->bytes);
    return tb_bytes_of(all.data + waiting->n_args, all.n - waiting->n_args);
}

static bool keep(struct tb_waiting *waiting, const struct tb_request *request)
{
    struct tb_packer packer;
    tb_buffer_init(&waiting->bytes, 2 * TB_FRAME_MAX);
    tb_packer_init(&packer, &waiting->bytes);
    tb_pack_object(&packer, request->message.args);
    waiting->n_args = tb_buffer_n(&waiting->bytes);
    bool kept = !packer.failed && tb_buffer_append(&waiting->bytes, request->message.raw);
    tb_buffer_fit(&waiting->bytes); /* or a body of 1 MiB would take 4, and be wiped as that */
    return kept;
}

/* What was made longer than it came is charged for. */
static bool charge(const struct tb_request *request, size_t n)
{
    struct tb_session *session = request->session;
    uint64_t more = n > request->call->n_in ? n - request->call->n_in : 0;
    if (more > 0 && session->n_bytes_live + more > TB_SESSION_BYTES)
        return false;
    request->call->n_in += more;
    session->n_bytes_live += more;
    return true;
}

static struct tb_waiting *new_waiting(const struct tb_request *request)
{
    struct tb_waiting *waiting = calloc(1, sizeof *waiting);
    if (!waiting)
        return NULL;
    waiting->turn.number = request->call->number;
    waiting->session = request->session;
    waiting->call = request->call;
    waiting->has_raw = request->message.has_raw;
    waiting->more = request->message.more;
    waiting->verdict = request->verdict;
    waiting->rule = request->rule;
    if (keep(waiting, request) && charge(request, tb_buffer_n(&waiting->bytes)))
        return waiting;
    tb_buffer_deinit(&waiting->bytes);
    free(waiting);
    return NULL;
}

int tb_waiting_park(struct tb_request *request, struct tb_order *order)
{
    tb_assert(!request->call->waiting);
    /* Its body was read to where the plugin can look at it, and change it, as those may be that
     * nobody has to judge: a reload came in between. */
    struct tb_waiting *waiting =
        request->fresh && request->session->body ? NULL : new_waiting(request);
    if (!waiting)
        return TB_FULL;
    request->call->waiting = waiting;
    request->broker->n_parked++;
    waiting->order = order;
    if (order)
        tb_order_add(order, &waiting->turn);
    return TB_OK;
}

enum tb_step tb_waiting_queue(struct tb_request *request, struct tb_order *order,
                              enum tb_stage stage)
{
    if (tb_waiting_park(request, order) != TB_OK) {
        tb_dispatch_refuse(request, TB_CODE_LIMIT, tb_waiting_full, 100);
        return TB_STEP_OVER;
    }
    request->call->waiting->stage = stage;
    request->call->waiting->turn.ready = true;
    return TB_STEP_OVER;
}

static void leave_order(struct tb_waiting *waiting)
{
    if (waiting->order)
        tb_order_remove(waiting->order, &waiting->turn);
    waiting->order = NULL;
}

void tb_waiting_free(struct tb_waiting *waiting)
{
    if (!waiting)
        return;
    leave_order(waiting);
    tb_ask_forget(waiting);
    waiting->session->broker->n_parked--;
    if (waiting->call->waiting == waiting) /* it may have gone on, and wait for something else */
        waiting->call->waiting = NULL;
    tb_buffer_deinit(&waiting->bytes);
    free(waiting);
}

static void free_waiting(struct tb_waiting **waiting)
{
    tb_waiting_free(*waiting);
}

/* ---- going on ---- */

struct tb_live_call *tb_waiting_find(struct tb_session *session, uint64_t number)
{
    struct tb_live_call *call = tb_calls_find(&session->calls, number);
    return call && call->waiting ? call : NULL;
}

static int unpack(struct tb_broker *broker, const struct tb_waiting *waiting,
                  struct tb_changed *ret_kept)
{
    ret_kept->has_raw = waiting->has_raw;
    ret_kept->raw = tb_waiting_raw(waiting);
    return tb_unpack(&broker->unpacker, &tb_scan_peer, tb_waiting_args(waiting), &ret_kept->args);
}

void tb_waiting_resume(struct tb_session *session, struct tb_live_call *call, enum tb_stage stage,
                       const struct tb_changed *changed)
{
    tb_cleanup(free_waiting) struct tb_waiting *waiting = call->waiting;
    struct tb_changed kept = {0};
    int r = changed ? TB_OK : unpack(session->broker, waiting, &kept);
    const struct tb_changed *with = changed ? changed : &kept;
    const struct tb_call message = {with->args, with->has_raw, waiting->more, with->raw};
    struct tb_request request = tb_request_of(session, call, &message);
    request.verdict = changed ? TB_REWRITE : waiting->verdict;
    if (request.granted)
        request.rule = waiting->rule;
    leave_order(waiting);
    call->waiting = NULL;
    call->plugin = tb_session_command(session, call->command)->plugin; /* another by a reload */
    if (!request.granted)
        tb_dispatch_refuse(&request, TB_CODE_DENIED, "revoked by reload", 0);
    else if (r != TB_OK)
        tb_dispatch_refuse(&request, TB_CODE_LIMIT, "out of memory", 100);
    else
        tb_filter_run(&request, stage);
}

void tb_waiting_regranted(struct tb_waiting *waiting, const struct tb_grant_command *granted)
{
    waiting->rule = granted ? granted->rule : (struct tb_rule){0}; /* it was of the old grant */
    waiting->stage = TB_STAGE_SCHEMA;
}

struct tb_order *tb_waiting_order(struct tb_session *session, const struct tb_live_call *call)
{
    return call->plugin == TB_NO_INDEX ? &session->own_order
                                       : &session->plugins[call->plugin].order;
}

void tb_waiting_go_on(struct tb_session *session, struct tb_order *order)
{
    order->due = false;
    while (session->state == TB_SESSION_OPEN && order->first && order->first->ready) {
        struct tb_waiting *waiting = (struct tb_waiting *)order->first;
        tb_waiting_resume(session, waiting->call, waiting->stage, NULL);
    }
}

static void turn_of(struct tb_session *session)
{
    for (uint32_t i = 0; i < session->n_plugins; i++)
        if (session->plugins[i].order.due)
            tb_waiting_go_on(session, &session->plugins[i].order);
    if (session->own_order.due)
        tb_waiting_go_on(session, &session->own_order);
}

void tb_waiting_turn(struct tb_broker *broker)
{
    for (size_t i = 0; i < TB_SLOTS && broker->n_parked > 0; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (session && session->state == TB_SESSION_OPEN)
            turn_of(session);
    }
}
