/* Parts of a request's body on their way to the plugin through the app's hook. */
#include "tests/unit/hook_back.h"

#include <sodium.h>

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

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(parts_pass_the_hook_on_their_way_in),
        TEST(parts_of_a_call_at_the_hook_follow_it_through),
        TEST(no_credit_is_given_for_parts_that_wait),
        TEST(a_part_of_which_nothing_is_left_is_not_passed_on),
        TEST(parts_that_wait_are_charged_with_what_they_take),
        TEST(a_call_whose_result_was_there_ends_with_its_last_part),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
