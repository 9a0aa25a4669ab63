#include "bench/bridge.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "bench/tree.h"
#include "proto/pack.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>

static void on_opened(void *data, uint32_t id, const char *session, const uint8_t *bootstrap,
                      size_t n_bootstrap, const char *code, const char *message)
{
    struct bridge *bridge = data;
    (void)id;
    (void)bootstrap;
    (void)n_bootstrap;
    (void)code;
    (void)message;
    bridge->opened = session != NULL;
    bridge->refused = session == NULL;
}

static bool await_opened(struct bridge *bridge)
{
    struct pollfd control = {.fd = trollbridge_fd(bridge->host), .events = POLLIN};
    while (!bridge->opened && !bridge->refused)
        if ((poll(&control, 1, -1) < 0 && errno != EINTR) ||
            trollbridge_dispatch(bridge->host) != TROLLBRIDGE_OK)
            return false;
    return bridge->opened;
}

static bool open_view(struct bridge *bridge)
{
    int pair[2];
    const struct trollbridge_view view = {.label = "main", .document = 1};
    if (tb_fd_pair(SOCK_STREAM, pair) < 0)
        return false;
    uint64_t start_ns = tb_clock_ns();
    bridge->endpoint = tb_endpoint_new(pair[0], (struct tb_bytes){0});
    if (trollbridge_open(bridge->host, &view, pair[1], NULL) != TROLLBRIDGE_OK ||
        !bridge->endpoint || !await_opened(bridge))
        return false;
    while (!tb_endpoint_ready(bridge->endpoint))
        if (tb_endpoint_dispatch(bridge->endpoint, true) == TB_CLOSED ||
            tb_endpoint_flush(bridge->endpoint) == TB_CLOSED)
            return false;
    bridge->open_ns = tb_clock_ns() - start_ns;
    bridge->command = tb_endpoint_find(bridge->endpoint, tb_bytes_of_string(BENCH_COMMAND));
    return bridge->command != TB_NO_COMMAND;
}

static bool make_args(struct bridge *bridge)
{
    struct tb_packer packer;
    tb_buffer_init(&bridge->args, 64);
    tb_packer_init(&packer, &bridge->args);
    tb_pack_map(&packer, 1);
    tb_pack_key_uint(&packer, "number", 7);
    return !packer.failed;
}

bool bridge_begin(struct bridge *bridge, const char *echo, const struct bench_kind *kind,
                  const char **ret_why)
{
    *bridge = (struct bridge){.command = TB_NO_COMMAND};
    if (bench_app_make(&bridge->app, echo, kind) < 0 || !make_args(bridge)) {
        *ret_why = "the benchmark's app could not be written to the temporary folder";
        return false;
    }
    const struct trollbridge_options options = {
        .app = bridge->app.folder, .opened = on_opened, .data = bridge};
    enum trollbridge_result result = trollbridge_spawn(&options, &bridge->host);
    if (result != TROLLBRIDGE_OK) {
        *ret_why = trollbridge_result_text(result);
        return false;
    }
    *ret_why = "the view could not be opened";
    return open_view(bridge);
}

/* ---- a round ---- */

struct client;

struct slot {
    struct client *client;
    uint64_t sent_ns;
    uint32_t next_free;
};

struct client {
    struct bridge *bridge;
    const struct bench_load *load;
    struct bench_round *round;
    uint64_t end_ns;
    uint64_t now_ns;
    uint32_t n_live;
    uint32_t first_free;
    bool failed;
    struct slot slots[BENCH_IN_FLIGHT_MAX];
};

static void on_done(void *data, const struct tb_reply *reply)
{
    struct slot *slot = data;
    struct client *client = slot->client;
    client->now_ns = tb_clock_ns();
    bench_round_add(client->round, client->now_ns - slot->sent_ns);
    if (!reply || reply->type != TB_REPLY_BYTES || reply->raw.n != client->load->bytes)
        client->failed = true;
    slot->next_free = client->first_free;
    client->first_free = (uint32_t)(slot - client->slots);
    client->n_live--;
}

static bool fill_window(struct client *client)
{
    static const struct tb_endpoint_handler handler = {.done = on_done};
    struct bridge *bridge = client->bridge;
    const struct tb_endpoint_request request = {.args = tb_buffer_bytes(&bridge->args),
                                                .has_raw = true,
                                                .raw = tb_bytes_of(bridge->body, bridge->n_body),
                                                .raw_stays = true};
    while (client->now_ns < client->end_ns && client->n_live < client->load->in_flight) {
        struct slot *slot = &client->slots[client->first_free];
        slot->sent_ns = tb_clock_ns();
        int r = tb_endpoint_call(bridge->endpoint, bridge->command, &request, &handler, slot, NULL);
        if (r != TB_OK)
            return r == TB_AGAIN;
        client->first_free = slot->next_free;
        client->n_live++;
        bridge->n_calls++;
    }
    return true;
}

static bool wait_and_read(struct client *client)
{
    struct tb_endpoint *endpoint = client->bridge->endpoint;
    int sent = tb_endpoint_flush(endpoint);
    if (sent == TB_AGAIN) {
        struct pollfd fd = {.fd = tb_endpoint_fd(endpoint), .events = POLLIN | POLLOUT};
        if (poll(&fd, 1, -1) < 0)
            return false;
    }
    return tb_endpoint_dispatch(endpoint, sent != TB_AGAIN) != TB_CLOSED && !client->failed;
}

static bool make_body(struct bridge *bridge, size_t bytes)
{
    free(bridge->body);
    bridge->n_body = bytes;
    bridge->body = calloc(1, bytes ? bytes : 1);
    return bridge->body != NULL;
}

static bool run(void *state, const struct bench_load *load, uint64_t duration_ns,
                struct bench_round *round)
{
    struct bridge *bridge = state;
    if ((!bridge->body || bridge->n_body != load->bytes) && !make_body(bridge, load->bytes))
        return false;
    uint64_t start_ns = tb_clock_ns();
    struct client client = {.bridge = bridge,
                            .load = load,
                            .round = round,
                            .end_ns = start_ns + duration_ns,
                            .now_ns = start_ns};
    tb_assert(load->in_flight <= BENCH_IN_FLIGHT_MAX);
    for (uint32_t i = 0; i < load->in_flight; i++)
        client.slots[i] = (struct slot){.client = &client, .next_free = i + 1};
    while (client.now_ns < client.end_ns || client.n_live > 0) {
        if (!fill_window(&client) || !wait_and_read(&client)) {
            tb_endpoint_free(bridge->endpoint); /* ends calls, which refer to `client` */
            bridge->endpoint = NULL;
            return false;
        }
    }
    round->elapsed_ns = client.now_ns - start_ns;
    return true;
}

bool bridge_start(struct bridge *bridge, const char *name, struct bench_contender *ret_contender)
{
    uint32_t latency_ns[1];
    struct bench_round round = {.n_samples = BENCH_SAMPLES_MAX, .latency_ns = latency_ns};
    const struct bench_load one = {.bytes = 64, .in_flight = 1};
    if (!run(bridge, &one, 1, &round))
        return false;
    *ret_contender = (struct bench_contender){.name = name, .state = bridge, .run = run};
    ret_contender->n_tree =
        tree_find(trollbridge_pid(bridge->host), ret_contender->tree, BENCH_TREE_MAX);
    return true;
}

static void stop(struct bridge *bridge)
{
    tb_endpoint_free(bridge->endpoint);
    bridge->endpoint = NULL;
    trollbridge_close(bridge->host);
    bridge->host = NULL;
}

bool bridge_end(struct bridge *bridge)
{
    uint64_t n_done = 0;
    stop(bridge);
    bool complete = bench_app_count_done(&bridge->app, &n_done) == 0 && n_done == bridge->n_calls;
    bridge_drop(bridge);
    return complete;
}

void bridge_drop(struct bridge *bridge)
{
    stop(bridge);
    bench_app_remove(&bridge->app);
    tb_buffer_deinit(&bridge->args);
    free(bridge->body);
    *bridge = (struct bridge){0};
}
