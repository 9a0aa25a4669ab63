/* What must be true of a broker between two rounds. */
#include "broker/waiting.h"
#include "tests/broker/bench.h"

#include <sodium.h>

static void check_handles(const struct tb_session *session)
{
    const struct tb_handle_pool *pool = &session->handles;
    uint64_t n_outstanding = 0;
    for (uint32_t i = 0; i < pool->n_commands; i++) {
        tb_assert(pool->n_outstanding[i] <= BENCH_POOL);
        n_outstanding += pool->n_outstanding[i];
    }
    tb_assert(n_outstanding + session->n_streams == pool->map.n);
    tb_assert(!tb_handle_map_find(&pool->map, &tb_handle_zero));
}

static uint32_t n_live_handles(const struct tb_session *session)
{
    const struct tb_handle_map *map = &session->handles.map;
    uint32_t n = 0;
    uint32_t value;
    for (uint32_t i = 0; i < map->cap; i++)
        n += map->slots[i].used && tb_handle_pool_look(&session->handles, &map->slots[i].handle,
                                                       &value) == TB_HANDLE_LIVE;
    return n;
}

/* A call that is no stream was sent nothing, and neither side may send more than the other takes.
 */
static void check_stream(const struct tb_live_call *call)
{
    const struct tb_stream *stream = &call->stream;
    tb_assert(stream->begun || call->answered || call->n_sent == 0);
    bool parts_wait = tb_buffer_n(&call->parts) > 0;
    bool early = call->waiting || call->questions; /* a chunk may be at the hook */
    tb_assert(stream->begun || (!stream->has_output && !stream->more) || call->answered || early);
    tb_assert(!parts_wait || call->waiting);
    tb_assert(!stream->has_value || !stream->has_parts);
    bool grown = call->hook_token != 0 || call->answered; /* the hook may have made it longer */
    tb_assert(grown || stream->in.from + stream->in.held <= stream->in.to / 3);
    tb_assert(stream->in.to <= TB_CREDIT_MOST && stream->out.to <= TB_CREDIT_MOST);
    tb_assert(stream->listener || grown || stream->out.from + stream->out.held <= stream->out.to);
}

/* Bytes of a call's body, or of what its plugin has said, that wait. */
static uint64_t held_by(const struct tb_live_call *call, bool parts)
{
    uint64_t n = parts ? tb_buffer_n(&call->parts) : 0;
    for (const struct tb_question *q = call->questions; q; q = q->next) {
        tb_assert(q->call == call);
        if ((q->kind == TB_QUESTION_PART) == parts)
            n += q->n_charged;
    }
    return n;
}

static void check_calls(const struct tb_session *session)
{
    uint64_t n_held = 0;
    uint64_t n_back = 0;
    uint32_t n_used = 0;
    uint32_t n_live = 0;
    uint32_t n_streams = 0;
    uint64_t n_bytes = 0;
    for (uint32_t i = 0; i < TB_SESSION_CALLS; i++) {
        const struct tb_live_call *call = &session->calls.slots[i];
        uint32_t slot;
        if (!call->used)
            continue;
        check_stream(call);
        n_used++;
        n_streams += call->stream.begun && !call->answered;
        n_bytes += call->n_in; /* charged until the plugin is through with them too */
        tb_assert(!call->answered || call->at_plugin); /* else its slot would be free */
        tb_assert(!call->answered || (!call->waiting && !call->questions && !call->hook_token));
        tb_assert(!call->waiting || (call->ref == 0 && !call->at_plugin));
        tb_assert(!call->at_plugin || call->plugin < session->n_plugins);
        tb_assert(call->answered || !call->stream.ended || call->questions); /* who else ends it? */
        n_held += held_by(call, true);
        n_back += held_by(call, false);
        if (call->answered)
            continue;
        n_live++;
        tb_assert(tb_handle_pool_look(&session->handles, &call->handle, &slot) == TB_HANDLE_LIVE);
        tb_assert(slot == i && call->command < session->n_commands);
    }
    tb_assert(n_used == session->calls.n_used && n_bytes == session->n_bytes_live);
    tb_assert(n_held == session->n_parts_parked && n_back == session->n_back);
    tb_assert(n_live == n_live_handles(session));
    tb_assert(n_streams == session->n_streams && n_streams <= TB_SESSION_STREAMS);
}

static uint32_t n_paused(const struct tb_session *session)
{
    uint32_t n = session->link.paused;
    for (size_t i = 0; i < session->n_plugins; i++)
        n += session->plugins[i].link.paused;
    return n;
}

static uint32_t n_pieces_of(const struct tb_pieces *pieces, const struct tb_bulk *bulk)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < pieces->n; i++)
        n += pieces->list[(pieces->first + i) % TB_PIECES_MAX].piece.owner == bulk;
    return n;
}

/* Whoever reads into a pool or sends from it holds it, and nobody else does. */
static void check_bulk(const struct tb_session *session)
{
    tb_assert((session->body != NULL) == (session->link.n_front > 0));
    for (uint32_t i = 0; i < session->n_plugins; i++) {
        const struct tb_plugin *plugin = &session->plugins[i];
        const struct tb_bulk *bulk = plugin->bulk;
        tb_assert((bulk != NULL) == (plugin->state == TB_PLUGIN_RUNNING));
        uint32_t n_refs = 1 + n_pieces_of(&session->link.pieces, bulk);
        n_refs += session->body == bulk;
        if (bulk)
            tb_assert(bulk->plugin == plugin && bulk->n_refs == n_refs);
    }
}

static void check_listeners(const struct tb_session *session)
{
    size_t n_waiting = 0;
    uint32_t n = 0;
    for (const struct tb_listener *l = session->listeners; l; l = l->next) {
        const struct tb_live_call *call = &session->calls.slots[l->slot];
        tb_assert(call->used && !call->answered && call->stream.listener == l);
        tb_assert(call->stream.begun && !call->at_plugin);
        n_waiting += l->n_waiting;
        n++;
    }
    tb_assert(n <= session->n_streams && n_waiting == session->n_events_waiting);
    tb_assert(n_waiting <= 1024 * 1024);
}

static void check_parked_prompt(const struct tb_session *session, const struct tb_prompt *prompt)
{
    const struct tb_waiting *waiting = prompt->call->waiting;
    tb_assert(waiting->prompt == prompt && waiting->session == session);
    tb_assert(waiting->call == prompt->call && !waiting->order);
    tb_assert(prompt->call->stream.begun);
}

static void check_wish(const struct tb_session *session, const struct tb_prompt *prompt)
{
    const struct tb_live_call *call = prompt->call;
    const struct tb_plugin *plugin = &session->plugins[call->plugin];
    tb_assert(call->secret == prompt && call->used && !call->waiting);
    tb_assert(call->at_plugin && !call->answered && call->n_secrets > 0);
    tb_assert(call->n_secrets <= TB_SECRETS_PER_CALL && prompt->wish.what[0] != 0);
    tb_assert(plugin->state == TB_PLUGIN_RUNNING && plugin->granted->secrets);
}

/* One is shown at most, the first; each belongs to a call, parked or at its plugin. */
static void check_prompts(const struct tb_session *session)
{
    uint32_t n = 0;
    for (const struct tb_prompt *p = session->prompts.first; p; p = p->behind) {
        (p->call->secret ? check_wish : check_parked_prompt)(session, p);
        tb_assert(n == 0 || p->id == 0);
        n++;
    }
    tb_assert(n == session->prompts.n && n <= TB_ASKS_PER_SESSION);
}

/* What waits for its turn is parked, and in the order of the calls. */
static void check_order(const struct tb_order *order)
{
    const struct tb_turn *before = NULL;
    for (const struct tb_turn *turn = order->first; turn; turn = turn->behind) {
        tb_assert(turn->before == before && (!before || before->number < turn->number));
        before = turn;
    }
    tb_assert(order->last == before);
    tb_assert(!order->first || !order->first->ready); /* or it would have gone on */
}

static void check_orders(const struct tb_session *session)
{
    check_order(&session->own_order);
    for (uint32_t i = 0; i < session->n_plugins; i++)
        check_order(&session->plugins[i].order);
}

/* Of the session's calls those whose args the hook keeps. */
static uint32_t n_kept(const struct tb_session *session, uint32_t token)
{
    uint32_t n = 0;
    for (uint32_t i = 0; session && session->calls.slots && i < TB_SESSION_CALLS; i++)
        n += token != 0 && session->calls.slots[i].hook_token == token;
    return n;
}

/* Those at the process come first; what nobody waits for is there or nowhere. */
static void check_hook(const struct tb_hook *hook)
{
    uint32_t n = 0;
    bool waits = false;
    for (const struct tb_question *q = hook->first; q; q = q->behind) {
        waits |= q == hook->waiting;
        n += !waits;
        tb_assert(!waits || q->call);
    }
    tb_assert(n == hook->n_at && n <= 8 && waits == (hook->waiting != NULL));
    tb_assert(hook->state != TB_HOOK_IDLE || (!hook->first && hook->n_calls == 0));
}

static void check_session(const struct tb_session *session)
{
    check_handles(session);
    check_calls(session);
    check_bulk(session);
    check_listeners(session);
    check_prompts(session);
    check_orders(session);
    /* Whoever has a session has said HELLO with the ticket, and it is spent. */
    if (session->state == TB_SESSION_OPEN)
        tb_assert(sodium_is_zero(session->bootstrap.ticket_secret, TB_KEY_SIZE) &&
                  sodium_is_zero(session->broker_sk, TB_KEY_SIZE) &&
                  !sodium_is_zero(session->keys.to_broker, TB_KEY_SIZE));
}

void bench_check(struct bench *bench)
{
    uint32_t n = 0;
    bool any = false;
    tb_assert(!bench->broker.closed);
    for (size_t i = 0; i < TB_SLOTS; i++) {
        const struct tb_session *session = bench->broker.views.slots[i].session;
        const struct tb_hook *hook = &bench->broker.views.slots[i].hook;
        check_hook(hook);
        tb_assert(hook->n_calls == n_kept(session, hook->token));
        n += hook->link.paused;
        any |= hook->state != TB_HOOK_IDLE;
        if (!session)
            continue;
        any = true;
        check_session(session);
        n += n_paused(session);
    }
    tb_assert(n == bench->broker.n_paused && (any || !bench->broker.dirty));
}
