/* A person is asked: what the host is told, and what each answer does. */
#include "tests/unit/ask_call.h"

#include <sodium.h>

/* ---- the answers ---- */

static void nothing_is_dispatched_before_the_answer(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    check_nothing_dispatched();
    answer(id, TB_ANSWER_ONCE);
    check_dispatched(&handle);
    bench_deinit(&bench);
}

static void once_counts_once(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ONCE);
    check_dispatched(&first);
    struct tb_handle second = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ONCE);
    check_dispatched(&second);
    CHECK_INT(bench.remember_token, 0);
    bench_deinit(&bench);
}

static void session_counts_until_the_document_goes(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_SESSION);
    check_dispatched(&handle);
    check_passes(BENCH_ECHO);
    bench_open_again(&bench);
    bench_hello(&bench, secret);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    handle = ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

static void always_is_handed_on_and_counts_at_once(void)
{
    uint8_t key[TB_ASK_KEY_SIZE];
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ALWAYS);
    check_dispatched(&handle);
    bench_ask_key(&asking, BENCH_ECHO, key);
    CHECK(bench.remember_token != 0 && memcmp(bench.remembered.key, key, sizeof key) == 0);
    CHECK_INT(bench.remembered.answered, TB_ANSWER_ALWAYS);
    check_passes(BENCH_ECHO);
    bench_deinit(&bench);
}

/* Of which nobody knows how long it becomes. */
static void a_body_in_parts_is_told_of_as_that(void)
{
    begin(&asking);
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, MORE_ARGS);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    struct told told = hear();
    CHECK(told.kind == TB_ASK && told.more && told.bytes == 0);
    bench_deinit(&bench);
}

static void never_denies_without_asking_again(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_NEVER);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    CHECK_INT(bench.remembered.answered, TB_ANSWER_NEVER);
    check_refused(BENCH_ECHO);
    bench_deinit(&bench);
}

static void dismissed_denies_the_command_for_a_while(void)
{
    begin(&asking_more);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_DISMISSED);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    check_refused(BENCH_ECHO);
    handle = ask(BENCH_OTHER); /* another command is another question */
    answer(hear_ask(), TB_ANSWER_ONCE);
    check_dispatched(&handle);
    struct tb_refusals *refusals = &bench.broker.views.slots[0].refusals;
    for (size_t i = 0; i < TB_REFUSALS_MAX; i++) /* the 30 s are over */
        if (refusals->list[i].until_ns != 0)
            refusals->list[i].until_ns = bench.broker.now_ns;
    handle = ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

static void a_page_that_reloads_washes_nothing_off(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_DISMISSED);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    bench_open_again(&bench);
    bench_hello(&bench, secret);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    check_refused(BENCH_ECHO);
    bench_deinit(&bench);
}

/* A window that is opened between two documents of a view takes another slot than that one's. */
static void nor_does_another_view(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_DISMISSED);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    tb_broker_close(&bench.broker, bench_session(&bench), TB_CLOSE_BYE, "the test says so");
    struct tb_views *views = &bench.broker.views;
    const uint64_t now_ns = bench.broker.now_ns;
    CHECK(tb_views_get(views, tb_bytes_of_string("other"), now_ns) == &views->slots[1]);
    bench.broker.views.slots[1].used = false;
    bench_deinit(&bench);
}

/* ---- which answer ---- */

static void an_answer_counts_once_and_for_its_own_call(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    answer(id + 1, TB_ANSWER_ALWAYS);
    answer(0, TB_ANSWER_ALWAYS);
    check_nothing_dispatched();
    CHECK_INT(bench.remember_token, 0);
    answer(id, TB_ANSWER_ONCE);
    check_dispatched(&first);
    struct tb_handle second = ask(BENCH_ECHO);
    CHECK(hear_ask() != id);
    answer(id, TB_ANSWER_ONCE);
    check_nothing_dispatched();
    (void)stream_live(&bench, &second);
    CHECK(!bench.broker.ending);
    bench_deinit(&bench);
}

static void an_answer_out_of_the_format_ends_everything(void)
{
    static const char text[] = "\x0b\0\0\0\x49\0\0\0"
                               "\x82\xa2id\x01\xa6"
                               "answe";
    begin(&asking);
    (void)ask(BENCH_ECHO);
    ssize_t sent = tb_fd_send(bench.host, tb_bytes_of(text, 8 + 11), -1, 0);
    CHECK_INT(sent, 8 + 11);
    bench_run(&bench);
    CHECK(bench.broker.ending);
    check_nothing_dispatched();
    bench_deinit(&bench);
}

/* ---- one at a time ---- */

static void one_is_shown_and_the_others_wait(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    struct tb_handle second = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    CHECK_INT(hear().kind, 0);
    answer(id, TB_ANSWER_ONCE);
    check_dispatched(&first);
    uint32_t next = hear_ask();
    CHECK(next != id);
    answer(next, TB_ANSWER_ONCE);
    check_dispatched(&second);
    bench_deinit(&bench);
}

static void those_that_wait_are_decided_by_what_is_said(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    struct tb_handle second = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_NEVER);
    check_denied(&first, TB_CODE_ASK_DENIED);
    check_denied(&second, TB_CODE_ASK_DENIED);
    CHECK_INT(hear().kind, 0);
    bench_deinit(&bench);
}

static void a_flood_is_answered_with_limit(void)
{
    begin(&asking);
    for (uint32_t i = 0; i < TB_ASKS_PER_SESSION; i++)
        (void)ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    struct tb_handle over = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    CHECK_INT(stream_take(&bench, TB_REPLY, &over, 0).code, TB_CODE_LIMIT);
    CHECK_INT(hear().kind, 0);
    CHECK_INT(bench_session(&bench)->prompts.n, TB_ASKS_PER_SESSION);
    bench_deinit(&bench);
}

/* Their slots were given back: the pool of the command is as full as before. */
static void parked_calls_use_up_no_handles(void)
{
    begin(&asking_more);
    for (uint32_t i = 0; i < BENCH_POOL; i++)
        (void)ask(BENCH_ECHO);
    CHECK_INT(bench_session(&bench)->handles.n_outstanding[BENCH_ECHO],
              bench_session(&bench)->handles.n_outstanding[BENCH_OTHER]);
    bench_deinit(&bench);
}

static void a_later_call_of_the_same_plugin_is_not_held_back(void)
{
    begin(&asking);
    struct tb_handle asked = ask(BENCH_ECHO);
    (void)hear_ask();
    check_passes(BENCH_OTHER);
    (void)stream_live(&bench, &asked);
    bench_deinit(&bench);
}

/* ---- what is asked for ---- */

static struct tb_handle call_with(size_t n, struct tb_bytes raw)
{
    struct tb_buffer out;
    struct tb_packer packer;
    static char text[2 * TB_ASK_ARGS_MAX];
    memset(text, 'a', sizeof text);
    tb_buffer_init(&out, TB_FRAME_MAX);
    tb_packer_init(&packer, &out);
    tb_pack_map(&packer, 1u + (raw.n > 0));
    tb_pack_key(&packer, "args");
    tb_pack_map(&packer, 1);
    tb_pack_key_str(&packer, "a", tb_bytes_of(text, n));
    if (raw.n > 0)
        tb_pack_key_uint(&packer, "bytes", raw.n);
    struct tb_handle handle = session_issued(&bench, BENCH_ECHO);
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0, tb_buffer_bytes(&out), raw);
    tb_buffer_deinit(&out);
    return handle;
}

static void a_person_is_shown_no_more_than_8_kib(void)
{
    const size_t around = 1 + 2 + 3; /* the map, its key, and the text's own head */
    begin(&asking);
    struct tb_handle fits = call_with(TB_ASK_ARGS_MAX - around, none);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &fits, 0).credit, 0);
    CHECK_INT(hear().n_args, 1);
    struct tb_handle longer = call_with(TB_ASK_ARGS_MAX - around + 1, none);
    CHECK_INT(stream_take(&bench, TB_REPLY, &longer, 0).code, TB_CODE_TOO_LARGE);
    CHECK_INT(hear().kind, 0);
    bench_deinit(&bench);
}

static void a_body_is_told_by_its_length_and_goes_on(void)
{
    struct stream_told told;
    begin(&asking);
    struct tb_handle handle = call_with(5, tb_bytes_of("twelve bytes", 12));
    CHECK_INT(stream_take(&bench, TB_CREDIT, &handle, 0).credit, 0);
    struct told asked = hear();
    CHECK_INT(asked.bytes, 12);
    answer(asked.id, TB_ANSWER_ONCE);
    CHECK(plugin_told(&bench, &told));
    CHECK_INT(told.bytes, 12);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(nothing_is_dispatched_before_the_answer),
        TEST(once_counts_once),
        TEST(session_counts_until_the_document_goes),
        TEST(always_is_handed_on_and_counts_at_once),
        TEST(a_body_in_parts_is_told_of_as_that),
        TEST(never_denies_without_asking_again),
        TEST(dismissed_denies_the_command_for_a_while),
        TEST(a_page_that_reloads_washes_nothing_off),
        TEST(nor_does_another_view),
        TEST(an_answer_counts_once_and_for_its_own_call),
        TEST(an_answer_out_of_the_format_ends_everything),
        TEST(one_is_shown_and_the_others_wait),
        TEST(those_that_wait_are_decided_by_what_is_said),
        TEST(a_flood_is_answered_with_limit),
        TEST(parked_calls_use_up_no_handles),
        TEST(a_later_call_of_the_same_plugin_is_not_held_back),
        TEST(a_person_is_shown_no_more_than_8_kib),
        TEST(a_body_is_told_by_its_length_and_goes_on),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
