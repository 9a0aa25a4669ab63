/* The host: opens views, shuts them, resets them, and is told what became of them. It is trusted
 * with lifecycle and with nothing else; a host that breaks the protocol ends the program, since
 * nobody else could tell it. */
#include "broker/broker.h"

#include "base/fd.h"
#include "proto/ask.h"

#include <sys/epoll.h>

/* While more bytes than this wait for the host, it is not told of what a page can cause as often as
 * it likes. */
enum { ALERTS_WAITING = 16 * 1024, ASKS_WAITING = 64 * 1024 };

static void fail(struct tb_broker *broker, const char *cause)
{
    struct tb_record record = {
        .event = TB_EVENT_VIOLATION,
        .verdict = TB_DENY,
        .code = TB_CODE_VIOLATION,
        .reason = tb_bytes_of_string(cause),
    };
    (void)tb_flush_record(broker, NULL, &record);
    broker->ending = true;
    broker->exit_status = 1;
}

static bool on_open(struct tb_broker *broker, const struct tb_frame *frame)
{
    struct tb_open open;
    if (tb_open_read(&broker->unpacker, frame->body, &open) != TB_OK || broker->offered_fd < 0)
        return false;
    int fd = broker->offered_fd;
    broker->offered_fd = -1;
    tb_broker_open(broker, &open, fd);
    return true;
}

static bool on_pick(struct tb_broker *broker, const struct tb_frame *frame)
{
    struct tb_pick_offer offer;
    if (tb_pick_offer_read(&broker->unpacker, frame->body, &offer) != TB_OK ||
        broker->offered_fd < 0)
        return false;
    int fd = broker->offered_fd;
    broker->offered_fd = -1;
    tb_graft_offered(broker, &offer, fd);
    return true;
}

static bool on_view(struct tb_broker *broker, const struct tb_frame *frame)
{
    struct tb_bytes label;
    if (tb_view_read(&broker->unpacker, frame->body, &label) != TB_OK)
        return false;
    struct tb_view *view = tb_views_find(&broker->views, label);
    if (view && frame->kind == TB_RESET)
        tb_view_reset(view);
    else if (view && view->session)
        tb_broker_close(broker, view->session, TB_CLOSE_SHUT, "shut by the host");
    return true;
}

static bool on_reload(struct tb_broker *broker, const struct tb_frame *frame)
{
    uint32_t id;
    if (tb_reload_read(&broker->unpacker, frame->body, &id) != TB_OK)
        return false;
    tb_reload_begin(broker, id);
    return true;
}

static bool on_answer(struct tb_broker *broker, const struct tb_frame *frame)
{
    struct tb_ask_answer answer;
    if (tb_ask_answer_read(&broker->unpacker, frame->body, &answer) != TB_OK)
        return false;
    tb_ask_answered(broker, &answer);
    return true;
}

static bool on_typed(struct tb_broker *broker, const struct tb_frame *frame)
{
    struct tb_secret_typed typed;
    if (tb_secret_typed_read(&broker->unpacker, frame->body, &typed) != TB_OK)
        return false;
    tb_secret_take(broker, &typed);
    return true;
}

static bool on_frame(struct tb_broker *broker, const struct tb_frame *frame)
{
    switch ((int)frame->kind) {
    case TB_OPEN:
        return on_open(broker, frame);
    case TB_PICK:
        return on_pick(broker, frame);
    case TB_RELOAD:
        return on_reload(broker, frame);
    case TB_EMIT:
        return tb_events_from_host(broker, frame);
    case TB_ANSWER:
        return on_answer(broker, frame);
    case TB_SECRET_ANSWER:
        return on_typed(broker, frame);
    default:
        return on_view(broker, frame);
    }
}

static void route(struct tb_broker *broker)
{
    struct tb_frame frame;
    int r;
    while ((r = tb_link_next(&broker->control, &frame)) == TB_OK) {
        if (!on_frame(broker, &frame)) {
            fail(broker, "a control message that is not in the format");
            return;
        }
    }
    if (r != TB_AGAIN)
        fail(broker, "a control frame that is not in the format");
}

/* At most one descriptor waits for its OPEN or PICK: the kernel ends a read behind the message that
 * carried one. */
void tb_control_ready(struct tb_source *source, uint32_t events)
{
    struct tb_broker *broker = source->context;
    int fd = -1;
    if (events & EPOLLOUT)
        tb_flush_mark(broker, &broker->control);
    int r = tb_link_read(&broker->control, &fd);
    if (fd >= 0 && broker->offered_fd >= 0) {
        tb_fd_close(&fd);
        fail(broker, "a second descriptor before the first one's OPEN or PICK");
        return;
    }
    if (fd >= 0)
        broker->offered_fd = fd;
    if (r == TB_OK)
        route(broker);
    else if (r == TB_MALFORMED)
        fail(broker, "more than one descriptor with a control message");
    else if (r == TB_CLOSED)
        broker->ending = true;
    if (broker->offered_fd >= 0 && tb_buffer_n(&broker->control.in) == broker->control.n_taken)
        fail(broker, "a descriptor without OPEN or PICK");
}

/* The control link's `out` holds 1 MiB: a host that leaves so much unread has gone astray. */
static void sent(struct tb_broker *broker, int result)
{
    if (result == TB_OK)
        tb_flush_mark(broker, &broker->control);
    else
        fail(broker, "the host does not read its control link");
}

void tb_control_opened(struct tb_broker *broker, const struct tb_opened *opened)
{
    sent(broker, tb_opened_write(&broker->control.out, opened));
}

void tb_control_reloaded(struct tb_broker *broker, const struct tb_reloaded *reloaded)
{
    sent(broker, tb_reloaded_write(&broker->control.out, reloaded));
}

void tb_control_picked(struct tb_broker *broker, const struct tb_pick_answer *answer)
{
    sent(broker, tb_pick_answer_write(&broker->control.out, answer));
}

bool tb_control_reads(const struct tb_broker *broker)
{
    return tb_buffer_n(&broker->control.out) < ASKS_WAITING;
}

void tb_control_ask(struct tb_broker *broker, const struct tb_ask *ask)
{
    sent(broker, tb_ask_write(&broker->control.out, ask));
}

void tb_control_secret(struct tb_broker *broker, const struct tb_secret_prompt *prompt)
{
    sent(broker, tb_secret_prompt_write(&broker->control.out, prompt));
}

void tb_control_ask_over(struct tb_broker *broker, uint32_t id)
{
    sent(broker, tb_ask_over_write(&broker->control.out, id));
}

void tb_control_alert(struct tb_broker *broker, const char *view, const char *event,
                      const char *message)
{
    const struct tb_alert alert = {
        .view = tb_bytes_of_string(view),
        .event = tb_bytes_of_string(event),
        .message = tb_bytes_of_string(message),
    };
    sent(broker, tb_alert_write(&broker->control.out, &alert));
}

void tb_control_alert_often(struct tb_broker *broker, const char *view, const char *event,
                            const char *message)
{
    if (tb_buffer_n(&broker->control.out) < ALERTS_WAITING)
        tb_control_alert(broker, view, event, message);
}
