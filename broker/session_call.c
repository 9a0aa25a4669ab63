/* What the broker sends under the handle of a call. */
#include "base/result.h"
#include "broker/session.h"

bool tb_session_has_stream(const struct tb_session *session, const struct tb_live_call *call)
{
    return call->stream.begun || session->n_streams < TB_SESSION_STREAMS;
}

int tb_session_begin_stream(struct tb_session *session, struct tb_live_call *call)
{
    if (call->stream.begun)
        return TB_OK;
    if (!tb_session_has_stream(session, call))
        return TB_FULL;
    call->stream.begun = true;
    session->n_streams++;
    tb_handle_pool_release(&session->handles, call->command);
    return TB_OK;
}

/* The handle that the next frame brings, if it is the first one. */
static bool take_next(struct tb_session *session, struct tb_random *random,
                      const struct tb_live_call *call, struct tb_handle *ret_next)
{
    uint32_t cap = tb_session_command(session, call->command)->cap;
    return call->n_sent == 0 &&
           tb_handle_pool_issue(&session->handles, random, call->command, cap, 1, ret_next) == 1;
}

static struct tb_envelope envelope_of(const struct tb_session *session,
                                      const struct tb_live_call *call)
{
    return (struct tb_envelope){
        .key = session->keys.to_endpoint, .handle = call->handle, .counter = call->n_sent};
}

static void count(const struct tb_session *session, struct tb_live_call *call, size_t before)
{
    call->n_sent++;
    call->n_out += tb_link_n_out(&session->link) - before;
}

/* Behind the frame that its bytes are counted in; or that frame was not written. */
static void follow(struct tb_session *session, const struct tb_piece *piece, bool written)
{
    if (written && piece->done)
        tb_pieces_add(&session->link.pieces, piece);
    else
        tb_piece_done(piece);
}

int tb_session_write_chunk(struct tb_session *session, struct tb_random *random,
                           struct tb_live_call *call, const struct tb_chunk *chunk,
                           const struct tb_piece *piece, uint64_t *ret_cost)
{
    const struct tb_envelope envelope = envelope_of(session, call);
    struct tb_chunk copy = *chunk;
    bool clear = session->mode == TB_MODE_DIRECT && chunk->type == TB_CHUNK_BYTES;
    size_t before = tb_link_n_out(&session->link);
    tb_assert(call->stream.begun && !call->answered);
    copy.has_next = take_next(session, random, call, &copy.next);
    int r = tb_chunk_write(&session->link.out, &envelope, &copy, clear);
    follow(session, piece, r == TB_OK);
    if (r != TB_OK) {
        if (copy.has_next) /* nobody was told of it */
            tb_handle_pool_retire(&session->handles, &copy.next, call->command);
        return r;
    }
    count(session, call, before);
    *ret_cost = tb_seal_content(tb_link_n_out(&session->link) - before, clear);
    return TB_OK;
}

int tb_session_write_event(struct tb_session *session, struct tb_live_call *call,
                           const struct tb_event_message *message, uint64_t *ret_cost)
{
    const struct tb_envelope envelope = envelope_of(session, call);
    size_t before = tb_link_n_out(&session->link);
    tb_assert(call->n_sent > 0 && !call->answered);
    int r = tb_event_write(&session->link.out, &envelope, message);
    if (r != TB_OK)
        return r;
    count(session, call, before);
    *ret_cost = tb_seal_content(tb_link_n_out(&session->link) - before, false);
    return TB_OK;
}

int tb_session_write_credit(struct tb_session *session, struct tb_random *random,
                            struct tb_live_call *call, uint32_t bytes)
{
    const struct tb_envelope envelope = envelope_of(session, call);
    struct tb_credit credit = {.bytes = bytes};
    size_t before = tb_link_n_out(&session->link);
    tb_assert(call->stream.begun && !call->answered);
    credit.has_next = take_next(session, random, call, &credit.next);
    int r = tb_credit_write(&session->link.out, &envelope, &credit);
    if (r == TB_OK)
        count(session, call, before);
    return r;
}

static void make_too_large(struct tb_reply *reply)
{
    *reply = (struct tb_reply){
        .type = TB_REPLY_ERROR,
        .error = {.code = TB_CODE_TOO_LARGE,
                  .message = tb_bytes_of_string("the result is larger than a frame may be"),
                  .command = reply->error.command},
        .has_next = reply->has_next,
        .next = reply->next,
    };
}

/* The endpoint's side of the call is over: its handle, and what it counted as. */
static void end_call(struct tb_session *session, struct tb_live_call *call)
{
    tb_assert(!call->answered);
    call->answered = true;
    if (!call->stream.begun) {
        tb_handle_pool_retire(&session->handles, &call->handle, call->command);
        return;
    }
    session->n_streams--;
    tb_handle_pool_forget(&session->handles, &call->handle);
}

int tb_session_write_reply(struct tb_session *session, struct tb_random *random,
                           struct tb_live_call *call, struct tb_reply *reply,
                           const struct tb_piece *piece)
{
    const struct tb_envelope envelope = envelope_of(session, call);
    size_t before = tb_link_n_out(&session->link);
    end_call(session, call);
    reply->error.command = tb_session_command(session, call->command)->name;
    reply->has_next = take_next(session, random, call, &reply->next);
    reply->has_total = call->stream.has_parts && reply->type == TB_REPLY_BYTES;
    reply->total = reply->has_total ? call->stream.n_body + reply->raw.n : 0;
    bool clear = session->mode == TB_MODE_DIRECT && reply->type == TB_REPLY_BYTES;
    int r = tb_reply_write(&session->link.out, &envelope, reply, clear);
    if (r == TB_TOO_LARGE) {
        make_too_large(reply);
        r = tb_reply_write(&session->link.out, &envelope, reply, false);
    }
    follow(session, piece, r == TB_OK && reply->type == TB_REPLY_BYTES);
    if (r == TB_OK)
        count(session, call, before);
    return r;
}
