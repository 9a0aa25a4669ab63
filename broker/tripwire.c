/*
 * Tripwires: commands of which the manifest says that no honest page calls them. Granted or not: of
 * one that is not granted its name in MISS is all there is. Whoever calls one is at work in the
 * page, and its session ends at once; nothing is answered.
 */
#include "broker/broker.h"

#include <stdio.h>

static void record(struct tb_broker *broker, const struct tb_session *session, struct tb_bytes name,
                   const char *reason)
{
    const struct tb_grant_denied *denied = tb_grant_find_denied(session->grant, name);
    struct tb_record record = {
        .event = TB_EVENT_ALERT,
        .verdict = TB_DENY,
        .code = TB_CODE_VIOLATION,
        .command = name,
        .reason = tb_bytes_of_string(reason),
    };
    if (denied)
        record.rule = denied->rule;
    (void)tb_flush_record(broker, session, &record);
}

static void lock(struct tb_broker *broker, struct tb_session *session, struct tb_bytes name,
                 const char *how)
{
    char cause[TB_COMMAND_MAX + 64];
    (void)snprintf(cause, sizeof cause, "a tripwire was %s: %.*s", how, (int)name.n,
                   (const char *)name.data);
    broker->views.slots[session->slot].n_violations++;
    record(broker, session, name, cause);
    tb_control_alert(broker, session->label, "tripwire", cause);
    tb_broker_lock(broker, session, cause);
}

bool tb_tripwire_called(struct tb_broker *broker, struct tb_session *session, uint32_t command)
{
    const struct tb_named *named = tb_session_command(session, command);
    bool is_one = named->granted ? named->granted->tripwire
                                 : tb_grant_is_tripwire(session->grant, named->name);
    if (is_one)
        lock(broker, session, named->name, "called");
    return is_one;
}

bool tb_tripwire_missed(struct tb_broker *broker, struct tb_session *session, struct tb_bytes name)
{
    bool is_one = tb_grant_is_tripwire(session->grant, name);
    if (is_one)
        lock(broker, session, name, "asked for without a handle");
    return is_one;
}
