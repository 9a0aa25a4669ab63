#include "tests/broker/bench_supervisor.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/wire.h"
#include "broker/private.h"
#include "proto/plugin.h"

#include <errno.h>
#include <sodium.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONTROL_OUT_MAX = 1024 * 1024, COLLECT_MAX = 64 * 1024 * 1024, ROUNDS = 64 };

/* ---- the host, the scribe ---- */

/* Takes what is there from a socket; into the buffer if there is one. */
static bool drain(int fd, struct tb_buffer *ret_buffer)
{
    static uint8_t chunk[64 * 1024];
    ssize_t n = fd < 0 ? 0 : tb_fd_receive(fd, chunk, sizeof chunk, NULL, MSG_DONTWAIT);
    if (n > 0 && ret_buffer)
        tb_assert(tb_buffer_append(ret_buffer, tb_bytes_of(chunk, (size_t)n)));
    return n > 0;
}

static void scribe_ready(struct tb_source *source, uint32_t events)
{
    (void)source;
    (void)events;
}

/* ---- the bench ---- */

static int attach(int type, int *ret_other)
{
    int pair[2];
    tb_assert(tb_fd_pair(type, pair) == 0);
    *ret_other = pair[1];
    return pair[0];
}

static void init_broker(struct bench *bench, enum tb_violation_action action)
{
    struct tb_broker *broker = &bench->broker;
    broker->offered_fd = -1;
    broker->through = tb_fd_memory("through");
    tb_assert(broker->through >= 0);
    broker->next_deadline_ns = TB_NEVER;
    broker->settings.violations = action;
    broker->now_ns = tb_clock_ns();
    tb_assert(tb_loop_init(&broker->loop) == 0);
    tb_assert(tb_unpacker_init(&broker->unpacker, &tb_scan_peer) == 0);
    tb_assert(tb_unpacker_init(&broker->event_unpacker, &tb_scan_peer) == 0);
    tb_audit_init(&broker->audit, &broker->loop, &broker->settings);
    tb_audit_attach(&broker->audit, attach(SOCK_STREAM, &bench->scribe), scribe_ready, broker);
    tb_link_init(&broker->control, &broker->loop, TB_SIDE_BROKER_CONTROL, CONTROL_OUT_MAX);
    int control = attach(SOCK_STREAM, &bench->host);
    tb_assert(tb_link_attach(&broker->control, control, tb_control_ready, broker) == 0);
    broker->supervisor = (struct tb_source){.fd = attach(SOCK_SEQPACKET, &bench->supervisor),
                                            .ready = tb_supervise_ready,
                                            .context = broker};
    tb_assert(tb_loop_arm(&broker->loop, &broker->supervisor, EPOLLIN | EPOLLRDHUP) == 0);
}

static void open_view(struct bench *bench, const char *label, enum tb_mode mode)
{
    const struct tb_open open = {
        .id = 1,
        .view = tb_bytes_of_string(label),
        .webview = tb_bytes_of_string(label),
        .origin = tb_bytes_of_string("local"),
        .document = 1,
        .mode = mode,
    };
    tb_broker_open(&bench->broker, &open, attach(SOCK_STREAM, &bench->end.view));
    bench_run(bench);
    tb_assert(bench_session(bench) && bench_session(bench)->state == TB_SESSION_HELLO);
}

void bench_init(struct bench *bench, enum tb_mode mode, enum tb_violation_action action,
                uint32_t n_commands)
{
    *bench = (struct bench){.plugin = -1,
                            .memory = -1,
                            .hook = -1,
                            .silent.view = -1,
                            .policy = {.commands = (1u << n_commands) - 1, .memory_mib = 64}};
    tb_buffer_init(&bench->to_host, COLLECT_MAX);
    tb_buffer_init(&bench->end.from_broker, COLLECT_MAX);
    tb_buffer_init(&bench->to_plugin, COLLECT_MAX);
    tb_buffer_init(&bench->to_hook, COLLECT_MAX);
    init_broker(bench, action);
    open_view(bench, "main", mode);
}

void bench_open_second(struct bench *bench)
{
    const struct tb_session *first = bench_session(bench);
    bench_switch(bench);
    tb_assert(bench->end.view < 0);
    bench->end.slot = 1;
    tb_buffer_init(&bench->end.from_broker, COLLECT_MAX);
    open_view(bench, "settings", first->mode);
}

void bench_open_again(struct bench *bench)
{
    const struct tb_view *view = &bench->broker.views.slots[bench->end.slot];
    enum tb_mode mode = view->session ? view->session->mode : TB_MODE_RELAY;
    tb_fd_close(&bench->end.view);
    tb_buffer_consume(&bench->end.from_broker, tb_buffer_n(&bench->end.from_broker));
    bench_run(bench);
    open_view(bench, view->label, mode);
}

void bench_switch(struct bench *bench)
{
    struct bench_end end = bench->end;
    bench->end = bench->silent;
    bench->silent = end;
}

static void close_view(struct bench *bench)
{
    if (bench_session(bench))
        tb_broker_close(&bench->broker, bench_session(bench), TB_CLOSE_SHUTDOWN,
                        "the test is over");
    tb_fd_close(&bench->end.view);
    tb_buffer_deinit(&bench->end.from_broker);
}

void bench_deinit(struct bench *bench)
{
    struct tb_broker *broker = &bench->broker;
    close_view(bench);
    bench_switch(bench);
    if (bench->end.view >= 0)
        close_view(bench);
    tb_flush(broker);
    tb_broker_free_closed(broker);
    tb_assert(broker->n_paused == 0 && !broker->closed);
    tb_views_deinit(&broker->views);
    tb_remembers_deinit(&broker->remembers);
    tb_link_deinit(&broker->control);
    tb_audit_deinit(&broker->audit);
    tb_fd_close(&broker->supervisor.fd);
    tb_fd_close(&broker->through);
    tb_unpacker_deinit(&broker->unpacker);
    tb_unpacker_deinit(&broker->event_unpacker);
    tb_fd_close(&broker->loop.epoll);
    tb_fd_close(&bench->host);
    tb_fd_close(&bench->supervisor);
    tb_fd_close(&bench->scribe);
    tb_fd_close(&bench->plugin);
    tb_fd_close(&bench->memory);
    tb_fd_close(&bench->hook);
    tb_buffer_deinit(&bench->to_hook);
    tb_buffer_deinit(&bench->to_host);
    tb_buffer_deinit(&bench->to_plugin);
}

struct tb_session *bench_session(struct bench *bench)
{
    return bench->broker.views.slots[bench->end.slot].session;
}

/* Whether the broker waits for a moment of its own making: a plugin's pause after many events. */
static uint64_t pause_ns(const struct tb_broker *broker)
{
    bool soon = broker->n_paused > 0 && broker->next_deadline_ns < broker->now_ns + 2 * TB_MS_NS;
    return soon ? broker->next_deadline_ns : 0;
}

void bench_run(struct bench *bench)
{
    struct tb_broker *broker = &bench->broker;
    bool moved = true;
    for (int round = 0; round < ROUNDS && moved; round++) {
        struct epoll_event event;
        uint64_t until_ns = pause_ns(broker);
        moved = epoll_wait(broker->loop.epoll, &event, 1, 0) > 0 || tb_route_may_resume(broker) ||
                until_ns > 0;
        tb_assert(tb_loop_wait(&broker->loop, until_ns, &broker->now_ns) == 0);
        tb_broker_deadlines(broker);
        tb_route_resume(broker);
        tb_flush(broker);
        tb_broker_free_closed(broker);
        tb_private_forget(broker);
        moved |= bench_supervise(bench);
        moved |= drain(bench->scribe, NULL);
        moved |= drain(bench->host, &bench->to_host);
        moved |= !bench->deaf && drain(bench->end.view, &bench->end.from_broker);
        moved |= drain(bench->silent.view, &bench->silent.from_broker);
        moved |= drain(bench->plugin, &bench->to_plugin);
        moved |= drain(bench->hook, &bench->to_hook);
    }
}

/* ---- the endpoint ---- */

void bench_send(struct bench *bench, struct tb_bytes bytes)
{
    while (bytes.n > 0) {
        ssize_t n = tb_fd_send(bench->end.view, bytes, -1, MSG_DONTWAIT);
        if (n > 0)
            bytes = tb_bytes_of(bytes.data + n, bytes.n - (size_t)n);
        bench_run(bench);
        if (n <= 0 && !bench_session(bench))
            return;
        if (n <= 0) /* the broker reads no more of an endpoint that does not read */
            bench->deaf = false;
    }
}

void bench_hello(struct bench *bench, const uint8_t secret[static TB_KEY_SIZE])
{
    uint8_t frame[TB_HEADER_SIZE + TB_HELLO_SIZE];
    struct tb_hello hello;
    struct tb_session *session = bench_session(bench);
    memcpy(hello.ticket_id, session->bootstrap.ticket_id, sizeof hello.ticket_id);
    tb_assert(crypto_scalarmult_base(hello.endpoint_pk, secret) == 0);
    tb_assert(tb_keys_derive(&session->bootstrap, secret, session->bootstrap.broker_pk,
                             hello.endpoint_pk, &bench->end.keys) == TB_OK);
    tb_frame_header(frame, TB_HELLO, 0, TB_HELLO_SIZE);
    tb_hello_write(&hello, frame + TB_HEADER_SIZE);
    bench_send(bench, tb_bytes_of(frame, sizeof frame));
}

void bench_send_sealed(struct bench *bench, enum tb_kind kind, uint8_t flags,
                       const struct tb_handle *handle, uint64_t counter, struct tb_bytes text,
                       struct tb_bytes raw)
{
    struct tb_buffer out;
    tb_buffer_init(&out, TB_FRAME_MAX + 64);
    struct tb_seal seal = tb_seal_begin(&out, kind, flags);
    seal.failed |= !tb_buffer_append(&out, text);
    if (tb_seal_finish(&seal, bench->end.keys.to_broker, handle, counter, raw) == TB_OK)
        bench_send(bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

bool bench_issued(struct bench *bench, uint32_t command, struct tb_handle *ret_handle)
{
    const struct tb_session *session = bench_session(bench);
    const struct tb_handle_map *map = &session->handles.map;
    for (uint32_t i = 0; i < map->cap; i++)
        if (map->slots[i].used && map->slots[i].value == command) {
            *ret_handle = map->slots[i].handle;
            return true;
        }
    return false;
}

void bench_reload(struct bench *bench, const struct bench_policy *policy)
{
    struct tb_buffer out;
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_CONTROL_MAX);
    bench->next = *policy;
    bench->broker.reload.n_in_window = 0;
    tb_assert(tb_reload_write(&out, 1) == TB_OK);
    ssize_t sent = tb_fd_send(bench->host, tb_buffer_bytes(&out), -1, 0);
    tb_assert(sent == (ssize_t)tb_buffer_n(&out));
    tb_buffer_deinit(&out);
    bench_run(bench);
}

/* ---- the plugin ---- */

static void send_all(struct bench *bench, const int *fd, struct tb_bytes bytes)
{
    while (bytes.n > 0 && *fd >= 0) {
        ssize_t n = tb_fd_send(*fd, bytes, -1, MSG_DONTWAIT);
        if (n > 0)
            bytes = tb_bytes_of(bytes.data + n, bytes.n - (size_t)n);
        bench_run(bench);
        if (n <= 0)
            return;
    }
}

void bench_plugin_send(struct bench *bench, struct tb_bytes bytes)
{
    send_all(bench, &bench->plugin, bytes);
}

void bench_hook_send(struct bench *bench, struct tb_bytes bytes)
{
    send_all(bench, &bench->hook, bytes);
}

void bench_plugin_answer(struct bench *bench, uint64_t call)
{
    struct tb_buffer out;
    struct tb_packer packer;
    tb_buffer_init(&out, TB_FRAME_MAX);
    struct tb_plain plain = tb_plain_begin(&packer, &out, TB_PLUGIN_REPLY);
    tb_pack_map(&packer, 2);
    tb_pack_key(&packer, "call");
    tb_pack_uint(&packer, call);
    tb_pack_key(&packer, "value");
    tb_pack_uint(&packer, 1);
    tb_assert(tb_plain_finish(&plain, &packer, (struct tb_bytes){0}) == TB_OK);
    bench_plugin_send(bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}
