/*
 * The broker. It is handed its descriptors and touches nothing else: no file, no network, no text.
 * See broker.h for how its parts work together, and docs/architecture.md for the processes around
 * it.
 */
#include "broker/private.h"

#include "base/clock.h"
#include "base/fd.h"
#include "sandbox/start.h"

#include <errno.h>
#include <sodium.h>
#include <sys/epoll.h>

enum {
    CONTROL_FD = 3,
    SUPERVISOR_FD = 4,
    SCRIBE_FD = 5,
    SETTINGS_FD = 6,
    REPORT_FD = 7,
    CONTROL_OUT_MAX = 1024 * 1024,
};

#define SHUTDOWN_NS (2 * TB_S_NS)

static void scribe_ready(struct tb_source *source, uint32_t events)
{
    struct tb_broker *broker = source->context;
    if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
        tb_audit_lost(&broker->audit);
}

static void record_start(struct tb_broker *broker)
{
    char digest[2 * TB_DIGEST_SIZE + 1];
    struct tb_record start = {
        .event = TB_EVENT_START,
        .verdict = TB_ALLOW,
        .reason = tb_bytes_of_string("trollbridge " TB_VERSION),
    };
    tb_hex(broker->settings.digest, TB_DIGEST_SIZE, digest);
    struct tb_record policy = {
        .event = TB_EVENT_POLICY,
        .verdict = TB_ALLOW,
        .reason = tb_bytes_of_string(digest),
    };
    broker->now_ns = tb_clock_ns();
    (void)tb_flush_record(broker, NULL, &start);
    (void)tb_flush_record(broker, NULL, &policy);
}

/* 0 or -errno. */
static int init(struct tb_broker *broker)
{
    *broker = (struct tb_broker){.offered_fd = -1, .next_deadline_ns = TB_NEVER};
    broker->through = tb_fd_memory("trollbridge-through");
    int r = broker->through < 0 ? broker->through : tb_loop_init(&broker->loop);
    if (r == 0)
        r = tb_settings_read(SETTINGS_FD, &broker->settings);
    if (r == 0)
        r = tb_unpacker_init(&broker->unpacker, &tb_scan_peer);
    if (r == 0)
        r = tb_unpacker_init(&broker->event_unpacker, &tb_scan_peer);
    if (r != 0)
        return r < 0 ? r : -EINVAL;

    tb_audit_init(&broker->audit, &broker->loop, &broker->settings);
    tb_audit_attach(&broker->audit, SCRIBE_FD, scribe_ready, broker);
    tb_link_init(&broker->control, &broker->loop, TB_SIDE_BROKER_CONTROL, CONTROL_OUT_MAX);
    r = tb_link_attach(&broker->control, CONTROL_FD, tb_control_ready, broker);
    broker->supervisor =
        (struct tb_source){.fd = SUPERVISOR_FD, .ready = tb_supervise_ready, .context = broker};
    return r < 0 ? r : tb_loop_arm(&broker->loop, &broker->supervisor, EPOLLIN | EPOLLRDHUP);
}

/* When to wake without being woken. What was paused for want of room may have got it in the last
 * round's flush, and then nothing else would say so. */
static uint64_t wake_ns(const struct tb_broker *broker)
{
    uint64_t audit_ns = tb_audit_due_ns(&broker->audit);
    if (tb_route_may_resume(broker))
        return 0;
    return audit_ns < broker->next_deadline_ns ? audit_ns : broker->next_deadline_ns;
}

/* One round; see broker.h. */
static int turn(struct tb_broker *broker)
{
    uint64_t until_ns = wake_ns(broker);
    int r = tb_loop_wait(&broker->loop, until_ns, &broker->now_ns);
    if (r < 0)
        return r;
    tb_broker_deadlines(broker);
    tb_route_resume(broker);
    tb_flush(broker);
    tb_broker_free_closed(broker);
    tb_private_forget(broker);
    return 0;
}

/* Orderly: every session hears why, every record reaches the scribe if it keeps up at all. */
static void end(struct tb_broker *broker)
{
    broker->now_ns = tb_clock_ns();
    for (size_t i = 0; i < TB_SLOTS; i++)
        if (broker->views.slots[i].session)
            tb_broker_close(broker, broker->views.slots[i].session, TB_CLOSE_SHUTDOWN,
                            "trollbridge is ending");
    struct tb_record stop = {.event = TB_EVENT_STOP, .verdict = TB_ALLOW};
    (void)tb_flush_record(broker, NULL, &stop);
    tb_flush(broker);
    tb_broker_free_closed(broker);
    tb_loop_remove(&broker->loop, &broker->control.source);
    tb_loop_remove(&broker->loop, &broker->supervisor);

    uint64_t until_ns = tb_clock_ns() + SHUTDOWN_NS;
    while (tb_audit_available(&broker->audit) && !tb_audit_settled(&broker->audit) &&
           tb_clock_ns() < until_ns) {
        if (tb_loop_wait(&broker->loop, until_ns, &broker->now_ns) < 0)
            return;
        tb_audit_flush(&broker->audit);
    }
}

int main(int argc, char **argv)
{
    static struct tb_broker broker;
    if (sodium_init() < 0 || init(&broker) < 0)
        return 4;
    const int keep[] = {CONTROL_FD, SUPERVISOR_FD, SCRIBE_FD, broker.loop.epoll, broker.through};
    const struct tb_start start = {
        .role = &tb_role_broker,
        .namespaces = argc > 1 ? argv[1] : "",
        .require = argc > 2 ? argv[2] : "",
        .keep = keep,
        .n_keep = TB_ARRAY_LEN(keep),
        .report_fd = REPORT_FD,
    };
    if (tb_start(&start) != TB_OK)
        return 4;

    record_start(&broker);
    tb_flush(&broker);
    while (!broker.ending)
        if (turn(&broker) < 0)
            return 1;
    end(&broker);
    return broker.exit_status;
}
