/*
 * What goes out, and in which order: the round's records first (broker/audit.h says which may
 * wait); calls to plugins, and events to endpoints, only when the kernel has the records that allow
 * them (mode `before`); replies at any time.
 */
#include "broker/broker.h"

#include "base/clock.h"

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

/* Those to plugins, or all others. */
static void flush_links(struct tb_broker *broker, bool plugins, bool may_dispatch)
{
    struct tb_link **at = &broker->dirty;
    while (*at) {
        struct tb_link *link = *at;
        bool is_plugin = link->side == TB_SIDE_BROKER_PLUGIN;
        bool held = (link->needs_records && !may_dispatch) || link->waits ||
                    (is_plugin && !tb_link_attached(link));
        if (held && is_plugin == plugins)
            link->held = true;
        if (is_plugin != plugins || held) {
            at = &link->next_dirty;
            continue;
        }
        if (link->held)
            link->released_ns = broker->now_ns;
        link->held = false;
        link->needs_records = is_plugin;
        *at = link->next_dirty;
        link->dirty = false;
        tb_link_flush(link);
    }
}

/* Sends records; whether the kernel has those that allow what waits for them. */
static bool send_records(struct tb_broker *broker)
{
    tb_audit_flush_due(&broker->audit, broker->now_ns);
    return broker->audit.mode == TB_AUDIT_BEHIND || tb_audit_settled(&broker->audit);
}

void tb_flush_last(struct tb_broker *broker, struct tb_link *link)
{
    if (!link->needs_records || send_records(broker))
        tb_link_flush(link);
}

/* What endpoints have been sent of a plugin's pool is the plugin's again: that goes to it with
 * whatever else does. */
void tb_flush(struct tb_broker *broker)
{
    bool may_dispatch = send_records(broker);
    flush_links(broker, false, may_dispatch);
    flush_links(broker, true, may_dispatch);
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
    return tb_audit_write(&broker->audit, record);
}
