/* A request's body in parts: what comes, what is held back, and the credit for more. */
#include "base/result.h"
#include "tests/unit/sdk_link.h"

static struct tb_stream *stream;
static uint8_t got[512 * 1024];
static size_t n_got;
static size_t n_wanted; /* of each delivery */
static int n_last;
static bool end_inside;

static size_t body(struct tb_stream *s, struct tb_bytes bytes, bool last)
{
    size_t n = bytes.n < n_wanted ? bytes.n : n_wanted;
    if (n > 0)
        memcpy(got + n_got, bytes.data, n);
    n_got += n;
    n_last += last && n == bytes.n;
    if (end_inside)
        CHECK_INT(tb_stream_end_nil(s), TB_SENT);
    return n;
}

static const struct tb_stream_events events = {.body = body};

static void take_over(struct tb_call *call)
{
    CHECK(call->more && call->has_body && tb_bytes_are(call->body, "begin"));
    stream = tb_call_stream(call, &events, NULL);
    CHECK(stream);
}

static void open_upload(size_t pool_in)
{
    sdk_start(pool_in, 0);
    n_got = 0;
    n_last = 0;
    n_wanted = SIZE_MAX;
    end_inside = false;
    sdk_handler = take_over;
    sdk_put(TB_PLUGIN_CALL, tb_bytes_of_string("begin"), "call", SDK_CALL, "command", SDK_RUN,
            "args", 0, "bytes", 5, "?more", 1, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK(sdk_quiet());
    CHECK(tb_bytes_are(tb_bytes_of(got, n_got), "begin"));
    n_got = 0;
}

static int put_part(size_t n, bool last)
{
    static uint8_t bytes[TB_CHUNK_RAW_MAX];
    memset(bytes, 'p', sizeof bytes);
    struct tb_bytes part = tb_bytes_of(bytes, n);
    if (last)
        sdk_put(TB_PLUGIN_CHUNK, part, "call", SDK_CALL, "bytes", (unsigned)n, "?last", 1, NULL);
    else
        sdk_put(TB_PLUGIN_CHUNK, part, "call", SDK_CALL, "bytes", (unsigned)n, NULL);
    return sdk_run();
}

static int put_pooled_part(unsigned at, unsigned n)
{
    sdk_put(TB_PLUGIN_CHUNK, SDK_NO_RAW, "call", SDK_CALL, "bytes", n, "at", at, NULL);
    return sdk_run();
}

static void close_upload(void)
{
    tb_stream_free(stream);
    sdk_stop();
}

static void credit_comes_back_for_what_was_taken(void)
{
    open_upload(0);
    CHECK_INT(put_part(40000, false), TB_AGAIN);
    CHECK(sdk_quiet()); /* not worth a frame yet */
    CHECK_INT(put_part(40000, false), TB_AGAIN);
    struct sdk_frame credit = sdk_take(TB_PLUGIN_CREDIT);
    CHECK_INT(sdk_uint(credit, "call"), SDK_CALL);
    CHECK(sdk_uint(credit, "bytes") > 80000);
    CHECK_INT(n_got, 80000);
    CHECK_INT(put_part(65536, true), TB_AGAIN);
    CHECK(sdk_quiet()); /* nothing comes any more */
    CHECK_INT(n_last, 1);
    close_upload();
}

static void any_length_comes_through(void)
{
    open_upload(0);
    for (int i = 0; i < 100; i++) {
        n_got = 0;
        CHECK_INT(put_part(TB_CHUNK_RAW_MAX, false), TB_AGAIN);
        CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_CREDIT), "bytes") >= TB_CHUNK_RAW_MAX, 1);
        CHECK_INT(n_got, TB_CHUNK_RAW_MAX);
    }
    CHECK_INT(put_part(0, true), TB_AGAIN);
    CHECK_INT(n_last, 1);
    close_upload();
}

static void what_is_held_back_gets_no_credit(void)
{
    open_upload(0);
    n_wanted = 1000;
    for (int i = 0; i < 3; i++)
        CHECK_INT(put_part(65000, false), TB_AGAIN);
    CHECK_INT(put_part(10, true), TB_AGAIN);
    CHECK(sdk_quiet());
    CHECK_INT(n_got, 1000); /* and nothing more is offered before resume */
    n_wanted = SIZE_MAX;
    tb_stream_resume(stream);
    CHECK_INT(n_got, 1000); /* not inside the caller */
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK_INT(n_got, 3 * 65000 + 10);
    CHECK_INT(n_last, 1);
    close_upload();
}

static void a_broker_that_sends_too_much_ends_the_plugin(void)
{
    open_upload(0);
    n_wanted = 0;
    for (size_t n = TB_CHUNK_RAW_MAX; n < TB_CREDIT_FIRST_TO_PLUGIN; n += TB_CHUNK_RAW_MAX)
        CHECK_INT(put_part(TB_CHUNK_RAW_MAX, false), TB_AGAIN);
    CHECK_INT(put_part(TB_CHUNK_RAW_MAX, false), TB_MALFORMED);
    close_upload();
}

static void there_is_nothing_behind_the_last_part(void)
{
    open_upload(0);
    CHECK_INT(put_part(3, true), TB_AGAIN);
    CHECK_INT(put_part(3, false), TB_MALFORMED);
    close_upload();
    open_upload(0);
    CHECK_INT(put_part(0, false), TB_MALFORMED); /* an empty part that is not the last */
    close_upload();
}

static void parts_in_the_pool_are_released_when_they_are_taken(void)
{
    open_upload(256 * 1024);
    memset(sdk_pool, 'p', 65536);
    CHECK_INT(put_pooled_part(4096, 20000), TB_AGAIN);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 4096);
    CHECK_INT(n_got, 20000);
    CHECK_INT(got[0], 'p');
    n_wanted = 5;
    CHECK_INT(put_pooled_part(8192, 20000), TB_AGAIN);
    CHECK_INT(put_pooled_part(40960, 16384), TB_AGAIN);
    CHECK(sdk_quiet());
    n_wanted = SIZE_MAX;
    tb_stream_resume(stream);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK_INT(n_got, 20000 + 20000 + 16384);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 8192);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 40960);
    CHECK(sdk_quiet());
    CHECK_INT(put_pooled_part(256 * 1024, 1), TB_MALFORMED);
    close_upload();
}

static void an_end_drops_what_is_held(void)
{
    open_upload(256 * 1024);
    n_wanted = 0;
    CHECK_INT(put_pooled_part(4096, 20000), TB_AGAIN);
    CHECK_INT(put_part(1000, false), TB_AGAIN);
    CHECK_INT(tb_stream_end_nil(stream), TB_SENT);
    (void)sdk_take(TB_PLUGIN_REPLY);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 4096);
    /* What crossed the reply is dropped, and its place given back. */
    CHECK_INT(put_pooled_part(32768, 20000), TB_AGAIN);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 32768);
    CHECK_INT(put_part(1000, false), TB_AGAIN);
    CHECK(sdk_quiet());
    CHECK_INT(n_got, 0);
    close_upload();
}

static void it_may_end_inside_a_part(void)
{
    open_upload(256 * 1024);
    n_wanted = 0;
    CHECK_INT(put_pooled_part(4096, 20000), TB_AGAIN);
    CHECK_INT(put_pooled_part(32768, 20000), TB_AGAIN);
    end_inside = true;
    tb_stream_resume(stream);
    CHECK_INT(sdk_run(), TB_AGAIN);
    (void)sdk_take(TB_PLUGIN_REPLY);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 32768);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 4096);
    CHECK(sdk_quiet());
    close_upload();
}

static void after_cancel_nothing_is_delivered(void)
{
    open_upload(0);
    sdk_put(TB_PLUGIN_CANCEL, SDK_NO_RAW, "call", SDK_CALL, NULL);
    CHECK_INT(put_part(65536, false), TB_AGAIN);
    (void)sdk_take(TB_PLUGIN_REPLY);
    CHECK(sdk_quiet());
    CHECK_INT(n_got, 0);
    close_upload();
}

static void ignore(struct tb_call *call)
{
    tb_reply_nil(call);
}

static void a_call_that_nobody_takes_over_has_its_parts_dropped(void)
{
    sdk_start(256 * 1024, 0);
    sdk_handler = ignore;
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, "?more", 1,
            NULL);
    CHECK_INT(put_pooled_part(0, 20000), TB_AGAIN);
    (void)sdk_take(TB_PLUGIN_REPLY);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 0);
    CHECK(sdk_quiet());
    sdk_stop();
}

/* ---- the beginning, which comes with the call ---- */

static void take_whole(struct tb_call *call)
{
    stream = tb_call_stream(call, &events, NULL);
    CHECK(stream);
    CHECK_INT(n_got, 0); /* not inside the handler */
}

static void put_whole_body(struct tb_bytes body)
{
    n_got = 0;
    n_last = 0;
    end_inside = false;
    sdk_handler = take_whole;
    sdk_put(TB_PLUGIN_CALL, body, "call", SDK_CALL, "command", SDK_RUN, "args", 0, "bytes",
            (unsigned)body.n, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
}

static void a_body_in_one_piece_comes_like_any_other(void)
{
    sdk_start(0, 0);
    n_wanted = 4;
    put_whole_body(tb_bytes_of_string("all of it"));
    CHECK(tb_bytes_are(tb_bytes_of(got, n_got), "all "));
    n_wanted = SIZE_MAX;
    tb_stream_resume(stream);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK(tb_bytes_are(tb_bytes_of(got, n_got), "all of it"));
    CHECK_INT(n_last, 1);
    CHECK(sdk_quiet());
    tb_stream_free(stream);
    (void)sdk_take(TB_PLUGIN_REPLY);
    put_whole_body(tb_bytes_of_string(""));
    CHECK_INT(n_last, 1);
    close_upload();
}

static void a_beginning_in_the_pool_stays_until_it_was_taken(void)
{
    sdk_start(256 * 1024, 0);
    n_got = 0;
    n_wanted = 10;
    end_inside = false;
    sdk_handler = take_whole;
    memset(sdk_pool, 'p', 20000);
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, "bytes",
            20000, "at", 0, "?more", 1, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK(sdk_quiet());
    n_wanted = SIZE_MAX;
    tb_stream_resume(stream);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 0);
    CHECK_INT(n_got, 20000);
    CHECK_INT(n_last, 0);
    close_upload();
}

static void end_at_once(struct tb_call *call)
{
    take_whole(call);
    CHECK_INT(tb_stream_end_nil(stream), TB_SENT);
}

static void a_stream_that_has_ended_gets_no_body(void)
{
    sdk_start(256 * 1024, 0);
    n_got = 0;
    sdk_handler = end_at_once;
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, "bytes",
            20000, "at", 0, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    (void)sdk_take(TB_PLUGIN_REPLY);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_RELEASE), "at"), 0);
    CHECK_INT(n_got, 0);
    close_upload();
}

/* ---- a body that goes back as it comes ---- */

static size_t send_back(struct tb_stream *s, struct tb_bytes bytes, tb_unused bool last)
{
    size_t sent = 0;
    for (size_t room; sent < bytes.n && (room = tb_stream_room(s)) > 0;) {
        size_t n = room < bytes.n - sent ? room : bytes.n - sent;
        CHECK_INT(tb_stream_bytes(s, NULL, tb_bytes_of(bytes.data + sent, n)), TB_SENT);
        sent += n;
    }
    return sent;
}

static void take_echo(struct tb_call *call)
{
    static const struct tb_stream_events echo = {.body = send_back};
    stream = tb_call_stream(call, &echo, NULL);
    CHECK(stream);
}

static size_t take_parts(void)
{
    struct sdk_frame frame;
    size_t n = 0;
    while (!sdk_quiet()) {
        CHECK(sdk_take_any(&frame));
        n += frame.kind == TB_PLUGIN_CHUNK ? frame.raw.n : 0;
    }
    return n;
}

/* What the page does not take is held back, and comes by itself when it does. */
static void room_brings_back_what_was_kept(void)
{
    size_t n_back = 0;
    sdk_start(0, 0);
    sdk_handler = take_echo;
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, "?more", 1,
            NULL);
    for (int i = 0; i < 8; i++)
        CHECK_INT(put_part(TB_CHUNK_RAW_MAX, i == 7), TB_AGAIN);
    for (int i = 0; i < 4; i++) {
        n_back += take_parts();
        CHECK(n_back <= TB_CREDIT_FIRST_PLUGIN + (size_t)i * 100000);
        sdk_put(TB_PLUGIN_CREDIT, SDK_NO_RAW, "call", SDK_CALL, "bytes", 100000, NULL);
        CHECK_INT(sdk_run(), TB_AGAIN);
    }
    n_back += take_parts();
    CHECK_INT(n_back, 8 * TB_CHUNK_RAW_MAX);
    close_upload();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(credit_comes_back_for_what_was_taken),
        TEST(any_length_comes_through),
        TEST(what_is_held_back_gets_no_credit),
        TEST(a_broker_that_sends_too_much_ends_the_plugin),
        TEST(there_is_nothing_behind_the_last_part),
        TEST(parts_in_the_pool_are_released_when_they_are_taken),
        TEST(an_end_drops_what_is_held),
        TEST(it_may_end_inside_a_part),
        TEST(after_cancel_nothing_is_delivered),
        TEST(a_call_that_nobody_takes_over_has_its_parts_dropped),
        TEST(a_body_in_one_piece_comes_like_any_other),
        TEST(a_beginning_in_the_pool_stays_until_it_was_taken),
        TEST(a_stream_that_has_ended_gets_no_body),
        TEST(room_brings_back_what_was_kept),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
