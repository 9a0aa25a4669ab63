/* What comes back from plugins through the app's hook, and parts of bodies on their way there. */
#include "base/fd.h"
#include "tests/unit/hook_bench.h"

#include "tests/unit/event_call.h" /* has the bench */

#include <sodium.h>

static void begin_under(const struct bench_policy *policy)
{
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_ALL);
    bench_hello(&bench, secret);
    bench_reload(&bench, policy);
    forget_welcome();
}

static void begin(void)
{
    static const struct bench_policy policy = {.commands = (1u << BENCH_ALL) - 1,
                                               .memory_mib = 64,
                                               .resources = 1,
                                               .hooked = 1 << BENCH_ECHO | 1 << BENCH_LISTEN};
    begin_under(&policy);
}

static struct tb_hook *hook(void)
{
    return &bench.broker.views.slots[0].hook;
}

/* At the plugin, past the hook. */
static struct tb_handle call_past(struct tb_bytes text, uint64_t *ret_number)
{
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, text);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    *ret_number = stream_live(&bench, &handle)->number;
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CALL, *ret_number).more, text.n > NO_ARGS.n);
    return handle;
}

/* The hook leaves the bytes that it is asked about at so many. */
static void hook_leaves(enum tb_hook_what what, size_t n)
{
    const struct tb_bytes raw = tb_bytes_of(stream_zeros, n);
    hook_answers(&bench, hook_takes(&bench, what).id, none, &raw);
}

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

/* ---- parts of a request's body ---- */

static void parts_pass_the_hook_on_their_way_in(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(MORE_ARGS, &number);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    stream_part(&bench, &handle, 1, 500, false);
    stream_part(&bench, &handle, 2, 600, true);
    hook_leaves(TB_HOOK_CHUNK, 9);
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CHUNK, number).bytes, 9);
    hook_leaves(TB_HOOK_CHUNK, 800);
    struct stream_told told = plugin_takes(&bench, TB_PLUGIN_CHUNK, number);
    CHECK(told.bytes == 800 && told.last);
    CHECK(bench_session(&bench)->n_parts_parked == 0 && stream_quiet(&bench));
    bench_deinit(&bench);
}

static void parts_of_a_call_at_the_hook_follow_it_through(void)
{
    begin();
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, MORE_ARGS);
    uint64_t number = stream_live(&bench, &handle)->number;
    stream_part(&bench, &handle, 1, 500, true);
    CHECK(bench_session(&bench)->n_parts_parked > 500);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    CHECK(plugin_takes(&bench, TB_PLUGIN_CALL, number).more);
    hook_leaves(TB_HOOK_CHUNK, 500);
    CHECK(plugin_takes(&bench, TB_PLUGIN_CHUNK, number).last);
    bench_deinit(&bench);
}

static void no_credit_is_given_for_parts_that_wait(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(MORE_ARGS, &number);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    for (uint64_t i = 1; i <= 3; i++)
        stream_part(&bench, &handle, i, TB_CHUNK_RAW_MAX, false);
    CHECK(stream_quiet(&bench));
    CHECK(stream_live(&bench, &handle)->stream.in.held > 3 * TB_CHUNK_RAW_MAX);
    bench_deinit(&bench);
}

/* A part without bytes that is not the last is none that a plugin takes. */
static void a_part_of_which_nothing_is_left_is_not_passed_on(void)
{
    uint64_t number;
    struct stream_told told;
    begin();
    struct tb_handle handle = call_past(MORE_ARGS, &number);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    stream_part(&bench, &handle, 1, TB_CHUNK_RAW_MAX, false);
    hook_leaves(TB_HOOK_CHUNK, 0);
    CHECK(!plugin_told(&bench, &told));
    CHECK(stream_take(&bench, TB_CREDIT, &handle, 1).credit > TB_CHUNK_RAW_MAX / 2);
    stream_part(&bench, &handle, 2, 500, true);
    hook_leaves(TB_HOOK_CHUNK, 0);
    told = plugin_takes(&bench, TB_PLUGIN_CHUNK, number);
    CHECK(told.bytes == 0 && told.last);
    bench_deinit(&bench);
}

/* A page sends thousands of the shortest ones for the credit of one call. */
static void parts_that_wait_are_charged_with_what_they_take(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(MORE_ARGS, &number);
    for (uint64_t i = 1; i <= 100; i++)
        stream_part(&bench, &handle, i, 1, false);
    const struct tb_question *last = hook()->last;
    CHECK(last->frame.cap == tb_buffer_n(&last->frame) && last->frame.cap > 0);
    CHECK(bench_session(&bench)->n_parts_parked >= 90 * (sizeof *last + last->frame.cap));
    bench_deinit(&bench);
}

/* The plugin has said all before the last part has passed: that part is the last that is judged. */
static void a_call_whose_result_was_there_ends_with_its_last_part(void)
{
    uint64_t number;
    begin();
    struct tb_handle handle = call_past(MORE_ARGS, &number);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    plugin_says(&bench, number, "value", 3);
    stream_part(&bench, &handle, 1, 500, true);
    plugin_replies_nil(&bench, number);
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_CHUNK).id, tb_bytes_of("\x05", 1), NULL);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 1).value, 5);
    CHECK(stream_quiet(&bench));
    hook_leaves(TB_HOOK_CHUNK, 500);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 2).code, TB_CODE_NONE);
    CHECK_INT(bench_session(&bench)->calls.n_used, 0);
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
        TEST(parts_pass_the_hook_on_their_way_in),
        TEST(parts_of_a_call_at_the_hook_follow_it_through),
        TEST(no_credit_is_given_for_parts_that_wait),
        TEST(a_part_of_which_nothing_is_left_is_not_passed_on),
        TEST(parts_that_wait_are_charged_with_what_they_take),
        TEST(a_call_whose_result_was_there_ends_with_its_last_part),
        TEST(events_pass_one_after_the_other),
        TEST(an_event_that_is_made_too_deep_ends_its_listener),
        TEST(a_listener_ends_with_its_hook),
        TEST(the_hook_of_another_view_is_another_process),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
