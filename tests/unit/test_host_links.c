/* The links that the host serves, with a broker on the other end that may say anything. */
#include "host/links.h"

#include "base/fd.h"
#include "base/result.h"
#include "base/wire.h"
#include "plugins/sdk/trollbridge-plugin.h"
#include "proto/frame.h"
#include "proto/pack.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { DO = 7, KEEP = 8, POUR = 9, N_COMMANDS = 3, LINKS_MAX = 512 };

static struct host_links links;
static int epoll_fd;
static char data[] = "data of the plugin";
static int n_started;
static int n_stopped;
static int n_done;
static int n_cancelled;
static struct tb_stream *kept;

/* ---- what the host serves ---- */

static int start(const struct tb_plugin_init *init, void **ret_state)
{
    CHECK(init->data == data);
    *ret_state = &n_started;
    n_started++;
    return 0;
}

static void stop(void *state)
{
    CHECK(state == &n_started);
    n_stopped++;
}

static void do_it(struct tb_call *call)
{
    n_done++;
    CHECK(call->state == &n_started && call->init->data == data);
    tb_pack_str(tb_reply_value(call), call->init->view);
}

static void on_cancel(struct tb_stream *stream)
{
    (void)stream;
    n_cancelled++;
}

static void keep(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = on_cancel};
    kept = tb_call_stream(call, &events, NULL);
    CHECK(kept != NULL);
}

static void on_room(struct tb_stream *stream)
{
    do
        tb_pack_text(tb_stream_message(stream, NULL), "more");
    while (tb_stream_send(stream) == TB_SENT);
}

static void end_pour(struct tb_stream *stream)
{
    tb_stream_free(stream);
}

static void pour(struct tb_call *call)
{
    static const struct tb_stream_events events = {.room = on_room, .cancel = end_pour};
    CHECK(tb_call_stream(call, &events, NULL) != NULL);
}

static const struct tb_plugin_command commands[N_COMMANDS] = {
    {"do", do_it}, {"keep", keep}, {"pour", pour}};
static const struct tb_plugin plugin = {
    .commands = commands, .n_commands = N_COMMANDS, .start = start, .stop = stop};
static const struct trollbridge_plugin plugins[] = {{"window", &plugin, data}};

/* ---- the broker's end ---- */

/* A frame of the plugin link: a map of what `pack` packs. */
static void say(int fd, enum tb_kind kind, void (*pack)(struct tb_packer *packer))
{
    struct tb_buffer body;
    struct tb_packer packer;
    uint8_t header[TB_HEADER_SIZE + 4];
    tb_buffer_init(&body, TB_FRAME_MAX);
    tb_packer_init(&packer, &body);
    pack(&packer);
    CHECK(!packer.failed);
    size_t n = tb_buffer_n(&body);
    tb_frame_header(header, kind, 0, 4 + n);
    tb_store_u32(header + TB_HEADER_SIZE, (uint32_t)n);
    CHECK_INT(tb_fd_send(fd, tb_bytes_of(header, sizeof header), -1, 0), sizeof header);
    CHECK_INT(tb_fd_send(fd, tb_buffer_bytes(&body), -1, 0), n);
    tb_buffer_deinit(&body);
}

static const char *named; /* in INIT */
static uint64_t pool;

static void init(struct tb_packer *packer)
{
    static const char *const names[N_COMMANDS] = {"do", "keep", "pour"};
    tb_pack_map(packer, 11);
    tb_pack_key_uint(packer, "v", 1);
    tb_pack_key_text(packer, "app", "com.example.test");
    tb_pack_key_text(packer, "state", "");
    tb_pack_key_text(packer, "plugin", named);
    tb_pack_key_text(packer, "view", "main");
    tb_pack_key_text(packer, "origin", "local");
    tb_pack_key(packer, "commands");
    tb_pack_array(packer, N_COMMANDS);
    for (size_t i = 0; i < N_COMMANDS; i++) {
        tb_pack_map(packer, 2);
        tb_pack_key_uint(packer, "number", DO + i);
        tb_pack_key_text(packer, "name", names[i]);
    }
    tb_pack_key(packer, "scopes");
    tb_pack_array(packer, 0);
    tb_pack_key(packer, "vars");
    tb_pack_map(packer, 0);
    tb_pack_key_uint(packer, "ids", UINT64_C(1) << 32);
    tb_pack_key(packer, "pool");
    tb_pack_map(packer, 2);
    tb_pack_key_uint(packer, "in", pool);
    tb_pack_key_uint(packer, "out", 0);
}

static uint64_t command;

static void call(struct tb_packer *packer)
{
    static uint64_t number;
    tb_pack_map(packer, 3);
    tb_pack_key_uint(packer, "call", ++number);
    tb_pack_key_uint(packer, "command", command);
    tb_pack_key(packer, "args");
    tb_pack_map(packer, 0);
}

static void empty(struct tb_packer *packer)
{
    tb_pack_map(packer, 0);
}

/* All that the library does by itself. */
static void settle(void)
{
    struct epoll_event events[8];
    int n;
    while ((n = epoll_wait(epoll_fd, events, 8, 0)) > 0) {
        for (int i = 0; i < n; i++)
            if (events[i].data.ptr != &links)
                host_links_ready(events[i].data.ptr, events[i].events);
        host_links_run_due(&links);
    }
}

static void begin(void)
{
    struct epoll_event wake = {.events = EPOLLIN, .data.ptr = &links};
    named = "core:window";
    command = DO;
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    CHECK_INT(host_links_init(&links, epoll_fd, plugins, TB_ARRAY_LEN(plugins)), 0);
    CHECK_INT(epoll_ctl(epoll_fd, EPOLL_CTL_ADD, links.wake_fd, &wake), 0);
}

/* A link that the library has, and the broker's end of it. */
static int offer(void)
{
    int pair[2];
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    host_links_add(&links, pair[1]);
    return pair[0];
}

static int offer_begun(void)
{
    int fd = offer();
    say(fd, TB_PLUGIN_INIT, init);
    return fd;
}

static bool closed(int fd)
{
    struct pollfd end = {.fd = fd, .events = POLLRDHUP};
    return poll(&end, 1, 0) == 1 && (end.revents & (POLLRDHUP | POLLHUP));
}

/* Whether the bytes that have come hold the text. */
static bool holds(int fd, const char *text)
{
    static char bytes[65536];
    ssize_t n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
    return n > 0 && memmem(bytes, (size_t)n, text, strlen(text)) != NULL;
}

static void finish(void)
{
    host_links_deinit(&links);
    CHECK_INT(links.n, 0);
    CHECK_INT(n_stopped, n_started);
    tb_fd_close(&epoll_fd);
}

/* ---- honest ---- */

static void commands_of_a_plugin_are_served(void)
{
    begin();
    int fd = offer_begun();
    say(fd, TB_PLUGIN_CALL, call);
    settle();
    CHECK_INT(n_done, 1);
    CHECK(holds(fd, "main"));
    tb_fd_close(&fd);
    settle();
    CHECK_INT(links.n, 0);
    CHECK_INT(n_stopped, 1);
    finish();
}

static void each_link_has_a_session_of_its_own(void)
{
    begin();
    int one = offer_begun();
    int two = offer_begun();
    settle();
    CHECK_INT(n_started, 2);
    tb_fd_close(&one);
    settle();
    CHECK_INT(n_stopped, 1);
    say(two, TB_PLUGIN_CALL, call);
    settle();
    CHECK(holds(two, "main"));
    tb_fd_close(&two);
    finish();
}

static void what_is_not_in_the_table_is_unimplemented(void)
{
    static const char *const names[] = {"other", "core:other", "",
                                        "core:", "window2",    "core:core:window"};
    begin();
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++) {
        named = names[i];
        int fd = offer_begun();
        say(fd, TB_PLUGIN_CALL, call);
        settle();
        CHECK(holds(fd, "unimplemented"));
        CHECK(!closed(fd));
        tb_fd_close(&fd);
    }
    CHECK_INT(n_started, 0);
    finish();
}

static void a_call_that_is_kept_is_answered_from_outside(void)
{
    begin();
    int fd = offer_begun();
    command = KEEP;
    say(fd, TB_PLUGIN_CALL, call);
    settle();
    CHECK(kept && !holds(fd, "later"));
    tb_pack_text(tb_stream_end_value(kept), "later");
    CHECK_INT(tb_stream_send(kept), TB_SENT);
    tb_stream_free(kept);
    struct pollfd ready = {.fd = epoll_fd, .events = POLLIN};
    CHECK_INT(poll(&ready, 1, 0), 1); /* the one descriptor of the library */
    settle();
    CHECK(holds(fd, "later"));
    tb_fd_close(&fd);
    finish();
}

/* Whoever still holds a stream may call anything about it. */
static void use_dead_stream(void)
{
    CHECK(tb_stream_over(kept));
    CHECK_INT(tb_stream_room(kept), 0);
    tb_pack_text(tb_stream_value(kept), "x");
    CHECK_INT(tb_stream_send(kept), TB_REFUSED);
    tb_pack_text(tb_stream_message(kept, NULL), "x");
    CHECK_INT(tb_stream_send(kept), TB_REFUSED);
    CHECK_INT(tb_stream_bytes(kept, NULL, tb_bytes_of_string("x")), TB_REFUSED);
    tb_stream_resume(kept);
    tb_pack_text(tb_stream_end_value(kept), "x");
    CHECK_INT(tb_stream_send(kept), TB_REFUSED);
    CHECK_INT(tb_stream_end_nil(kept), TB_REFUSED);
    CHECK_INT(tb_stream_end_error(kept, TB_CODE_IO, 0, "x"), TB_REFUSED);
    tb_stream_free(kept);
}

static void keep_one(int *ret_fd)
{
    begin();
    *ret_fd = offer_begun();
    command = KEEP;
    say(*ret_fd, TB_PLUGIN_CALL, call);
    settle();
    CHECK(kept && !tb_stream_over(kept));
}

static void a_stream_outlives_its_link(void)
{
    int fd;
    keep_one(&fd);
    tb_fd_close(&fd);
    settle();
    CHECK_INT(n_cancelled, 1);
    CHECK_INT(links.n, 0);
    use_dead_stream();
    finish();
}

static void a_stream_outlives_the_bridge(void)
{
    int fd;
    keep_one(&fd);
    finish();
    CHECK(closed(fd));
    CHECK_INT(n_cancelled, 1);
    use_dead_stream();
    tb_fd_close(&fd);
}

/* ---- a broker that goes astray ---- */

/* Ends its link, and no other. */
static void ends(int fd)
{
    int honest = offer_begun();
    settle();
    CHECK(closed(fd));
    CHECK_INT(links.n, 1);
    command = DO;
    n_done = 0;
    say(honest, TB_PLUGIN_CALL, call);
    settle();
    CHECK_INT(n_done, 1);
    tb_fd_close(&honest);
    tb_fd_close(&fd);
    settle();
    finish();
}

static int offer_bytes(const void *bytes, size_t n, bool begun)
{
    begin();
    int fd = begun ? offer_begun() : offer();
    CHECK_INT(tb_fd_send(fd, tb_bytes_of(bytes, n), -1, 0), n);
    return fd;
}

static void noise_ends_a_link(void)
{
    static const uint8_t noise[64] = {0xc1, 0xc1, 0xc1, 0xc1, 0xc1, 0xc1, 0xc1, 0xc1};
    ends(offer_bytes(noise, sizeof noise, false));
}

static void a_frame_that_is_too_long_ends_a_link(void)
{
    static const uint8_t header[TB_HEADER_SIZE] = {0xff, 0xff, 0xff, 0x7f, TB_PLUGIN_CALL};
    ends(offer_bytes(header, sizeof header, true));
}

static void a_bomb_ends_a_link(void)
{
    static const uint8_t frame[] = {9, 0, 0, 0,    TB_PLUGIN_INIT, 0,    0,    0,   5,
                                    0, 0, 0, 0xdd, 0xff,           0xff, 0xff, 0xff};
    ends(offer_bytes(frame, sizeof frame, false));
}

static void a_call_before_init_ends_a_link(void)
{
    begin();
    int fd = offer();
    say(fd, TB_PLUGIN_CALL, call);
    ends(fd);
}

static void a_second_init_ends_a_link(void)
{
    begin();
    int fd = offer_begun();
    say(fd, TB_PLUGIN_INIT, init);
    ends(fd);
}

static void an_empty_init_ends_a_link(void)
{
    begin();
    int fd = offer();
    say(fd, TB_PLUGIN_INIT, empty);
    ends(fd);
}

/* No descriptor of the host's own is taken for one. */
static void a_pool_ends_a_link(void)
{
    begin();
    pool = 65536;
    int fd = offer_begun();
    settle();
    pool = 0;
    ends(fd);
}

static void an_unknown_command_ends_a_link(void)
{
    begin();
    int fd = offer_begun();
    command = 1000;
    say(fd, TB_PLUGIN_CALL, call);
    ends(fd);
}

static void a_descriptor_ends_a_link(void)
{
    begin();
    int fd = offer_begun();
    uint8_t byte = 0;
    CHECK_INT(tb_fd_send(fd, tb_bytes_of(&byte, 1), 0, 0), 1);
    ends(fd);
}

static bool takes(int fd)
{
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    return poll(&room, 1, 0) == 1;
}

static void read_all(int fd)
{
    static char bytes[65536];
    while (recv(fd, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
        settle();
}

/* Calls are taken while there is room for their answers, and wait in the kernel after that. */
static void a_broker_that_does_not_read_is_waited_for(void)
{
    enum { MANY = 1000000 };
    int n = 0;
    begin();
    int fd = offer_begun();
    settle();
    for (; n < MANY && takes(fd); n++) {
        say(fd, TB_PLUGIN_CALL, call);
        settle();
    }
    CHECK(n > 1000 && n < MANY && n_done < n);
    read_all(fd);
    CHECK_INT(n_done, n);
    tb_fd_close(&fd);
    finish();
}

/* What it has no credit for is not made. */
static void a_stream_waits_for_its_reader(void)
{
    begin();
    int fd = offer_begun();
    command = POUR;
    say(fd, TB_PLUGIN_CALL, call);
    settle();
    CHECK(holds(fd, "more"));
    read_all(fd);
    command = DO;
    say(fd, TB_PLUGIN_CALL, call);
    settle();
    CHECK_INT(n_done, 1);
    CHECK(holds(fd, "main"));
    tb_fd_close(&fd);
    finish();
}

/* Both ends of all the links are in this one process, which a user's usual limit does not let it.
 */
static void allow_many_descriptors(void)
{
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max >= 4096);
    limit.rlim_cur = limit.rlim_max;
    CHECK_INT(setrlimit(RLIMIT_NOFILE, &limit), 0);
}

static void links_are_counted(void)
{
    static int fds[LINKS_MAX + 1];
    allow_many_descriptors();
    begin();
    for (size_t i = 0; i <= LINKS_MAX; i++)
        fds[i] = offer();
    CHECK_INT(links.n, LINKS_MAX);
    CHECK(closed(fds[LINKS_MAX]) && !closed(fds[LINKS_MAX - 1]));
    tb_fd_close(&fds[0]);
    settle();
    CHECK_INT(links.n, LINKS_MAX - 1);
    finish();
    CHECK(closed(fds[1]));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(commands_of_a_plugin_are_served),
        TEST(each_link_has_a_session_of_its_own),
        TEST(what_is_not_in_the_table_is_unimplemented),
        TEST(a_call_that_is_kept_is_answered_from_outside),
        TEST(a_stream_outlives_its_link),
        TEST(a_stream_outlives_the_bridge),
        TEST(noise_ends_a_link),
        TEST(a_frame_that_is_too_long_ends_a_link),
        TEST(a_bomb_ends_a_link),
        TEST(a_call_before_init_ends_a_link),
        TEST(a_second_init_ends_a_link),
        TEST(an_empty_init_ends_a_link),
        TEST(a_pool_ends_a_link),
        TEST(an_unknown_command_ends_a_link),
        TEST(a_descriptor_ends_a_link),
        TEST(a_broker_that_does_not_read_is_waited_for),
        TEST(a_stream_waits_for_its_reader),
        TEST(links_are_counted),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
