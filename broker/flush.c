/*
 * What goes out, and in which order: the round's records first; calls to plugins only when the
 * kernel has the records that allow them (mode `before`); replies at any time.
 */
#include "broker/broker.h"

#include "base/clock.h"

enum { RECORDS_WAITING = 16 * 1024 };
#define RECORDS_WAIT_NS (5 * TB_MS_NS)

void tb_flush_mark(struct tb_broker *broker, struct tb_link *link)
{
    if (link->dirty)
        return;
    link->dirty = true;
    link->next_dirty = broker->dirty;
    broker->dirty = link;
}

void tb_flush_unmark(struct tb_broker *broker, struct tb_link *link)
{
    if (!link->dirty)
        return;
    struct tb_link **at = &broker->dirty;
    while (*at != link)
        at = &(*at)->next_dirty;
    *at = link->next_dirty;
    link->dirty = false;
}

void tb_flush_pause(struct tb_broker *broker, struct tb_link *link)
{
    if (link->paused)
        return;
    tb_link_pause(link);
    broker->n_paused++;
}

void tb_flush_unpause(struct tb_broker *broker, struct tb_link *link)
{
    tb_assert(link->paused && broker->n_paused > 0);
    tb_link_resume(link);
    broker->n_paused--;
}

/* Whether a call waits for its record to be taken. */
static bool dispatches(const struct tb_broker *broker)
{
    for (const struct tb_link *link = broker->dirty; link; link = link->next_dirty)
        if (link->side == TB_SIDE_BROKER_PLUGIN && tb_link_attached(link))
            return true;
    return false;
}

/* Records of what has happened go with the next call's, or by themselves when there is none soon: a
 * send for each would cost a tenth of a call. */
static bool records_wait(const struct tb_broker *broker)
{
    return tb_buffer_n(&broker->audit.out) < RECORDS_WAITING &&
           broker->now_ns < broker->audit.due_ns && !dispatches(broker);
}

void tb_flush(struct tb_broker *broker)
{
    if (!records_wait(broker))
        tb_audit_flush(&broker->audit);
    bool may_dispatch = broker->audit.mode == TB_AUDIT_BEHIND || tb_audit_settled(&broker->audit);
    struct tb_link **at = &broker->dirty;
    while (*at) {
        struct tb_link *link = *at;
        bool held =
            link->side == TB_SIDE_BROKER_PLUGIN && (!may_dispatch || !tb_link_attached(link));
        if (held) {
            at = &link->next_dirty;
            continue;
        }
        *at = link->next_dirty;
        link->dirty = false;
        tb_link_flush(link);
    }
}

int tb_flush_record(struct tb_broker *broker, const struct tb_session *session,
                    struct tb_record *record)
{
    record->mono_ns = broker->now_ns;
    if (session) {
        record->view = tb_bytes_of_string(session->label);
        record->origin = tb_bytes_of_string(session->origin);
        memcpy(record->session, session->id, sizeof record->session);
    }
    if (tb_audit_settled(&broker->audit)) {
        broker->audit.due_ns = broker->now_ns + RECORDS_WAIT_NS;
        if (broker->audit.due_ns < broker->next_deadline_ns)
            broker->next_deadline_ns = broker->audit.due_ns;
    }
    return tb_audit_write(&broker->audit, record);
}
