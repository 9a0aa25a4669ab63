/* What comes back from plugins through the app's hook. */
#include "base/fd.h"
#include "tests/unit/hook_back.h"

#include <sodium.h>

/* ---- replies ---- */

static void bytes_are_what_the_hook_makes_of_them(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    plugin_replies_bytes(&bench, number, 5000);
    CHECK(stream_quiet(&bench) && bench_session(&bench)->n_back > 5000);
    hook_leaves(TB_HOOK_REPLY, 12);
    CHECK_INT(bench_session(&bench)->n_back, 0);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).n_raw, 12);
    CHECK_INT(bench_session(&bench)->calls.n_used, 0);
    bench_deinit(&bench);
}

static void a_reply_that_it_denies_is_an_error(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    bench_plugin_answer(&bench, number);
    hook_refuses(&bench, hook_takes(&bench, TB_HOOK_REPLY).id, "no");
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_HOOK);
    CHECK(hook_quiet(&bench) && hook()->n_calls == 0); /* it forgot by itself */
    bench_deinit(&bench);
}

static void an_error_keeps_its_code_and_gets_another_message(void)
{
    uint64_t number;
    struct stream_says says;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    struct tb_packer *packer = stream_begin(&says, TB_PLUGIN_REPLY, 2, number);
    tb_pack_key(packer, "error");
    tb_pack_map(packer, 2);
    tb_pack_key_text(packer, "code", "not_found");
    tb_pack_key_text(packer, "message", "/home/someone");
    stream_end(&bench, &says, none);
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_ERROR).id,
                 tb_bytes_of("\x81\xa7"
                             "message\xa2no",
                             12),
                 NULL);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_NOT_FOUND);
    bench_deinit(&bench);
}

static void a_reply_of_another_kind_ends_the_hook(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    bench_plugin_answer(&bench, number);
    hook_leaves(TB_HOOK_REPLY, 3);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_HOOK);
    CHECK_INT(hook()->state, TB_HOOK_IDLE);
    bench_deinit(&bench);
}

static void a_call_cancelled_while_its_reply_is_judged_is_over(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    bench_plugin_answer(&bench, number);
    uint64_t id = hook_takes(&bench, TB_HOOK_REPLY).id;
    stream_cancel(&bench, &handle, 1);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_CANCELLED);
    hook_answers(&bench, id, tb_bytes_of("\x07", 1), NULL);
    CHECK(stream_quiet(&bench) && hook()->state == TB_HOOK_RUNNING);
    CHECK_INT(bench_session(&bench)->calls.n_used, 0);
    bench_deinit(&bench);
}

static void what_waits_for_the_hook_stops_the_plugin(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    stream_credit(&bench, &handle, 1, TB_CREDIT_MOST - TB_CREDIT_FIRST);
    while (stream_live(&bench, &handle)->stream.out.from > 2 * TB_CHUNK_RAW_MAX &&
           !bench_session(&bench)->plugins[0].link.paused)
        plugin_sends(&bench, number, TB_CHUNK_RAW_MAX);
    plugin_says(&bench, number, "message", 1);
    for (uint64_t i = 0; bench_session(&bench)->plugins[0].link.paused; i++) {
        hook_leaves(TB_HOOK_CHUNK, 1);
        CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, i).n_raw, 1);
    }
    CHECK(bench_session(&bench)->n_back < TB_REPLIES_WAITING);
    bench_deinit(&bench);
}

/* ---- chunks ---- */

static void chunks_pass_one_by_one_and_in_their_order(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    plugin_says(&bench, number, "value", 3);
    plugin_says(&bench, number, "message", 4);
    plugin_replies_nil(&bench, number);
    CHECK(stream_quiet(&bench));
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_CHUNK).id, tb_bytes_of("\x05", 1), NULL);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 0).value, 5);
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_CHUNK).id, tb_bytes_of("\x06", 1), NULL);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 1).value, 6);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 2).code, TB_CODE_NONE);
    CHECK_INT(hook_takes(&bench, TB_HOOK_FORGET).call, number);
    bench_deinit(&bench);
}

static void the_total_counts_what_has_passed(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    plugin_sends(&bench, number, 1000);
    plugin_replies_bytes(&bench, number, 10);
    hook_leaves(TB_HOOK_CHUNK, 300);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 0).n_raw, 300);
    hook_leaves(TB_HOOK_REPLY, 7);
    struct stream_seen seen = stream_take(&bench, TB_REPLY, &handle, 1);
    CHECK(seen.n_raw == 7 && seen.has_total && seen.total == 307);
    bench_deinit(&bench);
}

static void a_chunk_that_it_denies_ends_the_stream(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    plugin_says(&bench, number, "message", 4);
    plugin_says(&bench, number, "message", 5);
    hook_refuses(&bench, hook_takes(&bench, TB_HOOK_CHUNK).id, "it is no stream");
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_HOOK);
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CANCEL, number).kind, TB_PLUGIN_CANCEL);
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_CHUNK).id, tb_bytes_of("\x05", 1), NULL);
    CHECK(stream_quiet(&bench) && hook()->state == TB_HOOK_RUNNING);
    bench_deinit(&bench);
}

/* The plugin uses all its credit; what the hook adds to it has none. */
static void what_is_made_longer_than_the_credit_ends_the_call(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    uint64_t counter = 0;
    struct stream_seen seen;
    while (stream_live(&bench, &handle)->stream.out.from > 30000 + 64) {
        plugin_sends(&bench, number, 30000);
        hook_leaves(TB_HOOK_CHUNK, 60000);
        CHECK(stream_look(&bench, &seen));
        if (seen.kind == TB_REPLY)
            break;
        CHECK_INT(seen.n_raw, 60000);
        counter++;
    }
    CHECK(seen.kind == TB_REPLY && seen.code == TB_CODE_HOOK && counter >= 1);
    CHECK_INT(hook()->state, TB_HOOK_RUNNING);
    bench_deinit(&bench);
}

static void what_is_made_shorter_gives_credit_for_more(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(NO_ARGS, &number);
    for (uint64_t i = 0; i < 64; i++) { /* 4 MiB, and the endpoint has granted nothing */
        plugin_sends(&bench, number, TB_CHUNK_RAW_MAX);
        hook_leaves(TB_HOOK_CHUNK, 10);
        CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, i).n_raw, 10);
    }
    bench_deinit(&bench);
}

/* ---- events ---- */

static struct tb_handle hooked_listener(const char *event)
{
    struct tb_handle handle = listen_at(event, "Any", NULL);
    struct text args; /* as the hook leaves them: they came so */
    tb_buffer_init(&args.out, 256);
    tb_packer_init(&args.packer, &args.out);
    tb_pack_map(&args.packer, 1);
    tb_pack_key_text(&args.packer, "event", event);
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id, tb_buffer_bytes(&args.out), NULL);
    tb_buffer_deinit(&args.out);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 0).type, TB_CHUNK_VALUE);
    return handle;
}

static void events_pass_one_after_the_other(void)
{
    begin();
    struct tb_handle handle = hooked_listener("saved");
    struct tb_handle first = emit_bytes("saved", 10);
    CHECK_INT(answer_to(&first), TB_CODE_NONE);
    struct tb_handle second = emit_bytes("saved", 20);
    CHECK_INT(answer_to(&second), TB_CODE_NONE);
    uint64_t id = hook_takes(&bench, TB_HOOK_CHUNK).id;
    CHECK(stream_quiet(&bench) && hook_quiet(&bench));
    hook_answers(&bench, id, tb_bytes_of("\x05", 1), NULL);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 1).type, TB_CHUNK_MESSAGE);
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_CHUNK).id, tb_bytes_of("\x06", 1), NULL);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 2).type, TB_CHUNK_MESSAGE);
    CHECK_INT(bench_session(&bench)->n_back, 0);
    stream_cancel(&bench, &handle, 1);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 3).code, TB_CODE_CANCELLED);
    bench_deinit(&bench);
}

/* Around it the event has a map more than the answer that it came in. */
static void an_event_that_is_made_too_deep_ends_its_listener(void)
{
    uint8_t deep[TB_MSGPACK_DEPTH - 1];
    memset(deep, 0x91, sizeof deep);
    for (size_t n = sizeof deep - 1; n <= sizeof deep; n++) {
        begin();
        struct tb_handle handle = hooked_listener("saved");
        struct tb_handle emitted = emit_bytes("saved", 10);
        CHECK_INT(answer_to(&emitted), TB_CODE_NONE);
        deep[n - 1] = 0x90;
        hook_answers(&bench, hook_takes(&bench, TB_HOOK_CHUNK).id, tb_bytes_of(deep, n), NULL);
        deep[n - 1] = 0x91;
        enum tb_kind kind = n < sizeof deep ? TB_CHUNK : TB_REPLY;
        CHECK_INT(stream_take(&bench, kind, &handle, 1).kind, kind);
        bench_deinit(&bench);
    }
}

static void a_listener_ends_with_its_hook(void)
{
    begin();
    struct tb_handle handle = hooked_listener("saved");
    struct tb_handle emitted = emit_bytes("saved", 10);
    CHECK_INT(answer_to(&emitted), TB_CODE_NONE);
    tb_fd_close(&bench.hook);
    bench_run(&bench);
    bench_check(&bench);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 1).code, TB_CODE_HOOK);
    CHECK(!first_listener());
    bench_deinit(&bench);
}

/* ---- views ---- */

static void the_hook_of_another_view_is_another_process(void)
{
    begin();
    (void)stream_call(&bench, BENCH_ECHO, NO_ARGS);
    bench_open_second(&bench);
    bench_hello(&bench, secret);
    forget_welcome();
    (void)stream_call(&bench, BENCH_ECHO, NO_ARGS);
    CHECK_INT(bench.n_hooks, 2);
    CHECK(bench.broker.views.slots[0].hook.token != bench.broker.views.slots[1].hook.token);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(bytes_are_what_the_hook_makes_of_them),
        TEST(a_reply_that_it_denies_is_an_error),
        TEST(an_error_keeps_its_code_and_gets_another_message),
        TEST(a_reply_of_another_kind_ends_the_hook),
        TEST(a_call_cancelled_while_its_reply_is_judged_is_over),
        TEST(what_waits_for_the_hook_stops_the_plugin),
        TEST(chunks_pass_one_by_one_and_in_their_order),
        TEST(the_total_counts_what_has_passed),
        TEST(a_chunk_that_it_denies_ends_the_stream),
        TEST(what_is_made_longer_than_the_credit_ends_the_call),
        TEST(what_is_made_shorter_gives_credit_for_more),
        TEST(events_pass_one_after_the_other),
        TEST(an_event_that_is_made_too_deep_ends_its_listener),
        TEST(a_listener_ends_with_its_hook),
        TEST(the_hook_of_another_view_is_another_process),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
