#include "broker/audit.h"

#include "base/fd.h"
#include "base/wire.h"
#include "proto/inner.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { OUT_MAX = 4 * 1024 * 1024, OUT_ROOMY = 1024 * 1024, MANY = 32 * 1024 };
/* Beyond OUT_MAX there is room for the `done` of every call that can be live: a reload, or the end,
 * may have all of them answered in one round. */
enum {
    RECORD_OF_CALL_MAX = 1024 + TB_NOTE_MAX,
    CEILING = OUT_MAX + TB_SLOTS * TB_SESSION_CALLS * RECORD_OF_CALL_MAX
};

void tb_audit_init(struct tb_audit *audit, struct tb_loop *loop, const struct tb_settings *settings)
{
    *audit = (struct tb_audit){
        .source.fd = -1,
        .loop = loop,
        .mode = settings->audit_mode,
        .args = settings->audit_args,
        .due_ns = TB_NEVER,
    };
    tb_buffer_init(&audit->out, CEILING);
}

void tb_audit_deinit(struct tb_audit *audit)
{
    tb_audit_lost(audit);
    tb_buffer_deinit(&audit->out);
}

void tb_audit_attach(struct tb_audit *audit, int fd, void (*ready)(struct tb_source *, uint32_t),
                     void *context)
{
    tb_audit_lost(audit);
    audit->source = (struct tb_source){.fd = fd, .ready = ready, .context = context};
    if (tb_loop_arm(audit->loop, &audit->source, EPOLLRDHUP) < 0)
        tb_audit_lost(audit);
}

void tb_audit_lost(struct tb_audit *audit)
{
    tb_loop_remove(audit->loop, &audit->source);
    tb_fd_close(&audit->source.fd);
    audit->n_sent = 0; /* a record that was sent in part goes whole to the next scribe */
}

bool tb_audit_available(const struct tb_audit *audit)
{
    return audit->source.fd >= 0 && tb_buffer_n(&audit->out) < OUT_MAX / 2;
}

bool tb_audit_roomy(const struct tb_audit *audit)
{
    /* Without a scribe nothing is allowed, and saying so needs no room. */
    return audit->source.fd < 0 || tb_buffer_n(&audit->out) < OUT_ROOMY;
}

uint64_t tb_audit_next_ref(struct tb_audit *audit)
{
    return ++audit->last_ref;
}

/* What a peer can cause as often as it likes. */
static bool is_unbounded(enum tb_event event)
{
    return event == TB_EVENT_CALL || event == TB_EVENT_VIOLATION || event == TB_EVENT_OPEN;
}

int tb_audit_write(struct tb_audit *audit, const struct tb_record *record)
{
    if (is_unbounded(record->event) && tb_buffer_n(&audit->out) >= OUT_MAX)
        return TB_FULL;
    int r = tb_record_write(record, &audit->out);
    if (r != TB_OK)
        return r;
    audit->urgent |= record->event != TB_EVENT_DONE;
    if (audit->due_ns == TB_NEVER)
        audit->due_ns = record->mono_ns + TB_DONE_WAIT_NS;
    return TB_OK;
}

/* Drops the records that are sent whole. */
static void drop_sent(struct tb_audit *audit)
{
    for (;;) {
        struct tb_bytes out = tb_buffer_bytes(&audit->out);
        if (out.n < TB_HEADER_SIZE)
            return;
        size_t size = TB_HEADER_SIZE + tb_load_u32(out.data);
        if (size > audit->n_sent)
            return;
        tb_buffer_consume(&audit->out, size);
        audit->n_sent -= size;
    }
}

static bool is_blocked(const struct tb_audit *audit)
{
    return (audit->source.armed & (uint32_t)EPOLLOUT) != 0;
}

void tb_audit_flush_due(struct tb_audit *audit, uint64_t now_ns)
{
    bool many = tb_buffer_n(&audit->out) > MANY;
    if (audit->urgent || many || now_ns >= audit->due_ns || is_blocked(audit))
        tb_audit_flush(audit);
}

uint64_t tb_audit_due_ns(const struct tb_audit *audit)
{
    return audit->source.fd >= 0 && !is_blocked(audit) ? audit->due_ns : TB_NEVER;
}

static bool is_sent(const struct tb_audit *audit)
{
    return tb_buffer_n(&audit->out) == audit->n_sent;
}

void tb_audit_flush(struct tb_audit *audit)
{
    uint32_t events = EPOLLRDHUP;
    while (audit->source.fd >= 0 && !is_sent(audit)) {
        struct tb_bytes out = tb_buffer_bytes(&audit->out);
        struct tb_bytes rest = tb_bytes_of(out.data + audit->n_sent, out.n - audit->n_sent);
        ssize_t n = tb_fd_send(audit->source.fd, rest, -1, MSG_DONTWAIT);
        if (n == -EAGAIN || n == -EINTR || n == -ENOBUFS || n == -ENOMEM) {
            events |= EPOLLOUT;
            break;
        }
        if (n < 0) {
            drop_sent(audit); /* so that a new scribe does not get them again */
            tb_audit_lost(audit);
            return;
        }
        audit->n_sent += (size_t)n;
        if (audit->n_sent == out.n) {
            tb_buffer_consume(&audit->out, out.n);
            audit->n_sent = 0;
        }
    }
    drop_sent(audit);
    if (is_sent(audit)) {
        audit->urgent = false;
        audit->due_ns = TB_NEVER;
    }
    if (audit->source.fd >= 0 && tb_loop_arm(audit->loop, &audit->source, events) < 0)
        tb_audit_lost(audit);
}

bool tb_audit_settled(const struct tb_audit *audit)
{
    return !audit->urgent;
}
