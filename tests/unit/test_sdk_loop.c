/* The loop of a plugin's main, in a process of its own: descriptors, timers, and a broker that does
 * not read. */
#include "base/fd.h"
#include "base/result.h"
#include "tests/unit/sdk_link.h"

#include <sys/socket.h>
#include <sys/wait.h>

enum { LINK = 3, BIG = 256 * 1024, DEADLINE_S = 60 };

static int link_fd = -1;
static int side[2]; /* from the plugin to the test, beside the link */
static pid_t child;

/* ---- the plugin ---- */

struct waiting {
    struct tb_stream *stream;
    struct tb_watch *watch;
    struct tb_timer *timer;
    int pipe[2];
    int n_due;
};

static void wait_cancelled(struct tb_stream *stream)
{
    struct waiting *waiting = tb_stream_data(stream);
    (void)tb_stream_end_error(stream, TB_CODE_IO, 0, "cancelled");
    tb_watch_free(waiting->watch);
    tb_timer_free(waiting->timer);
    tb_stream_free(stream);
    free(waiting);
}

static void pipe_ready(void *data, int events)
{
    struct waiting *waiting = data;
    char bytes[8];
    if (events != TB_READABLE)
        _exit(11);
    ssize_t n = read(waiting->pipe[0], bytes, sizeof bytes);
    tb_pack_int(tb_stream_end_value(waiting->stream), n);
    (void)tb_stream_send(waiting->stream);
    tb_watch_free(waiting->watch);
    tb_timer_free(waiting->timer);
    tb_stream_free(waiting->stream);
    free(waiting);
}

/* The third time it writes what the watch waits for. */
static void tick(void *data)
{
    struct waiting *waiting = data;
    if (++waiting->n_due < 3)
        tb_timer_set(waiting->timer, 1);
    else if (write(waiting->pipe[1], "abc", 3) != 3)
        _exit(12);
}

static void wait_for_pipe(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = wait_cancelled};
    struct waiting *waiting = calloc(1, sizeof *waiting);
    if (!waiting || pipe(waiting->pipe) < 0)
        _exit(13);
    waiting->stream = tb_call_stream(call, &events, waiting);
    waiting->watch =
        tb_watch_new(call->init->session, waiting->pipe[0], TB_READABLE, pipe_ready, waiting);
    waiting->timer = tb_timer_new(call->init->session, tick, waiting);
    if (!waiting->stream || !waiting->watch || !waiting->timer)
        _exit(14);
    tb_timer_set(waiting->timer, 0);
}

static void say_much(struct tb_call *call)
{
    static uint8_t much[BIG];
    tb_reply_bytes(call, tb_bytes_of(much, sizeof much));
    (void)!write(side[1], "c", 1);
}

static void tell_side(void *data)
{
    tb_timer_set(*(struct tb_timer **)data, 1);
    (void)!write(side[1], "t", 1);
}

static void say_much_and_tick(struct tb_call *call)
{
    static struct tb_timer *timer;
    say_much(call);
    if (timer)
        return;
    timer = tb_timer_new(call->init->session, tell_side, &timer);
    if (!timer)
        _exit(15);
    tb_timer_set(timer, 0);
}

static void never_ready(void *data, int events)
{
    (void)data;
    (void)events;
    _exit(16);
}

/* Its other end is closed, but nobody asked. */
static void watch_nothing(struct tb_call *call)
{
    int ends[2];
    if (pipe(ends) < 0 || close(ends[1]) < 0 ||
        !tb_watch_new(call->init->session, ends[0], 0, never_ready, NULL))
        _exit(17);
    tb_reply_nil(call);
}

/* What there is to read is left there. */
static void ready_once(void *data, int events)
{
    struct waiting *waiting = data;
    if (events != TB_READABLE || waiting->n_due++ > 0)
        _exit(19);
    tb_watch_for(waiting->watch, 0);
    tb_pack_nil(tb_stream_end_value(waiting->stream));
    (void)tb_stream_send(waiting->stream);
    tb_stream_free(waiting->stream);
}

static void never_due(void *data)
{
    (void)data;
    _exit(20);
}

/* The first call is answered when the watch, which is for nothing yet, has found something. */
static void watch_once(struct tb_call *call)
{
    static const struct tb_stream_events events = {0};
    static struct waiting waiting;
    struct tb_session *own = call->init->session;
    if (waiting.watch) {
        tb_reply_nil(call);
        return;
    }
    if (pipe(waiting.pipe) < 0 || write(waiting.pipe[1], "x", 1) != 1)
        _exit(21);
    waiting.stream = tb_call_stream(call, &events, &waiting);
    waiting.watch = tb_watch_new(own, waiting.pipe[0], 0, ready_once, &waiting);
    waiting.timer = tb_timer_new(own, never_due, NULL);
    if (!waiting.stream || !waiting.watch || !waiting.timer)
        _exit(22);
    tb_timer_set(waiting.timer, 0);
    tb_timer_stop(waiting.timer);
    tb_watch_for(waiting.watch, TB_READABLE);
}

static void run_child(void (*handler)(struct tb_call *call), int fd)
{
    const struct tb_plugin_command commands[] = {{"run", handler}};
    const struct tb_plugin plugin = {.commands = commands, .n_commands = 1};
    if (dup2(fd, LINK) < 0)
        _exit(18);
    if (fd != LINK)
        close(fd);
    _exit(tb_plugin_main(&plugin));
}

/* ---- the broker ---- */

static void start(void (*handler)(struct tb_call *call))
{
    int ends[2];
    alarm(DEADLINE_S);
    /* All descriptors of the test are above the one that the plugin expects. */
    while (dup(2) < 10)
        ;
    CHECK_INT(pipe(side), 0);
    CHECK_INT(tb_fd_pair(SOCK_STREAM, ends), 0);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        close(ends[0]);
        run_child(handler, ends[1]);
    }
    close(ends[1]);
    link_fd = ends[0];
    sdk_start(0, 0); /* a session of the test's own, to make and read frames with */
    sdk_put_init(0, 0);
}

static void flush(void)
{
    struct tb_buffer *frames = &session.in;
    while (tb_buffer_n(frames) > 0) {
        ssize_t n = tb_fd_send(link_fd, tb_buffer_bytes(frames), -1, 0);
        CHECK(n > 0);
        tb_buffer_consume(frames, (size_t)n);
    }
}

static void put_call(unsigned call)
{
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", call, "command", SDK_RUN, "args", 0, NULL);
    flush();
}

/* Reads until there is a whole frame. */
static struct sdk_frame take_reply(void)
{
    struct tb_frame frame;
    size_t size;
    (void)sdk_quiet(); /* forgets the last one */
    while (tb_frame_parse(TB_SIDE_BROKER_PLUGIN, tb_buffer_bytes(&session.out), &frame, &size) ==
           TB_AGAIN) {
        uint8_t *room = tb_buffer_reserve(&session.out, 65536);
        CHECK(room);
        ssize_t n = tb_fd_receive(link_fd, room, 65536, NULL, 0);
        CHECK(n > 0);
        tb_buffer_commit(&session.out, (size_t)n);
    }
    return sdk_take(TB_PLUGIN_REPLY);
}

static int stop(void)
{
    int status;
    tb_fd_close(&link_fd);
    CHECK_INT(waitpid(child, &status, 0), child);
    sdk_stop();
    CHECK(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void descriptors_and_timers_answer_calls_later(void)
{
    start(wait_for_pipe);
    put_call(1);
    put_call(2);
    for (int i = 0; i < 2; i++)
        CHECK_INT(sdk_uint(take_reply(), "value"), 3);
    put_call(3); /* still waiting when the link ends */
    CHECK_INT(stop(), 0);
}

static void put_many_calls(unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", i, "command", SDK_RUN, "args", 0, NULL);
    flush();
}

static void take_many_replies(unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        struct sdk_frame reply = take_reply();
        CHECK_INT(sdk_uint(reply, "call"), i);
        CHECK_INT(sdk_uint(reply, "bytes"), BIG);
    }
}

/* How many calls the plugin has handled by its third tick after the one before. */
static int count_calls(void)
{
    int n_calls = 0;
    for (int n_ticks = 0; n_ticks < 3;) {
        char got;
        CHECK_INT(read(side[0], &got, 1), 1);
        n_ticks += got == 't';
        n_calls += got == 'c';
    }
    return n_calls;
}

/* Timers are told in the same rounds in which calls would be handled: once some have gone by
 * without a call, none is handled. */
static void a_broker_that_does_not_read_stops_calls_but_not_timers(void)
{
    enum { CALLS = 64, HELD = 8 };
    int n_calls = 0;
    int n_more;
    start(say_much_and_tick);
    put_many_calls(CALLS);
    do {
        n_more = count_calls();
        n_calls += n_more;
    } while (n_more > 0);
    CHECK(n_calls > 0 && n_calls <= HELD);
    take_many_replies(CALLS);
    CHECK_INT(stop(), 0);
}

static void a_watch_for_nothing_is_left_alone(void)
{
    start(watch_nothing);
    put_call(1);
    CHECK(sdk_has(take_reply(), "value"));
    put_call(2);
    CHECK(sdk_has(take_reply(), "value"));
    CHECK_INT(stop(), 0);
}

static void watches_change_and_timers_stop(void)
{
    start(watch_once);
    for (unsigned call = 1; call <= 3; call++) {
        put_call(call);
        CHECK(sdk_has(take_reply(), "value"));
    }
    CHECK_INT(stop(), 0);
}

static void a_broker_that_breaks_the_protocol_is_left(void)
{
    int status;
    start(watch_nothing);
    sdk_put(TB_PLUGIN_RELEASE, SDK_NO_RAW, "at", 0, NULL);
    flush();
    CHECK_INT(waitpid(child, &status, 0), child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    tb_fd_close(&link_fd);
    sdk_stop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(descriptors_and_timers_answer_calls_later),
        TEST(a_broker_that_does_not_read_stops_calls_but_not_timers),
        TEST(a_watch_for_nothing_is_left_alone),
        TEST(watches_change_and_timers_stop),
        TEST(a_broker_that_breaks_the_protocol_is_left),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
