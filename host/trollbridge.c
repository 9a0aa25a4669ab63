#include "host/trollbridge.h"

#include "base/buffer.h"
#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "host/ask.h"
#include "host/bridge.h"
#include "host/facts.h"
#include "host/pick.h"
#include "host/spawn.h"
#include "host/text.h"
#include "supervisor/status.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { READ_SIZE = 64 * 1024, CLOSE_MS = 10000, EVENTS = 16, OFFERS = 16 };

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
    case TROLLBRIDGE_BUSY:
        return "the broker does not keep up";
    }
    return "unknown";
}

/* Frees what was made so far; the processes are the caller's to end. */
static void bridge_free(struct trollbridge *bridge)
{
    host_links_deinit(&bridge->links);
    host_event_deinit(&bridge->event);
    tb_fd_close(&bridge->epoll_fd);
    tb_buffer_deinit(&bridge->in);
    tb_unpacker_deinit(&bridge->unpacker);
    host_facts_free(bridge->facts);
    free(bridge);
}

static int watch(const struct trollbridge *bridge, int fd, const void *source)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = (void *)(uintptr_t)source};
    return epoll_ctl(bridge->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static struct trollbridge *bridge_new(const struct trollbridge_options *options)
{
    struct trollbridge *bridge = calloc(1, sizeof *bridge);
    if (!bridge)
        return NULL;
    bridge->options = *options;
    bridge->control_fd = bridge->lifeline_fd = -1;
    tb_buffer_init(&bridge->in, TB_HEADER_SIZE + TB_CONTROL_MAX + READ_SIZE);
    host_event_init(&bridge->event);
    bridge->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (host_links_init(&bridge->links, bridge->epoll_fd, options->plugins, options->n_plugins) <
            0 ||
        bridge->epoll_fd < 0 || sodium_init() < 0 ||
        tb_unpacker_init(&bridge->unpacker, &tb_scan_peer) < 0 ||
        watch(bridge, bridge->links.wake_fd, &bridge->links) < 0) {
        bridge_free(bridge);
        return NULL;
    }
    return bridge;
}

enum trollbridge_result bridge_spawn(const struct trollbridge_options *options, const char *test,
                                     struct trollbridge **ret_bridge)
{
    if (!options || !options->app)
        return TROLLBRIDGE_INVALID;
    struct trollbridge *bridge = bridge_new(options);
    if (!bridge)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    enum trollbridge_result result =
        host_spawn(options->app, test, &bridge->pid, &bridge->control_fd, &bridge->lifeline_fd);
    if (result != TROLLBRIDGE_OK) {
        bridge_free(bridge);
        return result;
    }
    result = host_facts_read(bridge->lifeline_fd, &bridge->facts);
    if (result == TROLLBRIDGE_OK && (watch(bridge, bridge->control_fd, &bridge->control_fd) < 0 ||
                                     watch(bridge, bridge->lifeline_fd, &bridge->lifeline_fd) < 0))
        result = TROLLBRIDGE_OUT_OF_MEMORY;
    if (result != TROLLBRIDGE_OK) {
        trollbridge_close(bridge);
        return result;
    }
    *ret_bridge = bridge;
    return TROLLBRIDGE_OK;
}

enum trollbridge_result trollbridge_spawn(const struct trollbridge_options *options,
                                          struct trollbridge **ret_bridge)
{
    return bridge_spawn(options, NULL, ret_bridge);
}

const struct trollbridge_app *trollbridge_app(const struct trollbridge *bridge)
{
    return host_facts_app(bridge->facts);
}

int trollbridge_fd(const struct trollbridge *bridge)
{
    return bridge->epoll_fd;
}

int trollbridge_pid(const struct trollbridge *bridge)
{
    return bridge->pid;
}

static bool on_opened(struct trollbridge *bridge, const struct tb_frame *frame)
{
    struct tb_opened opened;
    if (tb_opened_read(&bridge->unpacker, frame->body, &opened) != TB_OK)
        return false;
    struct host_text session = host_text_of(opened.session);
    struct host_text message = host_text_of(opened.message);
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
    struct host_text view = host_text_of(alert.view);
    struct host_text event = host_text_of(alert.event);
    struct host_text message = host_text_of(alert.message);
    if (bridge->options.alert)
        bridge->options.alert(bridge->options.data, view.bytes, event.bytes, message.bytes);
    return true;
}

static bool on_reloaded(struct trollbridge *bridge, const struct tb_frame *frame)
{
    struct tb_reloaded reloaded;
    if (tb_reloaded_read(&bridge->unpacker, frame->body, &reloaded) != TB_OK)
        return false;
    struct host_text before = host_text_of(reloaded.before);
    struct host_text after = host_text_of(reloaded.after);
    struct host_text message = host_text_of(reloaded.message);
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
    case TB_ASK:
        return host_ask(bridge, frame->body);
    case TB_ASK_OVER:
        return host_ask_over(bridge, frame->body);
    case TB_SECRET:
        return host_secret(bridge, frame->body);
    case TB_PICKED:
        return host_picked(bridge, frame->body);
    default:
        return on_alert(bridge, frame);
    }
}

/* A broker that is there and does not read ends by that too, and whoever polls hears of it. */
enum trollbridge_result bridge_lose(struct trollbridge *bridge)
{
    bridge->lost = true;
    (void)shutdown(bridge->control_fd, SHUT_RDWR);
    return TROLLBRIDGE_LOST;
}

static enum trollbridge_result read_control(struct trollbridge *bridge)
{
    uint8_t *room = tb_buffer_reserve(&bridge->in, READ_SIZE);
    ssize_t n = room ? tb_fd_receive(bridge->control_fd, room, READ_SIZE, NULL, MSG_DONTWAIT) : 0;
    if (n == -EAGAIN || n == -EINTR)
        return TROLLBRIDGE_OK;
    if (n <= 0)
        return bridge_lose(bridge);
    tb_buffer_commit(&bridge->in, (size_t)n);

    struct tb_frame frame;
    size_t size;
    int r;
    while ((r = tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&bridge->in), &frame, &size)) ==
           TB_OK) {
        bool ok = on_frame(bridge, &frame);
        tb_buffer_consume(&bridge->in, size);
        if (!ok)
            return bridge_lose(bridge);
    }
    return r == TB_AGAIN ? TROLLBRIDGE_OK : bridge_lose(bridge);
}

/* The end of the supervisor is not heard of here but on the control link, whose broker ends with
 * it. A descriptor that there was no room for (-EPROTO) is a link that ends at once. */
static void read_lifeline(struct trollbridge *bridge)
{
    ssize_t n = 1;
    for (int i = 0; i < OFFERS && (n == 1 || n == -EPROTO || n == -EINTR); i++) {
        uint8_t byte = 0;
        tb_fd fd = -1;
        n = tb_fd_receive(bridge->lifeline_fd, &byte, 1, &fd, MSG_DONTWAIT);
        if (n != 1 || byte != TB_LIFELINE_LINK || fd < 0)
            continue;
        host_links_add(&bridge->links, fd);
        fd = -1;
    }
    if (n == 0)
        (void)epoll_ctl(bridge->epoll_fd, EPOLL_CTL_DEL, bridge->lifeline_fd, NULL);
}

static void on_event(struct trollbridge *bridge, const struct epoll_event *event)
{
    if (event->data.ptr == &bridge->control_fd)
        (void)read_control(bridge);
    else if (event->data.ptr == &bridge->lifeline_fd)
        read_lifeline(bridge);
    else if (event->data.ptr != &bridge->links) /* their turn is last: it can end others */
        host_links_ready(event->data.ptr, event->events);
}

static void turn(struct trollbridge *bridge)
{
    struct epoll_event events[EVENTS];
    int n = epoll_wait(bridge->epoll_fd, events, EVENTS, 0);
    for (int i = 0; i < n; i++)
        on_event(bridge, &events[i]);
    host_links_run_due(&bridge->links);
}

enum trollbridge_result trollbridge_dispatch(struct trollbridge *bridge)
{
    if (bridge->dispatching)
        return TROLLBRIDGE_OK; /* a loop inside a handler: links may not change under it */
    bridge->dispatching = true;
    if (!bridge->lost)
        turn(bridge);
    if (bridge->lost)
        host_links_end(&bridge->links); /* nobody waits any more for what handlers still do */
    bridge->dispatching = false;
    return bridge->lost ? TROLLBRIDGE_LOST : TROLLBRIDGE_OK;
}

/* Control messages are small and rare, and the broker always reads: waiting for room is right. One
 * that was taken over may not: the socket's own limit (host_spawn) ends that. */
enum trollbridge_result bridge_send(struct trollbridge *bridge, struct tb_buffer *frame, int fd)
{
    while (tb_buffer_n(frame) > 0) {
        ssize_t n = tb_fd_send(bridge->control_fd, tb_buffer_bytes(frame), fd, 0);
        if (n == -EINTR)
            continue;
        if (n < 0)
            return bridge_lose(bridge);
        fd = -1;
        tb_buffer_consume(frame, (size_t)n);
    }
    return TROLLBRIDGE_OK;
}

void bridge_free_frame(struct tb_buffer *frame)
{
    tb_buffer_deinit(frame);
}

enum trollbridge_result trollbridge_open(struct trollbridge *bridge,
                                         const struct trollbridge_view *view, int fd,
                                         uint32_t *ret_id)
{
    tb_fd own = fd;
    tb_cleanup(bridge_free_frame) struct tb_buffer frame;
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
    return bridge_send(bridge, &frame, own);
}

static enum trollbridge_result send_view(struct trollbridge *bridge, enum tb_kind kind,
                                         const char *label)
{
    tb_cleanup(bridge_free_frame) struct tb_buffer frame;
    tb_buffer_init(&frame, TB_HEADER_SIZE + TB_CONTROL_MAX);
    if (bridge->lost)
        return TROLLBRIDGE_LOST;
    if (!label || !tb_label_valid(tb_bytes_of_string(label)) ||
        tb_view_write(&frame, kind, tb_bytes_of_string(label)) != TB_OK)
        return TROLLBRIDGE_INVALID;
    return bridge_send(bridge, &frame, -1);
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
    tb_cleanup(bridge_free_frame) struct tb_buffer frame;
    tb_buffer_init(&frame, TB_HEADER_SIZE + TB_CONTROL_MAX);
    if (bridge->lost)
        return TROLLBRIDGE_LOST;
    if (tb_reload_write(&frame, bridge->last_id + 1) != TB_OK)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    bridge->last_id++;
    if (ret_id)
        *ret_id = bridge->last_id;
    return bridge_send(bridge, &frame, -1);
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
    bridge_free(bridge);
}
