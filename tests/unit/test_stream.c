/* Streams through the real broker: what they are for, how they end, how many there are. */
#include "tests/unit/stream_call.h"

#include <sodium.h>

/* ---- what streams are for ---- */

static void a_value_and_messages_go_through_and_the_reply_ends_them(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    uint32_t before = bench_session(&bench)->handles.n_outstanding[ECHO];
    plugin_says(&bench, number, "value", 7);
    struct stream_seen seen = stream_take(&bench, TB_CHUNK, &handle, 0);
    CHECK(seen.type == TB_CHUNK_VALUE && seen.value == 7);
    CHECK_INT(bench_session(&bench)->n_streams, 1);
    CHECK_INT(bench_session(&bench)->handles.n_outstanding[ECHO], before); /* with `next` */
    plugin_says(&bench, number, "message", 8);
    seen = stream_take(&bench, TB_CHUNK, &handle, 1);
    CHECK(seen.type == TB_CHUNK_MESSAGE && seen.value == 8 && !seen.has_channel);
    plugin_replies_nil(&bench, number);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 2).code, TB_CODE_NONE);
    CHECK_INT(bench_session(&bench)->n_streams, 0);
    CHECK_INT(bench_session(&bench)->calls.n_used, 0);
    CHECK(stream_quiet(&bench));
    bench_deinit(&bench);
}

static void parts_of_a_result_are_counted_in_the_reply(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    plugin_sends(&bench, number, 1000);
    plugin_sends(&bench, number, 65536);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 0).n_raw, 1000);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 1).n_raw, 65536);
    plugin_replies_bytes(&bench, number, 5);
    struct stream_seen seen = stream_take(&bench, TB_REPLY, &handle, 2);
    CHECK(seen.has_total && seen.total == 66541 && seen.n_raw == 5);
    bench_deinit(&bench);
}

static void a_body_in_parts_reaches_the_plugin(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin_body(&number);
    stream_part(&bench, &handle, 1, 65536, false);
    stream_part(&bench, &handle, 2, 0, true);
    struct stream_told told = plugin_takes(&bench, TB_PLUGIN_CHUNK, number);
    CHECK(told.bytes == 65536 && !told.last);
    told = plugin_takes(&bench, TB_PLUGIN_CHUNK, number);
    CHECK(told.bytes == 0 && told.last);
    bench_plugin_answer(&bench, number);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 1).value, 1);
    bench_deinit(&bench);
}

static void raw_bytes_go_in_clear_on_direct_links_and_are_a_violation_on_others(void)
{
    uint64_t number;
    bench_init(&bench, TB_MODE_DIRECT, TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    bench_hello(&bench, secret);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    struct tb_handle handle = begin_body(&number);
    stream_part(&bench, &handle, 1, 100, false); /* as RAW_CLEAR */
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CHUNK, number).bytes, 100);
    plugin_sends(&bench, number, 50);
    const uint8_t *frame = tb_buffer_bytes(&bench.end.from_broker).data;
    CHECK_INT(frame[5], TB_RAW_CLEAR);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 1).n_raw, 50);
    bench_deinit(&bench);

    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    handle = begin_body(&number);
    bench_send_sealed(&bench, TB_CHUNK, TB_RAW_CLEAR, &handle, 1,
                      tb_bytes_of("\x81\xa5"
                                  "bytes\x01",
                                  8),
                      tb_bytes_of("x", 1));
    CHECK(!bench_session(&bench) && n_violations() == 1);
    bench_deinit(&bench);
}

/* ---- the log ---- */

/* The last record that the scribe has not been sent yet, of that event. */
static struct tb_record last_record(enum tb_event event)
{
    struct tb_frame frame;
    struct tb_record record;
    struct tb_record last = {0};
    size_t size;
    struct tb_bytes out = tb_buffer_bytes(&bench.broker.audit.out);
    while (tb_frame_parse(TB_SIDE_SCRIBE, out, &frame, &size) == TB_OK) {
        CHECK_INT(tb_record_read(frame.body, &record), TB_OK);
        last = record.event == event ? record : last;
        out = tb_bytes_of(out.data + size, out.n - size);
    }
    CHECK_INT(last.event, event);
    return last;
}

/* Else a page could take what it likes out of sight, by closing its session behind it. */
static void the_log_has_the_bytes_of_streams_whose_session_closes(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin_body(&number);
    stream_part(&bench, &handle, 1, 60000, false);
    plugin_sends(&bench, number, 50000);
    tb_broker_close(&bench.broker, bench_session(&bench), TB_CLOSE_SHUT, "the test is over");
    struct tb_record record = last_record(TB_EVENT_DONE);
    CHECK_INT(record.code, TB_CODE_SESSION_CLOSED);
    CHECK(record.n_in > 60000 && record.n_in < 61000);
    CHECK(record.n_out > 50000 && record.n_out < 51000);
    bench_deinit(&bench);
}

/* ---- ends ---- */

static void a_cancelled_stream_is_answered_once_and_its_chunks_are_dropped(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    plugin_says(&bench, number, "message", 1);
    (void)stream_take(&bench, TB_CHUNK, &handle, 0);
    CHECK(stream_live(&bench, &handle)->deadline_ns == TB_NEVER);
    stream_cancel(&bench, &handle, 1);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 1).code, TB_CODE_CANCELLED);
    (void)plugin_takes(&bench, TB_PLUGIN_CANCEL, number);
    const struct tb_live_call *call = &bench_session(&bench)->calls.slots[0];
    CHECK(call->answered && call->deadline_ns != TB_NEVER); /* the plugin owes its REPLY */
    plugin_says(&bench, number, "message", 2);
    stream_credit(&bench, &handle, 2, 1000); /* crossed the REPLY */
    CHECK(stream_quiet(&bench) && token() != 0 && n_violations() == 0);
    CHECK_INT(bench_session(&bench)->n_stray, 1);
    plugin_replies_nil(&bench, number);
    CHECK(stream_quiet(&bench));
    CHECK_INT(bench_session(&bench)->calls.n_used, 0);
    bench_deinit(&bench);
}

static void a_cancelled_plugin_may_use_up_its_credit_and_no_more(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    stream_cancel(&bench, &handle, 1);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_CANCELLED);
    for (int i = 0; i < 3; i++)
        plugin_sends(&bench, number, 65536);
    CHECK(token() != 0);
    plugin_sends(&bench, number, 65536);
    CHECK(token() == 0 && stream_quiet(&bench));
    CHECK_INT(bench_session(&bench)->calls.n_used, 0);
    bench_deinit(&bench);
}

static void what_a_plugin_may_not_send_ends_it(void)
{
    static const struct {
        const char *key;
        const char *then;
    } twice[] = {{"value", "value"}, {"value", "bytes"}, {"bytes", "value"}};
    uint64_t number;
    for (size_t i = 0; i < TB_ARRAY_LEN(twice); i++) {
        session_begin(&bench, TB_ON_VIOLATION_LOCK);
        struct tb_handle handle = begin(&number);
        strcmp(twice[i].key, "bytes") == 0 ? plugin_sends(&bench, number, 1)
                                           : plugin_says(&bench, number, twice[i].key, 1);
        (void)stream_take(&bench, TB_CHUNK, &handle, 0);
        strcmp(twice[i].then, "bytes") == 0 ? plugin_sends(&bench, number, 1)
                                            : plugin_says(&bench, number, twice[i].then, 1);
        check_plugin_ended(&handle, 1);
        bench_deinit(&bench);
    }
}

static void a_reply_that_does_not_fit_what_was_streamed_ends_the_plugin(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    plugin_says(&bench, number, "value", 1);
    (void)stream_take(&bench, TB_CHUNK, &handle, 0);
    bench_plugin_answer(&bench, number); /* another value */
    check_plugin_ended(&handle, 1);
    bench_deinit(&bench);

    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    handle = begin(&number);
    plugin_sends(&bench, number, 1);
    (void)stream_take(&bench, TB_CHUNK, &handle, 0);
    plugin_replies_nil(&bench, number);
    check_plugin_ended(&handle, 1);
    bench_deinit(&bench);
}

static void chunks_and_credit_for_a_call_that_it_has_not_end_the_plugin(void)
{
    for (int i = 0; i < 4; i++) {
        uint64_t number;
        session_begin(&bench, TB_ON_VIOLATION_LOCK);
        struct tb_handle handle = begin(&number);
        uint64_t foreign = i & 1 ? number + TB_SESSION_CALLS : number;
        if (foreign == number) {
            plugin_replies_nil(&bench, number);
            (void)stream_take(&bench, TB_REPLY, &handle, 0);
        }
        i & 2 ? plugin_credits(&bench, foreign, 1) : plugin_says(&bench, foreign, "message", 1);
        CHECK_INT(token(), 0);
        bench_deinit(&bench);
    }
}

static void a_message_that_no_frame_to_the_endpoint_holds_is_too_large(void)
{
    uint64_t number;
    struct stream_says says;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_CHUNK, 2, number);
    tb_pack_key(packer, "message");
    tb_pack_array(packer, 2);
    tb_pack_bin(packer, tb_bytes_of(stream_zeros, 65536));
    tb_pack_bin(packer, tb_bytes_of(stream_zeros, 4050));
    stream_end(&bench, &says, none);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_TOO_LARGE);
    (void)plugin_takes(&bench, TB_PLUGIN_CANCEL, number);
    CHECK_INT(bench_session(&bench)->n_streams, 0);
    bench_deinit(&bench);
}

static void the_end_of_a_plugin_answers_its_streams(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin_body(&number);
    bench_plugin_send(&bench, tb_bytes_of("\xff\xff\xff\xff\xff\xff\xff\xff", 8));
    check_plugin_ended(&handle, 1);
    stream_part(&bench, &handle, 1, 10, true); /* crossed the REPLY */
    CHECK_INT(n_violations(), 0);
    bench_deinit(&bench);
}

static void a_reload_ends_the_streams_of_a_revoked_command(void)
{
    static const struct bench_policy no_echo = {.commands = 6, .memory_mib = 64};
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin_body(&number);
    bench_reload(&bench, &no_echo);
    bench_check(&bench);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 1).code, TB_CODE_DENIED);
    CHECK_INT(bench_session(&bench)->n_streams, 0);
    CHECK(stream_quiet(&bench));
    bench_deinit(&bench);
}

/* ---- limits ---- */

static void a_stream_too_many_is_refused_before_and_after_it_has_begun(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    for (int i = 0; i < TB_SESSION_STREAMS; i++)
        (void)begin_body(&number);
    struct tb_handle handle = stream_call(&bench, ECHO, MORE_ARGS);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_LIMIT);
    handle = begin(&number); /* no stream so far */
    plugin_says(&bench, number, "message", 1);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_LIMIT);
    (void)plugin_takes(&bench, TB_PLUGIN_CANCEL, number);
    CHECK_INT(bench_session(&bench)->n_streams, TB_SESSION_STREAMS);
    bench_deinit(&bench);
}

static void a_thousand_streams_opened_and_cancelled_leave_nothing(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    uint32_t n_handles = bench_session(&bench)->handles.map.n;
    for (int i = 0; i < 1000; i++) {
        struct tb_handle handle = begin_body(&number);
        stream_cancel(&bench, &handle, 1);
        CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 1).code, TB_CODE_CANCELLED);
        (void)plugin_takes(&bench, TB_PLUGIN_CANCEL, number);
        plugin_replies_nil(&bench, number);
    }
    const struct tb_session *session = bench_session(&bench);
    CHECK(session->calls.n_used == 0 && session->n_streams == 0 && session->n_bytes_live == 0);
    CHECK_INT(session->handles.map.n, n_handles);
    bench_deinit(&bench);
}

/* ---- violations that are only denied ---- */

static void denied_frames_of_a_stream_leave_nothing_behind(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_DENY);
    struct tb_handle handle = begin_body(&number);
    const struct tb_flow before = stream_live(&bench, &handle)->stream.in;
    stream_part(&bench, &handle, 2, 10, false); /* a gap */
    bench_send_sealed(&bench, TB_CHUNK, 0, &handle, 1, EMPTY_MAP, none);
    bench_send_sealed(&bench, TB_CREDIT, 0, &handle, 1, EMPTY_MAP, none);
    CHECK_INT(n_violations(), 3);
    CHECK(memcmp(&before, &stream_live(&bench, &handle)->stream.in, sizeof before) == 0);
    stream_part(&bench, &handle, 1, 10, true);
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CHUNK, number).bytes, 10);
    stream_part(&bench, &handle, 2, 10, false); /* behind the last one */
    CHECK_INT(n_violations(), 4);
    stream_cancel(&bench, &handle, 2);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 1).code, TB_CODE_CANCELLED);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_value_and_messages_go_through_and_the_reply_ends_them),
        TEST(parts_of_a_result_are_counted_in_the_reply),
        TEST(a_body_in_parts_reaches_the_plugin),
        TEST(raw_bytes_go_in_clear_on_direct_links_and_are_a_violation_on_others),
        TEST(the_log_has_the_bytes_of_streams_whose_session_closes),
        TEST(a_cancelled_stream_is_answered_once_and_its_chunks_are_dropped),
        TEST(a_cancelled_plugin_may_use_up_its_credit_and_no_more),
        TEST(what_a_plugin_may_not_send_ends_it),
        TEST(a_reply_that_does_not_fit_what_was_streamed_ends_the_plugin),
        TEST(chunks_and_credit_for_a_call_that_it_has_not_end_the_plugin),
        TEST(a_message_that_no_frame_to_the_endpoint_holds_is_too_large),
        TEST(the_end_of_a_plugin_answers_its_streams),
        TEST(a_reload_ends_the_streams_of_a_revoked_command),
        TEST(a_stream_too_many_is_refused_before_and_after_it_has_begun),
        TEST(a_thousand_streams_opened_and_cancelled_leave_nothing),
        TEST(denied_frames_of_a_stream_leave_nothing_behind),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
