/* Prompts between a broker, which is the test, and a host's callbacks. */
#include "base/fd.h"
#include "base/result.h"
#include "host/bridge.h"
#include "proto/ask.h"
#include "tests/unit/test.h"

#include <sys/epoll.h>
#include <sys/socket.h>

static struct trollbridge bridge;
static int broker; /* its end of the control link */
static struct tb_unpacker unpacker;

/* What the host was told last. */
static struct {
    unsigned n_asks;
    struct trollbridge_ask ask;
    char args[TB_CONTROL_MAX];
    char words[512];
    unsigned n_over;
    uint32_t over;
    enum trollbridge_answered at_once; /* said in the callback, if `answers` */
    bool answers;
} told;

static void on_ask(void *data, const struct trollbridge_ask *ask)
{
    CHECK(data == &told);
    told.n_asks++;
    told.ask = *ask;
    (void)snprintf(told.args, sizeof told.args, "%s", ask->args_json);
    (void)snprintf(told.words, sizeof told.words, "%s %s %s %s", ask->view, ask->origin,
                   ask->command, ask->rule ? ask->rule : "-");
    CHECK_INT(trollbridge_dispatch(&bridge), TROLLBRIDGE_OK); /* does nothing in here */
    if (told.answers)
        CHECK_INT(trollbridge_answer(&bridge, ask->id, told.at_once), TROLLBRIDGE_OK);
}

static void on_over(void *data, uint32_t id)
{
    CHECK(data == &told);
    told.n_over++;
    told.over = id;
}

static void begin(bool has_callbacks)
{
    int pair[2];
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    bridge = (struct trollbridge){.control_fd = pair[0], .lifeline_fd = -1};
    broker = pair[1];
    bridge.options.data = &told;
    bridge.options.ask = has_callbacks ? on_ask : NULL;
    bridge.options.asked_over = has_callbacks ? on_over : NULL;
    bridge.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &bridge.control_fd};
    CHECK_INT(epoll_ctl(bridge.epoll_fd, EPOLL_CTL_ADD, bridge.control_fd, &event), 0);
    CHECK_INT(host_links_init(&bridge.links, bridge.epoll_fd, NULL, 0), 0);
    tb_buffer_init(&bridge.in, 4 * TB_FRAME_MAX);
    CHECK_INT(tb_unpacker_init(&bridge.unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
}

static void end(void)
{
    host_links_deinit(&bridge.links);
    tb_buffer_deinit(&bridge.in);
    tb_unpacker_deinit(&bridge.unpacker);
    tb_unpacker_deinit(&unpacker);
    tb_fd_close(&bridge.epoll_fd);
    tb_fd_close(&bridge.control_fd);
    tb_fd_close(&broker);
}

/* ---- the broker ---- */

static void send_frame(struct tb_buffer *frame)
{
    CHECK_INT(tb_fd_write_all(broker, tb_buffer_bytes(frame)), 0);
    tb_buffer_deinit(frame);
}

static void send_ask(const struct tb_ask *ask)
{
    struct tb_buffer frame;
    tb_buffer_init(&frame, 2 * TB_CONTROL_MAX);
    CHECK_INT(tb_ask_write(&frame, ask), TB_OK);
    send_frame(&frame);
}

/* With the args {KEY: VALUE}. */
static void ask_about(struct tb_ask ask, struct tb_bytes key, struct tb_bytes value)
{
    msgpack_object_kv pair = {
        .key = {.type = MSGPACK_OBJECT_STR, .via.str = {(uint32_t)key.n, (const char *)key.data}},
        .val = {.type = MSGPACK_OBJECT_STR,
                .via.str = {(uint32_t)value.n, (const char *)value.data}}};
    msgpack_object args = {.type = MSGPACK_OBJECT_MAP, .via.map = {1, &pair}};
    ask.view = tb_bytes_of_string("main");
    ask.origin = tb_bytes_of_string("https://example.com");
    ask.command = tb_bytes_of_string("plugin:fs|remove");
    ask.args = &args;
    send_ask(&ask);
    CHECK_INT(trollbridge_dispatch(&bridge), TROLLBRIDGE_OK);
}

static void ask_simply(uint32_t id)
{
    ask_about((struct tb_ask){.id = id, .remember_days = 90}, tb_bytes_of_string("path"),
              tb_bytes_of_string("a"));
}

static bool quiet(void)
{
    uint8_t byte;
    return recv(broker, &byte, 1, MSG_DONTWAIT) < 0;
}

static struct tb_ask_answer heard(void)
{
    uint8_t bytes[512];
    struct tb_frame frame;
    struct tb_ask_answer answer;
    size_t size;
    ssize_t n = recv(broker, bytes, sizeof bytes, MSG_DONTWAIT);
    CHECK(n > 0);
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_CONTROL, tb_bytes_of(bytes, (size_t)n), &frame, &size),
              TB_OK);
    CHECK_INT(frame.kind, TB_ANSWER);
    CHECK_INT(size, n);
    CHECK_INT(tb_ask_answer_read(&unpacker, frame.body, &answer), TB_OK);
    return answer;
}

/* ---- */

static void a_host_is_told_all_of_it(void)
{
    begin(true);
    ask_about((struct tb_ask){.id = 7,
                              .has_bytes = true,
                              .bytes = 5000000000,
                              .more = true,
                              .rule = tb_bytes_of_string("removes a file"),
                              .remember_days = 90},
              tb_bytes_of_string("path"), tb_bytes_of_string("notes/a.txt"));
    CHECK_INT(told.n_asks, 1);
    CHECK_INT(told.ask.id, 7);
    CHECK_STR(told.words, "main https://example.com plugin:fs|remove removes a file");
    CHECK_STR(told.args, "{\"path\":\"notes/a.txt\"}");
    CHECK(told.ask.has_body && told.ask.more);
    CHECK_INT(told.ask.n_body, 5000000000);
    CHECK_INT(told.ask.remember_days, 90);
    CHECK(quiet());
    ask_simply(8);
    CHECK_STR(told.words, "main https://example.com plugin:fs|remove -");
    CHECK(!told.ask.has_body && !told.ask.more);
    end();
}

/* Lines, terminal sequences and letters that run backwards are shown as what they are. */
static void nothing_in_the_arguments_is_obeyed(void)
{
    begin(true);
    ask_about((struct tb_ask){.id = 1}, tb_bytes_of_string("pa\nth"),
              tb_bytes_of_string("\033[2J\"\xe2\x80\xaetxt.exe\xe2\x80\x8b<b>&"));
    CHECK_STR(told.args, "{\"pa\\u000ath\":\"\\u001b[2J\\\"\\u202etxt.exe\\u200b<b>&\"}");
    end();
}

static void the_longest_arguments_are_shown_whole(void)
{
    static char most[8 * 1024];
    begin(true);
    memset(most, 1, sizeof most);
    ask_about((struct tb_ask){.id = 1}, tb_bytes_of_string(""), tb_bytes_of(most, sizeof most));
    CHECK_INT(told.n_asks, 1);
    CHECK_INT(strlen(told.args), strlen("{\"\":\"\"}") + 6 * sizeof most);
    end();
}

static void what_cannot_be_shown_is_dismissed(void)
{
    begin(true);
    ask_about((struct tb_ask){.id = 3}, tb_bytes_of("a\0b", 3), tb_bytes_of_string("x"));
    CHECK_INT(told.n_asks, 0);
    struct tb_ask_answer answer = heard();
    CHECK_INT(answer.id, 3);
    CHECK_INT(answer.answered, TB_ANSWER_DISMISSED);
    end();
}

static void a_host_without_prompts_dismisses(void)
{
    struct tb_buffer frame;
    begin(false);
    ask_simply(4);
    struct tb_ask_answer answer = heard();
    CHECK_INT(answer.id, 4);
    CHECK_INT(answer.answered, TB_ANSWER_DISMISSED);
    tb_buffer_init(&frame, TB_CONTROL_MAX);
    CHECK_INT(tb_ask_over_write(&frame, 4), TB_OK);
    send_frame(&frame);
    CHECK_INT(trollbridge_dispatch(&bridge), TROLLBRIDGE_OK);
    end();
}

static void answers_are_sent_as_they_are_named(void)
{
    begin(true);
    for (int i = TROLLBRIDGE_DISMISSED; i <= TROLLBRIDGE_NEVER; i++) {
        enum trollbridge_answered answered = (enum trollbridge_answered)i;
        CHECK_INT(trollbridge_answer(&bridge, UINT32_MAX, answered), TROLLBRIDGE_OK);
        struct tb_ask_answer answer = heard();
        CHECK(answer.id == UINT32_MAX);
        CHECK_STR(tb_answered_name(answer.answered), trollbridge_answer_name(answered));
    }
    CHECK_STR(trollbridge_answer_name(TROLLBRIDGE_DISMISSED), "dismissed");
    CHECK_STR(trollbridge_answer_name(TROLLBRIDGE_ALWAYS), "always");
    CHECK(!trollbridge_answer_name((enum trollbridge_answered)5));
    CHECK_INT(trollbridge_answer(&bridge, 1, (enum trollbridge_answered)5), TROLLBRIDGE_INVALID);
    CHECK_INT(trollbridge_answer(&bridge, 1, (enum trollbridge_answered) - 1), TROLLBRIDGE_INVALID);
    CHECK(quiet());
    end();
}

static void an_answer_may_come_at_once(void)
{
    begin(true);
    told.answers = true;
    told.at_once = TROLLBRIDGE_SESSION;
    ask_simply(9);
    struct tb_ask_answer answer = heard();
    CHECK_INT(answer.id, 9);
    CHECK_INT(answer.answered, TB_ANSWER_SESSION);
    end();
}

static void what_is_over_is_told(void)
{
    struct tb_buffer frame;
    begin(true);
    tb_buffer_init(&frame, TB_CONTROL_MAX);
    CHECK_INT(tb_ask_over_write(&frame, 12), TB_OK);
    send_frame(&frame);
    CHECK_INT(trollbridge_dispatch(&bridge), TROLLBRIDGE_OK);
    CHECK_INT(told.n_over, 1);
    CHECK_INT(told.over, 12);
    end();
}

static void an_ask_that_is_none_loses_the_broker(void)
{
    static const uint8_t body[] = {0x81, 0xa2, 'i', 'd', 0x01};
    uint8_t frame[TB_HEADER_SIZE + sizeof body];
    begin(true);
    tb_frame_header(frame, TB_ASK, 0, sizeof body);
    memcpy(frame + TB_HEADER_SIZE, body, sizeof body);
    CHECK_INT(tb_fd_write_all(broker, tb_bytes_of(frame, sizeof frame)), 0);
    CHECK_INT(trollbridge_dispatch(&bridge), TROLLBRIDGE_LOST);
    CHECK_INT(told.n_asks, 0);
    CHECK_INT(trollbridge_answer(&bridge, 1, TROLLBRIDGE_ONCE), TROLLBRIDGE_LOST);
    end();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_host_is_told_all_of_it),
        TEST(nothing_in_the_arguments_is_obeyed),
        TEST(the_longest_arguments_are_shown_whole),
        TEST(what_cannot_be_shown_is_dismissed),
        TEST(a_host_without_prompts_dismisses),
        TEST(answers_are_sent_as_they_are_named),
        TEST(an_answer_may_come_at_once),
        TEST(what_is_over_is_told),
        TEST(an_ask_that_is_none_loses_the_broker),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
