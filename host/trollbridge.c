#include "host/trollbridge.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "host/facts.h"
#include "host/spawn.h"
#include "proto/control.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { READ_SIZE = 64 * 1024, CLOSE_MS = 10000 };

struct trollbridge {
    struct trollbridge_options options;
    pid_t pid;
    int control_fd;
    int lifeline_fd;
    struct host_facts *facts;
    uint32_t last_id;
    struct tb_buffer in;
    struct tb_unpacker unpacker;
    bool lost;
};

const char *trollbridge_result_text(enum trollbridge_result result)
{
    switch (result) {
    case TROLLBRIDGE_OK:
        return "done";
    case TROLLBRIDGE_INVALID:
        return "an argument is missing or not in the format";
    case TROLLBRIDGE_FILES:
        return "the app's policy or manifest is wrong";
    case TROLLBRIDGE_PART:
        return "a program of Trollbridge, or a sandbox layer that the app requires, is missing";
    case TROLLBRIDGE_LOST:
        return "the broker is gone";
    case TROLLBRIDGE_OUT_OF_MEMORY:
        return "out of memory or file descriptors";
    }
    return "unknown";
}

enum trollbridge_result trollbridge_spawn(const struct trollbridge_options *options,
                                          struct trollbridge **ret_bridge)
{
    if (!options || !options->app)
        return TROLLBRIDGE_INVALID;
    struct trollbridge *bridge = calloc(1, sizeof *bridge);
    if (!bridge || sodium_init() < 0 || tb_unpacker_init(&bridge->unpacker, &tb_scan_peer) < 0) {
        free(bridge);
        return TROLLBRIDGE_OUT_OF_MEMORY;
    }
    bridge->options = *options;
    tb_buffer_init(&bridge->in, TB_HEADER_SIZE + TB_CONTROL_MAX + READ_SIZE);
    enum trollbridge_result result =
        host_spawn(options->app, &bridge->pid, &bridge->control_fd, &bridge->lifeline_fd);
    if (result != TROLLBRIDGE_OK) {
        tb_unpacker_deinit(&bridge->unpacker);
        free(bridge);
        return result;
    }
    result = host_facts_read(bridge->lifeline_fd, &bridge->facts);
    if (result != TROLLBRIDGE_OK) {
        trollbridge_close(bridge);
        return result;
    }
    *ret_bridge = bridge;
    return TROLLBRIDGE_OK;
}

const struct trollbridge_app *trollbridge_app(const struct trollbridge *bridge)
{
    return host_facts_app(bridge->facts);
}

int trollbridge_fd(const struct trollbridge *bridge)
{
    return bridge->control_fd;
}

int trollbridge_pid(const struct trollbridge *bridge)
{
    return bridge->pid;
}

/* A message of 512 bytes at most, as a string of C. */
struct text {
    char bytes[TB_ERROR_MESSAGE_MAX + 1];
};

static struct text text_of(struct tb_bytes bytes)
{
    struct text text = {0};
    if (bytes.n > 0)
        memcpy(text.bytes, bytes.data,
               bytes.n < TB_ERROR_MESSAGE_MAX ? bytes.n : TB_ERROR_MESSAGE_MAX);
    return text;
}

static bool on_opened(struct trollbridge *bridge, const struct tb_frame *frame)
{
    struct tb_opened opened;
    if (tb_opened_read(&bridge->unpacker, frame->body, &opened) != TB_OK)
        return false;
    struct text session = text_of(opened.session);
    struct text message = text_of(opened.message);
    bool refused = opened.code != TB_CODE_NONE;
    if (bridge->options.opened)
        bridge->options.opened(bridge->options.data, opened.id, refused ? NULL : session.bytes,
                               opened.bootstrap.data, opened.bootstrap.n, tb_code_name(opened.code),
                               message.bytes);
    return true;
}

static bool on_alert(struct trollbridge *bridge, const struct tb_frame *frame)
{
    struct tb_alert alert;
    if (tb_alert_read(&bridge->unpacker, frame->body, &alert) != TB_OK)
        return false;
    struct text view = text_of(alert.view);
    struct text event = text_of(alert.event);
    struct text message = text_of(alert.message);
    if (bridge->options.alert)
        bridge->options.alert(bridge->options.data, view.bytes, event.bytes, message.bytes);
    return true;
}

static bool on_reloaded(struct trollbridge *bridge, const struct tb_frame *frame)
{
    struct tb_reloaded reloaded;
    if (tb_reloaded_read(&bridge->unpacker, frame->body, &reloaded) != TB_OK)
        return false;
    struct text before = text_of(reloaded.before);
    struct text after = text_of(reloaded.after);
    struct text message = text_of(reloaded.message);
    bool refused = reloaded.code != TB_CODE_NONE;
    if (bridge->options.reloaded)
        bridge->options.reloaded(bridge->options.data, reloaded.id, refused ? NULL : before.bytes,
                                 refused ? NULL : after.bytes, tb_code_name(reloaded.code),
                                 message.bytes);
    return true;
}

static bool on_frame(struct trollbridge *bridge, const struct tb_frame *frame)
{
    switch ((int)frame->kind) {
    case TB_OPENED:
        return on_opened(bridge, frame);
    case TB_RELOADED:
        return on_reloaded(bridge, frame);
    default:
        return on_alert(bridge, frame);
    }
}

static enum trollbridge_result lose(struct trollbridge *bridge)
{
    bridge->lost = true;
    return TROLLBRIDGE_LOST;
}

enum trollbridge_result trollbridge_dispatch(struct trollbridge *bridge)
{
    if (bridge->lost)
        return TROLLBRIDGE_LOST;
    uint8_t *room = tb_buffer_reserve(&bridge->in, READ_SIZE);
    ssize_t n = room ? tb_fd_receive(bridge->control_fd, room, READ_SIZE, NULL, MSG_DONTWAIT) : 0;
    if (n == -EAGAIN || n == -EINTR)
        return TROLLBRIDGE_OK;
    if (n <= 0)
        return lose(bridge);
    tb_buffer_commit(&bridge->in, (size_t)n);

    struct tb_frame frame;
    size_t size;
    int r;
    while ((r = tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&bridge->in), &frame, &size)) ==
           TB_OK) {
        bool ok = on_frame(bridge, &frame);
        tb_buffer_consume(&bridge->in, size);
        if (!ok)
            return lose(bridge);
    }
    return r == TB_AGAIN ? TROLLBRIDGE_OK : lose(bridge);
}

/* Control messages are small and rare, and the broker always reads: waiting for room is right. */
static enum trollbridge_result send_frame(struct trollbridge *bridge, struct tb_buffer *frame,
                                          int fd)
{
    while (tb_buffer_n(frame) > 0) {
        ssize_t n = tb_fd_send(bridge->control_fd, tb_buffer_bytes(frame), fd, 0);
        if (n == -EINTR)
            continue;
        if (n < 0)
            return lose(bridge);
        fd = -1;
        tb_buffer_consume(frame, (size_t)n);
    }
    return TROLLBRIDGE_OK;
}

static void deinit_buffer(struct tb_buffer *buffer)
{
    tb_buffer_deinit(buffer);
}

enum trollbridge_result trollbridge_open(struct trollbridge *bridge,
                                         const struct trollbridge_view *view, int fd,
                                         uint32_t *ret_id)
{
    tb_fd own = fd;
    tb_cleanup(deinit_buffer) struct tb_buffer frame;
    tb_buffer_init(&frame, TB_HEADER_SIZE + TB_CONTROL_MAX);
    if (bridge->lost)
        return TROLLBRIDGE_LOST;
    if (!view || !view->label || fd < 0)
        return TROLLBRIDGE_INVALID;
    const struct tb_open open = {
        .id = bridge->last_id + 1,
        .view = tb_bytes_of_string(view->label),
        .webview = tb_bytes_of_string(view->webview ? view->webview : view->label),
        .origin = tb_bytes_of_string(view->origin ? view->origin : "local"),
        .document = view->document,
        .mode = view->relay ? TB_MODE_RELAY : TB_MODE_DIRECT,
    };
    if (!tb_open_valid(&open) || tb_open_write(&frame, &open) != TB_OK)
        return TROLLBRIDGE_INVALID;
    bridge->last_id = open.id;
    if (ret_id)
        *ret_id = open.id;
    return send_frame(bridge, &frame, own);
}

static enum trollbridge_result send_view(struct trollbridge *bridge, enum tb_kind kind,
                                         const char *label)
{
    tb_cleanup(deinit_buffer) struct tb_buffer frame;
    tb_buffer_init(&frame, TB_HEADER_SIZE + TB_CONTROL_MAX);
    if (bridge->lost)
        return TROLLBRIDGE_LOST;
    if (!label || !tb_label_valid(tb_bytes_of_string(label)) ||
        tb_view_write(&frame, kind, tb_bytes_of_string(label)) != TB_OK)
        return TROLLBRIDGE_INVALID;
    return send_frame(bridge, &frame, -1);
}

enum trollbridge_result trollbridge_shut(struct trollbridge *bridge, const char *label)
{
    return send_view(bridge, TB_SHUT, label);
}

enum trollbridge_result trollbridge_reset(struct trollbridge *bridge, const char *label)
{
    return send_view(bridge, TB_RESET, label);
}

enum trollbridge_result trollbridge_reload(struct trollbridge *bridge, uint32_t *ret_id)
{
    tb_cleanup(deinit_buffer) struct tb_buffer frame;
    tb_buffer_init(&frame, TB_HEADER_SIZE + TB_CONTROL_MAX);
    if (bridge->lost)
        return TROLLBRIDGE_LOST;
    if (tb_reload_write(&frame, bridge->last_id + 1) != TB_OK)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    bridge->last_id++;
    if (ret_id)
        *ret_id = bridge->last_id;
    return send_frame(bridge, &frame, -1);
}

/* The supervisor holds its end of the lifeline until all of its children are gone. */
static void await_end(int lifeline_fd)
{
    struct pollfd end = {.fd = lifeline_fd, .events = POLLRDHUP};
    uint64_t until_ns = tb_clock_ns() + CLOSE_MS * TB_MS_NS;
    while (tb_clock_ns() < until_ns)
        if (poll(&end, 1, CLOSE_MS) >= 0 || errno != EINTR)
            return;
}

void trollbridge_close(struct trollbridge *bridge)
{
    if (!bridge)
        return;
    tb_fd_close(&bridge->control_fd);
    (void)shutdown(bridge->lifeline_fd, SHUT_WR);
    await_end(bridge->lifeline_fd);
    tb_fd_close(&bridge->lifeline_fd);
    /* It has ended by now, or is stuck; its children end with it in either case. */
    (void)kill(bridge->pid, SIGKILL);
    (void)waitpid(bridge->pid, NULL, 0);
    tb_buffer_deinit(&bridge->in);
    tb_unpacker_deinit(&bridge->unpacker);
    host_facts_free(bridge->facts);
    free(bridge);
}
