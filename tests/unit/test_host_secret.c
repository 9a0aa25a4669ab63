/* A passphrase between a host's callbacks and a broker, which is the test and has only what is
 * sealed. */
#include "base/fd.h"
#include "base/result.h"
#include "host/bridge.h"
#include "proto/ask.h"
#include "proto/secret.h"
#include "tests/unit/test.h"

#include <sodium.h>
#include <sys/epoll.h>
#include <sys/socket.h>

static struct trollbridge bridge;
static int broker; /* its end of the control link */
static struct tb_unpacker unpacker;
static uint8_t public_key[TB_SECRET_KEY_SIZE];
static uint8_t secret_key[crypto_box_SECRETKEYBYTES];

/* What the host was told last. */
static struct {
    unsigned n;
    uint32_t id;
    int is_new;
    char words[2048];
    unsigned n_over;
    const char *at_once; /* typed in the callback; NULL: nothing is */
} told;

static void on_secret(void *data, const struct trollbridge_secret *secret)
{
    CHECK(data == &told);
    told.n++;
    told.id = secret->id;
    told.is_new = secret->is_new;
    (void)snprintf(told.words, sizeof told.words, "%s %s %s %s: %s", secret->view, secret->origin,
                   secret->command, secret->plugin, secret->what);
    if (told.at_once)
        CHECK_INT(
            trollbridge_answer_secret(&bridge, secret->id, told.at_once, strlen(told.at_once)),
            TROLLBRIDGE_OK);
}

static void on_over(void *data, uint32_t id)
{
    CHECK(data == &told && id == told.id);
    told.n_over++;
}

static void begin(bool has_callbacks)
{
    int pair[2];
    CHECK_INT(tb_fd_pair(SOCK_STREAM, pair), 0);
    CHECK(sodium_init() >= 0);
    crypto_box_keypair(public_key, secret_key);
    bridge = (struct trollbridge){.control_fd = pair[0], .lifeline_fd = -1};
    broker = pair[1];
    bridge.options.data = &told;
    bridge.options.secret = has_callbacks ? on_secret : NULL;
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

static enum trollbridge_result send_frame(struct tb_buffer *frame)
{
    CHECK_INT(tb_fd_write_all(broker, tb_buffer_bytes(frame)), 0);
    tb_buffer_deinit(frame);
    return trollbridge_dispatch(&bridge);
}

static enum trollbridge_result ask(uint32_t id, const uint8_t *key, const char *what)
{
    struct tb_buffer frame;
    tb_buffer_init(&frame, TB_CONTROL_MAX);
    const struct tb_secret_prompt prompt = {
        .id = id,
        .view = tb_bytes_of_string("main"),
        .origin = tb_bytes_of_string("https://example.com"),
        .command = tb_bytes_of_string("plugin:enclave|import_key"),
        .plugin = tb_bytes_of_string("enclave"),
        .what = tb_bytes_of_string(what),
        .key = key,
        .is_new = id % 2 == 0,
    };
    CHECK_INT(tb_secret_prompt_write(&frame, &prompt), TB_OK);
    return send_frame(&frame);
}

static void ask_simply(uint32_t id)
{
    CHECK_INT(ask(id, public_key, "the key of Ann"), TROLLBRIDGE_OK);
}

static void ask_over(uint32_t id)
{
    struct tb_buffer frame;
    tb_buffer_init(&frame, TB_CONTROL_MAX);
    CHECK_INT(tb_ask_over_write(&frame, id), TB_OK);
    CHECK_INT(send_frame(&frame), TROLLBRIDGE_OK);
}

static bool quiet(void)
{
    uint8_t byte;
    return recv(broker, &byte, 1, MSG_DONTWAIT) < 0;
}

/* The bytes on the link, which stay valid until the next. */
static struct tb_bytes heard_bytes(void)
{
    static uint8_t bytes[2 * TB_SECRET_FRAME_MAX];
    ssize_t n = recv(broker, bytes, sizeof bytes, MSG_DONTWAIT);
    CHECK(n > 0);
    return tb_bytes_of(bytes, (size_t)n);
}

static struct tb_secret_typed heard(void)
{
    struct tb_frame frame;
    struct tb_secret_typed typed;
    size_t size;
    struct tb_bytes bytes = heard_bytes();
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_CONTROL, bytes, &frame, &size), TB_OK);
    CHECK_INT(frame.kind, TB_SECRET_ANSWER);
    CHECK_INT(size, bytes.n);
    CHECK_INT(tb_secret_typed_read(&unpacker, frame.body, &typed), TB_OK);
    return typed;
}

static void check_dismissed(uint32_t id)
{
    struct tb_secret_typed typed = heard();
    CHECK_INT(typed.id, id);
    CHECK_INT(typed.sealed.n, 0);
}

/* As the plugin does it. */
static struct tb_bytes open_box(struct tb_bytes sealed)
{
    static uint8_t clear[TB_SECRET_BOX_MAX];
    size_t n = 0;
    CHECK_INT(crypto_box_seal_open(clear, sealed.data, sealed.n, public_key, secret_key), 0);
    CHECK_INT(sodium_unpad(&n, clear, sealed.n - crypto_box_SEALBYTES, 256), 0);
    return tb_bytes_of(clear, n);
}

static enum trollbridge_result type(uint32_t id, const char *passphrase)
{
    return trollbridge_answer_secret(&bridge, id, passphrase, passphrase ? strlen(passphrase) : 0);
}

/* ---- */

static void a_host_is_told_who_asks_for_what(void)
{
    begin(true);
    ask_simply(7);
    CHECK_STR(told.words, "main https://example.com plugin:enclave|import_key enclave: "
                          "the key of Ann");
    CHECK(told.n == 1 && told.id == 7 && !told.is_new);
    CHECK(quiet());
    ask_simply(8);
    CHECK(told.is_new);
    end();
}

static void what_is_typed_is_sealed_to_the_plugin(void)
{
    begin(true);
    ask_simply(1);
    CHECK_INT(type(1, "correct horse"), TROLLBRIDGE_OK);
    struct tb_secret_typed typed = heard();
    CHECK_INT(typed.id, 1);
    CHECK_INT(typed.sealed.n, 304);
    CHECK(!memmem(typed.sealed.data, typed.sealed.n, "correct horse", 13));
    CHECK(tb_bytes_are(open_box(typed.sealed), "correct horse"));
    end();
}

static void the_same_passphrase_never_looks_the_same(void)
{
    uint8_t first[304];
    begin(true);
    ask_simply(1);
    ask_simply(2);
    CHECK_INT(type(1, "same"), TROLLBRIDGE_OK);
    memcpy(first, heard().sealed.data, sizeof first);
    CHECK_INT(type(2, "same"), TROLLBRIDGE_OK);
    struct tb_secret_typed typed = heard();
    for (size_t i = 0; i < sizeof first; i += 16)
        CHECK(memcmp(first + i, typed.sealed.data + i, 16) != 0);
    end();
}

static void the_longest_passphrase_fits(void)
{
    static char most[TB_SECRET_MAX + 1];
    begin(true);
    memset(most, 'x', sizeof most);
    ask_simply(1);
    CHECK_INT(trollbridge_answer_secret(&bridge, 1, most, TB_SECRET_MAX + 1), TROLLBRIDGE_INVALID);
    CHECK_INT(trollbridge_answer_secret(&bridge, 1, most, TB_SECRET_MAX), TROLLBRIDGE_OK);
    struct tb_secret_typed typed = heard();
    CHECK_INT(typed.sealed.n, TB_SECRET_BOX_MAX);
    CHECK_INT(open_box(typed.sealed).n, TB_SECRET_MAX);
    end();
}

/* And the prompt waits on. */
static void what_is_no_passphrase_is_not_sent(void)
{
    begin(true);
    ask_simply(1);
    CHECK_INT(type(1, ""), TROLLBRIDGE_INVALID);
    CHECK_INT(type(1, "\xff"), TROLLBRIDGE_INVALID);
    CHECK_INT(trollbridge_answer_secret(&bridge, 1, "a\0b", 3), TROLLBRIDGE_INVALID);
    CHECK(quiet());
    CHECK_INT(type(1, NULL), TROLLBRIDGE_OK);
    check_dismissed(1);
    end();
}

static void an_answer_counts_once(void)
{
    begin(true);
    ask_simply(1);
    CHECK_INT(type(1, "a"), TROLLBRIDGE_OK);
    CHECK(heard().sealed.n > 0);
    CHECK_INT(type(1, "b"), TROLLBRIDGE_OK);
    CHECK_INT(type(1, NULL), TROLLBRIDGE_OK);
    CHECK_INT(type(2, "b"), TROLLBRIDGE_OK);
    CHECK(quiet());
    end();
}

static void what_is_over_is_told_and_not_answered(void)
{
    begin(true);
    ask_simply(1);
    ask_over(1);
    CHECK_INT(told.n_over, 1);
    CHECK_INT(type(1, "a"), TROLLBRIDGE_OK);
    CHECK(quiet());
    CHECK_INT(bridge.secrets.n, 0);
    end();
}

static void an_answer_may_come_at_once(void)
{
    begin(true);
    told.at_once = "now";
    ask_simply(3);
    CHECK(tb_bytes_are(open_box(heard().sealed), "now"));
    end();
}

static void a_host_without_prompts_dismisses(void)
{
    begin(false);
    ask_simply(4);
    check_dismissed(4);
    CHECK_INT(bridge.secrets.n, 0);
    end();
}

/* Lines, terminal sequences and letters that run backwards are shown as what they are. */
static void nothing_in_the_text_is_obeyed(void)
{
    static char most[TB_SECRET_WHAT_MAX + 1];
    begin(true);
    CHECK_INT(ask(1, public_key, "a\n\033[2J\"\xe2\x80\xaetxt.exe<b>&"), TROLLBRIDGE_OK);
    CHECK(strstr(told.words, ": a\\u000a\\u001b[2J\\\"\\u202etxt.exe<b>&"));
    CHECK_INT(ask(3, public_key, "the key \"C:\\a\""), TROLLBRIDGE_OK);
    CHECK(strstr(told.words, ": the key \"C:\\a\""));
    memset(most, 1, TB_SECRET_WHAT_MAX);
    CHECK_INT(ask(5, public_key, most), TROLLBRIDGE_OK);
    CHECK_INT(strlen(strstr(told.words, ": ") + 2), 6 * TB_SECRET_WHAT_MAX);
    end();
}

/* What is sealed to such a key anybody opens. */
static void a_key_that_seals_nothing_is_dismissed(void)
{
    static const uint8_t zero[TB_SECRET_KEY_SIZE];
    static const uint8_t one[TB_SECRET_KEY_SIZE] = {1};
    begin(true);
    CHECK_INT(ask(1, zero, "a"), TROLLBRIDGE_OK);
    check_dismissed(1);
    CHECK_INT(ask(2, one, "a"), TROLLBRIDGE_OK);
    check_dismissed(2);
    CHECK_INT(told.n, 0);
    end();
}

static void a_broker_that_asks_beyond_measure_is_lost(void)
{
    begin(true);
    for (uint32_t i = 1; i <= TB_ARRAY_LEN(bridge.secrets.list); i++)
        ask_simply(i);
    CHECK_INT(ask(1000, public_key, "a"), TROLLBRIDGE_LOST);
    CHECK_INT(type(1, "a"), TROLLBRIDGE_LOST);
    end();
}

static void the_same_prompt_twice_is_none(void)
{
    begin(true);
    ask_simply(1);
    CHECK_INT(ask(1, public_key, "a"), TROLLBRIDGE_LOST);
    CHECK_INT(told.n, 1);
    end();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_host_is_told_who_asks_for_what),
        TEST(what_is_typed_is_sealed_to_the_plugin),
        TEST(the_same_passphrase_never_looks_the_same),
        TEST(the_longest_passphrase_fits),
        TEST(what_is_no_passphrase_is_not_sent),
        TEST(an_answer_counts_once),
        TEST(what_is_over_is_told_and_not_answered),
        TEST(an_answer_may_come_at_once),
        TEST(a_host_without_prompts_dismisses),
        TEST(nothing_in_the_text_is_obeyed),
        TEST(a_key_that_seals_nothing_is_dismissed),
        TEST(a_broker_that_asks_beyond_measure_is_lost),
        TEST(the_same_prompt_twice_is_none),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
