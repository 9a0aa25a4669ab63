/* Limits where the broker asks for them. Rates are so low, and what is sent so much, that no pause
 * of the test's own makes up for it. */
#include "tests/unit/hook_bench.h"

#include "tests/unit/event_call.h" /* has the bench */

#include <sodium.h>

#define ALL ((1u << BENCH_ALL) - 1)

static const struct bench_policy no_limits = {.commands = ALL, .memory_mib = 64};
static const struct bench_policy slow_in = {.commands = ALL, .memory_mib = 64, .bytes_in = 1};
static const struct bench_policy slow_out = {.commands = ALL, .memory_mib = 64, .bytes_out = 1};

static void begin(const struct bench_policy *policy)
{
    begin_one(BENCH_EVENTS_OWN);
    bench_reload(&bench, policy);
}

/* A call whose arguments are so long that they bring a bucket of one byte a second into debt for an
 * hour. */
static struct tb_handle long_call(enum bench_command command)
{
    struct text text;
    struct tb_packer *packer = begin_args(&text, 1);
    tb_pack_key(packer, "filler");
    tb_pack_bin(packer, tb_bytes_of(stream_zeros, 4000));
    return call_with(command, &text);
}

static uint64_t number_of(const struct tb_handle *handle)
{
    return stream_live(&bench, handle)->number;
}

static uint32_t n_plugin_told(void)
{
    struct stream_told told;
    uint32_t n = 0;
    while (plugin_told(&bench, &told))
        n++;
    return n;
}

static void a_call_over_its_limit_is_refused(void)
{
    begin(&slow_in);
    (void)long_call(BENCH_ECHO);
    CHECK_INT(n_plugin_told(), 1);
    for (int i = 0; i < 20; i++) {
        struct tb_handle handle = long_call(BENCH_ECHO);
        struct stream_seen seen = stream_take(&bench, TB_REPLY, &handle, 0);
        CHECK_INT(seen.code, TB_CODE_LIMIT);
    }
    CHECK_INT(n_plugin_told(), 0);
    (void)long_call(BENCH_OTHER); /* has its own */
    CHECK_INT(n_plugin_told(), 1);
    bench_deinit(&bench);
}

static void no_limits_no_meters(void)
{
    begin(&no_limits);
    for (int i = 0; i < 20; i++) {
        struct tb_handle handle = long_call(BENCH_ECHO);
        bench_plugin_answer(&bench, number_of(&handle));
        CHECK_INT(answer_to(&handle), TB_CODE_NONE);
    }
    CHECK_INT(bench.broker.views.slots[0].limits.n_meters, 0);
    bench_deinit(&bench);
}

static void another_view_has_its_own(void)
{
    begin_two(BENCH_EVENTS_OWN);
    bench_reload(&bench, &slow_in);
    (void)long_call(BENCH_EMIT);
    (void)stream_look(&bench, &(struct stream_seen){0});
    struct tb_handle handle = emit_bytes("e", 1);
    CHECK_INT(answer_to(&handle), TB_CODE_LIMIT);
    bench_switch(&bench);
    handle = emit_bytes("e", 1);
    CHECK_INT(answer_to(&handle), TB_CODE_NONE);
    bench_deinit(&bench);
}

static void a_new_document_gains_nothing(void)
{
    begin(&slow_in);
    (void)long_call(BENCH_ECHO);
    for (int i = 0; i < 3; i++) {
        bench_open_again(&bench);
        bench_hello(&bench, secret);
        forget_welcome();
        struct tb_handle handle = long_call(BENCH_ECHO);
        CHECK_INT(answer_to(&handle), TB_CODE_LIMIT);
    }
    bench_deinit(&bench);
}

static void nor_does_a_new_policy(void)
{
    struct bench_policy policy = slow_in;
    begin(&slow_in);
    (void)long_call(BENCH_ECHO);
    policy.scope = 7;
    bench_reload(&bench, &policy);
    forget_welcome();
    struct tb_handle handle = long_call(BENCH_ECHO);
    CHECK_INT(answer_to(&handle), TB_CODE_LIMIT);
    bench_reload(&bench, &no_limits);
    forget_welcome();
    (void)long_call(BENCH_ECHO);
    CHECK(stream_quiet(&bench));
    bench_deinit(&bench);
}

/* Its slot is the one that another label would get. */
static void a_closed_view_is_remembered_while_it_owes(void)
{
    begin(&slow_in);
    (void)long_call(BENCH_ECHO);
    tb_broker_close(&bench.broker, bench_session(&bench), TB_CLOSE_SHUT, "");
    struct tb_views *views = &bench.broker.views;
    uint64_t now_ns = bench.broker.now_ns;
    struct tb_view *other = tb_views_get(views, tb_bytes_of_string("other"), now_ns);
    CHECK(other && other != &views->slots[0]);
    struct tb_view *later = tb_views_get(views, tb_bytes_of_string("later"), TB_NEVER);
    CHECK(later == &views->slots[0] && later->limits.n_meters == 0);
    bench_run(&bench);
    bench_deinit(&bench);
}

static void parts_of_a_body_are_counted(void)
{
    begin(&slow_in);
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, MORE_ARGS);
    uint64_t number = number_of(&handle);
    (void)stream_take(&bench, TB_CREDIT, &handle, 0);
    CHECK_INT(n_plugin_told(), 1);
    stream_part(&bench, &handle, 1, 4000, false);
    stream_part(&bench, &handle, 2, 4000, false);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 1).code, TB_CODE_LIMIT);
    (void)plugin_takes(&bench, TB_PLUGIN_CANCEL, number);
    CHECK_INT(n_plugin_told(), 0);
    CHECK_INT(n_violations(), 0);
    bench_deinit(&bench);
}

static void chunks_are_counted(void)
{
    begin(&slow_out);
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    uint64_t number = number_of(&handle);
    plugin_sends(&bench, number, 4000);
    (void)stream_take(&bench, TB_CHUNK, &handle, 0);
    plugin_sends(&bench, number, 4000);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 1).code, TB_CODE_LIMIT);
    plugin_sends(&bench, number, 4000); /* it has not heard yet */
    CHECK(stream_quiet(&bench));
    handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    CHECK_INT(answer_to(&handle), TB_CODE_LIMIT);
    bench_deinit(&bench);
}

/* Two calls, the first of which has brought back more than the limit. */
static void begin_in_debt(struct tb_handle ret_handles[static 2], uint64_t ret_numbers[static 2])
{
    begin(&slow_out);
    for (int i = 0; i < 2; i++) {
        ret_handles[i] = stream_call(&bench, BENCH_ECHO, NO_ARGS);
        ret_numbers[i] = number_of(&ret_handles[i]);
    }
    plugin_replies_bytes(&bench, ret_numbers[0], 4000);
    CHECK_INT(stream_take(&bench, TB_REPLY, &ret_handles[0], 0).n_raw, 4000);
}

/* What was let in together cannot bring back more than a bucket and one of them. */
static void replies_are_counted(void)
{
    struct tb_handle handles[2];
    uint64_t numbers[2];
    begin_in_debt(handles, numbers);
    plugin_replies_bytes(&bench, numbers[1], 4000);
    CHECK_INT(answer_to(&handles[1]), TB_CODE_LIMIT);
    bench_deinit(&bench);
}

static void that_it_was_done_is_not_kept_from_the_page(void)
{
    struct tb_handle handles[2];
    uint64_t numbers[2];
    begin_in_debt(handles, numbers);
    bench_plugin_answer(&bench, numbers[1]);
    CHECK_INT(answer_to(&handles[1]), TB_CODE_NONE);
    bench_deinit(&bench);
}

static void short_replies_are_counted_too(void)
{
    begin(&slow_out);
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    plugin_replies_bytes(&bench, number_of(&handle), 1000);
    CHECK_INT(answer_to(&handle), TB_CODE_NONE);
    handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    CHECK_INT(answer_to(&handle), TB_CODE_LIMIT);
    bench_deinit(&bench);
}

/* Two calls at the plugin, past the app's hook; one has brought back more than the limit. */
static void begin_hooked(bool by_chunk, struct tb_handle ret_handles[static 2],
                         uint64_t ret_numbers[static 2])
{
    struct bench_policy policy = slow_out;
    policy.hooked = 1u << BENCH_ECHO;
    begin(&policy);
    for (int i = 0; i < 2; i++) {
        ret_handles[i] = stream_call(&bench, BENCH_ECHO, NO_ARGS);
        hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
        ret_numbers[i] = number_of(&ret_handles[i]);
    }
    if (by_chunk)
        plugin_sends(&bench, ret_numbers[0], 4000);
    else
        plugin_replies_bytes(&bench, ret_numbers[0], 4000);
    (void)hook_takes(&bench, by_chunk ? TB_HOOK_CHUNK : TB_HOOK_REPLY);
}

/* What the plugin says is counted before the hook sees it, which is not asked about what is too
 * much. */
static void hooked_replies_are_counted(void)
{
    struct tb_handle handles[2];
    uint64_t numbers[2];
    begin_hooked(false, handles, numbers);
    plugin_replies_bytes(&bench, numbers[1], 4000);
    CHECK_INT(answer_to(&handles[1]), TB_CODE_LIMIT);
    bench_deinit(&bench);
}

static void hooked_chunks_are_counted(void)
{
    struct tb_handle handles[2];
    uint64_t numbers[2];
    begin_hooked(true, handles, numbers);
    plugin_sends(&bench, numbers[1], 4000);
    CHECK_INT(answer_to(&handles[1]), TB_CODE_LIMIT);
    bench_deinit(&bench);
}

static void a_listener_is_ended_for_its_events(void)
{
    begin(&slow_out);
    struct tb_handle first = listener_of("e");
    struct stream_seen seen;
    CHECK_INT(emit_small("e"), 1);
    struct tb_handle emit = emit_bytes("e", 1);
    CHECK_INT(stream_take(&bench, TB_REPLY, &first, 2).code, TB_CODE_LIMIT);
    CHECK_INT(answer_to(&emit), TB_CODE_NONE);
    CHECK(!stream_look(&bench, &seen) && !first_listener());
    CHECK_INT(bench_session(&bench)->n_streams, 0);
    bench_deinit(&bench);
}

/* Of several the first is ended, and those behind it are still heard as far as there is room. */
static void one_of_many_listeners_is_ended_while_they_are_told(void)
{
    begin_one(BENCH_EVENTS_OWN);
    for (int i = 0; i < 5; i++)
        (void)listener_of("e");
    bench_reload(&bench, &slow_out);
    CHECK_INT(emit_small("other"), 0);
    uint32_t n = 0;
    uint32_t n_ended = 0;
    struct stream_seen seen;
    (void)emit_bytes("e", 1);
    while (stream_look(&bench, &seen)) {
        n += seen.kind == TB_CHUNK;
        n_ended += seen.kind == TB_REPLY && seen.code == TB_CODE_LIMIT;
    }
    CHECK_INT(n, 1);
    CHECK_INT(n_ended, 4);
    bench_check(&bench);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_call_over_its_limit_is_refused),
        TEST(no_limits_no_meters),
        TEST(another_view_has_its_own),
        TEST(a_new_document_gains_nothing),
        TEST(nor_does_a_new_policy),
        TEST(a_closed_view_is_remembered_while_it_owes),
        TEST(parts_of_a_body_are_counted),
        TEST(chunks_are_counted),
        TEST(replies_are_counted),
        TEST(that_it_was_done_is_not_kept_from_the_page),
        TEST(short_replies_are_counted_too),
        TEST(hooked_replies_are_counted),
        TEST(hooked_chunks_are_counted),
        TEST(a_listener_is_ended_for_its_events),
        TEST(one_of_many_listeners_is_ended_while_they_are_told),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
