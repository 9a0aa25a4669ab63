#include "bench/floor.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_FD = 3, ABOVE_FDS = 10 };

/* ---- server and relay, processes of their own ---- */

static int serve(int fd)
{
    struct stream in;
    struct tb_bytes message;
    if (!stream_init(&in, fd))
        return 1;
    for (;;) {
        if (stream_read(&in, 0) == STREAM_END)
            return 0;
        while (stream_peek(&in, &message)) {
            size_t size = message.n;
            if (stream_send(fd, &message, 0) == STREAM_END)
                return 0;
            stream_skip(&in, size);
        }
    }
}

/* One direction: what comes on `in` goes to `to`, message by message. */
struct direction {
    struct stream in;
    int to;
    struct tb_bytes rest; /* of the message that is being sent */
    size_t size;          /* of that message; 0: none is */
};

/* Sends until nothing whole is left or the other side is full. */
static bool pass_on(struct direction *direction)
{
    for (;;) {
        if (direction->size == 0) {
            if (!stream_peek(&direction->in, &direction->rest))
                return true;
            direction->size = direction->rest.n;
        }
        enum stream_result r = stream_send(direction->to, &direction->rest, MSG_DONTWAIT);
        if (r != STREAM_OK)
            return r == STREAM_AGAIN;
        stream_skip(&direction->in, direction->size);
        direction->size = 0;
    }
}

static bool turn(struct direction *direction, short readable, short writable)
{
    if (direction->size > 0 && (writable & (POLLOUT | POLLHUP | POLLERR)))
        return pass_on(direction);
    if (direction->size > 0 || readable == 0)
        return true;
    return stream_read(&direction->in, MSG_DONTWAIT) != STREAM_END && pass_on(direction);
}

static int relay(int client, int server)
{
    struct direction up = {.to = server};
    struct direction down = {.to = client};
    if (!stream_init(&up.in, client) || !stream_init(&down.in, server))
        return 1;
    for (;;) {
        struct pollfd polls[] = {
            {.fd = client, .events = (short)((up.size ? 0 : POLLIN) | (down.size ? POLLOUT : 0))},
            {.fd = server, .events = (short)((down.size ? 0 : POLLIN) | (up.size ? POLLOUT : 0))},
        };
        if (poll(polls, TB_ARRAY_LEN(polls), -1) < 0)
            return 1;
        short at_client = polls[0].revents;
        short at_server = polls[1].revents;
        if (!turn(&up, at_client & ~POLLOUT, at_server) ||
            !turn(&down, at_server & ~POLLOUT, at_client))
            return 0;
    }
}

/* ---- the client ---- */

/* A child that has only `fd` and `other`, and dies with this process. What else is open here would
 * be kept from ending. */
static pid_t start(int (*program)(int, int), int fd, int other)
{
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid != 0)
        return pid;
    int own = fcntl(fd, F_DUPFD, ABOVE_FDS);
    int own_other = fcntl(other, F_DUPFD, ABOVE_FDS);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent || dup2(own, FIRST_FD) < 0 ||
        dup2(own_other, FIRST_FD + 1) < 0 || close_range(FIRST_FD + 2, ~0u, 0) < 0)
        _exit(1);
    _exit(program(FIRST_FD, FIRST_FD + 1));
}

static int server_main(int fd, int other)
{
    (void)other;
    return serve(fd);
}

struct client {
    struct floor *floor;
    const struct bench_load *load;
    struct bench_round *round;
    uint64_t end_ns;
    uint64_t now_ns;
    uint64_t n_sent;
    uint64_t n_done;
    struct tb_bytes rest;                  /* of the message that is being sent */
    uint64_t sent_ns[BENCH_IN_FLIGHT_MAX]; /* messages come back in order */
};

static bool fill_window(struct client *client)
{
    while (client->rest.n > 0 || (client->now_ns < client->end_ns &&
                                  client->n_sent - client->n_done < client->load->in_flight)) {
        if (client->rest.n == 0) {
            client->sent_ns[client->n_sent++ % BENCH_IN_FLIGHT_MAX] = tb_clock_ns();
            client->rest = tb_bytes_of(client->floor->message, client->floor->n_message);
        }
        enum stream_result r = stream_send(client->floor->fd, &client->rest, MSG_DONTWAIT);
        if (r != STREAM_OK)
            return r == STREAM_AGAIN;
    }
    return true;
}

static bool take_back(struct client *client)
{
    struct stream *in = &client->floor->in;
    struct tb_bytes message;
    while (stream_peek(in, &message)) {
        if (message.n != client->floor->n_message || client->n_done == client->n_sent)
            return false;
        client->now_ns = tb_clock_ns();
        bench_round_add(client->round,
                        client->now_ns - client->sent_ns[client->n_done++ % BENCH_IN_FLIGHT_MAX]);
        stream_skip(in, message.n);
    }
    return true;
}

static bool wait_and_read(struct client *client)
{
    if (client->rest.n > 0) {
        struct pollfd fd = {.fd = client->floor->fd, .events = POLLIN | POLLOUT};
        if (poll(&fd, 1, -1) < 0)
            return false;
    }
    return stream_read(&client->floor->in, client->rest.n > 0 ? MSG_DONTWAIT : 0) != STREAM_END;
}

static bool make_message(struct floor *floor, size_t bytes)
{
    tb_assert(bytes <= STREAM_MESSAGE_MAX);
    free(floor->message);
    floor->n_message = STREAM_LENGTH + bytes;
    floor->message = calloc(1, floor->n_message);
    if (floor->message)
        tb_store_u32(floor->message, (uint32_t)bytes);
    return floor->message != NULL;
}

static bool run(void *state, const struct bench_load *load, uint64_t duration_ns,
                struct bench_round *round)
{
    struct floor *floor = state;
    uint64_t start_ns = tb_clock_ns();
    struct client client = {.floor = floor,
                            .load = load,
                            .round = round,
                            .end_ns = start_ns + duration_ns,
                            .now_ns = start_ns};
    tb_assert(load->in_flight <= BENCH_IN_FLIGHT_MAX);
    if (floor->n_message != STREAM_LENGTH + load->bytes && !make_message(floor, load->bytes))
        return false;
    while (client.now_ns < client.end_ns || client.n_done < client.n_sent)
        if (!fill_window(&client) || !wait_and_read(&client) || !take_back(&client))
            return false;
    round->elapsed_ns = client.now_ns - start_ns;
    return true;
}

int floor_begin(struct floor *floor, struct bench_contender *ret_contender)
{
    int front[2];
    int back[2];
    *floor = (struct floor){.fd = -1};
    if (tb_fd_pair(SOCK_STREAM, front) < 0)
        return -errno;
    tb_fd relay_client = front[1];
    floor->fd = front[0];
    if (tb_fd_pair(SOCK_STREAM, back) < 0)
        return -errno;
    tb_fd relay_server = back[0];
    tb_fd server = back[1];
    floor->relay = start(relay, relay_client, relay_server);
    floor->server = start(server_main, server, server);
    if (floor->relay < 0 || floor->server < 0 || !stream_init(&floor->in, floor->fd))
        return -ENOMEM;
    *ret_contender = (struct bench_contender){
        .name = BENCH_FLOOR,
        .state = floor,
        .run = run,
        .tree = {floor->relay, floor->server},
        .n_tree = 2,
    };
    return 0;
}

void floor_end(struct floor *floor)
{
    tb_fd_close(&floor->fd);
    if (floor->relay > 0)
        (void)waitpid(floor->relay, NULL, 0);
    if (floor->server > 0)
        (void)waitpid(floor->server, NULL, 0);
    stream_deinit(&floor->in);
    free(floor->message);
    *floor = (struct floor){.fd = -1};
}
