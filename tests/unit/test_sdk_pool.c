/* The pool as a plugin sees it: what comes in it, what goes out in it, and what a broker may not.
 */
#include "base/result.h"
#include "tests/unit/sdk_link.h"

enum { IN = 256 * 1024, OUT = 512 * 1024, BIG = 100 * 1024 };

static void echo(struct tb_call *call)
{
    CHECK(call->has_body);
    tb_reply_bytes(call, call->body);
}

static size_t n_wanted;

static void reply_wanted(struct tb_call *call)
{
    tb_reply_bytes_begin(call);
    uint8_t *room = tb_reply_room(call, n_wanted);
    CHECK(room);
    memset(room, 'w', n_wanted);
    tb_reply_commit(call, n_wanted);
}

static void put_pooled_call(unsigned at, unsigned n)
{
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, "bytes", n,
            "at", at, NULL);
}

static void bodies_come_and_go_through_the_pool(void)
{
    sdk_start(IN, OUT);
    sdk_handler = echo;
    memset(sdk_pool + 8192, 'x', BIG);
    put_pooled_call(8192, BIG);
    CHECK_INT(sdk_run(), TB_AGAIN);
    struct sdk_frame reply = sdk_take(TB_PLUGIN_REPLY);
    CHECK_INT(sdk_uint(reply, "bytes"), BIG);
    CHECK_INT(reply.raw.n, 0);
    CHECK_INT(sdk_uint(reply, "at"), IN);
    CHECK(memcmp(sdk_pool + IN, sdk_pool + 8192, BIG) == 0);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 8192);
    CHECK(sdk_quiet());
    sdk_stop();
}

static void small_answers_go_behind_the_map(void)
{
    sdk_start(IN, OUT);
    n_wanted = TB_POOLED_MIN - 1;
    CHECK_INT(sdk_call(reply_wanted, SDK_NO_RAW).raw.n, TB_POOLED_MIN - 1);
    n_wanted = TB_POOLED_MIN;
    CHECK(sdk_has(sdk_call(reply_wanted, SDK_NO_RAW), "at"));
    sdk_stop();
}

static void room_that_was_released_is_used_again(void)
{
    sdk_start(0, OUT);
    n_wanted = OUT;
    CHECK_INT(sdk_uint(sdk_call(reply_wanted, SDK_NO_RAW), "at"), 0);
    struct sdk_frame reply = sdk_call(reply_wanted, SDK_NO_RAW); /* none is left */
    CHECK(!sdk_has(reply, "at"));
    CHECK_INT(reply.raw.n, OUT);
    CHECK(sdk_quiet());
    sdk_put(TB_PLUGIN_RELEASE, SDK_NO_RAW, "at", 0, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK_INT(sdk_uint(sdk_call(reply_wanted, SDK_NO_RAW), "at"), 0);
    sdk_stop();
}

static size_t n_first;
static size_t n_second;

static void reply_in_two_parts(struct tb_call *call)
{
    tb_reply_bytes_begin(call);
    uint8_t *room = tb_reply_room(call, n_first);
    CHECK(room);
    memset(room, 'a', n_first);
    tb_reply_commit(call, n_first);
    room = tb_reply_room(call, n_second);
    CHECK(room);
    memset(room, 'b', n_second);
    tb_reply_commit(call, n_second);
}

static void check_two_parts(const uint8_t *bytes)
{
    for (size_t i = 0; i < n_first + n_second; i++)
        CHECK_INT(bytes[i], i < n_first ? 'a' : 'b');
}

/* It grows where it is, moves to a larger gap, or behind the map, and is the same in any case. */
static void an_answer_grows_over_what_is_free(void)
{
    sdk_start(0, OUT);
    n_first = n_second = BIG;
    CHECK_INT(sdk_uint(sdk_call(reply_in_two_parts, SDK_NO_RAW), "at"), 0);
    check_two_parts(sdk_pool);
    n_first = 30000;
    n_second = 5000;
    struct sdk_frame reply = sdk_call(reply_in_two_parts, SDK_NO_RAW);
    check_two_parts(sdk_pool + sdk_uint(reply, "at"));
    CHECK_INT(sdk_uint(reply, "at"), 2 * BIG);
    n_second = OUT;
    reply = sdk_call(reply_in_two_parts, SDK_NO_RAW);
    CHECK(!sdk_has(reply, "at"));
    check_two_parts(reply.raw.data);
    sdk_put(TB_PLUGIN_RELEASE, SDK_NO_RAW, "at", 0, NULL);
    CHECK(sdk_quiet() && sdk_run() == TB_AGAIN);
    n_first = 2 * BIG;
    n_second = 4096; /* the gap in front has no room for these too; that behind has */
    reply = sdk_call(reply_in_two_parts, SDK_NO_RAW);
    check_two_parts(sdk_pool + sdk_uint(reply, "at"));
    CHECK(sdk_uint(reply, "at") > 2 * BIG);
    sdk_stop();
}

static void fail_after_bytes(struct tb_call *call)
{
    n_wanted = OUT;
    reply_wanted(call);
    tb_reply_error(call, TB_CODE_IO, 5, "it broke");
}

static void what_is_not_sent_is_free_again(void)
{
    sdk_start(0, OUT);
    for (int i = 0; i < 3; i++)
        CHECK(sdk_is_error(sdk_call(fail_after_bytes, SDK_NO_RAW), "io", "it broke"));
    CHECK_INT(sdk_uint(sdk_call(reply_wanted, SDK_NO_RAW), "at"), 0);
    sdk_stop();
}

static void a_broker_that_breaks_the_protocol_ends_the_plugin(void)
{
    static const struct {
        unsigned at;
        unsigned n;
    } outside[] = {{IN, 1}, {IN - 1, 2}, {IN + 1, 0}, {UINT32_MAX, 1}, {1, UINT32_MAX}};
    sdk_handler = echo;
    for (size_t i = 0; i < TB_ARRAY_LEN(outside); i++) {
        sdk_start(IN, OUT);
        put_pooled_call(outside[i].at, outside[i].n);
        CHECK_INT(sdk_run(), TB_MALFORMED);
        sdk_stop();
    }
    sdk_start(IN, OUT);
    sdk_put(TB_PLUGIN_RELEASE, SDK_NO_RAW, "at", IN, NULL); /* nothing was sent */
    CHECK_INT(sdk_run(), TB_MALFORMED);
    sdk_stop();
    sdk_start(0, 0);
    put_pooled_call(0, 0); /* there is no pool */
    CHECK_INT(sdk_run(), TB_MALFORMED);
    sdk_stop();
}

static void bytes_in_both_places_or_in_none_are_refused(void)
{
    sdk_handler = echo;
    sdk_start(IN, OUT);
    sdk_put(TB_PLUGIN_CALL, tb_bytes_of("x", 1), "call", SDK_CALL, "command", SDK_RUN, "args", 0,
            "bytes", 1, "at", 0, NULL);
    CHECK_INT(sdk_run(), TB_MALFORMED);
    sdk_stop();
    sdk_start(IN, OUT);
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, "at", 0,
            NULL);
    CHECK_INT(sdk_run(), TB_MALFORMED);
    sdk_stop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(bodies_come_and_go_through_the_pool),
        TEST(small_answers_go_behind_the_map),
        TEST(room_that_was_released_is_used_again),
        TEST(an_answer_grows_over_what_is_free),
        TEST(what_is_not_sent_is_free_again),
        TEST(a_broker_that_breaks_the_protocol_ends_the_plugin),
        TEST(bytes_in_both_places_or_in_none_are_refused),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
