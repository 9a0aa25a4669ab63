/*
 * What an endpoint is given to spend: WELCOME with the first handles of each command, HANDLES when
 * it wants more; and MISS, what it says when it was asked for something that it has no handle for.
 */
#include "broker/broker.h"

#include "base/clock.h"

static const char *on_want(struct tb_broker *broker, struct tb_session *session,
                           const struct tb_plaintext *plaintext)
{
    struct tb_want want;
    if (tb_want_read(&broker->unpacker, plaintext, &want) != TB_OK)
        return "WANT that is not in the format";
    if (want.command >= session->n_commands)
        return "WANT for a command that WELCOME did not name";
    if (tb_session_write_handles(session, &broker->random, &want) != TB_OK)
        return "WANT from an endpoint that does not read";
    tb_flush_mark(broker, &session->link);
    return NULL;
}

/* Asking for what is not granted is the best alarm there is; but a flood of it must not fill the
 * log. */
static const char *on_miss(struct tb_broker *broker, struct tb_session *session,
                           const struct tb_plaintext *plaintext)
{
    struct tb_miss miss;
    if (tb_miss_read(&broker->unpacker, plaintext, &miss) != TB_OK)
        return "MISS that is not in the format";
    if (tb_tripwire_missed(broker, session, miss.name))
        return NULL;
    if (broker->now_ns - session->miss_window_ns >= TB_S_NS) {
        session->miss_window_ns = broker->now_ns;
        session->n_misses = 0;
    }
    session->n_misses_unlogged += miss.count; /* 64 bits: nobody counts it round */
    if (++session->n_misses > TB_MISS_PER_S) {
        session->n_misses_unlogged++; /* the next one that is logged counts it */
        return NULL;
    }
    uint64_t n_more = session->n_misses_unlogged;
    session->n_misses_unlogged = 0;
    const struct tb_grant_denied *denied = tb_grant_find_denied(session->grant, miss.name);
    struct tb_record record = {
        .event = TB_EVENT_CALL,
        .verdict = TB_DENY,
        .code = denied ? TB_CODE_DENIED : TB_CODE_NOT_GRANTED,
        .command = miss.name,
        .n_in = n_more,
        .reason = tb_bytes_of_string(n_more ? "asked for without a handle; `in` counts further ones"
                                            : "asked for without a handle"),
    };
    if (denied)
        record.rule = denied->rule;
    (void)tb_flush_record(broker, session, &record);
    return NULL;
}

const char *tb_supply_more(struct tb_broker *broker, struct tb_session *session,
                           const struct tb_frame *frame, const struct tb_address *address)
{
    struct tb_plaintext plaintext;
    if (!tb_handle_equal(&address->handle, &tb_handle_zero))
        return "WANT or MISS under a handle";
    if (address->counter != session->n_received)
        return "WANT or MISS whose counter is not the next one";
    if (tb_seal_open(frame, session->keys.to_broker, &plaintext) != TB_OK)
        return "WANT or MISS that cannot be opened";
    session->n_received++;
    return frame->kind == TB_WANT ? on_want(broker, session, &plaintext)
                                  : on_miss(broker, session, &plaintext);
}

const char *tb_supply_hello(struct tb_broker *broker, struct tb_session *session,
                            const struct tb_frame *frame)
{
    switch (tb_session_hello(session, frame->body)) {
    case TB_OK:
        break;
    case TB_UNKNOWN:
        tb_broker_close(broker, session, TB_CLOSE_VERSION, "HELLO of an unknown version");
        return NULL;
    case TB_FORGED:
        return "HELLO with a public key of low order";
    case TB_DENIED:
        return "HELLO with a ticket that is not this link's";
    default:
        return "HELLO that is not in the format";
    }
    if (tb_session_write_welcome(session, &broker->random) != TB_OK) {
        tb_broker_close(broker, session, TB_CLOSE_UNAVAILABLE, "the grant does not fit WELCOME");
        return NULL;
    }
    session->state = TB_SESSION_OPEN;
    tb_flush_mark(broker, &session->link);
    return NULL;
}
