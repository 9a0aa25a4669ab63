/* The ids of what plugins keep open: plugin:resources|close. */
#include "tests/unit/event_call.h"

#include "base/fd.h"

#include <sodium.h>

static struct tb_handle close_id(uint64_t rid)
{
    struct text text;
    tb_pack_key_uint(begin_args(&text, 1), "rid", rid);
    return call_with(BENCH_CLOSE, &text);
}

static void a_resource_is_closed_by_the_plugin_whose_id_it_is(void)
{
    begin_one(BENCH_EVENTS_OWN);
    uint64_t ids = start_plugin();
    CHECK(ids != 0 && (ids & UINT32_MAX) == 0);
    struct tb_handle handle = close_id(ids | 77);
    struct tb_live_call *call = stream_live(&bench, &handle);
    CHECK(call->at_plugin && call->plugin == 0);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, call->number);
    bench_plugin_answer(&bench, call->number);
    CHECK_INT(answer_to(&handle), TB_CODE_NONE);
    bench_deinit(&bench);
}

static void ids_of_nobody_are_not_found(void)
{
    begin_one(BENCH_EVENTS_OWN);
    uint64_t ids = start_plugin();
    const uint64_t foreign[] = {0, 77, ids + (UINT64_C(1) << 32), ids ^ UINT64_MAX << 63};
    for (size_t i = 0; i < TB_ARRAY_LEN(foreign); i++) {
        struct tb_handle handle = close_id(foreign[i]);
        CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
    }
    struct tb_handle handle = stream_call(&bench, BENCH_CLOSE, NO_ARGS);
    CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
    struct stream_told told;
    CHECK(!plugin_told(&bench, &told));
    bench_deinit(&bench);
}

static void ids_of_an_instance_end_with_it(void)
{
    begin_one(BENCH_EVENTS_OWN);
    uint64_t ids = start_plugin();
    tb_fd_close(&bench.plugin);
    bench_run(&bench);
    struct tb_handle handle = close_id(ids | 1);
    CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
    bench_deinit(&bench);
}

static void ids_of_another_view_are_not_found(void)
{
    begin_two(BENCH_EVENTS_ALL);
    uint64_t ids = start_plugin();
    bench_switch(&bench);
    struct tb_handle handle = close_id(ids | 1);
    CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
    bench_deinit(&bench);
}

static void a_plugin_that_keeps_nothing_open_is_never_asked(void)
{
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_ALL);
    bench_hello(&bench, secret);
    forget_welcome();
    uint64_t ids = start_plugin();
    struct tb_handle handle = close_id(ids | 1);
    CHECK_INT(answer_to(&handle), TB_CODE_NOT_FOUND);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_resource_is_closed_by_the_plugin_whose_id_it_is),
        TEST(ids_of_nobody_are_not_found),
        TEST(ids_of_an_instance_end_with_it),
        TEST(ids_of_another_view_are_not_found),
        TEST(a_plugin_that_keeps_nothing_open_is_never_asked),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
