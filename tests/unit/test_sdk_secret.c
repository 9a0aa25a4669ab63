/* A plugin asks for a passphrase: what it may ask, when, and who hears the answer. */
#include "base/result.h"
#include "proto/secret.h"
#include "tests/unit/sdk_link.h"

static struct tb_stream *stream;
static const uint8_t key[TB_SECRET_KEY_SIZE] = {7};
static uint8_t box[TB_SECRET_BOX_MAX];

/* What the plugin heard last. */
static unsigned n_answered;
static size_t n_sealed;
static bool frees;

static void heard(struct tb_stream *s, struct tb_bytes sealed)
{
    CHECK(s == stream);
    n_answered++;
    n_sealed = sealed.n;
    if (frees)
        tb_stream_free(s);
}

static enum tb_sent ask_about(const char *what)
{
    return tb_call_secret(stream, key, what, false, heard);
}

static void take_over(struct tb_call *call)
{
    stream = tb_call_stream(call, NULL, NULL);
    CHECK(stream);
    CHECK_INT(ask_about("a key"), TB_SENT);
}

static void begin(void)
{
    sdk_start(0, 0);
    sdk_handler = take_over;
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
}

static struct sdk_frame take_asked(void)
{
    struct sdk_frame frame = sdk_take(TB_PLUGIN_SECRET);
    CHECK_INT(sdk_uint(frame, "call"), SDK_CALL);
    return frame;
}

static int answer(unsigned call, size_t n)
{
    const struct tb_secret_answer answer = {call, tb_bytes_of(box, n)};
    CHECK_INT(tb_secret_answer_write(&session.in, &answer), TB_OK);
    return sdk_run();
}

static void a_call_asks_and_hears(void)
{
    begin();
    CHECK(!sdk_has(take_asked(), "new"));
    CHECK_INT(n_answered, 0);
    CHECK_INT(answer(SDK_CALL, 304), TB_AGAIN);
    CHECK(n_answered == 1 && n_sealed == 304 && !tb_stream_over(stream));
    CHECK_INT(tb_call_secret(stream, key, "another", true, heard), TB_SENT);
    CHECK(sdk_has(take_asked(), "new"));
    CHECK_INT(answer(SDK_CALL, 0), TB_AGAIN);
    CHECK(n_answered == 2 && n_sealed == 0);
    sdk_stop();
}

static void it_asks_one_thing_at_a_time_and_four_in_all(void)
{
    begin();
    (void)take_asked();
    CHECK_INT(ask_about("more"), TB_REFUSED);
    CHECK(sdk_quiet());
    for (unsigned i = 1; i < TB_SECRETS_PER_CALL; i++) {
        CHECK_INT(answer(SDK_CALL, 304), TB_AGAIN);
        CHECK_INT(ask_about("more"), TB_SENT);
        (void)take_asked();
    }
    CHECK_INT(answer(SDK_CALL, 304), TB_AGAIN);
    CHECK_INT(ask_about("more"), TB_REFUSED);
    CHECK(sdk_quiet());
    CHECK_INT(n_answered, TB_SECRETS_PER_CALL);
    sdk_stop();
}

static void what_the_broker_would_end_it_for_is_not_sent(void)
{
    static char most[TB_SECRET_WHAT_MAX + 2];
    begin();
    (void)take_asked();
    CHECK_INT(answer(SDK_CALL, 0), TB_AGAIN);
    memset(most, 'a', TB_SECRET_WHAT_MAX + 1);
    CHECK_INT(ask_about(""), TB_REFUSED);
    CHECK_INT(ask_about("\xc3"), TB_REFUSED);
    CHECK_INT(ask_about(most), TB_REFUSED);
    CHECK_INT(tb_call_secret(stream, key, "a", false, NULL), TB_REFUSED);
    CHECK(sdk_quiet());
    most[TB_SECRET_WHAT_MAX] = 0;
    CHECK_INT(ask_about(most), TB_SENT);
    sdk_stop();
}

static void a_stream_may_be_freed_by_its_answer(void)
{
    begin();
    frees = true;
    (void)take_asked();
    CHECK_INT(answer(SDK_CALL, 304), TB_AGAIN);
    CHECK_INT(n_answered, 1);
    (void)sdk_take(TB_PLUGIN_REPLY);
    CHECK_INT(answer(SDK_CALL, 304), TB_AGAIN); /* it has crossed the end */
    CHECK_INT(n_answered, 1);
    sdk_stop();
}

static void a_cancelled_call_hears_nothing(void)
{
    begin();
    (void)take_asked();
    sdk_put(TB_PLUGIN_CANCEL, SDK_NO_RAW, "call", SDK_CALL, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    (void)sdk_take(TB_PLUGIN_REPLY);
    CHECK(tb_stream_over(stream));
    CHECK_INT(ask_about("more"), TB_REFUSED);
    CHECK_INT(answer(SDK_CALL, 304), TB_AGAIN);
    CHECK(n_answered == 0 && sdk_quiet());
    sdk_stop();
}

static void leave(struct tb_stream *s)
{
    CHECK(s == stream);
}

static void take_over_for_good(struct tb_call *call)
{
    static const struct tb_stream_events events = {.cancel = leave};
    stream = tb_call_stream(call, &events, NULL);
    CHECK(stream);
    CHECK_INT(ask_about("a key"), TB_SENT);
}

/* Not even while it takes its time to end. */
static void one_that_has_not_ended_yet_hears_nothing_either(void)
{
    sdk_start(0, 0);
    sdk_handler = take_over_for_good;
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, NULL);
    sdk_put(TB_PLUGIN_CANCEL, SDK_NO_RAW, "call", SDK_CALL, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    (void)take_asked();
    CHECK_INT(answer(SDK_CALL, 304), TB_AGAIN);
    CHECK_INT(n_answered, 0);
    tb_stream_free(stream);
    sdk_stop();
}

static void an_end_of_the_link_is_a_cancel(void)
{
    begin();
    (void)take_asked();
    tb_session_end(&session);
    CHECK(n_answered == 0 && tb_stream_over(stream));
    CHECK_INT(ask_about("more"), TB_REFUSED);
    tb_stream_free(stream);
    sdk_stop();
}

static void an_answer_to_nothing_ends_the_session(void)
{
    begin();
    (void)take_asked();
    CHECK_INT(answer(SDK_CALL, 304), TB_AGAIN);
    CHECK_INT(answer(SDK_CALL, 304), TB_UNKNOWN);
    CHECK_INT(n_answered, 1);
    sdk_stop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_call_asks_and_hears),
        TEST(it_asks_one_thing_at_a_time_and_four_in_all),
        TEST(what_the_broker_would_end_it_for_is_not_sent),
        TEST(a_stream_may_be_freed_by_its_answer),
        TEST(a_cancelled_call_hears_nothing),
        TEST(one_that_has_not_ended_yet_hears_nothing_either),
        TEST(an_end_of_the_link_is_a_cancel),
        TEST(an_answer_to_nothing_ends_the_session),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
