/*
 * CHUNK and CREDIT through the broker. Every frame is read, charged to its sender, encoded anew and
 * passed on in the same step; between the two links nothing waits.
 *
 * What may wait in a link's buffer is bounded: parts for a plugin by TB_PARTS_WAITING, beyond which
 * their call ends; chunks for an endpoint because plugins are not read while much waits for it
 * (plugin_frames.c).
 */
#include "broker/hook_calls.h"
#include "broker/parts.h"

#include "base/clock.h"
#include "proto/plugin_stream.h"

/* ---- towards the endpoint ---- */

/* False: the session is closed. */
static bool sent(struct tb_broker *broker, struct tb_session *session, int result)
{
    if (result == TB_OK)
        tb_flush_mark(broker, &session->link);
    else
        tb_broker_close(broker, session, TB_CLOSE_VIOLATION, "the endpoint does not read");
    return result == TB_OK;
}

static void credit_endpoint(struct tb_broker *broker, struct tb_session *session,
                            struct tb_live_call *call)
{
    uint32_t due = tb_flow_due(&call->stream.in);
    if (call->answered || !call->stream.more || due == 0)
        return;
    if (sent(broker, session, tb_session_write_credit(session, &broker->random, call, due)))
        tb_flow_given(&call->stream.in, due);
}

int tb_stream_welcome(struct tb_broker *broker, struct tb_session *session,
                      struct tb_live_call *call)
{
    bool told = call->stream.begun;
    if (tb_session_begin_stream(session, call) != TB_OK)
        return TB_FULL;
    if (!told)
        (void)sent(broker, session, tb_session_write_credit(session, &broker->random, call, 0));
    return TB_OK;
}

/* ---- towards the plugin ---- */

static void credit_plugin(struct tb_broker *broker, struct tb_session *session,
                          struct tb_live_call *call)
{
    uint32_t due = tb_flow_due(&call->stream.out);
    struct tb_plugin *plugin = &session->plugins[call->plugin];
    if (call->answered || !call->at_plugin || due == 0)
        return;
    const struct tb_plugin_credit credit = {.call = call->number, .bytes = due};
    if (tb_plugin_credit_write(&plugin->link.out, &credit) != TB_OK)
        return; /* it stays due, and the next frame asks again */
    tb_flow_given(&call->stream.out, due);
    tb_flush_mark(broker, &plugin->link);
}

/* While a person is asked for a passphrase the time stands still, and counts from then on. */
static void give_time(struct tb_broker *broker, struct tb_session *session,
                      struct tb_live_call *call, uint64_t span_ns)
{
    if (call->secret)
        call->secret->wish.left_ns = span_ns;
    else
        tb_answer_by(broker, session, call, tb_clock_after(broker->now_ns, span_ns));
}

/* A call whose body goes on has its deadline anew, and none while the endpoint could send more. */
static void restart_deadline(struct tb_broker *broker, struct tb_session *session,
                             struct tb_live_call *call)
{
    const struct tb_stream *stream = &call->stream;
    if (!stream->begun || stream->has_output || (!stream->more && stream->n_in == 0))
        return; /* also one that is a stream because a person was asked */
    bool endpoints_turn = stream->more && tb_flow_open(&stream->in);
    give_time(broker, session, call, endpoints_turn ? TB_NEVER : call->span_ns);
}

/* False: the call has been answered. */
static bool write_part(struct tb_broker *broker, struct tb_session *session,
                       struct tb_live_call *call, const struct tb_part *part)
{
    struct tb_plugin *plugin = &session->plugins[call->plugin];
    const struct tb_plugin_part to_plugin = {
        .call = call->number, .last = part->last, .raw = tb_raw_to_plugin(plugin, part->raw)};
    uint64_t cost;
    if (tb_buffer_n(&plugin->link.out) > TB_PARTS_WAITING ||
        tb_plugin_part_write(&plugin->link.out, &to_plugin, &cost) != TB_OK) {
        tb_raw_take_back(plugin, &to_plugin.raw);
        tb_answer_give_up(broker, session, call, TB_CODE_LIMIT,
                          "too many bytes wait for the plugin", 100);
        return false;
    }
    tb_flow_pass(&call->stream.in, cost);
    tb_flush_mark(broker, &plugin->link);
    return true;
}

/* Where the hook has left nothing of it there is credit to give, and nothing to pass on. */
void tb_stream_pass_part(struct tb_broker *broker, struct tb_session *session,
                         struct tb_live_call *call, const struct tb_part *part)
{
    bool is_empty = part->raw.n == 0 && !part->last;
    if (!is_empty && !write_part(broker, session, call, part))
        return;
    restart_deadline(broker, session, call);
    credit_endpoint(broker, session, call);
}

/* To the plugin, if nobody else wants to see it, and it has not answered already. */
static void pass_part(struct tb_broker *broker, struct tb_session *session,
                      struct tb_live_call *call, const struct tb_part *part, uint64_t cost)
{
    if (!call->at_plugin)
        return;
    if (tb_hooked(call))
        tb_hook_part(session, call, part, cost);
    else
        tb_stream_pass_part(broker, session, call, part);
}

/* What waits with its call. All of a session's together are bounded as those are that wait for a
 * plugin. */
static void keep_part(struct tb_broker *broker, struct tb_session *session,
                      struct tb_live_call *call, const struct tb_part *part, uint64_t cost)
{
    size_t before = tb_buffer_n(&call->parts);
    if (session->n_parts_parked > TB_PARTS_WAITING || !tb_parts_keep(&call->parts, part, cost)) {
        tb_answer_give_up(broker, session, call, TB_CODE_LIMIT,
                          "too many bytes wait for calls to be dispatched", 100);
        return;
    }
    session->n_parts_parked += tb_buffer_n(&call->parts) - before;
    tb_flow_hold(&call->stream.in, cost);
}

void tb_stream_pass_kept(struct tb_broker *broker, struct tb_session *session,
                         struct tb_live_call *call)
{
    struct tb_part part;
    uint64_t cost;
    uint64_t number = call->number;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer parts = call->parts;
    call->parts = (struct tb_buffer){0};
    session->n_parts_parked -= tb_buffer_n(&parts);
    while (tb_parts_first(&parts, &part, &cost) && session->state == TB_SESSION_OPEN &&
           tb_calls_find(&session->calls, number) && !call->answered) {
        tb_flow_let_go(&call->stream.in, cost);
        pass_part(broker, session, call, &part, cost);
        tb_parts_drop(&parts);
    }
}

/* ---- from the endpoint ---- */

static const char *on_part(struct tb_broker *broker, struct tb_session *session,
                           struct tb_live_call *call, const struct tb_plaintext *plaintext)
{
    struct tb_part untrusted_part;
    struct tb_stream *stream = &call->stream;
    uint64_t cost = tb_chunk_cost(plaintext);
    if (tb_part_read(&broker->unpacker, plaintext, &untrusted_part) != TB_OK)
        return "CHUNK that is not in the format";
    if (!stream->more)
        return "CHUNK for a call whose body is complete";
    if (!tb_flow_take(&stream->in, cost))
        return "CHUNK beyond the credit";
    call->counter++;
    stream->more = !untrusted_part.last;
    stream->n_in += cost;
    if (!tb_charge_part(broker, session, call, cost))
        return NULL;
    if (call->waiting)
        keep_part(broker, session, call, &untrusted_part, cost);
    else
        pass_part(broker, session, call, &untrusted_part, cost);
    return NULL;
}

static const char *on_endpoint_credit(struct tb_broker *broker, struct tb_session *session,
                                      struct tb_live_call *call,
                                      const struct tb_plaintext *plaintext)
{
    struct tb_credit untrusted_credit;
    if (tb_credit_read(&broker->unpacker, plaintext, &untrusted_credit) != TB_OK ||
        untrusted_credit.has_next || untrusted_credit.bytes == 0)
        return "CREDIT that is not in the format";
    if (!tb_flow_grant(&call->stream.out, untrusted_credit.bytes))
        return "CREDIT for more than may be outstanding";
    call->counter++;
    if (call->stream.listener)
        tb_events_credited(broker, session, call);
    else
        credit_plugin(broker, session, call);
    return NULL;
}

const char *tb_stream_from_endpoint(struct tb_broker *broker, struct tb_session *session,
                                    const struct tb_frame *frame, const struct tb_address *address)
{
    struct tb_plaintext plaintext;
    uint32_t slot;
    if ((frame->flags & TB_RAW_CLEAR) && session->mode != TB_MODE_DIRECT)
        return "RAW_CLEAR on a relayed link";
    if (tb_seal_open(frame, session->keys.to_broker, &plaintext) != TB_OK)
        return "CHUNK or CREDIT that cannot be opened";
    if (tb_handle_pool_look(&session->handles, &address->handle, &slot) != TB_HANDLE_LIVE) {
        session->n_stray++; /* it crossed the REPLY */
        return NULL;
    }
    struct tb_live_call *call = tb_calls_at(&session->calls, slot);
    if (address->counter != call->counter)
        return "CHUNK or CREDIT whose counter is not the next one";
    return frame->kind == TB_CHUNK ? on_part(broker, session, call, &plaintext)
                                   : on_endpoint_credit(broker, session, call, &plaintext);
}

/* ---- from the plugin ---- */

void tb_stream_pass_chunk(struct tb_broker *broker, struct tb_session *session,
                          struct tb_live_call *call, const struct tb_chunk *chunk,
                          const struct tb_piece *piece)
{
    uint64_t cost;
    if (tb_session_begin_stream(session, call) != TB_OK) {
        tb_piece_done(piece);
        tb_answer_give_up(broker, session, call, TB_CODE_LIMIT, "too many streams", 100);
        return;
    }
    int r = tb_session_write_chunk(session, &broker->random, call, chunk, piece, &cost);
    if (r == TB_TOO_LARGE) {
        tb_answer_give_up(broker, session, call, TB_CODE_TOO_LARGE,
                          "a message is larger than a frame may be", 0);
        return;
    }
    if (!sent(broker, session, r))
        return;
    give_time(broker, session, call, TB_NEVER);
    tb_flow_pass(&call->stream.out, cost);
    credit_plugin(broker, session, call);
}

/* What a call's chunks may be, whether anybody still wants them or not. */
static const char *note(struct tb_stream *stream, const struct tb_plugin_chunk *untrusted_chunk)
{
    const struct tb_chunk *chunk = &untrusted_chunk->chunk;
    bool is_value = chunk->type == TB_CHUNK_VALUE;
    bool is_part = chunk->type == TB_CHUNK_BYTES && !chunk->has_channel;
    if (!tb_flow_take(&stream->out, untrusted_chunk->cost))
        return "a chunk beyond its credit";
    if ((is_value || is_part) && stream->has_value)
        return "a second result of a call";
    if (is_value && stream->has_parts)
        return "a value for a call whose result began with bytes";
    stream->has_output = true;
    stream->has_value |= is_value;
    stream->has_parts |= is_part;
    stream->n_body += is_part ? untrusted_chunk->raw.bytes.n : 0;
    return NULL;
}

static const char out_of_pool[] = "a chunk with bytes outside of its part of the pool";

static const char *on_hooked_chunk(struct tb_session *session, struct tb_live_call *call,
                                   struct tb_plugin_chunk *untrusted_chunk)
{
    struct tb_plugin *plugin = &session->plugins[call->plugin];
    if (!tb_raw_copy_from_plugin(plugin, &untrusted_chunk->raw, &untrusted_chunk->chunk.raw))
        return out_of_pool;
    if (tb_charge_chunk(session->broker, session, call, untrusted_chunk->cost))
        tb_hook_chunk(session, call, &untrusted_chunk->chunk, untrusted_chunk->cost);
    return NULL;
}

static const char *on_chunk(struct tb_broker *broker, struct tb_session *session,
                            struct tb_live_call *call, struct tb_plugin_chunk *untrusted_chunk)
{
    struct tb_piece piece;
    struct tb_plugin *plugin = &session->plugins[call->plugin];
    const char *cause = note(&call->stream, untrusted_chunk);
    if (cause)
        return cause;
    if (tb_hooked(call))
        return on_hooked_chunk(session, call, untrusted_chunk);
    if (!tb_raw_from_plugin(plugin, &untrusted_chunk->raw, &untrusted_chunk->chunk.raw, &piece))
        return out_of_pool;
    if (call->answered || !tb_charge_chunk(broker, session, call, untrusted_chunk->cost))
        tb_piece_done(&piece);
    else
        tb_stream_pass_chunk(broker, session, call, &untrusted_chunk->chunk, &piece);
    return NULL;
}

static const char *on_plugin_credit(struct tb_broker *broker, struct tb_session *session,
                                    struct tb_live_call *call, uint32_t untrusted_bytes)
{
    if (!tb_flow_grant(&call->stream.in, untrusted_bytes))
        return "credit for more than may be outstanding";
    if (call->answered)
        return NULL;
    credit_endpoint(broker, session, call);
    if (session->state == TB_SESSION_OPEN)
        restart_deadline(broker, session, call);
    return NULL;
}

static const char foreign[] = "a chunk or credit for a call that it does not have";

const char *tb_stream_from_plugin(struct tb_broker *broker, struct tb_plugin *plugin,
                                  const struct tb_frame *frame)
{
    struct tb_live_call *call;
    struct tb_plugin_chunk chunk;
    struct tb_plugin_credit credit;
    if (frame->kind == TB_PLUGIN_CHUNK) {
        if (tb_plugin_chunk_read(&broker->unpacker, frame->body, &chunk) != TB_OK)
            return "a chunk that is not in the format";
        call = tb_plugin_frames_call(plugin, chunk.call);
        return call ? on_chunk(broker, plugin->session, call, &chunk) : foreign;
    }
    if (tb_plugin_credit_read(&broker->unpacker, frame->body, &credit) != TB_OK)
        return "credit that is not in the format";
    call = tb_plugin_frames_call(plugin, credit.call);
    return call ? on_plugin_credit(broker, plugin->session, call, credit.bytes) : foreign;
}
