/* Large bodies of calls that are judged, or that wait: over a direct link, where they would go
 * straight to where the plugin can look at them, and change them. */
#include "tests/unit/hook_bench.h"

#include "tests/unit/raw_bench.h" /* has the bench */

static void begin_under(uint32_t hooked)
{
    const struct bench_policy policy = {.commands = 7, .memory_mib = 64, .hooked = hooked};
    begin(TB_MODE_DIRECT);
    bench_reload(&bench, &policy);
}

static uint64_t number_of(const struct tb_handle *handle)
{
    return stream_live(&bench, handle)->number;
}

static void pass(size_t n)
{
    const struct tb_bytes raw = tb_bytes_of(body, n);
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id, EMPTY_MAP, n > 0 ? &raw : NULL);
}

static void a_body_that_is_judged_is_not_where_the_plugin_can_see_it(void)
{
    struct tb_buffer rest;
    begin_under(1 << BENCH_ECHO);
    struct tb_handle handle = call_half_with(N_BODY, N_BODY / 2, &rest);
    CHECK(!bench_session(&bench)->body && n_taken() == 0);
    send_rest(&rest);
    CHECK_INT(n_taken(), 0);
    pass(N_BODY);
    struct told told = heard(TB_PLUGIN_CALL);
    CHECK(told.call == number_of(&handle) && told.same && told.pooled && n_taken() == 1);
    end();
}

static void nor_is_one_that_waits_behind_another_call(void)
{
    begin_under(1 << BENCH_OTHER);
    struct tb_handle first = stream_call(&bench, BENCH_OTHER, NO_ARGS);
    struct tb_handle second = call_with(N_BODY);
    CHECK(!bench_session(&bench)->body && n_taken() == 0);
    pass(0);
    CHECK_INT(heard(TB_PLUGIN_CALL).call, number_of(&first));
    struct told told = heard(TB_PLUGIN_CALL);
    CHECK(told.call == number_of(&second) && told.same && told.pooled);
    end();
}

/* Else a page could say as much as it likes, past what it may, to a plugin that looks there. */
static void nor_is_one_for_which_the_limits_have_nothing_left(void)
{
    const struct bench_policy policy = {.commands = 7, .memory_mib = 64, .bytes_in = 1};
    struct tb_buffer rest;
    begin_under(0);
    bench_reload(&bench, &policy);
    struct tb_handle first = call_with(N_BODY);
    struct told told = heard(TB_PLUGIN_CALL);
    CHECK(told.call == number_of(&first) && told.pooled && n_taken() == 1);
    struct tb_handle second = call_half_with(N_BODY, N_BODY / 2, &rest);
    CHECK(!bench_session(&bench)->body && n_taken() == 1);
    send_rest(&rest);
    CHECK_INT(stream_take(&bench, TB_REPLY, &second, 0).code, TB_CODE_LIMIT);
    end();
}

/* While a call goes on the body of another one is half there, in the pool. */
static void a_body_that_is_under_way_is_nobody_elses(void)
{
    struct tb_buffer rest;
    begin_under(1 << BENCH_OTHER);
    (void)stream_call(&bench, BENCH_OTHER, NO_ARGS);
    struct tb_handle waits = call_with(TB_POOLED_MIN);
    struct tb_handle comes = call_half_with(N_BODY, N_BODY / 2, &rest);
    pass(0);
    (void)heard(TB_PLUGIN_CALL);
    struct told told = heard(TB_PLUGIN_CALL);
    CHECK(told.call == number_of(&waits) && told.n == TB_POOLED_MIN && told.same);
    send_rest(&rest);
    told = heard(TB_PLUGIN_CALL);
    CHECK(told.call == number_of(&comes) && told.n == N_BODY && told.same);
    end();
}

/* A reload has the command judged while the body is on its way to the pool. */
static void a_body_that_the_plugin_could_have_changed_is_not_judged(void)
{
    const struct bench_policy policy = {.commands = 7, .memory_mib = 64, .hooked = 1 << BENCH_ECHO};
    struct tb_buffer rest;
    begin_under(0);
    struct tb_handle handle = call_half_with(N_BODY, N_BODY / 2, &rest);
    CHECK_INT(n_taken(), 1);
    bench_reload(&bench, &policy);
    send_rest(&rest);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).code, TB_CODE_LIMIT);
    CHECK(n_taken() == 0 && hook_quiet(&bench));
    end();
}

/* Pooled results are read once, before they are judged. */
static void a_result_in_the_pool_is_judged_as_the_broker_has_read_it(void)
{
    begin_under(1 << BENCH_ECHO);
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    pass(0);
    uint64_t number = heard(TB_PLUGIN_CALL).call;
    CHECK_INT(pwrite(bench.memory, body, N_BODY, TB_BULK_IN), N_BODY);
    plugin_replies_at(number, TB_BULK_IN, N_BODY);
    CHECK_INT(pwrite(bench.memory, "changed", 7, TB_BULK_IN), 7);
    CHECK_INT(hook_takes(&bench, TB_HOOK_REPLY).n_raw, N_BODY);
    const struct tb_bytes raw = tb_bytes_of(body, N_BODY);
    hook_answers(&bench, bench.broker.views.slots[0].hook.first->id, none, &raw);
    check_reply(&handle, N_BODY);
    end();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_body_that_is_judged_is_not_where_the_plugin_can_see_it),
        TEST(nor_is_one_that_waits_behind_another_call),
        TEST(nor_is_one_for_which_the_limits_have_nothing_left),
        TEST(a_body_that_is_under_way_is_nobody_elses),
        TEST(a_body_that_the_plugin_could_have_changed_is_not_judged),
        TEST(a_result_in_the_pool_is_judged_as_the_broker_has_read_it),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
