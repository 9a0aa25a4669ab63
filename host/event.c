#include "host/event.h"

#include "base/fd.h"
#include "base/result.h"
#include "host/bridge.h"

#include <errno.h>
#include <sys/socket.h>

void host_event_init(struct host_event *event)
{
    tb_buffer_init(&event->frame, TB_HEADER_SIZE + TB_CHUNK_MAX);
    tb_packer_init(&event->packer, &event->frame);
    event->packer.failed = true;
}

void host_event_deinit(struct host_event *event)
{
    tb_buffer_deinit(&event->frame);
}

static void drop(struct host_event *event)
{
    tb_buffer_consume(&event->frame, tb_buffer_n(&event->frame));
    event->packer.failed = true;
    event->begun = false;
}

struct tb_packer *trollbridge_event(struct trollbridge *bridge, const char *label, const char *name)
{
    static const struct tb_bytes every;
    struct host_event *event = &bridge->event;
    drop(event);
    struct tb_bytes view = label ? tb_bytes_of_string(label) : every;
    bool valid = name && (!label || view.n > 0);
    event->begun = valid && tb_emit_begin(&event->frame, &event->packer, view,
                                          tb_bytes_of_string(name), &event->at) == TB_OK;
    if (!event->begun)
        drop(event);
    return &event->packer;
}

/* An event may be lost, and the host's loop is worth more than it: only one whose beginning the
 * kernel has taken is waited for. */
static enum trollbridge_result send_event(struct trollbridge *bridge, struct tb_buffer *frame)
{
    int flags = MSG_DONTWAIT;
    while (tb_buffer_n(frame) > 0) {
        ssize_t n = tb_fd_send(bridge->control_fd, tb_buffer_bytes(frame), -1, flags);
        if (n == -EINTR)
            continue;
        if (n == -EAGAIN && flags != 0)
            return TROLLBRIDGE_BUSY;
        if (n < 0)
            return bridge_lose(bridge);
        flags = 0;
        tb_buffer_consume(frame, (size_t)n);
    }
    return TROLLBRIDGE_OK;
}

enum trollbridge_result trollbridge_emit(struct trollbridge *bridge)
{
    struct host_event *event = &bridge->event;
    enum trollbridge_result result = TROLLBRIDGE_INVALID;
    if (bridge->lost)
        result = TROLLBRIDGE_LOST;
    else if (event->begun && tb_emit_finish(&event->frame, &event->packer, event->at,
                                            bridge->unpacker.scanner) == TB_OK)
        result = send_event(bridge, &event->frame);
    drop(event);
    return result;
}
